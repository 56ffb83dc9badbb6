// Files in parts, put together for sending. What was never sent, because its reader went away, is removed when the next one is made.
#include "api/download.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FORGOTTEN_MS (3600 * 1000LL)

typedef struct Download { const FileInfo *info; const char *path; } Download;

static Status failed(Request *request, const char *path) {
        return error_detail(&request->context, STATUS_IO, "file_unwritable", "%s: %s", path, strerrordesc_np(errno));
}

static void remove_forgotten(Arena *arena, const char *folder) {
        DIR *entries = opendir(folder);
        if (!entries)
                return;
        for (struct dirent *entry; (entry = readdir(entries));) {
                char *path = str_c(arena, str_format(arena, "%s/%s", folder, entry->d_name));
                struct stat about;
                bool old = stat(path, &about) == 0 && S_ISREG(about.st_mode) && (int64_t)about.st_mtime * 1000 < (int64_t)time(NULL) * 1000 - FORGOTTEN_MS;
                if (old)
                        os_calls()->unlink(path);
        }
        closedir(entries);
}

static Status write_all(Request *request, int fd, Str rest, const char *path) {
        while (rest.len) {
                ssize_t put = os_calls()->write(fd, rest.data, rest.len);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return failed(request, path);
                rest = str_slice(rest, (size_t)put, rest.len);
        }
        return STATUS_OK;
}

// One part in memory at a time: the context's arena is exchanged meanwhile.
static Status copy_part(Request *request, const Download *download, int fd, int64_t part) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context *context = &request->context;
        Arena *kept = context->arena;
        Str bytes = STR_NONE;
        context->arena = arena;
        Status status = file_part(&request->call, download->info->id, part, &bytes);
        context->arena = kept;
        return status == STATUS_OK ? write_all(request, fd, bytes, download->path) : status;
}

static Status copy_parts(Request *request) {
        const Download *download = request->prepared;
        int fd = os_calls()->open(download->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0)
                return failed(request, download->path);
        Status status = STATUS_OK;
        for (int64_t i = 0; i < download->info->parts && status == STATUS_OK; i++)
                status = copy_part(request, download, fd, i);
        close(fd);
        return status;
}

Status download_parts(Request *request, const FileInfo *info) {
        Arena *arena = request->context.arena;
        uint64_t number = 0;
        const char *folder = str_format(arena, "%s/downloads", org_folder(request->org)).data;
        TRY(folder_make(&request->context, folder));
        remove_forgotten(arena, folder);
        os_random(&number, sizeof number);
        Download download = {.info = info, .path = str_format(arena, "%s/%016llx", folder, (unsigned long long)number).data};
        request->prepared = &download;
        Status status = request_read(request, copy_parts);
        request->prepared = NULL;
        if (status != STATUS_OK) {
                os_calls()->unlink(download.path);
                return status;
        }
        request->http->file_path = str_from(download.path);
        request->http->delete_file = true;
        return STATUS_OK;
}
