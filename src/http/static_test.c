// Content negotiation and conditional answers of linked-in files.
#include "http/static.h"
#include "tests/support/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const Asset PAGE = {
        .path = "web/index.html", .data = (const unsigned char *)"plain", .size = 5, .gzip = (const unsigned char *)"gz", .gzip_size = 2, .brotli = (const unsigned char *)"b", .brotli_size = 1,
        .content_type = "text/html; charset=utf-8", .etag = "\"abc\"",
};

static void handle(void *self, HttpRequest *request) {
        (void)self;
        http_respond_asset(request, &PAGE, str_is(request->path, "/hashed"));
}

static void accepts_codings(void **state) {
        (void)state;
        assert_true(http_accepts_coding(STR("gzip"), "gzip"));
        assert_true(http_accepts_coding(STR("deflate, GZIP;q=0.5"), "gzip"));
        assert_true(http_accepts_coding(STR("*"), "gzip"));
        assert_true(http_accepts_coding(STR("*;q=0, gzip"), "gzip"));
        assert_false(http_accepts_coding(STR(""), "gzip"));
        assert_false(http_accepts_coding(STR("br"), "gzip"));
        assert_false(http_accepts_coding(STR("gzip;q=0"), "gzip"));
        assert_false(http_accepts_coding(STR("*, gzip; q=0.000"), "gzip"));
        assert_false(http_accepts_coding(STR("*;q=0"), "gzip"));
}

static ClientReply ask(Client *client, const char *head) {
        char request[512];
        snprintf(request, sizeof request, "GET %s\r\n\r\n", head);
        return client_call(client, request);
}

static void expect(const ClientReply *reply, const char *name, const char *value) {
        char found[128];
        if (!value) {
                assert_false(client_header(reply, name, found, sizeof found));
                return;
        }
        assert_true(client_header(reply, name, found, sizeof found));
        assert_string_equal(found, value);
}

static void answers_conditionally(void **state) {
        (void)state;
        Arena *arena = arena_new(0);
        Context context;
        HttpServer *server;
        HttpConfig config = {.handle = handle};
        context_init(&context, arena, LANG_EN, 0);
        assert_int_equal(http_start(&context, &config, &server), STATUS_OK);
        Client *client = client_open(http_port(server));
        ClientReply reply = ask(client, "/ HTTP/1.1\r\nHost: h");
        assert_string_equal(reply.body, "plain");
        expect(&reply, "ETag", "\"abc\"");
        expect(&reply, "Vary", "Accept-Encoding");
        expect(&reply, "Cache-Control", "no-cache");
        expect(&reply, "Content-Encoding", NULL);
        reply = ask(client, "/hashed HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip, br");
        assert_string_equal(reply.body, "b");
        expect(&reply, "Content-Encoding", "br");
        reply = ask(client, "/hashed HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip, br;q=0");
        assert_string_equal(reply.body, "gz");
        expect(&reply, "Content-Encoding", "gzip");
        expect(&reply, "Cache-Control", "public, max-age=31536000, immutable");
        reply = ask(client, "/ HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"x\", W/\"abc\"");
        assert_int_equal(reply.status, 304);
        assert_int_equal(reply.body_len, 0);
        expect(&reply, "ETag", "\"abc\"");
        client_close(client);
        http_stop(server);
        arena_free(arena);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(accepts_codings), cmocka_unit_test(answers_conditionally)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
