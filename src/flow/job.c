// Jobs: rows, threads, progress.
#include "flow/job.h"
#include "base/date.h"
#include <stdlib.h>

#define JOB_THREADS 2
#define JOB_QUEUE 200
#define SAVE_EVERY_MS 500

struct Jobs { Org *org; Pool *pool; };

typedef struct Queued { Job job; JobRun run; void *arg; Arena *arena; } Queued;

// ---- Rows

typedef struct Update { int64_t id; const char *status; Value progress, result, problem, finished_at; } Update;

static void set_value(Sql *update, Value value, void (*name)(Sql *)) {
        if (value_is_null(value))
                return;
        name(update);
        sql_value(update, value);
}

static void set_progress(Sql *update) { sql(update, ", progress = "); }
static void set_result(Sql *update) { sql(update, ", result = "); }
static void set_problem(Sql *update) { sql(update, ", problem = "); }
static void set_finished(Sql *update) { sql(update, ", finished_at = "); }

static Status update_run(Db *db, void *arg) {
        Update *change = arg;
        Sql update = db_sql(db);
        sql(&update, "update job set status = ");
        sql_str(&update, str_from(change->status));
        set_value(&update, change->progress, set_progress);
        set_value(&update, change->result, set_result);
        set_value(&update, change->problem, set_problem);
        set_value(&update, change->finished_at, set_finished);
        sql(&update, " where \"id\" = ");
        sql_int(&update, change->id);
        return db_exec(db, &update, NULL);
}

static void save(Job *job, Update *update) {
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
        if (now_ms - job->last_saved_ms < SAVE_EVERY_MS)
                return true;
        job->last_saved_ms = now_ms;
        Update update = {.status = "running", .progress = value_number((Decimal){total > 0 ? done * DECIMAL_SCALE / total : 0})};
        save(job, &update);
        return true;
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

static void run_job(void *arg) {
        Queued *queued = arg;
        Job *job = &queued->job;
        Update start = {.status = "running"};
        save(job, &start);
        Status status = queued->run(job, queued->arg);
        Update end = {.status = status == STATUS_OK ? "done" : "failed", .finished_at = value_datetime(os_now_ms())};
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

Status job_add(Call *call, const char *kind, int64_t *ret_id) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into job (kind, status, progress, user_id, created_at) values (");
        sql_str(&insert, str_from(kind));
        sql(&insert, ", 'queued', ");
        sql_value(&insert, value_number((Decimal){0}));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ")");
        sql_returning_id(&insert);
        return db_insert(call->db, &insert, ret_id);
}

Status job_launch(Jobs *jobs, Context *context, int64_t id, int64_t user, JobRun run, void *(*make_arg)(Arena *arena, void *from), void *from) {
        Arena *arena = arena_new(0);
        Queued *queued = arena_new_of(arena, Queued);
        queued->arena = arena;
        queued->run = run;
        queued->arg = make_arg(arena, from);
        queued->job = (Job){.id = id, .user = user, .jobs = jobs, .org = jobs->org, .result = buf_make(arena, 16u << 20)};
        context_init(&queued->job.context, arena, context->lang, context->now_ms);
        if (pool_submit(jobs->pool, run_job, queued))
                return STATUS_OK;
        Update failed = {.status = "failed", .finished_at = value_datetime(os_now_ms())};
        save(&queued->job, &failed);
        arena_free(arena);
        return error_set(context, STATUS_BUSY, "busy");
}

static Status mark_interrupted(Db *db, void *arg) {
        (void)arg;
        Sql update = db_sql(db);
        sql(&update, "update job set status = 'failed', problem = '{\"code\":\"interrupted\",\"title\":\"interrupted\"}' where status in ('queued', 'running')");
        return db_exec(db, &update, NULL);
}

Status jobs_new(Context *context, Org *org, Jobs **ret) {
        // On PostgreSQL other nodes may be running theirs.
        if (store_dialect(org_store(org)) == DIALECT_SQLITE)
                TRY(store_write(org_store(org), context, mark_interrupted, NULL));
        Jobs *jobs = calloc(1, sizeof *jobs);
        ensure(jobs);
        jobs->org = org;
        jobs->pool = pool_new("jobs", JOB_THREADS, JOB_QUEUE);
        org_slot_set(org, ORG_SLOT_JOBS, jobs);
        *ret = jobs;
        return STATUS_OK;
}

void jobs_free(Jobs *jobs) {
        if (!jobs)
                return;
        pool_free(jobs->pool);
        free(jobs);
}

// ---- Reading

static void put_json(JsonWriter *w, const char *key, Rows *rows, int column) {
        json_key(w, str_from(key));
        if (rows_null(rows, column))
                json_add_null(w);
        else
                json_add_raw(w, rows_text(rows, column));
}

static void put_time(JsonWriter *w, Arena *arena, const char *key, Value at) {
        Buf buf = buf_make(arena, 64);
        json_key(w, str_from(key));
        if (value_is_null(at)) {
                json_add_null(w);
                return;
        }
        datetime_write(&buf, at.ms);
        json_add_str(w, buf_str(&buf));
}

Status job_write(Call *call, int64_t id, JsonWriter *w) {
        Sql select = db_sql(call->db);
        sql(&select, "select kind, status, progress, result, problem, created_at, finished_at from job where \"id\" = ");
        sql_int(&select, id);
        sql(&select, " and user_id = ");
        sql_int(&select, call->actor->user);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        bool found = false;
        TRY(rows_next(rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        json_open_object(w);
        json_put_int(w, "id", id);
        json_put_str(w, "kind", rows_text(rows, 0));
        json_put_str(w, "status", rows_text(rows, 1));
        json_key(w, STR("progress"));
        json_add_decimal(w, rows_value(rows, 2, VALUE_NUMBER).number, 0);
        put_json(w, "result", rows, 3);
        put_json(w, "problem", rows, 4);
        put_time(w, call->context->arena, "created_at", rows_value(rows, 5, VALUE_DATETIME));
        put_time(w, call->context->arena, "finished_at", rows_value(rows, 6, VALUE_DATETIME));
        json_close_object(w);
        return STATUS_OK;
}

static Status create_job(Db *db) {
        Sql ddl = db_sql(db);
        if (db_dialect(db) == DIALECT_POSTGRES)
                sql(&ddl, "create table job (id bigint generated always as identity primary key, kind text collate \"C\" not null, status text collate \"C\" not null, progress numeric(18,6) not null, "
                          "user_id bigint, created_at timestamptz(3) not null, finished_at timestamptz(3), result text collate \"C\", problem text collate \"C\")");
        else
                sql(&ddl, "create table job (id integer primary key autoincrement, kind text not null, status text not null, progress integer not null, user_id integer, created_at integer not null, "
                          "finished_at integer, result text, problem text) strict");
        return db_ddl(db, &ddl);
}

const Migration flow_migrations[] = {{400, "job", create_job}};
const size_t flow_migrations_count = sizeof flow_migrations / sizeof *flow_migrations;
