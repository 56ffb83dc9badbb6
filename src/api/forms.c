// What a form shows for the values typed so far, which records they could be, and whether an expression could stand in a definition. Nothing is written.
#include "api/forms.h"
#include "api/limiter.h"
#include "record/duplicate.h"

#define CHECKS_MOST 600 // of duplicates, by one person within the hour
#define CHECKS_WINDOW_MS 3600000LL

// An administrator may look as a role; nobody else may ask.
Status request_as_role(Request *request, int64_t role, const Actor **ret) {
        const Actor *actor = request->call.actor;
        if (!actor->administrator)
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        if (access_actor_as(&request->context, actor->access, actor, role, ret) == STATUS_OK)
                return STATUS_OK;
        error_clear(&request->context);
        return error_add(&request->context, STR("role"), "reference_missing");
}

// An id as a member of the body; absent and null: 0.
static Status body_number(Request *request, const char *name, int64_t *ret) {
        const Json *member = json_get(request->body, name);
        *ret = 0;
        if (!member || member->kind == JSON_NULL)
                return STATUS_OK;
        if (member->kind != JSON_NUMBER || !str_to_int64(member->text, ret) || *ret <= 0 || *ret >= (1LL << 53))
                return error_add(&request->context, str_from(name), "bad_integer");
        return STATUS_OK;
}

static Status form(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_body(request));
        FormQuery query = {.object = request->object, .values = json_get(request->body, "values")};
        int64_t role = 0;
        TRY(body_number(request, "id", &query.id));
        TRY(body_number(request, "role", &role));
        if (role)
                TRY(request_as_role(request, role, &query.as));
        return query_form(&request->call, &query, &request->w);
}

// Whoever asks as often as no form does collects what he may not see.
static Status take_turn(Request *request) {
        const Actor *actor = request->call.actor;
        int wait_s = actor->administrator ? 0 : limiter_take(request->api->checks, (uint64_t)actor->user, CHECKS_MOST, CHECKS_WINDOW_MS, request->context.now_ms);
        if (!wait_s)
                return STATUS_OK;
        Status status = error_set(&request->context, STATUS_LIMITED, "too_many_checks", str_format(request->context.arena, "%d", (wait_s + 59) / 60));
        request->context.error.retry_after_s = wait_s;
        return status;
}

static Status duplicates(Request *request) {
        TRY(request_object(request, 0));
        TRY(request_body(request));
        DuplicateQuery query = {.object = request->object, .values = json_get(request->body, "values")};
        TRY(body_number(request, "id", &query.id));
        TRY(take_turn(request));
        return query_duplicates(&request->call, &query, &request->w);
}

static Status check(Request *request) {
        static const char *const kinds[] = {[EXPRESSION_CONDITION] = "condition", [EXPRESSION_VALUE] = "value", [EXPRESSION_ROLLUP] = "rollup"};
        TRY(request_object(request, 0));
        TRY(request_body(request));
        Context *context = &request->context;
        ExpressionQuery query = {.object = request->object};
        const Json *source = json_get(request->body, "expression");
        if (!source || source->kind != JSON_STRING)
                return error_add(context, STR("expression"), source && source->kind != JSON_NULL ? "bad_text" : "required");
        query.source = source->text;
        Str kind = json_str(request->body, "kind", STR("condition"));
        while (query.kind <= EXPRESSION_ROLLUP && !str_is(kind, kinds[query.kind]))
                query.kind++;
        if (query.kind > EXPRESSION_ROLLUP)
                return error_add(context, STR("kind"), "unknown_option", kind);
        if (query.kind == EXPRESSION_ROLLUP && !request->call.actor->administrator)
                return error_set(context, STATUS_FORBIDDEN, "forbidden");
        TRY(body_number(request, "id", &query.id));
        return query_expression(&request->call, &query, &request->w);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/records/{object}/form", ROUTE_READ, ACCESS_SIGNED_IN, .run = form, .id = "getFormState", .summary = "What a form shows for the values typed so far; writes nothing"},
        {HTTP_POST, "/api/v1/records/{object}/duplicates", ROUTE_READ, ACCESS_SIGNED_IN, .run = duplicates, .id = "findDuplicates", .summary = "Which records these values could be; what the reader may not see is masked. Writes nothing"},
        {HTTP_POST, "/api/v1/meta/objects/{object}/check", ROUTE_READ, ACCESS_SIGNED_IN, .run = check, .id = "checkExpression", .summary = "Checks a condition, value or roll-up, with its value for a record"},
        {0},
};
const Route *const api_form_routes = table;
