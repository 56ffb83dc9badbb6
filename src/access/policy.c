// What a password must be like. Guesses are made from lists and from habits: names, dates, telephone numbers, runs over the keyboard, a word with a year behind it.
#include "access/signin.h"
#include "base/asset.h"
#include "base/unicode.h"

#define DIFFERENT 3   // characters at least; "11111111" and "abababab" are nobody's secret
#define TAIL_MOST 5   // what people put behind a word: "2026!", "123"
#define WORD_LEAST 4  // of the word that is left then
#define LIST "src/access/data/common_passwords.txt"

PasswordRules password_rules(const OrgSettings *settings, Str login, Str name) {
        PasswordRules rules = {.least = PASSWORD_LEAST, .classes = 1, .login = login, .name = name};
        if (settings) {
                rules.least = settings->password_length;
                rules.classes = settings->password_classes;
                rules.company = settings->company;
        }
        return rules;
}

// ---- The commonest

static int compare_line(Str list, size_t at, Str word, size_t *ret_next) {
        size_t end = at;
        while (end < list.len && list.data[end] != '\n')
                end++;
        *ret_next = end + 1;
        return str_compare(word, str_slice(list, at, end));
}

// The list is sorted by bytes, one a line; what begins with "#" stands before all that a password can fold to.
static bool is_listed(Str word) {
        const Asset *asset = asset_find(STR(LIST));
        ensure(asset);
        Str list = asset_bytes(asset);
        size_t low = 0, high = list.len;
        while (low < high) {
                size_t at = low + (high - low) / 2, next = 0;
                while (at > low && list.data[at - 1] != '\n')
                        at--;
                int order = compare_line(list, at, word, &next);
                if (order == 0)
                        return true;
                if (order < 0)
                        high = at;
                else
                        low = next;
        }
        return false;
}

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
        return c >= 'a' && c <= 'z';
}

static bool all_digits(Str text) {
        for (size_t i = 0; i < text.len; i++)
                if (!is_digit(text.data[i]))
                        return false;
        return text.len > 0;
}

// Days as they are written without anything between, and numbers of mobile telephones and of QQ.
static bool is_number(Str text) {
        return all_digits(text) && text.len <= 12;
}

// The whole is a short piece over and over, or runs along the alphabet, the figures or a row of the keyboard.
static bool is_pattern(Str text) {
        static const char *const rows[] = {"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "qazwsxedcrfvtgbyhnujmikolp",
                                           "zyxwvutsrqponmlkjihgfedcba", "98765432109876543210", "1q2w3e4r5t6y7u8i9o0p", "asdfghjklasdfghjkl", "q1w2e3r4t5y6u7i8o9p0"};
        for (size_t piece = 1; piece <= 4 && piece * 2 <= text.len; piece++) {
                size_t i = piece;
                while (i < text.len && text.data[i] == text.data[i - piece])
                        i++;
                if (i == text.len)
                        return true;
        }
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                if (str_find(str_from(rows[i]), text) >= 0)
                        return true;
        return false;
}

// "P@ssw0rd" is read as "password".
static Str plain_letters(Arena *arena, Str text) {
        static const char from[] = "@4310$57!|", to[] = "aaeiosstil";
        Str copy = str_copy(arena, text);
        char *data = (char *)(uintptr_t)copy.data;
        for (size_t i = 0; i < copy.len; i++) {
                const char *found = strchr(from, data[i]);
                if (found && data[i])
                        data[i] = to[found - from];
        }
        return copy;
}

// Words that people make passwords of, with or without figures around them. Mostly as they are spelled in pinyin: what is common in English is in the list.
static bool is_word(Str text) {
        static const char *const words[] = {
                "password", "passwd", "admin", "administrator", "welcome", "qwerty", "asdf", "iloveyou", "letmein", "changeme", "default", "secret", "login", "guest", "test", "testing", "user", "root", "master", "hello", "company",
                "haike", "crm", "mima", "woaini", "woaiwo", "aini", "iloveu", "woshishui", "woaiwojia", "wodemima", "nihao", "zhongguo", "china", "beijing", "shanghai", "guangzhou", "shenzhen", "taobao", "tencent", "alibaba", "baidu",
                "weixin", "qq", "zhang", "wang", "li", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu", "xiaoming", "zhangsan", "lisi", "wangwu", "zhangwei", "wangwei", "lilei", "hanmeimei", "laopo", "laogong", "baobei", "baobao",
                "tiantian", "kuaile", "xingfu", "facai", "gongsi", "xiaoshou", "guanli", "kehu", "yonghu", "ceshi", "chunjie", "woaini1314", "qwe", "abc", "asd", "zxc", "qaz", "aaa", "pass", "a",
        };
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (str_is(text, words[i]))
                        return true;
        return false;
}

// Only figures and marks around it, and of these not so many that they would be a secret of their own.
static Str without_tail(Str text) {
        size_t from = 0, to = text.len;
        while (to > from && !is_letter(text.data[to - 1]) && (unsigned char)text.data[to - 1] < 0x80)
                to--;
        while (from < to && !is_letter(text.data[from]) && (unsigned char)text.data[from] < 0x80)
                from++;
        return str_slice(text, from, to);
}

bool password_is_common(Arena *arena, Str password) {
        Str folded = text_fold(arena, password), plain = plain_letters(arena, folded), core = without_tail(folded), plain_core = plain_letters(arena, without_tail(folded));
        if (is_number(folded) || is_pattern(folded) || is_listed(folded) || is_listed(plain))
                return true;
        size_t around = folded.len - core.len;
        if (is_word(core) || is_word(plain_core))
                return around <= 10;
        return around <= TAIL_MOST && core.len >= WORD_LEAST && (is_listed(core) || is_listed(plain_core) || is_pattern(core));
}

// ---- The rules

static bool is_varied(Str password) {
        uint32_t seen[DIFFERENT];
        size_t count = 0;
        for (size_t offset = 0; offset < password.len && count < DIFFERENT;) {
                uint32_t c = utf8_next(password, &offset);
                bool known = false;
                for (size_t i = 0; i < count; i++)
                        known |= seen[i] == c;
                if (!known)
                        seen[count++] = c;
        }
        return count == DIFFERENT;
}

static int count_classes(Str password) {
        bool small = false, big = false, digit = false, other = false;
        for (size_t i = 0; i < password.len; i++) {
                char c = password.data[i];
                small |= c >= 'a' && c <= 'z';
                big |= c >= 'A' && c <= 'Z';
                digit |= is_digit(c);
                other |= !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c));
        }
        return small + big + digit + other;
}

// The word itself, or with a few characters around it.
static bool is_own(Arena *arena, Str password, Str own) {
        Str folded = text_fold(arena, password), word = text_fold(arena, str_trim(own));
        ptrdiff_t at = word.len >= 3 ? str_find(folded, word) : -1;
        return str_eq(folded, word) || (at >= 0 && folded.len - word.len <= TAIL_MOST);
}

Status password_check(Context *context, Str field, Str password, const PasswordRules *rules) {
        if (!utf8_valid(password))
                return error_add(context, field, "bad_text");
        size_t length = utf8_length(password);
        if (length < (size_t)rules->least)
                return error_add(context, field, "password_short", str_format(context->arena, "%d", rules->least));
        if (length > PASSWORD_MOST)
                return error_add(context, field, "password_long", str_format(context->arena, "%d", PASSWORD_MOST));
        if (!is_varied(password))
                return error_add(context, field, "password_simple");
        if (count_classes(password) < rules->classes)
                return error_add(context, field, "password_classes", str_format(context->arena, "%d", rules->classes));
        const Str own[] = {rules->login, rules->name, rules->company};
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
                if (!str_empty(own[i]) && is_own(context->arena, password, own[i]))
                        return error_add(context, field, "password_own");
        return password_is_common(context->arena, password) ? error_add(context, field, "password_common") : STATUS_OK;
}
