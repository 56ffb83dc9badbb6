// The log: one logfmt line per event, written to standard error in one call, so that lines of several threads do not mix.
#include "base/log.h"
#include "base/date.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LINE_LARGEST 2048

static _Atomic int least_level = LOG_INFO; // set once, at the start

void log_level(LogLevel least) {
        atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
}

// 2026-11-22T08:00:00.123Z
static size_t stamp(char *line, size_t size) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now); // the true time, also where a test has moved the clock
        Civil c = civil_from_ms(now.tv_sec * 1000LL + now.tv_nsec / 1000000);
        int length = snprintf(line, size, "time=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute, c.second, c.ms);
        return (size_t)length;
}

void log_event(LogLevel level, const char *event, const char *format, ...) {
        static const char *const names[] = {"debug", "info", "warn", "error"};
        if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
                return;
        char line[LINE_LARGEST];
        size_t room = sizeof line - 1; // for the line's end
        size_t length = stamp(line, room);
        length += (size_t)snprintf(line + length, room - length, " level=%s event=%s", names[level], event);
        if (length < room && format && *format) {
                line[length++] = ' ';
                va_list arguments;
                va_start(arguments, format);
                int more = vsnprintf(line + length, room - length, format, arguments);
                va_end(arguments);
                length += more > 0 ? (size_t)more : 0;
        }
        if (length > room - 1)
                length = room - 1;
        for (size_t i = 0; i < length; i++) // a value with a line end must not look like a second event
                if ((unsigned char)line[i] < ' ')
                        line[i] = ' ';
        line[length++] = '\n';
        ssize_t written = write(STDERR_FILENO, line, length);
        (void)written; // there is nowhere left to report it
}
