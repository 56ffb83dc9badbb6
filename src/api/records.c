// /api/v1/records, aggregate, search, trash: the two pipelines over HTTP.
#include "api/route.h"
#include "flow/operation.h"
#include "record/duplicate.h"

// ---- Reading

static Status list(Request *request) {
        TRY(request_object(request, 0));
        int64_t limit = 0;
        RecordQuery query = {
                .object = request->object,
                .filter = request_query(request, "filter"),
                .sort = request_query(request, "sort"),
                .fields = request_query(request, "fields"),
                .q = request_query(request, "q"),
                .after = request_query(request, "after"),
                .count = str_is(request_query(request, "count"), "true"),
        };
        TRY(request_query_int(request, "limit", 50, 1, 200, &limit));
        query.limit = (int)limit;
        return query_list(&request->call, &query, &request->w);
}

static Status count(Request *request) {
        TRY(request_object(request, 0));
        return query_count(&request->call, request->object, request_query(request, "filter"), &request->w);
}

// A figure beside a heading is not worth seconds of reading.
static Status count_unknown(Request *request) {
        count_write(&request->w, -1);
        return STATUS_OK;
}

static Status trash_list(Request *request) {
        TRY(request_object(request, 0));
        int64_t limit = 0;
        RecordQuery query = {.object = request->object, .filter = request_query(request, "filter"), .sort = request_query(request, "sort"), .fields = request_query(request, "fields"),
                             .after = request_query(request, "after"), .count = str_is(request_query(request, "count"), "true"), .deleted = true};
        TRY(request_query_int(request, "limit", 50, 1, 200, &limit));
        query.limit = (int)limit;
        return query_list(&request->call, &query, &request->w);
}

static Status get(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        Status status = query_get(&request->call, request->object, request->id, &request->w, &request->etag);
        if (status == STATUS_NOT_FOUND)
                TRY(duplicates_into(&request->call, request->object, request->id, &request->merged_into));
        return status;
}

static Status history(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        int64_t limit = 0;
        TRY(request_query_int(request, "limit", 50, 1, 200, &limit));
        return query_history(&request->call, request->object, request->id, request_query(request, "after"), (int)limit, &request->w);
}

static Status timeline(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        int64_t limit = 0;
        TRY(request_query_int(request, "limit", 30, 1, 200, &limit));
        return query_timeline(&request->call, request->object, request->id, request_query(request, "after"), (int)limit, &request->w);
}

static Status team(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        return query_team(&request->call, request->object, request->id, &request->w);
}

static Status explain(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        int64_t user = 0;
        TRY(request_query_int(request, "user", request->call.actor->user, 1, (1LL << 53) - 1, &user));
        return query_explain(&request->call, request->object, request->id, user, &request->w);
}

static Status aggregate(Request *request) {
        TRY(request_object(request, 0));
        AggregateQuery query = {.object = request->object, .group = request_query(request, "group"), .measure = request_query(request, "measure"), .filter = request_query(request, "filter"), .sort = request_query(request, "sort")};
        int64_t limit = 0;
        TRY(request_query_int(request, "limit", 10000, 1, 10000, &limit));
        query.limit = (int)limit;
        return query_aggregate(&request->call, &query, &request->w);
}

static Status search(Request *request) {
        int64_t limit = 0;
        TRY(request_query_int(request, "limit", 20, 1, 100, &limit));
        return query_search(&request->call, request_query(request, "q"), request_query(request, "objects"), (int)limit, &request->w);
}

// ---- Writing

static Status prepare_values(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_body(request));
        RecordInput *input = NULL;
        Status status = record_input(&request->context, request->object, request->body, STR_NONE, &input);
        request->prepared = input;
        return status;
}

static Status answer_record(Request *request, const Object *object, int64_t id, int http_status) {
        request->status = http_status;
        request->call.own_write = true;
        return query_get(&request->call, object, id, &request->w, &request->etag);
}

// What its maker may not see afterwards (given away, outside the scope) is answered with its id only.
static Status answer_written(Request *request, const Object *object, int64_t id, int http_status) {
        Status status = answer_record(request, object, id, http_status);
        if (status != STATUS_NOT_FOUND)
                return status;
        error_clear(&request->context);
        buf_reset(&request->out);
        request->w = json_writer(&request->out);
        json_open_object(&request->w);
        json_put_int(&request->w, "id", id);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status create(Request *request) {
        TRY(request_object(request, 0));
        WriteOptions options = {0};
        int64_t id = 0;
        TRY(record_create(&request->call, request->prepared, &options, &id));
        http_respond_header(request->http, "Location", str_format(request->http->arena, "/api/v1/records/" STR_FMT "/%lld", STR_ARG(request->object->name), (long long)id));
        return answer_written(request, request->object, id, 201);
}

// Everybody chooses his own language, whatever his roles say of colleagues.
static bool own_language(const Request *request) {
        return str_is(request->object->name, "user") && request->id == request->call.actor->user && request->body->count == 1 && json_get(request->body, "lang");
}

static Status update(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        WriteOptions options = {.as_system = own_language(request)};
        TRY(request_if_match(request, &options.version));
        Operation operation = {0};
        if (json_get(request->body, "owner"))
                TRY(operation_before(&request->call, request->object, request->id, &operation));
        TRY(record_update(&request->call, request->object, request->id, request->prepared, &options));
        TRY(operation_transferred(&request->call, &operation));
        return answer_written(request, request->object, request->id, 200);
}

static Status remove_record(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        WriteOptions options = {0};
        TRY(request_if_match(request, &options.version));
        Operation operation;
        TRY(operation_before(&request->call, request->object, request->id, &operation));
        TRY(record_delete(&request->call, request->object, request->id, &options));
        TRY(operation_deleted(&request->call, &operation));
        return request_no_content(request);
}

static Status restore(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        TRY(record_restore(&request->call, request->object, request->id));
        return answer_record(request, request->object, request->id, 200);
}

static Status prepare_action(Request *request) {
        TRY(request_object(request, 0));
        return request_body(request);
}

static Status action(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        int64_t version = 0;
        TRY(request_if_match(request, &version));
        Operation operation = {0};
        if (str_is(request_param(request, 2), "assign") || str_is(request_param(request, 2), "assign_by_rules"))
                TRY(operation_before(&request->call, request->object, request->id, &operation));
        TRY(record_action(&request->call, request->object, request->id, request_param(request, 2), request->body, version, &request->w));
        TRY(operation_transferred(&request->call, &operation));
        return request->out.len ? STATUS_OK : answer_written(request, request->object, request->id, 200);
}

// ---- Values from the history

static Status prepare_history_restore(Request *request) {
        TRY(request_object(request, 0));
        return request_body(request);
}

static Status history_restore(Request *request) {
        int64_t change = 0, version = 0;
        TRY(request->prepare_status);
        TRY(request_object(request, 0));
        TRY(request_id(request, 1));
        if (!str_to_int64(request_param(request, 2), &change))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        TRY(request_if_match(request, &version));
        Operation operation = {0};
        HistoryRestore restore = {.object = request->object, .id = request->id, .change = change, .fields = json_get(request->body, "fields"), .after = str_is(json_str(request->body, "side", STR("from")), "to"), .version = version};
        TRY(operation_before(&request->call, request->object, request->id, &operation));
        TRY(history_value_restore(&request->call, &restore));
        TRY(operation_transferred(&request->call, &operation));
        return answer_written(request, request->object, request->id, 200);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/records/{object}", ROUTE_READ, ACCESS_SIGNED_IN, .run = list, .id = "listRecords", .summary = "Records of an object that the reader may see"},
        {HTTP_POST, "/api/v1/records/{object}", ROUTE_WRITE, ACCESS_SIGNED_IN, .prepare = prepare_values, .run = create, .id = "createRecord", .summary = "Creates a record"},
        {HTTP_GET, "/api/v1/records/{object}/count", ROUTE_READ, ACCESS_SIGNED_IN, .run = count, .otherwise = count_unknown, .id = "countRecords", .summary = "How many records a filter has, where that costs little"},
        {HTTP_GET, "/api/v1/records/{object}/{id}", ROUTE_READ, ACCESS_SIGNED_IN, .run = get, .id = "getRecord", .summary = "One record"},
        {HTTP_PATCH, "/api/v1/records/{object}/{id}", ROUTE_WRITE, ACCESS_SIGNED_IN, .prepare = prepare_values, .run = update, .id = "updateRecord", .summary = "Changes fields of a record; null clears"},
        {HTTP_DELETE, "/api/v1/records/{object}/{id}", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = remove_record, .id = "deleteRecord", .summary = "Moves a record to the recycle bin"},
        {HTTP_POST, "/api/v1/records/{object}/{id}/actions/{action}", ROUTE_WRITE, ACCESS_SIGNED_IN, .prepare = prepare_action, .run = action, .id = "runAction", .summary = "Runs an action of the object on a record"},
        {HTTP_GET, "/api/v1/records/{object}/{id}/history", ROUTE_READ, ACCESS_SIGNED_IN, .run = history, .id = "getHistory", .summary = "Changes by field"},
        {HTTP_POST, "/api/v1/records/{object}/{id}/history/{change}/restore", ROUTE_WRITE, ACCESS_SIGNED_IN, .prepare = prepare_history_restore, .run = history_restore, .id = "restoreValues", .summary = "Gives fields the values again that they had before (or after) a change"},
        {HTTP_GET, "/api/v1/records/{object}/{id}/timeline", ROUTE_READ, ACCESS_SIGNED_IN, .run = timeline, .id = "getTimeline", .summary = "Everything that happened to a record"},
        {HTTP_GET, "/api/v1/records/{object}/{id}/team", ROUTE_READ, ACCESS_SIGNED_IN, .run = team, .id = "getTeam", .summary = "The team of a record, and whether the reader may change it"},
        {HTTP_GET, "/api/v1/records/{object}/{id}/explain", ROUTE_READ, ACCESS_SIGNED_IN, .run = explain, .id = "explainAccess", .summary = "Who may do what with a record, and why"},
        {HTTP_GET, "/api/v1/aggregate/{object}", ROUTE_READ, ACCESS_SIGNED_IN, .run = aggregate, .id = "aggregate", .summary = "Groups and measures over what the reader may see"},
        {HTTP_GET, "/api/v1/search", ROUTE_READ, ACCESS_SIGNED_IN, .run = search, .id = "search", .summary = "Finds records of every object"},
        {HTTP_GET, "/api/v1/trash/{object}", ROUTE_READ, ACCESS_SIGNED_IN, .run = trash_list, .id = "listTrash", .summary = "The recycle bin of an object"},
        {HTTP_POST, "/api/v1/trash/{object}/{id}/restore", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = restore, .id = "restoreRecord", .summary = "Takes a record back from the recycle bin"},
        {0},
};
const Route *const api_record_routes = table;
