// Positions as they are stored, and texts that only look like them.
#include "base/position.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void reads_both_parts(void **state) {
        (void)state;
        Decimal part;
        assert_true(position_part(STR("{\"lat\":30.274123,\"lng\":120.155}"), POSITION_LATITUDE, &part));
        assert_int_equal(part.units, 30274123);
        assert_true(position_part(STR("{\"lat\":-30,\"lng\":-0.5}"), POSITION_LONGITUDE, &part));
        assert_int_equal(part.units, -500000);
}

static void refuses_what_is_no_position(void **state) {
        (void)state;
        static const char *const wrong[] = {"", "{}", "null", "{\"lat\":1}", "{\"lng\":1,\"lat\":2}", "{\"lat\":a,\"lng\":2}", "{\"lat\":1,\"lng\":2} ", "{\"lat\":1,\"lng\":2,\"x\":3}", "{\"lat\":,\"lng\":2}", "{\"lat\":1.,\"lng\":2}", "{\"lat\":+1,\"lng\":2}", "{\"lat\":1e1,\"lng\":2}", "{\"lat\":1,\"lng\":1234}"};
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                Decimal part;
                assert_false(position_part(str_from(wrong[i]), POSITION_LATITUDE, &part));
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(reads_both_parts), cmocka_unit_test(refuses_what_is_no_position)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
