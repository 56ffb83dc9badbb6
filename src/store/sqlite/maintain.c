// What runs beside readers and writer: moving the log into the database, giving caches back, backup, integrity check.
#include "os/os.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define WAL_PAGES_WANTED 1000  // from here on the checkpoint thread works
#define READS_FEW 200           // between two looks: whoever reads less can do without its cache; the server's own looks for work are fewer
#define WRITES_FEW 200
#define WAL_PAGES_LARGEST 16000 // from here on the writer waits for it: under steady load only a pause lets the log start again

static void *checkpoint_loop(void *arg) {
        SqliteStore *store = arg;
        pthread_mutex_lock(&store->checkpoint_lock);
        while (!store->checkpoint_stopping) {
                if (!store->checkpoint_wanted) {
                        pthread_cond_wait(&store->checkpoint_cond, &store->checkpoint_lock);
                        continue;
                }
                pthread_mutex_unlock(&store->checkpoint_lock);
                // A failure is no one's answer: the log stays longer and the next commit asks again.
                sqlite3_wal_checkpoint_v2(store->checkpointer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
                pthread_mutex_lock(&store->checkpoint_lock);
                store->checkpoint_wanted = false;
        }
        pthread_mutex_unlock(&store->checkpoint_lock);
        return NULL;
}

void sqlite_checkpoint_after_commit(SqliteStore *store) {
        if (store->wal_pages < WAL_PAGES_WANTED)
                return;
        if (store->wal_pages >= WAL_PAGES_LARGEST)
                sqlite3_wal_checkpoint_v2(store->writer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        pthread_mutex_lock(&store->checkpoint_lock);
        if (!store->checkpoint_wanted) {
                store->checkpoint_wanted = true;
                pthread_cond_signal(&store->checkpoint_cond);
        }
        pthread_mutex_unlock(&store->checkpoint_lock);
}

Status sqlite_checkpoint_start(Context *context, SqliteStore *store) {
        TRY(sqlite_connect(context, store, CONN_MAINTENANCE, &store->checkpointer));
        pthread_mutex_init(&store->checkpoint_lock, NULL);
        pthread_cond_init(&store->checkpoint_cond, NULL);
        if (store_thread_start(&store->checkpoint_thread, "store-log", checkpoint_loop, store))
                return STATUS_OK;
        sqlite_disconnect(store->checkpointer);
        store->checkpointer = NULL;
        return error_detail(context, STATUS_IO, "database", "no thread for checkpoints");
}

void sqlite_checkpoint_stop(SqliteStore *store) {
        if (!store->checkpointer)
                return;
        pthread_mutex_lock(&store->checkpoint_lock);
        store->checkpoint_stopping = true;
        pthread_cond_signal(&store->checkpoint_cond);
        pthread_mutex_unlock(&store->checkpoint_lock);
        pthread_join(store->checkpoint_thread, NULL);
        pthread_mutex_destroy(&store->checkpoint_lock);
        pthread_cond_destroy(&store->checkpoint_cond);
        sqlite_disconnect(store->checkpointer);
        store->checkpointer = NULL;
}

// ---- caches

// Takes those out of the idle that have read little and still keep something.
static SqliteConn *take_cold(SqliteStore *store) {
        SqliteConn *cold = NULL;
        pthread_mutex_lock(&store->readers_lock);
        for (SqliteConn **at = &store->idle; *at;) {
                SqliteConn *conn = *at;
                bool is_cold = conn->reads < READS_FEW && !conn->trimmed;
                conn->reads = 0;
                if (!is_cold) {
                        at = &conn->next;
                        continue;
                }
                *at = conn->next;
                conn->next = cold;
                cold = conn;
        }
        pthread_mutex_unlock(&store->readers_lock);
        return cold;
}

// Behind the others: who is taken first has its cache.
static void put_back(SqliteStore *store, SqliteConn *conns) {
        pthread_mutex_lock(&store->readers_lock);
        SqliteConn **at = &store->idle;
        while (*at)
                at = &(*at)->next;
        *at = conns;
        pthread_mutex_unlock(&store->readers_lock);
}

// Prepared statements stay.
bool sqlite_trim(Store *base) {
        SqliteStore *store = (SqliteStore *)base;
        SqliteConn *cold = take_cold(store);
        for (SqliteConn *conn = cold; conn; conn = conn->next) {
                sqlite3_db_release_memory(conn->handle);
                conn->trimmed = true;
        }
        put_back(store, cold);
        int64_t writes = base->writes;
        bool quiet = writes - store->writes_seen < WRITES_FEW;
        store->writes_seen = writes;
        if (quiet)
                store->trim_wanted = true;
        return cold || quiet;
}

static Status backup_failed(Context *context, const char *step, const char *path) {
        return error_detail(context, STATUS_IO, errno == ENOSPC ? "disk_full" : "backup_failed", "%s %s: %s", step, path, strerror(errno));
}

static Status sync_path(Context *context, const char *path, int flags) {
        int file = os_calls()->open(path, flags | O_CLOEXEC, 0);
        if (file < 0)
                return backup_failed(context, "open", path);
        int code = os_calls()->fsync(file);
        int error = errno;
        close(file);
        errno = error;
        return code == 0 ? STATUS_OK : backup_failed(context, "fsync", path);
}

static Status copy_into(SqliteStore *store, Context *context, const char *path) {
        SqliteConn *conn;
        TRY(sqlite_connect(context, store, CONN_MAINTENANCE, &conn));
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(conn->handle, "vacuum into ?1", -1, &statement, NULL);
        if (code == SQLITE_OK) {
                sqlite3_bind_text(statement, 1, path, -1, SQLITE_TRANSIENT);
                code = sqlite3_step(statement);
        }
        Status status = code == SQLITE_DONE ? STATUS_OK : sqlite_fail(conn, context, code, STR("vacuum into"));
        sqlite3_finalize(statement);
        sqlite_disconnect(conn);
        return status;
}

static Str folder_of(Str path) {
        for (size_t i = path.len; i > 0; i--)
                if (path.data[i - 1] == '/')
                        return str_slice(path, 0, i);
        return STR(".");
}

// Under another name until it is complete, so that a file of this name is always a whole backup.
Status sqlite_backup(Store *base, Context *context, const char *file) {
        Arena *arena = context->arena;
        const char *partial = str_c(arena, str_format(arena, "%s.partial", file));
        os_calls()->unlink(partial);
        Status status = copy_into((SqliteStore *)base, context, partial);
        if (status == STATUS_OK)
                status = sync_path(context, partial, O_RDWR);
        if (status == STATUS_OK && os_calls()->rename(partial, file) != 0)
                status = backup_failed(context, "rename", file);
        if (status == STATUS_OK)
                return sync_path(context, str_c(arena, folder_of(str_from(file))), O_RDONLY | O_DIRECTORY);
        os_calls()->unlink(partial);
        return status;
}

static Status check_integrity(SqliteConn *conn, Context *context, void (*report)(void *arg, Str finding), void *arg) {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(conn->handle, "pragma integrity_check(100)", -1, &statement, NULL);
        while (code == SQLITE_OK || code == SQLITE_ROW) {
                code = sqlite3_step(statement);
                if (code != SQLITE_ROW)
                        break;
                Str finding = str_from((const char *)sqlite3_column_text(statement, 0));
                if (!str_is(finding, "ok"))
                        report(arg, finding);
        }
        Status status = code == SQLITE_DONE ? STATUS_OK : sqlite_fail(conn, context, code, STR("integrity_check"));
        sqlite3_finalize(statement);
        return status;
}

static Status check_references(SqliteConn *conn, Context *context, void (*report)(void *arg, Str finding), void *arg) {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(conn->handle, "pragma foreign_key_check", -1, &statement, NULL);
        while (code == SQLITE_OK || code == SQLITE_ROW) {
                code = sqlite3_step(statement);
                if (code != SQLITE_ROW)
                        break;
                report(arg, str_format(context->arena, "%s row %lld refers to a row of %s that is not there", (const char *)sqlite3_column_text(statement, 0),
                                       (long long)sqlite3_column_int64(statement, 1), (const char *)sqlite3_column_text(statement, 2)));
        }
        Status status = code == SQLITE_DONE ? STATUS_OK : sqlite_fail(conn, context, code, STR("foreign_key_check"));
        sqlite3_finalize(statement);
        return status;
}

Status sqlite_check(Store *base, Context *context, void (*report)(void *arg, Str finding), void *arg) {
        SqliteConn *conn;
        TRY(sqlite_connect(context, (SqliteStore *)base, CONN_READER, &conn));
        Status status = check_integrity(conn, context, report, arg);
        if (status == STATUS_OK)
                status = check_references(conn, context, report, arg);
        sqlite_disconnect(conn);
        return status;
}
