// Text of one line. What was typed is stored unchanged; the JSON reader has refused what no database can hold.
#include "meta/field/field.h"

// "object": the name of an object, chosen from a list. How it is edited; what is right is for the object's hook to say.
static Status configure(Context *context, Field *field, const Json *definition) {
        (void)definition;
        if (!str_empty(field->format) && !str_is(field->format, "object"))
                return error_add(context, STR("format"), "format_not_one_of", STR("object"));
        return field_length(context, field, 200, 4000);
}

Status text_read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "text");
        *ret = value_text(in->text);
        return STATUS_OK;
}

void text_write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_str(w, value.text);
}

void text_text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        buf_add(buf, value.text);
}

const FieldType field_type_text = {
        .name = "text", .kind = VALUE_TEXT, .expr = EXPR_TEXT, .sortable = true, .sort_key = true,
        .configure = configure, .read = text_read, .write = text_write, .text = text_text,
};
