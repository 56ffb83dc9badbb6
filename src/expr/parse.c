// Grammar of the expression language: from text to a syntax tree. Knows no types and looks up no names.
#include "expr/tree.h"
#include "base/unicode.h"

typedef struct Parser {
        Lexer lexer;
        Token token; // the one to be taken next
        int depth;   // open parentheses, calls and prefixes
} Parser;

static Status parse_expr(Parser *parser, Syntax **ret) MUST_USE;
static Status parse_unary(Parser *parser, Syntax **ret) MUST_USE;

static Status parse_error(const Parser *parser, size_t at, const char *code, Str arg) {
        return expr_error(parser->lexer.context, parser->lexer.source, at, code, arg);
}

static Status unexpected(const Parser *parser) {
        return parse_error(parser, parser->token.at, parser->token.kind == LEX_END ? "expr_end" : "expr_syntax", parser->token.text);
}

static Status advance(Parser *parser) {
        return lexer_next(&parser->lexer, &parser->token);
}

static bool at_symbol(const Parser *parser, const char *symbol) {
        return parser->token.kind == LEX_SYMBOL && str_is(parser->token.text, symbol);
}

static bool at_word(const Parser *parser, const char *word) {
        return parser->token.kind == LEX_NAME && str_is(parser->token.text, word);
}

static Status expect_symbol(Parser *parser, const char *symbol) {
        return at_symbol(parser, symbol) ? advance(parser) : unexpected(parser);
}

static bool is_keyword(Str name) {
        static const char *const words[] = {"and", "or", "not", "in", "between", "contains", "starts_with", "under", "true", "false", "null"};
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (str_is(name, words[i]))
                        return true;
        return false;
}

static Syntax *syntax_new(Parser *parser, SyntaxKind kind, size_t at) {
        Syntax *syntax = arena_new_of(parser->lexer.context->arena, Syntax);
        syntax->kind = kind;
        syntax->at = at;
        return syntax;
}

// Operands are few nearly always: the array doubles from four.
static Status syntax_add(Parser *parser, Syntax *syntax, Syntax *item, bool minus) {
        Arena *arena = parser->lexer.context->arena;
        size_t n = syntax->count;
        if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
                size_t capacity = n ? n * 2 : 4;
                Syntax **items = arena_array(arena, Syntax *, capacity);
                bool *signs = arena_array(arena, bool, capacity);
                for (size_t i = 0; i < n; i++) {
                        items[i] = syntax->items[i];
                        signs[i] = syntax->minus[i];
                }
                syntax->items = items;
                syntax->minus = signs;
        }
        syntax->items[n] = item;
        syntax->minus[n] = minus;
        syntax->count++;
        if (item->depth + 1 > syntax->depth)
                syntax->depth = item->depth + 1;
        return syntax->depth > EXPR_MAX_DEPTH ? parse_error(parser, item->at, "expr_too_deep", STR_NONE) : STATUS_OK;
}

static Status parse_literal(Parser *parser, Value value, Syntax **ret) {
        Syntax *syntax = syntax_new(parser, SYNTAX_LITERAL, parser->token.at);
        syntax->value = value;
        *ret = syntax;
        return advance(parser);
}

static Status parse_arguments(Parser *parser, Syntax *call) {
        TRY(expect_symbol(parser, "("));
        while (!at_symbol(parser, ")")) {
                if (call->count)
                        TRY(expect_symbol(parser, ","));
                Syntax *item;
                TRY(parse_expr(parser, &item));
                TRY(syntax_add(parser, call, item, false));
        }
        return advance(parser);
}

static Status parse_path(Parser *parser, Syntax **ret) {
        enum { MOST = EXPR_MAX_STEPS + 3 };
        Arena *arena = parser->lexer.context->arena;
        Syntax *syntax = syntax_new(parser, SYNTAX_PATH, parser->token.at);
        syntax->names = arena_array(arena, Str, MOST);
        syntax->names_at = arena_array(arena, size_t, MOST);
        for (;;) {
                if (parser->token.kind != LEX_NAME)
                        return unexpected(parser);
                if (syntax->names_count == MOST)
                        return parse_error(parser, parser->token.at, "expr_too_deep", STR_NONE);
                syntax->names[syntax->names_count] = parser->token.text;
                syntax->names_at[syntax->names_count++] = parser->token.at;
                TRY(advance(parser));
                if (!at_symbol(parser, "."))
                        break;
                TRY(advance(parser));
        }
        *ret = syntax;
        if (at_symbol(parser, "(") && syntax->names_count == 1) {
                syntax->kind = SYNTAX_CALL;
                syntax->name = syntax->names[0];
                return parse_arguments(parser, syntax);
        }
        return STATUS_OK;
}

static Status parse_primary(Parser *parser, Syntax **ret) {
        if (parser->token.kind == LEX_LITERAL)
                return parse_literal(parser, parser->token.value, ret);
        if (at_symbol(parser, "(")) {
                TRY(advance(parser));
                TRY(parse_expr(parser, ret));
                return expect_symbol(parser, ")");
        }
        if (at_word(parser, "true") || at_word(parser, "false"))
                return parse_literal(parser, value_bool(at_word(parser, "true")), ret);
        if (at_word(parser, "null"))
                return parse_literal(parser, VALUE_NONE, ret);
        if (parser->token.kind != LEX_NAME || is_keyword(parser->token.text))
                return unexpected(parser);
        return parse_path(parser, ret);
}

static Status parse_prefix(Parser *parser, SyntaxKind kind, Status (*operand)(Parser *, Syntax **), Syntax **ret) {
        if (++parser->depth > EXPR_MAX_DEPTH)
                return parse_error(parser, parser->token.at, "expr_too_deep", STR_NONE);
        Syntax *syntax = syntax_new(parser, kind, parser->token.at), *item;
        TRY(advance(parser));
        TRY(operand(parser, &item));
        parser->depth--;
        *ret = syntax;
        return syntax_add(parser, syntax, item, false);
}

static Status parse_unary(Parser *parser, Syntax **ret) {
        return at_symbol(parser, "-") ? parse_prefix(parser, SYNTAX_NEGATE, parse_unary, ret) : parse_primary(parser, ret);
}

static Status parse_product(Parser *parser, Syntax **ret) {
        Syntax *left;
        TRY(parse_unary(parser, &left));
        while (at_symbol(parser, "*") || at_symbol(parser, "/")) {
                Syntax *syntax = syntax_new(parser, at_symbol(parser, "*") ? SYNTAX_MULTIPLY : SYNTAX_DIVIDE, parser->token.at), *right;
                TRY(advance(parser));
                TRY(parse_unary(parser, &right));
                TRY(syntax_add(parser, syntax, left, false));
                TRY(syntax_add(parser, syntax, right, false));
                left = syntax;
        }
        *ret = left;
        return STATUS_OK;
}

static Status parse_sum(Parser *parser, Syntax **ret) {
        Syntax *first;
        TRY(parse_product(parser, &first));
        *ret = first;
        if (!at_symbol(parser, "+") && !at_symbol(parser, "-"))
                return STATUS_OK;
        Syntax *sum = *ret = syntax_new(parser, SYNTAX_SUM, first->at);
        TRY(syntax_add(parser, sum, first, false));
        while (at_symbol(parser, "+") || at_symbol(parser, "-")) {
                bool minus = at_symbol(parser, "-");
                Syntax *item;
                TRY(advance(parser));
                TRY(parse_product(parser, &item));
                TRY(syntax_add(parser, sum, item, minus));
        }
        return STATUS_OK;
}

static bool comparison_of(const Token *token, Comparison *ret) {
        static const char *const symbols[] = {[COMPARE_EQ] = "=", [COMPARE_NE] = "!=", [COMPARE_LT] = "<", [COMPARE_LE] = "<=",
                                              [COMPARE_GT] = ">", [COMPARE_GE] = ">="};
        for (size_t i = 0; token->kind == LEX_SYMBOL && i < sizeof symbols / sizeof *symbols; i++)
                if (str_is(token->text, symbols[i])) {
                        *ret = (Comparison)i;
                        return true;
                }
        return false;
}

static Status parse_in(Parser *parser, Syntax *syntax) {
        TRY(expect_symbol(parser, "("));
        for (;;) {
                Syntax *item;
                TRY(parse_sum(parser, &item));
                TRY(syntax_add(parser, syntax, item, false));
                if (!at_symbol(parser, ","))
                        return expect_symbol(parser, ")");
                TRY(advance(parser));
        }
}

static Status parse_between(Parser *parser, Syntax *syntax) {
        Syntax *low, *high;
        TRY(parse_sum(parser, &low));
        if (!at_word(parser, "and"))
                return unexpected(parser);
        TRY(advance(parser));
        TRY(parse_sum(parser, &high));
        TRY(syntax_add(parser, syntax, low, false));
        return syntax_add(parser, syntax, high, false);
}

static bool test_of(const Token *token, SyntaxKind *ret) {
        static const struct { const char *word; SyntaxKind kind; } tests[] = {
                {"in", SYNTAX_IN}, {"between", SYNTAX_BETWEEN}, {"contains", SYNTAX_CONTAINS}, {"starts_with", SYNTAX_STARTS_WITH}, {"under", SYNTAX_UNDER},
        };
        for (size_t i = 0; token->kind == LEX_NAME && i < sizeof tests / sizeof *tests; i++)
                if (str_is(token->text, tests[i].word)) {
                        *ret = tests[i].kind;
                        return true;
                }
        return false;
}

// What stands behind a value: a word such as "in" or "not between".
static Status parse_test(Parser *parser, Syntax *left, Syntax **ret) {
        Syntax *negation = NULL;
        if (at_word(parser, "not")) {
                negation = syntax_new(parser, SYNTAX_NOT, parser->token.at);
                TRY(advance(parser));
        }
        SyntaxKind kind;
        if (!test_of(&parser->token, &kind))
                return unexpected(parser);
        Syntax *syntax = syntax_new(parser, kind, parser->token.at), *right;
        TRY(syntax_add(parser, syntax, left, false));
        TRY(advance(parser));
        if (kind == SYNTAX_IN)
                TRY(parse_in(parser, syntax));
        else if (kind == SYNTAX_BETWEEN)
                TRY(parse_between(parser, syntax));
        else {
                TRY(parse_sum(parser, &right));
                TRY(syntax_add(parser, syntax, right, false));
        }
        *ret = syntax;
        if (!negation)
                return STATUS_OK;
        *ret = negation;
        return syntax_add(parser, negation, syntax, false);
}

static Status parse_comparison(Parser *parser, Syntax **ret) {
        Syntax *left, *right;
        Comparison comparison;
        SyntaxKind test;
        TRY(parse_sum(parser, &left));
        *ret = left;
        if (at_word(parser, "not") || test_of(&parser->token, &test))
                return parse_test(parser, left, ret);
        if (!comparison_of(&parser->token, &comparison))
                return STATUS_OK;
        Syntax *syntax = syntax_new(parser, SYNTAX_COMPARE, parser->token.at);
        syntax->comparison = comparison;
        TRY(advance(parser));
        TRY(parse_sum(parser, &right));
        TRY(syntax_add(parser, syntax, left, false));
        *ret = syntax;
        return syntax_add(parser, syntax, right, false);
}

static Status parse_not(Parser *parser, Syntax **ret) {
        return at_word(parser, "not") ? parse_prefix(parser, SYNTAX_NOT, parse_not, ret) : parse_comparison(parser, ret);
}

static Status parse_chain(Parser *parser, const char *word, SyntaxKind kind, Status (*operand)(Parser *, Syntax **), Syntax **ret) {
        Syntax *first;
        TRY(operand(parser, &first));
        *ret = first;
        if (!at_word(parser, word))
                return STATUS_OK;
        Syntax *chain = *ret = syntax_new(parser, kind, parser->token.at);
        TRY(syntax_add(parser, chain, first, false));
        while (at_word(parser, word)) {
                Syntax *item;
                TRY(advance(parser));
                TRY(operand(parser, &item));
                TRY(syntax_add(parser, chain, item, false));
        }
        return STATUS_OK;
}

static Status parse_and(Parser *parser, Syntax **ret) {
        return parse_chain(parser, "and", SYNTAX_AND, parse_not, ret);
}

static Status parse_expr(Parser *parser, Syntax **ret) {
        if (++parser->depth > EXPR_MAX_DEPTH)
                return parse_error(parser, parser->token.at, "expr_too_deep", STR_NONE);
        TRY(parse_chain(parser, "or", SYNTAX_OR, parse_and, ret));
        parser->depth--;
        return STATUS_OK;
}

Status expr_syntax(Context *context, Str source, Syntax **ret) {
        if (!utf8_valid(source))
                return expr_error(context, STR_NONE, 0, "expr_encoding");
        if (utf8_length(source) > EXPR_MAX_LENGTH)
                return expr_error(context, source, source.len, "expr_too_long", STR("4000"));
        Parser parser = {.lexer = {.context = context, .source = source}};
        TRY(advance(&parser));
        Syntax *syntax;
        TRY(parse_expr(&parser, &syntax));
        if (parser.token.kind != LEX_END)
                return unexpected(&parser);
        *ret = syntax;
        return STATUS_OK;
}
