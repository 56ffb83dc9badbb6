// One record, whether it may be seen at all, and walking over everything that may be seen.
#include "record/query.h"
#include "record/quota.h"

static Status not_found(Call *call) {
        return error_set(call->context, STATUS_NOT_FOUND, "not_found");
}

// What is under a record of any kind (an activity's target) is looked up step by step: which table it stands in is only known by its value.
static const Field *inherited_record(Call *call, const Object *object) {
        const Field *inherit = object->inherit;
        bool usable = inherit && inherit->stored && query_is_record(inherit) && actor_may(call->actor, object, VERB_READ);
        return usable && actor_scope(call->actor, object, VERB_READ).kind != SCOPE_ALL ? inherit : NULL;
}

static Status visible(Call *call, const Object *object, int64_t id, int depth, bool *ret);

static Status visible_by_record(Call *call, const Object *object, const Field *field, int64_t id, int depth, bool *ret) {
        Sql select = db_sql(call->db);
        const Object *above = NULL;
        int64_t above_id = 0;
        sql(&select, "select t.");
        sql_name(&select, field->column);
        sql(&select, " from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.id = ");
        sql_int(&select, id);
        {
                bool found;
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                TRY(rows_next(rows, &found));
                if (!found || rows_null(rows, 0) || !record_text_parse(call->catalog, rows_text(rows, 0), &above, &above_id))
                        return STATUS_OK;
        }
        return visible(call, above, above_id, depth + 1, ret);
}

static Status from_visible(Call *call, const Object *object, int64_t id, Sql *select) {
        sql(select, " from ");
        sql_name(select, object->table);
        sql(select, " t where t.deleted_at is null and t.id = ");
        sql_int(select, id);
        sql(select, " and ");
        return scope_with_parents(call, object, STR("t"), 0, select);
}

static Status visible(Call *call, const Object *object, int64_t id, int depth, bool *ret) {
        int64_t one;
        Sql select = db_sql(call->db);
        const Field *field = inherited_record(call, object);
        *ret = false;
        sql(&select, "select 1");
        TRY(from_visible(call, object, id, &select));
        TRY(db_get_int(call->db, &select, &one, ret));
        return *ret || !field || depth >= PARENTS_DEEPEST ? STATUS_OK : visible_by_record(call, object, field, id, depth, ret);
}

bool query_visible(Call *call, const Object *object, int64_t id, Status *ret_status) {
        bool found = false;
        *ret_status = visible(call, object, id, 0, &found);
        return *ret_status == STATUS_OK && found;
}

// The row if the scope covers it, or whatever row it is once it is known that something above it is visible. *ret NULL: neither.
static Status get_row(Call *call, const Object *object, int64_t id, const QueryColumns *columns, bool known, Value **ret, int64_t *ret_version) {
        Sql select = db_sql(call->db);
        sql(&select, "select ");
        TRY(columns_select(call, columns, &select));
        if (columns->count)
                sql(&select, ", ");
        sql(&select, "t.version");
        if (known) {
                sql(&select, " from ");
                sql_name(&select, object->table);
                sql(&select, " t where t.deleted_at is null and t.id = ");
                sql_int(&select, id);
        } else
                TRY(from_visible(call, object, id, &select));
        bool found;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        TRY(rows_next(rows, &found));
        *ret = found ? columns_take(call, columns, rows) : NULL;
        *ret_version = found ? rows_int(rows, (int)columns->count) : 0;
        return STATUS_OK;
}

static Value pool_of(const Object *object, const QueryColumns *columns, const Value *values) {
        for (size_t i = 0; object->pooled && i < columns->count; i++)
                if (columns->items[i].field == object->pool)
                        return values[i];
        return VALUE_NONE;
}

Status query_get(Call *call, const Object *object, int64_t id, JsonWriter *w, int64_t *ret_version) {
        QueryColumns columns;
        Value *values;
        int64_t version;
        bool above = false;
        const Field *field = inherited_record(call, object);
        TRY(read_quota_check(call, object));
        TRY(columns_all(call, object, true, &columns));
        TRY(get_row(call, object, id, &columns, false, &values, &version));
        if (!values && field)
                TRY(visible_by_record(call, object, field, id, 0, &above));
        if (above)
                TRY(get_row(call, object, id, &columns, true, &values, &version));
        if (!values)
                return not_found(call);
        TRY(pool_view_take(call, object, id, pool_of(object, &columns, values)));
        Names *names = named_new(call);
        columns_want(names, &columns, values);
        TRY(named_load(names));
        json_open_object(w);
        columns_write(call, &columns, values, names, w);
        json_close_object(w);
        read_quota_opened(call, object, id);
        if (ret_version)
                *ret_version = version;
        return STATUS_OK;
}

// ---- walking

typedef struct Walk {
        Call *call;
        const Object *object;
        QueryColumns columns;
        Value **rows;    // by column
        size_t count;
        int64_t last;
} Walk;

static Status walk_columns(Walk *walk, const Field *const *fields, size_t count) {
        bool veils = false;
        walk->columns.items = arena_array(walk->call->context->arena, QueryColumn, count + 2);
        for (size_t i = 0; i < count; i++) {
                if (fields[i]->hidden || actor_field(walk->call->actor, fields[i]) == FIELD_HIDE)
                        return error_add(walk->call->context, STR("fields"), "unknown_field", fields[i]->name);
                TRY(column_of_field(walk->call, fields[i], &walk->columns.items[walk->columns.count]));
                veils |= walk->columns.items[walk->columns.count++].veils;
        }
        if (veils)
                walk->columns.items[walk->columns.count++] = (QueryColumn){.field = walk->object->pool, .silent = true};
        return STATUS_OK;
}

static Status walk_read(Walk *walk, Str filter, int64_t after_id, int limit) {
        Call *call = walk->call;
        Sql select = db_sql(call->db);
        sql(&select, "select ");
        TRY(columns_select(call, &walk->columns, &select));
        if (walk->columns.count)
                sql(&select, ", ");
        sql(&select, "t.id from ");
        sql_name(&select, walk->object->table);
        sql(&select, " t where t.deleted_at is null and t.id > ");
        sql_int(&select, after_id);
        sql(&select, " and ");
        TRY(scope_condition(call, walk->object, VERB_READ, STR("t"), true, &select));
        TRY(query_filter(call, walk->object, filter, &select));
        sql(&select, " order by t.id limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        walk->rows = arena_array(call->context->arena, Value *, limit);
        while (walk->count < (size_t)limit) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                walk->rows[walk->count++] = columns_take(call, &walk->columns, rows);
                walk->last = rows_int(rows, (int)walk->columns.count);
        }
        return arena_over(call->context->arena) ? error_set(call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

static Status walk_give(Walk *walk, const Names *names, QueryRow row, void *arg) {
        Arena *arena = walk->call->context->arena;
        Value *values = arena_array(arena, Value, walk->object->fields_count);
        Str *texts = arena_array(arena, Str, walk->object->fields_count);
        for (size_t i = 0; i < walk->count; i++) {
                for (size_t c = 0; c < walk->columns.count; c++) {
                        const QueryColumn *column = &walk->columns.items[c];
                        int at = column->field->index;
                        Value value = walk->rows[i][c];
                        if (column->silent)
                                continue;
                        bool masked = column_masked(walk->call, &walk->columns, c, walk->rows[i]);
                        values[at] = masked ? VALUE_NONE : value;
                        texts[at] = masked ? column_mask(walk->call, column->field, value) : named_text(names, column->field, value);
                }
                TRY(row(arg, values, texts));
        }
        return STATUS_OK;
}

Status query_walk(Call *call, const Object *object, Str filter, const Field *const *fields, size_t fields_count, int64_t after_id, int limit, QueryRow row, void *arg,
                  int64_t *ret_last_id) {
        Walk walk = {.call = call, .object = object, .last = after_id};
        if (!actor_may(call->actor, object, VERB_READ))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(walk_columns(&walk, fields, fields_count));
        TRY(walk_read(&walk, filter, after_id, limit));
        Names *names = named_new(call);
        for (size_t i = 0; i < walk.count; i++)
                columns_want(names, &walk.columns, walk.rows[i]);
        TRY(named_load(names));
        TRY(walk_give(&walk, names, row, arg));
        *ret_last_id = walk.last;
        return STATUS_OK;
}
