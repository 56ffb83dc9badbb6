// Evaluation in memory: what null does, what is out of range, dates and zones. That the databases agree is tests/property's business.
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
        ExprRows rows;
        Zone *zone;
} Fixture;

// A row: its fields by name; what is not listed is null. The customer has two orders and an owner.
typedef struct Cell { const char *name; Value value; } Cell;
typedef struct TestRow { Cell cells[8]; } TestRow;

static const TestRow owner = {{{"id", {.kind = VALUE_INTEGER, .integer = 7}}, {"name", {.kind = VALUE_TEXT, .text = {"王伟", 6}}}}};
static const TestRow orders[] = {
        {{{"amount", {.kind = VALUE_NUMBER, .number = {10500000}}}, {"pieces", {.kind = VALUE_INTEGER, .integer = 2}}, {"status", {.kind = VALUE_TEXT, .text = {"open", 4}}}}},
        {{{"amount", {.kind = VALUE_NUMBER, .number = {-500000}}}, {"status", {.kind = VALUE_TEXT, .text = {"closed", 6}}}}},
        {{{"status", {.kind = VALUE_TEXT, .text = {"open", 4}}}}},
};
static const TestRow customer = {{
        {"name", {.kind = VALUE_TEXT, .text = {"华东ＡＢＣ", 15}}},
        {"amount", {.kind = VALUE_NUMBER, .number = {2500000}}},
        {"score", {.kind = VALUE_INTEGER, .integer = 4}},
        {"owner", {.kind = VALUE_INTEGER, .integer = 7}},
        {"tags", {.kind = VALUE_TEXT, .text = {"[\"a\",\"7\"]", 9}}},
        {"created_at", {.kind = VALUE_DATETIME, .ms = 1795276799000}}, // 2026-11-21T23:59:59+08:00
        {"next_follow_up", {.kind = VALUE_DATE, .day = 20514}},         // 2026-03-02
        {"target", {.kind = VALUE_TEXT, .text = {"lead:12", 7}}},
}};

static Status get(void *self, Context *context, const void *row, const ExprField *field, Value *ret) {
        (void)self, (void)context;
        *ret = VALUE_NONE;
        for (size_t i = 0; i < 8; i++) {
                const Cell *cell = &((const TestRow *)row)->cells[i];
                if (cell->name && str_is(field->name, cell->name))
                        *ret = cell->value;
        }
        return STATUS_OK;
}

static Status reference(void *self, Context *context, const void *row, const ExprField *field, const void **ret_row) {
        (void)self, (void)context;
        *ret_row = row == &customer && str_is(field->name, "owner") ? &owner : NULL;
        return STATUS_OK;
}

static Status children(void *self, Context *context, const void *row, const ExprChildren *relation, const void ***ret_rows, size_t *ret_count) {
        (void)self;
        *ret_count = row == &customer && relation->object == world_object(WORLD_ORDER) ? 3 : 0;
        *ret_rows = arena_array(context->arena, const void *, 3);
        for (size_t i = 0; i < 3; i++)
                (*ret_rows)[i] = &orders[i];
        return STATUS_OK;
}

static int setup(void **state) {
        static Fixture f;
        f.arena = arena_new(0);
        context_init(&f.context, f.arena, LANG_EN, 1795320000000); // 2026-11-22 12:00 in Shanghai
        f.zone = zone_open(STR("Asia/Shanghai"));
        f.env = (ExprEnv){.me = 7, .my_department = 3, .now_ms = f.context.now_ms, .zone = f.zone};
        f.rows = (ExprRows){.get = get, .reference = reference, .children = children};
        *state = &f;
        return unicode_start(&f.context) == STATUS_OK && f.zone ? 0 : -1;
}

static int teardown(void **state) {
        Fixture *f = *state;
        zone_free(f->zone);
        arena_free(f->arena);
        return 0;
}

static Str show(Fixture *f, Value value) {
        Buf buf = buf_make(f->arena, 10000);
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
                date_write(&buf, value.day);
                break;
        case VALUE_DATETIME:
                datetime_write(&buf, value.ms);
                break;
        default:
                return value.text;
        }
        return buf_str(&buf);
}

typedef struct Case { const char *source, *result; } Case;

static void assert_cases(Fixture *f, const Case *cases, size_t count) {
        for (size_t i = 0; i < count; i++) {
                ExprParse request = {.names = &world_names, .object = world_object(WORLD_CUSTOMER)};
                const Expr *expr;
                Value value;
                if (expr_parse(&f->context, &request, str_from(cases[i].source), &expr) != STATUS_OK)
                        fail_msg("%s: %s at %d", cases[i].source, f->context.error.code, f->context.error.position);
                assert_int_equal(expr_eval(&f->context, expr, &f->env, &f->rows, &customer, &value), STATUS_OK);
                Str shown = show(f, value);
                if (!str_is(shown, cases[i].result))
                        fail_msg("%s is " STR_FMT ", not %s", cases[i].source, STR_ARG(shown), cases[i].result);
        }
}
#define check_cases(state, cases) assert_cases(*(state), (cases), sizeof(cases) / sizeof *(cases))

static void null_is_false_and_unlike_everything(void **state) {
        static const Case cases[] = {
                {"credit = 1", "false"}, {"credit != 1", "true"}, {"credit < 1", "false"}, {"not (credit < 1)", "true"}, {"credit = credit", "false"}, {"credit != credit", "true"},
                {"credit = null", "true"}, {"credit != null", "false"}, {"amount = null", "false"}, {"credit in (1, 2)", "false"}, {"credit not in (1, 2)", "true"},
                {"credit in (1, null)", "true"}, {"credit between 0 and 9", "false"}, {"credit not between 0 and 9", "true"}, {"phone contains \"\"", "false"},
                {"not (phone contains \"\")", "true"}, {"in_pool", "null"}, {"not in_pool", "true"}, {"in_pool or score = 4", "true"}, {"in_pool = false", "false"},
                {"in_pool != true", "true"}, {"credit + 1", "null"}, {"coalesce(credit, amount, 1)", "2.5"}, {"concat(name, phone, \"!\")", "华东ＡＢＣ!"},
                {"least(credit, amount, score)", "2.5"}, {"greatest(credit, credit)", "null"}, {"if(in_pool, 1, 2)", "2"}, {"level != \"A\"", "true"}, {"is_null(levels)", "true"},
        };
        check_cases(state, cases);
}

static void arithmetic_is_exact(void **state) {
        static const Case cases[] = {
                {"0.1 + 0.2 = 0.3", "true"}, {"1 / 3", "0.333333"}, {"2 / 3", "0.666667"}, {"-2 / 3", "-0.666667"}, {"amount / 0", "null"}, {"7 / 2", "3.5"},
                {"999999999999 + 1", "null"}, {"999999999999.999999 * 2", "null"}, {"score * score - 20", "-4"}, {"round(2.5)", "3.0"}, {"round(-2.5)", "-3.0"},
                {"round(amount * 1.111, 2)", "2.78"}, {"int(-2.9)", "-2"}, {"abs(-score)", "4"}, {"1 + 2 * 3 - 4 / 2", "5.0"}, {"(1 + 2) * 3", "9"}, {"- - 3", "3"},
                {"1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 - 10 - 11", "24"}, {"score = 4.0", "true"}, {"score > 3.5", "true"},
        };
        check_cases(state, cases);
}

static void dates_and_zones(void **state) {
        static const Case cases[] = {
                {"today()", "2026-11-22"}, {"created_at = 2026-11-21", "true"}, {"created_at = 2026-11-22", "false"}, {"created_at < 2026-11-22", "true"},
                {"created_at <= 2026-11-21", "true"}, {"created_at >= today()", "false"}, {"created_at between 2026-11-21 and 2026-11-21", "true"}, {"date(created_at)", "2026-11-21"},
                {"created_at in (2026-11-20, 2026-11-21)", "true"}, {"2026-11-21 = created_at", "true"}, {"2026-11-22 > created_at", "true"}, {"created_at != 2026-11-21", "false"},
                {"created_at + 1", "2026-11-22T15:59:59Z"}, {"month(created_at)", "2026-11"}, {"quarter(created_at)", "2026-Q4"}, {"week(2026-01-01)", "2026-W01"},
                {"week(2027-01-01)", "2026-W53"}, {"year(next_follow_up)", "2026"}, {"day(created_at)", "2026-11-21"}, {"weekday(2026-11-22)", "7"}, {"month_of(today())", "11"},
                {"days_between(next_follow_up, today())", "265"}, {"today() - next_follow_up", "265"}, {"add_months(2026-01-31, 1)", "2026-02-28"}, {"add_days(created_at, 1)", "2026-11-22"},
                {"9999-12-31 + 1", "null"}, {"0001-01-01 - 1", "null"}, {"date(2026, 2, 29)", "null"}, {"date(2028, 2, 29)", "2028-02-29"}, {"date(year_of(today()), 1, 1)", "2026-01-01"},
                {"created_at = \"2026-11-21T15:59:59Z\"", "true"}, {"next_follow_up > \"2026-03-01\"", "true"},
        };
        check_cases(state, cases);
}

static void texts_lists_and_records(void **state) {
        static const Case cases[] = {
                {"name contains \"abc\"", "true"}, {"name contains \"华东a\"", "true"}, {"name not contains \"x\"", "true"}, {"name starts_with \"华\"", "true"},
                {"name starts_with \"东\"", "false"}, {"length(name)", "5"}, {"upper(\"straße\")", "STRASSE"}, {"lower(\"ÀB\")", "àb"}, {"tags contains \"a\"", "true"},
                {"tags contains 7", "true"}, {"tags contains \"A\"", "false"}, {"tags in (\"x\", \"a\")", "true"}, {"target.object", "lead"}, {"target.id", "12"},
                {"target = \"lead:12\"", "true"}, {"concat(amount, \" \", score, \" \", next_follow_up)", "2.5 4 2026-03-02"}, {"\"a\" < \"B\"", "false"}, {"rank", "normal"},
        };
        check_cases(state, cases);
}

static void paths_and_children(void **state) {
        static const Case cases[] = {
                {"owner = me()", "true"}, {"owner.name", "王伟"}, {"owner.department.name", "null"}, {"department.name != \"x\"", "true"}, {"count(orders)", "3"},
                {"count(orders.amount)", "2"}, {"sum(orders.amount)", "10.0"}, {"sum(orders.pieces)", "2"}, {"avg(orders.amount)", "5.0"}, {"min(orders.amount)", "-0.5"},
                {"sum(orders.amount, orders.status = \"open\")", "10.5"}, {"sum(orders.amount, status = \"closed\")", "-0.5"},
                {"count(orders, is_null(amount))", "1"}, {"count_distinct(orders.status)", "2"}, {"sum(orders.amount * pieces)", "21.0"}, {"sum(orders.amount, false)", "0.0"},
                {"avg(orders.amount, false)", "null"}, {"count(orders, count(lines) = 0)", "3"}, {"count(department.departments)", "0"}, {"total", "0.0"},
        };
        check_cases(state, cases);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(null_is_false_and_unlike_everything),
                cmocka_unit_test(arithmetic_is_exact),
                cmocka_unit_test(dates_and_zones),
                cmocka_unit_test(texts_lists_and_records),
                cmocka_unit_test(paths_and_children),
        };
        return cmocka_run_group_tests_name("expr evaluate", tests, setup, teardown);
}
