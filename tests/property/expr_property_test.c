// The expression language means the same in memory, on SQLite and on PostgreSQL: random expressions over random rows, compared row by row.
// HAIKE_SEED replays a run, HAIKE_ROUNDS sets its length; PostgreSQL takes part when HAIKE_TEST_POSTGRES holds a URL.
#include "expr_random.h"
#include <time.h>

enum { ROUNDS = 20000, SHOWN = 10 };

typedef struct Agreement {
        World world;
        ExprEnv env;
        ExprRows rows;
        Random random;
        uint64_t seed;
        Fixture stores[2];
        size_t stores_count;
        int64_t compared, skipped, disagreed;
} Agreement;

// One expression in one database.
typedef struct Asked {
        Agreement *agreement;
        const Expr *expr;
        WorldObject object;
        Value *values; // by row
        bool *chosen;
        size_t count;
} Asked;

static Status ask_values(Db *db, void *arg) {
        Asked *asked = arg;
        ROWS_CLEANUP Rows *rows = NULL;
        Sql query = db_sql(db);
        sql(&query, "select ");
        TRY(expr_sql_value(db_context(db), asked->expr, &asked->agreement->env, &world_names, STR("t"), &query));
        sql(&query, " from ");
        sql_name(&query, str_from(world_tables[asked->object]));
        sql(&query, " as t order by t.id");
        TRY(db_query(db, &query, &rows));
        for (;;) {
                bool row;
                TRY(rows_next(rows, &row));
                if (!row)
                        return STATUS_OK;
                asked->values[asked->count++] = rows_value(rows, 0, expr_kind(expr_type(asked->expr)));
        }
}

static Status ask_filter(Db *db, void *arg) {
        Asked *asked = arg;
        ROWS_CLEANUP Rows *rows = NULL;
        Sql query = db_sql(db);
        sql(&query, "select t.id from ");
        sql_name(&query, str_from(world_tables[asked->object]));
        sql(&query, " as t where t.id > 0 and ");
        TRY(expr_sql(db_context(db), asked->expr, &asked->agreement->env, &world_names, STR("t"), &query));
        TRY(db_query(db, &query, &rows));
        for (;;) {
                bool row;
                TRY(rows_next(rows, &row));
                if (!row)
                        return STATUS_OK;
                asked->chosen[rows_int(rows, 0) - 1] = true;
        }
}

static Str value_show(Arena *arena, Value value) {
        Buf buf = buf_make(arena, 100000);
        switch (value.kind) {
        case VALUE_NULL:
                return STR("null");
        case VALUE_BOOL:
                return value.boolean ? STR("true") : STR("false");
        case VALUE_INTEGER:
                buf_add_int(&buf, value.integer);
                break;
        case VALUE_NUMBER:
                decimal_write(&buf, value.number, 1);
                break;
        case VALUE_DATE:
                buf_format(&buf, "day %d", value.day);
                break;
        case VALUE_DATETIME:
                datetime_write(&buf, value.ms);
                break;
        default:
                return str_format(arena, "\"" STR_FMT "\"", STR_ARG(value.text));
        }
        return buf_str(&buf);
}

static void disagree(Agreement *a, Arena *arena, Str source, Dialect dialect, int64_t id, const char *how, Value memory, Value database) {
        if (a->disagreed++ >= SHOWN)
                return;
        Str left = value_show(arena, memory), right = value_show(arena, database);
        fprintf(stderr, "seed %llu, row %lld, %s: memory says " STR_FMT ", %s says " STR_FMT "\n    " STR_FMT "\n", (unsigned long long)a->seed, (long long)id, how,
                STR_ARG(left), dialect == DIALECT_SQLITE ? "SQLite" : "PostgreSQL", STR_ARG(right), STR_ARG(source));
}

static void trouble(Agreement *a, const Context *context, Str source, const char *where) {
        if (a->disagreed++ >= SHOWN)
                return;
        fprintf(stderr, "seed %llu, %s: %s at %d: " STR_FMT "\n    " STR_FMT "\n", (unsigned long long)a->seed, where, context->error.code ? context->error.code : "?",
                context->error.position, STR_ARG(context->error.detail), STR_ARG(source));
}

// What is written at random may be too large; nothing else may be wrong with it.
static void not_parsed(Agreement *a, const Context *context, Str source) {
        const char *code = context->error.code;
        if (strcmp(code, "expr_too_deep") == 0 || strcmp(code, "expr_too_complex") == 0 || strcmp(code, "expr_too_long") == 0)
                a->skipped++;
        else
                trouble(a, context, source, "parse");
}

static void compare_store(Agreement *a, Context *context, Str source, Asked *asked, Fixture *store, const Value *expected) {
        Arena *arena = context->arena;
        size_t count = a->world.first[asked->object + 1] - a->world.first[asked->object];
        asked->values = arena_array(arena, Value, count);
        asked->chosen = arena_array(arena, bool, count);
        asked->count = 0;
        Dialect dialect = store_dialect(store->store);
        bool filter = expr_type(asked->expr) == EXPR_BOOL;
        if (store_read(store->store, context, 0, ask_values, asked) != STATUS_OK || (filter && store_read(store->store, context, 0, ask_filter, asked) != STATUS_OK)) {
                trouble(a, context, source, dialect == DIALECT_SQLITE ? "SQLite" : "PostgreSQL");
                return;
        }
        assert_int_equal(asked->count, count);
        for (size_t r = 0; r < count; r++) {
                bool chosen = expected[r].kind == VALUE_BOOL && expected[r].boolean;
                if (!value_eq(expected[r], asked->values[r]))
                        disagree(a, arena, source, dialect, (int64_t)r + 1, "value", expected[r], asked->values[r]);
                else if (filter && asked->chosen[r] != chosen)
                        disagree(a, arena, source, dialect, (int64_t)r + 1, "filter", expected[r], value_bool(asked->chosen[r]));
                a->compared++;
        }
}

static void compare_one(Agreement *a, Context *context, WorldObject object, Str source, ExprType type) {
        ExprParse parse = {.names = &world_names, .object = world_object(object), .expect = type};
        Asked asked = {.agreement = a, .object = object};
        if (expr_parse(context, &parse, source, &asked.expr) != STATUS_OK) {
                not_parsed(a, context, source);
                return;
        }
        size_t first = a->world.first[object], count = a->world.first[object + 1] - first;
        Value *expected = arena_array(context->arena, Value, count);
        for (size_t r = 0; r < count; r++)
                if (expr_eval(context, asked.expr, &a->env, &a->rows, &a->world.rows[first + r], &expected[r]) != STATUS_OK) {
                        trouble(a, context, source, "memory");
                        return;
                }
        for (size_t s = 0; s < a->stores_count; s++)
                compare_store(a, context, source, &asked, &a->stores[s], expected);
}

// Measures run in databases only: the two must agree with each other.
static Status ask_measure(Db *db, void *arg) {
        Asked *asked = arg;
        ROWS_CLEANUP Rows *rows = NULL;
        Sql query = db_sql(db);
        bool row;
        sql(&query, "select ");
        TRY(expr_sql_value(db_context(db), asked->expr, &asked->agreement->env, &world_names, STR("t"), &query));
        sql(&query, " from ");
        sql_name(&query, str_from(world_tables[asked->object]));
        sql(&query, " as t");
        TRY(db_query(db, &query, &rows));
        TRY(rows_next(rows, &row));
        asked->values[asked->count++] = rows_value(rows, 0, expr_kind(expr_type(asked->expr)));
        return STATUS_OK;
}

static void compare_measure(Agreement *a, Context *context, WorldObject object, Str source) {
        ExprParse parse = {.names = &world_names, .object = world_object(object), .allow_aggregate = true};
        Value values[2];
        Asked asked = {.agreement = a, .object = object, .values = values};
        if (expr_parse(context, &parse, source, &asked.expr) != STATUS_OK) {
                not_parsed(a, context, source);
                return;
        }
        for (size_t s = 0; s < a->stores_count; s++)
                if (store_read(a->stores[s].store, context, 0, ask_measure, &asked) != STATUS_OK) {
                        trouble(a, context, source, s == 0 ? "SQLite" : "PostgreSQL");
                        return;
                }
        a->compared++;
        if (asked.count == 2 && !value_eq(values[0], values[1]))
                disagree(a, context->arena, source, DIALECT_POSTGRES, 0, "measure (memory stands for SQLite)", values[0], values[1]);
}

static void compare_random(Agreement *a, Arena *arena) {
        static const ExprType types[] = {EXPR_BOOL, EXPR_BOOL, EXPR_BOOL, EXPR_NUMBER, EXPR_INTEGER, EXPR_TEXT, EXPR_DATE, EXPR_DATETIME};
        static const WorldObject objects[] = {WORLD_CUSTOMER, WORLD_CUSTOMER, WORLD_CUSTOMER, WORLD_ORDER, WORLD_LINE, WORLD_USER};
        Context context;
        context_init(&context, arena, LANG_EN, a->env.now_ms);
        Buf buf = buf_make(arena, 100000);
        Author author = {.random = &a->random, .buf = &buf, .arena = arena, .world = &a->world};
        Place place = {.object = random_of(&a->random, objects), .prefix = ""};
        if (random_chance(&a->random, 10)) {
                write_measure(&author, &place, 2);
                compare_measure(a, &context, place.object, buf_str(&buf));
                return;
        }
        ExprType type = random_of(&a->random, types);
        write_expr(&author, &place, type, 1 + dice(&author, 4));
        compare_one(a, &context, place.object, buf_str(&buf), type);
}

static int64_t number_from(const char *variable, int64_t otherwise) {
        const char *text = getenv(variable);
        int64_t number;
        return text && str_to_int64(str_from(text), &number) ? number : otherwise;
}

static void open_stores(Agreement *a) {
        a->stores_count = fixture_postgres() ? 2 : 1;
        for (size_t s = 0; s < a->stores_count; s++) {
                fixture_open(&a->stores[s], s == 0 ? DIALECT_SQLITE : DIALECT_POSTGRES);
                assert_ok(&a->stores[s], store_write(a->stores[s].store, &a->stores[s].context, world_write, &a->world));
        }
}

static void back_ends_agree(void **state) {
        (void)state;
        static const char *const zones[] = {"Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC"};
        int64_t rounds = number_from("HAIKE_ROUNDS", ROUNDS);
        Agreement a = {.seed = (uint64_t)number_from("HAIKE_SEED", (int64_t)getpid() * 7919 + time(NULL))};
        ARENA_CLEANUP Arena *arena = arena_new(0), *scratch = arena_new(0);
        a.random.state = a.seed;
        Zone *zone = zone_open(str_from(random_of(&a.random, zones)));
        assert_non_null(zone);
        a.world.zone = zone;
        a.world.now_ms = 1795300000000 + random_below(&a.random, 86400) * 1000; // 2026-11-21 and the next day
        world_fill(&a.world, &a.random, arena);
        a.rows = (ExprRows){.self = &a.world, .get = rows_get, .reference = rows_reference, .children = rows_children};
        a.env = (ExprEnv){.me = 2, .my_department = 1, .now_ms = a.world.now_ms, .zone = zone, .subtree = world_subtree, .guard = world_guard};
        printf("seed %llu, zone " STR_FMT ", %lld expressions\n", (unsigned long long)a.seed, STR_ARG(zone_name(zone)), (long long)rounds);
        open_stores(&a);
        for (int64_t round = 0; round < rounds && a.disagreed < SHOWN; round++) {
                compare_random(&a, scratch);
                arena_reset(scratch);
        }
        printf("%lld values compared with %zu database(s), %lld expressions too deep\n", (long long)a.compared, a.stores_count, (long long)a.skipped);
        for (size_t s = 0; s < a.stores_count; s++)
                fixture_close(&a.stores[s]);
        zone_free(zone);
        assert_int_equal(a.disagreed, 0);
        assert_true(a.compared > rounds);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(back_ends_agree)};
        return cmocka_run_group_tests_name("expressions: memory and databases agree", tests, NULL, NULL);
}
