// Fractions shown as percentages: 0.15 is 15 %. decimals counts places of the percentage, so the fraction has two more.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        size_t before = context->error.count;
        field->decimals = 2;
        take_int(context, definition, "decimals", 0, 4, &field->decimals);
        field->decimals += 2;
        return context->error.count > before ? STATUS_INVALID : STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        return decimal_read(context, field, path, in, field->decimals, ret);
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        return decimal_cell(context, field, path, text, field->decimals, true, ret);
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_decimal(w, value.number, 0);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        Decimal hundred, shown;
        if (decimal_from_int(100, &hundred) && decimal_mul(value.number, hundred, &shown)) {
                decimal_write(buf, shown, 0);
                buf_add_char(buf, '%');
        } else {
                decimal_write(buf, value.number, 0);
        }
}

const FieldType field_type_percent = {
        .name = "percent", .kind = VALUE_NUMBER, .expr = EXPR_NUMBER, .sortable = true,
        .configure = configure, .read = read, .parse = parse, .write = write, .text = text,
};
