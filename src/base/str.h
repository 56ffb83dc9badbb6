// A view of UTF-8 text: not owned, not terminated. A Str that outlives its source is copied into an arena.
#pragma once
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
        const char *data; // may be NULL only where len is 0
        size_t len;       // bytes
} Str;

#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((Str){NULL, 0})
#define STR_FMT "%.*s" // printf helper: printf(STR_FMT, STR_ARG(s))
#define STR_ARG(s) (int)(s).len, (s).data ? (s).data : ""

static inline Str str_make(const char *data, size_t len) { return (Str){data, len}; }
static inline Str str_from(const char *text) { return (Str){text, text ? strlen(text) : 0}; } // text: terminated or NULL
static inline bool str_empty(Str s) { return s.len == 0; }
static inline bool str_eq(Str a, Str b) { return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0); }
static inline bool str_is(Str a, const char *text) { return str_eq(a, str_from(text)); }
int str_compare(Str a, Str b);                    // by bytes
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
ptrdiff_t str_find(Str s, Str needle);            // byte offset or -1
ptrdiff_t str_find_char(Str s, char c);
Str str_slice(Str s, size_t from, size_t to);     // clamps to the text
Str str_trim(Str s);                              // ASCII white space off both ends
bool str_cut(Str *s, char separator, Str *ret_head); // takes the head up to the separator off *s; false when *s was empty
Str str_copy(Arena *arena, Str s);
char *str_c(Arena *arena, Str s);                 // terminated copy
Str str_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint64_t str_hash(Str s);                         // FNV-1a, for tables in memory only
bool str_to_int64(Str s, int64_t *ret);           // the whole text, base 10, optional '-'; false on overflow or anything else
