// When the organisation works: hours by weekday, days off, days worked instead; and working time between two moments, in the organisation's zone.
#pragma once
#include "base/date.h"
#include "base/json.h"

#define WORKING_HOURS_DEFAULT                                                                                                                                                \
        "[{\"day\":1,\"from\":\"09:00\",\"to\":\"18:00\"},{\"day\":2,\"from\":\"09:00\",\"to\":\"18:00\"},{\"day\":3,\"from\":\"09:00\",\"to\":\"18:00\"},"                    \
        "{\"day\":4,\"from\":\"09:00\",\"to\":\"18:00\"},{\"day\":5,\"from\":\"09:00\",\"to\":\"18:00\"}]"

typedef struct WorkDay { int from_min, to_min; } WorkDay; // minutes from midnight; both 0: nobody works
typedef struct WorkHours {
        WorkDay days[7];                                  // from Monday on
        int32_t *off, *worked;                            // ascending: days off; days worked although their weekday is none
        size_t off_count, worked_count;
} WorkHours;

// Settings as they come in, [{"day":1,"from":"09:00","to":"18:00"},…] and ["2026-10-01",…]; *ret is their canonical text. Mistakes are added at path.
Status hours_check(Context *context, Str path, const Json *value, Str *ret) MUST_USE;
Status hours_check_days(Context *context, Str path, const Json *value, Str *ret) MUST_USE;
// From the canonical texts; what cannot be read is as if it were not there.
void hours_take(Arena *arena, Str hours, Str off, Str worked, WorkHours *ret);

bool hours_is_workday(const WorkHours *hours, int32_t day);
bool hours_is_open(const WorkHours *hours, const Zone *zone, int64_t ms);
// Whoever never works works always: an organisation without hours counts by the clock.
int64_t hours_add(const WorkHours *hours, const Zone *zone, int64_t from_ms, int64_t minutes);       // the moment when so many working minutes are over
int64_t hours_between(const WorkHours *hours, const Zone *zone, int64_t from_ms, int64_t to_ms);     // whole working minutes
int32_t hours_day_after(const WorkHours *hours, int32_t day, int64_t count, bool working);           // so many days on, working ones or all
int64_t hours_day_end(const WorkHours *hours, const Zone *zone, int32_t day);                        // when work ends that day; of one off when the day does
