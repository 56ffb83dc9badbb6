// What only PostgreSQL needs: connections that break, transactions that are run again, news between nodes, migrations by several nodes at once.
#include "store/fixture.h"
#include "os/os.h"
#include <pthread.h>

static Status run_ddl(Db *db, Str text) {
        Sql statement = db_sql(db);
        sql_fixed(&statement, text);
        return db_ddl(db, &statement);
}

static Status make_tables(Db *db, void *arg) {
        (void)arg;
        TRY(run_ddl(db, STR("create table counter (id bigint primary key, value bigint not null)")));
        return run_ddl(db, STR("insert into counter values (1, 0), (2, 0)"));
}

static int setup(void **state) {
        Fixture *f = calloc(1, sizeof *f);
        fixture_open(f, DIALECT_POSTGRES);
        assert_ok(f, store_write(f->store, &f->context, make_tables, NULL));
        *state = f;
        return 0;
}

// Another node: a store of its own on the same schema.
static void open_node(Fixture *f, int connections, Store **ret) {
        StoreConfig config = {.url = f->url, .readers = connections};
        assert_ok(f, store_open(&f->context, &config, ret));
}

static Status get_process(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select pg_backend_pid()");
        return db_get_int(db, &query, arg, NULL);
}

static Status end_process(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select pg_terminate_backend(");
        sql_int(&query, *(int64_t *)arg);
        sql(&query, "::integer, 5000)");
        return db_get_int(db, &query, NULL, NULL);
}

static Status increment(Db *db, int64_t id) {
        Sql update = db_sql(db);
        sql(&update, "update counter set value = value + 1 where id = ");
        sql_int(&update, id);
        return db_exec(db, &update, NULL);
}

static Status increment_first(Db *db, void *arg) {
        (void)arg;
        db_touch(db);
        return increment(db, 1);
}

static Status read_first(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select value from counter where id = 1");
        return db_get_int(db, &query, arg, NULL);
}

static void test_idle_connection_breaks(void **state) {
        Fixture *f = *state;
        Store *node;
        open_node(f, 1, &node);
        int64_t process, again, before, after;
        assert_ok(f, store_read(f->store, &f->context, 0, read_first, &before));
        for (int i = 0; i < 4; i++) {
                assert_ok(f, store_read(node, &f->context, 0, get_process, &process));
                if (i % 2)
                        assert_ok(f, store_write(node, &f->context, increment_first, NULL));
                assert_ok(f, store_write(f->store, &f->context, end_process, &process));
                if (i < 2)
                        assert_ok(f, store_read(node, &f->context, 0, read_first, &after));
                else
                        assert_ok(f, store_write(node, &f->context, increment_first, NULL));
                assert_ok(f, store_read(node, &f->context, 0, get_process, &again));
                assert_int_not_equal(process, again);
        }
        assert_ok(f, store_read(f->store, &f->context, 0, read_first, &after));
        assert_int_equal(after, before + 4);
        store_close(node);
}

typedef struct Breaking {
        Fixture *fixture;
        int runs;
} Breaking;

static Status break_in_the_middle(Db *db, void *arg) {
        Breaking *breaking = arg;
        TRY(increment(db, 1));
        if (breaking->runs++ == 0) {
                int64_t process;
                TRY(get_process(db, &process));
                Context context;
                context_init(&context, breaking->fixture->arena, LANG_EN, 0);
                TRY(store_read(breaking->fixture->store, &context, 0, end_process, &process));
        }
        return increment(db, 1);
}

static void test_transaction_breaks(void **state) {
        Fixture *f = *state;
        Store *node;
        open_node(f, 2, &node);
        int64_t before, after;
        Breaking breaking = {.fixture = f};
        assert_ok(f, store_read(f->store, &f->context, 0, read_first, &before));
        assert_ok(f, store_write(node, &f->context, break_in_the_middle, &breaking));
        assert_int_equal(breaking.runs, 2);
        assert_ok(f, store_read(f->store, &f->context, 0, read_first, &after));
        assert_int_equal(after, before + 2);
        breaking.runs = 0;
        assert_int_equal(store_read(node, &f->context, 0, break_in_the_middle, &breaking), STATUS_INTERNAL); // a read may not write
        error_clear(&f->context);
        store_close(node);
}

// Two transactions that lock the same two rows in different order.
typedef struct Crossing {
        Fixture *fixture;
        int64_t first, second;
        int runs;
        pthread_barrier_t *barrier;
        Status status;
} Crossing;

static Status cross(Db *db, void *arg) {
        Crossing *crossing = arg;
        TRY(increment(db, crossing->first));
        if (crossing->runs++ == 0)
                pthread_barrier_wait(crossing->barrier);
        return increment(db, crossing->second);
}

static void *cross_thread(void *arg) {
        Crossing *crossing = arg;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        crossing->status = store_write(crossing->fixture->store, &context, cross, crossing);
        return NULL;
}

static void test_deadlock(void **state) {
        Fixture *f = *state;
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, 2);
        Crossing crossings[2] = {{f, 1, 2, 0, &barrier, STATUS_OK}, {f, 2, 1, 0, &barrier, STATUS_OK}};
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, cross_thread, &crossings[i]), 0);
        for (int i = 0; i < 2; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(crossings[i].status, STATUS_OK);
        }
        assert_true(crossings[0].runs + crossings[1].runs > 2);
        pthread_barrier_destroy(&barrier);
}

static Status always_again(Db *db, void *arg) {
        ++*(int *)arg;
        return error_set(db_context(db), STATUS_RETRY, "retry");
}

static void test_retries_end(void **state) {
        Fixture *f = *state;
        int runs = 0;
        assert_int_equal(store_write(f->store, &f->context, always_again, &runs), STATUS_BUSY);
        assert_true(runs > 3 && runs < 100);
        assert_true(f->context.error.retry_after_s > 0);
        error_clear(&f->context);
}

static void note_news(void *arg) {
        ++*(_Atomic int *)arg;
}

static void wait_until(const _Atomic int *news, int least) {
        for (int i = 0; i < 5000 && *news < least; i++)
                usleep(1000);
        assert_true(*news >= least);
}

static void test_news(void **state) {
        Fixture *f = *state;
        Store *hearing, *silent;
        open_node(f, 2, &hearing);
        open_node(f, 2, &silent);
        _Atomic int heard = 0, own = 0;
        store_on_commit(hearing, note_news, &heard);
        wait_until(&heard, 1); // it listens now, and has asked to look once
        assert_ok(f, store_write(silent, &f->context, increment_first, NULL));
        wait_until(&heard, 2);
        store_on_commit(silent, note_news, &own);
        wait_until(&own, 1);
        int before = heard;
        for (int i = 0; i < 20; i++)
                assert_ok(f, store_write(silent, &f->context, increment_first, NULL));
        wait_until(&heard, before + 1);
        assert_true(own >= 21);
        before = heard;
        assert_ok(f, store_write(silent, &f->context, increment_first, NULL));
        store_close(silent); // what was not announced yet still is
        wait_until(&heard, before + 1);
        store_close(hearing);
}

static Status nested(Db *db, void *arg) {
        int *left = arg;
        if (--*left == 0)
                return STATUS_OK;
        return db_savepoint(db, nested, left);
}

static Status fail_inside(Db *db, void *arg) {
        int left = *(int *)arg;
        for (int i = 0; i < left; i++) {
                int none = 1;
                TRY(db_savepoint(db, nested, &none));
        }
        TRY(increment(db, 1));
        return error_set(db_context(db), STATUS_CONFLICT, "conflict");
}

static Status many_savepoints(Db *db, void *arg) {
        (void)arg;
        int depth = 80;
        TRY(db_savepoint(db, nested, &depth));
        TRY(increment(db, 2));
        for (int i = 0; i < 3; i++)
                assert_int_equal(db_savepoint(db, fail_inside, &i), STATUS_CONFLICT);
        for (int i = 0; i < 50; i++) {
                depth = 3;
                TRY(db_savepoint(db, nested, &depth));
        }
        error_clear(db_context(db));
        return STATUS_OK;
}

static void test_savepoints(void **state) {
        Fixture *f = *state;
        int64_t before, after;
        assert_ok(f, store_read(f->store, &f->context, 0, read_first, &before));
        assert_ok(f, store_write(f->store, &f->context, many_savepoints, NULL));
        assert_ok(f, store_read(f->store, &f->context, 0, read_first, &after));
        assert_int_equal(after, before);
}

static Status use_statements(Db *db, void *arg) {
        (void)arg;
        for (int i = 0; i < 450; i++) {
                Sql query = db_sql(db);
                sql(&query, "select value as ");
                sql_alias(&query, i);
                sql(&query, " from counter where id = 1");
                TRY(db_get_int(db, &query, NULL, NULL));
        }
        return STATUS_OK;
}

static Status count_prepared(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select count(*) from pg_prepared_statements");
        return db_get_int(db, &query, arg, NULL);
}

static void test_statements_are_let_go(void **state) {
        Fixture *f = *state;
        Store *node;
        open_node(f, 1, &node);
        int64_t count;
        assert_ok(f, store_read(node, &f->context, 0, use_statements, NULL));
        assert_ok(f, store_read(node, &f->context, 0, count_prepared, &count));
        assert_true(count > 100 && count <= 201);
        assert_ok(f, store_write(node, &f->context, use_statements, NULL));
        assert_ok(f, store_read(node, &f->context, 0, count_prepared, &count));
        assert_true(count > 100 && count <= 201);
        store_close(node);
}

static Status change_type(Db *db, void *arg) {
        (void)arg;
        return run_ddl(db, STR("alter table counter alter column value type numeric"));
}

// A prepared statement whose result changed its type is prepared again.
static void test_type_changes(void **state) {
        Fixture *f = *state;
        Store *node;
        open_node(f, 1, &node);
        int64_t value;
        assert_ok(f, store_write(node, &f->context, read_first, &value));
        assert_ok(f, store_write(f->store, &f->context, change_type, NULL));
        assert_ok(f, store_write(node, &f->context, read_first, &value));
        store_close(node);
}

static Status create_once(Db *db) {
        TRY(run_ddl(db, STR("create table migrated (id bigint)")));
        usleep(50000);
        return STATUS_OK;
}

static void *migrate_thread(void *arg) {
        Crossing *crossing = arg;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        static const Migration migrations[] = {{7, "once", create_once}};
        pthread_barrier_wait(crossing->barrier);
        crossing->status = store_migrate(crossing->fixture->store, &context, migrations, 1);
        return NULL;
}

static void test_migrations_at_once(void **state) {
        Fixture *f = *state;
        pthread_barrier_t barrier;
        pthread_barrier_init(&barrier, NULL, 4);
        Crossing nodes[4];
        pthread_t threads[4];
        for (int i = 0; i < 4; i++) {
                nodes[i] = (Crossing){.fixture = f, .barrier = &barrier};
                assert_int_equal(pthread_create(&threads[i], NULL, migrate_thread, &nodes[i]), 0);
        }
        for (int i = 0; i < 4; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(nodes[i].status, STATUS_OK);
        }
        pthread_barrier_destroy(&barrier);
}

static void test_nobody_there(void **state) {
        Fixture *f = *state;
        Store *store = NULL;
        StoreConfig config = {.url = "postgres://127.0.0.1:1/none"};
        assert_int_equal(store_open(&f->context, &config, &store), STATUS_BUSY);
        assert_null(store);
        assert_string_equal(f->context.error.code, "database_unreachable");
        error_clear(&f->context);
        assert_int_equal(store_backup(f->store, &f->context, "nowhere"), STATUS_INVALID);
        error_clear(&f->context);
}

int main(void) {
        if (!fixture_postgres()) {
                printf("postgres: skipped, HAIKE_TEST_POSTGRES is not set\n");
                return 0;
        }
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_idle_connection_breaks), cmocka_unit_test(test_transaction_breaks), cmocka_unit_test(test_deadlock), cmocka_unit_test(test_retries_end),
                cmocka_unit_test(test_news), cmocka_unit_test(test_savepoints), cmocka_unit_test(test_statements_are_let_go), cmocka_unit_test(test_type_changes),
                cmocka_unit_test(test_migrations_at_once), cmocka_unit_test(test_nobody_there),
        };
        return cmocka_run_group_tests_name("postgres", tests, setup, fixture_teardown);
}
