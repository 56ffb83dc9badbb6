// Tasks that come by themselves when somebody is given a record.
#pragma once
#include "record/record.h"

// Makes the tasks of a cadence for the record's owner. 0, or one that is not active: none.
Status cadence_begin(Call *call, const Record *record, int64_t cadence) MUST_USE;
// Cancels those of the record's tasks that came so and are still to be done.
Status cadence_end(Call *call, const Record *record) MUST_USE;
