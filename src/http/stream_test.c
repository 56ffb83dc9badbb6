// Event streams over loopback, and how a server stops while streams and deferred requests are open.
#include "http/http.h"
#include "tests/support/client.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define REPLY_MS 5000
#define LISTENERS 200

// What the events API will be: listeners under one lock.
typedef struct Hub Hub;
typedef struct Listener {
        Hub *hub;
        HttpStream *stream;
        struct Listener *previous, *next;
} Listener;

struct Hub {
        pthread_mutex_t lock;
        Listener *listeners;
        int count;
        HttpRequest *_Atomic held;
        HttpServer *server;
        Arena *arena;
        Context context;
        int port;
};

static void on_close(void *arg) {
        Listener *listener = arg;
        Hub *hub = listener->hub;
        pthread_mutex_lock(&hub->lock);
        if (listener->next)
                listener->next->previous = listener->previous;
        if (listener->previous)
                listener->previous->next = listener->next;
        else
                hub->listeners = listener->next;
        hub->count--;
        pthread_mutex_unlock(&hub->lock);
        free(listener);
}

static void listen_to(Hub *hub, HttpRequest *request) {
        Listener *listener = calloc(1, sizeof *listener);
        listener->hub = hub;
        http_respond_header(request, "X-Extra", STR("yes"));
        pthread_mutex_lock(&hub->lock);
        http_stream_open(request, listener, on_close, &listener->stream);
        bool open = listener->stream != NULL;
        if (open) {
                listener->next = hub->listeners;
                if (listener->next)
                        listener->next->previous = listener;
                hub->listeners = listener;
                hub->count++;
        }
        pthread_mutex_unlock(&hub->lock);
        if (!open)
                free(listener);
}

typedef struct Later {
        Hub *hub;
        HttpRequest *request;
} Later;

static void *listen_later(void *arg) {
        Later *later = arg;
        usleep(5000);
        listen_to(later->hub, later->request);
        free(later);
        return NULL;
}

static void handle(void *self, HttpRequest *request) {
        Hub *hub = self;
        if (str_is(request->path, "/events")) {
                listen_to(hub, request);
        } else if (str_is(request->path, "/later")) {
                pthread_t thread;
                Later *later = malloc(sizeof *later);
                *later = (Later){hub, request};
                http_defer(request);
                pthread_create(&thread, NULL, listen_later, later);
                pthread_detach(thread);
        } else if (str_is(request->path, "/held")) {
                http_defer(request);
                atomic_store(&hub->held, request);
        }
}

static int broadcast(Hub *hub, Str bytes) {
        int sent = 0;
        pthread_mutex_lock(&hub->lock);
        for (Listener *listener = hub->listeners; listener; listener = listener->next)
                sent += http_stream_send(listener->stream, bytes);
        pthread_mutex_unlock(&hub->lock);
        return sent;
}

static int listening(Hub *hub) {
        pthread_mutex_lock(&hub->lock);
        int count = hub->count;
        pthread_mutex_unlock(&hub->lock);
        return count;
}

static void wait_for_count(Hub *hub, int count) {
        for (int i = 0; i < 500 && listening(hub) != count; i++)
                usleep(10000);
        assert_int_equal(listening(hub), count);
}

static int setup(void **state) {
        Hub *hub = calloc(1, sizeof *hub);
        pthread_mutex_init(&hub->lock, NULL);
        hub->arena = arena_new(0);
        context_init(&hub->context, hub->arena, LANG_EN, 0);
        HttpConfig config = {.threads = 2, .handle = handle, .self = hub, .heartbeat_s = 1, .stop_s = 1, .timeout_s = 1};
        assert_int_equal(http_start(&hub->context, &config, &hub->server), STATUS_OK);
        hub->port = http_port(hub->server);
        *state = hub;
        return 0;
}

static int teardown(void **state) {
        Hub *hub = *state;
        http_stop(hub->server);
        assert_int_equal(hub->count, 0);
        pthread_mutex_destroy(&hub->lock);
        arena_free(hub->arena);
        free(hub);
        return 0;
}

static Client *listener_open(Hub *hub, const char *path) {
        char request[128];
        Client *client = client_open(hub->port);
        assert_non_null(client);
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
        assert_true(client_send_text(client, request));
        return client;
}

static void sends_to_all(void **state) {
        Hub *hub = *state;
        Client *clients[LISTENERS];
        for (int i = 0; i < LISTENERS; i++)
                clients[i] = listener_open(hub, i % 2 ? "/events" : "/later");
        wait_for_count(hub, LISTENERS);
        for (int round = 0; round < 20; round++) {
                Str event = str_format(hub->arena, "event: record\ndata: %d\n\n", round);
                assert_int_equal(broadcast(hub, event), LISTENERS);
        }
        for (int i = 0; i < LISTENERS; i++) {
                ClientReply reply = client_read(clients[i], true, REPLY_MS);
                char value[64];
                assert_int_equal(reply.status, 200);
                assert_true(client_header(&reply, "Content-Type", value, sizeof value));
                assert_string_equal(value, "text/event-stream");
                assert_true(client_header(&reply, "X-Extra", value, sizeof value));
                for (int round = 0; round < 20; round++)
                        assert_true(client_read_until(clients[i], str_format(hub->arena, "data: %d\n\n", round).data, REPLY_MS));
        }
        assert_int_equal(http_stats(hub->server).streams, LISTENERS);
        for (int i = 0; i < LISTENERS; i += 2)
                client_close(clients[i]);
        wait_for_count(hub, LISTENERS / 2);
        assert_int_equal(broadcast(hub, STR("data: rest\n\n")), LISTENERS / 2);
        for (int i = 1; i < LISTENERS; i += 2) {
                assert_true(client_read_until(clients[i], "data: rest\n\n", REPLY_MS));
                client_close(clients[i]);
        }
        wait_for_count(hub, 0);
}

static void beats_and_outlives_the_timeout(void **state) {
        Hub *hub = *state;
        Client *client = listener_open(hub, "/events");
        for (int i = 0; i < 3; i++)
                assert_true(client_read_until(client, ": \n\n", REPLY_MS));
        assert_int_equal(listening(hub), 1);
        client_close(client);
        wait_for_count(hub, 0);
}

static void drops_who_does_not_read(void **state) {
        Hub *hub = *state;
        Client *slow = listener_open(hub, "/events"), *quick = listener_open(hub, "/events");
        wait_for_count(hub, 2);
        char *event = malloc(30001);
        memset(event, 'x', 30000);
        event[29998] = event[29999] = '\n';
        event[30000] = '\0';
        for (int i = 0; i < 2000 && listening(hub) == 2; i++) {
                broadcast(hub, str_make(event, 30000));
                client_read_until(quick, "\n\n", REPLY_MS);
        }
        wait_for_count(hub, 1);
        client_close(slow);
        client_close(quick);
        wait_for_count(hub, 0);
        free(event);
}

static void closes_when_told(void **state) {
        Hub *hub = *state;
        Client *client = listener_open(hub, "/events");
        wait_for_count(hub, 1);
        broadcast(hub, STR("data: last\n\n"));
        pthread_mutex_lock(&hub->lock);
        http_stream_close(hub->listeners->stream);
        pthread_mutex_unlock(&hub->lock);
        assert_true(client_read_until(client, "data: last\n\n", REPLY_MS));
        assert_true(client_ended(client, REPLY_MS));
        client_close(client);
        wait_for_count(hub, 0);
}

static void sends_while_listeners_come_and_go(void **state) {
        Hub *hub = *state;
        for (int round = 0; round < 300; round++) {
                Client *client = listener_open(hub, round % 2 ? "/events" : "/later");
                broadcast(hub, STR("data: x\n\n"));
                if (round % 3)
                        client_read(client, true, REPLY_MS);
                client_close(client);
        }
        wait_for_count(hub, 0);
}

static void stops_with_streams_open(void **state) {
        Hub *hub = *state;
        Client *clients[20];
        for (int i = 0; i < 20; i++)
                clients[i] = listener_open(hub, "/events");
        wait_for_count(hub, 20);
        http_stop(hub->server);
        hub->server = NULL;
        assert_int_equal(hub->count, 0);
        for (int i = 0; i < 20; i++) {
                assert_non_null(client_rest(clients[i], REPLY_MS));
                client_close(clients[i]);
        }
}

// The handler's thread comes back after the server has given up waiting for it.
static void stops_with_a_request_that_never_ends(void **state) {
        Hub *hub = *state;
        Client *client = listener_open(hub, "/held");
        while (!atomic_load(&hub->held))
                usleep(1000);
        http_stop(hub->server);
        hub->server = NULL;
        assert_true(client_ended(client, REPLY_MS));
        client_close(client);
        HttpRequest *request = atomic_load(&hub->held);
        assert_true(str_is(http_header(request, "host"), "h"));
        http_resume(request);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(sends_to_all, setup, teardown),
                cmocka_unit_test_setup_teardown(beats_and_outlives_the_timeout, setup, teardown),
                cmocka_unit_test_setup_teardown(drops_who_does_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(closes_when_told, setup, teardown),
                cmocka_unit_test_setup_teardown(sends_while_listeners_come_and_go, setup, teardown),
                cmocka_unit_test_setup_teardown(stops_with_streams_open, setup, teardown),
                cmocka_unit_test_setup_teardown(stops_with_a_request_that_never_ends, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
