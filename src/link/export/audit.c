// The audit log as a file. Reading and writing are short transactions in turn, in the name of the administrator who asked, as his rights are by then.
#include "link/export/audit.h"
#include "link/export/csv.h"
#include "link/export/export.h"
#include "link/export/file.h"
#include "record/file.h"

#define PART_LARGEST (4u << 20)

typedef struct Run {
        Job *job;
        AuditExport *export;
        ExportFile file;
        Buf text;          // of the part being filled
        Str bytes;         // of the part being written
        int64_t rows;
        Str next;
} Run;

void *audit_export_copy(Arena *arena, void *from) {
        AuditExport *export = arena_copy(arena, from, sizeof(AuditExport));
        AuditQuery *query = &export->query;
        query->kinds = str_copy(arena, query->kinds);
        query->peer = str_copy(arena, query->peer);
        query->sha256 = str_copy(arena, query->sha256);
        export->object = str_copy(arena, export->object);
        query->object = NULL;
        return export;
}

// ---- Rows

static void add_header(Run *run, Lang lang) {
        static const char *const columns[] = {"audit.column_seq", "audit.column_at", "audit.column_kind", "audit.column_user", "audit.column_user_id", "audit.column_object", "audit.column_record", "audit.column_peer", "audit.column_detail"};
        buf_lit(&run->text, CSV_BOM);
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
                if (i)
                        buf_add_char(&run->text, ',');
                csv_text_cell(&run->text, text_get(lang, columns[i]));
        }
        buf_lit(&run->text, "\r\n");
}

static void add_int(Buf *text, int64_t number) {
        if (number)
                buf_add_int(text, number);
        buf_add_char(text, ',');
}

static void add_text(Buf *text, Str cell, bool last) {
        csv_text_cell(text, cell);
        if (!last)
                buf_add_char(text, ',');
}

static void add_row(Run *run, Call *call, const AuditItem *item) {
        const Person *person = access_person(call->actor->access, item->user);
        const Object *object = item->object ? catalog_find_id(call->catalog, item->object) : NULL;
        Buf at = buf_make(call->context->arena, 64);
        datetime_write(&at, item->at_ms);
        add_int(&run->text, item->seq);
        add_text(&run->text, buf_str(&at), false);
        add_text(&run->text, item->kind, false);
        add_text(&run->text, person ? person->name : STR_NONE, false);
        add_int(&run->text, item->user);
        add_text(&run->text, object ? object->name : STR_NONE, false);
        add_int(&run->text, item->record);
        add_text(&run->text, item->peer, false);
        add_text(&run->text, item->detail, true);
        buf_lit(&run->text, "\r\n");
        run->rows++;
}

static Status only_administrators(Call *call) {
        return call->actor->administrator ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");
}

static Status read_rows(Call *call, void *arg) {
        Run *run = arg;
        AuditQuery query = run->export->query;
        AuditPage page;
        TRY(only_administrators(call));
        query.object = run->export->object.len ? catalog_find(call->catalog, run->export->object) : NULL;
        query.limit = AUDIT_LIMIT_LARGEST;
        query.after = run->next;
        if (run->export->object.len && !query.object)
                return error_set(call->context, STATUS_NOT_FOUND, "unknown_object", run->export->object);
        TRY(query_audit_page(call, &query, &page));
        if (!run->rows)
                add_header(run, call->context->lang);
        for (size_t i = 0; i < page.count; i++)
                add_row(run, call, &page.items[i]);
        run->next = str_copy(run->job->context.arena, page.next);
        return buf_full(&run->text) ? error_set(call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

// ---- The file

static Status begin(Call *call, void *arg) {
        Run *run = arg;
        Buf name = buf_make(call->context->arena, 1024);
        buf_add(&name, text_get(call->context->lang, "audit.file_name"));
        buf_add_char(&name, ' ');
        date_write(&name, zone_day(call->catalog->zone, call->context->now_ms));
        buf_format(&name, " %lld.csv", (long long)run->job->id);
        return export_file_begin(call, &run->file, buf_str(&name), STR("text/csv"));
}

static Status put(Call *call, void *arg) {
        Run *run = arg;
        return export_file_put(call, &run->file, run->bytes);
}

static Status give(Run *run, bool all) {
        Str rest = buf_str(&run->text);
        while (rest.len >= FILE_PART || (all && rest.len)) {
                run->bytes = str_slice(rest, 0, FILE_PART);
                TRY(job_step(run->job, true, "export", put, run));
                export_file_count(&run->file, run->bytes);
                rest = str_slice(rest, FILE_PART, rest.len);
        }
        Str kept = str_copy(run->job->context.arena, rest);
        buf_reset(&run->text);
        buf_add(&run->text, kept);
        return STATUS_OK;
}

Status audit_export_run(Job *job, void *arg) {
        Run run = {.job = job, .export = arg, .file = {.job = job}, .text = buf_make(job->context.arena, PART_LARGEST)};
        TRY(job_step(job, true, "export", begin, &run));
        do {
                TRY(job_step(job, false, "export", read_rows, &run));
                if (run.rows >= EXPORT_ROWS_LARGEST)
                        return error_set(&job->context, STATUS_INVALID, "export_too_many", STR("1,000,000"));
                if (run.text.len >= FILE_PART)
                        TRY(give(&run, false));
                if (!job_progress(job, run.rows, EXPORT_ROWS_LARGEST))
                        return error_set(&job->context, STATUS_CONFLICT, "cancelled");
        } while (run.next.len);
        TRY(give(&run, true));
        JsonWriter w = json_writer(&job->result);
        export_file_result(&run.file, run.rows, &w);
        return STATUS_OK;
}
