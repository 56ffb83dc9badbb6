// Text of many lines; not sorted by.
#include "meta/field/field.h"

// "condition:FIELD": an expression over the object that the record's FIELD names.
static Status configure(Context *context, Field *field, const Json *definition) {
        (void)definition;
        if (!str_empty(field->format) && !(str_starts(field->format, STR("condition:")) && name_valid(str_slice(field->format, strlen("condition:"), field->format.len))))
                return error_add(context, STR("format"), "format_not_one_of", STR("condition:object"));
        return field_length(context, field, 20000, 200000);
}

const FieldType field_type_long_text = {
        .name = "long_text", .kind = VALUE_TEXT, .expr = EXPR_TEXT,
        .configure = configure, .read = text_read, .write = text_write, .text = text_text,
};
