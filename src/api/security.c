// The border of every request and answer, whatever the route: requests that another site's page sent, what API tokens may be used for, the headers of answers.
#include "api/route.h"

#define API_POLICY "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#define HSTS "max-age=31536000; includeSubDomains"
#define PERMISSIONS "accelerometer=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"

// ---- Other sites

static bool same_origin(const Request *request) {
        Str origin = http_header(request->http, "Origin"), host = http_header(request->http, "Host");
        if (str_empty(origin))
                return !str_is(http_header(request->http, "Sec-Fetch-Site"), "cross-site");
        ptrdiff_t at = str_find(origin, STR("://"));
        return at >= 0 && str_eq(str_slice(origin, (size_t)at + 3, origin.len), host);
}

// A page of another site must neither write with this person's cookie nor sign his browser in as somebody else. What comes with a bearer token comes from a program.
bool request_foreign(const Request *request) {
        HttpMethod method = request->http->method;
        bool reads = method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
        bool by_bearer = request->token.len && !request->by_cookie;
        return !reads && !by_bearer && (request->by_cookie || request->route->access == ACCESS_PUBLIC) && !same_origin(request);
}

// ---- API tokens

typedef struct AreaOf { const char *prefix; Area area; } AreaOf;

// Where a token may be used, and what of it must be named in its scopes. What stands neither here nor is an administrator's is closed to tokens.
static const AreaOf open_to_tokens[] = {
        {"/api/v1/records/", AREA_OBJECTS}, {"/api/v1/aggregate/", AREA_OBJECTS}, {"/api/v1/trash/", AREA_OBJECTS}, {"/api/v1/exports", AREA_OBJECTS}, {"/api/v1/imports", AREA_OBJECTS}, {"/api/v1/jobs", AREA_OBJECTS},
        {"/api/v1/calendar/busy", AREA_OBJECTS}, {"/api/v1/meta/", AREA_META}, {"/api/v1/openapi.json", AREA_META}, {"/api/v1/settings", AREA_META}, {"/api/v1/files", AREA_FILES}, {"/api/v1/search", AREA_SEARCH},
        {"/api/v1/events", AREA_EVENTS},
};

// Who holds a token cannot become more than it: no sessions, passwords, factors or further tokens, whoever it belongs to; nor who vouches for people, and where letters
// with links for new passwords go.
static const char *const closed_to_tokens[] = {"/api/v1/users/", "/api/v1/tokens", "/api/v1/session/", "/api/v1/settings/providers", "/api/v1/settings/sign-in", "/api/v1/settings/mail"};

static Status out_of_scope(Request *request) {
        return error_set(&request->context, STATUS_FORBIDDEN, "token_scope");
}

Status request_area(Request *request) {
        Arena *arena = request->context.arena;
        Str path = str_from(request->route->pattern), scopes = request->call.actor->scopes;
        if (request->route->method == HTTP_GET && str_is(path, "/api/v1/session"))
                return STATUS_OK;
        for (size_t i = 0; i < sizeof closed_to_tokens / sizeof *closed_to_tokens; i++)
                if (str_starts(path, str_from(closed_to_tokens[i])))
                        return out_of_scope(request);
        bool admin = request->route->access == ACCESS_ADMIN;
        if (admin && !scopes_have(arena, scopes, AREA_ADMIN))
                return out_of_scope(request);
        for (size_t i = 0; i < sizeof open_to_tokens / sizeof *open_to_tokens; i++)
                if (str_starts(path, str_from(open_to_tokens[i].prefix)))
                        return scopes_have(arena, scopes, open_to_tokens[i].area) ? STATUS_OK : out_of_scope(request);
        return admin ? STATUS_OK : out_of_scope(request);
}

// ---- Answers

static bool has_header(const HttpRequest *http, const char *name) {
        for (size_t i = 0; i < http->headers_count; i++)
                if (str_is(http->headers[i].name, name))
                        return true;
        return false;
}

static void add_unless(HttpRequest *http, const char *name, Str value) {
        if (!has_header(http, name))
                http_respond_header(http, name, value);
}

void answer_protect(HttpRequest *http) {
        add_unless(http, "Content-Security-Policy", STR(API_POLICY));
        add_unless(http, "X-Frame-Options", STR("DENY"));
        add_unless(http, "X-Content-Type-Options", STR("nosniff"));
        add_unless(http, "Referrer-Policy", STR("same-origin"));
        add_unless(http, "Permissions-Policy", STR(PERMISSIONS));
        add_unless(http, "Cross-Origin-Opener-Policy", STR("same-origin"));
        add_unless(http, "Cross-Origin-Resource-Policy", STR("same-origin"));
        if (http->secure)
                add_unless(http, "Strict-Transport-Security", STR(HSTS));
        if (str_starts(http->path, STR("/api/")))
                add_unless(http, "Cache-Control", STR("no-store"));
}
