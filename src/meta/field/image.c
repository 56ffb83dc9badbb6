// A picture that was uploaded before, by its id; shown instead of named.
#include "meta/field/field.h"

const FieldType field_type_image = {
        .name = "image", .kind = VALUE_INTEGER, .expr = EXPR_INTEGER, .file = true,
        .read = reference_read, .parse = reference_parse, .write = id_write, .text = id_text,
};
