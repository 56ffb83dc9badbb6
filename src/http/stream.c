// Event streams: one thread writes to all listeners' sockets, while the library holds their connections suspended. The same thread ends connections
// that are past their deadline. A stream's queue is under its own lock, the list of streams with something to do under the loop's.
#include "http/server.h"
#include "os/os.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE_MAX (64 * 1024)
#define QUEUE_FIRST 1024
#define TICK_MS 250
#define EVENTS 256
#define PEER_SILENT_MS 30000 // unacknowledged bytes: the peer's machine has gone

struct HttpStream {
        HttpLoop *loop;
        Connection *connection;
        int socket;
        void *listener;
        void (*on_close)(void *listener);
        pthread_mutex_t lock;
        char *queue;            // the unsent bytes are [start, end)
        size_t start, end, capacity;
        bool gone;              // too slow, or the peer closed: nothing is queued any more
        bool closing;           // close when the queue is empty
        bool busy;              // in the loop's list, under the stream's lock
        bool entered, waits;    // the loop's: known to epoll; waits until the socket takes more
        bool finished;          // the loop's: freed when it leaves the list
        int64_t written_us;
        HttpStream *previous, *next; // the loop's: all entered
        HttpStream *next_busy;
};

struct HttpLoop {
        HttpServer *server;
        int epoll, event;
        pthread_t thread;
        pthread_mutex_t lock;
        HttpStream *busy;
        bool stop;              // with the lock
        HttpStream *streams;
};

// --- any thread

static void loop_push(HttpStream *stream) {
        HttpLoop *loop = stream->loop;
        pthread_mutex_lock(&loop->lock);
        bool first = !loop->busy;
        stream->next_busy = loop->busy;
        loop->busy = stream;
        pthread_mutex_unlock(&loop->lock);
        if (first)
                loop_wake(loop);
}

void loop_wake(HttpLoop *loop) {
        eventfd_write(loop->event, 1);
}

static bool queue_add(HttpStream *stream, Str bytes) {
        size_t waiting = stream->end - stream->start;
        if (waiting + bytes.len > QUEUE_MAX)
                return false;
        if (stream->end + bytes.len > stream->capacity && stream->start > 0) {
                memmove(stream->queue, stream->queue + stream->start, waiting);
                stream->start = 0;
                stream->end = waiting;
        }
        if (stream->end + bytes.len > stream->capacity) {
                size_t capacity = stream->capacity ? stream->capacity : QUEUE_FIRST;
                while (capacity < waiting + bytes.len)
                        capacity *= 2;
                stream->queue = realloc(stream->queue, capacity);
                ensure(stream->queue);
                stream->capacity = capacity;
        }
        memcpy(stream->queue + stream->end, bytes.data, bytes.len);
        stream->end += bytes.len;
        return true;
}

bool http_stream_send(HttpStream *stream, Str bytes) {
        pthread_mutex_lock(&stream->lock);
        if (!stream->gone && !stream->closing && bytes.len > 0 && !queue_add(stream, bytes))
                stream->gone = true;
        bool alive = !stream->gone && !stream->closing;
        bool push = !stream->busy;
        stream->busy = true;
        pthread_mutex_unlock(&stream->lock);
        if (push)
                loop_push(stream);
        return alive;
}

void http_stream_close(HttpStream *stream) {
        pthread_mutex_lock(&stream->lock);
        stream->closing = true;
        bool push = !stream->busy;
        stream->busy = true;
        pthread_mutex_unlock(&stream->lock);
        if (push)
                loop_push(stream);
}

static Str stream_head(const HttpRequest *request) {
        Buf head = buf_make(request->arena, QUEUE_MAX / 2);
        buf_lit(&head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n");
        for (size_t i = 0; i < request->headers_count; i++)
                buf_format(&head, STR_FMT ": " STR_FMT "\r\n", STR_ARG(request->headers[i].name), STR_ARG(request->headers[i].value));
        buf_lit(&head, "\r\n");
        return buf_str(&head);
}

void http_stream_open(HttpRequest *request, void *listener, void (*on_close)(void *listener), HttpStream **ret) {
        HttpExchange *exchange = request->exchange;
        Connection *connection = exchange_take(exchange);
        *ret = NULL;
        if (connection) {
                HttpStream *stream = calloc(1, sizeof *stream);
                ensure(stream);
                *stream = (HttpStream){.loop = connection->server->loop, .connection = connection, .socket = connection->socket};
                stream->listener = listener;
                stream->on_close = on_close;
                stream->busy = true;
                pthread_mutex_init(&stream->lock, NULL);
                queue_add(stream, stream_head(request));
                *ret = stream;
                loop_push(stream);
        }
        exchange_free(exchange);
}

// --- the loop's thread

static void stream_free(HttpStream *stream) {
        pthread_mutex_destroy(&stream->lock);
        free(stream->queue);
        free(stream);
}

static void stream_enter(HttpLoop *loop, HttpStream *stream) {
        int yes = 1, silent_ms = PEER_SILENT_MS;
        setsockopt(stream->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        setsockopt(stream->socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
        atomic_store(&stream->connection->deadline_us, NO_DEADLINE);
        struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = stream};
        if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, stream->socket, &event) != 0)
                stream->gone = true;
        stream->entered = true;
        stream->next = loop->streams;
        if (stream->next)
                stream->next->previous = stream;
        loop->streams = stream;
}

static void stream_leave(HttpLoop *loop, HttpStream *stream) {
        if (stream->next)
                stream->next->previous = stream->previous;
        if (stream->previous)
                stream->previous->next = stream->next;
        else
                loop->streams = stream->next;
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, stream->socket, NULL);
        stream->on_close(stream->listener); // from here on nobody sends
        connection_end(stream->connection);
        stream->finished = true;
        if (!stream->busy)
                stream_free(stream);
}

static void stream_watch(HttpLoop *loop, HttpStream *stream, bool waits) {
        if (stream->waits == waits)
                return;
        stream->waits = waits;
        struct epoll_event event = {.events = EPOLLRDHUP | (waits ? EPOLLOUT : 0), .data.ptr = stream};
        epoll_ctl(loop->epoll, EPOLL_CTL_MOD, stream->socket, &event);
}

// Writes what the socket takes. False: the stream is over.
static bool stream_flush(HttpLoop *loop, HttpStream *stream, int64_t now_us) {
        pthread_mutex_lock(&stream->lock);
        bool blocked = false;
        while (!stream->gone && !blocked && stream->start < stream->end) {
                ssize_t sent = send(stream->socket, stream->queue + stream->start, stream->end - stream->start, MSG_NOSIGNAL | MSG_DONTWAIT);
                if (sent > 0) {
                        stream->start += (size_t)sent;
                        stream->written_us = now_us;
                } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                        blocked = true;
                } else if (sent == 0 || errno != EINTR) {
                        stream->gone = true;
                }
        }
        if (stream->start == stream->end)
                stream->start = stream->end = 0;
        bool over = stream->gone || (stream->closing && stream->end == 0);
        stream->gone |= over;
        pthread_mutex_unlock(&stream->lock);
        if (!over)
                stream_watch(loop, stream, blocked);
        return !over;
}

static void loop_take_busy(HttpLoop *loop, int64_t now_us) {
        pthread_mutex_lock(&loop->lock);
        HttpStream *stream = loop->busy, *next;
        loop->busy = NULL;
        pthread_mutex_unlock(&loop->lock);
        for (; stream; stream = next) {
                next = stream->next_busy;
                if (stream->finished) {
                        stream_free(stream);
                        continue;
                }
                pthread_mutex_lock(&stream->lock);
                stream->busy = false;
                pthread_mutex_unlock(&stream->lock);
                if (!stream->entered)
                        stream_enter(loop, stream);
                if (!stream_flush(loop, stream, now_us))
                        stream_leave(loop, stream);
        }
}

static void loop_heartbeat(HttpLoop *loop, int64_t now_us) {
        int64_t silent_us = (int64_t)loop->server->config.heartbeat_s * 1000000;
        HttpStream *next;
        for (HttpStream *stream = loop->streams; stream; stream = next) {
                next = stream->next;
                if (now_us - stream->written_us < silent_us || stream->waits)
                        continue;
                pthread_mutex_lock(&stream->lock);
                queue_add(stream, STR(": \n\n"));
                pthread_mutex_unlock(&stream->lock);
                if (!stream_flush(loop, stream, now_us))
                        stream_leave(loop, stream);
        }
}

static void loop_end_late(HttpLoop *loop, int64_t now_us) {
        HttpServer *server = loop->server;
        pthread_mutex_lock(&server->lock); // keeps the sockets from being closed, and their numbers from meaning others
        for (Connection *connection = server->connections; connection; connection = connection->next)
                if (atomic_load_explicit(&connection->deadline_us, memory_order_relaxed) < now_us)
                        shutdown(connection->socket, SHUT_RDWR);
        pthread_mutex_unlock(&server->lock);
}

static void *loop_run(void *arg) {
        HttpLoop *loop = arg;
        struct epoll_event events[EVENTS];
        int64_t tick_us = 0;
        for (;;) {
                int count = epoll_wait(loop->epoll, events, EVENTS, TICK_MS);
                int64_t now_us = os_monotonic_us();
                for (int i = 0; i < count; i++) {
                        HttpStream *stream = events[i].data.ptr;
                        eventfd_t ignored;
                        if (!stream)
                                eventfd_read(loop->event, &ignored);
                        else if ((events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) || !stream_flush(loop, stream, now_us))
                                stream_leave(loop, stream);
                }
                loop_take_busy(loop, now_us);
                while (atomic_load(&loop->server->stopping) && loop->streams)
                        stream_leave(loop, loop->streams);
                if (now_us - tick_us >= TICK_MS * 1000) {
                        tick_us = now_us;
                        loop_heartbeat(loop, now_us);
                        loop_end_late(loop, now_us);
                }
                pthread_mutex_lock(&loop->lock);
                bool stop = loop->stop && !loop->busy;
                pthread_mutex_unlock(&loop->lock);
                if (stop)
                        return NULL;
        }
}

Status loop_start(Context *context, HttpServer *server, HttpLoop **ret) {
        HttpLoop *loop = calloc(1, sizeof *loop);
        ensure(loop);
        loop->server = server;
        pthread_mutex_init(&loop->lock, NULL);
        loop->epoll = epoll_create1(EPOLL_CLOEXEC);
        loop->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN};
        if (loop->epoll >= 0 && loop->event >= 0 && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->event, &event) == 0 &&
            pthread_create(&loop->thread, NULL, loop_run, loop) == 0) {
                *ret = loop;
                return STATUS_OK;
        }
        close(loop->epoll);
        close(loop->event);
        free(loop);
        return error_set(context, STATUS_IO, "server_start_failed");
}

void loop_stop(HttpLoop *loop) {
        if (!loop)
                return;
        pthread_mutex_lock(&loop->lock);
        loop->stop = true;
        pthread_mutex_unlock(&loop->lock);
        loop_wake(loop);
        pthread_join(loop->thread, NULL);
        close(loop->epoll);
        close(loop->event);
        pthread_mutex_destroy(&loop->lock);
        free(loop);
}
