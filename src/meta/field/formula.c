// A value computed in every query from the record's own expression; no column.
#include "meta/field/field.h"

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        (void)in;
        (void)ret;
        return error_add(context, path, "read_only");
}

const FieldType field_type_formula = {
        .name = "formula", .kind = VALUE_NULL, .expr = EXPR_NULL, .computed = true,
        .configure = field_result, .read = read, .write = text_write, .text = text_text,
};
