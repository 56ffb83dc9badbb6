// Names of records that only stand between others: made of the names of those.
#pragma once
#include "record/record.h"

// In a before hook: where the writer gave no name, the record is named after what these references refer to. fields: names, NULL-terminated.
Status name_from_references(Call *call, RecordChange *change, const char *const *fields) MUST_USE;
