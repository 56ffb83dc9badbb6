// From what a handler filled in to the library's response. Response bytes stay in the request's arena until they are sent.
#include "http/server.h"
#include "http/static.h"
#include "os/os.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define COMPRESS_LEAST 4096  // bytes: below, a packet or two are sent either way
#define GZIP_WINDOW (15 + 16) // the largest, with gzip's head

typedef struct Refusal { int status; const char *code, *title; } Refusal;

static const Refusal REFUSALS[] = {
        {400, "malformed", "Bad Request"}, {413, "too_large", "Content Too Large"}, {414, "url_too_long", "URI Too Long"},
        {431, "headers_too_large", "Request Header Fields Too Large"}, {503, "busy", "Service Unavailable"}, {505, "http_version", "HTTP Version Not Supported"},
        {500, "internal", "Internal Server Error"},
};

void http_respond_header(HttpRequest *request, const char *name, Str value) {
        ensure(request->headers_count < sizeof request->headers / sizeof request->headers[0]);
        char *clean = str_c(request->arena, value);
        size_t len = 0;
        for (size_t i = 0; i < value.len; i++)
                if (value.data[i] != '\r' && value.data[i] != '\n' && value.data[i] != '\0')
                        clean[len++] = value.data[i];
        clean[len] = '\0';
        request->headers[request->headers_count++] = (HttpParam){.name = str_from(name), .value = str_make(clean, len)};
}

static void refuse(HttpExchange *exchange) {
        HttpRequest *request = &exchange->request;
        const HttpConfig *config = &exchange->connection->server->config;
        request->status = exchange->refused;
        request->headers_count = 0;
        request->file_path = STR_NONE;
        if (config->refuse) {
                config->refuse(config->self, request);
                return;
        }
        const Refusal *refusal = REFUSALS;
        const Refusal *last = &REFUSALS[sizeof REFUSALS / sizeof REFUSALS[0] - 1];
        while (refusal < last && refusal->status != request->status)
                refusal++;
        request->content_type = STR("application/problem+json");
        request->response = str_format(request->arena, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"}", refusal->title,
                request->status, refusal->code);
}

static struct MHD_Response *from_file(const HttpRequest *request, size_t *ret_size) {
        char *path = str_c(request->arena, request->file_path);
        struct stat about;
        int file = os_calls()->open(path, O_RDONLY | O_CLOEXEC, 0);
        if (file < 0)
                return NULL;
        if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
                close(file);
                return NULL;
        }
        if (request->delete_file)
                os_calls()->unlink(path);
        *ret_size = (size_t)about.st_size;
        struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)about.st_size, file);
        if (!response)
                close(file);
        return response;
}

// Texts made for this request, not files that bring their coding with them.
static bool is_compressible(const HttpRequest *request) {
        Str type = request->content_type;
        bool text = !type.len || str_starts(type, STR("application/json")) || str_starts(type, STR("application/problem+json")) || str_starts(type, STR("text/"));
        for (size_t i = 0; i < request->headers_count; i++)
                if (str_is(request->headers[i].name, "Content-Encoding"))
                        return false;
        return text && request->response.len >= COMPRESS_LEAST && request->status != 204 && request->status != 304;
}

// On a slow line a list arrives in a fifth of the bytes; the fastest level costs about as much as making it did.
static void compress_response(HttpRequest *request) {
        if (!is_compressible(request))
                return;
        http_respond_header(request, "Vary", STR("Accept-Encoding"));
        if (!request->exchange || !http_accepts_coding(http_header(request, "accept-encoding"), "gzip"))
                return;
        z_stream stream = {0};
        size_t room = request->response.len - request->response.len / 8;
        if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
                return;
        char *packed = arena_alloc(request->arena, room);
        stream.next_in = (Bytef *)(uintptr_t)request->response.data;
        stream.avail_in = (uInt)request->response.len;
        stream.next_out = (Bytef *)packed;
        stream.avail_out = (uInt)room;
        bool smaller = deflate(&stream, Z_FINISH) == Z_STREAM_END;
        size_t size = stream.total_out;
        deflateEnd(&stream);
        if (!smaller)
                return;
        request->response = str_make(packed, size);
        http_respond_header(request, "Content-Encoding", STR("gzip"));
}

static struct MHD_Response *from_memory(const HttpRequest *request, size_t *ret_size) {
        Str content = request->status == 204 || request->status == 304 ? STR_NONE : request->response;
        *ret_size = content.len;
        return MHD_create_response_from_buffer(content.len, (void *)(uintptr_t)content.data, MHD_RESPMEM_PERSISTENT);
}

static void add_headers(const HttpExchange *exchange, struct MHD_Response *response) {
        const HttpRequest *request = &exchange->request;
        for (size_t i = 0; i < request->headers_count; i++)
                MHD_add_response_header(response, request->headers[i].name.data, request->headers[i].value.data);
        if (request->status != 204 && request->content_type.len)
                MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, str_c(request->arena, request->content_type));
        if (exchange->close || atomic_load(&exchange->connection->server->stopping))
                MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

enum MHD_Result response_send(HttpExchange *exchange) {
        Connection *connection = exchange->connection;
        HttpRequest *request = &exchange->request;
        if (request->status < 200 || request->status > 599)
                exchange->refused = 500;
        if (exchange->refused)
                refuse(exchange);
        if (!request->file_path.len)
                compress_response(request);
        size_t size;
        struct MHD_Response *response = request->file_path.len ? from_file(request, &size) : from_memory(request, &size);
        if (!response && request->file_path.len) {
                exchange->refused = 500;
                refuse(exchange);
                response = from_memory(request, &size);
        }
        if (!response)
                return MHD_NO;
        add_headers(exchange, response);
        int64_t seconds = connection->server->config.timeout_s + (int64_t)(size / RATE_LEAST);
        atomic_store(&connection->deadline_us, os_monotonic_us() + seconds * 1000000);
        enum MHD_Result queued = MHD_queue_response(connection->library, (unsigned)request->status, response);
        MHD_destroy_response(response);
        return queued;
}
