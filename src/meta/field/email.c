// E-mail addresses: one plain address, its domain in lower case. Names beyond ASCII are taken, quoted local parts are not.
#include "meta/field/field.h"

#define LOCAL_MOST 64
#define LABEL_MOST 63
#define ADDRESS_MOST 254

static bool letter_or_digit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80);
}

static bool local_valid(Str local) {
        if (local.len == 0 || local.len > LOCAL_MOST || local.data[0] == '.' || local.data[local.len - 1] == '.')
                return false;
        for (size_t i = 0; i < local.len; i++) {
                char c = local.data[i];
                if (!letter_or_digit(c) && !memchr("!#$%&'*+-/=?^_`{|}~.", c, 20))
                        return false;
                if (c == '.' && local.data[i + 1] == '.')
                        return false;
        }
        return true;
}

static bool label_valid(Str label) {
        if (label.len == 0 || label.len > LABEL_MOST || label.data[0] == '-' || label.data[label.len - 1] == '-')
                return false;
        for (size_t i = 0; i < label.len; i++)
                if (!letter_or_digit(label.data[i]) && label.data[i] != '-')
                        return false;
        return true;
}

static bool domain_valid(Str domain) {
        Str label = STR_NONE;
        size_t labels = 0;
        if (domain.len == 0 || domain.data[domain.len - 1] == '.')
                return false;
        for (; str_cut(&domain, '.', &label); labels++)
                if (!label_valid(label))
                        return false;
        bool digits = true;
        for (size_t i = 0; i < label.len; i++)
                digits = digits && label.data[i] >= '0' && label.data[i] <= '9';
        return labels >= 2 && !digits;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        Str address = str_trim(text);
        if (str_empty(address))
                return STATUS_OK; // null
        ptrdiff_t at = str_find_char(address, '@');
        if (at < 0 || address.len > ADDRESS_MOST || !local_valid(str_slice(address, 0, (size_t)at)) || !domain_valid(str_slice(address, (size_t)at + 1, address.len)))
                return error_add(context, path, "bad_email");
        char *lower = str_c(context->arena, address);
        for (size_t i = (size_t)at; i < address.len; i++)
                if (lower[i] >= 'A' && lower[i] <= 'Z')
                        lower[i] = (char)(lower[i] + 'a' - 'A');
        *ret = value_text(str_make(lower, address.len));
        return STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "email");
        return parse(context, field, path, in->text, ret);
}

const FieldType field_type_email = {
        .name = "email", .kind = VALUE_TEXT, .expr = EXPR_TEXT, .sortable = true,
        .read = read, .parse = parse, .write = text_write, .text = text_text,
};
