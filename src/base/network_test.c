// Network ranges: what is in them, how they are written, and what is none.
#include "base/network.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void ranges_have(void **state) {
        (void)state;
        static const struct { const char *range, *peer; bool has; } cases[] = {
                {"10.0.0.0/8", "10.255.1.2", true}, {"10.0.0.0/8", "11.0.0.0", false}, {"192.168.1.7", "192.168.1.7", true}, {"192.168.1.7", "192.168.1.6", false},
                {"192.168.1.128/25", "192.168.1.127", false}, {"192.168.1.128/25", "192.168.1.200", true}, {"0.0.0.0/0", "8.8.8.8", true}, {"0.0.0.0/0", "2001:db8::1", false},
                {"2001:db8::/32", "2001:db8:ffff::1", true}, {"2001:db8::/32", "2001:db9::1", false}, {"::/0", "8.8.8.8", true}, {"10.0.0.0/8", "::ffff:10.1.1.1", true},
                {"10.0.0.0/8", "", false}, {"10.0.0.0/8", "nonsense", false},
        };
        ARENA_CLEANUP Arena *arena = arena_new(0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                NetworkList list;
                Str bad;
                assert_true(network_list_parse(arena, str_from(cases[i].range), 4, &list, &bad));
                assert_int_equal(network_list_has(&list, str_from(cases[i].peer)), cases[i].has);
        }
}

static void lists_are_written_short(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        NetworkList list;
        Str bad;
        assert_true(network_list_parse(arena, STR(" 10.1.2.3/8,\n2001:DB8:0:0::5/32  192.168.0.1 ::1/128"), 4, &list, &bad));
        assert_int_equal(list.count, 4);
        assert_true(str_is(network_list_format(arena, &list), "10.0.0.0/8, 2001:db8::/32, 192.168.0.1, ::1"));
        assert_true(network_list_parse(arena, STR(" , \n"), 4, &list, &bad));
        assert_int_equal(list.count, 0);
        assert_false(network_list_has(&list, STR("10.0.0.1")));
}

static void what_is_none(void **state) {
        (void)state;
        static const char *const wrong[] = {"10.0.0.0/33", "10.0.0", "10.0.0.0/-1", "10.0.0.0/", "2001:db8::/129", "example.org", "10.0.0.1;", "1.2.3.4/8/8"};
        ARENA_CLEANUP Arena *arena = arena_new(0);
        NetworkList list;
        Str bad;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                assert_false(network_list_parse(arena, str_format(arena, "10.0.0.1 %s", wrong[i]), 4, &list, &bad));
                assert_true(str_is(bad, wrong[i]));
        }
        assert_false(network_list_parse(arena, STR("1.1.1.1 2.2.2.2 3.3.3.3"), 2, &list, &bad));
        assert_true(str_is(bad, "3.3.3.3"));
}

static void kinds(void **state) {
        (void)state;
        assert_int_equal(network_kind(STR("127.0.0.1")), NETWORK_LOOPBACK);
        assert_int_equal(network_kind(STR("::1")), NETWORK_LOOPBACK);
        assert_int_equal(network_kind(STR("172.31.0.1")), NETWORK_PRIVATE);
        assert_int_equal(network_kind(STR("172.32.0.1")), NETWORK_PUBLIC);
        assert_int_equal(network_kind(STR("fd00::1")), NETWORK_PRIVATE);
        assert_int_equal(network_kind(STR("2001:db8::1")), NETWORK_PUBLIC);
        assert_int_equal(network_kind(STR("somewhere")), NETWORK_UNKNOWN);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ranges_have),
                cmocka_unit_test(lists_are_written_short),
                cmocka_unit_test(what_is_none),
                cmocka_unit_test(kinds),
        };
        return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
