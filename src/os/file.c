// Whole files: reading with a limit, writing so that after a crash there is the old content or the new one, folders.
#include "base/buf.h"
#include "os/os.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

static void fd_close_p(int *fd) {
        if (*fd >= 0)
                close(*fd);
}

#define FD_CLEANUP __attribute__((cleanup(fd_close_p)))

static Status fail(Context *context, const char *code, const char *what, const char *path) {
        int number = errno;
        Status status = number == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
        return error_detail(context, status, status == STATUS_NOT_FOUND ? "file_not_found" : code, "%s %s: %s", what, path, strerrordesc_np(number));
}

Status file_read(Context *context, const char *path, size_t cap, Str *ret) {
        FD_CLEANUP int fd = os_calls()->open(path, O_RDONLY, 0);
        if (fd < 0)
                return fail(context, "file_unreadable", "open", path);
        char *data = NULL;
        size_t len = 0, capacity = 0;
        for (;;) {
                if (capacity - len < CHUNK) {
                        size_t more = capacity ? capacity * 2 : CHUNK;
                        data = arena_grow(context->arena, data, capacity, more);
                        capacity = more;
                }
                ssize_t got = os_calls()->read(fd, data + len, capacity - len);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return fail(context, "file_unreadable", "read", path);
                len += (size_t)got;
                if (len > cap || arena_over(context->arena))
                        return error_set(context, STATUS_TOO_LARGE, "file_too_large", str_format(context->arena, "%zu", cap));
                if (got == 0)
                        break;
        }
        *ret = str_make(data, len);
        return STATUS_OK;
}

static int write_all(int fd, Str content) {
        while (content.len) {
                ssize_t put = os_calls()->write(fd, content.data, content.len < CHUNK * 16 ? content.len : CHUNK * 16);
                if (put < 0 && errno == EINTR)
                        continue;
                if (put <= 0)
                        return -1;
                content = str_slice(content, (size_t)put, content.len);
        }
        return 0;
}

static int write_synced(const char *path, Str content) {
        FD_CLEANUP int fd = os_calls()->open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd < 0 || write_all(fd, content) < 0)
                return -1;
        return os_calls()->fsync(fd);
}

// The folder's entry is durable only when the folder itself is.
static int sync_folder_of(Context *context, const char *path) {
        const char *slash = strrchr(path, '/');
        const char *folder = ".";
        if (slash)
                folder = slash == path ? "/" : str_c(context->arena, str_make(path, (size_t)(slash - path)));
        FD_CLEANUP int fd = os_calls()->open(folder, O_RDONLY | O_DIRECTORY, 0);
        return fd < 0 ? -1 : os_calls()->fsync(fd);
}

static const char *temporary_beside(Context *context, const char *path) {
        uint64_t mark;
        os_random(&mark, sizeof mark);
        return str_format(context->arena, "%s.%016llx.tmp", path, (unsigned long long)mark).data;
}

Status file_write_new(Context *context, const char *path, Str content) {
        const char *temporary = temporary_beside(context, path);
        bool linked = write_synced(temporary, content) == 0 && os_calls()->link(temporary, path) == 0;
        Status status = linked                ? STATUS_OK
                        : errno == EEXIST     ? error_set(context, STATUS_CONFLICT, "file_exists")
                                              : fail(context, "file_unwritable", "write", path);
        os_calls()->unlink(temporary);
        if (linked && sync_folder_of(context, path) < 0)
                return fail(context, "file_unwritable", "sync the folder of", path);
        return status;
}

Status file_write_durable(Context *context, const char *path, Str content) {
        const char *temporary = temporary_beside(context, path);
        if (write_synced(temporary, content) < 0 || os_calls()->rename(temporary, path) < 0) {
                Status status = fail(context, "file_unwritable", "write", path);
                os_calls()->unlink(temporary); // if it remains, nobody reads it
                return status;
        }
        if (sync_folder_of(context, path) < 0)
                return fail(context, "file_unwritable", "sync the folder of", path);
        return STATUS_OK;
}

static bool is_folder(const char *path) {
        struct stat info;
        return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

Status folder_make(Context *context, const char *path) {
        char *part = str_c(context->arena, str_from(path));
        for (char *at = part + (part[0] == '/');; at++) {
                if (*at != '/' && *at != '\0')
                        continue;
                char end = *at;
                *at = '\0';
                if (*part && !is_folder(part) && os_calls()->mkdir(part, 0700) < 0 && (errno != EEXIST || !is_folder(part)))
                        return fail(context, "file_unwritable", "make folder", part);
                *at = end;
                if (end == '\0')
                        return STATUS_OK;
        }
}
