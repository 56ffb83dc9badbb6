// Takes the demo company out of a database for good, beside people at work: in slices that are short for whoever waits for the writer.
// What goes: the records whose history begins with the source "demo", and what the demo's people made for themselves afterwards. What real people own stays, without
// its references to what has gone. It can break off anywhere and be begun again: nothing but the database remembers how far it came.
#include "app/demo/remove.h"
#include "access/preferences.h"
#include "os/os.h"
#include <stdlib.h>

void ids_add(Arena *arena, Ids *ids, int64_t id) {
        if (ids->count == ids->capacity) {
                size_t capacity = ids->capacity ? ids->capacity * 2 : 256;
                int64_t *list = arena_array(arena, int64_t, capacity);
                if (ids->count)
                        memcpy(list, ids->list, ids->count * sizeof *list);
                ids->list = list;
                ids->capacity = capacity;
        }
        ids->list[ids->count++] = id;
}

bool object_organises(const Object *object) {
        return str_is(object->name, "user") || str_is(object->name, "department") || str_is(object->name, "role");
}

Status removal_slice(Removal *removal, RemovalMode mode, WorkStep step) {
        Context *outer = &removal->job->context, context;
        arena_reset(removal->slice);
        context_init(&context, removal->slice, outer->lang, os_now_ms());
        Status status = mode == REMOVAL_WRITES ? work_write(&context, removal->job->org, STR("system"), step, removal) : work_read(&context, removal->job->org, step, removal);
        if (status == STATUS_OK)
                return STATUS_OK;
        Str lines = error_lines(&context, outer->arena);
        return error_detail(outer, status, "internal", STR_FMT, STR_ARG(lines));
}

Status removal_largest(Call *call, Removal *removal, Str table) {
        Sql select = db_sql(call->db);
        sql(&select, "select coalesce(max(\"id\"), 0) from ");
        sql_name(&select, table);
        return db_get_int(call->db, &select, &removal->largest, NULL);
}

static Target *target_of(Removal *removal, int64_t object_id) {
        for (size_t i = 0; i < removal->targets_count; i++)
                if (removal->targets[i].object->id == object_id)
                        return &removal->targets[i];
        return NULL;
}

static Target *target_named(Removal *removal, const char *name) {
        return target_of(removal, catalog_get(removal->catalog, name)->id);
}

// ---- What is to go

static void between(Sql *select, const Removal *removal) {
        sql(select, "\"id\" > ");
        sql_int(select, removal->from);
        sql(select, " and \"id\" <= ");
        sql_int(select, removal->to);
}

typedef struct Found { int64_t object, record; } Found;

static Status read_found(Call *call, const Sql *select, Found **ret, size_t *ret_count) {
        Ids ids = {0};
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ids_add(call->context->arena, &ids, rows_int(rows, 0));
                ids_add(call->context->arena, &ids, rows_int(rows, 1));
        }
        *ret = (Found *)ids.list;
        *ret_count = ids.count / 2;
        return STATUS_OK;
}

// Lists grow when a slice has been read whole: a reading that is run again finds them as they were.
static void take_found(Removal *removal, const Found *found, size_t count) {
        int64_t user = catalog_get(removal->catalog, "user")->id;
        for (size_t i = 0; i < count; i++) {
                Target *target = target_of(removal, found[i].object);
                bool caller = found[i].object == user && found[i].record == removal->job->user;
                if (target && !caller)
                        ids_add(removal->arena, &target->ids, found[i].record);
        }
}

static Status read_history(Call *call, void *arg) {
        Removal *removal = arg;
        Found *found = NULL;
        size_t count = 0;
        Sql select = db_sql(call->db);
        TRY(removal_largest(call, removal, STR("history")));
        sql(&select, "select object_id, record_id from history where ");
        between(&select, removal);
        sql(&select, " and source = 'demo' and version = 1 order by \"id\"");
        TRY(read_found(call, &select, &found, &count));
        take_found(removal, found, count);
        return STATUS_OK;
}

// Of one of the demo's people, and made by one of them, or by the system for them. What the filling made is known already.
static Status read_owned(Call *call, void *arg) {
        Removal *removal = arg;
        const Object *object = removal->target->object;
        const Ids *people = &target_named(removal, "user")->ids;
        Found *found = NULL;
        size_t count = 0;
        Sql select = db_sql(call->db);
        TRY(removal_largest(call, removal, object->table));
        sql(&select, "select ");
        sql_int(&select, object->id);
        sql(&select, ", \"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " t where ");
        between(&select, removal);
        sql(&select, " and \"owner_id\" in ");
        sql_int_list(&select, people->list, people->count);
        sql(&select, " and (\"created_by_id\" is null or \"created_by_id\" in ");
        sql_int_list(&select, people->list, people->count);
        sql(&select, ") and not exists (select 1 from history h where h.object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and h.record_id = t.\"id\" and h.version = 1 and h.source = 'demo')");
        TRY(read_found(call, &select, &found, &count));
        take_found(removal, found, count);
        return STATUS_OK;
}

static Status read_table(Removal *removal, int64_t step, WorkStep read) {
        removal->from = 0;
        do {
                removal->to = removal->from + step;
                TRY(removal_slice(removal, REMOVAL_READS, read));
                removal->from = removal->to;
        } while (removal->from < removal->largest);
        return STATUS_OK;
}

static Status find_records(Removal *removal) {
        TRY(read_table(removal, REMOVE_LOOK * 4, read_history));
        for (size_t i = 0; i < removal->targets_count; i++) {
                removal->target = &removal->targets[i];
                if (!object_organises(removal->target->object))
                        TRY(read_table(removal, REMOVE_LOOK, read_owned));
        }
        for (size_t i = 0; i < removal->targets_count; i++)
                removal->total += (int64_t)removal->targets[i].ids.count;
        return STATUS_OK;
}

// ---- Removing

static Status forget_person(Call *call, int64_t user) {
        Sql jobs = db_sql(call->db), answers = db_sql(call->db);
        TRY(person_forget(call->db, user));
        sql(&jobs, "delete from job where user_id = ");
        sql_int(&jobs, user);
        TRY(db_exec(call->db, &jobs, NULL));
        sql(&answers, "delete from idempotency where user_id = ");
        sql_int(&answers, user);
        return db_exec(call->db, &answers, NULL);
}

static Status purge_step(Call *call, void *arg) {
        Removal *removal = arg;
        const Object *object = catalog_find_id(call->catalog, removal->target->object->id);
        const Ids *ids = &removal->target->ids;
        int64_t until_us = os_monotonic_us() + DEMO_SLICE_US, count = (int64_t)ids->count;
        TRY(settings_demo_working(call->db));
        bool people = str_is(removal->target->object->name, "user");
        for (removal->to = removal->from; removal->to < count; removal->to++) {
                if (removal->to > removal->from && !removal->at_once && os_monotonic_us() >= until_us)
                        break;
                if (people)
                        TRY(forget_person(call, ids->list[removal->to]));
                if (object)
                        TRY(record_purge(call, object, ids->list[removal->to]));
        }
        return STATUS_OK;
}

static Status purge_target(Removal *removal, Target *target) {
        removal->target = target;
        removal->at_once = object_organises(target->object);
        for (removal->from = 0; removal->from < (int64_t)target->ids.count; removal->from = removal->to) {
                TRY(removal_slice(removal, REMOVAL_WRITES, purge_step));
                removal->done += removal->to - removal->from;
                (void)job_progress(removal->job, removal->done, removal->total + removal->total / 8); // the rest is mending
        }
        return STATUS_OK;
}

static int by_children(const void *a, const void *b) {
        const Target *x = a, *y = b;
        return (x->object->children_count < y->object->children_count) - (x->object->children_count > y->object->children_count);
}

// What others hang on goes first: totals of what is gone need not be made anew. People and departments go last: by them the rest is found.
static Status purge_all(Removal *removal) {
        static const char *const last[] = {"user", "department", "role"};
        qsort(removal->targets, removal->targets_count, sizeof *removal->targets, by_children);
        for (size_t i = 0; i < removal->targets_count; i++)
                if (!object_organises(removal->targets[i].object))
                        TRY(purge_target(removal, &removal->targets[i]));
        for (size_t i = 0; i < sizeof last / sizeof *last; i++)
                TRY(purge_target(removal, target_named(removal, last[i])));
        removal->removed = removal->done;
        return STATUS_OK;
}

// ---- The job

static Status unmark(Call *call, void *arg) {
        (void)arg;
        call->metadata_changed = true;
        return settings_demo_set(call->db, false);
}

static Status remove_all(Removal *removal) {
        removal->targets_count = removal->catalog->objects_count;
        removal->targets = arena_array(removal->arena, Target, removal->targets_count);
        for (size_t i = 0; i < removal->targets_count; i++)
                removal->targets[i].object = removal->catalog->objects[i];
        TRY(find_records(removal));
        TRY(purge_all(removal));
        TRY(removal_mend(removal));
        TRY(removal_leftovers(removal));
        TRY(removal_slice(removal, REMOVAL_WRITES, unmark));
        JsonWriter w = json_writer(&removal->job->result);
        json_open_object(&w);
        json_put_int(&w, "removed", removal->removed);
        json_put_int(&w, "changed", removal->mended);
        json_close_object(&w);
        return STATUS_OK;
}

Status demo_remove(Job *job, void *arg) {
        (void)arg;
        ARENA_CLEANUP Arena *arena = arena_new(0), *page = arena_new(0), *slice = arena_new(0);
        OrgView view = org_view(job->org);
        Removal removal = {.job = job, .arena = arena, .page = page, .slice = slice, .catalog = view.catalog};
        Status status = remove_all(&removal);
        org_view_done(&view);
        return status;
}
