// Another department for a person, and what becomes of his records.
#pragma once
#include "flow/job.h"

#define FOLLOW_JOB "department_follow"

// Action move {"department": id, "records": "follow"|"leave"}: answers {"id","job"}; job null: nothing follows.
Status action_move(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
// Has the records that a person owns in one department follow him to the one he is in now, as a job. ret_job may be NULL.
Status follow_start(Call *call, int64_t user, Value from, Value to, int64_t *ret_job) MUST_USE;
Status follow_run(Job *job, void *request) MUST_USE;
