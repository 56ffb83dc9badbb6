// Inside src/flow only: one record after the other in short transactions, each record for itself. What could not be done is told with the record's name.
#pragma once
#include "flow/job.h"

typedef struct Slices Slices;
struct Slices {
        Job *job;
        Str object_name;
        const int64_t *ids;
        size_t count;
        void *self;
        // At the start of each transaction: what belongs to its catalog. May be NULL.
        Status (*begin)(Slices *slices, Call *call);
        // One record, in a savepoint. *ret_note: done, but not wholly; counted and told as a failure.
        Status (*one)(Slices *slices, Call *call, int64_t id, Str *ret_note);
        const Object *object; // of the transaction
        bool again;           // set by one(): there is more to do for this record, in this or the next transaction
        const char *source;   // of the history; NULL: as through the API
};
Status slices_run(Slices *slices) MUST_USE; // writes the job's result
