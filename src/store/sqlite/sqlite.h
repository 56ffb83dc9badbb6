// What the files of the SQLite engine share. Nobody outside src/store/sqlite includes this.
#pragma once
#include "base/date.h"
#include "store/cache.h"
#include "store/engine.h"
#include <sqlite3.h>
#include <unicode/ucasemap.h>

#define ZONES_KEPT 16

// A connection, used by one thread at a time.
typedef struct SqliteConn SqliteConn;
struct SqliteConn {
        sqlite3 *handle;
        Cache statements;
        Arena *scratch;           // of the haike_ functions; forgotten after each call
        UCaseMap *case_map;
        Zone *zones[ZONES_KEPT];  // opened by haike_day and haike_at
        int zones_count;
        int64_t steps_left;
        SqliteConn *next;         // among the idle
        int reads;                // since sqlite_trim() looked last, under the readers' lock
        bool trimmed;             // and it has nothing to give back
};

typedef struct SqliteStore {
        Store base;
        char *folder, *path;
        int lock_fd;
        bool sync;

        pthread_mutex_t readers_lock;
        SqliteConn *idle;         // last used first: its cache is warm

        SqliteConn *writer;       // the writer thread's
        pthread_t writer_thread;
        pthread_mutex_t queue_lock;
        pthread_cond_t queue_cond;
        StoreWork *first, *last;
        bool stopping;
        int wal_pages;            // after the last commit; the writer thread's
        _Atomic bool trim_wanted; // the writer thread gives its cache back after the next group
        int64_t writes_seen;      // by sqlite_trim(), the last time

        SqliteConn *checkpointer; // the checkpoint thread's
        pthread_t checkpoint_thread;
        pthread_mutex_t checkpoint_lock;
        pthread_cond_t checkpoint_cond;
        bool checkpoint_wanted, checkpoint_stopping;
} SqliteStore;

typedef struct SqliteDb {
        Db base;
        SqliteConn *conn;
} SqliteDb;

typedef enum ConnUse { CONN_READER, CONN_WRITER, CONN_MAINTENANCE } ConnUse;

// connection.c
Status sqlite_connect(Context *context, const SqliteStore *store, ConnUse use, SqliteConn **ret) MUST_USE;
void sqlite_disconnect(SqliteConn *conn);                     // accepts NULL
int sqlite_run(SqliteConn *conn, Str text);                   // a cached statement without parameters and rows; answers SQLite's code
// error.c: SQLite's code as ours, explained in the context; call it before anything else is done with the connection
Status sqlite_fail(SqliteConn *conn, Context *context, int code, Str statement);
// functions.c
int sqlite_functions(SqliteConn *conn);
// statement.c
Status sqlite_exec(Db *db, const Sql *statement, int64_t *ret_changed) MUST_USE;
Status sqlite_ddl(Db *db, const Sql *statement) MUST_USE;
Status sqlite_query(Db *db, const Sql *statement, Rows **ret) MUST_USE;
int64_t sqlite_last_id(Db *db);
Status sqlite_rows_next(Rows *rows, bool *ret_row) MUST_USE;
void sqlite_rows_take(Rows *rows, int column, ValueKind kind, Value *ret);
int64_t sqlite_rows_int(Rows *rows, int column);
Str sqlite_rows_text(Rows *rows, int column);
bool sqlite_rows_null(Rows *rows, int column);
void sqlite_rows_close(Rows *rows);
// writer.c
Status sqlite_writer_start(Context *context, SqliteStore *store) MUST_USE;
void sqlite_writer_stop(SqliteStore *store);                  // finishes what is queued
Status sqlite_write(Store *store, Context *context, DbRun run, void *arg) MUST_USE;
bool sqlite_submit(Store *store, StoreWork *work);
// maintain.c
Status sqlite_checkpoint_start(Context *context, SqliteStore *store) MUST_USE;
void sqlite_checkpoint_stop(SqliteStore *store);
void sqlite_checkpoint_after_commit(SqliteStore *store);      // by the writer thread
bool sqlite_trim(Store *store);
Status sqlite_backup(Store *store, Context *context, const char *file) MUST_USE;
Status sqlite_check(Store *store, Context *context, void (*report)(void *arg, Str finding), void *arg) MUST_USE;
