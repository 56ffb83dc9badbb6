// Inside src/flow only: the rows of jobs, for those who run them.
#pragma once
#include "flow/job.h"

typedef struct JobUpdate {
        int64_t id;
        const char *status;
        Value progress, result, problem, finished_at; // null: stays as it is
        bool ended;                                   // told: it was over already and stays so
} JobUpdate;
typedef struct JobRow { int64_t id, user; const JobKind *kind; Str request, result; } JobRow;
Status job_row_update(Db *db, JobUpdate *update) MUST_USE;

Status job_row_scopes(Db *db, int64_t id, Str *ret) MUST_USE; // of the API token that started it; empty: a person did

bool job_stopping(const Job *job);                    // the server is going down
int64_t jobs_node(const Jobs *jobs);                  // whose jobs they are, where several nodes share a database
// Jobs that nobody runs any more are marked failed: on SQLite all that are not over, else those whose node has not been heard of for a while.
// Those of a JobKind go back into the queue.
Status jobs_interrupt(Org *org, Db *db) MUST_USE;
Status jobs_beat(Db *db, int64_t node) MUST_USE;      // tells that this node's jobs are alive
const JobKind *job_kind(const Org *org, Str name);    // NULL: it is work of a request
// Rows of job kinds that nobody has taken, oldest first.
Status jobs_waiting(Org *org, Db *db, int limit, JobRow *ret, size_t *ret_count) MUST_USE;
Status job_claim(Db *db, int64_t id, int64_t node, bool *ret_claimed) MUST_USE;
Status job_release(Db *db, int64_t id) MUST_USE;      // back into the queue

// job_audit.c: what the audit log says of jobs.
Status job_audit_start(Call *call, int64_t id, const JobStart *start) MUST_USE;
Status job_audit_end(Db *db, int64_t id) MUST_USE;
Status job_audit_interrupted(Db *db, const int64_t *ids, size_t count) MUST_USE;

// What undoing asks of a job of the actor's: STATUS_NOT_FOUND, STATUS_CONFLICT "not_undoable", "undo_too_late", "undone_already".
Status job_undoable(Call *call, int64_t id, Str *ret_request, Str *ret_kind) MUST_USE;
Status job_undone_by(Call *call, int64_t id, int64_t undo) MUST_USE;
