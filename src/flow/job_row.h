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

bool job_stopping(const Job *job);                    // the server is going down
int64_t jobs_node(const Jobs *jobs);                  // whose jobs they are, where several nodes share a database
// Jobs that nobody runs any more are marked failed: on SQLite all that are not over, else those whose node has not been heard of for a while.
Status jobs_interrupt(Db *db) MUST_USE;
Status jobs_beat(Db *db, int64_t node) MUST_USE;      // tells that this node's jobs are alive

// job_audit.c: what the audit log says of jobs.
Status job_audit_start(Call *call, int64_t id, const JobStart *start) MUST_USE;
Status job_audit_end(Db *db, int64_t id) MUST_USE;
Status job_audit_interrupted(Db *db, const int64_t *ids, size_t count) MUST_USE;

// What undoing asks of a job of the actor's: STATUS_NOT_FOUND, STATUS_CONFLICT "not_undoable", "undo_too_late", "undone_already".
Status job_undoable(Call *call, int64_t id, Str *ret_request) MUST_USE;
Status job_undone_by(Call *call, int64_t id, int64_t undo) MUST_USE;
