// The log: one line per event, none below the level, no line ends inside.
#include "base/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

static Str captured(char *text, size_t size, void (*run)(void)) {
        int ends[2], kept = dup(STDERR_FILENO);
        assert_int_equal(pipe(ends), 0);
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        run();
        dup2(kept, STDERR_FILENO);
        close(kept);
        ssize_t got = read(ends[0], text, size);
        close(ends[0]);
        assert_true(got >= 0);
        return str_make(text, (size_t)got);
}

static void two_events(void) {
        log_level(LOG_INFO);
        log_event(LOG_DEBUG, "hidden", "x=%d", 1);
        log_event(LOG_INFO, "started", "port=%d name=%s", 8080, "a\nb");
        log_event(LOG_ERROR, "stopped", "%s", "");
}

static void one_line_each(void **state) {
        (void)state;
        char text[4096];
        Str lines = captured(text, sizeof text, two_events), line;
        assert_true(str_cut(&lines, '\n', &line));
        assert_true(str_starts(line, STR("time=20")));
        assert_true(str_ends(line, STR("Z level=info event=started port=8080 name=a b")));
        assert_true(str_cut(&lines, '\n', &line));
        assert_true(str_find(line, STR("level=error event=stopped")) > 0);
        assert_false(str_cut(&lines, '\n', &line));
}

static void a_long_event(void) {
        char text[5000];
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        log_event(LOG_WARN, "long", "text=%s", text);
        log_event(LOG_WARN, text, "%s", text);
}

static void long_lines_are_cut(void **state) {
        (void)state;
        char text[8192];
        Str lines = captured(text, sizeof text, a_long_event), line;
        for (int i = 0; i < 2; i++) {
                assert_true(str_cut(&lines, '\n', &line));
                assert_true(line.len > 2000 && line.len < 2048);
        }
        assert_int_equal(lines.len, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(one_line_each), cmocka_unit_test(long_lines_are_cut)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
