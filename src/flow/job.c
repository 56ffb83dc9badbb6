// Running jobs: threads that take them from a queue, what is saved of them at start and end, and on PostgreSQL a beat by which the nodes know whose jobs are alive.
#include "flow/job_row.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define JOB_THREADS 2
#define JOB_QUEUE 200
#define RESULT_CAP (16u << 20)
#define SAVE_EVERY_MS 500
#define BEAT_S 5
#define LOOK_MS 1000       // for work that waits in its row
#define HURRY_MS 20        // the same while a row was just made: it is there once its transaction has ended
#define HURRY_FOR_MS 2000
#define TAKEN_AT_ONCE 8

struct Jobs {
        Org *org;
        Pool *pool;
        int64_t node;
        bool stopping; // atomic
        bool beats;
        pthread_t beat, taker;
        int64_t hurry_until_ms; // atomic
        pthread_mutex_t lock;
        pthread_cond_t cond;
};

typedef struct Queued { Job job; JobRun run; void *arg; Arena *arena; bool waits; } Queued; // waits: of a JobKind

int64_t jobs_node(const Jobs *jobs) {
        return jobs->node;
}

bool job_stopping(const Job *job) {
        return job->jobs && __atomic_load_n(&job->jobs->stopping, __ATOMIC_RELAXED);
}

// ---- One job

static Status update_run(Db *db, void *arg) {
        return job_row_update(db, arg);
}

static void save(Job *job, JobUpdate *update) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, job->context.lang, os_now_ms());
        update->id = job->id;
        // A row that could not be updated is only old news: the work itself has its own transactions.
        Status status = store_write(org_store(job->org), &context, update_run, update);
        (void)status;
}

bool job_progress(Job *job, int64_t done, int64_t total) {
        int64_t now_ms = os_monotonic_us() / 1000;
        if (job_stopping(job))
                return false;
        if (now_ms - job->last_saved_ms < SAVE_EVERY_MS)
                return true;
        job->last_saved_ms = now_ms;
        JobUpdate update = {.status = "running", .progress = value_number((Decimal){total > 0 ? done * DECIMAL_SCALE / total : 0})};
        save(job, &update);
        return !update.ended;
}

static Str problem_json(Job *job, Status status) {
        Context *context = &job->context;
        Buf buf = buf_make(context->arena, 1 << 20);
        JsonWriter w = json_writer(&buf);
        const char *code = context->error.code ? context->error.code : context->error.count ? context->error.items[0].code : status_name(status);
        Str key = str_format(context->arena, "error.%s", code);
        json_open_object(&w);
        json_put_str(&w, "code", str_from(code));
        json_put_str(&w, "title", text_format(context->arena, context->lang, key.data, context->error.count ? context->error.items[0].args : context->error.args));
        if (context->error.count)
                json_put_str(&w, "field", context->error.items[0].field);
        json_close_object(&w);
        return buf_str(&buf);
}

static Status release_run(Db *db, void *arg) {
        const Job *job = arg;
        return job_release(db, job->id);
}

// The server goes down in the middle of work that somebody else can take up.
static void leave(Job *job) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, job->context.lang, os_now_ms());
        Status status = store_write(org_store(job->org), &context, release_run, job);
        (void)status; // else it is found when a server starts
}

static Status scopes_run(Db *db, void *arg) {
        Job *job = arg;
        return job_row_scopes(db, job->id, &job->scopes);
}

// In the name of whoever started it, and with no more than his token may.
static Status run_as_started(Queued *queued) {
        Job *job = &queued->job;
        TRY(store_read(org_store(job->org), &job->context, 0, scopes_run, job));
        return queued->run(job, queued->arg);
}

static void run_job(void *arg) {
        Queued *queued = arg;
        Job *job = &queued->job;
        JobUpdate start = {.status = "running"};
        save(job, &start);
        Status status = start.ended ? error_set(&job->context, STATUS_CONFLICT, "cancelled") : run_as_started(queued);
        bool left = queued->waits && status != STATUS_OK && job_stopping(job);
        if (left)
                leave(job);
        if (left || job->ended) {
                arena_free(queued->arena);
                return;
        }
        JobUpdate end = {.status = status == STATUS_OK ? "done" : "failed", .finished_at = value_datetime(os_now_ms())};
        if (status != STATUS_OK && job_stopping(job))
                error_set(&job->context, status, "interrupted");
        if (job->result.len)
                end.result = value_text(buf_str(&job->result));
        if (status == STATUS_OK)
                end.progress = value_number((Decimal){DECIMAL_SCALE});
        else
                end.problem = value_text(problem_json(job, status));
        save(job, &end);
        arena_free(queued->arena);
}

// ---- Starting

static Queued *queued_new(Org *org, const Context *context, int64_t id, int64_t user, JobRun run, JobCopy make_arg, void *from) {
        Arena *arena = arena_new(0);
        Queued *queued = arena_new_of(arena, Queued);
        queued->arena = arena;
        queued->run = run;
        queued->arg = make_arg(arena, from);
        queued->job = (Job){.id = id, .user = user, .org = org, .result = buf_make(arena, RESULT_CAP)};
        context_init(&queued->job.context, arena, context->lang, context->now_ms);
        return queued;
}

Status job_launch(Jobs *jobs, Context *context, int64_t id, int64_t user, JobRun run, JobCopy make_arg, void *from) {
        if (!jobs) // the server is going down
                return error_set(context, STATUS_BUSY, "busy");
        Queued *queued = queued_new(jobs->org, context, id, user, run, make_arg, from);
        queued->job.jobs = jobs;
        if (pool_submit(jobs->pool, run_job, queued))
                return STATUS_OK;
        JobUpdate failed = {.status = "failed", .problem = value_text(STR("{\"code\":\"busy\"}")), .finished_at = value_datetime(os_now_ms())};
        save(&queued->job, &failed);
        arena_free(queued->arena);
        return error_set(context, STATUS_BUSY, "busy");
}

// It does not ask whether the jobs' threads are stopping: it is somebody's request, which is answered before they are.
void job_run_here(Org *org, const Context *context, int64_t id, int64_t user, JobRun run, JobCopy make_arg, void *from) {
        run_job(queued_new(org, context, id, user, run, make_arg, from));
}

// ---- The beat

static Status beat_run(Db *db, void *arg) {
        Jobs *jobs = arg;
        TRY(jobs_beat(db, jobs->node));
        return jobs_interrupt(jobs->org, db);
}

static bool beat_pause(Jobs *jobs) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += BEAT_S;
        pthread_mutex_lock(&jobs->lock);
        int code = 0;
        while (!jobs->stopping && code != ETIMEDOUT)
                code = pthread_cond_timedwait(&jobs->cond, &jobs->lock, &until);
        bool goes_on = !jobs->stopping;
        pthread_mutex_unlock(&jobs->lock);
        return goes_on;
}

// A beat that fails is made up for by the next: three are missed before a job counts as dead.
static void *beat_main(void *arg) {
        Jobs *jobs = arg;
        while (beat_pause(jobs)) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, os_now_ms());
                Status status = store_write(org_store(jobs->org), &context, beat_run, jobs);
                (void)status;
        }
        return NULL;
}

static Status interrupt_run(Db *db, void *arg) {
        return jobs_interrupt(arg, db);
}

// ---- Work that waits in its row

typedef struct Take { Jobs *jobs; JobRow rows[TAKEN_AT_ONCE]; size_t count; bool claimed; int64_t id; } Take;

static Status waiting_run(Db *db, void *arg) {
        Take *take = arg;
        return jobs_waiting(take->jobs->org, db, TAKEN_AT_ONCE, take->rows, &take->count);
}

static Status claim_run(Db *db, void *arg) {
        Take *take = arg;
        return job_claim(db, take->id, take->jobs->node, &take->claimed);
}

static void *copy_request(Arena *arena, void *from) {
        Str *request = arena_new_of(arena, Str);
        *request = str_copy(arena, *(const Str *)from);
        return request;
}

static bool take_row(Take *take, Context *context, JobRow *row) {
        Jobs *jobs = take->jobs;
        take->id = row->id;
        take->claimed = false;
        if (store_write(org_store(jobs->org), context, claim_run, take) != STATUS_OK || !take->claimed)
                return true;
        Queued *queued = queued_new(jobs->org, context, row->id, row->user, row->kind->run, copy_request, &row->request);
        queued->job.jobs = jobs;
        queued->job.before = str_copy(queued->arena, row->result);
        queued->waits = true;
        if (pool_submit(jobs->pool, run_job, queued))
                return true;
        leave(&queued->job);
        arena_free(queued->arena);
        return false;
}

// What fails here is tried again at the next look.
static void take_waiting(Jobs *jobs) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        OrgView view = org_view(jobs->org);
        context_init(&context, arena, view.settings->language, os_now_ms());
        org_view_done(&view);
        Take take = {.jobs = jobs};
        if (store_read(org_store(jobs->org), &context, 0, waiting_run, &take) != STATUS_OK)
                return;
        for (size_t i = 0; i < take.count && take_row(&take, &context, &take.rows[i]); i++)
                continue;
}

void job_hurry(Org *org) {
        Jobs *jobs = org_slot(org, ORG_SLOT_JOBS);
        if (!jobs)
                return;
        __atomic_store_n(&jobs->hurry_until_ms, os_monotonic_us() / 1000 + HURRY_FOR_MS, __ATOMIC_RELAXED);
        pthread_mutex_lock(&jobs->lock);
        pthread_cond_broadcast(&jobs->cond);
        pthread_mutex_unlock(&jobs->lock);
}

static bool take_pause(Jobs *jobs) {
        struct timespec until;
        bool hurry = os_monotonic_us() / 1000 < __atomic_load_n(&jobs->hurry_until_ms, __ATOMIC_RELAXED);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (hurry ? HURRY_MS : LOOK_MS) * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_mutex_lock(&jobs->lock);
        if (!jobs->stopping)
                (void)pthread_cond_timedwait(&jobs->cond, &jobs->lock, &until);
        bool goes_on = !jobs->stopping;
        pthread_mutex_unlock(&jobs->lock);
        return goes_on;
}

static void *take_main(void *arg) {
        Jobs *jobs = arg;
        while (take_pause(jobs))
                take_waiting(jobs);
        return NULL;
}

Status jobs_new(Context *context, Org *org, Jobs **ret) {
        TRY(store_write(org_store(org), context, interrupt_run, org));
        Jobs *jobs = calloc(1, sizeof *jobs);
        ensure(jobs);
        jobs->org = org;
        os_random(&jobs->node, sizeof jobs->node);
        jobs->node &= (1LL << 53) - 1;
        jobs->pool = pool_new("jobs", JOB_THREADS, JOB_QUEUE);
        pthread_mutex_init(&jobs->lock, NULL);
        pthread_cond_init(&jobs->cond, NULL);
        jobs->beats = store_dialect(org_store(org)) == DIALECT_POSTGRES;
        if (jobs->beats)
                ensure(pthread_create(&jobs->beat, NULL, beat_main, jobs) == 0);
        org_slot_set(org, ORG_SLOT_JOBS, jobs);
        ensure(pthread_create(&jobs->taker, NULL, take_main, jobs) == 0);
        *ret = jobs;
        return STATUS_OK;
}

void jobs_free(Jobs *jobs) {
        if (!jobs)
                return;
        pthread_mutex_lock(&jobs->lock);
        __atomic_store_n(&jobs->stopping, true, __ATOMIC_RELAXED);
        pthread_cond_broadcast(&jobs->cond);
        pthread_mutex_unlock(&jobs->lock);
        pthread_join(jobs->taker, NULL);
        pool_free(jobs->pool);
        if (jobs->beats)
                pthread_join(jobs->beat, NULL);
        org_slot_set(jobs->org, ORG_SLOT_JOBS, NULL);
        pthread_cond_destroy(&jobs->cond);
        pthread_mutex_destroy(&jobs->lock);
        free(jobs);
}
