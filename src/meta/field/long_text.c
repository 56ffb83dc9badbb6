// Text of many lines; not sorted by.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        (void)definition;
        return field_length(context, field, 20000, 200000);
}

const FieldType field_type_long_text = {
        .name = "long_text", .kind = VALUE_TEXT, .expr = EXPR_TEXT,
        .configure = configure, .read = text_read, .write = text_write, .text = text_text,
};
