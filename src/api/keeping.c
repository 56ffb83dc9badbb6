// What is taken away for good and what can be taken back: purging the bin, rules of keeping, erasures of a person's data, operations that can be undone.
#include "api/job.h"
#include "flow/erasure.h"
#include "flow/operation.h"
#include "flow/purge.h"

#define BODY_LIMIT (2u << 20)

// ---- The recycle bin, for good

typedef struct PurgeRequest { Purge purge; int64_t job; } PurgeRequest;

static Status take_purge(Request *request) {
        PurgeRequest *purge = request->prepared;
        TRY(request_object(request, 0));
        TRY(request_body(request));
        return purge_take(&request->call, request->object, request->body, &purge->purge);
}

static Status add_purge(Request *request) {
        PurgeRequest *purge = request->prepared;
        TRY(purge_start(&request->call, &purge->purge, &purge->job));
        return job_added(request, purge->job);
}

static Status run_purge(Request *request, PurgeRequest *purge) {
        TRY(request_write(request, add_purge));
        return job_begin(request, purge->job, purge->purge.count <= PURGE_AT_ONCE, purge_run, purge_copy, &purge->purge);
}

static Status purge_post(Request *request) {
        PurgeRequest purge = {.job = 0};
        request->prepared = &purge;
        TRY(request_read(request, take_purge));
        return run_purge(request, &purge);
}

static Status take_one(Request *request) {
        PurgeRequest *purge = request->prepared;
        Json *body = NULL;
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        TRY(json_parse(&request->context, str_format(request->context.arena, "{\"ids\":[%lld]}", (long long)request->id), 3, &body));
        TRY(purge_take(&request->call, request->object, body, &purge->purge));
        RecordQuery query = {.object = request->object, .deleted = true, .filter = str_format(request->context.arena, "id = %lld", (long long)request->id), .fields = STR("id"), .limit = 1};
        Buf found = buf_make(request->context.arena, 8192);
        JsonWriter w = json_writer(&found);
        TRY(query_list(&request->call, &query, &w));
        Json *answer = NULL;
        TRY(json_parse(&request->context, buf_str(&found), 6, &answer));
        return json_get(answer, "items")->count ? STATUS_OK : error_set(&request->context, STATUS_NOT_FOUND, "not_found");
}

static Status trash_delete(Request *request) {
        PurgeRequest purge = {.job = 0};
        request->prepared = &purge;
        TRY(request_read(request, take_one));
        return run_purge(request, &purge);
}

// ---- Rules of keeping

typedef struct KeepingRequest { Keeping keeping; Purge purge; int64_t job; } KeepingRequest;

static Status preview_post(Request *request) {
        Keeping keeping;
        TRY(request_body(request));
        const Json *body = request->body;
        TRY(keeping_check(&request->call, json_str(body, "object", STR_NONE), json_str(body, "condition", STR_NONE), json_str(body, "action", STR("bin")), json_get(body, "fields"), &keeping));
        return keeping_preview(&request->call, &keeping, &request->w);
}

static Status add_rule_run(Request *request) {
        KeepingRequest *keeping = request->prepared;
        bool active = false;
        TRY(request_id(request, 0));
        TRY(request_body(request));
        TRY(keeping_load(&request->call, request->id, &keeping->keeping, &active));
        TRY(keeping_start(&request->call, &keeping->keeping, &keeping->purge, &keeping->job));
        if (!keeping->job)
                return error_set(&request->context, STATUS_CONFLICT, "nothing_to_do");
        return job_added(request, keeping->job);
}

static Status rule_run_post(Request *request) {
        KeepingRequest keeping = {.job = 0};
        request->prepared = &keeping;
        TRY(request_write(request, add_rule_run));
        return job_begin(request, keeping.job, keeping.purge.count <= PURGE_AT_ONCE, purge_run, purge_copy, &keeping.purge);
}

// ---- Erasures

typedef struct ErasureRequest { Erasure erasure; int64_t job; } ErasureRequest;

static Status erasure_preview_post(Request *request) {
        TRY(request_body(request));
        const Json *body = request->body;
        Str name = json_str(body, "object", STR_NONE);
        const Object *object = catalog_find(request->view.catalog, name);
        if (!object)
                return error_add(&request->context, STR("object"), "unknown_object", name);
        return erasure_preview(&request->call, object, json_int(body, "id", 0), &request->w);
}

static Status add_erasure(Request *request) {
        ErasureRequest *erasure = request->prepared;
        TRY(request_body(request));
        TRY(erasure_take(&request->call, request->body, &erasure->erasure));
        TRY(erasure_start(&request->call, &erasure->erasure, &erasure->job));
        return job_added(request, erasure->job);
}

static Status erasure_post(Request *request) {
        ErasureRequest erasure = {.job = 0};
        request->prepared = &erasure;
        TRY(request_write(request, add_erasure));
        return job_begin(request, erasure.job, false, erasure_run, erasure_copy, &erasure.erasure);
}

static Status erasures_get(Request *request) {
        return erasure_list(&request->call, &request->w);
}

static Status erasure_get(Request *request) {
        TRY(request_id(request, 0));
        return erasure_write(&request->call, request->id, &request->w);
}

// ---- What can be taken back

static Status operations_get(Request *request) {
        int64_t limit = 0;
        OperationQuery query = {.everyone = str_is(request_query(request, "everyone"), "true")};
        TRY(request_query_int(request, "limit", 50, 1, 200, &limit));
        TRY(request_query_int(request, "after", 0, 1, (1LL << 53) - 1, &query.after));
        query.limit = (int)limit;
        if (query.everyone && !request->call.actor->administrator)
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        return operation_list(&request->call, &query, &request->w);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/trash/{object}/purge", ROUTE_SLOW, ACCESS_ADMIN, .body = BODY_LIMIT, .run = purge_post, .id = "purgeRecords", .summary = "Deletes records of the recycle bin for good, as a job"},
        {HTTP_DELETE, "/api/v1/trash/{object}/{id}", ROUTE_SLOW, ACCESS_ADMIN, .run = trash_delete, .id = "purgeRecord", .summary = "Deletes one record of the recycle bin for good"},
        {HTTP_POST, "/api/v1/retention/preview", ROUTE_READ, ACCESS_ADMIN, .run = preview_post, .id = "previewRetention", .summary = "Which records a rule of keeping would concern"},
        {HTTP_POST, "/api/v1/retention/{id}/run", ROUTE_SLOW, ACCESS_ADMIN, .run = rule_run_post, .id = "runRetention", .summary = "Follows a rule of keeping now, as a job"},
        {HTTP_POST, "/api/v1/erasures/preview", ROUTE_READ, ACCESS_ADMIN, .run = erasure_preview_post, .id = "previewErasure", .summary = "What erasing a person's data would take away, and where else he is mentioned"},
        {HTTP_POST, "/api/v1/erasures", ROUTE_SLOW, ACCESS_ADMIN, .run = erasure_post, .id = "erase", .summary = "Erases a person's data, as a job"},
        {HTTP_GET, "/api/v1/erasures", ROUTE_READ, ACCESS_ADMIN, .run = erasures_get, .id = "listErasures", .summary = "Erasures, newest first"},
        {HTTP_GET, "/api/v1/erasures/{id}", ROUTE_READ, ACCESS_ADMIN, .run = erasure_get, .id = "getErasure", .summary = "The certificate of an erasure"},
        {HTTP_GET, "/api/v1/operations", ROUTE_READ, ACCESS_SIGNED_IN, .run = operations_get, .id = "listOperations", .summary = "What can still be undone, newest first"},
        {0},
};
const Route *const api_keeping_routes = table;
