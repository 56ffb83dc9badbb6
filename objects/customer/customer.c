// A customer: no cycles among parent companies; potential and formal; its tier; assignment by rules, pools, transfer.
#include "objects/assignment_rule/assign.h"
#include "objects/pool/pool.h"
#include "objects/tier_model/tier.h"

#define LEVELS 20 // parent companies above one another

// The company above, or none; without a lock: two imports that name each other's parents must not wait for one another.
static Status parent_of(Call *call, int64_t customer, Value *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select parent_id from customer where \"id\" = ");
        sql_int(&select, customer);
        sql(&select, " and deleted_at is null and parent_id is not null");
        int64_t parent = 0;
        bool found = false;
        TRY(db_get_int(call->db, &select, &parent, &found));
        *ret = found ? value_int(parent) : VALUE_NONE;
        return STATUS_OK;
}

static Status check_parents(Call *call, RecordChange *change) {
        Value parent = record_value(change->after, "parent");
        for (int level = 0; parent.kind == VALUE_INTEGER; level++) {
                if ((change->id && parent.integer == change->id) || level == LEVELS)
                        return error_add(call->context, STR("parent"), "parent_cycle");
                TRY(parent_of(call, parent.integer, &parent));
        }
        return STATUS_OK;
}

static bool is_formal(const Record *record) {
        Value status = record ? record_value(record, "status") : VALUE_NONE;
        return status.kind == VALUE_TEXT && str_is(status.text, "formal");
}

// Anybody may enter a potential customer; who is designated for it makes it a formal one, and a potential one again.
static void check_formal(Call *call, const RecordChange *change) {
        if (change->by_user && is_formal(change->before) != is_formal(change->after) && !actor_may_act(call->actor, change->object, STR("make_formal")))
                (void)error_add(call->context, STR("status"), "formal_not_yours");
}

static Status make_formal(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)body;
        (void)w;
        RecordInput *input = record_input_new(call->context->arena, record->object);
        record_input_set(input, "status", value_text(STR("formal")));
        return record_update(call, record->object, record->id, input, &(WriteOptions){.as_system = true, .action = STR("make_formal")});
}

static Status before_parent(Call *call, RecordChange *change) {
        if (!change->after || (change->before && value_eq(record_value(change->before, "parent"), record_value(change->after, "parent"))))
                return STATUS_OK;
        Value parent = record_value(change->after, "parent");
        Status status = STATUS_OK;
        if (change->by_user && parent.kind == VALUE_INTEGER && !query_visible(call, change->object, parent.integer, &status))
                return status; // told by the reference check; what stands above it is not for this reader
        status = check_parents(call, change);
        return status == STATUS_INVALID ? STATUS_OK : status; // collected: validation goes on
}

static Status before(Call *call, RecordChange *change) {
        if (change->after && change->kind != CHANGE_RESTORE)
                check_formal(call, change);
        TRY(assignment_before(call, change));
        TRY(pooled_before(call, change));
        return before_parent(call, change);
}

static Status after(Call *call, const RecordChange *change) {
        TRY(pooled_after(call, change));
        TRY(assignment_after(call, change));
        return tier_follow(call, change);
}

static const Action actions[] = {{.name = "make_formal", .needs = VERB_UPDATE, .run = make_formal}, POOL_ACTIONS, {.name = "assign_by_rules", .needs = VERB_UPDATE, .run = action_assign_by_rules, .pooled = true}};

const ObjectModule customer_module = {.object = "customer", .before = before, .after = after, .actions = actions, .actions_count = sizeof actions / sizeof *actions};
