// POST /api/v1/records/{object}/bulk: one change for many records.
#include "api/job.h"

#define BULK_BODY_LIMIT (2u << 20)

typedef struct BulkRequest { Bulk bulk; int64_t job; } BulkRequest;

static Status take(Request *request) {
        BulkRequest *bulk = request->prepared;
        TRY(request_object(request, 0));
        TRY(request_body(request));
        return bulk_take(&request->call, request->object, request->body, &bulk->bulk);
}

static Status add(Request *request) {
        BulkRequest *bulk = request->prepared;
        TRY(bulk_start(&request->call, &bulk->bulk, &bulk->job));
        return job_added(request, bulk->job);
}

static Status bulk_post(Request *request) {
        BulkRequest bulk = {.job = 0};
        request->prepared = &bulk;
        TRY(request_read(request, take));
        TRY(request_write(request, add));
        return job_begin(request, bulk.job, bulk.bulk.count <= BULK_AT_ONCE, bulk_run, bulk_copy, &bulk.bulk);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/records/{object}/bulk", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = BULK_BODY_LIMIT, .run = bulk_post, .id = "bulk", .summary = "One change for up to 100,000 records: at once up to 200, else as a job"},
        {0},
};
const Route *const api_bulk_routes = table;
