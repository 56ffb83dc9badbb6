// Evaluates a typed tree in memory, over rows that the caller reads. Must agree with the compiled SQL to the last digit: tests/property/expr_property.c.
#include "expr/tree.h"

bool eval_compare(Comparison comparison, Value a, Value b) {
        int order = value_compare(a, b);
        switch (comparison) {
        case COMPARE_EQ:
                return order == 0;
        case COMPARE_NE:
                return order != 0;
        case COMPARE_LT:
                return order < 0;
        case COMPARE_LE:
                return order <= 0;
        case COMPARE_GT:
                return order > 0;
        case COMPARE_GE:
                return order >= 0;
        }
        return false;
}

void eval_day_range(const ExprEnv *env, int32_t day, int64_t *ret_from, int64_t *ret_to) {
        int64_t from = zone_day_start(env->zone, day), to = zone_day_start(env->zone, day + 1);
        *ret_from = from < EXPR_MS_MIN ? EXPR_MS_MIN : from; // stored date-times have years 1 to 9999 in UTC
        *ret_to = to > EXPR_MS_MAX ? EXPR_MS_MAX : to;
}

bool compare_day_by_range(const Expr *expr) {
        bool equality = expr->comparison == COMPARE_EQ || expr->comparison == COMPARE_NE;
        return expr->items[1]->constant && (!equality || expr->items[0]->kind == NODE_FIELD);
}

static bool compare_range(Comparison comparison, int64_t ms, int64_t from, int64_t to) {
        switch (comparison) {
        case COMPARE_EQ:
                return ms >= from && ms < to;
        case COMPARE_NE:
                return ms < from || ms >= to;
        case COMPARE_LT:
                return ms < from;
        case COMPARE_LE:
                return ms < to;
        case COMPARE_GT:
                return ms >= to;
        case COMPARE_GE:
                return ms >= from;
        }
        return false;
}

// A condition: null is false.
static Status eval_condition(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        Value value;
        TRY(eval_node(eval, expr, row, &value));
        *ret = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

static Status eval_compare_node(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        Value a, b;
        TRY(eval_node(eval, expr->items[0], row, &a));
        TRY(eval_node(eval, expr->items[1], row, &b));
        if (value_is_null(a) || value_is_null(b)) {
                *ret = expr->comparison == COMPARE_NE;
        } else if (expr->kind == NODE_COMPARE) {
                *ret = eval_compare(expr->comparison, a, b);
        } else if (compare_day_by_range(expr)) {
                int64_t from, to;
                eval_day_range(eval->env, b.day, &from, &to);
                *ret = compare_range(expr->comparison, a.ms, from, to);
        } else
                *ret = eval_compare(expr->comparison, value_date(zone_day(eval->env->zone, a.ms)), b);
        return STATUS_OK;
}

static Status eval_chain(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        bool stop = expr->kind == NODE_OR;
        for (size_t i = 0; i < expr->count; i++) {
                bool b;
                TRY(eval_condition(eval, expr->items[i], row, &b));
                if (b == stop) {
                        *ret = stop;
                        return STATUS_OK;
                }
        }
        *ret = !stop;
        return STATUS_OK;
}

static Status eval_in(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        Value tested, item;
        *ret = false;
        TRY(eval_node(eval, expr->items[0], row, &tested));
        for (size_t i = 1; i < expr->count && !*ret && !value_is_null(tested); i++) {
                TRY(eval_node(eval, expr->items[i], row, &item));
                *ret = !value_is_null(item) && value_compare(tested, item) == 0;
        }
        return STATUS_OK;
}

static Status eval_between(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        Value v[3];
        for (size_t i = 0; i < 3; i++)
                TRY(eval_node(eval, expr->items[i], row, &v[i]));
        bool null = value_is_null(v[0]) || value_is_null(v[1]) || value_is_null(v[2]);
        *ret = !null && value_compare(v[0], v[1]) >= 0 && value_compare(v[0], v[2]) <= 0;
        return STATUS_OK;
}

static Status eval_under(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        Value department, top;
        *ret = false;
        TRY(eval_node(eval, expr->items[0], row, &department));
        TRY(eval_node(eval, expr->items[1], row, &top));
        if (value_is_null(department) || value_is_null(top))
                return STATUS_OK;
        const int64_t *ids = &top.integer;
        size_t count = 1;
        if (eval->env->subtree)
                TRY(eval->env->subtree(eval->env->self, eval->context, top.integer, &ids, &count));
        for (size_t i = 0; i < count && !*ret; i++)
                *ret = ids[i] == department.integer;
        return STATUS_OK;
}

static Status eval_is_null(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        Value value;
        TRY(eval_node(eval, expr->items[0], row, &value));
        *ret = value_is_null(value) || (expr->items[0]->type == EXPR_LIST && str_is(value.text, "[]"));
        return STATUS_OK;
}

static Status eval_bool(Eval *eval, const Expr *expr, const void *row, bool *ret) {
        switch (expr->kind) {
        case NODE_AND:
        case NODE_OR:
                return eval_chain(eval, expr, row, ret);
        case NODE_NOT:
                TRY(eval_condition(eval, expr->items[0], row, ret));
                *ret = !*ret;
                return STATUS_OK;
        case NODE_COMPARE:
        case NODE_COMPARE_DAY:
                return eval_compare_node(eval, expr, row, ret);
        case NODE_IN:
                return eval_in(eval, expr, row, ret);
        case NODE_BETWEEN:
                return eval_between(eval, expr, row, ret);
        case NODE_UNDER:
                return eval_under(eval, expr, row, ret);
        default:
                return eval_is_null(eval, expr, row, ret);
        }
}

static Status eval_if(Eval *eval, const Expr *expr, const void *row, Value *ret) {
        bool condition;
        TRY(eval_condition(eval, expr->items[0], row, &condition));
        return eval_node(eval, expr->items[condition ? 1 : 2], row, ret);
}

static Status eval_coalesce(Eval *eval, const Expr *expr, const void *row, Value *ret) {
        *ret = VALUE_NONE;
        for (size_t i = 0; i < expr->count && value_is_null(*ret); i++)
                TRY(eval_node(eval, expr->items[i], row, ret));
        return STATUS_OK;
}

static Status eval_call(Eval *eval, const Expr *expr, const void *row, Value *ret) {
        enum { FEW = 4 };
        Value few[FEW], *args = expr->count <= FEW ? few : arena_array(eval->context->arena, Value, expr->count);
        *ret = VALUE_NONE;
        bool null = false;
        for (size_t i = 0; i < expr->count; i++) {
                TRY(eval_node(eval, expr->items[i], row, &args[i]));
                null |= value_is_null(args[i]);
        }
        if (null && !expr->function->takes_null) {
                if (expr->type == EXPR_BOOL) // a test of nothing is false
                        *ret = value_bool(false);
                return STATUS_OK;
        }
        Value value;
        if (expr->function->eval(eval, args, expr->count, &value))
                *ret = value;
        return STATUS_OK;
}

// The row at the end of the references; NULL where one is empty or not visible.
static Status follow(Eval *eval, const Expr *expr, const void **row) {
        for (size_t i = 0; i < expr->steps_count && *row; i++)
                TRY(eval->rows->reference(eval->rows->self, eval->context, *row, &expr->steps[i], row));
        return STATUS_OK;
}

static Status eval_path(Eval *eval, const Expr *expr, const void *row, Value *ret) {
        *ret = VALUE_NONE;
        TRY(follow(eval, expr, &row));
        return row ? eval_node(eval, expr->items[0], row, ret) : STATUS_OK;
}

Status eval_node(Eval *eval, const Expr *expr, const void *row, Value *ret) {
        switch (expr->kind) {
        case NODE_CONST:
                *ret = expr->value;
                return STATUS_OK;
        case NODE_FIELD:
                ensure(eval->rows && row);
                return eval->rows->get(eval->rows->self, eval->context, row, expr->field, ret);
        case NODE_FORMULA:
                return eval_node(eval, expr->items[0], row, ret);
        case NODE_PATH:
                return eval_path(eval, expr, row, ret);
        case NODE_AGGREGATE:
                return eval_aggregate(eval, expr, row, ret);
        case NODE_IF:
                return eval_if(eval, expr, row, ret);
        case NODE_COALESCE:
                return eval_coalesce(eval, expr, row, ret);
        case NODE_CALL:
                return eval_call(eval, expr, row, ret);
        default:
                break;
        }
        bool b;
        TRY(eval_bool(eval, expr, row, &b));
        *ret = value_bool(b);
        return STATUS_OK;
}

Status expr_eval(Context *context, const Expr *expr, const ExprEnv *env, const ExprRows *rows, const void *row, Value *ret) {
        Eval eval = {.context = context, .env = env, .rows = rows};
        return eval_node(&eval, expr, row, ret);
}

// Aggregates.
typedef struct Total {
        int64_t count;   // rows, or values that are not null
        DecimalSum sum;
        Value extreme;
        Value *distinct;
        size_t distinct_count, distinct_capacity;
} Total;

static void total_add_distinct(Eval *eval, Total *total, Value value) {
        for (size_t i = 0; i < total->distinct_count; i++)
                if (value_eq(total->distinct[i], value))
                        return;
        if (total->distinct_count == total->distinct_capacity) {
                size_t capacity = total->distinct_capacity ? total->distinct_capacity * 2 : 16;
                Value *values = arena_array(eval->context->arena, Value, capacity);
                if (total->distinct_count)
                        memcpy(values, total->distinct, total->distinct_count * sizeof *values);
                total->distinct = values;
                total->distinct_capacity = capacity;
        }
        total->distinct[total->distinct_count++] = value;
}

static void total_add(Eval *eval, const Expr *expr, Total *total, Value value) {
        if (value_is_null(value))
                return;
        total->count++;
        int order = value_is_null(total->extreme) ? 0 : value_compare(value, total->extreme);
        bool first = value_is_null(total->extreme);
        if (expr->aggregate == AGGREGATE_SUM || expr->aggregate == AGGREGATE_AVG)
                decimal_sum_add(&total->sum, value.number);
        else if (expr->aggregate == AGGREGATE_MIN && (first || order < 0))
                total->extreme = value;
        else if (expr->aggregate == AGGREGATE_MAX && (first || order > 0))
                total->extreme = value;
        else if (expr->aggregate == AGGREGATE_COUNT_DISTINCT)
                total_add_distinct(eval, total, value);
}

static Value total_result(const Expr *expr, const Total *total) {
        Decimal number = {0};
        switch (expr->aggregate) {
        case AGGREGATE_COUNT:
                return value_int(total->count);
        case AGGREGATE_COUNT_DISTINCT:
                return value_int((int64_t)total->distinct_count);
        case AGGREGATE_SUM:
                if (total->count && !decimal_sum_total(&total->sum, &number))
                        return VALUE_NONE;
                return expr->type == EXPR_INTEGER ? value_int(number.units / DECIMAL_SCALE) : value_number(number);
        case AGGREGATE_AVG:
                return total->count && decimal_sum_average(&total->sum, &number) ? value_number(number) : VALUE_NONE;
        case AGGREGATE_MIN:
        case AGGREGATE_MAX:
                return total->extreme;
        }
        return VALUE_NONE;
}

Status eval_aggregate(Eval *eval, const Expr *expr, const void *row, Value *ret) {
        ensure(expr->relation); // measures run in the database only
        const void **rows = NULL;
        size_t count = 0;
        Total total = {.extreme = VALUE_NONE};
        TRY(follow(eval, expr, &row));
        if (row)
                TRY(eval->rows->children(eval->rows->self, eval->context, row, expr->relation, &rows, &count));
        for (size_t i = 0; i < count; i++) {
                bool counts = true;
                Value value = value_bool(true);
                if (expr->condition)
                        TRY(eval_condition(eval, expr->condition, rows[i], &counts));
                if (counts && expr->argument)
                        TRY(eval_node(eval, expr->argument, rows[i], &value));
                if (counts)
                        total_add(eval, expr, &total, value);
                if (arena_over(eval->context->arena))
                        return error_set(eval->context, STATUS_TOO_LARGE, "too_large");
        }
        *ret = total_result(expr, &total);
        return STATUS_OK;
}
