// POST /api/v1/exports: a table of records as a file, made by a job.
#include "api/job.h"
#include "link/export/export.h"

#define EXPORT_BODY_LIMIT (2u << 20)

typedef struct ExportRequest { Export export; int64_t job; } ExportRequest;

static Status take(Request *request) {
        ExportRequest *export = request->prepared;
        TRY(request_body(request));
        return export_take(&request->call, request->body, &export->export);
}

static Status add(Request *request) {
        ExportRequest *export = request->prepared;
        JobStart start = {.kind = "export", .request = export->export.request};
        TRY(job_start(&request->call, &start, &export->job));
        return job_added(request, export->job);
}

static Status add_refused(Request *request) {
        static const char *const members[] = {"object", "columns", "filter", "q", "format"};
        const Json *body = request->prepared;
        Buf detail = buf_make(request->context.arena, 64u << 10);
        JsonWriter w = json_writer(&detail);
        json_open_object(&w);
        json_put_members(&w, body, members, sizeof members / sizeof *members);
        json_close_object(&w);
        const Object *object = catalog_find(request->view.catalog, json_str(body, "object", STR_NONE));
        return record_audit(&request->call, "export.refused", object, 0, buf_full(&detail) ? STR_NONE : buf_str(&detail));
}

// Who tries to take out more than he may is in the log too. What he is told stays what it was.
static Status tell_refused(Request *request) {
        Error error = request->context.error;
        void *prepared = request->prepared;
        request->prepared = request->body;
        Status status = request_write(request, add_refused);
        request->prepared = prepared;
        request->context.error = error;
        return status;
}

static Status exports_post(Request *request) {
        ExportRequest export = {.job = 0};
        request->prepared = &export;
        Status status = request_read(request, take);
        if (status == STATUS_LIMITED || status == STATUS_FORBIDDEN)
                TRY(tell_refused(request));
        TRY(status);
        TRY(request_write(request, add));
        return job_begin(request, export.job, false, export_run, export_copy, &export.export);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/exports", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = EXPORT_BODY_LIMIT, .run = exports_post, .id = "export", .summary = "Records as a CSV or XLSX file, made by a job"},
        {0},
};
const Route *const api_export_routes = table;
