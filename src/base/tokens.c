// The tokeniser of the search: text → exact terms for the index, and query → terms of the same kinds. The scheme is described in README.md;
// whoever changes what comes out raises TOKEN_VERSION, so that the index is built anew.
#include "base/pinyin.h"
#include "base/unicode.h"
#include <pthread.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

#define TEXT_LARGEST 65536  // bytes of a text that are looked at
#define PLAIN_LARGEST 4000  // words, bigrams and characters of one text
#define DERIVED_LARGEST 400 // prefixes, tails, pinyin and initials of one text
#define QUERY_LARGEST 32    // terms of one query; more would only make it slower
#define TERM_LETTERS 24     // longer words, in both uses, are cut to this
#define SYLLABLES 4         // pinyin from within a run
#define INITIALS 8          // pinyin initials from within a run
#define SURNAME_RUN 4       // characters of the longest run that may be a person's name
#define PREFIX_LEAST 2
#define TAIL_LEAST 4
#define NUMBER_LARGEST 20 // digits of a number written in groups

typedef enum Gap { GAP_NONE = 0, GAP_SPACE = 1, GAP_DOT = 2, GAP_DASH = 4, GAP_OTHER = 8 } Gap;

// A run of CJK characters or a word of [a-z0-9].
typedef struct Segment {
        bool cjk;
        Gap gap; // what stands between it and the segment before
        const uint32_t *characters;
        size_t count;
        Str word;
} Segment;

typedef struct Tokens {
        Buf *buf;
        Arena *scratch;
        TokenUse use;
        Segment *segments;
        size_t count, capacity;
        uint32_t *slots; // of the terms' set: start of the term in buf + 1
        size_t slot_count, plain, derived;
} Tokens;

// ---- the set of terms

static Str term_at(const Tokens *t, size_t start) {
        Str rest = str_slice(buf_str(t->buf), start, t->buf->len), term = STR_NONE;
        str_cut(&rest, ' ', &term);
        return term;
}

static size_t slot_of(const Tokens *t, Str term) {
        size_t slot = str_hash(term) & (t->slot_count - 1);
        while (t->slots[slot] && !str_eq(term_at(t, t->slots[slot] - 1), term))
                slot = (slot + 1) & (t->slot_count - 1);
        return slot;
}

static void slots_grow(Tokens *t) {
        uint32_t *old = t->slots;
        size_t old_count = t->slot_count;
        t->slot_count = old_count ? old_count * 2 : 256;
        t->slots = arena_array(t->scratch, uint32_t, t->slot_count);
        for (size_t i = 0; i < old_count; i++)
                if (old[i])
                        t->slots[slot_of(t, term_at(t, old[i] - 1))] = old[i];
}

// True when the term is new and was written.
static bool add_term(Tokens *t, Str term) {
        if ((t->plain + t->derived) * 2 >= t->slot_count)
                slots_grow(t);
        size_t slot = slot_of(t, term);
        if (t->slots[slot] || t->buf->cap - t->buf->len < term.len + 1)
                return false;
        if (t->buf->len && t->buf->data[t->buf->len - 1] != ' ')
                buf_add_char(t->buf, ' ');
        size_t start = t->buf->len;
        buf_add(t->buf, term);
        if (buf_full(t->buf))
                return false;
        t->slots[slot] = (uint32_t)start + 1;
        return true;
}

static void add_plain(Tokens *t, Str term) {
        size_t largest = t->use == TOKEN_QUERY ? QUERY_LARGEST : PLAIN_LARGEST;
        if (t->plain < largest && term.len && add_term(t, term))
                t->plain++;
}

static void add_derived(Tokens *t, Str term) {
        if (t->derived < DERIVED_LARGEST && term.len && add_term(t, term))
                t->derived++;
}

// ---- cutting the text into segments

static bool is_han(uint32_t c) {
        return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x3FFFF) || (c >= 0xF900 && c <= 0xFAFF) ||
               (c >= 0x3005 && c <= 0x3007);
}

// Kana, bopomofo and Hangul are searched as Han is, only without pinyin.
static bool is_cjk(uint32_t c) {
        if (c < 0x3005)
                return false;
        return is_han(c) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x309D && c <= 0x309F) || (c >= 0x30A1 && c <= 0x30FA) || (c >= 0x30FC && c <= 0x312F) ||
               (c >= 0x31F0 && c <= 0x31FF) || (c >= 0xAC00 && c <= 0xD7A3);
}

static bool is_word(uint32_t c) {
        if (c < 0x80)
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return !is_cjk(c) && ((U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)) != 0);
}

static Gap gap_of(uint32_t c) {
        switch (c) {
        case 0xB7:   // ·
        case 0x2022: // •
        case 0x2027: // ‧
        case 0x30FB: // ・
                return GAP_DOT;
        case '-':
        case '.':
        case '(':
        case ')':
        case '+':
        case '/':
        case 0x2010 ... 0x2014: return GAP_DASH;
        default: return u_isUWhiteSpace((UChar32)c) ? GAP_SPACE : GAP_OTHER;
        }
}

static struct {
        pthread_once_t once;
        pthread_mutex_t lock;
        UTransliterator *rules;
} latin = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static void latin_open(void) {
        UErrorCode error = U_ZERO_ERROR;
        latin.rules = utrans_openU(u"Any-Latin; Latin-ASCII; Lower", -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
        ensure(U_SUCCESS(error));
}

// A word in other letters ("façade", "привет") written in a–z.
static Str word_to_ascii(Tokens *t, const uint32_t *characters, size_t count) {
        UChar text[512];
        int32_t length = 0, limit;
        for (size_t i = 0; i < count && length < 126; i++) {
                int digit = u_charDigitValue((UChar32)characters[i]);
                U16_APPEND_UNSAFE(text, length, digit >= 0 ? (uint32_t)('0' + digit) : characters[i]);
        }
        limit = length;
        UErrorCode error = U_ZERO_ERROR;
        pthread_once(&latin.once, latin_open);
        pthread_mutex_lock(&latin.lock);
        utrans_transUChars(latin.rules, text, &length, 512, 0, &limit, &error);
        pthread_mutex_unlock(&latin.lock);
        if (U_FAILURE(error))
                return STR_NONE;
        char *word = arena_alloc(t->scratch, (size_t)length + 1);
        size_t kept = 0;
        for (int32_t i = 0; i < length; i++)
                if (text[i] < 0x80 && is_word(text[i]))
                        word[kept++] = (char)text[i];
        return str_make(word, kept);
}

static Str word_make(Tokens *t, const uint32_t *characters, size_t count) {
        char *word = arena_alloc(t->scratch, count + 1);
        for (size_t i = 0; i < count; i++) {
                if (characters[i] >= 0x80)
                        return word_to_ascii(t, characters, count);
                word[i] = (char)characters[i];
        }
        return str_make(word, count);
}

static void add_segment(Tokens *t, bool cjk, Gap gap, const uint32_t *characters, size_t count) {
        Segment segment = {.cjk = cjk, .gap = gap, .characters = characters, .count = count};
        if (!cjk) {
                segment.word = word_make(t, characters, count);
                if (str_empty(segment.word))
                        return;
        }
        if (t->count == t->capacity) {
                size_t capacity = t->capacity ? t->capacity * 2 : 32;
                t->segments = arena_grow(t->scratch, t->segments, t->capacity * sizeof(Segment), capacity * sizeof(Segment));
                t->capacity = capacity;
        }
        t->segments[t->count++] = segment;
}

static void cut_segments(Tokens *t, Str folded) {
        uint32_t *characters = arena_array(t->scratch, uint32_t, folded.len + 1);
        size_t count = 0;
        for (size_t offset = 0; offset < folded.len;)
                characters[count++] = utf8_next(folded, &offset);
        unsigned gap = GAP_NONE;
        for (size_t i = 0; i < count;) {
                bool cjk = is_cjk(characters[i]);
                if (!cjk && !is_word(characters[i])) {
                        gap |= gap_of(characters[i++]);
                        continue;
                }
                size_t from = i;
                while (i < count && (cjk ? is_cjk(characters[i]) : is_word(characters[i])))
                        i++;
                add_segment(t, cjk, (Gap)gap, characters + from, i - from);
                gap = GAP_NONE;
        }
}

// ---- CJK

static size_t utf8_put(char *out, uint32_t c) {
        int32_t length = 0;
        U8_APPEND_UNSAFE(out, length, c);
        return (size_t)length;
}

static void add_characters(Tokens *t, const uint32_t *characters, size_t count) {
        char term[8];
        size_t length = 0;
        for (size_t i = 0; i < count; i++)
                length += utf8_put(term + length, characters[i]);
        add_plain(t, str_make(term, length));
}

// The letters from one start: syllables, their first letters, and at the start of a run every prefix.
static void add_pinyin_from(Tokens *t, const Pinyin *syllables, size_t count, bool run_start) {
        char letters[TERM_LETTERS + PINYIN_LETTERS], initials[TERM_LETTERS];
        size_t length = 0, initial_count = 0;
        for (size_t i = 0; i < count && syllables[i].len && length < TERM_LETTERS && (run_start || i < SYLLABLES); i++) {
                memcpy(letters + length, syllables[i].letters, syllables[i].len);
                length += syllables[i].len;
                if (!run_start)
                        add_derived(t, str_make(letters, length < TERM_LETTERS ? length : TERM_LETTERS));
        }
        for (size_t n = PREFIX_LEAST; run_start && n <= length && n <= TERM_LETTERS; n++)
                add_derived(t, str_make(letters, n));
        if (run_start && syllables[0].len == 1)
                add_derived(t, str_make(letters, 1)); // 阿
        for (size_t i = 0; i < count && syllables[i].len && i < (run_start ? TERM_LETTERS : INITIALS); i++) {
                initials[initial_count++] = syllables[i].letters[0];
                if (initial_count >= PREFIX_LEAST)
                        add_derived(t, str_make(initials, initial_count));
        }
}

static void add_pinyin(Tokens *t, const Pinyin *syllables, const bool *starts, size_t count) {
        for (size_t i = 0; i < count && t->derived < DERIVED_LARGEST; i++)
                if (syllables[i].len)
                        add_pinyin_from(t, syllables + i, count - i, starts[i]);
}

// ü is typed as v, or as u by those who think of the passport.
static bool replace_v(Pinyin *syllables, size_t count) {
        bool replaced = false;
        for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < syllables[i].len; j++)
                        if (syllables[i].letters[j] == 'v') {
                                syllables[i].letters[j] = 'u';
                                replaced = true;
                        }
        return replaced;
}

static void add_readings(Tokens *t, const uint32_t *characters, const bool *starts, size_t count) {
        Pinyin *syllables = arena_array(t->scratch, Pinyin, count);
        for (size_t i = 0; i < count; i++)
                syllables[i] = pinyin_in_word(characters, count, i);
        add_pinyin(t, syllables, starts, count);
        Pinyin surname = count >= 2 && count <= SURNAME_RUN ? pinyin_of_surname(characters[0]) : (Pinyin){0};
        if (surname.len) {
                syllables[0] = surname;
                add_pinyin_from(t, syllables, count, true);
        }
        if (replace_v(syllables, count))
                add_pinyin(t, syllables, starts, count);
}

// Runs that only spaces, a name's dot or brackets separate are one: 张　三, 买买提·吐尔逊, 吉野家（中国）投资. Returns the segment after them.
static size_t index_cjk(Tokens *t, size_t first) {
        size_t end = first, total = 0;
        do
                total += t->segments[end++].count;
        while (end < t->count && t->segments[end].cjk && !(t->segments[end].gap & GAP_OTHER) && t->segments[end].gap != GAP_NONE);
        uint32_t *characters = arena_array(t->scratch, uint32_t, total);
        bool *starts = arena_array(t->scratch, bool, total);
        size_t count = 0;
        for (size_t s = first; s < end; s++) {
                starts[count] = true;
                memcpy(characters + count, t->segments[s].characters, t->segments[s].count * sizeof *characters);
                count += t->segments[s].count;
        }
        for (size_t i = 0; i < count; i++) {
                add_characters(t, characters + i, 1);
                if (i + 1 < count)
                        add_characters(t, characters + i, 2);
        }
        if (t->derived < DERIVED_LARGEST)
                add_readings(t, characters, starts, count < DERIVED_LARGEST ? count : DERIVED_LARGEST);
        return end;
}

static void query_cjk(Tokens *t, const Segment *segment) {
        if (segment->count == 1)
                add_characters(t, segment->characters, 1);
        for (size_t i = 0; i + 1 < segment->count; i++)
                add_characters(t, segment->characters + i, 2);
}

// ---- words and numbers

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static bool is_number(Str word) {
        for (size_t i = 0; i < word.len; i++)
                if (!is_digit(word.data[i]))
                        return false;
        return word.len > 0;
}

static void add_prefixes(Tokens *t, Str word) {
        for (size_t n = PREFIX_LEAST; n <= word.len && n <= TERM_LETTERS; n++)
                add_derived(t, str_slice(word, 0, n));
}

// A Chinese number with its country code, without it: +86 138… and 0086 0571…
static Str without_country(Str digits) {
        if (str_starts(digits, STR("0086")))
                digits = str_slice(digits, 2, digits.len);
        bool chinese = digits.len >= 12 && str_starts(digits, STR("86")) && (digits.data[2] == '0' || digits.data[2] == '1');
        return chinese ? str_slice(digits, 2, digits.len) : digits;
}

static void index_digits(Tokens *t, Str digits) {
        add_prefixes(t, digits);
        add_prefixes(t, without_country(digits));
        for (size_t n = TAIL_LEAST; n < digits.len && n <= TERM_LETTERS; n++)
                add_derived(t, str_slice(digits, digits.len - n, digits.len));
}

static void index_word(Tokens *t, Str word) {
        add_plain(t, str_slice(word, 0, TERM_LETTERS));
        add_prefixes(t, word);
        for (size_t i = 0; i < word.len;) { // HT2026001: ht, 2026001
                size_t from = i;
                bool digits = is_digit(word.data[i]);
                while (i < word.len && is_digit(word.data[i]) == digits)
                        i++;
                Str part = str_slice(word, from, i);
                if (digits)
                        index_digits(t, part);
                else if (part.len < word.len)
                        add_prefixes(t, part);
        }
}

// The digits of the numbers from a segment on which only such gaps separate, together; *ret_end is the segment after them.
static Str join_digits(Tokens *t, size_t first, unsigned gaps, size_t *ret_end) {
        char *digits = arena_alloc(t->scratch, NUMBER_LARGEST);
        size_t length = 0, end = first;
        for (; end < t->count; end++) {
                const Segment *segment = &t->segments[end];
                bool joined = end == first || (segment->gap != GAP_NONE && (segment->gap & ~gaps) == 0);
                if (segment->cjk || !joined || !is_number(segment->word) || length + segment->word.len > NUMBER_LARGEST)
                        break;
                memcpy(digits + length, segment->word.data, segment->word.len);
                length += segment->word.len;
        }
        *ret_end = end;
        return str_make(digits, length);
}

static void index_numbers(Tokens *t, unsigned gaps) {
        size_t at = 0, end;
        while (at < t->count) {
                Str digits = join_digits(t, at, gaps, &end);
                if (end > at + 1) { // one alone was indexed as a word
                        add_plain(t, digits);
                        index_digits(t, digits);
                }
                at = end > at ? end : at + 1;
        }
}

// 138 0013 8000 is one number; 2026 12345678 is two.
static bool is_spaced_phone(const Tokens *t, size_t first, size_t end, Str digits) {
        for (size_t i = first; i < end; i++)
                if (t->segments[i].word.len > 4)
                        return false;
        return without_country(digits).len >= 10;
}

static size_t query_word(Tokens *t, size_t at) {
        Str word = t->segments[at].word;
        if (!is_number(word)) {
                add_plain(t, str_slice(word, 0, TERM_LETTERS));
                return at + 1;
        }
        size_t end;
        Str digits = join_digits(t, at, GAP_DASH | GAP_SPACE, &end);
        if (end == at || !is_spaced_phone(t, at, end, digits))
                digits = join_digits(t, at, GAP_DASH, &end);
        if (end == at) { // longer than any number
                digits = word;
                end = at + 1;
        }
        add_plain(t, str_slice(without_country(digits), 0, TERM_LETTERS));
        return end;
}

static Str cut_text(Str text) {
        if (text.len <= TEXT_LARGEST)
                return text;
        size_t cut = TEXT_LARGEST;
        while (cut && ((unsigned char)text.data[cut] & 0xC0) == 0x80)
                cut--;
        return str_slice(text, 0, cut);
}

void text_tokens(Buf *buf, Str text, TokenUse use) {
        ARENA_CLEANUP Arena *scratch = arena_new(0);
        Tokens t = {.buf = buf, .scratch = scratch, .use = use};
        cut_segments(&t, text_fold(scratch, cut_text(text)));
        if (use == TOKEN_QUERY) {
                for (size_t i = 0; i < t.count;) {
                        if (t.segments[i].cjk)
                                query_cjk(&t, &t.segments[i++]);
                        else
                                i = query_word(&t, i);
                }
                return;
        }
        for (size_t i = 0; i < t.count;) {
                if (t.segments[i].cjk)
                        i = index_cjk(&t, i);
                else
                        index_word(&t, t.segments[i++].word);
        }
        index_numbers(&t, GAP_DASH);
        index_numbers(&t, GAP_DASH | GAP_SPACE);
}
