// Many records from one stage to another, by an administrator, as a job that can be taken back.
#pragma once
#include "flow/job.h"

#define STAGE_MOVE_JOB "stage_move"
#define STAGE_MOVE_UNDO_DAYS 30

// {"from", "to", "mode"?}: records of the mode in the stage `from`, to the stage `to`, of another mode where one is named. {"adopt": true, "to"?}: open records that have no mode
// and whose owner's department takes this one; what stands in a stage that the mode has not goes to `to`.
Status stage_move_start(Call *call, int64_t mode, const Json *body, int64_t *ret_job) MUST_USE;
Status stage_move_run(Job *job, void *request) MUST_USE;
