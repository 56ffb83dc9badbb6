// One database, whichever engine: hands over to it, and keeps the rules that both share. A transaction in which a statement failed is of no further use (PostgreSQL
// says so by itself; here SQLite behaves alike), savepoints nest, and no cursor outlives its transaction.
#include "store/engine.h"
#include <signal.h>

#define PARAMETERS_LARGEST 32000 // SQLite's own limit is near, PostgreSQL's is twice that

Status store_open(Context *context, const StoreConfig *config, Store **ret) {
        return config->url ? postgres_open(context, config, ret) : sqlite_open(context, config, ret);
}

void store_close(Store *store) {
        if (store)
                store->engine->close(store);
}

Dialect store_dialect(const Store *store) {
        return store->engine->dialect;
}

bool store_locked_elsewhere(const Context *context) {
        return context->error.code && strcmp(context->error.code, "store_locked") == 0;
}

void store_init(Store *store, const Engine *engine) {
        store->engine = engine;
        pthread_mutex_init(&store->notify_lock, NULL);
}

void store_done(Store *store) {
        pthread_mutex_destroy(&store->notify_lock);
}

bool store_thread_start(pthread_t *thread, const char *name, void *(*run)(void *arg), void *arg) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        int code = pthread_create(thread, NULL, run, arg);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (code == 0)
                pthread_setname_np(*thread, name);
        return code == 0;
}

Status store_busy(Context *context, const char *code, const char *detail) {
        error_detail(context, STATUS_BUSY, code, "%s", detail);
        context->error.retry_after_s = 1;
        return STATUS_BUSY;
}

Status store_read(Store *store, Context *context, int64_t step_budget, DbRun run, void *arg) {
        atomic_fetch_add_explicit(&store->reads, 1, memory_order_relaxed);
        return store->engine->read(store, context, step_budget, run, arg);
}

Status store_write(Store *store, Context *context, DbRun run, void *arg) {
        return store->engine->write(store, context, run, arg);
}

bool store_submit(Store *store, StoreWork *work) {
        return store->engine->submit(store, work);
}

void store_on_commit(Store *store, void (*notify)(void *arg), void *arg) {
        pthread_mutex_lock(&store->notify_lock);
        store->notify = notify;
        store->notify_arg = arg;
        pthread_mutex_unlock(&store->notify_lock);
        if (notify && store->engine->on_commit)
                store->engine->on_commit(store);
}

void store_notify(Store *store) {
        pthread_mutex_lock(&store->notify_lock);
        void (*notify)(void *arg) = store->notify;
        void *arg = store->notify_arg;
        if (notify)
                notify(arg);
        pthread_mutex_unlock(&store->notify_lock);
}

StoreStats store_stats(const Store *store) {
        return (StoreStats){.writes = store->writes, .groups = store->groups, .reads = store->reads, .busy_ms = store->busy_us / 1000, .queue = store->queue};
}

bool store_trim(Store *store) {
        return !store->engine->trim || store->engine->trim(store);
}

Status store_backup(Store *store, Context *context, const char *file) {
        return store->engine->backup(store, context, file);
}

Status store_check(Store *store, Context *context, void (*report)(void *arg, Str finding), void *arg) {
        return store->engine->check(store, context, report, arg);
}

void db_init(Db *db, Store *store, Context *context, bool writing) {
        *db = (Db){.store = store, .context = context, .writing = writing};
}

void db_close_rows(Db *db) {
        while (db->rows)
                rows_free(db->rows);
}

Status db_error(Context *context, Status status, const char *code, Str statement, const char *message) {
        return error_detail(context, status, code, "%s (" STR_FMT ")", message ? message : "no message", STR_ARG(str_slice(statement, 0, 600)));
}

Context *db_context(Db *db) {
        return db->context;
}

Arena *db_arena(Db *db) {
        return db->context->arena;
}

Sql db_sql(Db *db) {
        return sql_make(db->context->arena, db->store->engine->dialect);
}

Dialect db_dialect(const Db *db) {
        return db->store->engine->dialect;
}

void db_touch(Db *db) {
        db->touched = true;
}

// What every statement needs to be true before it is handed to the engine.
static Status usable(Db *db, const Sql *statement) {
        if (db->failed)
                return db_error(db->context, STATUS_INTERNAL, "database", buf_str(&statement->text), "a statement after one that failed in the same transaction");
        if (buf_full(&statement->text) || statement->count > PARAMETERS_LARGEST)
                return error_set(db->context, STATUS_TOO_LARGE, "statement_too_large");
        ensure(statement->dialect == db_dialect(db));
        return STATUS_OK;
}

static Status remember(Db *db, Status status) {
        if (status != STATUS_OK) {
                db->failed = true;
                db->written++;
        }
        return status;
}

int64_t db_written(const Db *db) {
        return db->written;
}

Status db_exec(Db *db, const Sql *statement, int64_t *ret_changed) {
        TRY(usable(db, statement));
        db->written++;
        return remember(db, db->store->engine->exec(db, statement, ret_changed));
}

Status db_ddl(Db *db, const Sql *statement) {
        TRY(usable(db, statement));
        db->written++;
        return remember(db, db->store->engine->ddl(db, statement));
}

Status db_lock_table(Db *db, Str table, bool alone) {
        if (db_dialect(db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql lock = db_sql(db);
        sql(&lock, "lock table ");
        sql_name(&lock, table);
        sql_fixed(&lock, alone ? STR(" in share row exclusive mode") : STR(" in share mode"));
        return db_exec(db, &lock, NULL);
}

Status db_query(Db *db, const Sql *statement, Rows **ret) {
        TRY(usable(db, statement));
        db->written += !str_starts(buf_str(&statement->text), STR("select ")); // rows of what is written
        return remember(db, db->store->engine->query(db, statement, ret));
}

Status db_insert(Db *db, const Sql *statement, int64_t *ret_id) {
        const Engine *engine = db->store->engine;
        if (statement->row_id && engine->last_id) {
                TRY(db_exec(db, statement, NULL));
                *ret_id = engine->last_id(db);
                return STATUS_OK;
        }
        bool found;
        TRY(db_get_int(db, statement, ret_id, &found));
        if (!found)
                return remember(db, db_error(db->context, STATUS_INTERNAL, "database", buf_str(&statement->text), "an insert that returned no row"));
        return STATUS_OK;
}

Status db_first(Db *db, const Sql *statement, Rows **ret, bool *ret_found) {
        TRY(db_query(db, statement, ret));
        return rows_next(*ret, ret_found);
}

Status db_get_int(Db *db, const Sql *statement, int64_t *ret, bool *ret_found) {
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, statement, &rows, &found));
        if (found && ret)
                *ret = rows_int(rows, 0);
        if (ret_found)
                *ret_found = found;
        return STATUS_OK;
}

Status db_savepoint(Db *db, DbRun run, void *arg) {
        if (db->failed)
                return error_detail(db->context, STATUS_INTERNAL, "database", "a savepoint after a statement that failed in the same transaction");
        const Engine *engine = db->store->engine;
        int depth = ++db->depth;
        bool touched = db->touched;
        Status status = remember(db, engine->savepoint(db, depth));
        if (status == STATUS_OK) {
                status = run(db, arg);
                if (status == STATUS_OK && db->failed)
                        status = error_detail(db->context, STATUS_INTERNAL, "database", "a failed statement was passed over");
                if (status == STATUS_OK) {
                        status = remember(db, engine->release(db, depth));
                } else if (status != STATUS_RETRY && engine->rollback_to(db, depth) == STATUS_OK) {
                        db->failed = false;
                        db->touched = touched;
                } else {
                        db->failed = true;
                }
        }
        db->depth--;
        return status;
}

void rows_open(Rows *rows, Db *db) {
        rows->db = db;
        rows->next = db->rows;
        if (db->rows)
                db->rows->previous = rows;
        db->rows = rows;
}

Status rows_next(Rows *rows, bool *ret_row) {
        Db *db = rows->db;
        if (rows->closed)
                return error_detail(db->context, STATUS_INTERNAL, "database", "a cursor was used after its transaction");
        if (arena_over(db->context->arena))
                return error_set(db->context, STATUS_TOO_LARGE, "result_too_large");
        return remember(db, db->store->engine->rows_next(rows, ret_row));
}

void rows_take(Rows *rows, int column, ValueKind kind, Value *ret) {
        ensure(!rows->closed);
        rows->db->store->engine->rows_take(rows, column, kind, ret);
}

Value rows_value(Rows *rows, int column, ValueKind kind) {
        Value value;
        rows_take(rows, column, kind, &value);
        return value;
}

int64_t rows_int(Rows *rows, int column) {
        ensure(!rows->closed);
        return rows->db->store->engine->rows_int(rows, column);
}

Str rows_text(Rows *rows, int column) {
        ensure(!rows->closed);
        return rows->db->store->engine->rows_text(rows, column);
}

bool rows_null(Rows *rows, int column) {
        ensure(!rows->closed);
        return rows->db->store->engine->rows_null(rows, column);
}

void rows_free(Rows *rows) {
        if (!rows || rows->closed)
                return;
        rows->closed = true;
        Db *db = rows->db;
        if (rows->previous)
                rows->previous->next = rows->next;
        else
                db->rows = rows->next;
        if (rows->next)
                rows->next->previous = rows->previous;
        db->store->engine->rows_close(rows);
}
