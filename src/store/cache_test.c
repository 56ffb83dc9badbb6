// The statement cache: finds by text, lets the least recently used go, never one that is in use.
#include "store/cache.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void count_drop(void *owner, void *handle) {
        (void)handle;
        ++*(int *)owner;
}

static Str name_of(char *buffer, size_t size, int number) {
        snprintf(buffer, size, "select %d", number);
        return str_from(buffer);
}

static void test_cache(void **state) {
        (void)state;
        Cache cache;
        char text[32];
        int dropped = 0, handle = 0;
        cache_init(&cache, count_drop, &dropped);
        assert_null(cache_find(&cache, STR("select 0")));
        for (int i = 0; i < CACHE_ENTRIES; i++)
                cache_add(&cache, name_of(text, sizeof text, i), &handle);
        assert_int_equal(dropped, 0);
        CacheEntry *kept = cache_find(&cache, STR("select 0"));
        assert_ptr_equal(kept->handle, &handle);
        cache_find(&cache, STR("select 1"))->busy = true;
        for (int i = 1000; i < 1000 + CACHE_ENTRIES - 1; i++) {
                cache_add(&cache, name_of(text, sizeof text, i), &handle);
                assert_ptr_equal(cache_find(&cache, STR("select 0")), kept);
        }
        assert_non_null(cache_find(&cache, STR("select 1")));
        assert_null(cache_find(&cache, STR("select 2")));
        assert_int_equal(cache.count, CACHE_ENTRIES);
        assert_int_equal(dropped, CACHE_ENTRIES - 1);
        cache_remove(&cache, kept);
        assert_null(cache_find(&cache, STR("select 0")));
        cache_clear(&cache);
        assert_int_equal(dropped, 2 * CACHE_ENTRIES - 1);
        assert_int_equal(cache.count, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_cache)};
        return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
