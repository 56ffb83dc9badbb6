// Views of text: comparing, finding, cutting and copying, all by bytes. What knows characters is in unicode.c.
#include "base/str.h"
#include "base/status.h"
#include <stdarg.h>
#include <stdio.h>

int str_compare(Str a, Str b) {
        size_t shared = a.len < b.len ? a.len : b.len;
        int order = shared ? memcmp(a.data, b.data, shared) : 0;
        if (order)
                return order < 0 ? -1 : 1;
        return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix) {
        return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix) {
        return s.len >= suffix.len && str_eq(str_slice(s, s.len - suffix.len, s.len), suffix);
}

ptrdiff_t str_find(Str s, Str needle) {
        if (needle.len == 0)
                return 0;
        if (s.len < needle.len)
                return -1;
        const char *found = memmem(s.data, s.len, needle.data, needle.len);
        return found ? found - s.data : -1;
}

ptrdiff_t str_find_char(Str s, char c) {
        const char *found = s.len ? memchr(s.data, c, s.len) : NULL;
        return found ? found - s.data : -1;
}

Str str_slice(Str s, size_t from, size_t to) {
        if (to > s.len)
                to = s.len;
        if (from > to)
                from = to;
        return (Str){s.data ? s.data + from : NULL, to - from};
}

static bool is_space(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s) {
        size_t from = 0, to = s.len;
        while (from < to && is_space(s.data[from]))
                from++;
        while (to > from && is_space(s.data[to - 1]))
                to--;
        return str_slice(s, from, to);
}

bool str_cut(Str *s, char separator, Str *ret_head) {
        if (s->len == 0)
                return false;
        ptrdiff_t at = str_find_char(*s, separator);
        if (at < 0) {
                *ret_head = *s;
                *s = str_slice(*s, s->len, s->len);
                return true;
        }
        *ret_head = str_slice(*s, 0, (size_t)at);
        *s = str_slice(*s, (size_t)at + 1, s->len);
        return true;
}

Str str_copy(Arena *arena, Str s) {
        if (s.len == 0)
                return (Str){"", 0};
        return (Str){arena_copy(arena, s.data, s.len), s.len};
}

char *str_c(Arena *arena, Str s) {
        char *text = arena_alloc(arena, s.len + 1);
        if (s.len)
                memcpy(text, s.data, s.len);
        return text;
}

Str str_format(Arena *arena, const char *format, ...) {
        va_list arguments;
        va_start(arguments, format);
        char small[256];
        va_list again;
        va_copy(again, arguments);
        int length = vsnprintf(small, sizeof small, format, arguments);
        va_end(arguments);
        ensure(length >= 0);
        char *text;
        if ((size_t)length < sizeof small) {
                text = arena_copy(arena, small, (size_t)length + 1);
        } else {
                text = arena_alloc(arena, (size_t)length + 1);
                vsnprintf(text, (size_t)length + 1, format, again);
        }
        va_end(again);
        return (Str){text, (size_t)length};
}

uint64_t str_hash(Str s) {
        uint64_t hash = 14695981039346656037ULL;
        for (size_t i = 0; i < s.len; i++)
                hash = (hash ^ (unsigned char)s.data[i]) * 1099511628211ULL;
        return hash;
}

bool str_to_int64(Str s, int64_t *ret) {
        size_t i = 0;
        bool negative = s.len && s.data[0] == '-';
        if (negative)
                i++;
        if (i == s.len)
                return false;
        int64_t number = 0; // kept negative, because the least number has no positive twin
        for (; i < s.len; i++) {
                if (s.data[i] < '0' || s.data[i] > '9')
                        return false;
                if (__builtin_mul_overflow(number, 10, &number) || __builtin_sub_overflow(number, s.data[i] - '0', &number))
                        return false;
        }
        if (!negative && __builtin_mul_overflow(number, -1, &number))
                return false;
        *ret = number;
        return true;
}
