// The server over loopback: what a polite client does, and what no polite client does.
#include "http/http.h"
#include "tests/support/client.h"
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define REPLY_MS 5000
#define BODY_LIMIT 100000

typedef struct Fixture {
        HttpServer *server;
        Arena *arena;
        Context context;
        char folder[64];
        int port;
} Fixture;

static size_t body_limit(void *self, HttpMethod method, Str path, bool *ret_to_file) {
        (void)self, (void)method;
        *ret_to_file = str_is(path, "/upload");
        return str_is(path, "/upload") ? 1000000 : BODY_LIMIT;
}

static void *resume_later(void *arg) {
        HttpRequest *request = arg;
        usleep(20000);
        request->response = str_format(request->arena, "later " STR_FMT, STR_ARG(http_header(request, "x-tag")));
        http_resume(request);
        return NULL;
}

static void respond_echo(HttpRequest *request) {
        Buf out = buf_make(request->arena, 2000000);
        buf_format(&out, STR_FMT "|" STR_FMT "|", STR_ARG(request->method_name), STR_ARG(request->path));
        for (size_t i = 0; i < request->query_count; i++)
                buf_format(&out, STR_FMT "=" STR_FMT ";", STR_ARG(request->query[i].name), STR_ARG(request->query[i].value));
        buf_lit(&out, "|");
        buf_add(&out, request->body);
        request->response = buf_str(&out);
        http_respond_header(request, "X-Cookie", http_cookie(request, "haike_session"));
        http_respond_header(request, "X-Peer", request->peer);
        http_respond_header(request, "X-Secure", request->secure ? STR("yes") : STR("no"));
}

static void respond_upload(HttpRequest *request) {
        struct stat about = {0};
        if (request->body_path.len)
                assert_int_equal(stat(request->body_path.data, &about), 0);
        assert_int_equal(request->body.len, 0);
        request->response = str_format(request->arena, "%lld bytes", (long long)about.st_size);
}

static void respond_file(HttpRequest *request, const Fixture *fixture) {
        Str path = str_format(request->arena, "%s/answer", fixture->folder);
        FILE *file = fopen(path.data, "w");
        fputs("from a file", file);
        fclose(file);
        request->file_path = path;
        request->delete_file = true;
        request->content_type = STR("text/plain");
}

static void handle(void *self, HttpRequest *request) {
        if (str_is(request->path, "/defer")) {
                pthread_t thread;
                http_defer(request);
                pthread_create(&thread, NULL, resume_later, request);
                pthread_detach(thread);
        } else if (str_is(request->path, "/upload")) {
                respond_upload(request);
        } else if (str_is(request->path, "/file")) {
                respond_file(request, self);
        } else if (str_is(request->path, "/missing-file")) {
                request->file_path = STR("/nonexistent/file");
        } else if (str_is(request->path, "/large")) {
                char *data = arena_alloc(request->arena, 5000000);
                memset(data, 'x', 5000000);
                request->response = str_make(data, 5000000);
        } else if (str_is(request->path, "/none")) {
                request->status = 204;
        } else if (str_is(request->path, "/split")) {
                http_respond_header(request, "X-Value", http_query(request, "value", NULL));
        } else {
                respond_echo(request);
        }
}

static int setup(void **state) {
        static Fixture fixture;
        fixture = (Fixture){.arena = arena_new(0)};
        context_init(&fixture.context, fixture.arena, LANG_EN, 0);
        snprintf(fixture.folder, sizeof fixture.folder, "/tmp/haike-http-XXXXXX");
        assert_non_null(mkdtemp(fixture.folder));
        HttpConfig config = {.address = "127.0.0.1", .threads = 2, .max_body = 1000, .body_limit = body_limit, .handle = handle, .self = &fixture,
                .folder = fixture.folder, .timeout_s = 2, .trusted_proxies = "127.0.0.1, 10.0.0.0/8"};
        assert_int_equal(http_start(&fixture.context, &config, &fixture.server), STATUS_OK);
        fixture.port = http_port(fixture.server);
        *state = &fixture;
        return 0;
}

static int files_in(const char *folder) {
        DIR *open = opendir(folder);
        int count = 0;
        for (const struct dirent *entry; (entry = readdir(open));)
                count += entry->d_name[0] != '.';
        closedir(open);
        return count;
}

static int teardown(void **state) {
        Fixture *fixture = *state;
        http_stop(fixture->server);
        assert_int_equal(files_in(fixture->folder), 0);
        rmdir(fixture->folder);
        arena_free(fixture->arena);
        return 0;
}

static Client *dial(void **state) {
        Client *client = client_open(((Fixture *)*state)->port);
        assert_non_null(client);
        return client;
}

static void expect_body(ClientReply reply, int status, const char *body) {
        assert_int_equal(reply.status, status);
        assert_string_equal(reply.body, body);
}

// A new connection, one request; the connection must end after the answer, and what follows must not be heard.
static void expect_refused(void **state, const char *request, int status) {
        Client *client = dial(state);
        ClientReply reply = client_call(client, request);
        const char *rest = client_rest(client, REPLY_MS);
        if (reply.status != status || !rest || strstr(rest, " 200 "))
                fail_msg("%d instead of %d, or not closed, for: %s", reply.status, status, request);
        client_close(client);
}

static void answers_and_keeps_alive(void **state) {
        Client *client = dial(state);
        expect_body(client_call(client, "GET /a/b?x=1&y=%E5%AE%A2+1&z HTTP/1.1\r\nHost: h\r\nCookie: a=b; haike_session=tok\r\n\r\n"), 200,
                "GET|/a/b|x=1;y=客 1;z=;|");
        ClientReply reply = client_call(client, "POST /%E5%AE%A2%2f HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nCookie: haike_session=tok\r\n\r\nhello");
        expect_body(reply, 200, "POST|/客/||hello");
        char value[64];
        assert_true(client_header(&reply, "X-Cookie", value, sizeof value));
        assert_string_equal(value, "tok");
        assert_true(client_header(&reply, "Content-Type", value, sizeof value));
        assert_string_equal(value, "application/json; charset=utf-8");
        reply = client_call(client, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(reply.status, 200);
        assert_true(client_header(&reply, "Content-Length", value, sizeof value));
        assert_string_equal(value, "9"); // HEAD|/a||
        reply = client_call(client, "DELETE /none HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(reply.status, 204);
        assert_false(client_header(&reply, "Content-Type", value, sizeof value));
        expect_body(client_call(client, "GET http://h/abs?q=1 HTTP/1.1\r\nHost: h\r\n\r\n"), 200, "GET|/abs|q=1;|");
        expect_body(client_call(client, "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"), 200, "TRACE|/||");
        client_close(client);
}

static void compresses_what_is_long(void **state) {
        Client *client = dial(state);
        ClientReply reply = client_call(client, "GET /large HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
        assert_int_equal(reply.status, 200);
        assert_non_null(strcasestr(reply.head, "Content-Encoding: gzip"));
        assert_non_null(strcasestr(reply.head, "Vary: Accept-Encoding"));
        assert_true(reply.body_len < 100000);
        z_stream stream = {.next_in = (Bytef *)reply.body, .avail_in = (uInt)reply.body_len};
        assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
        char *plain = malloc(6000000);
        stream.next_out = (Bytef *)plain;
        stream.avail_out = 6000000;
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, 5000000);
        inflateEnd(&stream);
        free(plain);
        reply = client_call(client, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(reply.body_len, 5000000);
        reply = client_call(client, "GET /short HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
        assert_null(strcasestr(reply.head, "Content-Encoding"));
        client_close(client);
}

static void takes_chunks(void **state) {
        Client *client = dial(state);
        client_send_text(client, "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
        usleep(10000);
        client_send_text(client, "lo\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        expect_body(client_read(client, false, REPLY_MS), 200, "POST|/c||hello world");
        expect_body(client_read(client, false, REPLY_MS), 200, "GET|/next||");
        client_close(client);
}

static void answers_pipelines_in_order(void **state) {
        Client *client = dial(state);
        char requests[8192] = "", *end = requests;
        for (int i = 0; i < 40; i++)
                end += snprintf(end, sizeof requests - (size_t)(end - requests), "GET /%s HTTP/1.1\r\nHost: h\r\nX-Tag: %d\r\n\r\n", i % 4 == 1 ? "defer" : "p", i);
        client_send_text(client, requests);
        for (int i = 0; i < 40; i++) {
                char expected[32];
                snprintf(expected, sizeof expected, i % 4 == 1 ? "later %d" : "GET|/p||", i);
                expect_body(client_read(client, false, REPLY_MS), 200, expected);
        }
        client_close(client);
}

static void answers_deferred_from_other_threads(void **state) {
        Client *clients[100];
        for (int i = 0; i < 100; i++) {
                char request[128];
                clients[i] = dial(state);
                snprintf(request, sizeof request, "POST /defer HTTP/1.1\r\nHost: h\r\nX-Tag: %d\r\nContent-Length: 3\r\n\r\nabc", i);
                client_send_text(clients[i], request);
        }
        for (int i = 0; i < 100; i++) {
                char expected[32];
                if (i % 10 != 3) { // the others leave without waiting
                        snprintf(expected, sizeof expected, "later %d", i);
                        expect_body(client_read(clients[i], false, REPLY_MS), 200, expected);
                }
                client_close(clients[i]);
        }
        usleep(50000);
}

static void refuses_what_can_be_read_in_two_ways(void **state) {
        static const char *const heads[] = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
                "Content-Length: +5\r\n", "Content-Length: -1\r\n", "Content-Length: 0x5\r\n", "Content-Length: \r\n", "Content-Length: 5 5\r\n",
                "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: \r\n", "Transfer-Encoding : chunked\r\n", "Content-Length : 5\r\n",
                "Transfer-Encoding: chunked, chunked\r\n", "Host: other\r\n", "X Y: 1\r\n", "X: a\001b\r\n", "X: \xff\r\n",
        };
        for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
                char request[512];
                snprintf(request, sizeof request, "POST /s HTTP/1.1\r\nHost: h\r\n%s\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n", heads[i]);
                expect_refused(state, request, 400);
        }
        expect_refused(state, "POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413);
        expect_refused(state, "POST /s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400);
        expect_refused(state, "POST /s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400);
        expect_refused(state, "GET / HTTP/1.1\r\n\r\n", 400);
        expect_refused(state, "GET / HTTP/1.7\r\nHost: h\r\n\r\n", 505);
        expect_refused(state, "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505);
}

static void refuses_urls(void **state) {
        static const char *const urls[] = {"/?a=%", "/?a=%4", "/?a=%zz", "/?a=%ff", "/?a=%00", "/%00", "/%c3%28", "/%", "/%2", "nothing", "/?a=%c0%af",
                "/?%ed%a0%80=1", "/#a", "*"};
        for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
                char request[256];
                snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", urls[i]);
                expect_refused(state, request, 400);
        }
}

static char *filled(const char *before, size_t count, const char *after) {
        size_t head = strlen(before), tail = strlen(after);
        char *text = malloc(head + count + tail + 1);
        memcpy(text, before, head);
        memset(text + head, 'a', count);
        memcpy(text + head + count, after, tail + 1);
        return text;
}

static void expect_filled(void **state, const char *before, size_t count, const char *after, int status) {
        char *request = filled(before, count, after);
        Client *client = dial(state);
        ClientReply reply = client_call(client, request);
        assert_int_equal(reply.status, status);
        client_close(client);
        free(request);
}

static void limits_urls_and_headers(void **state) {
        expect_filled(state, "GET /?a=", 16000, " HTTP/1.1\r\nHost: h\r\n\r\n", 200);
        expect_filled(state, "GET /?a=", 16390, " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
        expect_filled(state, "GET /?a=", 200000, " HTTP/1.1\r\nHost: h\r\n\r\n", 414);
        expect_filled(state, "GET / HTTP/1.1\r\nHost: h\r\nX-Large: ", 31 * 1024, "\r\n\r\n", 200);
        expect_filled(state, "GET / HTTP/1.1\r\nHost: h\r\nX-Large: ", 33 * 1024, "\r\n\r\n", 431);
        expect_filled(state, "GET / HTTP/1.1\r\nHost: h\r\nX-Large: ", 300000, "\r\n\r\n", 431);
        Client *client = dial(state);
        client_send_text(client, "GET / HTTP/1.1\r\nHost: h\r\n");
        for (int i = 0; i < 300; i++) {
                char line[128];
                snprintf(line, sizeof line, "X-Header-%04d: %050d\r\n", i, i);
                client_send_text(client, line);
        }
        assert_int_equal(client_call(client, "\r\n").status, 200);
        client_close(client);
}

static void limits_bodies(void **state) {
        expect_filled(state, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", 100000, "", 200);
        // Refused, but read to the end: the client sees the answer, and may go on.
        char *request = filled("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n", 3000000, "GET /on HTTP/1.1\r\nHost: h\r\n\r\n");
        Client *client = dial(state);
        ClientReply reply = client_call(client, request);
        assert_int_equal(reply.status, 413);
        assert_non_null(strstr(reply.body, "\"too_large\""));
        expect_body(client_read(client, false, REPLY_MS), 200, "GET|/on||");
        client_close(client);
        free(request);
        request = filled("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n", 0x100000, "\r\n0\r\n\r\n");
        client = dial(state);
        assert_int_equal(client_call(client, request).status, 413);
        client_close(client);
        free(request);
        expect_refused(state, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n", 413);
        expect_refused(state, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\n", 413);
        client = dial(state);
        assert_int_equal(client_call(client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n").status, 100);
        expect_body(client_call(client, "ok"), 200, "POST|/||ok");
        client_close(client);
}

static void receives_into_files(void **state) {
        const Fixture *fixture = *state;
        expect_filled(state, "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n", 900000, "", 200);
        expect_filled(state, "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000001\r\n\r\n", 1000001, "", 413);
        Client *client = dial(state);
        expect_body(client_call(client, "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"), 200, "3 bytes");
        expect_body(client_call(client, "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"), 200, "0 bytes");
        client_send_text(client, "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\n\r\nabc");
        usleep(50000);
        client_close(client); // in the middle of its body
        for (int i = 0; i < 200 && files_in(fixture->folder); i++)
                usleep(10000);
        assert_int_equal(files_in(fixture->folder), 0);
}

static void sends_files_and_large_answers(void **state) {
        const Fixture *fixture = *state;
        Client *client = dial(state);
        ClientReply reply = client_call(client, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
        expect_body(reply, 200, "from a file");
        assert_int_equal(files_in(fixture->folder), 0);
        assert_int_equal(client_call(client, "GET /missing-file HTTP/1.1\r\nHost: h\r\n\r\n").status, 500);
        reply = client_call(client, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_int_equal(reply.status, 200);
        assert_int_equal(reply.body_len, 5000000);
        client_close(client);
}

static void keeps_headers_in_their_lines(void **state) {
        Client *client = dial(state);
        ClientReply reply = client_call(client, "GET /split?value=a%0d%0aSet-Cookie:%20evil HTTP/1.1\r\nHost: h\r\n\r\n");
        char value[64];
        assert_int_equal(reply.status, 200);
        assert_false(client_header(&reply, "Set-Cookie", value, sizeof value));
        assert_true(client_header(&reply, "X-Value", value, sizeof value));
        assert_string_equal(value, "aSet-Cookie: evil");
        client_close(client);
}

static void expect_peer(void **state, const char *forwarded, const char *peer, const char *secure) {
        char request[256], value[64];
        snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: %s\r\n\r\n", forwarded);
        Client *client = dial(state);
        ClientReply reply = client_call(client, request);
        assert_true(client_header(&reply, "X-Peer", value, sizeof value));
        assert_string_equal(value, peer);
        assert_true(client_header(&reply, "X-Secure", value, sizeof value));
        assert_string_equal(value, secure);
        client_close(client);
}

static void believes_trusted_proxies(void **state) {
        expect_peer(state, "203.0.113.9", "203.0.113.9", "yes");
        expect_peer(state, "1.2.3.4, 203.0.113.9", "203.0.113.9", "yes"); // the first was written by the client
        expect_peer(state, "1.2.3.4, 203.0.113.9, 10.1.2.3", "203.0.113.9", "yes");
        expect_peer(state, "2001:db8::1", "2001:db8::1", "yes");
        expect_peer(state, "not an address", "127.0.0.1", "yes");
        // Proxies that add lines of their own: what the client sent stands above theirs.
        expect_peer(state, "1.2.3.4\r\nX-Forwarded-For: 203.0.113.9", "203.0.113.9", "yes");
        expect_peer(state, "1.2.3.4\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 10.1.2.3", "203.0.113.9", "yes");
        expect_peer(state, "1.2.3.4\r\nX-Forwarded-For: no address", "127.0.0.1", "yes");
        expect_peer(state, "203.0.113.9\r\nX-Forwarded-Proto: http", "203.0.113.9", "no");
}

// The server's timeout is 2 s: these clients send a byte now and then, which keeps no connection alive.
static void ends_slow_requests(void **state) {
        static const char *const starts[] = {"", "GET / HTTP/1.1\r\nX-Slow: ", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"};
        Client *clients[3];
        bool ended[3] = {false};
        for (int i = 0; i < 3; i++) {
                clients[i] = dial(state);
                client_send_text(clients[i], starts[i]);
        }
        for (int tenths = 0; tenths < 60 && !(ended[0] && ended[1] && ended[2]); tenths++) {
                usleep(100000);
                for (int i = 0; i < 3; i++) {
                        if (i > 0 && !ended[i] && tenths % 5 == 0)
                                client_send_text(clients[i], "a");
                        ended[i] = ended[i] || client_ended(clients[i], 0);
                        if (tenths < 10)
                                assert_false(ended[i]);
                }
        }
        for (int i = 0; i < 3; i++) {
                assert_true(ended[i]);
                client_close(clients[i]);
        }
}

static void counts(void **state) {
        const Fixture *fixture = *state;
        HttpStats stats = http_stats(fixture->server);
        for (int i = 0; i < 100 && stats.connections > 0; i++, stats = http_stats(fixture->server))
                usleep(10000);
        assert_int_equal(stats.connections, 0);
        assert_int_equal(stats.streams, 0);
        assert_true(stats.requests > 100);
}

static void says_why_it_does_not_start(void **state) {
        Fixture *fixture = *state;
        HttpServer *second = NULL;
        HttpConfig config = {.address = "127.0.0.1", .port = fixture->port, .handle = handle};
        assert_int_equal(http_start(&fixture->context, &config, &second), STATUS_IO);
        assert_string_equal(fixture->context.error.code, "listen_failed");
        error_clear(&fixture->context);
        config = (HttpConfig){.handle = handle, .trusted_proxies = "10.0.0.0/33"};
        assert_int_equal(http_start(&fixture->context, &config, &second), STATUS_INVALID);
        error_clear(&fixture->context);
        assert_null(second);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(answers_and_keeps_alive),
                cmocka_unit_test(compresses_what_is_long),
                cmocka_unit_test(takes_chunks),
                cmocka_unit_test(answers_pipelines_in_order),
                cmocka_unit_test(answers_deferred_from_other_threads),
                cmocka_unit_test(refuses_what_can_be_read_in_two_ways),
                cmocka_unit_test(refuses_urls),
                cmocka_unit_test(limits_urls_and_headers),
                cmocka_unit_test(limits_bodies),
                cmocka_unit_test(receives_into_files),
                cmocka_unit_test(sends_files_and_large_answers),
                cmocka_unit_test(keeps_headers_in_their_lines),
                cmocka_unit_test(believes_trusted_proxies),
                cmocka_unit_test(ends_slow_requests),
                cmocka_unit_test(says_why_it_does_not_start),
                cmocka_unit_test(counts),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
