// A task: its name is its title; finishing it notes when, and makes the next one of a repeated task; who was given it says so; reminders.
#include "base/date.h"
#include "objects/notification/notify.h"
#include "objects/shared/assign.h"
#include "objects/shared/remind.h"
#include "objects/task/checklist.h"

static bool is_done(Value status) {
        return status.kind == VALUE_TEXT && str_is(status.text, "done");
}

static bool same(const RecordChange *change, const char *field) {
        return change->before && value_eq(record_value(change->before, field), record_value(change->after, field));
}

static Status before(Call *call, RecordChange *change) {
        if (!change->after)
                return STATUS_OK;
        Record *task = change->after;
        const Field *title = object_get(change->object, "title"), *name = change->object->name_field;
        if (value_is_null(task->values[title->index]) && change->given[name->index])
                task->values[title->index] = task->values[name->index];
        task->values[name->index] = task->values[title->index];
        remind_again(change);
        bool done = is_done(record_value(task, "status")), was_done = change->before && is_done(record_value(change->before, "status"));
        if (done && !was_done && value_is_null(record_value(task, "completed_at")))
                record_set(task, "completed_at", value_datetime(call->context->now_ms));
        if (!done && was_done)
                record_set(task, "completed_at", VALUE_NONE);
        if (change->before && !same(change, "owner")) // somebody else has not seen it yet
                record_set(task, "acknowledged_at", VALUE_NONE);
        return same(change, "checklist") ? STATUS_OK : checklist_take(call->context, task);
}

// ---- Repeating

static int32_t next_day(Str repeat, int32_t day) {
        if (str_is(repeat, "weekly"))
                return day + 7;
        if (str_is(repeat, "monthly"))
                return date_add_months(day, 1);
        do {
                day++;
        } while (str_is(repeat, "weekdays") && date_weekday(day) > 5);
        return day;
}

// The same time of day, on the next day of the rhythm that is not past.
static Value moved(Call *call, Str repeat, Value at) {
        const Zone *zone = call->catalog->zone;
        int32_t day = zone_day(zone, at.ms);
        int32_t ms_of_day = (int32_t)(at.ms - zone_day_start(zone, day));
        int32_t today = zone_day(zone, call->context->now_ms), next = next_day(repeat, day);
        while (next < today)
                next = next_day(repeat, next);
        return value_datetime(zone_to_utc(zone, next, ms_of_day));
}

static Status repeat_task(Call *call, const Record *task) {
        static const char *const kept[] = {"title", "priority", "target", "description", "repeat", "owner"};
        Str repeat = record_value(task, "repeat").text;
        Value due = record_value(task, "due_at"), remind = record_value(task, "remind_at");
        Value next_due = moved(call, repeat, value_is_null(due) ? value_datetime(call->context->now_ms) : due);
        RecordInput *input = record_input_new(call->context->arena, task->object);
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
                record_input_set(input, kept[i], record_value(task, kept[i]));
        record_input_set(input, "due_at", next_due);
        record_input_set(input, "previous", value_int(task->id));
        if (remind.kind == VALUE_DATETIME && due.kind == VALUE_DATETIME)
                record_input_set(input, "remind_at", value_datetime(next_due.ms - (due.ms - remind.ms)));
        WriteOptions options = {.as_system = true, .action = STR("repeat")};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

static bool repeats_now(const RecordChange *change) {
        if (change->kind != CHANGE_UPDATE || value_is_null(record_value(change->after, "repeat")))
                return false;
        return is_done(record_value(change->after, "status")) && !is_done(record_value(change->before, "status"));
}

// Whoever is given a task by somebody else is told.
static Status after(Call *call, const RecordChange *change) {
        if (repeats_now(change))
                return repeat_task(call, change->after);
        Value owner = change->after ? record_value(change->after, "owner") : VALUE_NONE;
        bool by_cadence = change->after && !value_is_null(record_value(change->after, "cadence_step")); // with the record, of which he is told
        if (change->kind != CHANGE_CREATE || owner.kind != VALUE_INTEGER || by_cadence || !str_is(call->source, "api"))
                return STATUS_OK;
        return notify(call, owner.integer, NOTIFY_TASK, "notify.task", change->object, change->id, record_value(change->after, "name").text);
}

static Status minutely(Call *call) {
        return remind_due(call, "task", STR("t.status in ('open', 'doing')"), NULL);
}

// ---- Saying that it has arrived

static Status acknowledge(Call *call, const Record *task, const Json *body, JsonWriter *w) {
        (void)body, (void)w;
        Value owner = record_value(task, "owner"), giver = record_value(task, "created_by");
        if (owner.kind != VALUE_INTEGER || owner.integer != call->actor->user)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        RecordInput *input = record_input_new(call->context->arena, task->object);
        record_input_set(input, "acknowledged_at", value_datetime(call->context->now_ms));
        WriteOptions options = {.as_system = true, .action = STR("acknowledge")};
        TRY(record_update(call, task->object, task->id, input, &options));
        return notify(call, giver.integer, NOTIFY_TASK, "notify.acknowledged", task->object, task->id, record_value(task, "name").text);
}

static const Action actions[] = {{.name = "acknowledge", .needs = VERB_READ, .run = acknowledge}, {.name = "assign", .needs = VERB_UPDATE, .run = action_assign}};

const ObjectModule task_module = {.object = "task", .before = before, .after = after, .actions = actions, .actions_count = 2, .minutely = minutely};
