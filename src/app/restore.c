// haike restore FILE: a backup takes the database's place, after it was copied into the data folder and found to be whole. The former database stays beside it.
#include "app/command.h"
#include "app/audit_heads.h"
#include "base/unicode.h"
#include "os/os.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE ".restore" // folder within the data folder, where the backup is examined
#define KEPT_LARGEST 1000

typedef struct Restore {
        Command *command;
        const char *folder, *stage;
        int64_t findings;
} Restore;

static void fd_close_p(int *fd) {
        if (*fd >= 0)
                close(*fd);
}
#define FD_CLEANUP __attribute__((cleanup(fd_close_p)))

static const char *in(Restore *restore, const char *folder, const char *name) {
        return str_format(restore->command->context.arena, "%s/%s", folder, name).data;
}

static bool exists(const char *path) {
        struct stat info;
        return lstat(path, &info) == 0;
}

static Status failed(Restore *restore, const char *step, const char *path) {
        return error_detail(&restore->command->context, STATUS_IO, "file_unwritable", "%s %s: %s", step, path, strerrordesc_np(errno));
}

static void clear_stage(Restore *restore) {
        static const char *const names[] = {"haike.db", "haike.db-wal", "haike.db-shm", "haike.lock"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                os_calls()->unlink(in(restore, restore->stage, names[i]));
        rmdir(restore->stage);
}

// ---- The backup, copied and examined

static Status copy_bytes(Restore *restore, int from, int to, const char *path) {
        char *block = arena_alloc(restore->command->context.arena, 1 << 20);
        for (;;) {
                ssize_t got = os_calls()->read(from, block, 1 << 20);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return failed(restore, "read the backup for", path);
                if (got == 0)
                        return STATUS_OK;
                for (ssize_t done = 0; done < got;) {
                        ssize_t put = os_calls()->write(to, block + done, (size_t)(got - done));
                        if (put < 0 && errno == EINTR)
                                continue;
                        if (put <= 0)
                                return failed(restore, "write", path);
                        done += put;
                }
        }
}

static Status copy_backup(Restore *restore, const char *file) {
        const char *path = in(restore, restore->stage, "haike.db");
        FD_CLEANUP int from = os_calls()->open(file, O_RDONLY | O_CLOEXEC, 0);
        if (from < 0)
                return error_detail(&restore->command->context, STATUS_NOT_FOUND, "file_not_found", "%s: %s", file, strerrordesc_np(errno));
        FD_CLEANUP int to = os_calls()->open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (to < 0)
                return failed(restore, "create", path);
        TRY(copy_bytes(restore, from, to, path));
        return os_calls()->fsync(to) == 0 ? STATUS_OK : failed(restore, "sync", path);
}

static void count_finding(void *arg, Str finding) {
        Restore *restore = arg;
        restore->findings++;
        command_printf(restore->command, STR_FMT "\n", STR_ARG(finding));
}

// Any SQLite file opens; one of Haike's has roles in it.
static Status has_roles(Call *call, void *arg) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from \"role\" limit 1");
        return db_get_int(call->db, &select, NULL, arg);
}

// What was noted beside the database since the backup was made is no longer in it: the restored log says that it was restored.
static Status say_restored(Call *call, void *arg) {
        const Restore *restore = arg;
        Buf detail = buf_make(call->context->arena, 16384);
        JsonWriter w = json_writer(&detail);
        Str name = str_from(restore->command->options->words[1]);
        json_open_object(&w);
        json_put_str(&w, "file", utf8_valid(name) ? name : STR("?"));
        json_close_object(&w);
        return record_audit(call, "command.restore", NULL, 0, buf_str(&detail));
}

// Opening brings it to this program's version; closing leaves one file, without a log beside it.
static Status examine(Restore *restore) {
        Context *context = &restore->command->context;
        Options options = {.data = restore->stage};
        Org *org = NULL;
        bool ours = false;
        Status status = command_open(context, &options, false, &org);
        if (status == STATUS_OK)
                status = work_read(context, org, has_roles, &ours);
        if (status == STATUS_OK)
                status = store_check(org_store(org), context, count_finding, restore);
        if (status == STATUS_OK && ours && !restore->findings)
                status = work_write(context, org, STR("command"), say_restored, restore);
        org_close(org);
        if (status == STATUS_OK && ours && !restore->findings && !exists(in(restore, restore->stage, "haike.db-wal")))
                return STATUS_OK;
        Str detail = context->error.detail;
        error_clear(context);
        return error_detail(context, STATUS_INVALID, "backup_damaged", STR_FMT, STR_ARG(detail));
}

// ---- The place it goes to

// Folds the former database's log into it, so that one file is all of it. One that cannot be opened any more is moved with its log.
static Status settle_former(Restore *restore) {
        Context *context = &restore->command->context;
        StoreConfig config = {.folder = restore->folder, .sync = true, .must_exist = true};
        Store *store = NULL;
        Status status = store_open(context, &config, &store);
        if (status == STATUS_OK)
                store_close(store);
        if (status == STATUS_OK || store_locked_elsewhere(context))
                return status;
        error_clear(context);
        return STATUS_OK;
}

static Status lock_folder(Restore *restore, int *ret_fd) {
        const char *path = in(restore, restore->folder, "haike.lock");
        int fd = os_calls()->open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
                return failed(restore, "open", path);
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
                close(fd);
                return error_detail(&restore->command->context, STATUS_BUSY, "store_locked", "%s", path);
        }
        *ret_fd = fd;
        return STATUS_OK;
}

static const char *name_for_former(Restore *restore) {
        const char *name = in(restore, restore->folder, "haike.db.before-restore");
        for (int i = 2; i < KEPT_LARGEST && exists(name); i++)
                name = str_format(restore->command->context.arena, "%s/haike.db.before-restore-%d", restore->folder, i).data;
        return name;
}

static Status sync_folder(Restore *restore) {
        FD_CLEANUP int fd = os_calls()->open(restore->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        return fd >= 0 && os_calls()->fsync(fd) == 0 ? STATUS_OK : failed(restore, "sync", restore->folder);
}

static Status keep_heads(Restore *restore) {
        const char *place = in(restore, restore->folder, AUDIT_HEADS_FILE), *kept = in(restore, restore->folder, AUDIT_HEADS_FILE ".before-restore");
        if (!exists(place))
                return STATUS_OK;
        for (int i = 2; i < KEPT_LARGEST && exists(kept); i++)
                kept = str_format(restore->command->context.arena, "%s/" AUDIT_HEADS_FILE ".before-restore-%d", restore->folder, i).data;
        if (os_calls()->rename(place, kept) != 0)
                return failed(restore, "rename", place);
        command_say(restore->command, "command.heads_kept", str_from(kept));
        return STATUS_OK;
}

static Status put_in_place(Restore *restore) {
        const char *place = in(restore, restore->folder, "haike.db"), *log = in(restore, restore->folder, "haike.db-wal");
        const char *former = exists(place) ? name_for_former(restore) : NULL;
        if (former && os_calls()->rename(place, former) != 0)
                return failed(restore, "rename", place);
        if (exists(log) && (former ? os_calls()->rename(log, str_format(restore->command->context.arena, "%s-wal", former).data) : os_calls()->unlink(log)) != 0)
                return failed(restore, "move", log);
        os_calls()->unlink(in(restore, restore->folder, "haike.db-shm"));
        if (os_calls()->rename(in(restore, restore->stage, "haike.db"), place) != 0)
                return failed(restore, "rename", place);
        TRY(keep_heads(restore));
        TRY(sync_folder(restore));
        command_say(restore->command, "command.restore_done");
        if (former)
                command_say(restore->command, "command.restore_kept", str_from(former));
        return STATUS_OK;
}

static Status run(Restore *restore) {
        Command *command = restore->command;
        if (command->options->database)
                return error_set(&command->context, STATUS_INVALID, "restore_postgres");
        restore->folder = command->options->data;
        restore->stage = in(restore, restore->folder, STAGE);
        TRY(folder_make(&command->context, restore->folder));
        TRY(settle_former(restore));
        FD_CLEANUP int lock = -1;
        TRY(lock_folder(restore, &lock));
        clear_stage(restore);
        TRY(folder_make(&command->context, restore->stage));
        Status status = copy_backup(restore, command_path(command, command->options->words[1]));
        if (status == STATUS_OK)
                status = examine(restore);
        if (status == STATUS_OK)
                status = put_in_place(restore);
        clear_stage(restore);
        return status;
}

int restore_command(Command *command) {
        Restore restore = {.command = command};
        Status status = run(&restore);
        if (store_locked_elsewhere(&command->context)) {
                command_warn(command, "command.server_runs");
                return EXIT_FAILED;
        }
        return status == STATUS_OK ? EXIT_DONE : command_fail(command, status);
}
