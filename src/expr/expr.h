// The expression language: filters, scopes, validation, formulas, roll-ups, report measures. Parsed and type-checked once into an immutable tree in an
// arena; then compiled to SQL (expr_sql) or evaluated in memory (expr_eval); both agree. Knows objects and fields only through ExprNames.
// The grammar, the functions and null's behaviour are in src/expr/README.md.
#pragma once
#include "base/context.h"
#include "base/date.h"
#include "base/value.h"
#include "store/sql.h"

typedef enum ExprType {
        EXPR_NULL, EXPR_BOOL, EXPR_INTEGER, EXPR_NUMBER, EXPR_TEXT, EXPR_DATE, EXPR_DATETIME,
        EXPR_CHOICE,    // text that is one of the field's keys; comparing with an unknown key is an error at that literal
        EXPR_LIST,      // multiple choice, tags, multiple references: contains, in, is_null
        EXPR_REFERENCE, // an id; may be followed by .field; compares with ids, me(), my_department()
        EXPR_RECORD,    // "customer:12": .object and .id
        EXPR_JSON,      // only is_null
} ExprType;

ValueKind expr_kind(ExprType type); // how its values are held

typedef struct ExprField {
        Str name;
        ExprType type;
        Str column;           // stored column; empty when formula
        const void *target;   // EXPR_REFERENCE: the target object, for paths
        const void *owner;    // object the field belongs to
        const void *handle;   // the catalog's own Field, carried along
        Str formula;          // not empty: the source of a formula field, expanded in place (depth limited; a cycle is an error)
        const Str *keys;      // EXPR_CHOICE: the option keys
        size_t keys_count;
} ExprField;

typedef struct ExprChildren {
        const void *object;   // the child object
        ExprField reference;  // the child's field that points back
} ExprChildren;

// How names are found. self is the implementer's. Answers false for what does not exist or may not be used by this reader (same error either way).
typedef struct ExprNames {
        void *self;
        bool (*field)(void *self, const void *object, Str name, ExprField *ret);
        bool (*children)(void *self, const void *object, Str name, ExprChildren *ret);
        Str (*table)(void *self, const void *object);
} ExprNames;

typedef struct Expr Expr; // immutable

#define EXPR_MAX_DEPTH 64
#define EXPR_MAX_LENGTH 4000

typedef struct ExprParse {
        const ExprNames *names;
        const void *object;   // what names start from; NULL: constants only
        bool allow_aggregate; // measures: count(), sum(x), avg, min, max, count_distinct over the rows themselves
        bool own;             // it may depend on nothing but the row itself: no other records, no department tree, not on who asks and when; else "expr_own"
        ExprType expect;      // EXPR_NULL: any; EXPR_BOOL for filters …; NUMBER takes integers
} ExprParse;

// Errors: STATUS_MALFORMED with codes "expr_syntax", "expr_unknown_name", "expr_type", "expr_too_deep" …, args and error.position (in characters) set.
Status expr_parse(Context *context, const ExprParse *parse, Str source, const Expr **ret) MUST_USE;
// The same text with another id wherever this one stands for a record of target (`department = 12`, `owner.department under 12`); *ret_count: in how many places.
Status expr_replace_id(Context *context, const ExprParse *parse, Str source, const void *target, int64_t from, int64_t to, Str *ret, size_t *ret_count) MUST_USE;
ExprType expr_type(const Expr *expr);
const ExprField *expr_as_field(const Expr *expr);   // the expression is one plain field of the object itself, else NULL
const void *expr_target(const Expr *expr);          // EXPR_REFERENCE: the object it points at, where that is known, else NULL
// Every field the expression touches (own, through paths and children): dependencies, indexes, permissions.
void expr_fields(const Expr *expr, void (*visit)(void *arg, const ExprField *field), void *arg);
// The fields of the row itself, also within formulas: those that references lead from, not those of the rows they lead to or of children.
void expr_own_fields(const Expr *expr, void (*visit)(void *arg, const ExprField *field), void *arg);

// What an expression is evaluated for.
typedef struct ExprEnv {
        int64_t me, my_department;     // 0: none → null
        int64_t now_ms;
        const Zone *zone;              // organisation's
        void *self;
        // ids of a department and all below it, for `under` and for me's departments; in the arena
        Status (*subtree)(void *self, Context *context, int64_t department, const int64_t **ret, size_t *ret_count);
        // SQL: adds " and <what this reader may see of object, as alias>" to a subquery over object (paths and aggregates); may be NULL
        Status (*guard)(void *self, Context *context, const void *object, Str alias, Sql *sql);
        // SQL: appends the condition under which this reader is not told the field of the row alias, which then is null; false: he always is. May be NULL
        bool (*veil)(void *self, const ExprField *field, Str alias, Sql *sql);
        bool bare; // the rows that are asked of (alias t) are not veiled: the caller leaves them out
} ExprEnv;

// Appends the expression as SQL over a row called alias (never empty). A filter's null counts as false for the caller's WHERE by itself.
Status expr_sql(Context *context, const Expr *expr, const ExprEnv *env, const ExprNames *names, Str alias, Sql *sql) MUST_USE;
// The same as a value (select list, group by, order by): a condition is true or false, never null, just as expr_eval says.
Status expr_sql_value(Context *context, const Expr *expr, const ExprEnv *env, const ExprNames *names, Str alias, Sql *sql) MUST_USE;

// In memory. A row is the implementer's; get reads a field of it; reference steps to the row it points at (NULL: none or not visible); children lists rows.
typedef struct ExprRows {
        void *self;
        Status (*get)(void *self, Context *context, const void *row, const ExprField *field, Value *ret);
        Status (*reference)(void *self, Context *context, const void *row, const ExprField *field, const void **ret_row);
        Status (*children)(void *self, Context *context, const void *row, const ExprChildren *relation, const void ***ret_rows, size_t *ret_count);
} ExprRows;

Status expr_eval(Context *context, const Expr *expr, const ExprEnv *env, const ExprRows *rows, const void *row, Value *ret) MUST_USE;

// Does it mean the same over a row that stands for many records alike in what is kept of them? Of a date kept by its month the row holds the first day (of a date-time
// its first instant): then months, quarters, years and whole months of it are known, not days.
typedef enum ExprKept { EXPR_KEPT_NOT, EXPR_KEPT, EXPR_KEPT_MONTH } ExprKept;
typedef ExprKept ExprKeeps(void *arg, const ExprField *field);
bool expr_kept(Context *context, const Expr *expr, const ExprEnv *env, ExprKeeps *keeps, void *arg);
// One count, sum or average over the rows themselves and nothing around it. argument NULL: rows are counted; condition NULL: all of them.
typedef enum ExprMeasureKind { MEASURE_COUNT, MEASURE_SUM, MEASURE_AVERAGE } ExprMeasureKind;
typedef struct ExprMeasure { ExprMeasureKind kind; const Expr *argument, *condition; bool integer; } ExprMeasure; // integer: the sum is one
bool expr_measure(const Expr *expr, ExprMeasure *ret);
