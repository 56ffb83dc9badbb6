// Entries of records (access.h): to whom they belong beside their owner and department. Kept for every live record in the transaction that changes it.
#pragma once
#include "access/sharing.h"
#include "record/record.h"

typedef struct Entries { AccessEntry *items; size_t count; } Entries;

// What a live record should have. team: from its rows of team_member; through: from the records that it refers to.
Status entries_of(Call *call, const Record *record, Entries *ret) MUST_USE;
// As they are stored.
Status entries_read(Db *db, const Object *object, int64_t id, Entries *ret) MUST_USE;
// The users in a value of such a field; field NULL: none.
Status readers_of(Context *context, const Field *field, Value list, int64_t **ret, size_t *ret_count) MUST_USE;

// For the record pipeline: the row is stored already. *ret: what the record has now; *ret_changed: that is not what it had.
// STATUS_RETRY: the snapshot does not know of the newest sharing rules.
Status entries_put(Call *call, const RecordChange *change, Entries *ret, bool *ret_changed) MUST_USE;
Status entries_forget(Call *call, const Object *object, int64_t id) MUST_USE;      // of a record that goes for good
// Columns were changed behind the pipeline's back (roll-ups, the team): brings entries and search of these live records up to date.
Status entries_renew(Call *call, const Object *object, const int64_t *ids, size_t count) MUST_USE;
// Whoever a record refers through `field` to the record parent (which was changed, thrown away or brought back): theirs anew.
Status entries_children(Call *call, const Field *field, const Object *parent, int64_t id) MUST_USE;

// ---- entry_set.c: the same for many records at once, in SQL

typedef struct EntrySet {
        const Object *object;
        int64_t source;
        const SharingRule *rule;  // of SOURCE_RULE
        const Object *parent;     // of a field of Object.through: the records that it refers to are all of this kind; NULL: of any
        const Sql *which;         // " and …" over the records t; NULL: all that are live
} EntrySet;
// "select … as record_id, token, updated_at, write": what these records should have.
Status entries_wanted(Db *db, const EntrySet *set, Sql *select) MUST_USE;
// What is stored exchanged for that. Not of rules, whose entries share a source.
Status entries_exchange(Db *db, const EntrySet *set) MUST_USE;
// " and t.<field> = <that record>"
void entries_referring(const Field *field, const Object *parent, int64_t id, Sql *select);

// ---- entry_work.c: what would hold up others is done in slices by the system (table access_work)

#define ENTRIES_AT_ONCE 20000 // records of a table that are gone through in the transaction that makes it necessary
// A sharing rule was made, changed or taken back, in this transaction. before and after: its records; NULL: there is none. large: more than ENTRIES_AT_ONCE records.
Status sharing_rule_large(Call *call, const Object *object, bool *ret) MUST_USE;
Status sharing_rule_start(Call *call, const Object *object, int64_t id, Str condition, bool large) MUST_USE;
Status sharing_rule_stop(Call *call, const Object *object, int64_t id) MUST_USE;
// Search terms of children that were not brought up to date at once: from the record last on.
Status search_children_later(Call *call, const Field *field, const Object *parent, int64_t id, int64_t last) MUST_USE;
Status search_department_later(Call *call, const Object *object, int64_t department, int64_t last) MUST_USE;
// Are entries of this object still being made?
Status entries_left(Call *call, const Object *object, bool *ret) MUST_USE;
// Is all of who may see records in the search index?
Status search_scopes_current(Call *call, const Object *object, bool *ret) MUST_USE;
// Entries by the definitions as they are now; large objects are left for entries_continue(). After the catalog was installed or changed.
Status entries_prepare(Db *db, const Catalog *catalog) MUST_USE;
// At most about limit records more of what was left. *ret_more: call again.
Status entries_continue(Call *call, int limit, bool *ret_more) MUST_USE;
