// Where a page ended, as an opaque text. A cursor holds the last row's sort values and its id, and a signature of the question it belongs to: with another object,
// sort order or filter it is refused. It grants nothing: what it names goes through the reader's scope like everything else.
#pragma once
#include "base/context.h"
#include "base/value.h"

#define CURSOR_KEYS 8

typedef struct Cursor {
        bool given;               // false: the first page
        Value keys[CURSOR_KEYS];  // by sort key
        size_t count;
        int64_t id;
} Cursor;

uint64_t cursor_signature(uint64_t before, Str part);  // folds one more part into a signature; start with 0
Str cursor_format(Arena *arena, uint64_t signature, const Cursor *cursor);
// The empty text is the first page. Malformed, of another question, or with values of other kinds: STATUS_MALFORMED "bad_cursor".
Status cursor_parse(Context *context, Str text, uint64_t signature, const ValueKind *kinds, size_t count, Cursor *ret) MUST_USE;
