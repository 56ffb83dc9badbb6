// Merging records that are the same: what refers to the others is moved to one of them, its fields get what was chosen, the others go to the bin. Small merges in one transaction,
// large ones in slices as a job. What was changed is kept for thirty days, so that it can be undone as bulk changes are.
#pragma once
#include "flow/job.h"

#define MERGE_WITH_MOST 20
#define MERGE_AT_ONCE 300   // so many are moved within the request
#define MERGE_KIND "merge"

typedef struct Merge {
        Str object;
        int64_t survivor, version, job; // version 0: last write wins
        int64_t *with;                  // each once
        size_t with_count;
        Str values;                     // JSON object: {"field": value, or {"from": id}}; what is not there stays, an empty field takes what the others have
        Str request;                    // what is kept with the job
        bool large;                     // more than MERGE_AT_ONCE to be moved
} Merge;

// Takes {"with":[ids],"values":{…},"version"} apart and asks for the rights: to change the one, to delete the others.
Status merging_take(Call *call, const Object *object, int64_t id, const Json *body, Merge *ret) MUST_USE;
// In one transaction; *ret_job: the row by which it is undone.
Status merging_now(Call *call, Merge *merge, int64_t *ret_job) MUST_USE;
Status merging_start(Call *call, Merge *merge, int64_t *ret_job) MUST_USE;
void *merging_copy(Arena *arena, void *from);
Status merging_run(Job *job, void *merge) MUST_USE; // result {"id","moved"}
// {"items":[{"object","count"}]}: what refers to a record, as far as the reader may see such records; for choosing between records.
Status merging_children(Call *call, const Object *object, int64_t id, JsonWriter *w) MUST_USE;
