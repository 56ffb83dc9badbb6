// When a record goes into a pool, and by which rule: in memory for one record, as SQL for all. The first rule (order, id) whose condition and departments fit decides.
#include "objects/pool/pool.h"
#include "record/write.h"
#include <stdlib.h>

#define RULES_MOST 500
#define TEXT_CAP 16384

// ---- Rules as they stand

static Str text_at(Call *call, Rows *rows, int column) {
        return rows_null(rows, column) ? STR_NONE : str_copy(call->context->arena, rows_text(rows, column));
}

static int64_t int_at(Rows *rows, int column) {
        return rows_null(rows, column) ? 0 : rows_int(rows, column);
}

Status pool_rule_rows(Call *call, const Object *object, PoolRuleRow **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        sql(&select, "select r.id, r.pool_id, r.name, r.condition, r.departments, r.clock, r.days, r.warn_days, r.\"order\" from pool_rule r join pool p on p.id = r.pool_id"
                     " where r.deleted_at is null and p.deleted_at is null and r.active = ");
        pool_where_flag(&select, true);
        sql(&select, " and p.active = ");
        pool_where_flag(&select, true);
        sql(&select, " and p.object = ");
        sql_str(&select, object->name);
        sql(&select, " order by coalesce(r.\"order\", 0), r.id limit ");
        sql_int(&select, RULES_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret = arena_array(call->context->arena, PoolRuleRow, RULES_MOST + 1);
        *ret_count = 0;
        for (bool found; *ret_count < RULES_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                (*ret)[(*ret_count)++] = (PoolRuleRow){.id = rows_int(rows, 0), .pool = rows_int(rows, 1), .name = text_at(call, rows, 2), .condition = text_at(call, rows, 3), .departments = text_at(call, rows, 4),
                                                       .clock = text_at(call, rows, 5), .days = int_at(rows, 6), .warn_days = int_at(rows, 7), .order = int_at(rows, 8), .active = true};
        }
        return STATUS_OK;
}

// ---- Understood

static Status parse(Call *call, const Object *object, Str source, ExprType expect, const Expr **ret, bool *ret_understood) {
        ExprNames names = catalog_names(call->catalog);
        ExprParse asked = {.names = &names, .object = object, .expect = expect};
        Context own;
        context_init(&own, call->context->arena, call->context->lang, call->context->now_ms);
        *ret_understood = expr_parse(&own, &asked, source, ret) == STATUS_OK;
        return STATUS_OK;
}

// Where something is won for records of the object: a relation whose children have a stage that is won and the time of that.
static const Relation *deals_of(const Object *object) {
        for (size_t i = 0; i < object->children_count; i++) {
                const Object *child = object->children[i].child;
                const Field *closed = object_find(child, STR("closed_at"));
                if (child->retired || !child->stage || !object->children[i].field->type->reference || !closed || closed->kind != VALUE_DATETIME)
                        continue;
                for (size_t k = 0; k < child->stage->options_count; k++)
                        if (str_is(child->stage->options[k].outcome, "won"))
                                return &object->children[i];
        }
        return NULL;
}

static Str last_won(Arena *arena, const Relation *deals) {
        Buf buf = buf_make(arena, TEXT_CAP);
        const Field *stage = deals->child->stage;
        bool any = false;
        buf_format(&buf, "max(" STR_FMT ".closed_at, " STR_FMT " in (", STR_ARG(deals->name), STR_ARG(stage->name));
        for (size_t i = 0; i < stage->options_count; i++)
                if (str_is(stage->options[i].outcome, "won")) {
                        buf_format(&buf, "%s\"" STR_FMT "\"", any ? ", " : "", STR_ARG(stage->options[i].key));
                        any = true;
                }
        buf_lit(&buf, "))");
        return buf_str(&buf);
}

static Str base_text(Arena *arena, const Object *object, PoolClock clock) {
        const Relation *deals = clock == CLOCK_DEAL ? deals_of(object) : NULL;
        Str gained = STR("coalesce(gained_at, created_at)");
        if (clock == CLOCK_FOLLOW_UP)
                return STR("coalesce(clock_at, gained_at, created_at)");
        if (!deals)
                return gained;
        Str won = last_won(arena, deals);
        return str_format(arena, "if(" STR_FMT " > " STR_FMT ", " STR_FMT ", " STR_FMT ")", STR_ARG(won), STR_ARG(gained), STR_ARG(won), STR_ARG(gained));
}

static void take_departments(Call *call, Str list, PoolRule *rule) {
        const Access *access = call->actor->access;
        Json *ids = NULL;
        rule->everybody = !list.len || json_parse(call->context, list, 2, &ids) != STATUS_OK || !ids->count;
        if (rule->everybody) {
                error_clear(call->context);
                return;
        }
        rule->departments = arena_array(call->context->arena, int64_t, access->departments_count * ids->count + 1);
        for (size_t i = 0; i < ids->count; i++) {
                const int64_t *below = NULL;
                size_t count = 0;
                int64_t id = 0;
                if (!str_to_int64(ids->items[i].text, &id))
                        continue;
                access_subtree(access, call->context->arena, id, &below, &count);
                for (size_t k = 0; k < count; k++)
                        rule->departments[rule->departments_count++] = below[k];
        }
}

static Status make_rule(Call *call, const Object *object, const PoolRuleRow *row, PoolRule *ret, bool *ret_understood) {
        Arena *arena = call->context->arena;
        PoolRule rule = {.id = row->id, .pool = row->pool, .name = row->name, .days = (int)row->days, .warn_days = (int)row->warn_days};
        rule.clock = str_is(row->clock, "deal") ? CLOCK_DEAL : str_is(row->clock, "gained") ? CLOCK_GAINED : CLOCK_FOLLOW_UP;
        Str base = base_text(arena, object, rule.clock), due = str_format(arena, "add_days(date(" STR_FMT "), %d)", STR_ARG(base), rule.days);
        Str day = str_format(arena, "if(protected_until >= " STR_FMT ", add_days(protected_until, 1), " STR_FMT ")", STR_ARG(due), STR_ARG(due));
        *ret_understood = row->days > 0;
        if (*ret_understood && str_trim(row->condition).len)
                TRY(parse(call, object, row->condition, EXPR_BOOL, &rule.condition, ret_understood));
        if (*ret_understood)
                TRY(parse(call, object, base, EXPR_NULL, &rule.base, ret_understood));
        if (*ret_understood)
                TRY(parse(call, object, day, EXPR_NULL, &rule.day, ret_understood));
        take_departments(call, row->departments, &rule);
        *ret = rule;
        return STATUS_OK;
}

static Status read_guards(Call *call, const Object *object, PoolRules *rules) {
        Sql select = db_sql(call->db);
        sql(&select, "select id, protect from pool where deleted_at is null and protect is not null and active = ");
        pool_where_flag(&select, true);
        sql(&select, " and object = ");
        sql_str(&select, object->name);
        sql(&select, " order by id limit ");
        sql_int(&select, RULES_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        rules->guards = arena_array(call->context->arena, PoolGuard, RULES_MOST);
        for (bool found; rules->guards_count < RULES_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                Str text = text_at(call, rows, 1);
                bool understood = true;
                PoolGuard guard = {.pool = rows_int(rows, 0)};
                if (!str_trim(text).len)
                        continue;
                TRY(parse(call, object, text, EXPR_BOOL, &guard.protect, &understood));
                guard.broken = !understood;
                rules->guards[rules->guards_count++] = guard;
        }
        return STATUS_OK;
}

static int compare_rows(const void *a, const void *b) {
        const PoolRuleRow *x = a, *y = b;
        int64_t p = x->id ? x->id : INT64_MAX, q = y->id ? y->id : INT64_MAX; // a new one comes behind those of the same order
        if (x->order != y->order)
                return x->order < y->order ? -1 : 1;
        return p < q ? -1 : p > q;
}

Status pool_rules_make(Call *call, const Object *object, PoolRuleRow *rows, size_t count, PoolRules *ret) {
        *ret = (PoolRules){.object = object, .items = arena_array(call->context->arena, PoolRule, count + 1)};
        if (count)
                qsort(rows, count, sizeof *rows, compare_rows);
        for (size_t i = 0; i < count; i++) {
                bool understood = false;
                if (!rows[i].active)
                        continue;
                TRY(make_rule(call, object, &rows[i], &ret->items[ret->count], &understood));
                ret->count += understood;
        }
        return read_guards(call, object, ret);
}

Status pool_rules(Call *call, const Object *object, PoolRules *ret) {
        PoolRuleRow *rows = NULL;
        size_t count = 0;
        TRY(pool_rule_rows(call, object, &rows, &count));
        return pool_rules_make(call, object, rows, count, ret);
}

// ---- One record

// The rules are the company's: they see everything, whoever asks.
static ExprEnv system_env(Call *call) {
        ExprEnv env = actor_env(call->context, access_system(call->actor->access));
        env.guard = NULL;
        env.veil = NULL;
        return env;
}

static Status evaluate(Call *call, const Expr *expr, const Record *record, Value *ret) {
        ExprEnv env = system_env(call);
        ExprRows rows = record_rows(call);
        return expr_eval(call->context, expr, &env, &rows, record, ret);
}

static Status holds(Call *call, const Expr *expr, const Record *record, bool *ret) {
        Value value = VALUE_NONE;
        TRY(evaluate(call, expr, record, &value));
        *ret = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

static bool fits_department(const PoolRule *rule, const Record *record) {
        Value department = record->values[record->object->department->index];
        for (size_t i = 0; i < rule->departments_count; i++)
                if (department.kind == VALUE_INTEGER && department.integer == rule->departments[i])
                        return true;
        return rule->everybody;
}

static Status guarded_in(Call *call, const PoolRules *rules, int64_t pool, const Record *record, bool *ret) {
        *ret = false;
        for (size_t i = 0; i < rules->guards_count && !*ret; i++) {
                const PoolGuard *guard = &rules->guards[i];
                if (guard->pool != pool)
                        continue;
                *ret = guard->broken;
                if (!guard->broken)
                        TRY(holds(call, guard->protect, record, ret));
        }
        return STATUS_OK;
}

Status pool_due(Call *call, const PoolRules *rules, const Record *record, PoolDue *ret) {
        const Object *object = record->object;
        *ret = (PoolDue){0};
        if (value_is_null(record->values[object->owner->index]) || !value_is_null(record->values[object->pool->index]) || pool_record_closed(record))
                return STATUS_OK;
        for (size_t i = 0; i < rules->count && !ret->rule; i++) {
                const PoolRule *rule = &rules->items[i];
                bool fits = fits_department(rule, record);
                if (fits && rule->condition)
                        TRY(holds(call, rule->condition, record, &fits));
                if (fits)
                        ret->rule = rule;
        }
        if (!ret->rule)
                return STATUS_OK;
        Value base = VALUE_NONE, until = record_value(record, "protected_until");
        TRY(evaluate(call, ret->rule->base, record, &base));
        ret->base_ms = base.kind == VALUE_DATETIME ? base.ms : call->context->now_ms;
        ret->day = zone_day(call->catalog->zone, ret->base_ms) + ret->rule->days;
        if (until.kind == VALUE_DATE && until.day >= ret->day)
                ret->day = until.day + 1;
        return guarded_in(call, rules, ret->rule->pool, record, &ret->guarded);
}

Status pool_guarded(Call *call, const Record *record, int64_t pool, bool *ret) {
        PoolRules rules = {.object = record->object};
        Value until = record_value(record, "protected_until");
        *ret = until.kind == VALUE_DATE && until.day >= zone_day(call->catalog->zone, call->context->now_ms);
        if (*ret)
                return STATUS_OK;
        TRY(read_guards(call, record->object, &rules));
        return guarded_in(call, &rules, pool, record, ret);
}

// ---- All of them

Status pool_expr_sql(Call *call, const Expr *expr, Sql *select) {
        ExprNames names = catalog_names(call->catalog);
        ExprEnv env = system_env(call);
        sql(select, "(");
        TRY(expr_sql_value(call->context, expr, &env, &names, STR("t"), select));
        sql(select, ")");
        return STATUS_OK;
}

static void before_column(const char *column, int64_t cutoff_ms, Sql *select) {
        sql_column(select, STR("t"), str_from(column));
        sql(select, " < ");
        sql_value(select, value_datetime(cutoff_ms));
}

// In bare columns, so that an index finds those whose time has come: by the last follow-up, by when it was gained, and of old records, which know neither, by when they were made.
static void where_clock(const PoolRule *rule, int64_t cutoff_ms, Sql *select) {
        sql(select, "(");
        if (rule->clock == CLOCK_FOLLOW_UP) {
                before_column("clock_at", cutoff_ms, select);
                sql(select, " or (t.clock_at is null and ");
        }
        sql(select, "(");
        before_column("gained_at", cutoff_ms, select);
        sql(select, " or (t.gained_at is null and ");
        before_column("created_at", cutoff_ms, select);
        sql(select, "))");
        if (rule->clock == CLOCK_FOLLOW_UP)
                sql(select, ")");
        sql(select, ")");
}

static Status where_fits(Call *call, const PoolRule *rule, Sql *select) {
        sql(select, "(1=1");
        if (!rule->everybody) {
                sql(select, " and t.department_id in ");
                sql_int_list(select, rule->departments, rule->departments_count);
        }
        if (rule->condition) {
                sql(select, " and ");
                TRY(pool_expr_sql(call, rule->condition, select));
        }
        sql(select, ")");
        return STATUS_OK;
}

static Status where_guarded(Call *call, const PoolRules *rules, const PoolRule *rule, Sql *select) {
        sql(select, "(1=0");
        for (size_t i = 0; i < rules->guards_count; i++) {
                const PoolGuard *guard = &rules->guards[i];
                if (guard->pool != rule->pool)
                        continue;
                sql_fixed(select, guard->broken ? STR(" or 1=1") : STR(" or "));
                if (!guard->broken)
                        TRY(pool_expr_sql(call, guard->protect, select));
        }
        sql(select, ")");
        return STATUS_OK;
}

// The pluses keep planners from walking the index of pools or owners, which most records are in.
Status pool_due_sql(Call *call, const PoolRules *rules, size_t at, int32_t day, bool guarded, Sql *select) {
        const PoolRule *rule = &rules->items[at];
        bool any = day == POOL_ANY_DAY;
        int64_t cutoff_ms = any ? 0 : zone_day_start(call->catalog->zone, day - rule->days + 1);
        sql(select, " from ");
        sql_name(select, rules->object->table);
        sql(select, " t where t.deleted_at is null and +t.pool_id is null and +t.owner_id is not null");
        if (!any) {
                sql(select, " and ");
                where_clock(rule, cutoff_ms, select);
        }
        pool_where_open(rules->object, select);
        if (rule->clock == CLOCK_DEAL && !any) {
                sql(select, " and (");
                TRY(pool_expr_sql(call, rule->base, select));
                sql(select, ") < ");
                sql_value(select, value_datetime(cutoff_ms));
        }
        sql(select, " and ");
        TRY(where_fits(call, rule, select));
        for (size_t i = 0; i < at; i++) {
                sql(select, " and ");
                TRY(where_fits(call, &rules->items[i], select));
                sql(select, " is not true");
        }
        sql(select, " and (");
        if (!any) {
                sql(select, "(t.protected_until is not null and t.protected_until >= ");
                sql_value(select, value_date(day));
                sql(select, ") or ");
        }
        TRY(where_guarded(call, rules, rule, select));
        sql_fixed(select, guarded ? STR(")") : STR(") is not true"));
        return STATUS_OK;
}
