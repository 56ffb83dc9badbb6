// Reading JSON, strictly: one copy of the text in the arena, in which strings are unescaped in place; the tree points into that copy. Writing is in
// json_write.c.
#include "base/json.h"
#include "base/unicode.h"
#include <stdlib.h>

#define SORT_FROM 12 // members; fewer are compared each with each

typedef struct Reader {
        Context *context;
        char *text; // our copy
        size_t at, len;
        bool bad_text; // U+0000 or a lone surrogate was escaped: well formed, but not to be stored
} Reader;

static Status fail(Reader *r, const char *code) {
        error_set(r->context, STATUS_MALFORMED, code);
        size_t characters = 0;
        for (size_t i = 0; i < r->at && i < r->len; i++)
                characters += ((unsigned char)r->text[i] & 0xC0) != 0x80;
        r->context->error.position = (int)characters;
        return STATUS_MALFORMED;
}

static void skip_space(Reader *r) {
        while (r->at < r->len) {
                char c = r->text[r->at];
                if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
                        return;
                r->at++;
        }
}

static bool take(Reader *r, char c) {
        if (r->at == r->len || r->text[r->at] != c)
                return false;
        r->at++;
        return true;
}

static size_t take_digits(Reader *r) {
        size_t from = r->at;
        while (r->at < r->len && r->text[r->at] >= '0' && r->text[r->at] <= '9')
                r->at++;
        return r->at - from;
}

static Status read_number(Reader *r, Json *json) {
        size_t from = r->at;
        take(r, '-');
        if (!take(r, '0') && take_digits(r) == 0)
                return fail(r, "bad_json");
        if (take(r, '.') && take_digits(r) == 0)
                return fail(r, "bad_json");
        if (take(r, 'e') || take(r, 'E')) {
                if (!take(r, '+'))
                        take(r, '-');
                if (take_digits(r) == 0)
                        return fail(r, "bad_json");
        }
        json->kind = JSON_NUMBER;
        json->text = str_make(r->text + from, r->at - from);
        return STATUS_OK;
}

static bool read_hex(Reader *r, uint32_t *ret) {
        if (r->len - r->at < 4)
                return false;
        uint32_t number = 0;
        for (int i = 0; i < 4; i++, r->at++) {
                char c = r->text[r->at];
                if (c >= '0' && c <= '9')
                        number = number * 16 + (uint32_t)(c - '0');
                else if (c >= 'a' && c <= 'f')
                        number = number * 16 + (uint32_t)(c - 'a' + 10);
                else if (c >= 'A' && c <= 'F')
                        number = number * 16 + (uint32_t)(c - 'A' + 10);
                else
                        return false;
        }
        *ret = number;
        return true;
}

static char *write_utf8(char *out, uint32_t c) {
        if (c < 0x80) {
                *out++ = (char)c;
        } else if (c < 0x800) {
                *out++ = (char)(0xC0 | c >> 6);
                *out++ = (char)(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
                *out++ = (char)(0xE0 | c >> 12);
                *out++ = (char)(0x80 | (c >> 6 & 0x3F));
                *out++ = (char)(0x80 | (c & 0x3F));
        } else {
                *out++ = (char)(0xF0 | c >> 18);
                *out++ = (char)(0x80 | (c >> 12 & 0x3F));
                *out++ = (char)(0x80 | (c >> 6 & 0x3F));
                *out++ = (char)(0x80 | (c & 0x3F));
        }
        return out;
}

// After "\u": four digits, and for the first half of a pair the second half. What is written is never longer than what was read.
static bool read_unicode(Reader *r, char **out) {
        uint32_t c, low;
        if (!read_hex(r, &c))
                return false;
        if (c >= 0xD800 && c <= 0xDBFF && r->len - r->at >= 2 && r->text[r->at] == '\\' && r->text[r->at + 1] == 'u') {
                size_t second = r->at;
                r->at += 2;
                if (!read_hex(r, &low))
                        return false;
                if (low >= 0xDC00 && low <= 0xDFFF)
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                else
                        r->at = second; // not its second half: it is read again on its own
        }
        if (c == 0 || (c >= 0xD800 && c <= 0xDFFF))
                r->bad_text = true;
        else
                *out = write_utf8(*out, c);
        return true;
}

static bool read_escape(Reader *r, char **out) {
        if (r->at == r->len)
                return false;
        char c = r->text[r->at++];
        switch (c) {
        case '"':
        case '\\':
        case '/': *(*out)++ = c; return true;
        case 'b': *(*out)++ = '\b'; return true;
        case 'f': *(*out)++ = '\f'; return true;
        case 'n': *(*out)++ = '\n'; return true;
        case 'r': *(*out)++ = '\r'; return true;
        case 't': *(*out)++ = '\t'; return true;
        case 'u': return read_unicode(r, out);
        default: r->at--; return false;
        }
}

static Status read_string(Reader *r, Str *ret) {
        if (!take(r, '"'))
                return fail(r, "bad_json");
        char *start = r->text + r->at, *out = start;
        while (r->at < r->len) {
                unsigned char c = (unsigned char)r->text[r->at];
                if (c == '"') {
                        r->at++;
                        *ret = str_make(start, (size_t)(out - start));
                        return STATUS_OK;
                }
                if (c < 0x20)
                        return fail(r, "bad_json");
                r->at++;
                if (c != '\\')
                        *out++ = (char)c;
                else if (!read_escape(r, &out))
                        return fail(r, "bad_json");
        }
        return fail(r, "bad_json");
}

static int compare_members(const void *a, const void *b) {
        return str_compare((*(const Json *const *)a)->key, (*(const Json *const *)b)->key);
}

static bool has_duplicate_keys(Arena *arena, const Json *items, size_t count) {
        if (count < SORT_FROM) {
                for (size_t i = 1; i < count; i++)
                        for (size_t j = 0; j < i; j++)
                                if (str_eq(items[i].key, items[j].key))
                                        return true;
                return false;
        }
        const Json **sorted = arena_array(arena, const Json *, count);
        for (size_t i = 0; i < count; i++)
                sorted[i] = &items[i];
        qsort(sorted, count, sizeof *sorted, compare_members);
        for (size_t i = 1; i < count; i++)
                if (str_eq(sorted[i]->key, sorted[i - 1]->key))
                        return true;
        return false;
}

static Status read_value(Reader *r, int depth_left, Json *json);

static Status read_item(Reader *r, bool object, int depth_left, Json *item) {
        skip_space(r);
        if (object) {
                TRY(read_string(r, &item->key));
                skip_space(r);
                if (!take(r, ':'))
                        return fail(r, "bad_json");
        }
        return read_value(r, depth_left, item);
}

static Status read_items(Reader *r, char close, int depth_left, Json *json) {
        bool object = close == '}';
        json->kind = object ? JSON_OBJECT : JSON_ARRAY;
        if (depth_left == 0)
                return fail(r, "json_too_deep");
        r->at++;
        skip_space(r);
        if (take(r, close))
                return STATUS_OK;
        size_t capacity = 0;
        do {
                if (json->count == capacity) {
                        size_t more = capacity ? capacity * 2 : 4;
                        json->items = arena_grow(r->context->arena, json->items, capacity * sizeof(Json), more * sizeof(Json));
                        capacity = more;
                }
                Json item = {0}; // on the stack, because reading it may move the array's neighbours
                TRY(read_item(r, object, depth_left - 1, &item));
                json->items[json->count++] = item;
                if (arena_over(r->context->arena))
                        return error_set(r->context, STATUS_TOO_LARGE, "body_too_large");
                skip_space(r);
        } while (take(r, ','));
        if (!take(r, close))
                return fail(r, "bad_json");
        if (object && has_duplicate_keys(r->context->arena, json->items, json->count))
                return fail(r, "duplicate_key");
        return STATUS_OK;
}

static Status read_word(Reader *r, Str word, JsonKind kind, Json *json) {
        if (!str_starts(str_make(r->text + r->at, r->len - r->at), word))
                return fail(r, "bad_json");
        r->at += word.len;
        json->kind = kind;
        return STATUS_OK;
}

static Status read_value(Reader *r, int depth_left, Json *json) {
        skip_space(r);
        if (r->at == r->len)
                return fail(r, "bad_json");
        switch (r->text[r->at]) {
        case '{': return read_items(r, '}', depth_left, json);
        case '[': return read_items(r, ']', depth_left, json);
        case '"': json->kind = JSON_STRING; return read_string(r, &json->text);
        case 't': return read_word(r, STR("true"), JSON_TRUE, json);
        case 'f': return read_word(r, STR("false"), JSON_FALSE, json);
        case 'n': return read_word(r, STR("null"), JSON_NULL, json);
        default: return read_number(r, json);
        }
}

Status json_parse(Context *context, Str text, int max_depth, Json **ret) {
        Reader reader = {.context = context, .len = text.len};
        if (!utf8_valid(text))
                return error_set(context, STATUS_MALFORMED, "bad_utf8");
        reader.text = arena_copy(context->arena, text.data, text.len);
        Json *json = arena_new_of(context->arena, Json);
        TRY(read_value(&reader, max_depth, json));
        skip_space(&reader);
        if (reader.at != reader.len)
                return fail(&reader, "bad_json");
        if (reader.bad_text)
                return error_set(context, STATUS_INVALID, "bad_text");
        *ret = json;
        return STATUS_OK;
}

const Json *json_find(const Json *object, Str key) {
        if (!object || object->kind != JSON_OBJECT)
                return NULL;
        for (size_t i = 0; i < object->count; i++)
                if (str_eq(object->items[i].key, key))
                        return &object->items[i];
        return NULL;
}

const Json *json_get(const Json *object, const char *key) {
        return json_find(object, str_from(key));
}

Str json_str(const Json *object, const char *key, Str fallback) {
        const Json *found = json_get(object, key);
        return found && found->kind == JSON_STRING ? found->text : fallback;
}

bool json_bool(const Json *object, const char *key, bool fallback) {
        const Json *found = json_get(object, key);
        if (!found || (found->kind != JSON_TRUE && found->kind != JSON_FALSE))
                return fallback;
        return found->kind == JSON_TRUE;
}

int64_t json_int(const Json *object, const char *key, int64_t fallback) {
        const Json *found = json_get(object, key);
        int64_t number;
        return found && found->kind == JSON_NUMBER && str_to_int64(found->text, &number) ? number : fallback;
}
