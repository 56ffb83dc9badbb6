// A calendar as text: escaping, folding, whole days, reminders; the same again for the same entries.
#include "link/calendar/calendar.h"
#include "base/date.h"
#include <libical/ical.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MOMENT 1795334400000LL // 2026-11-22T08:00:00Z

static Str format(Context *context, Arena *arena, CalendarEntry *entries, size_t count) {
        Str text = STR_NONE;
        context_init(context, arena, LANG_EN, MOMENT);
        Calendar calendar = {.name = STR("陈知远的日程"), .zone = STR("Asia/Shanghai"), .entries = entries, .count = count};
        assert_int_equal(calendar_format(context, &calendar, &text), STATUS_OK);
        return text;
}

static bool says(Str text, const char *part) {
        return str_find(text, str_from(part)) >= 0;
}

static CalendarEntry meeting(void) {
        return (CalendarEntry){.uid = STR("event-1-x@haike"), .name = STR("会谈"), .start_ms = MOMENT, .end_ms = MOMENT + 3600000, .changed_ms = MOMENT, .version = 3, .busy = true};
}

static void writes_an_event(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        CalendarEntry entry = meeting();
        entry.place = STR("A, B; C\\D");
        entry.text = STR("one\ntwo\r\x01");
        entry.reminds = true;
        entry.remind_minutes = 1440;
        Str text = format(&context, arena, &entry, 1);
        static const char *const parts[] = {
                "BEGIN:VCALENDAR\r\n", "VERSION:2.0\r\n", "UID:event-1-x@haike\r\n", "DTSTART:20261122T080000Z\r\n", "DTEND:20261122T090000Z\r\n", "DTSTAMP:20261122T080000Z\r\n", "SEQUENCE:3\r\n",
                "SUMMARY:会谈\r\n", "LOCATION:A\\, B\\; C\\\\D\r\n", "DESCRIPTION:one\\ntwo\r\n", "TRANSP:OPAQUE\r\n", "TRIGGER:-P1D\r\n", "ACTION:DISPLAY\r\n", "END:VCALENDAR\r\n",
        };
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                if (!says(text, parts[i]))
                        fail_msg("no %s in " STR_FMT, parts[i], STR_ARG(text));
        assert_true(str_eq(text, format(&context, arena, &entry, 1)));
}

static void whole_days_have_no_time(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        CalendarEntry entry = meeting();
        entry.all_day = true;
        entry.first_day = date_from_civil(2026, 12, 31);
        entry.end_day = entry.first_day + 2;
        entry.busy = false;
        Str text = format(&context, arena, &entry, 1);
        assert_true(says(text, "DTSTART;VALUE=DATE:20261231\r\n") && says(text, "DTEND;VALUE=DATE:20270102\r\n") && says(text, "TRANSP:TRANSPARENT\r\n"));
        assert_false(says(text, "VALARM"));
}

// Lines have at most 75 bytes and no character is cut in two; what was said can be read again.
static void folds_between_characters(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Buf name = buf_make(arena, 1 << 20);
        for (int i = 0; i < 4000; i++)
                buf_add(&name, i % 7 == 3 ? STR("a,") : STR("泵"));
        CalendarEntry entry = meeting();
        entry.name = buf_str(&name);
        Str text = format(&context, arena, &entry, 1), rest = text, line;
        while (str_cut(&rest, '\n', &line)) {
                assert_true(line.len <= 76);
                assert_true(str_empty(line) || ((unsigned char)line.data[line.data[0] == ' '] & 0xC0) != 0x80);
        }
        icalcomponent *read = icalparser_parse_string(str_c(arena, text));
        assert_non_null(read);
        icalcomponent *event = icalcomponent_get_first_component(read, ICAL_VEVENT_COMPONENT);
        Str again = str_from(icalcomponent_get_summary(event));
        assert_true(again.len > 7990 && str_starts(entry.name, again));
        icalcomponent_free(read);
}

static void an_empty_calendar_is_one(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Str text = format(&context, arena, NULL, 0);
        assert_true(says(text, "X-WR-CALNAME:陈知远的日程\r\n") && says(text, "X-WR-TIMEZONE:Asia/Shanghai\r\n") && !says(text, "VEVENT"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(writes_an_event), cmocka_unit_test(whole_days_have_no_time), cmocka_unit_test(folds_between_characters), cmocka_unit_test(an_empty_calendar_is_one),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
