// A department: a reference to the object department.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        (void)context;
        (void)definition;
        field->target_name = STR("department");
        return STATUS_OK;
}

const FieldType field_type_department = {
        .name = "department", .kind = VALUE_INTEGER, .expr = EXPR_REFERENCE, .reference = true,
        .configure = configure, .read = reference_read, .parse = reference_parse, .write = id_write, .text = id_text,
};
