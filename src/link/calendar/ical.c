// A calendar as iCalendar. libical escapes and folds; here is only said what an entry consists of.
#include "link/calendar/calendar.h"
#include "base/date.h"
#include <libical/ical.h>
#include <stdlib.h>

#define PRODUCT "-//Haike//Haike CRM//ZH"
#define TEXT_LONGEST 8000 // bytes of one property

static void component_free(icalcomponent **component) {
        if (*component)
                icalcomponent_free(*component);
}
static void text_free(char **text) {
        free(*text);
}

// Lines end with \n; what cannot be seen is left out, for programs stumble over it.
static char *clean(Arena *arena, Str text) {
        size_t end = text.len, len = 0;
        if (end > TEXT_LONGEST)
                for (end = TEXT_LONGEST; end && ((unsigned char)text.data[end] & 0xC0) == 0x80;)
                        end--;
        char *out = arena_alloc(arena, end + 1);
        for (size_t i = 0; i < end; i++) {
                unsigned char c = (unsigned char)text.data[i];
                if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t')
                        out[len++] = (char)c;
        }
        out[len] = '\0';
        return out;
}

static icaltimetype at_moment(int64_t ms) {
        Civil civil = civil_from_ms(ms);
        icaltimetype time = icaltime_null_time();
        time.year = civil.year;
        time.month = civil.month;
        time.day = civil.day;
        time.hour = civil.hour;
        time.minute = civil.minute;
        time.second = civil.second;
        return icaltime_set_timezone(&time, icaltimezone_get_utc_timezone());
}

static icaltimetype on_day(int32_t day) {
        Civil civil = civil_from_day(day);
        icaltimetype time = icaltime_null_date();
        time.year = civil.year;
        time.month = civil.month;
        time.day = civil.day;
        return time;
}

static void add_extra(icalcomponent *component, const char *name, const char *value) {
        icalproperty *property = icalproperty_new_x(value);
        icalproperty_set_x_name(property, name);
        icalcomponent_add_property(component, property);
}

static void add_alarm(icalcomponent *event, const CalendarEntry *entry, const char *name) {
        icalcomponent *alarm = icalcomponent_new(ICAL_VALARM_COMPONENT);
        struct icaltriggertype trigger = {.time = icaltime_null_time(), .duration = icaldurationtype_from_int((int)(-60 * entry->remind_minutes))};
        icalcomponent_add_property(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
        icalcomponent_add_property(alarm, icalproperty_new_trigger(trigger));
        icalcomponent_add_property(alarm, icalproperty_new_description(name));
        icalcomponent_add_component(event, alarm);
}

static void add_times(icalcomponent *event, const CalendarEntry *entry) {
        icalcomponent_add_property(event, icalproperty_new_dtstamp(at_moment(entry->changed_ms)));
        icalcomponent_add_property(event, icalproperty_new_lastmodified(at_moment(entry->changed_ms)));
        icalcomponent_add_property(event, icalproperty_new_dtstart(entry->all_day ? on_day(entry->first_day) : at_moment(entry->start_ms)));
        icalcomponent_add_property(event, icalproperty_new_dtend(entry->all_day ? on_day(entry->end_day) : at_moment(entry->end_ms)));
}

static void add_entry(Arena *arena, icalcomponent *calendar, const CalendarEntry *entry) {
        icalcomponent *event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
        const char *name = clean(arena, entry->name);
        icalcomponent_add_property(event, icalproperty_new_uid(clean(arena, entry->uid)));
        add_times(event, entry);
        icalcomponent_add_property(event, icalproperty_new_sequence((int)entry->version));
        icalcomponent_add_property(event, icalproperty_new_summary(name));
        if (entry->place.len)
                icalcomponent_add_property(event, icalproperty_new_location(clean(arena, entry->place)));
        if (entry->text.len)
                icalcomponent_add_property(event, icalproperty_new_description(clean(arena, entry->text)));
        if (entry->url.len)
                icalcomponent_add_property(event, icalproperty_new_url(clean(arena, entry->url)));
        icalcomponent_add_property(event, icalproperty_new_transp(entry->busy ? ICAL_TRANSP_OPAQUE : ICAL_TRANSP_TRANSPARENT));
        if (entry->reminds)
                add_alarm(event, entry, name);
        icalcomponent_add_component(calendar, event);
}

Status calendar_format(Context *context, const Calendar *calendar, Str *ret) {
        ARENA_CLEANUP Arena *scratch = arena_new(0);
        __attribute__((cleanup(component_free))) icalcomponent *root = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
        icalcomponent_add_property(root, icalproperty_new_version("2.0"));
        icalcomponent_add_property(root, icalproperty_new_prodid(PRODUCT));
        icalcomponent_add_property(root, icalproperty_new_calscale("GREGORIAN"));
        icalcomponent_add_property(root, icalproperty_new_method(ICAL_METHOD_PUBLISH));
        add_extra(root, "X-WR-CALNAME", clean(scratch, calendar->name));
        add_extra(root, "X-WR-TIMEZONE", clean(scratch, calendar->zone));
        add_extra(root, "X-PUBLISHED-TTL", "PT1H");
        for (size_t i = 0; i < calendar->count; i++)
                add_entry(scratch, root, &calendar->entries[i]);
        __attribute__((cleanup(text_free))) char *text = icalcomponent_as_ical_string_r(root);
        if (!text)
                return error_detail(context, STATUS_IO, "internal", "libical gave no text");
        *ret = str_copy(context->arena, str_from(text));
        return STATUS_OK;
}
