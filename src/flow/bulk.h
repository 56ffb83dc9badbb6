// Changing many records in one go, as a job: each record goes through the record pipeline by itself, in the name of who asked, in slices that leave the writer
// free for others. What was changed is kept for thirty days, so that it can be undone.
#pragma once
#include "flow/job.h"

#define BULK_LARGEST 100000
#define BULK_AT_ONCE 200    // so many are done within the request
#define BULK_UNDO_DAYS 30

typedef enum BulkOp { BULK_UPDATE, BULK_DELETE, BULK_RESTORE, BULK_ACTION, BULK_TAG } BulkOp;
typedef struct Bulk {
        Str object;
        BulkOp op;
        int64_t *ids;       // ascending, each once
        size_t count;
        Str values;         // JSON object: what to write; of an action its body
        Str action;
        Str field;          // of tags
        const Str *add, *remove;
        size_t add_count, remove_count;
        bool undo;          // can be undone
        Str request;        // what is kept with the job
} Bulk;

// Takes {"ids"|"filter","q","op","values"|"action","body"|"add","remove","field"} apart, asks for the rights that can be asked for beforehand, finds the records.
Status bulk_take(Call *call, const Object *object, const Json *body, Bulk *ret) MUST_USE;
Status bulk_start(Call *call, const Bulk *bulk, int64_t *ret_job) MUST_USE;
void *bulk_copy(Arena *arena, void *from);
Status bulk_run(Job *job, void *bulk) MUST_USE;             // result {"done","failed","problems":[{"id","name","message"}]}: at most 100 problems

typedef struct Undo {
        int64_t job;        // whose changes are undone
        Str object;         // of the first
        int64_t *ids, *objects; // objects: their ids
        size_t count;
        bool settled;       // the job had seen to what its changes entailed, and that comes back with them
        Str *asked;         // fields that the job was asked to write: undoing them takes the right to write them
        size_t asked_count;
        bool assigned;      // it was the action assign
        int64_t survivor;   // of a merge: what was moved to it goes back whoever it belongs to; 0: it was none
} Undo;
// Makes the job that undoes another one of the actor's: in one transaction, so that nobody undoes it twice.
Status undo_start(Call *call, int64_t job, Undo *ret, int64_t *ret_job) MUST_USE;
void *undo_copy(Arena *arena, void *from);
Status undo_run(Job *job, void *undo) MUST_USE;
