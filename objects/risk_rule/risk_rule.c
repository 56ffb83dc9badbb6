// Risk rules are the administrators'; the condition is checked against its object, and a changed rule is asked of all open records, as a job.
#include "objects/risk_rule/risk.h"
#include "objects/risk_rule/rule.h"
#include "objects/shared/condition.h"

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !change->after || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static Status before(Call *call, RecordChange *change) {
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (!change->after)
                return STATUS_OK;
        Value name = record_value(change->after, "object"), condition = record_value(change->after, "condition");
        const Object *object = name.kind == VALUE_TEXT ? catalog_find(call->catalog, name.text) : NULL;
        if (name.kind == VALUE_TEXT && !risk_suits(object))
                (void)error_add(call->context, STR("object"), "risk_object");
        else if (object && condition.kind == VALUE_TEXT && (changed(change, "condition") || changed(change, "object")))
                condition_check(call, object, STR("condition"), condition.text);
        return STATUS_OK;
}

static Status after(Call *call, const RecordChange *change) {
        return change->by_user ? risk_order(call) : STATUS_OK;
}

static const JobKind jobs[] = {{RISK_JOB, risk_run}};
const ObjectModule risk_rule_module = {.object = "risk_rule", .before = before, .after = after, .jobs = jobs, .jobs_count = 1};
