// Moments. JSON in RFC 3339; cells also as local times of the organisation's zone, in which texts are written too.
#include "meta/field/field.h"
#include "meta/field/cell_time.h"

#define DAY_MS 86400000

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        int64_t ms;
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "datetime");
        if (!datetime_parse(in->text, &ms))
                return error_add(context, path, "bad_datetime");
        *ret = value_datetime(ms);
        return STATUS_OK;
}

static const Zone *zone_of(const Field *field) {
        return field->object && field->object->catalog ? field->object->catalog->zone : NULL;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        int64_t ms;
        int32_t day, of_day;
        if (datetime_parse(str_trim(text), &ms)) {
                *ret = value_datetime(ms);
                return STATUS_OK;
        }
        if (!cell_time(cell_plain(context->arena, text), &day, &of_day))
                return error_add(context, path, "bad_datetime");
        const Zone *zone = zone_of(field);
        if (of_day < 0)
                ms = zone ? zone_day_start(zone, day) : (int64_t)day * DAY_MS;
        else
                ms = zone ? zone_to_utc(zone, day, of_day) : (int64_t)day * DAY_MS + of_day;
        *ret = value_datetime(ms);
        return STATUS_OK;
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_datetime(w, value.ms);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)lang;
        const Zone *zone = zone_of(field);
        Civil at = civil_from_ms(value.ms + (zone ? zone_offset_ms(zone, value.ms) : 0));
        buf_format(buf, "%04d-%02d-%02d %02d:%02d", at.year, at.month, at.day, at.hour, at.minute);
        if (at.second)
                buf_format(buf, ":%02d", at.second);
}

const FieldType field_type_datetime = {
        .name = "datetime", .kind = VALUE_DATETIME, .expr = EXPR_DATETIME, .sortable = true,
        .read = read, .parse = parse, .write = write, .text = text,
};
