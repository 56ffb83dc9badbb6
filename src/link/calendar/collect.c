// What stands in a person's calendar. Everything is read through the query pipeline as that person: what he may not see is not there, a field that is hidden from him
// takes what depends on it along.
#include "link/calendar/calendar.h"
#include "base/date.h"
#include "os/os.h"
#include <sodium.h>

#define DAY_MS ((int64_t)86400 * 1000)
#define SHORT_MS ((int64_t)30 * 60 * 1000) // what has a time, but no length
#define PAGE 500
#define IDS_AT_ONCE 200
#define FIELDS_MOST 16
#define REMIND_MINUTES_MOST 40320          // four weeks
#define KEY "calendar_key"
#define KEY_BYTES 8

typedef struct Collect {
        Call *call;
        Calendar *calendar;
        Str base, key, from, to;      // from, to: as the expression language writes them
        int64_t from_ms, to_ms;
        const Object *object;
        const Field *fields[FIELDS_MOST]; size_t fields_count;
        Status (*take)(struct Collect *collect, const Value *values, const Str *names);
} Collect;

Status calendar_key(Db *db, bool make, Str *ret) {
        TRY(org_setting(db, STR(KEY), STR_NONE, ret));
        if (!str_empty(*ret) || !make)
                return STATUS_OK;
        unsigned char random[KEY_BYTES];
        char text[KEY_BYTES * 2 + 1];
        os_random(random, sizeof random);
        sodium_bin2hex(text, sizeof text, random, sizeof random);
        *ret = str_copy(db_arena(db), str_from(text));
        return org_setting_set(db, STR(KEY), *ret);
}

// ---- Reading

static const Field *readable(const Collect *collect, const char *name) {
        const Field *field = object_find(collect->object, str_from(name));
        return field && !field->hidden && actor_field(collect->call->actor, field) >= FIELD_READ ? field : NULL;
}

// The object and those of the fields that may be read; false: one that is needed may not.
static bool choose(Collect *collect, const Object *object, const char *const *needed, const char *const *wanted) {
        collect->object = object;
        collect->fields_count = 0;
        if (!object || object->retired || !actor_may(collect->call->actor, object, VERB_READ))
                return false;
        for (const char *const *name = needed; *name; name++) {
                const Field *field = readable(collect, *name);
                if (!field)
                        return false;
                collect->fields[collect->fields_count++] = field;
        }
        for (const char *const *name = wanted; *name; name++) {
                const Field *field = readable(collect, *name);
                if (field)
                        collect->fields[collect->fields_count++] = field;
        }
        ensure(collect->fields_count <= FIELDS_MOST);
        return true;
}

static Value value_of(const Collect *collect, const Value *values, const char *name) {
        for (size_t i = 0; i < collect->fields_count; i++)
                if (str_is(collect->fields[i]->name, name))
                        return values[collect->fields[i]->index];
        return VALUE_NONE;
}

static Str text_of(const Collect *collect, const Value *values, const char *name) {
        Value value = value_of(collect, values, name);
        return value.kind == VALUE_TEXT ? value.text : STR_NONE;
}

static Str name_of(const Collect *collect, const Str *names, const char *field) {
        const Field *found = readable(collect, field);
        return found ? names[found->index] : STR_NONE;
}

static bool is_full(const Collect *collect) {
        return collect->calendar->count >= CALENDAR_ENTRIES;
}

static Status take_row(void *arg, const Value *values, const Str *names) {
        Collect *collect = arg;
        return is_full(collect) ? STATUS_OK : collect->take(collect, values, names);
}

static Status walk(Collect *collect, Str filter) {
        int64_t last = 0, before;
        do {
                before = last;
                TRY(query_walk(collect->call, collect->object, filter, collect->fields, collect->fields_count, last, PAGE, take_row, collect, &last));
        } while (last != before && !is_full(collect));
        return STATUS_OK;
}

// ---- Entries

static CalendarEntry *entry_new(Collect *collect, const Value *values, const char *kind) {
        Calendar *calendar = collect->calendar;
        Arena *arena = collect->call->context->arena;
        if (calendar->count == calendar->capacity) {
                size_t grown = calendar->capacity ? calendar->capacity * 2 : 64;
                CalendarEntry *entries = arena_array(arena, CalendarEntry, grown);
                if (calendar->count)
                        memcpy(entries, calendar->entries, calendar->count * sizeof *entries);
                calendar->entries = entries;
                calendar->capacity = grown;
        }
        CalendarEntry *entry = &calendar->entries[calendar->count++];
        long long id = (long long)value_of(collect, values, "id").integer;
        *entry = (CalendarEntry){.version = value_of(collect, values, "version").integer, .changed_ms = value_of(collect, values, "updated_at").ms};
        entry->uid = str_format(arena, STR_FMT "-%lld%s%s-" STR_FMT "@haike", STR_ARG(collect->object->name), id, *kind ? "-" : "", kind, STR_ARG(collect->key));
        if (collect->base.len)
                entry->url = str_format(arena, STR_FMT "/o/" STR_FMT "/%lld", STR_ARG(collect->base), STR_ARG(collect->object->name), id);
        return entry;
}

// A moment that is the end or the beginning of a day means that day.
static void take_moment(const Collect *collect, CalendarEntry *entry, Value at) {
        const Zone *zone = collect->call->catalog->zone;
        int64_t ms = at.kind == VALUE_DATE ? zone_day_start(zone, at.day) : at.ms;
        int32_t day = zone_day(zone, ms);
        entry->all_day = at.kind == VALUE_DATE || zone_day_start(zone, day) == ms || zone_day_start(zone, day + 1) - ms <= 60 * 1000;
        entry->first_day = day;
        entry->end_day = day + 1;
        entry->start_ms = ms;
        entry->end_ms = ms + SHORT_MS;
}

static void take_reminder(CalendarEntry *entry, int64_t minutes) {
        entry->reminds = minutes >= 0 && minutes <= REMIND_MINUTES_MOST;
        entry->remind_minutes = minutes;
}

static Str joined(Arena *arena, Str first, Str second) {
        if (str_empty(first) || str_empty(second))
                return str_empty(first) ? second : first;
        return str_format(arena, STR_FMT "\n" STR_FMT, STR_ARG(first), STR_ARG(second));
}

static Str titled(const Collect *collect, const char *key, Str name) {
        Context *context = collect->call->context;
        return text_format(context->arena, context->lang, key, (Str[4]){name});
}

// ---- Events

static Status take_event(Collect *collect, const Value *values, const Str *names) {
        const Zone *zone = collect->call->catalog->zone;
        Value start = value_of(collect, values, "start_at"), end = value_of(collect, values, "end_at"), minutes = value_of(collect, values, "remind_minutes");
        if (start.kind != VALUE_DATETIME || end.kind != VALUE_DATETIME)
                return STATUS_OK;
        CalendarEntry *entry = entry_new(collect, values, "");
        entry->name = text_of(collect, values, "name");
        entry->place = text_of(collect, values, "location");
        entry->text = joined(collect->call->context->arena, name_of(collect, names, "target"), text_of(collect, values, "description"));
        entry->all_day = value_of(collect, values, "all_day").boolean;
        entry->start_ms = start.ms;
        entry->end_ms = end.ms;
        entry->first_day = zone_day(zone, start.ms);
        // Counted by its length: it began at a midnight of the zone that was set when it was entered.
        int64_t days = (end.ms - start.ms + DAY_MS / 2) / DAY_MS;
        entry->end_day = entry->first_day + (int32_t)(days > 1 ? days : 1);
        entry->busy = true;
        if (minutes.kind == VALUE_INTEGER)
                take_reminder(entry, minutes.integer);
        return STATUS_OK;
}

// Of events that others own: which they are is known by the entries of readers, whether they may be read is asked like everything else.
static Status find_shared(Collect *collect, int64_t *ids, size_t *ret_count) {
        Call *call = collect->call;
        const Object *object = collect->object;
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"id\" from \"access_entry\" r join ");
        sql_name(&select, object->table);
        sql(&select, " t on t.\"id\" = r.\"record_id\" where r.\"object_id\" = ");
        sql_int(&select, object->id);
        sql(&select, " and r.\"source\" = 0 and r.\"token\" = ");
        sql_int(&select, token_of(TOKEN_USER, call->actor->user));
        sql(&select, " and t.deleted_at is null and (t.\"owner_id\" is null or t.\"owner_id\" <> ");
        sql_int(&select, call->actor->user);
        sql(&select, ") and ");
        sql_column(&select, STR("t"), object_get(object, "end_at")->column);
        sql(&select, " >= ");
        sql_value(&select, value_datetime(collect->from_ms));
        sql(&select, " and ");
        sql_column(&select, STR("t"), object_get(object, "start_at")->column);
        sql(&select, " < ");
        sql_value(&select, value_datetime(collect->to_ms));
        sql(&select, " order by t.\"id\" limit ");
        sql_int(&select, CALENDAR_ENTRIES);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (*ret_count = 0; *ret_count < CALENDAR_ENTRIES;) {
                bool found = false;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ids[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

static Status collect_shared(Collect *collect) {
        Arena *arena = collect->call->context->arena;
        int64_t *ids = arena_array(arena, int64_t, CALENDAR_ENTRIES);
        size_t count = 0;
        TRY(find_shared(collect, ids, &count));
        for (size_t from = 0; from < count; from += IDS_AT_ONCE) {
                Buf filter = buf_make(arena, EXPR_MAX_LENGTH);
                buf_lit(&filter, "id in (");
                for (size_t i = from; i < count && i < from + IDS_AT_ONCE; i++)
                        buf_format(&filter, "%s%lld", i > from ? "," : "", (long long)ids[i]);
                buf_lit(&filter, ")");
                TRY(walk(collect, buf_str(&filter)));
        }
        return STATUS_OK;
}

static Status collect_events(Collect *collect) {
        static const char *const needed[] = {"id", "version", "updated_at", "name", "start_at", "end_at", "owner", NULL};
        static const char *const wanted[] = {"all_day", "location", "target", "description", "remind_minutes", NULL};
        if (!choose(collect, catalog_find(collect->call->catalog, STR("event")), needed, wanted))
                return STATUS_OK;
        collect->take = take_event;
        TRY(walk(collect, str_format(collect->call->context->arena, "owner = me() and end_at >= " STR_FMT " and start_at < " STR_FMT, STR_ARG(collect->from), STR_ARG(collect->to))));
        return collect->object->readers ? collect_shared(collect) : STATUS_OK;
}

// ---- Tasks and follow-ups

static Status take_task(Collect *collect, const Value *values, const Str *names) {
        Value due = value_of(collect, values, "due_at"), remind = value_of(collect, values, "remind_at");
        CalendarEntry *entry = entry_new(collect, values, "due");
        entry->name = titled(collect, "calendar.task", text_of(collect, values, "name"));
        entry->text = joined(collect->call->context->arena, name_of(collect, names, "target"), text_of(collect, values, "description"));
        take_moment(collect, entry, due);
        int64_t start_ms = entry->all_day ? zone_day_start(collect->call->catalog->zone, entry->first_day) : entry->start_ms;
        if (remind.kind == VALUE_DATETIME)
                take_reminder(entry, (start_ms - remind.ms) / 60000);
        return STATUS_OK;
}

static Status collect_tasks(Collect *collect) {
        static const char *const needed[] = {"id", "version", "updated_at", "name", "due_at", "status", "owner", NULL};
        static const char *const wanted[] = {"target", "description", "remind_at", NULL};
        if (!choose(collect, catalog_find(collect->call->catalog, STR("task")), needed, wanted))
                return STATUS_OK;
        collect->take = take_task;
        return walk(collect, str_format(collect->call->context->arena, "owner = me() and status in (\"open\",\"doing\") and due_at >= " STR_FMT " and due_at < " STR_FMT, STR_ARG(collect->from), STR_ARG(collect->to)));
}

static Status take_follow_up(Collect *collect, const Value *values, const Str *names) {
        (void)names;
        CalendarEntry *entry = entry_new(collect, values, "next");
        entry->name = titled(collect, "calendar.follow_up", text_of(collect, values, "name"));
        take_moment(collect, entry, value_of(collect, values, "next_follow_up"));
        return STATUS_OK;
}

// Customers, leads, and whatever else says when it is followed up next.
static Status collect_follow_ups(Collect *collect) {
        static const char *const needed[] = {"id", "version", "updated_at", "name", "next_follow_up", "owner", NULL}, *const wanted[] = {NULL};
        const Catalog *catalog = collect->call->catalog;
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Field *field = object_find(catalog->objects[i], STR("next_follow_up"));
                bool dated = field && field->stored && (field->kind == VALUE_DATETIME || field->kind == VALUE_DATE);
                if (!dated || !choose(collect, catalog->objects[i], needed, wanted))
                        continue;
                collect->take = take_follow_up;
                TRY(walk(collect, str_format(collect->call->context->arena, "owner = me() and next_follow_up >= " STR_FMT " and next_follow_up < " STR_FMT, STR_ARG(collect->from), STR_ARG(collect->to))));
        }
        return STATUS_OK;
}

// ---- All of it

static Str moment_text(Arena *arena, int64_t ms) {
        Buf buf = buf_make(arena, 64);
        datetime_write(&buf, ms);
        return buf_str(&buf);
}

Status calendar_collect(Call *call, Str base, Calendar *ret) {
        Arena *arena = call->context->arena;
        const Zone *zone = call->catalog->zone;
        int32_t today = zone_day(zone, call->context->now_ms);
        Collect collect = {.call = call, .calendar = ret, .base = base};
        collect.from_ms = zone_day_start(zone, today - CALENDAR_PAST_DAYS);
        collect.to_ms = zone_day_start(zone, today + CALENDAR_AHEAD_DAYS);
        collect.from = moment_text(arena, collect.from_ms);
        collect.to = moment_text(arena, collect.to_ms);
        *ret = (Calendar){.zone = zone_name(zone)};
        ret->name = text_format(arena, call->context->lang, "calendar.name", (Str[4]){call->actor->name});
        TRY(calendar_key(call->db, false, &collect.key));
        TRY(collect_events(&collect));
        TRY(collect_tasks(&collect));
        return collect_follow_ups(&collect);
}
