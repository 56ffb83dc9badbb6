// Time zones: known moments, gaps and overlaps, and the table against ICU itself.
#include "base/date.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include <cmocka.h>

#define HOUR 3600000LL

static int64_t at(const char *text) {
        int64_t ms;
        assert_true(datetime_parse(str_from(text), &ms));
        return ms;
}

static Zone *open_zone(const char *name) {
        Zone *zone = zone_open(str_from(name));
        assert_non_null(zone);
        assert_true(str_is(zone_name(zone), name));
        return zone;
}

static void names(void **state) {
        (void)state;
        static const char *const good[] = {"UTC", "Asia/Shanghai", "Asia/Urumqi", "America/Argentina/Buenos_Aires", "Etc/GMT-8"};
        for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
                zone_free(open_zone(good[i]));
        static const char *const bad[] = {"", "Mars/Olympus", "GMT+08:00", "+08:00", "Asia/上海", "Asia/Shanghai ", "/", "ACT", "EST5EDT4",
                "Asia/ShanghaiAsia/ShanghaiAsia/ShanghaiAsia/ShanghaiAsia/ShanghaiAsia/Shanghai"};
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
                assert_null(zone_open(str_from(bad[i])));
        zone_free(NULL);
}

static void shanghai(void **state) {
        (void)state;
        Zone *zone = open_zone("Asia/Shanghai");
        assert_int_equal(zone_offset_ms(zone, at("2026-11-22T00:00:00Z")), 8 * HOUR);
        assert_int_equal(zone_offset_ms(zone, at("9999-11-22T00:00:00Z")), 8 * HOUR);
        assert_int_equal(zone_offset_ms(zone, at("1988-07-01T00:00:00Z")), 9 * HOUR); // summer time 1986–1991
        assert_int_equal(zone_day(zone, at("2026-11-22T15:59:59Z")), date_from_civil(2026, 11, 22));
        assert_int_equal(zone_day(zone, at("2026-11-22T16:00:00Z")), date_from_civil(2026, 11, 23));
        assert_int_equal(zone_day(zone, at("0001-01-01T00:00:00Z")), date_from_civil(1, 1, 1));
        assert_int_equal(zone_day_start(zone, date_from_civil(2026, 11, 22)), at("2026-11-21T16:00:00Z"));
        assert_int_equal(zone_to_utc(zone, date_from_civil(2026, 11, 22), 9 * HOUR), at("2026-11-22T01:00:00Z"));
        zone_free(zone);
}

static void gaps_and_overlaps(void **state) {
        (void)state;
        Zone *york = open_zone("America/New_York");
        int32_t spring = date_from_civil(2026, 3, 8), autumn = date_from_civil(2026, 11, 1);
        assert_int_equal(zone_to_utc(york, spring, 1 * HOUR), at("2026-03-08T06:00:00Z"));
        assert_int_equal(zone_to_utc(york, spring, 2 * HOUR + HOUR / 2), at("2026-03-08T07:30:00Z")); // 02:30 is not; 03:30 is
        assert_int_equal(zone_to_utc(york, spring, 3 * HOUR), at("2026-03-08T07:00:00Z"));
        assert_int_equal(zone_to_utc(york, autumn, 1 * HOUR), at("2026-11-01T05:00:00Z")); // the earlier of two
        assert_int_equal(zone_to_utc(york, autumn, 2 * HOUR), at("2026-11-01T07:00:00Z"));
        zone_free(york);
        Zone *paulo = open_zone("America/Sao_Paulo"); // summer time began at midnight
        int32_t day = date_from_civil(2018, 11, 4);
        assert_int_equal(zone_day_start(paulo, day), at("2018-11-04T03:00:00Z"));
        assert_int_equal(zone_day(paulo, at("2018-11-04T02:59:59.999Z")), day - 1);
        zone_free(paulo);
        Zone *toronto = open_zone("America/Toronto"); // from 23:30 to 00:30
        day = date_from_civil(1919, 3, 31);
        assert_int_equal(zone_day_start(toronto, day), at("1919-03-31T04:30:00Z"));
        zone_free(toronto);
        Zone *apia = open_zone("Pacific/Apia"); // 30 December 2011 never was
        day = date_from_civil(2011, 12, 30);
        assert_int_equal(zone_day_start(apia, day), zone_day_start(apia, day + 1));
        assert_int_equal(zone_day(apia, zone_day_start(apia, day)), day + 1);
        assert_int_equal(zone_to_utc(apia, day, 12 * HOUR), zone_to_utc(apia, day + 1, 12 * HOUR));
        zone_free(apia);
}

static void far_future_follows_the_rules(void **state) {
        (void)state;
        Zone *berlin = open_zone("Europe/Berlin");
        assert_int_equal(zone_offset_ms(berlin, at("2150-07-01T12:00:00Z")), 2 * HOUR);
        assert_int_equal(zone_offset_ms(berlin, at("2150-01-01T12:00:00Z")), 1 * HOUR);
        assert_int_equal(zone_to_utc(berlin, date_from_civil(2400, 7, 1), 0), at("2400-06-30T22:00:00Z"));
        assert_int_equal(zone_day_start(berlin, date_from_civil(2100, 1, 1)), at("2099-12-31T23:00:00Z"));
        zone_free(berlin);
}

static void compare_with_icu(const char *name, int last_year) {
        Zone *zone = open_zone(name);
        UChar id[64];
        u_uastrcpy(id, name);
        UErrorCode error = U_ZERO_ERROR;
        UCalendar *calendar = ucal_open(id, -1, "", UCAL_GREGORIAN, &error);
        int64_t end = date_from_civil(last_year, 1, 1) * 24 * HOUR;
        for (int64_t ms = at("1850-01-01T00:00:00Z"); ms < end; ms += 41 * HOUR + 1234567) {
                ucal_setMillis(calendar, (UDate)ms, &error);
                int32_t offset = ucal_get(calendar, UCAL_ZONE_OFFSET, &error) + ucal_get(calendar, UCAL_DST_OFFSET, &error);
                if (zone_offset_ms(zone, ms) != offset)
                        fail_msg("%s at %lld: %lld, ICU says %d", name, (long long)ms, (long long)zone_offset_ms(zone, ms), offset);
                int64_t local = ms + offset, day = local / (24 * HOUR) - (local % (24 * HOUR) < 0);
                assert_int_equal(zone_day(zone, ms), day);
                int64_t utc = zone_to_utc(zone, (int32_t)day, (int32_t)(local - day * 24 * HOUR));
                assert_true(utc == ms || (utc < ms && utc + zone_offset_ms(zone, utc) == local)); // or the earlier of two
                int64_t start = zone_day_start(zone, (int32_t)day);
                assert_true(start <= ms && zone_day(zone, start) == day && zone_day(zone, start - 1) < day);
        }
        assert_true(U_SUCCESS(error));
        ucal_close(calendar);
        zone_free(zone);
}

static void agrees_with_icu(void **state) {
        (void)state;
        compare_with_icu("Asia/Shanghai", 2400);
        compare_with_icu("Europe/London", 2400);
        compare_with_icu("Australia/Lord_Howe", 2400);
        compare_with_icu("Africa/Casablanca", 2080); // follows the moon until 2087
        compare_with_icu("Antarctica/Troll", 2400);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names),
                cmocka_unit_test(shanghai),
                cmocka_unit_test(gaps_and_overlaps),
                cmocka_unit_test(far_future_follows_the_rules),
                cmocka_unit_test(agrees_with_icu),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
