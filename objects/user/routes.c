// Routes about people: who stands above somebody, what somebody holds, handing it over.
#include "api/route.h"
#include "objects/user/handover.h"

// ---- Superiors

// One's own chain everyone may know; another's who may read the fields that make it.
static bool may_know(const Request *request, int64_t user) {
        const Actor *actor = request->call.actor;
        const Field *superior = object_get(catalog_get(request->view.catalog, "user"), "superior"), *head = object_get(catalog_get(request->view.catalog, "department"), "head");
        return user == actor->user || (actor_field(actor, superior) >= FIELD_READ && actor_field(actor, head) >= FIELD_READ);
}

static void write_superior(const Request *request, const Superior *superior, JsonWriter *w) {
        const Department *department = access_department(request->view.access, superior->department);
        json_open_object(w);
        json_put_int(w, "id", superior->person->id);
        json_put_str(w, "name", superior->person->name);
        json_put_str(w, "by", superior->department ? STR("head") : STR("superior"));
        department_put(w, "department", department);
        json_close_object(w);
}

static Status superiors_get(Request *request) {
        Superior *chain = NULL;
        size_t count = 0;
        TRY(request_id(request, 0));
        if (!access_person(request->view.access, request->id))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        if (!may_know(request, request->id))
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        access_superiors(request->view.access, request->context.arena, request->id, &chain, &count);
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < count; i++)
                write_superior(request, &chain[i], &request->w);
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- What he holds

static Status write_plan(Request *request, const Handover *handover) {
        HandoverPlan plan;
        TRY(handover_plan(&request->call, handover, &plan));
        return handover_write(&request->call, handover, &plan, &request->w);
}

static Status holdings_get(Request *request) {
        TRY(request_id(request, 0));
        TRY(handover_may(&request->call, request->id));
        Handover handover = {.user = request->id};
        return write_plan(request, &handover);
}

// ---- Handing it over

static Status take(Request *request, Handover *ret) {
        TRY(request_id(request, 0));
        TRY(request_body(request));
        TRY(handover_may(&request->call, request->id));
        return handover_take(&request->call, request->id, request->body, ret);
}

static Status preview(Request *request) {
        Handover handover;
        TRY(take(request, &handover));
        return write_plan(request, &handover);
}

static Status add(Request *request) {
        int64_t *job = request->prepared;
        Handover handover;
        TRY(take(request, &handover));
        TRY(handover_start(&request->call, &handover, job));
        request->status = 202;
        return job_write(&request->call, *job, &request->w);
}

static Status handover_post(Request *request) {
        int64_t job = 0;
        TRY(request_body(request));
        const Json *dry = json_get(request->body, "dry_run");
        if (dry && dry->kind != JSON_TRUE && dry->kind != JSON_FALSE && dry->kind != JSON_NULL)
                return error_add(&request->context, STR("dry_run"), "wrong_type", STR("boolean"));
        if (json_is_true(dry))
                return request_read(request, preview);
        request->prepared = &job;
        TRY(request_write(request, add));
        if (job)
                http_respond_header(request->http, "Location", str_format(request->http->arena, "/api/v1/jobs/%lld", (long long)job));
        return STATUS_OK;
}

const Route user_routes[] = {
        {HTTP_GET, "/api/v1/users/{id}/superiors", ROUTE_READ, ACCESS_SIGNED_IN, .run = superiors_get, .id = "listSuperiors", .summary = "Who stands above somebody, the nearest first"},
        {HTTP_GET, "/api/v1/users/{id}/holdings", ROUTE_READ, ACCESS_SIGNED_IN, .run = holdings_get, .id = "listHoldings", .summary = "Everything that somebody holds, counted"},
        {HTTP_POST, "/api/v1/users/{id}/handover", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = 256u << 10, .run = handover_post, .id = "handOver", .summary = "Hands over what somebody holds, by rules, as a job; dry_run tells the numbers only"},
        {0},
};
