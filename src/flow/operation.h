// What somebody did that can be taken back for 30 days: bulk changes, hand-overs, and single deletions and transfers, which are noted here as bulk changes of one record.
#pragma once
#include "flow/job.h"

// Around a single deletion or transfer in its transaction: the record as it was, and what has become of it. Nothing is noted where nothing of the kind happened.
typedef struct Operation { const Object *object; int64_t id; Record *before; } Operation;
Status operation_before(Call *call, const Object *object, int64_t id, Operation *ret) MUST_USE;
Status operation_deleted(Call *call, const Operation *operation) MUST_USE;
Status operation_transferred(Call *call, const Operation *operation) MUST_USE; // if the owner is another one now

// {"items":[{"id","at","user","object","op","count","record","undo_until","undone","status"}],"next"}: newest first. everyone: other people's too.
typedef struct OperationQuery { bool everyone; int64_t after; int limit; } OperationQuery;
Status operation_list(Call *call, const OperationQuery *query, JsonWriter *w) MUST_USE;
