// /api/v1/jobs: how long work is getting on, one's own recent jobs, cancelling and undoing them.
#include "api/job.h"

static Status job_get(Request *request) {
        TRY(request_id(request, 0));
        return job_write(&request->call, request->id, &request->w);
}

static Status jobs_get(Request *request) {
        int64_t limit = 0;
        bool everyone = str_is(request_query(request, "everyone"), "true");
        TRY(request_query_int(request, "limit", 20, 1, 100, &limit));
        if (everyone && !request->call.actor->administrator)
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        return job_list(&request->call, (int)limit, everyone, &request->w);
}

static Status cancel(Request *request) {
        TRY(request_id(request, 0));
        TRY(job_cancel(&request->call, request->id));
        return job_write(&request->call, request->id, &request->w);
}

// ---- Starting one, for the handlers of bulk changes, undoing and exports

static void write_started(Request *request, int64_t job) {
        json_open_object(&request->w);
        json_put_int(&request->w, "id", job);
        json_put_str(&request->w, "status", STR("queued"));
        json_close_object(&request->w);
}

Status job_added(Request *request, int64_t job) {
        write_started(request, job);
        request->status = 202;
        return STATUS_OK;
}

static Status write_job(Request *request) {
        const int64_t *job = request->prepared;
        TRY(job_write(&request->call, *job, &request->w));
        Json *row = NULL;
        TRY(json_parse(&request->context, buf_str(&request->out), 32, &row));
        Str status = json_str(row, "status", STR_NONE);
        request->status = str_is(status, "queued") || str_is(status, "running") ? 202 : 200;
        return STATUS_OK;
}

static Status answer(Request *request, int64_t job) {
        Json *first = NULL;
        if (request->replayed) { // the first answer said which job it is; how it stands is told as it is now
                TRY(json_parse(&request->context, str_copy(request->context.arena, buf_str(&request->out)), 4, &first));
                job = json_int(first, "id", 0);
        }
        http_respond_header(request->http, "Location", str_format(request->context.arena, "/api/v1/jobs/%lld", (long long)job));
        request->prepared = &job;
        Status status = request_read(request, write_job);
        request->prepared = NULL;
        return status;
}

Status job_begin(Request *request, int64_t job, bool here, JobRun run, JobCopy copy, void *from) {
        Context *context = &request->context;
        int64_t user = request->call.actor->user;
        bool launched = !request->replayed && !here;
        if (!request->replayed && here)
                job_run_here(request->org, context, job, user, run, copy, from);
        if (launched)
                TRY(job_launch(org_slot(request->org, ORG_SLOT_JOBS), context, job, user, run, copy, from));
        TRY(answer(request, job));
        if (launched) // however quick it was
                request->status = 202;
        return STATUS_OK;
}

// ---- Undoing

typedef struct UndoRequest { Undo undo; int64_t job; } UndoRequest;

static Status add_undo(Request *request) {
        UndoRequest *undo = request->prepared;
        TRY(request_id(request, 0));
        TRY(request_body(request));
        TRY(undo_start(&request->call, request->id, &undo->undo, &undo->job));
        return job_added(request, undo->job);
}

static Status undo_post(Request *request) {
        UndoRequest undo = {.job = 0};
        request->prepared = &undo;
        TRY(request_write(request, add_undo));
        return job_begin(request, undo.job, undo.undo.count <= BULK_AT_ONCE, undo_run, undo_copy, &undo.undo);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/jobs", ROUTE_READ, ACCESS_SIGNED_IN, .run = jobs_get, .id = "listJobs", .summary = "One's own recent long work, newest first"},
        {HTTP_GET, "/api/v1/jobs/{id}", ROUTE_READ, ACCESS_SIGNED_IN, .run = job_get, .id = "getJob", .summary = "How far long work is, and how it ended"},
        {HTTP_POST, "/api/v1/jobs/{id}/cancel", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = cancel, .id = "cancelJob", .summary = "Stops long work; what is done stays done"},
        {HTTP_POST, "/api/v1/jobs/{id}/undo", ROUTE_SLOW, ACCESS_SIGNED_IN, .run = undo_post, .id = "undoJob", .summary = "Undoes a bulk change within thirty days, as a job"},
        {0},
};
const Route *const api_job_routes = table;
