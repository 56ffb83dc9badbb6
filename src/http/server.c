// Start, stop, and the way of a request through the library: request line → head → body → handler, perhaps deferred → response → next.
// The library calls from its own threads; one connection is always on the same one.
#include "http/server.h"
#include "os/os.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONNECTIONS_DEFAULT 20000
#define BACKLOG 1024
#define THREADS_MOST 8

static int64_t after_s(int64_t seconds) {
        return os_monotonic_us() + seconds * 1000000;
}

// --- connections

static void peer_write(Connection *connection) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection->library, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        const struct sockaddr *address = info ? info->client_addr : NULL;
        if (address && address->sa_family == AF_INET)
                inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, connection->peer, sizeof connection->peer);
        if (!address || address->sa_family != AF_INET6)
                return;
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six))
                inet_ntop(AF_INET, &six->s6_addr[12], connection->peer, sizeof connection->peer);
        else
                inet_ntop(AF_INET6, six, connection->peer, sizeof connection->peer);
}

static void connection_open(HttpServer *server, struct MHD_Connection *library, void **slot) {
        Connection *connection = calloc(1, sizeof *connection);
        ensure(connection);
        connection->server = server;
        connection->library = library;
        connection->socket = MHD_get_connection_info(library, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        atomic_store(&connection->deadline_us, after_s(server->config.timeout_s));
        peer_write(connection);
        pthread_mutex_lock(&server->lock);
        connection->next = server->connections;
        if (connection->next)
                connection->next->previous = connection;
        server->connections = connection;
        pthread_mutex_unlock(&server->lock);
        atomic_fetch_add(&server->connection_count, 1);
        *slot = connection;
}

static void connection_close(HttpServer *server, Connection *connection) {
        pthread_mutex_lock(&server->lock);
        if (connection->next)
                connection->next->previous = connection->previous;
        if (connection->previous)
                connection->previous->next = connection->next;
        else
                server->connections = connection->next;
        pthread_mutex_unlock(&server->lock);
        atomic_fetch_sub(&server->connection_count, 1);
        exchange_free(connection->exchange);
        free(connection->url);
        free(connection);
}

static void on_connection(void *arg, struct MHD_Connection *library, void **slot, enum MHD_ConnectionNotificationCode code) {
        if (code == MHD_CONNECTION_NOTIFY_STARTED)
                connection_open(arg, library, slot);
        else if (*slot)
                connection_close(arg, *slot);
}

// --- requests

static void *on_request_line(void *arg, const char *url, struct MHD_Connection *library) {
        HttpServer *server = arg;
        Connection *connection = MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
        free(connection->url);
        connection->url = strdup(url ? url : "");
        ensure(connection->url);
        connection->url_len = strlen(connection->url);
        int seconds = server->config.timeout_s < REQUEST_S ? server->config.timeout_s : REQUEST_S;
        atomic_store(&connection->deadline_us, after_s(seconds));
        return connection;
}

static enum MHD_Result request_begin(Connection *connection, const char *method, const char *version) {
        HttpServer *server = connection->server;
        if (atomic_load(&server->closing))
                return MHD_NO;
        HttpExchange *exchange = exchange_new(connection, method);
        connection->exchange = exchange;
        atomic_fetch_add(&server->request_count, 1);
        exchange->refused = request_parse(exchange, version);
        if (exchange->refused)
                exchange->close = true;
        body_begin(exchange);
        if (exchange->refused && exchange->close)
                return response_send(exchange);
        return MHD_YES;
}

static enum MHD_Result request_complete(Connection *connection) {
        HttpExchange *exchange = connection->exchange;
        HttpServer *server = connection->server;
        if (exchange->handled) { // resumed
                connection->left = false;
                return response_send(exchange);
        }
        body_finish(exchange);
        if (exchange->refused)
                return response_send(exchange);
        exchange->handled = true;
        atomic_fetch_add(&server->active, 1);
        atomic_store(&connection->deadline_us, NO_DEADLINE);
        server->config.handle(server->config.self, &exchange->request);
        if (connection->left)
                return connection->refused ? MHD_NO : MHD_YES;
        return response_send(exchange);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *library, const char *url, const char *method, const char *version, const char *upload,
        size_t *upload_size, void **slot) {
        (void)arg, (void)library, (void)url;
        Connection *connection = *slot;
        if (connection->dead)
                return MHD_NO;
        if (!connection->exchange)
                return request_begin(connection, method, version);
        if (*upload_size == 0)
                return request_complete(connection);
        bool go_on = body_receive(connection->exchange, upload, *upload_size);
        *upload_size = 0;
        return go_on ? MHD_YES : MHD_NO;
}

static void on_completed(void *arg, struct MHD_Connection *library, void **slot, enum MHD_RequestTerminationCode why) {
        (void)library, (void)why;
        HttpServer *server = arg;
        Connection *connection = *slot;
        if (!connection)
                return;
        HttpExchange *exchange = connection->exchange;
        connection->exchange = NULL;
        connection->left = false;
        if (exchange && exchange->handled)
                atomic_fetch_sub(&server->active, 1);
        exchange_free(exchange);
        atomic_store(&connection->deadline_us, after_s(server->config.timeout_s));
        *slot = NULL;
}

// --- deferring: a deferred exchange is in the server's list until its thread resumes it, or until the server gives up waiting and orphans it

static void deferred_add(HttpServer *server, HttpExchange *exchange) {
        exchange->next_deferred = server->deferred;
        if (server->deferred)
                server->deferred->previous_deferred = exchange;
        server->deferred = exchange;
        atomic_fetch_add(&server->deferred_count, 1);
}

static void deferred_remove(HttpServer *server, HttpExchange *exchange) {
        if (exchange->next_deferred)
                exchange->next_deferred->previous_deferred = exchange->previous_deferred;
        if (exchange->previous_deferred)
                exchange->previous_deferred->next_deferred = exchange->next_deferred;
        else
                server->deferred = exchange->next_deferred;
}

static void exchange_detach(HttpExchange *exchange) {
        Connection *connection = exchange->connection;
        connection->exchange = NULL;
        atomic_fetch_sub(&connection->server->active, 1);
}

// The connection ends now; the handler's thread finds out when it resumes, perhaps after the server has gone.
static void exchange_orphan(HttpExchange *exchange) {
        Connection *connection = exchange->connection;
        exchange_detach(exchange);
        atomic_fetch_sub(&connection->server->body_bytes, (int64_t)exchange->body_capacity);
        exchange->connection = NULL;
}

void http_defer(HttpRequest *request) {
        HttpExchange *exchange = request->exchange;
        Connection *connection = exchange->connection;
        HttpServer *server = connection->server;
        pthread_mutex_lock(&server->lock);
        connection->left = true;
        connection->refused = atomic_load(&server->closing);
        if (connection->refused) {
                exchange_orphan(exchange);
                atomic_store(&exchange->state, EXCHANGE_ORPHANED);
        } else {
                atomic_store(&exchange->state, EXCHANGE_DEFERRED);
                deferred_add(server, exchange);
                MHD_suspend_connection(connection->library);
        }
        pthread_mutex_unlock(&server->lock);
}

// False: it was orphaned, the server must not be touched. Else the server stays until deferred_count is counted down.
static bool exchange_claim(HttpExchange *exchange) {
        int expected = EXCHANGE_DEFERRED;
        if (atomic_compare_exchange_strong(&exchange->state, &expected, EXCHANGE_RESUMED))
                return true;
        ensure(expected == EXCHANGE_ORPHANING || expected == EXCHANGE_ORPHANED);
        while (atomic_load(&exchange->state) != EXCHANGE_ORPHANED)
                sched_yield();
        return false;
}

void http_resume(HttpRequest *request) {
        HttpExchange *exchange = request->exchange;
        if (!exchange_claim(exchange)) {
                exchange_free(exchange);
                return;
        }
        HttpServer *server = exchange->connection->server;
        pthread_mutex_lock(&server->lock);
        deferred_remove(server, exchange);
        MHD_resume_connection(exchange->connection->library);
        pthread_mutex_unlock(&server->lock);
        atomic_fetch_sub(&server->deferred_count, 1);
}

Connection *exchange_take(HttpExchange *exchange) {
        bool deferred = atomic_load(&exchange->state) != EXCHANGE_HERE;
        if (deferred && !exchange_claim(exchange))
                return NULL;
        Connection *connection = exchange->connection;
        HttpServer *server = connection->server;
        pthread_mutex_lock(&server->lock);
        bool closing = !deferred && atomic_load(&server->closing);
        exchange_detach(exchange);
        if (!closing)
                atomic_fetch_add(&server->stream_count, 1);
        if (deferred) {
                deferred_remove(server, exchange);
        } else {
                connection->left = true;
                connection->refused = closing;
                if (!closing)
                        MHD_suspend_connection(connection->library);
        }
        pthread_mutex_unlock(&server->lock);
        if (deferred)
                atomic_fetch_sub(&server->deferred_count, 1);
        return closing ? NULL : connection;
}

void connection_end(Connection *connection) {
        HttpServer *server = connection->server;
        connection->dead = true;
        MHD_resume_connection(connection->library);
        atomic_fetch_sub(&server->stream_count, 1);
}

// --- start and stop

static int listener_bind(const struct addrinfo *address) {
        int yes = 1;
        int listener = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (listener < 0)
                return -1;
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(listener, address->ai_addr, address->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0)
                return listener;
        close(listener);
        return -1;
}

static Status listener_open(Context *context, HttpServer *server) {
        const char *host = server->config.address ? server->config.address : "127.0.0.1";
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
        Str port = str_format(context->arena, "%d", server->config.port);
        server->listener = -1;
        if (getaddrinfo(host, port.data, &hints, &found) == 0) {
                for (const struct addrinfo *a = found; a && server->listener < 0; a = a->ai_next)
                        server->listener = listener_bind(a);
                freeaddrinfo(found);
        }
        if (server->listener < 0)
                return error_set(context, STATUS_IO, "listen_failed", str_format(context->arena, "%s:%d", host, server->config.port));
        struct sockaddr_storage bound;
        socklen_t size = sizeof bound;
        ensure(getsockname(server->listener, (struct sockaddr *)&bound, &size) == 0);
        server->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port : ((struct sockaddr_in *)(void *)&bound)->sin_port);
        return STATUS_OK;
}

// As many open files as the system lets us have; each connection needs one.
static unsigned connections_most(int wanted) {
        struct rlimit files;
        unsigned most = wanted > 0 ? (unsigned)wanted : CONNECTIONS_DEFAULT;
        if (getrlimit(RLIMIT_NOFILE, &files) != 0)
                return most;
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
        if (files.rlim_cur != RLIM_INFINITY && files.rlim_cur < most + 256)
                most = files.rlim_cur > 512 ? (unsigned)files.rlim_cur - 256 : (unsigned)files.rlim_cur / 2;
        return most;
}

static void config_complete(HttpConfig *config) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        if (config->threads <= 0)
                config->threads = cores < 1 ? 1 : cores > THREADS_MOST ? THREADS_MOST : (int)cores;
        if (config->timeout_s <= 0)
                config->timeout_s = 75;
        if (config->heartbeat_s <= 0)
                config->heartbeat_s = 15;
        if (config->stop_s <= 0)
                config->stop_s = 10;
        if (!config->folder)
                config->folder = "/tmp";
}

static void daemon_start(HttpServer *server) {
        const HttpConfig *config = &server->config;
        server->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
                MHD_OPTION_LISTEN_SOCKET, server->listener,
                MHD_OPTION_THREAD_POOL_SIZE, config->threads > 1 ? (unsigned)config->threads : 0u,
                MHD_OPTION_CONNECTION_LIMIT, connections_most(config->max_connections),
                MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)config->per_address,
                MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->timeout_s,
                MHD_OPTION_STRICT_FOR_CLIENT, 1,
                MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
                MHD_OPTION_URI_LOG_CALLBACK, on_request_line, server,
                MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
                MHD_OPTION_END);
}

static void server_free(HttpServer *server) {
        loop_stop(server->loop);
        if (server->listener >= 0)
                close(server->listener);
        pthread_mutex_destroy(&server->lock);
        arena_free(server->arena);
        free(server);
}

Status http_start(Context *context, const HttpConfig *config, HttpServer **ret) {
        HttpServer *server = calloc(1, sizeof *server);
        ensure(server);
        server->arena = arena_new(0);
        server->config = *config;
        server->listener = -1;
        pthread_mutex_init(&server->lock, NULL);
        config_complete(&server->config);
        Status status = STATUS_OK;
        if (config->trusted_proxies && !proxies_parse(server->arena, config->trusted_proxies, &server->proxies))
                status = error_set(context, STATUS_INVALID, "proxies_invalid", str_from(config->trusted_proxies));
        if (status == STATUS_OK)
                status = listener_open(context, server);
        if (status == STATUS_OK)
                status = loop_start(context, server, &server->loop);
        if (status == STATUS_OK) {
                daemon_start(server);
                if (!server->daemon)
                        status = error_set(context, STATUS_IO, "server_start_failed");
        }
        if (status != STATUS_OK) {
                server_free(server);
                return status;
        }
        *ret = server;
        return STATUS_OK;
}

int http_port(const HttpServer *server) {
        return server->port;
}

HttpStats http_stats(const HttpServer *server) {
        return (HttpStats){
                .connections = atomic_load(&server->connection_count),
                .requests = atomic_load(&server->request_count),
                .streams = atomic_load(&server->stream_count),
        };
}

static void wait_for_none(const _Atomic int64_t *count, int64_t most_ms) {
        int64_t until_us = os_monotonic_us() + most_ms * 1000;
        while (atomic_load(count) > 0 && (most_ms < 0 || os_monotonic_us() < until_us))
                usleep(1000);
}

static void deferred_orphan(HttpServer *server) {
        pthread_mutex_lock(&server->lock);
        atomic_store(&server->closing, true);
        HttpExchange *next;
        for (HttpExchange *exchange = server->deferred; exchange; exchange = next) {
                next = exchange->next_deferred;
                Connection *connection = exchange->connection;
                int expected = EXCHANGE_DEFERRED;
                if (!atomic_compare_exchange_strong(&exchange->state, &expected, EXCHANGE_ORPHANING))
                        continue; // its thread resumes it just now
                deferred_remove(server, exchange);
                exchange_orphan(exchange);
                connection->dead = true;
                atomic_store(&exchange->state, EXCHANGE_ORPHANED); // from here on its thread may free it
                MHD_resume_connection(connection->library);
                atomic_fetch_sub(&server->deferred_count, 1);
        }
        pthread_mutex_unlock(&server->lock);
}

void http_stop(HttpServer *server) {
        if (!server)
                return;
        atomic_store(&server->stopping, true);
        MHD_quiesce_daemon(server->daemon);
        shutdown(server->listener, SHUT_RD); // refuses whoever comes now
        loop_wake(server->loop);             // ends the streams
        wait_for_none(&server->active, (int64_t)server->config.stop_s * 1000);
        deferred_orphan(server);
        wait_for_none(&server->deferred_count, -1);
        loop_wake(server->loop);
        wait_for_none(&server->stream_count, -1);
        MHD_stop_daemon(server->daemon);
        server_free(server);
}
