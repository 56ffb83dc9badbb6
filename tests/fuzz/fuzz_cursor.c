// Fuzzes page cursors: as they come, with a right check sum over any content, and made here from any values. What is taken is written back as the same text.
#include "base/unicode.h"
#include "record/cursor.h"

#define SIGNATURE 0x0102030405060708u

static const ValueKind all_kinds[CURSOR_KEYS] = {VALUE_TEXT, VALUE_INTEGER, VALUE_BLOB, VALUE_NUMBER, VALUE_DATE, VALUE_DATETIME, VALUE_BOOL, VALUE_TEXT};

static bool parse(Arena *arena, Str text, const ValueKind *kinds, size_t count, Cursor *ret) {
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Status status = cursor_parse(&context, text, SIGNATURE, kinds, count, ret);
        ensure(status == STATUS_OK || (status == STATUS_MALFORMED && context.error.code));
        return status == STATUS_OK;
}

static void read_any(Arena *arena, Str text) {
        for (size_t count = 0; count <= CURSOR_KEYS; count++) {
                Cursor cursor;
                if (!parse(arena, text, all_kinds, count, &cursor))
                        continue;
                ensure(cursor.given == (text.len > 0));
                ensure(!cursor.given || cursor.count == count);
        }
}

// The alphabet of base64url, so that the checked content is reached at all.
static Str encode(Arena *arena, Str bytes) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Buf out = buf_make(arena, bytes.len * 2 + 4);
        for (size_t bit = 0; bit < bytes.len * 8; bit += 6) {
                unsigned digit = 0;
                for (size_t k = bit; k < bit + 6; k++)
                        digit = digit << 1 | (k < bytes.len * 8 ? (unsigned char)bytes.data[k / 8] >> (7 - k % 8) & 1 : 0);
                buf_add_char(&out, digits[digit]);
        }
        return buf_str(&out);
}

static void put_number(Buf *buf, uint64_t number) {
        for (int shift = 56; shift >= 0; shift -= 8)
                buf_add_char(buf, (char)(number >> shift & 255));
}

static void read_checked(Arena *arena, Str content) {
        Buf bytes = buf_make(arena, content.len + 64);
        buf_add_char(&bytes, 1);
        put_number(&bytes, SIGNATURE);
        buf_add(&bytes, content);
        put_number(&bytes, str_hash(buf_str(&bytes)));
        read_any(arena, encode(arena, buf_str(&bytes)));
}

static Value value_from(ValueKind kind, uint64_t number, Str text) {
        switch (kind) {
        case VALUE_TEXT:
                return utf8_valid(text) && str_find_char(text, '\0') < 0 ? value_text(text) : VALUE_NONE;
        case VALUE_BLOB:
                return value_blob(text);
        case VALUE_NUMBER:
                return value_number((Decimal){(int64_t)number});
        case VALUE_DATE:
                return value_date((int32_t)number);
        case VALUE_DATETIME:
                return value_datetime((int64_t)number);
        case VALUE_BOOL:
                return value_bool(number & 1);
        default:
                return number % 7 ? value_int((int64_t)number) : VALUE_NONE;
        }
}

static void there_and_back(Arena *arena, Str data) {
        Cursor cursor = {.given = true, .count = data.len % (CURSOR_KEYS + 1)}, again;
        ValueKind kinds[CURSOR_KEYS];
        uint64_t number = str_hash(data);
        cursor.id = (int64_t)(number >> 12);
        for (size_t i = 0; i < cursor.count; i++) {
                kinds[i] = all_kinds[data.data ? (unsigned char)data.data[i % data.len] % CURSOR_KEYS : 0];
                cursor.keys[i] = value_from(kinds[i], number * (i + 1), str_slice(data, i, i + 1 + number % 300));
        }
        Str text = cursor_format(arena, SIGNATURE, &cursor);
        ensure(parse(arena, text, kinds, cursor.count, &again) && again.id == cursor.id);
        for (size_t i = 0; i < cursor.count; i++)
                ensure(value_eq(cursor.keys[i], again.keys[i]));
        ensure(str_eq(text, cursor_format(arena, SIGNATURE, &again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Str input = str_make((const char *)data, size);
        read_any(arena, input);
        read_checked(arena, input);
        there_and_back(arena, input);
        return 0;
}
