// Records as rows of a table, for exports: fields and paths as columns, read by ids some hundred at a time, with the names of what they refer to.
#include "record/bulk.h"
#include "record/query.h"
#include <stdlib.h>

struct RecordTable {
        Call *call;
        const Object *object;
        QueryColumns columns;
        size_t asked;           // so many of them are columns of the table; one more may be read for masking
        Str *labels;
};

typedef struct Place { int64_t id; Value *values; } Place; // of a row; NULL: not found

// ---- Columns

static Str label_of(Call *call, const Object *object, Str path) {
        Buf buf = buf_make(call->context->arena, 4096);
        for (Str name; str_cut(&path, '.', &name);) {
                const Field *field = object_find(object, name);
                if (buf.len)
                        buf_lit(&buf, " / ");
                buf_add(&buf, label_text(&field->label, call->context->lang));
                object = field->target;
        }
        return buf_str(&buf);
}

static Status add_column(RecordTable *table, Str name, size_t at) {
        Context *context = table->call->context;
        QueryColumns one;
        size_t errors = context->error.count;
        bool alone = !str_empty(name) && str_find_char(name, ',') < 0;
        Status status = alone ? columns_parse(table->call, table->object, name, &one) : error_add(context, STR_NONE, "unknown_field", name);
        if (status == STATUS_INVALID && context->error.count > errors)
                context->error.items[context->error.count - 1].field = str_format(context->arena, "columns[%zu]", at);
        TRY(status);
        table->columns.items[table->columns.count] = one.items[0];
        table->labels[table->columns.count++] = label_of(table->call, table->object, name);
        return STATUS_OK;
}

Status record_table_open(Call *call, const Object *object, const Str *columns, size_t count, RecordTable **ret) {
        Arena *arena = call->context->arena;
        if (!count)
                return error_add(call->context, STR("columns"), "required");
        if (count > TABLE_COLUMNS_LARGEST)
                return error_add(call->context, STR("columns"), "too_many", STR("300"));
        RecordTable *table = arena_new_of(arena, RecordTable);
        *table = (RecordTable){.call = call, .object = object, .asked = count, .columns = {.items = arena_array(arena, QueryColumn, count + 1)}, .labels = arena_array(arena, Str, count)};
        Status found = STATUS_OK;
        for (size_t i = 0; i < count; i++) {
                Status status = add_column(table, str_trim(columns[i]), i);
                if (status != STATUS_OK && status != STATUS_INVALID)
                        return status;
                if (status != STATUS_OK)
                        found = status;
        }
        for (size_t i = 0; i < table->columns.count; i++)
                if (table->columns.items[i].veils) {
                        table->columns.items[table->columns.count++] = (QueryColumn){.field = object->pool, .silent = true};
                        break;
                }
        *ret = table;
        return found;
}

Str record_table_label(const RecordTable *table, size_t column) {
        return table->labels[column];
}

const Field *record_table_field(const RecordTable *table, size_t column) {
        return table->columns.items[column].field;
}

// ---- Rows

static int compare_places(const void *a, const void *b) {
        int64_t x = ((const Place *)a)->id, y = ((const Place *)b)->id;
        return x < y ? -1 : x > y;
}

static Place *sorted_places(Arena *arena, const int64_t *ids, size_t count) {
        Place *places = arena_array(arena, Place, count);
        for (size_t i = 0; i < count; i++)
                places[i].id = ids[i];
        qsort(places, count, sizeof *places, compare_places);
        return places;
}

static Place *place_of(Place *places, size_t count, int64_t id) {
        Place wanted = {.id = id};
        return bsearch(&wanted, places, count, sizeof wanted, compare_places);
}

static Status read_rows(RecordTable *table, const int64_t *ids, Place *places, size_t count) {
        Call *call = table->call;
        Sql select = db_sql(call->db);
        sql(&select, "select ");
        TRY(columns_select(call, &table->columns, &select));
        sql(&select, ", t.id from ");
        sql_name(&select, table->object->table);
        sql(&select, " t where t.deleted_at is null and t.id in ");
        sql_int_list(&select, ids, count);
        sql(&select, " and ");
        TRY(scope_condition(call, table->object, VERB_READ, STR("t"), true, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Place *place = place_of(places, count, rows_int(rows, (int)table->columns.count));
                if (place)
                        place->values = columns_take(call, &table->columns, rows);
        }
}

static RecordCell cell_of(const RecordTable *table, size_t at, const Names *names, const Value *values) {
        const QueryColumn *column = &table->columns.items[at];
        Value value = values[at];
        if (value_is_null(value))
                return (RecordCell){.value = VALUE_NONE};
        if (column_masked(table->call, &table->columns, at, values))
                return (RecordCell){.value = VALUE_NONE, .text = column_mask(table->call, column->field, value)};
        if (column->refers)
                return (RecordCell){.value = VALUE_NONE, .text = named_text(names, column->field, value)};
        return (RecordCell){.value = value};
}

Status record_table_rows(RecordTable *table, const int64_t *ids, size_t count, RecordRow row, void *arg) {
        Arena *arena = table->call->context->arena;
        const QueryColumns *columns = &table->columns;
        if (!count)
                return STATUS_OK;
        Place *places = sorted_places(arena, ids, count);
        TRY(read_rows(table, ids, places, count));
        Names *names = named_new(table->call);
        for (size_t i = 0; i < count; i++)
                if (places[i].values)
                        columns_want(names, columns, places[i].values);
        TRY(named_load(names));
        RecordCell *cells = arena_array(arena, RecordCell, columns->count);
        for (size_t i = 0; i < count; i++) {
                const Value *values = place_of(places, count, ids[i])->values;
                if (!values)
                        continue;
                for (size_t c = 0; c < table->asked; c++)
                        cells[c] = cell_of(table, c, names, values);
                TRY(row(arg, cells));
        }
        return STATUS_OK;
}
