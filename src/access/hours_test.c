// Working time: over nights, weekends, days off and days worked instead.
#include "access/hours.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct Clock { Arena *arena; Zone *zone; WorkHours hours; } Clock;

static int clock_open(void **state) {
        Clock *clock = calloc(1, sizeof *clock);
        clock->arena = arena_new(0);
        clock->zone = zone_open(STR("Asia/Shanghai"));
        hours_take(clock->arena, STR(WORKING_HOURS_DEFAULT), STR("[\"2026-10-01\",\"2026-10-02\"]"), STR("[\"2026-10-10\"]"), &clock->hours);
        *state = clock;
        return 0;
}

static int clock_close(void **state) {
        Clock *clock = *state;
        zone_free(clock->zone);
        arena_free(clock->arena);
        free(clock);
        return 0;
}

static int64_t at(const char *text) {
        int64_t ms = 0;
        assert_true(datetime_parse(str_from(text), &ms));
        return ms;
}

static void is_open(void **state) {
        const Clock *clock = *state;
        static const struct { const char *when; bool open; } cases[] = {
                {"2026-09-30T09:00:00+08:00", true},  {"2026-09-30T08:59:59+08:00", false}, {"2026-09-30T18:00:00+08:00", false}, {"2026-09-30T17:59:59+08:00", true},
                {"2026-10-01T10:00:00+08:00", false}, {"2026-10-10T10:00:00+08:00", true},  {"2026-10-11T10:00:00+08:00", false}, // the 10th is a Saturday that is worked
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_int_equal(hours_is_open(&clock->hours, clock->zone, at(cases[i].when)), cases[i].open);
}

static void adds(void **state) {
        const Clock *clock = *state;
        static const struct { const char *from; int64_t minutes; const char *to; } cases[] = {
                {"2026-09-29T10:00:00+08:00", 30, "2026-09-29T10:30:00+08:00"},
                {"2026-09-29T17:50:00+08:00", 30, "2026-09-30T09:20:00+08:00"},
                {"2026-09-29T03:00:00+08:00", 30, "2026-09-29T09:30:00+08:00"},
                {"2026-09-30T17:50:00+08:00", 30, "2026-10-05T09:20:00+08:00"},  // two days off and a weekend
                {"2026-10-09T17:00:00+08:00", 120, "2026-10-10T10:00:00+08:00"}, // into the Saturday
                {"2026-09-29T09:00:00+08:00", 540, "2026-09-29T18:00:00+08:00"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                assert_true(hours_add(&clock->hours, clock->zone, at(cases[i].from), cases[i].minutes) == at(cases[i].to));
                assert_true(hours_between(&clock->hours, clock->zone, at(cases[i].from), at(cases[i].to)) == cases[i].minutes);
        }
        assert_true(hours_between(&clock->hours, clock->zone, at("2026-10-01T00:00:00+08:00"), at("2026-10-02T23:00:00+08:00")) == 0);
        assert_true(hours_between(&clock->hours, clock->zone, at("2026-09-30T10:00:00+08:00"), at("2026-09-30T09:00:00+08:00")) == 0);
}

static void nobody_works(void **state) {
        const Clock *clock = *state;
        WorkHours never;
        hours_take(clock->arena, STR("[]"), STR("[]"), STR("[]"), &never);
        assert_true(hours_is_open(&never, clock->zone, at("2026-10-11T03:00:00+08:00")));
        assert_true(hours_add(&never, clock->zone, at("2026-10-11T03:00:00+08:00"), 60) == at("2026-10-11T04:00:00+08:00"));
        assert_true(hours_between(&never, clock->zone, at("2026-10-11T03:00:00+08:00"), at("2026-10-11T04:00:30+08:00")) == 60);
}

static void days(void **state) {
        const Clock *clock = *state;
        int32_t from = 0, to = 0;
        assert_true(date_parse(STR("2026-09-30"), &from) && date_parse(STR("2026-10-06"), &to));
        assert_int_equal(hours_day_after(&clock->hours, from, 2, true), to);
        assert_int_equal(hours_day_after(&clock->hours, from, 2, false), from + 2);
        assert_true(hours_day_end(&clock->hours, clock->zone, to) == at("2026-10-06T18:00:00+08:00"));
        assert_true(hours_day_end(&clock->hours, clock->zone, from + 1) == at("2026-10-01T23:59:00+08:00"));
}

static Status check(Arena *arena, const char *json, Str *ret) {
        Context context;
        Json *value = NULL;
        context_init(&context, arena, LANG_EN, 0);
        assert_int_equal(json_parse(&context, str_from(json), 4, &value), STATUS_OK);
        return hours_check(&context, STR("working_hours"), value, ret);
}

static void checks(void **state) {
        const Clock *clock = *state;
        Str text = STR_NONE;
        static const char *const bad[] = {"{}", "[1]", "[{\"day\":0,\"from\":\"09:00\",\"to\":\"18:00\"}]", "[{\"day\":1,\"from\":\"18:00\",\"to\":\"09:00\"}]", "[{\"day\":1,\"from\":\"9:00\",\"to\":\"18:00\"}]",
                                          "[{\"day\":1,\"from\":\"09:60\",\"to\":\"18:00\"}]", "[{\"day\":1,\"from\":\"09:00\",\"to\":\"24:01\"}]", "[{\"day\":1,\"from\":\"09:00\",\"to\":\"10:00\"},{\"day\":1,\"from\":\"09:00\",\"to\":\"10:00\"}]"};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(check(clock->arena, bad[i], &text), STATUS_INVALID);
        assert_int_equal(check(clock->arena, "[{\"day\":3,\"from\":\"00:00\",\"to\":\"24:00\"}]", &text), STATUS_OK);
        assert_true(str_is(text, "[{\"day\":3,\"from\":\"00:00\",\"to\":\"24:00\"}]"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(is_open, clock_open, clock_close), cmocka_unit_test_setup_teardown(adds, clock_open, clock_close),
                cmocka_unit_test_setup_teardown(nobody_works, clock_open, clock_close), cmocka_unit_test_setup_teardown(days, clock_open, clock_close),
                cmocka_unit_test_setup_teardown(checks, clock_open, clock_close),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
