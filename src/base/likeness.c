// Normal forms: what names, numbers and texts are without how they happen to be written. What is compared and how is in likeness_compare.c.
#include "base/likeness.h"
#include "base/asset.h"
#include "base/pinyin.h"
#include "base/unicode.h"

#define REGIONS "src/base/data/regions.txt"
#define REGION_LONGEST 15 // characters
#define TEXT_LARGEST 1000 // bytes that are looked at

static const char *const kinds[] = {[LIKENESS_EXACT] = "exact", [LIKENESS_COMPANY] = "company", [LIKENESS_PERSON] = "person", [LIKENESS_PHONE] = "phone", [LIKENESS_EMAIL] = "email"};

LikenessKind likeness_kind(Str name) {
        LikenessKind kind = LIKENESS_EXACT;
        while (kind < LIKENESS_KINDS && !str_is(name, kinds[kind]))
                kind++;
        return kind;
}

const char *likeness_name(LikenessKind kind) {
        return kinds[kind];
}

// ---- Characters

static bool is_han(uint32_t c) {
        return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3007;
}

// Letters and figures of any script; what is neither is how it is written.
static bool is_letter(uint32_t c) {
        if (c < 0x80)
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x2FFF) && !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3030) && !(c >= 0xFE00 && c <= 0xFFEF);
}

static Str first_part(Str text) {
        size_t end = text.len < TEXT_LARGEST ? text.len : TEXT_LARGEST;
        while (end < text.len && end && ((unsigned char)text.data[end] & 0xC0) == 0x80)
                end--;
        return str_slice(text, 0, end);
}

static Letters letters_of(Arena *arena, Str text) {
        Letters letters = {.items = arena_array(arena, uint32_t, LIKENESS_CHARACTERS)};
        for (size_t offset = 0; offset < text.len && letters.count < LIKENESS_CHARACTERS;)
                letters.items[letters.count++] = utf8_next(text, &offset);
        return letters;
}

static Str squeezed(Arena *arena, Str folded) {
        Buf buf = buf_make(arena, folded.len + 1);
        for (size_t offset = 0; offset < folded.len;) {
                size_t from = offset;
                if (is_letter(utf8_next(folded, &offset)))
                        buf_add(&buf, str_slice(folded, from, offset));
        }
        return buf_str(&buf);
}

static bool has_han(Str text) {
        for (size_t offset = 0; offset < text.len;)
                if (is_han(utf8_next(text, &offset)))
                        return true;
        return false;
}

static size_t head_bytes(Str text, size_t characters) {
        size_t offset = 0;
        while (characters-- && offset < text.len)
                utf8_next(text, &offset);
        return offset;
}

// ---- Where a company says that it is

static size_t line_before(Str list, size_t at) {
        while (at > 0 && list.data[at - 1] != '\n')
                at--;
        return at;
}

static Str line_at(Str list, size_t at) {
        size_t end = at;
        while (end < list.len && list.data[end] != '\n')
                end++;
        return str_slice(list, at, end);
}

// The last line that does not stand behind the text; empty: there is none.
static Str last_before(Str list, Str text) {
        size_t low = 0, high = list.len;
        Str found = STR_NONE;
        while (low < high) {
                size_t at = line_before(list, low + (high - low) / 2);
                Str line = line_at(list, at);
                if (str_compare(line, text) > 0) {
                        high = at;
                } else {
                        found = line;
                        low = at + line.len + 1;
                }
        }
        return found;
}

static Str regions(void) {
        const Asset *asset = asset_find(STR(REGIONS));
        ensure(asset);
        return asset_bytes(asset);
}

// The longest region that the text begins with, in bytes. Whatever begins it stands before it in the list, and shares with the line found no more than what they have in common.
static size_t region_at_start(Str text) {
        Str list = regions();
        for (;;) {
                Str line = last_before(list, text);
                size_t common = 0;
                while (common < line.len && common < text.len && line.data[common] == text.data[common])
                        common++;
                if (common == line.len || !common)
                        return common;
                text = str_slice(text, 0, common);
        }
}

static bool is_region(Str word) {
        return word.len && str_eq(last_before(regions(), word), word);
}

// 杭州市 and 杭州 are one place.
static void add_place(Normal *normal, Str place) {
        static const char *const endings[] = {"特别行政区", "自治区", "省", "市", "区", "县", NULL};
        for (const char *const *ending = endings; *ending; ending++)
                if (str_ends(place, str_from(*ending)) && utf8_length(place) > utf8_length(str_from(*ending)) + 1) {
                        place = str_slice(place, 0, place.len - strlen(*ending));
                        break;
                }
        if (normal->places_count < LIKENESS_PLACES)
                normal->places[normal->places_count++] = place;
}

static size_t region_at_end(Str text) {
        size_t length = utf8_length(text);
        for (size_t characters = length < REGION_LONGEST ? length : REGION_LONGEST; characters >= 2; characters--) {
                size_t from = head_bytes(text, length - characters);
                if (is_region(str_slice(text, from, text.len)))
                        return text.len - from;
        }
        return 0;
}

// ---- Companies with a Chinese name

static const char *const legal_endings[] = { // longer ones before those that they end in
        "股份有限责任公司", "有限责任公司", "责任有限公司", "股份有限公司", "集团有限公司", "控股有限公司", "有限合伙企业", "普通合伙企业", "特殊普通合伙", "个人独资企业", "有限合伙", "普通合伙", "合伙企业", "股份公司", "有限公司", "总公司",
        "集团公司", "个体工商户", "公司", "集团", "控股", "股份", "有限", "总厂", "工厂", "厂", "总部", NULL,
};
static const char *const branch_endings[] = {"分公司", "子公司", "办事处", "代表处", "分厂", "分店", "分部", NULL};
// What many companies do: tells little of which one it is.
static const char *const trades[] = {
        "信息技术", "网络科技", "电子商务", "进出口", "房地产", "科技", "技术", "电子", "信息", "网络", "软件", "数字", "智能", "数据", "通信", "通讯", "系统", "自动化", "贸易", "商贸", "外贸", "国际", "实业", "工业", "产业", "企业", "投资", "资产", "资本", "管理", "咨询", "服务",
        "文化", "传媒", "传播", "广告", "设计", "教育", "培训", "建筑", "建设", "工程", "装饰", "装修", "建材", "材料", "新材料", "机械", "机电", "设备", "装备", "制造", "制品", "精密", "五金", "塑料", "橡胶", "化工", "化学", "能源", "新能源", "电力", "电气", "电器", "环保", "环境", "节能",
        "医药", "药业", "医疗", "器械", "生物", "健康", "食品", "餐饮", "饮料", "酒店", "旅游", "农业", "种业", "服饰", "服装", "纺织", "家具", "家居", "物流", "运输", "供应链", "仓储", "汽车配件", "汽车", "汽配", "配件", "零部件", "商行", "经营部", "服务部", "门市部", "工作室", "事务所", "包装", "印刷", "置业", "地产", "物业", "发展", "开发", "销售", "经营", "经贸", "商业", "商务", "工贸",
        "银行", "大学", "医院", "学院", "移动", "电信", "石油", "超市", "百货", "连锁", "人力资源", "人才", "保险", "证券", "基金", "租赁", "金属", "钢铁", "集成", "光电", "仪器", "仪表", "安防", "检测", "创意", "创新", "研究院", "研究所", NULL,
};

static bool cut_ending(Str *text, const char *const *endings, size_t left_least) {
        for (const char *const *ending = endings; *ending; ending++) {
                Str end = str_from(*ending);
                if (!str_ends(*text, end) || utf8_length(*text) < utf8_length(end) + left_least)
                        continue;
                *text = str_slice(*text, 0, text->len - end.len);
                return true;
        }
        return false;
}

static Str without_trade(Str core) {
        while (cut_ending(&core, trades, 2))
                ;
        return core;
}

static bool is_trade(Str text) {
        Str rest = without_trade(text);
        for (const char *const *trade = trades; *trade; trade++)
                if (str_is(rest, *trade))
                        return true;
        return false;
}

// An office in another town is of the company all the same: its place is not the company's.
static void cut_endings(Normal *normal, Str *text) {
        for (bool any = true; any;) {
                any = cut_ending(text, branch_endings, 2);
                normal->branch |= any;
                size_t region = any ? region_at_end(*text) : 0;
                if (region && utf8_length(*text) > utf8_length(str_slice(*text, text->len - region, text->len)) + 1)
                        *text = str_slice(*text, 0, text->len - region);
                any |= cut_ending(text, legal_endings, 2);
        }
}

// A place is no part of the name, unless nothing but a trade is left: 杭州银行.
static void cut_places(Normal *normal, Str *text) {
        for (int times = 0; times < 4; times++) {
                size_t region = region_at_start(*text);
                Str rest = str_slice(*text, region, text->len);
                if (!region || utf8_length(rest) < 2 || is_trade(rest))
                        return;
                add_place(normal, str_slice(*text, 0, region));
                *text = rest;
        }
}

static bool opens(uint32_t c) {
        return c == '(' || c == '[' || c == '{' || c == 0x3010 || c == 0x3014 || c == 0x300C || c == 0x3008 || c == 0x300A;
}

static bool closes(uint32_t c) {
        return c == ')' || c == ']' || c == '}' || c == 0x3011 || c == 0x3015 || c == 0x300D || c == 0x3009 || c == 0x300B;
}

// What stands in brackets is a place or a remark; a bracket that begins the name is part of it: 《读者》杂志社.
static Str without_brackets(Arena *arena, Normal *normal, Str folded) {
        Buf buf = buf_make(arena, folded.len + 1);
        size_t inside = 0;
        for (size_t offset = 0; offset < folded.len;) {
                size_t from = offset;
                uint32_t c = utf8_next(folded, &offset);
                if (opens(c) && buf.len && !inside) {
                        inside = offset;
                } else if (closes(c) && inside) {
                        Str aside = squeezed(arena, str_slice(folded, inside, from));
                        if (is_region(aside))
                                add_place(normal, aside);
                        inside = 0;
                } else if (!inside) {
                        buf_add(&buf, str_slice(folded, from, offset));
                }
        }
        return inside ? folded : buf_str(&buf);
}

static void chinese_company(Arena *arena, Normal *normal, Str folded) {
        Str text = squeezed(arena, without_brackets(arena, normal, folded));
        cut_endings(normal, &text);
        cut_places(normal, &text);
        normal->whole = text;
        normal->brief = without_trade(text);
}

// ---- Words

static size_t words_of(Str folded, Str *ret, size_t most) {
        size_t count = 0, from = 0;
        bool within = false;
        for (size_t offset = 0; offset <= folded.len && count < most;) {
                size_t at = offset;
                uint32_t c = offset < folded.len ? utf8_next(folded, &offset) : 0;
                bool letter = c == '\'' || c == 0x2019 ? within : c && is_letter(c);
                if (letter && !within)
                        from = at;
                if (!letter && within)
                        ret[count++] = str_slice(folded, from, at);
                within = letter;
                if (at == folded.len)
                        break;
        }
        return count;
}

static bool is_one_of(Str word, const char *const *list) {
        for (; *list; list++)
                if (str_is(word, *list))
                        return true;
        return false;
}

static Str joined(Arena *arena, const Str *words, size_t count) {
        Buf buf = buf_make(arena, TEXT_LARGEST * 4);
        for (size_t i = 0; i < count; i++)
                buf_add(&buf, words[i]);
        return squeezed(arena, buf_str(&buf));
}

#define WORDS_MOST 24

static void other_company(Arena *arena, Normal *normal, Str folded) {
        static const char *const legal[] = {"co", "ltd", "limited", "inc", "incorporated", "corp", "corporation", "company", "llc", "llp", "lp", "plc", "gmbh", "mbh", "ag", "kg", "sa", "sas", "sarl", "spa", "srl", "sro", "bv", "nv", "oy", "oyj", "ab", "as", "aps",
                                            "kk", "pte", "pty", "pvt", "private", "sdn", "bhd", "group", "holding", "holdings", "the", "and", NULL};
        static const char *const trade[] = {"trading", "technology", "technologies", "tech", "international", "industries", "industry", "industrial", "electronics", "electronic", "solutions", "services", "service", "systems", "enterprise", "enterprises", "import", "export", "china", "logistics",
                                            "software", "consulting", "engineering", "manufacturing", "global", "partners", NULL};
        Str words[WORDS_MOST];
        size_t count = words_of(without_brackets(arena, normal, folded), words, WORDS_MOST), from = 0;
        while (count > 1 && is_one_of(words[count - 1], legal))
                count--;
        while (from + 1 < count && str_is(words[from], "the"))
                from++;
        size_t kept = from;
        for (size_t i = from; i < count; i++)
                if (!str_is(words[i], "and"))
                        words[kept++] = words[i];
        normal->whole = joined(arena, words + from, kept - from);
        while (kept > from + 1 && is_one_of(words[kept - 1], trade))
                kept--;
        normal->brief = joined(arena, words + from, kept - from);
}

static void company(Arena *arena, Normal *normal, Str folded) {
        if (has_han(folded))
                chinese_company(arena, normal, folded);
        else
                other_company(arena, normal, folded);
        if (!normal->whole.len) // it is all legal form
                normal->whole = normal->brief = squeezed(arena, folded);
}

static void sort_words(Str *words, size_t count) {
        for (size_t i = 1; i < count; i++)
                for (size_t k = i; k > 0 && str_compare(words[k - 1], words[k]) > 0; k--) {
                        Str word = words[k];
                        words[k] = words[k - 1];
                        words[k - 1] = word;
                }
}

// 张 伟 is one name; of others the words may come in any order.
static void person(Arena *arena, Normal *normal, Str folded) {
        static const char *const titles[] = {"先生", "女士", "小姐", "老师", NULL};
        static const char *const spoken[] = {"mr", "mrs", "ms", "dr", "prof", NULL};
        Str words[WORDS_MOST];
        size_t count = 0;
        if (has_han(folded)) {
                words[0] = squeezed(arena, folded);
                (void)cut_ending(&words[0], titles, 1);
                count = words[0].len > 0;
        } else {
                size_t found = words_of(folded, words, WORDS_MOST);
                for (size_t i = 0; i < found && count < LIKENESS_TOKENS; i++)
                        if (!is_one_of(words[i], spoken) || found == 1)
                                words[count++] = squeezed(arena, words[i]);
                sort_words(words, count);
        }
        for (size_t i = 0; i < count; i++)
                normal->tokens[normal->tokens_count++] = letters_of(arena, words[i]);
        Buf buf = buf_make(arena, TEXT_LARGEST * 4);
        for (size_t i = 0; i < count; i++) {
                if (i)
                        buf_add_char(&buf, ' ');
                buf_add(&buf, words[i]);
        }
        normal->whole = normal->brief = buf_str(&buf);
}

// ---- Numbers and addresses

// +86 138 1234 1234 is 13812341234.
static Str phone(Arena *arena, Str folded) {
        Buf buf = buf_make(arena, folded.len + 1);
        for (size_t i = 0; i < folded.len; i++) {
                char c = folded.data[i];
                if ((c >= '0' && c <= '9') || c == 'x' || (c == '+' && !buf.len))
                        buf_add_char(&buf, c);
        }
        Str number = buf_str(&buf);
        if (str_starts(number, STR("+86")) || str_starts(number, STR("0086")))
                number = str_slice(number, number.data[0] == '+' ? 3 : 4, number.len);
        else if (str_starts(number, STR("86")) && number.len == 13 && number.data[2] == '1')
                number = str_slice(number, 2, number.len);
        else if (str_starts(number, STR("+")))
                number = str_slice(number, 1, number.len);
        return number.len >= 5 ? number : STR_NONE;
}

static Str sound_of(Arena *arena, const Letters *letters) {
        Buf buf = buf_make(arena, LIKENESS_CHARACTERS * (PINYIN_LETTERS + 1));
        for (size_t i = 0; i < letters->count; i++) {
                Pinyin pinyin = is_han(letters->items[i]) ? pinyin_of(letters->items[i]) : (Pinyin){0};
                if (!pinyin.len)
                        return STR_NONE;
                buf_format(&buf, "%s ", pinyin.letters);
        }
        return letters->count > 1 ? buf_str(&buf) : STR_NONE;
}

void likeness_normal(Arena *arena, LikenessKind kind, Str text, Normal *ret) {
        Normal normal = {.kind = kind};
        Str folded = str_trim(text_fold(arena, first_part(text)));
        switch (kind) {
        case LIKENESS_COMPANY:
                company(arena, &normal, folded);
                break;
        case LIKENESS_PERSON:
                person(arena, &normal, folded);
                break;
        case LIKENESS_PHONE:
                normal.whole = normal.brief = phone(arena, folded);
                break;
        case LIKENESS_EMAIL:
                normal.whole = normal.brief = folded;
                break;
        default:
                normal.whole = normal.brief = squeezed(arena, folded);
        }
        normal.letters = letters_of(arena, normal.whole);
        normal.short_letters = letters_of(arena, normal.brief);
        if (kind == LIKENESS_COMPANY || kind == LIKENESS_PERSON)
                normal.sound = sound_of(arena, &normal.short_letters);
        *ret = normal;
}

// ---- Masked

Str likeness_masked(Arena *arena, LikenessKind kind, Str name) {
        size_t length = utf8_length(name);
        if (!length || !utf8_valid(name))
                return STR_NONE;
        Str head = str_slice(name, 0, head_bytes(name, 1));
        if (kind != LIKENESS_COMPANY || length < 6 || !has_han(name))
                return length > 4 || !has_han(name) ? str_format(arena, STR_FMT "***", STR_ARG(head)) : str_format(arena, STR_FMT "%s", STR_ARG(head), length > 2 ? "**" : "*");
        Normal ending = {.kind = kind};
        Str text = name;
        cut_endings(&ending, &text);
        size_t left = utf8_length(text);
        if (left < 5) // its tail would be most of it
                return str_format(arena, STR_FMT "***", STR_ARG(head));
        return str_format(arena, STR_FMT "**" STR_FMT, STR_ARG(head), STR_ARG(str_slice(text, head_bytes(text, left - 2), text.len)));
}
