// A file that was uploaded before, by its id.
#include "meta/field/field.h"

const FieldType field_type_file = {
        .name = "file", .kind = VALUE_INTEGER, .expr = EXPR_INTEGER, .file = true,
        .read = reference_read, .parse = reference_parse, .write = id_write, .text = id_text,
};
