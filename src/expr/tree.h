// Inside of the expression language; no other layer includes this. Text → tokens (lex.c) → syntax tree (parse.c) → typed tree (check*.c, function.c)
// → SQL (sql*.c) or a value (eval*.c). All nodes live in the context's arena and are never changed once made.
#pragma once
#include "expr/expr.h"

#define EXPR_MAX_NODES 1500   // typed nodes after formulas are expanded
#define EXPR_MAX_FORMULAS 8   // formulas within formulas
#define EXPR_MAX_STEPS 5      // references followed by one path
// SQLite 3.40 parses with a stack of 100 entries that cannot grow. A node knows how many its SQL needs; the rest is for the statement around it.
#define EXPR_MAX_STACK 76
#define EXPR_DAY_MIN (-719162) // 0001-01-01
#define EXPR_DAY_MAX 2932896   // 9999-12-31
#define EXPR_MONTHS_MAX 120000LL
#define EXPR_DAY_MS 86400000LL
#define EXPR_MS_MIN (EXPR_DAY_MIN * EXPR_DAY_MS)
#define EXPR_MS_MAX ((EXPR_DAY_MAX + 1) * EXPR_DAY_MS - 1)

// Tokens.
typedef enum TokenKind { LEX_END, LEX_NAME, LEX_LITERAL, LEX_SYMBOL } TokenKind;

typedef struct Token {
        TokenKind kind;
        size_t at, end; // bytes in the source
        Str text;       // as written
        Value value;    // LEX_LITERAL
} Token;

typedef struct Lexer {
        Context *context;
        Str source;
        size_t at;
} Lexer;

Status lexer_next(Lexer *lexer, Token *ret) MUST_USE;

// Sets the error with its position; at is a byte of the source.
#define expr_error(context, source, at, code, ...) expr_error_((context), (source), (at), (code), (Str[4]){__VA_ARGS__})
Status expr_error_(Context *context, Str source, size_t at, const char *code, const Str args[4]);

// Syntax.
typedef enum SyntaxKind {
        SYNTAX_LITERAL, SYNTAX_PATH, SYNTAX_CALL, SYNTAX_OR, SYNTAX_AND, SYNTAX_NOT, SYNTAX_COMPARE, SYNTAX_IN, SYNTAX_BETWEEN, SYNTAX_CONTAINS,
        SYNTAX_STARTS_WITH, SYNTAX_UNDER, SYNTAX_SUM, SYNTAX_MULTIPLY, SYNTAX_DIVIDE, SYNTAX_NEGATE,
} SyntaxKind;

typedef enum Comparison { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE } Comparison;

typedef struct Syntax Syntax;
struct Syntax {
        SyntaxKind kind;
        Comparison comparison;
        size_t at;        // where it starts; operators: where the operator stands
        int depth;
        Value value;      // SYNTAX_LITERAL
        Str name;         // SYNTAX_CALL
        Str *names;       // SYNTAX_PATH
        size_t *names_at;
        size_t names_count;
        Syntax **items;   // operands, arguments; SYNTAX_IN, BETWEEN: the tested first
        bool *minus;      // SYNTAX_SUM: which items are subtracted
        size_t count;
};

Status expr_syntax(Context *context, Str source, Syntax **ret) MUST_USE;

// The typed tree.
typedef enum ExprKind {
        NODE_CONST, NODE_FIELD,
        NODE_FORMULA,     // a formula field: items[0] is its expression over the same row
        NODE_PATH,        // items[0] over the row that steps lead to
        NODE_AGGREGATE,   // over children, or over the rows themselves (relation NULL)
        NODE_AND, NODE_OR, NODE_NOT,
        NODE_COMPARE,     // two of one type
        NODE_COMPARE_DAY, // a date-time with a date
        NODE_IN, NODE_BETWEEN, NODE_UNDER, NODE_IS_NULL, NODE_IF, NODE_COALESCE, NODE_CALL,
} ExprKind;

typedef enum Aggregate { AGGREGATE_COUNT, AGGREGATE_COUNT_DISTINCT, AGGREGATE_SUM, AGGREGATE_AVG, AGGREGATE_MIN, AGGREGATE_MAX } Aggregate;

typedef struct Function Function;

struct Expr {
        ExprKind kind;
        ExprType type;
        Comparison comparison;
        Aggregate aggregate;
        bool constant;               // no field and no row in it: the same for every row
        int stack;                   // entries of SQLite's parser stack
        Value value;                 // NODE_CONST
        const ExprField *field;      // NODE_FIELD, NODE_FORMULA
        const ExprField *steps;      // NODE_PATH, NODE_AGGREGATE: references to follow first
        size_t steps_count;
        const ExprChildren *relation;
        const Expr *argument, *condition; // NODE_AGGREGATE; NULL: rows are counted; all rows
        const Function *function;    // NODE_CALL
        const Expr **items;
        size_t count;
        const ExprField *choice;     // EXPR_CHOICE: whose keys; EXPR_REFERENCE: whose target; may be NULL
};

// Where names are looked up.
typedef struct Scope {
        const void *object;     // NULL: there are no names here
        const Str *prefix;      // inside an aggregate: the relation as written, which may stand before names
        size_t prefix_count;
        bool measure;           // fields only inside aggregates, aggregates over the rows themselves
} Scope;

// Where ids of one object's records stand as literals in the source, for expr_replace_id().
#define EXPR_MAX_PLACES 200
typedef struct IdPlaces { const void *target; int64_t id; size_t at[EXPR_MAX_PLACES]; size_t count; } IdPlaces;

// One source being checked: the expression itself, or a formula field in it.
typedef struct Check Check;
struct Check {
        Context *context;
        const ExprNames *names;
        Str source;
        Check *outer;             // the source that uses this formula
        const ExprField *formula; // which
        int depth;
        bool own;                 // ExprParse.own
        int *nodes;               // made so far, over all sources
        IdPlaces *places;         // NULL: nobody asks
};

Status check_expr(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
Status check_path(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
Status check_call(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
Status check_aggregate(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
bool check_is_aggregate(Str name);
// An operand and where it was written, for the error that points at it.
typedef struct Operand { const Syntax *syntax; Expr *expr; } Operand;

Status check_comparison(Check *check, Comparison comparison, Operand left, Operand right, Expr **ret) MUST_USE;
Status check_test(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE; // in, between, contains, starts_with, under
Status check_sum(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
Status check_product(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
Status check_negate(Check *check, const Scope *scope, const Syntax *syntax, Expr **ret) MUST_USE;
// Both made one type (integer and number → number …); expr_type at the right one when they do not go together.
Status check_unify(Check *check, Operand *left, Operand *right) MUST_USE;
// Makes expr of this type where the language converts by itself, else expr_type at syntax.
Status check_convert(Check *check, const Syntax *syntax, Expr *expr, ExprType type, Expr **ret) MUST_USE;
Status check_as(Check *check, const Scope *scope, const Syntax *syntax, ExprType type, Expr **ret) MUST_USE; // check_expr, then check_convert
#define check_error(check, syntax, code, ...) expr_error((check)->context, (check)->source, (syntax)->at, (code), __VA_ARGS__)
Str check_type_name(const Check *check, ExprType type); // as an argument of messages, in the reader's language

// Makers: each counts the node and fails with expr_too_deep or expr_too_complex.
Status node_const(Check *check, const Syntax *syntax, ExprType type, Value value, Expr **ret) MUST_USE;
Status node_new(Check *check, const Syntax *syntax, Expr node, Expr **ret) MUST_USE; // sets constant and stack from the operands
Status node_call(Check *check, const Syntax *syntax, const Function *function, Expr **args, size_t count, ExprType type, Expr **ret) MUST_USE;
Status node_call_1(Check *check, const Syntax *syntax, const Function *function, Expr *arg, ExprType type, Expr **ret) MUST_USE;
Status node_call_2(Check *check, const Syntax *syntax, const Function *function, Expr *a, Expr *b, ExprType type, Expr **ret) MUST_USE;
const Expr **node_items(Check *check, size_t count);
static inline bool node_is_null(const Expr *expr) { return expr->kind == NODE_CONST && value_is_null(expr->value); }
static inline bool type_is_numeric(ExprType type) { return type == EXPR_INTEGER || type == EXPR_NUMBER; }
static inline bool type_is_time(ExprType type) { return type == EXPR_DATE || type == EXPR_DATETIME; }
static inline bool type_is_text(ExprType type) { return type == EXPR_TEXT || type == EXPR_CHOICE; }

// Evaluating in memory.
typedef struct Eval {
        Context *context;
        const ExprEnv *env;
        const ExprRows *rows; // NULL: constants only
} Eval;

Status eval_node(Eval *eval, const Expr *expr, const void *row, Value *ret) MUST_USE;
Status eval_aggregate(Eval *eval, const Expr *expr, const void *row, Value *ret) MUST_USE;
bool eval_compare(Comparison comparison, Value a, Value b); // neither null
// The first millisecond of a local date and the first after it.
void eval_day_range(const ExprEnv *env, int32_t day, int64_t *ret_from, int64_t *ret_to);
// A date-time is compared with this date by the day's range (else by its local date); one rule for both back ends.
bool compare_day_by_range(const Expr *expr);

// Compiling to SQL.
typedef struct Emit {
        Context *context;
        const ExprEnv *env;
        const ExprNames *names;
        Sql *sql;
} Emit;

typedef enum EmitMode {
        EMIT_VALUE,  // exactly the value
        EMIT_FILTER, // a condition: null may stand for false
} EmitMode;

Status emit_node(Emit *emit, const Expr *expr, Str alias, EmitMode mode) MUST_USE;
Status emit_operand(Emit *emit, const Expr *expr, Str alias) MUST_USE; // a value, in parentheses where it needs them
Status emit_path(Emit *emit, const Expr *expr, Str alias) MUST_USE;
Status emit_aggregate(Emit *emit, const Expr *expr, Str alias) MUST_USE;
Status emit_constant(Emit *emit, const Expr *expr, Value *ret) MUST_USE;
Status emit_arguments(Emit *emit, const Expr *call, Str alias) MUST_USE; // "(a, b, c)"
void emit_null(Emit *emit, ExprType type);
void emit_bool(Emit *emit, bool b);
void emit_zone(Emit *emit);
static inline bool emit_postgres(const Emit *emit) { return emit->sql->dialect == DIALECT_POSTGRES; }

// Functions. Those without a name are made by the checker only.
typedef enum FunctionId {
        FUNCTION_ADD, FUNCTION_SUBTRACT, FUNCTION_MULTIPLY, FUNCTION_DIVIDE, FUNCTION_NEGATE, FUNCTION_TO_NUMBER, FUNCTION_TO_INTEGER, FUNCTION_TO_DATE,
        FUNCTION_TO_DATETIME, FUNCTION_TO_TEXT, FUNCTION_MOVE_DATE, FUNCTION_MOVE_DATETIME, FUNCTION_CONTAINS, FUNCTION_STARTS_WITH, FUNCTION_LIST_HAS,
        FUNCTION_RECORD_OBJECT, FUNCTION_RECORD_ID,
        FUNCTION_NAMED, // the first that can be written
} FunctionId;

struct Function {
        const char *name;
        // One letter per argument: i integer, n number (takes integers), t text, d date (takes date-times: their local date); those after ? may be left out.
        const char *args;
        ExprType result;
        // Instead of args: how a call is checked.
        Status (*check)(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret);
        const char *sql;   // the SQL function of the same arguments
        Status (*emit)(Emit *emit, const Expr *call, Str alias); // instead of sql
        bool (*eval)(Eval *eval, const Value *args, size_t count, Value *ret); // false: the result is null
        bool takes_null;   // eval is called even where an argument is null (else the result is null)
        bool varies;       // by who asks or when: the same for every row, and another next time
        int stack;         // more parser stack than a plain call needs
};

const Function *function_get(FunctionId id);
const Function *function_find(Str name); // NULL: there is none
