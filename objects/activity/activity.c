// A follow-up: named after its content, and it sets when its record was last followed up and when it is due next, and where it counts the clock of the record.
#include "base/unicode.h"
#include "objects/assignment_rule/response.h"
#include "objects/pool/pool.h"
#include "record/write.h"

#define NAME_CHARACTERS 60

static Str name_from(Str content) {
        Str line = str_trim(content), head = STR_NONE;
        if (str_cut(&line, '\n', &head))
                line = str_trim(head);
        size_t at = 0;
        for (int i = 0; i < NAME_CHARACTERS && at < line.len; i++)
                (void)utf8_next(line, &at);
        return str_slice(line, 0, at);
}

static Status before(Call *call, RecordChange *change) {
        (void)call;
        if (!change->after)
                return STATUS_OK;
        Value content = record_value(change->after, "content");
        bool named = change->given[change->object->name_field->index] && !value_is_null(record_value(change->after, "name"));
        bool fresh = !change->before || !value_eq(content, record_value(change->before, "content"));
        if (fresh && !named && content.kind == VALUE_TEXT)
                record_set(change->after, "name", value_text(name_from(content.text)));
        return STATUS_OK;
}

static bool target_of(const Call *call, const Record *record, const Object **ret_object, int64_t *ret_id) {
        Value target = record_value(record, "target");
        Str rest = target.kind == VALUE_TEXT ? target.text : STR_NONE, name = STR_NONE;
        (void)str_cut(&rest, ':', &name);
        *ret_object = catalog_find(call->catalog, name);
        return *ret_object && str_to_int64(rest, ret_id);
}

// An older follow-up entered late does not turn the clock back.
static void take_later(RecordInput *input, const Record *target, const char *field, Value at) {
        const Field *found = object_find(input->object, str_from(field));
        if (!found || value_is_null(at))
                return;
        Value known = target->values[found->index];
        if (value_is_null(known) || known.ms < at.ms)
                record_input_set(input, field, at);
}

static bool any_given(const RecordInput *input) {
        for (size_t i = 0; i < input->object->fields_count; i++)
                if (input->given[i])
                        return true;
        return false;
}

// A text that is added later counts from when it was entered for; the rest is told when the follow-up is made.
static Status touch_target(Call *call, const Record *activity, bool made) {
        const Object *object = NULL;
        int64_t id = 0;
        if (!target_of(call, activity, &object, &id))
                return STATUS_OK;
        Record *target = NULL;
        TRY(record_read_row(call, object, id, false, true, &target));
        if (!target) // in the bin: what is said of it there moves nothing
                return STATUS_OK;
        RecordInput *input = record_input_new(call->context->arena, object);
        Value next = made ? record_value(activity, "next_at") : VALUE_NONE, counts = VALUE_NONE;
        if (made)
                take_later(input, target, "last_followed_at", record_value(activity, "at"));
        TRY(pooled_followed(call, activity, object, &counts));
        if (!value_is_null(target->values[object->owner->index]))
                take_later(input, target, "clock_at", counts);
        if (object_find(object, STR("next_follow_up")) && !value_is_null(next))
                record_input_set(input, "next_follow_up", next);
        const Field *status = object_find(object, STR("status"));
        if (made && status && str_is(object->name, "lead") && str_is(target->values[status->index].text, "new"))
                record_input_set(input, "status", value_text(STR("contacted")));
        if (made)
                response_note(call, target, input);
        if (!any_given(input))
                return STATUS_OK;
        WriteOptions options = {.as_system = true, .action = STR("follow_up")};
        return record_update(call, object, id, input, &options);
}

static Status after(Call *call, const RecordChange *change) {
        bool retold = change->kind == CHANGE_UPDATE && !value_eq(record_value(change->before, "content"), record_value(change->after, "content"));
        return change->kind == CHANGE_CREATE || retold ? touch_target(call, change->after, change->kind == CHANGE_CREATE) : STATUS_OK;
}

const ObjectModule activity_module = {.object = "activity", .handover = HANDOVER_STAYS, .before = before, .after = after};
