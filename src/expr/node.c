// Making typed nodes: counts them, and works out what the parents need to know (constant, how deep the SQL will be).
#include "expr/tree.h"

// SQLite's parser stack: what stands open before each part when it is read.
enum {
        STACK_LEAF = 5,
        STACK_FIRST = 3,     // f(
        STACK_LATER = 5,     // f(a,
        STACK_OPERATOR = 4,  // (a =
        STACK_CHAIN = 4,     // ((a and (
        STACK_WHEN = 6,      // case … when a then
        STACK_SELECT = 5,    // (select
        STACK_WHERE = 9,     // (select … from … where … and (
        STACK_SUM = 7,       // case … else haike_sum(
        STACK_SUBQUERY = 16, // the join conditions of a subquery
};

static int most(int a, int b) { return a > b ? a : b; }

static int items_stack(const Expr *node, int first, int later) {
        int stack = STACK_LEAF;
        for (size_t i = 0; i < node->count; i++)
                stack = most(stack, node->items[i]->stack + (i == 0 ? first : later));
        return stack;
}

static int if_stack(const Expr *node) {
        int stack = items_stack(node, STACK_WHEN, STACK_WHEN);
        const Expr *otherwise = node->items[2];
        return otherwise->kind == NODE_IF ? most(most(node->items[0]->stack, node->items[1]->stack) + STACK_WHEN, otherwise->stack) : stack;
}

static int aggregate_stack(const Expr *node) {
        bool rows = !node->relation;
        int around = node->aggregate != AGGREGATE_SUM ? STACK_FIRST : node->type == EXPR_INTEGER ? STACK_SUM + STACK_FIRST : STACK_SUM;
        if (rows && node->condition)
                around += STACK_WHEN; // case when … then
        int stack = around + (node->argument ? node->argument->stack : STACK_LEAF);
        if (!rows)
                stack = most(stack + STACK_SELECT, STACK_SUBQUERY);
        if (node->condition)
                stack = most(stack, node->condition->stack + (rows ? around : STACK_WHERE));
        return stack;
}

static int stack_of(const Expr *node) {
        switch (node->kind) {
        case NODE_CONST:
        case NODE_FIELD:
                return STACK_LEAF;
        case NODE_FORMULA:
                return node->items[0]->stack;
        case NODE_PATH:
                return most(STACK_SUBQUERY, node->items[0]->stack + STACK_SELECT);
        case NODE_AGGREGATE:
                return aggregate_stack(node);
        case NODE_AND:
        case NODE_OR:
        case NODE_NOT:
                return items_stack(node, STACK_CHAIN, STACK_CHAIN);
        case NODE_COMPARE:
        case NODE_COMPARE_DAY:
        case NODE_IS_NULL:
        case NODE_UNDER:
                return items_stack(node, STACK_OPERATOR, STACK_OPERATOR);
        case NODE_IN:
        case NODE_BETWEEN:
        case NODE_COALESCE:
                return items_stack(node, STACK_LATER, STACK_LATER + 1);
        case NODE_IF:
                return if_stack(node);
        case NODE_CALL:
                return items_stack(node, STACK_FIRST, STACK_LATER) + node->function->stack;
        }
        return STACK_LEAF;
}

static bool is_constant(const Expr *node) {
        if (node->kind == NODE_CONST)
                return true;
        if (node->kind == NODE_FIELD || node->kind == NODE_PATH || node->kind == NODE_AGGREGATE)
                return false;
        for (size_t i = 0; i < node->count; i++)
                if (!node->items[i]->constant)
                        return false;
        return true;
}

Status node_new(Check *check, const Syntax *syntax, Expr node, Expr **ret) {
        if (++*check->nodes > EXPR_MAX_NODES)
                return check_error(check, syntax, "expr_too_complex");
        node.constant = is_constant(&node);
        node.stack = node.constant ? STACK_LEAF : stack_of(&node);
        if (node.stack > EXPR_MAX_STACK)
                return check_error(check, syntax, "expr_too_deep");
        Expr *expr = arena_new_of(check->context->arena, Expr);
        *expr = node;
        *ret = expr;
        return STATUS_OK;
}

Status node_const(Check *check, const Syntax *syntax, ExprType type, Value value, Expr **ret) {
        return node_new(check, syntax, (Expr){.kind = NODE_CONST, .type = type, .value = value}, ret);
}

const Expr **node_items(Check *check, size_t count) {
        return arena_array(check->context->arena, const Expr *, count ? count : 1);
}

Status node_call(Check *check, const Syntax *syntax, const Function *function, Expr **args, size_t count, ExprType type, Expr **ret) {
        Expr node = {.kind = NODE_CALL, .type = type, .function = function, .items = node_items(check, count), .count = count};
        for (size_t i = 0; i < count; i++)
                node.items[i] = args[i];
        return node_new(check, syntax, node, ret);
}

Status node_call_1(Check *check, const Syntax *syntax, const Function *function, Expr *arg, ExprType type, Expr **ret) {
        return node_call(check, syntax, function, &arg, 1, type, ret);
}

Status node_call_2(Check *check, const Syntax *syntax, const Function *function, Expr *a, Expr *b, ExprType type, Expr **ret) {
        return node_call(check, syntax, function, (Expr *[]){a, b}, 2, type, ret);
}
