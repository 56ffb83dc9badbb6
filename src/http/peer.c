// Who is asking: the socket's address, or what proxies that are trusted by configuration say about it.
#include "http/server.h"

bool proxies_parse(Arena *arena, const char *list, NetworkList *ret) {
        Str bad;
        return network_list_parse(arena, str_from(list), PROXIES_MAX, ret, &bad);
}

void peer_resolve(HttpExchange *exchange) {
        const HttpServer *server = exchange->connection->server;
        HttpRequest *request = &exchange->request;
        if (!network_list_has(&server->proxies, request->peer))
                return;
        request->secure = str_is(http_header(request, "x-forwarded-proto"), "https");
        // Each proxy appends whom it heard: the last address that is no proxy of ours is the client; what stands before it anybody may have written.
        Str chain = http_header(request, "x-forwarded-for");
        while (chain.len && network_list_has(&server->proxies, request->peer)) {
                size_t comma = chain.len;
                while (comma > 0 && chain.data[comma - 1] != ',')
                        comma--;
                Str last = str_trim(str_slice(chain, comma, chain.len));
                NetworkAddress address;
                if (!network_address_parse(last, &address))
                        return;
                request->peer = last;
                chain = str_slice(chain, 0, comma ? comma - 1 : 0);
        }
}
