// Masks: what a reader sees of a value that may be shown only in part. Never longer than what it hides would need, and never its inside.
#include "access/access.h"
#include "base/unicode.h"

#define NAME_LONGEST 4 // characters of a personal name; a longer one is a company's

static Str head_of(Str text, size_t characters) {
        size_t offset = 0;
        while (characters-- && offset < text.len)
                utf8_next(text, &offset);
        return str_slice(text, 0, offset);
}

static Str mask_rest(Arena *arena, Str text) {
        Str head = head_of(text, 1);
        return str_format(arena, STR_FMT "***", STR_ARG(head));
}

// 13812341234 → 138****1234; too short to show seven digits: the first one only.
static Str mask_phone(Arena *arena, Str text) {
        if (utf8_length(text) < 9)
                return mask_rest(arena, text);
        Str head = head_of(text, 3);
        Str tail = str_slice(text, text.len - 4, text.len);
        for (size_t i = 0; i < tail.len; i++)
                if (tail.data[i] < '0' || tail.data[i] > '9')
                        return mask_rest(arena, text);
        return str_format(arena, STR_FMT "****" STR_FMT, STR_ARG(head), STR_ARG(tail));
}

static Str mask_email(Arena *arena, Str text) {
        ptrdiff_t at = -1;
        for (size_t i = 0; i < text.len; i++)
                if (text.data[i] == '@')
                        at = (ptrdiff_t)i;
        if (at <= 0)
                return mask_rest(arena, text);
        Str head = head_of(text, 1), domain = str_slice(text, (size_t)at, text.len);
        return str_format(arena, STR_FMT "***" STR_FMT, STR_ARG(head), STR_ARG(domain));
}

static bool is_han(Str text) {
        for (size_t offset = 0; offset < text.len;) {
                uint32_t c = utf8_next(text, &offset);
                if (!(c >= 0x3400 && c <= 0x9FFF) && !(c >= 0x20000 && c <= 0x3FFFF))
                        return false;
        }
        return true;
}

static Str mask_name(Arena *arena, Str text) {
        size_t characters = utf8_length(text);
        if (characters > NAME_LONGEST || !is_han(text))
                return mask_rest(arena, text);
        Buf buf = buf_make(arena, 64);
        buf_add(&buf, head_of(text, 1));
        for (size_t i = 1; i < characters || i == 1; i++)
                buf_add_char(&buf, '*');
        return buf_str(&buf);
}

// Kinds of field whose text is prose or an address of somebody; of others (choices, lists, ids, figures) a part is either nothing or everything.
static bool is_text(const Field *field) {
        static const char *const types[] = {"text", "long_text", "url", "auto_number"};
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
                if (strcmp(field->type->name, types[i]) == 0)
                        return true;
        return false;
}

// So many characters of both ends; where nothing would be hidden between them, the first one only.
static Str mask_by_pattern(Arena *arena, Mask mask, Str text) {
        size_t length = utf8_length(text), shown = (size_t)mask.head + mask.tail;
        if (length < shown + 1)
                return mask_rest(arena, text);
        Str head = head_of(text, mask.head), before_tail = head_of(text, length - mask.tail);
        return str_format(arena, STR_FMT "****" STR_FMT, STR_ARG(head), STR_ARG(str_slice(text, before_tail.len, text.len)));
}

Str mask_text(Arena *arena, const Field *field, Mask mask, Str text) {
        bool phone = strcmp(field->type->name, "phone") == 0, email = strcmp(field->type->name, "email") == 0;
        if (field->kind != VALUE_TEXT || str_empty(text) || !utf8_valid(text))
                return STR_NONE;
        if (mask.given)
                return phone || email || is_text(field) ? mask_by_pattern(arena, mask, text) : STR_NONE;
        if (phone)
                return mask_phone(arena, text);
        if (email)
                return mask_email(arena, text);
        if (!is_text(field))
                return STR_NONE;
        return field->role == FIELD_NAME ? mask_name(arena, text) : mask_rest(arena, text);
}
