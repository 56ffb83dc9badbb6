// Long work in the background: a row in the table job that everyone who started it can read, and a lane of threads that does it.
#pragma once
#include "os/os.h"
#include "record/record.h"

typedef struct Jobs Jobs;
typedef struct Job {
        int64_t id, user;
        Context context;    // the job's own, for its whole life
        Jobs *jobs;
        Org *org;
        Buf result;         // JSON, written by the run
        int64_t last_saved_ms;
} Job;
typedef Status (*JobRun)(Job *job, void *arg);

extern const Migration flow_migrations[];
extern const size_t flow_migrations_count;

Status jobs_new(Context *context, Org *org, Jobs **ret) MUST_USE; // jobs that a crash interrupted are marked failed
void jobs_free(Jobs *jobs);                                       // waits for what runs; accepts NULL
// Makes the row, in the caller's transaction and in the name of its actor; once that is committed job_launch() queues the work.
Status job_add(Call *call, const char *kind, int64_t *ret_id) MUST_USE;
// make_arg copies what the run needs into the job's arena. STATUS_BUSY when too much is queued: the job is marked failed.
Status job_launch(Jobs *jobs, Context *context, int64_t id, int64_t user, JobRun run, void *(*make_arg)(Arena *arena, void *from), void *from) MUST_USE;
bool job_progress(Job *job, int64_t done, int64_t total);         // saved at most twice a second
// {"id","kind","status":"queued|running|done|failed","progress":0–1,"result":{…}|null,"problem":{…}|null,"created_at","finished_at"}; one's own jobs only.
Status job_write(Call *call, int64_t id, JsonWriter *w) MUST_USE;
