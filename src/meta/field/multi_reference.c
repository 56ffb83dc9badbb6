// Several records of one object: ids as texts in a list, in the order they were given.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        return field_type_reference.configure(context, field, definition);
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        if (in->kind != JSON_ARRAY)
                return field_wrong_type(context, path, "multi_reference");
        if (in->count > LIST_MOST)
                return error_add(context, path, "too_many", str_format(context->arena, "%d", LIST_MOST));
        List list = list_make(context, in->count);
        for (size_t i = 0; i < in->count; i++) {
                int64_t id;
                if (!id_read(&in->items[i], &id))
                        return field_wrong_type(context, path, "multi_reference");
                list_add(&list, str_format(context->arena, "%lld", (long long)id));
        }
        *ret = list_value(&list);
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        List parts = list_make(context, LIST_MOST), list = list_make(context, LIST_MOST);
        list_cell(&parts, cell_plain(context->arena, text));
        for (size_t i = 0; i < parts.count; i++) {
                Value id;
                TRY(reference_parse(context, field, path, parts.items[i], &id));
                list_add(&list, str_format(context->arena, "%lld", (long long)id.integer));
        }
        *ret = list_value(&list);
        return STATUS_OK;
}

// Only digits are in these lists: the quotes around them are left out.
static void copy_ids(Buf *buf, Str list, const char *separator) {
        for (size_t i = 0; i < list.len; i++) {
                char c = list.data[i];
                if (c == ',')
                        buf_add(buf, str_from(separator));
                else if (c >= '0' && c <= '9')
                        buf_add_char(buf, c);
        }
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        Buf buf = buf_make(w->buf->arena, value.text.len + 2);
        buf_add_char(&buf, '[');
        copy_ids(&buf, value.text, ",");
        buf_add_char(&buf, ']');
        json_add_raw(w, buf_str(&buf));
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        copy_ids(buf, value.text, "; ");
}

const FieldType field_type_multi_reference = {
        .name = "multi_reference", .kind = VALUE_TEXT, .expr = EXPR_LIST, .list = true,
        .configure = configure, .read = read, .parse = parse, .write = write, .text = text,
};
