// What the programs of this folder share: their options, the time, and how they end when something is wrong.
#pragma once
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct ProgramOption { const char *name; const char **text; int *number; int64_t *count; double *real; } ProgramOption; // one of the four is where it goes

// "--name value" for each; false: there is another name, or a value is missing.
static inline bool options_take(int argc, char **argv, const ProgramOption *options, size_t count) {
        for (int i = 1; i + 1 < argc; i += 2) {
                size_t at = 0;
                while (at < count && strcmp(argv[i], options[at].name) != 0)
                        at++;
                if (at == count)
                        return false;
                if (options[at].text)
                        *options[at].text = argv[i + 1];
                else if (options[at].number)
                        *options[at].number = (int)strtol(argv[i + 1], NULL, 10);
                else if (options[at].count)
                        *options[at].count = strtoll(argv[i + 1], NULL, 10);
                else
                        *options[at].real = strtod(argv[i + 1], NULL);
        }
        return argc % 2;
}

static inline int64_t now_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline _Noreturn void die(const char *what) {
        fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
        exit(1);
}
