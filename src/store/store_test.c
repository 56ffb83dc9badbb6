// What both engines promise: values come back as they went in, failures leave no trace, constraints are named, migrations run once.
#include "store/fixture.h"
#include "os/os.h"
#include <pthread.h>

typedef struct Run {
        Fixture *fixture;
        const char *name;
        int64_t number;
        Value value;
        Status status;
} Run;

static Status ddl(Db *db, Str text) {
        Sql statement = db_sql(db);
        sql_fixed(&statement, text);
        return db_ddl(db, &statement);
}

static Status count_rows(Db *db, const char *table, int64_t *ret) {
        Sql query = db_sql(db);
        sql(&query, "select count(*) from ");
        sql_name(&query, str_from(table));
        return db_get_int(db, &query, ret, NULL);
}

static const struct { ValueKind kind; const char *name; } kinds[] = {
        {VALUE_BOOL, "b"}, {VALUE_INTEGER, "i"}, {VALUE_NUMBER, "n"}, {VALUE_TEXT, "t"}, {VALUE_DATE, "d"}, {VALUE_DATETIME, "m"}, {VALUE_BLOB, "x"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static Status make_sample(Db *db, void *arg) {
        (void)arg;
        Sql create = db_sql(db);
        sql(&create, "create table sample (id");
        sql_identity(&create);
        for (size_t i = 0; i < KINDS; i++) {
                sql(&create, ", ");
                sql_name(&create, str_from(kinds[i].name));
                sql(&create, " ");
                sql_fixed(&create, sql_type(db_dialect(db), kinds[i].kind));
        }
        sql_table_end(&create);
        TRY(db_ddl(db, &create));
        TRY(ddl(db, STR("create unique index sample_t_unique on sample (t, i) where d is null")));
        return ddl(db, STR("create unique index sample_expression on sample (haike_length(t)) where d is not null"));
}

static Status insert_value(Db *db, void *arg) {
        Run *run = arg;
        Sql insert = db_sql(db);
        sql(&insert, "insert into sample (");
        sql_name(&insert, str_from(run->name));
        sql(&insert, ") values (");
        sql_value(&insert, run->value);
        sql(&insert, ") returning id");
        return db_insert(db, &insert, &run->number);
}

static Status read_value(Db *db, void *arg) {
        Run *run = arg;
        Sql query = db_sql(db);
        sql(&query, "select ");
        sql_name(&query, str_from(run->name));
        sql(&query, " from sample where id = ");
        sql_int(&query, run->number);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &query, &rows));
        bool found;
        TRY(rows_next(rows, &found));
        assert_true(found);
        ValueKind kind = VALUE_TEXT;
        for (size_t i = 0; i < KINDS; i++)
                if (strcmp(kinds[i].name, run->name) == 0)
                        kind = kinds[i].kind;
        Value value = rows_value(rows, 0, kind);
        assert_true(value_eq(value, run->value));
        assert_int_equal(rows_null(rows, 0), value_is_null(value));
        if (kind == VALUE_DATE && !value_is_null(value))
                assert_int_equal(rows_int(rows, 0), value.day);
        if (kind == VALUE_DATETIME && !value_is_null(value))
                assert_int_equal(rows_int(rows, 0), value.ms);
        TRY(rows_next(rows, &found));
        assert_false(found);
        return STATUS_OK;
}

static void test_values(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_write(f->store, &f->context, make_sample, NULL));
        char all_bytes[256];
        for (int i = 0; i < 256; i++)
                all_bytes[i] = (char)i;
        const struct { const char *name; Value value; } samples[] = {
                {"b", value_bool(true)}, {"b", value_bool(false)}, {"b", VALUE_NONE},
                {"i", value_int(0)}, {"i", value_int(INT64_MAX)}, {"i", value_int(INT64_MIN)},
                {"n", value_number((Decimal){0})}, {"n", value_number((Decimal){1})}, {"n", value_number((Decimal){-1})},
                {"n", value_number((Decimal){DECIMAL_MAX})}, {"n", value_number((Decimal){-DECIMAL_MAX})}, {"n", value_number((Decimal){120000000000})},
                {"t", value_text(STR(""))}, {"t", value_text(STR("海客 'quote\" \\ ?1 $1"))}, {"t", VALUE_NONE},
                {"d", value_date(0)}, {"d", value_date(-719162)}, {"d", value_date(2932896)}, {"d", value_date(-1)},
                {"m", value_datetime(0)}, {"m", value_datetime(-62135596800000)}, {"m", value_datetime(253402300799999)},
                {"m", value_datetime(-1)}, {"m", value_datetime(1700000000123)}, {"m", value_datetime(-12345678901)},
                {"x", value_blob(STR(""))}, {"x", value_blob(str_make(all_bytes, 256))},
        };
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
                Run run = {.fixture = f, .name = samples[i].name, .value = samples[i].value};
                assert_ok(f, store_write(f->store, &f->context, insert_value, &run));
                assert_ok(f, store_read(f->store, &f->context, 0, read_value, &run));
        }
}

static Status insert_pair(Db *db, void *arg) {
        Run *run = arg;
        Sql insert = db_sql(db);
        sql(&insert, "insert into sample (t, i, d) values (");
        sql_str(&insert, str_from(run->name));
        sql(&insert, ", ");
        sql_int(&insert, run->number);
        sql(&insert, ", ");
        sql_value(&insert, run->value);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static Status insert_id(Db *db, void *arg) {
        Run *run = arg;
        Sql insert = db_sql(db);
        sql(&insert, "insert into sample (id) values (");
        sql_int(&insert, run->number);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static void assert_not_unique(Fixture *f, Status status, const char *index) {
        assert_int_equal(status, STATUS_CONFLICT);
        assert_string_equal(f->context.error.code, "not_unique");
        assert_string_equal(str_c(f->arena, f->context.error.args[0]), index);
        error_clear(&f->context);
}

static void test_unique(void **state) {
        Fixture *f = *state;
        Run run = {.name = "twice", .number = 7};
        assert_ok(f, store_write(f->store, &f->context, insert_pair, &run));
        assert_not_unique(f, store_write(f->store, &f->context, insert_pair, &run), "sample_t_unique");
        run.value = value_date(3);
        assert_ok(f, store_write(f->store, &f->context, insert_pair, &run));
        assert_not_unique(f, store_write(f->store, &f->context, insert_pair, &run), "sample_expression");
        run.number = 1000000;
        assert_ok(f, store_write(f->store, &f->context, insert_id, &run));
        assert_not_unique(f, store_write(f->store, &f->context, insert_id, &run), "sample_pkey");
}

static Status make_plain(Db *db, void *arg) {
        (void)arg;
        return ddl(db, STR("create table plain (id integer primary key, note text)"));
}

static Status insert_plain(Db *db, void *arg) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into plain (id) values (");
        sql_int(&insert, *(int64_t *)arg);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static Status insert_then_fail(Db *db, void *arg) {
        TRY(insert_plain(db, arg));
        return error_set(db_context(db), STATUS_CONFLICT, "conflict");
}

static Status broken_statement(Db *db, void *arg) {
        (void)arg;
        Sql wrong = db_sql(db);
        sql(&wrong, "select nothing from nowhere");
        return db_exec(db, &wrong, NULL);
}

static Status savepoints(Db *db, void *arg) {
        (void)arg;
        int64_t numbers[] = {1, 2, 3, 4};
        TRY(db_savepoint(db, insert_plain, &numbers[0]));
        assert_int_equal(db_savepoint(db, insert_then_fail, &numbers[1]), STATUS_CONFLICT);
        assert_int_equal(db_savepoint(db, insert_plain, &numbers[0]), STATUS_CONFLICT);
        assert_int_equal(db_savepoint(db, broken_statement, NULL), STATUS_INTERNAL);
        TRY(db_savepoint(db, insert_plain, &numbers[2]));
        TRY(insert_plain(db, &numbers[3]));
        int64_t count;
        TRY(count_rows(db, "plain", &count));
        assert_int_equal(count, 3);
        error_clear(db_context(db));
        return STATUS_OK;
}

static Status passes_over_a_failure(Db *db, void *arg) {
        int64_t number = 50;
        TRY(insert_plain(db, &number));
        assert_int_equal(broken_statement(db, arg), STATUS_INTERNAL);
        number = 51;
        assert_int_equal(insert_plain(db, &number), STATUS_INTERNAL);
        return STATUS_OK;
}

static Status read_count(Db *db, void *arg) {
        return count_rows(db, "plain", arg);
}

static void test_rollback(void **state) {
        Fixture *f = *state;
        int64_t count, number = 9;
        assert_ok(f, store_write(f->store, &f->context, make_plain, NULL));
        assert_ok(f, store_write(f->store, &f->context, savepoints, NULL));
        assert_int_equal(store_write(f->store, &f->context, insert_then_fail, &number), STATUS_CONFLICT);
        assert_int_equal(store_write(f->store, &f->context, passes_over_a_failure, NULL), STATUS_INTERNAL);
        assert_ok(f, store_read(f->store, &f->context, 0, read_count, &count));
        assert_int_equal(count, 3);
        assert_int_not_equal(store_read(f->store, &f->context, 0, insert_plain, &number), STATUS_OK);
        assert_ok(f, store_read(f->store, &f->context, 0, read_count, &count));
        assert_int_equal(count, 3);
}

static Status long_query(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "with recursive n(x) as (select 1 union all select x + 1 from n where x < 30000000) select count(*) from n");
        return db_get_int(db, &query, arg, NULL);
}

static void test_budget(void **state) {
        Fixture *f = *state;
        int64_t count;
        int64_t started = os_monotonic_us();
        assert_int_equal(store_read(f->store, &f->context, 100000, long_query, &count), STATUS_BUDGET);
        assert_true(os_monotonic_us() - started < 2000000);
        error_clear(&f->context);
        assert_ok(f, store_read(f->store, &f->context, 100000, read_count, &count));
}

static Status append_and_list(Db *db, void *arg) {
        (void)arg;
        int64_t numbers[200];
        for (int i = 0; i < 200; i++)
                numbers[i] = i;
        const size_t lengths[] = {0, 1, 5, 64, 65, 200};
        const int64_t found[] = {0, 1, 3, 3, 3, 3}; // of 1, 3, 4, having started at 0
        for (size_t i = 0; i < 6; i++) {
                Sql inner = db_sql(db);
                sql(&inner, " and id in ");
                sql_int_list(&inner, numbers, lengths[i]);
                Sql query = db_sql(db);
                sql(&query, "select count(*) from plain where id > ");
                sql_int(&query, -5);
                sql_append(&query, &inner);
                sql(&query, " and id < ");
                sql_int(&query, 1000);
                int64_t count;
                TRY(db_get_int(db, &query, &count, NULL));
                assert_int_equal(count, lengths[i] == 1 ? 0 : found[i]);
                Sql outside = db_sql(db);
                sql(&outside, "select count(*) from plain where id not in ");
                sql_int_list(&outside, numbers, lengths[i]);
                TRY(db_get_int(db, &outside, &count, NULL));
                assert_int_equal(count, lengths[i] <= 1 ? 3 : 0);
        }
        return STATUS_OK;
}

static Status nested_cursors(Db *db, void *arg) {
        int64_t *pairs = arg;
        ROWS_CLEANUP Rows *outer = NULL;
        Sql query = db_sql(db);
        sql(&query, "select id from plain order by id");
        TRY(db_query(db, &query, &outer));
        for (bool more;;) {
                TRY(rows_next(outer, &more));
                if (!more)
                        return STATUS_OK;
                ROWS_CLEANUP Rows *inner = NULL;
                TRY(db_query(db, &query, &inner));
                for (;;) {
                        TRY(rows_next(inner, &more));
                        if (!more)
                                break;
                        if (rows_int(inner, 0) >= rows_int(outer, 0))
                                (*pairs)++;
                }
        }
}

static void test_statements(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_read(f->store, &f->context, 0, append_and_list, NULL));
        int64_t pairs = 0;
        assert_ok(f, store_read(f->store, &f->context, 0, nested_cursors, &pairs));
        assert_int_equal(pairs, 6);
}

// More different statements than a connection keeps prepared, twice over.
static Status many_statements(Db *db, void *arg) {
        (void)arg;
        for (int round = 0; round < 2; round++)
                for (int i = 0; i < 300; i++) {
                        Sql query = db_sql(db);
                        sql(&query, "select count(*) as ");
                        sql_alias(&query, i);
                        sql(&query, " from plain where id > ");
                        sql_int(&query, 1);
                        int64_t count;
                        TRY(db_get_int(db, &query, &count, NULL));
                        assert_int_equal(count, 2);
                }
        return STATUS_OK;
}

static void test_many_statements(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_read(f->store, &f->context, 0, many_statements, NULL));
        assert_ok(f, store_write(f->store, &f->context, many_statements, NULL));
}

static Status add_column(Db *db, void *arg) {
        (void)arg;
        return ddl(db, STR("alter table plain add column extra integer"));
}

static Status read_extra(Db *db, void *arg) {
        Sql query = db_sql(db);
        sql(&query, "select count(*) from plain where extra is null");
        return db_get_int(db, &query, arg, NULL);
}

static void test_ddl_is_seen(void **state) {
        Fixture *f = *state;
        int64_t count;
        assert_ok(f, store_read(f->store, &f->context, 0, read_count, &count));
        assert_int_equal(store_read(f->store, &f->context, 0, read_extra, &count), STATUS_INTERNAL);
        assert_ok(f, store_write(f->store, &f->context, add_column, NULL));
        assert_ok(f, store_read(f->store, &f->context, 0, read_extra, &count));
        assert_int_equal(count, 3);
        assert_ok(f, store_read(f->store, &f->context, 0, read_count, &count));
}

static int first_runs, second_runs;

static Status first_migration(Db *db) {
        first_runs++;
        return ddl(db, STR("create table migrated (id integer)"));
}

static Status second_migration(Db *db) {
        second_runs++;
        if (second_runs == 1) {
                TRY(ddl(db, STR("create table half_done (id integer)")));
                return error_set(db_context(db), STATUS_IO, "database");
        }
        return ddl(db, STR("create table half_done (id integer)"));
}

static void test_migrations(void **state) {
        Fixture *f = *state;
        const Migration migrations[] = {{1, "first", first_migration}, {2, "second", second_migration}};
        first_runs = second_runs = 0;
        assert_int_equal(store_migrate(f->store, &f->context, migrations, 2), STATUS_IO);
        assert_ok(f, store_migrate(f->store, &f->context, migrations, 2));
        assert_ok(f, store_migrate(f->store, &f->context, migrations, 2));
        assert_int_equal(first_runs, 1);
        assert_int_equal(second_runs, 2);
        const Migration others[] = {{1, "of another layer", second_migration}};
        assert_int_equal(store_migrate(f->store, &f->context, others, 1), STATUS_INTERNAL); // ran, and the table was there
}

static void *reader_thread(void *arg) {
        Run *run = arg;
        Arena *arena = arena_new(0);
        Context context;
        for (int i = 0; i < 200; i++) {
                int64_t count;
                context_init(&context, arena, LANG_EN, 0);
                run->status = store_read(run->fixture->store, &context, 0, read_count, &count);
                if (run->status != STATUS_OK || count % 3 != 0)
                        break;
                run->number++;
                arena_reset(arena);
        }
        arena_free(arena);
        return NULL;
}

static Status insert_three(Db *db, void *arg) {
        Run *run = arg;
        db_touch(db);
        for (int64_t i = 0; i < 3; i++) {
                int64_t id = run->number * 3 + i;
                TRY(insert_plain(db, &id));
        }
        return STATUS_OK;
}

static void *writer_thread(void *arg) {
        Run *run = arg;
        Arena *arena = arena_new(0);
        Context context;
        for (int i = 0; i < 100 && run->status == STATUS_OK; i++, run->number++) {
                context_init(&context, arena, LANG_EN, 0);
                run->status = store_write(run->fixture->store, &context, insert_three, run);
                arena_reset(arena);
        }
        arena_free(arena);
        return NULL;
}

static void count_notify(void *arg) {
        __atomic_fetch_add((int *)arg, 1, __ATOMIC_SEQ_CST);
}

static void test_threads(void **state) {
        Fixture *f = *state;
        pthread_t threads[8];
        Run runs[8] = {0};
        int notified = 0;
        store_on_commit(f->store, count_notify, &notified);
        for (int i = 0; i < 8; i++) {
                runs[i].fixture = f;
                runs[i].number = i < 4 ? 100 + i * 1000 : 0;
                assert_int_equal(pthread_create(&threads[i], NULL, i < 4 ? writer_thread : reader_thread, &runs[i]), 0);
        }
        for (int i = 0; i < 8; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(runs[i].status, STATUS_OK);
                assert_int_equal(runs[i].number, i < 4 ? 100 + i * 1000 + 100 : 200);
        }
        int64_t count;
        assert_ok(f, store_read(f->store, &f->context, 0, read_count, &count));
        assert_int_equal(count, 3 + 4 * 100 * 3);
        assert_true(__atomic_load_n(&notified, __ATOMIC_SEQ_CST) > 0);
        store_on_commit(f->store, NULL, NULL);
}

// Someone else's commit in the middle of a read is not seen by it.
static Status read_twice(Db *db, void *arg) {
        Fixture *f = arg;
        int64_t before, after, number = 5000;
        TRY(count_rows(db, "plain", &before));
        Context context;
        context_init(&context, f->arena, LANG_EN, 0);
        TRY(store_write(f->store, &context, insert_plain, &number));
        TRY(count_rows(db, "plain", &after));
        assert_int_equal(before, after);
        return STATUS_OK;
}

static void test_snapshot(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_read(f->store, &f->context, 0, read_twice, f));
}

// Works without a waiting thread.
typedef struct Submitted {
        StoreWork work;
        Context context;
        int64_t number;
        _Atomic int *over;
        Status status;
} Submitted;

static Status submitted_run(Db *db, void *arg) {
        return insert_plain(db, &((Submitted *)arg)->number);
}

static void submitted_done(Status status, void *arg) {
        ((Submitted *)arg)->status = status;
        ++*((Submitted *)arg)->over;
}

static void test_submit(void **state) {
        Fixture *f = *state;
        Submitted works[40];
        _Atomic int over = 0;
        for (int i = 0; i < 40; i++) {
                works[i] = (Submitted){.number = 6000 + i / 2, .over = &over}; // each number twice
                works[i].work = (StoreWork){.context = &works[i].context, .run = submitted_run, .done = submitted_done, .arg = &works[i]};
                context_init(&works[i].context, arena_new(0), LANG_EN, 0);
                assert_true(store_submit(f->store, &works[i].work));
        }
        while (over < 40)
                usleep(1000);
        int succeeded = 0;
        for (int i = 0; i < 40; i++) {
                assert_true(works[i].status == STATUS_OK || works[i].status == STATUS_CONFLICT);
                succeeded += works[i].status == STATUS_OK;
                arena_free(works[i].context.arena);
        }
        assert_int_equal(succeeded, 20);
}

static void nothing_found(void *arg, Str finding) {
        (void)arg;
        fail_msg(STR_FMT, STR_ARG(finding));
}

static void test_check(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_check(f->store, &f->context, nothing_found, NULL));
        assert_true(store_stats(f->store).writes > 0);
        assert_int_equal(store_stats(f->store).queue, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_values), cmocka_unit_test(test_unique), cmocka_unit_test(test_rollback), cmocka_unit_test(test_budget),
                cmocka_unit_test(test_statements), cmocka_unit_test(test_many_statements), cmocka_unit_test(test_ddl_is_seen), cmocka_unit_test(test_migrations),
                cmocka_unit_test(test_threads), cmocka_unit_test(test_snapshot), cmocka_unit_test(test_submit), cmocka_unit_test(test_check),
        };
        return fixture_run_both("store", tests, sizeof tests / sizeof *tests);
}
