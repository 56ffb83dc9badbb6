// Duplicates: by which values two records of an object are told to be the same (Object.duplicates), the index in which those that could be find each other, and what a reader is told of them.
#pragma once
#include "record/record.h"

// ---- duplicate.c: pure

// What a record says under one rule.
typedef struct DuplicateValue {
        bool there;       // it says something
        Str exact;        // what must be equal of a rule of several fields
        Normal text;      // what may be alike
} DuplicateValue;
DuplicateValue *duplicate_values(Arena *arena, const Object *object, const Value *values); // by rule
typedef struct DuplicateMatch { int points; uint32_t agree, exact; } DuplicateMatch;       // rules as bits
void duplicate_match(const Object *object, uint32_t rules, const DuplicateValue *a, const DuplicateValue *b, DuplicateMatch *ret);
bool duplicate_match_exact(const Object *object, const DuplicateMatch *match); // not only alike: the same by a rule that is enough
#define DUPLICATE_KEYS_MOST 240
size_t duplicate_keys(Arena *arena, const Object *object, uint32_t rules, const DuplicateValue *values, BlockUse use, int64_t *ret); // ascending, each once
uint32_t duplicate_rules(const Actor *actor, const Object *object); // those whose fields the actor may read

// ---- duplicate_work.c: the index, tables duplicate_key and duplicate_state

// For the record pipeline, in the transaction of the change.
Status duplicates_put(Call *call, const RecordChange *change) MUST_USE;
// By the definitions as they are now; large objects are left for duplicates_continue(). After the catalog was installed or changed.
Status duplicates_prepare(Db *db, const Catalog *catalog) MUST_USE;
// At most about limit records more of what was left. *ret_more: call again.
Status duplicates_continue(Db *db, const Catalog *catalog, int limit, bool *ret_more) MUST_USE;
// The list of keys of an object. false: there is none. complete: no slices are left.
Status duplicates_list(Db *db, const Object *object, int64_t *ret_list, bool *ret_complete, bool *ret_found) MUST_USE;
// What is stored against what should be, for haike check, as long as there is time.
typedef struct DuplicateCheck { Call *call; const Object *object; int64_t until_us; void (*tell)(void *arg, const char *key, int64_t id); void *arg; } DuplicateCheck;
Status duplicates_check(const DuplicateCheck *check) MUST_USE;

// What became of a record that was merged into another: known while it is in the bin.
Status duplicates_merged(Call *call, const Object *object, int64_t id, int64_t into) MUST_USE;
Status duplicates_forget(Call *call, const Object *object, int64_t id) MUST_USE; // it is back, or gone for good
// Into which one, as far as the reader may know of both; 0: none.
Status duplicates_into(Call *call, const Object *object, int64_t id, int64_t *ret) MUST_USE;

// ---- query_duplicates.c

// {"items":[{"id","name","score","exact","because":[{"key","field","exact"}],"visible","owner","department"}],"complete"}: who the record could be, the surest first. id: of the
// record itself; what values do not say is taken from it. What the reader may not see is told masked: without an id, and whose it is only where the object allows that.
typedef struct DuplicateQuery { const Object *object; int64_t id; const Json *values; } DuplicateQuery;
Status query_duplicates(Call *call, const DuplicateQuery *query, JsonWriter *w) MUST_USE;
// Where the object refuses them: adds "duplicate" at the fields of an exact match.
Status duplicates_refuse(Call *call, const RecordChange *change, const WriteOptions *options) MUST_USE;
// The surest of what these values meet, as it may be told to the actor. seen: only of what he may see.
Status duplicates_told(Call *call, const Object *object, const Value *values, bool seen, Str *ret_name, bool *ret_found) MUST_USE;
