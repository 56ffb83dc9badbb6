// What the two engines offer to store.c. Nobody outside src/store includes this.
#pragma once
#include "store/store.h"
#include <pthread.h>
#include <stdatomic.h>

typedef Status (*DbRun)(Db *db, void *arg);

typedef struct Engine {
        Dialect dialect;
        void (*close)(Store *store);
        Status (*read)(Store *store, Context *context, int64_t step_budget, DbRun run, void *arg);
        Status (*write)(Store *store, Context *context, DbRun run, void *arg);
        bool (*submit)(Store *store, StoreWork *work);
        void (*on_commit)(Store *store);                       // a callback was set
        Status (*exec)(Db *db, const Sql *statement, int64_t *ret_changed);
        Status (*ddl)(Db *db, const Sql *statement);
        Status (*query)(Db *db, const Sql *statement, Rows **ret);
        int64_t (*last_id)(Db *db);                            // of the row inserted last; NULL: the statement returns it
        Status (*savepoint)(Db *db, int depth);                // begins the one of this depth
        Status (*release)(Db *db, int depth);
        Status (*rollback_to)(Db *db, int depth);              // and releases it
        Status (*rows_next)(Rows *rows, bool *ret_row);
        void (*rows_take)(Rows *rows, int column, ValueKind kind, Value *ret);
        int64_t (*rows_int)(Rows *rows, int column);
        Str (*rows_text)(Rows *rows, int column);
        bool (*rows_null)(Rows *rows, int column);
        void (*rows_close)(Rows *rows);                        // releases what the engine holds; called once
        Status (*prepare_migrations)(Db *db);                  // makes schema_version and locks it until the commit
        const Migration *migrations;                           // the engine's own, run before anyone else's
        size_t migrations_count;
        bool (*trim)(Store *store);                            // may be NULL: it keeps nothing
        Status (*backup)(Store *store, Context *context, const char *file);
        Status (*check)(Store *store, Context *context, void (*report)(void *arg, Str finding), void *arg);
} Engine;

struct Store {
        const Engine *engine;
        _Atomic int64_t writes, groups, reads, busy_us, queue;
        pthread_mutex_t notify_lock;
        void (*notify)(void *arg);
        void *notify_arg;
};

struct Db {
        Store *store;
        Context *context;
        bool writing, touched;
        bool failed;   // a statement failed: only a rollback, or that of the savepoint around it, makes the transaction usable again
        int depth;     // of savepoints
        int64_t written; // statements that may have written, or failed
        Rows *rows;    // open cursors
};

struct Rows {
        Db *db;
        Rows *next, *previous;
        bool closed;
};

void store_init(Store *store, const Engine *engine);
void store_done(Store *store);
void store_notify(Store *store);                   // calls the callback, if there is one
bool store_thread_start(pthread_t *thread, const char *name, void *(*run)(void *arg), void *arg); // signals stay with the main thread
Status store_busy(Context *context, const char *code, const char *detail);                       // STATUS_BUSY, to be tried again in a second
void db_init(Db *db, Store *store, Context *context, bool writing);
void db_close_rows(Db *db);                        // at the end of a transaction: nothing may stay open
void rows_open(Rows *rows, Db *db);                // links a new cursor to its transaction
Status db_error(Context *context, Status status, const char *code, Str statement, const char *message);

Status sqlite_open(Context *context, const StoreConfig *config, Store **ret) MUST_USE;
Status postgres_open(Context *context, const StoreConfig *config, Store **ret) MUST_USE;
