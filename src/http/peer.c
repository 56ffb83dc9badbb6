// Who is asking: the socket's address, or what proxies that are trusted by configuration say about it.
#include "http/server.h"
#include <arpa/inet.h>
#include <stdlib.h>

static bool address_parse(Str text, struct in6_addr *ret, int *ret_bits) {
        char copy[64];
        struct in_addr four;
        if (text.len == 0 || text.len >= sizeof copy)
                return false;
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
        *ret_bits = 128;
        if (inet_pton(AF_INET6, copy, ret) == 1)
                return true;
        if (inet_pton(AF_INET, copy, &four) != 1)
                return false;
        *ret = (struct in6_addr){0};
        ret->s6_addr[10] = ret->s6_addr[11] = 0xff;
        memcpy(&ret->s6_addr[12], &four, 4);
        *ret_bits = 32;
        return true;
}

static bool range_parse(Str text, ProxyRange *ret) {
        ptrdiff_t slash = str_find_char(text, '/');
        int width;
        if (!address_parse(slash < 0 ? text : str_slice(text, 0, (size_t)slash), &ret->address, &width))
                return false;
        int64_t bits = width;
        if (slash >= 0 && (!str_to_int64(str_slice(text, (size_t)slash + 1, text.len), &bits) || bits < 0 || bits > width))
                return false;
        ret->bits = (int)bits + 128 - width;
        return true;
}

bool proxies_parse(const char *list, ProxyRange **ret, size_t *ret_count) {
        Str rest = str_from(list), part;
        ProxyRange *ranges = NULL;
        size_t count = 0;
        while (str_cut(&rest, ',', &part)) {
                ranges = reallocarray(ranges, count + 1, sizeof *ranges);
                ensure(ranges);
                if (!range_parse(str_trim(part), &ranges[count])) {
                        free(ranges);
                        return false;
                }
                count++;
        }
        *ret = ranges;
        *ret_count = count;
        return true;
}

static bool trusted(const HttpServer *server, Str peer) {
        struct in6_addr address;
        int width;
        if (!server->proxies_count || !address_parse(peer, &address, &width))
                return false;
        for (size_t i = 0; i < server->proxies_count; i++) {
                const ProxyRange *range = &server->proxies[i];
                int whole = range->bits / 8, rest = range->bits % 8;
                if (memcmp(&address, &range->address, (size_t)whole) != 0)
                        continue;
                if (!rest || ((address.s6_addr[whole] ^ range->address.s6_addr[whole]) >> (8 - rest)) == 0)
                        return true;
        }
        return false;
}

void peer_resolve(HttpExchange *exchange) {
        const HttpServer *server = exchange->connection->server;
        HttpRequest *request = &exchange->request;
        if (!trusted(server, request->peer))
                return;
        request->secure = str_is(http_header(request, "x-forwarded-proto"), "https");
        // Each proxy appends whom it heard: the last address that is no proxy of ours is the client; what stands before it anybody may have written.
        Str chain = http_header(request, "x-forwarded-for");
        while (chain.len && trusted(server, request->peer)) {
                size_t comma = chain.len;
                while (comma > 0 && chain.data[comma - 1] != ',')
                        comma--;
                Str last = str_trim(str_slice(chain, comma, chain.len));
                struct in6_addr address;
                int width;
                if (!address_parse(last, &address, &width))
                        return;
                request->peer = last;
                chain = str_slice(chain, 0, comma ? comma - 1 : 0);
        }
}
