// Postal addresses: province, city, district (codes of GB/T 2260 or names) and the rest in one text; stored as JSON in this order.
#include "meta/field/field.h"

#define PART_MOST 200

static const char *const parts[] = {"province", "city", "district", "detail", NULL};

static bool part_known(Str name) {
        return cell_is(name, parts);
}

static Value compose(Context *context, const Str *values) {
        Buf buf = buf_make(context->arena, 8192);
        JsonWriter w = json_writer(&buf);
        bool any = false;
        json_open_object(&w);
        for (size_t i = 0; parts[i]; i++) {
                if (str_empty(values[i]))
                        continue;
                json_put_str(&w, parts[i], values[i]);
                any = true;
        }
        json_close_object(&w);
        return any ? value_text(buf_str(&buf)) : VALUE_NONE;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        Str values[4] = {0};
        if (in->kind != JSON_OBJECT)
                return field_wrong_type(context, path, "address");
        for (size_t i = 0; i < in->count; i++)
                if (!part_known(in->items[i].key))
                        return error_add(context, path, "unknown_member", in->items[i].key);
        for (size_t i = 0; parts[i]; i++) {
                const Json *part = json_get(in, parts[i]);
                if (!part || part->kind == JSON_NULL)
                        continue;
                if (part->kind != JSON_STRING)
                        return field_wrong_type(context, path, "address");
                if (utf8_length(part->text) > PART_MOST)
                        return error_add(context, path, "too_long", str_format(context->arena, "%d", PART_MOST));
                values[i] = part->text;
        }
        *ret = compose(context, values);
        return STATUS_OK;
}

// A cell holds the address in one piece, or as parts with / between them.
static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        Str values[4] = {0}, rest = str_trim(text), part = STR_NONE;
        size_t slashes = 0;
        for (size_t i = 0; i < rest.len; i++)
                slashes += rest.data[i] == '/';
        for (size_t i = 0; slashes == 3 && i < 3; i++)
                if (str_cut(&rest, '/', &part))
                        values[i] = str_trim(part);
        values[3] = str_trim(rest);
        for (size_t i = 0; i < 4; i++)
                if (utf8_length(values[i]) > PART_MOST)
                        return error_add(context, path, "too_long", str_format(context->arena, "%d", PART_MOST));
        *ret = compose(context, values);
        return STATUS_OK;
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_raw(w, value.text);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        Context context;
        Json *json;
        context_init(&context, buf->arena, LANG_EN, 0);
        if (json_parse(&context, value.text, 2, &json) != STATUS_OK)
                return;
        bool alone = json->count == 1 && json_get(json, "detail");
        for (size_t i = 0; parts[i]; i++) {
                if (i && !alone)
                        buf_add_char(buf, '/');
                buf_add(buf, json_str(json, parts[i], STR_NONE));
        }
}

const FieldType field_type_address = {
        .name = "address", .kind = VALUE_TEXT, .expr = EXPR_JSON,
        .read = read, .parse = parse, .write = write, .text = text,
};
