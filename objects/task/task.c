// A task: its name is its title; finishing it notes when.
#include "objects/notification/notify.h"
#include "objects/shared/assign.h"

static bool is_done(Value status) {
        return status.kind == VALUE_TEXT && str_is(status.text, "done");
}

static Status before(Call *call, RecordChange *change) {
        if (!change->after)
                return STATUS_OK;
        Record *task = change->after;
        const Field *title = object_get(change->object, "title"), *name = change->object->name_field;
        if (value_is_null(task->values[title->index]) && change->given[name->index])
                task->values[title->index] = task->values[name->index];
        task->values[name->index] = task->values[title->index];
        bool done = is_done(record_value(task, "status")), was_done = change->before && is_done(record_value(change->before, "status"));
        if (done && !was_done && value_is_null(record_value(task, "completed_at")))
                record_set(task, "completed_at", value_datetime(call->context->now_ms));
        if (!done && was_done)
                record_set(task, "completed_at", VALUE_NONE);
        return STATUS_OK;
}

// Whoever is given a task by somebody else is told.
static Status after(Call *call, const RecordChange *change) {
        Value owner = change->after ? record_value(change->after, "owner") : VALUE_NONE;
        if (change->kind != CHANGE_CREATE || owner.kind != VALUE_INTEGER || !str_is(call->source, "api"))
                return STATUS_OK;
        return notify(call, owner.integer, NOTIFY_TASK, "notify.task", change->object, change->id, record_value(change->after, "name").text);
}

static const Action actions[] = {{"assign", VERB_UPDATE, action_assign}};

const ObjectModule task_module = {.object = "task", .before = before, .after = after, .actions = actions, .actions_count = 1};
