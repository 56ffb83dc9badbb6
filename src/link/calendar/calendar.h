// A person's calendar for other programs: what stands in it, collected through the query pipeline with that person's rights, as iCalendar (RFC 5545); and who is
// busy when, without a word of what for.
#pragma once
#include "record/record.h"

#define CALENDAR_ENTRIES 5000       // most entries of one calendar
#define CALENDAR_PAST_DAYS 90
#define CALENDAR_AHEAD_DAYS 731
#define BUSY_USERS 50
#define BUSY_DAYS 62

typedef struct CalendarEntry {
        Str uid;                     // the same for ever
        Str name, place, text, url;  // empty: left out
        bool all_day;                // then first_day up to, not including, end_day
        int32_t first_day, end_day;
        int64_t start_ms, end_ms;
        bool busy;                   // false: the time is free all the same (a task, a follow-up)
        bool reminds; int64_t remind_minutes; // before the start
        int64_t changed_ms, version;
} CalendarEntry;

typedef struct Calendar {
        Str name, zone;
        CalendarEntry *entries; size_t count, capacity;
} Calendar;

// collect.c: events of one's own and those one takes part in, open tasks that are due, next follow-ups. base: where links of entries begin ("https://host"); empty: no links.
Status calendar_collect(Call *call, Str base, Calendar *ret) MUST_USE;
// ical.c: the text, through libical. The same entries give the same bytes.
Status calendar_format(Context *context, const Calendar *calendar, Str *ret) MUST_USE;
// busy.c: writes {"items":[{"user","from","to"}]}: times of events that these people own or take part in, merged and in order, cut to from … to.
Status calendar_busy(Call *call, const int64_t *users, size_t count, int64_t from_ms, int64_t to_ms, JsonWriter *w) MUST_USE;
// A part of every entry's uid that no other organisation has; made when the first address is.
Status calendar_key(Db *db, bool make, Str *ret) MUST_USE;
