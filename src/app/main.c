// Entry: finds the subcommand and where it runs: here, or in the server that has the data folder open.
#include "app/command.h"
#include "base/unicode.h"
#include "os/os.h"
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_usage(FILE *file) {
        fprintf(file, "usage: haike serve [--data DIR] [--listen ADDR:PORT] [--database URL] [--trusted-proxies LIST] [--test-clock]\n");
        for (const CommandDef *def = commands; def->name; def++)
                fprintf(file, "       haike %s\n", def->usage);
        fprintf(file, "all take --data DIR and --database URL\n");
}

static int usage(const char *problem) {
        if (problem)
                fprintf(stderr, "haike: %s\n", problem);
        print_usage(stderr);
        return EXIT_USAGE;
}

static void print_out(void *out, bool problem, Str text) {
        (void)out;
        FILE *file = problem ? stderr : stdout;
        if (text.len)
                fwrite(text.data, 1, text.len, file);
        fflush(file);
}

static Str read_stdin(Arena *arena) {
        Buf buf = buf_make(arena, 1 << 20);
        char block[4096];
        for (size_t n; (n = fread(block, 1, sizeof block, stdin)) > 0;)
                buf_add(&buf, str_make(block, n));
        return buf_str(&buf);
}

static int run_here(const CommandDef *def, const Options *options, Str input, Arena *arena, int argc, char **argv) {
        Command command = {.options = options, .input = input, .print = print_out};
        context_init(&command.context, arena, command_lang(), os_now_ms());
        Status status = def->alone ? STATUS_OK : command_open(&command.context, options, def->creates, &command.org);
        if (status != STATUS_OK) {
                int code = EXIT_FAILED;
                if (!options->database && store_locked_elsewhere(&command.context) && control_send(options, argc, argv, input, &code))
                        return code;
                return command_fail(&command, status);
        }
        int code = command_run(def, &command);
        org_close(command.org);
        return code;
}

static int run_command(const Options *options, Arena *arena, int argc, char **argv) {
        const CommandDef *def = command_find(options->words[0]);
        if (!def)
                return usage("unknown command");
        if (!def->usable(options))
                return usage("arguments or options are missing, or too many");
        Str input = options->password_stdin ? read_stdin(arena) : STR_NONE;
        return run_here(def, options, input, arena, argc, argv);
}

int main(int argc, char **argv) {
        signal(SIGPIPE, SIG_IGN);
        umask(0077); // what is written here is nobody else's to read
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Options options;
        const char *problem = NULL;
        if (!options_parse(argc, argv, &options, &problem))
                return usage(problem);
        if (options.version) {
                printf("haike %s\n", HAIKE_VERSION);
                return EXIT_DONE;
        }
        if (options.help) {
                print_usage(stdout);
                return EXIT_DONE;
        }
        if (options.count == 0)
                return usage(NULL);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (sodium_init() < 0 || unicode_start(&context) != STATUS_OK) {
                fprintf(stderr, "haike: libsodium or ICU cannot be started\n");
                return EXIT_FAILED;
        }
        if (strcmp(options.words[0], "serve") == 0)
                return options.count == 1 ? serve_run(&options) : usage("serve takes no arguments");
        return run_command(&options, arena, argc, argv);
}
