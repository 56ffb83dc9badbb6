// The timeline of a record: what points at it with the record field it inherits from (activities, tasks …) and its own changes, newest first. Whoever may read the record sees all of
// it, as far as the kind of thing may be read at all.
#include "record/quota.h"
#include "record/query_history.h"
#include <stdlib.h>

#define SOURCES_LARGEST 64

typedef struct Source { // one kind of entry; object NULL: the record's changes
        const Object *object;
        const Field *field;      // points at the record
        int64_t number;          // orders what happened at the same time: the field's id, 0 for changes
        QueryColumns columns;
} Source;

typedef struct Entry {
        const Source *source;
        int64_t at_ms, id, user;
        Value *values;
        const Change *change;
} Entry;

typedef struct Timeline {
        Call *call;
        const Object *object;
        int64_t id;
        Value pool;              // that the record lies in
        int limit;
        Cursor cursor;           // keys: time, source
        Source sources[SOURCES_LARGEST];
        size_t sources_count;
        Entry *entries;
        size_t count;
} Timeline;

static void find_sources(Timeline *timeline) {
        Call *call = timeline->call;
        timeline->sources_count = 1;
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                if (object->retired || !actor_may(call->actor, object, VERB_READ))
                        continue;
                for (size_t k = 0; k < object->record_fields_count && timeline->sources_count < SOURCES_LARGEST; k++) {
                        const Field *field = object->record_fields[k];
                        if (field == object->inherit && actor_field(call->actor, field) >= FIELD_READ)
                                timeline->sources[timeline->sources_count++] = (Source){.object = object, .field = field, .number = field->id};
                }
        }
}

static bool is_told(const Timeline *timeline, const Field *field) {
        return actor_field(timeline->call->actor, field) >= FIELD_READ;
}

// When something happened is its field "at" where it has one, else when it was made. What the reader may not know of these counts as the beginning of time.
static void at_of(const Timeline *timeline, const Source *source, Sql *select) {
        const Field *at = object_find(source->object, STR("at"));
        bool has_at = at && at->kind == VALUE_DATETIME && at->stored && is_told(timeline, at);
        if (has_at) {
                sql(select, "coalesce(");
                sql_column(select, STR("t"), at->column);
                sql(select, ", ");
        }
        if (is_told(timeline, object_get(source->object, "created_at")))
                sql(select, "t.created_at");
        else
                sql_value(select, value_datetime(0));
        if (has_at)
                sql(select, ")");
}

static void add_range(const Timeline *timeline, const Source *source, const Sql *at, Sql *select) {
        const Cursor *cursor = &timeline->cursor;
        if (!cursor->given)
                return;
        int64_t number = cursor->keys[1].integer;
        sql(select, " and (");
        sql_append(select, at);
        sql_fixed(select, source->number > number ? STR(" <= ") : STR(" < "));
        sql_value(select, cursor->keys[0]);
        if (source->number == number) {
                sql(select, " or (");
                sql_append(select, at);
                sql(select, " = ");
                sql_value(select, cursor->keys[0]);
                sql_fixed(select, source->object ? STR(" and t.id < ") : STR(" and id < "));
                sql_int(select, cursor->id);
                sql(select, ")");
        }
        sql(select, ")");
}

static Status read_changes(Timeline *timeline, const Source *source) {
        Sql range = db_sql(timeline->call->db), at = db_sql(timeline->call->db);
        Change *changes;
        size_t count;
        sql(&at, "at");
        add_range(timeline, source, &at, &range);
        TRY(changes_read(timeline->call, timeline->object, timeline->id, &range, true, timeline->limit + 1, &changes, &count));
        for (size_t i = 0; i < count; i++)
                timeline->entries[timeline->count++] = (Entry){.source = source, .at_ms = changes[i].at_ms, .id = changes[i].id, .user = changes[i].user, .change = &changes[i]};
        return STATUS_OK;
}

static Status select_records(Timeline *timeline, const Source *source, Sql *select) {
        Call *call = timeline->call;
        Sql at = db_sql(call->db);
        at_of(timeline, source, &at);
        sql(select, "select ");
        TRY(columns_select(call, &source->columns, select));
        sql(select, ", t.id, ");
        sql_append(select, &at);
        sql(select, ", t.");
        sql_name(select, object_get(source->object, "created_by")->column);
        sql(select, " from ");
        sql_name(select, source->object->table);
        sql(select, " t where t.deleted_at is null and ");
        sql_column(select, STR("t"), source->field->column);
        sql(select, " = ");
        sql_str(select, str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(timeline->object->name), (long long)timeline->id));
        add_range(timeline, source, &at, select);
        sql(select, " order by ");
        sql_append(select, &at);
        sql(select, " desc, t.id desc limit ");
        sql_int(select, timeline->limit + 1);
        return STATUS_OK;
}

static Status read_records(Timeline *timeline, Source *source) {
        Call *call = timeline->call;
        bool told_by = is_told(timeline, object_get(source->object, "created_by"));
        TRY(columns_all(call, source->object, true, &source->columns));
        if (!source->columns.count)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        TRY(select_records(timeline, source, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (int i = 0; i <= timeline->limit; i++) {
                bool found;
                int column = (int)source->columns.count;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                timeline->entries[timeline->count++] = (Entry){.source = source,
                                                               .values = columns_take(call, &source->columns, rows),
                                                               .id = rows_int(rows, column),
                                                               .at_ms = rows_value(rows, column + 1, VALUE_DATETIME).ms,
                                                               .user = told_by ? rows_int(rows, column + 2) : 0};
        }
        return arena_over(call->context->arena) ? error_set(call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

static int newest_first(const void *a, const void *b) {
        const Entry *x = a, *y = b;
        if (x->at_ms != y->at_ms)
                return x->at_ms > y->at_ms ? -1 : 1;
        if (x->source->number != y->source->number)
                return x->source->number < y->source->number ? -1 : 1;
        return x->id > y->id ? -1 : x->id < y->id;
}

static Status timeline_read(Timeline *timeline) {
        find_sources(timeline);
        timeline->entries = arena_array(timeline->call->context->arena, Entry, timeline->sources_count * ((size_t)timeline->limit + 1));
        TRY(read_changes(timeline, &timeline->sources[0]));
        for (size_t i = 1; i < timeline->sources_count; i++)
                TRY(read_records(timeline, &timeline->sources[i]));
        if (timeline->count)
                qsort(timeline->entries, timeline->count, sizeof *timeline->entries, newest_first);
        return STATUS_OK;
}

// ---- the answer

static void write_entry(Timeline *timeline, const Entry *entry, const Names *names, JsonWriter *w) {
        Call *call = timeline->call;
        const Object *object = entry->source->object;
        Buf at = buf_make(call->context->arena, 64);
        datetime_write(&at, entry->at_ms);
        json_open_object(w);
        json_put_str(w, "kind", object ? object->name : STR("change"));
        json_key(w, STR("at"));
        if (entry->at_ms)
                json_add_str(w, buf_str(&at));
        else
                json_add_null(w);
        json_key(w, STR("user"));
        user_write(names, call->catalog, entry->user, w);
        if (object) {
                json_key(w, object->name);
                json_open_object(w);
                columns_write(call, &entry->source->columns, entry->values, names, w);
                json_close_object(w);
        } else {
                json_put_str(w, "action", entry->change->action);
                json_put_int(w, "version", entry->change->version);
                json_key(w, STR("changes"));
                changes_write(call, timeline->object, timeline->pool, entry->change, names, w);
        }
        json_close_object(w);
}

static void write_next(Timeline *timeline, size_t page, uint64_t signature, JsonWriter *w) {
        json_key(w, STR("next"));
        if (timeline->count <= page) {
                json_add_null(w);
                return;
        }
        const Entry *last = &timeline->entries[page - 1];
        Cursor next = {.given = true, .count = 2, .id = last->id};
        next.keys[0] = value_datetime(last->at_ms);
        next.keys[1] = value_int(last->source->number);
        json_add_str(w, cursor_format(timeline->call->context->arena, signature, &next));
}

static Status timeline_write(Timeline *timeline, uint64_t signature, JsonWriter *w) {
        Call *call = timeline->call;
        Names *names = named_new(call);
        size_t page = timeline->count < (size_t)timeline->limit ? timeline->count : (size_t)timeline->limit;
        for (size_t i = 0; i < page; i++) {
                const Entry *entry = &timeline->entries[i];
                if (entry->values)
                        columns_want(names, &entry->source->columns, entry->values);
                else
                        changes_want(names, timeline->object, entry->change);
        }
        TRY(named_load(names));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < page; i++) {
                const Entry *entry = &timeline->entries[i];
                if (entry->values || changes_shown(call, timeline->object, entry->change))
                        write_entry(timeline, entry, names, w);
        }
        json_close_array(w);
        write_next(timeline, page, signature, w);
        json_close_object(w);
        return STATUS_OK;
}

Status query_timeline(Call *call, const Object *object, int64_t id, Str after, int limit, JsonWriter *w) {
        static const ValueKind kinds[] = {VALUE_DATETIME, VALUE_INTEGER};
        Status status;
        Timeline *timeline = arena_new_of(call->context->arena, Timeline);
        *timeline = (Timeline){.call = call, .object = object, .id = id};
        uint64_t signature = cursor_signature(cursor_signature(0, STR("timeline")), str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id));
        TRY(query_limit(call, limit, &timeline->limit));
        TRY(cursor_parse(call->context, after, signature, kinds, 2, &timeline->cursor));
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(read_quota_check(call, object));
        TRY(changes_pool(call, object, id, &timeline->pool));
        TRY(pool_view_take(call, object, id, timeline->pool));
        read_quota_opened(call, object, id);
        TRY(timeline_read(timeline));
        return timeline_write(timeline, signature, w);
}
