// The list of field types, and what is common to reading and writing values: null, length, range, pattern.
#include "meta/field/field.h"

const FieldType *const field_types[] = {
        &field_type_text, &field_type_long_text,
        &field_type_integer, &field_type_number, &field_type_money, &field_type_percent,
        &field_type_boolean, &field_type_date, &field_type_datetime,
        &field_type_choice, &field_type_multi_choice,
        &field_type_reference, &field_type_multi_reference, &field_type_user, &field_type_department, &field_type_record,
        &field_type_phone, &field_type_email, &field_type_url, &field_type_address, &field_type_position,
        &field_type_file, &field_type_image,
        &field_type_auto_number, &field_type_formula, &field_type_rollup,
        &field_type_tags, &field_type_json,
        NULL,
};

const FieldType *field_type_find(Str name) {
        for (size_t i = 0; field_types[i]; i++)
                if (str_is(name, field_types[i]->name))
                        return field_types[i];
        return NULL;
}

Status field_wrong_type(Context *context, Str path, const char *expected) {
        return error_add(context, path, "wrong_type", str_from(expected));
}

Status field_length(Context *context, Field *field, int fallback, int most) {
        if (field->max_length > most)
                return error_add(context, STR("max_length"), "out_of_range", STR("1"), str_format(context->arena, "%d", most));
        if (field->max_length == 0)
                field->max_length = fallback;
        return STATUS_OK;
}

static Str bound_text(Arena *arena, bool has, Decimal bound) {
        Buf buf = buf_make(arena, 40);
        if (has)
                decimal_write(&buf, bound, 0);
        else
                buf_lit(&buf, "…");
        return buf_str(&buf);
}

static Status check_range(Context *context, const Field *field, Str path, Value value) {
        Decimal number = value.number;
        if (value.kind == VALUE_INTEGER && !decimal_from_int(value.integer, &number))
                number = (Decimal){value.integer < 0 ? -DECIMAL_MAX : DECIMAL_MAX};
        if ((!field->has_min || number.units >= field->min.units) && (!field->has_max || number.units <= field->max.units))
                return STATUS_OK;
        return error_add(context, path, "out_of_range", bound_text(context->arena, field->has_min, field->min), bound_text(context->arena, field->has_max, field->max));
}

static Status check_value(Context *context, const Field *field, Str path, Value value) {
        if (value.kind == VALUE_INTEGER || value.kind == VALUE_NUMBER)
                return field->has_min || field->has_max ? check_range(context, field, path, value) : STATUS_OK;
        if (value.kind != VALUE_TEXT)
                return STATUS_OK;
        if (field->max_length > 0 && value.text.len > (size_t)field->max_length && utf8_length(value.text) > (size_t)field->max_length)
                return error_add(context, path, "too_long", str_format(context->arena, "%d", field->max_length));
        if (field->pattern.len && value.text.len && !pattern_matches(context->arena, field->pattern, value.text))
                return error_add(context, path, "bad_pattern");
        return STATUS_OK;
}

Status field_read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        if (in->kind == JSON_NULL) {
                *ret = VALUE_NONE;
                return STATUS_OK;
        }
        Value value = VALUE_NONE;
        TRY(field->type->read(context, field, path, in, &value));
        TRY(check_value(context, field, path, value));
        *ret = value;
        return STATUS_OK;
}

Status field_parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        if (!utf8_valid(text) || str_find_char(text, '\0') >= 0)
                return error_add(context, path, "bad_text");
        if (str_empty(str_trim(text))) {
                *ret = VALUE_NONE;
                return STATUS_OK;
        }
        Value value = VALUE_NONE;
        if (field->type->parse)
                TRY(field->type->parse(context, field, path, text, &value));
        else
                TRY(field->type->read(context, field, path, &(Json){.kind = JSON_STRING, .text = text}, &value));
        TRY(check_value(context, field, path, value));
        *ret = value;
        return STATUS_OK;
}

// What is computed may have more places than the field; what was read has not.
static Value rounded(const Field *field, Value value) {
        Decimal number;
        if (field->result && value.kind == VALUE_NUMBER && decimal_round(value.number, field->decimals, &number))
                return value_number(number);
        return value;
}

void field_write(JsonWriter *w, const Field *field, Value value) {
        if (value_is_null(value))
                json_add_null(w);
        else if (field->result)
                field->result->write(w, field, rounded(field, value));
        else
                field->type->write(w, field, value);
}

void field_text(Buf *buf, const Field *field, Lang lang, Value value) {
        if (!value_is_null(value))
                (field->result ? field->result : field->type)->text(buf, field, lang, rounded(field, value));
}

Str cell_plain(Arena *arena, Str text) {
        return str_trim(text_fold(arena, text));
}

bool cell_is(Str text, const char *const *words) {
        for (; *words; words++)
                if (str_is(text, *words))
                        return true;
        return false;
}

Status field_result(Context *context, Field *field, const Json *definition) {
        Str name = STR_NONE;
        take_text(context, definition, "result", NAME_MAX_LENGTH, &name);
        if (str_empty(name))
                return error_add(context, STR("result"), "required");
        static const char *const allowed[] = {"text", "integer", "number", "money", "percent", "boolean", "date", "datetime", NULL};
        if (!cell_is(name, allowed))
                return error_add(context, STR("result"), "unknown_type", name);
        if (str_empty(str_trim(field->expression)))
                return error_add(context, STR("expression"), "required");
        field->result = field_type_find(name);
        field->kind = field->result->kind;
        if (field->result->configure)
                TRY(field->result->configure(context, field, definition));
        field->max_length = 0;
        return STATUS_OK;
}
