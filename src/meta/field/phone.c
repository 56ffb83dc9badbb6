// Telephone numbers: digits, a leading +, and an extension behind x. How they are grouped on screen is the browser's.
#include "meta/field/field.h"

#define DIGITS_LEAST 5
#define DIGITS_MOST 20
#define EXTENSION_MOST 8

static bool skip_separator(Str *text) {
        static const char *const separators[] = {" ", "\t", "-", "(", ")", ".", "–", "—", "‐", "‑", "−", "·", NULL};
        for (const char *const *s = separators; *s; s++)
                if (str_starts(*text, str_from(*s))) {
                        *text = str_slice(*text, strlen(*s), text->len);
                        return true;
                }
        return false;
}

static bool skip_extension(Str *text) {
        static const char *const marks[] = {"转", "分机", "extension", "ext.", "ext", "x", "#", NULL};
        for (const char *const *s = marks; *s; s++)
                if (str_starts(*text, str_from(*s))) {
                        *text = str_slice(*text, strlen(*s), text->len);
                        if (str_starts(*text, STR(":")))
                                *text = str_slice(*text, 1, text->len);
                        return true;
                }
        return false;
}

static bool normalise(Arena *arena, Str text, Str *ret) {
        Buf buf = buf_make(arena, 64);
        Str rest = cell_plain(arena, text);
        size_t digits = 0, extension = 0;
        bool extended = false;
        while (rest.len) {
                char c = rest.data[0];
                if (c >= '0' && c <= '9') {
                        *(extended ? &extension : &digits) += 1;
                        buf_add_char(&buf, c);
                } else if (c == '+' && buf.len == 0) {
                        buf_add_char(&buf, '+');
                } else if (!extended && digits && skip_extension(&rest)) {
                        buf_add_char(&buf, 'x');
                        extended = true;
                        continue;
                } else if (skip_separator(&rest)) {
                        continue;
                } else {
                        return false;
                }
                rest = str_slice(rest, 1, rest.len);
        }
        *ret = buf_str(&buf);
        return digits >= DIGITS_LEAST && digits <= DIGITS_MOST && extended == (extension > 0) && extension <= EXTENSION_MOST;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        Str phone;
        if (str_empty(str_trim(text)))
                return STATUS_OK; // null
        if (!normalise(context->arena, text, &phone))
                return error_add(context, path, "bad_phone");
        *ret = value_text(phone);
        return STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "phone");
        return parse(context, field, path, in->text, ret);
}

const FieldType field_type_phone = {
        .name = "phone", .kind = VALUE_TEXT, .expr = EXPR_TEXT, .sortable = true,
        .read = read, .parse = parse, .write = text_write, .text = text_text,
};
