// Fuzzes what reads a request's head: URL decoding, proxies, content codings, routes.
#include "base/unicode.h"
#include "http/router.h"
#include "http/server.h"
#include "http/static.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const RouterEntry ENTRIES[] = {
        {HTTP_GET, "/records/{object}", "list"}, {HTTP_GET, "/records/{object}/{id}", "get"}, {HTTP_POST, "/records/{object}/batch", "batch"},
        {HTTP_POST, "/records/{object}/{id}/actions/{action}", "action"},
};

static void route(Arena *arena, Str path) {
        static Router *router;
        if (!router)
                router = router_new(ENTRIES, sizeof ENTRIES / sizeof ENTRIES[0]);
        for (int method = HTTP_GET; method <= HTTP_METHOD_OTHER; method++) {
                RouteMatch match = router_find(router, arena, (HttpMethod)method, path);
                ensure(match.params_count <= 3);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Arena *arena = arena_new(0);
        Str input = str_make((const char *)data, size), decoded;
        if (url_decode(arena, input, size & 1, &decoded)) {
                ensure(utf8_valid(decoded) && decoded.len <= size && str_find_char(decoded, '\0') < 0);
                route(arena, decoded);
        }
        route(arena, input);
        http_accepts_coding(input, "gzip");
        ProxyRange *ranges;
        size_t count;
        if (proxies_parse(str_c(arena, input), &ranges, &count))
                free(ranges);
        arena_free(arena);
        return 0;
}
