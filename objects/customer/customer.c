// A customer: no cycles among parent companies; transfer.
#include "objects/shared/assign.h"

#define LEVELS 20 // parent companies above one another

static Status check_parents(Call *call, RecordChange *change) {
        Value parent = record_value(change->after, "parent");
        for (int level = 0; parent.kind == VALUE_INTEGER; level++) {
                if ((change->id && parent.integer == change->id) || level == LEVELS)
                        return error_add(call->context, STR("parent"), "parent_cycle");
                Record *above = NULL;
                Error collected = call->context->error;
                Status status = record_load(call, change->object, parent.integer, &above);
                if (status == STATUS_NOT_FOUND) {
                        call->context->error = collected; // told by the reference check, at its field
                        return STATUS_OK;
                }
                TRY(status);
                parent = record_value(above, "parent");
        }
        return STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        if (!change->after || (change->before && value_eq(record_value(change->before, "parent"), record_value(change->after, "parent"))))
                return STATUS_OK;
        Value parent = record_value(change->after, "parent");
        Status status = STATUS_OK;
        if (change->by_user && parent.kind == VALUE_INTEGER && !query_visible(call, change->object, parent.integer, &status))
                return status; // told by the reference check; what stands above it is not for this reader
        status = check_parents(call, change);
        return status == STATUS_INVALID ? STATUS_OK : status; // collected: validation goes on
}

static const Action actions[] = {{"assign", VERB_UPDATE, action_assign}};

const ObjectModule customer_module = {.object = "customer", .before = before, .actions = actions, .actions_count = 1};
