// An event in the calendar: ends after it begins; one of whole days covers whole days; its name is its title. Who takes part is told.
#include "base/date.h"
#include "objects/notification/notify.h"
#include "objects/shared/remind.h"
#include "record/entry.h"

#define HOUR_MS ((int64_t)3600 * 1000)

// From midnight to midnight in the organisation's zone; the end is the first moment after the last day.
static void take_whole_days(const Zone *zone, Record *event, int64_t start_ms, Value end) {
        int32_t first = zone_day(zone, start_ms), after = first + 1;
        if (end.kind == VALUE_DATETIME) {
                int32_t day = zone_day(zone, end.ms);
                int32_t past = zone_day_start(zone, day) == end.ms ? day : day + 1;
                after = past > first ? past : after;
        }
        record_set(event, "start_at", value_datetime(zone_day_start(zone, first)));
        record_set(event, "end_at", value_datetime(zone_day_start(zone, after)));
}

static void take_times(Call *call, Record *event) {
        Value start = record_value(event, "start_at"), end = record_value(event, "end_at");
        if (start.kind != VALUE_DATETIME)
                return;
        if (end.kind == VALUE_DATETIME && end.ms < start.ms)
                (void)error_add(call->context, STR("end_at"), "ends_before_start");
        else if (record_value(event, "all_day").boolean)
                take_whole_days(call->catalog->zone, event, start.ms, end);
        else if (value_is_null(end))
                record_set(event, "end_at", value_datetime(start.ms + HOUR_MS));
}

// ---- Who takes part

static Str time_text(Call *call, const Record *event) {
        const Zone *zone = call->catalog->zone;
        int64_t at = record_value(event, "start_at").ms;
        Civil civil = civil_from_ms(at + zone_offset_ms(zone, at));
        if (record_value(event, "all_day").boolean)
                return str_format(call->context->arena, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
        return str_format(call->context->arena, "%04d-%02d-%02d %02d:%02d", civil.year, civil.month, civil.day, civil.hour, civil.minute);
}

static Status tell(Call *call, const RecordChange *change, const Record *event, int64_t to, const char *text_key) {
        return notify_with(call, to, NOTIFY_EVENT, text_key, change->object, change->id, record_value(event, "name").text, time_text(call, event));
}

static bool has(const int64_t *ids, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

static Status participants(Call *call, const Record *event, int64_t **ret, size_t *ret_count) {
        *ret = NULL;
        *ret_count = 0;
        const Field *field = event ? object_get(event->object, "participants") : NULL;
        return field ? readers_of(call->context, field, event->values[field->index], ret, ret_count) : STATUS_OK;
}

static bool has_moved(const RecordChange *change) {
        return change->before && (!value_eq(record_value(change->before, "start_at"), record_value(change->after, "start_at")) ||
                                  !value_eq(record_value(change->before, "end_at"), record_value(change->after, "end_at")));
}

static bool is_past(const Call *call, const Record *event) {
        return record_value(event, "end_at").ms < call->context->now_ms;
}

// Whoever is new is invited; the others, and the owner, are told when the time has moved.
static Status after(Call *call, const RecordChange *change) {
        bool told = str_is(call->source, "api") && (change->kind == CHANGE_CREATE || change->kind == CHANGE_UPDATE) && !is_past(call, change->after);
        if (!told)
                return STATUS_OK;
        int64_t *now = NULL, *before = NULL, owner = record_value(change->after, "owner").integer;
        size_t now_count = 0, before_count = 0;
        bool moved = has_moved(change);
        TRY(participants(call, change->after, &now, &now_count));
        TRY(participants(call, change->before, &before, &before_count));
        for (size_t i = 0; i < now_count; i++) {
                bool fresh = !has(before, before_count, now[i]);
                if (now[i] != owner && (fresh || moved))
                        TRY(tell(call, change, change->after, now[i], fresh ? "notify.invited" : "notify.event_moved"));
        }
        return moved && owner ? tell(call, change, change->after, owner, "notify.event_moved") : STATUS_OK;
}

// Before it goes to the bin: there nobody else sees it.
static Status tell_cancelled(Call *call, const RecordChange *change) {
        if (change->kind != CHANGE_DELETE || !str_is(call->source, "api") || is_past(call, change->before))
                return STATUS_OK;
        int64_t *who = NULL;
        size_t count = 0;
        TRY(participants(call, change->before, &who, &count));
        for (size_t i = 0; i < count; i++)
                TRY(tell(call, change, change->before, who[i], "notify.event_cancelled"));
        return STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        if (!change->after)
                return tell_cancelled(call, change);
        Record *event = change->after;
        const Field *title = object_get(change->object, "title"), *name = change->object->name_field;
        if (value_is_null(event->values[title->index]) && change->given[name->index])
                event->values[title->index] = event->values[name->index];
        event->values[name->index] = event->values[title->index];
        take_times(call, event);
        Value start = record_value(event, "start_at"), minutes = record_value(event, "remind_minutes");
        bool reminds = minutes.kind == VALUE_INTEGER && start.kind == VALUE_DATETIME;
        record_set(event, "remind_at", reminds ? value_datetime(start.ms - minutes.integer * 60000) : VALUE_NONE);
        remind_again(change);
        return STATUS_OK;
}

static Status minutely(Call *call) {
        return remind_due(call, "event", STR("t.remind_minutes is not null"), "end_at");
}

const ObjectModule event_module = {.object = "event", .before = before, .after = after, .minutely = minutely};
