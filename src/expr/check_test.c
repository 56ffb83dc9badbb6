// Parsing and checking: what is accepted, of which type, and which character an error points at.
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
} Fixture;

static int setup(void **state) {
        static Fixture fixture;
        fixture.arena = arena_new(0);
        context_init(&fixture.context, fixture.arena, LANG_EN, 0);
        *state = &fixture;
        return unicode_start(&fixture.context) == STATUS_OK ? 0 : -1;
}

static int teardown(void **state) {
        arena_free(((Fixture *)*state)->arena);
        return 0;
}

static Status parse(Fixture *f, const char *source, ExprType expect, bool measure, const Expr **ret) {
        ExprParse request = {.names = &world_names, .object = world_object(WORLD_CUSTOMER), .expect = expect, .allow_aggregate = measure};
        error_clear(&f->context);
        return expr_parse(&f->context, &request, str_from(source), ret);
}

typedef struct Wrong { const char *source, *code; int position; } Wrong;

static void assert_wrong(Fixture *f, const Wrong *wrong, ExprType expect, bool measure) {
        const Expr *expr;
        if (parse(f, wrong->source, expect, measure, &expr) != STATUS_MALFORMED)
                fail_msg("accepted: %s", wrong->source);
        const Error *error = &f->context.error;
        if (strcmp(error->code, wrong->code) != 0 || error->position != wrong->position)
                fail_msg("%s: %s at %d, not %s at %d", wrong->source, error->code, error->position, wrong->code, wrong->position);
        const char *key = str_format(f->arena, "error.%s%c", error->code, '\0').data;
        assert_false(str_is(text_get(LANG_ZH_CN, key), key));
}

static void syntax_errors_point_at_the_character(void **state) {
        static const Wrong wrong[] = {
                {"", "expr_end", 0},
                {"   ", "expr_end", 3},
                {"1 +", "expr_end", 3},
                {"level = \"A\" and", "expr_end", 15},
                {"(1", "expr_end", 2},
                {"1)", "expr_syntax", 1},
                {"score == 1", "expr_syntax", 7},
                {"name = \"客户\" & 1", "expr_syntax", 12},
                {"level in ()", "expr_syntax", 10},
                {"level in (\"A\",)", "expr_syntax", 14},
                {"score between 1", "expr_end", 15},
                {"score not = 1", "expr_syntax", 10},
                {"and", "expr_syntax", 0},
                {"owner.", "expr_end", 6},
                {"name = \"科技", "expr_text_open", 7},
                {"name = \"a\\x\"", "expr_escape", 9},
                {"name = \"\\u0000\"", "expr_escape", 8},
                {"name = \"\\ud800\"", "expr_escape", 8},
                {"12abc", "expr_number", 0},
                {"amount = 1.2345678", "expr_number", 9},
                {"amount = 9999999999999.5", "expr_number", 9},
                {"score = 99999999999999999999", "expr_number", 8},
                {"next_follow_up = 2026-13-01", "expr_date", 17},
                {"created_at = 2026-11-22T99:00:00Z", "expr_date", 13},
                {"'a'", "expr_syntax", 0},
                {"名称 = 1", "expr_syntax", 0},
                {"a.b.c.d.e.f.g.h.i.j", "expr_too_deep", 16},
                {"\xFF", "expr_encoding", 0},
        };
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_wrong(*state, &wrong[i], EXPR_NULL, false);
}

static void meaning_errors_point_at_the_character(void **state) {
        static const Wrong wrong[] = {
                {"level = \"A\" and colour = 1", "expr_unknown_name", 16},
                {"owner.colour", "expr_unknown_name", 6},
                {"name = \"客户\" and owner.colour = 1", "expr_unknown_name", 22},
                {"name.length", "expr_not_reference", 0},
                {"frobnicate(1)", "expr_unknown_function", 0},
                {"length()", "expr_arguments", 0},
                {"1 + length(name, 2)", "expr_arguments", 4},
                {"length(1)", "expr_type", 7},
                {"level = \"Z\"", "expr_unknown_key", 8},
                {"\"Z\" = level", "expr_unknown_key", 0},
                {"level in (\"A\", \"Z\")", "expr_unknown_key", 15},
                {"levels contains \"Z\"", "expr_unknown_key", 16},
                {"owner = 1 or owner.name = \"x\" and level = \"Z\"", "expr_unknown_key", 42},
                {"level < \"A\"", "expr_operator", 0},
                {"level contains \"A\"", "expr_operator", 0},
                {"name = 5", "expr_type", 7},
                {"score = \"5\"", "expr_type", 8},
                {"next_follow_up = \"soon\"", "expr_date", 17},
                {"name + \"x\"", "expr_use_concat", 7},
                {"amount + in_pool", "expr_operator", 9},
                {"next_follow_up + 1.5", "expr_type", 17},
                {"owner < 5", "expr_operator", 0},
                {"owner = department", "expr_target", 8},
                {"owner under 5", "expr_under", 0},
                {"department under owner", "expr_constant", 17},
                {"target = \"customer\"", "expr_record", 9},
                {"address = \"x\"", "expr_operator", 0},
                {"tags = \"x\"", "expr_operator", 0},
                {"orders > 1", "expr_relation", 0},
                {"sum(orders)", "expr_relation_field", 4},
                {"sum(orders.amount", "expr_end", 17},
                {"sum(orders.lines.price)", "expr_relation", 11},
                {"sum(orders.colour)", "expr_unknown_name", 11},
                {"sum(orders.status)", "expr_operator", 4},
                {"sum(amount)", "expr_aggregate", 0},
                {"count()", "expr_arguments", 0},
                {"round(amount, 7)", "expr_places", 14},
                {"round(amount, score)", "expr_places", 14},
                {"date(score, 1, 1)", "expr_constant", 5},
                {"name starts_with phone", "expr_constant", 17},
                {"if(score, 1, 2)", "expr_type", 3},
                {"if(in_pool, 1, \"a\")", "expr_type", 15},
                {"1 + loop", "expr_formula_cycle", 4},
                {"1 + broken", "expr_formula", 4},
        };
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                assert_wrong(*state, &wrong[i], EXPR_NULL, false);
        assert_wrong(*state, &(Wrong){"amount + 1", "expr_type", 0}, EXPR_BOOL, false);
        assert_wrong(*state, &(Wrong){"  name", "expr_type", 2}, EXPR_NUMBER, false);
        assert_wrong(*state, &(Wrong){"sum(amount) + amount", "expr_not_aggregated", 14}, EXPR_NULL, true);
        assert_wrong(*state, &(Wrong){"count(sum(amount))", "expr_aggregate", 6}, EXPR_NULL, true);
}

static void limits(void **state) {
        Fixture *f = *state;
        const Expr *expr;
        Buf buf = buf_make(f->arena, 10000);
        for (int i = 0; i < 70; i++)
                buf_lit(&buf, "(");
        buf_add_char(&buf, '\0');
        assert_wrong(f, &(Wrong){buf.data, "expr_too_deep", 64}, EXPR_NULL, false);
        buf_reset(&buf);
        for (int i = 0; i < 300; i++)
                buf_format(&buf, "%sscore", i ? " + " : "");
        buf_add_char(&buf, '\0');
        assert_int_equal(parse(f, buf.data, EXPR_NULL, false, &expr), STATUS_OK); // long sums do not nest
        buf_reset(&buf);
        for (int i = 0; i < 250; i++)
                buf_format(&buf, "%sscore = %d", i ? " or " : "", i);
        buf_add_char(&buf, '\0');
        assert_int_equal(parse(f, buf.data, EXPR_BOOL, false, &expr), STATUS_OK);
        buf_reset(&buf);
        for (int i = 0; i < 400; i++)
                buf_format(&buf, "%sbig", i ? " or " : "");
        buf_add_char(&buf, '\0');
        assert_int_equal(parse(f, buf.data, EXPR_BOOL, false, &expr), STATUS_MALFORMED);
        assert_string_equal(f->context.error.code, "expr_too_complex");
        buf_reset(&buf);
        for (int i = 0; i < 4001; i++)
                buf_lit(&buf, " ");
        buf_add_char(&buf, '\0');
        assert_wrong(f, &(Wrong){buf.data, "expr_too_long", 4001}, EXPR_NULL, false);
}

static void types(void **state) {
        static const struct { const char *source; ExprType type; } typed[] = {
                {"null", EXPR_NULL}, {"1", EXPR_INTEGER}, {"1.5", EXPR_NUMBER}, {"\"a\"", EXPR_TEXT}, {"2026-11-22", EXPR_DATE}, {"2026-11-22T08:00:00Z", EXPR_DATETIME},
                {"2026-11-22T08:00:00.5+08:00", EXPR_DATETIME}, {"2026-11-22 - 1", EXPR_DATE}, {"2026 - 11 - 22", EXPR_INTEGER}, {"true", EXPR_BOOL}, {"level", EXPR_CHOICE},
                {"owner", EXPR_REFERENCE}, {"owner.department", EXPR_REFERENCE}, {"owner.department.name", EXPR_TEXT}, {"target", EXPR_RECORD}, {"target.object", EXPR_TEXT},
                {"target.id", EXPR_INTEGER}, {"score * 2", EXPR_INTEGER}, {"score / 2", EXPR_NUMBER}, {"score + amount", EXPR_NUMBER}, {"-score", EXPR_INTEGER},
                {"created_at - 1", EXPR_DATETIME}, {"created_at - next_follow_up", EXPR_INTEGER}, {"3 + today()", EXPR_DATE}, {"month(created_at)", EXPR_TEXT},
                {"month_of(created_at)", EXPR_INTEGER}, {"date(created_at)", EXPR_DATE}, {"if(in_pool, 1, 2.5)", EXPR_NUMBER}, {"if(in_pool, level, \"x\")", EXPR_TEXT},
                {"coalesce(null, name)", EXPR_TEXT}, {"coalesce(owner, department)", EXPR_INTEGER}, {"count(orders)", EXPR_INTEGER}, {"sum(orders.pieces)", EXPR_INTEGER},
                {"avg(orders.pieces)", EXPR_NUMBER}, {"max(orders.signed)", EXPR_DATE}, {"sum(orders.amount * orders.pieces)", EXPR_NUMBER}, {"rank", EXPR_TEXT},
                {"max(owner.customers.name)", EXPR_TEXT}, {"me()", EXPR_REFERENCE}, {"tags", EXPR_LIST}, {"a_b", EXPR_JSON}, {"concat(name, 1)", EXPR_TEXT},
        };
        for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
                const Expr *expr;
                const char *source = strcmp(typed[i].source, "a_b") == 0 ? "address" : typed[i].source;
                if (parse(*state, source, EXPR_NULL, false, &expr) != STATUS_OK)
                        fail_msg("%s: %s", source, ((Fixture *)*state)->context.error.code);
                if (expr_type(expr) != typed[i].type)
                        fail_msg("%s is of type %d", source, (int)expr_type(expr));
        }
}

static void accepted(void **state) {
        static const char *const sources[] = {
                "level in (\"A\",\"B\") and amount >= 100000 and owner.name = \"A\" and owner.department under my_department()",
                "next_follow_up < today() - 7 and not is_null(phone)",
                "name contains \"科技\"",
                "created_at between 2026-01-01 and 2026-03-31",
                "owner = me() or owner in (1, 2, me())",
                "name = \"a \\\"quoted\\\" \\u6d77 \\\\ text\\n\"",
                "level != null and null = level",
                "not level in (\"A\")",
                "not not in_pool",
                "- - 3 = 3",
                "target != \"customer:12\"",
                "tags contains 7 and levels in (\"A\", null)",
                "created_at = \"2026-11-22\"",
                "count(orders, orders.status = \"open\" and express) > 2",
                "count(orders, sum(lines.price) > 10) > 2",
                "sum(orders.amount, customer.level = \"A\") > 0",
                "owner.active",
                "null",
        };
        for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
                const Expr *expr;
                if (parse(*state, sources[i], EXPR_BOOL, false, &expr) != STATUS_OK)
                        fail_msg("%s: %s", sources[i], ((Fixture *)*state)->context.error.code);
                assert_int_equal(expr_type(expr), EXPR_BOOL);
        }
}

static void what_is_expected_is_converted(void **state) {
        Fixture *f = *state;
        const Expr *expr;
        static const struct { const char *source; ExprType expect; } converted[] = {
                {"score", EXPR_NUMBER}, {"null", EXPR_DATE}, {"today()", EXPR_DATETIME}, {"\"2026-11-22\"", EXPR_DATE}, {"\"2026-11-22T08:00:00Z\"", EXPR_DATETIME},
        };
        for (size_t i = 0; i < sizeof converted / sizeof *converted; i++) {
                assert_int_equal(parse(f, converted[i].source, converted[i].expect, false, &expr), STATUS_OK);
                assert_int_equal(expr_type(expr), converted[i].expect);
        }
        assert_int_equal(parse(f, "level", EXPR_TEXT, false, &expr), STATUS_OK);
        assert_int_equal(parse(f, "5", EXPR_REFERENCE, false, &expr), STATUS_OK);
}

static void constants_need_no_object(void **state) {
        Fixture *f = *state;
        const Expr *expr;
        ExprParse request = {.names = &world_names, .expect = EXPR_DATE};
        assert_int_equal(expr_parse(&f->context, &request, STR("today() + 7"), &expr), STATUS_OK);
        assert_int_equal(expr_parse(&f->context, &request, STR("next_follow_up"), &expr), STATUS_MALFORMED);
        assert_string_equal(f->context.error.code, "expr_unknown_name");
}

static void add_name(void *arg, const ExprField *field) {
        Buf *buf = arg;
        buf_format(buf, STR_FMT " ", STR_ARG(field->name));
}

static void fields_that_are_touched(void **state) {
        Fixture *f = *state;
        const Expr *expr;
        Buf buf = buf_make(f->arena, 1000);
        assert_int_equal(parse(f, "owner.department.name = \"x\" and sum(orders.net, express) > amount", EXPR_BOOL, false, &expr), STATUS_OK);
        expr_fields(expr, add_name, &buf);
        static const char *const names[] = {"owner", "department", "name", "customer", "net", "amount", "discount", "express"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (str_find(buf_str(&buf), str_format(f->arena, "%s ", names[i])) < 0)
                        fail_msg("%s is missing in %.*s", names[i], STR_ARG(buf_str(&buf)));
        assert_null(expr_as_field(expr));
        assert_int_equal(parse(f, "level", EXPR_NULL, false, &expr), STATUS_OK);
        assert_true(str_is(expr_as_field(expr)->name, "level"));
        assert_int_equal(parse(f, "owner.name", EXPR_NULL, false, &expr), STATUS_OK);
        assert_null(expr_as_field(expr));
}

static void ids_are_replaced_where_they_name_a_record(void **state) {
        Fixture *f = *state;
        static const struct { const char *source, *expected; size_t count; } cases[] = {
                {"department = 12", "department = 7", 1},
                {"12 = department and owner = 12", "7 = department and owner = 12", 1},
                {"owner.department under 12 or department in (12, 123, 12)", "owner.department under 7 or department in (7, 123, 7)", 3},
                {"not (department != 12)", "not (department != 7)", 1},
                {"amount > 12 and name = \"12\"", "amount > 12 and name = \"12\"", 0},
                {"department = 120 or department under my_department()", "department = 120 or department under my_department()", 0},
        };
        ExprParse request = {.names = &world_names, .object = world_object(WORLD_CUSTOMER), .expect = EXPR_BOOL};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Str text = STR_NONE;
                size_t count = 0;
                error_clear(&f->context);
                assert_int_equal(expr_replace_id(&f->context, &request, str_from(cases[i].source), world_object(WORLD_DEPARTMENT), 12, 7, &text, &count), STATUS_OK);
                assert_string_equal(str_c(f->arena, text), cases[i].expected);
                assert_int_equal(count, cases[i].count);
        }
        Str text = STR_NONE;
        size_t count = 0;
        assert_int_equal(expr_replace_id(&f->context, &request, STR("department = "), world_object(WORLD_DEPARTMENT), 12, 7, &text, &count), STATUS_MALFORMED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(syntax_errors_point_at_the_character),
                cmocka_unit_test(meaning_errors_point_at_the_character),
                cmocka_unit_test(limits),
                cmocka_unit_test(types),
                cmocka_unit_test(accepted),
                cmocka_unit_test(what_is_expected_is_converted),
                cmocka_unit_test(constants_need_no_object),
                cmocka_unit_test(fields_that_are_touched),
                cmocka_unit_test(ids_are_replaced_where_they_name_a_record),
        };
        return cmocka_run_group_tests_name("expr check", tests, setup, teardown);
}
