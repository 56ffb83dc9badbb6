// A text that grows, in an arena, with a cap. Writing past the cap writes nothing more and is remembered: ask buf_full() once at the end.
#pragma once
#include "base/str.h"
#include "base/status.h"

typedef struct Buf {
        Arena *arena;
        char *data;
        size_t len, capacity, cap; // cap: most bytes it may hold
        bool full;                 // something did not fit: the content is not to be used
} Buf;

Buf buf_make(Arena *arena, size_t cap_bytes);
bool buf_grow(Buf *buf, size_t more); // for buf_reserve()
// True when `more` bytes fit behind what is there; otherwise the text is full for good.
static inline bool buf_reserve(Buf *buf, size_t more) {
        return (more <= buf->capacity - buf->len && !buf->full) || buf_grow(buf, more);
}
static inline void buf_add(Buf *buf, Str text) {
        if (text.len == 0 || !buf_reserve(buf, text.len))
                return;
        memcpy(buf->data + buf->len, text.data, text.len);
        buf->len += text.len;
}
static inline void buf_add_char(Buf *buf, char c) {
        if (buf_reserve(buf, 1))
                buf->data[buf->len++] = c;
}
void buf_add_int(Buf *buf, int64_t number);
void buf_format(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_reset(Buf *buf);
static inline Str buf_str(const Buf *buf) { return (Str){buf->data, buf->len}; } // valid until the next write
static inline bool buf_full(const Buf *buf) { return buf->full; }
#define buf_lit(buf, literal) buf_add((buf), STR(literal))
