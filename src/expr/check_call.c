// Checks calls of functions: the arguments by the function's row in the table, or by the function's own rule here.
#include "expr/tree.h"
#include "expr/function.h"

static Status arguments_error(Check *check, const Syntax *call) {
        return check_error(check, call, "expr_arguments", call->name);
}

static ExprType letter_type(char letter) {
        return letter == 'i' ? EXPR_INTEGER : letter == 'n' ? EXPR_NUMBER : letter == 't' ? EXPR_TEXT : letter == 'p' ? EXPR_JSON : EXPR_DATE;
}

static Status check_argument(Check *check, const Scope *scope, const Syntax *syntax, char letter, Expr **ret) {
        Expr *expr;
        TRY(check_expr(check, scope, syntax, &expr));
        if (letter == 'd' && expr->type == EXPR_DATETIME)
                return node_call_1(check, syntax, function_get(FUNCTION_TO_DATE), expr, EXPR_DATE, ret);
        return check_convert(check, syntax, expr, letter_type(letter), ret);
}

static Status check_by_letters(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        enum { MOST = 4 };
        const char *optional = strchr(function->args, '?');
        size_t most = strlen(function->args) - (optional ? 1 : 0), least = optional ? (size_t)(optional - function->args) : most;
        if (call->count < least || call->count > most)
                return arguments_error(check, call);
        ensure(most <= MOST);
        Expr *args[MOST];
        for (size_t i = 0; i < call->count; i++)
                TRY(check_argument(check, scope, call->items[i], function->args[i < least ? i : i + 1], &args[i]));
        return node_call(check, call, function, args, call->count, function->result, ret);
}

Status check_call(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        if (check_is_aggregate(syntax->name))
                return check_aggregate(check, scope, syntax, ret);
        const Function *function = function_find(syntax->name);
        if (!function)
                return check_error(check, syntax, "expr_unknown_function", syntax->name);
        if (check->own && function->varies)
                return check_error(check, syntax, "expr_own", syntax->name);
        return function->check ? function->check(check, scope, syntax, function, ret) : check_by_letters(check, scope, syntax, function, ret);
}

// All of one type: numbers win over integers.
static Status check_alike(Check *check, const Scope *scope, const Syntax *call, size_t from, Operand *ret) {
        Operand *first = &ret[from];
        for (size_t i = from; i < call->count; i++) {
                ret[i].syntax = call->items[i];
                TRY(check_expr(check, scope, call->items[i], &ret[i].expr));
                if (i > from)
                        TRY(check_unify(check, first, &ret[i]));
        }
        for (size_t i = from; i < call->count; i++)
                TRY(check_convert(check, ret[i].syntax, ret[i].expr, first->expr->type, &ret[i].expr));
        return STATUS_OK;
}

// What several operands are together: a choice among others is a text, a reference among others an integer.
static void set_result(Expr *node, const Operand *operands, size_t count) {
        const Expr *first = operands[0].expr;
        node->type = first->type;
        node->choice = first->choice;
        for (size_t i = 1; i < count; i++) {
                const Expr *expr = operands[i].expr;
                bool same_choice = expr->type == EXPR_CHOICE && expr->choice && first->choice && expr->choice->handle == first->choice->handle;
                bool same_target = expr->type == EXPR_REFERENCE && expr->choice && first->choice && expr->choice->target == first->choice->target;
                if (type_is_text(node->type) && !same_choice)
                        node->type = EXPR_TEXT;
                if (node->type == EXPR_REFERENCE && !same_target && !node_is_null(expr))
                        node->type = EXPR_INTEGER;
        }
        if (node->type != EXPR_CHOICE && node->type != EXPR_REFERENCE && node->type != EXPR_LIST)
                node->choice = NULL;
}

static Status make(Check *check, const Syntax *call, Expr node, const Operand *operands, Expr **ret) {
        node.items = node_items(check, call->count);
        node.count = call->count;
        for (size_t i = 0; i < call->count; i++)
                node.items[i] = operands[i].expr;
        return node_new(check, call, node, ret);
}

Status function_check_if(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        (void)function;
        Operand operands[3];
        Expr node = {.kind = NODE_IF};
        if (call->count != 3)
                return arguments_error(check, call);
        operands[0].syntax = call->items[0];
        TRY(check_as(check, scope, call->items[0], EXPR_BOOL, &operands[0].expr));
        TRY(check_alike(check, scope, call, 1, operands));
        set_result(&node, operands + 1, 2);
        return make(check, call, node, operands, ret);
}

Status function_check_coalesce(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        (void)function;
        Expr node = {.kind = NODE_COALESCE};
        if (call->count < 2)
                return arguments_error(check, call);
        Operand *operands = arena_array(check->context->arena, Operand, call->count);
        TRY(check_alike(check, scope, call, 0, operands));
        set_result(&node, operands, call->count);
        return make(check, call, node, operands, ret);
}

Status function_check_is_null(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        (void)function;
        Operand operand;
        if (call->count != 1)
                return arguments_error(check, call);
        TRY(check_expr(check, scope, call->items[0], &operand.expr));
        return make(check, call, (Expr){.kind = NODE_IS_NULL, .type = EXPR_BOOL}, &operand, ret);
}

Status function_check_extreme(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        if (call->count < 2)
                return arguments_error(check, call);
        Operand *operands = arena_array(check->context->arena, Operand, call->count);
        TRY(check_alike(check, scope, call, 0, operands));
        ExprType type = operands[0].expr->type;
        if (!type_is_numeric(type) && !type_is_time(type) && type != EXPR_TEXT)
                return check_error(check, call->items[0], "expr_operator", check_type_name(check, type));
        return make(check, call, (Expr){.kind = NODE_CALL, .type = type, .function = function}, operands, ret);
}

// A number keeps its kind: abs of an integer is one.
Status function_check_abs(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        Operand operand;
        if (call->count != 1)
                return arguments_error(check, call);
        TRY(check_expr(check, scope, call->items[0], &operand.expr));
        if (!type_is_numeric(operand.expr->type))
                TRY(check_convert(check, call->items[0], operand.expr, EXPR_NUMBER, &operand.expr));
        return make(check, call, (Expr){.kind = NODE_CALL, .type = operand.expr->type, .function = function}, &operand, ret);
}

Status function_check_round(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        if (call->count < 1 || call->count > 2)
                return arguments_error(check, call);
        Expr *args[2];
        TRY(check_as(check, scope, call->items[0], EXPR_NUMBER, &args[0]));
        if (call->count == 1)
                TRY(node_const(check, call, EXPR_INTEGER, value_int(0), &args[1]));
        else
                TRY(check_as(check, scope, call->items[1], EXPR_INTEGER, &args[1]));
        Value places = args[1]->value;
        if (args[1]->kind != NODE_CONST || places.kind != VALUE_INTEGER || places.integer < 0 || places.integer > 6)
                return check_error(check, call->items[call->count - 1], "expr_places");
        return node_call(check, call, function, args, 2, EXPR_NUMBER, ret);
}

// Joins texts; what is not a text is written as one. A null is the empty text.
Status function_check_concat(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        if (call->count < 1)
                return arguments_error(check, call);
        Operand *operands = arena_array(check->context->arena, Operand, call->count);
        for (size_t i = 0; i < call->count; i++) {
                Expr *expr;
                TRY(check_expr(check, scope, call->items[i], &expr));
                if (type_is_numeric(expr->type) || expr->type == EXPR_DATE)
                        TRY(node_call_1(check, call->items[i], function_get(FUNCTION_TO_TEXT), expr, EXPR_TEXT, &expr));
                TRY(check_convert(check, call->items[i], expr, EXPR_TEXT, &operands[i].expr));
        }
        return make(check, call, (Expr){.kind = NODE_CALL, .type = EXPR_TEXT, .function = function}, operands, ret);
}

// date(y, m, d) of constants, or date(x): the local date of a date-time.
Status function_check_date(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) {
        if (call->count == 1)
                return check_argument(check, scope, call->items[0], 'd', ret);
        if (call->count != 3)
                return arguments_error(check, call);
        Expr *args[3];
        for (size_t i = 0; i < 3; i++) {
                TRY(check_as(check, scope, call->items[i], EXPR_INTEGER, &args[i]));
                if (!args[i]->constant)
                        return check_error(check, call->items[i], "expr_constant");
        }
        return node_call(check, call, function, args, 3, EXPR_DATE, ret);
}
