// Values: comparing and copying.
#include "base/value.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void equality_needs_the_same_kind(void **state) {
        (void)state;
        assert_true(value_eq(VALUE_NONE, VALUE_NONE));
        assert_false(value_eq(VALUE_NONE, value_int(0)));
        assert_false(value_eq(value_bool(true), value_int(1)));
        assert_false(value_eq(value_date(1), value_datetime(1)));
        assert_true(value_eq(value_text(STR("a")), value_text(STR("a"))));
        assert_false(value_eq(value_text(STR("a")), value_blob(STR("a"))));
        assert_true(value_eq(value_number((Decimal){5}), value_number((Decimal){5})));
}

static void order(void **state) {
        (void)state;
        const Value ascending[][2] = {
                {value_bool(false), value_bool(true)},
                {value_int(INT64_MIN), value_int(INT64_MAX)},
                {value_number((Decimal){-1}), value_number((Decimal){1})},
                {value_date(-5), value_date(5)},
                {value_datetime(-5), value_datetime(INT64_MAX)},
                {value_text(STR("")), value_text(STR("a"))},
                {value_text(STR("Z")), value_text(STR("a"))},
                {value_blob(STR("\x01")), value_blob(STR("\xFF"))},
                {value_int(INT64_MAX), VALUE_NONE},
        };
        for (size_t i = 0; i < sizeof ascending / sizeof ascending[0]; i++) {
                assert_true(value_compare(ascending[i][0], ascending[i][1]) < 0);
                assert_true(value_compare(ascending[i][1], ascending[i][0]) > 0);
                assert_int_equal(value_compare(ascending[i][0], ascending[i][0]), 0);
        }
        assert_int_equal(value_compare(VALUE_NONE, VALUE_NONE), 0);
}

static void copies_own_their_text(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        char source[] = "abc";
        Value copy = value_copy(arena, value_text(str_from(source)));
        source[0] = 'x';
        assert_true(value_eq(copy, value_text(STR("abc"))));
        assert_true(value_eq(value_copy(arena, value_int(3)), value_int(3)));
        assert_true(value_is_null(value_copy(arena, VALUE_NONE)));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(equality_needs_the_same_kind),
                cmocka_unit_test(order),
                cmocka_unit_test(copies_own_their_text),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
