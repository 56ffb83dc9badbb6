// Sales modes are the administrators'; a mode's object has a stage, names its mode and stays the same.
#include "objects/sales_mode/admin.h"
#include "flow/job.h"
#include "objects/sales_mode/move.h"
#include "objects/sales_mode/process.h"

bool process_suits(const Object *object) {
        const Field *mode = object ? object_find(object, STR("mode")) : NULL;
        return mode && object->stage && mode->target && str_is(mode->target->name, "sales_mode");
}

Status process_admin(Call *call, const RecordChange *change) {
        return change->by_user && !call->actor->administrator ? error_set(call->context, STATUS_FORBIDDEN, "forbidden") : STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        TRY(process_admin(call, change));
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        Value name = record_value(change->after, "object");
        if (change->before && !value_eq(record_value(change->before, "object"), name))
                (void)error_add(call->context, STR("object"), "process_fixed");
        else if (name.kind == VALUE_TEXT && !process_suits(catalog_find(call->catalog, name.text)))
                (void)error_add(call->context, STR("object"), "mode_object");
        return STATUS_OK;
}

static const JobKind jobs[] = {{STAGE_MOVE_JOB, stage_move_run}};
const ObjectModule sales_mode_module = {.object = "sales_mode", .before = before, .jobs = jobs, .jobs_count = 1};
