// What stands in a card by its form: e-mail addresses, web pages, telephone numbers, WeChat.
#include "base/buf.h"
#include "objects/lead/card.h"

#define PHONE_DIGITS 15
#define LOOK_BACK 12 // characters in front of a number in which its label is looked for

static uint32_t at_or(const CardText *text, size_t at) {
        return at < text->count ? text->items[at] : 0;
}

static bool one_of(uint32_t c, const char *characters) {
        return c > 0 && c < 0x80 && strchr(characters, (int)c);
}

static bool word_character(uint32_t c) {
        return card_is_letter(c) || card_is_digit(c);
}

// ---- E-mail

static bool local_character(uint32_t c) {
        return word_character(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%';
}

static bool host_character(uint32_t c) {
        return word_character(c) || c == '.' || c == '-';
}

static Str ascii(const CardText *text, size_t from, size_t to) {
        Buf buf = buf_make(text->arena, to - from + 1);
        for (size_t i = from; i < to; i++)
                buf_add_char(&buf, (char)text->items[i]);
        return buf_str(&buf);
}

static void emails(Card *card) {
        CardText *text = &card->text;
        for (size_t at = 1; at + 1 < text->count; at++) {
                size_t from = at, to = at + 1;
                if (text->items[at] != '@')
                        continue;
                while (from > 0 && at - from < 64 && local_character(text->items[from - 1]) && !text->used[from - 1])
                        from--;
                while (to < text->count && to - at < 254 && host_character(text->items[to]))
                        to++;
                while (to > at + 1 && (text->items[to - 1] == '.' || text->items[to - 1] == '-'))
                        to--;
                while (from < at && (text->items[from] == '.' || text->items[from] == '-'))
                        from++;
                Str address = ascii(text, from, to), host = ascii(text, at + 1, to);
                if (from < at && str_find_char(host, '.') > 0 && str_find(host, STR("..")) < 0)
                        card_add(card, CARD_EMAIL, from, to, address);
        }
}

// ---- Web pages

static bool url_character(uint32_t c) {
        return c > ' ' && c < 0x7F && !one_of(c, "\"'<>()[]{}|\\^`,;");
}

static void website(Card *card, size_t from, size_t at) {
        CardText *text = &card->text;
        size_t to = at;
        while (to < text->count && to - from < 300 && url_character(text->items[to]))
                to++;
        while (to > at && one_of(text->items[to - 1], ".:"))
                to--;
        Str address = ascii(text, from, to);
        if (to > at + 2 && str_find_char(address, '.') > 0)
                card_add(card, CARD_WEBSITE, from, to, address);
}

// Without http or www a name is a page only where the card says so.
static void websites(Card *card) {
        static const char *const heads[] = {"https://", "http://", "www."}, *const labels[] = {"网址", "官网", "网站", "主页", "website", "web", "url", "homepage"};
        CardText *text = &card->text;
        for (size_t at = 0; at < text->count; at++) {
                if (text->used[at] || (at > 0 && (word_character(text->items[at - 1]) || text->items[at - 1] == '@' || text->items[at - 1] == '.')))
                        continue;
                bool found = false;
                for (size_t i = 0; i < sizeof heads / sizeof *heads && !found; i++) {
                        size_t length = card_match(text, at, heads[i]);
                        found = length > 0;
                        if (found)
                                website(card, at, at + length);
                }
                for (size_t i = 0; i < sizeof labels / sizeof *labels && !found; i++) {
                        size_t next = at + card_match(text, at, labels[i]);
                        while (next > at && (at_or(text, next) == ':' || at_or(text, next) == ' '))
                                next++;
                        found = next > at && word_character(at_or(text, next)) && !text->used[next] && !card_match(text, next, "http") && !card_match(text, next, "www.");
                        if (found)
                                website(card, next, next);
                }
        }
}

// ---- WeChat

static bool id_character(uint32_t c) {
        return word_character(c) || c == '-' || c == '_';
}

// "微信同号": the number of the telephone is that of WeChat, too.
static bool same_number(const CardText *text, size_t at) {
        static const char *const words[] = {"同手机", "同号", "同电话", "同步"};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (card_match(text, at, words[i]))
                        return true;
        return false;
}

static bool all_digits(const CardText *text, size_t from, size_t to) {
        while (from < to && card_is_digit(text->items[from]))
                from++;
        return from == to;
}

static void wechat(Card *card, bool *ret_same, size_t *ret_from, size_t *ret_to) {
        static const char *const labels[] = {"微信号", "微信", "weixin", "wechat", "vx", "wx", "v信"};
        CardText *text = &card->text;
        for (size_t at = 0; at < text->count; at++) {
                size_t length = 0;
                if (text->used[at] || (at > 0 && word_character(text->items[at - 1])))
                        continue;
                for (size_t i = 0; i < sizeof labels / sizeof *labels && !length; i++)
                        length = card_match(text, at, labels[i]);
                size_t from = at + length;
                if (length && same_number(text, from)) {
                        *ret_same = true;
                        *ret_from = at;
                        *ret_to = from + 2;
                        continue;
                }
                while (length && (card_match(text, from, "id") || one_of(at_or(text, from), ":( ")) && from < text->count && from - at < 16)
                        from += card_match(text, from, "id") ? 2 : 1;
                size_t to = from;
                while (length && to < text->count && to - from < 24 && id_character(text->items[to]))
                        to++;
                if (length && to - from == 11 && text->items[from] == '1' && all_digits(text, from, to)) { // "手机/微信：138…"
                        *ret_same = true;
                        *ret_from = at;
                        *ret_to = at + length;
                        continue;
                }
                if (length && to - from >= 5 && to - from <= 20 && !text->used[from])
                        card_add(card, CARD_WECHAT, from, to, ascii(text, from, to));
        }
}

// ---- Telephones

typedef struct Number { char digits[PHONE_DIGITS + 8]; size_t count, to; bool plus, country; } Number; // country: 86 stands by itself

static bool separator(uint32_t c) {
        return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == 0xB7 || c == '/';
}

// Digits from here on, across a separator or two, at most so many.
static Number digits_from(const CardText *text, size_t at, size_t most) {
        Number number = {.to = at};
        size_t gap = 0;
        if (at_or(text, at) == '+') {
                number.plus = true;
                at++;
        }
        for (; at < text->count && number.count < most; at++) {
                if (card_is_digit(text->items[at])) {
                        number.digits[number.count++] = (char)text->items[at];
                        number.to = at + 1;
                        gap = 0;
                } else if (!separator(text->items[at]) || (text->items[at] == '/' && number.count < 3) || ++gap > 3) {
                        break;
                } else {
                        number.country |= number.count == 2 && memcmp(number.digits, "86", 2) == 0;
                }
        }
        return number;
}

static bool begins(const Number *number, const char *prefix) {
        size_t length = strlen(prefix);
        return number->count >= length && memcmp(number->digits, prefix, length) == 0;
}

static bool is_mobile(const char *digits, size_t count) {
        return count >= 11 && digits[0] == '1' && digits[1] >= '3' && digits[1] <= '9';
}

// How many digits the number that begins here has, its country's and area's with it; 0: it is none.
static size_t length_of(const Number *number, bool labelled) {
        size_t skip = begins(number, "0086") ? 4 : begins(number, "86") && (number->plus || number->country || is_mobile(number->digits + 2, number->count - 2)) ? 2 : 0;
        const char *rest = number->digits + skip;
        size_t count = number->count - skip;
        if (is_mobile(rest, count) && (skip || !number->plus))
                return skip + 11;
        if (skip && count >= 9 && rest[0] != '0' && rest[0] != '1') // +86 571 8888 6666
                return skip + (rest[0] == '2' ? (count >= 10 ? 10 : count) : count >= 11 ? 11 : count);
        if (skip && count >= 10 && rest[0] == '1' && rest[1] == '0') // +86 10 …
                return skip + 10;
        if (!skip && number->plus)
                return number->count >= 8 ? number->count : 0;
        if (count >= 10 && (memcmp(rest, "400", 3) == 0 || memcmp(rest, "800", 3) == 0))
                return skip + 10;
        if (count >= 10 && rest[0] == '0' && rest[1] != '0') {
                size_t area = rest[1] == '1' || rest[1] == '2' ? 3 : 4;
                size_t all = count - area >= 8 ? area + 8 : count;
                return all - area >= 7 ? skip + all : 0;
        }
        return labelled && !skip && (count == 7 || count == 8) ? count : 0;
}

// 转 8012, ext. 12, -801: at most six digits.
static size_t extension_at(const CardText *text, size_t at, char digits[8], bool fixed) {
        static const char *const marks[] = {"转", "分机", "ext.", "ext", "x"};
        size_t next = at, count = 0, mark = 0;
        while (at_or(text, next) == ' ' && next - at < 3)
                next++;
        for (size_t i = 0; i < sizeof marks / sizeof *marks && !mark; i++)
                mark = card_match(text, next, marks[i]);
        if (!mark && fixed && at_or(text, at) == '-')
                next = at, mark = 1;
        next += mark;
        while (mark && (at_or(text, next) == ' ' || at_or(text, next) == ':') && next - at < 8)
                next++;
        while (mark && count < 7 && card_is_digit(at_or(text, next)))
                digits[count++] = (char)text->items[next++];
        digits[count] = 0;
        return count >= 1 && count <= 6 ? next : at;
}

static bool label_before(const CardText *text, size_t from, const char *const *labels, size_t count) {
        size_t at = from;
        while (at > 0 && from - at < 4 && one_of(text->items[at - 1], ":.( "))
                at--;
        size_t end = at, first = end > LOOK_BACK ? end - LOOK_BACK : 0;
        for (size_t start = first; start < end; start++)
                for (size_t i = 0; i < count; i++)
                        if (start + card_match(text, start, labels[i]) == end && !(card_is_letter(text->items[start]) && start > 0 && card_is_letter(text->items[start - 1])))
                                return true;
        return false;
}

static size_t end_of(const CardText *text, size_t from, size_t digits) {
        return digits_from(text, from, digits).to;
}

static void number_at(Card *card, size_t from, size_t *ret_next) {
        static const char *const faxes[] = {"传真", "fax", "f", "图文传真"}, *const phones[] = {"电话", "座机", "热线", "tel", "phone", "t", "总机", "固话", "直线"};
        CardText *text = &card->text;
        Number number = digits_from(text, from, PHONE_DIGITS + 6);
        bool labelled = label_before(text, from, phones, sizeof phones / sizeof *phones), fax = label_before(text, from, faxes, sizeof faxes / sizeof *faxes);
        size_t length = length_of(&number, labelled || fax), to = length ? end_of(text, from, length) : 0;
        char extension[8] = {0};
        if (!length || word_character(at_or(text, to)))
                return;
        size_t skip = begins(&number, "0086") ? 4 : begins(&number, "86") && length > 11 ? 2 : 0;
        bool foreign = number.plus && !skip, mobile = !foreign && is_mobile(number.digits + skip, length - skip);
        size_t end = mobile || foreign ? to : extension_at(text, to, extension, true);
        bool whole = mobile || number.digits[skip] == '0' || memcmp(number.digits + skip, "400", 3) == 0 || memcmp(number.digits + skip, "800", 3) == 0;
        Str digits = str_make(number.digits + skip, length - skip);
        Str value = str_format(text->arena, "%s%s" STR_FMT "%s%s", foreign ? "+" : "", skip && !whole ? "0" : "", STR_ARG(digits), *extension ? "x" : "", extension);
        card_add(card, fax ? CARD_FAX : mobile ? CARD_MOBILE : CARD_PHONE, from, end, value);
        *ret_next = end;
}

// Not in the middle of a longer word or number.
static bool begins_number(const CardText *text, size_t at) {
        uint32_t c = text->items[at], before = at ? text->items[at - 1] : ' ';
        if (text->used[at] || word_character(before) || before == '+' || before == '.' || before == '_')
                return false;
        if (c == '+' || c == '(')
                return card_is_digit(at_or(text, at + 1)) || (c == '(' && at_or(text, at + 1) == '+');
        return card_is_digit(c);
}

static void telephones(Card *card) {
        CardText *text = &card->text;
        for (size_t at = 0; at < text->count;) {
                size_t next = at + 1;
                if (begins_number(text, at)) {
                        size_t from = at_or(text, at) == '(' && at_or(text, at + 1) == '+' ? at + 1 : at;
                        number_at(card, from, &next);
                        while (next == at + 1 && next < text->count && card_is_digit(text->items[next]) && card_is_digit(text->items[next - 1]))
                                at = next++; // the rest of a number that is none
                }
                at = next;
        }
}

static void same_wechat(Card *card, size_t from, size_t to) {
        for (size_t i = 0; i < card->count; i++)
                if (card->items[i].field == CARD_MOBILE) {
                        card_add(card, CARD_WECHAT, from, to, card->items[i].value);
                        return;
                }
}

void card_numbers(Card *card) {
        bool same = false;
        size_t from = 0, to = 0;
        emails(card);
        websites(card);
        wechat(card, &same, &from, &to);
        telephones(card);
        if (same && !card_find(card, CARD_WECHAT))
                same_wechat(card, from, to);
}
