// A record of any object (or of those in `targets`), stored as "customer:123".
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        take_texts(context, definition, "targets", &field->targets, &field->targets_count);
        return STATUS_OK;
}

static bool target_allowed(const Field *field, Str object) {
        for (size_t i = 0; i < field->targets_count; i++)
                if (str_eq(field->targets[i], object))
                        return true;
        return field->targets_count == 0;
}

static Status take(Context *context, const Field *field, Str path, Str object, int64_t id, Value *ret) {
        const Catalog *catalog = field->object ? field->object->catalog : NULL;
        if (!name_valid(object) || (catalog && !catalog_find(catalog, object)) || !target_allowed(field, object))
                return error_add(context, path, "unknown_target", object);
        *ret = value_text(str_format(context->arena, STR_FMT ":%lld", STR_ARG(object), (long long)id));
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        Str object = STR_NONE, rest = cell_plain(context->arena, text);
        int64_t id;
        if (!str_cut(&rest, ':', &object) || !id_read(&(Json){.kind = JSON_STRING, .text = rest}, &id))
                return error_add(context, path, "bad_reference");
        return take(context, field, path, object, id, ret);
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        int64_t id;
        if (in->kind == JSON_STRING)
                return parse(context, field, path, in->text, ret);
        const Json *object = json_get(in, "object");
        if (in->kind != JSON_OBJECT || !object || object->kind != JSON_STRING || !id_read(in, &id))
                return field_wrong_type(context, path, "record");
        return take(context, field, path, object->text, id, ret);
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        Str object = STR_NONE, rest = value.text;
        int64_t id = 0;
        if (!str_cut(&rest, ':', &object) || !str_to_int64(rest, &id)) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_str(w, "object", object);
        json_put_int(w, "id", id);
        json_close_object(w);
}

const FieldType field_type_record = {
        .name = "record", .kind = VALUE_TEXT, .expr = EXPR_RECORD,
        .configure = configure, .read = read, .parse = parse, .write = write, .text = text_text,
};
