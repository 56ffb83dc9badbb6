// Receives a request's body into memory or a temporary file, within its limits of size and time. A body that is refused is read and thrown away, so that
// the client gets to see the answer.
#include "http/server.h"
#include "os/os.h"
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define BODY_FIRST (16 * 1024)

static uint64_t declared_length(const HttpExchange *exchange) {
        Str text = http_header(&exchange->request, "content-length");
        int64_t length = 0;
        if (!str_empty(text) && !str_to_int64(text, &length))
                return UINT64_MAX;
        return (uint64_t)length;
}

// Decides before the first byte; what is too large by its own word is refused at once where the client waits for leave or the rest is not worth reading.
void body_begin(HttpExchange *exchange) {
        HttpServer *server = exchange->connection->server;
        HttpRequest *request = &exchange->request;
        exchange->body_since_us = os_monotonic_us();
        if (exchange->refused)
                return;
        exchange->body_limit = server->config.max_body;
        if (server->config.body_limit)
                exchange->body_limit = server->config.body_limit(server->config.self, request->method, request->path, &exchange->to_file);
        uint64_t length = declared_length(exchange);
        if (length <= exchange->body_limit)
                return;
        exchange->refused = 413;
        bool waits = strcasecmp(str_c(request->arena, http_header(request, "expect")), "100-continue") == 0;
        exchange->close = waits || length > exchange->body_limit + DISCARD_MAX;
}

static bool body_grow(HttpExchange *exchange, size_t needed) {
        HttpServer *server = exchange->connection->server;
        size_t capacity = exchange->body_capacity ? exchange->body_capacity : BODY_FIRST;
        while (capacity < needed)
                capacity *= 2;
        if (capacity > exchange->body_limit)
                capacity = exchange->body_limit;
        int64_t more = (int64_t)(capacity - exchange->body_capacity);
        if (atomic_fetch_add(&server->body_bytes, more) + more > BODIES_MAX) {
                atomic_fetch_sub(&server->body_bytes, more);
                return false;
        }
        exchange->body = realloc(exchange->body, capacity);
        ensure(exchange->body);
        exchange->body_capacity = capacity;
        return true;
}

static bool file_append(HttpExchange *exchange, const char *data, size_t size) {
        HttpRequest *request = &exchange->request;
        if (exchange->file < 0) {
                uint64_t name[2];
                os_random(name, sizeof name);
                request->body_path = str_format(request->arena, "%s/upload-%016llx%016llx", exchange->connection->server->config.folder,
                        (unsigned long long)name[0], (unsigned long long)name[1]);
                exchange->file = os_calls()->open(request->body_path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
                if (exchange->file < 0) {
                        request->body_path = STR_NONE;
                        return false;
                }
        }
        while (size > 0) {
                ssize_t written = os_calls()->write(exchange->file, data, size);
                if (written <= 0)
                        return false;
                data += written;
                size -= (size_t)written;
        }
        return true;
}

bool body_receive(HttpExchange *exchange, const char *data, size_t size) {
        Connection *connection = exchange->connection;
        uint64_t before = exchange->received;
        exchange->received += size;
        int64_t seconds = REQUEST_S + (int64_t)(exchange->received / RATE_LEAST);
        if (connection->server->config.timeout_s < REQUEST_S)
                seconds += connection->server->config.timeout_s - REQUEST_S;
        atomic_store(&connection->deadline_us, exchange->body_since_us + seconds * 1000000);
        if (!exchange->refused && exchange->received > exchange->body_limit)
                exchange->refused = 413;
        if (exchange->refused)
                return exchange->received <= exchange->body_limit + DISCARD_MAX;
        if (exchange->to_file) {
                if (!file_append(exchange, data, size))
                        exchange->refused = 500;
                return true;
        }
        if (exchange->received > exchange->body_capacity && !body_grow(exchange, (size_t)exchange->received))
                exchange->refused = 503;
        else
                memcpy(exchange->body + before, data, size);
        return true;
}

void body_finish(HttpExchange *exchange) {
        if (exchange->file >= 0) {
                close(exchange->file);
                exchange->file = -1;
        } else if (!exchange->to_file) {
                exchange->request.body = str_make(exchange->body, exchange->body ? (size_t)exchange->received : 0);
        }
}
