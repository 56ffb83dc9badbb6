// What the files of the PostgreSQL engine share. Nobody outside src/store/postgres includes this.
#pragma once
#include "os/os.h"
#include "store/cache.h"
#include "store/engine.h"
#include <libpq-fe.h>

#define CHANNEL_SIZE 32

// A connection, always in pipeline mode. Commands are sent, counted, and their results collected later; what nobody waits for (a reader's
// commit) is collected when the connection is next used.
typedef struct PgConn {
        PGconn *link;             // NULL: not connected
        Cache statements;         // the handle is the number in the statement's name: s17
        int64_t last_statement;
        int64_t *dropped;         // statements the cache let go, still prepared on the server
        size_t dropped_count, dropped_capacity;
        int sent;                 // commands whose results were not collected yet
        bool synced;              // a synchronisation point was sent after them
        bool broken;              // to be closed
        bool busy, writing;       // by owner
        pthread_t owner;
        int64_t used;             // order of last use: the latest is taken first
} PgConn;

typedef struct PgStore {
        Store base;
        char *url;
        char channel[CHANNEL_SIZE], node[CHANNEL_SIZE];
        Pool *workers;            // run what is submitted

        pthread_mutex_t lock;     // of the connections' busy, writing, owner, used
        pthread_cond_t returned;
        PgConn *conns;
        int conns_count;
        int64_t uses;

        pthread_t listener;       // see listen.c
        int wake_fd;
        _Atomic bool listening, announce, stopping;
} PgStore;

#define PENDING_LARGEST 32

typedef struct PgDb {
        Db base;
        PgStore *store;
        PgConn *conn;
        bool begun;               // the server knows of the transaction: it begins with the first statement
        int64_t timeout_ms;       // of a statement; 0: none
        Str pending[PENDING_LARGEST]; // savepoint commands that go with the next statement
        int pending_count;
} PgDb;

// connection.c
Status postgres_connect(Context *context, const PgStore *store, PGconn **ret) MUST_USE;  // configured, not in pipeline mode
Status postgres_conn_open(Context *context, const PgStore *store, PgConn *conn) MUST_USE; // in pipeline mode
void postgres_conn_close(PgConn *conn);
void postgres_send(PgConn *conn, const char *command);            // without parameters and rows
void postgres_send_dropped(PgConn *conn);                         // deallocates what the cache let go
void postgres_sync(PgConn *conn);
PGresult *postgres_collect(PgConn *conn, int watched, bool *ret_watched_ok); // the first failure, else the last result; watched: number of the command asked about, -1 none; NULL: broken
Status postgres_fail(PgDb *db, const PGresult *result, Str statement); // explains it in the context
Status postgres_lost(PgDb *db, Str statement);                    // the connection broke
// pool.c
Status postgres_pool_take(PgStore *store, Context *context, bool writing, PgConn **ret) MUST_USE;
void postgres_pool_give_back(PgStore *store, PgConn *conn);
bool postgres_pool_writes_here(PgStore *store);                   // this thread is inside a write
// statement.c
Status postgres_statement(PgDb *db, const Sql *statement, bool prepare, PGresult **ret) MUST_USE;
void postgres_send_pending(PgDb *db);                             // what comes before a statement or the commit: begin, its timeout, savepoints
Status postgres_flush(PgDb *db) MUST_USE;                         // sends what is pending and waits
Status postgres_exec(Db *db, const Sql *statement, int64_t *ret_changed) MUST_USE;
Status postgres_ddl(Db *db, const Sql *statement) MUST_USE;
Status postgres_query(Db *db, const Sql *statement, Rows **ret) MUST_USE;
// rows.c
Rows *postgres_rows_new(Db *db, PGresult *result);
Status postgres_rows_next(Rows *rows, bool *ret_row) MUST_USE;
void postgres_rows_take(Rows *rows, int column, ValueKind kind, Value *ret);
int64_t postgres_rows_int(Rows *rows, int column);
Str postgres_rows_text(Rows *rows, int column);
bool postgres_rows_null(Rows *rows, int column);
void postgres_rows_close(Rows *rows);
// listen.c
void postgres_listen(Store *store);                               // starts the listener's thread, once
void postgres_listen_stop(PgStore *store);
void postgres_announce(PgStore *store);                           // tells other nodes, soon
// functions.c
#define POSTGRES_MIGRATIONS 2
extern const Migration postgres_migrations[POSTGRES_MIGRATIONS];
