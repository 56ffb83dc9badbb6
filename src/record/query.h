// Inside the query pipeline only: what its files share. A read goes: columns asked for → filter → the reader's scope → SQL → names of what is referenced → JSON.
#pragma once
#include "record/cursor.h"
#include "record/record.h"

#define QUERY_LIMIT 50
#define QUERY_LIMIT_LARGEST 200
#define QUERY_COUNT_LARGEST 10000

// 0 → the usual one; else within 1–200, or STATUS_MALFORMED "bad_limit".
Status query_limit(Call *call, int limit, int *ret) MUST_USE;
// A filter of the reader's own, as SQL in parentheses over t; nothing is appended for an empty one.
Status query_filter(Call *call, const Object *object, Str filter, Sql *select) MUST_USE;
// Rows that db_query() finds, one by one: TRY(query_next(rows, &found)).
// " and not …" over the rows themselves: those where something that the expression (the field) touches is masked to the reader, because they lie in a pool.
void query_unveiled(Call *call, const Expr *expr, Sql *select);
void query_unveiled_field(Call *call, const Field *field, Sql *select);
bool query_veils(Call *call, const Expr *expr); // is there anything of the kind in it?
static inline bool query_is_type(const Field *field, const char *type) { return strcmp(field->type->name, type) == 0; }
static inline bool query_is_record(const Field *field) { return field->type->expr == EXPR_RECORD; }

// ---- query_names.c: names of what records refer to, asked for together, as far as the reader may see it
typedef struct Names Names;
typedef struct NamedFile { int64_t id, size; Str name, type; } NamedFile;
Names *named_new(Call *call);
Call *named_call(const Names *names);
void named_want(Names *names, const Object *target, int64_t id);
void named_want_value(Names *names, const Field *field, Value value); // whatever a value of this field refers to
Status named_load(Names *names) MUST_USE;
// STR_NONE: absent, deleted, or not for this reader.
Str named_find(const Names *names, const Object *target, int64_t id);
Str named_file(const Names *names, int64_t id);
Str named_list(const Names *names, const Field *field, Value value); // "甲, 乙"
Str named_text(const Names *names, const Field *field, Value value); // whatever a value of this field refers to; STR_NONE: nothing, or not for this reader
void named_write(const Names *names, const Object *target, int64_t id, JsonWriter *w);      // {"id","name"}
void named_write_value(const Names *names, const Field *field, Value value, JsonWriter *w); // any field's value as the API shows it
bool record_text_parse(const Catalog *catalog, Str text, const Object **ret_object, int64_t *ret_id); // "customer:12"

// ---- query_columns.c: what is read of each row
typedef struct QueryColumn {
        Str key;            // member of the answer …
        Str member;         // … as it is written: "key":
        const Field *field; // whose value it is, at the end of a path
        const Expr *expr;   // formula or path; NULL: a stored column
        bool masked;
        bool veils;         // masked where its record lies in some pool
        bool silent;        // read for the others: which pool the record lies in
        bool refers;        // its values name something else: a record, several, a file
} QueryColumn;
typedef struct QueryColumns { QueryColumn *items; size_t count; } QueryColumns;
Status columns_all(Call *call, const Object *object, bool long_ones, QueryColumns *ret) MUST_USE; // every field the reader may see
Status columns_parse(Call *call, const Object *object, Str fields, QueryColumns *ret) MUST_USE;   // empty: columns_all without long ones
Status column_of_field(Call *call, const Field *field, QueryColumn *ret) MUST_USE;
void column_set_key(Call *call, QueryColumn *column, Str key);
Status columns_select(Call *call, const QueryColumns *columns, Sql *select) MUST_USE;             // "a, b, c" over t
Value *columns_take(Call *call, const QueryColumns *columns, Rows *rows);                         // from result column 0 on
void columns_want(Names *names, const QueryColumns *columns, const Value *values);
void columns_write(Call *call, const QueryColumns *columns, const Value *values, const Names *names, JsonWriter *w); // the members, without braces
bool column_masked(Call *call, const QueryColumns *columns, size_t at, const Value *values); // of this row
Str column_mask(Call *call, const Field *field, Value value); // empty: nothing of it may be shown
// The field at the end of "customer.owner.name" with the reader's right to it; FIELD_HIDE: there is no such path.
FieldRight path_field(Call *call, const Object *object, Str path, const Field **ret);

// ---- query_scope.c: what the reader may see
typedef enum ScopePath {
        SCOPE_PATH_NOTHING, SCOPE_PATH_ALL,
        SCOPE_PATH_ARMS,      // by owner, by department: each in the order of its own index
        SCOPE_PATH_CONDITION, // one condition
} ScopePath;
typedef struct ReadScope {
        const Object *object;
        ScopePath path;
        ScopeArm *arms;       // may overlap
        size_t arms_count;
} ReadScope;
ReadScope scope_of_reader(Call *call, const Object *object);
void scope_ids(const ReadScope *scope, Sql *select);                             // select t.id … of all arms, doubles and all
Status rows_at_most(Call *call, const Sql *rows, int64_t limit, bool *ret) MUST_USE; // does this select find no more?
// The whole scope as a condition over alias. opaque: the planner is not to look for an index in it.
Status scope_condition(Call *call, const Object *object, Verb verb, Str alias, bool opaque, Sql *select) MUST_USE;
#define PARENTS_DEEPEST 3
// Scope for one known record: also what hangs under a record the reader may see (Object.inherit).
Status scope_with_parents(Call *call, const Object *object, Str alias, int depth, Sql *select) MUST_USE;

// ---- query_shape.c: what an access path can be chosen by, read off a filter that is known to be good
typedef struct FilterShape {
        const Field *equal;     // a top-level "field = …" with few rows for each value: a reference, something unique; NULL: none
        bool indexed;           // a top-level comparison of a field that begins an index
        const Field *contains;  // a top-level "field contains …" over a field of the search index
        Str needle;
} FilterShape;
Status filter_shape(Call *call, const Object *object, Str filter, FilterShape *ret) MUST_USE;
// How to read all that filter and scope leave, in no order: for aggregates and sorts without an index.
typedef struct Scan {
        Sql condition;          // " and …", or empty
        bool whole;             // the table from one end to the other: " not indexed"
} Scan;
Status scan_choose(Call *call, const ReadScope *scope, const FilterShape *shape, Scan *ret) MUST_USE;

// ---- query_sort.c
typedef struct SortKey {
        const Field *field;
        Str column;          // what is compared: the companion column of texts
        ValueKind kind;
        bool descending, nullable;
} SortKey;
typedef struct Sort {
        SortKey keys[CURSOR_KEYS];
        size_t count;
        bool id_descending;  // the id breaks ties, in the direction of the last key
        bool entries;        // by updated_at and id as alias e of access_entry has them
} Sort;
// Nulls come last in both directions. Where the first key can be null the rows that have it are one range (SORT_FIRST), the rest another (SORT_REST), each in an index's order.
typedef enum SortPhase { SORT_FIRST, SORT_REST } SortPhase;
Status sort_parse(Call *call, const Object *object, Str text, Sort *ret) MUST_USE;
bool sort_is_recent(const Sort *sort);                       // by updated_at alone
bool sort_has_index(const Object *object, const Sort *sort);
static inline bool sort_has_phases(const Sort *sort) { return sort->count && sort->keys[0].nullable; }
void sort_columns(const Sort *sort, Sql *select);            // t.id, keys: for the cursor
void sort_range(const Sort *sort, SortPhase phase, const Cursor *cursor, Sql *select); // " and …"
void sort_order(const Sort *sort, SortPhase phase, Sql *select);                       // " order by …"
void sort_order_by_position(const Sort *sort, SortPhase phase, Sql *select);           // the same over sort_columns() as result columns 1, 2 …

