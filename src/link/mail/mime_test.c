// Messages: headers in ASCII whatever is put in, no value that adds a line, parts that read the same again.
#include "link/mail/mail.h"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>

#include <cmocka.h>

#define MOMENT 1795334400000LL // Sunday 2026-11-22T08:00:00Z

static Str message(Context *context, Arena *arena, const char *name, const char *subject, const char *to) {
        context_init(context, arena, LANG_EN, MOMENT);
        MimeHead head = {.from = STR("crm@example.com"), .from_name = str_from(name), .to = str_from(to), .subject = str_from(subject), .message_id = STR("<1@example.com>"), .at_ms = MOMENT};
        return mime_message(context, &head, STR("正文 body"), STR("<p>正文</p>"));
}

static bool says(Str text, const char *part) {
        return str_find(text, str_from(part)) >= 0;
}

// Lines of the head; every one is a header of a name that we write, or goes on.
static void assert_sound(Str text) {
        ptrdiff_t end = str_find(text, STR("\r\n\r\n"));
        static const char *const names[] = {"Date: ", "From: ", "To: ", "Subject: ", "Message-ID: ", "MIME-Version: ", "Auto-Submitted: ", "X-Auto-Response-Suppress: ", "Content-Type: ", " =?UTF-8?B?", " <crm@example.com>"};
        assert_true(end > 0);
        Str head = str_slice(text, 0, (size_t)end), line = STR_NONE;
        while (str_cut(&head, '\n', &line)) {
                bool known = false;
                for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                        known |= str_starts(line, str_from(names[i]));
                assert_true(known);
                assert_true(line.len <= 77); // with its CR
        }
        for (size_t i = 0; i < text.len; i++) {
                assert_true((unsigned char)text.data[i] < 0x7F);
                if (text.data[i] == '\n')
                        assert_true(i > 0 && text.data[i - 1] == '\r');
        }
}

static void writes_plain_ones(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Str text = message(&context, arena, "Haike \"CRM\"", "Your password", "a.b+c@example.com");
        assert_sound(text);
        assert_true(says(text, "Date: Sun, 22 Nov 2026 08:00:00 +0000\r\n"));
        assert_true(says(text, "From: \"Haike \\\"CRM\\\"\" <crm@example.com>\r\n"));
        assert_true(says(text, "To: <a.b+c@example.com>\r\n"));
        assert_true(says(text, "Subject: Your password\r\n"));
        assert_true(says(text, "Message-ID: <1@example.com>\r\n"));
        assert_true(says(text, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n5q2j5paHIGJvZHk=\r\n"));
        assert_true(says(text, "Content-Type: text/html; charset=utf-8\r\n"));
}

static void encodes_what_is_not(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Str text = message(&context, arena, "听潮·海客", "听潮环境科技股份有限公司上海分公司：重设密码，请在三十分钟内完成设置", "a@b.cn");
        assert_sound(text);
        assert_true(says(text, "From: =?UTF-8?B?5ZCs5r2uwrfmtbflrqI=?=\r\n <crm@example.com>\r\n"));
        // each word ends with a whole character
        Str rest = str_slice(text, (size_t)str_find(text, STR("Subject: ")) + 9, text.len), joined = STR("");
        while (str_starts(rest, STR("=?UTF-8?B?"))) {
                rest = str_slice(rest, 10, rest.len);
                ptrdiff_t end = str_find(rest, STR("?="));
                unsigned char bytes[200];
                size_t length = 0;
                assert_int_equal(sodium_base642bin(bytes, sizeof bytes, rest.data, (size_t)end, NULL, &length, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
                assert_true(length % 3 == 0);
                joined = str_format(arena, STR_FMT "%.*s", STR_ARG(joined), (int)length, (const char *)bytes);
                rest = str_slice(rest, (size_t)end + 2, rest.len);
                rest = str_starts(rest, STR("\r\n ")) ? str_slice(rest, 3, rest.len) : rest;
        }
        assert_true(str_is(joined, "听潮环境科技股份有限公司上海分公司：重设密码，请在三十分钟内完成设置"));
        assert_true(says(message(&context, arena, "", "=?UTF-8?B?SGk=?=", "a@b.cn"), "Subject: =?UTF-8?B?PT9VVEYt"));
}

static void lets_nothing_in(void **state) {
        (void)state;
        static const char *const bad[] = {"a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x", "a\r\n\r\nbody", "a\x01\x7f\tb", "<a>\r\n b", "\r\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                Str all[] = {message(&context, arena, bad[i], "s", "a@b.cn"), message(&context, arena, "n", bad[i], "a@b.cn"), message(&context, arena, "n", "s", "a@b.cn>\r\nBcc: <x@evil.example")};
                for (size_t k = 0; k < 3; k++) {
                        assert_sound(all[k]);
                        assert_false(says(all[k], "\nBcc"));
                }
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(writes_plain_ones), cmocka_unit_test(encodes_what_is_not), cmocka_unit_test(lets_nothing_in)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
