// What a bulk change is asked to do: taking the body apart, the rights that can be asked for before any record is touched, and which records it is about.
#include "flow/bulk.h"
#include "record/bulk.h"
#include <stdlib.h>

#define BODY_CAP (8u << 20)

static const struct { const char *name; BulkOp op; } ops[] = {
        {"update", BULK_UPDATE}, {"delete", BULK_DELETE}, {"restore", BULK_RESTORE}, {"action", BULK_ACTION}, {"tag", BULK_TAG},
};

static Str json_text(Arena *arena, const Json *json) {
        Buf buf = buf_make(arena, BODY_CAP);
        JsonWriter w = json_writer(&buf);
        json_add_tree(&w, json);
        return buf_str(&buf);
}

// ---- Which records

static int compare_ids(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

// In one order whoever asks: two jobs over the same records then wait for each other in turn.
static void sort_ids(Bulk *bulk) {
        size_t kept = 0;
        if (bulk->count)
                qsort(bulk->ids, bulk->count, sizeof *bulk->ids, compare_ids);
        for (size_t i = 0; i < bulk->count; i++)
                if (!i || bulk->ids[i] != bulk->ids[kept - 1])
                        bulk->ids[kept++] = bulk->ids[i];
        bulk->count = kept;
}

static Status too_many(Context *context) {
        return error_add(context, STR_NONE, "bulk_too_many", str_format(context->arena, "%d", BULK_LARGEST));
}

static Status find_records(Call *call, const Object *object, const Json *body, Bulk *bulk) {
        Context *context = call->context;
        const Json *ids = json_get(body, "ids");
        bool by_question = json_get(body, "filter") || json_get(body, "q");
        if ((ids != NULL) == by_question)
                return error_add(context, STR("ids"), "ids_or_filter");
        RecordQuery query = {.object = object, .deleted = bulk->op == BULK_RESTORE};
        TRY(text_take(context, body, "filter", &query.filter));
        TRY(text_take(context, body, "q", &query.q));
        if (ids)
                TRY(ids->kind == JSON_ARRAY && ids->count > BULK_LARGEST ? too_many(context) : ids_take(context, ids, BULK_LARGEST, &bulk->ids, &bulk->count));
        else
                TRY(query_ids(call, &query, BULK_LARGEST + 1, &bulk->ids, &bulk->count));
        if (bulk->count > BULK_LARGEST)
                return too_many(context);
        sort_ids(bulk);
        return STATUS_OK;
}

// ---- What is done to them

// A field that can be written in none of the records is refused at once; whether it can be in each of them the pipeline asks.
static void check_member(Call *call, const Object *object, const Json *member) {
        const Field *field = object_find(object, member->key);
        Str path = str_format(call->context->arena, "values." STR_FMT, STR_ARG(member->key));
        FieldRight right = field && !field->hidden ? actor_field(call->actor, field) : FIELD_HIDE;
        bool common = field && field->system && field->role != FIELD_NAME && field->role != FIELD_OWNER;
        if (right == FIELD_HIDE)
                (void)error_add(call->context, path, "unknown_field", member->key);
        else if (right != FIELD_WRITE || field->readonly || field->type->computed || common)
                (void)error_add(call->context, path, "read_only");
}

static Status take_values(Call *call, const Object *object, const Json *body, Bulk *bulk) {
        const Json *values = json_get(body, "values");
        if (!values || values->kind != JSON_OBJECT || !values->count)
                return error_add(call->context, STR("values"), "required");
        size_t errors = call->context->error.count;
        for (size_t i = 0; i < values->count; i++)
                check_member(call, object, &values->items[i]);
        if (call->context->error.count > errors)
                return STATUS_INVALID;
        RecordInput *input = NULL;
        TRY(record_input(call->context, object, values, STR("values."), &input));
        bulk->values = json_text(call->context->arena, values);
        return STATUS_OK;
}

static Status take_action(Call *call, const Object *object, const Json *body, Bulk *bulk) {
        const Json *more = json_get(body, "body");
        bool known = false;
        TRY(text_take(call->context, body, "action", &bulk->action));
        for (size_t i = 0; i < object->actions_count; i++)
                known |= str_eq(object->actions[i].name, bulk->action);
        if (!known)
                return error_add(call->context, STR("action"), "unknown_action", bulk->action);
        if (!actor_may_act(call->actor, object, bulk->action))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (more && more->kind != JSON_OBJECT && more->kind != JSON_NULL)
                return error_add(call->context, STR("body"), "wrong_type", STR("object"));
        bulk->values = more && more->kind == JSON_OBJECT ? json_text(call->context->arena, more) : STR_NONE;
        bulk->undo = str_is(bulk->action, ACTION_ASSIGN) || str_is(bulk->action, ACTION_RELEASE);
        return STATUS_OK;
}

static Status take_words(Call *call, const Field *field, const Json *body, const char *member, const Str **ret, size_t *ret_count) {
        Context *context = call->context;
        const Json *list = json_get(body, member);
        if (!list || list->kind == JSON_NULL)
                return STATUS_OK;
        if (list->kind != JSON_ARRAY)
                return error_add(context, str_from(member), "wrong_type", STR("tags"));
        Value value = VALUE_NONE; // read as the field's own, so that what is added is as good as if it were written
        TRY(field_read(context, field, str_from(member), list, &value));
        Json *words = NULL;
        if (value_is_null(value))
                return STATUS_OK;
        TRY(json_parse(context, value.text, 2, &words));
        Str *texts = arena_array(context->arena, Str, words->count);
        for (size_t i = 0; i < words->count; i++)
                texts[i] = words->items[i].text;
        *ret = texts;
        *ret_count = words->count;
        return STATUS_OK;
}

static const Field *tags_field(Call *call, const Object *object, Str name) {
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                bool named = str_empty(name) || str_eq(field->name, name);
                if (named && strcmp(field->type->name, "tags") == 0 && !field->hidden && actor_field(call->actor, field) == FIELD_WRITE && !field->readonly)
                        return field;
        }
        return NULL;
}

static Status take_tags(Call *call, const Object *object, const Json *body, Bulk *bulk) {
        TRY(text_take(call->context, body, "field", &bulk->field));
        const Field *field = tags_field(call, object, bulk->field);
        if (!field)
                return error_add(call->context, STR("field"), "no_tags");
        bulk->field = field->name;
        TRY(take_words(call, field, body, "add", &bulk->add, &bulk->add_count));
        TRY(take_words(call, field, body, "remove", &bulk->remove, &bulk->remove_count));
        return bulk->add_count + bulk->remove_count ? STATUS_OK : error_add(call->context, STR("add"), "required");
}

static Status take_op(Call *call, const Object *object, const Json *body, Bulk *bulk) {
        Str op = STR_NONE;
        size_t at = 0, count = sizeof ops / sizeof *ops;
        TRY(text_take(call->context, body, "op", &op));
        while (at < count && !str_is(op, ops[at].name))
                at++;
        if (at == count)
                return error_add(call->context, STR("op"), "unknown_bulk_op");
        bulk->op = ops[at].op;
        bulk->undo = bulk->op != BULK_ACTION;
        Verb verb = bulk->op == BULK_DELETE || bulk->op == BULK_RESTORE ? VERB_DELETE : VERB_UPDATE;
        if (bulk->op == BULK_ACTION)
                return take_action(call, object, body, bulk);
        if (!actor_may(call->actor, object, verb))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (bulk->op == BULK_UPDATE)
                return take_values(call, object, body, bulk);
        return bulk->op == BULK_TAG ? take_tags(call, object, body, bulk) : STATUS_OK;
}

// Everything but the ids, of which there may be many; how many records it was about instead.
static Str request_json(Call *call, const Json *body, const Bulk *bulk) {
        static const char *const members[] = {"op", "values", "action", "body", "field", "add", "remove", "filter", "q"};
        Buf buf = buf_make(call->context->arena, BODY_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", bulk->object);
        json_put_int(&w, "count", (int64_t)bulk->count);
        json_put_members(&w, body, members, sizeof members / sizeof *members);
        json_close_object(&w);
        return buf_str(&buf);
}

Status bulk_take(Call *call, const Object *object, const Json *body, Bulk *ret) {
        Bulk bulk = {.object = object->name};
        if (!actor_may(call->actor, object, VERB_READ))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(take_op(call, object, body, &bulk));
        TRY(find_records(call, object, body, &bulk));
        bulk.request = request_json(call, body, &bulk);
        *ret = bulk;
        return STATUS_OK;
}

Status bulk_start(Call *call, const Bulk *bulk, int64_t *ret_job) {
        JobStart start = {.kind = "bulk", .request = bulk->request};
        if (bulk->undo)
                start.undo_until_ms = call->context->now_ms + BULK_UNDO_DAYS * 86400000LL;
        return job_start(call, &start, ret_job);
}

static const Str *copy_words(Arena *arena, const Str *words, size_t count) {
        Str *copy = arena_array(arena, Str, count + 1);
        for (size_t i = 0; i < count; i++)
                copy[i] = str_copy(arena, words[i]);
        return copy;
}

void *bulk_copy(Arena *arena, void *from) {
        Bulk *bulk = arena_copy(arena, from, sizeof(Bulk));
        bulk->object = str_copy(arena, bulk->object);
        bulk->ids = bulk->count ? arena_copy(arena, bulk->ids, bulk->count * sizeof *bulk->ids) : NULL;
        bulk->values = str_copy(arena, bulk->values);
        bulk->action = str_copy(arena, bulk->action);
        bulk->field = str_copy(arena, bulk->field);
        bulk->add = copy_words(arena, bulk->add, bulk->add_count);
        bulk->remove = copy_words(arena, bulk->remove, bulk->remove_count);
        bulk->request = STR_NONE;
        return bulk;
}
