// Cells of CSV: what is quoted, and what a spreadsheet must not take for a formula.
#include "link/export/csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void check(void (*cell)(Buf *buf, Str text), const char *text, const char *expected) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Buf buf = buf_make(arena, 1000);
        cell(&buf, str_from(text));
        buf_add_char(&buf, '\0');
        assert_string_equal(buf.data, expected);
}

static void separators_are_quoted(void **state) {
        (void)state;
        check(csv_cell, "", "");
        check(csv_cell, "客户", "客户");
        check(csv_cell, "a,b", "\"a,b\"");
        check(csv_cell, "say \"no\"", "\"say \"\"no\"\"\"");
        check(csv_cell, "two\nlines", "\"two\nlines\"");
        check(csv_cell, "-5.00", "-5.00");
}

static void formulas_are_texts(void **state) {
        (void)state;
        check(csv_text_cell, "=1+1", "'=1+1");
        check(csv_text_cell, "+8613800138000", "'+8613800138000");
        check(csv_text_cell, "-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0");
        check(csv_text_cell, "@SUM(A1,B1)", "\"'@SUM(A1,B1)\"");
        check(csv_text_cell, "\t=1", "'\t=1");
        check(csv_text_cell, "\r=1", "\"'\r=1\"");
        check(csv_text_cell, "＝1", "'＝1");
        check(csv_text_cell, "1=1", "1=1");
        check(csv_text_cell, "", "");
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(separators_are_quoted), cmocka_unit_test(formulas_are_texts)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
