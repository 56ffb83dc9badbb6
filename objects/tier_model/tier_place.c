// Where a record belongs: its measures, their scores, the first rule that holds; and putting it there.
#include "objects/tier_model/tier.h"
#include "record/write.h"
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000LL
#define ACTION STR("tiering")

static const char *const score_fields[TIER_MEASURES] = {"rfm_recency", "rfm_frequency", "rfm_monetary"};
// What a model writes: that these changed is no reason to look again.
static const char *const own_fields[] = {"tier", "tier_since", "follow_up_due", "rfm_recency", "rfm_frequency", "rfm_monetary", "version", "updated_at", "updated_by"};

// ---- Measures

static bool as_number(Call *call, Value value, Decimal *ret) {
        int32_t today = zone_day(call->catalog->zone, call->context->now_ms);
        switch (value.kind) {
        case VALUE_NUMBER:
                *ret = value.number;
                return true;
        case VALUE_INTEGER:
                return decimal_from_int(value.integer, ret);
        case VALUE_DATE:
                return decimal_from_int((int64_t)today - value.day, ret);
        case VALUE_DATETIME:
                return decimal_from_int((int64_t)today - zone_day(call->catalog->zone, value.ms), ret);
        default:
                return false;
        }
}

static Status select_measures(Call *call, const TierModel *model, Sql *select) {
        ExprNames names = catalog_names(call->catalog);
        ExprEnv env = actor_env(call->context, call->actor);
        env.guard = NULL; // of all there is, whoever asks
        sql(select, "select t.\"id\"");
        for (int i = 0; i < TIER_MEASURES; i++) {
                sql(select, ", ");
                if (model->measures[i].expr)
                        TRY(expr_sql_value(call->context, model->measures[i].expr, &env, &names, STR("t"), select));
                else
                        sql(select, "null");
        }
        sql(select, " from ");
        sql_name(select, model->object->table);
        sql(select, " t where t.\"deleted_at\" is null");
        return STATUS_OK;
}

Status tier_measures(Call *call, const TierModel *model, const int64_t *ids, size_t count, TierRow row, void *arg) {
        Sql select = db_sql(call->db);
        TRY(select_measures(call, model, &select));
        if (ids) {
                sql(&select, " and t.\"id\" in ");
                sql_int_list(&select, ids, count);
        }
        sql(&select, " order by t.\"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool more;;) {
                Decimal measures[TIER_MEASURES] = {0};
                bool has[TIER_MEASURES] = {0};
                TRY(rows_next(rows, &more));
                if (!more)
                        return STATUS_OK;
                for (int i = 0; i < TIER_MEASURES; i++)
                        if (model->measures[i].expr)
                                has[i] = as_number(call, rows_value(rows, i + 1, expr_kind(expr_type(model->measures[i].expr))), &measures[i]);
                TRY(row(arg, rows_int(rows, 0), measures, has));
        }
}

static int compare_decimals(const void *a, const void *b) {
        int64_t x = ((const Decimal *)a)->units, y = ((const Decimal *)b)->units;
        return x < y ? -1 : x > y;
}

bool tier_fifths(Decimal *values, size_t count, Decimal *ret_cuts) {
        if (count < TIER_CUTS + 1)
                return false;
        qsort(values, count, sizeof *values, compare_decimals);
        for (size_t i = 0; i < TIER_CUTS; i++)
                ret_cuts[i] = values[count * (i + 1) / (TIER_CUTS + 1)];
        for (size_t i = 1; i < TIER_CUTS; i++) // many alike: the next larger value that there is, so that scores stay apart
                if (ret_cuts[i].units <= ret_cuts[i - 1].units) {
                        size_t at = 0;
                        while (at < count && values[at].units <= ret_cuts[i - 1].units)
                                at++;
                        if (at == count)
                                return false;
                        ret_cuts[i] = values[at];
                }
        return true;
}

// 5 is best: the most recent, the most often, the most. Who never bought has 1.
static int64_t score(const TierMeasure *measure, bool lower_is_better, Decimal value, bool has) {
        int64_t passed = 0;
        if (!measure->expr || !measure->has_cuts)
                return 0;
        if (!has)
                return 1;
        for (int i = 0; i < TIER_CUTS; i++)
                passed += lower_is_better ? value.units > measure->cuts[i].units : value.units >= measure->cuts[i].units;
        return lower_is_better ? TIER_CUTS + 1 - passed : 1 + passed;
}

// ---- Rules

static Status holds(Call *call, const TierRule *rule, const ExprEnv *env, const ExprRows *rows, const Record *record, bool *ret) {
        Value value = value_bool(true);
        if (rule->condition)
                TRY(expr_eval(call->context, rule->condition, env, rows, record, &value));
        *ret = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

Status tier_place(Call *call, const TierModel *model, const Record *record, const Decimal *measures, const bool *has, TierPlace *ret) {
        Arena *arena = call->context->arena;
        Record scored = *record;
        ExprEnv env = actor_env(call->context, call->actor);
        ExprRows rows = record_rows(call);
        *ret = (TierPlace){0};
        scored.values = arena_copy(arena, record->values, sizeof(Value) * record->object->fields_count);
        for (int i = 0; i < TIER_MEASURES; i++) {
                ret->scores[i] = score(&model->measures[i], i == 0, measures[i], has[i]);
                record_set(&scored, score_fields[i], ret->scores[i] ? value_int(ret->scores[i]) : VALUE_NONE);
        }
        env.guard = NULL;
        for (size_t i = 0; i < model->rules_count && !ret->rule; i++) {
                bool found = false;
                TRY(holds(call, &model->rules[i], &env, &rows, &scored, &found));
                if (found)
                        ret->rule = &model->rules[i];
        }
        return STATUS_OK;
}

// ---- Putting it there

static Status keep_change(Call *call, const Record *record, const TierPlace *place) {
        Arena *arena = call->context->arena;
        Value from = record_value(record, "tier");
        Str to = place->rule ? place->rule->tier : STR_NONE, was = from.kind == VALUE_TEXT ? from.text : STR_NONE;
        RecordInput *input = record_input_new(arena, catalog_get(call->catalog, "tier_change"));
        record_input_set(input, "name", value_text(str_format(arena, STR_FMT " → " STR_FMT, STR_ARG(str_empty(was) ? STR("-") : was), STR_ARG(str_empty(to) ? STR("-") : to))));
        record_input_set(input, "customer", value_int(record->id));
        record_input_set(input, "from", from);
        record_input_set(input, "to", str_empty(to) ? VALUE_NONE : value_text(to));
        record_input_set(input, "rule", place->rule ? value_text(place->rule->name) : VALUE_NONE);
        record_input_set(input, "at", value_datetime(call->context->now_ms));
        int64_t id = 0;
        return record_create(call, input, &(WriteOptions){.as_system = true, .action = ACTION}, &id);
}

static Value due_of(const Record *record, const TierPlace *place) {
        Value since = record_value(record, "last_followed_at");
        if (!place->rule || !place->rule->follow_up_days)
                return VALUE_NONE;
        if (since.kind != VALUE_DATETIME)
                since = record_value(record, "created_at");
        return since.kind == VALUE_DATETIME ? value_datetime(since.ms + place->rule->follow_up_days * DAY_MS) : VALUE_NONE;
}

// It is the rules' doing, whoever changed something.
static Status put(Call *whose, const Record *record, const TierPlace *place) {
        Call by_rule = *whose, *call = &by_rule;
        by_rule.actor = access_system(whose->actor->access);
        Value tier = place->rule ? value_text(place->rule->tier) : VALUE_NONE;
        bool moved = !value_eq(tier, record_value(record, "tier"));
        RecordInput *input = record_input_new(call->context->arena, record->object);
        for (int i = 0; i < TIER_MEASURES; i++)
                record_input_set(input, score_fields[i], place->scores[i] ? value_int(place->scores[i]) : VALUE_NONE);
        record_input_set(input, "tier", tier);
        record_input_set(input, "follow_up_due", due_of(record, place));
        if (moved)
                record_input_set(input, "tier_since", value_is_null(tier) ? VALUE_NONE : value_datetime(call->context->now_ms));
        TRY(record_update(call, record->object, record->id, input, &(WriteOptions){.as_system = true, .exact = true, .action = ACTION}));
        return moved ? keep_change(call, record, place) : STATUS_OK;
}

typedef struct One { Decimal measures[TIER_MEASURES]; bool has[TIER_MEASURES]; } One;

static Status take_one(void *arg, int64_t id, const Decimal *measures, const bool *has) {
        One *one = arg;
        (void)id;
        memcpy(one->measures, measures, sizeof one->measures);
        memcpy(one->has, has, sizeof one->has);
        return STATUS_OK;
}

Status tier_apply(Call *call, const TierModel *model, int64_t id) {
        Record *record = NULL;
        One one = {0};
        TierPlace place;
        TRY(record_read_row(call, model->object, id, false, true, &record));
        if (!record)
                return STATUS_OK;
        TRY(tier_measures(call, model, &id, 1, take_one, &one));
        TRY(tier_place(call, model, record, one.measures, one.has, &place));
        return put(call, record, &place);
}

// ---- After other changes

static bool is_own(Str field) {
        for (size_t i = 0; i < sizeof own_fields / sizeof *own_fields; i++)
                if (str_is(field, own_fields[i]))
                        return true;
        return false;
}

static bool concerns(const RecordChange *change) {
        if (!change->after || change->kind == CHANGE_DELETE)
                return false;
        for (size_t i = 0; i < change->object->fields_count; i++)
                if (record_changed(change, change->object->fields[i]) && !is_own(change->object->fields[i]->name))
                        return true;
        return false;
}

static Status follow(Call *call, int64_t id) {
        const Object *customer = catalog_find(call->catalog, STR("customer"));
        TierModel *model = NULL;
        if (!tier_suits(customer))
                return STATUS_OK;
        TRY(tier_model_active(call, customer, &model));
        return model ? tier_apply(call, model, id) : STATUS_OK;
}

Status tier_follow(Call *call, const RecordChange *change) {
        return concerns(change) ? follow(call, change->id) : STATUS_OK;
}

Status tier_follow_customer(Call *call, const RecordChange *change, const char *reference) {
        Value before = change->before ? record_value(change->before, reference) : VALUE_NONE, after = change->after ? record_value(change->after, reference) : VALUE_NONE;
        if (before.kind == VALUE_INTEGER && !value_eq(before, after))
                TRY(follow(call, before.integer));
        return after.kind == VALUE_INTEGER ? follow(call, after.integer) : STATUS_OK;
}
