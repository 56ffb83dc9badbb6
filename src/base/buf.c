// The growing text. It stops at its cap, and where the arena's budget is spent; a first small block is always granted, so that the
// answer which says "too large" can still be written.
#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>

#define GRANTED 4096
#define FIRST 128

Buf buf_make(Arena *arena, size_t cap_bytes) {
        return (Buf){.arena = arena, .cap = cap_bytes};
}

bool buf_grow(Buf *buf, size_t more) {
        if (buf->full)
                return false;
        if (more > buf->cap - buf->len || buf->cap < buf->len) {
                buf->full = true;
                return false;
        }
        size_t needed = buf->len + more;
        if (needed > GRANTED && arena_over(buf->arena)) {
                buf->full = true;
                return false;
        }
        size_t capacity = buf->capacity ? buf->capacity : FIRST;
        while (capacity < needed)
                capacity *= 2;
        if (capacity > buf->cap)
                capacity = buf->cap;
        buf->data = arena_grow(buf->arena, buf->data, buf->capacity, capacity);
        buf->capacity = capacity;
        return true;
}

void buf_add_int(Buf *buf, int64_t number) {
        char digits[20];
        size_t at = sizeof digits;
        uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
        for (; rest >= 100; rest /= 100) {
                digits[--at] = (char)('0' + rest % 10);
                digits[--at] = (char)('0' + rest / 10 % 10);
        }
        if (rest >= 10)
                digits[--at] = (char)('0' + rest % 10);
        digits[--at] = (char)('0' + (rest >= 10 ? rest / 10 : rest));
        if (number < 0)
                digits[--at] = '-';
        buf_add(buf, str_make(digits + at, sizeof digits - at));
}

void buf_format(Buf *buf, const char *format, ...) {
        va_list arguments, again;
        va_start(arguments, format);
        va_copy(again, arguments);
        char small[512];
        int length = vsnprintf(small, sizeof small, format, arguments);
        va_end(arguments);
        ensure(length >= 0);
        if ((size_t)length < sizeof small) {
                buf_add(buf, str_make(small, (size_t)length));
        } else {
                char *text = arena_alloc(buf->arena, (size_t)length + 1);
                vsnprintf(text, (size_t)length + 1, format, again);
                buf_add(buf, str_make(text, (size_t)length));
        }
        va_end(again);
}

void buf_reset(Buf *buf) {
        buf->len = 0;
        buf->full = false;
}
