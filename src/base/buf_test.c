// The growing text: its cap, the arena's budget, numbers.
#include "base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void adds_and_formats(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 1 << 20);
        buf_lit(&buf, "n=");
        buf_add_int(&buf, INT64_MIN);
        buf_add_char(&buf, ' ');
        buf_add_int(&buf, 0);
        buf_format(&buf, " %s:%d", "x", 5);
        buf_add(&buf, STR_NONE);
        assert_true(str_is(buf_str(&buf), "n=-9223372036854775808 0 x:5"));
        assert_false(buf_full(&buf));
        buf_reset(&buf);
        assert_int_equal(buf_str(&buf).len, 0);
        for (int i = 0; i < 2000; i++)
                buf_format(&buf, "%0600d", i);
        assert_true(buf_full(&buf)); // 1.2 MB do not fit
}

static void grows_past_everything_small(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf a = buf_make(arena, SIZE_MAX), b = buf_make(arena, SIZE_MAX);
        for (int i = 0; i < 100000; i++) {
                buf_add_int(&a, i % 10);
                buf_add_int(&b, (i + 1) % 10);
        }
        for (int i = 0; i < 100000; i++) {
                assert_int_equal(a.data[i], '0' + i % 10);
                assert_int_equal(b.data[i], '0' + (i + 1) % 10);
        }
}

static void stops_at_the_cap(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 10);
        buf_lit(&buf, "12345");
        buf_lit(&buf, "67890");
        assert_false(buf_full(&buf));
        buf_add_char(&buf, 'x');
        assert_true(buf_full(&buf));
        buf_reset(&buf);
        buf_lit(&buf, "12345678901");
        assert_true(buf_full(&buf));
        buf_add_char(&buf, 'x'); // what comes after is not written either
        assert_int_equal(buf.len, 0);
}

static void stops_when_the_budget_is_spent(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(100000);
        arena_alloc(arena, 200000);
        Buf buf = buf_make(arena, SIZE_MAX);
        for (int i = 0; i < 100; i++)
                buf_lit(&buf, "a problem can still be told");
        assert_false(buf_full(&buf));
        for (int i = 0; i < 1000; i++)
                buf_lit(&buf, "but not a page of records");
        assert_true(buf_full(&buf));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(adds_and_formats),
                cmocka_unit_test(grows_past_everything_small),
                cmocka_unit_test(stops_at_the_cap),
                cmocka_unit_test(stops_when_the_budget_is_spent),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
