// So many in a window, each key for itself.
#include "api/limiter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void counts_by_key_and_window(void **state) {
        (void)state;
        Limiter *limiter = limiter_new();
        for (int i = 0; i < 3; i++)
                assert_int_equal(limiter_take(limiter, 7, 3, 60000, 1000000 + i), 0);
        assert_int_equal(limiter_take(limiter, 7, 3, 60000, 1010000), 50);
        assert_int_equal(limiter_take(limiter, 8, 3, 60000, 1010000), 0);
        assert_int_equal(limiter_take(limiter, 7, 3, 60000, 1060000), 0);
        assert_int_equal(limiter_take(limiter, 7, 3, 60000, 1000), 0); // the clock was set back
        limiter_free(limiter);
        limiter_free(NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(counts_by_key_and_window)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
