// Exact numbers with a fixed count of places; what is special to money and percent is in their own files.
#include "meta/field/field.h"

static Status configure(Context *context, Field *field, const Json *definition) {
        field->decimals = 2;
        int before = (int)context->error.count;
        take_int(context, definition, "decimals", 0, 6, &field->decimals);
        return (int)context->error.count > before ? STATUS_INVALID : STATUS_OK;
}

static Status check_places(Context *context, Str path, Decimal number, int places, Value *ret) {
        Decimal rounded;
        if (!decimal_round(number, places, &rounded) || rounded.units != number.units)
                return error_add(context, path, "too_many_places", str_format(context->arena, "%d", places));
        *ret = value_number(number);
        return STATUS_OK;
}

Status decimal_read(Context *context, const Field *field, Str path, const Json *in, int places, Value *ret) {
        (void)field;
        Decimal number;
        if (in->kind != JSON_NUMBER && in->kind != JSON_STRING)
                return field_wrong_type(context, path, "number");
        if (!(in->kind == JSON_NUMBER ? decimal_parse_json(in->text, &number) : decimal_parse(in->text, &number)))
                return error_add(context, path, "bad_decimal");
        return check_places(context, path, number, places, ret);
}

// What surrounds a number in spreadsheets: currency before or behind, 万 and 亿 behind, accounting brackets.
typedef struct Cell { Str digits; bool negative, percent; int64_t factor; } Cell;

static bool strip(Str *text, Str part, bool behind) {
        if (behind ? !str_ends(*text, part) : !str_starts(*text, part))
                return false;
        *text = str_trim(behind ? str_slice(*text, 0, text->len - part.len) : str_slice(*text, part.len, text->len));
        return true;
}

static Cell cell_split(Str text) {
        Cell cell = {.factor = 1};
        if (text.len > 2 && strip(&text, STR("("), false) && strip(&text, STR(")"), true))
                cell.negative = true;
        static const char *const before[] = {"¥", "$", "€", "£", "rmb", "cny", "usd"}, *const behind[] = {"元", "rmb", "cny", "usd"};
        for (size_t i = 0; i < sizeof before / sizeof *before; i++)
                strip(&text, str_from(before[i]), false);
        for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
                strip(&text, str_from(behind[i]), true);
        cell.percent = strip(&text, STR("%"), true);
        if (strip(&text, STR("万"), true))
                cell.factor = 10000;
        else if (strip(&text, STR("亿"), true))
                cell.factor = 100000000;
        cell.digits = text;
        return cell;
}

// Commas only where thousands are grouped by them: "1,234,567.5", not "1,5".
static bool drop_commas(Arena *arena, Str *digits) {
        Buf buf = buf_make(arena, 64);
        ptrdiff_t point = str_find_char(*digits, '.');
        size_t whole = point < 0 ? digits->len : (size_t)point;
        bool grouped = str_find_char(*digits, ',') >= 0;
        for (size_t i = 0; i < digits->len; i++) {
                if (digits->data[i] != ',')
                        buf_add_char(&buf, digits->data[i]);
                else if (!grouped || i >= whole || i == 0 || (whole - i) % 4 != 0)
                        return false;
        }
        *digits = buf_str(&buf);
        return !buf_full(&buf);
}

Status decimal_cell(Context *context, const Field *field, Str path, Str text, int places, bool percent, Value *ret) {
        (void)field;
        Cell cell = cell_split(cell_plain(context->arena, text));
        Decimal number, factor;
        bool good = !(cell.percent && !percent) && drop_commas(context->arena, &cell.digits) && decimal_parse(cell.digits, &number);
        if (good && cell.factor > 1)
                good = decimal_from_int(cell.factor, &factor) && decimal_mul(number, factor, &number);
        if (good && cell.percent && number.units % 100 != 0)
                return error_add(context, path, "too_many_places", str_format(context->arena, "%d", places));
        if (!good)
                return error_add(context, path, "bad_decimal");
        if (cell.percent)
                number.units /= 100;
        if (cell.negative)
                number.units = -number.units;
        return check_places(context, path, number, places, ret);
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        return decimal_read(context, field, path, in, field->decimals, ret);
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        return decimal_cell(context, field, path, text, field->decimals, false, ret);
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_decimal(w, value.number, 0);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        decimal_write(buf, value.number, 0);
}

const FieldType field_type_number = {
        .name = "number", .kind = VALUE_NUMBER, .expr = EXPR_NUMBER, .sortable = true,
        .configure = configure, .read = read, .parse = parse, .write = write, .text = text,
};
