// Inside src/flow only: the rows of jobs, for those who run them.
#pragma once
#include "flow/job.h"

typedef struct JobUpdate {
        int64_t id;
        const char *status;
        Value progress, result, problem, finished_at; // null: stays as it is
        bool ended;                                   // told: it was over already and stays so
} JobUpdate;
Status job_row_update(Db *db, JobUpdate *update) MUST_USE;

Status job_row_scopes(Db *db, int64_t id, Str *ret) MUST_USE; // of the API token that started it; empty: a person did

bool job_stopping(const Job *job);                    // the server is going down
int64_t jobs_node(const Jobs *jobs);                  // whose jobs they are, where several nodes share a database
// Jobs that nobody runs any more are marked failed: on SQLite all that are not over, else those whose node has not been heard of for a while.
Status jobs_interrupt(Db *db) MUST_USE;
Status jobs_beat(Db *db, int64_t node) MUST_USE;      // tells that this node's jobs are alive

// What undoing asks of a job of the actor's: STATUS_NOT_FOUND, STATUS_CONFLICT "not_undoable", "undo_too_late", "undone_already".
Status job_undoable(Call *call, int64_t id, Str *ret_request) MUST_USE;
Status job_undone_by(Call *call, int64_t id, int64_t undo) MUST_USE;
