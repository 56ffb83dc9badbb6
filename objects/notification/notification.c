// Notifications: made by code only; whoever is told may mark them read.
#include "objects/notification/notify.h"
#include "base/unicode.h"

#define NAME_CHARACTERS 200

static Str kind_key(NotifyKind kind) {
        switch (kind) {
        case NOTIFY_MENTION:
                return STR("mention");
        case NOTIFY_ASSIGNED:
                return STR("assigned");
        case NOTIFY_TASK:
                return STR("task");
        case NOTIFY_REMINDER:
                return STR("reminder");
        case NOTIFY_COMMENT:
                return STR("comment");
        case NOTIFY_EVENT:
                return STR("event");
        case NOTIFY_SYSTEM:
                return STR("system");
        }
        return STR("system");
}

// The record's name as the one who is told may read it. What he may not see at all he is not told of: STR_NONE.
static Status name_for(Call *call, int64_t to, const Object *object, int64_t record, Str name, Str *ret) {
        Arena *arena = call->context->arena;
        Call theirs = *call;
        TRY(access_actor(call->context, call->actor->access, to, &theirs.actor));
        Status status = STATUS_OK;
        *ret = STR_NONE;
        if (!query_visible(&theirs, object, record, &status))
                return status;
        FieldRight right = actor_field(theirs.actor, object->name_field);
        Str known = right >= FIELD_READ ? name : right == FIELD_MASK ? mask_text(arena, object->name_field, actor_mask(theirs.actor, object->name_field), name) : STR_NONE;
        *ret = str_empty(known) ? str_format(arena, "#%lld", (long long)record) : known;
        return STATUS_OK;
}

static Str cut_name(Str text) {
        size_t offset = 0;
        for (int i = 0; i < NAME_CHARACTERS && offset < text.len; i++)
                utf8_next(text, &offset);
        return str_slice(text, 0, offset);
}

Status notify_with(Call *call, int64_t to, NotifyKind kind, const char *text_key, const Object *object, int64_t record, Str record_name, Str more) {
        const Person *person = access_person(call->actor->access, to);
        if (to == call->actor->user || !person || !person->active)
                return STATUS_OK;
        Str name = STR_NONE;
        TRY(name_for(call, to, object, record, record_name, &name));
        if (str_empty(name))
                return STATUS_OK;
        Arena *arena = call->context->arena;
        Str args[4] = {call->actor->name, label_text(&object->label, person->lang), name, more};
        Str text = text_format(arena, person->lang, text_key, args);
        RecordInput *input = record_input_new(arena, catalog_get(call->catalog, "notification"));
        record_input_set(input, "name", value_text(cut_name(text)));
        record_input_set(input, "text", value_text(text));
        record_input_set(input, "kind", value_text(kind_key(kind)));
        record_input_set(input, "target", value_text(str_format(arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)record)));
        record_input_set(input, "owner", value_int(to));
        if (call->actor->user)
                record_input_set(input, "sender", value_int(call->actor->user));
        WriteOptions options = {.as_system = true};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

Status notify(Call *call, int64_t to, NotifyKind kind, const char *text_key, const Object *object, int64_t record, Str record_name) {
        return notify_with(call, to, kind, text_key, object, record, record_name, STR_NONE);
}

const ObjectModule notification_module = {.object = "notification", .handover = HANDOVER_NEVER};
