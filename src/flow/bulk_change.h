// What a job changed in each record (the table bulk_change), kept so that it can be undone.
#pragma once
#include "record/record.h"

typedef struct BulkChange {
        int64_t job, record, version; // version: of the record as the job left it
        ChangeKind kind;
        Str changes;                  // {"field":[before, after]}; numbers, dates and times as the whole numbers they are stored as
} BulkChange;

// What a change of a record consists of: everything but what the system keeps by itself. STR_NONE: nothing.
Str bulk_difference(Arena *arena, const Record *before, const Record *after);
Status bulk_change_add(Call *call, const Object *object, const BulkChange *change) MUST_USE;
Status bulk_change_get(Call *call, int64_t job, const Object *object, int64_t record, BulkChange *ret) MUST_USE; // STATUS_NOT_FOUND
Status bulk_change_remove(Call *call, int64_t job, const Object *object, int64_t record) MUST_USE;
// What a job changed, in the order of undoing: what was deleted first, for others may refer to it. objects: ids, parallel to the records'.
typedef struct BulkRecords { int64_t *ids, *objects; size_t count, capacity; } BulkRecords;
Status bulk_change_records(Call *call, int64_t job, BulkRecords *ret) MUST_USE;
Status bulk_change_forget(Call *call, const Object *object, int64_t record) MUST_USE; // of all jobs: the record goes for good, or what it said does
bool bulk_value(const Field *field, const Json *json, Value *ret); // one of the values of changes; false: the field is of another kind now
