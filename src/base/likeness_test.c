// Normal forms, likeness and pieces: what is the same, what is alike, what is not; that alike ones share a piece; masks.
#include "base/likeness.h"
#include "base/unicode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static int compare(Arena *arena, LikenessKind kind, const char *a, const char *b) {
        Normal first, second;
        likeness_normal(arena, kind, str_from(a), &first);
        likeness_normal(arena, kind, str_from(b), &second);
        int found = likeness(&first, &second);
        assert_int_equal(found, likeness(&second, &first));
        return found;
}

static bool meet(Arena *arena, LikenessKind kind, const char *a, const char *b) {
        Normal first, second;
        Str kept[LIKENESS_BLOCKS], asked[LIKENESS_BLOCKS];
        likeness_normal(arena, kind, str_from(a), &first);
        likeness_normal(arena, kind, str_from(b), &second);
        size_t kept_count = likeness_blocks(arena, &first, BLOCK_KEPT, kept), asked_count = likeness_blocks(arena, &second, BLOCK_ASKED, asked);
        for (size_t i = 0; i < kept_count; i++)
                for (size_t k = 0; k < asked_count; k++)
                        if (str_eq(kept[i], asked[k]))
                                return true;
        return false;
}

typedef struct Pair { LikenessKind kind; const char *a, *b; int least, most; } Pair;

static void pairs(void **state) {
        static const Pair cases[] = {
                {LIKENESS_COMPANY, "杭州海康威视数字技术股份有限公司", "海康威视数字技术有限公司", 1000, 1000},
                {LIKENESS_COMPANY, "杭州海康威视数字技术股份有限公司", "杭州海康威视数字技术股份有限公司", 1000, 1000},
                {LIKENESS_COMPANY, "杭州海康威视数字技术（集团）有限公司", "杭州海康威视数字技术(集团)有限公司", 1000, 1000},
                {LIKENESS_COMPANY, "华为技术（深圳）有限公司", "深圳市华为技术有限公司", 1000, 1000},
                {LIKENESS_COMPANY, "Ｈａｉｅｒ 集团", "haier集团公司", 1000, 1000},
                {LIKENESS_COMPANY, "浙江省杭州市滨江区宏岱电子科技有限公司", "宏岱电子科技有限责任公司", 1000, 1000},
                {LIKENESS_COMPANY, "Acme Trading Co., Ltd.", "ACME TRADING LIMITED", 1000, 1000},
                {LIKENESS_COMPANY, "The Acme & Sons Inc", "Acme and Sons Incorporated", 1000, 1000},
                {LIKENESS_COMPANY, "海康威视数字技术有限公司", "海康威视", 700, 999},
                {LIKENESS_COMPANY, "海康威视数字技术有限公司", "海康微视数字技术有限公司", 700, 999},
                {LIKENESS_COMPANY, "宏岱科技有限公司北京分公司", "宏岱科技有限公司", 900, 900},
                {LIKENESS_COMPANY, "北京华联精密机械有限公司", "上海华联精密机械有限公司", 600, 700},
                {LIKENESS_COMPANY, "海康电子科技有限公司", "华锐电子科技有限公司", 0, 650},
                {LIKENESS_COMPANY, "杭州银行股份有限公司", "宁波银行股份有限公司", 0, 700},
                {LIKENESS_COMPANY, "杭州有限公司", "杭州有限公司", 1000, 1000},
                {LIKENESS_PERSON, "张 伟", "张伟先生", 1000, 1000},
                {LIKENESS_PERSON, "Smith, John", "john smith", 1000, 1000},
                {LIKENESS_PERSON, "Jon Smith", "John Smith", 800, 999},
                {LIKENESS_PERSON, "张伟", "张维", 850, 850},
                {LIKENESS_PERSON, "张伟", "张强", 0, 600},
                {LIKENESS_COMPANY, "锦绣纺织有限公司", "锦秀纺织厂", 800, 860},
                {LIKENESS_COMPANY, "宏岱精密机械有限公司", "宏岱精蜜机械公司", 800, 900},
                {LIKENESS_PERSON, "Mary Miller", "John Smith", 0, 500},
                {LIKENESS_PHONE, "+86 138-1234-1234", "13812341234", 1000, 1000},
                {LIKENESS_PHONE, "13812341234", "13812341235", 0, 950},
                {LIKENESS_EMAIL, "Zhang@Example.CN", "zhang@example.cn", 1000, 1000},
                {LIKENESS_EXACT, "91330000 mA-27x", "91330000MA27X", 1000, 1000},
                {LIKENESS_EXACT, "", "", 0, 0},
        };
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                int found = compare(arena, cases[i].kind, cases[i].a, cases[i].b);
                if (found < cases[i].least || found > cases[i].most)
                        fail_msg("%s / %s: %d, expected %d to %d", cases[i].a, cases[i].b, found, cases[i].least, cases[i].most);
                if (cases[i].least >= 700 && !meet(arena, cases[i].kind, cases[i].a, cases[i].b))
                        fail_msg("%s / %s do not meet", cases[i].a, cases[i].b);
        }
}

// A letter that is wrong, missing, too many or exchanged with its neighbour, anywhere.
static void one_letter(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const char *const names[] = {"abcdefghij", "abcdefghi", "qwertz"};
        for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
                size_t length = strlen(names[n]);
                for (size_t i = 0; i < length; i++) {
                        char changed[32], missing[32], added[32];
                        snprintf(changed, sizeof changed, "%.*sx%s", (int)i, names[n], names[n] + i + 1);
                        snprintf(missing, sizeof missing, "%.*s%s", (int)i, names[n], names[n] + i + 1);
                        snprintf(added, sizeof added, "%.*sx%s", (int)i, names[n], names[n] + i);
                        assert_true(meet(arena, LIKENESS_EXACT, names[n], changed));
                        assert_true(meet(arena, LIKENESS_EXACT, names[n], added));
                        assert_true(length == 6 || meet(arena, LIKENESS_EXACT, names[n], missing));
                        assert_true(compare(arena, LIKENESS_EXACT, names[n], changed) >= 800);
                }
        }
        assert_int_equal(compare(arena, LIKENESS_EXACT, "abcdefghij", "abcdefghji"), 900);
}

static void masks(void **state) {
        static const struct { LikenessKind kind; const char *name, *masked; } cases[] = {
                {LIKENESS_COMPANY, "杭州海康威视科技有限公司", "杭**科技"}, {LIKENESS_COMPANY, "华为公司", "华**"}, {LIKENESS_COMPANY, "Acme Trading Ltd", "A***"}, {LIKENESS_COMPANY, "宏岱公司集团有限公司", "宏***"},
                {LIKENESS_PERSON, "张伟", "张*"}, {LIKENESS_PERSON, "欧阳小明", "欧**"}, {LIKENESS_PERSON, "John Smith", "J***"}, {LIKENESS_PERSON, "A", "A***"}, {LIKENESS_PERSON, "", ""},
        };
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Str masked = likeness_masked(arena, cases[i].kind, str_from(cases[i].name));
                if (!str_is(masked, cases[i].masked))
                        fail_msg("%s: " STR_FMT ", expected %s", cases[i].name, STR_ARG(masked), cases[i].masked);
        }
}

// Whatever comes in, nothing is read or written beyond it.
static void hostile(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        char text[3000];
        uint32_t chance = 7;
        for (int round = 0; round < 300; round++) {
                size_t length = (size_t)round * 10 % sizeof text;
                for (size_t i = 0; i < length; i++) {
                        chance = chance * 1664525 + 1013904223;
                        text[i] = round % 2 ? (char)(chance >> 24) : "(（公司）)杭州 ab'"[chance >> 24 & 15];
                }
                for (LikenessKind kind = LIKENESS_EXACT; kind < LIKENESS_KINDS; kind++) {
                        Normal normal;
                        Str blocks[LIKENESS_BLOCKS];
                        likeness_normal(arena, kind, str_make(text, length), &normal);
                        (void)likeness_blocks(arena, &normal, BLOCK_ASKED, blocks);
                        assert_true(!normal.whole.len || likeness(&normal, &normal) == 1000);
                        (void)likeness_masked(arena, kind, str_make(text, length));
                }
                arena_reset(arena);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(pairs), cmocka_unit_test(one_letter), cmocka_unit_test(masks), cmocka_unit_test(hostile)};
        return cmocka_run_group_tests_name("likeness", tests, NULL, NULL);
}
