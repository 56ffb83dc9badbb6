// Cursors of paged answers: sort values, id and a signature ↔ base64url. Knows nothing of objects or SQL.
#include "record/cursor.h"
#include "base/buf.h"
#include "base/unicode.h"

#define CURSOR_VERSION 1
#define BYTES_LARGEST 4096
#define SUM_BYTES 8

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

uint64_t cursor_signature(uint64_t before, Str part) {
        return (before * 0x9E3779B97F4A7C15u) ^ (str_hash(part) + part.len);
}

// ---- base64url without padding

static Str base64_write(Arena *arena, Str bytes) {
        Buf out = buf_make(arena, bytes.len * 2 + 4);
        uint32_t bits = 0;
        int held = 0;
        for (size_t i = 0; i < bytes.len; i++) {
                bits = bits << 8 | (unsigned char)bytes.data[i];
                for (held += 8; held >= 6; held -= 6)
                        buf_add_char(&out, alphabet[bits >> (held - 6) & 63]);
        }
        if (held)
                buf_add_char(&out, alphabet[bits << (6 - held) & 63]);
        return buf_str(&out);
}

static int base64_digit(char c) {
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        return c == '-' ? 62 : c == '_' ? 63 : -1;
}

// Only what base64_write writes is taken: one text per content.
static bool base64_read(Arena *arena, Str text, Str *ret) {
        Buf out = buf_make(arena, text.len + 1);
        uint32_t bits = 0;
        int held = 0;
        for (size_t i = 0; i < text.len; i++) {
                int digit = base64_digit(text.data[i]);
                if (digit < 0)
                        return false;
                bits = bits << 6 | (uint32_t)digit;
                held += 6;
                if (held >= 8) {
                        held -= 8;
                        buf_add_char(&out, (char)(bits >> held & 255));
                }
        }
        *ret = buf_str(&out);
        return held < 6 && (bits & ((1u << held) - 1)) == 0;
}

// ---- the content

static void put_uint(Buf *buf, uint64_t number, int bytes) {
        for (int i = bytes - 1; i >= 0; i--)
                buf_add_char(buf, (char)(number >> (i * 8) & 255));
}

static bool take_uint(Str *bytes, int count, uint64_t *ret) {
        if (bytes->len < (size_t)count)
                return false;
        uint64_t number = 0;
        for (int i = 0; i < count; i++)
                number = number << 8 | (unsigned char)bytes->data[i];
        *bytes = str_slice(*bytes, (size_t)count, bytes->len);
        *ret = number;
        return true;
}

static void put_value(Buf *buf, Value value) {
        buf_add_char(buf, (char)value.kind);
        switch (value.kind) {
        case VALUE_NULL:
                break;
        case VALUE_BOOL:
                put_uint(buf, value.boolean, 8);
                break;
        case VALUE_INTEGER:
                put_uint(buf, (uint64_t)value.integer, 8);
                break;
        case VALUE_NUMBER:
                put_uint(buf, (uint64_t)value.number.units, 8);
                break;
        case VALUE_DATE:
                put_uint(buf, (uint64_t)(int64_t)value.day, 8);
                break;
        case VALUE_DATETIME:
                put_uint(buf, (uint64_t)value.ms, 8);
                break;
        case VALUE_TEXT:
        case VALUE_BLOB:
                put_uint(buf, value.text.len, 2);
                buf_add(buf, value.text);
                break;
        }
}

static Value scalar(ValueKind kind, int64_t number) {
        switch (kind) {
        case VALUE_BOOL:
                return value_bool(number != 0);
        case VALUE_NUMBER:
                return value_number((Decimal){number});
        case VALUE_DATE:
                return value_date((int32_t)number);
        case VALUE_DATETIME:
                return value_datetime(number);
        default:
                return value_int(number);
        }
}

static bool take_value(Str *bytes, ValueKind kind, Value *ret) {
        uint64_t found, number;
        if (!take_uint(bytes, 1, &found))
                return false;
        *ret = VALUE_NONE;
        if (found == VALUE_NULL)
                return true;
        if (found != (uint64_t)kind)
                return false;
        bool text = kind == VALUE_TEXT || kind == VALUE_BLOB;
        if (!take_uint(bytes, text ? 2 : 8, &number))
                return false;
        if (!text) {
                *ret = scalar(kind, (int64_t)number);
                return true;
        }
        if (bytes->len < number)
                return false;
        Str content = str_slice(*bytes, 0, number);
        *bytes = str_slice(*bytes, number, bytes->len);
        *ret = kind == VALUE_TEXT ? value_text(content) : value_blob(content);
        return kind != VALUE_TEXT || (utf8_valid(content) && str_find_char(content, '\0') < 0);
}

Str cursor_format(Arena *arena, uint64_t signature, const Cursor *cursor) {
        Buf bytes = buf_make(arena, BYTES_LARGEST);
        buf_add_char(&bytes, CURSOR_VERSION);
        put_uint(&bytes, signature, 8);
        put_uint(&bytes, (uint64_t)cursor->id, 8);
        for (size_t i = 0; i < cursor->count; i++)
                put_value(&bytes, cursor->keys[i]);
        put_uint(&bytes, str_hash(buf_str(&bytes)), SUM_BYTES);
        return base64_write(arena, buf_str(&bytes));
}

static bool parse_bytes(Str bytes, uint64_t signature, const ValueKind *kinds, size_t count, Cursor *ret) {
        if (bytes.len < SUM_BYTES)
                return false;
        Str content = str_slice(bytes, 0, bytes.len - SUM_BYTES), sum = str_slice(bytes, bytes.len - SUM_BYTES, bytes.len);
        uint64_t expected, version, found, id;
        if (!take_uint(&sum, SUM_BYTES, &expected) || expected != str_hash(content))
                return false;
        if (!take_uint(&content, 1, &version) || version != CURSOR_VERSION || !take_uint(&content, 8, &found) || found != signature || !take_uint(&content, 8, &id))
                return false;
        for (size_t i = 0; i < count; i++)
                if (!take_value(&content, kinds[i], &ret->keys[i]))
                        return false;
        ret->given = true;
        ret->count = count;
        ret->id = (int64_t)id;
        return content.len == 0;
}

Status cursor_parse(Context *context, Str text, uint64_t signature, const ValueKind *kinds, size_t count, Cursor *ret) {
        Cursor cursor = {0};
        ensure(count <= CURSOR_KEYS);
        Str bytes;
        if (text.len) {
                bool good = text.len <= BYTES_LARGEST * 2 && base64_read(context->arena, text, &bytes) && parse_bytes(bytes, signature, kinds, count, &cursor);
                if (!good)
                        return error_set(context, STATUS_MALFORMED, "bad_cursor");
        }
        *ret = cursor;
        return STATUS_OK;
}
