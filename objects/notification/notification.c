// Notifications: made by code only; whoever is told may mark them read.
#include "objects/notification/notify.h"

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
        }
        return STR("system");
}

// A record that somebody may not see is not told of either: its name would be.
static Status may_be_told(Call *call, int64_t to, const Object *object, int64_t record, bool *ret) {
        Call theirs = *call;
        TRY(access_actor(call->context, call->actor->access, to, &theirs.actor));
        Status status = STATUS_OK;
        *ret = query_visible(&theirs, object, record, &status);
        return status;
}

Status notify(Call *call, int64_t to, NotifyKind kind, const char *text_key, const Object *object, int64_t record, Str record_name) {
        const Person *person = access_person(call->actor->access, to);
        if (to == call->actor->user || !person || !person->active)
                return STATUS_OK;
        bool visible = false;
        TRY(may_be_told(call, to, object, record, &visible));
        if (!visible)
                return STATUS_OK;
        Arena *arena = call->context->arena;
        Str args[4] = {call->actor->name, label_text(&object->label, person->lang), record_name, STR_NONE};
        Str text = text_format(arena, person->lang, text_key, args);
        RecordInput *input = record_input_new(arena, catalog_get(call->catalog, "notification"));
        record_input_set(input, "name", value_text(str_slice(text, 0, 200)));
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

const ObjectModule notification_module = {.object = "notification"};
