// Records of several objects that a job is going to change, found in the name of the system: for consequences of what somebody was allowed to do.
#pragma once
#include "record/record.h"

typedef struct Found { int64_t *ids, *objects; size_t count, capacity; } Found; // objects: their ids, parallel

void found_put(Arena *arena, Found *found, int64_t object, int64_t id);
// Live records of the object that fulfil the condition, by id.
Status found_add(Call *call, const Object *object, const Sql *where, Found *found) MUST_USE;
