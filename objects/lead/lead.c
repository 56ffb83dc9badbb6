// A lead: qualified, rejected with a reason, transferred, converted; assignment by rules, pools.
#include "objects/assignment_rule/assign.h"
#include "objects/assignment_rule/response.h"
#include "objects/lead/convert.h"
#include "objects/pool/pool.h"
#include "objects/shared/assign.h"

static Status set_status(Call *call, const Record *record, RecordInput *input, const char *status, const char *action) {
        record_input_set(input, "status", value_text(str_from(status)));
        WriteOptions options = {.as_system = true, .action = str_from(action)};
        return record_update(call, record->object, record->id, input, &options);
}

static Status qualify(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)body;
        (void)w;
        return set_status(call, record, record_input_new(call->context->arena, record->object), "qualified", "qualify");
}

// reject {"reason"}
static Status reject(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        Str reason = STR_NONE;
        TRY(body_text(call->context, body, "reason", &reason));
        RecordInput *input = record_input_new(call->context->arena, record->object);
        record_input_set(input, "reject_reason", value_text(reason));
        return set_status(call, record, input, "rejected", "reject");
}

// Converted is reached by converting only.
static void check_status(Call *call, RecordChange *change) {
        if (!change->after || !change->by_user || !str_is(call->source, "api"))
                return;
        Value status = record_value(change->after, "status");
        bool converted = status.kind == VALUE_TEXT && str_is(status.text, "converted");
        bool was = change->before && value_eq(status, record_value(change->before, "status"));
        if (converted && !was)
                (void)error_add(call->context, STR("status"), "use_convert");
}

static Status before(Call *call, RecordChange *change) {
        check_status(call, change);
        TRY(assignment_before(call, change));
        TRY(response_before(call, change));
        return pooled_before(call, change);
}

static const Action actions[] = {
        {.name = "qualify", .needs = VERB_UPDATE, .run = qualify},
        {.name = "reject", .needs = VERB_UPDATE, .run = reject},
        {.name = "convert", .needs = VERB_UPDATE, .run = lead_convert},
        {.name = "assign_by_rules", .needs = VERB_UPDATE, .run = action_assign_by_rules, .pooled = true},
        POOL_ACTIONS,
};

static Status after(Call *call, const RecordChange *change) {
        TRY(pooled_after(call, change));
        return assignment_after(call, change);
}

const ObjectModule lead_module = {.object = "lead", .before = before, .after = after, .actions = actions, .actions_count = sizeof actions / sizeof *actions};
