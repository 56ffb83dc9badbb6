// Views of text.
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_str(s, text) assert_true(str_is((s), (text)))

static void comparing(void **state) {
        (void)state;
        assert_int_equal(str_compare(STR("a"), STR("b")), -1);
        assert_int_equal(str_compare(STR("ab"), STR("a")), 1);
        assert_int_equal(str_compare(STR("\xE4"), STR("a")), 1);
        assert_int_equal(str_compare(STR_NONE, STR("")), 0);
        assert_true(str_eq(STR_NONE, STR("")));
        assert_false(str_eq(STR("a"), STR("A")));
        assert_true(str_starts(STR("abc"), STR("ab")));
        assert_true(str_starts(STR("abc"), STR_NONE));
        assert_false(str_starts(STR("a"), STR("ab")));
        assert_true(str_ends(STR("abc"), STR("bc")));
        assert_false(str_ends(STR("c"), STR("bc")));
        assert_true(str_hash(STR("a")) != str_hash(STR("b")));
        assert_true(str_hash(STR("")) == str_hash(STR_NONE));
}

static void finding_and_cutting(void **state) {
        (void)state;
        assert_int_equal(str_find(STR("hello"), STR("ll")), 2);
        assert_int_equal(str_find(STR("hello"), STR("lo!")), -1);
        assert_int_equal(str_find(STR_NONE, STR("")), 0);
        assert_int_equal(str_find(STR_NONE, STR("a")), -1);
        assert_int_equal(str_find_char(STR("a=b=c"), '='), 1);
        assert_int_equal(str_find_char(STR_NONE, '='), -1);
        assert_str(str_slice(STR("hello"), 1, 3), "el");
        assert_str(str_slice(STR("hello"), 3, 99), "lo");
        assert_str(str_slice(STR("hello"), 9, 3), "");
        assert_str(str_slice(STR_NONE, 0, 1), "");
        assert_str(str_trim(STR(" \t a b\r\n")), "a b");
        assert_str(str_trim(STR("   ")), "");
        Str rest = STR("a,,b"), head;
        assert_true(str_cut(&rest, ',', &head));
        assert_str(head, "a");
        assert_true(str_cut(&rest, ',', &head));
        assert_str(head, "");
        assert_true(str_cut(&rest, ',', &head));
        assert_str(head, "b");
        assert_false(str_cut(&rest, ',', &head));
}

static void copying(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        char source[] = "abc";
        Str copy = str_copy(arena, str_from(source));
        char *terminated = str_c(arena, str_from(source));
        source[0] = 'x';
        assert_str(copy, "abc");
        assert_string_equal(terminated, "abc");
        assert_string_equal(str_c(arena, STR_NONE), "");
        assert_str(str_format(arena, "%d-%s", 12, "x"), "12-x");
        char long_text[1000];
        memset(long_text, 'y', sizeof long_text - 1);
        long_text[sizeof long_text - 1] = '\0';
        assert_int_equal(str_format(arena, "%s!", long_text).len, 1000);
}

static void numbers(void **state) {
        (void)state;
        static const struct {
                const char *text;
                bool ok;
                int64_t number;
        } cases[] = {
                {"0", true, 0},
                {"-0", true, 0},
                {"42", true, 42},
                {"007", true, 7},
                {"9223372036854775807", true, INT64_MAX},
                {"-9223372036854775808", true, INT64_MIN},
                {"9223372036854775808", false, 0},
                {"-9223372036854775809", false, 0},
                {"99999999999999999999", false, 0},
                {"", false, 0},
                {"-", false, 0},
                {"+1", false, 0},
                {" 1", false, 0},
                {"1 ", false, 0},
                {"1.0", false, 0},
                {"0x10", false, 0},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                int64_t number = -1;
                assert_int_equal(str_to_int64(str_from(cases[i].text), &number), cases[i].ok);
                assert_int_equal(number, cases[i].ok ? cases[i].number : -1);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(comparing),
                cmocka_unit_test(finding_and_cutting),
                cmocka_unit_test(copying),
                cmocka_unit_test(numbers),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
