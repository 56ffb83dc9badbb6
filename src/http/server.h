// Inside src/http: what the server's files share. A connection belongs to the library's thread that accepted it; the server's list of connections, its
// deadlines and who may end a request from outside are under HttpServer.lock.
#pragma once
#include "base/network.h"
#include "http/http.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#define URL_MAX (16 * 1024)
#define HEADERS_MAX (32 * 1024)
#define CONNECTION_MEMORY (48 * 1024)           // the library's buffer: request head, and what it builds of the response's
#define QUERY_MAX 256                           // parameters
#define ARENA_BUDGET ((size_t)128 * 1024 * 1024) // of a request
#define BODIES_MAX ((int64_t)1024 * 1024 * 1024) // memory of all bodies that are being received or handled
#define DISCARD_MAX ((uint64_t)32 * 1024 * 1024) // refused bodies are read to their end up to here: a client that still writes does not see the answer
#define REQUEST_S 30                            // a request head, and the first bytes of a body, take at most this long
#define RATE_LEAST 4096                         // bytes a second; bodies and responses may take size / rate longer
#define PROXIES_MAX 256                         // ranges of addresses whose word is believed
#define NO_DEADLINE INT64_MAX

typedef struct HttpLoop HttpLoop;
typedef struct HttpExchange HttpExchange;

typedef struct Connection {
        HttpServer *server;
        struct MHD_Connection *library;
        int socket;
        char peer[INET6_ADDRSTRLEN];
        char *url; size_t url_len;      // raw, of the request that is being read
        HttpExchange *exchange;         // NULL between requests
        // Written by the library's thread only: while it is in the handler, another thread may already have the exchange.
        bool left;                      // the handler deferred or opened a stream: the exchange is not ours to touch
        bool refused;                   // it wanted to, but the server is closing: the connection ends
        bool dead;                      // written while suspended: the connection ends when it is resumed
        _Atomic int64_t deadline_us;
        struct Connection *previous, *next;
} Connection;

typedef enum ExchangeState { EXCHANGE_HERE, EXCHANGE_DEFERRED, EXCHANGE_RESUMED, EXCHANGE_ORPHANING, EXCHANGE_ORPHANED } ExchangeState;

struct HttpExchange {
        HttpRequest request;
        Connection *connection;
        HttpParam *headers; size_t headers_count;
        int refused;                    // status that the request will be answered with, unheard; 0: none
        bool close;                     // the connection ends with this response
        bool handled, to_file;
        size_t body_limit;
        uint64_t received;              // bytes of the body
        int64_t body_since_us;
        char *body; size_t body_capacity;
        int file;
        _Atomic int state;              // ExchangeState
        HttpExchange *previous_deferred, *next_deferred; // under the server's lock
};

struct HttpServer {
        HttpConfig config;
        struct MHD_Daemon *daemon;
        HttpLoop *loop;
        int port, listener;
        Arena *arena;                   // of what lives as long as it does
        NetworkList proxies;
        pthread_mutex_t lock;
        Connection *connections;
        HttpExchange *deferred;
        _Atomic bool stopping, closing; // stopping: finish what runs; closing: finish nothing more
        _Atomic int64_t connection_count, request_count, body_bytes;
        _Atomic int64_t active;         // being handled or answered
        _Atomic int64_t deferred_count, stream_count; // suspended connections; stop waits for their last touch of the server
};

// request.c
HttpExchange *exchange_new(Connection *connection, const char *method);
void exchange_free(HttpExchange *exchange);
int request_parse(HttpExchange *exchange, const char *version); // 0, or the status it is refused with; sets close
bool url_decode(Arena *arena, Str raw, bool plus_is_space, Str *ret); // strict: false for a bad escape, bad UTF-8 or U+0000
// peer.c
bool proxies_parse(Arena *arena, const char *list, NetworkList *ret);
void peer_resolve(HttpExchange *exchange); // peer and secure of the request, through trusted proxies
// body.c
void body_begin(HttpExchange *exchange);
bool body_receive(HttpExchange *exchange, const char *data, size_t size); // false: end the connection
void body_finish(HttpExchange *exchange);
// response.c
enum MHD_Result response_send(HttpExchange *exchange);
// server.c
// Takes a request off its connection for a stream; the connection stays suspended until connection_end(). NULL: the server is closing.
Connection *exchange_take(HttpExchange *exchange);
void connection_end(Connection *connection);
// stream.c: the loop also ends connections that are past their deadline
Status loop_start(Context *context, HttpServer *server, HttpLoop **ret) MUST_USE;
void loop_wake(HttpLoop *loop);
void loop_stop(HttpLoop *loop);
