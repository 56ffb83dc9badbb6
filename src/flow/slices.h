// Many records in short transactions, each record for itself: for runs of jobs, those of objects too. What could not be done is told with the record's name.
#pragma once
#include "flow/job.h"

typedef struct Slices Slices;
struct Slices {
        Job *job;
        Str object_name;        // of all records, unless:
        const int64_t *objects; // the ids of their objects, parallel to ids
        const int64_t *ids;
        size_t count;
        bool for_system;        // it is finished in the system's name where whoever asked is no longer here
        void *self;
        // At the start of each transaction: what belongs to its catalog. May be NULL.
        Status (*begin)(Slices *slices, Call *call);
        // One record, in a savepoint. *ret_note: done, but not wholly; counted and told as a failure.
        Status (*one)(Slices *slices, Call *call, int64_t id, Str *ret_note);
        // In the transaction of the last one, once, after a crash too: the row says with it that the job is over. May be NULL.
        Status (*end)(Slices *slices, Call *call);
        void (*put)(Slices *slices, JsonWriter *w); // further members of the result. May be NULL
        // of the transaction:
        const Object *object;   // of the record at work; NULL between records of several objects
        size_t at;              // its place in ids
        size_t first;           // place of the transaction's first one: a transaction that is run again begins where it began
        bool *failed;           // by place
        bool again;           // set by one(): there is more to do for this record, in this or the next transaction
        const char *source;   // of the history; NULL: as through the API
};
// Writes the job's result: {"done","failed","problems"}, counted on from what the row of a job that was taken up again says.
Status slices_run(Slices *slices) MUST_USE;
// What a run reads before it writes, in the job's own arena and in the name of whoever asked (for_system: as above).
Status slices_read(Job *job, bool for_system, Status (*run)(Call *call, void *arg), void *arg) MUST_USE; // writes the job's result
