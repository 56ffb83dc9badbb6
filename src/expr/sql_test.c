// Compiled SQL, text by text, for both dialects: constants are worked out and columns stand bare, so that indexes can answer.
#include "expr/test_world.h"
#include "base/unicode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Fixture {
        Arena *arena;
        Context context;
        ExprEnv env;
        Zone *zone;
} Fixture;

static Status subtree(void *self, Context *context, int64_t department, const int64_t **ret, size_t *ret_count) {
        (void)self;
        int64_t *ids = arena_array(context->arena, int64_t, 2);
        ids[0] = department;
        ids[1] = department + 10;
        *ret = ids;
        *ret_count = 2;
        return STATUS_OK;
}

static int setup(void **state) {
        static Fixture f;
        f.arena = arena_new(0);
        context_init(&f.context, f.arena, LANG_EN, 1795320000000); // 2026-11-22 12:00 in Shanghai
        f.zone = zone_open(STR("Asia/Shanghai"));
        f.env = (ExprEnv){.me = 7, .my_department = 3, .now_ms = f.context.now_ms, .zone = f.zone, .subtree = subtree};
        *state = &f;
        return unicode_start(&f.context) == STATUS_OK && f.zone ? 0 : -1;
}

static int teardown(void **state) {
        Fixture *f = *state;
        zone_free(f->zone);
        arena_free(f->arena);
        return 0;
}

static void add_param(Buf *buf, Value value) {
        buf_lit(buf, " | ");
        switch (value.kind) {
        case VALUE_INTEGER:
                buf_add_int(buf, value.integer);
                return;
        case VALUE_NUMBER:
                decimal_write(buf, value.number, 1);
                return;
        case VALUE_DATE:
                date_write(buf, value.day);
                return;
        case VALUE_DATETIME:
                datetime_write(buf, value.ms);
                return;
        default:
                buf_add(buf, value.text);
        }
}

typedef Status (*Compile)(Context *context, const Expr *expr, const ExprEnv *env, const ExprNames *names, Str alias, Sql *sql);

static Str compiled(Fixture *f, const char *source, Dialect dialect, bool measure, Compile compile) {
        ExprParse request = {.names = &world_names, .object = world_object(WORLD_CUSTOMER), .allow_aggregate = measure};
        const Expr *expr;
        if (expr_parse(&f->context, &request, str_from(source), &expr) != STATUS_OK)
                fail_msg("%s: %s", source, f->context.error.code);
        Sql sql = sql_make(f->arena, dialect);
        assert_int_equal(compile(&f->context, expr, &f->env, &world_names, STR("t"), &sql), STATUS_OK);
        Buf buf = buf_make(f->arena, 100000);
        buf_add(&buf, buf_str(&sql.text));
        for (size_t i = 0; i < sql.count; i++)
                add_param(&buf, sql.params[i]);
        return buf_str(&buf);
}

static void assert_sql(Str actual, const char *expected, const char *source) {
        if (!str_is(actual, expected))
                fail_msg("%s\n  gives    " STR_FMT "\n  and not  %s", source, STR_ARG(actual), expected);
}

typedef struct Golden { const char *source, *sqlite, *postgres; } Golden;

static void filters(void **state) {
        static const Golden golden[] = {
                {"level = \"A\"", "t.\"level\" = ?1 | A", "t.\"level\" = $1::text | A"},
                {"level != \"A\"", "t.\"level\" is not ?1 | A", "t.\"level\" is distinct from $1::text | A"},
                {"level in (\"A\", \"B\")", "t.\"level\" in (?1, ?2) | A | B", "t.\"level\" in ($1::text, $2::text) | A | B"},
                {"amount >= 100000", "t.\"amount\" >= ?1 | 100000.0", "t.\"amount\" >= $1::numeric | 100000.0"},
                {"score > 2.0", "t.\"score\" > ?1 | 2", "t.\"score\" > $1::bigint | 2"},
                {"score between 1 + 1 and 2 * 3", "t.\"score\" between ?1 and ?2 | 2 | 6", "t.\"score\" between $1::bigint and $2::bigint | 2 | 6"},
                {"owner = me()", "t.\"owner_id\" = ?1 | 7", "t.\"owner_id\" = $1::bigint | 7"},
                {"department under my_department()", "t.\"department_id\" in (?1,?2) | 3 | 13", "t.\"department_id\" in ($1::bigint,$2::bigint) | 3 | 13"},
                {"next_follow_up < today() - 7", "t.\"next_follow_up\" < ?1 | 2026-11-15", "t.\"next_follow_up\" < $1::date | 2026-11-15"},
                {"created_at = 2026-11-22", "(t.\"created_at\" >= ?1 and t.\"created_at\" < ?2) | 2026-11-21T16:00:00Z | 2026-11-22T16:00:00Z",
                 "(t.\"created_at\" >= $1::timestamptz and t.\"created_at\" < $2::timestamptz) | 2026-11-21T16:00:00Z | 2026-11-22T16:00:00Z"},
                {"created_at > 2026-11-22", "t.\"created_at\" >= ?1 | 2026-11-22T16:00:00Z", "t.\"created_at\" >= $1::timestamptz | 2026-11-22T16:00:00Z"},
                {"created_at between 2026-01-01 and 2026-03-31", "(t.\"created_at\" >= ?1 and t.\"created_at\" < ?2) | 2025-12-31T16:00:00Z | 2026-03-31T16:00:00Z",
                 "(t.\"created_at\" >= $1::timestamptz and t.\"created_at\" < $2::timestamptz) | 2025-12-31T16:00:00Z | 2026-03-31T16:00:00Z"},
                {"not is_null(phone)", "t.\"phone\" is not null", "t.\"phone\" is not null"},
                {"phone = null", "t.\"phone\" is null", "t.\"phone\" is null"},
                {"not (amount = credit)", "(t.\"amount\" = t.\"credit\") is not true", "(t.\"amount\" = t.\"credit\") is not true"},
                {"amount != credit", "(t.\"amount\" = t.\"credit\") is not true", "(t.\"amount\" = t.\"credit\") is not true"},
                {"in_pool and (score = 1 or score = 2)", "(t.\"in_pool\" and (t.\"score\" = ?1 or t.\"score\" = ?2)) | 1 | 2",
                 "(t.\"in_pool\" and (t.\"score\" = $1::bigint or t.\"score\" = $2::bigint)) | 1 | 2"},
                {"name contains \"ＡＢ\"", "haike_contains(t.\"name\", ?1) | ab", "haike_contains(t.\"name\", $1::text) | ab"},
                {"is_null(tags)", "coalesce(t.\"tags\", '[]') = '[]'", "coalesce(t.\"tags\", '[]') = '[]'"},
                {"tags contains 7", "haike_list_has(t.\"tags\", ?1) | 7", "haike_list_has(t.\"tags\", $1::text) | 7"},
                {"target.id = 5", "haike_id_of(t.\"target\") = ?1 | 5", "haike_id_of(t.\"target\") = $1::bigint | 5"},
                {"name < rank", "t.\"name\" < case when t.\"amount\" > ?1 then ?2 else ?3 end | 1000000.0 | vip | normal",
                 "t.\"name\" < case when t.\"amount\" > $1::numeric then $2::text else $3::text end | 1000000.0 | vip | normal"},
                {"lower(name) < \"b\"", "haike_lower(t.\"name\") < ?1 | b", "haike_lower(t.\"name\") collate \"C\" < $1::text | b"},
                {"true", "1", "true"},
                {"owner = null and 1 = 2", "(t.\"owner_id\" is null and 0)", "(t.\"owner_id\" is null and false)"},
        };
        for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
                assert_sql(compiled(*state, golden[i].source, DIALECT_SQLITE, false, expr_sql), golden[i].sqlite, golden[i].source);
                assert_sql(compiled(*state, golden[i].source, DIALECT_POSTGRES, false, expr_sql), golden[i].postgres, golden[i].source);
        }
}

static void paths_and_children(void **state) {
        static const Golden golden[] = {
                {"owner.department.name",
                 "(select t_2.\"name\" from \"user\" as t_1, \"department\" as t_2 where t_1.\"id\" = t.\"owner_id\" and t_1.\"deleted_at\" is null and "
                 "t_2.\"id\" = t_1.\"department_id\" and t_2.\"deleted_at\" is null)",
                 "(select t_2.\"name\" from \"user\" as t_1, \"department\" as t_2 where t_1.\"id\" = t.\"owner_id\" and t_1.\"deleted_at\" is null and "
                 "t_2.\"id\" = t_1.\"department_id\" and t_2.\"deleted_at\" is null)"},
                {"count(orders)", "(select count(*) from \"order\" as t_1 where t_1.\"customer_id\" = t.\"id\" and t_1.\"deleted_at\" is null)",
                 "(select count(*) from \"order\" as t_1 where t_1.\"customer_id\" = t.\"id\" and t_1.\"deleted_at\" is null)"},
                {"sum(orders.amount, status = \"open\")",
                 "(select case when count(t_1.\"amount\") = 0 then 0 else haike_sum(t_1.\"amount\") end from \"order\" as t_1 where t_1.\"customer_id\" = t.\"id\" and "
                 "t_1.\"deleted_at\" is null and (t_1.\"status\" = ?1)) | open",
                 "(select haike_round(coalesce(sum(t_1.\"amount\"), 0), 6) from \"order\" as t_1 where t_1.\"customer_id\" = t.\"id\" and "
                 "t_1.\"deleted_at\" is null and (t_1.\"status\" = $1::text)) | open"},
                {"max(orders.name, count(lines) > 1)",
                 "(select max(t_1.\"name\") from \"order\" as t_1 where t_1.\"customer_id\" = t.\"id\" and t_1.\"deleted_at\" is null and "
                 "((select count(*) from \"line\" as t_1_1 where t_1_1.\"order_id\" = t_1.\"id\" and t_1_1.\"deleted_at\" is null) > ?1)) | 1",
                 "(select max(t_1.\"name\" collate \"C\") from \"order\" as t_1 where t_1.\"customer_id\" = t.\"id\" and t_1.\"deleted_at\" is null and "
                 "((select count(*) from \"line\" as t_1_1 where t_1_1.\"order_id\" = t_1.\"id\" and t_1_1.\"deleted_at\" is null) > $1::bigint)) | 1"},
        };
        for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
                assert_sql(compiled(*state, golden[i].source, DIALECT_SQLITE, false, expr_sql_value), golden[i].sqlite, golden[i].source);
                assert_sql(compiled(*state, golden[i].source, DIALECT_POSTGRES, false, expr_sql_value), golden[i].postgres, golden[i].source);
        }
}

static void values_and_measures(void **state) {
        static const Golden golden[] = {
                {"score = 1", "((t.\"score\" = ?1) is true) | 1", "((t.\"score\" = $1::bigint) is true) | 1"},
                {"in_pool", "t.\"in_pool\"", "t.\"in_pool\""},
                {"amount * score + 1", "haike_add(haike_mul(t.\"amount\", haike_num(t.\"score\")), ?1) | 1.0",
                 "haike_add(haike_mul(t.\"amount\", haike_num(t.\"score\")), $1::numeric) | 1.0"},
                {"score * 2 + 1", "haike_int(haike_add(haike_mul(haike_num(t.\"score\"), ?1), ?2)) | 2.0 | 1.0",
                 "haike_int(haike_add(haike_mul(haike_num(t.\"score\"), $1::numeric), $2::numeric)) | 2.0 | 1.0"},
                {"month(created_at)", "haike_month_text(haike_day(t.\"created_at\", ?1)) | Asia/Shanghai", "haike_month_text(haike_day(t.\"created_at\", $1::text)) | Asia/Shanghai"},
                {"if(score = 1, \"a\", if(score = 2, \"b\", null))", "case when t.\"score\" = ?1 then ?2 when t.\"score\" = ?3 then ?4 else null end | 1 | a | 2 | b",
                 "case when t.\"score\" = $1::bigint then $2::text when t.\"score\" = $3::bigint then $4::text else cast(null as text) end | 1 | a | 2 | b"},
                {"next_follow_up + 1", "case when t.\"next_follow_up\" between ?1 and ?2 then t.\"next_follow_up\" + ?3 end | 0001-01-01 | 9999-12-30 | 1",
                 "case when t.\"next_follow_up\" between $1::date and $2::date then t.\"next_follow_up\" + cast($3::bigint as integer) end | 0001-01-01 | 9999-12-30 | 1"},
        };
        for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
                assert_sql(compiled(*state, golden[i].source, DIALECT_SQLITE, false, expr_sql_value), golden[i].sqlite, golden[i].source);
                assert_sql(compiled(*state, golden[i].source, DIALECT_POSTGRES, false, expr_sql_value), golden[i].postgres, golden[i].source);
        }
        static const Golden measures[] = {
                {"count()", "count(*)", "count(*)"},
                {"count(phone)", "count(t.\"phone\")", "count(t.\"phone\")"},
                {"count_distinct(owner)", "count(distinct t.\"owner_id\")", "count(distinct t.\"owner_id\")"},
                {"sum(amount)", "case when count(t.\"amount\") = 0 then 0 else haike_sum(t.\"amount\") end", "haike_round(coalesce(sum(t.\"amount\"), 0), 6)"},
                {"avg(amount)", "haike_avg(t.\"amount\")", "haike_ratio(sum(t.\"amount\"),count(t.\"amount\"))"},
                {"max(amount, level = \"A\")", "max(case when t.\"level\" = ?1 then t.\"amount\" end) | A", "max(case when t.\"level\" = $1::text then t.\"amount\" end) | A"},
        };
        for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
                assert_sql(compiled(*state, measures[i].source, DIALECT_SQLITE, true, expr_sql_value), measures[i].sqlite, measures[i].source);
                assert_sql(compiled(*state, measures[i].source, DIALECT_POSTGRES, true, expr_sql_value), measures[i].postgres, measures[i].source);
        }
}

static Status hide(void *self, Context *context, const void *object, Str alias, Sql *sql) {
        (void)self, (void)context;
        sql(sql, " and ");
        sql_column(sql, alias, STR("owner_id"));
        sql(sql, " = ");
        sql_int(sql, world_object_of(object));
        return STATUS_OK;
}

static void what_is_hidden_is_asked_for_at_every_step(void **state) {
        Fixture *f = *state;
        f->env.guard = hide;
        assert_sql(compiled(f, "count(owner.customers)", DIALECT_SQLITE, false, expr_sql_value),
                   "(select count(*) from \"user\" as t_1, \"customer\" as t_2 where t_1.\"id\" = t.\"owner_id\" and t_1.\"deleted_at\" is null and t_1.\"owner_id\" = ?1 and "
                   "t_2.\"owner_id\" = t_1.\"id\" and t_2.\"deleted_at\" is null and t_2.\"owner_id\" = ?2) | 1 | 2",
                   "count(owner.customers)");
        f->env.guard = NULL;
}

static void nobody_is_no_one(void **state) {
        Fixture *f = *state;
        f->env.me = 0;
        assert_sql(compiled(f, "owner = me()", DIALECT_POSTGRES, false, expr_sql), "t.\"owner_id\" = cast(null as bigint)", "owner = me()");
        assert_sql(compiled(f, "owner != me()", DIALECT_SQLITE, false, expr_sql), "1", "owner != me()");
        f->env.me = 7;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(filters),
                cmocka_unit_test(paths_and_children),
                cmocka_unit_test(values_and_measures),
                cmocka_unit_test(what_is_hidden_is_asked_for_at_every_step),
                cmocka_unit_test(nobody_is_no_one),
        };
        return cmocka_run_group_tests_name("expr SQL", tests, setup, teardown);
}
