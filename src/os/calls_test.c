// The clock that tests may move, and randomness.
#include "os/os.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void clock_goes_on_from_where_it_is_set(void **state) {
        (void)state;
        assert_true(os_now_ms() > 1700000000000);
        os_clock_set(1000);
        int64_t first = os_now_ms();
        assert_true(first >= 1000 && first < 60000);
        int64_t start = os_monotonic_us();
        while (os_monotonic_us() - start < 5000)
                ;
        assert_true(os_now_ms() >= first + 4);
        os_clock_set(4102444800000);
        assert_true(os_now_ms() >= 4102444800000);
}

static void random_bytes_differ(void **state) {
        (void)state;
        unsigned char a[1000] = {0}, b[1000] = {0};
        os_random(a, sizeof a);
        os_random(b, sizeof b);
        assert_memory_not_equal(a, b, sizeof a);
        int zeros = 0;
        for (size_t i = 0; i < sizeof a; i++)
                zeros += a[i] == 0;
        assert_true(zeros < 50);
        os_random(a, 0);
}

static int64_t frozen(void) {
        return 42;
}

static void calls_can_be_replaced(void **state) {
        (void)state;
        OsCalls calls = *os_calls();
        calls.now_ms = frozen;
        os_calls_set(&calls);
        os_clock_set(42);
        assert_int_equal(os_now_ms(), 42);
        os_calls_set(NULL);
        assert_true(os_calls()->now_ms() > 1700000000000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(clock_goes_on_from_where_it_is_set),
                cmocka_unit_test(random_bytes_differ),
                cmocka_unit_test(calls_can_be_replaced),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
