// Heads of the audit log's chain, noted beside the database: a line in the data folder when an hour has passed and the chain has grown, and the same in the server's log,
// which may be kept elsewhere. Whoever takes entries off the end of the chain, or makes another one, is found out by them.
#include "app/audit_heads.h"
#include "base/log.h"
#include "os/os.h"
#include <fcntl.h>
#include <unistd.h>

#define FILE_LARGEST (16u << 20)
#define LINE_LARGEST 128

static const char *path_of(Arena *arena, const Org *org) {
        return str_format(arena, "%s/" AUDIT_HEADS_FILE, org_folder(org)).data;
}

Status audit_heads_read(Context *context, const Org *org, AuditHead **ret, size_t *ret_count) {
        Str text = STR_NONE, line = STR_NONE;
        *ret = NULL;
        *ret_count = 0;
        Status status = org_folder(org) ? file_read(context, path_of(context->arena, org), FILE_LARGEST, &text) : STATUS_NOT_FOUND;
        if (status == STATUS_NOT_FOUND) {
                error_clear(context);
                return STATUS_OK;
        }
        TRY(status);
        *ret = arena_array(context->arena, AuditHead, text.len / (AUDIT_HASH * 2) + 2);
        while (str_cut(&text, '\n', &line)) {
                Str at = STR_NONE; // "2026-11-29T08:00:00Z 17:…"
                if (str_cut(&line, ' ', &at) && audit_head_parse(str_trim(line), &(*ret)[*ret_count]))
                        ++*ret_count;
        }
        return STATUS_OK;
}

static Status append(Context *context, const char *path, Str line) {
        int fd = os_calls()->open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (fd < 0)
                return error_detail(context, STATUS_IO, "file_unwritable", "%s", path);
        bool written = os_calls()->write(fd, line.data, line.len) == (ssize_t)line.len && os_calls()->fsync(fd) == 0;
        close(fd);
        return written ? STATUS_OK : error_detail(context, STATUS_IO, "file_unwritable", "%s", path);
}

static Status read_head(Db *db, void *arg) {
        return audit_head(db, arg);
}

Status audit_heads_note(Context *context, Org *org, int64_t *noted_seq) {
        AuditHead head;
        TRY(store_read(org_store(org), context, 0, read_head, &head));
        if (!head.seq || head.seq == *noted_seq || !org_folder(org))
                return STATUS_OK;
        Str text = audit_head_text(context->arena, &head);
        Buf line = buf_make(context->arena, LINE_LARGEST);
        datetime_write(&line, context->now_ms);
        buf_format(&line, " " STR_FMT "\n", STR_ARG(text));
        TRY(append(context, path_of(context->arena, org), buf_str(&line)));
        log_event(LOG_INFO, "audit_head", "head=" STR_FMT, STR_ARG(text));
        *noted_seq = head.seq;
        return STATUS_OK;
}
