// A place on the map: latitude and longitude in degrees (WGS 84), to six places, which is a hand's breadth.
#include "meta/field/field.h"

#define PLACES 6

static bool degrees(Str text, int64_t most, Decimal *ret) {
        ptrdiff_t point = str_find_char(text, '.');
        if (point >= 0 && str_find_char(text, 'e') < 0 && str_find_char(text, 'E') < 0)
                text = str_slice(text, 0, (size_t)point + 1 + PLACES);
        return decimal_parse_json(text, ret) && ret->units <= most * DECIMAL_SCALE && ret->units >= -most * DECIMAL_SCALE;
}

static Status take(Context *context, Str path, Str lat, Str lng, Value *ret) {
        Decimal latitude, longitude;
        if (!degrees(lat, 90, &latitude) || !degrees(lng, 180, &longitude))
                return error_add(context, path, "bad_position");
        Buf buf = buf_make(context->arena, 100);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_key(&w, STR("lat"));
        json_add_decimal(&w, latitude, 0);
        json_key(&w, STR("lng"));
        json_add_decimal(&w, longitude, 0);
        json_close_object(&w);
        *ret = value_text(buf_str(&buf));
        return STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        const Json *lat = json_get(in, "lat"), *lng = json_get(in, "lng");
        if (in->kind != JSON_OBJECT || in->count != 2 || !lat || !lng || lat->kind != JSON_NUMBER || lng->kind != JSON_NUMBER)
                return field_wrong_type(context, path, "position");
        return take(context, path, lat->text, lng->text, ret);
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        Str rest = cell_plain(context->arena, text), lat = STR_NONE;
        if (!str_cut(&rest, ',', &lat))
                return error_add(context, path, "bad_position");
        return take(context, path, str_trim(lat), str_trim(rest), ret);
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
        if (json_parse(&context, value.text, 2, &json) != STATUS_OK || json->count != 2)
                return;
        buf_add(buf, json->items[0].text);
        buf_lit(buf, ", ");
        buf_add(buf, json->items[1].text);
}

const FieldType field_type_position = {
        .name = "position", .kind = VALUE_TEXT, .expr = EXPR_JSON,
        .read = read, .parse = parse, .write = write, .text = text,
};
