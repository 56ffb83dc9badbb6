// The search index: per object with Object.search a table search_<object> of exact terms by record, made with the tokeniser of base/unicode.h. Beside what a record
// says it holds who may see it: "_o12" its owner, "_d3" its department and all above, the same of entries, and "_r5" for a sharing rule. SQLite: FTS5; PostgreSQL: tsvector with GIN.
#pragma once
#include "record/entry.h"

// For the write half. values by field index. Unchanged terms are not written again.
Status search_put(Call *call, const Object *object, int64_t id, const Value *values, const Entries *entries) MUST_USE;
Status search_remove(Call *call, const Object *object, int64_t id) MUST_USE;
// What a record's fields say, as terms, without who may see it.
void search_terms(Buf *buf, const Access *access, const Object *object, const Value *values);
// A department was given another parent, in this transaction: renews what is kept of who may see the records in it and below. Of large ones the rest is done later.
Status search_department_moved(Call *call, int64_t department) MUST_USE;
// The same in slices, from the record last on, at most limit of them. *ret_last: the one done last; 0: nothing is left.
Status search_department(Call *call, const Object *object, int64_t department, int64_t last, int limit, int64_t *ret_last) MUST_USE;
Status search_renew(Call *call, const Object *object, const Sql *which, int64_t last, int limit, int64_t *ret_last) MUST_USE; // of the records t that " and …" names
// The entries of whoever refers to this record through field changed.
Status search_children(Call *call, const Field *field, const Object *parent, int64_t id) MUST_USE;
// Where search_prepare() left a large object to be done in slices: at most limit records more. *ret_more: call again.
Status search_continue(Db *db, const Catalog *catalog, int limit, bool *ret_more) MUST_USE;

// For the reading half and record_check.
#define SEARCH_TERMS_CAP (256 * 1024)
static inline bool search_field(const Field *field) { return (field->search || field->role == FIELD_NAME) && field->stored && !field->hidden && !field->target && !field->retired; }
void search_table(const Object *object, Sql *select);                     // "search_customer"
// All these terms, and if scoped only what the reader's scope may hold (a superset: recheck it), as a condition over search table alias s.
Status search_match(Call *call, const Object *object, Str terms, bool scoped, Sql *select) MUST_USE;
void search_id(Sql *select);                                              // the record's id in it: s.rowid, s.id
// " from …" of search table s and table t with their rows matched, live, and below an id (0: any). SQLite finds the newest first by itself. PostgreSQL would rather guess:
// it is told to look through the newest rows in their order (SEARCH_NEWEST), which answers what is frequent, or to gather all matches by the index (SEARCH_ALL).
typedef enum SearchTier { SEARCH_NEWEST, SEARCH_ALL } SearchTier;
Status search_from(Call *call, const Object *object, Str terms, int64_t below, SearchTier tier, Sql *select) MUST_USE;
bool search_has_tiers(const Call *call);
Str search_query(Arena *arena, Str q);                                    // terms of a query; empty: nothing can match
// Terms that every text containing needle has in the index; empty: there is no such guarantee.
Str search_terms_of_part(Arena *arena, const Field *field, Str needle);
// The texts of a record as this reader sees them hold all terms? values: by field index, of search_field()s. False only where fields are hidden or masked.
bool search_restricted(Call *call, const Object *object);
#define SEARCH_LOOKED_LARGEST 500 // so many matches are looked through for what may be shown of them: neither a page nor its end tells of the others
bool search_visible(Call *call, const Object *object, const Value *values, Str terms);
Status search_complete(Call *call, const Object *object, bool *ret) MUST_USE; // no slices are left
