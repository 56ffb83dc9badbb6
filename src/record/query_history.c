// The history of a record: who changed which field from what to what, without what the reader may not see.
#include "record/query_history.h"

#define DEPTH_LARGEST 32

static Change take_change(Call *call, Rows *rows) {
        Arena *arena = call->context->arena;
        Change change = {.id = rows_int(rows, 0), .version = rows_int(rows, 1), .user = rows_int(rows, 3)};
        change.at_ms = rows_value(rows, 2, VALUE_DATETIME).ms;
        change.source = str_copy(arena, rows_text(rows, 4));
        change.action = str_copy(arena, rows_text(rows, 5));
        change.via = rows_null(rows, 7) ? STR_NONE : str_copy(arena, rows_text(rows, 7));
        Json *changes = NULL;
        if (json_parse(call->context, str_copy(arena, rows_text(rows, 6)), DEPTH_LARGEST, &changes) != STATUS_OK)
                error_clear(call->context);
        change.changes = changes;
        return change;
}

Status changes_read(Call *call, const Object *object, int64_t id, const Sql *range, bool by_time, int limit, Change **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        sql(&select, "select id, version, at, user_id, source, action, changes, via from history where object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, id);
        sql_append(&select, range);
        sql_fixed(&select, by_time ? STR(" order by at desc, id desc limit ") : STR(" order by id desc limit "));
        sql_int(&select, limit);
        Change *changes = arena_array(call->context->arena, Change, limit);
        size_t count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        while (count < (size_t)limit) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                changes[count++] = take_change(call, rows);
        }
        *ret = changes;
        *ret_count = count;
        return STATUS_OK;
}

// ---- values: kept as the API takes them, shown as the API gives them

static const Field *field_of(Call *call, const Object *object, const Json *change) {
        const Field *field = object_find(object, change->key);
        bool shown = field && !field->hidden && actor_field(call->actor, field) != FIELD_HIDE;
        return shown && change->kind == JSON_ARRAY && change->count == 2 ? field : NULL;
}

static bool refers(const Field *field) {
        return field->target || field->type->file || query_is_type(field, "record");
}

static Value value_of(Call *call, const Field *field, const Json *json) {
        Context scratch;
        Value value = VALUE_NONE;
        context_init(&scratch, call->context->arena, call->context->lang, call->context->now_ms);
        return field_read(&scratch, field, field->name, json, &value) == STATUS_OK ? value : VALUE_NONE;
}

void changes_want(Names *names, const Object *object, const Change *change) {
        for (size_t i = 0; change->changes && i < change->changes->count; i++) {
                const Json *item = &change->changes->items[i];
                const Field *field = field_of(named_call(names), object, item);
                for (size_t k = 0; field && refers(field) && k < 2; k++)
                        named_want_value(names, field, value_of(named_call(names), field, &item->items[k]));
        }
}

// What is masked now is masked in what it was before.
Status changes_pool(Call *call, const Object *object, int64_t id, Value *ret) {
        Sql select = db_sql(call->db);
        int64_t pool = 0;
        *ret = VALUE_NONE;
        if (!object->pooled || !call->actor->access->pools_count)
                return STATUS_OK;
        sql(&select, "select coalesce(t.");
        sql_name(&select, object->pool->column);
        sql(&select, ", 0) from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.id = ");
        sql_int(&select, id);
        TRY(db_get_int(call->db, &select, &pool, NULL));
        if (pool)
                *ret = value_int(pool);
        return STATUS_OK;
}

static void write_side(Call *call, const Field *field, bool hidden, const Json *json, const Names *names, JsonWriter *w) {
        if (hidden) {
                Str masked = json->kind == JSON_STRING ? mask_text(call->context->arena, field, actor_mask(call->actor, field), json->text) : STR_NONE;
                if (str_empty(masked))
                        json_add_null(w);
                else
                        json_add_str(w, masked);
        } else if (refers(field))
                named_write_value(names, field, value_of(call, field, json), w);
        else
                json_add_tree(w, json);
}

void changes_write(Call *call, const Object *object, Value pool, const Change *change, const Names *names, JsonWriter *w) {
        json_open_array(w);
        for (size_t i = 0; change->changes && i < change->changes->count; i++) {
                const Json *item = &change->changes->items[i];
                const Field *field = field_of(call, object, item);
                if (!field)
                        continue;
                bool hidden = actor_field(call->actor, field) == FIELD_MASK || actor_veiled(call->actor, field, pool);
                json_open_object(w);
                json_put_str(w, "field", field->name);
                json_key(w, STR("from"));
                write_side(call, field, hidden, &item->items[0], names, w);
                json_key(w, STR("to"));
                write_side(call, field, hidden, &item->items[1], names, w);
                json_close_object(w);
        }
        json_close_array(w);
}

bool changes_shown(Call *call, const Object *object, const Change *change) {
        if (!str_is(change->action, "update"))
                return true;
        for (size_t i = 0; change->changes && i < change->changes->count; i++)
                if (field_of(call, object, &change->changes->items[i]))
                        return true;
        return false;
}

void user_write(const Names *names, const Catalog *catalog, int64_t user, JsonWriter *w) {
        const Object *object = catalog_find(catalog, STR("user"));
        if (user && object)
                named_write(names, object, user, w);
        else
                json_add_null(w);
}

// ---- the answer

static void write_change(Call *call, const Object *object, Value pool, const Change *change, const Names *names, JsonWriter *w) {
        Buf at = buf_make(call->context->arena, 64);
        datetime_write(&at, change->at_ms);
        json_open_object(w);
        json_put_int(w, "id", change->id);
        json_put_int(w, "version", change->version);
        json_put_str(w, "at", buf_str(&at));
        json_key(w, STR("user"));
        user_write(names, call->catalog, change->user, w);
        json_put_str(w, "source", change->source);
        json_key(w, STR("via"));
        if (change->via.len)
                json_add_str(w, change->via);
        else
                json_add_null(w);
        json_put_str(w, "action", change->action);
        json_key(w, STR("changes"));
        changes_write(call, object, pool, change, names, w);
        json_close_object(w);
}

static Status history_parse(Call *call, Str after, uint64_t signature, Sql *range) {
        Cursor cursor;
        TRY(cursor_parse(call->context, after, signature, NULL, 0, &cursor));
        *range = db_sql(call->db);
        if (cursor.given) {
                sql(range, " and id < ");
                sql_int(range, cursor.id);
        }
        return STATUS_OK;
}

Status query_history(Call *call, const Object *object, int64_t id, Str after, int limit, JsonWriter *w) {
        Status status;
        Sql range;
        Change *changes;
        size_t count;
        uint64_t signature = cursor_signature(cursor_signature(0, STR("history")), str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id));
        TRY(query_limit(call, limit, &limit));
        TRY(history_parse(call, after, signature, &range));
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(changes_read(call, object, id, &range, false, limit + 1, &changes, &count));
        Value pool = VALUE_NONE;
        TRY(changes_pool(call, object, id, &pool));
        Names *names = named_new(call);
        size_t page = count > (size_t)limit ? (size_t)limit : count;
        for (size_t i = 0; i < page; i++)
                changes_want(names, object, &changes[i]);
        TRY(named_load(names));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < page; i++)
                if (changes_shown(call, object, &changes[i]))
                        write_change(call, object, pool, &changes[i], names, w);
        json_close_array(w);
        Cursor next = {.given = true, .id = page ? changes[page - 1].id : 0};
        json_key(w, STR("next"));
        if (count > page)
                json_add_str(w, cursor_format(call->context->arena, signature, &next));
        else
                json_add_null(w);
        json_close_object(w);
        return STATUS_OK;
}
