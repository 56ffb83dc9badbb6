// The calendar and the reading and writing of dates, against a walk through all days.
#include "base/date.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_day_of_eight_centuries(void **state) {
        (void)state;
        static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 64);
        int32_t day = date_from_civil(1600, 1, 1);
        int weekday = 6; // a Saturday
        for (int year = 1600; year <= 2400; year++) {
                bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
                for (int month = 1; month <= 12; month++) {
                        int length = month == 2 && leap ? 29 : lengths[month - 1];
                        assert_false(date_valid(year, month, length + 1));
                        for (int d = 1; d <= length; d++, day++, weekday = weekday % 7 + 1) {
                                Civil civil = civil_from_day(day);
                                assert_true(civil.year == year && civil.month == month && civil.day == d);
                                assert_int_equal(date_from_civil(year, month, d), day);
                                assert_int_equal(date_weekday(day), weekday);
                                assert_true(date_valid(year, month, d));
                                if (day % 7)
                                        continue;
                                int32_t again;
                                buf_reset(&buf);
                                date_write(&buf, day);
                                assert_true(date_parse(buf_str(&buf), &again));
                                assert_int_equal(again, day);
                        }
                }
        }
        assert_int_equal(date_from_civil(1970, 1, 1), 0);
        assert_int_equal(date_from_civil(1, 1, 1), -719162);
        assert_int_equal(date_from_civil(9999, 12, 31), 2932896);
}

static void months(void **state) {
        (void)state;
        static const struct {
                int from[3], months, to[3];
        } cases[] = {
                {{2026, 1, 31}, 1, {2026, 2, 28}},
                {{2024, 1, 31}, 1, {2024, 2, 29}},
                {{2026, 3, 31}, -1, {2026, 2, 28}},
                {{2026, 11, 30}, 3, {2027, 2, 28}},
                {{2026, 12, 15}, 1, {2027, 1, 15}},
                {{2026, 1, 15}, -1, {2025, 12, 15}},
                {{2024, 2, 29}, 12, {2025, 2, 28}},
                {{2024, 2, 29}, 48, {2028, 2, 29}},
                {{2026, 5, 5}, 0, {2026, 5, 5}},
                {{2026, 1, 1}, -13, {2024, 12, 1}},
                {{2026, 10, 31}, 1, {2026, 11, 30}},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                const int *f = cases[i].from, *t = cases[i].to;
                assert_int_equal(date_add_months(date_from_civil(f[0], f[1], f[2]), cases[i].months), date_from_civil(t[0], t[1], t[2]));
        }
}

static void bad_dates(void **state) {
        (void)state;
        static const char *const texts[] = {
                "",
                "2026",
                "2026-11",
                "2026-11-",
                "2026-11-2",
                "26-11-22",
                "2026-11-222",
                "2026/11/22",
                "2026-13-01",
                "2026-00-01",
                "2026-02-29",
                "2026-11-31",
                "2026-11-00",
                "0000-01-01",
                "10000-01-01",
                "-001-01-01",
                " 2026-11-22",
                "2026-11-22 ",
                "2026-11-22T00:00:00Z",
                "２０２６-11-22",
        };
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
                int32_t day = 77;
                assert_false(date_parse(str_from(texts[i]), &day));
                assert_int_equal(day, 77);
        }
}

static void date_times(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const struct {
                const char *in, *out;
        } cases[] = {
                {"2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z"},
                {"2026-11-22t08:00:00z", "2026-11-22T08:00:00Z"},
                {"2026-11-22T08:00:00+08:00", "2026-11-22T00:00:00Z"},
                {"2026-11-22T01:30:00+08:00", "2026-11-21T17:30:00Z"},
                {"2026-11-22T08:00:00-03:30", "2026-11-22T11:30:00Z"},
                {"2026-11-22T08:00:00.5Z", "2026-11-22T08:00:00.500Z"},
                {"2026-11-22T08:00:00.123999999Z", "2026-11-22T08:00:00.123Z"},
                {"2026-11-22T08:00:00.0001Z", "2026-11-22T08:00:00Z"},
                {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
                {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
                {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
                {"2024-02-29T23:59:59-00:00", "2024-02-29T23:59:59Z"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                int64_t ms;
                assert_true(datetime_parse(str_from(cases[i].in), &ms));
                Buf buf = buf_make(arena, 64);
                datetime_write(&buf, ms);
                assert_true(str_is(buf_str(&buf), cases[i].out));
        }
        static const char *const bad[] = {
                "",
                "2026-11-22",
                "2026-11-22T08:00Z",
                "2026-11-22T08:00:00",
                "2026-11-22 08:00:00Z",
                "2026-11-22T24:00:00Z",
                "2026-11-22T08:60:00Z",
                "2026-11-22T08:00:60Z",
                "2026-11-22T08:00:00.Z",
                "2026-11-22T08:00:00,5Z",
                "2026-11-22T08:00:00+0800",
                "2026-11-22T08:00:00+24:00",
                "2026-11-22T08:00:00+08:60",
                "2026-02-30T08:00:00Z",
                "2026-11-22T08:00:00ZZ",
                "0001-01-01T00:00:00+01:00",
                "9999-12-31T23:59:59-00:01",
        };
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
                int64_t ms = 77;
                assert_false(datetime_parse(str_from(bad[i]), &ms));
                assert_int_equal(ms, 77);
        }
}

static void date_time_round_trip(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 64);
        for (int64_t ms = -62135596800000; ms <= 253402300799999; ms += 6300000000 + 12347) {
                int64_t again;
                buf_reset(&buf);
                datetime_write(&buf, ms);
                assert_true(datetime_parse(buf_str(&buf), &again));
                assert_int_equal(ms, again);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_day_of_eight_centuries),
                cmocka_unit_test(months),
                cmocka_unit_test(bad_dates),
                cmocka_unit_test(date_times),
                cmocka_unit_test(date_time_round_trip),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
