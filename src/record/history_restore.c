// Giving fields their old values again: what stood in the history is written like what somebody types, with his rights, the object's rules and a history of its own.
#include "record/query_history.h"
#include "record/write.h"

static bool is_asked(const Json *fields, Str name) {
        for (size_t i = 0; fields && i < fields->count; i++)
                if (fields->items[i].kind == JSON_STRING && str_eq(fields->items[i].text, name))
                        return true;
        return fields == NULL;
}

static const Json *change_of(const Change *change, Str name) {
        const Json *item = change->changes ? json_find(change->changes, name) : NULL;
        return item && item->kind == JSON_ARRAY && item->count == 2 ? item : NULL;
}

static Status read_change(Call *call, const HistoryRestore *restore, Change *ret) {
        Change *found = NULL;
        size_t count = 0;
        Sql range = db_sql(call->db);
        Status status = STATUS_OK;
        if (!query_visible(call, restore->object, restore->id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        sql(&range, " and id = ");
        sql_int(&range, restore->change);
        TRY(changes_read(call, restore->object, restore->id, &range, false, 1, &found, &count));
        if (!count)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        *ret = found[0];
        return STATUS_OK;
}

// Whoever does not see a field does not learn here that it was changed.
static Status check_asked(Call *call, const HistoryRestore *restore, const Change *change) {
        const Json *fields = restore->fields;
        if (fields && (fields->kind != JSON_ARRAY || !fields->count))
                return error_add(call->context, STR("fields"), fields->kind == JSON_ARRAY ? "required" : "wrong_type", STR("array"));
        for (size_t i = 0; fields && i < fields->count; i++) {
                const Json *item = &fields->items[i];
                Str path = str_format(call->context->arena, "fields[%zu]", i);
                const Field *field = item->kind == JSON_STRING ? object_find(restore->object, item->text) : NULL;
                bool seen = field && !field->hidden && actor_field(call->actor, field) != FIELD_HIDE;
                if (!seen)
                        (void)error_add(call->context, path, "unknown_field", item->text);
                else if (!change_of(change, item->text))
                        (void)error_add(call->context, path, "not_changed_there");
        }
        return error_status(call->context);
}

static bool writable(Call *call, const Field *field) {
        return field && !field->hidden && !field->readonly && !field->type->computed && actor_field(call->actor, field) == FIELD_WRITE;
}

static Str values_json(Call *call, const HistoryRestore *restore, const Change *change) {
        Buf buf = buf_make(call->context->arena, 4u << 20);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        for (size_t i = 0; change->changes && i < change->changes->count; i++) {
                const Json *item = change_of(change, change->changes->items[i].key);
                const Field *field = object_find(restore->object, change->changes->items[i].key);
                bool wanted = item && field && is_asked(restore->fields, field->name);
                if (!wanted || (!restore->fields && !writable(call, field)))
                        continue;
                json_key(&w, field->name);
                json_add_tree(&w, &item->items[restore->after ? 1 : 0]);
        }
        json_close_object(&w);
        return buf_str(&buf);
}

Status history_value_restore(Call *call, const HistoryRestore *restore) {
        Change change = {0};
        Json *values = NULL;
        RecordInput *input = NULL;
        WriteOptions options = {.version = restore->version, .action = STR("restore_value")};
        TRY(read_change(call, restore, &change));
        TRY(check_asked(call, restore, &change));
        TRY(json_parse(call->context, values_json(call, restore, &change), 40, &values));
        if (!values->count)
                return error_set(call->context, STATUS_CONFLICT, "nothing_to_restore");
        Status status = record_input(call->context, restore->object, values, STR_NONE, &input);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        return record_update(call, restore->object, restore->id, input, &options);
}
