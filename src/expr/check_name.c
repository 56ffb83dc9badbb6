// Finds what names mean: fields, paths through references, formula fields (expanded in place), and aggregates over children.
#include "expr/tree.h"

static Status name_error(Check *check, const Syntax *syntax, size_t name, const char *code) {
        return expr_error(check->context, check->source, syntax->names_at[name], code, syntax->names[name]);
}

static const ExprField *keep_field(Check *check, const ExprField *field) {
        return arena_copy(check->context->arena, field, sizeof *field);
}

// A formula's source has its own positions: what is wrong in it is reported where the formula is used.
static Status formula_failed(Check *check, const Syntax *syntax, size_t name, Status status) {
        Error *error = &check->context->error;
        if (status != STATUS_MALFORMED)
                return status;
        const char *code = error->code;
        bool about_size = str_is(STR("expr_too_deep"), code) || str_is(STR("expr_too_complex"), code) || str_is(STR("expr_formula_cycle"), code) || str_is(STR("expr_own"), code);
        return name_error(check, syntax, name, about_size ? code : "expr_formula");
}

static Status check_formula_source(Check *check, const ExprField *field, Expr **ret) {
        Scope scope = {.object = field->owner};
        Syntax *syntax;
        TRY(expr_syntax(check->context, field->formula, &syntax));
        return check_as(check, &scope, syntax, field->type, ret);
}

static Status check_formula(Check *check, const Syntax *syntax, size_t name, const ExprField *field, Expr **ret) {
        for (const Check *c = check; c; c = c->outer)
                if (c->formula && c->formula->owner == field->owner && str_eq(c->formula->name, field->name))
                        return name_error(check, syntax, name, "expr_formula_cycle");
        if (check->depth == EXPR_MAX_FORMULAS)
                return name_error(check, syntax, name, "expr_too_deep");
        Check inner = {.context = check->context, .names = check->names, .source = field->formula, .outer = check, .formula = field,
                       .depth = check->depth + 1, .own = check->own, .nodes = check->nodes};
        Expr *expr;
        Status status = check_formula_source(&inner, field, &expr);
        if (status != STATUS_OK)
                return formula_failed(check, syntax, name, status);
        Expr node = {.kind = NODE_FORMULA, .type = field->type, .field = field, .items = node_items(check, 1), .count = 1, .choice = field};
        node.items[0] = expr;
        return node_new(check, syntax, node, ret);
}

static bool find_field(const Check *check, const void *object, Str name, ExprField *ret) {
        return object && check->names->field(check->names->self, object, name, ret);
}

static bool find_children(const Check *check, const void *object, Str name, ExprChildren *ret) {
        return object && check->names->children(check->names->self, object, name, ret);
}

static Status unknown_name(Check *check, const Syntax *syntax, size_t name, const void *object) {
        ExprChildren children;
        return name_error(check, syntax, name, find_children(check, object, syntax->names[name], &children) ? "expr_relation" : "expr_unknown_name");
}

static Status leaf(Check *check, const Syntax *syntax, size_t name, const ExprField *field, Expr **ret) {
        if (!str_empty(field->formula))
                return check_formula(check, syntax, name, field, ret);
        return node_new(check, syntax, (Expr){.kind = NODE_FIELD, .type = field->type, .field = field, .choice = field}, ret);
}

static Status record_part(Check *check, const Syntax *syntax, size_t name, Expr *record, Expr **ret) {
        if (str_is(syntax->names[name], "object"))
                return node_call_1(check, syntax, function_get(FUNCTION_RECORD_OBJECT), record, EXPR_TEXT, ret);
        if (str_is(syntax->names[name], "id"))
                return node_call_1(check, syntax, function_get(FUNCTION_RECORD_ID), record, EXPR_INTEGER, ret);
        return name_error(check, syntax, name, "expr_unknown_name");
}

// References that a path has followed so far.
typedef struct Steps {
        ExprField *fields;
        size_t count;
        const void *object; // where it has arrived
} Steps;

static Status step(Check *check, const Syntax *syntax, size_t name, const ExprField *field, Steps *steps) {
        if (check->own)
                return name_error(check, syntax, name, "expr_own");
        if (field->type != EXPR_REFERENCE || !field->target || !str_empty(field->formula))
                return name_error(check, syntax, name, "expr_not_reference");
        if (!steps->fields)
                steps->fields = arena_array(check->context->arena, ExprField, EXPR_MAX_STEPS);
        if (steps->count == EXPR_MAX_STEPS)
                return name_error(check, syntax, name, "expr_too_deep");
        steps->fields[steps->count++] = *field;
        steps->object = field->target;
        return STATUS_OK;
}

static Status wrap_path(Check *check, const Syntax *syntax, const Steps *steps, Expr *inner, Expr **ret) {
        *ret = inner;
        if (!steps->count)
                return STATUS_OK;
        Expr node = {.kind = NODE_PATH, .type = inner->type, .steps = steps->fields, .steps_count = steps->count, .items = node_items(check, 1), .count = 1,
                     .choice = inner->choice};
        node.items[0] = inner;
        return node_new(check, syntax, node, ret);
}

// Inside an aggregate the relation's own name may stand in front: how many names it takes.
static size_t prefix_length(const Scope *scope, const Syntax *syntax) {
        if (!scope->prefix_count || syntax->names_count <= scope->prefix_count)
                return 0;
        for (size_t i = 0; i < scope->prefix_count; i++)
                if (!str_eq(scope->prefix[i], syntax->names[i]))
                        return 0;
        return scope->prefix_count;
}

Status check_path(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        if (scope->measure)
                return name_error(check, syntax, 0, "expr_not_aggregated");
        Steps steps = {.object = scope->object};
        size_t last = syntax->names_count - 1;
        for (size_t i = prefix_length(scope, syntax);; i++) {
                ExprField field;
                if (!find_field(check, steps.object, syntax->names[i], &field))
                        return unknown_name(check, syntax, i, steps.object);
                bool part = i + 1 == last && field.type == EXPR_RECORD;
                if (i < last && !part) {
                        TRY(step(check, syntax, i, &field, &steps));
                        continue;
                }
                Expr *expr;
                TRY(leaf(check, syntax, i, keep_field(check, &field), &expr));
                if (part)
                        TRY(record_part(check, syntax, last, expr, &expr));
                return wrap_path(check, syntax, &steps, expr, ret);
        }
}

static const struct { const char *name; Aggregate aggregate; } aggregates[] = {
        {"count", AGGREGATE_COUNT}, {"count_distinct", AGGREGATE_COUNT_DISTINCT}, {"sum", AGGREGATE_SUM},
        {"avg", AGGREGATE_AVG},     {"min", AGGREGATE_MIN},                       {"max", AGGREGATE_MAX},
};

static bool aggregate_find(Str name, Aggregate *ret) {
        for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++)
                if (str_is(name, aggregates[i].name)) {
                        *ret = aggregates[i].aggregate;
                        return true;
                }
        return false;
}

bool check_is_aggregate(Str name) {
        Aggregate aggregate;
        return aggregate_find(name, &aggregate);
}

// Where an aggregate looks: the relation that a path in it goes through.
typedef struct Relation {
        Steps steps;
        ExprChildren children;
        const Syntax *path;
        size_t names_count; // of the path, up to and with the relation
} Relation;

static bool relation_of_path(Check *check, const Scope *scope, const Syntax *path, Relation *ret) {
        Relation relation = {.path = path, .steps.object = scope->object};
        for (size_t i = prefix_length(scope, path); i < path->names_count; i++) {
                ExprField field;
                if (find_field(check, relation.steps.object, path->names[i], &field)) {
                        if (step(check, path, i, &field, &relation.steps) != STATUS_OK)
                                return false;
                } else {
                        relation.names_count = i + 1;
                        *ret = relation;
                        return find_children(check, relation.steps.object, path->names[i], &ret->children);
                }
        }
        return false;
}

static bool relation_find(Check *check, const Scope *scope, const Syntax *syntax, Relation *ret) {
        if (syntax->kind == SYNTAX_PATH)
                return relation_of_path(check, scope, syntax, ret);
        if (syntax->kind == SYNTAX_CALL && check_is_aggregate(syntax->name))
                return false; // it has its own
        for (size_t i = 0; i < syntax->count; i++)
                if (relation_find(check, scope, syntax->items[i], ret))
                        return true;
        return false;
}

static Status aggregate_type(Check *check, const Syntax *syntax, Aggregate aggregate, const Expr *argument, ExprType *ret) {
        ExprType type = argument->type;
        bool numeric = type_is_numeric(type), ordered = numeric || type_is_time(type) || type == EXPR_TEXT;
        bool fits = aggregate == AGGREGATE_SUM || aggregate == AGGREGATE_AVG ? numeric
                    : aggregate == AGGREGATE_MIN || aggregate == AGGREGATE_MAX ? ordered
                    : aggregate == AGGREGATE_COUNT || (type != EXPR_LIST && type != EXPR_JSON);
        if (!fits || type == EXPR_NULL)
                return check_error(check, syntax, "expr_operator", check_type_name(check, type));
        *ret = aggregate == AGGREGATE_COUNT || aggregate == AGGREGATE_COUNT_DISTINCT ? EXPR_INTEGER : aggregate == AGGREGATE_AVG ? EXPR_NUMBER : type;
        return STATUS_OK;
}

static Status check_parts(Check *check, const Scope *scope, const Syntax *syntax, bool rows_only, Expr *node) {
        Expr *argument, *condition;
        if (syntax->count > 0 && !rows_only) {
                TRY(check_expr(check, scope, syntax->items[0], &argument));
                TRY(aggregate_type(check, syntax->items[0], node->aggregate, argument, &node->type));
                // Sums and averages are made of numbers; the sum of integers is made an integer again.
                if (node->aggregate == AGGREGATE_SUM || node->aggregate == AGGREGATE_AVG)
                        TRY(check_convert(check, syntax->items[0], argument, EXPR_NUMBER, &argument));
                node->argument = argument;
        }
        if (syntax->count > 1) {
                TRY(check_as(check, scope, syntax->items[1], EXPR_BOOL, &condition));
                node->condition = condition;
        }
        return STATUS_OK;
}

static Status check_children(Check *check, const Syntax *syntax, const Relation *relation, Expr *node) {
        const ExprChildren *children = &relation->children;
        Scope inner = {.object = children->object, .prefix = relation->path->names, .prefix_count = relation->names_count};
        bool rows_only = syntax->items[0] == relation->path && relation->names_count == relation->path->names_count;
        if (rows_only && node->aggregate != AGGREGATE_COUNT)
                return name_error(check, relation->path, relation->names_count - 1, "expr_relation_field");
        node->relation = arena_copy(check->context->arena, children, sizeof *children);
        node->steps = relation->steps.fields;
        node->steps_count = relation->steps.count;
        return check_parts(check, &inner, syntax, rows_only, node);
}

Status check_aggregate(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Expr node = {.kind = NODE_AGGREGATE, .type = EXPR_INTEGER};
        ensure(aggregate_find(syntax->name, &node.aggregate));
        if (check->own)
                return check_error(check, syntax, "expr_own", syntax->name);
        if (syntax->count > 2 || (syntax->count == 0 && !(scope->measure && node.aggregate == AGGREGATE_COUNT)))
                return check_error(check, syntax, "expr_arguments", syntax->name);
        Relation relation;
        Error before = check->context->error;
        if (syntax->count && !scope->measure && relation_find(check, scope, syntax->items[0], &relation)) {
                TRY(check_children(check, syntax, &relation, &node));
        } else if (scope->measure) {
                Scope inner = *scope;
                inner.measure = false;
                TRY(check_parts(check, &inner, syntax, false, &node));
        } else { // a name that does not exist says more than that no children are named
                Expr *argument;
                TRY(check_expr(check, scope, syntax->items[0], &argument));
                return check_error(check, syntax, "expr_aggregate", syntax->name);
        }
        check->context->error = before;
        return node_new(check, syntax, node, ret);
}

const ExprField *expr_as_field(const Expr *expr) {
        return expr->kind == NODE_FIELD || expr->kind == NODE_FORMULA ? expr->field : NULL;
}

const void *expr_target(const Expr *expr) {
        return expr->type == EXPR_REFERENCE && expr->choice ? expr->choice->target : NULL;
}

void expr_fields(const Expr *expr, void (*visit)(void *arg, const ExprField *field), void *arg) {
        if (expr->field)
                visit(arg, expr->field);
        for (size_t i = 0; i < expr->steps_count; i++)
                visit(arg, &expr->steps[i]);
        if (expr->relation)
                visit(arg, &expr->relation->reference);
        if (expr->argument)
                expr_fields(expr->argument, visit, arg);
        if (expr->condition)
                expr_fields(expr->condition, visit, arg);
        for (size_t i = 0; i < expr->count; i++)
                expr_fields(expr->items[i], visit, arg);
}

void expr_own_fields(const Expr *expr, void (*visit)(void *arg, const ExprField *field), void *arg) {
        if (expr->steps_count)
                visit(arg, &expr->steps[0]);
        if (expr->kind == NODE_PATH || expr->kind == NODE_AGGREGATE)
                return;
        if (expr->field)
                visit(arg, expr->field);
        for (size_t i = 0; i < expr->count; i++)
                expr_own_fields(expr->items[i], visit, arg);
}
