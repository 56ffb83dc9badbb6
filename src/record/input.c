// What a caller wants to write, before the database is asked: types, lengths, options, unknown and computed fields. Runs on worker threads.
#include "base/unicode.h"
#include "record/record.h"

RecordInput *record_input_new(Arena *arena, const Object *object) {
        RecordInput *input = arena_new_of(arena, RecordInput);
        input->object = object;
        input->values = arena_array(arena, Value, object->fields_count);
        input->given = arena_array(arena, bool, object->fields_count);
        input->failed = arena_array(arena, bool, object->fields_count);
        input->sort_keys = arena_array(arena, Str, object->fields_count);
        return input;
}

void record_input_set(RecordInput *input, const char *field, Value value) {
        const Field *target = object_get(input->object, field);
        input->values[target->index] = value;
        input->given[target->index] = true;
}

static void read_member(Context *context, RecordInput *input, Str prefix, const Json *member) {
        Str path = str_format(context->arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(member->key));
        const Field *field = object_find(input->object, member->key);
        if (!field || field->hidden) {
                (void)error_add(context, path, "unknown_field", member->key);
                return;
        }
        input->given[field->index] = true;
        if (field->type->computed || field->role == FIELD_ID || field->role == FIELD_VERSION) {
                input->failed[field->index] = true;
                (void)error_add(context, path, "read_only");
                return;
        }
        if (field_read(context, field, path, member, &input->values[field->index]) != STATUS_OK) {
                input->failed[field->index] = true;
                input->values[field->index] = VALUE_NONE;
                return;
        }
        if (field->sort_column.len && input->values[field->index].kind == VALUE_TEXT)
                input->sort_keys[field->index] = text_sort_key(context->arena, input->values[field->index].text);
}

Status record_input(Context *context, const Object *object, const Json *values, Str path_prefix, RecordInput **ret) {
        RecordInput *input = record_input_new(context->arena, object);
        *ret = input;
        if (!values || values->kind != JSON_OBJECT)
                return error_set(context, STATUS_MALFORMED, "object_expected");
        size_t errors = context->error.count;
        for (size_t i = 0; i < values->count; i++)
                read_member(context, input, path_prefix, &values->items[i]);
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}
