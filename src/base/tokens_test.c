// The tokeniser: what is found by which query, what is not, and the limits.
#include "base/unicode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool has_term(Str terms, Str term) {
        Str each;
        while (str_cut(&terms, ' ', &each))
                if (str_eq(each, term))
                        return true;
        return false;
}

static Str tokens(Arena *arena, Str text, TokenUse use) {
        Buf buf = buf_make(arena, 1 << 20);
        text_tokens(&buf, text, use);
        assert_false(buf_full(&buf));
        return buf_str(&buf);
}

// As the index answers: every term of the query is a term of the text, and there is one.
static bool matches(Arena *arena, const char *text, const char *query) {
        Str index = tokens(arena, str_from(text), TOKEN_INDEX), wanted = tokens(arena, str_from(query), TOKEN_QUERY), term;
        if (str_empty(wanted))
                return false;
        while (str_cut(&wanted, ' ', &term))
                if (!has_term(index, term))
                        return false;
        return true;
}

typedef struct Case {
        const char *text, *queries; // queries separated by |
} Case;

static void check(const Case *cases, size_t count, bool expected) {
        for (size_t i = 0; i < count; i++) {
                Str rest = str_from(cases[i].queries), query;
                while (str_cut(&rest, '|', &query)) {
                        ARENA_CLEANUP Arena *arena = arena_new(0);
                        if (matches(arena, cases[i].text, str_c(arena, query)) != expected)
                                fail_msg("%s %s \"" STR_FMT "\": " STR_FMT, cases[i].text, expected ? "is not found by" : "is found by", STR_ARG(query),
                                        STR_ARG(tokens(arena, query, TOKEN_QUERY)));
                }
        }
}

static void found(void **state) {
        (void)state;
        static const Case cases[] = {
                {"杭州宏岱科技有限公司",
                        "宏岱|科技|hdkj|hangzhou|hongdai|杭|司|杭州宏岱|宏岱科技有限公司|杭州宏岱科技有限公司|hz|hzhd|hzhdkjyxgs|kjyxgs|hangz|hangzh|"
                        "hangzhouhong|"
                        "keji|dai|HDKJ|Hongdai|hong dai|ke ji|科技 杭州|杭州 hdkj|宏岱　科技|hángzhōu|hongdaikeji|hangzhouhongdaikejiyouxiangongsi"},
                {"13800138000",
                        "8000|138|13800138000|1380013|0138000|13|138-0013-8000|138 0013 8000|+86 138 0013 8000|+8613800138000|008613800138000|１３８|00138000"},
                {"+86 138-0013-8000", "13800138000|138|0013|8000|13800138000|138-0013-8000|8613800138000|+8613800138000"},
                {"8613800138000", "13800138000|138|8000|+86 13800138000"},
                {"(0571) 8765-4321", "057187654321|0571 87654321|0571-87654321|87654321|4321|8765|0571|(0571)8765|+86 0571 8765 4321"},
                {"Cancity", "canc|cancity|CANCITY|ca|Canc"},
                {"HT-2026-001", "ht|2026|001|HT-2026|2026-001|HT-2026-001"},
                {"HT2026001", "ht2026|2026001|ht|6001|HT2026001|HT-2026001|HT-2026-001|2026"},
                {"张三", "张三|张|三|zhangsan|zs|zhang|zhan|zhangs|san|zhang san"},
                {"张　三", "张三|zhangsan|zs|张 三|张"},
                {"买买提·吐尔逊", "买买提|吐尔逊|买买提吐尔逊|买买提·吐尔逊|mmt|tuerxun|mmttex"},
                {"欧阳娜娜 13912345678 ouyang@example.com", "oynn|ouyang|欧阳|娜娜|5678|139|example.com|ouyang@example.com|欧阳娜娜 139"},
                {"万科Ａ", "万科a|万科|A|wk|wanke"},
                {"吕布", "lvbu|lubu|lb|lv|吕"},
                {"绿地集团", "lvdi|ludi|ld|ldjt|jituan"},
                {"单雄信", "shanxiongxin|danxiongxin|sxx|dxx|雄信|xiongxin"},
                {"中国建设银行重庆分行", "yinhang|chongqing|cqfh|jsyh|zgjsyh|zhongguojianshe"},
                {"厦门大厦", "xiamen|dasha|xmds"},
                {"阿里巴巴", "alibaba|albb|ali|a li ba ba|阿里"},
                {"façade Müller Привет", "facade|muller|müller|privet|привет|FAÇADE|facade muller"},
                {"王䶮", "王䶮|䶮|wangyan|wy|yan"},
                {"𠮷野家（中国）投资有限公司", "𠮷野家|𠮷|野家|zhongguo|tzyxgs|中国投资 𠮷野"},
                {"赵𣲗", "赵𣲗|𣲗|zhao|𣲗"},
                {"㛃然科技有限公司", "㛃然|㛃|jieran|jrkj"},
                {"深圳市骉骉网络有限公司", "骉骉|骉|biaobiao|bb|shenzhen|szs"},
                {"北京·上海（联合）信息股份有限公司", "北京上海|联合|beijing|lianhe|xxgf|（联合）|北京·上海"},
                {"新疆“丝路”贸易有限公司", "丝路|silu|xinjiang|“丝路”"},
                {"陈😀 €uro 贸易有限公司", "陈|uro|chen|贸易"},
                {"株式会社カタカナ", "カタ|カタカナ|株式会社"},
                {"삼성전자", "삼성|전자"},
                {"ab", "ab"},
                {"C 语言", "c|语言|C语言"},
                {"2026-11-22 08:00", "2026-11-22|2026-11|11-22|20261122|2026"},
                {"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd|aaaaaaaaaabbbbbbbbbbccccc|aaaa"},
                {"123456789012345678901234567890", "123456789012345678901234567890|7890|1234"},
                {"3M 中国", "3m|3M中国|zg"},
        };
        check(cases, sizeof cases / sizeof cases[0], true);
}

static void not_found(void **state) {
        (void)state;
        static const Case cases[] = {
                {"杭州宏岱科技有限公司", "杭岱|宏科|上海|hzkj|shanghai|科技 上海|hongda|。|  |😀"},
                {"13800138000", "139|8001|380|+86"},
                {"Cancity", "city|cancityx|cn"},
                {"张三", "张四|三张|zhangsi|zhangsanfeng|zsf"},
        };
        check(cases, sizeof cases / sizeof cases[0], false);
}

static size_t count_terms(Str terms) {
        size_t count = 0;
        Str term;
        while (str_cut(&terms, ' ', &term)) {
                assert_true(term.len > 0);
                count++;
        }
        return count;
}

static void terms_are_clean_and_unique(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const char *const texts[] = {"杭州宏岱科技有限公司", "a b a b 13800138000 1380", "上海上海上海 上海", "Ünïcödé ŁÓDŹ ß 한글 カナ ١٢٣ ไทย עברית"};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
                Str terms = tokens(arena, str_from(texts[i]), TOKEN_INDEX), rest = terms, term;
                while (str_cut(&rest, ' ', &term)) {
                        Str before = str_make(terms.data, (size_t)(term.data - terms.data));
                        assert_false(has_term(before, term));
                        for (size_t offset = 0; offset < term.len;) {
                                uint32_t c = utf8_next(term, &offset);
                                bool ascii = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                                assert_true(ascii || c >= 0x3005);
                        }
                }
        }
        assert_true(str_is(tokens(arena, STR("宏岱 科技"), TOKEN_QUERY), "宏岱 科技"));
        assert_true(str_is(tokens(arena, STR("杭州宏岱"), TOKEN_QUERY), "杭州 州宏 宏岱"));
        assert_true(str_is(tokens(arena, STR("，。 ！"), TOKEN_INDEX), ""));
        assert_true(str_is(tokens(arena, STR_NONE, TOKEN_INDEX), ""));
}

static void limits(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        assert_true(count_terms(tokens(arena, STR("杭州宏岱科技有限公司"), TOKEN_INDEX)) < 150);
        Buf text = buf_make(arena, SIZE_MAX);
        for (uint32_t c = 0x4E00; c < 0x9000; c++) {
                char utf8[3] = {(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63))};
                buf_add(&text, str_make(utf8, 3));
        }
        assert_true(count_terms(tokens(arena, buf_str(&text), TOKEN_INDEX)) <= 4400);
        assert_int_equal(count_terms(tokens(arena, buf_str(&text), TOKEN_QUERY)), 32);
        Buf small = buf_make(arena, 100);
        text_tokens(&small, buf_str(&text), TOKEN_INDEX);
        assert_false(buf_full(&small));
        assert_true(small.len > 80 && small.len <= 100);
        assert_true(utf8_valid(buf_str(&small)));
}

static void appends_to_what_is_there(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 1000);
        text_tokens(&buf, STR("ab"), TOKEN_QUERY);
        text_tokens(&buf, STR("cd"), TOKEN_QUERY);
        assert_true(str_is(buf_str(&buf), "ab cd"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(found),
                cmocka_unit_test(not_found),
                cmocka_unit_test(limits),
                cmocka_unit_test(terms_are_clean_and_unique),
                cmocka_unit_test(appends_to_what_is_there),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
