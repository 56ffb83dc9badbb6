// Time zones: ICU is asked once, when a zone is opened, for all its changes of offset until 2100; afterwards every question is a search in that table.
// Past it a year is answered by one of the table's with the same calendar, since rules then only depend on the calendar.
#include "base/date.h"
#include <stdlib.h>
#include <unicode/ucal.h>

#define DAY_MS 86400000LL
#define TABLE_FROM_MS (-62135596800000LL) // 0001-01-01
#define TABLE_END_YEAR 2100
#define TABLE_END_MS 4102444800000LL // 2100-01-01
#define TWIN_YEAR_FIRST 2060         // 28 years from here hold every kind of calendar year
#define WIDEST_OFFSET_MS (26 * 3600000LL)
#define CHANGES_LARGEST 1024

typedef struct Change {
        int64_t from_ms; // UTC
        int32_t offset_ms;
} Change;

struct Zone {
        char name[64];
        size_t count;
        Change changes[]; // ascending; the first is from the beginning of time
};

static bool name_acceptable(Str name) {
        if (name.len == 0 || name.len >= sizeof((Zone *)NULL)->name)
                return false;
        for (size_t i = 0; i < name.len; i++)
                if (name.data[i] <= ' ' || name.data[i] > '~')
                        return false;
        // ICU also knows old abbreviations of its own ("ACT"), which PostgreSQL reads differently.
        return str_is(name, "UTC") || str_find_char(name, '/') > 0;
}

static int32_t offset_at(UCalendar *calendar, UDate at, UErrorCode *error) {
        ucal_setMillis(calendar, at, error);
        return ucal_get(calendar, UCAL_ZONE_OFFSET, error) + ucal_get(calendar, UCAL_DST_OFFSET, error);
}

static size_t changes_read(UCalendar *calendar, Change changes[CHANGES_LARGEST], UErrorCode *error) {
        UDate at = TABLE_FROM_MS;
        changes[0] = (Change){INT64_MIN, offset_at(calendar, at, error)};
        size_t count = 1;
        while (count < CHANGES_LARGEST) {
                ucal_setMillis(calendar, at, error);
                if (!ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &at, error) || U_FAILURE(*error) || at >= TABLE_END_MS)
                        break;
                int32_t offset = offset_at(calendar, at, error);
                if (offset != changes[count - 1].offset_ms)
                        changes[count++] = (Change){(int64_t)at, offset};
        }
        return count;
}

Zone *zone_open(Str name) {
        if (!name_acceptable(name))
                return NULL;
        UChar id[64], canonical[128];
        for (size_t i = 0; i < name.len; i++)
                id[i] = (UChar)name.data[i];
        UErrorCode error = U_ZERO_ERROR;
        UBool known = false;
        ucal_getCanonicalTimeZoneID(id, (int32_t)name.len, canonical, 128, &known, &error);
        if (U_FAILURE(error) || !known)
                return NULL;
        UCalendar *calendar = ucal_open(id, (int32_t)name.len, "", UCAL_GREGORIAN, &error);
        if (U_FAILURE(error))
                return NULL;
        Change *changes = calloc(CHANGES_LARGEST, sizeof *changes);
        ensure(changes);
        size_t count = changes_read(calendar, changes, &error);
        ucal_close(calendar);
        Zone *zone = NULL;
        if (U_SUCCESS(error)) {
                zone = calloc(1, sizeof *zone + count * sizeof *changes);
                ensure(zone);
                memcpy(zone->name, name.data, name.len);
                memcpy(zone->changes, changes, count * sizeof *changes);
                zone->count = count;
        }
        free(changes);
        return zone;
}

void zone_free(Zone *zone) {
        free(zone);
}

Str zone_name(const Zone *zone) {
        return str_from(zone->name);
}

// The change in force at a time within the table.
static size_t change_index(const Zone *zone, int64_t utc_ms) {
        size_t low = 0, high = zone->count; // low: not after the time; high: after it
        if (utc_ms >= zone->changes[high - 1].from_ms)
                return high - 1;
        while (high - low > 1) {
                size_t middle = low + (high - low) / 2;
                if (zone->changes[middle].from_ms <= utc_ms)
                        low = middle;
                else
                        high = middle;
        }
        return low;
}

// How far a time past the table is from the same moment of the year with the same calendar in it; 0 within the table.
static int64_t twin_distance_ms(int64_t ms) {
        if (ms < TABLE_END_MS)
                return 0;
        int year = civil_from_ms(ms).year;
        int32_t start = date_from_civil(year, 1, 1);
        int32_t length = date_from_civil(year + 1, 1, 1) - start;
        for (int twin = TWIN_YEAR_FIRST; twin < TABLE_END_YEAR; twin++) {
                int32_t twin_start = date_from_civil(twin, 1, 1);
                if (date_weekday(twin_start) == date_weekday(start) && date_from_civil(twin + 1, 1, 1) - twin_start == length)
                        return (start - twin_start) * DAY_MS;
        }
        ensure(!"a calendar year without a twin");
        return 0;
}

int64_t zone_offset_ms(const Zone *zone, int64_t utc_ms) {
        return zone->changes[change_index(zone, utc_ms - twin_distance_ms(utc_ms))].offset_ms;
}

// The UTC of a local time. `gap_to_change`: a local time that was skipped becomes the moment of the change, not that much later.
static int64_t local_to_utc(const Zone *zone, int64_t local_ms, bool gap_to_change) {
        int64_t distance = twin_distance_ms(local_ms);
        local_ms -= distance;
        size_t last = change_index(zone, local_ms + WIDEST_OFFSET_MS);
        for (size_t i = change_index(zone, local_ms - WIDEST_OFFSET_MS); i <= last; i++) {
                int64_t utc = local_ms - zone->changes[i].offset_ms;
                if (utc < zone->changes[i].from_ms) // skipped by this change
                        return (gap_to_change ? zone->changes[i].from_ms : local_ms - zone->changes[i - 1].offset_ms) + distance;
                if (i + 1 == zone->count || utc < zone->changes[i + 1].from_ms)
                        return utc + distance;
        }
        return local_ms - zone->changes[last].offset_ms + distance;
}

int64_t zone_to_utc(const Zone *zone, int32_t day, int32_t ms_of_day) {
        return local_to_utc(zone, day * DAY_MS + ms_of_day, false);
}

int32_t zone_day(const Zone *zone, int64_t utc_ms) {
        int64_t local = utc_ms + zone_offset_ms(zone, utc_ms);
        return (int32_t)(local >= 0 ? local / DAY_MS : -((-local + DAY_MS - 1) / DAY_MS));
}

int64_t zone_day_start(const Zone *zone, int32_t day) {
        return local_to_utc(zone, day * DAY_MS, true);
}
