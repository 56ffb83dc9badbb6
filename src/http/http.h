// The HTTP border: libmicrohttpd in, requests and responses as plain structs out. No database, no business. Limits: URL 16 KB (414), headers 32 KB (431),
// body by route (413), both Content-Length and Transfer-Encoding (400, close), idle and slow connections time out.
#pragma once
#include "base/buf.h"
#include "base/context.h"

typedef enum HttpMethod { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHOD_OTHER } HttpMethod;

typedef struct HttpParam { Str name, value; } HttpParam; // decoded; invalid percent encoding or UTF-8 in a query is 400

typedef struct HttpServer HttpServer;

typedef struct HttpRequest {
        Arena *arena;               // lives until the response is sent
        HttpMethod method;
        Str method_name, path;      // path percent-decoded, without the query
        HttpParam *query; size_t query_count;
        Str body;                   // whole; STR_NONE when body_file
        Str body_path;              // large uploads (route says so) are written to a temporary file
        Str peer;                   // address, without port
        bool secure;                // TLS, here or told by a trusted proxy
        void *user;                 // the handler's
        struct HttpExchange *exchange;
        // the response
        int status;                 // default 200
        Str content_type;           // default application/json; charset=utf-8
        Str response;               // in arena or static
        Str file_path;              // sends this file instead (owned by caller; deleted after when delete_file)
        bool delete_file;
        HttpParam headers[24]; size_t headers_count;
} HttpRequest;

Str http_header(const HttpRequest *request, const char *name);       // STR_NONE when absent
Str http_query(const HttpRequest *request, const char *name, bool *ret_found); // ret_found may be NULL
Str http_cookie(const HttpRequest *request, const char *name);
void http_respond_header(HttpRequest *request, const char *name, Str value); // name static, value in the arena; CR/LF dropped

typedef struct HttpConfig {
        const char *address; int port;      // port 0: any
        int threads;                        // default: cores, at most 8
        size_t max_body;                    // for routes that do not say
        int max_connections, per_address;   // 0: defaults (20,000, none)
        int timeout_s;                      // idle keep-alive, default 75
        // Called as soon as the headers are known: how many body bytes this request may have; *ret_to_file: body goes to a temporary file in folder.
        size_t (*body_limit)(void *self, HttpMethod method, Str path, bool *ret_to_file);
        // Called when the request is complete, on a server thread. Either fills the response and returns, or calls http_defer() first and later,
        // from any thread, http_resume().
        void (*handle)(void *self, HttpRequest *request);
        void *self;
        const char *folder;                 // for temporary files
        // Fills the answer to a request that is refused before it is handled (request->status says why; path and query may be empty). NULL: a short problem+json.
        void (*refuse)(void *self, HttpRequest *request);
        const char *trusted_proxies;        // "127.0.0.1, 10.0.0.0/8": whose X-Forwarded-For and -Proto are believed; NULL: nobody's
        int heartbeat_s;                    // of event streams, default 15
        int stop_s;                         // how long http_stop() waits for what runs, default 10
} HttpConfig;

Status http_start(Context *context, const HttpConfig *config, HttpServer **ret) MUST_USE;
int http_port(const HttpServer *server);
void http_stop(HttpServer *server);         // no new connections, finishes what runs (10 s at most), frees; accepts NULL
// A handler that defers returns at once and leaves the request to another thread, which calls http_resume() exactly once, always, and does not touch the
// request afterwards. The response may be filled in until then. A client that goes away meanwhile is not noticed before.
void http_defer(HttpRequest *request);
void http_resume(HttpRequest *request);
typedef struct HttpStats { int64_t connections, requests, streams; } HttpStats;
HttpStats http_stats(const HttpServer *server);

// Event streams: text/event-stream listeners in a loop of their own.
typedef struct HttpStream HttpStream;
// Turns the request into a stream, in its handler or after http_defer() instead of http_resume(); the caller must not touch the request afterwards. Its
// status is 200; headers added with http_respond_header() are sent. on_close is called once, from the streams' own thread, when the peer has gone, was too
// slow or the server stops; the stream is freed when it returns. So whoever opens (and notes the stream) or sends must hold a lock meanwhile that on_close
// takes to forget the stream. *ret is NULL, and on_close is not called, where the server is stopping.
void http_stream_open(HttpRequest *request, void *listener, void (*on_close)(void *listener), HttpStream **ret);
bool http_stream_send(HttpStream *stream, Str bytes);   // queues (64 KB at most; past it the listener is dropped); any thread; false: gone, on_close follows
void http_stream_close(HttpStream *stream);             // sends what is queued, then closes; on_close follows
// Heartbeats (": \n\n" every 15 s) are sent by the loop itself.
