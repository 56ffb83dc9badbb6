// Working hours: checking what is set, and counting in working minutes. Pure.
#include "access/hours.h"
#include <stdlib.h>

#define DAYS_MOST 2000       // in a list of days
#define DAYS_AHEAD 4000      // that are gone through: ten years and a bit
#define DAY_MIN 1440
#define MINUTE_MS 60000LL
#define TEXT_CAP 65536

// ---- Checking

// "09:00" … "24:00"; -1: neither.
static int minute_of(Str text) {
        for (size_t i = 0; i < text.len; i++)
                if (i == 2 ? text.data[i] != ':' : text.data[i] < '0' || text.data[i] > '9')
                        return -1;
        if (text.len != 5)
                return -1;
        int hour = (text.data[0] - '0') * 10 + text.data[1] - '0', minute = (text.data[3] - '0') * 10 + text.data[4] - '0';
        return minute < 60 && hour * 60 + minute <= DAY_MIN ? hour * 60 + minute : -1;
}

static bool day_take(const Json *item, WorkDay days[7], bool seen[7]) {
        int64_t day = json_int(item, "day", 0);
        int from = minute_of(json_str(item, "from", STR_NONE)), to = minute_of(json_str(item, "to", STR_NONE));
        if (item->kind != JSON_OBJECT || day < 1 || day > 7 || seen[day - 1] || from < 0 || to <= from)
                return false;
        seen[day - 1] = true;
        days[day - 1] = (WorkDay){from, to};
        return true;
}

static bool days_take(const Json *value, WorkDay days[7]) {
        bool seen[7] = {false};
        if (value->kind != JSON_ARRAY || value->count > 7)
                return false;
        for (size_t i = 0; i < value->count; i++)
                if (!day_take(&value->items[i], days, seen))
                        return false;
        return true;
}

Status hours_check(Context *context, Str path, const Json *value, Str *ret) {
        WorkDay days[7] = {{0}};
        *ret = STR(WORKING_HOURS_DEFAULT);
        if (value->kind == JSON_NULL)
                return STATUS_OK;
        if (!days_take(value, days))
                return error_add(context, path, "bad_hours");
        Buf buf = buf_make(context->arena, TEXT_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_array(&w);
        for (int i = 0; i < 7; i++) {
                if (days[i].to_min == 0)
                        continue;
                json_open_object(&w);
                json_put_int(&w, "day", i + 1);
                json_put_str(&w, "from", str_format(context->arena, "%02d:%02d", days[i].from_min / 60, days[i].from_min % 60));
                json_put_str(&w, "to", str_format(context->arena, "%02d:%02d", days[i].to_min / 60, days[i].to_min % 60));
                json_close_object(&w);
        }
        json_close_array(&w);
        *ret = buf_str(&buf);
        return STATUS_OK;
}

static int earlier(const void *a, const void *b) {
        int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
        return x < y ? -1 : x > y;
}

// Ascending, each once.
static size_t dates_sort(int32_t *days, size_t count) {
        size_t kept = 0;
        if (count)
                qsort(days, count, sizeof *days, earlier);
        for (size_t i = 0; i < count; i++)
                if (!i || days[i] != days[kept - 1])
                        days[kept++] = days[i];
        return kept;
}

Status hours_check_days(Context *context, Str path, const Json *value, Str *ret) {
        *ret = STR("[]");
        if (value->kind == JSON_NULL)
                return STATUS_OK;
        if (value->kind != JSON_ARRAY)
                return error_add(context, path, "wrong_type", STR("array"));
        if (value->count > DAYS_MOST)
                return error_add(context, path, "too_many", str_format(context->arena, "%d", DAYS_MOST));
        int32_t *days = arena_array(context->arena, int32_t, value->count + 1);
        for (size_t i = 0; i < value->count; i++)
                if (value->items[i].kind != JSON_STRING || !date_parse(value->items[i].text, &days[i]))
                        return error_add(context, str_format(context->arena, STR_FMT "[%zu]", STR_ARG(path), i), "bad_date");
        size_t count = dates_sort(days, value->count);
        Buf buf = buf_make(context->arena, TEXT_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_array(&w);
        for (size_t i = 0; i < count; i++)
                json_add_date(&w, days[i]);
        json_close_array(&w);
        *ret = buf_str(&buf);
        return STATUS_OK;
}

// ---- Taking

static Json *parsed(Arena *arena, Str text) {
        Context context;
        Json *json = NULL;
        context_init(&context, arena, LANG_EN, 0);
        return json_parse(&context, text, 4, &json) == STATUS_OK ? json : NULL;
}

static void dates_take(Arena *arena, Str text, int32_t **ret, size_t *ret_count) {
        const Json *json = parsed(arena, text);
        *ret_count = 0;
        *ret = arena_array(arena, int32_t, json ? json->count + 1 : 1);
        for (size_t i = 0; json && i < json->count; i++)
                *ret_count += date_parse(json->items[i].text, &(*ret)[*ret_count]);
        *ret_count = dates_sort(*ret, *ret_count);
}

void hours_take(Arena *arena, Str hours, Str off, Str worked, WorkHours *ret) {
        const Json *json = parsed(arena, hours);
        *ret = (WorkHours){0};
        if (!json || !days_take(json, ret->days))
                memset(ret->days, 0, sizeof ret->days);
        dates_take(arena, off, &ret->off, &ret->off_count);
        dates_take(arena, worked, &ret->worked, &ret->worked_count);
}

// ---- Counting

static bool among(const int32_t *days, size_t count, int32_t day) {
        return count && bsearch(&day, days, count, sizeof *days, earlier);
}

static bool never_works(const WorkHours *hours) {
        for (int i = 0; i < 7; i++)
                if (hours->days[i].to_min)
                        return false;
        return true;
}

// A day that is worked although its weekday is none has the hours of the first weekday that has some.
static WorkDay day_hours(const WorkHours *hours, int32_t day) {
        WorkDay found = hours->days[date_weekday(day) - 1];
        if (among(hours->worked, hours->worked_count, day))
                for (int i = 0; i < 7 && !found.to_min; i++)
                        found = hours->days[i];
        else if (among(hours->off, hours->off_count, day))
                found = (WorkDay){0, 0};
        return found;
}

bool hours_is_workday(const WorkHours *hours, int32_t day) {
        return never_works(hours) || day_hours(hours, day).to_min != 0;
}

static int64_t moment(const Zone *zone, int32_t day, int minute) {
        return minute == DAY_MIN ? zone_day_start(zone, day + 1) : zone_to_utc(zone, day, minute * (int32_t)MINUTE_MS);
}

bool hours_is_open(const WorkHours *hours, const Zone *zone, int64_t ms) {
        int32_t day = zone_day(zone, ms);
        WorkDay span = day_hours(hours, day);
        return never_works(hours) || (span.to_min && ms >= moment(zone, day, span.from_min) && ms < moment(zone, day, span.to_min));
}

int64_t hours_add(const WorkHours *hours, const Zone *zone, int64_t from_ms, int64_t minutes) {
        int64_t left = minutes * MINUTE_MS;
        int32_t first = zone_day(zone, from_ms);
        if (never_works(hours))
                return from_ms + left;
        for (int32_t day = first; day < first + DAYS_AHEAD; day++) {
                WorkDay span = day_hours(hours, day);
                int64_t start = span.to_min ? moment(zone, day, span.from_min) : 0, end = span.to_min ? moment(zone, day, span.to_min) : 0;
                if (start < from_ms)
                        start = from_ms;
                if (end <= start)
                        continue;
                if (left <= end - start)
                        return start + left;
                left -= end - start;
        }
        return from_ms + left; // days off for ten years: nobody waits for that
}

int64_t hours_between(const WorkHours *hours, const Zone *zone, int64_t from_ms, int64_t to_ms) {
        int64_t total = 0;
        int32_t first = zone_day(zone, from_ms), last = zone_day(zone, to_ms);
        if (to_ms <= from_ms)
                return 0;
        if (never_works(hours) || last - first > DAYS_AHEAD)
                return (to_ms - from_ms) / MINUTE_MS;
        for (int32_t day = first; day <= last; day++) {
                WorkDay span = day_hours(hours, day);
                if (!span.to_min)
                        continue;
                int64_t start = moment(zone, day, span.from_min), end = moment(zone, day, span.to_min);
                start = start > from_ms ? start : from_ms;
                end = end < to_ms ? end : to_ms;
                total += end > start ? end - start : 0;
        }
        return total / MINUTE_MS;
}

int32_t hours_day_after(const WorkHours *hours, int32_t day, int64_t count, bool working) {
        int32_t last = day + DAYS_AHEAD;
        if (!working)
                return day + (int32_t)count;
        while (count > 0 && day < last)
                count -= hours_is_workday(hours, ++day);
        return day;
}

int64_t hours_day_end(const WorkHours *hours, const Zone *zone, int32_t day) {
        WorkDay span = day_hours(hours, day);
        return span.to_min ? moment(zone, day, span.to_min) : zone_day_start(zone, day + 1) - MINUTE_MS;
}
