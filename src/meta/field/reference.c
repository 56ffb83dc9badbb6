// A record of one object, by id. Whether it exists and may be seen is asked by the record pipeline.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        take_text(context, definition, "target", NAME_MAX_LENGTH, &field->target_name);
        return str_empty(field->target_name) ? error_add(context, STR("target"), "required") : STATUS_OK;
}

bool id_read(const Json *in, int64_t *ret) {
        if (in->kind == JSON_OBJECT) {
                in = json_get(in, "id");
                return in && in->kind != JSON_OBJECT && id_read(in, ret);
        }
        int64_t id;
        if ((in->kind != JSON_NUMBER && in->kind != JSON_STRING) || !str_to_int64(in->text, &id) || id <= 0 || id > INTEGER_MOST)
                return false;
        *ret = id;
        return true;
}

Status reference_read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        int64_t id;
        if (!id_read(in, &id))
                return field_wrong_type(context, path, "reference");
        *ret = value_int(id);
        return STATUS_OK;
}

Status reference_parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        int64_t id;
        if (!id_read(&(Json){.kind = JSON_STRING, .text = cell_plain(context->arena, text)}, &id))
                return error_add(context, path, "bad_reference");
        *ret = value_int(id);
        return STATUS_OK;
}

void id_write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_int(w, value.integer);
}

void id_text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        buf_add_int(buf, value.integer);
}

const FieldType field_type_reference = {
        .name = "reference", .kind = VALUE_INTEGER, .expr = EXPR_REFERENCE, .reference = true,
        .configure = configure, .read = reference_read, .parse = reference_parse, .write = id_write, .text = id_text,
};
