// Inside the removal of the demo company: what its two halves share.
#pragma once
#include "app/demo/demo.h"
#include "record/purge.h"

#define REMOVE_LOOK 5000      // ids that are looked through in one reading

typedef struct Ids { int64_t *list; size_t count, capacity; } Ids;
typedef struct Target { const Object *object; Ids ids; } Target; // object: of the snapshot the removal began with; steps look theirs up by its id

typedef struct Removal {
        Job *job;
        Arena *arena, *page, *slice; // of the whole, of one reading, of one transaction
        const Catalog *catalog;
        Target *targets; size_t targets_count;
        Target *target;              // the one that is worked on
        int64_t from, to, largest;   // ids that are looked through, or places in a list
        bool at_once;                // not in slices
        int64_t done, total, mended, removed, slice_mended, slice_removed;
        PurgeHeirs heirs;
        OutboxCursor event, event_next;
        bool more;
} Removal;

typedef enum RemovalMode { REMOVAL_READS, REMOVAL_WRITES } RemovalMode;
Status removal_slice(Removal *removal, RemovalMode mode, WorkStep step) MUST_USE; // one transaction; what went wrong is told in the job's context
Status removal_largest(Call *call, Removal *removal, Str table) MUST_USE;         // the table's largest id, into largest
void ids_add(Arena *arena, Ids *ids, int64_t id);
bool object_organises(const Object *object);                                      // users, departments, roles: a change makes every node read them anew

// remove_rest.c: what stays is rid of what it knew of what has gone.
Status removal_mend(Removal *removal) MUST_USE;
Status removal_leftovers(Removal *removal) MUST_USE;
