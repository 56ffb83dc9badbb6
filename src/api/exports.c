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

static Status exports_post(Request *request) {
        ExportRequest export = {.job = 0};
        request->prepared = &export;
        TRY(request_read(request, take));
        TRY(request_write(request, add));
        return job_begin(request, export.job, false, export_run, export_copy, &export.export);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/exports", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = EXPORT_BODY_LIMIT, .run = exports_post, .id = "export", .summary = "Records as a CSV or XLSX file, made by a job"},
        {0},
};
const Route *const api_export_routes = table;
