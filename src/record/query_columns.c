// What is read of each row: fields asked for by name or path, formulas as expressions, masks. Reading them from a result and writing them as members of JSON.
#include "record/query.h"

#define COLUMNS_LARGEST 300
#define TEXT_LARGEST (256 * 1024)

static bool is_long(const Field *field) {
        return query_is_type(field, "long_text") || query_is_type(field, "json") || field->type->file;
}

static FieldRight right_of(Call *call, const Field *field) {
        return field->hidden || field->retired ? FIELD_HIDE : actor_field(call->actor, field);
}

// Formulas and paths are compiled with every name known: the right to the field at the end decides, and rows that the reader may not see are null by the guard.
static Status parse_source(Call *call, const Object *object, Str source, const Expr **ret) {
        ExprNames names = catalog_names(call->catalog);
        ExprParse parse = {.names = &names, .object = object};
        return expr_parse(call->context, &parse, source, ret);
}

void column_set_key(Call *call, QueryColumn *column, Str key) {
        column->key = key;
        column->member = json_member(call->context->arena, key);
}

Status column_of_field(Call *call, const Field *field, QueryColumn *ret) {
        QueryColumn column = {.field = field, .masked = right_of(call, field) == FIELD_MASK, .veils = actor_veils(call->actor, field)};
        column.refers = field->target || field->type->file || query_is_record(field);
        column_set_key(call, &column, field->name);
        if (!field->stored && parse_source(call, field->object, field->name, &column.expr) != STATUS_OK) {
                error_clear(call->context); // a formula over something that was retired since has no value
                column.expr = NULL;
        }
        *ret = column;
        return STATUS_OK;
}

// Behind the others, where one of them needs it; there is room for it.
static void add_pool(const Object *object, QueryColumns *columns) {
        for (size_t i = 0; i < columns->count; i++)
                if (columns->items[i].veils) {
                        columns->items[columns->count++] = (QueryColumn){.field = object->pool, .silent = true};
                        return;
                }
}

Status columns_all(Call *call, const Object *object, bool long_ones, QueryColumns *ret) {
        QueryColumns columns = {.items = arena_array(call->context->arena, QueryColumn, object->fields_count + 1)};
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (right_of(call, field) == FIELD_HIDE || (!long_ones && is_long(field)))
                        continue;
                TRY(column_of_field(call, field, &columns.items[columns.count++]));
        }
        add_pool(object, &columns);
        *ret = columns;
        return STATUS_OK;
}

FieldRight path_field(Call *call, const Object *object, Str path, const Field **ret) {
        *ret = NULL;
        const Field *field = NULL;
        FieldRight right = FIELD_HIDE;
        for (Str name; str_cut(&path, '.', &name);) {
                if (field) { // one step further
                        object = field->target;
                        if (right < FIELD_READ || field->kind != VALUE_INTEGER || !object || !actor_may(call->actor, object, VERB_READ))
                                return FIELD_HIDE;
                }
                field = object_find(object, name);
                right = field ? right_of(call, field) : FIELD_HIDE;
                if (right == FIELD_HIDE)
                        return FIELD_HIDE;
        }
        *ret = field;
        return field ? right : FIELD_HIDE;
}

static Status add_named(Call *call, const Object *object, Str name, QueryColumns *columns) {
        for (size_t i = 0; i < columns->count; i++)
                if (str_eq(columns->items[i].key, name))
                        return STATUS_OK;
        const Field *field;
        bool whole = name.len && name.data[name.len - 1] != '.' && name.data[0] != '.';
        FieldRight right = whole ? path_field(call, object, name, &field) : FIELD_HIDE;
        if (right == FIELD_HIDE)
                return error_add(call->context, STR("fields"), "unknown_field", name);
        if (columns->count == COLUMNS_LARGEST)
                return error_add(call->context, STR("fields"), "too_many", STR("300"));
        QueryColumn *column = &columns->items[columns->count++];
        TRY(column_of_field(call, field, column));
        if (str_find_char(name, '.') < 0)
                return STATUS_OK;
        column->veils = false; // a path is null there
        column_set_key(call, column, name);
        return parse_source(call, object, name, &column->expr);
}

Status columns_parse(Call *call, const Object *object, Str fields, QueryColumns *ret) {
        if (str_empty(str_trim(fields)))
                return columns_all(call, object, false, ret);
        QueryColumns columns = {.items = arena_array(call->context->arena, QueryColumn, COLUMNS_LARGEST + 1)};
        Status status = STATUS_OK;
        for (Str name; str_cut(&fields, ',', &name);) {
                Status added = add_named(call, object, str_trim(name), &columns);
                if (added != STATUS_OK && added != STATUS_INVALID)
                        return added;
                if (added != STATUS_OK)
                        status = added;
        }
        add_pool(object, &columns);
        *ret = columns;
        return status;
}

Status columns_select(Call *call, const QueryColumns *columns, Sql *select) {
        ExprNames names = catalog_names(call->catalog);
        ExprEnv env = actor_env(call->context, call->actor);
        for (size_t i = 0; i < columns->count; i++) {
                const QueryColumn *column = &columns->items[i];
                if (i)
                        sql(select, ", ");
                if (column->expr)
                        TRY(expr_sql(call->context, column->expr, &env, &names, STR("t"), select));
                else if (column->field->stored)
                        sql_column(select, STR("t"), column->field->column);
                else
                        sql(select, "null");
        }
        return STATUS_OK;
}

Value *columns_take(Call *call, const QueryColumns *columns, Rows *rows) {
        Value *values = arena_array(call->context->arena, Value, columns->count);
        for (size_t i = 0; i < columns->count; i++) {
                const QueryColumn *column = &columns->items[i];
                if (!column->expr) {
                        rows_take(rows, (int)i, column->field->kind, &values[i]);
                        continue;
                }
                ValueKind kind = expr_kind(expr_type(column->expr));
                values[i] = rows_value(rows, (int)i, kind == VALUE_NULL ? column->field->kind : kind);
                Decimal number;
                if (values[i].kind == VALUE_INTEGER && column->field->kind == VALUE_NUMBER)
                        values[i] = decimal_from_int(values[i].integer, &number) ? value_number(number) : VALUE_NONE;
        }
        return values;
}

void columns_want(Names *names, const QueryColumns *columns, const Value *values) {
        for (size_t i = 0; i < columns->count; i++)
                if (columns->items[i].refers && !columns->items[i].masked)
                        named_want_value(names, columns->items[i].field, values[i]);
}

Str column_mask(Call *call, const Field *field, Value value) {
        if (value_is_null(value))
                return STR_NONE;
        Buf text = buf_make(call->context->arena, TEXT_LARGEST);
        field_text(&text, field, call->context->lang, value);
        return mask_text(call->context->arena, field, actor_mask(call->actor, field), buf_str(&text));
}

bool column_masked(Call *call, const QueryColumns *columns, size_t at, const Value *values) {
        const QueryColumn *column = &columns->items[at];
        for (size_t i = columns->count; column->veils && i-- > 0;)
                if (columns->items[i].silent)
                        return column->masked || actor_veiled(call->actor, column->field, values[i]);
        return column->masked;
}

static void write_column(Call *call, const QueryColumn *column, bool hidden, Value value, const Names *names, JsonWriter *w) {
        Str masked = hidden ? column_mask(call, column->field, value) : STR_NONE;
        if (value_is_null(value) || (hidden && str_empty(masked)))
                json_add_null(w);
        else if (hidden)
                json_add_str(w, masked);
        else if (column->refers)
                named_write_value(names, column->field, value, w);
        else
                field_write(w, column->field, value);
}

void columns_write(Call *call, const QueryColumns *columns, const Value *values, const Names *names, JsonWriter *w) {
        for (size_t i = 0; i < columns->count; i++) {
                if (columns->items[i].silent)
                        continue;
                json_key_of(w, columns->items[i].member);
                write_column(call, &columns->items[i], column_masked(call, columns, i, values), values[i], names, w);
        }
}
