// Records in memory: reading a row, values by name, and who may do what to one stored record.
#include "record/write.h"

Value record_value(const Record *record, const char *field) {
        return record->values[object_get(record->object, field)->index];
}

Str record_str(const Record *record, const char *field) {
        Value value = record_value(record, field);
        return value.kind == VALUE_TEXT ? value.text : STR_NONE;
}

void record_set(Record *record, const char *field, Value value) {
        record->values[object_get(record->object, field)->index] = value;
}

Record *record_new(Arena *arena, const Object *object) {
        Record *record = arena_new_of(arena, Record);
        record->object = object;
        record->values = arena_array(arena, Value, object->fields_count);
        return record;
}

void record_select(Sql *select, const Object *object) {
        sql(select, "select ");
        bool first = true;
        for (size_t i = 0; i < object->fields_count; i++) {
                if (!object->fields[i]->stored)
                        continue;
                if (!first)
                        sql(select, ", ");
                first = false;
                sql_name(select, object->fields[i]->column);
        }
        sql(select, " from ");
        sql_name(select, object->table);
}

Record *record_take(Arena *arena, const Object *object, Rows *rows) {
        Record *record = record_new(arena, object);
        int column = 0;
        for (size_t i = 0; i < record->object->fields_count; i++) {
                const Field *field = record->object->fields[i];
                if (field->stored)
                        record->values[i] = rows_value(rows, column++, field->kind);
        }
        record->id = record->values[FIELD_ID - FIELD_ID].integer;
        record->version = record->values[FIELD_VERSION - FIELD_ID].integer;
        return record;
}

Status record_read_row(Call *call, const Object *object, int64_t id, bool deleted, bool lock, Record **ret) {
        Sql select = db_sql(call->db);
        record_select(&select, object);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        if (deleted)
                sql(&select, " and deleted_at is not null");
        else
                sql(&select, " and deleted_at is null");
        if (lock && db_dialect(call->db) == DIALECT_POSTGRES)
                sql(&select, " for update");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret = found ? record_take(call->context->arena, object, rows) : NULL;
        return STATUS_OK;
}

Status record_load(Call *call, const Object *object, int64_t id, Record **ret) {
        TRY(record_read_row(call, object, id, false, true, ret));
        if (!*ret)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        return STATUS_OK;
}

// By rules and entries, which the database answers.
static Status allowed_by_query(Call *call, const Object *object, Verb verb, int64_t id, bool entries, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.\"id\" = ");
        sql_int(&select, id);
        sql(&select, " and (");
        if (entries)
                TRY(actor_scope_sql(call->context, call->actor, object, verb, STR("t"), &select));
        else
                TRY(actor_own_scope_sql(call->context, call->actor, object, verb, STR("t"), &select));
        sql(&select, ")");
        int64_t one = 0;
        return db_get_int(call->db, &select, &one, ret);
}

static Status allowed(Call *call, Verb verb, const Record *record, bool entries, bool *ret) {
        const Object *object = record->object;
        *ret = false;
        if (!actor_may(call->actor, object, verb))
                return STATUS_OK;
        Subject subject = {.owner = record->values[object->owner->index].integer, .department = record->values[object->department->index].integer};
        TRY(actor_covers(call->context, call->actor, object, verb, &subject, ret));
        entries = entries && actor_has_entries(call->actor, object, verb);
        if (*ret || !(actor_scope(call->actor, object, verb).rules_count || entries))
                return STATUS_OK;
        return allowed_by_query(call, object, verb, record->id, entries, ret);
}

Status record_allowed(Call *call, Verb verb, const Record *record, bool *ret) {
        return allowed(call, verb, record, true, ret);
}

Status record_allowed_own(Call *call, Verb verb, const Record *record, bool *ret) {
        return allowed(call, verb, record, false, ret);
}

bool record_changed(const RecordChange *change, const Field *field) {
        if (!change->before || !change->after)
                return true;
        return !value_eq(change->before->values[field->index], change->after->values[field->index]);
}
