// Health, readiness, metrics, the test clock.
#include "api/route.h"
#include "link/courier.h"

static Status healthz(Request *request) {
        request->http->content_type = STR("text/plain; charset=utf-8");
        request->http->response = STR("ok\n");
        return STATUS_OK;
}

static Status readyz(Request *request) {
        json_open_object(&request->w);
        json_put_str(&request->w, "status", STR("ready"));
        json_put_str(&request->w, "version", str_from(request->api->version));
        json_close_object(&request->w);
        return STATUS_OK;
}

static void gauge(Buf *out, const char *name, const char *kind, const char *help, int64_t value) {
        buf_format(out, "# HELP haike_%s %s\n# TYPE haike_%s %s\nhaike_%s %lld\n", name, help, name, kind, name, (long long)value);
}

static Status metrics(Request *request) {
        Api *api = request->api;
        StoreStats store = store_stats(org_store(api->org));
        HttpStats http = api->server ? http_stats(api->server) : (HttpStats){0};
        Buf out = buf_make(request->http->arena, 64 * 1024);
        gauge(&out, "http_requests_total", "counter", "HTTP requests.", http.requests);
        gauge(&out, "http_connections", "gauge", "Open HTTP connections.", http.connections);
        gauge(&out, "event_streams", "gauge", "Open event streams.", http.streams);
        gauge(&out, "store_reads_total", "counter", "Reading transactions.", store.reads);
        gauge(&out, "store_writes_total", "counter", "Writing transactions.", store.writes);
        gauge(&out, "store_commits_total", "counter", "Groups committed durably.", store.groups);
        gauge(&out, "store_queue", "gauge", "Writes waiting.", store.queue);
        gauge(&out, "uptime_seconds", "gauge", "Seconds since the start.", (request->context.now_ms - api->started_ms) / 1000);
        buf_format(&out, "# HELP haike_answers_total HTTP answers by class.\n# TYPE haike_answers_total counter\n");
        for (int i = 1; i <= 5; i++)
                buf_format(&out, "haike_answers_total{class=\"%dxx\"} %lld\n", i, (long long)__atomic_load_n(&api->answers[i], __ATOMIC_RELAXED));
        request->http->content_type = STR("text/plain; version=0.0.4; charset=utf-8");
        request->http->response = buf_str(&out);
        return STATUS_OK;
}

static Status minutely(Request *request) {
        request->call.actor = access_system(request->view.access);
        request->call.source = STR("system");
        TRY(record_minutely(&request->call));
        return request_no_content(request);
}

static Status set_clock(Request *request) {
        Context *context = &request->context;
        if (!request->api->test_clock)
                return error_set(context, STATUS_NOT_FOUND, "no_route");
        TRY(request_body(request));
        int64_t now_ms = 0;
        if (!datetime_parse(json_str(request->body, "now", STR_NONE), &now_ms))
                return error_add(context, STR("now"), "bad_date");
        os_clock_set(now_ms);
        request->context.now_ms = os_now_ms();
        TRY(request_write(request, minutely));
        courier_wake(request->org);
        return STATUS_OK;
}

// The work of a night, whatever the hour.
static Status night(Request *request) {
        Context *context = &request->context;
        if (!request->api->test_clock || !request->api->night)
                return error_set(context, STATUS_NOT_FOUND, "no_route");
        TRY(request->api->night(context, request->org));
        json_open_object(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

#define STATIC_LARGEST (1 << 20)

// An answer that costs nothing but being sent, for bench/: what of a request's time is HTTP.
static Status static_answer(Request *request) {
        int64_t size = 0;
        bool number = str_to_int64(request_param(request, 0), &size);
        if (!request->api->test_clock || !number || size < 0 || size > STATIC_LARGEST)
                return error_set(&request->context, STATUS_NOT_FOUND, "no_route");
        request->http->content_type = STR("application/json");
        request->http->response = str_make(arena_alloc(request->http->arena, (size_t)size + 1), (size_t)size);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_GET, "/healthz", ROUTE_PLAIN, ACCESS_PUBLIC, .run = healthz, .id = "health", .summary = "The process answers"},
        {HTTP_GET, "/readyz", ROUTE_READ, ACCESS_PUBLIC, .run = readyz, .id = "ready", .summary = "The database answers"},
        {HTTP_GET, "/metrics", ROUTE_PLAIN, ACCESS_PUBLIC, .run = metrics, .id = "metrics", .summary = "Figures for Prometheus"},
        {HTTP_POST, "/api/v1/test/clock", ROUTE_SLOW, ACCESS_PUBLIC, .run = set_clock, .id = "setClock", .summary = "Moves the clock and does what is due (only with --test-clock)", .internal = true},
        {HTTP_POST, "/api/v1/test/night", ROUTE_SLOW, ACCESS_PUBLIC, .run = night, .id = "doNight", .summary = "Does the work of a night at once (only with --test-clock)", .internal = true},
        {HTTP_GET, "/api/v1/test/static/{size}", ROUTE_PLAIN, ACCESS_PUBLIC, .run = static_answer, .id = "staticAnswer", .summary = "So many bytes (only with --test-clock)", .internal = true},
        {0},
};
const Route *const api_system_routes = table;
