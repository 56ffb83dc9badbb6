// The type checker's entrance, and the conversions that the language makes by itself. Operators are in check_operator.c, names in check_name.c,
// calls in check_call.c.
#include "expr/tree.h"

Str check_type_name(const Check *check, ExprType type) {
        static const char *const keys[] = {
                [EXPR_NULL] = "expr.type_null", [EXPR_BOOL] = "expr.type_bool", [EXPR_INTEGER] = "expr.type_integer", [EXPR_NUMBER] = "expr.type_number",
                [EXPR_TEXT] = "expr.type_text", [EXPR_DATE] = "expr.type_date", [EXPR_DATETIME] = "expr.type_datetime", [EXPR_CHOICE] = "expr.type_choice",
                [EXPR_LIST] = "expr.type_list", [EXPR_REFERENCE] = "expr.type_reference", [EXPR_RECORD] = "expr.type_record", [EXPR_JSON] = "expr.type_json",
        };
        return text_get(check->context->lang, keys[type]);
}

static Status type_error(Check *check, const Syntax *syntax, ExprType wanted, ExprType given) {
        return check_error(check, syntax, "expr_type", check_type_name(check, wanted), check_type_name(check, given));
}

static ExprType literal_type(Value value) {
        switch (value.kind) {
        case VALUE_BOOL:
                return EXPR_BOOL;
        case VALUE_INTEGER:
                return EXPR_INTEGER;
        case VALUE_NUMBER:
                return EXPR_NUMBER;
        case VALUE_TEXT:
                return EXPR_TEXT;
        case VALUE_DATE:
                return EXPR_DATE;
        case VALUE_DATETIME:
                return EXPR_DATETIME;
        case VALUE_BLOB:
        case VALUE_NULL:
                break;
        }
        return EXPR_NULL;
}

static Status convert_to_number(Check *check, const Syntax *syntax, Expr *expr, Expr **ret) {
        if (expr->kind == NODE_CONST) {
                Decimal number;
                if (!decimal_from_int(expr->value.integer, &number))
                        return check_error(check, syntax, "expr_number", str_format(check->context->arena, "%lld", (long long)expr->value.integer));
                return node_const(check, syntax, EXPR_NUMBER, value_number(number), ret);
        }
        // Arithmetic on integers is arithmetic on whole numbers: what was just made an integer needs no way back.
        if (expr->kind == NODE_CALL && expr->function == function_get(FUNCTION_TO_INTEGER)) {
                *ret = (Expr *)expr->items[0];
                return STATUS_OK;
        }
        return node_call_1(check, syntax, function_get(FUNCTION_TO_NUMBER), expr, EXPR_NUMBER, ret);
}

// "customer:12"
static bool is_record_text(Str text) {
        ptrdiff_t colon = str_find_char(text, ':');
        int64_t id;
        return colon > 0 && str_to_int64(str_slice(text, (size_t)colon + 1, text.len), &id) && id > 0;
}

static Status convert_text(Check *check, const Syntax *syntax, Expr *expr, ExprType type, Expr **ret) {
        Str text = expr->value.text;
        int32_t day;
        int64_t ms;
        if (type == EXPR_RECORD) {
                if (!is_record_text(text))
                        return check_error(check, syntax, "expr_record", text);
                return node_const(check, syntax, EXPR_RECORD, expr->value, ret);
        }
        if (date_parse(text, &day)) // also where a date-time is wanted: comparing takes it as the whole day
                return node_const(check, syntax, EXPR_DATE, value_date(day), ret);
        if (type == EXPR_DATETIME && datetime_parse(text, &ms))
                return node_const(check, syntax, EXPR_DATETIME, value_datetime(ms), ret);
        return check_error(check, syntax, "expr_date", text);
}

static bool same_kind(ExprType a, ExprType b) {
        return a == b || (type_is_text(a) && type_is_text(b)) ||
               ((a == EXPR_INTEGER || a == EXPR_REFERENCE) && (b == EXPR_INTEGER || b == EXPR_REFERENCE));
}

Status check_convert(Check *check, const Syntax *syntax, Expr *expr, ExprType type, Expr **ret) {
        *ret = expr;
        if (type == EXPR_NULL || same_kind(expr->type, type))
                return STATUS_OK;
        if (node_is_null(expr))
                return node_const(check, syntax, type, VALUE_NONE, ret);
        if (expr->type == EXPR_INTEGER && type == EXPR_NUMBER)
                return convert_to_number(check, syntax, expr, ret);
        if (expr->kind == NODE_CONST && expr->type == EXPR_TEXT && (type_is_time(type) || type == EXPR_RECORD)) {
                TRY(convert_text(check, syntax, expr, type, ret));
                return check_convert(check, syntax, *ret, type, ret);
        }
        if (expr->type == EXPR_DATE && type == EXPR_DATETIME)
                return node_call_1(check, syntax, function_get(FUNCTION_TO_DATETIME), expr, EXPR_DATETIME, ret);
        return type_error(check, syntax, type, expr->type);
}

Status check_unify(Check *check, Operand *left, Operand *right) {
        ExprType a = left->expr->type, b = right->expr->type;
        if (same_kind(a, b))
                return STATUS_OK;
        if (a == EXPR_NULL || (a == EXPR_INTEGER && b == EXPR_NUMBER))
                return check_convert(check, left->syntax, left->expr, b, &left->expr);
        if (b == EXPR_NULL || (a == EXPR_NUMBER && b == EXPR_INTEGER))
                return check_convert(check, right->syntax, right->expr, a, &right->expr);
        bool left_literal = left->expr->kind == NODE_CONST && a == EXPR_TEXT, right_literal = right->expr->kind == NODE_CONST && b == EXPR_TEXT;
        if (left_literal && (type_is_time(b) || b == EXPR_RECORD))
                return convert_text(check, left->syntax, left->expr, b, &left->expr);
        if (right_literal && (type_is_time(a) || a == EXPR_RECORD))
                return convert_text(check, right->syntax, right->expr, a, &right->expr);
        return type_error(check, right->syntax, a, b);
}

static Status check_chain(Check *check, const Scope *scope, const Syntax *syntax, ExprKind kind, Expr **ret) {
        Expr node = {.kind = kind, .type = EXPR_BOOL, .items = node_items(check, syntax->count), .count = syntax->count};
        for (size_t i = 0; i < syntax->count; i++) {
                Expr *item;
                TRY(check_as(check, scope, syntax->items[i], EXPR_BOOL, &item));
                node.items[i] = item;
        }
        return node_new(check, syntax, node, ret);
}

static Status check_compare_syntax(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        Operand left = {.syntax = syntax->items[0]}, right = {.syntax = syntax->items[1]};
        TRY(check_expr(check, scope, left.syntax, &left.expr));
        TRY(check_expr(check, scope, right.syntax, &right.expr));
        return check_comparison(check, syntax->comparison, left, right, ret);
}

Status check_expr(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) {
        switch (syntax->kind) {
        case SYNTAX_LITERAL:
                return node_const(check, syntax, literal_type(syntax->value), syntax->value, ret);
        case SYNTAX_PATH:
                return check_path(check, scope, syntax, ret);
        case SYNTAX_CALL:
                return check_call(check, scope, syntax, ret);
        case SYNTAX_OR:
                return check_chain(check, scope, syntax, NODE_OR, ret);
        case SYNTAX_AND:
                return check_chain(check, scope, syntax, NODE_AND, ret);
        case SYNTAX_NOT:
                return check_chain(check, scope, syntax, NODE_NOT, ret);
        case SYNTAX_COMPARE:
                return check_compare_syntax(check, scope, syntax, ret);
        case SYNTAX_IN:
        case SYNTAX_BETWEEN:
        case SYNTAX_CONTAINS:
        case SYNTAX_STARTS_WITH:
        case SYNTAX_UNDER:
                return check_test(check, scope, syntax, ret);
        case SYNTAX_SUM:
                return check_sum(check, scope, syntax, ret);
        case SYNTAX_MULTIPLY:
        case SYNTAX_DIVIDE:
                return check_product(check, scope, syntax, ret);
        case SYNTAX_NEGATE:
                return check_negate(check, scope, syntax, ret);
        }
        ensure(!"syntax of no kind");
        return STATUS_INTERNAL;
}

Status check_as(Check *check, const Scope *scope, const Syntax *syntax, ExprType type, Expr **ret) {
        Expr *expr;
        TRY(check_expr(check, scope, syntax, &expr));
        return check_convert(check, syntax, expr, type, ret);
}

Status expr_parse(Context *context, const ExprParse *parse, Str source, const Expr **ret) {
        int nodes = 0;
        Check check = {.context = context, .names = parse->names, .source = source, .own = parse->own, .nodes = &nodes};
        Scope scope = {.object = parse->object, .measure = parse->allow_aggregate};
        Syntax *syntax;
        Expr *expr;
        TRY(expr_syntax(context, source, &syntax));
        TRY(check_as(&check, &scope, syntax, parse->expect, &expr));
        *ret = expr;
        return STATUS_OK;
}

ExprType expr_type(const Expr *expr) {
        return expr->type;
}

ValueKind expr_kind(ExprType type) {
        switch (type) {
        case EXPR_NULL:
                return VALUE_NULL;
        case EXPR_BOOL:
                return VALUE_BOOL;
        case EXPR_INTEGER:
        case EXPR_REFERENCE:
                return VALUE_INTEGER;
        case EXPR_NUMBER:
                return VALUE_NUMBER;
        case EXPR_DATE:
                return VALUE_DATE;
        case EXPR_DATETIME:
                return VALUE_DATETIME;
        case EXPR_TEXT:
        case EXPR_CHOICE:
        case EXPR_LIST:
        case EXPR_RECORD:
        case EXPR_JSON:
                return VALUE_TEXT;
        }
        return VALUE_NULL;
}
