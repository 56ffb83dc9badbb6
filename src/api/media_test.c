// Bytes and what they are taken for; ranges.
#include "api/media.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void is(Str content, const char *type) {
        assert_string_equal(media_of(content).type, type);
}

static void kinds_by_bytes(void **state) {
        (void)state;
        is(STR("\x89PNG\r\n\x1a\n...."), "image/png");
        is(STR("\xff\xd8\xff\xe0...."), "image/jpeg");
        is(STR("GIF89a...."), "image/gif");
        is(STR("RIFF\x01\x02\x03\x04WEBPVP8 "), "image/webp");
        is(STR("RIFF\x01\x02\x03\x04WAVEfmt "), "application/octet-stream");
        is(STR("RIFF\x01\x02"), "application/octet-stream");
        is(STR("%PDF-1.7\n"), "application/pdf");
        is(STR(" %PDF-1.7\n"), "text/plain; charset=utf-8");
        is(STR("报价\t说明\r\n"), "text/plain; charset=utf-8");
        is(STR(""), "text/plain; charset=utf-8");
        is(STR("\xef\xbb\xbf" "a,b\n"), "text/plain; charset=utf-8");
        static const Str others[] = {STR("<svg xmlns='x'/>"), STR(" \n<html>"), STR("\xef\xbb\xbf<?xml?>"), STR("\xb1\xa8\xbc\xdb"), STR("a\0b"), STR("a\x1b[31m"), STR("\x89PNG"), STR("PK\x03\x04")};
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                is(others[i], "application/octet-stream");
}

static void ranges(void **state) {
        (void)state;
        static const struct { const char *header; RangeKind kind; size_t from, to; } cases[] = {
                {"bytes=0-3", RANGE_PART, 0, 4}, {"bytes=3-", RANGE_PART, 3, 10}, {"bytes=-4", RANGE_PART, 6, 10}, {"bytes=-40", RANGE_PART, 0, 10}, {"bytes=9-99", RANGE_PART, 9, 10},
                {"bytes=10-", RANGE_NONE, 0, 0}, {"bytes=10-12", RANGE_NONE, 0, 0}, {"bytes=-0", RANGE_NONE, 0, 0},
                {"", RANGE_WHOLE, 0, 0}, {"bytes=", RANGE_WHOLE, 0, 0}, {"bytes=-", RANGE_WHOLE, 0, 0}, {"bytes=4-2", RANGE_WHOLE, 0, 0}, {"bytes=12-11", RANGE_WHOLE, 0, 0},
                {"bytes=0-1,3-4", RANGE_WHOLE, 0, 0}, {"lines=0-1", RANGE_WHOLE, 0, 0}, {"bytes=a-b", RANGE_WHOLE, 0, 0}, {"bytes=0-99999999999999999999", RANGE_WHOLE, 0, 0},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                size_t from = 0, to = 0;
                assert_int_equal(range_parse(str_from(cases[i].header), 10, &from, &to), cases[i].kind);
                assert_int_equal(from, cases[i].from);
                assert_int_equal(to, cases[i].to);
        }
        size_t from = 0, to = 0;
        assert_int_equal(range_parse(STR("bytes=0-"), 0, &from, &to), RANGE_NONE);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(kinds_by_bytes), cmocka_unit_test(ranges)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
