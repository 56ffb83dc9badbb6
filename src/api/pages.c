// The browser interface out of the binary: hashed files cached for ever, the page itself checked each time; every path of the interface is the same page.
#include "api/route.h"
#include "base/asset.h"

#define PAGE_POLICY "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

static bool hashed(Str path)
{
        return str_starts(path, STR("/assets/"));
}

static Status send_asset(Request *request, const Asset *asset, bool forever)
{
        HttpRequest *http = request->http;
        Str etag = str_from(asset->etag);
        http_respond_header(http, "ETag", etag);
        http_respond_header(http, "Cache-Control", forever ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
        http_respond_header(http, "Content-Security-Policy", STR(PAGE_POLICY));
        http_respond_header(http, "X-Frame-Options", STR("DENY"));
        http_respond_header(http, "Vary", STR("Accept-Encoding"));
        http->content_type = str_from(asset->content_type);
        if (str_eq(http_header(http, "If-None-Match"), etag)) {
                http->status = 304;
                http->response = STR("");
                return STATUS_OK;
        }
        http->status = 200;
        http->response = asset_bytes(asset);
        if (asset->gzip && str_find(http_header(http, "Accept-Encoding"), STR("gzip")) >= 0) {
                http_respond_header(http, "Content-Encoding", STR("gzip"));
                http->response = str_make((const char *)asset->gzip, asset->gzip_size);
        }
        return STATUS_OK;
}

static Status page(Request *request)
{
        Str path = request->http->path;
        if (str_starts(path, STR("/api/")))
                return error_set(&request->context, STATUS_NOT_FOUND, "no_route");
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
