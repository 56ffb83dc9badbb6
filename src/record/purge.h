// For good: taking records out of the database without a recycle bin, and mending what still names them. No rights are asked and no hooks are run: for work that
// an administrator has ordered as a whole (removing the demo company), in slices.
#pragma once
#include "record/record.h"

// The row, its history and its search terms; totals of its parents are made anew. Nothing where there is no such row. Events and files are left over: see below.
Status record_purge(Call *call, const Object *object, int64_t id) MUST_USE;

// Ids of an object's records that name what is not there, among those with from < id <= to. Lists are not looked into: whoever has one is named.
Status purge_suspects(Call *call, const Object *object, int64_t from, int64_t to, int64_t **ret, size_t *ret_count) MUST_USE;
// What a record that named something gone is to name instead.
typedef struct PurgeHeirs { int64_t owner, department; const Object *gone; int64_t gone_id; } PurgeHeirs; // whoever has no owner any more gets this one; the department where the owner has none; gone: a record that is about to go counts as gone
typedef enum PurgeOutcome { PURGE_SOUND, PURGE_MENDED, PURGE_REMOVED } PurgeOutcome;
// References to what is gone are cleared, in the history as a change of the system. A record without a place of its own (Object.nav) goes with what it belonged to.
Status record_mend(Call *call, const Object *object, int64_t id, const PurgeHeirs *heirs, PurgeOutcome *ret) MUST_USE;

// Inside the record pipeline: a record that comes back from the bin loses its references to what has gone for good; *record is it as it is then.
Status record_mend_bin(Call *call, const Object *object, int64_t id, Record **record) MUST_USE;

// One record from the recycle bin (or a live one, whose deletion was seen to) with what was deleted along with it, what hangs under it, its files, events, history. At
// most limit other records are touched; *ret_done false: call again. Who may order it is asked elsewhere. STATUS_CONFLICT "not_purgeable": people, departments, roles.
typedef struct PurgeCounts { int64_t records, mended, files, events; } PurgeCounts;
Status record_purge_whole(Call *call, const Object *object, int64_t id, int limit, PurgeCounts *counts, bool *ret_done) MUST_USE;
bool purge_possible(const Object *object);

// Events and files of records that are gone, of the rows after a position and at most limit of them; *position 0 begins, and is 0 again at the end.
Status purge_files(Call *call, int64_t *position, int limit) MUST_USE;
Status purge_events(Call *call, OutboxCursor *position, int limit, bool *ret_more) MUST_USE;
