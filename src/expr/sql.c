// Compiles a typed tree to SQL. What is the same for every row is worked out here and bound, so that columns stand bare beside constants and indexes
// can answer. Subqueries are in sql_query.c, single functions in sql_function.c.
#include "expr/tree.h"

void emit_bool(Emit *emit, bool b) {
        if (emit_postgres(emit))
                sql_fixed(emit->sql, b ? STR("true") : STR("false"));
        else
                sql_fixed(emit->sql, b ? STR("1") : STR("0"));
}

void emit_null(Emit *emit, ExprType type) {
        if (!emit_postgres(emit) || type == EXPR_NULL) {
                sql(emit->sql, "null");
                return;
        }
        sql(emit->sql, "cast(null as "); // a bare null would leave the function or the type of the whole to be guessed
        sql_fixed(emit->sql, type == EXPR_NUMBER ? STR("numeric") : expr_kind(type) == VALUE_TEXT ? STR("text") : sql_type(DIALECT_POSTGRES, expr_kind(type)));
        sql(emit->sql, ")");
}

void emit_zone(Emit *emit) {
        sql_str(emit->sql, zone_name(emit->env->zone));
}

Status emit_constant(Emit *emit, const Expr *expr, Value *ret) {
        return expr_eval(emit->context, expr, emit->env, NULL, NULL, ret);
}

static Status emit_constant_node(Emit *emit, const Expr *expr, EmitMode mode) {
        Value value;
        TRY(emit_constant(emit, expr, &value));
        if (value.kind == VALUE_BOOL || (expr->type == EXPR_BOOL && mode == EMIT_FILTER))
                emit_bool(emit, value.kind == VALUE_BOOL && value.boolean);
        else if (value_is_null(value))
                emit_null(emit, expr->type);
        else
                sql_value(emit->sql, value);
        return STATUS_OK;
}

Status emit_operand(Emit *emit, const Expr *expr, Str alias) {
        bool bare = expr->type != EXPR_BOOL || expr->constant || expr->kind == NODE_FIELD;
        if (!bare)
                sql(emit->sql, "(");
        TRY(emit_node(emit, expr, alias, EMIT_VALUE));
        if (!bare)
                sql(emit->sql, ")");
        return STATUS_OK;
}

Status emit_arguments(Emit *emit, const Expr *call, Str alias) {
        sql(emit->sql, "(");
        for (size_t i = 0; i < call->count; i++) {
                if (i)
                        sql(emit->sql, ", ");
                TRY(emit_operand(emit, call->items[i], alias));
        }
        sql(emit->sql, ")");
        return STATUS_OK;
}

// Texts are ordered by bytes. A column says so itself; what is computed must be told.
static Status emit_ordered(Emit *emit, const Expr *expr, Str alias) {
        TRY(emit_operand(emit, expr, alias));
        if (emit_postgres(emit) && expr_kind(expr->type) == VALUE_TEXT && expr->kind != NODE_FIELD)
                sql(emit->sql, " collate \"C\"");
        return STATUS_OK;
}

static Str comparison_sql(Comparison comparison) {
        static const Str symbols[] = {[COMPARE_EQ] = {" = ", 3}, [COMPARE_NE] = {" <> ", 4}, [COMPARE_LT] = {" < ", 3},
                                      [COMPARE_LE] = {" <= ", 4}, [COMPARE_GT] = {" > ", 3}, [COMPARE_GE] = {" >= ", 4}};
        return symbols[comparison];
}

// A constant that is not null can be told from anything, null or not, by one operator.
static Status emit_distinct(Emit *emit, const Expr *tested, const Expr *constant, Str alias) {
        Value value;
        TRY(emit_constant(emit, constant, &value));
        if (value_is_null(value)) {
                emit_bool(emit, true);
                return STATUS_OK;
        }
        TRY(emit_operand(emit, tested, alias));
        sql_fixed(emit->sql, emit_postgres(emit) ? STR(" is distinct from ") : STR(" is not "));
        return emit_constant_node(emit, constant, EMIT_VALUE);
}

static Status emit_compare(Emit *emit, const Expr *expr, Str alias) {
        const Expr *a = expr->items[0], *b = expr->items[1];
        if (expr->comparison == COMPARE_NE && b->constant)
                return emit_distinct(emit, a, b, alias);
        if (expr->comparison == COMPARE_NE && a->constant)
                return emit_distinct(emit, b, a, alias);
        if (expr->comparison == COMPARE_NE)
                sql(emit->sql, "(");
        bool ordered = expr->comparison != COMPARE_EQ && expr->comparison != COMPARE_NE;
        TRY(ordered ? emit_ordered(emit, a, alias) : emit_operand(emit, a, alias));
        sql_fixed(emit->sql, comparison_sql(expr->comparison == COMPARE_NE ? COMPARE_EQ : expr->comparison));
        TRY(emit_operand(emit, b, alias));
        if (expr->comparison == COMPARE_NE)
                sql(emit->sql, ") is not true");
        return STATUS_OK;
}

static Status emit_edge(Emit *emit, const Expr *tested, Str alias, Str symbol, int64_t ms) {
        TRY(emit_operand(emit, tested, alias));
        sql_fixed(emit->sql, symbol);
        sql_value(emit->sql, value_datetime(ms));
        return STATUS_OK;
}

// The day's first millisecond and the first after it, as constants beside the bare column.
static Status emit_day_range(Emit *emit, const Expr *expr, int32_t day, Str alias) {
        const Expr *tested = expr->items[0];
        int64_t from, to;
        eval_day_range(emit->env, day, &from, &to);
        switch (expr->comparison) {
        case COMPARE_LT:
                return emit_edge(emit, tested, alias, STR(" < "), from);
        case COMPARE_LE:
                return emit_edge(emit, tested, alias, STR(" < "), to);
        case COMPARE_GT:
                return emit_edge(emit, tested, alias, STR(" >= "), to);
        case COMPARE_GE:
                return emit_edge(emit, tested, alias, STR(" >= "), from);
        case COMPARE_EQ:
        case COMPARE_NE:
                break;
        }
        sql(emit->sql, "(");
        TRY(emit_edge(emit, tested, alias, STR(" >= "), from));
        sql(emit->sql, " and ");
        TRY(emit_edge(emit, tested, alias, STR(" < "), to));
        sql_fixed(emit->sql, expr->comparison == COMPARE_NE ? STR(") is not true") : STR(")"));
        return STATUS_OK;
}

static Status emit_compare_day(Emit *emit, const Expr *expr, Str alias) {
        bool unequal = expr->comparison == COMPARE_NE;
        Value day = VALUE_NONE;
        if (expr->items[1]->constant) {
                TRY(emit_constant(emit, expr->items[1], &day));
                if (value_is_null(day)) {
                        emit_bool(emit, unequal);
                        return STATUS_OK;
                }
        }
        if (compare_day_by_range(expr))
                return emit_day_range(emit, expr, day.day, alias);
        sql_fixed(emit->sql, unequal ? STR("(haike_day(") : STR("haike_day("));
        TRY(emit_operand(emit, expr->items[0], alias));
        sql(emit->sql, ", ");
        emit_zone(emit);
        sql(emit->sql, ")");
        sql_fixed(emit->sql, comparison_sql(unequal ? COMPARE_EQ : expr->comparison));
        TRY(emit_operand(emit, expr->items[1], alias));
        if (unequal)
                sql(emit->sql, ") is not true");
        return STATUS_OK;
}

static bool is_chain(const Expr *expr) {
        while (expr->kind == NODE_FORMULA)
                expr = expr->items[0];
        return !expr->constant && (expr->kind == NODE_AND || expr->kind == NODE_OR);
}

static Status emit_part(Emit *emit, const Expr *expr, Str alias) {
        bool open = is_chain(expr);
        if (open)
                sql(emit->sql, "(");
        TRY(emit_node(emit, expr, alias, EMIT_FILTER));
        if (open)
                sql(emit->sql, ")");
        return STATUS_OK;
}

static Status emit_chain(Emit *emit, const Expr *expr, Str alias) {
        for (size_t i = 0; i < expr->count; i++) {
                if (i)
                        sql_fixed(emit->sql, expr->kind == NODE_AND ? STR(" and ") : STR(" or "));
                TRY(emit_part(emit, expr->items[i], alias));
        }
        return STATUS_OK;
}

static Status emit_not(Emit *emit, const Expr *expr, Str alias) {
        const Expr *negated = expr->items[0];
        if (negated->kind == NODE_IS_NULL && negated->items[0]->type != EXPR_LIST) { // the form that planners know
                TRY(emit_operand(emit, negated->items[0], alias));
                sql(emit->sql, " is not null");
                return STATUS_OK;
        }
        sql(emit->sql, "(");
        TRY(emit_node(emit, negated, alias, EMIT_FILTER));
        sql(emit->sql, ") is not true");
        return STATUS_OK;
}

static Status emit_in(Emit *emit, const Expr *expr, Str alias) {
        TRY(emit_operand(emit, expr->items[0], alias));
        sql(emit->sql, " in (");
        for (size_t i = 1; i < expr->count; i++) {
                if (i > 1)
                        sql(emit->sql, ", ");
                TRY(emit_operand(emit, expr->items[i], alias));
        }
        sql(emit->sql, ")");
        return STATUS_OK;
}

static Status emit_between(Emit *emit, const Expr *expr, Str alias) {
        TRY(emit_ordered(emit, expr->items[0], alias));
        sql(emit->sql, " between ");
        TRY(emit_operand(emit, expr->items[1], alias));
        sql(emit->sql, " and ");
        return emit_operand(emit, expr->items[2], alias);
}

static Status emit_under(Emit *emit, const Expr *expr, Str alias) {
        Value top;
        TRY(emit_constant(emit, expr->items[1], &top));
        if (value_is_null(top)) {
                emit_bool(emit, false);
                return STATUS_OK;
        }
        const int64_t *ids = &top.integer;
        size_t count = 1;
        if (emit->env->subtree)
                TRY(emit->env->subtree(emit->env->self, emit->context, top.integer, &ids, &count));
        TRY(emit_operand(emit, expr->items[0], alias));
        sql(emit->sql, " in ");
        sql_int_list(emit->sql, ids, count);
        return STATUS_OK;
}

static Status emit_is_null(Emit *emit, const Expr *expr, Str alias) {
        bool list = expr->items[0]->type == EXPR_LIST;
        if (list)
                sql(emit->sql, "coalesce(");
        TRY(emit_operand(emit, expr->items[0], alias));
        sql_fixed(emit->sql, list ? STR(", '[]') = '[]'") : STR(" is null"));
        return STATUS_OK;
}

// A condition; null may stand for false.
static Status emit_condition(Emit *emit, const Expr *expr, Str alias) {
        switch (expr->kind) {
        case NODE_AND:
        case NODE_OR:
                return emit_chain(emit, expr, alias);
        case NODE_NOT:
                return emit_not(emit, expr, alias);
        case NODE_COMPARE:
                return emit_compare(emit, expr, alias);
        case NODE_COMPARE_DAY:
                return emit_compare_day(emit, expr, alias);
        case NODE_IN:
                return emit_in(emit, expr, alias);
        case NODE_BETWEEN:
                return emit_between(emit, expr, alias);
        case NODE_UNDER:
                return emit_under(emit, expr, alias);
        default:
                return emit_is_null(emit, expr, alias);
        }
}

static bool is_definite(const Expr *expr) {
        return expr->kind == NODE_NOT || expr->kind == NODE_IS_NULL ||
               ((expr->kind == NODE_COMPARE || expr->kind == NODE_COMPARE_DAY) && expr->comparison == COMPARE_NE);
}

static Status emit_definite(Emit *emit, const Expr *expr, Str alias, EmitMode mode) {
        if (mode == EMIT_FILTER || is_definite(expr))
                return emit_condition(emit, expr, alias);
        sql(emit->sql, "(");
        TRY(emit_condition(emit, expr, alias));
        sql(emit->sql, ") is true");
        return STATUS_OK;
}

// What is chosen otherwise may be an "if" again: one case with many arms.
static Status emit_if(Emit *emit, const Expr *expr, Str alias) {
        sql(emit->sql, "case");
        const Expr *rest = expr;
        for (; rest->kind == NODE_IF && !rest->constant; rest = rest->items[2]) {
                sql(emit->sql, " when ");
                TRY(emit_node(emit, rest->items[0], alias, EMIT_FILTER));
                sql(emit->sql, " then ");
                TRY(emit_operand(emit, rest->items[1], alias));
        }
        sql(emit->sql, " else ");
        TRY(emit_operand(emit, rest, alias));
        sql(emit->sql, " end");
        return STATUS_OK;
}

static Status emit_function(Emit *emit, const Expr *expr, Str alias) {
        const Function *function = expr->function;
        if (function->emit)
                return function->emit(emit, expr, alias);
        ensure(function->sql); // the others are constants
        sql_fixed(emit->sql, str_from(function->sql));
        return emit_arguments(emit, expr, alias);
}

static Status emit_call(Emit *emit, const Expr *expr, Str alias, EmitMode mode) {
        bool definite = expr->type == EXPR_BOOL && mode == EMIT_VALUE; // a test of nothing is false
        if (definite)
                sql(emit->sql, "(");
        TRY(emit_function(emit, expr, alias));
        if (definite)
                sql(emit->sql, ") is true");
        return STATUS_OK;
}

static void emit_field(Emit *emit, const ExprField *field, Str alias) {
        bool asked = emit->env->veil && !(emit->env->bare && str_is(alias, "t"));
        Sql condition = asked ? sql_make(emit->sql->arena, emit->sql->dialect) : (Sql){0};
        if (!asked || !emit->env->veil(emit->env->self, field, alias, &condition)) {
                sql_column(emit->sql, alias, field->column);
                return;
        }
        sql(emit->sql, "(case when ");
        sql_append(emit->sql, &condition);
        sql(emit->sql, " then null else ");
        sql_column(emit->sql, alias, field->column);
        sql(emit->sql, " end)");
}

Status emit_node(Emit *emit, const Expr *expr, Str alias, EmitMode mode) {
        if (expr->constant)
                return emit_constant_node(emit, expr, mode);
        switch (expr->kind) {
        case NODE_FIELD:
                emit_field(emit, expr->field, alias);
                return STATUS_OK;
        case NODE_FORMULA:
                return emit_node(emit, expr->items[0], alias, mode);
        case NODE_PATH:
                return emit_path(emit, expr, alias);
        case NODE_AGGREGATE:
                return emit_aggregate(emit, expr, alias);
        case NODE_IF:
                return emit_if(emit, expr, alias);
        case NODE_COALESCE:
                sql(emit->sql, "coalesce");
                return emit_arguments(emit, expr, alias);
        case NODE_CALL:
                return emit_call(emit, expr, alias, mode);
        default:
                return emit_definite(emit, expr, alias, mode);
        }
}

Status expr_sql(Context *context, const Expr *expr, const ExprEnv *env, const ExprNames *names, Str alias, Sql *sql) {
        Emit emit = {.context = context, .env = env, .names = names, .sql = sql};
        TRY(emit_part(&emit, expr, alias));
        return buf_full(&sql->text) ? error_set(context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

Status expr_sql_value(Context *context, const Expr *expr, const ExprEnv *env, const ExprNames *names, Str alias, Sql *sql) {
        Emit emit = {.context = context, .env = env, .names = names, .sql = sql};
        TRY(emit_operand(&emit, expr, alias));
        return buf_full(&sql->text) ? error_set(context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}
