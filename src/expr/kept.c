// Can an expression be answered from rows that stand for many records each? Such a row has some of their fields, and of some dates only the month: it holds the first
// day of it. What compiles over a record compiles over such a row unchanged, so nothing is rewritten here; it is only asked whether it means the same.
#include "expr/tree.h"

typedef struct Asking {
        Context *context;
        const ExprEnv *env;
        ExprKeeps *keeps;
        void *arg;
} Asking;

static bool is_kept(const Asking *asking, const Expr *expr);

static ExprKept keeps(const Asking *asking, const ExprField *field) {
        return asking->keeps(asking->arg, field);
}

static bool is_month(const Asking *asking, const Expr *expr, ExprType type) {
        return expr->kind == NODE_FIELD && expr->type == type && keeps(asking, expr->field) == EXPR_KEPT_MONTH;
}

static bool all_kept(const Asking *asking, const Expr *expr) {
        for (size_t i = 0; i < expr->count; i++)
                if (!is_kept(asking, expr->items[i]))
                        return false;
        return true;
}

// Every day of a month has the same month, quarter and year; a date-time has those of its local date.
static bool is_kept_call(const Asking *asking, const Expr *expr) {
        static const char *const coarse[] = {"month", "quarter", "year", "year_of", "month_of"};
        const Expr *argument = expr->count == 1 ? expr->items[0] : NULL;
        bool known = false;
        for (size_t i = 0; expr->function->name && i < sizeof coarse / sizeof *coarse; i++)
                known |= strcmp(expr->function->name, coarse[i]) == 0;
        if (known && argument && is_month(asking, argument, EXPR_DATE))
                return true;
        bool local = known && argument && argument->kind == NODE_CALL && argument->function == function_get(FUNCTION_TO_DATE) && argument->count == 1;
        if (local && is_month(asking, argument->items[0], EXPR_DATETIME))
                return true;
        return all_kept(asking, expr);
}

// Does a month begin on this day?
static bool begins_month(const Asking *asking, const Expr *constant, int days) {
        Value value = VALUE_NONE;
        if (!constant->constant || expr_eval(asking->context, constant, asking->env, NULL, NULL, &value) != STATUS_OK) {
                error_clear(asking->context);
                return false;
        }
        return value.kind == VALUE_DATE && value.day >= EXPR_DAY_MIN && value.day < EXPR_DAY_MAX && civil_from_day(value.day + days).day == 1;
}

static Comparison turned(Comparison comparison) {
        static const Comparison others[] = {[COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE, [COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE, [COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE};
        return others[comparison];
}

// A bound between two months parts whole months: before the first of one, up to the last of one.
static bool is_kept_compare(const Asking *asking, const Expr *expr) {
        const Expr *a = expr->items[0], *b = expr->items[1];
        bool left = is_month(asking, a, EXPR_DATE), right = is_month(asking, b, EXPR_DATE);
        if (!left && !right)
                return all_kept(asking, expr);
        switch (left ? expr->comparison : turned(expr->comparison)) {
        case COMPARE_LT:
        case COMPARE_GE:
                return begins_month(asking, left ? b : a, 0);
        case COMPARE_LE:
        case COMPARE_GT:
                return begins_month(asking, left ? b : a, 1);
        case COMPARE_EQ:
        case COMPARE_NE:
                break;
        }
        return false;
}

static bool is_kept_between(const Asking *asking, const Expr *expr) {
        if (expr->count == 3 && is_month(asking, expr->items[0], EXPR_DATE))
                return begins_month(asking, expr->items[1], 0) && begins_month(asking, expr->items[2], 1);
        return all_kept(asking, expr);
}

static bool is_kept_null(const Asking *asking, const Expr *expr) {
        const Expr *asked = expr->items[0];
        return is_month(asking, asked, EXPR_DATE) || is_kept(asking, asked);
}

static bool is_kept(const Asking *asking, const Expr *expr) {
        if (expr->constant)
                return true;
        switch (expr->kind) {
        case NODE_CONST:
                return true;
        case NODE_FIELD:
                return keeps(asking, expr->field) == EXPR_KEPT;
        case NODE_PATH: // what stands in the other record is read there
                return keeps(asking, &expr->steps[0]) == EXPR_KEPT;
        case NODE_AGGREGATE:
                return false;
        case NODE_COMPARE:
                return is_kept_compare(asking, expr);
        case NODE_BETWEEN:
                return is_kept_between(asking, expr);
        case NODE_IS_NULL:
                return is_kept_null(asking, expr);
        case NODE_CALL:
                return is_kept_call(asking, expr);
        default:
                return all_kept(asking, expr);
        }
}

bool expr_kept(Context *context, const Expr *expr, const ExprEnv *env, ExprKeeps *keeps_field, void *arg) {
        Asking asking = {.context = context, .env = env, .keeps = keeps_field, .arg = arg};
        return is_kept(&asking, expr);
}

bool expr_measure(const Expr *expr, ExprMeasure *ret) {
        static const ExprMeasureKind kinds[] = {[AGGREGATE_COUNT] = MEASURE_COUNT, [AGGREGATE_SUM] = MEASURE_SUM, [AGGREGATE_AVG] = MEASURE_AVERAGE};
        if (expr->kind != NODE_AGGREGATE || expr->relation)
                return false;
        if (expr->aggregate != AGGREGATE_COUNT && expr->aggregate != AGGREGATE_SUM && expr->aggregate != AGGREGATE_AVG)
                return false;
        *ret = (ExprMeasure){.kind = kinds[expr->aggregate], .argument = expr->argument, .condition = expr->condition, .integer = expr->aggregate == AGGREGATE_SUM && expr->type == EXPR_INTEGER};
        return true;
}
