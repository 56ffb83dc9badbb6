// Who is asking: the socket's address, or what proxies that are trusted by configuration say about it.
#include "http/server.h"
#include <strings.h>

bool proxies_parse(Arena *arena, const char *list, NetworkList *ret) {
        Str bad;
        return network_list_parse(arena, str_from(list), PROXIES_MAX, ret, &bad);
}

static bool is_named(const HttpParam *header, const char *name) {
        return header->name.len == strlen(name) && strncasecmp(header->name.data, name, header->name.len) == 0;
}

// Each proxy appends whom it heard: the last address that is no proxy of ours is the client; what stands before it anybody may have written. false: no address, nothing further is believed.
static bool follow(HttpExchange *exchange, Str chain) {
        const NetworkList *proxies = &exchange->connection->server->proxies;
        HttpRequest *request = &exchange->request;
        while (chain.len && network_list_has(proxies, request->peer)) {
                size_t comma = chain.len;
                while (comma > 0 && chain.data[comma - 1] != ',')
                        comma--;
                Str last = str_trim(str_slice(chain, comma, chain.len));
                NetworkAddress address;
                if (!network_address_parse(last, &address))
                        return false;
                request->peer = last;
                chain = str_slice(chain, 0, comma ? comma - 1 : 0);
        }
        return true;
}

// Some proxies lengthen the line that came, others add one of their own below it: the last line is the nearest proxy's, so lines are read from the last one up.
void peer_resolve(HttpExchange *exchange) {
        HttpRequest *request = &exchange->request;
        if (!network_list_has(&exchange->connection->server->proxies, request->peer))
                return;
        bool scheme_known = false, going_on = true;
        for (size_t i = exchange->headers_count; i-- > 0;) {
                const HttpParam *header = &exchange->headers[i];
                if (is_named(header, "x-forwarded-proto") && !scheme_known) {
                        request->secure = str_is(header->value, "https");
                        scheme_known = true;
                } else if (going_on && is_named(header, "x-forwarded-for")) {
                        going_on = follow(exchange, header->value);
                }
        }
}
