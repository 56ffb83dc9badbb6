// For the tests of this folder: commands run on a data folder of their own, with what they print kept.
#pragma once
#include "app/command.h"
#include "base/unicode.h"
#include "os/os.h"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
        Arena *arena;
        Context context;
        Org *org;
        char root[64], folder[96];
        Buf out, problems;
} Fixture;

static inline void fixture_print(void *out, bool problem, Str text) {
        Fixture *fixture = out;
        buf_add(problem ? &fixture->problems : &fixture->out, text);
}

static inline void fixture_clean(Fixture *fixture) {
        fixture->out = buf_make(fixture->arena, 1 << 24);
        fixture->problems = buf_make(fixture->arena, 1 << 24);
        error_clear(&fixture->context);
}

static inline void fixture_open(Fixture *fixture) {
        Options options = {.data = fixture->folder};
        error_clear(&fixture->context);
        Status status = command_open(&fixture->context, &options, true, &fixture->org);
        if (status != STATUS_OK)
                fail_msg("%s " STR_FMT, fixture->context.error.code, STR_ARG(fixture->context.error.detail));
}

static inline void fixture_close(Fixture *fixture) {
        org_close(fixture->org);
        fixture->org = NULL;
}

static inline int fixture_setup(void **state) {
        Fixture *fixture = calloc(1, sizeof *fixture);
        fixture->arena = arena_new(0);
        context_init(&fixture->context, fixture->arena, LANG_EN, os_now_ms());
        snprintf(fixture->root, sizeof fixture->root, "/tmp/haike-app-XXXXXX");
        if (sodium_init() < 0 || unicode_start(&fixture->context) != STATUS_OK || !mkdtemp(fixture->root))
                return -1;
        snprintf(fixture->folder, sizeof fixture->folder, "%s/data", fixture->root);
        fixture_clean(fixture);
        *state = fixture;
        return 0;
}

static inline int fixture_teardown(void **state) {
        Fixture *fixture = *state;
        fixture_close(fixture);
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%s'", fixture->root);
        int code = system(command);
        arena_free(fixture->arena);
        free(fixture);
        return code;
}

// Runs a command line as main() and the server do. The arguments end with NULL.
static inline int fixture_run(Fixture *fixture, const char *input, ...) {
        char *argv[32] = {(char *)"haike"};
        int argc = 1;
        va_list list;
        va_start(list, input);
        for (char *word; (word = va_arg(list, char *)) && argc < 31;)
                argv[argc++] = word;
        va_end(list);
        Options *options = arena_new_of(fixture->arena, Options);
        const char *problem = NULL;
        fixture_clean(fixture);
        assert_true(options_parse(argc, argv, options, &problem));
        options->data = fixture->folder;
        const CommandDef *def = command_find(options->words[0]);
        assert_non_null(def);
        assert_true(def->usable(options));
        Command command = {.org = def->alone ? NULL : fixture->org, .options = options, .input = str_from(input), .folder = fixture->root, .print = fixture_print, .out = fixture};
        context_init(&command.context, fixture->arena, LANG_EN, os_now_ms());
        return def->run(&command);
}

static inline bool fixture_said(const Fixture *fixture, const char *text) {
        return str_find(buf_str(&fixture->out), str_from(text)) >= 0 || str_find(buf_str(&fixture->problems), str_from(text)) >= 0;
}
