// The control socket: commands handed over, long folders, dead sockets, and clients that mean no good.
#include "app/control.h"
#include "app/fixture.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static void start(Fixture *fixture, Control **ret) {
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(control_start(&fixture->context, fixture->org, fixture->folder, ret), STATUS_OK);
}

static int connect_to(const Fixture *fixture) {
        struct sockaddr_un address;
        int folder = open(fixture->folder, O_PATH | O_DIRECTORY), fd = socket(AF_UNIX, SOCK_STREAM, 0);
        control_address(folder, &address);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
        close(folder);
        return fd;
}

// What the server answers, as one text: output of both kinds, then the exit code.
static Str talk(Fixture *fixture, int fd) {
        Buf answer = buf_make(fixture->arena, 1 << 20);
        char head[5], bytes[4096];
        while (control_read(fd, head, sizeof head, os_monotonic_us() + 20000000)) {
                uint32_t length = control_get_length(head + 1);
                assert_true(length <= sizeof bytes);
                assert_true(control_read(fd, bytes, length, 0));
                if (head[0] == 'x')
                        buf_format(&answer, "exit %u", control_get_length(bytes));
                else
                        buf_add(&answer, str_make(bytes, length));
        }
        close(fd);
        return buf_str(&answer);
}

static Str ask(Fixture *fixture, const char *input, char **argv) {
        int fd = connect_to(fixture);
        ControlRequest request = {.lang = LANG_EN, .folder = fixture->root, .input = str_from(input), .argv = argv};
        while (argv[request.argc])
                request.argc++;
        assert_true(control_write_request(fd, fixture->arena, &request));
        return talk(fixture, fd);
}
#define ASK(fixture, input, ...) ask((fixture), (input), (char *[]){(char *)"haike", __VA_ARGS__, NULL})
#define W(text) (char *)text

static void runs_commands(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        start(fixture, &control);
        assert_true(str_is(ASK(fixture, "", W("check")), "ok\nexit 0"));
        assert_true(str_is(ASK(fixture, "correct horse\n", W("user"), W("add"), W("zhang"), W("--role"), W("sales"), W("--password-stdin")), "added zhang\nexit 0"));
        assert_true(str_find(ASK(fixture, "", W("user"), W("list")), STR("zhang\tzhang")) == 0);
        assert_true(str_find(ASK(fixture, "", W("restore"), W("x")), STR("exit 1")) > 0);
        assert_true(str_find(ASK(fixture, "", W("nosuch")), STR("exit 2")) > 0);
        assert_true(str_find(ASK(fixture, "", W("serve")), STR("exit 2")) > 0);
        assert_true(str_find(ASK(fixture, "", W("user"), W("add")), STR("exit 2")) > 0);
        control_stop(control);
}

static void names_start_at_the_clients_folder(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        char path[200];
        struct stat info;
        start(fixture, &control);
        assert_true(str_find(ASK(fixture, "", W("backup"), W("copy.db")), STR("exit 0")) > 0);
        snprintf(path, sizeof path, "%s/copy.db", fixture->root);
        assert_int_equal(stat(path, &info), 0);
        control_stop(control);
}

static void socket_is_private(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        char path[200];
        struct stat info;
        start(fixture, &control);
        snprintf(path, sizeof path, "%s/" CONTROL_SOCKET, fixture->folder);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
        control_stop(control);
        assert_int_equal(stat(path, &info), -1);
}

static void takes_over_a_dead_socket(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        fixture_open(fixture);
        struct sockaddr_un address;
        int folder = open(fixture->folder, O_PATH | O_DIRECTORY), fd = socket(AF_UNIX, SOCK_STREAM, 0);
        control_address(folder, &address);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0); // never listens
        close(fd);
        close(folder);
        assert_int_equal(control_start(&fixture->context, fixture->org, fixture->folder, &control), STATUS_OK);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_true(str_is(ASK(fixture, "", W("check")), "ok\nexit 0"));
        control_stop(control);
}

static void long_folders(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        size_t length = strlen(fixture->root);
        Buf path = buf_make(fixture->arena, 4096);
        buf_add(&path, str_make(fixture->root, length));
        for (int i = 0; i < 12; i++)
                buf_lit(&path, "/a-folder-with-a-long-name");
        const char *folder = str_c(fixture->arena, buf_str(&path));
        Options options = {.data = folder};
        Org *org = NULL;
        assert_int_equal(command_open(&fixture->context, &options, true, &org), STATUS_OK);
        assert_int_equal(control_start(&fixture->context, org, folder, &control), STATUS_OK);
        int code = -1;
        char *argv[] = {W("haike"), W("user"), W("list")};
        assert_true(control_send(&options, 3, argv, STR_NONE, &code));
        assert_int_equal(code, EXIT_DONE);
        control_stop(control);
        org_close(org);
}

static void nobody_answers(void **state) {
        Fixture *fixture = *state;
        Options options = {.data = fixture->root};
        int code = -1;
        char *argv[] = {W("haike"), W("check")};
        assert_false(control_send(&options, 2, argv, STR_NONE, &code));
}

static void send_bytes(Fixture *fixture, Str bytes) {
        int fd = connect_to(fixture);
        (void)control_write(fd, bytes);
        shutdown(fd, SHUT_WR);
        assert_true(str_empty(talk(fixture, fd)));
}

// Nothing of this may be answered, kept waiting for or remembered.
static void hostile_requests(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        start(fixture, &control);
        send_bytes(fixture, STR_NONE);
        send_bytes(fixture, STR("GET / HTTP/1.1\r\n\r\n"));
        send_bytes(fixture, STR(CONTROL_GREETING "\xFF\xFF\xFF\xFF"));
        send_bytes(fixture, STR(CONTROL_GREETING "\x10\0\0\0" "abc"));
        send_bytes(fixture, STR(CONTROL_GREETING "\x04\0\0\0" "\xFF\xFF\xFF\x7F"));
        send_bytes(fixture, STR(CONTROL_GREETING "\x0C\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0"));                  // no folder, no arguments
        send_bytes(fixture, STR(CONTROL_GREETING "\x15\0\0\0" "\0\0\0\0" "\1\0\0\0/" "\0\0\0\0" "\3\0\0\0" "a\0")); // cut off
        send_bytes(fixture, STR(CONTROL_GREETING "\x14\0\0\0" "\0\0\0\0" "\1\0\0\0/" "\0\0\0\0" "\3\0\0\0" "a\0b")); // a zero byte
        assert_true(str_is(ASK(fixture, "", W("check")), "ok\nexit 0"));
        control_stop(control);
}

static void too_many_clients(void **state) {
        Fixture *fixture = *state;
        Control *control = NULL;
        int waiting[16];
        start(fixture, &control);
        for (int i = 0; i < 8; i++)
                waiting[i] = connect_to(fixture); // says nothing
        usleep(100000);
        assert_true(str_find(talk(fixture, connect_to(fixture)), STR("exit 1")) > 0);
        close(waiting[0]);
        usleep(100000);
        assert_true(str_is(ASK(fixture, "", W("check")), "ok\nexit 0"));
        int64_t before = os_monotonic_us();
        control_stop(control); // does not wait for those who say nothing
        assert_true(os_monotonic_us() - before < 5000000);
        for (int i = 1; i < 8; i++)
                close(waiting[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(runs_commands), TEST(names_start_at_the_clients_folder), TEST(socket_is_private), TEST(takes_over_a_dead_socket),
                TEST(long_folders),  TEST(nobody_answers),                    TEST(hostile_requests),  TEST(too_many_clients),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
