// Merging records: taking the request apart, and the three steps: what refers to the others is moved, the others go, the one that stays gets its values.
#include "flow/merge.h"
#include "flow/bulk.h"
#include "flow/bulk_change.h"
#include "flow/merge_move.h"
#include "record/bulk.h"
#include "record/duplicate.h"
#include "record/query.h"
#include "record/write.h"

#define REQUEST_DEPTH 34
#define SLICE 100
#define COUNTED_MOST 1000000

// ---- Taking

static bool possible(const Object *object) {
        static const char *const never[] = {"user", "department", "role", "view", "notification", "team_member", "sharing_rule", "retention_rule", "comment", "attachment", "pool", "pool_rule", "follow_up_rule", "pool_movement"};
        for (size_t i = 0; i < sizeof never / sizeof *never; i++)
                if (str_is(object->name, never[i]))
                        return false;
        return !object->retired;
}

// lock: in the transaction that writes.
static Status load_one(Call *call, const Object *object, int64_t id, Verb verb, bool lock, Record **ret) {
        Status status = STATUS_OK;
        bool visible = query_visible(call, object, id, &status), allowed = false;
        TRY(status);
        if (visible)
                TRY(record_read_row(call, object, id, false, lock, ret));
        if (!visible || !*ret)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(record_allowed(call, verb, *ret, &allowed));
        return allowed ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");
}

// The one that stays must be the actor's to change, the others his to delete.
static Status load_all(Call *call, const Object *object, const Merge *merge, bool lock, Record **ret_survivor, Record ***ret_others) {
        TRY(load_one(call, object, merge->survivor, VERB_UPDATE, lock, ret_survivor));
        if (merge->version && merge->version != (*ret_survivor)->version)
                return error_set(call->context, STATUS_STALE, "stale");
        *ret_others = arena_array(call->context->arena, Record *, merge->with_count + 1);
        for (size_t i = 0; i < merge->with_count; i++)
                TRY(load_one(call, object, merge->with[i], VERB_DELETE, lock, &(*ret_others)[i]));
        return STATUS_OK;
}

static Str text_of(Arena *arena, const Json *json) {
        Buf buf = buf_make(arena, 1 << 20);
        JsonWriter w = json_writer(&buf);
        json_add_tree(&w, json);
        return buf_str(&buf);
}

static Str request_of(Arena *arena, const Merge *merge) {
        Buf buf = buf_make(arena, 2 << 20);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", merge->object);
        json_put_str(&w, "op", STR(MERGE_KIND));
        json_put_int(&w, "count", (int64_t)merge->with_count + 1);
        json_put_int(&w, "record", merge->survivor);
        json_key(&w, STR("with"));
        json_open_array(&w);
        for (size_t i = 0; i < merge->with_count; i++)
                json_add_int(&w, merge->with[i]);
        json_close_array(&w);
        json_key(&w, STR("values"));
        json_add_raw(&w, merge->values);
        json_close_object(&w);
        return buf_full(&buf) ? STR_NONE : buf_str(&buf);
}

static Status take_with(Context *context, const Json *with, int64_t survivor, Merge *ret) {
        if (with->count > MERGE_WITH_MOST)
                return error_add(context, STR("with"), "too_many", str_format(context->arena, "%d", MERGE_WITH_MOST));
        ret->with = arena_array(context->arena, int64_t, with->count);
        for (size_t i = 0; i < with->count; i++) {
                int64_t id = 0;
                bool twice = false;
                if (with->items[i].kind != JSON_NUMBER || !str_to_int64(with->items[i].text, &id) || id <= 0 || id >= (1LL << 53))
                        return error_add(context, str_format(context->arena, "with[%zu]", i), "wrong_type", STR("id"));
                if (id == survivor)
                        return error_add(context, STR("with"), "merge_with_itself");
                for (size_t k = 0; k < ret->with_count; k++)
                        twice |= ret->with[k] == id;
                if (!twice)
                        ret->with[ret->with_count++] = id;
        }
        return STATUS_OK;
}

static Status check_body(Call *call, const Object *object, int64_t id, const Json *body, Merge *ret) {
        static const Json nothing = {.kind = JSON_OBJECT};
        Context *context = call->context;
        const Json *values = json_get(body, "values"), *with = json_get(body, "with");
        ret->object = object->name;
        ret->survivor = id;
        if (json_get(body, "version"))
                ret->version = json_int(body, "version", 0);
        if (!with || with->kind != JSON_ARRAY || !with->count)
                return error_add(context, STR("with"), "required");
        TRY(take_with(context, with, id, ret));
        if (values && values->kind != JSON_NULL && values->kind != JSON_OBJECT)
                return error_add(context, STR("values"), "wrong_type", STR("object"));
        ret->values = text_of(context->arena, values && values->kind == JSON_OBJECT ? values : &nothing);
        return STATUS_OK;
}

Status merging_take(Call *call, const Object *object, int64_t id, const Json *body, Merge *ret) {
        Record *survivor = NULL, **others = NULL;
        Merge merge = {.version = ret->version};
        if (!possible(object))
                return error_set(call->context, STATUS_CONFLICT, "not_mergeable", label_text(&object->label, call->context->lang));
        TRY(check_body(call, object, id, body, &merge));
        TRY(load_all(call, object, &merge, false, &survivor, &others));
        merge.request = request_of(call->context->arena, &merge);
        MoveTo move = {.call = call, .object = object, .survivor = id, .with = merge.with, .with_count = merge.with_count};
        int64_t count = 0;
        TRY(moved_count(&move, MERGE_AT_ONCE + 1, &count));
        merge.large = count > MERGE_AT_ONCE;
        *ret = merge;
        return STATUS_OK;
}

// ---- Values of the one that stays

typedef struct Choice {
        Call *call;
        const Object *object;
        const Merge *merge;
        Record *survivor, **others;
        RecordInput *input;
        bool *asked;
} Choice;

static bool can_be_taken(const Field *field) {
        return field->stored && !field->hidden && !field->type->computed && !field->type->file && !field->readonly && !field->unique && (!field->system || field->role == FIELD_NAME);
}

// {"from": id}
static const Record *source_of(const Choice *choice, const Json *member) {
        int64_t id = 0;
        const Json *from = member->kind == JSON_OBJECT && member->count == 1 ? json_get(member, "from") : NULL;
        if (!from || from->kind != JSON_NUMBER || !str_to_int64(from->text, &id))
                return NULL;
        if (id == choice->survivor->id)
                return choice->survivor;
        for (size_t i = 0; i < choice->merge->with_count; i++)
                if (choice->merge->with[i] == id)
                        return choice->others[i];
        return NULL;
}

static Status take_member(Choice *choice, const Json *member) {
        Context *context = choice->call->context;
        const Field *field = object_find(choice->object, member->key);
        const Record *source = source_of(choice, member);
        FieldRight right = field && !field->hidden ? actor_field(choice->call->actor, field) : FIELD_HIDE;
        Str path = str_format(context->arena, "values." STR_FMT, STR_ARG(member->key));
        if (right == FIELD_HIDE)
                return error_add(context, path, "unknown_field", member->key);
        if (right != FIELD_WRITE || !field->stored || field->type->file || field->type->computed || field->readonly)
                return error_add(context, path, "read_only");
        if (source)
                choice->input->values[field->index] = source->values[field->index];
        else
                TRY(field_read(context, field, path, member, &choice->input->values[field->index]));
        choice->input->given[field->index] = choice->asked[field->index] = true;
        return STATUS_OK;
}

static Status take_chosen(Choice *choice) {
        Context *context = choice->call->context;
        Json *values = NULL;
        TRY(json_parse(context, choice->merge->values, REQUEST_DEPTH, &values));
        for (size_t i = 0; i < values->count; i++) {
                Status status = take_member(choice, &values->items[i]);
                if (status != STATUS_OK && status != STATUS_INVALID)
                        return status;
        }
        return error_status(context);
}

// Nothing that is said is lost because the record that stays does not say it.
static void fill_empty(Choice *choice) {
        for (size_t i = 0; i < choice->object->fields_count; i++) {
                const Field *field = choice->object->fields[i];
                if (!can_be_taken(field) || choice->input->given[i] || !value_is_null(choice->survivor->values[i]))
                        continue;
                for (size_t k = 0; k < choice->merge->with_count && !choice->input->given[i]; k++) {
                        choice->input->values[i] = choice->others[k]->values[i];
                        choice->input->given[i] = !value_is_null(choice->input->values[i]);
                }
        }
}

// What it said of the others, it would say of itself.
static Status turn_own(Choice *choice, const MoveTo *move) {
        for (size_t i = 0; i < choice->object->fields_count; i++) {
                const Field *field = choice->object->fields[i];
                Value value = choice->input->given[i] ? choice->input->values[i] : choice->survivor->values[i], turned = value;
                TRY(moved_value(move, field, value, true, &turned));
                if (value_eq(turned, value))
                        continue;
                choice->input->values[i] = turned;
                choice->input->given[i] = true;
        }
        return STATUS_OK;
}

static Status write_survivor(Choice *choice, const MoveTo *move) {
        Call *call = choice->call;
        Record *after = NULL;
        WriteOptions options = {.as_system = true, .asked = choice->asked, .action = STR(MERGE_KIND)};
        call->acted_object = choice->object;
        call->acted_id = choice->survivor->id;
        Status status = record_update(call, choice->object, choice->survivor->id, choice->input, &options);
        call->acted_object = NULL;
        call->acted_id = 0;
        TRY(status);
        TRY(record_load(call, choice->object, choice->survivor->id, &after));
        Str changes = bulk_difference(call->context->arena, choice->survivor, after);
        BulkChange change = {.job = move->job, .record = after->id, .version = after->version, .kind = CHANGE_UPDATE, .changes = changes};
        return changes.len ? bulk_change_add(call, choice->object, &change) : STATUS_OK;
}

static Status throw_away(Call *call, const Object *object, const Merge *merge, const Record *other) {
        WriteOptions options = {.as_system = true, .action = STR(MERGE_KIND)};
        BulkChange change = {.job = merge->job, .record = other->id, .version = other->version + 1, .kind = CHANGE_DELETE, .changes = STR("{}")};
        TRY(record_delete(call, object, other->id, &options));
        TRY(duplicates_merged(call, object, other->id, merge->survivor));
        return bulk_change_add(call, object, &change);
}

static Str detail_of(Arena *arena, const Merge *merge) {
        Buf buf = buf_make(arena, 1024);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "job", merge->job);
        json_key(&w, STR("with"));
        json_open_array(&w);
        for (size_t i = 0; i < merge->with_count; i++)
                json_add_int(&w, merge->with[i]);
        json_close_array(&w);
        json_close_object(&w);
        return buf_str(&buf);
}

// Rows may have changed since they were moved to: they are read again.
static Status finish(Call *call, const Merge *merge, const MoveTo *move) {
        Arena *arena = call->context->arena;
        const Object *object = move->object;
        Choice choice = {.call = call, .object = object, .merge = merge, .input = record_input_new(arena, object), .asked = arena_array(arena, bool, object->fields_count)};
        TRY(load_all(call, object, merge, true, &choice.survivor, &choice.others));
        TRY(take_chosen(&choice));
        fill_empty(&choice);
        TRY(turn_own(&choice, move));
        for (size_t i = 0; i < merge->with_count; i++)
                TRY(throw_away(call, object, merge, choice.others[i]));
        TRY(write_survivor(&choice, move));
        return record_audit(call, "record.merge", object, merge->survivor, detail_of(arena, merge));
}

// ---- At once

static Status add_job(Call *call, Merge *merge, bool done) {
        JobStart start = {.kind = MERGE_KIND, .request = merge->request, .undo_until_ms = call->context->now_ms + BULK_UNDO_DAYS * 86400000LL, .record = merge->survivor, .done = done};
        return job_start(call, &start, &merge->job);
}

Status merging_now(Call *call, Merge *merge, int64_t *ret_job) {
        const Object *object = catalog_find(call->catalog, merge->object);
        bool more = true;
        if (!object)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(add_job(call, merge, true));
        MoveTo move = {.call = call, .object = object, .survivor = merge->survivor, .with = merge->with, .with_count = merge->with_count, .job = merge->job};
        while (more)
                TRY(move_some(&move, SLICE, &more));
        TRY(finish(call, merge, &move));
        *ret_job = merge->job;
        return STATUS_OK;
}

// ---- In slices

Status merging_start(Call *call, Merge *merge, int64_t *ret_job) {
        TRY(add_job(call, merge, false));
        *ret_job = merge->job;
        return STATUS_OK;
}

void *merging_copy(Arena *arena, void *from) {
        Merge *merge = arena_copy(arena, from, sizeof(Merge));
        merge->object = str_copy(arena, merge->object);
        merge->values = str_copy(arena, merge->values);
        merge->request = str_copy(arena, merge->request);
        merge->with = arena_copy(arena, merge->with, merge->with_count * sizeof *merge->with);
        return merge;
}

typedef struct Run { Job *job; Merge *merge; int64_t moved, sliced, total; bool more; } Run; // sliced: moved in the transaction that is being run

static Status begin_move(Call *call, const Run *run, MoveTo *ret) {
        const Object *object = catalog_find(call->catalog, run->merge->object);
        const Merge *merge = run->merge;
        if (!object)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        *ret = (MoveTo){.call = call, .object = object, .survivor = merge->survivor, .with = merge->with, .with_count = merge->with_count, .job = merge->job};
        return STATUS_OK;
}

static Status slice(Call *call, void *arg) {
        Run *run = arg;
        Record *survivor = NULL, **others = NULL;
        MoveTo move;
        TRY(begin_move(call, run, &move));
        Merge now = *run->merge;
        now.version = 0; // totals of what was moved make new ones
        TRY(load_all(call, move.object, &now, true, &survivor, &others));
        TRY(move_some(&move, SLICE, &run->more));
        run->sliced = move.moved;
        return STATUS_OK;
}

static Status count_all(Call *call, void *arg) {
        Run *run = arg;
        MoveTo move;
        TRY(begin_move(call, run, &move));
        return moved_count(&move, COUNTED_MOST, &run->total);
}

static Status last(Call *call, void *arg) {
        Run *run = arg;
        MoveTo move;
        bool more = true;
        Merge now = *run->merge;
        now.version = 0;
        TRY(begin_move(call, run, &move));
        while (more) // what came meanwhile
                TRY(move_some(&move, SLICE, &more));
        TRY(finish(call, &now, &move));
        return job_finish(run->job, call->db, str_format(call->context->arena, "{\"id\":%lld,\"moved\":%lld}", (long long)now.survivor, (long long)(run->moved + move.moved)));
}

Status merging_run(Job *job, void *arg) {
        Run run = {.job = job, .merge = arg, .more = true};
        run.merge->job = job->id;
        TRY(job_step(job, false, "api", count_all, &run));
        while (run.more) {
                TRY(job_step(job, true, "api", slice, &run));
                run.moved += run.sliced;
                if (!job_progress(job, run.moved, run.total > run.moved ? run.total : run.moved))
                        return error_set(&job->context, STATUS_CONFLICT, "cancelled");
        }
        return job_step(job, true, "api", last, &run);
}
