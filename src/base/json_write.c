// Writing JSON into a Buf: commas by depth, escapes, trees. What does not fit is remembered by the Buf.
#include "base/json.h"
#include "base/date.h"

#define DEPTH_LARGEST 63

JsonWriter json_writer(Buf *buf) {
        return (JsonWriter){.buf = buf};
}

static void open_with(JsonWriter *w, char c) {
        ensure(w->depth < DEPTH_LARGEST);
        json_separate(w);
        buf_add_char(w->buf, c);
        w->depth++;
        w->has_item &= ~(1ULL << w->depth);
}

static void close_with(JsonWriter *w, char c) {
        ensure(w->depth > 0 && !w->after_key);
        w->depth--;
        buf_add_char(w->buf, c);
}

void json_open_object(JsonWriter *w) {
        open_with(w, '{');
}

void json_close_object(JsonWriter *w) {
        close_with(w, '}');
}

void json_open_array(JsonWriter *w) {
        open_with(w, '[');
}

void json_close_array(JsonWriter *w) {
        close_with(w, ']');
}

void json_key(JsonWriter *w, Str key) {
        ensure(!w->after_key);
        json_separate(w);
        json_escape(w->buf, key);
        buf_add_char(w->buf, ':');
        w->after_key = true;
}

Str json_member(Arena *arena, Str key) {
        Buf buf = buf_make(arena, key.len * 6 + 3);
        json_escape(&buf, key);
        buf_add_char(&buf, ':');
        return buf_str(&buf);
}

void json_add_str(JsonWriter *w, Str text) {
        json_separate(w);
        json_escape(w->buf, text);
}

void json_add_int(JsonWriter *w, int64_t number) {
        json_separate(w);
        buf_add_int(w->buf, number);
}

void json_add_decimal(JsonWriter *w, Decimal number, int min_places) {
        json_separate(w);
        decimal_write(w->buf, number, min_places);
}

void json_add_date(JsonWriter *w, int32_t day) {
        json_separate(w);
        buf_add_char(w->buf, '"');
        date_write(w->buf, day);
        buf_add_char(w->buf, '"');
}

void json_add_datetime(JsonWriter *w, int64_t ms) {
        json_separate(w);
        buf_add_char(w->buf, '"');
        datetime_write(w->buf, ms);
        buf_add_char(w->buf, '"');
}

void json_add_bool(JsonWriter *w, bool b) {
        json_separate(w);
        buf_add(w->buf, b ? STR("true") : STR("false"));
}

void json_add_raw(JsonWriter *w, Str json) {
        json_separate(w);
        buf_add(w->buf, json);
}

static void add_items(JsonWriter *w, const Json *tree) {
        for (size_t i = 0; i < tree->count; i++) {
                if (tree->kind == JSON_OBJECT)
                        json_key(w, tree->items[i].key);
                json_add_tree(w, &tree->items[i]);
        }
}

void json_add_tree(JsonWriter *w, const Json *tree) {
        switch (tree ? tree->kind : JSON_NULL) {
        case JSON_NULL: json_add_null(w); break;
        case JSON_FALSE:
        case JSON_TRUE: json_add_bool(w, tree->kind == JSON_TRUE); break;
        case JSON_NUMBER: json_add_raw(w, tree->text); break;
        case JSON_STRING: json_add_str(w, tree->text); break;
        case JSON_ARRAY:
                json_open_array(w);
                add_items(w, tree);
                json_close_array(w);
                break;
        case JSON_OBJECT:
                json_open_object(w);
                add_items(w, tree);
                json_close_object(w);
                break;
        }
}

void json_put_str(JsonWriter *w, const char *key, Str text) {
        json_key(w, str_from(key));
        json_add_str(w, text);
}

void json_put_int(JsonWriter *w, const char *key, int64_t number) {
        json_key(w, str_from(key));
        json_add_int(w, number);
}

void json_put_bool(JsonWriter *w, const char *key, bool b) {
        json_key(w, str_from(key));
        json_add_bool(w, b);
}

void json_put_members(JsonWriter *w, const Json *object, const char *const *names, size_t count) {
        for (size_t i = 0; i < count; i++) {
                const Json *member = json_get(object, names[i]);
                if (!member)
                        continue;
                json_key(w, member->key);
                json_add_tree(w, member);
        }
}

static void escape_char(Buf *buf, unsigned char c) {
        switch (c) {
        case '"': buf_lit(buf, "\\\""); break;
        case '\\': buf_lit(buf, "\\\\"); break;
        case '\n': buf_lit(buf, "\\n"); break;
        case '\r': buf_lit(buf, "\\r"); break;
        case '\t': buf_lit(buf, "\\t"); break;
        default:
                buf_lit(buf, "\\u00");
                buf_add_char(buf, "0123456789abcdef"[c >> 4]);
                buf_add_char(buf, "0123456789abcdef"[c & 15]);
        }
}

// U+2028 and U+2029 are line ends to JavaScript where JSON is put into a script.
static bool is_line_separator(const char *at, size_t left) {
        return left >= 3 && at[0] == '\xE2' && at[1] == '\x80' && (at[2] == '\xA8' || at[2] == '\xA9');
}

// Eight bytes at once: where one of them may need an escape its bit 7 is set (and perhaps those of later ones).
static uint64_t suspects(uint64_t bytes) {
        const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
        uint64_t quote = bytes ^ ones * '"', backslash = bytes ^ ones * '\\', separator = bytes ^ ones * 0xE2;
        uint64_t control = (bytes - ones * 0x20) & ~bytes;
        return (control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((separator - ones) & ~separator)) & high;
}

static bool is_suspect(const char *at) {
        uint64_t bytes;
        memcpy(&bytes, at, sizeof bytes);
        return suspects(bytes) != 0;
}

// Where the next byte stands that may need an escape; text.len: nowhere.
static size_t plain_until(Str text, size_t at) {
        while (at + 8 <= text.len && !is_suspect(text.data + at))
                at += 8;
        if (at + 8 > text.len && text.len >= 8 && !is_suspect(text.data + text.len - 8)) // the rest, with some of what was seen
                return text.len;
        for (; at < text.len; at++) {
                unsigned char c = (unsigned char)text.data[at];
                if (c < 0x20 || c == '"' || c == '\\' || c == 0xE2)
                        break;
        }
        return at;
}

void json_escape(Buf *buf, Str text) {
        size_t plain = 0, at = plain_until(text, 0);
        buf_add_char(buf, '"');
        while (at < text.len) {
                bool separator = (unsigned char)text.data[at] == 0xE2;
                if (separator && !is_line_separator(text.data + at, text.len - at)) {
                        at = plain_until(text, at + 1);
                        continue;
                }
                buf_add(buf, str_make(text.data + plain, at - plain));
                if (separator)
                        buf_add(buf, text.data[at + 2] == '\xA8' ? STR("\\u2028") : STR("\\u2029"));
                else
                        escape_char(buf, (unsigned char)text.data[at]);
                plain = at + (separator ? 3 : 1);
                at = plain_until(text, plain);
        }
        buf_add(buf, str_make(text.data + plain, text.len - plain));
        buf_add_char(buf, '"');
}
