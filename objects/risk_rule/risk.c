// Risk of a record: rules asked in memory with its values, the sum and the reasons stored with it.
#include "objects/risk_rule/risk.h"
#include "flow/slices.h"
#include "objects/risk_rule/rule.h"
#include "objects/risk_rule/shipped.h"
#include "objects/shared/found.h"
#include "record/entry.h"
#include "record/write.h"

#define RULES_MOST 100
#define RISK_MOST 100
#define SHIPPED_KEY "risk_rules_shipped"
#define REASONS_CAP (64u << 10)

typedef struct RiskRule { int64_t id, weight; Str message, message_en; const Expr *expr; } RiskRule;
typedef struct RiskRules { RiskRule *items; size_t count; } RiskRules;

bool risk_suits(const Object *object) {
        const Field *risk = object ? object_find(object, STR("risk")) : NULL, *risks = object ? object_find(object, STR("risks")) : NULL;
        return risk && risks && object->stage && risk->kind == VALUE_INTEGER && risks->kind == VALUE_TEXT;
}

// ---- The rules

static Str text_at(Rows *rows, int column) {
        Value value = rows_value(rows, column, VALUE_TEXT);
        return value.kind == VALUE_TEXT ? value.text : STR_NONE;
}

// One that is not understood any more (a field in it was retired) does not count.
static const Expr *parsed(Call *call, const Object *object, Str condition) {
        Context *context = call->context, own;
        ExprNames names = catalog_names(call->catalog);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        const Expr *expr = NULL;
        context_init(&own, context->arena, context->lang, context->now_ms);
        return expr_parse(&own, &parse, condition, &expr) == STATUS_OK ? expr : NULL;
}

static Status load_rules(Call *call, const Object *object, RiskRules *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select id, weight, message, message_en, \"condition\" from risk_rule where deleted_at is null and active and object = ");
        sql_str(&select, object->name);
        sql(&select, " order by weight desc, id limit ");
        sql_int(&select, RULES_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret = (RiskRules){.items = arena_array(call->context->arena, RiskRule, RULES_MOST)};
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                RiskRule rule = {.id = rows_int(rows, 0), .weight = rows_int(rows, 1), .message = text_at(rows, 2), .message_en = text_at(rows, 3)};
                rule.expr = parsed(call, object, text_at(rows, 4));
                if (rule.expr)
                        ret->items[ret->count++] = rule;
        }
}

// ---- One record

static void write_reason(const RiskRule *rule, JsonWriter *w) {
        json_open_object(w);
        json_put_int(w, "rule", rule->id);
        json_put_int(w, "weight", rule->weight);
        json_key(w, STR("message"));
        json_open_object(w);
        json_put_str(w, "zh-CN", rule->message);
        json_put_str(w, "en", rule->message_en.len ? rule->message_en : rule->message);
        json_close_object(w);
        json_close_object(w);
}

static bool is_open(const Record *record) {
        Value key = record->values[record->object->stage->index];
        const Option *option = key.kind == VALUE_TEXT ? field_option(record->object->stage, key.text) : NULL;
        return option && !str_is(option->outcome, "won") && !str_is(option->outcome, "lost");
}

static Status judge(Call *call, const RiskRules *rules, const Record *record, Value *ret_risk, Value *ret_risks) {
        ExprEnv env = actor_env(call->context, access_system(call->actor->access)); // the same whoever asks
        ExprRows rows = record_rows(call);
        Buf reasons = buf_make(call->context->arena, REASONS_CAP);
        JsonWriter w = json_writer(&reasons);
        int64_t sum = 0;
        *ret_risk = *ret_risks = VALUE_NONE;
        if (!rules->count || !is_open(record))
                return STATUS_OK;
        json_open_array(&w);
        for (size_t i = 0; i < rules->count; i++) {
                Value value = VALUE_NONE;
                TRY(expr_eval(call->context, rules->items[i].expr, &env, &rows, record, &value));
                if (value.kind != VALUE_BOOL || !value.boolean)
                        continue;
                sum += rules->items[i].weight;
                write_reason(&rules->items[i], &w);
        }
        json_close_array(&w);
        *ret_risk = value_int(sum < RISK_MOST ? sum : RISK_MOST);
        if (sum)
                *ret_risks = value_text(buf_str(&reasons));
        return STATUS_OK;
}

// No version, no history: nobody changed the record. Who may see it may depend on it.
static Status store(Call *call, const Record *record, Value risk, Value risks) {
        Sql update = db_sql(call->db);
        if (value_eq(record_value(record, "risk"), risk) && value_eq(record_value(record, "risks"), risks))
                return STATUS_OK;
        sql(&update, "update");
        sql_or_fail(&update);
        sql(&update, " ");
        sql_name(&update, record->object->table);
        sql(&update, " set risk = ");
        sql_value(&update, risk);
        sql(&update, ", risks = ");
        sql_value(&update, risks);
        sql(&update, " where id = ");
        sql_int(&update, record->id);
        TRY(db_exec(call->db, &update, NULL));
        return sharing_over(call->actor->access, record->object) ? entries_renew(call, record->object, &record->id, 1) : STATUS_OK;
}

Status risk_renew(Call *call, const Record *record) {
        RiskRules rules = {0};
        Value risk = VALUE_NONE, risks = VALUE_NONE;
        TRY(load_rules(call, record->object, &rules));
        TRY(judge(call, &rules, record, &risk, &risks));
        return store(call, record, risk, risks);
}

// ---- All of them

typedef struct Renewing { Str object; Found found; RiskRules rules; } Renewing;

Status risk_order(Call *call) {
        Sql select = db_sql(call->db);
        bool found = false;
        int64_t id = 0;
        sql(&select, "select 1 from job where finished_at is null and kind = ");
        sql_str(&select, STR(RISK_JOB));
        sql(&select, " limit 1");
        TRY(db_get_int(call->db, &select, NULL, &found));
        return found ? STATUS_OK : job_start(call, &(JobStart){.kind = RISK_JOB, .request = STR("{\"object\":\"opportunity\"}")}, &id);
}

static Status find(Call *call, void *arg) {
        Renewing *renewing = arg;
        const Object *object = catalog_find(call->catalog, renewing->object);
        Sql where = db_sql(call->db);
        bool first = true;
        if (!risk_suits(object))
                return error_set(call->context, STATUS_NOT_FOUND, "unknown_object", renewing->object);
        sql_name(&where, object->stage->column);
        sql(&where, " in (");
        for (size_t i = 0; i < object->stage->options_count; i++) {
                const Option *option = &object->stage->options[i];
                if (str_is(option->outcome, "won") || str_is(option->outcome, "lost"))
                        continue;
                if (!first)
                        sql(&where, ", ");
                first = false;
                sql_str(&where, option->key);
        }
        if (first)
                sql(&where, "null");
        sql(&where, ")");
        renewing->found.count = 0;
        return found_add(call, object, &where, &renewing->found);
}

static Status begin(Slices *slices, Call *call) {
        Renewing *renewing = slices->self;
        return load_rules(call, slices->object, &renewing->rules);
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Renewing *renewing = slices->self;
        Record *record = NULL;
        Value risk = VALUE_NONE, risks = VALUE_NONE;
        (void)ret_note;
        TRY(record_read_row(call, slices->object, id, false, true, &record));
        if (!record)
                return STATUS_OK;
        TRY(judge(call, &renewing->rules, record, &risk, &risks));
        return store(call, record, risk, risks);
}

Status risk_run(Job *job, void *arg) {
        const Str *text = arg;
        Json *request = NULL;
        TRY(json_parse(&job->context, *text, 4, &request));
        Renewing renewing = {.object = json_str(request, "object", STR_NONE)};
        TRY(slices_read(job, true, find, &renewing));
        Slices slices = {.job = job, .object_name = renewing.object, .ids = renewing.found.ids, .count = renewing.found.count, .for_system = true, .self = &renewing, .begin = begin, .one = one};
        return slices_run(&slices);
}

// ---- Shipped

static bool is_listed(Str list, const char *key) {
        for (Str item; str_cut(&list, ' ', &item);)
                if (str_is(item, key))
                        return true;
        return false;
}

static Status create(Call *call, const ShippedRisk *rule) {
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "risk_rule"));
        int64_t id = 0;
        record_input_set(input, "name", value_text(str_from(rule->name)));
        record_input_set(input, "object", value_text(STR("opportunity")));
        record_input_set(input, "condition", value_text(str_from(rule->condition)));
        record_input_set(input, "weight", value_int(rule->weight));
        record_input_set(input, "message", value_text(str_from(rule->message)));
        record_input_set(input, "message_en", value_text(str_from(rule->message_en)));
        record_input_set(input, "key", value_text(str_from(rule->key)));
        WriteOptions options = {.as_system = true};
        return record_create(call, input, &options, &id);
}

// What an administrator changed or took away stays so: which ones were handed out is remembered.
Status risk_ship(Call *call) {
        Str before = STR_NONE;
        Buf list = buf_make(call->context->arena, 4096);
        bool any = false;
        TRY(org_setting(call->db, STR(SHIPPED_KEY), STR_NONE, &before));
        buf_add(&list, before);
        for (size_t i = 0; i < sizeof shipped_risks / sizeof *shipped_risks; i++) {
                if (is_listed(before, shipped_risks[i].key))
                        continue;
                any = true;
                TRY(create(call, &shipped_risks[i]));
                buf_format(&list, " %s", shipped_risks[i].key);
        }
        return any ? org_setting_set(call->db, STR(SHIPPED_KEY), buf_str(&list)) : STATUS_OK;
}
