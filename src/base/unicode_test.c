// UTF-8, folding, containing, and the order of sort keys.
#include "base/pinyin.h"
#include "base/unicode.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void valid_and_invalid(void **state) {
        (void)state;
        static const struct {
                Str text;
                bool valid;
        } cases[] = {
                {{"", 0}, true},
                {{NULL, 0}, true},
                {{"a\0b", 3}, true},
                {{"plain ascii, longer than eight bytes", 36}, true},
                {{"caf\xC3\xA9", 5}, true},
                {{"\xE4\xB8\xAD\xF0\x9F\x98\x80", 7}, true},
                {{"\xEE\x80\x80", 3}, true},
                {{"\xEF\xBF\xBF", 3}, true},
                {{"\xF4\x8F\xBF\xBF", 4}, true},
                {{"\xF4\x90\x80\x80", 4}, false},
                {{"\xED\x9F\xBF", 3}, true},
                {{"\xED\xA0\x80", 3}, false},
                {{"\xC0\x80", 2}, false},
                {{"\xC1\xBF", 2}, false},
                {{"\xE0\x9F\xBF", 3}, false},
                {{"\xF0\x8F\xBF\xBF", 4}, false},
                {{"\xF8\x88\x80\x80\x80", 5}, false},
                {{"\x80", 1}, false},
                {{"12345678\xFF", 9}, false},
                {{"\xE4\xB8", 2}, false},
                {{"\xE4\xB8\x2E", 3}, false},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
                assert_int_equal(utf8_valid(cases[i].text), cases[i].valid);
}

static void characters(void **state) {
        (void)state;
        Str text = STR("aé中😀");
        assert_int_equal(utf8_length(text), 4);
        static const uint32_t expected[] = {'a', 0xE9, 0x4E2D, 0x1F600};
        size_t offset = 0;
        for (size_t i = 0; i < 4; i++)
                assert_int_equal(utf8_next(text, &offset), expected[i]);
        assert_int_equal(offset, text.len);
        offset = 0;
        assert_int_equal(utf8_next(STR("\xFFx"), &offset), 0xFFFD);
        assert_int_equal(offset, 1);
}

static void folding(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const struct {
                const char *in, *out;
        } cases[] = {
                {"", ""},
                {"ABC xyz 12", "abc xyz 12"},
                {"万科Ａ　（１２３）", "万科a (123)"},
                {"ÄÖÜ", "äöü"},
                {"A\xCC\x88", "ä"},
                {"ﬁ Ⅷ ㎏ ①", "fi viii kg 1"},
                {"ΌΣΟΣ", "όσος"},
                {"ＨＡＩＫＥ", "haike"},
                {"𠮷野家", "𠮷野家"},
                {"\xEF\xA4\x80", "豈"}, // a compatibility ideograph
                {"İ", "i\xCC\x87"},
                {"ẞ", "ß"},
                {"한글", "한글"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                Str folded = text_fold(arena, str_from(cases[i].in));
                if (!str_is(folded, cases[i].out))
                        fail_msg("%s became " STR_FMT, cases[i].in, STR_ARG(folded));
                assert_true(str_eq(text_fold(arena, folded), folded));
        }
        Buf buf = buf_make(arena, SIZE_MAX); // one character that becomes eighteen, past every small buffer
        for (int i = 0; i < 500; i++)
                buf_lit(&buf, "ﷺ");
        assert_int_equal(utf8_length(text_fold(arena, buf_str(&buf))), 500 * 18);
        assert_true(utf8_valid(text_fold(arena, STR("bad \xFF bytes"))));
}

static void containing(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        assert_true(text_contains(arena, STR("杭州宏岱科技"), STR("科技")));
        assert_true(text_contains(arena, STR("ＡＢＣ公司"), STR("bc公")));
        assert_true(text_contains(arena, STR("x"), STR("")));
        assert_true(text_contains(arena, STR_NONE, STR_NONE));
        assert_false(text_contains(arena, STR("科学技术"), STR("科技")));
        assert_false(text_contains(arena, STR(""), STR("x")));
}

static void sort_order(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const char *const order[] = {
                "",
                "2",
                "10",
                "100",
                "apple",
                "Apple",
                "banana",
                "Zebra",
                "阿里巴巴",
                "北京",
                "重庆2",
                "重庆10",
                "第2条",
                "第10条",
                "杭州",
                "华为",
                "李四",
                "上海",
                "王五",
                "张三",
                "中国",
        };
        size_t count = sizeof order / sizeof order[0];
        for (size_t i = 1; i < count; i++)
                if (str_compare(text_sort_key(arena, str_from(order[i - 1])), text_sort_key(arena, str_from(order[i]))) >= 0)
                        fail_msg("%s is not before %s", order[i - 1], order[i]);
        Str long_key = text_sort_key(
                arena, STR("很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称很长的名称"));
        assert_int_equal(long_key.len, 96);
        Buf buf = buf_make(arena, SIZE_MAX);
        for (int i = 0; i < 5000; i++)
                buf_lit(&buf, "a中");
        assert_int_equal(text_sort_key(arena, buf_str(&buf)).len, 96);
}

static void readings(void **state) {
        (void)state;
        static const struct {
                uint32_t character;
                const char *letters;
        } cases[] = {
                {U'杭', "hang"},
                {U'岱', "dai"},
                {U'吕', "lv"},
                {U'庄', "zhuang"},
                {U'阿', "a"},
                {U'都', "du"},
                {U'䶮', "yan"},
                {U'骉', "biao"},
                {U'喆', "zhe"},
                {U'㛃', "jie"},
                {'a', ""},
                {0xAC00, ""},
        };
        for (int round = 0; round < 2; round++) // the second time from the table
                for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
                        assert_string_equal(pinyin_of(cases[i].character).letters, cases[i].letters);
        const uint32_t bank[] = {U'银', U'行', U'行', U'长'};
        assert_string_equal(pinyin_in_word(bank, 2, 1).letters, "hang");
        assert_string_equal(pinyin_in_word(bank + 2, 2, 0).letters, "hang");
        assert_string_equal(pinyin_in_word(bank + 2, 2, 1).letters, "zhang");
        assert_string_equal(pinyin_in_word(bank + 1, 1, 0).letters, "xing");
        assert_string_equal(pinyin_of_surname(U'单').letters, "shan");
        assert_int_equal(pinyin_of_surname(U'王').len, 0);
}

static void *fold_and_sort(void *arg) {
        Arena *arena = arena_new(0);
        for (uint32_t c = 0x4E00; c < 0x4F00; c++) {
                char text[4] = {(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)), 'A'};
                if (str_empty(text_sort_key(arena, str_make(text, 4))) || !text_contains(arena, str_make(text, 4), STR("a")) || pinyin_of(c).len == 0)
                        *(int *)arg += 1;
        }
        arena_free(arena);
        return NULL;
}

static void threads_share(void **state) {
        (void)state;
        pthread_t threads[4];
        int failures[4] = {0};
        for (int i = 0; i < 4; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, fold_and_sort, &failures[i]), 0);
        for (int i = 0; i < 4; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(failures[i], 0);
        }
}

static void starts(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_ZH_CN, 0);
        assert_int_equal(unicode_start(&context), STATUS_OK);
        assert_int_equal(unicode_start(&context), STATUS_OK);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(valid_and_invalid),
                cmocka_unit_test(characters),
                cmocka_unit_test(folding),
                cmocka_unit_test(containing),
                cmocka_unit_test(sort_order),
                cmocka_unit_test(starts),
                cmocka_unit_test(threads_share),
                cmocka_unit_test(readings),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
