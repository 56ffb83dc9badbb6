// The bulk change itself: one record after the other through the record pipeline, and what it changed kept for undoing.
#include "flow/bulk.h"
#include "flow/bulk_change.h"
#include "flow/slices.h"
#include "record/write.h"

#define VALUES_DEPTH 32

typedef struct Run {
        Bulk *bulk;
        int64_t job;
        // of the transaction
        Json *body;
        RecordInput *input;
        const Field *tags;
} Run;

static Status begin(Slices *slices, Call *call) {
        Run *run = slices->self;
        Bulk *bulk = run->bulk;
        if (bulk->op == BULK_ACTION || bulk->op == BULK_UPDATE) {
                run->body = NULL;
                if (bulk->values.len)
                        TRY(json_parse(call->context, bulk->values, VALUES_DEPTH, &run->body));
        }
        if (bulk->op == BULK_UPDATE)
                TRY(record_input(call->context, slices->object, run->body, STR_NONE, &run->input));
        run->tags = bulk->op == BULK_TAG ? object_find(slices->object, bulk->field) : NULL;
        if (bulk->op == BULK_TAG && !run->tags)
                return error_set(call->context, STATUS_CONFLICT, "no_tags");
        return STATUS_OK;
}

// ---- Tags

static bool is_among(const Str *words, size_t count, Str word) {
        for (size_t i = 0; i < count; i++)
                if (str_eq(words[i], word))
                        return true;
        return false;
}

static Status tags_of(Call *call, const Run *run, Value before, Value *ret) {
        const Bulk *bulk = run->bulk;
        Context *context = call->context;
        Json *old = NULL, *list = NULL;
        Buf buf = buf_make(context->arena, 1 << 20);
        JsonWriter w = json_writer(&buf);
        if (before.kind == VALUE_TEXT)
                TRY(json_parse(context, before.text, 2, &old));
        json_open_array(&w);
        for (size_t i = 0; old && i < old->count; i++)
                if (!is_among(bulk->remove, bulk->remove_count, old->items[i].text) && !is_among(bulk->add, bulk->add_count, old->items[i].text))
                        json_add_str(&w, old->items[i].text);
        for (size_t i = 0; i < bulk->add_count; i++)
                json_add_str(&w, bulk->add[i]);
        json_close_array(&w);
        TRY(json_parse(context, buf_str(&buf), 2, &list));
        return field_read(context, run->tags, run->tags->name, list, ret); // not more than a record may have
}

static bool has_all(const Json *old, const Str *words, size_t count) {
        for (size_t i = 0; i < count; i++) {
                bool found = false;
                for (size_t k = 0; old && k < old->count; k++)
                        found |= str_eq(old->items[k].text, words[i]);
                if (!found)
                        return false;
        }
        return true;
}

static Status write_tags(Call *call, const Run *run, const Record *before) {
        RecordInput *input = record_input_new(call->context->arena, before->object);
        Value value = before->values[run->tags->index];
        Json *old = NULL;
        bool any_removed = false;
        if (value.kind == VALUE_TEXT)
                TRY(json_parse(call->context, value.text, 2, &old));
        for (size_t i = 0; old && i < old->count; i++)
                any_removed |= is_among(run->bulk->remove, run->bulk->remove_count, old->items[i].text);
        if (any_removed || !has_all(old, run->bulk->add, run->bulk->add_count)) // else they stay in their order
                TRY(tags_of(call, run, value, &value));
        record_input_set(input, str_c(call->context->arena, run->tags->name), value);
        WriteOptions options = {.action = STR("bulk")};
        return record_update(call, before->object, before->id, input, &options);
}

// ---- One record

static Status act(Call *call, const Run *run, const Object *object, int64_t id) {
        Buf answer = buf_make(call->context->arena, 4u << 20); // of a single action; nobody asks for it here
        JsonWriter w = json_writer(&answer);
        return record_action(call, object, id, run->bulk->action, run->body, 0, &w);
}

static Status write_one(Call *call, const Run *run, const Record *before, const Object *object, int64_t id) {
        WriteOptions options = {.action = STR("bulk")};
        switch (run->bulk->op) {
        case BULK_UPDATE:
                return record_update(call, object, id, run->input, &options);
        case BULK_DELETE:
                return record_delete(call, object, id, &options);
        case BULK_RESTORE:
                return record_restore(call, object, id);
        case BULK_ACTION:
                return act(call, run, object, id);
        case BULK_TAG:
                return write_tags(call, run, before);
        }
        return STATUS_INTERNAL;
}

// What the job did to it, read off the rows before and after: what hooks changed along belongs to it.
static Status keep(Call *call, const Run *run, const Record *before, const Object *object, int64_t id) {
        BulkChange change = {.job = run->job, .record = id, .changes = STR("{}")};
        if (run->bulk->op == BULK_DELETE) {
                change.kind = CHANGE_DELETE;
                change.version = before->version + 1;
                return bulk_change_add(call, object, &change);
        }
        Record *after = NULL;
        TRY(record_read_row(call, object, id, false, false, &after));
        if (!after || after->version == before->version)
                return STATUS_OK;
        change.version = after->version;
        change.kind = run->bulk->op == BULK_RESTORE ? CHANGE_RESTORE : CHANGE_UPDATE;
        if (change.kind == CHANGE_UPDATE)
                change.changes = bulk_difference(call->context->arena, before, after);
        return change.changes.len ? bulk_change_add(call, object, &change) : STATUS_OK;
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Run *run = slices->self;
        const Object *object = slices->object;
        bool in_bin = run->bulk->op == BULK_RESTORE, asks_itself = in_bin || run->bulk->op == BULK_ACTION;
        Status status = STATUS_OK;
        Record *before = NULL;
        (void)ret_note;
        if (!asks_itself && !query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        if (run->bulk->undo)
                TRY(record_read_row(call, object, id, in_bin, true, &before));
        if (run->bulk->undo && !before)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(write_one(call, run, before, object, id));
        return run->bulk->undo ? keep(call, run, before, object, id) : STATUS_OK;
}

Status bulk_run(Job *job, void *arg) {
        Bulk *bulk = arg;
        Run run = {.bulk = bulk, .job = job->id};
        Slices slices = {.job = job, .object_name = bulk->object, .ids = bulk->ids, .count = bulk->count, .self = &run, .begin = begin, .one = one};
        return slices_run(&slices);
}
