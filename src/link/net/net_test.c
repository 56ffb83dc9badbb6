// Which addresses are asked at all, what counts as this machine, forms and certificates.
#include "link/net/net.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void addresses(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const char *const good[] = {"https://login.example.com", "https://login.example.com:8443/a?b=c", "https://10.0.0.5/x", "http://localhost:4593/api", "http://127.0.0.1:1/", "http://[::1]:8080/x", "https://[2001:db8::1]/"};
        static const char *const bad[] = {
                "", "http://", "https://", "http://login.example.com", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.example", "https://a@b.example", "https://a\\@b.example", "ftp://localhost", "file:///etc/passwd", "//localhost", "HTTPS://a b",
                "https://a\r\nX: y", "https://a/\x7f", "javascript:alert(1)", "http://10.0.0.5", "http://0x7f000001/", "http://127.1/",
        };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                assert_true(net_url_allowed(arena, str_from(good[i])));
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_false(net_url_allowed(arena, str_from(bad[i])));
        assert_true(net_host_local(STR("localhost")) && net_host_local(STR("127.255.0.1")) && net_host_local(STR("::1")));
        assert_false(net_host_local(STR("128.0.0.1")) || net_host_local(STR("")) || net_host_local(STR("localhost.")) || net_host_local(STR("1127.0.0.1")));
}

static void forms(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf form = buf_make(arena, 1000);
        net_form_add(&form, "a", STR("x y&=+%/é"));
        net_form_add(&form, "b", STR("-._~"));
        assert_true(str_is(buf_str(&form), "a=x%20y%26%3D%2B%25%2F%C3%A9&b=-._~"));
}

static void certificates(void **state) {
        (void)state;
        const Str one = STR("-----BEGIN CERTIFICATE-----\nMIIB+/=\r\nAA\n-----END CERTIFICATE-----\n");
        ARENA_CLEANUP Arena *arena = arena_new(0);
        assert_true(net_pem_valid(one));
        assert_true(net_pem_valid(str_format(arena, "\n" STR_FMT "\n" STR_FMT, STR_ARG(one), STR_ARG(one))));
        assert_false(net_pem_valid(STR("")) || net_pem_valid(STR("x")) || net_pem_valid(STR("-----BEGIN CERTIFICATE-----\n")) || net_pem_valid(STR("-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----")));
        assert_false(net_pem_valid(str_format(arena, STR_FMT "and more", STR_ARG(one))));
        assert_false(net_pem_valid(STR("-----BEGIN CERTIFICATE-----\n<x>\n-----END CERTIFICATE-----")));
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(addresses), cmocka_unit_test(forms), cmocka_unit_test(certificates)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
