// The SQLite store: the folder and its lock, readers with their snapshots, start and stop.
#include "store/sqlite/sqlite.h"
#include "os/os.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEPS_BETWEEN_CHECKS 1000

// Given back last, taken first. A thread that reads alone keeps meeting its own connection.
static Status reader_take(SqliteStore *store, Context *context, SqliteConn **ret) {
        pthread_mutex_lock(&store->readers_lock);
        SqliteConn *conn = store->idle;
        if (conn)
                store->idle = conn->next;
        pthread_mutex_unlock(&store->readers_lock);
        if (!conn)
                return sqlite_connect(context, store, CONN_READER, ret);
        *ret = conn;
        return STATUS_OK;
}

static void reader_give_back(SqliteStore *store, SqliteConn *conn) {
        pthread_mutex_lock(&store->readers_lock);
        conn->next = store->idle;
        conn->reads++;
        conn->trimmed = false;
        store->idle = conn;
        pthread_mutex_unlock(&store->readers_lock);
}

static int count_steps(void *arg) {
        SqliteConn *conn = arg;
        conn->steps_left -= STEPS_BETWEEN_CHECKS;
        return conn->steps_left < 0;
}

static void set_budget(SqliteConn *conn, int64_t step_budget) {
        conn->steps_left = step_budget;
        sqlite3_progress_handler(conn->handle, step_budget ? STEPS_BETWEEN_CHECKS : 0, step_budget ? count_steps : NULL, conn);
}

static Status sqlite_read(Store *base, Context *context, int64_t step_budget, DbRun run, void *arg) {
        SqliteStore *store = (SqliteStore *)base;
        SqliteConn *conn;
        TRY(reader_take(store, context, &conn));
        int code = sqlite_run(conn, STR("begin"));
        if (code != SQLITE_OK) {
                Status status = sqlite_fail(conn, context, code, STR("begin"));
                sqlite_disconnect(conn);
                return status;
        }
        SqliteDb db = {.conn = conn};
        db_init(&db.base, base, context, false);
        set_budget(conn, step_budget);
        Status status = run(&db.base, arg);
        db_close_rows(&db.base);
        set_budget(conn, 0);
        if (!sqlite3_get_autocommit(conn->handle) && sqlite_run(conn, STR("rollback")) != SQLITE_OK)
                sqlite_disconnect(conn);
        else
                reader_give_back(store, conn);
        return status;
}

static Status sqlite_savepoint_run(Db *db, const char *verb, int depth) {
        SqliteConn *conn = ((SqliteDb *)db)->conn;
        Str text = str_format(db->context->arena, "%s s%d", verb, depth);
        int code = sqlite_run(conn, text);
        return code == SQLITE_OK ? STATUS_OK : sqlite_fail(conn, db->context, code, text);
}

static Status sqlite_savepoint(Db *db, int depth) {
        return sqlite_savepoint_run(db, "savepoint", depth);
}

static Status sqlite_release(Db *db, int depth) {
        return sqlite_savepoint_run(db, "release", depth);
}

// Called with an error in the context, which must stay there.
static Status sqlite_rollback_to(Db *db, int depth) {
        Error error = db->context->error;
        Status status = sqlite_savepoint_run(db, "rollback to", depth);
        if (status == STATUS_OK)
                status = sqlite_savepoint_run(db, "release", depth);
        db->context->error = error;
        return status;
}

// The lock is the kernel's and ends with the process; the number in the file is for people.
static Status lock_folder(Context *context, SqliteStore *store) {
        const char *path = str_c(context->arena, str_format(context->arena, "%s/haike.lock", store->folder));
        store->lock_fd = os_calls()->open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (store->lock_fd < 0)
                return error_detail(context, STATUS_IO, "database", "open %s: %s", path, strerror(errno));
        if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
                int error = errno;
                close(store->lock_fd);
                store->lock_fd = -1;
                if (error == EWOULDBLOCK)
                        return error_detail(context, STATUS_BUSY, "store_locked", "%s is locked by another process", path);
                return error_detail(context, STATUS_IO, "database", "lock %s: %s", path, strerror(error));
        }
        Str process = str_format(context->arena, "%d\n", (int)getpid());
        if (ftruncate(store->lock_fd, 0) != 0 || os_calls()->write(store->lock_fd, process.data, process.len) < 0)
                return error_detail(context, STATUS_IO, "database", "write %s: %s", path, strerror(errno));
        return STATUS_OK;
}

static void sqlite_close(Store *base) {
        SqliteStore *store = (SqliteStore *)base;
        sqlite_writer_stop(store);
        sqlite_checkpoint_stop(store);
        while (store->idle) {
                SqliteConn *conn = store->idle;
                store->idle = conn->next;
                sqlite_disconnect(conn);
        }
        if (store->lock_fd >= 0)
                close(store->lock_fd);
        pthread_mutex_destroy(&store->readers_lock);
        store_done(base);
        free(store->folder);
        free(store->path);
        free(store);
}

// Every write runs in the writer thread and migrations are writes: no lock is needed.
static Status sqlite_prepare_migrations(Db *db) {
        Sql create = db_sql(db);
        sql(&create, "create table if not exists schema_version (number integer not null, name text not null, applied_at integer not null, primary key (number, name)) strict");
        return db_ddl(db, &create);
}

static const Engine sqlite_engine = {
        .dialect = DIALECT_SQLITE,
        .close = sqlite_close,
        .read = sqlite_read,
        .write = sqlite_write,
        .submit = sqlite_submit,
        .exec = sqlite_exec,
        .ddl = sqlite_ddl,
        .query = sqlite_query,
        .last_id = sqlite_last_id,
        .savepoint = sqlite_savepoint,
        .release = sqlite_release,
        .rollback_to = sqlite_rollback_to,
        .rows_next = sqlite_rows_next,
        .rows_take = sqlite_rows_take,
        .rows_int = sqlite_rows_int,
        .rows_text = sqlite_rows_text,
        .rows_null = sqlite_rows_null,
        .rows_close = sqlite_rows_close,
        .prepare_migrations = sqlite_prepare_migrations,
        .trim = sqlite_trim,
        .backup = sqlite_backup,
        .check = sqlite_check,
};

static void configure_library(void) {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // its counters are a lock that all readers share
}

// Made here and not by SQLite, which would let others read it; the log takes over the file's rights.
static Status make_file(Context *context, const SqliteStore *store) {
        int file = os_calls()->open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0)
                return error_detail(context, STATUS_IO, "database", "open %s: %s", store->path, strerror(errno));
        close(file);
        return STATUS_OK;
}

static Status start(Context *context, const StoreConfig *config, SqliteStore *store) {
        struct stat found;
        if (config->must_exist && stat(store->path, &found) != 0)
                return error_detail(context, STATUS_NOT_FOUND, "no_database", "%s", store->path);
        TRY(folder_make(context, store->folder));
        TRY(lock_folder(context, store));
        TRY(make_file(context, store));
        TRY(sqlite_writer_start(context, store));
        return sqlite_checkpoint_start(context, store);
}

Status sqlite_open(Context *context, const StoreConfig *config, Store **ret) {
        static pthread_once_t configured = PTHREAD_ONCE_INIT;
        pthread_once(&configured, configure_library);
        SqliteStore *store = calloc(1, sizeof *store);
        ensure(store);
        store_init(&store->base, &sqlite_engine);
        pthread_mutex_init(&store->readers_lock, NULL);
        store->lock_fd = -1;
        store->sync = config->sync;
        store->folder = strdup(config->folder);
        ensure(store->folder);
        ensure(asprintf(&store->path, "%s/haike.db", store->folder) > 0);
        Status status = start(context, config, store);
        if (status != STATUS_OK) {
                sqlite_close(&store->base);
                return status;
        }
        *ret = &store->base;
        return STATUS_OK;
}
