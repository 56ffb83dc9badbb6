// Taking a model apart: measures, cut points and rules, as they are stored or as somebody tries them out.
#include "objects/tier_model/tier.h"
#include "record/write.h"

static const char *const measure_fields[TIER_MEASURES] = {"recency", "frequency", "monetary"};
static const char *const cuts_fields[TIER_MEASURES] = {"recency_cuts", "frequency_cuts", "monetary_cuts"};

bool tier_suits(const Object *object) {
        return object && str_is(object->name, "customer") && object_find(object, STR("tier"));
}

// ---- Expressions

// Its mistake is added at path, with the position.
static Status parse(Call *call, const Object *object, Str path, Str source, ExprType expect, const Expr **ret) {
        Context own;
        ExprNames names = catalog_names(call->catalog);
        ExprParse how = {.names = &names, .object = object, .expect = expect};
        context_init(&own, call->context->arena, call->context->lang, call->context->now_ms);
        *ret = NULL;
        Status status = expr_parse(&own, &how, source, ret);
        if (status == STATUS_OK)
                return STATUS_OK;
        *ret = NULL;
        size_t count = call->context->error.count;
        (void)error_add_(call->context, path, own.error.code ? own.error.code : "invalid", own.error.args);
        if (call->context->error.count > count)
                call->context->error.items[count].position = own.error.position;
        return STATUS_INVALID;
}

static bool measures_well(int measure, ExprType type) {
        bool moment = type == EXPR_DATE || type == EXPR_DATETIME;
        return type == EXPR_INTEGER || type == EXPR_NUMBER || (moment && measure == 0);
}

// "30, 90, 180, 365": as many as there are between five scores, each larger than the one before.
static bool take_cuts(Str text, Decimal *ret) {
        Str rest = text, part = STR_NONE;
        for (int i = 0; i < TIER_CUTS; i++) {
                bool last = i == TIER_CUTS - 1;
                if (last)
                        part = rest;
                else if (!str_cut(&rest, ',', &part))
                        return false;
                if (!decimal_parse(str_trim(part), &ret[i]) || (i && ret[i].units <= ret[i - 1].units))
                        return false;
        }
        return true;
}

static void take_measure(Call *call, const Record *record, int at, TierModel *model) {
        TierMeasure *measure = &model->measures[at];
        Str source = str_trim(record_str(record, measure_fields[at])), cuts = str_trim(record_str(record, cuts_fields[at]));
        if (str_empty(source))
                return;
        if (parse(call, model->object, str_from(measure_fields[at]), source, EXPR_NULL, &measure->expr) == STATUS_OK && !measures_well(at, expr_type(measure->expr))) {
                (void)error_add(call->context, str_from(measure_fields[at]), at ? "tier_number" : "tier_moment");
                measure->expr = NULL;
        }
        measure->has_cuts = take_cuts(cuts, measure->cuts);
        if (!measure->has_cuts && !(model->quintiles && str_empty(cuts)))
                (void)error_add(call->context, str_from(cuts_fields[at]), "tier_cuts");
}

Status tier_model_take(Call *call, const Record *record, TierModel *ret) {
        *ret = (TierModel){.id = record->id, .object = catalog_find(call->catalog, str_trim(record_str(record, "object"))), .quintiles = str_is(str_trim(record_str(record, "cuts")), "quintiles")};
        if (!tier_suits(ret->object))
                return error_add(call->context, STR("object"), "tier_object");
        for (int i = 0; i < TIER_MEASURES; i++)
                take_measure(call, record, i, ret);
        return error_status(call->context);
}

// ---- Rules

static Str at_path(Call *call, Str path, const char *member) {
        return str_empty(path) ? str_from(member) : str_format(call->context->arena, STR_FMT ".%s", STR_ARG(path), member);
}

Status tier_rule_take(Call *call, Str path, Str tier, Str condition, TierModel *model, TierRule *ret) {
        const Option *option = field_option(object_get(model->object, "tier"), tier);
        *ret = (TierRule){.tier = tier};
        if (str_empty(tier))
                (void)error_add(call->context, at_path(call, path, "tier"), "required");
        else if (!option)
                (void)error_add(call->context, at_path(call, path, "tier"), "unknown_option", tier);
        if (!str_empty(condition))
                (void)parse(call, model->object, at_path(call, path, "condition"), condition, EXPR_BOOL, &ret->condition);
        return error_status(call->context);
}

static Status take_stored_rule(Call *call, Rows *rows, TierModel *model) {
        Context *context = call->context;
        Error before = context->error;
        TierRule *rule = &model->rules[model->rules_count];
        Str tier = str_copy(context->arena, rows_text(rows, 2)), condition = str_trim(str_copy(context->arena, rows_text(rows, 3)));
        Status status = tier_rule_take(call, STR_NONE, tier, condition, model, rule);
        context->error = before;
        if (status != STATUS_OK)
                return status == STATUS_INVALID ? STATUS_OK : status;
        rule->id = rows_int(rows, 0);
        rule->name = str_copy(context->arena, rows_text(rows, 1));
        rule->follow_up_days = rows_null(rows, 4) ? 0 : rows_int(rows, 4);
        model->rules_count++;
        return STATUS_OK;
}

static Status load_rules(Call *call, TierModel *model) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\", \"name\", \"tier\", \"condition\", \"follow_up_days\" from \"tier_rule\" where deleted_at is null and \"model_id\" = ");
        sql_int(&select, model->id);
        sql(&select, " order by coalesce(\"order\", 100), \"id\" limit ");
        sql_int(&select, TIER_RULES_LARGEST);
        model->rules = arena_array(call->context->arena, TierRule, TIER_RULES_LARGEST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool more;;) {
                TRY(rows_next(rows, &more));
                if (!more)
                        return STATUS_OK;
                TRY(take_stored_rule(call, rows, model));
        }
}

Status tier_model_load(Call *call, int64_t id, TierModel **ret) {
        const Object *object = catalog_find(call->catalog, STR("tier_model"));
        Record *record = NULL;
        *ret = NULL;
        if (object)
                TRY(record_read_row(call, object, id, false, false, &record));
        Value active = record ? record_value(record, "active") : VALUE_NONE;
        if (active.kind != VALUE_BOOL || !active.boolean)
                return STATUS_OK;
        TierModel *model = arena_new_of(call->context->arena, TierModel);
        Error before = call->context->error;
        Status status = tier_model_take(call, record, model);
        call->context->error = before;
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        if (!tier_suits(model->object))
                return STATUS_OK;
        TRY(load_rules(call, model));
        *ret = model;
        return STATUS_OK;
}

Status tier_model_active(Call *call, const Object *object, TierModel **ret) {
        Sql select = db_sql(call->db);
        int64_t id = 0;
        bool found = false;
        *ret = NULL;
        if (!catalog_find(call->catalog, STR("tier_model")))
                return STATUS_OK;
        sql(&select, "select \"id\" from \"tier_model\" where deleted_at is null and \"active\" = ");
        sql_value(&select, value_bool(true));
        sql(&select, " and \"object\" = ");
        sql_str(&select, object->name);
        sql(&select, " order by \"id\" limit 1");
        TRY(db_get_int(call->db, &select, &id, &found));
        return found ? tier_model_load(call, id, ret) : STATUS_OK;
}
