// A value over a record's children, stored in a column that the record pipeline keeps.
#include "meta/field/field.h"

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        (void)in;
        (void)ret;
        return error_add(context, path, "read_only");
}

const FieldType field_type_rollup = {
        .name = "rollup", .kind = VALUE_NULL, .expr = EXPR_NULL, .computed = true,
        .configure = field_result, .read = read, .write = text_write, .text = text_text,
};
