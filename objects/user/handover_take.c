// What a hand-over is asked to do: who may ask it, and its rules.
#include "objects/shared/assign.h"
#include "objects/shared/condition.h"
#include "objects/user/handover.h"
#include "record/bulk.h"
#include "record/write.h"

#define RULES_MOST 100
#define RECEIVERS_MOST 50
#define REQUEST_CAP (256u << 10)

Status handover_may(Call *call, int64_t user) {
        const Person *person = access_person(call->actor->access, user);
        const Object *object = catalog_get(call->catalog, "user");
        Status status = STATUS_OK;
        bool allowed = false;
        Record *record = NULL;
        if (!person || !query_visible(call, object, user, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        if (call->actor->administrator)
                return STATUS_OK;
        TRY(record_read_row(call, object, user, false, false, &record)); // unlocked: a reading transaction asks too
        if (record)
                TRY(record_allowed(call, VERB_UPDATE, record, &allowed));
        const Actor *theirs = NULL;
        if (allowed && person->active) {
                TRY(access_actor(call->context, call->actor->access, user, &theirs));
                allowed = !theirs->administrator;
        }
        return allowed ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");
}

// ---- Rules

typedef struct Take { Call *call; int64_t user; const HeldField *fields; size_t fields_count; } Take;

static Str path(const Take *take, size_t rule, const char *member) {
        return str_format(take->call->context->arena, "rules[%zu].%s", rule, member);
}

static const HeldField *find_field(const Take *take, Str key) {
        for (size_t i = 0; i < take->fields_count; i++)
                if (str_eq(take->fields[i].key, key))
                        return &take->fields[i];
        return NULL;
}

static void check_filter(const Take *take, size_t at, const HandoverRule *rule, const HeldField *held) {
        Call *call = take->call;
        if (str_empty(rule->filter))
                return;
        if (held)
                condition_check(call, held->object, path(take, at, "filter"), rule->filter);
        else
                (void)error_add(call->context, path(take, at, "filter"), "handover_filter_of_all");
}

// {"pool": id}: only what a person owns lies in pools, and a rule for all is of nothing in particular.
static int64_t take_pool(const Take *take, const HeldField *held, const Json *item) {
        int64_t id = 0;
        const Pool *pool = json_is_id(json_get(item, "pool"), &id) ? access_pool(take->call->actor->access, id) : NULL;
        bool fits = pool && pool->active && held && held->field->role == FIELD_OWNER && str_eq(pool->object->name, held->object->name);
        return fits ? -id : 0;
}

static void take_receivers(const Take *take, size_t at, const HeldField *held, const Json *to, HandoverRule *rule) {
        Context *context = take->call->context;
        Str where = path(take, at, "to");
        if (!to || to->kind == JSON_NULL)
                return;
        if (to->kind != JSON_ARRAY || to->count > RECEIVERS_MOST) {
                (void)error_add(context, where, to->kind == JSON_ARRAY ? "too_many" : "wrong_type", to->kind == JSON_ARRAY ? str_format(context->arena, "%d", RECEIVERS_MOST) : STR("array"));
                return;
        }
        rule->to = arena_array(context->arena, int64_t, to->count + 1);
        for (size_t i = 0; i < to->count; i++) {
                int64_t id = 0;
                bool good = to->items[i].kind == JSON_NUMBER && str_to_int64(to->items[i].text, &id);
                const Person *person = good ? access_person(take->call->actor->access, id) : NULL;
                Str item = str_format(context->arena, STR_FMT "[%zu]", STR_ARG(where), i);
                int64_t pool = to->items[i].kind == JSON_OBJECT ? take_pool(take, held, &to->items[i]) : 0;
                if (pool)
                        rule->to[rule->to_count++] = pool;
                else if (!person)
                        (void)error_add(context, item, "reference_missing");
                else if (id == take->user)
                        (void)error_add(context, item, "handover_to_himself");
                else if (!person->active)
                        (void)error_add(context, item, "owner_inactive");
                else
                        rule->to[rule->to_count++] = id;
        }
}

static Status take_rule(const Take *take, size_t at, const Json *json, HandoverRule *rule) {
        Context *context = take->call->context;
        if (json->kind != JSON_OBJECT)
                return error_add(context, str_format(context->arena, "rules[%zu]", at), "wrong_type", STR("object"));
        size_t errors = context->error.count;
        TRY(text_take(context, json, "of", &rule->of));
        TRY(text_take(context, json, "filter", &rule->filter));
        rule->filter = str_trim(rule->filter);
        const HeldField *held = find_field(take, rule->of);
        if (!held && !str_is(rule->of, "*"))
                return error_add(context, path(take, at, "of"), "handover_unknown", rule->of);
        check_filter(take, at, rule, held);
        take_receivers(take, at, held, json_get(json, "to"), rule);
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

static Str request_json(Call *call, int64_t user, const Json *body) {
        static const char *const members[] = {"rules", "disable"};
        const Person *person = access_person(call->actor->access, user);
        Buf buf = buf_make(call->context->arena, REQUEST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "user", user);
        json_put_str(&w, "name", person ? person->name : STR_NONE);
        json_put_members(&w, body, members, sizeof members / sizeof *members);
        json_close_object(&w);
        return buf_str(&buf);
}

static Status take_disable(Call *call, int64_t user, const Json *body, bool *ret) {
        const Json *disable = json_get(body, "disable");
        if (disable && disable->kind != JSON_TRUE && disable->kind != JSON_FALSE && disable->kind != JSON_NULL)
                return error_add(call->context, STR("disable"), "wrong_type", STR("boolean"));
        *ret = json_is_true(disable);
        return *ret && user == call->actor->user ? error_add(call->context, STR("disable"), "user_self") : STATUS_OK;
}

Status handover_take(Call *call, int64_t user, const Json *body, Handover *ret) {
        Context *context = call->context;
        Handover handover = {.user = user};
        HeldField *fields = NULL;
        Take take = {.call = call, .user = user};
        held_fields(call, &fields, &take.fields_count);
        take.fields = fields;
        const Json *rules = json_get(body, "rules");
        if (rules && rules->kind != JSON_ARRAY && rules->kind != JSON_NULL)
                return error_add(context, STR("rules"), "wrong_type", STR("array"));
        if (rules && rules->count > RULES_MOST)
                return error_add(context, STR("rules"), "too_many", str_format(context->arena, "%d", RULES_MOST));
        handover.rules_count = rules && rules->kind == JSON_ARRAY ? rules->count : 0;
        handover.rules = arena_array(context->arena, HandoverRule, handover.rules_count + 1);
        for (size_t i = 0; i < handover.rules_count; i++) {
                Status status = take_rule(&take, i, &rules->items[i], &handover.rules[i]);
                if (status != STATUS_OK && status != STATUS_INVALID)
                        return status;
        }
        (void)take_disable(call, user, body, &handover.disable);
        if (context->error.count)
                return STATUS_INVALID;
        handover.request = request_json(call, user, body);
        *ret = handover;
        return handover.request.len < REQUEST_CAP ? STATUS_OK : error_set(context, STATUS_TOO_LARGE, "too_large");
}
