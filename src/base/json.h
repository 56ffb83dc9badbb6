// Strict JSON (RFC 8259). In: a tree in the arena, numbers kept as their text; duplicate keys, trailing commas, comments, bad UTF-8 and a BOM are
// malformed (400); U+0000 and lone surrogates are STATUS_INVALID (422). Out: a writer that puts commas itself.
#pragma once
#include "base/buf.h"
#include "base/context.h"
#include "base/value.h"

typedef enum JsonKind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonKind;

typedef struct Json {
        JsonKind kind;
        Str text;            // JSON_STRING: unescaped; JSON_NUMBER: as written
        Str key;             // when a member of an object
        struct Json *items;  // array elements or object members, in order, contiguous
        size_t count;
} Json;

Status json_parse(Context *context, Str text, int max_depth, Json **ret) MUST_USE;
const Json *json_get(const Json *object, const char *key);   // NULL: absent, or not an object
const Json *json_find(const Json *object, Str key);
Str json_str(const Json *object, const char *key, Str fallback);
bool json_bool(const Json *object, const char *key, bool fallback);
int64_t json_int(const Json *object, const char *key, int64_t fallback);
static inline bool json_is_true(const Json *j) { return j && j->kind == JSON_TRUE; }

typedef struct JsonWriter {
        Buf *buf;
        uint64_t has_item; // one bit per depth
        int depth;         // at most 63
        bool after_key;
} JsonWriter;

JsonWriter json_writer(Buf *buf);
// Before anything that is a value: the comma, unless it follows its key or is the first.
static inline void json_separate(JsonWriter *w) {
        uint64_t bit = 1ULL << w->depth;
        if (!w->after_key && (w->has_item & bit))
                buf_add_char(w->buf, ',');
        w->has_item |= w->after_key ? 0 : bit;
        w->after_key = false;
}
void json_open_object(JsonWriter *w);
void json_close_object(JsonWriter *w);
void json_open_array(JsonWriter *w);
void json_close_array(JsonWriter *w);
void json_key(JsonWriter *w, Str key);
Str json_member(Arena *arena, Str key);              // a key as it is written, for those that are written often:
static inline void json_key_of(JsonWriter *w, Str member) {
        json_separate(w);
        buf_add(w->buf, member);
        w->after_key = true;
}
void json_add_str(JsonWriter *w, Str text);
void json_add_int(JsonWriter *w, int64_t number);
void json_add_decimal(JsonWriter *w, Decimal number, int min_places);
void json_add_date(JsonWriter *w, int32_t day);
void json_add_datetime(JsonWriter *w, int64_t ms);
void json_add_bool(JsonWriter *w, bool b);
static inline void json_add_null(JsonWriter *w) {
        json_separate(w);
        buf_lit(w->buf, "null");
}
void json_add_raw(JsonWriter *w, Str json);       // already JSON
void json_add_tree(JsonWriter *w, const Json *tree);
void json_put_str(JsonWriter *w, const char *key, Str text);   // key and value in one
void json_put_int(JsonWriter *w, const char *key, int64_t number);
void json_put_bool(JsonWriter *w, const char *key, bool b);
void json_put_members(JsonWriter *w, const Json *object, const char *const *names, size_t count); // those of the names that the object has, as they are
void json_escape(Buf *buf, Str text);             // with the quotes; <, > and & stay, U+2028/9 are escaped
