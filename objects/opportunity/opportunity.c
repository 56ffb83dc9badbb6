// An opportunity: its stage gives the probability and the dates; lost needs a reason; win, lose, reopen, transfer.
#include "objects/shared/assign.h"

static const Option *stage_of(const Record *record) {
        Value stage = record_value(record, "stage");
        return stage.kind == VALUE_TEXT ? field_option(record->object->stage, stage.text) : NULL;
}

static bool closed(const Option *stage) {
        return stage && (str_is(stage->outcome, "won") || str_is(stage->outcome, "lost"));
}

static Status check_lost(Call *call, const RecordChange *change, const Option *stage) {
        Value reason = record_value(change->after, "lost_reason");
        bool blank = reason.kind != VALUE_TEXT || str_empty(str_trim(reason.text));
        if (change->by_user && str_is(stage->outcome, "lost") && blank && str_is(call->source, "api"))
                (void)error_add(call->context, STR("lost_reason"), "required");
        return STATUS_OK;
}

static Status enter_stage(Call *call, RecordChange *change, const Option *stage) {
        Record *deal = change->after;
        const Field *probability = object_get(change->object, "probability");
        if (stage->has_probability && !change->given[probability->index])
                deal->values[probability->index] = value_number(stage->probability);
        record_set(deal, "stage_changed_at", value_datetime(call->context->now_ms));
        bool was_closed = change->before && closed(stage_of(change->before));
        if (closed(stage) && !was_closed) {
                record_set(deal, "closed_at", value_datetime(call->context->now_ms));
                if (value_is_null(record_value(deal, "close_date")))
                        record_set(deal, "close_date", value_date(zone_day(call->catalog->zone, call->context->now_ms)));
        }
        if (!closed(stage))
                record_set(deal, "closed_at", VALUE_NONE);
        if (!str_is(stage->outcome, "lost") && was_closed)
                record_set(deal, "lost_reason", VALUE_NONE);
        return check_lost(call, change, stage);
}

static Status before(Call *call, RecordChange *change) {
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        const Option *stage = stage_of(change->after);
        if (!stage || (change->before && value_eq(record_value(change->before, "stage"), record_value(change->after, "stage"))))
                return STATUS_OK;
        return enter_stage(call, change, stage);
}

// What stands in the input by now the caller named: of that his rights are asked.
static bool *asked_so_far(Call *call, const RecordInput *input) {
        return arena_copy(call->context->arena, input->given, sizeof(bool) * input->object->fields_count);
}

static Status move(Call *call, const Record *record, RecordInput *input, const bool *asked, const char *stage, const char *action) {
        record_input_set(input, "stage", value_text(str_from(stage)));
        WriteOptions options = {.as_system = true, .asked = asked, .action = str_from(action)};
        return record_update(call, record->object, record->id, input, &options);
}

// Takes an optional value; its error is collected.
static void take_optional(Call *call, const Json *body, const char *name, RecordInput *input) {
        const Json *value = json_get(body, name);
        const Field *field = object_get(input->object, name);
        if (value && field_read(call->context, field, field->name, value, &input->values[field->index]) == STATUS_OK)
                input->given[field->index] = true;
}

// win {"amount", "close_date"}: both optional.
static Status win(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        RecordInput *input = record_input_new(call->context->arena, record->object);
        take_optional(call, body, "amount", input);
        take_optional(call, body, "close_date", input);
        if (call->context->error.count)
                return STATUS_INVALID;
        return move(call, record, input, asked_so_far(call, input), "won", "win");
}

// lose {"lost_reason", "competitor"}: the reason is needed, and whoever may lose a deal may say why.
static Status lose(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        RecordInput *input = record_input_new(call->context->arena, record->object);
        Str reason = STR_NONE;
        Status reason_status = body_text(call->context, body, "lost_reason", &reason); // told together with the competitor's error
        take_optional(call, body, "competitor", input);
        if (reason_status != STATUS_OK || call->context->error.count)
                return STATUS_INVALID;
        const bool *asked = asked_so_far(call, input);
        record_input_set(input, "lost_reason", value_text(reason));
        return move(call, record, input, asked, "lost", "lose");
}

// reopen {"stage"}: to negotiation unless said otherwise.
static Status reopen(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        Str stage = json_str(body, "stage", STR("negotiation"));
        const Option *option = field_option(record->object->stage, stage);
        if (!option || option->retired || closed(option))
                return error_add(call->context, STR("stage"), "unknown_option", stage);
        RecordInput *input = record_input_new(call->context->arena, record->object);
        return move(call, record, input, NULL, str_c(call->context->arena, stage), "reopen");
}

static const Action actions[] = {
        {.name = "win", .needs = VERB_UPDATE, .run = win},
        {.name = "lose", .needs = VERB_UPDATE, .run = lose},
        {.name = "reopen", .needs = VERB_UPDATE, .run = reopen},
        {.name = "assign", .needs = VERB_UPDATE, .run = action_assign},
};

const ObjectModule opportunity_module = {.object = "opportunity", .before = before, .actions = actions, .actions_count = sizeof actions / sizeof *actions};
