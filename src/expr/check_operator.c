// Checks operators: comparisons, tests (in, between, contains …) and arithmetic. What goes with what is decided here and nowhere else.
#include "expr/tree.h"

#define BALANCE_FROM 9 // longer sums of numbers are added up as a tree, so that the SQL does not nest once per term

static Status operator_error(Check *check, const Syntax *syntax, ExprType type) {
        return check_error(check, syntax, "expr_operator", check_type_name(check, type));
}

static Comparison flipped(Comparison comparison) {
        static const Comparison flip[] = {[COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE, [COMPARE_LT] = COMPARE_GT, [COMPARE_LE] = COMPARE_GE,
                                          [COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE};
        return flip[comparison];
}

static Status negated(Check *check, const Syntax *syntax, Expr *expr, Expr **ret) {
        Expr node = {.kind = NODE_NOT, .type = EXPR_BOOL, .items = node_items(check, 1), .count = 1};
        node.items[0] = expr;
        return node_new(check, syntax, node, ret);
}

static Status node_2(Check *check, const Syntax *syntax, ExprKind kind, Comparison comparison, const Expr *a, const Expr *b, Expr **ret) {
        Expr node = {.kind = kind, .type = EXPR_BOOL, .comparison = comparison, .items = node_items(check, 2), .count = 2};
        node.items[0] = a;
        node.items[1] = b;
        return node_new(check, syntax, node, ret);
}

static Status is_null(Check *check, const Syntax *syntax, const Expr *expr, Expr **ret) {
        Expr node = {.kind = NODE_IS_NULL, .type = EXPR_BOOL, .items = node_items(check, 1), .count = 1};
        node.items[0] = expr;
        return node_new(check, syntax, node, ret);
}

// A literal that is compared with a choice must be one of its keys.
static Status check_key(Check *check, const ExprField *choice, Operand literal) {
        if (!choice || literal.expr->kind != NODE_CONST || literal.expr->type != EXPR_TEXT)
                return STATUS_OK;
        for (size_t i = 0; i < choice->keys_count; i++)
                if (str_eq(choice->keys[i], literal.expr->value.text))
                        return STATUS_OK;
        Buf keys = buf_make(check->context->arena, 4000);
        for (size_t i = 0; i < choice->keys_count && keys.len < 1000; i++) {
                if (i)
                        buf_lit(&keys, ", ");
                buf_add(&keys, choice->keys[i]);
        }
        return check_error(check, literal.syntax, "expr_unknown_key", literal.expr->value.text, buf_str(&keys));
}

static Status check_keys(Check *check, Operand left, Operand right) {
        if (left.expr->type == EXPR_CHOICE)
                TRY(check_key(check, left.expr->choice, right));
        return right.expr->type == EXPR_CHOICE ? check_key(check, right.expr->choice, left) : STATUS_OK;
}

// References go together when they point at the same object, or one of them does not say (me()).
static Status check_targets(Check *check, Operand left, Operand right) {
        if (left.expr->type != EXPR_REFERENCE || right.expr->type != EXPR_REFERENCE || !left.expr->choice || !right.expr->choice)
                return STATUS_OK;
        return left.expr->choice->target == right.expr->choice->target ? STATUS_OK : check_error(check, right.syntax, "expr_target");
}

// A number beside a reference, or looked for in a list of references, is the id of a record.
static void note_id(Check *check, const Expr *reference, Operand literal) {
        IdPlaces *places = check->places;
        const ExprField *field = reference->choice;
        bool names = field && (reference->type == EXPR_REFERENCE || reference->type == EXPR_LIST) && literal.syntax->kind == SYNTAX_LITERAL && literal.expr->value.kind == VALUE_INTEGER;
        if (places && names && field->target == places->target && literal.expr->value.integer == places->id && places->count < EXPR_MAX_PLACES)
                places->at[places->count++] = literal.syntax->at;
}

// An integer compared with 2.0: the literal becomes the integer, so that the column stays bare.
static Status whole_literal(Check *check, Operand *literal, const Operand *other) {
        const Expr *expr = literal->expr;
        if (expr->kind != NODE_CONST || expr->value.kind != VALUE_NUMBER || other->expr->type != EXPR_INTEGER || expr->value.number.units % DECIMAL_SCALE)
                return STATUS_OK;
        return node_const(check, literal->syntax, EXPR_INTEGER, value_int(expr->value.number.units / DECIMAL_SCALE), &literal->expr);
}

// A text literal beside a date or date-time is one; a date beside a date-time stays a date.
static Status time_literal(Check *check, Operand *literal, const Operand *other) {
        if (literal->expr->kind != NODE_CONST || literal->expr->type != EXPR_TEXT || !type_is_time(other->expr->type))
                return STATUS_OK;
        Operand copy = *other;
        return check_unify(check, literal, &copy);
}

static Status normalise(Check *check, Operand *left, Operand *right) {
        TRY(whole_literal(check, left, right));
        TRY(whole_literal(check, right, left));
        TRY(time_literal(check, left, right));
        return time_literal(check, right, left);
}

static bool mixes_times(const Expr *a, const Expr *b) {
        return type_is_time(a->type) && type_is_time(b->type) && a->type != b->type;
}

static Status check_comparable(Check *check, Comparison comparison, Operand operand) {
        ExprType type = operand.expr->type;
        bool ordered = type_is_numeric(type) || type_is_time(type) || type == EXPR_TEXT;
        bool equal = ordered || type == EXPR_BOOL || type == EXPR_CHOICE || type == EXPR_REFERENCE || type == EXPR_RECORD;
        bool fits = comparison == COMPARE_EQ || comparison == COMPARE_NE ? equal : ordered;
        return fits || node_is_null(operand.expr) ? STATUS_OK : operator_error(check, operand.syntax, type);
}

Status check_comparison(Check *check, Comparison comparison, Operand left, Operand right, Expr **ret) {
        bool equality = comparison == COMPARE_EQ || comparison == COMPARE_NE;
        if (equality && (node_is_null(left.expr) || node_is_null(right.expr))) {
                TRY(is_null(check, left.syntax, node_is_null(right.expr) ? left.expr : right.expr, ret));
                return comparison == COMPARE_EQ ? STATUS_OK : negated(check, left.syntax, *ret, ret);
        }
        TRY(normalise(check, &left, &right));
        if (mixes_times(left.expr, right.expr)) {
                if (left.expr->type == EXPR_DATETIME)
                        return node_2(check, left.syntax, NODE_COMPARE_DAY, comparison, left.expr, right.expr, ret);
                return node_2(check, left.syntax, NODE_COMPARE_DAY, flipped(comparison), right.expr, left.expr, ret);
        }
        TRY(check_comparable(check, comparison, left));
        TRY(check_comparable(check, comparison, right));
        note_id(check, left.expr, right);
        note_id(check, right.expr, left);
        TRY(check_unify(check, &left, &right));
        TRY(check_keys(check, left, right));
        TRY(check_targets(check, left, right));
        return node_2(check, left.syntax, NODE_COMPARE, comparison, left.expr, right.expr, ret);
}

static Status check_operand(Check *check, const Scope *scope, const Syntax *syntax, Operand *ret) {
        ret->syntax = syntax;
        return check_expr(check, scope, syntax, &ret->expr);
}

static Status chain_of(Check *check, const Syntax *syntax, ExprKind kind, Expr *const *items, size_t count, Expr **ret) {
        if (count == 1) {
                *ret = items[0];
                return STATUS_OK;
        }
        Expr node = {.kind = kind, .type = EXPR_BOOL, .items = node_items(check, count), .count = count};
        for (size_t i = 0; i < count; i++)
                node.items[i] = items[i];
        return node_new(check, syntax, node, ret);
}

static Status list_has(Check *check, Operand list, Operand element, Expr **ret) {
        ExprType type = element.expr->type;
        note_id(check, list.expr, element);
        if (type == EXPR_INTEGER || type == EXPR_REFERENCE)
                TRY(node_call_1(check, element.syntax, function_get(FUNCTION_TO_TEXT), element.expr, EXPR_TEXT, &element.expr));
        else
                TRY(check_convert(check, element.syntax, element.expr, EXPR_TEXT, &element.expr));
        if (list.expr->choice && list.expr->choice->keys_count)
                TRY(check_key(check, list.expr->choice, element));
        return node_call_2(check, element.syntax, function_get(FUNCTION_LIST_HAS), list.expr, element.expr, EXPR_BOOL, ret);
}

static Status in_one_by_one(Check *check, const Syntax *syntax, const Operand *items, Expr **ret) {
        size_t count = syntax->count - 1;
        Expr **tests = arena_array(check->context->arena, Expr *, count);
        for (size_t i = 0; i < count; i++)
                if (items[0].expr->type == EXPR_LIST && !node_is_null(items[i + 1].expr))
                        TRY(list_has(check, items[0], items[i + 1], &tests[i]));
                else
                        TRY(check_comparison(check, COMPARE_EQ, items[0], items[i + 1], &tests[i]));
        return chain_of(check, syntax, NODE_OR, tests, count, ret);
}

static Status in_together(Check *check, const Syntax *syntax, Operand *items, Expr **ret) {
        Expr node = {.kind = NODE_IN, .type = EXPR_BOOL, .items = node_items(check, syntax->count), .count = syntax->count};
        for (size_t i = 1; i < syntax->count; i++) {
                TRY(whole_literal(check, &items[i], &items[0]));
                note_id(check, items[0].expr, items[i]);
                TRY(check_unify(check, &items[0], &items[i]));
                TRY(check_comparable(check, COMPARE_EQ, items[i]));
                TRY(check_keys(check, items[0], items[i]));
                TRY(check_targets(check, items[0], items[i]));
        }
        for (size_t i = 0; i < syntax->count; i++) { // the tested one may have become a number half way
                TRY(check_convert(check, items[i].syntax, items[i].expr, items[0].expr->type, &items[i].expr));
                node.items[i] = items[i].expr;
        }
        return node_new(check, syntax, node, ret);
}

static Status check_in(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand *items = arena_array(check->context->arena, Operand, syntax->count);
        TRY(check_operand(check, scope, syntax->items[0], &items[0]));
        bool together = items[0].expr->type != EXPR_LIST && !node_is_null(items[0].expr);
        for (size_t i = 1; i < syntax->count; i++) {
                TRY(check_operand(check, scope, syntax->items[i], &items[i]));
                TRY(time_literal(check, &items[i], &items[0]));
                together &= !node_is_null(items[i].expr) && !mixes_times(items[0].expr, items[i].expr);
        }
        return together ? in_together(check, syntax, items, ret) : in_one_by_one(check, syntax, items, ret);
}

static Status check_between(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand items[3];
        for (size_t i = 0; i < 3; i++)
                TRY(check_operand(check, scope, syntax->items[i], &items[i]));
        for (size_t i = 1; i < 3; i++)
                TRY(normalise(check, &items[0], &items[i]));
        if (mixes_times(items[0].expr, items[1].expr) || mixes_times(items[0].expr, items[2].expr)) {
                Expr *tests[2];
                TRY(check_comparison(check, COMPARE_GE, items[0], items[1], &tests[0]));
                TRY(check_comparison(check, COMPARE_LE, items[0], items[2], &tests[1]));
                return chain_of(check, syntax, NODE_AND, tests, 2, ret);
        }
        TRY(check_unify(check, &items[0], &items[1]));
        TRY(check_unify(check, &items[0], &items[2]));
        TRY(check_unify(check, &items[0], &items[1]));
        Expr node = {.kind = NODE_BETWEEN, .type = EXPR_BOOL, .items = node_items(check, 3), .count = 3};
        for (size_t i = 0; i < 3; i++) {
                TRY(check_comparable(check, COMPARE_LT, items[i]));
                node.items[i] = items[i].expr;
        }
        return node_new(check, syntax, node, ret);
}

static Status check_contains(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand left, right;
        TRY(check_operand(check, scope, syntax->items[0], &left));
        TRY(check_operand(check, scope, syntax->items[1], &right));
        if (left.expr->type == EXPR_LIST)
                return list_has(check, left, right, ret);
        if (left.expr->type == EXPR_CHOICE)
                return operator_error(check, left.syntax, EXPR_CHOICE);
        TRY(check_convert(check, left.syntax, left.expr, EXPR_TEXT, &left.expr));
        TRY(check_convert(check, right.syntax, right.expr, EXPR_TEXT, &right.expr));
        bool starts = syntax->kind == SYNTAX_STARTS_WITH;
        if (starts && !right.expr->constant)
                return check_error(check, right.syntax, "expr_constant");
        return node_call_2(check, syntax, function_get(starts ? FUNCTION_STARTS_WITH : FUNCTION_CONTAINS), left.expr, right.expr, EXPR_BOOL, ret);
}

static Status check_under(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand left, right;
        if (check->own)
                return check_error(check, syntax, "expr_own", STR("under"));
        TRY(check_operand(check, scope, syntax->items[0], &left));
        TRY(check_operand(check, scope, syntax->items[1], &right));
        const ExprField *field = left.expr->choice;
        if (left.expr->type != EXPR_REFERENCE || !field || !field->target || !str_is(check->names->table(check->names->self, field->target), "department"))
                return check_error(check, left.syntax, "expr_under");
        note_id(check, left.expr, right);
        TRY(check_convert(check, right.syntax, right.expr, EXPR_REFERENCE, &right.expr));
        if (!right.expr->constant)
                return check_error(check, right.syntax, "expr_constant");
        return node_2(check, syntax, NODE_UNDER, COMPARE_EQ, left.expr, right.expr, ret);
}

Status check_test(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        if (syntax->kind == SYNTAX_IN)
                return check_in(check, scope, syntax, ret);
        if (syntax->kind == SYNTAX_BETWEEN)
                return check_between(check, scope, syntax, ret);
        return syntax->kind == SYNTAX_UNDER ? check_under(check, scope, syntax, ret) : check_contains(check, scope, syntax, ret);
}

// Integers are added, subtracted and multiplied as numbers and made integers again: one rule for what is out of range.
static Status arithmetic(Check *check, FunctionId id, Operand a, Operand b, Expr **ret) {
        ExprType type = a.expr->type == EXPR_INTEGER && b.expr->type == EXPR_INTEGER && id != FUNCTION_DIVIDE ? EXPR_INTEGER : EXPR_NUMBER;
        if (!type_is_numeric(a.expr->type) && !node_is_null(a.expr))
                return operator_error(check, a.syntax, a.expr->type);
        if (!type_is_numeric(b.expr->type) && !node_is_null(b.expr))
                return operator_error(check, b.syntax, b.expr->type);
        TRY(check_convert(check, a.syntax, a.expr, EXPR_NUMBER, &a.expr));
        TRY(check_convert(check, b.syntax, b.expr, EXPR_NUMBER, &b.expr));
        TRY(node_call_2(check, a.syntax, function_get(id), a.expr, b.expr, EXPR_NUMBER, ret));
        return type == EXPR_INTEGER ? node_call_1(check, a.syntax, function_get(FUNCTION_TO_INTEGER), *ret, EXPR_INTEGER, ret) : STATUS_OK;
}

static Status negative(Check *check, Operand operand, Expr **ret) {
        Expr *expr = operand.expr;
        if (node_is_null(expr))
                TRY(node_const(check, operand.syntax, EXPR_INTEGER, VALUE_NONE, &expr));
        if (!type_is_numeric(expr->type))
                return operator_error(check, operand.syntax, expr->type);
        if (expr->kind == NODE_CONST && expr->value.kind == VALUE_INTEGER)
                return node_const(check, operand.syntax, EXPR_INTEGER, value_int(-expr->value.integer), ret);
        if (expr->kind == NODE_CONST && expr->value.kind == VALUE_NUMBER)
                return node_const(check, operand.syntax, EXPR_NUMBER, value_number((Decimal){-expr->value.number.units}), ret);
        return node_call_1(check, operand.syntax, function_get(FUNCTION_NEGATE), expr, expr->type, ret);
}

Status check_negate(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand operand;
        TRY(check_operand(check, scope, syntax->items[0], &operand));
        return negative(check, operand, ret);
}

Status check_product(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand a, b;
        TRY(check_operand(check, scope, syntax->items[0], &a));
        TRY(check_operand(check, scope, syntax->items[1], &b));
        return arithmetic(check, syntax->kind == SYNTAX_MULTIPLY ? FUNCTION_MULTIPLY : FUNCTION_DIVIDE, a, b, ret);
}

// A date or date-time and whole days.
static Status move(Check *check, Operand time, Operand days, bool minus, Expr **ret) {
        if (days.expr->type != EXPR_INTEGER && !node_is_null(days.expr))
                return check_error(check, days.syntax, "expr_type", check_type_name(check, EXPR_INTEGER), check_type_name(check, days.expr->type));
        TRY(check_convert(check, days.syntax, days.expr, EXPR_INTEGER, &days.expr));
        if (minus)
                TRY(negative(check, days, &days.expr));
        FunctionId id = time.expr->type == EXPR_DATE ? FUNCTION_MOVE_DATE : FUNCTION_MOVE_DATETIME;
        return node_call_2(check, time.syntax, function_get(id), time.expr, days.expr, time.expr->type, ret);
}

static Status add(Check *check, Operand a, Operand b, bool minus, Expr **ret) {
        if (type_is_time(a.expr->type) && type_is_time(b.expr->type) && minus) {
                static const Str name = {"days_between", 12};
                const Function *function = function_find(name);
                for (int i = 0; i < 2; i++) {
                        Operand *operand = i ? &b : &a;
                        if (operand->expr->type == EXPR_DATETIME)
                                TRY(node_call_1(check, operand->syntax, function_get(FUNCTION_TO_DATE), operand->expr, EXPR_DATE, &operand->expr));
                }
                return node_call_2(check, a.syntax, function, b.expr, a.expr, EXPR_INTEGER, ret);
        }
        if (type_is_time(a.expr->type))
                return move(check, a, b, minus, ret);
        if (type_is_time(b.expr->type) && !minus)
                return move(check, b, a, false, ret);
        if (a.expr->type == EXPR_TEXT && b.expr->type == EXPR_TEXT && !minus)
                return check_error(check, b.syntax, "expr_use_concat");
        return arithmetic(check, minus ? FUNCTION_SUBTRACT : FUNCTION_ADD, a, b, ret);
}

static Status add_balanced(Check *check, const Operand *items, size_t count, Operand *ret) {
        if (count == 1) {
                *ret = items[0];
                return STATUS_OK;
        }
        Operand low, high;
        TRY(add_balanced(check, items, count / 2, &low));
        TRY(add_balanced(check, items + count / 2, count - count / 2, &high));
        ret->syntax = low.syntax;
        return arithmetic(check, FUNCTION_ADD, low, high, &ret->expr);
}

static Status add_many(Check *check, const Syntax *syntax, const Operand *items, Expr **ret) {
        Operand *sorted = arena_array(check->context->arena, Operand, syntax->count), plus, minus;
        size_t added = 0, subtracted = 0;
        for (size_t i = 0; i < syntax->count; i++)
                if (!syntax->minus[i])
                        sorted[added++] = items[i];
        for (size_t i = 0; i < syntax->count; i++)
                if (syntax->minus[i])
                        sorted[added + subtracted++] = items[i];
        TRY(add_balanced(check, sorted, added, &plus));
        *ret = plus.expr;
        if (!subtracted)
                return STATUS_OK;
        TRY(add_balanced(check, sorted + added, subtracted, &minus));
        return arithmetic(check, FUNCTION_SUBTRACT, plus, minus, ret);
}

Status check_sum(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand *items = arena_array(check->context->arena, Operand, syntax->count);
        bool numeric = true;
        for (size_t i = 0; i < syntax->count; i++) {
                TRY(check_operand(check, scope, syntax->items[i], &items[i]));
                numeric &= type_is_numeric(items[i].expr->type);
        }
        if (numeric && syntax->count >= BALANCE_FROM)
                return add_many(check, syntax, items, ret);
        Operand sum = items[0];
        for (size_t i = 1; i < syntax->count; i++)
                TRY(add(check, sum, items[i], syntax->minus[i], &sum.expr));
        *ret = sum.expr;
        return STATUS_OK;
}
