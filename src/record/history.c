// What changed, by whom, from what to what: one row per stored change, values in the API's representation.
#include "record/write.h"

#define HISTORY_CAP (2u << 20)

static bool worth_keeping(const Field *field) {
        return field->stored && !field->hidden && field->role != FIELD_ID && field->role != FIELD_VERSION && field->role != FIELD_CREATED_AT && field->role != FIELD_CREATED_BY &&
               field->role != FIELD_UPDATED_AT && field->role != FIELD_UPDATED_BY && field->role != FIELD_DELETED_AT;
}

static Str changes_json(Call *call, const RecordChange *change) {
        Buf buf = buf_make(call->context->arena, HISTORY_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        for (size_t i = 0; change->before && change->after && i < change->object->fields_count; i++) {
                const Field *field = change->object->fields[i];
                if (!worth_keeping(field) || !record_changed(change, field))
                        continue;
                json_key(&w, field->name);
                json_open_array(&w);
                field_write(&w, field, change->before->values[i]);
                field_write(&w, field, change->after->values[i]);
                json_close_array(&w);
        }
        json_close_object(&w);
        return buf_full(&buf) ? STR("{}") : buf_str(&buf);
}

Status history_add(Call *call, const RecordChange *change, int64_t version, Str action) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into history (object_id, record_id, version, at, user_id, source, via, action, changes) values (");
        sql_int(&insert, change->object->id);
        sql(&insert, ", ");
        sql_int(&insert, change->id);
        sql(&insert, ", ");
        sql_int(&insert, version);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_str(&insert, call->source);
        sql(&insert, ", ");
        sql_value(&insert, call->via.len ? value_text(call->via) : VALUE_NONE);
        sql(&insert, ", ");
        sql_str(&insert, str_empty(action) ? change_name(change->kind) : action);
        sql(&insert, ", ");
        sql_str(&insert, changes_json(call, change));
        sql(&insert, ")");
        return db_exec(call->db, &insert, NULL);
}
