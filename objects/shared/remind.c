// Reminders of tasks and events.
#include "objects/shared/remind.h"
#include "objects/notification/notify.h"
#include "record/entry.h"

#define AT_ONCE 200

void remind_again(RecordChange *change) {
        if (change->before && !value_eq(record_value(change->before, "remind_at"), record_value(change->after, "remind_at")))
                record_set(change->after, "reminded_at", VALUE_NONE);
}

static Status remind_one(Call *call, const Object *object, int64_t id) {
        Record *record = NULL;
        TRY(record_load(call, object, id, &record));
        Value owner = record_value(record, "owner");
        int64_t *readers = NULL;
        size_t count = 0;
        Str name = record_value(record, "name").text;
        if (owner.kind == VALUE_INTEGER)
                TRY(notify(call, owner.integer, NOTIFY_REMINDER, "notify.reminder", object, id, name));
        if (object->readers)
                TRY(readers_of(call->context, object->readers, record->values[object->readers->index], &readers, &count));
        for (size_t i = 0; i < count; i++)
                if (readers[i] != owner.integer)
                        TRY(notify(call, readers[i], NOTIFY_REMINDER, "notify.reminder", object, id, name));
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "reminded_at", value_datetime(call->context->now_ms));
        WriteOptions options = {.as_system = true, .action = STR("remind")};
        return record_update(call, object, id, input, &options);
}

Status remind_due(Call *call, const char *name, Str condition, const char *over) {
        const Object *object = catalog_get(call->catalog, name);
        int64_t ids[AT_ONCE];
        size_t count = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.remind_at <= ");
        sql_value(&select, value_datetime(call->context->now_ms));
        sql(&select, " and t.reminded_at is null and ");
        sql_fixed(&select, condition);
        if (over) {
                sql(&select, " and t.");
                sql_name(&select, str_from(over));
                sql(&select, " > ");
                sql_value(&select, value_datetime(call->context->now_ms));
        }
        sql(&select, " order by t.remind_at, t.\"id\" limit ");
        sql_int(&select, AT_ONCE);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found = true; count < AT_ONCE;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        ids[count++] = rows_int(rows, 0);
                }
        }
        for (size_t i = 0; i < count; i++)
                TRY(remind_one(call, object, ids[i]));
        return STATUS_OK;
}
