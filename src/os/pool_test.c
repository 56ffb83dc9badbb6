// The pool: everything accepted is run, the queue has an end, order holds with one thread.
#include "os/os.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static _Atomic int runs;

static void count_run(void *arg) {
        (void)arg;
        atomic_fetch_add(&runs, 1);
}

static void runs_everything_accepted(void **state) {
        (void)state;
        runs = 0;
        Pool *pool = pool_new("a-name-longer-than-a-thread-may-have", 3, 8);
        int accepted = 0;
        for (int i = 0; i < 10000; i++)
                accepted += pool_submit(pool, count_run, NULL);
        pool_free(pool);
        assert_true(accepted >= 8);
        assert_int_equal(runs, accepted);
        pool_free(NULL);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void wait_at_gate(void *arg) {
        atomic_store((_Atomic bool *)arg, true);
        pthread_mutex_lock(&gate);
        pthread_mutex_unlock(&gate);
}

static int order[8], order_count;

static void note_order(void *arg) {
        order[order_count++] = *(int *)arg;
}

static void queue_is_bounded_and_in_order(void **state) {
        (void)state;
        static int numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};
        _Atomic bool waiting = false;
        Pool *pool = pool_new("test", 1, 4);
        pthread_mutex_lock(&gate);
        assert_true(pool_submit(pool, wait_at_gate, &waiting));
        while (!waiting)
                ;
        for (int i = 0; i < 4; i++)
                assert_true(pool_submit(pool, note_order, &numbers[i]));
        assert_false(pool_submit(pool, note_order, &numbers[4]));
        pthread_mutex_unlock(&gate);
        pool_free(pool);
        assert_int_equal(order_count, 4);
        for (int i = 0; i < 4; i++)
                assert_int_equal(order[i], i);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(runs_everything_accepted), cmocka_unit_test(queue_is_bounded_and_in_order)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
