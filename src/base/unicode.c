// UTF-8, folding and sort keys. The tokeniser is in tokens.c, pinyin in pinyin.c.
#include "base/unicode.h"
#include <pthread.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define TEXT_LARGEST (1 << 29) // bytes; ICU counts in 32 bits
#define SORT_KEY_LARGEST 96    // bytes
#define SORT_TEXT_LARGEST 256  // UTF-16 units that can still tell in the key

// ICU's objects: opened once, never changed afterwards, so that threads may share them (ICU promises that for what is only read).
static struct {
        pthread_once_t once;
        UErrorCode error;
        const UNormalizer2 *nfkc;
        UCollator *collator;
} icu = {.once = PTHREAD_ONCE_INIT};

static void icu_open(void) {
        UErrorCode error = U_ZERO_ERROR;
        icu.nfkc = unorm2_getNFKCInstance(&error);
        icu.collator = ucol_open("zh@collation=pinyin", &error);
        ucol_setAttribute(icu.collator, UCOL_NUMERIC_COLLATION, UCOL_ON, &error);
        const int32_t plain = UCOL_REORDER_CODE_NONE; // zh sorts Han before Latin of its own accord; we do not
        ucol_setReorderCodes(icu.collator, &plain, 1, &error);
        icu.error = error;
}

static void icu_ready(void) {
        pthread_once(&icu.once, icu_open);
        ensure(U_SUCCESS(icu.error));
}

Status unicode_start(Context *context) {
        pthread_once(&icu.once, icu_open);
        if (U_FAILURE(icu.error))
                return error_detail(context, STATUS_INTERNAL, "internal", "ICU cannot be opened: %s", u_errorName(icu.error));
        return STATUS_OK;
}

// The length of the well-formed character at the start, 0 when there is none; `text` is not empty.
static size_t character_length(Str text) {
        const unsigned char *s = (const unsigned char *)text.data;
        if (s[0] < 0x80)
                return 1;
        size_t length = s[0] >= 0xC2 && s[0] <= 0xDF ? 2 : s[0] >= 0xE0 && s[0] <= 0xEF ? 3 : s[0] >= 0xF0 && s[0] <= 0xF4 ? 4 : 0;
        if (length == 0 || length > text.len)
                return 0;
        for (size_t i = 1; i < length; i++)
                if ((s[i] & 0xC0) != 0x80)
                        return 0;
        bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
        bool surrogate = s[0] == 0xED && s[1] >= 0xA0;
        bool beyond = s[0] == 0xF4 && s[1] >= 0x90;
        return overlong || surrogate || beyond ? 0 : length;
}

// How many bytes from the start are ASCII, eight at a time.
static size_t ascii_length(Str text) {
        size_t i = 0;
        for (uint64_t eight; i + sizeof eight <= text.len; i += sizeof eight) {
                memcpy(&eight, text.data + i, sizeof eight);
                if (eight & 0x8080808080808080ULL)
                        break;
        }
        while (i < text.len && (unsigned char)text.data[i] < 0x80)
                i++;
        return i;
}

bool utf8_valid(Str text) {
        for (size_t i = ascii_length(text); i < text.len;) {
                size_t length = character_length(str_slice(text, i, text.len));
                if (!length)
                        return false;
                i += length;
        }
        return true;
}

size_t utf8_length(Str text) {
        size_t count = 0;
        for (size_t i = 0; i < text.len; i++)
                count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
        return count;
}

uint32_t utf8_next(Str text, size_t *offset) {
        const unsigned char *s = (const unsigned char *)text.data + *offset;
        size_t length = character_length(str_slice(text, *offset, text.len));
        *offset += length ? length : 1;
        switch (length) {
        case 1: return s[0];
        case 2: return (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
        case 3: return (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
        case 4: return (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
        default: return 0xFFFD;
        }
}

// UTF-16 for a while: on the stack when short.
typedef struct Wide {
        UChar *data;
        int32_t len, capacity;
        UChar small[256];
} Wide;

static void wide_init(Wide *wide) {
        wide->data = wide->small;
        wide->capacity = sizeof wide->small / sizeof wide->small[0];
        wide->len = 0;
}

static void wide_done(Wide *wide) {
        if (wide->data != wide->small)
                free(wide->data);
}

#define WIDE_CLEANUP __attribute__((cleanup(wide_done)))

// Makes room; what was in it is lost.
static void wide_reserve(Wide *wide, int32_t capacity) {
        if (capacity <= wide->capacity)
                return;
        wide_done(wide);
        wide->data = malloc((size_t)capacity * sizeof(UChar));
        ensure(wide->data);
        wide->capacity = capacity;
}

static void wide_from_utf8(Wide *wide, Str text) {
        ensure(text.len < TEXT_LARGEST);
        wide_reserve(wide, (int32_t)text.len + 1); // never more units than bytes
        UErrorCode error = U_ZERO_ERROR;
        u_strFromUTF8WithSub(wide->data, wide->capacity, &wide->len, text.data ? text.data : "", (int32_t)text.len, 0xFFFD, NULL, &error);
        ensure(U_SUCCESS(error));
}

static int32_t to_nfkc(UChar *to, int32_t capacity, const Wide *from, UErrorCode *error) {
        return unorm2_normalize(icu.nfkc, from->data, from->len, to, capacity, error);
}

static int32_t to_lower(UChar *to, int32_t capacity, const Wide *from, UErrorCode *error) {
        return u_strToLower(to, capacity, from->data, from->len, "", error);
}

// Runs an ICU conversion, a second time with room enough when it says that there was too little.
static void wide_convert(Wide *to, const Wide *from, int32_t (*convert)(UChar *, int32_t, const Wide *, UErrorCode *)) {
        UErrorCode error = U_ZERO_ERROR;
        to->len = convert(to->data, to->capacity, from, &error);
        if (error == U_BUFFER_OVERFLOW_ERROR) {
                wide_reserve(to, to->len + 1);
                error = U_ZERO_ERROR;
                to->len = convert(to->data, to->capacity, from, &error);
        }
        ensure(U_SUCCESS(error));
}

static Str wide_to_utf8(Arena *arena, const Wide *wide) {
        int32_t capacity = wide->len * 3 + 1, length = 0;
        char *text = arena_alloc(arena, (size_t)capacity);
        UErrorCode error = U_ZERO_ERROR;
        u_strToUTF8WithSub(text, capacity, &length, wide->data, wide->len, 0xFFFD, NULL, &error);
        ensure(U_SUCCESS(error));
        return str_make(text, (size_t)length);
}

static Str fold_ascii(Arena *arena, Str text) {
        char *folded = arena_alloc(arena, text.len + 1);
        for (size_t i = 0; i < text.len; i++) {
                char c = text.data[i];
                folded[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        }
        return str_make(folded, text.len);
}

Str text_fold(Arena *arena, Str text) {
        if (ascii_length(text) == text.len)
                return fold_ascii(arena, text);
        icu_ready();
        WIDE_CLEANUP Wide source, normal, lower;
        wide_init(&source);
        wide_init(&normal);
        wide_init(&lower);
        wide_from_utf8(&source, text);
        wide_convert(&normal, &source, to_nfkc);
        wide_convert(&lower, &normal, to_lower);
        wide_convert(&normal, &lower, to_nfkc);
        return wide_to_utf8(arena, &normal);
}

bool text_contains(Arena *arena, Str text, Str needle) {
        if (str_empty(needle))
                return true;
        return str_find(text_fold(arena, text), text_fold(arena, needle)) >= 0;
}

Str text_sort_key(Arena *arena, Str text) {
        icu_ready();
        if (text.len > SORT_TEXT_LARGEST * 4) { // at most four bytes a character; never within one
                size_t cut = SORT_TEXT_LARGEST * 4;
                while (cut && ((unsigned char)text.data[cut] & 0xC0) == 0x80)
                        cut--;
                text = str_slice(text, 0, cut);
        }
        WIDE_CLEANUP Wide wide;
        wide_init(&wide);
        wide_from_utf8(&wide, text);
        if (wide.len > SORT_TEXT_LARGEST)
                wide.len = SORT_TEXT_LARGEST;
        uint8_t key[512];
        int32_t length = ucol_getSortKey(icu.collator, wide.data, wide.len, key, sizeof key);
        ensure(length > 0);
        length--; // its closing zero
        return str_copy(arena, str_make((const char *)key, length < SORT_KEY_LARGEST ? (size_t)length : SORT_KEY_LARGEST));
}

bool text_says_something(Str text) {
        for (size_t offset = 0; offset < text.len;)
                if (u_isalnum((UChar32)utf8_next(text, &offset)))
                        return true;
        return false;
}
