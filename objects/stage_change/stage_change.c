// A change of stage as it happened: written by the system, changed by nobody.
#include "record/record.h"

static Status before(Call *call, RecordChange *change) {
        return change->by_user ? error_set(call->context, STATUS_FORBIDDEN, "stage_change_fixed") : STATUS_OK;
}

const ObjectModule stage_change_module = {.object = "stage_change", .before = before, .handover = HANDOVER_NEVER};
