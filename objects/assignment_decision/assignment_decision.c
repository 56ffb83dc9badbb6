// Decisions of assignment rules: written by code, read with their records, changed by nobody.
#include "record/record.h"

static Status before(Call *call, RecordChange *change) {
        return change->by_user ? error_set(call->context, STATUS_FORBIDDEN, "assign_written") : STATUS_OK;
}

const ObjectModule assignment_decision_module = {.object = "assignment_decision", .before = before, .handover = HANDOVER_NEVER};
