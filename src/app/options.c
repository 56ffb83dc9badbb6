// The command line's options.
#include "app/command.h"
#include <stdlib.h>

typedef struct OptionDef {
        const char *name;
        size_t offset; // of the text or the flag in Options
} OptionDef;

static const OptionDef texts[] = {
        {"--data", offsetof(Options, data)},
        {"--database", offsetof(Options, database)},
        {"--listen", offsetof(Options, listen)}, {"--trusted-proxies", offsetof(Options, trusted_proxies)},
        {"--name", offsetof(Options, name)},
        {"--role", offsetof(Options, role)},
        {"--department", offsetof(Options, department)},
        {"--map", offsetof(Options, map)},
        {"--audit-head", offsetof(Options, audit_head)},
};
static const OptionDef flags[] = {
        {"--test-clock", offsetof(Options, test_clock)},
        {"--demo", offsetof(Options, demo)},
        {"--dry-run", offsetof(Options, dry_run)},
        {"--password-stdin", offsetof(Options, password_stdin)},
        {"--help", offsetof(Options, help)},
        {"--version", offsetof(Options, version)},
};

static bool take_text(Options *options, int argc, char **argv, int *at, const char **ret_problem) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                size_t length = strlen(texts[i].name);
                const char **slot = (const char **)((char *)options + texts[i].offset);
                if (strncmp(argv[*at], texts[i].name, length) != 0 || (argv[*at][length] && argv[*at][length] != '='))
                        continue;
                if (argv[*at][length] == '=')
                        *slot = argv[*at] + length + 1;
                else if (*at + 1 < argc)
                        *slot = argv[++*at];
                else
                        *ret_problem = "an option lacks its value";
                return true;
        }
        return false;
}

static bool take_flag(Options *options, const char *word) {
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
                if (strcmp(word, flags[i].name) == 0) {
                        *(bool *)((char *)options + flags[i].offset) = true;
                        return true;
                }
        return false;
}

static void take_word(Options *options, const char *word, const char **ret_problem) {
        if (options->count == (int)(sizeof options->words / sizeof *options->words))
                *ret_problem = "too many arguments";
        else
                options->words[options->count++] = word;
}

// After "--" everything is a word.
bool options_parse(int argc, char **argv, Options *ret, const char **ret_problem) {
        bool words_only = false;
        *ret = (Options){.data = "data", .listen = "127.0.0.1:8080"};
        *ret_problem = NULL;
        for (int i = 1; i < argc && !*ret_problem; i++) {
                if (words_only || argv[i][0] != '-')
                        take_word(ret, argv[i], ret_problem);
                else if (strcmp(argv[i], "--") == 0)
                        words_only = true;
                else if (!take_text(ret, argc, argv, &i, ret_problem) && !take_flag(ret, argv[i]))
                        *ret_problem = "unknown option";
        }
        if (!*ret_problem && ret->data[0] == '\0')
                *ret_problem = "--data names no folder";
        if (ret->database && ret->database[0] == '\0')
                ret->database = NULL;
        return *ret_problem == NULL;
}

Lang command_lang(void) {
        static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                const char *value = getenv(names[i]);
                if (value && *value)
                        return strncmp(value, "en", 2) == 0 ? LANG_EN : LANG_ZH_CN;
        }
        return LANG_ZH_CN;
}
