// Files: limits, errors, and durable writing when the Nth call fails: there is always the old content or the new, and nothing else.
#include "os/os.h"
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static int calls_left; // until the one that fails; negative: none fails
static OsCalls faulty; // the real ones, while replaced

static bool fails_now(void) {
        if (calls_left-- != 0)
                return false;
        errno = ENOSPC;
        return true;
}

static int faulty_open(const char *path, int flags, unsigned mode) {
        return fails_now() ? -1 : faulty.open(path, flags, mode);
}
static ssize_t faulty_write(int fd, const void *data, size_t size) {
        return fails_now() ? -1 : faulty.write(fd, data, size > 10 ? 10 : size); // and short
}
static ssize_t faulty_read(int fd, void *data, size_t size) {
        return fails_now() ? -1 : faulty.read(fd, data, size > 10 ? 10 : size);
}
static int faulty_fsync(int fd) {
        return fails_now() ? -1 : faulty.fsync(fd);
}
static int faulty_rename(const char *from, const char *to) {
        return fails_now() ? -1 : faulty.rename(from, to);
}

typedef struct Fixture {
        Arena *arena;
        Context context;
        char *path;
} Fixture;

static int set_up(void **state) {
        static Fixture f;
        snprintf(folder, sizeof folder, "/tmp/os-test-XXXXXX");
        if (!mkdtemp(folder))
                return -1;
        f.arena = arena_new(0);
        context_init(&f.context, f.arena, LANG_EN, 0);
        f.path = str_c(f.arena, str_format(f.arena, "%s/file", folder));
        *state = &f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;
        os_calls_set(NULL);
        unlink(f->path);
        rmdir(folder);
        arena_free(f->arena);
        return 0;
}

static int files_in_folder(void) {
        int count = 0;
        DIR *dir = opendir(folder);
        while (dir && readdir(dir))
                count++;
        if (dir)
                closedir(dir);
        return count - 2;
}

static void round_trip_and_limits(void **state) {
        Fixture *f = *state;
        Str content = {arena_alloc(f->arena, 300000), 300000}, got;
        assert_int_equal(file_write_durable(&f->context, f->path, content), STATUS_OK);
        assert_int_equal(file_read(&f->context, f->path, 300000, &got), STATUS_OK);
        assert_true(str_eq(content, got));
        assert_int_equal(file_read(&f->context, f->path, 299999, &got), STATUS_TOO_LARGE);
        assert_int_equal(file_write_durable(&f->context, f->path, STR_NONE), STATUS_OK);
        assert_int_equal(file_read(&f->context, f->path, 0, &got), STATUS_OK);
        assert_int_equal(got.len, 0);
        assert_int_equal(files_in_folder(), 1);
}

static void absent_files_and_folders(void **state) {
        Fixture *f = *state;
        Str got;
        assert_int_equal(file_read(&f->context, f->path, 10, &got), STATUS_NOT_FOUND);
        assert_string_equal(f->context.error.code, "file_not_found");
        assert_int_equal(file_read(&f->context, folder, 10, &got), STATUS_IO);
        assert_string_equal(f->context.error.code, "file_unreadable");
        assert_true(f->context.error.detail.len > 0);
        assert_int_equal(file_write_durable(&f->context, "/proc/no-such/file", STR("x")), STATUS_NOT_FOUND);
}

static void every_call_may_fail(void **state) {
        Fixture *f = *state;
        faulty = *os_calls();
        OsCalls replaced = faulty;
        replaced.open = faulty_open;
        replaced.write = faulty_write;
        replaced.read = faulty_read;
        replaced.fsync = faulty_fsync;
        replaced.rename = faulty_rename;
        Str old = STR("the old content, twenty or more bytes"), new = STR("the new content, of another length"), got;
        for (int n = 0;; n++) {
                assert_true(n < 50);
                calls_left = -1;
                assert_int_equal(file_write_durable(&f->context, f->path, old), STATUS_OK);
                os_calls_set(&replaced);
                calls_left = n;
                Status status = file_write_durable(&f->context, f->path, new);
                bool all_called = calls_left >= 0;
                calls_left = -1;
                assert_int_equal(file_read(&f->context, f->path, 1000, &got), STATUS_OK);
                os_calls_set(NULL);
                assert_true(str_eq(got, old) || str_eq(got, new));
                assert_int_equal(files_in_folder(), 1);
                if (all_called) {
                        assert_int_equal(status, STATUS_OK);
                        break;
                }
                assert_int_equal(status, STATUS_IO);
        }
        os_calls_set(&replaced);
        calls_left = 2;
        assert_int_equal(file_read(&f->context, f->path, 1000, &got), STATUS_IO);
}

static void folders_with_parents(void **state) {
        Fixture *f = *state;
        char *deep = str_c(f->arena, str_format(f->arena, "%s/a//b/c/", folder));
        assert_int_equal(folder_make(&f->context, deep), STATUS_OK);
        assert_int_equal(folder_make(&f->context, deep), STATUS_OK);
        assert_int_equal(folder_make(&f->context, "/"), STATUS_OK);
        assert_int_equal(file_write_durable(&f->context, f->path, STR("x")), STATUS_OK);
        assert_int_equal(folder_make(&f->context, f->path), STATUS_IO);
        static const char *const parts[] = {"a/b/c", "a/b", "a"};
        for (size_t i = 0; i < 3; i++)
                assert_int_equal(rmdir(str_format(f->arena, "%s/%s", folder, parts[i]).data), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(round_trip_and_limits, set_up, tear_down),
                cmocka_unit_test_setup_teardown(absent_files_and_folders, set_up, tear_down),
                cmocka_unit_test_setup_teardown(every_call_may_fail, set_up, tear_down),
                cmocka_unit_test_setup_teardown(folders_with_parents, set_up, tear_down),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
