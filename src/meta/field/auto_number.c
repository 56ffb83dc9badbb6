// Numbers that the system gives out, e.g. KH-202611-0001; an import may bring its own. The counters are the record pipeline's.
#include "meta/field/field.h"

static bool part_known(Str name) {
        static const char *const dates[] = {"yyyy", "yy", "mm", "dd", NULL};
        if (cell_is(name, dates))
                return true;
        for (size_t i = 0; i < name.len; i++)
                if (name.data[i] != '0')
                        return false;
        return name.len > 0 && name.len <= 12;
}

// Exactly one counter of zeros, e.g. {0000}.
static bool format_valid(Str format) {
        int counters = 0;
        while (format.len) {
                ptrdiff_t open = str_find_char(format, '{');
                if (open < 0)
                        break;
                format = str_slice(format, (size_t)open + 1, format.len);
                ptrdiff_t close = str_find_char(format, '}');
                if (close < 0 || !part_known(str_slice(format, 0, (size_t)close)))
                        return false;
                counters += format.data[0] == '0';
                format = str_slice(format, (size_t)close + 1, format.len);
        }
        return counters == 1;
}

static Status configure(Context *context, Field *field, const Json *definition) {
        (void)definition;
        field->max_length = 80;
        field->readonly = true;
        if (str_empty(field->format))
                return error_add(context, STR("format"), "required");
        return format_valid(field->format) ? STATUS_OK : error_add(context, STR("format"), "bad_format");
}

const FieldType field_type_auto_number = {
        .name = "auto_number", .kind = VALUE_TEXT, .expr = EXPR_TEXT, .sortable = true, .computed = true,
        .configure = configure, .read = text_read, .write = text_write, .text = text_text,
};
