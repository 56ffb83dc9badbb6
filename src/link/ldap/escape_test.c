// What is typed stays a value, in filters (RFC 4515) and in names (RFC 4514): over the examples of the standards, and over anything at all.
#include "link/ldap/ldap.h"
#include "os/os.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void filters(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const char *const cases[][2] = {
                {"anna", "(uid=anna)"}, {"*", "(uid=\\2a)"}, {"a*b", "(uid=a\\2ab)"}, {"x)(uid=*", "(uid=x\\29\\28uid=\\2a)"}, {"\\", "(uid=\\5c)"}, {"王芳", "(uid=王芳)"}, {"{login}", "(uid={login})"}, {"{dn}", "(uid={dn})"}, {"\n", "(uid=\\0a)"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_true(str_is(ldap_filter_text(arena, STR("(uid={login})"), str_from(cases[i][0]), STR("")), cases[i][1]));
        assert_true(str_is(ldap_filter_text(arena, STR("(uid={login})"), STR("a\0b"), STR("")), "(uid=a\\00b)"));
        assert_true(str_is(ldap_filter_text(arena, STR("(&(member={dn})(x={login}))"), STR("a"), STR("cn=a (b),dc=c")), "(&(member=cn=a \\28b\\29,dc=c)(x=a))"));
}

static void names(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const char *const cases[][2] = {
                {"anna", "uid=anna,dc=x"}, {"a,dc=y", "uid=a\\2cdc\\3dy,dc=x"}, {"a+uid=b", "uid=a\\2buid\\3db,dc=x"}, {"#1", "uid=\\231,dc=x"}, {"a#1", "uid=a#1,dc=x"}, {" a ", "uid=\\20a\\20,dc=x"}, {"a b", "uid=a b,dc=x"}, {"a\"<>;\\", "uid=a\\22\\3c\\3e\\3b\\5c,dc=x"}, {"王", "uid=王,dc=x"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_true(str_is(ldap_dn_text(arena, STR("uid={login},dc=x"), str_from(cases[i][0])), cases[i][1]));
}

// Read back as a server reads it: between "(uid=" and ")" there is one value, the one that was typed.
static bool filter_value(Str filter, Buf *value) {
        if (!str_starts(filter, STR("(uid=")) || !str_ends(filter, STR(")")))
                return false;
        filter = str_slice(filter, 5, filter.len - 1);
        for (size_t i = 0; i < filter.len; i++) {
                char c = filter.data[i];
                if (c == '(' || c == ')' || c == '*' || c == '\0')
                        return false;
                if (c == '\\') {
                        char hex[3] = {filter.data[i + 1], filter.data[i + 2], 0};
                        c = (char)strtol(hex, NULL, 16);
                        i += 2;
                }
                buf_add_char(value, c);
        }
        return true;
}

static void anything(void **state) {
        (void)state;
        for (int round = 0; round < 5000; round++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                unsigned char bytes[24];
                os_random(bytes, sizeof bytes);
                static const char few[] = "*()\\{login}dn=,+\"<>;# a";
                for (size_t i = 1; i < sizeof bytes; i++)
                        bytes[i] = bytes[i] < 200 ? (unsigned char)few[bytes[i] % (sizeof few - 1)] : bytes[i];
                Str typed = str_make((const char *)bytes + 1, bytes[0] % (sizeof bytes - 1));
                Buf value = buf_make(arena, 1000);
                assert_true(filter_value(ldap_filter_text(arena, STR("(uid={login})"), typed, STR("")), &value));
                assert_true(str_eq(buf_str(&value), typed));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(filters), cmocka_unit_test(names), cmocka_unit_test(anything)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
