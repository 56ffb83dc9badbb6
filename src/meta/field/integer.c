// Whole numbers that JSON readers hold exactly.
#include "meta/field/field.h"

static Status take(Context *context, Str path, Str digits, Value *ret) {
        int64_t number;
        Decimal decimal;
        if (!str_to_int64(digits, &number)) {
                if (!decimal_parse_json(digits, &decimal) || decimal.units % DECIMAL_SCALE != 0)
                        return error_add(context, path, "bad_integer");
                number = decimal.units / DECIMAL_SCALE;
        }
        if (number > INTEGER_MOST || number < -INTEGER_MOST)
                return error_add(context, path, "bad_integer");
        *ret = value_int(number);
        return STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        if (in->kind != JSON_NUMBER && in->kind != JSON_STRING)
                return field_wrong_type(context, path, "integer");
        return take(context, path, in->text, ret);
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        Str plain = cell_plain(context->arena, text);
        Value number = VALUE_NONE;
        int64_t whole;
        if (str_to_int64(plain, &whole))
                return take(context, path, plain, ret);
        if (decimal_cell(context, field, path, text, 0, false, &number) != STATUS_OK)
                return STATUS_INVALID;
        *ret = value_int(number.number.units / DECIMAL_SCALE);
        return STATUS_OK;
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_int(w, value.integer);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        buf_add_int(buf, value.integer);
}

const FieldType field_type_integer = {
        .name = "integer", .kind = VALUE_INTEGER, .expr = EXPR_INTEGER, .sortable = true,
        .read = read, .parse = parse, .write = write, .text = text,
};
