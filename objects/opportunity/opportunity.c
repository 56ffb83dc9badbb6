// An opportunity: its stage gives the probability and the dates; lost needs a reason; a sales mode says which stages there are and what they ask; win, lose, reopen, transfer.
#include "base/date.h"
#include "objects/risk_rule/risk.h"
#include "objects/sales_mode/process.h"
#include "objects/shared/assign.h"
#include "objects/tier_model/tier.h"

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

// The mode's own probability goes before the option's.
static void take_probability(RecordChange *change, const Option *option, const Stage *stage) {
        const Field *probability = object_get(change->object, "probability");
        if (change->given[probability->index])
                return;
        if (stage && stage->has_probability)
                change->after->values[probability->index] = value_number(stage->probability);
        else if (option->has_probability)
                change->after->values[probability->index] = value_number(option->probability);
}

static void enter_stage(Call *call, RecordChange *change, const Option *stage) {
        Record *deal = change->after;
        record_set(deal, "stage_changed_at", value_datetime(call->context->now_ms));
        bool was_closed = change->before && closed(stage_of(change->before));
        if (closed(stage) && !was_closed) {
                record_set(deal, "closed_at", value_datetime(call->context->now_ms));
                if (value_is_null(record_value(deal, "close_date")))
                        record_set(deal, "close_date", value_date(zone_day(call->catalog->zone, call->context->now_ms)));
        }
        if (!closed(stage))
                record_set(deal, "closed_at", VALUE_NONE);
        if (!str_is(stage->outcome, "lost") && was_closed) {
                record_set(deal, "lost_reason", VALUE_NONE);
                record_set(deal, "lost_category", VALUE_NONE);
        }
}

// Until when it may be in its stage, counted from when it came.
static void take_due(Call *call, RecordChange *change, const Mode *mode) {
        Value key = record_value(change->after, "stage"), since = record_value(change->after, "stage_changed_at");
        const Stage *stage = mode && key.kind == VALUE_TEXT ? mode_stage(mode, key.text) : NULL;
        bool limited = stage && stage->max_days && since.kind == VALUE_DATETIME;
        record_set(change->after, "stage_due", limited ? value_date(zone_day(call->catalog->zone, since.ms) + (int32_t)stage->max_days) : VALUE_NONE);
}

static bool same(const RecordChange *change, const char *field) {
        return change->before && value_eq(record_value(change->before, field), record_value(change->after, field));
}

static Status before(Call *call, RecordChange *change) {
        Mode *mode = NULL;
        if (!change->after || change->kind == CHANGE_RESTORE || (same(change, "stage") && same(change, "mode")))
                return STATUS_OK;
        TRY(process_take_mode(call, change, &mode));
        const Option *stage = stage_of(change->after);
        bool bound = change->by_user || str_is(call->source, "import");
        if (stage && !same(change, "stage")) {
                take_probability(change, stage, mode ? mode_stage(mode, stage->key) : NULL);
                enter_stage(call, change, stage);
                TRY(check_lost(call, change, stage));
        }
        take_due(call, change, mode);
        return stage && mode && bound ? process_ask(call, change, mode) : STATUS_OK;
}

static Status after(Call *call, const RecordChange *change) {
        TRY(process_entered(call, change));
        if (change->after && !call->quiet) // of what is loaded in bulk it is asked afterwards
                TRY(risk_renew(call, change->after));
        return tier_follow_customer(call, change, "customer"); // what its customer bought may have changed
}

// What stands in the input by now the caller named: of that his rights are asked.
static bool *asked_so_far(Call *call, const RecordInput *input) {
        return arena_copy(call->context->arena, input->given, sizeof(bool) * input->object->fields_count);
}

// Like a write of the caller's: what the mode asks before this is asked of whoever runs the action too.
static Status ask(Call *call, const Record *record, const RecordInput *input, const Mode *mode) {
        Record after = *record;
        after.values = arena_copy(call->context->arena, record->values, sizeof(Value) * record->object->fields_count);
        for (size_t i = 0; i < record->object->fields_count; i++)
                if (input->given[i])
                        after.values[i] = input->values[i];
        RecordChange change = {.kind = CHANGE_UPDATE, .object = record->object, .id = record->id, .before = record, .after = &after, .given = input->given};
        return mode ? process_ask(call, &change, mode) : STATUS_OK;
}

static Status move(Call *call, const Record *record, RecordInput *input, const bool *asked, Str stage, const char *action) {
        Mode *mode = NULL;
        record_input_set(input, "stage", value_text(stage));
        TRY(mode_of(call, record, &mode));
        TRY(ask(call, record, input, mode));
        if (call->context->error.count)
                return STATUS_INVALID;
        WriteOptions options = {.as_system = true, .asked = asked, .action = str_from(action)};
        return record_update(call, record->object, record->id, input, &options);
}

// The mode's own end, or the usual one.
static Status end_of(Call *call, const Record *record, const char *outcome, Str *ret) {
        Mode *mode = NULL;
        TRY(mode_of(call, record, &mode));
        const Stage *stage = mode ? mode_first(mode, outcome) : NULL;
        *ret = stage ? stage->key : str_from(outcome);
        return STATUS_OK;
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
        Str stage = STR_NONE;
        RecordInput *input = record_input_new(call->context->arena, record->object);
        take_optional(call, body, "amount", input);
        take_optional(call, body, "close_date", input);
        const bool *asked = asked_so_far(call, input);
        TRY(end_of(call, record, "won", &stage));
        return move(call, record, input, asked, stage, "win");
}

// lose {"lost_reason", "competitor", "lost_category"}: the reason is needed, and whoever may lose a deal may say why.
static Status lose(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        RecordInput *input = record_input_new(call->context->arena, record->object);
        Str reason = STR_NONE, stage = STR_NONE;
        Status reason_status = body_text(call->context, body, "lost_reason", &reason); // told together with the others' errors
        (void)reason_status;
        take_optional(call, body, "competitor", input);
        const bool *asked = asked_so_far(call, input);
        take_optional(call, body, "lost_category", input);
        record_input_set(input, "lost_reason", value_text(reason));
        TRY(end_of(call, record, "lost", &stage));
        return move(call, record, input, asked, stage, "lose");
}

// Where a deal goes that is opened again: to where it was closed from, in a mode, else to negotiation.
static Status reopened(Call *call, const Record *record, const Mode *mode, Str *ret) {
        const Stage *stage = NULL;
        *ret = STR("negotiation");
        if (!mode)
                return STATUS_OK;
        TRY(stage_before_close(call, mode, record, &stage));
        if (!stage || stage->retired)
                stage = mode_first(mode, "open");
        *ret = stage ? stage->key : *ret;
        return STATUS_OK;
}

// reopen {"stage"}
static Status reopen(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)w;
        Mode *mode = NULL;
        Str usual = STR_NONE;
        TRY(mode_of(call, record, &mode));
        TRY(reopened(call, record, mode, &usual));
        Str stage = json_str(body, "stage", usual);
        const Option *option = field_option(record->object->stage, stage);
        if (!option || option->retired || closed(option))
                return error_add(call->context, STR("stage"), "unknown_option", stage);
        RecordInput *input = record_input_new(call->context->arena, record->object);
        return move(call, record, input, NULL, stage, "reopen");
}

static const Action actions[] = {
        {.name = "win", .needs = VERB_UPDATE, .run = win},
        {.name = "lose", .needs = VERB_UPDATE, .run = lose},
        {.name = "reopen", .needs = VERB_UPDATE, .run = reopen},
        {.name = "assign", .needs = VERB_UPDATE, .run = action_assign},
};

const ObjectModule opportunity_module = {.object = "opportunity", .before = before, .after = after, .actions = actions, .actions_count = sizeof actions / sizeof *actions};
