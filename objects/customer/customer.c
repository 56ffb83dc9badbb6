// A customer: no cycles among parent companies; assignment by rules, pools, transfer.
#include "objects/assignment_rule/assign.h"
#include "objects/pool/pool.h"

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
        TRY(assignment_before(call, change));
        TRY(pooled_before(call, change));
        return before_parent(call, change);
}

static Status after(Call *call, const RecordChange *change) {
        TRY(pooled_after(call, change));
        return assignment_after(call, change);
}

static const Action actions[] = {POOL_ACTIONS, {.name = "assign_by_rules", .needs = VERB_UPDATE, .run = action_assign_by_rules, .pooled = true}};

const ObjectModule customer_module = {.object = "customer", .before = before, .after = after, .actions = actions, .actions_count = sizeof actions / sizeof *actions};
