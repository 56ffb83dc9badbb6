// True or false; in cells the words that people write.
#include "meta/field/field.h"

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        if (in->kind != JSON_TRUE && in->kind != JSON_FALSE)
                return field_wrong_type(context, path, "boolean");
        *ret = value_bool(in->kind == JSON_TRUE);
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        static const char *const yes[] = {"true", "yes", "y", "1", "是", "对", "有", "√", "✓", "✔", NULL}, *const no[] = {"false", "no", "n", "0", "否", "错", "无", "×", "✗", "✘", NULL};
        Str plain = cell_plain(context->arena, text);
        if (!cell_is(plain, yes) && !cell_is(plain, no))
                return error_add(context, path, "bad_boolean");
        *ret = value_bool(cell_is(plain, yes));
        return STATUS_OK;
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_bool(w, value.boolean);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        buf_add(buf, text_get(lang, value.boolean ? "value.yes" : "value.no"));
}

const FieldType field_type_boolean = {
        .name = "boolean", .kind = VALUE_BOOL, .expr = EXPR_BOOL, .sortable = true,
        .read = read, .parse = parse, .write = write, .text = text,
};
