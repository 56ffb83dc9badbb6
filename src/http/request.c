// From a request's head to HttpRequest: decoding, and refusing what two servers could read in two ways. Header fields are copied into the request's arena,
// so that a deferred request does not need its connection.
#include "http/server.h"
#include "base/unicode.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

static const char *const METHODS[] = {
        [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
};

static HttpMethod method_find(Str name) {
        for (int i = HTTP_GET; i < HTTP_METHOD_OTHER; i++)
                if (str_is(name, METHODS[i]))
                        return (HttpMethod)i;
        return HTTP_METHOD_OTHER;
}

HttpExchange *exchange_new(Connection *connection, const char *method) {
        Arena *arena = arena_new(ARENA_BUDGET);
        HttpExchange *exchange = arena_new_of(arena, HttpExchange);
        exchange->connection = connection;
        exchange->file = -1;
        HttpRequest *request = &exchange->request;
        request->arena = arena;
        request->exchange = exchange;
        request->status = 200;
        request->content_type = STR("application/json; charset=utf-8");
        request->method_name = str_copy(arena, str_from(method));
        request->method = method_find(request->method_name);
        request->peer = str_copy(arena, str_from(connection->peer));
        return exchange;
}

void exchange_free(HttpExchange *exchange) {
        if (!exchange)
                return;
        if (exchange->connection) // an orphan's server may be gone
                atomic_fetch_sub(&exchange->connection->server->body_bytes, (int64_t)exchange->body_capacity);
        if (exchange->file >= 0)
                close(exchange->file);
        if (exchange->request.body_path.len) // whoever wanted to keep it has moved it away
                unlink(exchange->request.body_path.data);
        free(exchange->body);
        arena_free(exchange->request.arena);
}

static int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char)(c | 0x20);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool url_decode(Arena *arena, Str raw, bool plus_is_space, Str *ret) {
        char *out = arena_alloc(arena, raw.len + 1);
        size_t len = 0;
        for (size_t i = 0; i < raw.len; i++) {
                char c = raw.data[i];
                if (c == '+' && plus_is_space) {
                        c = ' ';
                } else if (c == '%') {
                        int high = i + 2 < raw.len ? hex_digit(raw.data[i + 1]) : -1;
                        int low = high >= 0 ? hex_digit(raw.data[i + 2]) : -1;
                        if (low < 0)
                                return false;
                        c = (char)(high * 16 + low);
                        i += 2;
                }
                if (c == '\0')
                        return false;
                out[len++] = c;
        }
        *ret = str_make(out, len);
        return utf8_valid(*ret);
}

static bool query_parse(HttpRequest *request, Str raw) {
        size_t most = 1;
        for (size_t i = 0; i < raw.len; i++)
                most += raw.data[i] == '&';
        if (most > QUERY_MAX)
                return false;
        request->query = arena_array(request->arena, HttpParam, most);
        Str pair;
        while (str_cut(&raw, '&', &pair)) {
                if (str_empty(pair))
                        continue;
                ptrdiff_t equals = str_find_char(pair, '=');
                Str name = equals < 0 ? pair : str_slice(pair, 0, (size_t)equals);
                Str value = equals < 0 ? STR("") : str_slice(pair, (size_t)equals + 1, pair.len);
                HttpParam *param = &request->query[request->query_count];
                if (!url_decode(request->arena, name, true, &param->name) || !url_decode(request->arena, value, true, &param->value))
                        return false;
                request->query_count++;
        }
        return true;
}

// A proxy's clients may send the absolute form; only its path counts.
static Str url_without_origin(Str url) {
        if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://")))
                return url;
        size_t from = (size_t)str_find(url, STR("://")) + 3;
        Str rest = str_slice(url, from, url.len);
        ptrdiff_t slash = str_find_char(rest, '/');
        return slash < 0 ? STR("/") : str_slice(rest, (size_t)slash, rest.len);
}

static int url_parse(HttpExchange *exchange) {
        HttpRequest *request = &exchange->request;
        Str url = str_make(exchange->connection->url, exchange->connection->url_len);
        if (url.len > URL_MAX)
                return 414;
        for (size_t i = 0; i < url.len; i++)
                if ((unsigned char)url.data[i] <= ' ' || url.data[i] == 0x7f || url.data[i] == '#')
                        return 400;
        url = url_without_origin(url);
        ptrdiff_t mark = str_find_char(url, '?');
        Str path = mark < 0 ? url : str_slice(url, 0, (size_t)mark);
        if (!str_starts(path, STR("/")) && !(str_is(path, "*") && request->method == HTTP_OPTIONS))
                return 400;
        if (!url_decode(request->arena, path, false, &request->path)) {
                request->path = STR_NONE;
                return 400;
        }
        if (mark >= 0 && !query_parse(request, str_slice(url, (size_t)mark + 1, url.len))) {
                request->query_count = 0;
                return 400;
        }
        return 0;
}

typedef struct HeaderReader {
        HttpExchange *exchange;
        size_t capacity, bytes;
        int lengths, encodings, hosts;
        Str length, encoding;
        bool malformed;
} HeaderReader;

static bool name_valid(const char *name, size_t len) {
        for (size_t i = 0; i < len; i++)
                if (!isalnum((unsigned char)name[i]) && (!name[i] || !strchr("!#$%&'*+-.^_`|~", name[i])))
                        return false;
        return len > 0;
}

static bool value_valid(Str value) {
        for (size_t i = 0; i < value.len; i++) {
                unsigned char c = (unsigned char)value.data[i];
                if ((c < ' ' && c != '\t') || c == 0x7f)
                        return false;
        }
        return utf8_valid(value);
}

static enum MHD_Result header_read(void *arg, enum MHD_ValueKind kind, const char *key, size_t key_size, const char *data, size_t size) {
        (void)kind;
        HeaderReader *reader = arg;
        HttpExchange *exchange = reader->exchange;
        Str value = str_trim(str_make(data, size));
        reader->bytes += key_size + size + 4;
        if (!name_valid(key, key_size) || !value_valid(value)) {
                reader->malformed = true;
                return MHD_NO;
        }
        if (exchange->headers_count == reader->capacity) {
                reader->capacity = reader->capacity ? reader->capacity * 2 : 16;
                HttpParam *bigger = arena_array(exchange->request.arena, HttpParam, reader->capacity);
                if (exchange->headers_count)
                        memcpy(bigger, exchange->headers, sizeof(HttpParam) * exchange->headers_count);
                exchange->headers = bigger;
        }
        HttpParam *header = &exchange->headers[exchange->headers_count++];
        header->name = str_copy(exchange->request.arena, str_make(key, key_size));
        header->value = str_from(str_c(exchange->request.arena, value));
        if (strcasecmp(key, "content-length") == 0) {
                reader->lengths++;
                reader->length = header->value;
        } else if (strcasecmp(key, "transfer-encoding") == 0) {
                reader->encodings++;
                reader->encoding = header->value;
        } else if (strcasecmp(key, "host") == 0) {
                reader->hosts++;
        }
        return MHD_YES;
}

static bool framing_clear(const HeaderReader *reader) {
        if (reader->malformed || reader->hosts > 1 || reader->lengths + reader->encodings > 1)
                return false;
        if (reader->encodings)
                return strcasecmp(reader->encoding.data, "chunked") == 0;
        for (size_t i = 0; i < reader->length.len; i++)
                if (!isdigit((unsigned char)reader->length.data[i]))
                        return false;
        return !reader->lengths || reader->length.len > 0;
}

int request_parse(HttpExchange *exchange, const char *version) {
        HeaderReader reader = {.exchange = exchange};
        struct MHD_Connection *library = exchange->connection->library;
        MHD_get_connection_values_n(library, MHD_HEADER_KIND, header_read, &reader);
        if (!framing_clear(&reader)) {
                exchange->close = true;
                return 400;
        }
        int status = url_parse(exchange);
        if (status)
                return status;
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(library, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
        if (reader.bytes > HEADERS_MAX || (info && info->header_size > HEADERS_MAX + URL_MAX))
                return 431;
        if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
                return 505;
        peer_resolve(exchange);
        return 0;
}

Str http_header(const HttpRequest *request, const char *name) {
        size_t len = strlen(name);
        for (size_t i = 0; i < request->exchange->headers_count; i++) {
                const HttpParam *header = &request->exchange->headers[i];
                if (header->name.len == len && strncasecmp(header->name.data, name, len) == 0)
                        return header->value;
        }
        return STR_NONE;
}

Str http_query(const HttpRequest *request, const char *name, bool *ret_found) {
        for (size_t i = 0; i < request->query_count; i++) {
                if (str_is(request->query[i].name, name)) {
                        if (ret_found)
                                *ret_found = true;
                        return request->query[i].value;
                }
        }
        if (ret_found)
                *ret_found = false;
        return STR_NONE;
}

static Str cookie_in(Str header, const char *name) {
        Str pair;
        while (str_cut(&header, ';', &pair)) {
                pair = str_trim(pair);
                ptrdiff_t equals = str_find_char(pair, '=');
                if (equals >= 0 && str_is(str_slice(pair, 0, (size_t)equals), name))
                        return str_slice(pair, (size_t)equals + 1, pair.len);
        }
        return STR_NONE;
}

Str http_cookie(const HttpRequest *request, const char *name) {
        const HttpExchange *exchange = request->exchange;
        for (size_t i = 0; i < exchange->headers_count; i++) {
                if (exchange->headers[i].name.len != 6 || strncasecmp(exchange->headers[i].name.data, "cookie", 6) != 0)
                        continue;
                Str value = cookie_in(exchange->headers[i].value, name);
                if (value.data)
                        return value;
        }
        return STR_NONE;
}
