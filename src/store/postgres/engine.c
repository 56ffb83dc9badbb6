// The PostgreSQL store: transactions over pooled connections, run again where the server asks for it; start and stop.
#include "store/postgres/postgres.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_DEFAULT 8
#define CONNECTIONS_LARGEST 64
#define QUEUE_LARGEST 4096
#define ATTEMPTS 10
#define PAUSE_LARGEST_MS 256
#define STEPS_PER_MS 20000 // about what SQLite does; budgets are given in its steps
#define TIMEOUT_LEAST_MS 100

static void transaction_begin(PgDb *db, PgStore *store, PgConn *conn, Context *context, bool writing) {
        *db = (PgDb){.store = store, .conn = conn};
        db_init(&db->base, &store->base, context, writing);
}

// Ends it without waiting: the result is collected when the connection is next used.
static void transaction_leave(PgDb *db, const char *command) {
        PgConn *conn = db->conn;
        if (!db->begun || conn->broken)
                return;
        postgres_send(conn, command);
        postgres_send_dropped(conn);
        postgres_sync(conn);
}

static Status commit(PgDb *db) {
        if (!db->begun)
                return STATUS_OK;
        PgConn *conn = db->conn;
        postgres_send_pending(db);
        if (db->base.touched && !db->store->listening) {
                char announcement[128];
                snprintf(announcement, sizeof announcement, "select pg_notify('%s', '%s')", db->store->channel, db->store->node);
                postgres_send(conn, announcement);
        }
        postgres_send(conn, "commit");
        postgres_sync(conn);
        PGresult *result = postgres_collect(conn, -1, NULL);
        if (!result)
                return db_error(db->base.context, STATUS_IO, "commit_unknown", STR("commit"), PQerrorMessage(conn->link));
        Status status = STATUS_OK;
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
                status = postgres_fail(db, result, STR("commit"));
        else if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
                status = db_error(db->base.context, STATUS_INTERNAL, "database", STR("commit"), "the server rolled back");
        PQclear(result);
        if (status == STATUS_OK && conn->dropped_count) {
                postgres_send_dropped(conn);
                postgres_sync(conn);
        }
        return status;
}

static Status postgres_read(Store *base, Context *context, int64_t step_budget, DbRun run, void *arg) {
        PgStore *store = (PgStore *)base;
        PgConn *conn;
        TRY(postgres_pool_take(store, context, false, &conn));
        PgDb db;
        transaction_begin(&db, store, conn, context, false);
        if (step_budget) {
                int64_t ms = step_budget / STEPS_PER_MS;
                db.timeout_ms = ms < TIMEOUT_LEAST_MS ? TIMEOUT_LEAST_MS : ms;
        }
        Status status = run(&db.base, arg);
        db_close_rows(&db.base);
        transaction_leave(&db, db.base.failed ? "rollback" : "commit");
        postgres_pool_give_back(store, conn);
        return status;
}

static Status write_once(PgStore *store, Context *context, DbRun run, void *arg) {
        PgConn *conn;
        TRY(postgres_pool_take(store, context, true, &conn));
        int64_t started_us = os_monotonic_us();
        PgDb db;
        transaction_begin(&db, store, conn, context, true);
        Status status = run(&db.base, arg);
        db_close_rows(&db.base);
        if (status == STATUS_OK && db.base.failed)
                status = error_detail(context, STATUS_INTERNAL, "database", "a failed statement was passed over");
        if (status == STATUS_OK)
                status = commit(&db);
        else
                transaction_leave(&db, "rollback");
        postgres_pool_give_back(store, conn);
        atomic_fetch_add(&store->base.busy_us, os_monotonic_us() - started_us);
        if (status == STATUS_OK && db.base.touched) {
                store_notify(&store->base);
                if (store->listening)
                        postgres_announce(store);
        }
        return status;
}

// The first time at once, then after pauses that grow and differ, so that those who collided do not collide again.
static void pause_before(int attempt) {
        if (attempt < 2)
                return;
        int longest_ms = attempt < 9 ? 1 << attempt : PAUSE_LARGEST_MS;
        uint16_t random;
        os_random(&random, sizeof random);
        struct timespec pause = {.tv_nsec = (1 + random % longest_ms) * 1000000L};
        nanosleep(&pause, NULL);
}

static Status write_until_done(PgStore *store, Context *context, DbRun run, void *arg) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                pause_before(attempt);
                Status status = write_once(store, context, run, arg);
                atomic_fetch_add(&store->base.groups, 1);
                if (status != STATUS_RETRY) {
                        atomic_fetch_add(&store->base.writes, 1);
                        return status;
                }
                if (attempt + 1 < ATTEMPTS)
                        error_clear(context);
        }
        context->error.status = STATUS_BUSY;
        context->error.retry_after_s = 1;
        return STATUS_BUSY;
}

static Status postgres_write(Store *base, Context *context, DbRun run, void *arg) {
        PgStore *store = (PgStore *)base;
        ensure(!postgres_pool_writes_here(store)); // as on SQLite, where it would wait for itself
        return write_until_done(store, context, run, arg);
}

typedef struct Submitted {
        PgStore *store;
        StoreWork *work;
} Submitted;

static void run_submitted(void *arg) {
        Submitted submitted = *(Submitted *)arg;
        free(arg);
        StoreWork *work = submitted.work;
        Status status = write_until_done(submitted.store, work->context, work->run, work->arg);
        submitted.store->base.queue--;
        work->done(status, work->arg);
}

static bool postgres_submit(Store *base, StoreWork *work) {
        PgStore *store = (PgStore *)base;
        Submitted *submitted = malloc(sizeof *submitted);
        ensure(submitted);
        *submitted = (Submitted){store, work};
        base->queue++;
        if (pool_submit(store->workers, run_submitted, submitted))
                return true;
        base->queue--;
        free(submitted);
        return false;
}

static Status add_pending(PgDb *db, Str command) {
        if (db->pending_count == PENDING_LARGEST)
                TRY(postgres_flush(db));
        db->pending[db->pending_count++] = command;
        return STATUS_OK;
}

static Status postgres_savepoint(Db *base, int depth) {
        return add_pending((PgDb *)base, str_format(base->context->arena, "savepoint s%d", depth));
}

// True when the savepoint was not even sent: then there is nothing to release or to roll back to.
static bool forget_pending(PgDb *db, int depth) {
        Str command = str_format(db->base.context->arena, "savepoint s%d", depth);
        for (int i = db->pending_count; i > 0; i--) {
                if (!str_eq(db->pending[i - 1], command))
                        continue;
                db->pending_count = i - 1;
                return true;
        }
        return false;
}

static Status postgres_release(Db *base, int depth) {
        PgDb *db = (PgDb *)base;
        if (forget_pending(db, depth))
                return STATUS_OK;
        return add_pending(db, str_format(base->context->arena, "release s%d", depth));
}

static Status postgres_rollback_to(Db *base, int depth) {
        PgDb *db = (PgDb *)base;
        if (db->conn->broken)
                return STATUS_IO;
        if (forget_pending(db, depth))
                return STATUS_OK;
        db->pending_count = 0; // what was to come inside of it
        TRY(add_pending(db, str_format(base->context->arena, "rollback to s%d", depth)));
        return add_pending(db, str_format(base->context->arena, "release s%d", depth));
}

static void postgres_close(Store *base) {
        PgStore *store = (PgStore *)base;
        pool_free(store->workers);
        postgres_listen_stop(store);
        for (int i = 0; i < store->conns_count; i++)
                postgres_conn_close(&store->conns[i]);
        if (store->wake_fd >= 0)
                close(store->wake_fd);
        pthread_mutex_destroy(&store->lock);
        pthread_cond_destroy(&store->returned);
        store_done(base);
        free(store->conns);
        free(store->url);
        free(store);
}

// One node migrates at a time; the others find everything done.
static Status postgres_prepare_migrations(Db *db) {
        Sql lock = db_sql(db);
        sql(&lock, "select pg_advisory_xact_lock(hashtext('haike migrations'), hashtext(current_schema()))");
        TRY(db_exec(db, &lock, NULL));
        Sql create = db_sql(db);
        sql(&create, "create table if not exists schema_version (number bigint not null, name text collate \"C\" not null, "
                     "applied_at timestamptz(3) not null, primary key (number, name))");
        return db_ddl(db, &create);
}

static Status postgres_backup(Store *store, Context *context, const char *file) {
        (void)store;
        (void)file;
        return error_set(context, STATUS_INVALID, "backup_postgres");
}

static Status check_connection(Db *db, void *arg) {
        (void)arg;
        Sql query = db_sql(db);
        sql(&query, "select 1");
        return db_get_int(db, &query, NULL, NULL);
}

static Status postgres_check(Store *store, Context *context, void (*report)(void *arg, Str finding), void *arg) {
        (void)report;
        (void)arg;
        return store_read(store, context, 0, check_connection, NULL);
}

static const Engine postgres_engine = {
        .dialect = DIALECT_POSTGRES,
        .close = postgres_close,
        .read = postgres_read,
        .write = postgres_write,
        .submit = postgres_submit,
        .on_commit = postgres_listen,
        .exec = postgres_exec,
        .ddl = postgres_ddl,
        .query = postgres_query,
        .savepoint = postgres_savepoint,
        .release = postgres_release,
        .rollback_to = postgres_rollback_to,
        .rows_next = postgres_rows_next,
        .rows_take = postgres_rows_take,
        .rows_int = postgres_rows_int,
        .rows_text = postgres_rows_text,
        .rows_null = postgres_rows_null,
        .rows_close = postgres_rows_close,
        .prepare_migrations = postgres_prepare_migrations,
        .migrations = postgres_migrations,
        .migrations_count = POSTGRES_MIGRATIONS,
        .backup = postgres_backup,
        .check = postgres_check,
};

static Str one_text(PGconn *link, Arena *arena, const char *query) {
        PGresult *result = PQexec(link, query);
        Str text = STR_NONE;
        if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
                text = str_copy(arena, str_from(PQgetvalue(result, 0, 0)));
        PQclear(result);
        return text;
}

// The schema that the search path names first need not be there yet.
static Status find_schema(Context *context, PGconn *link, bool must_exist, Str *ret) {
        Arena *arena = context->arena;
        if (must_exist && str_empty(one_text(link, arena, "select to_regclass('schema_version')")))
                return error_set(context, STATUS_NOT_FOUND, "no_database");
        Str schema = one_text(link, arena, "select current_schema()");
        if (str_empty(schema)) {
                PQclear(PQexec(link, "do $$ begin execute format('create schema if not exists %I', "
                                     "btrim(split_part(current_setting('search_path'), ',', 1), ' \"')); end $$"));
                schema = one_text(link, arena, "select current_schema()");
        }
        if (str_empty(schema))
                return error_detail(context, STATUS_IO, "database", "no schema: %s", PQerrorMessage(link));
        *ret = schema;
        return STATUS_OK;
}

static Status start(Context *context, const StoreConfig *config, PgStore *store) {
        PGconn *link;
        TRY(postgres_connect(context, store, &link));
        Str schema;
        Status status = find_schema(context, link, config->must_exist, &schema);
        PQfinish(link);
        TRY(status);
        uint64_t node;
        os_random(&node, sizeof node);
        snprintf(store->channel, sizeof store->channel, "haike_%016llx", (unsigned long long)str_hash(schema));
        snprintf(store->node, sizeof store->node, "%016llx", (unsigned long long)node);
        store->workers = pool_new("store", store->conns_count, QUEUE_LARGEST);
        return STATUS_OK;
}

Status postgres_open(Context *context, const StoreConfig *config, Store **ret) {
        PgStore *store = calloc(1, sizeof *store);
        ensure(store);
        store_init(&store->base, &postgres_engine);
        pthread_mutex_init(&store->lock, NULL);
        pthread_cond_init(&store->returned, NULL);
        store->wake_fd = -1;
        store->url = strdup(config->url);
        ensure(store->url);
        store->conns_count = config->readers > 0 ? config->readers : CONNECTIONS_DEFAULT;
        if (store->conns_count > CONNECTIONS_LARGEST)
                store->conns_count = CONNECTIONS_LARGEST;
        store->conns = calloc((size_t)store->conns_count, sizeof *store->conns);
        ensure(store->conns);
        Status status = start(context, config, store);
        if (status != STATUS_OK) {
                postgres_close(&store->base);
                return status;
        }
        *ret = &store->base;
        return STATUS_OK;
}
