// What decides about candidates: who is away, who takes part, how much each has open, how well he did, what he knows.
#include "base/unicode.h"
#include "objects/assignment_rule/rules.h"
#include "record/write.h"
#include <stdlib.h>

#define SLOTS_MOST 2000
#define AWAY_MOST 10000
#define RATE_DAYS 90
#define DAY_MS 86400000LL

typedef Status EachRow(void *arg, Rows *rows);

static Status each_row(Call *call, const Sql *select, EachRow *each, void *arg) {
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                TRY(each(arg, rows));
        }
}

// ---- Away

static Status take_away(void *arg, Rows *rows) {
        Assigner *assigner = arg;
        assigner->away = assign_room(assigner->call->context->arena, assigner->away, assigner->away_count, &assigner->away_capacity, sizeof *assigner->away);
        if (assigner->away_count < AWAY_MOST)
                assigner->away[assigner->away_count++] = (Away){rows_int(rows, 0), rows_int(rows, 1)};
        return STATUS_OK;
}

Status facts_away(Assigner *assigner) {
        Call *call = assigner->call;
        Sql select = db_sql(call->db);
        sql(&select, "select user_id, deputy_id from absence where deleted_at is null and \"to\" > ");
        sql_value(&select, value_datetime(call->context->now_ms));
        sql(&select, " and \"from\" <= ");
        sql_value(&select, value_datetime(call->context->now_ms));
        sql(&select, " order by \"id\"");
        return each_row(call, &select, take_away, assigner);
}

static const Away *away_of(const Assigner *assigner, int64_t user) {
        for (size_t i = 0; i < assigner->away_count; i++)
                if (assigner->away[i].user == user)
                        return &assigner->away[i];
        return NULL;
}

// ---- Who takes part

static bool is_active(const Assigner *assigner, int64_t user) {
        const Person *person = access_person(assigner->call->actor->access, user);
        return person && person->active;
}

// Whoever may not read such records at all is given none.
static bool may_have(const Assigner *assigner, int64_t user) {
        Context own;
        const Actor *actor = NULL;
        context_init(&own, assigner->call->context->arena, LANG_EN, assigner->call->context->now_ms);
        return access_actor(&own, assigner->call->actor->access, user, &actor) == STATUS_OK && actor_may(actor, assigner->object, VERB_READ);
}

// Somebody who is away hands on to his deputy, who does not hand on further.
void facts_settle(const Assigner *assigner, Slot *slot) {
        const Away *away = away_of(assigner, slot->member);
        slot->user = slot->member;
        slot->open = slot->score = -1;
        if (!is_active(assigner, slot->member))
                slot->reason = "inactive";
        else if (slot->paused)
                slot->reason = "paused";
        else if (away && (!away->deputy || !is_active(assigner, away->deputy) || away_of(assigner, away->deputy)))
                slot->reason = "absent";
        if (slot->reason)
                return;
        slot->user = away ? away->deputy : slot->member;
        if (!may_have(assigner, slot->user))
                slot->reason = "no_access";
}

typedef struct Filling { Arena *arena; AssignRule *rule; } Filling;

static void slot_add(const Filling *filling, Slot slot) {
        AssignRule *rule = filling->rule;
        for (size_t i = 0; i < rule->slots_count; i++)
                if (rule->slots[i].member == slot.member)
                        return;
        rule->slots = assign_room(filling->arena, rule->slots, rule->slots_count, &rule->slots_capacity, sizeof *rule->slots);
        if (rule->slots_count < SLOTS_MOST)
                rule->slots[rule->slots_count++] = slot;
}

static Status take_member(void *arg, Rows *rows) {
        Slot slot = {.member = rows_int(rows, 0), .weight = rows_null(rows, 1) ? 1 : rows_int(rows, 1), .capacity = rows_null(rows, 2) ? -1 : rows_int(rows, 2)};
        Value active = rows_value(rows, 3, VALUE_BOOL);
        slot.paused = active.kind == VALUE_BOOL && !active.boolean;
        slot_add(arg, slot);
        return STATUS_OK;
}

static Status stored_members(Assigner *assigner, Filling *filling) {
        const AssignRule *rule = filling->rule;
        Sql select = db_sql(assigner->call->db);
        if (!rule->id)
                return STATUS_OK;
        sql(&select, "select user_id, weight, capacity, active from assignment_member where deleted_at is null and rule_id = ");
        sql_int(&select, rule->id);
        sql(&select, " order by \"id\"");
        return each_row(assigner->call, &select, take_member, filling);
}

static void given_members(const Filling *filling) {
        const AssignRule *rule = filling->rule;
        for (size_t i = 0; i < rule->members->count; i++) {
                const Json *item = &rule->members->items[i], *user = json_get(item, "user"), *capacity = json_get(item, "capacity");
                int64_t limit = -1, weight = json_int(item, "weight", 1);
                if (user && user->kind == JSON_OBJECT)
                        user = json_get(user, "id");
                int64_t id = 0;
                if (!user || user->kind != JSON_NUMBER || !str_to_int64(user->text, &id))
                        continue;
                if (capacity && capacity->kind == JSON_NUMBER)
                        (void)str_to_int64(capacity->text, &limit);
                slot_add(filling, (Slot){.member = id, .weight = weight > 0 ? weight : 1, .capacity = limit, .paused = !json_bool(item, "active", true)});
        }
}

static bool is_within(const Person *person, const int64_t *departments, size_t count) {
        for (size_t i = 0; i < count; i++)
                if (person->department == departments[i])
                        return true;
        return false;
}

// By their ids, each with one share.
static void department_people(const Assigner *assigner, const Filling *filling) {
        const AssignRule *rule = filling->rule;
        const Access *access = assigner->call->actor->access;
        for (size_t d = 0; d < rule->departments_count; d++) {
                const int64_t *below = NULL;
                size_t count = 0;
                access_subtree(access, assigner->call->context->arena, rule->departments[d], &below, &count);
                for (size_t i = 0; i < access->people_count; i++)
                        if (access->people[i].active && is_within(&access->people[i], below, count))
                                slot_add(filling, (Slot){.member = access->people[i].id, .weight = 1, .capacity = -1});
        }
}

static int by_member(const void *a, const void *b) {
        const Slot *x = a, *y = b;
        return x->member < y->member ? -1 : x->member > y->member;
}

Status facts_slots(Assigner *assigner, AssignRule *rule) {
        Filling filling = {assigner->call->context->arena, rule};
        rule->slots_count = 0;
        if (rule->members)
                given_members(&filling);
        else
                TRY(stored_members(assigner, &filling));
        if (!rule->slots_count) {
                department_people(assigner, &filling);
                if (rule->slots_count)
                        qsort(rule->slots, rule->slots_count, sizeof *rule->slots, by_member);
        }
        for (size_t i = 0; i < rule->slots_count; i++)
                facts_settle(assigner, &rule->slots[i]);
        return STATUS_OK;
}

// ---- How much each has open

Load *facts_load(Assigner *assigner, int64_t user) {
        for (size_t i = 0; i < assigner->loads_count; i++)
                if (assigner->loads[i].user == user)
                        return &assigner->loads[i];
        return NULL;
}

static void load_add(Assigner *assigner, int64_t user) {
        if (assigner->loads_count == assigner->loads_capacity) {
                size_t more = assigner->loads_capacity ? assigner->loads_capacity * 2 : 64;
                assigner->loads = arena_grow(assigner->call->context->arena, assigner->loads, assigner->loads_capacity * sizeof(Load), more * sizeof(Load));
                assigner->loads_capacity = more;
        }
        assigner->loads[assigner->loads_count++] = (Load){.user = user};
}

void facts_sql_open(const Object *object, Sql *where) {
        bool first = true;
        for (size_t i = 0; object->stage && i < object->stage->options_count; i++) {
                const Option *option = &object->stage->options[i];
                if (!str_is(option->outcome, "open"))
                        continue;
                sql_fixed(where, first ? STR(" and ") : STR(", "));
                if (first) {
                        sql_name(where, object->stage->column);
                        sql(where, " in (");
                }
                sql_str(where, option->key);
                first = false;
        }
        if (!first)
                sql(where, ")");
}

static Status take_load(void *arg, Rows *rows) {
        Load *load = facts_load(arg, rows_int(rows, 0));
        if (load)
                load->open = rows_int(rows, 1);
        return STATUS_OK;
}

Status facts_loads(Assigner *assigner, const AssignRule *rule) {
        Call *call = assigner->call;
        const Object *object = assigner->object;
        int64_t *users = arena_array(call->context->arena, int64_t, rule->slots_count + 1);
        size_t count = 0;
        for (size_t i = 0; i < rule->slots_count; i++) {
                const Slot *slot = &rule->slots[i];
                if (slot->reason || facts_load(assigner, slot->user))
                        continue;
                load_add(assigner, slot->user);
                users[count++] = slot->user;
        }
        if (!count)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select owner_id, count(*) from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null and owner_id in ");
        sql_int_list(&select, users, count);
        facts_sql_open(object, &select);
        sql(&select, " group by owner_id");
        return each_row(call, &select, take_load, assigner);
}

// ---- How well each did in the last ninety days: what of his became an order, of all that he had. Counted once a day and kept with the turn.

typedef struct Rates { Turn *turn; size_t most; } Rates;

static Status take_rate(void *arg, Rows *rows) {
        Rates *rates = arg;
        if (rates->turn->rates_count < rates->most)
                rates->turn->rates[rates->turn->rates_count++] = (struct TurnRate){rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2)};
        return STATUS_OK;
}

static void won_sql(const Object *object, Sql *select) {
        const Field *stage = object->stage;
        sql(select, "sum(case when ");
        if (stage) {
                bool first = true;
                sql_name(select, stage->column);
                sql(select, " in (");
                for (size_t i = 0; i < stage->options_count; i++) {
                        if (!str_is(stage->options[i].outcome, "won"))
                                continue;
                        if (!first)
                                sql(select, ", ");
                        first = false;
                        sql_str(select, stage->options[i].key);
                }
                if (first)
                        sql(select, "''");
                sql(select, ")");
        } else {
                sql(select, "1 = 0");
        }
        sql(select, " then 1 else 0 end)");
}

static Status count_rates(Assigner *assigner, AssignRule *rule, int64_t day) {
        Call *call = assigner->call;
        Rates rates = {.turn = &rule->turn, .most = rule->slots_count + 1};
        int64_t *users = arena_array(call->context->arena, int64_t, rule->slots_count + 1), since = call->context->now_ms - RATE_DAYS * DAY_MS;
        for (size_t i = 0; i < rule->slots_count; i++)
                users[i] = rule->slots[i].user;
        rule->turn.day = day;
        rule->turn.rates = arena_array(call->context->arena, struct TurnRate, rates.most);
        rule->turn.rates_count = 0;
        rule->turned = true;
        if (!rule->slots_count)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select owner_id, count(*), ");
        won_sql(assigner->object, &select);
        sql(&select, " from ");
        sql_name(&select, assigner->object->table);
        sql(&select, " where deleted_at is null and owner_id in ");
        sql_int_list(&select, users, rule->slots_count);
        sql(&select, " and updated_at >= ");
        sql_value(&select, value_datetime(since));
        sql(&select, " and created_at >= ");
        sql_value(&select, value_datetime(since));
        sql(&select, " group by owner_id");
        return each_row(call, &select, take_rate, &rates);
}

static const struct TurnRate *rate_of(const Turn *turn, int64_t user) {
        for (size_t i = 0; i < turn->rates_count; i++)
                if (turn->rates[i].user == user)
                        return &turn->rates[i];
        return NULL;
}

// One success in five more than were counted: of few records nobody is called the best or the worst.
static int64_t performance(const struct TurnRate *rate) {
        int64_t taken = rate ? rate->taken : 0, won = rate ? rate->won : 0;
        return (won + 1) * 1000 / (taken + 5);
}

Status facts_rates(Assigner *assigner, AssignRule *rule) {
        int64_t day = zone_day(assigner->call->catalog->zone, assigner->call->context->now_ms);
        if (rule->turn.day != day)
                TRY(count_rates(assigner, rule, day));
        for (size_t i = 0; i < rule->slots_count; i++)
                rule->slots[i].score = rule->slots[i].reason ? -1 : performance(rate_of(&rule->turn, rule->slots[i].user));
        return STATUS_OK;
}

// ---- What each knows

static bool list_has(Context *context, Value list, Str key) {
        Json *json = NULL;
        if (list.kind != VALUE_TEXT || json_parse(context, list.text, 2, &json) != STATUS_OK)
                return false;
        for (size_t i = 0; i < json->count; i++)
                if (str_eq(json->items[i].text, key))
                        return true;
        return false;
}

// A province is written with its name, whole or short, or with a code.
static bool knows_province(Context *context, const Field *provinces, Value list, Str province) {
        for (size_t i = 0; i < provinces->options_count && !str_empty(province); i++) {
                const Option *option = &provinces->options[i];
                Str name = label_text(&option->label, LANG_ZH_CN);
                bool same = str_starts(province, option->key) || str_starts(name, province);
                if (same && list_has(context, list, option->key))
                        return true;
        }
        return false;
}

typedef struct Wanted { Assigner *assigner; AssignRule *rule; const Record *record; const Object *expertise; Str province, industry, words; } Wanted;

static Str province_of(Context *context, const Record *record) {
        const Field *address = object_find(record->object, STR("address"));
        Json *json = NULL;
        if (!address || record->values[address->index].kind != VALUE_TEXT || json_parse(context, record->values[address->index].text, 3, &json) != STATUS_OK)
                return STR_NONE;
        return json_str(json, "province", STR_NONE);
}

static Str text_of(const Record *record, const char *name) {
        const Field *field = object_find(record->object, str_from(name));
        return field && record->values[field->index].kind == VALUE_TEXT ? record->values[field->index].text : STR_NONE;
}

// Of several products one is enough: one that the record refers to, or that its words name.
static Status knows_product(const Wanted *wanted, Value products, bool *ret) {
        Call *call = wanted->assigner->call;
        Context *context = call->context;
        Json *json = NULL;
        *ret = false;
        if (products.kind != VALUE_TEXT || json_parse(context, products.text, 2, &json) != STATUS_OK || !json->count)
                return STATUS_OK;
        for (size_t i = 0; i < wanted->record->object->fields_count && !*ret; i++) {
                const Field *field = wanted->record->object->fields[i];
                bool product = field->target && str_is(field->target->name, "product");
                Value value = wanted->record->values[field->index];
                for (size_t k = 0; product && k < json->count && !*ret; k++)
                        *ret = field->type->list ? list_has(context, value, json->items[k].text)
                                                 : value.kind == VALUE_INTEGER && str_eq(json->items[k].text, str_format(context->arena, "%lld", (long long)value.integer));
        }
        for (size_t k = 0; k < json->count && !*ret && !str_empty(wanted->words); k++) {
                Record *row = NULL;
                int64_t id = 0;
                if (!str_to_int64(json->items[k].text, &id))
                        continue;
                TRY(record_read_row(call, catalog_get(call->catalog, "product"), id, false, false, &row));
                if (row)
                        *ret = text_contains(context->arena, wanted->words, text_fold(context->arena, record_value(row, "name").text));
        }
        return STATUS_OK;
}

static Status score(const Wanted *wanted, const Record *known) {
        Context *context = wanted->assigner->call->context;
        int64_t user = record_value(known, "user").integer, points = 0;
        bool product = false;
        points += knows_province(context, object_get(wanted->expertise, "provinces"), record_value(known, "provinces"), wanted->province);
        points += !str_empty(wanted->industry) && list_has(context, record_value(known, "industries"), wanted->industry);
        TRY(knows_product(wanted, record_value(known, "products"), &product));
        points += product;
        for (size_t i = 0; i < wanted->rule->slots_count; i++) {
                Slot *slot = &wanted->rule->slots[i];
                if (!slot->reason && slot->user == user && slot->score < points)
                        slot->score = points;
        }
        return STATUS_OK;
}

Status facts_expertise(Assigner *assigner, AssignRule *rule, const Record *record) {
        Call *call = assigner->call;
        Arena *arena = call->context->arena;
        Wanted wanted = {.assigner = assigner, .rule = rule, .record = record, .expertise = catalog_get(call->catalog, "expertise"), .province = province_of(call->context, record)};
        Str words = str_format(arena, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(text_of(record, "name")), STR_ARG(text_of(record, "requirement")), STR_ARG(text_of(record, "remark")));
        int64_t *users = arena_array(arena, int64_t, rule->slots_count + 1);
        size_t count = 0, rows_count = 0, capacity = 0;
        Record **known = NULL;
        wanted.industry = text_of(record, "industry");
        wanted.words = text_fold(arena, words);
        for (size_t i = 0; i < rule->slots_count; i++) {
                rule->slots[i].score = rule->slots[i].reason ? -1 : 0;
                if (!rule->slots[i].reason)
                        users[count++] = rule->slots[i].user;
        }
        if (!count)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        record_select(&select, wanted.expertise);
        sql(&select, " where deleted_at is null and user_id in ");
        sql_int_list(&select, users, count);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, SLOTS_MOST);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found; rows_count < SLOTS_MOST;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        known = assign_room(arena, known, rows_count, &capacity, sizeof *known);
                        known[rows_count++] = record_take(arena, wanted.expertise, rows);
                }
        }
        for (size_t i = 0; i < rows_count; i++)
                TRY(score(&wanted, known[i]));
        return STATUS_OK;
}
