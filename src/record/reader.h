// Listed readers of records (Object.readers): see access.h, actor_reads_listed().
#pragma once
#include "record/record.h"

// Inside the record pipeline: keeps the rows of access_reader as the record's list says.
Status readers_put(Call *call, const RecordChange *change) MUST_USE;
Status readers_forget(Call *call, const Object *object, int64_t id) MUST_USE; // of a record that goes for good
// The users in a value of such a field; field NULL: none.
Status readers_of(Context *context, const Field *field, Value list, int64_t **ret, size_t *ret_count) MUST_USE;
// " and …": rows t whose list and rows of access_reader are not the same.
void readers_differ(const Object *object, Sql *select);
