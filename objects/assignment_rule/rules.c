// Assignment rules: read and held, asked one after the other, and what is remembered of them. Who of the candidates is taken is choose.c's.
#include "objects/assignment_rule/rules.h"
#include "objects/shared/condition.h"
#include "record/write.h"

#define RULES_MOST 200
#define TURN_CAP (512u << 10)
#define DEPARTMENTS_MOST 500

static const char *const methods[] = {"round_robin", "weighted", "least_loaded", "performance", "expertise"};
static const char *const fallbacks[] = {"next_rule", "user", "pool", "keep"};
static const char *const outcomes[] = {[OUTCOME_NONE] = "none", [OUTCOME_CHOSEN] = "chosen", [OUTCOME_FALLBACK] = "fallback", [OUTCOME_POOLED] = "pooled", [OUTCOME_KEPT] = "kept"};

const char *assign_method_name(AssignMethod method) {
        return methods[method];
}

AssignMethod assign_method(Str name) {
        AssignMethod method = ASSIGN_ROUND_ROBIN;
        while (method < ASSIGN_METHODS && !str_is(name, methods[method]))
                method++;
        return method;
}

const char *assign_outcome_name(AssignOutcome outcome) {
        return outcomes[outcome];
}

static AssignFallback fallback_of(Str name) {
        for (AssignFallback fallback = FALLBACK_NEXT; fallback <= FALLBACK_KEEP; fallback++)
                if (str_is(name, fallbacks[fallback]))
                        return fallback;
        return FALLBACK_NEXT;
}

void *assign_room(Arena *arena, void *list, size_t count, size_t *capacity, size_t item_size) {
        if (count < *capacity)
                return list;
        size_t more = *capacity ? *capacity * 2 : 8;
        list = arena_grow(arena, list, *capacity * item_size, more * item_size);
        *capacity = more;
        return list;
}

// ---- The turn, as text

static void take_weights(Arena *arena, const Json *list, Turn *turn) {
        turn->weights = arena_array(arena, struct TurnWeight, list->count + 1);
        for (size_t i = 0; i < list->count; i++)
                turn->weights[turn->weights_count++] = (struct TurnWeight){json_int(&list->items[i], "m", 0), json_int(&list->items[i], "c", 0)};
}

static void take_rates(Arena *arena, const Json *list, Turn *turn) {
        turn->rates = arena_array(arena, struct TurnRate, list->count + 1);
        for (size_t i = 0; i < list->count; i++)
                turn->rates[turn->rates_count++] = (struct TurnRate){json_int(&list->items[i], "u", 0), json_int(&list->items[i], "t", 0), json_int(&list->items[i], "w", 0)};
}

Turn turn_parse(Arena *arena, Str text) {
        Turn turn = {0};
        Context own;
        Json *json = NULL;
        context_init(&own, arena, LANG_EN, 0);
        if (str_empty(text) || json_parse(&own, text, 4, &json) != STATUS_OK)
                return turn;
        turn.last = json_int(json, "last", 0);
        turn.at = json_int(json, "at", 0);
        turn.day = json_int(json, "day", 0);
        if (json_get(json, "weights"))
                take_weights(arena, json_get(json, "weights"), &turn);
        if (json_get(json, "rates"))
                take_rates(arena, json_get(json, "rates"), &turn);
        return turn;
}

Str turn_text(Arena *arena, const Turn *turn) {
        Buf buf = buf_make(arena, TURN_CAP);
        buf_format(&buf, "{\"last\":%lld,\"at\":%lld,\"day\":%lld,\"weights\":[", (long long)turn->last, (long long)turn->at, (long long)turn->day);
        for (size_t i = 0; i < turn->weights_count; i++)
                buf_format(&buf, "%s{\"m\":%lld,\"c\":%lld}", i ? "," : "", (long long)turn->weights[i].member, (long long)turn->weights[i].current);
        buf_lit(&buf, "],\"rates\":[");
        for (size_t i = 0; i < turn->rates_count; i++)
                buf_format(&buf, "%s{\"u\":%lld,\"t\":%lld,\"w\":%lld}", i ? "," : "", (long long)turn->rates[i].user, (long long)turn->rates[i].taken, (long long)turn->rates[i].won);
        buf_lit(&buf, "]}");
        return buf_str(&buf);
}

// ---- Reading them

static int64_t int_of(const Record *row, const char *field) {
        Value value = record_value(row, field);
        return value.kind == VALUE_INTEGER ? value.integer : 0;
}

static void take_departments(Context *context, Str list, AssignRule *rule) {
        Json *json = NULL;
        if (str_empty(list) || json_parse(context, list, 2, &json) != STATUS_OK)
                return;
        rule->departments = arena_array(context->arena, int64_t, json->count + 1);
        for (size_t i = 0; i < json->count && i < DEPARTMENTS_MOST; i++)
                rule->departments_count += str_to_int64(json->items[i].text, &rule->departments[rule->departments_count]);
}

static void take_rule(Context *context, const Record *row, AssignRule *rule) {
        *rule = (AssignRule){.id = row->id, .name = record_str(row, "name"), .condition = str_trim(record_str(row, "condition")), .order = int_of(row, "order"), .method = assign_method(record_str(row, "method"))};
        rule->fallback = fallback_of(record_str(row, "fallback"));
        rule->fallback_user = int_of(row, "fallback_user");
        rule->fallback_pool = int_of(row, "fallback_pool");
        rule->cadence = int_of(row, "cadence");
        rule->response_minutes = int_of(row, "response_minutes");
        rule->respect_hours = record_value(row, "respect_hours").kind == VALUE_BOOL && record_value(row, "respect_hours").boolean;
        rule->turn = turn_parse(context->arena, record_str(row, "turn"));
        take_departments(context, record_str(row, "departments"), rule);
}

static Status read_rules(Assigner *assigner) {
        Call *call = assigner->call;
        const Object *object = catalog_get(call->catalog, "assignment_rule");
        Sql select = db_sql(call->db);
        record_select(&select, object);
        sql(&select, " where deleted_at is null and active = ");
        sql_value(&select, value_bool(true));
        sql(&select, " and object = ");
        sql_str(&select, assigner->object->name);
        sql(&select, " order by coalesce(\"order\", 0), \"id\" limit ");
        sql_int(&select, RULES_MOST);
        if (assigner->writes)
                sql_lock(&select, false);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; assigner->rules_count < RULES_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                assigner->rules = assign_room(call->context->arena, assigner->rules, assigner->rules_count, &assigner->rules_capacity, sizeof *assigner->rules);
                take_rule(call->context, record_take(call->context->arena, object, rows), &assigner->rules[assigner->rules_count++]);
        }
        return STATUS_OK;
}

Status assigner_open(Call *call, const Object *object, bool writes, Assigner **ret) {
        Assigner *assigner = arena_new_of(call->context->arena, Assigner);
        *assigner = (Assigner){.call = call, .object = object, .writes = writes};
        TRY(read_rules(assigner));
        TRY(facts_away(assigner));
        OrgView view = org_view(call->org);
        assigner->open_now = hours_is_open(&view.settings->hours, call->catalog->zone, call->context->now_ms);
        org_view_done(&view);
        *ret = assigner;
        return STATUS_OK;
}

// ---- One that is tried out

static int64_t id_in(const Json *body, const char *member) {
        const Json *json = json_get(body, member);
        int64_t id = 0;
        if (json && json->kind == JSON_OBJECT)
                json = json_get(json, "id");
        return json && json->kind == JSON_NUMBER && str_to_int64(json->text, &id) ? id : 0;
}

static void given_departments(Arena *arena, const Json *list, AssignRule *rule) {
        rule->departments_count = 0;
        rule->departments = arena_array(arena, int64_t, DEPARTMENTS_MOST);
        for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count && i < DEPARTMENTS_MOST; i++) {
                const Json *item = list->items[i].kind == JSON_OBJECT ? json_get(&list->items[i], "id") : &list->items[i];
                rule->departments_count += item && item->kind == JSON_NUMBER && str_to_int64(item->text, &rule->departments[rule->departments_count]);
        }
}

static Status take_given(Assigner *assigner, const Json *body, AssignRule *rule) {
        Call *call = assigner->call;
        Context *context = call->context;
        Str method = json_str(body, "method", STR("round_robin"));
        size_t errors = context->error.count;
        rule->name = json_str(body, "name", rule->name);
        rule->condition = str_trim(json_str(body, "condition", STR_NONE));
        rule->order = json_int(body, "order", 100);
        rule->method = assign_method(method);
        rule->fallback = fallback_of(json_str(body, "fallback", STR("next_rule")));
        rule->fallback_user = id_in(body, "fallback_user");
        rule->fallback_pool = id_in(body, "fallback_pool");
        rule->respect_hours = json_bool(body, "respect_hours", false);
        rule->parsed = NULL;
        rule->ready = rule->broken = false;
        given_departments(context->arena, json_get(body, "departments"), rule);
        rule->members = json_get(body, "members");
        if (rule->members && rule->members->kind != JSON_ARRAY)
                (void)error_add(context, STR("rule.members"), "wrong_type", STR("array"));
        if (rule->method == ASSIGN_METHODS)
                (void)error_add(context, STR("rule.method"), "unknown_option", method);
        if (rule->condition.len)
                condition_check(call, assigner->object, STR("rule.condition"), rule->condition);
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

static void rules_sort(Assigner *assigner) {
        for (size_t i = 1; i < assigner->rules_count; i++)
                for (size_t k = i; k > 0 && assigner->rules[k].order < assigner->rules[k - 1].order; k--) {
                        AssignRule moved = assigner->rules[k];
                        assigner->rules[k] = assigner->rules[k - 1];
                        assigner->rules[k - 1] = moved;
                }
}

Status assigner_try(Assigner *assigner, const Json *body) {
        int64_t id = id_in(body, "id");
        size_t at = 0;
        if (body->kind != JSON_OBJECT)
                return error_add(assigner->call->context, STR("rule"), "wrong_type", STR("object"));
        while (at < assigner->rules_count && (!id || assigner->rules[at].id != id))
                at++;
        if (!json_bool(body, "active", true)) { // without it
                for (size_t i = at; i + 1 < assigner->rules_count; i++)
                        assigner->rules[i] = assigner->rules[i + 1];
                assigner->rules_count -= at < assigner->rules_count;
                return STATUS_OK;
        }
        if (at == assigner->rules_count) {
                assigner->rules = assign_room(assigner->call->context->arena, assigner->rules, at, &assigner->rules_capacity, sizeof *assigner->rules);
                assigner->rules[at] = (AssignRule){.id = id};
                assigner->rules_count++;
        }
        TRY(take_given(assigner, body, &assigner->rules[at]));
        rules_sort(assigner);
        return STATUS_OK;
}

// ---- Does a rule fit?

// A condition that is not understood any more (a field was retired) fits nothing; the others are asked all the same.
static void parse_condition(Assigner *assigner, AssignRule *rule) {
        Context own;
        ExprNames names = catalog_names(assigner->call->catalog);
        ExprParse parse = {.names = &names, .object = assigner->object, .expect = EXPR_BOOL};
        context_init(&own, assigner->call->context->arena, LANG_EN, assigner->call->context->now_ms);
        rule->broken = expr_parse(&own, &parse, rule->condition, &rule->parsed) != STATUS_OK;
}

static Status fits(Assigner *assigner, AssignRule *rule, const Record *record, bool *ret) {
        Call *call = assigner->call;
        *ret = true;
        if (str_empty(rule->condition))
                return STATUS_OK;
        if (!rule->parsed && !rule->broken)
                parse_condition(assigner, rule);
        *ret = false;
        if (rule->broken)
                return STATUS_OK;
        ExprEnv env = actor_env(call->context, call->actor);
        ExprRows rows = record_rows(call);
        Value value = VALUE_NONE;
        TRY(expr_eval(call->context, rule->parsed, &env, &rows, record, &value));
        *ret = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

// ---- Asking one

static bool asks_loads(const AssignRule *rule) {
        if (rule->method != ASSIGN_ROUND_ROBIN && rule->method != ASSIGN_WEIGHTED)
                return true;
        for (size_t i = 0; i < rule->slots_count; i++)
                if (rule->slots[i].capacity >= 0)
                        return true;
        return false;
}

static Status prepare(Assigner *assigner, AssignRule *rule, const Record *record) {
        if (!rule->ready)
                TRY(facts_slots(assigner, rule));
        rule->ready = true;
        for (size_t i = 0; i < rule->slots_count; i++)
                if (rule->slots[i].reason && (strcmp(rule->slots[i].reason, "capacity") == 0 || strcmp(rule->slots[i].reason, "off_hours") == 0))
                        rule->slots[i].reason = NULL; // asked anew
        if (asks_loads(rule))
                TRY(facts_loads(assigner, rule));
        if (rule->method == ASSIGN_PERFORMANCE)
                TRY(facts_rates(assigner, rule));
        if (rule->method == ASSIGN_EXPERTISE)
                TRY(facts_expertise(assigner, rule, record));
        for (size_t i = 0; i < rule->slots_count; i++) {
                Slot *slot = &rule->slots[i];
                const Load *load = slot->reason ? NULL : facts_load(assigner, slot->user);
                slot->open = load ? load->open : -1;
                if (!slot->reason && rule->respect_hours && !assigner->open_now)
                        slot->reason = "off_hours";
                else if (!slot->reason && slot->capacity >= 0 && slot->open >= slot->capacity)
                        slot->reason = "capacity";
        }
        return STATUS_OK;
}

static void note_tried(Assigner *assigner, const AssignRule *rule, AssignDecision *decision) {
        AssignTried *tried = &decision->tried[decision->tried_count++];
        *tried = (AssignTried){.rule = rule, .count = rule->slots_count};
        if (rule->slots_count)
                tried->slots = arena_copy(assigner->call->context->arena, rule->slots, rule->slots_count * sizeof *rule->slots);
}

// The colleague named for when nobody can: himself, or his deputy.
static bool take_fallback(Assigner *assigner, const AssignRule *rule, AssignDecision *decision) {
        Slot slot = {.member = rule->fallback_user, .weight = 1, .capacity = -1};
        if (rule->fallback != FALLBACK_USER || !rule->fallback_user)
                return false;
        facts_settle(assigner, &slot);
        if (slot.reason)
                return false;
        decision->outcome = OUTCOME_FALLBACK;
        decision->rule = rule;
        decision->chosen = slot.user;
        decision->instead_of = slot.user != slot.member ? slot.member : 0;
        return true;
}

static bool take_pool(Assigner *assigner, const AssignRule *rule, AssignDecision *decision) {
        const Pool *pool = rule->fallback == FALLBACK_POOL ? access_pool(assigner->call->actor->access, rule->fallback_pool) : NULL;
        if (!pool || !pool->active || !assigner->object->pooled || !str_eq(pool->object->name, assigner->object->name))
                return false;
        decision->outcome = OUTCOME_POOLED;
        decision->rule = rule;
        decision->pool = pool->id;
        return true;
}

static void given(Assigner *assigner, int64_t user) {
        Load *load = facts_load(assigner, user);
        if (load)
                load->open++;
}

static Status ask(Assigner *assigner, AssignRule *rule, const Record *record, AssignDecision *decision, bool *ret_decided) {
        TRY(prepare(assigner, rule, record));
        int found = choose_slot(rule->method, rule->slots, rule->slots_count, &rule->turn, assigner->call->context->arena);
        note_tried(assigner, rule, decision);
        *ret_decided = true;
        if (found >= 0) {
                const Slot *slot = &rule->slots[found];
                rule->turned = true;
                decision->outcome = OUTCOME_CHOSEN;
                decision->rule = rule;
                decision->chosen = slot->user;
                decision->instead_of = slot->user != slot->member ? slot->member : 0;
                given(assigner, slot->user);
        } else if (take_fallback(assigner, rule, decision)) {
                given(assigner, decision->chosen);
        } else if (take_pool(assigner, rule, decision)) {
                *ret_decided = true;
        } else if (rule->fallback == FALLBACK_KEEP) {
                decision->outcome = OUTCOME_KEPT;
                decision->rule = rule;
        } else {
                *ret_decided = false;
        }
        return STATUS_OK;
}

Status assigner_decide(Assigner *assigner, const Record *record, AssignDecision *ret) {
        *ret = (AssignDecision){.outcome = OUTCOME_NONE};
        ret->tried = arena_array(assigner->call->context->arena, AssignTried, assigner->rules_count + 1);
        for (size_t i = 0; i < assigner->rules_count; i++) {
                bool fit = false, decided = false;
                TRY(fits(assigner, &assigner->rules[i], record, &fit));
                if (fit)
                        TRY(ask(assigner, &assigner->rules[i], record, ret, &decided));
                if (decided)
                        return STATUS_OK;
        }
        if (ret->tried_count) { // some fitted, and none had anybody
                ret->outcome = OUTCOME_KEPT;
                ret->rule = ret->tried[ret->tried_count - 1].rule;
        }
        return STATUS_OK;
}

// Past the pipeline: whose turn it is, is no change of the rule.
Status assigner_keep(Assigner *assigner) {
        for (size_t i = 0; i < assigner->rules_count; i++) {
                AssignRule *rule = &assigner->rules[i];
                if (!rule->turned || !rule->id)
                        continue;
                Sql update = db_sql(assigner->call->db);
                sql(&update, "update assignment_rule set turn = ");
                sql_str(&update, turn_text(assigner->call->context->arena, &rule->turn));
                sql(&update, " where \"id\" = ");
                sql_int(&update, rule->id);
                TRY(db_exec(assigner->call->db, &update, NULL));
                rule->turned = false;
        }
        return STATUS_OK;
}

// ---- Telling why

static void write_candidate(const AssignDecision *decision, const AssignTried *tried, const Slot *slot, JsonWriter *w) {
        bool deciding = tried->rule == decision->rule;
        json_open_object(w);
        json_put_int(w, "user", slot->member);
        json_put_bool(w, "considered", !slot->reason);
        if (slot->reason)
                json_put_str(w, "reason", str_from(slot->reason));
        if (slot->user && slot->user != slot->member)
                json_put_int(w, "deputy", slot->user);
        if (slot->open >= 0)
                json_put_int(w, "open", slot->open);
        if (slot->capacity >= 0)
                json_put_int(w, "capacity", slot->capacity);
        if (tried->rule->method == ASSIGN_WEIGHTED || tried->rule->method == ASSIGN_PERFORMANCE) {
                json_put_int(w, "weight", slot->weight);
                json_put_int(w, "turn", slot->current);
        }
        if (slot->score >= 0)
                json_put_int(w, "score", slot->score);
        if (!deciding)
                json_put_str(w, "rule", tried->rule->name);
        json_close_object(w);
}

#define CANDIDATES_MOST 300

void candidates_write(const AssignDecision *decision, JsonWriter *w) {
        size_t written = 0;
        json_open_array(w);
        for (size_t i = decision->tried_count; i-- > 0;)
                for (size_t k = 0; k < decision->tried[i].count && written < CANDIDATES_MOST; k++, written++)
                        write_candidate(decision, &decision->tried[i], &decision->tried[i].slots[k], w);
        json_close_array(w);
}
