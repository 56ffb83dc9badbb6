// Totals: counts and sums of an object's live records by owner, department and a few fields, kept beside the records so that aggregates need not read every row.
// What they are for and why triggers keep them is in README.md, "Totals".
#pragma once
#include "record/record.h"

// One definition may be kept three times: who sees all asks for few rows, who sees departments for a few more. Each level leaves out what the one before it has.
typedef enum TotalsLevel { TOTALS_OWNER, TOTALS_DEPARTMENT, TOTALS_WHOLE } TotalsLevel;
#define TOTALS_TABLES_MOST 24
#define TOTALS_COLUMNS_MOST 8

typedef struct TotalsColumn { const Field *field; bool month; } TotalsColumn; // named as the object's own column, so that expressions over records compile over totals
typedef struct TotalsTable {
        const Object *object;
        const ObjectTotals *totals;
        TotalsLevel level;
        Str name;                                   // "total__opportunity__1_owner_a1b2c3"
        Str changes;                                // TotalsTables.changes
        TotalsColumn columns[TOTALS_COLUMNS_MOST];  // the key: department, owner, then what it is kept by
        size_t count;
} TotalsTable;
typedef struct TotalsTables {
        TotalsTable items[TOTALS_TABLES_MOST];
        size_t count;
        Str changes;                                // the table that triggers write to, a row for each record that comes (n = 1) or goes (n = -1): what is kept is the sum over both
        Str signature;                              // by which definition they are made: whatever it says differently makes them anew; empty: there are none
} TotalsTables;

// ---- totals.c: what tables there are, and how their columns are said
Status totals_tables(Db *db, const Object *object, TotalsTables *ret) MUST_USE;
void totals_watched(Arena *arena, const TotalsTables *tables, const Field ***ret, size_t *ret_count); // the columns of changes, and those whose change is one
Status totals_signature(Db *db, const Object *object, Str *ret) MUST_USE;
// A column of the key as it is of a record: alias is a row of the object. Without parameters, as triggers want it.
void totals_key(const TotalsColumn *column, const Object *object, Str alias, Sql *sql);
// The columns in which sum number `at` is kept, and what they are of one record: alias is a row of the object.
typedef struct TotalsParts { Str names[3]; Sql values[3]; size_t count; } TotalsParts;
void totals_names(Dialect dialect, Arena *arena, size_t at, TotalsParts *ret);
Status totals_parts(Db *db, const TotalsSum *sum, size_t at, const Object *object, Str alias, TotalsParts *ret) MUST_USE;
// "select columns, n, sums from …" of all that is kept; where: " where …" over t, or NULL.
Status totals_rows(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, const Sql *where, Sql *select) MUST_USE;
// The same of changes alone, in the table `from`; of the live records themselves, a row for each: which: " and …" over t, or NULL; less: to be taken away.
Status totals_of_changes(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, Str from, const Sql *where, Sql *select) MUST_USE;
Status totals_of_records(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, const Sql *which, bool less, Sql *select) MUST_USE;

// ---- totals_keep.c: tables and triggers
Status totals_make(Db *db, const Object *object, bool building) MUST_USE; // building: triggers count what is within what was built already, and new records
Status totals_complete(Db *db, const Object *object) MUST_USE;            // triggers count everything from now on
Status totals_drop(Db *db, const Object *object) MUST_USE;
// "select key, n, sums from (source) r group by key"; differing: only what does not come to nothing.
void totals_grouped(const TotalsTable *table, const Sql *source, bool differing, Sql *select);
// Folds at most limit changes into the tables; *ret_more: there are more.
Status totals_fold(Db *db, const TotalsTables *tables, int limit, bool *ret_more) MUST_USE;
Status totals_add_records(Db *db, const TotalsTable *table, const Sql *which) MUST_USE;  // which: " and …" over the records t, or NULL

// ---- totals_entry.c: which entries let somebody see a record who does not see it by owner or department
Status totals_entry_triggers(Db *db, const Object *object) MUST_USE;
Status totals_entry_drop(Db *db, const Object *object) MUST_USE;
Status totals_add_entries(Db *db, const Object *object, const Sql *which) MUST_USE; // which: " and …" over the records t, or NULL
Status totals_forget_entries(Db *db, const Object *object) MUST_USE;
Status totals_entries_differing(Db *db, const Object *object, int64_t *ret) MUST_USE;

// ---- totals_work.c: making and folding them
// By the definitions as they are now; large objects are left for totals_continue(). After the catalog was installed or changed.
Status totals_prepare(Db *db, const Catalog *catalog) MUST_USE;
// Makes those of one object anew; large: in slices.
Status totals_begin(Db *db, const Object *object, bool large) MUST_USE;
// A slice of what was left, and folds what the triggers wrote down. *ret_more: call again.
Status totals_continue(Call *call, int limit, bool *ret_more) MUST_USE;
// Do these tables, which are those of the definition of this snapshot, say all of the object's records?
Status totals_ready(Db *db, const Object *object, const TotalsTables *tables, bool *ret) MUST_USE;
// In how many keys does the table differ from the records?
Status totals_differing(Db *db, const TotalsTable *table, int64_t *ret) MUST_USE;

// ---- totals_read.c: questions that totals answer as the rows would
typedef struct TotalsQuestion {
        Call *call;
        const Object *object;
        const Expr *const *groups; size_t groups_count;
        const Expr *const *measures; size_t measures_count;
        Str filter;
} TotalsQuestion;
// "select groups, measures from … where …": *ret false: the rows are asked instead, and nothing was written.
Status totals_answer(const TotalsQuestion *question, Sql *select, bool *ret) MUST_USE;
