// Holds many connections open: each asks once and stays, or listens to the event stream. Says when all are there and waits for a line on standard input; listeners are
// then told of changes that this program makes on a connection of its own, and how long each took to reach each listener is kept. Prints lines of JSON.
#include "bench/program.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_FLIGHT 64            // requests that wait for their first answer
#define ANSWER_LARGEST (1 << 20)
#define DELIVERY_LONGEST_MS 30000

typedef struct Options {
        const char *host, *path, *token, *change_path, *change_body;
        int port, connections, changes, pause_ms;
        bool stream;
} Options;

typedef struct Connection {
        int fd;
        bool ready;
        size_t matched;         // of the text that is being looked for
        int64_t head_left;      // bytes of the first answer that are still to come; -1: its head is
        int told;               // changes that arrived
} Connection;

typedef struct Hold {
        Options options;
        Connection *connections;
        int epoll, open, ready;
        int change_fd;
        int64_t *latencies_ns;
        long latencies;
        char *bytes;
} Hold;

static void raise_limit(void) {
        struct rlimit files;
        if (getrlimit(RLIMIT_NOFILE, &files) != 0)
                die("limit");
        files.rlim_cur = files.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0)
                die("limit");
}

static int connect_one(const Options *o) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
        int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || inet_pton(AF_INET, o->host, &address.sin_addr) != 1 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
                die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return fd;
}

static void ask(const Options *o, int fd, const char *method, const char *path, const char *body) {
        char request[8192];
        int len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n", method, path, o->host, o->port, o->token);
        if (body)
                len += snprintf(request + len, sizeof request - (size_t)len, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
        len += snprintf(request + len, sizeof request - (size_t)len, "\r\n%s", body ? body : "");
        if (send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)
                die("send");
}

// ---- the first answers

static void check_status(const char *answer, size_t len) {
        if (len > 12 && answer[9] == '2')
                return;
        fprintf(stderr, "hold: %.*s\n", len > 60 ? 60 : (int)len, answer);
        exit(1);
}

// How often the text ends within these bytes.
static int count_text(Connection *connection, const char *text, const char *bytes, size_t len) {
        int count = 0;
        for (size_t i = 0; i < len; i++) {
                connection->matched = bytes[i] == text[connection->matched] ? connection->matched + 1 : bytes[i] == text[0];
                if (text[connection->matched])
                        continue;
                connection->matched = 0;
                count++;
        }
        return count;
}

static void take_answer(Connection *connection, char *bytes, size_t len) {
        if (connection->head_left < 0) {
                bytes[len] = '\0';
                check_status(bytes, len);
                char *end = strstr(bytes, "\r\n\r\n"), *length = strcasestr(bytes, "\r\nContent-Length:");
                if (!end || !length)
                        die("the head of an answer in pieces");
                connection->head_left = strtol(length + 17, NULL, 10) + (end + 4 - bytes);
        }
        connection->head_left -= (int64_t)len;
        connection->ready = connection->head_left <= 0;
}

// A stream says where it begins.
static void take_stream(Connection *connection, char *bytes, size_t len) {
        if (connection->head_left < 0)
                check_status(bytes, len);
        connection->head_left = 0;
        connection->ready = count_text(connection, "\nid: ", bytes, len) > 0;
        if (connection->ready)
                connection->matched = 0;
}

static void receive(Hold *hold, Connection *connection) {
        ssize_t got = recv(connection->fd, hold->bytes, ANSWER_LARGEST - 1, 0);
        if (got <= 0)
                die("the server closed a connection");
        if (!connection->ready) {
                (hold->options.stream ? take_stream : take_answer)(connection, hold->bytes, (size_t)got);
                hold->ready += connection->ready;
                return;
        }
        connection->told += count_text(connection, "event: record", hold->bytes, (size_t)got);
}

static void open_one(Hold *hold) {
        Connection *connection = &hold->connections[hold->open++];
        connection->fd = connect_one(&hold->options);
        connection->head_left = -1;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(hold->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
                die("epoll");
        ask(&hold->options, connection->fd, "GET", hold->options.path, NULL);
}

static void open_all(Hold *hold) {
        struct epoll_event events[256];
        while (hold->ready < hold->options.connections) {
                while (hold->open < hold->options.connections && hold->open - hold->ready < IN_FLIGHT)
                        open_one(hold);
                int count = epoll_wait(hold->epoll, events, 256, DELIVERY_LONGEST_MS);
                if (count <= 0)
                        die("no answer");
                for (int i = 0; i < count; i++)
                        receive(hold, events[i].data.ptr);
        }
}

// ---- changes

static void change(Hold *hold, int number) {
        char body[4096], stamp[32];
        const char *template = hold->options.change_body, *mark = strstr(template, "{n}");
        snprintf(stamp, sizeof stamp, "%lld-%d", (long long)now_ns(), number);
        snprintf(body, sizeof body, "%.*s%s%s", mark ? (int)(mark - template) : (int)strlen(template), template, mark ? stamp : "", mark ? mark + 3 : "");
        ask(&hold->options, hold->change_fd, "PATCH", hold->options.change_path, body);
}

// Waits until every listener has heard of so many changes.
static void wait_told(Hold *hold, int number, int64_t sent_ns) {
        struct epoll_event events[256];
        for (int told = 0; told < hold->options.connections;) {
                int count = epoll_wait(hold->epoll, events, 256, DELIVERY_LONGEST_MS);
                if (count <= 0)
                        die("a listener heard nothing");
                for (int i = 0; i < count; i++) {
                        Connection *connection = events[i].data.ptr;
                        int before = connection->told;
                        receive(hold, connection);
                        if (before >= number || connection->told < number)
                                continue;
                        hold->latencies_ns[hold->latencies++] = now_ns() - sent_ns;
                        told++;
                }
        }
}

static int64_t change_all(Hold *hold) {
        int64_t answers_ns = 0;
        hold->change_fd = connect_one(&hold->options);
        for (int number = 1; number <= hold->options.changes; number++) {
                int64_t sent_ns = now_ns();
                change(hold, number);
                wait_told(hold, number, sent_ns);
                ssize_t got = recv(hold->change_fd, hold->bytes, ANSWER_LARGEST - 1, 0);
                if (got <= 0)
                        die("the change was not answered");
                check_status(hold->bytes, (size_t)got);
                answers_ns += now_ns() - sent_ns;
                poll(NULL, 0, hold->options.pause_ms);
        }
        return answers_ns;
}

static int compare(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

static double percentile_us(const Hold *hold, double part) {
        return (double)hold->latencies_ns[(long)(part * (double)(hold->latencies - 1))] / 1000;
}

static void wait_line(void) {
        int c = 0;
        while (c != '\n' && c != EOF)
                c = getchar();
}

static bool take_arguments(int argc, char **argv, Options *o) {
        const ProgramOption options[] = {
                {"--host", .text = &o->host}, {"--port", .number = &o->port}, {"--path", .text = &o->path}, {"--token", .text = &o->token}, {"--connections", .number = &o->connections},
                {"--change-path", .text = &o->change_path}, {"--change-body", .text = &o->change_body}, {"--changes", .number = &o->changes}, {"--pause-ms", .number = &o->pause_ms},
        };
        bool taken = options_take(argc, argv, options, sizeof options / sizeof *options);
        o->stream = o->change_path != NULL;
        return taken && o->port && o->path && o->token && o->connections > 0 && !o->stream == !o->change_body;
}

int main(int argc, char **argv) {
        Hold hold = {.options = {.host = "127.0.0.1", .changes = 1}};
        if (!take_arguments(argc, argv, &hold.options)) {
                fprintf(stderr, "usage: hold --port P --path PATH --token T --connections N [--change-path PATH --change-body JSON [--changes N] [--pause-ms N]]\n");
                return 2;
        }
        raise_limit();
        hold.epoll = epoll_create1(0);
        hold.bytes = malloc(ANSWER_LARGEST);
        hold.connections = calloc((size_t)hold.options.connections, sizeof *hold.connections);
        hold.latencies_ns = calloc((size_t)hold.options.connections * (size_t)hold.options.changes, sizeof *hold.latencies_ns);
        if (!hold.bytes || !hold.connections || !hold.latencies_ns)
                die("memory");
        int64_t started_ns = now_ns();
        open_all(&hold);
        printf("{\"open\":%d,\"seconds\":%.3f}\n", hold.ready, (double)(now_ns() - started_ns) / 1e9);
        fflush(stdout);
        wait_line();
        if (hold.options.stream) {
                int64_t answers_ns = change_all(&hold);
                qsort(hold.latencies_ns, (size_t)hold.latencies, sizeof *hold.latencies_ns, compare);
                printf("{\"changes\":%d,\"told\":%ld,\"p50_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f,\"all_told_us\":%.0f}\n", hold.options.changes, hold.latencies, percentile_us(&hold, 0.5),
                       percentile_us(&hold, 0.99), percentile_us(&hold, 1), (double)answers_ns / 1000 / hold.options.changes);
                fflush(stdout);
                wait_line();
        }
        free(hold.latencies_ns);
        free(hold.connections);
        free(hold.bytes);
        return 0;
}
