// The browser interface out of the binary: hashed files cached for ever, the page itself checked each time; every path of the interface is the same page.
// The page is told by its policy where maps may come from, which is a setting: it is answered from settings as new as the database's.
#include "api/route.h"
#include "http/static.h"

#define PAGE_POLICY "default-src 'self'; img-src 'self' data: blob:%s" STR_FMT "; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// A browser that is told "not modified" keeps the policy it has: with another policy it is another page.
static Asset with_policy(Request *request, const Asset *asset, Str tiles) {
        Asset page = *asset;
        Str etag = str_from(asset->etag);
        if (tiles.len && etag.len > 2)
                page.etag = str_c(request->http->arena, str_format(request->http->arena, STR_FMT "-%016llx\"", STR_ARG(str_slice(etag, 0, etag.len - 1)), (unsigned long long)str_hash(tiles)));
        return page;
}

static Status send_asset(Request *request, const Asset *asset, bool forever) {
        Str tiles = request->view.settings->map_source;
        Asset page = with_policy(request, asset, tiles);
        http_respond_header(request->http, "Content-Security-Policy", str_format(request->http->arena, PAGE_POLICY, tiles.len ? " " : "", STR_ARG(tiles)));
        http_respond_asset(request->http, forever ? asset : &page, forever);
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

static Status nothing(Request *request) {
        (void)request;
        return STATUS_OK;
}

// Another node may have changed the settings. Where the database cannot be asked the page still comes: it says so better than an error does.
static void bring_settings_current(Request *request) {
        if (store_dialect(org_store(request->org)) == DIALECT_POSTGRES && request_read(request, nothing) != STATUS_OK)
                error_clear(&request->context);
}

static Status asset(Request *request) {
        const Asset *found = asset_find(str_format(request->http->arena, "web" STR_FMT, STR_ARG(request->http->path)));
        return found ? send_asset(request, found, true) : error_set(&request->context, STATUS_NOT_FOUND, "not_found");
}

static Status page(Request *request) {
        Str path = request->http->path;
        if (str_starts(path, STR("/api/")))
                return not_a_page(request);
        bring_settings_current(request);
        if (str_is(path, "/reset")) // its address is a key
                http_respond_header(request->http, "Referrer-Policy", STR("no-referrer"));
        request->route = NULL; // what follows is not JSON
        const Asset *found = asset_find(str_format(request->http->arena, "web" STR_FMT, STR_ARG(path)));
        bool is_file = str_starts(path, STR("/assets/")) || str_ends(path, STR(".ics")); // a calendar that is not there is not the interface either
        if (!found && is_file)
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        if (!found)
                found = asset_find(STR("web/index.html"));
        return found ? send_asset(request, found, false) : error_set(&request->context, STATUS_NOT_FOUND, "no_interface");
}

static const Route table[] = {
        {HTTP_GET, "/assets/{name}", ROUTE_PLAIN, ACCESS_PUBLIC, .run = asset, .id = "asset", .internal = true},
        {HTTP_GET, "/", ROUTE_SLOW, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}", ROUTE_SLOW, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}/{b}", ROUTE_SLOW, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}/{b}/{c}", ROUTE_SLOW, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {HTTP_GET, "/{a}/{b}/{c}/{d}", ROUTE_SLOW, ACCESS_PUBLIC, .run = page, .id = "page", .internal = true},
        {0},
};
const Route *const api_page_routes = table;
