// After the demo company's records have gone: what stays is rid of its references to them, and of their events and files.
#include "app/demo/remove.h"
#include "os/os.h"

#define PASSES 8      // what goes along may be named itself
#define LEFT_OVER 200 // events or files in one transaction

// ---- References

// The first department gets what has none any more, whoever removes the demo what has no owner.
static Status find_heirs(Call *call, void *arg) {
        Removal *removal = arg;
        Sql select = db_sql(call->db);
        removal->heirs.owner = removal->job->user;
        sql(&select, "select \"id\" from \"department\" where deleted_at is null and parent_id is null order by \"id\" limit 1");
        return db_get_int(call->db, &select, &removal->heirs.department, NULL);
}

static Status look_step(Call *call, void *arg) {
        Removal *removal = arg;
        const Object *object = catalog_find_id(call->catalog, removal->target->object->id);
        int64_t *ids = NULL;
        size_t count = 0;
        removal->target->ids = (Ids){0};
        if (!object)
                return STATUS_OK;
        TRY(removal_largest(call, removal, object->table));
        TRY(purge_suspects(call, object, removal->from, removal->to, &ids, &count));
        for (size_t i = 0; i < count; i++)
                ids_add(removal->page, &removal->target->ids, ids[i]);
        return STATUS_OK;
}

// Works on the list from place `from`; leaves the place it came to in `to`, and what it did, for whoever sees the transaction through.
static Status mend_step(Call *call, void *arg) {
        Removal *removal = arg;
        const Object *object = catalog_find_id(call->catalog, removal->target->object->id);
        const Ids *ids = &removal->target->ids;
        int64_t until_us = os_monotonic_us() + DEMO_SLICE_US;
        removal->slice_mended = removal->slice_removed = 0;
        TRY(settings_demo_working(call->db));
        for (removal->to = removal->from; object && removal->to < (int64_t)ids->count; removal->to++) {
                if (removal->to > removal->from && os_monotonic_us() >= until_us)
                        break;
                PurgeOutcome outcome = PURGE_SOUND;
                TRY(record_mend(call, object, ids->list[removal->to], &removal->heirs, &outcome));
                removal->slice_mended += outcome == PURGE_MENDED;
                removal->slice_removed += outcome == PURGE_REMOVED;
        }
        return STATUS_OK;
}

static Status mend_list(Removal *removal) {
        for (removal->from = 0; removal->from < (int64_t)removal->target->ids.count; removal->from = removal->to) {
                TRY(removal_slice(removal, REMOVAL_WRITES, mend_step));
                removal->mended += removal->slice_mended;
                removal->removed += removal->slice_removed;
        }
        return STATUS_OK;
}

static Status mend_target(Removal *removal, Target *target) {
        removal->target = target;
        removal->largest = 0;
        int64_t looked = 0;
        do {
                arena_reset(removal->page);
                removal->from = looked;
                removal->to = looked += REMOVE_LOOK;
                TRY(removal_slice(removal, REMOVAL_READS, look_step));
                TRY(mend_list(removal));
        } while (looked < removal->largest);
        return STATUS_OK;
}

// People and departments first: a record whose owner stays belongs to the owner's department.
static Status mend_pass(Removal *removal) {
        for (int organisation = 1; organisation >= 0; organisation--)
                for (size_t i = 0; i < removal->targets_count; i++)
                        if (object_organises(removal->targets[i].object) == (organisation == 1))
                                TRY(mend_target(removal, &removal->targets[i]));
        return STATUS_OK;
}

Status removal_mend(Removal *removal) {
        TRY(removal_slice(removal, REMOVAL_READS, find_heirs));
        int64_t before = -1;
        for (int i = 0; i < PASSES && before != removal->removed; i++) {
                before = removal->removed;
                TRY(mend_pass(removal));
        }
        return STATUS_OK;
}

// ---- Events and files

static Status events_step(Call *call, void *arg) {
        Removal *removal = arg;
        removal->event_next = removal->event;
        TRY(settings_demo_working(call->db));
        return purge_events(call, &removal->event_next, LEFT_OVER, &removal->more);
}

static Status files_step(Call *call, void *arg) {
        Removal *removal = arg;
        removal->to = removal->from;
        TRY(purge_files(call, &removal->to, LEFT_OVER));
        removal->more = removal->to != 0;
        return STATUS_OK;
}

Status removal_leftovers(Removal *removal) {
        removal->event = (OutboxCursor){0, 0};
        do {
                TRY(removal_slice(removal, REMOVAL_WRITES, events_step));
                removal->event = removal->event_next;
        } while (removal->more);
        removal->from = 0;
        do {
                TRY(removal_slice(removal, REMOVAL_WRITES, files_step));
                removal->from = removal->to;
        } while (removal->more);
        return STATUS_OK;
}
