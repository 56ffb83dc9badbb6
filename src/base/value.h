// One value of a record, parameter or expression, in memory. The same kinds exist as columns in both databases:
//   kind       SQLite (STRICT)              PostgreSQL
//   bool       INTEGER 0/1                  boolean
//   integer    INTEGER                      bigint
//   number     INTEGER, value × 10^6        numeric(18,6)
//   text       TEXT                         text collate "C"
//   date       INTEGER, days since 1970     date
//   datetime   INTEGER, ms since 1970 UTC   timestamptz(3)
//   blob       BLOB                         bytea
// Lists (multiple choice, tags, multiple references) are text holding a canonical JSON array of strings, e.g. ["a","b"], ids too: ["12","7"].
#pragma once
#include "base/decimal.h"
#include "base/str.h"

typedef enum ValueKind { VALUE_NULL, VALUE_BOOL, VALUE_INTEGER, VALUE_NUMBER, VALUE_TEXT, VALUE_DATE, VALUE_DATETIME, VALUE_BLOB } ValueKind;

typedef struct Value {
        ValueKind kind;
        union {
                bool boolean;
                int64_t integer;
                Decimal number;
                Str text; // also VALUE_BLOB
                int32_t day;
                int64_t ms;
        };
} Value;

#define VALUE_NONE ((Value){.kind = VALUE_NULL})
static inline Value value_bool(bool b) { return (Value){.kind = VALUE_BOOL, .boolean = b}; }
static inline Value value_int(int64_t i) { return (Value){.kind = VALUE_INTEGER, .integer = i}; }
static inline Value value_number(Decimal d) { return (Value){.kind = VALUE_NUMBER, .number = d}; }
static inline Value value_text(Str s) { return (Value){.kind = VALUE_TEXT, .text = s}; }
static inline Value value_date(int32_t day) { return (Value){.kind = VALUE_DATE, .day = day}; }
static inline Value value_datetime(int64_t ms) { return (Value){.kind = VALUE_DATETIME, .ms = ms}; }
static inline Value value_blob(Str bytes) { return (Value){.kind = VALUE_BLOB, .text = bytes}; }
static inline bool value_is_null(Value v) { return v.kind == VALUE_NULL; }
bool value_eq(Value a, Value b);                  // same kind and content; null equals null
int value_compare(Value a, Value b);              // same kinds; null sorts last; text by bytes
Value value_copy(Arena *arena, Value v);
