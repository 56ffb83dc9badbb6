// A load generator: one thread, epoll, keep-alive connections that each send the next request as soon as the answer before is there. Every latency is kept, so that
// the percentiles are exact. Prints one line of JSON. "{n}" in path and body becomes the request's number, "{id}" one of the call's ids.
// --mix names a file of calls, drawn by weight: name, weight, token, method, path, body and ids (with commas), a line each, with tabs between. --over S sends the requests
// evenly over so many seconds, --day S in the shape of a working day with two busy times; latencies then count from when a request was due, also where no connection was free.
#include "bench/program.h"
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_LARGEST 2048
#define REQUEST_LARGEST 65536
#define ANSWER_FIRST 65536
#define CALLS_LARGEST 64
#define COLUMNS 7               // of a line of --mix

typedef struct Options {
        const char *host, *path, *method, *body, *token, *mix;
        int port, connections;
        long requests, id_low, id_high;
        double seconds; // stop after so long, 0: never
        double over_s, day_s;
} Options;

typedef struct Ask {            // one kind of request
        const char *name, *token, *method, *path, *body;
        double weight;
        long *ids;
        long ids_count;         // 0: any from low to high
        long failed;
} Ask;

typedef struct Connection {
        int fd;
        char *answer;
        size_t len, capacity, body_start, body_len;
        bool has_head;
        int ask;
        int64_t sent_ns;        // or when it was due
} Connection;

typedef struct Load {
        Options options;
        Connection connections[CONNECTIONS_LARGEST];
        int epoll;
        long sent, done, failed;
        uint64_t random;
        int64_t bytes;
        int64_t *latencies_ns;
        unsigned char *kinds;   // which ask each of these was
        Ask asks[CALLS_LARGEST];
        int asks_count;
        double weights;         // of all
        int64_t *due_ns;        // since the start; NULL: each as soon as the one before is answered
        Connection *free[CONNECTIONS_LARGEST];
        int free_count;
} Load;

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

static int choose_ask(Load *load) {
        double at = (double)(draw(load) >> 11) / (double)(1ull << 53) * load->weights;
        int ask = 0;
        while (ask < load->asks_count - 1 && at >= load->asks[ask].weight)
                at -= load->asks[ask++].weight;
        return ask;
}

static long choose_id(Load *load, const Ask *ask) {
        const Options *o = &load->options;
        if (ask->ids_count)
                return ask->ids[draw(load) % (uint64_t)ask->ids_count];
        return o->id_low + (long)(draw(load) % (uint64_t)(o->id_high - o->id_low + 1));
}

static void send_next(Load *load, Connection *connection) {
        static char path[REQUEST_LARGEST / 4], body[REQUEST_LARGEST / 2], request[REQUEST_LARGEST];
        const Options *o = &load->options;
        connection->ask = load->asks_count > 1 ? choose_ask(load) : 0;
        const Ask *ask = &load->asks[connection->ask];
        long number = load->sent++, id = choose_id(load, ask);
        fill_in(ask->path, number, id, path, sizeof path);
        size_t body_len = fill_in(ask->body, number, id, body, sizeof body);
        int len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s:%d\r\n", ask->method, path, o->host, o->port);
        if (ask->token[0])
                len += snprintf(request + len, sizeof request - (size_t)len, "Authorization: Bearer %s\r\n", ask->token);
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
        Ask *ask = &load->asks[connection->ask];
        if (!good && ask->failed++ == 0)
                fprintf(stderr, "load: %s: %.60s\n", ask->name, connection->answer);
        load->failed += !good;
        connection->has_head = true;
        connection->body_start = (size_t)(end - connection->answer) + 4;
        connection->body_len = strtoul(length + 17, NULL, 10);
        return true;
}

static void answer_done(Load *load, Connection *connection) {
        load->kinds[load->done] = (unsigned char)connection->ask;
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

// How many of a day's requests are due in its first part: a busy morning and a busy afternoon, each rising and falling, and little between them.
static double day_share(double part) {
        const double half = part < 0.5 ? part * 2 : part * 2 - 1;
        double within = half - sin(2 * M_PI * half) / (2 * M_PI);
        return (0.1 * part + 0.9 * (part < 0.5 ? within / 2 : 0.5 + within / 2));
}

static double day_part(double share) {
        double low = 0, high = 1;
        for (int i = 0; i < 50; i++) {
                double middle = (low + high) / 2;
                if (day_share(middle) < share)
                        low = middle;
                else
                        high = middle;
        }
        return low;
}

static void plan(Load *load) {
        const Options *o = &load->options;
        double seconds = o->day_s > 0 ? o->day_s : o->over_s;
        if (seconds <= 0)
                return;
        load->due_ns = calloc((size_t)o->requests, sizeof *load->due_ns);
        if (!load->due_ns)
                die("memory");
        for (long i = 0; i < o->requests; i++) {
                double share = ((double)i + 0.5) / (double)o->requests;
                load->due_ns[i] = (int64_t)((o->day_s > 0 ? day_part(share) : share) * seconds * 1e9);
        }
}

static void wait_until(Load *load, int64_t until_ns) {
        struct epoll_event events[64];
        struct timespec wait = {0};
        int64_t left_ns = until_ns - now_ns();
        if (left_ns > 0)
                wait = (struct timespec){.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
        int count = epoll_pwait2(load->epoll, events, 64, until_ns ? &wait : NULL, NULL);
        for (int i = 0; i < count; i++) {
                Connection *connection = events[i].data.ptr;
                if (!receive(load, connection))
                        continue;
                answer_done(load, connection);
                load->free[load->free_count++] = connection;
        }
}

static void run_planned(Load *load) {
        const Options *o = &load->options;
        int64_t started_ns = now_ns();
        for (int i = 0; i < o->connections; i++)
                load->free[load->free_count++] = &load->connections[i];
        while (load->done < o->requests) {
                bool more = load->sent < o->requests && load->free_count > 0;
                int64_t due_ns = more ? started_ns + load->due_ns[load->sent] : 0;
                if (more && due_ns <= now_ns()) {
                        Connection *connection = load->free[--load->free_count];
                        send_next(load, connection);
                        connection->sent_ns = due_ns;
                } else {
                        wait_until(load, due_ns);
                }
        }
}

// ---- what came of it

static int compare(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

static double percentile_us(const int64_t *latencies_ns, long count, double part) {
        return count ? (double)latencies_ns[(long)(part * (double)(count - 1))] / 1000 : 0;
}

// Of the asks that chosen says: sorted, in memory of the caller's.
static long sort_some(const Load *load, const bool *chosen, int64_t *out) {
        long count = 0;
        for (long i = 0; i < load->done; i++)
                if (chosen[load->kinds[i]])
                        out[count++] = load->latencies_ns[i];
        qsort(out, (size_t)count, sizeof *out, compare);
        return count;
}

static void print_some(const Load *load, const bool *chosen, const char *name, int64_t *memory) {
        long count = sort_some(load, chosen, memory), failed = 0;
        for (int i = 0; i < load->asks_count; i++)
                failed += chosen[i] ? load->asks[i].failed : 0;
        printf("{\"name\":\"%s\",\"requests\":%ld,\"failed\":%ld,\"p50_us\":%.0f,\"p99_us\":%.0f}", name, count, failed, percentile_us(memory, count, 0.5), percentile_us(memory, count, 0.99));
}

static void print_mix(const Load *load, int64_t *memory) {
        bool reads[CALLS_LARGEST] = {0}, writes[CALLS_LARGEST] = {0};
        printf(",\"calls\":[");
        for (int i = 0; i < load->asks_count; i++) {
                bool chosen[CALLS_LARGEST] = {0};
                chosen[i] = true;
                *(strcmp(load->asks[i].method, "GET") == 0 ? &reads[i] : &writes[i]) = true;
                printf(i ? "," : "");
                print_some(load, chosen, load->asks[i].name, memory);
        }
        printf("],\"reads\":");
        print_some(load, reads, "reads", memory);
        printf(",\"writes\":");
        print_some(load, writes, "writes", memory);
}

static void print_result(const Load *load, double seconds) {
        bool all[CALLS_LARGEST];
        memset(all, true, sizeof all);
        int64_t *memory = calloc((size_t)load->done + 1, sizeof *memory);
        if (!memory)
                die("memory");
        long count = sort_some(load, all, memory);
        printf("{\"requests\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f,\"bytes\":%.0f", load->done, load->failed, seconds,
               (double)load->done / seconds, percentile_us(memory, count, 0.5), percentile_us(memory, count, 0.99), percentile_us(memory, count, 1), (double)load->bytes / (double)load->done);
        if (load->options.mix)
                print_mix(load, memory);
        printf("}\n");
        free(memory);
}

// ---- what is asked

static long *take_ids(char *text, long *ret_count) {
        long *ids = calloc(strlen(text) / 2 + 1, sizeof *ids);
        if (!ids)
                die("memory");
        for (char *at = text; *at; at += *at == ',')
                ids[(*ret_count)++] = strtol(at, &at, 10);
        return ids;
}

static bool take_line(Load *load, char *line) {
        char *columns[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
                columns[i] = strsep(&line, i == COLUMNS - 1 ? "\n" : "\t");
                if (!columns[i])
                        return false;
        }
        Ask *ask = &load->asks[load->asks_count++];
        *ask = (Ask){.name = columns[0], .weight = strtod(columns[1], NULL), .token = columns[2], .method = columns[3], .path = columns[4], .body = columns[5]};
        ask->ids = take_ids(columns[6], &ask->ids_count);
        load->weights += ask->weight;
        return ask->weight > 0;
}

static bool take_asks(Load *load) {
        const Options *o = &load->options;
        if (!o->mix) {
                load->asks[load->asks_count++] = (Ask){.name = o->path, .weight = 1, .token = o->token, .method = o->method, .path = o->path, .body = o->body};
                return true;
        }
        FILE *file = fopen(o->mix, "r");
        if (!file)
                die(o->mix);
        bool good = true;
        while (good && load->asks_count < CALLS_LARGEST) {
                char *line = NULL; // kept: the call points into it
                size_t size = 0;
                if (getline(&line, &size, file) < 0)
                        break;
                good = take_line(load, line);
        }
        fclose(file);
        return good && load->asks_count > 0;
}

static bool take_arguments(int argc, char **argv, Options *o) {
        const ProgramOption options[] = {
                {"--host", .text = &o->host}, {"--port", .number = &o->port}, {"--path", .text = &o->path}, {"--method", .text = &o->method}, {"--body", .text = &o->body},
                {"--token", .text = &o->token}, {"--connections", .number = &o->connections}, {"--requests", .count = &o->requests}, {"--low", .count = &o->id_low},
                {"--high", .count = &o->id_high}, {"--seconds", .real = &o->seconds}, {"--mix", .text = &o->mix}, {"--over", .real = &o->over_s}, {"--day", .real = &o->day_s},
        };
        return options_take(argc, argv, options, sizeof options / sizeof *options) && o->port && o->requests > 0 && o->connections > 0 && o->connections <= CONNECTIONS_LARGEST;
}

int main(int argc, char **argv) {
        Load *load = calloc(1, sizeof *load);
        if (!load)
                die("memory");
        load->options = (Options){.host = "127.0.0.1", .path = "/", .method = "GET", .body = "", .token = "", .connections = 16, .requests = 20000, .id_low = 1, .id_high = 1};
        if (!take_arguments(argc, argv, &load->options)) {
                fprintf(stderr, "usage: load --port P --path PATH [--method M] [--body JSON] [--token T] [--connections 16] [--requests 20000] [--seconds S] [--low ID --high ID] [--mix FILE] [--over S | --day S]\n");
                return 2;
        }
        if (!take_asks(load)) {
                fprintf(stderr, "load: %s: a line has %d columns\n", load->options.mix, COLUMNS);
                return 2;
        }
        load->latencies_ns = calloc((size_t)load->options.requests, sizeof *load->latencies_ns);
        load->kinds = calloc((size_t)load->options.requests, 1);
        if (!load->latencies_ns || !load->kinds)
                die("memory");
        plan(load);
        connect_all(load);
        int64_t started_ns = now_ns();
        if (load->due_ns)
                run_planned(load);
        else
                run(load);
        print_result(load, (double)(now_ns() - started_ns) / 1e9);
        return load->failed && !load->options.mix ? 1 : 0;
}
