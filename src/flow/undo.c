// Undoing a bulk change: fields that still hold what the job wrote get back what they held before, what was deleted is restored, what was restored is deleted.
// It is done as the system, for hooks wrote fields that no user may; so what a user would be asked for is asked all the same: the right to each field that the
// job was asked to write, and that the record, once it is as it was, is his to change. (A record that he gave away is, as soon as he has it back.)
#include "flow/bulk.h"
#include "flow/bulk_change.h"
#include "flow/job_row.h"
#include "flow/merge.h"
#include "flow/slices.h"
#include "record/write.h"

#define CHANGES_DEPTH 4
#define REQUEST_DEPTH 34

// ---- Starting

static void take_asked(Arena *arena, const Json *request, Undo *undo) {
        const Json *values = json_get(request, "values");
        Str op = json_str(request, "op", STR_NONE);
        undo->assigned = str_is(op, "action");
        if (str_is(op, "tag")) {
                undo->asked = arena_array(arena, Str, 1);
                undo->asked[undo->asked_count++] = json_str(request, "field", STR("tags"));
        }
        if (!(str_is(op, "update") || str_is(op, MERGE_KIND)) || !values)
                return;
        undo->asked = arena_array(arena, Str, values->count + 1);
        for (size_t i = 0; i < values->count; i++)
                undo->asked[undo->asked_count++] = values->items[i].key;
}

static Str request_json(Arena *arena, const Undo *undo) {
        Buf buf = buf_make(arena, 4096);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", undo->object);
        json_put_int(&w, "count", (int64_t)undo->count);
        json_put_int(&w, "job", undo->job);
        json_close_object(&w);
        return buf_str(&buf);
}

static Status check_reach(Call *call, const Object *object, int64_t id);

// It is the record's to give up what was moved to it.
static Status take_merge(Call *call, const Json *request, Undo *undo) {
        const Object *object = catalog_find(call->catalog, json_str(request, "object", STR_NONE));
        undo->survivor = json_int(request, "record", 0);
        if (!object)
                return error_set(call->context, STATUS_CONFLICT, "not_undoable");
        undo->object = object->name;
        return check_reach(call, object, undo->survivor);
}

Status undo_start(Call *call, int64_t job, Undo *ret, int64_t *ret_job) {
        Arena *arena = call->context->arena;
        Undo undo = {.job = job};
        Str text = STR_NONE, kind = STR_NONE;
        Json *request = NULL;
        BulkRecords records;
        TRY(job_undoable(call, job, &text, &kind));
        TRY(json_parse(call->context, text, REQUEST_DEPTH, &request));
        TRY(bulk_change_records(call, job, &records));
        const Object *object = records.count ? catalog_find_id(call->catalog, records.objects[0]) : NULL;
        if (!object || object->retired)
                return error_set(call->context, STATUS_CONFLICT, "not_undoable");
        undo.object = object->name;
        undo.ids = records.ids;
        undo.objects = records.objects;
        undo.count = records.count;
        undo.settled = !str_is(kind, "bulk") && !str_is(kind, MERGE_KIND);
        if (str_is(kind, MERGE_KIND))
                TRY(take_merge(call, request, &undo));
        take_asked(arena, request, &undo);
        JobStart start = {.kind = "undo", .request = request_json(arena, &undo)};
        TRY(job_start(call, &start, ret_job));
        *ret = undo;
        return job_undone_by(call, job, *ret_job);
}

void *undo_copy(Arena *arena, void *from) {
        Undo *undo = arena_copy(arena, from, sizeof(Undo));
        undo->object = str_copy(arena, undo->object);
        undo->ids = undo->count ? arena_copy(arena, undo->ids, undo->count * sizeof *undo->ids) : NULL;
        undo->objects = undo->count ? arena_copy(arena, undo->objects, undo->count * sizeof *undo->objects) : NULL;
        undo->asked = undo->asked_count ? arena_copy(arena, undo->asked, undo->asked_count * sizeof *undo->asked) : NULL;
        for (size_t i = 0; i < undo->asked_count; i++)
                undo->asked[i] = str_copy(arena, undo->asked[i]);
        return undo;
}

// ---- One record

typedef struct Back {
        Call *call;
        const Undo *undo;
        Record *now;
        RecordInput *input;
        bool *asked;   // by field index, of what is put back
        bool any;
        Buf left;      // labels of fields that hold something else by now
        bool left_any; // also of those that the actor may not know of
} Back;

static bool was_asked(const Undo *undo, const Field *field) {
        for (size_t i = 0; i < undo->asked_count; i++)
                if (str_eq(undo->asked[i], field->name))
                        return true;
        return false;
}

static void leave(Back *back, const Field *field) {
        back->left_any = true;
        if (field->hidden || actor_field(back->call->actor, field) == FIELD_HIDE)
                return;
        if (back->left.len)
                buf_lit(&back->left, ", ");
        buf_add(&back->left, label_text(&field->label, back->call->context->lang));
}

static void take_field(Back *back, const Json *change) {
        const Field *field = object_find(back->now->object, change->key);
        Value before, after;
        bool known = field && field->stored && change->kind == JSON_ARRAY && change->count == 2 && bulk_value(field, &change->items[0], &before) && bulk_value(field, &change->items[1], &after);
        if (!known) // retired since
                return;
        if (!value_eq(back->now->values[field->index], after)) {
                if (!value_eq(back->now->values[field->index], before))
                        leave(back, field);
                return;
        }
        back->any = true;
        back->input->given[field->index] = true;
        back->asked[field->index] = was_asked(back->undo, field);
        back->input->values[field->index] = before;
}

// Like an action on the record: rules and locks hold for what the job was asked to write.
static Status put_back(Back *back, const Object *object, int64_t id) {
        Call *call = back->call;
        if (back->undo->assigned && !actor_may_act(call->actor, object, STR(ACTION_ASSIGN)))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        WriteOptions options = {.as_system = true, .asked = back->asked, .exact = true, .action = STR("undo")};
        call->acted_object = object;
        call->acted_id = id;
        Status status = record_update(call, object, id, back->input, &options);
        call->acted_object = NULL;
        call->acted_id = 0;
        return status;
}

static Status check_reach(Call *call, const Object *object, int64_t id) {
        Status status = STATUS_OK;
        bool allowed = false;
        Record *record = NULL;
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(record_load(call, object, id, &record));
        TRY(record_allowed(call, VERB_UPDATE, record, &allowed));
        return allowed ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");
}

static bool is_moved(const Undo *undo, const Object *object, int64_t id) {
        return undo->survivor && !(str_eq(object->name, undo->object) && id == undo->survivor);
}

static Status put_back_moved(Back *back, const Object *object, int64_t id) {
        WriteOptions options = {.as_system = true, .exact = true, .action = STR("undo")};
        return record_update(back->call, object, id, back->input, &options);
}

static Status undo_update(Call *call, const Undo *undo, const Object *object, const BulkChange *change, Str *ret_note) {
        Arena *arena = call->context->arena;
        Back back = {.call = call, .undo = undo, .input = record_input_new(arena, object), .asked = arena_array(arena, bool, object->fields_count), .left = buf_make(arena, 1 << 16)};
        Json *changes = NULL;
        TRY(record_read_row(call, object, change->record, false, true, &back.now));
        if (!back.now)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(json_parse(call->context, change->changes, CHANGES_DEPTH, &changes));
        for (size_t i = 0; i < changes->count; i++)
                take_field(&back, &changes->items[i]);
        bool moved = is_moved(undo, object, change->record);
        if (back.any)
                TRY(moved ? put_back_moved(&back, object, change->record) : put_back(&back, object, change->record));
        if (!moved)
                TRY(check_reach(call, object, change->record));
        if (back.left_any)
                *ret_note = text_format(arena, call->context->lang, back.left.len ? "error.changed_since" : "error.record_changed_since", (Str[4]){buf_str(&back.left)});
        return STATUS_OK;
}

// Somebody restored it and deleted it again, or changed it: that is not undone along.
static Status check_version(Call *call, const Object *object, const BulkChange *change, bool in_bin) {
        Record *now = NULL;
        TRY(record_read_row(call, object, change->record, in_bin, true, &now));
        if (!now)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        return now->version == change->version ? STATUS_OK : error_set(call->context, STATUS_CONFLICT, "record_changed_since");
}

static Status undo_change(Call *call, const Undo *undo, const Object *object, const BulkChange *change, Str *ret_note) {
        WriteOptions options = {.action = STR("undo"), .as_system = is_moved(undo, object, change->record)};
        switch (change->kind) {
        case CHANGE_DELETE:
                TRY(check_version(call, object, change, true));
                return record_restore(call, object, change->record);
        case CHANGE_CREATE: // a merge brought it
        case CHANGE_RESTORE:
                TRY(check_version(call, object, change, false));
                return record_delete(call, object, change->record, &options);
        default:
                return undo_update(call, undo, object, change, ret_note);
        }
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Undo *undo = slices->self;
        BulkChange change;
        Verb verb = VERB_UPDATE;
        TRY(bulk_change_get(call, undo->job, slices->object, id, &change));
        if (change.kind == CHANGE_DELETE || change.kind == CHANGE_RESTORE)
                verb = VERB_DELETE;
        bool moved = is_moved(undo, slices->object, id) && change.kind != CHANGE_DELETE;
        if (!moved && !actor_may(call->actor, slices->object, verb))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(undo_change(call, undo, slices->object, &change, ret_note));
        return bulk_change_remove(call, undo->job, slices->object, id);
}

static Status begin(Slices *slices, Call *call) {
        const Undo *undo = slices->self;
        call->settled = undo->settled;
        return STATUS_OK;
}

Status undo_run(Job *job, void *arg) {
        Undo *undo = arg;
        Slices slices = {.job = job, .ids = undo->ids, .objects = undo->objects, .count = undo->count, .self = undo, .begin = begin, .one = one};
        return slices_run(&slices);
}
