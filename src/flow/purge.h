// Taking records out for good, as a job: chosen ones from the recycle bin, by administrators; and what rules of keeping say, by the night.
#pragma once
#include "flow/job.h"

#define PURGE_LARGEST 100000
#define PURGE_AT_ONCE 50    // so many are done within the request

typedef enum KeepingAct { KEEPING_PURGE_BIN, KEEPING_BIN, KEEPING_PURGE, KEEPING_ERASE } KeepingAct;
typedef struct Purge {
        Str object;
        KeepingAct act;
        int64_t *ids;        // ascending
        size_t count;
        Str *fields;         // to erase
        size_t fields_count;
        Str request;         // what is kept with the job
} Purge;

// {"ids":[…]} or {"filter"} over the bin of an object. STATUS_FORBIDDEN for all but administrators.
Status purge_take(Call *call, const Object *object, const Json *body, Purge *ret) MUST_USE;
Status purge_start(Call *call, const Purge *purge, int64_t *ret_job) MUST_USE;
void *purge_copy(Arena *arena, void *from);
Status purge_run(Job *job, void *purge) MUST_USE; // result {"done","failed","problems"}

// What deleted before a moment is still in the bin of an object, oldest first, at most limit.
Status purge_find_old(Call *call, const Object *object, int64_t before_ms, int limit, Purge *ret) MUST_USE;

// ---- Rules of keeping (object retention_rule)
typedef struct Keeping { int64_t id; Str object, condition; KeepingAct act; Str *fields; size_t fields_count; } Keeping;
// Reads and checks a rule; adds errors at "object", "condition", "action", "fields".
Status keeping_check(Call *call, Str object, Str condition, Str action, const Json *fields, Keeping *ret) MUST_USE;
Status keeping_load(Call *call, int64_t rule, Keeping *ret, bool *ret_active) MUST_USE;
// {"count","exact","items":[{"id","name"}]}: what it would concern now.
Status keeping_preview(Call *call, const Keeping *keeping, JsonWriter *w) MUST_USE;
// Finds the records and makes the job; *ret_job 0: nothing to do.
Status keeping_start(Call *call, const Keeping *keeping, Purge *ret, int64_t *ret_job) MUST_USE;
