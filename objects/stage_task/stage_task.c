// A task that a stage makes when a record enters it.
#include "objects/sales_mode/admin.h"
#include "objects/sales_mode/process.h"

static Status check_count(Call *call, const Record *task) {
        Value stage = record_value(task, "stage");
        int64_t count = 0;
        if (stage.kind != VALUE_INTEGER)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select count(*) from stage_task where deleted_at is null and stage_id = ");
        sql_int(&select, stage.integer);
        TRY(db_get_int(call->db, &select, &count, NULL));
        if (count >= STAGE_TASKS_MOST)
                (void)error_add(call->context, STR("stage"), "too_many", str_format(call->context->arena, "%d", STAGE_TASKS_MOST));
        return STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        TRY(process_admin(call, change));
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        record_set(change->after, "name", record_value(change->after, "title"));
        if (change->before && !value_eq(record_value(change->before, "stage"), record_value(change->after, "stage")))
                (void)error_add(call->context, STR("stage"), "process_fixed");
        return change->before ? STATUS_OK : check_count(call, change->after);
}

const ObjectModule stage_task_module = {.object = "stage_task", .before = before};
