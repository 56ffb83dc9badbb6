// Days. In JSON 2026-11-22 only; in cells also 2026/1/5, 2026.1.5, 20260105, 2026年1月5日, with or without a time behind.
#include "meta/field/field.h"
#include "meta/field/cell_time.h"

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        int32_t day;
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "date");
        if (!date_parse(in->text, &day))
                return error_add(context, path, "bad_date");
        *ret = value_date(day);
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        int32_t day, ms;
        if (!cell_time(cell_plain(context->arena, text), &day, &ms))
                return error_add(context, path, "bad_date");
        *ret = value_date(day);
        return STATUS_OK;
}

static void write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_date(w, value.day);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        date_write(buf, value.day);
}

const FieldType field_type_date = {
        .name = "date", .kind = VALUE_DATE, .expr = EXPR_DATE, .sortable = true,
        .read = read, .parse = parse, .write = write, .text = text,
};
