// An event in the calendar: ends after it begins; its name is its title.
#include "objects/shared/remind.h"

static Status before(Call *call, RecordChange *change) {
        if (!change->after)
                return STATUS_OK;
        Record *event = change->after;
        const Field *title = object_get(change->object, "title"), *name = change->object->name_field;
        if (value_is_null(event->values[title->index]) && change->given[name->index])
                event->values[title->index] = event->values[name->index];
        event->values[name->index] = event->values[title->index];
        Value start = record_value(event, "start_at"), end = record_value(event, "end_at");
        if (start.kind == VALUE_DATETIME && value_is_null(end)) {
                end = value_datetime(start.ms + 3600 * 1000);
                record_set(event, "end_at", end);
        }
        if (start.kind == VALUE_DATETIME && end.kind == VALUE_DATETIME && end.ms < start.ms)
                (void)error_add(call->context, STR("end_at"), "ends_before_start");
        Value minutes = record_value(event, "remind_minutes");
        bool reminds = minutes.kind == VALUE_INTEGER && start.kind == VALUE_DATETIME;
        record_set(event, "remind_at", reminds ? value_datetime(start.ms - minutes.integer * 60000) : VALUE_NONE);
        remind_again(change);
        return STATUS_OK;
}

static Status minutely(Call *call) {
        return remind_due(call, "event", STR("t.remind_minutes is not null"));
}

const ObjectModule event_module = {.object = "event", .before = before, .minutely = minutely};
