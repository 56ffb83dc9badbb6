// Absences: ends after it begins; nobody is his own deputy.
#include "objects/shared/person.h"

static Status before(Call *call, RecordChange *change) {
        if (change->after) {
                Value from = record_value(change->after, "from"), to = record_value(change->after, "to"), deputy = record_value(change->after, "deputy");
                if (from.kind == VALUE_DATETIME && to.kind == VALUE_DATETIME && to.ms <= from.ms)
                        (void)error_add(call->context, STR("to"), "ends_before_start");
                if (deputy.kind == VALUE_INTEGER && value_eq(deputy, record_value(change->after, "user")))
                        (void)error_add(call->context, STR("deputy"), "deputy_self");
        }
        return person_record_before(call, change);
}

const ObjectModule absence_module = {.object = "absence", .before = before, .handover = HANDOVER_NEVER};
