// POST /api/v1/records/{object}/batch: up to 1,000 operations, all or nothing, or each for itself (?atomic=false).
#include "api/route.h"

#define BATCH_LIMIT 1000

typedef enum Op { OP_CREATE, OP_UPDATE, OP_DELETE } Op;
typedef struct BatchItem {
        Op op;
        int64_t id, version;
        RecordInput *input;
        Error input_error;      // what was wrong with this item's values
        Status input_status;
        Str prefix;
} BatchItem;
typedef struct Batch { BatchItem *items; size_t count; bool atomic; } Batch;
typedef struct Step { Request *request; BatchItem *item; int64_t id; } Step;

static Status bad_item(Context *context, size_t index, const char *member, const char *code) {
        return error_add(context, str_format(context->arena, "items[%zu].%s", index, member), code);
}

static Status take_item(Request *request, const Json *json, size_t index, BatchItem *item) {
        Context *context = &request->context;
        Str op = json_str(json, "op", STR_NONE);
        const Batch *batch = request->prepared;
        *item = (BatchItem){.id = json_int(json, "id", 0), .version = json_int(json, "version", 0)};
        if (batch->atomic) // one problem for all: it has to say which item; alone, each answers for itself
                item->prefix = str_format(context->arena, "items[%zu].values.", index);
        if (str_is(op, "create"))
                item->op = OP_CREATE;
        else if (str_is(op, "update"))
                item->op = OP_UPDATE;
        else if (str_is(op, "delete"))
                item->op = OP_DELETE;
        else
                return bad_item(context, index, "op", "unknown_op");
        if (item->op != OP_CREATE && item->id <= 0)
                return bad_item(context, index, "id", "required");
        if (item->op == OP_DELETE)
                return STATUS_OK;
        Error before = context->error;
        error_clear(context);
        item->input_status = record_input(context, request->object, json_get(json, "values"), item->prefix, &item->input);
        item->input_error = context->error;
        context->error = before;
        return STATUS_OK;
}

static Status prepare_batch(Request *request) {
        Context *context = &request->context;
        TRY(request_object(request, 0));
        Json *body = NULL;
        TRY(json_parse(context, request->http->body, 32, &body));
        const Json *items = body->kind == JSON_ARRAY ? body : json_get(body, "items");
        if (!items && body->kind == JSON_OBJECT)
                items = json_get(body, "operations");
        if (!items || items->kind != JSON_ARRAY)
                return error_set(context, STATUS_MALFORMED, "array_expected");
        if (items->count > BATCH_LIMIT)
                return error_set(context, STATUS_INVALID, "batch_too_long", STR("1000"));
        Batch *batch = arena_new_of(context->arena, Batch);
        batch->items = arena_array(context->arena, BatchItem, items->count ? items->count : 1);
        batch->count = items->count;
        batch->atomic = !str_is(request_query(request, "atomic"), "false");
        request->prepared = batch;
        Status status = STATUS_OK;
        for (size_t i = 0; i < items->count; i++)
                if (take_item(request, &items->items[i], i, &batch->items[i]) != STATUS_OK)
                        status = STATUS_INVALID;
        return status == STATUS_OK ? STATUS_OK : error_status(context);
}

static Status run_item(Db *db, void *arg) {
        Step *step = arg;
        Request *request = step->request;
        BatchItem *item = step->item;
        (void)db;
        WriteOptions options = {.version = item->version, .path_prefix = item->prefix};
        step->id = item->id;
        if (item->input_status != STATUS_OK) {
                request->context.error = item->input_error;
                if (item->input_status != STATUS_INVALID)
                        return item->input_status;
        }
        if (item->op == OP_CREATE)
                return record_create(&request->call, item->input, &options, &step->id);
        if (item->op == OP_UPDATE)
                return record_update(&request->call, request->object, item->id, item->input, &options);
        return record_delete(&request->call, request->object, item->id, &options);
}

static Status answer_item(Request *request, const BatchItem *item, int64_t id) {
        JsonWriter *w = &request->w;
        json_open_object(w);
        json_put_int(w, "status", item->op == OP_CREATE ? 201 : item->op == OP_UPDATE ? 200 : 204);
        if (item->op != OP_DELETE) {
                Buf buf = buf_make(request->context.arena, JSON_BODY_LIMIT * 4);
                JsonWriter record = json_writer(&buf);
                int64_t version = 0;
                Status status = query_get(&request->call, request->object, id, &record, &version);
                if (status != STATUS_OK && status != STATUS_NOT_FOUND)
                        return status;
                json_key(w, STR("record"));
                if (status == STATUS_OK)
                        json_add_raw(w, buf_str(&buf));
                else
                        json_add_raw(w, str_format(request->context.arena, "{\"id\":%lld}", (long long)id));
                error_clear(&request->context);
        }
        json_close_object(w);
        return STATUS_OK;
}

static void answer_problem(Request *request, Status status) {
        HttpRequest answer = {.arena = request->http->arena};
        HttpRequest *http = request->http;
        request->http = &answer;
        problem_write(request, status);
        request->http = http;
        json_open_object(&request->w);
        json_put_int(&request->w, "status", answer.status);
        json_key(&request->w, STR("problem"));
        json_add_raw(&request->w, answer.response);
        json_close_object(&request->w);
        error_clear(&request->context);
}

// A refusal of the whole says which item it was.
static Status name_item(Request *request, size_t index, Status status) {
        Context *context = &request->context;
        if (status != STATUS_INVALID && context->error.code) {
                Str args[4];
                memcpy(args, context->error.args, sizeof args);
                (void)error_add_(context, str_format(context->arena, "items[%zu]", index), context->error.code, args);
        }
        return status;
}

static Status run_batch(Request *request) {
        TRY(request_object(request, 0));
        Batch *batch = request->prepared;
        if (request->prepare_status != STATUS_OK)
                return request->prepare_status;
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < batch->count; i++) {
                Step step = {.request = request, .item = &batch->items[i]};
                Status status = batch->atomic ? run_item(request->call.db, &step) : db_savepoint(request->call.db, run_item, &step);
                if (status != STATUS_OK && (batch->atomic || store_failed(status)))
                        return name_item(request, i, status);
                if (status == STATUS_OK)
                        TRY(answer_item(request, step.item, step.id));
                else
                        answer_problem(request, status);
        }
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/records/{object}/batch", ROUTE_WRITE, ACCESS_SIGNED_IN, .body = BATCH_BODY_LIMIT, .prepare = prepare_batch, .run = run_batch, .id = "batch", .summary = "Up to 1,000 operations at once"},
        {0},
};
const Route *const api_batch_routes = table;
