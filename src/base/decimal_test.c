// Decimals: reading, writing, and arithmetic against a slow reference that works digit by digit in 128 bits.
#include "base/decimal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Decimal of(const char *text) {
        Decimal d;
        assert_true(decimal_parse(str_from(text), &d));
        return d;
}

static void reading(void **state) {
        (void)state;
        static const struct {
                const char *text;
                bool plain, json;
                int64_t units;
        } cases[] = {
                {"0", true, true, 0},
                {"-0", true, true, 0},
                {"1", true, true, 1000000},
                {"+1", true, true, 1000000},
                {"-12.5", true, true, -12500000},
                {".5", true, true, 500000},
                {"0.000001", true, true, 1},
                {"999999999999.999999", true, true, DECIMAL_MAX},
                {"-999999999999.999999", true, true, -DECIMAL_MAX},
                {"000000000000000000001.5", true, true, 1500000},
                {"1000000000000", false, false, 0},
                {"1.0000000", false, true, 1000000},
                {"1.0000001", false, false, 0},
                {"1e3", false, true, 1000000000},
                {"1E+3", false, true, 1000000000},
                {"15e-1", false, true, 1500000},
                {"1e-6", false, true, 1},
                {"1e-7", false, false, 0},
                {"10e-7", false, true, 1},
                {"123456789012345678e-6", false, true, 123456789012345678},
                {"0.0000000000000000000000001e25", false, true, 1000000},
                {"0e999999999999999999999", false, true, 0},
                {"1e999999999999999999999", false, false, 0},
                {"1e-999999999999999999999", false, false, 0},
                {"1e11", false, true, 100000000000000000},
                {"1e12", false, false, 0},
                {"", false, false, 0},
                {"-", false, false, 0},
                {".", false, false, 0},
                {"1.", false, false, 0},
                {"1e", false, false, 0},
                {"1e+", false, false, 0},
                {"--1", false, false, 0},
                {"1,000", false, false, 0},
                {" 1", false, false, 0},
                {"1 ", false, false, 0},
                {"１", false, false, 0},
                {"nan", false, false, 0},
                {"0x1", false, false, 0},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                Decimal d = {.units = 77};
                if (decimal_parse(str_from(cases[i].text), &d) != cases[i].plain || (cases[i].plain && d.units != cases[i].units))
                        fail_msg("decimal_parse %s", cases[i].text);
                d.units = 77;
                if (decimal_parse_json(str_from(cases[i].text), &d) != cases[i].json || (cases[i].json && d.units != cases[i].units))
                        fail_msg("decimal_parse_json %s", cases[i].text);
        }
}

static void writing(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        static const struct {
                int64_t units;
                int places;
                const char *text;
        } cases[] = {
                {0, 0, "0"},
                {0, 2, "0.00"},
                {1500000, 0, "1.5"},
                {1500000, 2, "1.50"},
                {-1, 0, "-0.000001"},
                {-1, 2, "-0.000001"},
                {12000000, 0, "12"},
                {12000000, 6, "12.000000"},
                {DECIMAL_MAX, 2, "999999999999.999999"},
                {-DECIMAL_MAX, 0, "-999999999999.999999"},
                {120000120000, 2, "120000.12"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                Buf buf = buf_make(arena, 64);
                decimal_write(&buf, (Decimal){cases[i].units}, cases[i].places);
                assert_true(str_is(buf_str(&buf), cases[i].text));
        }
}

static uint64_t seed = 20261122;

static uint64_t random_next(void) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        return seed;
}

// Numbers of every size, so that small ones and those near the limits are all met.
static Decimal random_decimal(void) {
        int64_t units = (int64_t)(random_next() % (DECIMAL_MAX + 1ULL));
        for (uint64_t cut = random_next() % 19; cut; cut--)
                units /= 10;
        return (Decimal){random_next() & 1 ? -units : units};
}

// n/d, half away from zero, in unsigned numbers: adding half of the divisor before dividing.
static __int128 reference_divide(__int128 n, __int128 d) {
        bool negative = (n < 0) != (d < 0);
        unsigned __int128 un = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n, ud = d < 0 ? -(unsigned __int128)d : (unsigned __int128)d;
        unsigned __int128 q = (un + ud / 2) / ud; // half of an even divisor rounds up, an odd one has no half
        return negative ? -(__int128)q : (__int128)q;
}

static void check(bool ok, Decimal got, __int128 expected) {
        bool fits = expected <= DECIMAL_MAX && expected >= -DECIMAL_MAX;
        assert_int_equal(ok, fits);
        if (fits)
                assert_int_equal(got.units, (int64_t)expected);
}

static void arithmetic_agrees_with_the_reference(void **state) {
        (void)state;
        for (int i = 0; i < 300000; i++) {
                Decimal a = random_decimal(), b = random_decimal(), r = {0};
                bool ok = decimal_add(a, b, &r);
                check(ok, r, (__int128)a.units + b.units);
                ok = decimal_sub(a, b, &r);
                check(ok, r, (__int128)a.units - b.units);
                ok = decimal_mul(a, b, &r);
                check(ok, r, reference_divide((__int128)a.units * b.units, DECIMAL_SCALE));
                if (b.units) {
                        ok = decimal_div(a, b, &r);
                        check(ok, r, reference_divide((__int128)a.units * DECIMAL_SCALE, b.units));
                }
                int places = (int)(random_next() % 7);
                int64_t step = 1;
                for (int p = places; p < 6; p++)
                        step *= 10;
                ok = decimal_round(a, places, &r);
                check(ok, r, reference_divide(a.units, step) * step);
        }
}

static void text_round_trip(void **state) {
        (void)state;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 64);
        for (int i = 0; i < 50000; i++) {
                Decimal a = random_decimal(), b;
                buf_reset(&buf);
                decimal_write(&buf, a, (int)(random_next() % 7));
                assert_true(decimal_parse(buf_str(&buf), &b));
                assert_int_equal(a.units, b.units);
                assert_true(decimal_parse_json(buf_str(&buf), &b));
                assert_int_equal(a.units, b.units);
        }
}

static void rounding_and_limits(void **state) {
        (void)state;
        Decimal r = {.units = 5};
        assert_true(decimal_round(of("2.5"), 0, &r));
        assert_int_equal(r.units, 3000000);
        assert_true(decimal_round(of("-2.5"), 0, &r));
        assert_int_equal(r.units, -3000000);
        assert_true(decimal_round(of("1.005"), 2, &r));
        assert_int_equal(r.units, 1010000);
        assert_true(decimal_div(of("2"), of("3"), &r));
        assert_int_equal(r.units, 666667);
        assert_true(decimal_div(of("-1"), of("2000000"), &r));
        assert_int_equal(r.units, -1);
        r.units = 5;
        assert_false(decimal_div(of("1"), of("0"), &r));
        assert_false(decimal_mul(of("1000000"), of("1000000"), &r));
        assert_false(decimal_round(of("999999999999.999999"), 0, &r));
        assert_false(decimal_from_int(1000000000000, &r));
        assert_int_equal(r.units, 5); // untouched where there is no value
        assert_true(decimal_from_int(-999999999999, &r));
}

static void sums(void **state) {
        (void)state;
        DecimalSum sum = {0};
        Decimal r;
        assert_false(decimal_sum_average(&sum, &r));
        assert_true(decimal_sum_total(&sum, &r));
        assert_int_equal(r.units, 0);
        for (int i = 0; i < 100; i++)
                decimal_sum_add(&sum, (Decimal){DECIMAL_MAX});
        assert_false(decimal_sum_total(&sum, &r));
        assert_true(decimal_sum_average(&sum, &r));
        assert_int_equal(r.units, DECIMAL_MAX);
        for (int i = 0; i < 99; i++)
                decimal_sum_add(&sum, (Decimal){-DECIMAL_MAX});
        assert_true(decimal_sum_total(&sum, &r));
        assert_int_equal(r.units, DECIMAL_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reading),
                cmocka_unit_test(writing),
                cmocka_unit_test(arithmetic_agrees_with_the_reference),
                cmocka_unit_test(text_round_trip),
                cmocka_unit_test(rounding_and_limits),
                cmocka_unit_test(sums),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
