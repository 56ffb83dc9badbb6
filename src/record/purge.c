// Removing records for good, and mending what named them.
#include "record/purge.h"
#include "record/query.h"
#include "record/duplicate.h"
#include "record/entry.h"
#include "record/search.h"
#include "record/write.h"

static bool organises(const Object *object) {
        return str_is(object->name, "user") || str_is(object->name, "department") || str_is(object->name, "role");
}

// Live or in the recycle bin; *ret NULL: neither.
static Status read_any(Call *call, const Object *object, int64_t id, Record **ret, bool *ret_live) {
        TRY(record_read_row(call, object, id, false, true, ret));
        *ret_live = *ret != NULL;
        return *ret ? STATUS_OK : record_read_row(call, object, id, true, true, ret);
}

static Status row_exists(Call *call, const Object *object, int64_t id, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        return db_get_int(call->db, &select, NULL, ret);
}

// ---- Removing

static Status delete_rows(Call *call, const Object *object, int64_t id) {
        Sql row = db_sql(call->db), history = db_sql(call->db);
        sql(&row, "delete from ");
        sql_name(&row, object->table);
        sql(&row, " where \"id\" = ");
        sql_int(&row, id);
        TRY(db_exec(call->db, &row, NULL));
        sql(&history, "delete from history where object_id = ");
        sql_int(&history, object->id);
        sql(&history, " and record_id = ");
        sql_int(&history, id);
        return db_exec(call->db, &history, NULL);
}

Status record_purge(Call *call, const Object *object, int64_t id) {
        Record *before = NULL;
        bool live = false;
        TRY(read_any(call, object, id, &before, &live));
        if (!before)
                return STATUS_OK;
        TRY(delete_rows(call, object, id));
        TRY(entries_forget(call, object, id));
        TRY(duplicates_forget(call, object, id));
        if (organises(object))
                call->metadata_changed = true;
        if (!live)
                return STATUS_OK;
        RecordChange change = {.kind = CHANGE_DELETE, .object = object, .id = id, .before = before};
        change.given = arena_array(call->context->arena, bool, object->fields_count);
        TRY(rollup_update(call, &change));
        TRY(entries_put(call, &change, &(Entries){0}, &(bool){false}));
        TRY(duplicates_put(call, &change));
        return object->search ? search_remove(call, object, id) : STATUS_OK;
}

// ---- Looking for what names what is gone

static bool is_reference(const Field *field) {
        return field->stored && field->type->reference && field->target;
}

static bool is_list(const Field *field) {
        return field->stored && field->type->list && field->target;
}

static void begin_condition(Sql *select, size_t *count) {
        sql_fixed(select, (*count)++ ? STR(" or (") : STR("("));
}

static void where_gone(Sql *select, const Field *field, size_t *count) {
        begin_condition(select, count);
        sql_column(select, STR("t"), field->column);
        sql(select, " is not null and not exists (select 1 from ");
        sql_name(select, field->target->table);
        sql(select, " r where r.\"id\" = ");
        sql_column(select, STR("t"), field->column);
        sql(select, "))");
}

static void where_record_gone(Sql *select, const Field *field, const Object *target, size_t *count) {
        begin_condition(select, count);
        sql(select, "haike_object_of(");
        sql_column(select, STR("t"), field->column);
        sql(select, ") = ");
        sql_str(select, target->name);
        sql(select, " and not exists (select 1 from ");
        sql_name(select, target->table);
        sql(select, " r where r.\"id\" = haike_id_of(");
        sql_column(select, STR("t"), field->column);
        sql(select, ")))");
}

static void where_listed(Sql *select, const Field *field, size_t *count) {
        begin_condition(select, count);
        sql_column(select, STR("t"), field->column);
        sql(select, " is not null and ");
        sql_column(select, STR("t"), field->column);
        sql(select, " <> '[]')");
}

static size_t where_suspect(Call *call, const Object *object, Sql *select) {
        size_t count = 0;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (is_reference(field))
                        where_gone(select, field, &count);
                else if (is_list(field))
                        where_listed(select, field, &count);
                else if (field->stored && query_is_record(field))
                        for (size_t k = 0; k < call->catalog->objects_count; k++)
                                where_record_gone(select, field, call->catalog->objects[k], &count);
        }
        return count;
}

Status purge_suspects(Call *call, const Object *object, int64_t from, int64_t to, int64_t **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        *ret = arena_array(call->context->arena, int64_t, to - from);
        *ret_count = 0;
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.\"id\" > ");
        sql_int(&select, from);
        sql(&select, " and t.\"id\" <= ");
        sql_int(&select, to);
        sql(&select, " and (");
        if (!where_suspect(call, object, &select))
                return STATUS_OK;
        sql(&select, ")");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                (*ret)[(*ret_count)++] = rows_int(rows, 0);
        }
}

// ---- Mending

typedef struct Mend {
        Call *call;
        const Object *object;
        const PurgeHeirs *heirs;
        Record *before, *after;
        bool live, goes; // goes: it belonged to what is gone
} Mend;

static Status still_there(const Mend *mend, const Object *object, int64_t id, bool *ret) {
        *ret = false;
        if (mend->heirs->gone == object && mend->heirs->gone_id == id)
                return STATUS_OK;
        return row_exists(mend->call, object, id, ret);
}

static Value heir_department(const Mend *mend, int64_t owner) {
        const Access *access = mend->call->actor->access;
        const Person *person = owner ? access_person(access, owner) : NULL;
        if (person && access_department(access, person->department))
                return value_int(person->department);
        return mend->heirs->department ? value_int(mend->heirs->department) : VALUE_NONE;
}

// Fields are met in their order: the owner before the department.
static Value heir_of(const Mend *mend, const Field *field) {
        if (field->role == FIELD_OWNER)
                return value_int(mend->heirs->owner);
        if (field->role == FIELD_DEPARTMENT)
                return heir_department(mend, mend->object->follow_owner ? mend->after->values[mend->object->owner->index].integer : 0);
        bool parent = field->target == mend->object && str_is(mend->object->name, "department"); // a department stays in the tree
        return parent && mend->before->id != mend->heirs->department ? value_int(mend->heirs->department) : VALUE_NONE;
}

static Status mend_reference(Mend *mend, const Field *field) {
        Value value = mend->before->values[field->index];
        bool found = true;
        if (value.kind == VALUE_INTEGER)
                TRY(still_there(mend, field->target, value.integer, &found));
        if (!found)
                mend->after->values[field->index] = heir_of(mend, field);
        mend->goes |= !found && field == mend->object->inherit && !mend->object->nav;
        return STATUS_OK;
}

static Status mend_record(Mend *mend, const Field *field) {
        Value value = mend->before->values[field->index];
        const Object *target = NULL;
        int64_t id = 0;
        bool found = true;
        if (value.kind == VALUE_TEXT && record_text_parse(mend->call->catalog, value.text, &target, &id))
                TRY(still_there(mend, target, id, &found));
        if (!found)
                mend->after->values[field->index] = VALUE_NONE;
        mend->goes |= !found && !mend->object->nav;
        return STATUS_OK;
}

static Status mend_list(Mend *mend, const Field *field) {
        Value value = mend->before->values[field->index];
        Json *ids = NULL;
        size_t gone = 0;
        if (value.kind != VALUE_TEXT)
                return STATUS_OK;
        TRY(json_parse(mend->call->context, value.text, 2, &ids));
        Buf buf = buf_make(mend->call->context->arena, value.text.len + 16);
        buf_lit(&buf, "[");
        for (size_t i = 0; i < ids->count; i++) {
                int64_t id = 0;
                bool found = false;
                if (str_to_int64(ids->items[i].text, &id))
                        TRY(still_there(mend, field->target, id, &found));
                gone += !found;
                if (found)
                        buf_format(&buf, "%s\"%lld\"", buf.len > 1 ? "," : "", (long long)id);
        }
        buf_lit(&buf, "]");
        if (gone)
                mend->after->values[field->index] = buf.len > 2 ? value_text(buf_str(&buf)) : VALUE_NONE;
        return STATUS_OK;
}

static Status mend_fields(Mend *mend) {
        for (size_t i = 0; i < mend->object->fields_count; i++) {
                const Field *field = mend->object->fields[i];
                if (is_reference(field))
                        TRY(mend_reference(mend, field));
                else if (is_list(field))
                        TRY(mend_list(mend, field));
                else if (field->stored && query_is_record(field))
                        TRY(mend_record(mend, field));
        }
        return STATUS_OK;
}

static Status store_mended(Mend *mend, const RecordChange *change) {
        Sql update = db_sql(mend->call->db);
        sql(&update, "update ");
        sql_name(&update, mend->object->table);
        sql(&update, " set \"version\" = ");
        sql_int(&update, mend->after->version);
        for (size_t i = 0; i < mend->object->fields_count; i++) {
                const Field *field = mend->object->fields[i];
                if (!field->stored || field->role == FIELD_VERSION || !record_changed(change, field))
                        continue;
                sql(&update, ", ");
                sql_name(&update, field->column);
                sql(&update, " = ");
                sql_value(&update, mend->after->values[i]);
        }
        sql(&update, " where \"id\" = ");
        sql_int(&update, change->id);
        return db_exec(mend->call->db, &update, NULL);
}

static bool differs(const RecordChange *change, bool system) {
        for (size_t i = 0; i < change->object->fields_count; i++) {
                const Field *field = change->object->fields[i];
                bool stamp = field->role == FIELD_CREATED_BY || field->role == FIELD_UPDATED_BY;
                if (field->stored && stamp == system && record_changed(change, field))
                        return true;
        }
        return false;
}

static Status follow_mended(Mend *mend, const RecordChange *change) {
        Call *call = mend->call;
        const Object *object = mend->object;
        TRY(history_add(call, change, mend->after->version, STR_NONE));
        if (!mend->live)
                return STATUS_OK;
        Entries entries = {0};
        bool entered = false;
        TRY(rollup_update(call, change));
        TRY(entries_put(call, change, &entries, &entered));
        TRY(search_put(call, object, change->id, mend->after->values, &entries));
        TRY(duplicates_put(call, change));
        const Field *parent = str_is(object->name, "department") ? object_find(object, STR("parent")) : NULL;
        if (parent && record_changed(change, parent))
                TRY(search_department_moved(call, change->id));
        return outbox_add(call, change, mend->after->version);
}

Status record_mend(Call *call, const Object *object, int64_t id, const PurgeHeirs *heirs, PurgeOutcome *ret) {
        Mend mend = {.call = call, .object = object, .heirs = heirs};
        *ret = PURGE_SOUND;
        TRY(read_any(call, object, id, &mend.before, &mend.live));
        if (!mend.before)
                return STATUS_OK;
        mend.after = arena_copy(call->context->arena, mend.before, sizeof *mend.before);
        mend.after->values = arena_copy(call->context->arena, mend.before->values, sizeof(Value) * object->fields_count);
        TRY(mend_fields(&mend));
        if (mend.goes) {
                *ret = PURGE_REMOVED;
                return record_purge(call, object, id);
        }
        RecordChange change = {.kind = CHANGE_UPDATE, .object = object, .id = id, .before = mend.before, .after = mend.after};
        change.given = arena_array(call->context->arena, bool, object->fields_count);
        bool seen = differs(&change, false);
        if (!seen && !differs(&change, true))
                return STATUS_OK;
        *ret = PURGE_MENDED;
        call->metadata_changed |= organises(object);
        mend.after->version += seen; // who made or changed it last is not a change of the record
        mend.after->values[FIELD_VERSION - FIELD_ID] = value_int(mend.after->version);
        TRY(store_mended(&mend, &change));
        return seen ? follow_mended(&mend, &change) : STATUS_OK;
}

// What it referred to may have gone for good while it was in the bin.
Status record_mend_bin(Call *call, const Object *object, int64_t id, Record **record) {
        static const PurgeHeirs none = {0};
        Mend mend = {.call = call, .object = object, .heirs = &none, .before = *record};
        mend.after = arena_copy(call->context->arena, mend.before, sizeof *mend.before);
        mend.after->values = arena_copy(call->context->arena, mend.before->values, sizeof(Value) * object->fields_count);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!field->stored || field->system)
                        continue;
                if (is_reference(field))
                        TRY(mend_reference(&mend, field));
                else if (is_list(field))
                        TRY(mend_list(&mend, field));
                else if (query_is_record(field))
                        TRY(mend_record(&mend, field));
        }
        RecordChange change = {.kind = CHANGE_UPDATE, .object = object, .id = id, .before = mend.before, .after = mend.after};
        if (!differs(&change, false))
                return STATUS_OK;
        mend.after->version++;
        mend.after->values[FIELD_VERSION - FIELD_ID] = value_int(mend.after->version);
        TRY(store_mended(&mend, &change));
        TRY(follow_mended(&mend, &change));
        *record = mend.after;
        return STATUS_OK;
}

// ---- What is left over

static Status belongs_nowhere(Call *call, int64_t object_id, int64_t record_id, bool *ret) {
        const Object *object = object_id ? catalog_find_id(call->catalog, object_id) : NULL;
        bool found = true;
        if (object)
                TRY(row_exists(call, object, record_id, &found));
        *ret = !found;
        return STATUS_OK;
}

typedef struct Leftover { int64_t transaction, id, object, record; } Leftover;

static Status read_leftovers(Call *call, const Sql *select, int limit, Leftover **ret, int *ret_count) {
        *ret = arena_array(call->context->arena, Leftover, limit);
        *ret_count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found; *ret_count < limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                (*ret)[(*ret_count)++] = (Leftover){rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2), rows_int(rows, 3)};
        }
        return STATUS_OK;
}

static Status delete_leftovers(Call *call, Str table, bool events, const Leftover *list, int count) {
        for (int i = 0; i < count; i++) {
                bool gone = false;
                TRY(belongs_nowhere(call, list[i].object, list[i].record, &gone));
                if (!gone)
                        continue;
                Sql delete = db_sql(call->db);
                sql(&delete, "delete from ");
                sql_name(&delete, table);
                sql(&delete, " where \"id\" = ");
                sql_int(&delete, list[i].id);
                if (events) {
                        sql(&delete, " and transaction_id = ");
                        sql_int(&delete, list[i].transaction);
                }
                TRY(db_exec(call->db, &delete, NULL));
        }
        return STATUS_OK;
}

Status purge_files(Call *call, int64_t *position, int limit) {
        Sql select = db_sql(call->db);
        Leftover *list = NULL;
        int count = 0;
        sql(&select, "select 0, \"id\", object_id, record_id from file where \"id\" > ");
        sql_int(&select, *position);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, limit);
        TRY(read_leftovers(call, &select, limit, &list, &count));
        TRY(delete_leftovers(call, STR("file"), false, list, count));
        *position = count == limit ? list[count - 1].id : 0;
        return STATUS_OK;
}

Status purge_events(Call *call, OutboxCursor *position, int limit, bool *ret_more) {
        Sql select = db_sql(call->db);
        Leftover *list = NULL;
        int count = 0;
        sql(&select, "select transaction_id, \"id\", object_id, record_id from outbox where ");
        if (db_dialect(call->db) == DIALECT_POSTGRES) {
                sql(&select, "(transaction_id, \"id\") > (");
                sql_int(&select, position->transaction);
                sql(&select, ", ");
                sql_int(&select, position->id);
                sql(&select, ") order by transaction_id, \"id\" limit ");
        } else {
                sql(&select, "\"id\" > ");
                sql_int(&select, position->id);
                sql(&select, " order by \"id\" limit ");
        }
        sql_int(&select, limit);
        TRY(read_leftovers(call, &select, limit, &list, &count));
        TRY(delete_leftovers(call, STR("outbox"), true, list, count));
        *ret_more = count == limit;
        if (count)
                *position = (OutboxCursor){list[count - 1].transaction, list[count - 1].id};
        return STATUS_OK;
}
