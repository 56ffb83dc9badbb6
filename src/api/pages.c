// The browser interface out of the binary: hashed files cached for ever, the page itself checked each time; every path of the interface is the same page.
#include "api/route.h"
#include "http/static.h"

#define PAGE_POLICY "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

static bool hashed(Str path) {
        return str_starts(path, STR("/assets/"));
}

static Status send_asset(Request *request, const Asset *asset, bool forever) {
        http_respond_header(request->http, "Content-Security-Policy", STR(PAGE_POLICY));
        http_respond_header(request->http, "X-Frame-Options", STR("DENY"));
        http_respond_asset(request->http, asset, forever);
        return STATUS_OK;
}

// An address of the API that has other methods than GET, or none at all.
static Status not_a_page(Request *request) {
        RouteMatch match = router_find(request->api->router, request->http->arena, HTTP_METHOD_OTHER, request->http->path);
        request->route = NULL;
        if (str_empty(match.allow) || str_starts(match.allow, STR("GET")))
                return error_set(&request->context, STATUS_NOT_FOUND, "no_route");
        http_respond_header(request->http, "Allow", match.allow);
        request->status = 405;
        return error_set(&request->context, STATUS_NOT_FOUND, "method_not_allowed");
}

static Status page(Request *request) {
        Str path = request->http->path;
        if (str_starts(path, STR("/api/")))
                return not_a_page(request);
        Str name = str_format(request->http->arena, "web" STR_FMT, STR_ARG(path));
        const Asset *asset = asset_find(name);
        if (asset)
                return send_asset(request, asset, hashed(path));
        if (hashed(path))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        asset = asset_find(STR("web/index.html"));
        if (!asset)
                return error_set(&request->context, STATUS_NOT_FOUND, "no_interface");
        return send_asset(request, asset, false);
}

static const Route table[] = {
        {HTTP_GET, "/", ROUTE_PLAIN, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}", ROUTE_PLAIN, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}/{b}", ROUTE_PLAIN, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}/{b}/{c}", ROUTE_PLAIN, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}/{b}/{c}/{d}", ROUTE_PLAIN, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {0},
};
const Route *const api_page_routes = table;
