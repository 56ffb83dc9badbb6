// Long work in the background: a row in the table job that everyone who started it can read, and a lane of threads that does it.
#pragma once
#include "os/os.h"
#include "record/record.h"

typedef struct Jobs Jobs;
struct JobKind;
typedef struct Job {
        int64_t id, user;
        Str scopes;         // of the API token that started it: it runs with no more rights (access_actor_narrowed)
        Context context;    // the job's own, for its whole life
        Jobs *jobs;
        Org *org;
        Buf result;         // JSON, written by the run
        Str before;         // what the row said when the work was taken up again; empty: it is new
        bool ended;         // the run has written itself that it is over
        int64_t last_saved_ms;
} Job;
typedef Status (*JobRun)(Job *job, void *arg);
typedef void *(*JobCopy)(Arena *arena, void *from);
// Work that can be taken up from its row alone: whoever orders it (a hook, an action, a command) makes the row with job_start() and no more. Any node's threads take it,
// and take it up again where a crash interrupted it, so its run looks for what is left to do. arg: its request (const Str *).
typedef struct JobKind { const char *name; JobRun run; } JobKind;

extern const Migration flow_migrations[];
extern const size_t flow_migrations_count;

Status jobs_new(Context *context, Org *org, Jobs **ret) MUST_USE; // jobs that a crash interrupted are marked failed
void jobs_free(Jobs *jobs);                                       // waits for what runs; accepts NULL

// ---- Starting
typedef struct JobStart {
        const char *kind;
        Str request;           // JSON of what was asked for, kept with the row: who did what to how much
        int64_t undo_until_ms; // 0: it cannot be undone
        int64_t record;        // of the object that the request names, for the audit log; 0: of none in particular
        bool done;             // there is nothing left to run: the row says what was done in this transaction
} JobStart;
// Makes the row, in the caller's transaction and in the name of its actor; once that is committed job_launch() queues the work, or job_run_here() does it.
Status job_add(Call *call, const char *kind, int64_t *ret_id) MUST_USE;
Status job_start(Call *call, const JobStart *start, int64_t *ret_id) MUST_USE;
// make_arg copies what the run needs into the job's arena. STATUS_BUSY when too much is queued: the job is marked failed.
// (Not for a JobKind, which is taken from its row; job_hurry() has it looked for at once instead of within a second.)
void job_hurry(Org *org);
Status job_launch(Jobs *jobs, Context *context, int64_t id, int64_t user, JobRun run, JobCopy make_arg, void *from) MUST_USE;
// The same in the caller's thread, which may be neither a server's nor a writer's. How it went stands in the row.
void job_run_here(Org *org, const Context *context, int64_t id, int64_t user, JobRun run, JobCopy make_arg, void *from);

// ---- While it runs
bool job_progress(Job *job, int64_t done, int64_t total);         // saved at most twice a second; false: somebody cancelled it, stop
// Progress and result so far, in the transaction that made them: what the row says is what is stored. STATUS_CONFLICT "cancelled".
Status job_save(Job *job, Db *db, int64_t done, int64_t total, Str result) MUST_USE;

// The same, and that it is over: so that what a run does last is done once, also after a crash.
Status job_finish(Job *job, Db *db, Str result) MUST_USE;

// One transaction in the name of whoever asked (the system, where nobody did). Its memory is gone afterwards: what is to be kept belongs into the job's arena.
typedef Status (*JobStep)(Call *call, void *arg);
Status job_step(Job *job, bool writes, const char *source, JobStep run, void *arg) MUST_USE;

// ---- Asking; one's own jobs only, others do not exist
// {"id","kind","status":"queued|running|done|failed","progress":0–1,"request":{…}|null,"result":{…}|null,"problem":{"code","title"}|null,"created_at","finished_at"}.
Status job_write(Call *call, int64_t id, JsonWriter *w) MUST_USE;
// {"items":[…]}, newest first. everyone: other people's too, with "user"; who may ask that is the caller's question.
Status job_list(Call *call, int limit, bool everyone, JsonWriter *w) MUST_USE;
// Work that runs or waits for somebody, and ending all of it but what goes on without him (a JobKind's).
Status jobs_open_of(Call *call, int64_t user, int64_t *ret) MUST_USE;
Status jobs_end_of(Call *call, int64_t user) MUST_USE;
Status job_cancel(Call *call, int64_t id) MUST_USE;               // what is done stays done. STATUS_CONFLICT "job_ended"

// Removes what is kept for undoing when its time is over, at most limit rows; *ret_more: there is more.
Status flow_prune(Call *call, int limit, bool *ret_more) MUST_USE;
