// Questions that totals answer. Their columns are named as the object's, and a month kept is the first day of it, so that groups, conditions and rules compile over them as
// they do over records; what may be asked of them is decided by expr_kept(). Whatever is not plainly of that kind is left to the rows.
#include "record/query.h"
#include "record/totals.h"

#define ENTRIES_MOST 50000 // records that come to a reader by entries and are read one by one

static ExprKept keeps(void *arg, const ExprField *field) {
        const TotalsTable *table = arg;
        for (size_t i = 0; i < table->count; i++)
                if (table->columns[i].field == field->handle)
                        return table->columns[i].month ? EXPR_KEPT_MONTH : EXPR_KEPT;
        return EXPR_KEPT_NOT;
}

static bool is_kept(Context *context, const Expr *expr, const ExprEnv *env, const TotalsTable *table) {
        return expr_kept(context, expr, env, keeps, (void *)table);
}

typedef struct Reading {
        const TotalsQuestion *question;
        Call *call;
        const Object *object;
        const Expr *filter;           // NULL: none
        ExprNames names;
        ExprEnv env;
        Scope scope;
        bool entries;                 // some records come by entries
        const TotalsTable *table;     // the coarsest that answers by itself, or for departments
        const TotalsTable *owners;    // beside it, for the reader's own; NULL: not needed
} Reading;

// ---- Measures

static bool same_text(const Sql *a, const Sql *b) {
        bool same = a->count == b->count && str_eq(buf_str(&a->text), buf_str(&b->text));
        for (size_t i = 0; same && i < a->count; i++)
                same = value_eq(a->params[i], b->params[i]);
        return same;
}

// Two expressions that compile to the same are the same sum, a formula and what it says too.
static Status find_sum(const Reading *reading, const TotalsTable *table, const Expr *argument, bool *ret_found, size_t *ret) {
        Db *db = reading->call->db;
        Sql asked = db_sql(db);
        TRY(expr_sql_value(reading->call->context, argument, &reading->env, &reading->names, STR("t"), &asked));
        *ret_found = false;
        for (size_t i = 0; i < table->totals->sums_count && !*ret_found; i++) {
                Sql kept = db_sql(db);
                TRY(expr_sql_value(reading->call->context, table->totals->sums[i].expr, &reading->env, &reading->names, STR("t"), &kept));
                *ret_found = same_text(&asked, &kept);
                *ret = i;
        }
        return STATUS_OK;
}

static Status covers_measure(const Reading *reading, const TotalsTable *table, const Expr *measure, bool *ret) {
        ExprMeasure parts;
        size_t at = 0;
        *ret = expr_measure(measure, &parts) && (!parts.condition || is_kept(reading->call->context, parts.condition, &reading->env, table));
        return *ret && parts.argument ? find_sum(reading, table, parts.argument, ret, &at) : STATUS_OK;
}

// "sum(t.n)", of what meets the measure's condition alone
static Status put_sum(const Reading *reading, const ExprMeasure *measure, Str function, const Str *columns, size_t count, Sql *select) {
        sql_fixed(select, function);
        for (size_t i = 0; i < count; i++) {
                sql_fixed(select, i ? STR(", ") : STR("("));
                if (measure->condition) {
                        sql(select, "case when ");
                        TRY(expr_sql(reading->call->context, measure->condition, &reading->env, &reading->names, STR("t"), select));
                        sql(select, " then ");
                }
                sql_column(select, STR("t"), columns[i]);
                if (measure->condition)
                        sql(select, " end");
        }
        sql(select, ")");
        return STATUS_OK;
}

// How many; as an integer on both engines.
static Status put_count(const Reading *reading, const ExprMeasure *measure, Str column, Sql *select) {
        bool lite = select->dialect == DIALECT_SQLITE;
        sql_fixed(select, lite ? STR("coalesce(") : STR("cast(coalesce("));
        TRY(put_sum(reading, measure, STR("sum"), &column, 1, select));
        sql_fixed(select, lite ? STR(", 0)") : STR(", 0) as bigint)"));
        return STATUS_OK;
}

static Status put_total(const Reading *reading, const ExprMeasure *measure, const TotalsParts *parts, Sql *select) {
        if (measure->integer)
                sql(select, "haike_int(");
        if (select->dialect == DIALECT_SQLITE) {
                sql(select, "case when ");
                TRY(put_count(reading, measure, parts->names[2], select));
                sql(select, " = 0 then 0 else ");
                TRY(put_sum(reading, measure, STR("haike_sum"), parts->names, 3, select));
                sql(select, " end");
        } else {
                sql(select, "haike_round(coalesce(");
                TRY(put_sum(reading, measure, STR("sum"), parts->names, 1, select));
                sql(select, ", 0), 6)");
        }
        if (measure->integer)
                sql(select, ")");
        return STATUS_OK;
}

static Status put_average(const Reading *reading, const ExprMeasure *measure, const TotalsParts *parts, Sql *select) {
        if (select->dialect == DIALECT_SQLITE)
                return put_sum(reading, measure, STR("haike_avg"), parts->names, 3, select);
        sql(select, "haike_ratio(");
        TRY(put_sum(reading, measure, STR("sum"), parts->names, 1, select));
        sql(select, ", ");
        TRY(put_count(reading, measure, parts->names[1], select));
        sql(select, ")");
        return STATUS_OK;
}

static Status put_measure(const Reading *reading, const Expr *expr, Sql *select) {
        ExprMeasure measure;
        TotalsParts parts;
        bool found = true;
        size_t at = 0;
        ensure(expr_measure(expr, &measure));
        if (!measure.argument)
                return put_count(reading, &measure, STR("n"), select);
        TRY(find_sum(reading, reading->table, measure.argument, &found, &at));
        ensure(found);
        totals_names(select->dialect, select->arena, at, &parts);
        switch (measure.kind) {
        case MEASURE_COUNT:
                return put_count(reading, &measure, parts.names[parts.count - 1], select);
        case MEASURE_SUM:
                return put_total(reading, &measure, &parts, select);
        case MEASURE_AVERAGE:
                return put_average(reading, &measure, &parts, select);
        }
        return STATUS_INTERNAL;
}

// ---- Which table

static Status covers(const Reading *reading, const TotalsTable *table, bool *ret) {
        const TotalsQuestion *question = reading->question;
        Context *context = reading->call->context;
        *ret = !reading->filter || is_kept(context, reading->filter, &reading->env, table);
        for (size_t i = 0; *ret && i < question->groups_count; i++)
                *ret = is_kept(context, question->groups[i], &reading->env, table);
        for (size_t i = 0; *ret && i < question->measures_count; i++)
                TRY(covers_measure(reading, table, question->measures[i], ret));
        return STATUS_OK;
}

// Rules are the administrator's and are not narrowed by what the reader may see.
static bool covers_rules(const Reading *reading, const TotalsTable *table) {
        ExprEnv env = reading->env;
        env.guard = NULL;
        env.veil = NULL;
        for (size_t i = 0; i < reading->scope.rules_count; i++)
                if (!is_kept(reading->call->context, reading->scope.rules[i], &env, table))
                        return false;
        return true;
}

// How the reader's scope is said by a table of this level: by itself, by departments beside his own records, or not at all.
typedef enum Fit { FIT_NOT, FIT_ALONE, FIT_BESIDE_OWN } Fit;

static Fit fit_of(const Reading *reading, const TotalsTable *table) {
        const Scope *scope = &reading->scope;
        if (scope->kind == SCOPE_ALL)
                return FIT_ALONE;
        if (!covers_rules(reading, table))
                return FIT_NOT;
        if (table->level == TOTALS_OWNER)
                return FIT_ALONE;
        bool departments = scope->kind == SCOPE_DEPARTMENT || scope->kind == SCOPE_TREE;
        return table->level == TOTALS_DEPARTMENT && departments && !scope->rules_count ? FIT_BESIDE_OWN : FIT_NOT;
}

// The fewer rows the better: the coarser level, then the one kept by less.
static int rank_of(const TotalsTable *table) {
        bool month = false;
        for (size_t i = 0; i < table->totals->by_count; i++)
                month |= table->totals->by[i].month;
        return ((TOTALS_WHOLE - (int)table->level) * 2 + month) * 10 + (int)table->totals->by_count;
}

static const TotalsTable *owners_of(const TotalsTables *tables, const TotalsTable *table) {
        for (size_t i = 0; i < tables->count; i++)
                if (tables->items[i].totals == table->totals && tables->items[i].level == TOTALS_OWNER)
                        return &tables->items[i];
        return NULL;
}

static Status choose(Reading *reading, const TotalsTables *tables) {
        int best = 0;
        for (size_t i = 0; i < tables->count; i++) {
                const TotalsTable *table = &tables->items[i];
                bool answers = false;
                TRY(covers(reading, table, &answers));
                Fit fit = answers ? fit_of(reading, table) : FIT_NOT;
                if (fit == FIT_NOT || (reading->table && rank_of(table) >= best))
                        continue;
                best = rank_of(table);
                reading->table = table;
                reading->owners = fit == FIT_BESIDE_OWN ? owners_of(tables, table) : NULL;
        }
        return STATUS_OK;
}

// ---- Its rows, as far as they are the reader's

static Status own_scope(const Reading *reading, Sql *where) {
        return actor_own_scope_sql(reading->call->context, reading->call->actor, reading->object, VERB_READ, STR("t"), where);
}

static void in_departments(const Reading *reading, Sql *where) {
        const int64_t *departments;
        size_t count;
        actor_scope_departments(reading->call->actor, reading->object, VERB_READ, &departments, &count);
        sql(where, "t.\"department_id\" in ");
        sql_int_list(where, departments, count);
}

static Status put_kept(const Reading *reading, Sql *select) {
        Db *db = reading->call->db;
        const TotalsTable *table = reading->table;
        Sql where = db_sql(db);
        sql(&where, " where ");
        if (!reading->owners) {
                TRY(own_scope(reading, &where));
                return totals_rows(db, table, table->columns, table->count, &where, select);
        }
        in_departments(reading, &where);
        TRY(totals_rows(db, table, table->columns, table->count, &where, select));
        Sql rest = db_sql(db);
        sql(&rest, " where t.\"owner_id\" = ");
        sql_int(&rest, reading->call->actor->user);
        sql(&rest, " and (");
        in_departments(reading, &rest);
        sql(&rest, ") is not true");
        sql(select, " union all ");
        return totals_rows(db, reading->owners, table->columns, table->count, &rest, select);
}

// Of those that let nobody in who is not in there are no rows here.
static void entry_ids(const Reading *reading, Sql *select) {
        const int64_t *tokens;
        size_t count;
        actor_tokens(select->arena, reading->call->actor, reading->object, &tokens, &count);
        sql(select, "select e.record_id from totals_entry e where e.object_id = ");
        sql_int(select, reading->object->id);
        sql(select, " and e.token in ");
        sql_int_list(select, tokens, count);
}

// Records that are his by entries and not by owner or department, read one by one.
static Status put_entries(const Reading *reading, Sql *select) {
        Db *db = reading->call->db;
        Sql which = db_sql(db);
        sql(&which, " and t.\"id\" in (");
        entry_ids(reading, &which);
        sql(&which, ") and (");
        TRY(own_scope(reading, &which));
        sql(&which, ") is not true");
        sql(select, " union all ");
        return totals_of_records(db, reading->table, reading->table->columns, reading->table->count, &which, false, select);
}

static Status put_from(const Reading *reading, Sql *select) {
        sql(select, " from (");
        TRY(put_kept(reading, select));
        if (reading->entries)
                TRY(put_entries(reading, select));
        sql(select, ") t where true");
        return query_filter(reading->call, reading->object, reading->question->filter, select);
}

static Status put_select(const Reading *reading, Sql *select) {
        const TotalsQuestion *question = reading->question;
        sql(select, "select ");
        for (size_t i = 0; i < question->groups_count; i++) {
                sql_fixed(select, i ? STR(", ") : STR(""));
                TRY(expr_sql(reading->call->context, question->groups[i], &reading->env, &reading->names, STR("t"), select));
        }
        for (size_t i = 0; i < question->measures_count; i++) {
                sql_fixed(select, i || question->groups_count ? STR(", ") : STR(""));
                TRY(put_measure(reading, question->measures[i], select));
        }
        return put_from(reading, select);
}

// ---- May they be asked at all?

static Status read_filter(Reading *reading) {
        ExprParse parse = {.names = &reading->names, .object = reading->object, .expect = EXPR_BOOL};
        if (str_empty(str_trim(reading->question->filter)))
                return STATUS_OK;
        return expr_parse(reading->call->context, &parse, reading->question->filter, &reading->filter);
}

// A reader by rules alone is widened by some of his entries only: his rows are asked.
static Status read_entries(Reading *reading, bool *ret) {
        *ret = reading->scope.kind != SCOPE_NONE;
        if (!*ret || !actor_has_entries(reading->call->actor, reading->object, VERB_READ))
                return STATUS_OK;
        Sql ids = db_sql(reading->call->db), first = db_sql(reading->call->db);
        entry_ids(reading, &ids);
        sql_append(&first, &ids);
        sql(&first, " limit 1");
        TRY(db_get_int(reading->call->db, &first, NULL, &reading->entries));
        return reading->entries ? rows_at_most(reading->call, &ids, ENTRIES_MOST, ret) : STATUS_OK;
}

Status totals_answer(const TotalsQuestion *question, Sql *select, bool *ret) {
        Call *call = question->call;
        Reading *reading = arena_new_of(call->context->arena, Reading);
        TotalsTables *tables = arena_new_of(call->context->arena, TotalsTables);
        *reading = (Reading){.question = question, .call = call, .object = question->object, .names = actor_names(call->actor), .env = actor_env(call->context, call->actor),
                             .scope = actor_scope(call->actor, question->object, VERB_READ)};
        *ret = false;
        if (!question->object->totals_count)
                return STATUS_OK;
        TRY(read_filter(reading));
        if (reading->filter && query_veils(call, reading->filter))
                return STATUS_OK;
        TRY(totals_tables(call->db, question->object, tables));
        TRY(choose(reading, tables));
        if (!reading->table)
                return STATUS_OK;
        TRY(totals_ready(call->db, question->object, tables, ret));
        if (*ret)
                TRY(read_entries(reading, ret));
        return *ret ? put_select(reading, select) : STATUS_OK;
}
