// A step of a cadence: its name is its title.
#include "record/record.h"

static Status before(Call *call, RecordChange *change) {
        (void)call;
        if (!change->after)
                return STATUS_OK;
        const Field *title = object_get(change->object, "title"), *name = change->object->name_field;
        if (value_is_null(change->after->values[title->index]) && change->given[name->index])
                change->after->values[title->index] = change->after->values[name->index];
        change->after->values[name->index] = change->after->values[title->index];
        return STATUS_OK;
}

const ObjectModule cadence_step_module = {.object = "cadence_step", .before = before};
