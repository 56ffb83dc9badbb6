// Routes of assignment: where records would go, and how it went.
#include "api/route.h"
#include "objects/assignment_rule/report.h"
#include "objects/assignment_rule/rules.h"
#include "record/write.h"

#define NEWEST_MOST 50

// ---- Trying out

typedef struct Tally { int64_t id, count; } Tally;
typedef struct Trial {
        Request *request;
        Call *call;
        const Object *object;
        Assigner *assigner;
        Tally *people, *rules;
        size_t people_count, rules_count, most;
} Trial;

static void tally(Tally *list, size_t *count, size_t most, int64_t id) {
        size_t at = 0;
        while (at < *count && list[at].id != id)
                at++;
        if (at == most)
                return;
        if (at == *count)
                list[(*count)++] = (Tally){.id = id};
        list[at].count++;
}

static Status check_may(Request *request) {
        const Object *rules = catalog_get(request->view.catalog, "assignment_rule");
        return actor_may(request->call.actor, rules, VERB_UPDATE) ? STATUS_OK : error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
}

static const Object *named_object(Request *request, Str name) {
        const Object *object = catalog_find(request->view.catalog, name);
        return object && !object->retired && object->follow_owner && actor_may(request->call.actor, object, VERB_READ) ? object : NULL;
}

static void write_rule(const AssignRule *rule, JsonWriter *w) {
        json_key(w, STR("rule"));
        if (!rule) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_key(w, STR("id"));
        if (rule->id)
                json_add_int(w, rule->id);
        else
                json_add_null(w);
        json_put_str(w, "name", rule->name);
        json_close_object(w);
}

static void write_record(const Trial *trial, const Record *record, JsonWriter *w) {
        const Field *name = trial->object->name_field;
        json_key(w, STR("record"));
        if (!record->id) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_int(w, "id", record->id);
        json_key(w, STR("name"));
        if (actor_field(trial->call->actor, name) >= FIELD_READ)
                json_add_str(w, record->values[name->index].text);
        else
                json_add_null(w);
        json_close_object(w);
}

static Status try_one(Trial *trial, const Record *record) {
        AssignDecision decision;
        JsonWriter *w = &trial->request->w;
        const Access *access = trial->call->actor->access;
        TRY(assigner_decide(trial->assigner, record, &decision));
        json_open_object(w);
        write_record(trial, record, w);
        json_put_str(w, "outcome", str_from(assign_outcome_name(decision.outcome)));
        write_rule(decision.rule, w);
        if (decision.rule)
                json_put_str(w, "method", str_from(assign_method_name(decision.rule->method)));
        person_put(w, "chosen", access_person(access, decision.chosen));
        person_put(w, "instead_of", access_person(access, decision.instead_of));
        json_key(w, STR("candidates"));
        candidates_write(&decision, w);
        json_close_object(w);
        if (decision.chosen)
                tally(trial->people, &trial->people_count, trial->most, decision.chosen);
        if (decision.rule)
                tally(trial->rules, &trial->rules_count, trial->most, decision.rule->id);
        return arena_over(trial->call->context->arena) ? error_set(trial->call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

// The newest ones that the reader may see, in the order in which they came.
static Status newest(Trial *trial, int64_t limit, Record **records, size_t *ret_count) {
        Call *call = trial->call;
        Sql select = db_sql(call->db);
        *ret_count = 0;
        record_select(&select, trial->object);
        sql(&select, " t where t.deleted_at is null and (");
        TRY(actor_scope_sql(call->context, call->actor, trial->object, VERB_READ, STR("t"), &select));
        sql(&select, ") order by t.\"id\" desc limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < (size_t)limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                records[(*ret_count)++] = record_take(call->context->arena, trial->object, rows);
        }
        return STATUS_OK;
}

static Status values_record(Trial *trial, const Json *values, Record **ret) {
        Call *call = trial->call;
        RecordInput *input = NULL;
        ExprRows rows = record_rows(call);
        TRY(record_input(call->context, trial->object, values, STR("values."), &input));
        Record *record = record_new(call->context->arena, trial->object);
        memcpy(record->values, input->values, trial->object->fields_count * sizeof(Value));
        TRY(record_defaults(call, record, input->given, NULL, &rows, false));
        *ret = record;
        return STATUS_OK;
}

static void write_tallies(const Trial *trial, JsonWriter *w) {
        json_key(w, STR("people"));
        json_open_array(w);
        for (size_t i = 0; i < trial->people_count; i++) {
                json_open_object(w);
                person_put(w, "user", access_person(trial->call->actor->access, trial->people[i].id));
                json_put_int(w, "count", trial->people[i].count);
                json_close_object(w);
        }
        json_close_array(w);
        json_key(w, STR("rules"));
        json_open_array(w);
        for (size_t i = 0; i < trial->rules_count; i++) {
                json_open_object(w);
                json_put_int(w, "id", trial->rules[i].id);
                json_put_int(w, "count", trial->rules[i].count);
                json_close_object(w);
        }
        json_close_array(w);
}

static Status read_trial(Request *request, Trial *trial, Record **records, size_t *ret_count) {
        const Json *values = json_get(request->body, "values"), *rule = json_get(request->body, "rule");
        Str name = json_str(request->body, "object", STR("lead"));
        int64_t count = values && values->kind == JSON_OBJECT ? json_int(values, "newest", NEWEST_MOST) : NEWEST_MOST;
        bool by_values = values && values->kind == JSON_OBJECT && !json_get(values, "newest");
        *trial = (Trial){.request = request, .call = &request->call, .object = named_object(request, name), .most = 2000};
        if (!trial->object)
                return error_add(&request->context, STR("object"), "assign_no_owner", name);
        trial->people = arena_array(request->context.arena, Tally, trial->most);
        trial->rules = arena_array(request->context.arena, Tally, trial->most);
        TRY(assigner_open(trial->call, trial->object, false, &trial->assigner));
        if (rule && rule->kind != JSON_NULL)
                TRY(assigner_try(trial->assigner, rule));
        if (by_values) {
                *ret_count = 1;
                return values_record(trial, values, &records[0]);
        }
        return newest(trial, count < 1 ? 1 : count > NEWEST_MOST ? NEWEST_MOST : count, records, ret_count);
}

static Status simulate(Request *request) {
        Trial trial;
        Record *records[NEWEST_MOST];
        size_t count = 0;
        TRY(request_body(request));
        TRY(check_may(request));
        TRY(read_trial(request, &trial, records, &count));
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = count; i-- > 0;)
                TRY(try_one(&trial, records[i]));
        json_close_array(&request->w);
        write_tallies(&trial, &request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- How it went

static Status take_day(Request *request, const char *name, int32_t fallback, int32_t *ret) {
        Str text = request_query(request, name);
        *ret = fallback;
        return str_empty(text) || date_parse(text, ret) ? STATUS_OK : error_add(&request->context, str_from(name), "bad_date");
}

static Status report(Request *request) {
        Str name = request_query(request, "object");
        const Zone *zone = request->view.catalog->zone;
        int32_t today = zone_day(zone, request->context.now_ms), from = 0, to = 0;
        const Object *object = named_object(request, str_empty(name) ? STR("lead") : name);
        if (!object || !object_find(object, STR("assigned_at")))
                return error_add(&request->context, STR("object"), "assign_no_report", name);
        TRY(take_day(request, "to", today, &to));
        TRY(take_day(request, "from", to - 29, &from));
        if (from > to)
                return error_add(&request->context, STR("to"), "ends_before_start");
        AssignReport query = {.object = object, .from_ms = zone_day_start(zone, from), .to_ms = zone_day_start(zone, to + 1)};
        return assign_report(&request->call, &query, &request->w);
}

const Route assignment_routes[] = {
        {HTTP_POST, "/api/v1/assignment/simulate", ROUTE_READ, ACCESS_SIGNED_IN, .run = simulate, .id = "simulateAssignment", .summary = "Where records would go by the assignment rules, and why; writes nothing"},
        {HTTP_GET, "/api/v1/assignment/report", ROUTE_READ, ACCESS_SIGNED_IN, .run = report, .id = "reportAssignment", .summary = "How many records each colleague was given, and what became of them"},
        {0},
};
