// What somebody holds and who gets it: the fields that may name him, his records by rule, the first rule that matches deciding.
#include "objects/user/handover.h"
#include "record/bulk.h"
#include <stdlib.h>

// ---- What can be held

static HandoverKind kind_of(const Call *call, const Object *object) {
        for (const ObjectModule *const *module = record_modules(call->org); module && *module; module++)
                if (str_is(object->name, (*module)->object))
                        return (*module)->handover;
        return HANDOVER_MOVES;
}

static bool names_holder(const Call *call, const Field *field) {
        const Object *object = field->object;
        bool person = field->stored && !field->hidden && !field->retired && field->type->reference && field->target && str_is(field->target->name, "user");
        bool mine = field->role == FIELD_OWNER && !str_is(object->name, "user"); // everyone owns his own account
        return person && (mine || (field->role == FIELD_PLAIN && !field->readonly)) && actor_field(call->actor, field) >= FIELD_READ;
}

void held_fields(Call *call, HeldField **ret, size_t *ret_count) {
        size_t most = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++)
                most += call->catalog->objects[i]->fields_count;
        *ret = arena_array(call->context->arena, HeldField, most);
        *ret_count = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                HandoverKind kind = kind_of(call, object);
                if (object->retired || kind == HANDOVER_NEVER || !actor_may(call->actor, object, VERB_READ))
                        continue;
                for (size_t k = 0; k < object->fields_count; k++) {
                        const Field *field = object->fields[k];
                        if (names_holder(call, field))
                                (*ret)[(*ret_count)++] = (HeldField){.object = object, .field = field, .stays = kind == HANDOVER_STAYS, .key = str_format(call->context->arena, STR_FMT "." STR_FMT, STR_ARG(object->name), STR_ARG(field->name))};
                }
        }
}

// ---- Whose records they are

typedef struct Ids { int64_t *items; size_t count; } Ids;

static int compare_ids(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

// Through the query pipeline: what the actor does not see he does not hand over.
static Status find_ids(Call *call, const HeldField *held, int64_t user, Str filter, Ids *ret) {
        Arena *arena = call->context->arena;
        RecordQuery query = {.object = held->object};
        query.filter = str_format(arena, STR_FMT " = %lld", STR_ARG(held->field->name), (long long)user);
        if (str_is(held->object->name, "user")) // what his own account says of himself leaves with him
                query.filter = str_format(arena, STR_FMT " and id != %lld", STR_ARG(query.filter), (long long)user);
        if (!str_empty(filter))
                query.filter = str_format(arena, STR_FMT " and (" STR_FMT ")", STR_ARG(query.filter), STR_ARG(filter));
        TRY(query_ids(call, &query, HANDOVER_LARGEST + 1, &ret->items, &ret->count));
        if (ret->count)
                qsort(ret->items, ret->count, sizeof *ret->items, compare_ids);
        return STATUS_OK;
}

static bool has(const Ids *ids, int64_t id) {
        return ids->count && bsearch(&id, ids->items, ids->count, sizeof id, compare_ids);
}

static bool applies(const HandoverRule *rule, const HeldField *held) {
        return str_is(rule->of, "*") ? !held->stays : str_eq(rule->of, held->key);
}

// In turn over those whom the rule names; who is decided already keeps whom he has.
static Status apply(Call *call, const HandoverRule *rule, const HeldField *held, int64_t user, HeldRecord *records, bool *decided, size_t count) {
        Ids matched = {0};
        size_t turn = 0;
        bool all = str_empty(rule->filter);
        if (!all)
                TRY(find_ids(call, held, user, rule->filter, &matched));
        for (size_t i = 0; i < count; i++) {
                if (decided[i] || !(all || has(&matched, records[i].record)))
                        continue;
                decided[i] = true;
                records[i].to = rule->to_count ? rule->to[turn++ % rule->to_count] : 0;
        }
        return STATUS_OK;
}

static HeldRecord *reserve(Call *call, HandoverPlan *plan, size_t more) {
        if (plan->count + more > plan->capacity) {
                size_t capacity = plan->capacity * 2 > plan->count + more ? plan->capacity * 2 : plan->count + more + 64;
                plan->records = arena_grow(call->context->arena, plan->records, plan->capacity * sizeof(HeldRecord), capacity * sizeof(HeldRecord));
                plan->capacity = capacity;
        }
        HeldRecord *records = plan->records + plan->count;
        plan->count += more;
        return records;
}

static Status plan_field(Call *call, const Handover *handover, const HeldField *held, HandoverPlan *plan) {
        Ids ids = {0};
        TRY(find_ids(call, held, handover->user, STR_NONE, &ids));
        if (plan->count + ids.count > HANDOVER_LARGEST)
                return error_add(call->context, STR_NONE, "handover_too_many", str_format(call->context->arena, "%d", HANDOVER_LARGEST));
        HeldRecord *records = reserve(call, plan, ids.count);
        for (size_t i = 0; i < ids.count; i++)
                records[i] = (HeldRecord){.object = held->object->id, .record = ids.items[i], .field = held->field->id};
        bool *decided = arena_array(call->context->arena, bool, ids.count + 1);
        for (size_t i = 0; ids.count && i < handover->rules_count; i++)
                if (applies(&handover->rules[i], held))
                        TRY(apply(call, &handover->rules[i], held, handover->user, records, decided, ids.count));
        return STATUS_OK;
}

Status handover_plan(Call *call, const Handover *handover, HandoverPlan *ret) {
        HandoverPlan plan = {0};
        held_fields(call, &plan.fields, &plan.fields_count);
        plan.first = arena_array(call->context->arena, size_t, plan.fields_count + 1);
        for (size_t i = 0; i < plan.fields_count; i++) {
                plan.first[i] = plan.count;
                TRY(plan_field(call, handover, &plan.fields[i], &plan));
        }
        plan.first[plan.fields_count] = plan.count;
        *ret = plan;
        return STATUS_OK;
}

// ---- As numbers

typedef struct Share { int64_t user, count; } Share;

static void add_share(Share *shares, size_t *count, int64_t user) {
        for (size_t i = 0; i < *count; i++)
                if (shares[i].user == user) {
                        shares[i].count++;
                        return;
                }
        shares[(*count)++] = (Share){user, 1};
}

static size_t most_receivers(const Handover *handover) {
        size_t most = 1;
        for (size_t i = 0; i < handover->rules_count; i++)
                most += handover->rules[i].to_count;
        return most;
}

void receiver_put(JsonWriter *w, const Access *access, int64_t receiver) {
        const Pool *pool = receiver < 0 ? access_pool(access, -receiver) : NULL;
        if (receiver >= 0) {
                user_put(w, "user", access, receiver);
                return;
        }
        json_key(w, STR("pool"));
        json_open_object(w);
        json_put_int(w, "id", -receiver);
        json_put_str(w, "name", pool ? pool->name : STR_NONE);
        json_close_object(w);
}

static void write_shares(Call *call, JsonWriter *w, const Share *shares, size_t count) {
        json_open_array(w);
        for (size_t i = 0; i < count; i++) {
                json_open_object(w);
                receiver_put(w, call->actor->access, shares[i].user);
                json_put_int(w, "count", shares[i].count);
                json_close_object(w);
        }
        json_close_array(w);
}

static void write_field(Call *call, const Handover *handover, const HandoverPlan *plan, size_t at, JsonWriter *w) {
        const HeldField *held = &plan->fields[at];
        Share *shares = arena_array(call->context->arena, Share, most_receivers(handover));
        size_t count = 0, moves = 0;
        for (size_t i = plan->first[at]; i < plan->first[at + 1]; i++)
                if (plan->records[i].to) {
                        add_share(shares, &count, plan->records[i].to);
                        moves++;
                }
        json_open_object(w);
        json_put_str(w, "of", held->key);
        json_put_str(w, "object", held->object->name);
        json_put_str(w, "field", held->field->name);
        json_put_str(w, "label", label_text(held->field->role == FIELD_OWNER ? &held->object->plural : &held->field->label, call->context->lang));
        json_put_bool(w, "stays", held->stays);
        json_put_int(w, "count", (int64_t)(plan->first[at + 1] - plan->first[at]));
        json_put_int(w, "moves", (int64_t)moves);
        json_key(w, STR("to"));
        write_shares(call, w, shares, count);
        json_close_object(w);
}

static Status write_others(Call *call, int64_t user, JsonWriter *w) {
        json_key(w, STR("others"));
        json_open_array(w);
        for (const ObjectModule *const *module = record_modules(call->org); module && *module; module++)
                for (size_t i = 0; i < (*module)->holdings_count; i++) {
                        const Holding *holding = &(*module)->holdings[i];
                        int64_t count = 0;
                        TRY(holding->count(call, user, &count));
                        json_open_object(w);
                        json_put_str(w, "of", str_from(holding->name));
                        json_put_str(w, "label", text_get(call->context->lang, holding->text));
                        json_put_bool(w, "ends", holding->end != NULL);
                        json_put_int(w, "count", count);
                        json_close_object(w);
                }
        json_close_array(w);
        return STATUS_OK;
}

Status handover_write(Call *call, const Handover *handover, const HandoverPlan *plan, JsonWriter *w) {
        const Person *person = access_person(call->actor->access, handover->user);
        Share *shares = arena_array(call->context->arena, Share, most_receivers(handover));
        size_t count = 0;
        int64_t total = 0;
        for (size_t i = 0; i < plan->count; i++)
                if (plan->records[i].to) {
                        add_share(shares, &count, plan->records[i].to);
                        total++;
                }
        json_open_object(w);
        user_put(w, "user", call->actor->access, handover->user);
        json_put_bool(w, "active", person && person->active);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < plan->fields_count; i++)
                if (plan->first[i + 1] > plan->first[i])
                        write_field(call, handover, plan, i, w);
        json_close_array(w);
        TRY(write_others(call, handover->user, w));
        json_put_int(w, "count", (int64_t)plan->count);
        json_put_int(w, "moves", total);
        json_key(w, STR("to"));
        write_shares(call, w, shares, count);
        json_put_bool(w, "disable", handover->disable);
        json_close_object(w);
        return STATUS_OK;
}
