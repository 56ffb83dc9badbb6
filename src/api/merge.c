// POST /api/v1/records/{object}/{id}/merge: records that are the same become one. What refers to a record, for choosing which one stays.
#include "api/job.h"
#include "flow/merge.h"

typedef struct MergeRequest { Merge merge; int64_t job; } MergeRequest;

static Status take(Request *request) {
        MergeRequest *merge = request->prepared;
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        TRY(request_body(request));
        TRY(request_if_match(request, &merge->merge.version));
        return merging_take(&request->call, request->object, request->id, request->body, &merge->merge);
}

// The answer of the one transaction: the record as it is now, and by what it is undone.
static Status merge_here(Request *request) {
        MergeRequest *merge = request->prepared;
        JsonWriter *w = &request->w;
        int64_t version = 0;
        TRY(merging_now(&request->call, &merge->merge, &merge->job));
        request->call.own_write = true;
        json_open_object(w);
        json_put_int(w, "job", merge->job);
        json_key(w, STR("record"));
        TRY(query_get(&request->call, request->object, request->id, w, &version));
        json_close_object(w);
        request->etag = version;
        return STATUS_OK;
}

static Status add(Request *request) {
        MergeRequest *merge = request->prepared;
        TRY(merging_start(&request->call, &merge->merge, &merge->job));
        return job_added(request, merge->job);
}

static Status merge_post(Request *request) {
        MergeRequest merge = {.job = 0};
        request->prepared = &merge;
        TRY(request_read(request, take));
        if (!merge.merge.large)
                return request_write(request, merge_here);
        TRY(request_write(request, add));
        return job_begin(request, merge.job, false, merging_run, merging_copy, &merge.merge);
}

static Status children(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        return merging_children(&request->call, request->object, request->id, &request->w);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/records/{object}/{id}/merge", ROUTE_SLOW, ACCESS_SIGNED_IN, .run = merge_post, .id = "mergeRecords", .summary = "Merges others into this record: at once (200), or as a job (202) where much refers to them"},
        {HTTP_GET, "/api/v1/records/{object}/{id}/references", ROUTE_READ, ACCESS_SIGNED_IN, .run = children, .id = "countReferences", .summary = "How many records of which objects refer to this one"},
        {0},
};
const Route *const api_merge_routes = table;
