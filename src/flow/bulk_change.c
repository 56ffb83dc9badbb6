// Rows of bulk_change: what a job changed in a record, from what to what, exactly.
#include "flow/bulk_change.h"

#define CHANGES_CAP (16u << 20)

static bool kept(const Field *field, bool given_away) {
        if (!field->stored || field->hidden || field->rollup_by)
                return false;
        if (field->role == FIELD_DEPARTMENT)
                return !(field->object->follow_owner && given_away); // comes back with the owner
        return !field->system || field->role == FIELD_NAME || field->role == FIELD_OWNER;
}

static void add_value(JsonWriter *w, Value value) {
        switch (value.kind) {
        case VALUE_NULL:
        case VALUE_BLOB:
                json_add_null(w);
                return;
        case VALUE_BOOL:
                json_add_bool(w, value.boolean);
                return;
        case VALUE_TEXT:
                json_add_str(w, value.text);
                return;
        case VALUE_INTEGER:
                json_add_int(w, value.integer);
                return;
        case VALUE_NUMBER:
                json_add_int(w, value.number.units);
                return;
        case VALUE_DATE:
                json_add_int(w, value.day);
                return;
        case VALUE_DATETIME:
                json_add_int(w, value.ms);
                return;
        }
}

static Value number_value(ValueKind kind, int64_t number) {
        switch (kind) {
        case VALUE_INTEGER:
                return value_int(number);
        case VALUE_NUMBER:
                return value_number((Decimal){number});
        case VALUE_DATE:
                return value_date((int32_t)number);
        case VALUE_DATETIME:
                return value_datetime(number);
        default:
                return VALUE_NONE;
        }
}

bool bulk_value(const Field *field, const Json *json, Value *ret) {
        int64_t number = 0;
        *ret = VALUE_NONE;
        if (json->kind == JSON_TRUE || json->kind == JSON_FALSE)
                *ret = value_bool(json->kind == JSON_TRUE);
        else if (json->kind == JSON_STRING)
                *ret = value_text(json->text);
        else if (json->kind == JSON_NUMBER && str_to_int64(json->text, &number))
                *ret = number_value(field->kind, number);
        return json->kind == JSON_NULL || ret->kind == field->kind;
}

Str bulk_difference(Arena *arena, const Record *before, const Record *after) {
        Buf buf = buf_make(arena, CHANGES_CAP);
        JsonWriter w = json_writer(&buf);
        size_t owner = (size_t)before->object->owner->index;
        bool any = false, given_away = !value_eq(before->values[owner], after->values[owner]);
        json_open_object(&w);
        for (size_t i = 0; i < before->object->fields_count; i++) {
                const Field *field = before->object->fields[i];
                if (!kept(field, given_away) || value_eq(before->values[i], after->values[i]))
                        continue;
                any = true;
                json_key(&w, field->name);
                json_open_array(&w);
                add_value(&w, before->values[i]);
                add_value(&w, after->values[i]);
                json_close_array(&w);
        }
        json_close_object(&w);
        return any ? buf_str(&buf) : STR_NONE;
}

Status bulk_change_add(Call *call, const Object *object, const BulkChange *change) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into bulk_change (job_id, record_id, object_id, change, version, changes) values (");
        sql_int(&insert, change->job);
        sql(&insert, ", ");
        sql_int(&insert, change->record);
        sql(&insert, ", ");
        sql_int(&insert, object->id);
        sql(&insert, ", ");
        sql_int(&insert, change->kind);
        sql(&insert, ", ");
        sql_int(&insert, change->version);
        sql(&insert, ", ");
        sql_str(&insert, change->changes);
        sql(&insert, ")");
        return db_exec(call->db, &insert, NULL);
}

static void where_record(Sql *sql, int64_t job, const Object *object, int64_t record) {
        sql(sql, " where job_id = ");
        sql_int(sql, job);
        sql(sql, " and object_id = ");
        sql_int(sql, object->id);
        sql(sql, " and record_id = ");
        sql_int(sql, record);
}

Status bulk_change_get(Call *call, int64_t job, const Object *object, int64_t record, BulkChange *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select change, version, changes from bulk_change");
        where_record(&select, job, object, record);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        *ret = (BulkChange){.job = job, .record = record, .kind = (ChangeKind)rows_int(rows, 0), .version = rows_int(rows, 1), .changes = rows_value(rows, 2, VALUE_TEXT).text};
        return STATUS_OK;
}

Status bulk_change_remove(Call *call, int64_t job, const Object *object, int64_t record) {
        Sql statement = db_sql(call->db);
        sql(&statement, "delete from bulk_change");
        where_record(&statement, job, object, record);
        return db_exec(call->db, &statement, NULL);
}

Status bulk_change_forget(Call *call, const Object *object, int64_t record) {
        Sql statement = db_sql(call->db);
        sql(&statement, "delete from bulk_change where object_id = ");
        sql_int(&statement, object->id);
        sql(&statement, " and record_id = ");
        sql_int(&statement, record);
        return db_exec(call->db, &statement, NULL);
}

static void add_record(Arena *arena, BulkRecords *records, int64_t object, int64_t id) {
        if (records->count == records->capacity) {
                size_t size = records->capacity * sizeof(int64_t), more = records->capacity ? size * 2 : 256 * sizeof(int64_t);
                records->ids = arena_grow(arena, records->ids, size, more);
                records->objects = arena_grow(arena, records->objects, size, more);
                records->capacity = more / sizeof(int64_t);
        }
        records->ids[records->count] = id;
        records->objects[records->count++] = object;
}

Status bulk_change_records(Call *call, int64_t job, BulkRecords *ret) {
        BulkRecords records = {0};
        Sql select = db_sql(call->db);
        sql(&select, "select object_id, record_id from bulk_change where job_id = ");
        sql_int(&select, job);
        sql(&select, " order by case when change = ");
        sql_int(&select, CHANGE_DELETE);
        sql(&select, " then 0 else 1 end, object_id, record_id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                add_record(call->context->arena, &records, rows_int(rows, 0), rows_int(rows, 1));
        }
        *ret = records;
        return STATUS_OK;
}
