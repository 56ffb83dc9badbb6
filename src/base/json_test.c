// JSON: what RFC 8259 allows and what it does not, the two kinds of refusal, limits, and the writer.
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Fixture {
        Arena *arena;
        Context context;
} Fixture;

static int set_up(void **state) {
        static Fixture fixture;
        fixture.arena = arena_new(64 << 20);
        context_init(&fixture.context, fixture.arena, LANG_EN, 0);
        *state = &fixture;
        return 0;
}

static int tear_down(void **state) {
        arena_free(((Fixture *)*state)->arena);
        return 0;
}

static Status parse(Fixture *f, Str text, Json **ret) {
        error_clear(&f->context);
        *ret = NULL;
        return json_parse(&f->context, text, 20, ret);
}

static void valid_documents(void **state) {
        Fixture *f = *state;
        static const struct {
                const char *in, *out; // out NULL: as it came
        } cases[] = {
                {"null", NULL},
                {"true", NULL},
                {"false", NULL},
                {"0", NULL},
                {"-0", NULL},
                {"1.50", NULL},
                {"-1.5e+10", NULL},
                {"1E5", NULL},
                {"0.000000000000000000000000000001", NULL},
                {"123456789012345678901234567890", NULL},
                {"\"\"", NULL},
                {"[]", NULL},
                {"{}", NULL},
                {" \t\r\n[ 1 , 2 ]\n", "[1,2]"},
                {"[[],[[]],{}]", NULL},
                {"{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":\"e\"}", NULL},
                {"{\"\":1}", NULL},
                {"{\"a\":1,\"A\":2}", NULL},
                {"\"\\u0041\\/\\b\\f\\n\\r\\t\\\"\\\\\"", "\"A/\\u0008\\u000c\\n\\r\\t\\\"\\\\\""},
                {"\"\\ud83d\\ude00\"", "\"😀\""},
                {"\"\\uD87E\\uDC00\"", "\"\xF0\xAF\xA0\x80\""},
                {"\"\\u00e9\\u4e2d\"", "\"é中\""},
                {"\"\x7F\"", NULL},
                {"\"\\u0001\"", NULL},
                {"\"\\uffff\\ufeff\"", "\"\xEF\xBF\xBF\xEF\xBB\xBF\""},
                {"\"\\u2028\\u2029\"", NULL},
                {"\"<script>&\"", NULL},
                {"\"杭州宏岱科技有限公司\"", NULL},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                Json *json;
                if (parse(f, str_from(cases[i].in), &json) != STATUS_OK)
                        fail_msg("refused: %s", cases[i].in);
                Buf buf = buf_make(f->arena, 4096);
                JsonWriter w = json_writer(&buf);
                json_add_tree(&w, json);
                const char *expected = cases[i].out ? cases[i].out : cases[i].in;
                if (!str_is(buf_str(&buf), expected))
                        fail_msg("%s became " STR_FMT, cases[i].in, STR_ARG(buf_str(&buf)));
        }
}

static void malformed_documents(void **state) {
        Fixture *f = *state;
        static const char *const texts[] = {
                "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "undefined", "'a'", "a", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x41\"",
                "\"\\u12\"", "\"\\u12g4\"", "\"\\U0041\"", "\"\\ud800\\u\"", "\"\\ud800\\u12\"", "\"\\a\"", "\"\\0\"", "\"a\nb\"", "\"a\tb\"", "01", "-01", "-",
                "+1", "1.", ".5", "1.e5", "1e", "1e+", "0x10", "1_000", "1,5", "00", "--1", "1 2", "１", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
                "[1;2]", "[1}", "[]]", "[][]", "[1],", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{a:1}",
                "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\":}", "{\"a\":1]", "{:1}", "{\"a\":1:2}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
                "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}", "// c\n1", "/* c */1", "1//", "#", "\xEF\xBB\xBF{}", "\xEF\xBB\xBF", "{}\x0C", "{}\xC2\xA0", "\"\xFF\"",
                "\"\xC0\xAF\"", "\"\xC3\"", "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"", "\"\xE0\x80\x80\"", "\"\xF0\x80\x80\x80\"", "\"\x80\"",
                "\"\xF4\x90\x80\x80\"", "\xFE\xFF", "[\"\xE4\xB8\"]",
                "[\"\\u0000\",]", // 400 is found before 422 is said
        };
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
                Json *json;
                if (parse(f, str_from(texts[i]), &json) != STATUS_MALFORMED)
                        fail_msg("not refused: %s", texts[i]);
                assert_null(json);
                assert_non_null(f->context.error.code);
        }
        Json *json;
        assert_int_equal(parse(f, str_make("[1]\0", 4), &json), STATUS_MALFORMED);
        assert_int_equal(parse(f, str_make("\"\0\"", 3), &json), STATUS_MALFORMED);
        assert_int_equal(parse(f, STR_NONE, &json), STATUS_MALFORMED);
}

static void texts_that_cannot_be_stored(void **state) {
        Fixture *f = *state;
        static const char *const texts[] = {
                "\"\\u0000\"",
                "\"a\\u0000b\"",
                "{\"\\u0000\":1}",
                "\"\\ud800\"",
                "\"\\udc00\"",
                "\"\\ud83dx\"",
                "\"\\ud83d\\n\"",
                "\"\\ude00\\ud83d\"",
                "\"\\ud83d\\u0041\"",
                "\"\\ud83d\\ud83d\\ude00\"",
        };
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
                Json *json;
                if (parse(f, str_from(texts[i]), &json) != STATUS_INVALID)
                        fail_msg("%s", texts[i]);
                assert_string_equal(f->context.error.code, "bad_text");
        }
}

static void positions_count_characters(void **state) {
        Fixture *f = *state;
        Json *json;
        assert_int_equal(parse(f, STR("{\"名称\":\"中文\",}"), &json), STATUS_MALFORMED);
        assert_int_equal(f->context.error.position, 11);
        assert_int_equal(parse(f, STR("[1,2"), &json), STATUS_MALFORMED);
        assert_int_equal(f->context.error.position, 4);
}

static void depth_is_limited(void **state) {
        Fixture *f = *state;
        Json *json;
        char text[100001];
        memset(text, '[', 100000);
        text[100000] = '\0';
        assert_int_equal(parse(f, str_make(text, 100000), &json), STATUS_MALFORMED);
        assert_string_equal(f->context.error.code, "json_too_deep");
        memset(text + 20, ']', 20);
        assert_int_equal(parse(f, str_make(text, 40), &json), STATUS_OK);
        memset(text, '[', 21);
        memset(text + 21, ']', 21);
        assert_int_equal(parse(f, str_make(text, 42), &json), STATUS_MALFORMED);
        assert_int_equal(json_parse(&f->context, STR("[]"), 0, &json), STATUS_MALFORMED);
        assert_int_equal(json_parse(&f->context, STR("1"), 0, &json), STATUS_OK);
}

static void budget_is_kept(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(1 << 20);
        ARENA_CLEANUP Arena *source = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Buf buf = buf_make(source, SIZE_MAX);
        buf_add_char(&buf, '[');
        for (int i = 0; i < 100000; i++)
                buf_lit(&buf, "[],");
        buf_lit(&buf, "1]");
        Json *json;
        assert_int_equal(json_parse(&context, buf_str(&buf), 5, &json), STATUS_TOO_LARGE);
}

static void many_members(void **state) {
        Fixture *f = *state;
        Buf buf = buf_make(f->arena, SIZE_MAX);
        buf_add_char(&buf, '{');
        for (int i = 0; i < 20000; i++)
                buf_format(&buf, "\"key%d\":%d,", i, i);
        size_t length = buf.len;
        buf_lit(&buf, "\"last\":1}");
        Json *json;
        assert_int_equal(parse(f, buf_str(&buf), &json), STATUS_OK);
        assert_int_equal(json->count, 20001);
        assert_int_equal(json_int(json, "key19999", -1), 19999);
        buf.len = length;
        buf_lit(&buf, "\"key123\":1}");
        assert_int_equal(parse(f, buf_str(&buf), &json), STATUS_MALFORMED);
        assert_string_equal(f->context.error.code, "duplicate_key");
}

static void source_may_go(void **state) {
        Fixture *f = *state;
        char text[] = "{\"name\":\"abc\"}";
        Json *json;
        assert_int_equal(parse(f, str_from(text), &json), STATUS_OK);
        memset(text, 'x', sizeof text - 1);
        assert_true(str_is(json_str(json, "name", STR_NONE), "abc"));
}

static void lookups(void **state) {
        Fixture *f = *state;
        Json *json;
        assert_int_equal(parse(f, STR("{\"s\":\"x\",\"n\":12,\"f\":1.5,\"t\":true,\"z\":null,\"big\":99999999999999999999}"), &json), STATUS_OK);
        assert_true(str_is(json_str(json, "s", STR("d")), "x"));
        assert_true(str_is(json_str(json, "n", STR("d")), "d"));
        assert_int_equal(json_int(json, "n", -1), 12);
        assert_int_equal(json_int(json, "f", -1), -1);
        assert_int_equal(json_int(json, "big", -1), -1);
        assert_true(json_bool(json, "t", false));
        assert_true(json_bool(json, "absent", true));
        assert_true(json_is_true(json_get(json, "t")));
        assert_false(json_is_true(json_get(json, "absent")));
        assert_int_equal(json_get(json, "z")->kind, JSON_NULL);
        assert_null(json_get(json_get(json, "s"), "x"));
        assert_null(json_get(NULL, "x"));
        assert_non_null(json_find(json, STR("f")));
}

static void writer_puts_commas(void **state) {
        Fixture *f = *state;
        Buf buf = buf_make(f->arena, 4096);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "name", STR("a\"b"));
        json_put_int(&w, "id", -5);
        json_put_bool(&w, "ok", true);
        json_key(&w, STR("items"));
        json_open_array(&w);
        json_add_int(&w, 1);
        json_add_null(&w);
        json_add_bool(&w, false);
        json_add_decimal(&w, (Decimal){1500000}, 2);
        json_open_object(&w);
        json_close_object(&w);
        json_open_array(&w);
        json_close_array(&w);
        json_add_raw(&w, STR("{\"r\":1}"));
        json_close_array(&w);
        json_key(&w, STR("none"));
        json_add_tree(&w, NULL);
        json_close_object(&w);
        assert_true(str_is(buf_str(&buf), "{\"name\":\"a\\\"b\",\"id\":-5,\"ok\":true,\"items\":[1,null,false,1.50,{},[],{\"r\":1}],\"none\":null}"));
}

static void escapes(void **state) {
        Fixture *f = *state;
        Buf buf = buf_make(f->arena, 4096);
        json_escape(&buf, str_make("\x01\x1F\0\b/\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE2", 15));
        assert_true(str_is(buf_str(&buf), "\"\\u0001\\u001f\\u0000\\u0008/\\u2028\\u2029\xE2\x80\xAA\xE2\""));
}

// Eight bytes are looked at together: each place among them, with each neighbour.
static void escapes_at_every_place(void **state) {
        Fixture *f = *state;
        static const char *const cases[][2] = {{"\"", "\\\""}, {"\\", "\\\\"}, {"\n", "\\n"}, {"\x1F", "\\u001f"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xAA", "\xE2\x80\xAA"}, {"\x7F", "\x7F"}, {"!", "!"}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                for (int before = 0; before < 20; before++)
                        for (int after = 0; after < 10; after++) {
                                Buf buf = buf_make(f->arena, 4096), expected = buf_make(f->arena, 4096);
                                Str text = str_format(f->arena, "%.*s%s%.*s", before, "#[]\x7F#海客#[]#海客##", cases[i][0], after, "#[]#######");
                                buf_format(&expected, "\"%.*s%s%.*s\"", before, "#[]\x7F#海客#[]#海客##", cases[i][1], after, "#[]#######");
                                json_escape(&buf, text);
                                assert_true(str_eq(buf_str(&buf), buf_str(&expected)));
                        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(valid_documents, set_up, tear_down),
                cmocka_unit_test_setup_teardown(malformed_documents, set_up, tear_down),
                cmocka_unit_test_setup_teardown(texts_that_cannot_be_stored, set_up, tear_down),
                cmocka_unit_test_setup_teardown(positions_count_characters, set_up, tear_down),
                cmocka_unit_test_setup_teardown(depth_is_limited, set_up, tear_down),
                cmocka_unit_test_setup_teardown(many_members, set_up, tear_down),
                cmocka_unit_test_setup_teardown(source_may_go, set_up, tear_down),
                cmocka_unit_test_setup_teardown(lookups, set_up, tear_down),
                cmocka_unit_test_setup_teardown(writer_puts_commas, set_up, tear_down),
                cmocka_unit_test_setup_teardown(escapes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(escapes_at_every_place, set_up, tear_down),
                cmocka_unit_test(budget_is_kept),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
