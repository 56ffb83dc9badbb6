// A load generator: one thread, epoll, keep-alive connections that each send the next request as soon as the answer before is there. Every latency is kept, so that
// the percentiles are exact. Prints one line of JSON. "{n}" in path and body becomes the request's number, "{id}" an id from --ids.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_LARGEST 256
#define REQUEST_LARGEST 65536
#define ANSWER_FIRST 65536

typedef struct Options {
        const char *host, *path, *method, *body, *token;
        int port, connections;
        long requests, id_low, id_high;
        double seconds; // stop after so long, 0: never
} Options;

typedef struct Connection {
        int fd;
        char *answer;
        size_t len, capacity, body_start, body_len;
        bool has_head;
        int64_t sent_ns;
} Connection;

typedef struct Load {
        Options options;
        Connection connections[CONNECTIONS_LARGEST];
        int epoll;
        long sent, done, failed;
        uint64_t random;
        int64_t bytes;
        int64_t *latencies_ns;
} Load;

static int64_t now_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void die(const char *what) {
        fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
        exit(1);
}

// ---- requests

static uint64_t draw(Load *load) {
        uint64_t z = load->random += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
}

static size_t fill_in(const char *template, long number, long id, char *out, size_t size) {
        size_t len = 0;
        for (const char *at = template; *at && len + 24 < size;) {
                if (strncmp(at, "{n}", 3) == 0) {
                        len += (size_t)snprintf(out + len, size - len, "%ld", number);
                        at += 3;
                } else if (strncmp(at, "{id}", 4) == 0) {
                        len += (size_t)snprintf(out + len, size - len, "%ld", id);
                        at += 4;
                } else {
                        out[len++] = *at++;
                }
        }
        out[len] = '\0';
        return len;
}

static void send_next(Load *load, Connection *connection) {
        static char path[REQUEST_LARGEST / 4], body[REQUEST_LARGEST / 2], request[REQUEST_LARGEST];
        const Options *o = &load->options;
        long number = load->sent++, id = o->id_low + (long)(draw(load) % (uint64_t)(o->id_high - o->id_low + 1));
        fill_in(o->path, number, id, path, sizeof path);
        size_t body_len = fill_in(o->body, number, id, body, sizeof body);
        int len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s:%d\r\n", o->method, path, o->host, o->port);
        if (o->token[0])
                len += snprintf(request + len, sizeof request - (size_t)len, "Authorization: Bearer %s\r\n", o->token);
        if (body_len)
                len += snprintf(request + len, sizeof request - (size_t)len, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body_len);
        len += snprintf(request + len, sizeof request - (size_t)len, "\r\n%s", body);
        connection->len = 0;
        connection->has_head = false;
        connection->sent_ns = now_ns();
        if (send(connection->fd, request, (size_t)len, MSG_NOSIGNAL) != len)
                die("send");
}

// ---- answers

static bool take_head(Load *load, Connection *connection) {
        char *end = memmem(connection->answer, connection->len, "\r\n\r\n", 4);
        if (!end)
                return false;
        *end = '\0';
        char *length = strcasestr(connection->answer, "\r\nContent-Length:");
        if (!length) {
                fprintf(stderr, "load: an answer without Content-Length\n%s\n", connection->answer);
                exit(1);
        }
        bool good = connection->len > 12 && connection->answer[9] == '2';
        if (!good && load->failed++ == 0)
                fprintf(stderr, "load: %.60s\n", connection->answer);
        connection->has_head = true;
        connection->body_start = (size_t)(end - connection->answer) + 4;
        connection->body_len = strtoul(length + 17, NULL, 10);
        return true;
}

static void answer_done(Load *load, Connection *connection) {
        load->latencies_ns[load->done++] = now_ns() - connection->sent_ns;
        load->bytes += (int64_t)connection->body_len;
}

// true: an answer is complete.
static bool receive(Load *load, Connection *connection) {
        if (connection->capacity - connection->len < 4096) {
                connection->capacity = connection->capacity ? connection->capacity * 2 : ANSWER_FIRST;
                connection->answer = realloc(connection->answer, connection->capacity);
                if (!connection->answer)
                        die("memory");
        }
        ssize_t got = recv(connection->fd, connection->answer + connection->len, connection->capacity - connection->len, 0);
        if (got <= 0)
                die("the server closed a connection");
        connection->len += (size_t)got;
        if (!connection->has_head && !take_head(load, connection))
                return false;
        return connection->len >= connection->body_start + connection->body_len;
}

// ---- the run

static void connect_all(Load *load) {
        const Options *o = &load->options;
        load->epoll = epoll_create1(0);
        for (int i = 0; i < o->connections; i++) {
                Connection *connection = &load->connections[i];
                struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
                int one = 1;
                connection->fd = socket(AF_INET, SOCK_STREAM, 0);
                if (connection->fd < 0 || inet_pton(AF_INET, o->host, &address.sin_addr) != 1 || connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0)
                        die("connect");
                setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
                epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event);
        }
}

static void run(Load *load) {
        const Options *o = &load->options;
        int64_t until_ns = o->seconds > 0 ? now_ns() + (int64_t)(o->seconds * 1e9) : INT64_MAX;
        for (int i = 0; i < o->connections && load->sent < o->requests; i++)
                send_next(load, &load->connections[i]);
        while (load->done < load->sent) {
                struct epoll_event events[64];
                int count = epoll_wait(load->epoll, events, 64, -1);
                for (int i = 0; i < count; i++) {
                        Connection *connection = events[i].data.ptr;
                        if (!receive(load, connection))
                                continue;
                        answer_done(load, connection);
                        if (load->sent < o->requests && now_ns() < until_ns)
                                send_next(load, connection);
                }
        }
}

static int compare(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

static double percentile_us(const Load *load, double part) {
        long at = (long)(part * (double)(load->done - 1));
        return (double)load->latencies_ns[at] / 1000;
}

static bool take_arguments(int argc, char **argv, Options *o) {
        const struct { const char *name; const char **text; int *number; long *count; double *real; } table[] = {
                {"--host", .text = &o->host}, {"--port", .number = &o->port}, {"--path", .text = &o->path}, {"--method", .text = &o->method}, {"--body", .text = &o->body},
                {"--token", .text = &o->token}, {"--connections", .number = &o->connections}, {"--requests", .count = &o->requests}, {"--low", .count = &o->id_low},
                {"--high", .count = &o->id_high}, {"--seconds", .real = &o->seconds},
        };
        for (int i = 1; i + 1 < argc; i += 2) {
                size_t at = 0;
                while (at < sizeof table / sizeof *table && strcmp(argv[i], table[at].name) != 0)
                        at++;
                if (at == sizeof table / sizeof *table)
                        return false;
                if (table[at].text)
                        *table[at].text = argv[i + 1];
                else if (table[at].number)
                        *table[at].number = (int)strtol(argv[i + 1], NULL, 10);
                else if (table[at].count)
                        *table[at].count = strtol(argv[i + 1], NULL, 10);
                else
                        *table[at].real = strtod(argv[i + 1], NULL);
        }
        return argc % 2 && o->port && o->requests > 0 && o->connections > 0 && o->connections <= CONNECTIONS_LARGEST;
}

int main(int argc, char **argv) {
        Load *load = calloc(1, sizeof *load);
        if (!load)
                die("memory");
        load->options = (Options){.host = "127.0.0.1", .path = "/", .method = "GET", .body = "", .token = "", .connections = 16, .requests = 20000, .id_low = 1, .id_high = 1};
        if (!take_arguments(argc, argv, &load->options)) {
                fprintf(stderr, "usage: load --port P --path PATH [--method M] [--body JSON] [--token T] [--connections 16] [--requests 20000] [--seconds S] [--low ID --high ID]\n");
                return 2;
        }
        load->latencies_ns = calloc((size_t)load->options.requests, sizeof *load->latencies_ns);
        if (!load->latencies_ns)
                die("memory");
        connect_all(load);
        int64_t started_ns = now_ns();
        run(load);
        double seconds = (double)(now_ns() - started_ns) / 1e9;
        qsort(load->latencies_ns, (size_t)load->done, sizeof *load->latencies_ns, compare);
        printf("{\"requests\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f,\"bytes\":%.0f}\n", load->done, load->failed, seconds,
               (double)load->done / seconds, percentile_us(load, 0.5), percentile_us(load, 0.99), percentile_us(load, 1), (double)load->bytes / (double)load->done);
        return load->failed ? 1 : 0;
}
