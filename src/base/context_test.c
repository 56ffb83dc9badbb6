// Statuses, the error record, languages, messages.
#include "base/context.h"
#include "base/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void statuses(void **state) {
        (void)state;
        assert_int_equal(status_http(STATUS_STALE), 412);
        assert_int_equal(status_http(STATUS_OK), 200);
        assert_int_equal(status_http(STATUS_INTERNAL), 500);
        assert_int_equal(status_http((Status)999), 500);
        for (int s = STATUS_OK; s <= STATUS_INTERNAL; s++) {
                assert_true(status_http((Status)s) >= 200);
                if (s == STATUS_OK)
                        continue;
                char key[64]; // each has a message in both languages
                snprintf(key, sizeof key, "error.%s", status_name((Status)s));
                assert_false(str_is(text_get(LANG_EN, key), key));
                assert_false(str_is(text_get(LANG_ZH_CN, key), key));
        }
}

static Status fails(Context *context) {
        return error_set(context, STATUS_CONFLICT, "not_unique", STR("ACME"));
}

static Status passes_up(Context *context) {
        TRY(fails(context));
        return STATUS_OK;
}

static void primary_error(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 5);
        assert_int_equal(error_status(&context), STATUS_OK);
        assert_int_equal(context.error.position, -1);
        assert_int_equal(passes_up(&context), STATUS_CONFLICT);
        assert_int_equal(error_status(&context), STATUS_CONFLICT);
        assert_string_equal(context.error.code, "not_unique");
        assert_true(str_is(context.error.args[0], "ACME"));
        assert_true(str_is(context.error.args[1], ""));
        assert_int_equal(error_detail(&context, STATUS_IO, "io", "disk %d", 7), STATUS_IO);
        assert_true(str_is(context.error.detail, "disk 7"));
        error_set(&context, STATUS_FORBIDDEN, "forbidden");
        assert_true(str_is(context.error.detail, ""));
        error_clear(&context);
        assert_int_equal(error_status(&context), STATUS_OK);
        assert_null(context.error.code);
}

static void items_are_collected_and_copied(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        char field[16], argument[16];
        for (int i = 0; i < 2000; i++) {
                snprintf(field, sizeof field, "f%d", i);
                snprintf(argument, sizeof argument, "a%d", i);
                assert_int_equal(error_add(&context, str_from(field), "too_long", str_from(argument)), STATUS_INVALID);
        }
        assert_int_equal(error_status(&context), STATUS_INVALID);
        assert_int_equal(context.error.count, 1000);
        assert_true(str_is(context.error.items[0].field, "f0"));
        assert_true(str_is(context.error.items[999].field, "f999"));
        assert_true(str_is(context.error.items[17].args[0], "a17"));
        assert_int_equal(context.error.items[17].position, -1);
}

static void languages(void **state) {
        (void)state;
        static const struct {
                const char *tag;
                Lang lang;
        } cases[] = {
                {"", LANG_ZH_CN},
                {"zh-CN", LANG_ZH_CN},
                {"en", LANG_EN},
                {"en-GB", LANG_EN},
                {"EN_us", LANG_EN},
                {"english", LANG_ZH_CN},
                {"de", LANG_ZH_CN},
                {"de, en;q=0.5", LANG_EN},
                {"zh-CN,zh;q=0.9,en;q=0.8", LANG_ZH_CN},
                {"en-US,en;q=0.9,zh-CN;q=0.8", LANG_EN},
                {"en;q=0.2, zh-TW;q=0.7", LANG_ZH_CN},
                {"zh;q=0, en;q=0.001", LANG_EN},
                {"en;q=0", LANG_ZH_CN},
                {"*", LANG_ZH_CN},
                {",;,;q=,en;q=x", LANG_EN},
                {"en;q=99999999999999999999999.99999999999999999", LANG_EN},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
                assert_int_equal(lang_from(str_from(cases[i].tag)), cases[i].lang);
        assert_string_equal(lang_tag(LANG_ZH_CN), "zh-CN");
        assert_string_equal(lang_tag(LANG_EN), "en");
}

static void messages(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        assert_true(str_is(text_get(LANG_ZH_CN, "error.required"), "必填"));
        assert_true(str_is(text_get(LANG_EN, "error.required"), "is required"));
        assert_true(str_is(text_get(LANG_EN, "error.no_such_text"), "error.no_such_text"));
        const Str args[4] = {STR("1"), STR("9 {0}"), STR_NONE, STR_NONE};
        assert_true(str_is(text_format(arena, LANG_EN, "error.out_of_range", args), "is out of range (1 to 9 {0})"));
        assert_true(str_is(text_format(arena, LANG_EN, "error.out_of_range", NULL), "is out of range ( to )"));
        assert_true(str_is(text_format(arena, LANG_EN, "{9}{a{2}", args), "{9}{a"));
}

static void table_is_sorted(void **state) {
        (void)state;
        assert_true(text_entries_count > 30);
        for (size_t i = 1; i < text_entries_count; i++)
                assert_true(strcmp(text_entries[i - 1].key, text_entries[i].key) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(statuses),
                cmocka_unit_test(primary_error),
                cmocka_unit_test(items_are_collected_and_copied),
                cmocka_unit_test(languages),
                cmocka_unit_test(messages),
                cmocka_unit_test(table_is_sorted),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
