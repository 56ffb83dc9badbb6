// The command line's options: what is taken, what is refused.
#include "app/command.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static bool parse(Options *options, const char **ret_problem, const char *const *words, int count) {
        char *argv[32] = {(char *)"haike"};
        for (int i = 0; i < count; i++)
                argv[i + 1] = (char *)words[i];
        return options_parse(count + 1, argv, options, ret_problem);
}
#define PARSE(options, problem, ...) parse((options), (problem), (const char *const[]){__VA_ARGS__}, (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))

static void defaults(void **state) {
        (void)state;
        Options options;
        const char *problem;
        assert_true(PARSE(&options, &problem, "serve"));
        assert_string_equal(options.data, "data");
        assert_string_equal(options.listen, "127.0.0.1:8080");
        assert_null(options.database);
        assert_int_equal(options.count, 1);
        assert_string_equal(options.words[0], "serve");
}

static void takes_both_forms(void **state) {
        (void)state;
        Options options;
        const char *problem;
        assert_true(PARSE(&options, &problem, "user", "--data=a b", "add", "zhang", "--role", "sales", "--password-stdin", "--name", "张三"));
        assert_string_equal(options.data, "a b");
        assert_string_equal(options.role, "sales");
        assert_string_equal(options.name, "张三");
        assert_true(options.password_stdin);
        assert_int_equal(options.count, 3);
        assert_string_equal(options.words[2], "zhang");
}

static void words_after_dashes(void **state) {
        (void)state;
        Options options;
        const char *problem;
        assert_true(PARSE(&options, &problem, "backup", "--", "--odd-name"));
        assert_int_equal(options.count, 2);
        assert_string_equal(options.words[1], "--odd-name");
}

static void refuses(void **state) {
        (void)state;
        Options options;
        const char *problem;
        assert_false(PARSE(&options, &problem, "serve", "--nosuch"));
        assert_string_equal(problem, "unknown option");
        assert_false(PARSE(&options, &problem, "serve", "--dataX", "a"));
        assert_false(PARSE(&options, &problem, "serve", "--data"));
        assert_string_equal(problem, "an option lacks its value");
        assert_false(PARSE(&options, &problem, "serve", "--data="));
        assert_false(PARSE(&options, &problem, "1", "2", "3", "4", "5", "6", "7", "8", "9"));
        assert_string_equal(problem, "too many arguments");
}

static void empty_database_is_none(void **state) {
        (void)state;
        Options options;
        const char *problem;
        assert_true(PARSE(&options, &problem, "serve", "--database="));
        assert_null(options.database);
}

static void user_needs(void **state) {
        (void)state;
        Options options;
        const char *problem;
        assert_true(PARSE(&options, &problem, "user", "list"));
        assert_true(user_usable(&options));
        assert_true(PARSE(&options, &problem, "user", "add", "zhang"));
        assert_false(user_usable(&options)); // without a role
        assert_true(PARSE(&options, &problem, "user", "passwd", "zhang"));
        assert_false(user_usable(&options)); // passwords are not arguments
        assert_true(PARSE(&options, &problem, "user"));
        assert_false(user_usable(&options));
        assert_true(PARSE(&options, &problem, "user", "remove", "zhang"));
        assert_false(user_usable(&options));
}

static void language(void **state) {
        (void)state;
        setenv("LC_ALL", "en_GB.UTF-8", 1);
        assert_int_equal(command_lang(), LANG_EN);
        setenv("LC_ALL", "C.UTF-8", 1);
        assert_int_equal(command_lang(), LANG_ZH_CN);
        unsetenv("LC_ALL");
        unsetenv("LC_MESSAGES");
        setenv("LANG", "en", 1);
        assert_int_equal(command_lang(), LANG_EN);
        unsetenv("LANG");
        assert_int_equal(command_lang(), LANG_ZH_CN);
}

static void every_command_is_found(void **state) {
        (void)state;
        for (const CommandDef *def = commands; def->name; def++) {
                assert_ptr_equal(command_find(def->name), def);
                assert_non_null(def->run);
                assert_non_null(def->usable);
                assert_non_null(def->usage);
        }
        assert_null(command_find("nosuch"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(defaults),      cmocka_unit_test(takes_both_forms), cmocka_unit_test(words_after_dashes), cmocka_unit_test(refuses),
                cmocka_unit_test(empty_database_is_none), cmocka_unit_test(user_needs), cmocka_unit_test(language), cmocka_unit_test(every_command_is_found),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
