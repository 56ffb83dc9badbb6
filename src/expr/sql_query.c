// SQL of paths through references and of aggregates: correlated scalar subqueries that see only what is not deleted and what the reader may see.
#include "expr/tree.h"

// Names of a subquery's tables grow from the name of the row around it, so that no depth of nesting makes two of the same.
static Str inner_alias(Emit *emit, Str alias, size_t number) {
        return str_format(emit->sql->arena, STR_FMT "_%zu", STR_ARG(alias), number);
}

static void emit_table(Emit *emit, const void *object, Str alias) {
        sql_name(emit->sql, emit->names->table(emit->names->self, object));
        sql(emit->sql, " as ");
        sql_fixed(emit->sql, alias);
}

static Status emit_visible(Emit *emit, const void *object, Str alias) {
        sql(emit->sql, " and ");
        sql_column(emit->sql, alias, STR("deleted_at"));
        sql(emit->sql, " is null");
        return emit->env->guard ? emit->env->guard(emit->env->self, emit->context, object, alias, emit->sql) : STATUS_OK;
}

static void emit_equal(Emit *emit, Str left, Str left_column, Str right, Str right_column) {
        sql_column(emit->sql, left, left_column);
        sql(emit->sql, " = ");
        sql_column(emit->sql, right, right_column);
}

// "customer" as t_1, "user" as t_2
static void emit_step_tables(Emit *emit, const Expr *expr, Str alias) {
        for (size_t i = 0; i < expr->steps_count; i++) {
                if (i)
                        sql(emit->sql, ", ");
                emit_table(emit, expr->steps[i].target, inner_alias(emit, alias, i + 1));
        }
}

// t_1.id = t.customer_id and … and t_2.id = t_1.owner_id and …
static Status emit_step_joins(Emit *emit, const Expr *expr, Str alias, Str *ret_last) {
        Str from = alias;
        for (size_t i = 0; i < expr->steps_count; i++) {
                Str to = inner_alias(emit, alias, i + 1);
                if (i)
                        sql(emit->sql, " and ");
                emit_equal(emit, to, STR("id"), from, expr->steps[i].column);
                TRY(emit_visible(emit, expr->steps[i].target, to));
                from = to;
        }
        *ret_last = from;
        return STATUS_OK;
}

Status emit_path(Emit *emit, const Expr *expr, Str alias) {
        Str last;
        sql(emit->sql, "(select ");
        TRY(emit_operand(emit, expr->items[0], inner_alias(emit, alias, expr->steps_count)));
        sql(emit->sql, " from ");
        emit_step_tables(emit, expr, alias);
        sql(emit->sql, " where ");
        TRY(emit_step_joins(emit, expr, alias, &last));
        sql(emit->sql, ")");
        return STATUS_OK;
}

// What is aggregated. Over the rows themselves a condition becomes part of it; over children it stands in the where.
static Status emit_argument(Emit *emit, const Expr *expr, Str alias) {
        bool conditional = expr->condition && !expr->relation;
        if (conditional) {
                sql(emit->sql, "case when ");
                TRY(emit_node(emit, expr->condition, alias, EMIT_FILTER));
                sql(emit->sql, " then ");
        }
        if (expr->argument)
                TRY(emit_operand(emit, expr->argument, alias));
        else
                sql_fixed(emit->sql, conditional ? STR("1") : STR("*"));
        if (conditional)
                sql(emit->sql, " end");
        return STATUS_OK;
}

static Status emit_over(Emit *emit, const Expr *expr, Str alias, Str function) {
        sql_fixed(emit->sql, function);
        TRY(emit_argument(emit, expr, alias));
        bool text = expr->argument && expr_kind(expr->argument->type) == VALUE_TEXT;
        bool ordered = expr->aggregate == AGGREGATE_MIN || expr->aggregate == AGGREGATE_MAX;
        sql_fixed(emit->sql, text && ordered && emit_postgres(emit) ? STR(" collate \"C\")") : STR(")"));
        return STATUS_OK;
}

// Nothing adds up to 0; what is out of range is null. PostgreSQL's own sum is exact too, and much faster than one that is not built in.
static Status emit_number_sum(Emit *emit, const Expr *expr, Str alias) {
        if (emit_postgres(emit)) {
                sql(emit->sql, "haike_round(coalesce(");
                TRY(emit_over(emit, expr, alias, STR("sum(")));
                sql(emit->sql, ", 0), 6)");
                return STATUS_OK;
        }
        sql(emit->sql, "case when ");
        TRY(emit_over(emit, expr, alias, STR("count(")));
        sql(emit->sql, " = 0 then 0 else ");
        TRY(emit_over(emit, expr, alias, STR("haike_sum(")));
        sql(emit->sql, " end");
        return STATUS_OK;
}

static Status emit_sum(Emit *emit, const Expr *expr, Str alias) {
        if (expr->type == EXPR_INTEGER)
                sql(emit->sql, "haike_int(");
        TRY(emit_number_sum(emit, expr, alias));
        if (expr->type == EXPR_INTEGER)
                sql(emit->sql, ")");
        return STATUS_OK;
}

static Status emit_average(Emit *emit, const Expr *expr, Str alias) {
        Sql argument = sql_make(emit->sql->arena, emit->sql->dialect);
        Emit inner = *emit;
        inner.sql = &argument;
        TRY(emit_argument(&inner, expr, alias));
        sql_average(emit->sql, &argument);
        return STATUS_OK;
}

static Status emit_result(Emit *emit, const Expr *expr, Str alias) {
        switch (expr->aggregate) {
        case AGGREGATE_COUNT:
                return emit_over(emit, expr, alias, STR("count("));
        case AGGREGATE_COUNT_DISTINCT:
                return emit_over(emit, expr, alias, STR("count(distinct "));
        case AGGREGATE_SUM:
                return emit_sum(emit, expr, alias);
        case AGGREGATE_AVG:
                return emit_average(emit, expr, alias);
        case AGGREGATE_MIN:
                return emit_over(emit, expr, alias, STR("min("));
        case AGGREGATE_MAX:
                return emit_over(emit, expr, alias, STR("max("));
        }
        return STATUS_INTERNAL;
}

Status emit_aggregate(Emit *emit, const Expr *expr, Str alias) {
        if (!expr->relation)
                return emit_result(emit, expr, alias);
        Str child = inner_alias(emit, alias, expr->steps_count + 1), parent;
        sql(emit->sql, "(select ");
        TRY(emit_result(emit, expr, child));
        sql(emit->sql, " from ");
        emit_step_tables(emit, expr, alias);
        if (expr->steps_count)
                sql(emit->sql, ", ");
        emit_table(emit, expr->relation->object, child);
        sql(emit->sql, " where ");
        TRY(emit_step_joins(emit, expr, alias, &parent));
        if (expr->steps_count)
                sql(emit->sql, " and ");
        emit_equal(emit, child, expr->relation->reference.column, parent, STR("id"));
        TRY(emit_visible(emit, expr->relation->object, child));
        if (expr->condition) {
                sql(emit->sql, " and (");
                TRY(emit_node(emit, expr->condition, child, EMIT_FILTER));
                sql(emit->sql, ")");
        }
        sql(emit->sql, ")");
        return STATUS_OK;
}
