// One HTTP request to a server that an administrator named: https only, or http to this machine; no redirects, an answer of bounded length within a bounded time.
#include "link/net/curl.h"
#include "link/net/net.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Fetching { Buf body; bool large, foreign; } Fetching;

bool net_host_local(Str host) {
        struct in_addr address;
        char text[64] = "";
        if (str_is(host, "localhost") || str_is(host, "::1") || str_is(host, "[::1]"))
                return true;
        if (host.len >= sizeof text)
                return false;
        memcpy(text, host.data ? host.data : "", host.len);
        return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

// The host of "http://host:port/…", without the port; user names in addresses are refused, so that nobody reads them wrongly.
static bool url_host(Str rest, Str *ret) {
        size_t end = 0;
        while (end < rest.len && !memchr("/?#", rest.data[end], 3))
                end++;
        Str authority = str_slice(rest, 0, end);
        if (str_empty(authority) || str_find_char(authority, '@') >= 0 || str_find_char(authority, '\\') >= 0)
                return false;
        ptrdiff_t close = str_find_char(authority, ']'), colon = close >= 0 ? close + 1 : str_find_char(authority, ':');
        *ret = colon >= 0 ? str_slice(authority, 0, (size_t)colon) : authority;
        return ret->len > 0;
}

bool net_url_allowed(Arena *arena, Str url) {
        const Str https = STR("https://"), http = STR("http://");
        Str host = STR_NONE;
        (void)arena;
        if (url.len > 2000)
                return false;
        for (size_t i = 0; i < url.len; i++)
                if (url.data[i] <= ' ' || url.data[i] >= 0x7F)
                        return false;
        if (str_starts(url, https))
                return url_host(str_slice(url, https.len, url.len), &host);
        return str_starts(url, http) && url_host(str_slice(url, http.len, url.len), &host) && net_host_local(host);
}

void net_form_add(Buf *form, const char *name, Str value) {
        if (form->len && form->data[form->len - 1] != '?')
                buf_add_char(form, '&');
        buf_add(form, str_from(name));
        buf_add_char(form, '=');
        for (size_t i = 0; i < value.len; i++) {
                unsigned char c = (unsigned char)value.data[i];
                if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("-._~", c, 4))
                        buf_add_char(form, (char)c);
                else
                        buf_format(form, "%%%02X", c);
        }
}

static size_t take_body(char *data, size_t size, size_t count, void *arg) {
        Fetching *fetching = arg;
        buf_add(&fetching->body, str_make(data, size * count));
        fetching->large = buf_full(&fetching->body);
        return fetching->large ? 0 : size * count;
}

static bool is_link_local(const struct sockaddr *address) {
        if (address->sa_family == AF_INET)
                return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 16 == 0xA9FE;
        if (address->sa_family != AF_INET6)
                return false;
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        return IN6_IS_ADDR_LINKLOCAL(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 169 && six->s6_addr[13] == 254);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
        Fetching *fetching = arg;
        (void)purpose;
        fetching->foreign = is_link_local(&address->addr);
        return fetching->foreign ? CURL_SOCKET_BAD : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static NetResult result_of(CURLcode code, const Fetching *fetching) {
        if (fetching->large)
                return NET_LARGE;
        if (fetching->foreign)
                return NET_ADDRESS;
        switch (code) {
        case CURLE_OK: return NET_DONE;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY: return NET_HOST;
        case CURLE_COULDNT_CONNECT: return NET_CONNECT;
        case CURLE_OPERATION_TIMEDOUT: return NET_TIME;
        case CURLE_PEER_FAILED_VERIFICATION: return NET_CERTIFICATE;
        case CURLE_SSL_CONNECT_ERROR: return NET_TLS;
        default: return NET_FAILED;
        }
}

static void set_all(const CurlCalls *calls, CURL *curl, const NetFetch *fetch, Fetching *fetching, Arena *arena) {
        Str host = STR_NONE;
        curl_prepare(calls, curl, fetch->ca, fetch->timeout_ms, arena);
        calls->curl_easy_setopt(curl, CURLOPT_URL, str_c(arena, fetch->url));
        calls->curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        calls->curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
        calls->curl_easy_setopt(curl, CURLOPT_USERAGENT, "haike");
        calls->curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
        calls->curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetching);
        calls->curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        calls->curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, fetching);
        ptrdiff_t slashes = str_find(fetch->url, STR("://"));
        if (slashes >= 0 && url_host(str_slice(fetch->url, (size_t)slashes + 3, fetch->url.len), &host) && net_host_local(host))
                calls->curl_easy_setopt(curl, CURLOPT_PROXY, ""); // the environment's proxy is for other machines
        if (fetch->form.len) {
                calls->curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)fetch->form.len);
                calls->curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, str_c(arena, fetch->form));
        }
        if (fetch->user.len) {
                calls->curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
                calls->curl_easy_setopt(curl, CURLOPT_USERNAME, str_c(arena, fetch->user));
                calls->curl_easy_setopt(curl, CURLOPT_PASSWORD, str_c(arena, fetch->password));
        }
}

Status net_fetch(Context *context, const NetFetch *fetch, NetOutcome *ret) {
        CurlCalls calls;
        *ret = (NetOutcome){.result = NET_ADDRESS};
        if (!net_url_allowed(context->arena, fetch->url))
                return STATUS_OK;
        TRY(curl_load(context, &calls));
        CURL *curl = calls.curl_easy_init();
        if (!curl)
                return error_detail(context, STATUS_INTERNAL, "internal", "libcurl did not start");
        Fetching fetching = {.body = buf_make(context->arena, fetch->most)};
        struct curl_slist *headers = calls.curl_slist_append(NULL, "Accept: application/json");
        set_all(&calls, curl, fetch, &fetching, context->arena);
        if (fetch->bearer.len)
                headers = calls.curl_slist_append(headers, str_format(context->arena, "Authorization: Bearer " STR_FMT, STR_ARG(fetch->bearer)).data);
        calls.curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        CURLcode code = calls.curl_easy_perform(curl);
        long status = 0;
        calls.curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        *ret = (NetOutcome){.result = result_of(code, &fetching), .code = (int)status, .answer = buf_str(&fetching.body)};
        if (ret->result != NET_DONE)
                ret->answer = str_copy(context->arena, str_from(calls.curl_easy_strerror(code)));
        calls.curl_slist_free_all(headers);
        calls.curl_easy_cleanup(curl);
        return STATUS_OK;
}
