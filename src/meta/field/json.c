// Any JSON value, kept as canonical text: for settings that code reads; not sorted, not searched.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        (void)definition;
        return field_length(context, field, 100000, 1000000);
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        Buf buf = buf_make(context->arena, (size_t)field->max_length + 1);
        JsonWriter w = json_writer(&buf);
        json_add_tree(&w, in);
        if (buf_full(&buf))
                return error_add(context, path, "too_long", str_format(context->arena, "%d", field->max_length));
        *ret = value_text(buf_str(&buf));
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        Context own;
        Json *json;
        context_init(&own, context->arena, context->lang, context->now_ms);
        if (json_parse(&own, str_trim(text), 32, &json) != STATUS_OK)
                return error_add(context, path, "bad_json");
        return read(context, field, path, json, ret);
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_raw(w, value.text);
}

const FieldType field_type_json = {
        .name = "json", .kind = VALUE_TEXT, .expr = EXPR_JSON,
        .configure = configure, .read = read, .parse = parse, .write = write, .text = text_text,
};
