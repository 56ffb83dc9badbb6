// Handing a record to another colleague, and taking values out of action bodies.
#include "objects/shared/assign.h"
#include "objects/notification/notify.h"

bool json_is_id(const Json *json, int64_t *ret) {
        if (json && json->kind == JSON_OBJECT)
                json = json_get(json, "id");
        return json && json->kind == JSON_NUMBER && str_to_int64(json->text, ret) && *ret > 0;
}

Status body_id(Context *context, const Json *body, const char *member, int64_t *ret) {
        const Json *json = json_get(body, member);
        if (!json || json->kind == JSON_NULL)
                return error_add(context, str_from(member), "required");
        return json_is_id(json, ret) ? STATUS_OK : error_add(context, str_from(member), "wrong_type");
}

Status body_text(Context *context, const Json *body, const char *member, Str *ret) {
        const Json *json = json_get(body, member);
        if (json && json->kind != JSON_STRING && json->kind != JSON_NULL)
                return error_add(context, str_from(member), "wrong_type");
        *ret = json ? str_trim(json->text) : STR_NONE;
        return str_empty(*ret) ? error_add(context, str_from(member), "required") : STATUS_OK;
}

Status action_assign(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        int64_t owner = 0;
        TRY(body_id(call->context, body, "owner", &owner));
        const Person *person = access_person(call->actor->access, owner);
        if (!person)
                return error_add(call->context, STR("owner"), "reference_missing");
        if (!person->active)
                return error_add(call->context, STR("owner"), "owner_inactive");
        RecordInput *input = record_input_new(call->context->arena, record->object);
        record_input_set(input, "owner", value_int(owner));
        WriteOptions options = {.as_system = true, .action = STR("assign")};
        TRY(record_update(call, record->object, record->id, input, &options));
        return notify(call, owner, NOTIFY_ASSIGNED, "notify.assigned", record->object, record->id, record_value(record, "name").text);
}
