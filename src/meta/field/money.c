// Amounts in the record's currency, always written with their decimals.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        return field_type_number.configure(context, field, definition);
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        return decimal_read(context, field, path, in, field->decimals, ret);
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        return decimal_cell(context, field, path, text, field->decimals, false, ret);
}

static void write(JsonWriter *w, const Field *field, Value value) {
        json_add_decimal(w, value.number, field->decimals);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)lang;
        decimal_write(buf, value.number, field->decimals);
}

const FieldType field_type_money = {
        .name = "money", .kind = VALUE_NUMBER, .expr = EXPR_NUMBER, .sortable = true,
        .configure = configure, .read = read, .parse = parse, .write = write, .text = text,
};
