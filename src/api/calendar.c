// Calendars for other programs: the private address of one's own, what is answered there, and who is busy when.
#include "api/limiter.h"
#include "api/route.h"
#include "link/calendar/calendar.h"

#define DAY_MS ((int64_t)86400 * 1000)
#define FEED_TIMES 120              // that one calendar may be fetched …
#define FEED_WINDOW_MS (600 * 1000) // … in so long
#define HOST_LONGEST 255

// ---- The address

// What the browser asked for; empty where that is no name of a host.
static Str base_of(const Request *request) {
        Str host = http_header(request->http, "Host");
        if (str_empty(host) || host.len > HOST_LONGEST)
                return STR_NONE;
        for (size_t i = 0; i < host.len; i++) {
                char c = host.data[i];
                bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
                if (!fits)
                        return STR_NONE;
        }
        return str_format(request->http->arena, "%s://" STR_FMT, request->http->secure ? "https" : "http", STR_ARG(host));
}

static void put_made(JsonWriter *w, Value at) {
        json_key(w, STR("created_at"));
        if (at.kind == VALUE_DATETIME)
                json_add_datetime(w, at.ms);
        else
                json_add_null(w);
}

static Status address_get(Request *request) {
        Value made = VALUE_NONE;
        TRY(calendar_address_made(request->call.db, request->call.actor->user, &made));
        json_open_object(&request->w);
        put_made(&request->w, made);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status address_post(Request *request) {
        Str token = STR_NONE, key = STR_NONE;
        TRY(calendar_key(request->call.db, true, &key));
        TRY(calendar_address_create(request->call.db, request->call.actor->user, &token));
        json_open_object(&request->w);
        put_made(&request->w, value_datetime(request->context.now_ms));
        json_put_str(&request->w, "url", str_format(request->http->arena, STR_FMT "/calendar/" STR_FMT ".ics", STR_ARG(base_of(request)), STR_ARG(token)));
        json_close_object(&request->w);
        request->status = 201;
        return STATUS_OK;
}

static Status address_delete(Request *request) {
        TRY(calendar_address_delete(request->call.db, request->call.actor->user));
        return request_no_content(request);
}

// ---- The calendar

static Status not_found(Request *request) {
        error_clear(&request->context);
        return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
}

// As the person whose address it is, whoever asks.
static Status read_feed(Request *request) {
        Context *context = &request->context;
        Calendar *calendar = request->prepared;
        int64_t user = 0;
        bool found = false;
        TRY(calendar_address_find(request->call.db, request_param(request, 0), &user, &found));
        Status status = found ? access_actor(context, request->view.access, user, &request->call.actor) : STATUS_UNAUTHENTICATED;
        if (status == STATUS_UNAUTHENTICATED)
                return not_found(request);
        TRY(status);
        int wait_s = limiter_take(request->api->feeds, (uint64_t)user, FEED_TIMES, FEED_WINDOW_MS, context->now_ms);
        if (wait_s) {
                context->error.retry_after_s = wait_s;
                return error_set(context, STATUS_LIMITED, "too_often");
        }
        context->lang = request->call.actor->lang;
        return calendar_collect(&request->call, base_of(request), calendar);
}

static bool is_known(const Request *request, Str etag) {
        Str known = http_header(request->http, "If-None-Match"), one = STR_NONE;
        while (str_cut(&known, ',', &one)) {
                one = str_trim(one);
                if (str_starts(one, STR("W/")))
                        one = str_slice(one, 2, one.len);
                if (str_eq(one, etag) || str_is(one, "*"))
                        return true;
        }
        return false;
}

static Status feed_get(Request *request) {
        HttpRequest *http = request->http;
        Calendar calendar = {0};
        Str text = STR_NONE;
        request->prepared = &calendar;
        TRY(request_read(request, read_feed));
        TRY(calendar_format(&request->context, &calendar, &text));
        Str etag = str_format(http->arena, "\"" STR_FMT "\"", STR_ARG(request_hash(http->arena, text)));
        http_respond_header(http, "ETag", etag);
        http_respond_header(http, "Cache-Control", STR("private, no-cache"));
        http_respond_header(http, "Content-Disposition", STR("inline; filename=\"haike.ics\""));
        http->content_type = STR("text/calendar; charset=utf-8");
        if (is_known(request, etag))
                request->status = 304;
        else
                buf_add(&request->out, text);
        return STATUS_OK;
}

// ---- Who is busy

static void take_users(Request *request, int64_t *users, size_t *ret_count) {
        Context *context = &request->context;
        Str rest = request_query(request, "users"), one = STR_NONE;
        *ret_count = 0;
        if (str_empty(str_trim(rest)))
                (void)error_add(context, STR("users"), "required");
        while (str_cut(&rest, ',', &one)) {
                if (*ret_count == BUSY_USERS) {
                        (void)error_add(context, STR("users"), "too_many", str_format(context->arena, "%d", BUSY_USERS));
                        return;
                }
                if (!str_to_int64(str_trim(one), &users[*ret_count]) || users[*ret_count] <= 0) {
                        (void)error_add(context, STR("users"), "bad_integer");
                        return;
                }
                (*ret_count)++;
        }
}

static int64_t take_moment(Request *request, const char *name) {
        Str text = str_trim(request_query(request, name));
        int64_t ms = 0;
        if (str_empty(text))
                (void)error_add(&request->context, str_from(name), "required");
        else if (!datetime_parse(text, &ms))
                (void)error_add(&request->context, str_from(name), "bad_datetime");
        return ms;
}

static Status busy_get(Request *request) {
        Context *context = &request->context;
        int64_t users[BUSY_USERS];
        size_t count = 0, active = 0;
        take_users(request, users, &count);
        int64_t from_ms = take_moment(request, "from"), to_ms = take_moment(request, "to");
        if (!context->error.count && to_ms < from_ms)
                (void)error_add(context, STR("to"), "ends_before_start");
        if (!context->error.count && to_ms - from_ms > BUSY_DAYS * DAY_MS)
                (void)error_add(context, STR("to"), "span_too_long", str_format(context->arena, "%d", BUSY_DAYS));
        if (context->error.count)
                return error_status(context);
        for (size_t i = 0; i < count; i++) {
                const Person *person = access_person(request->view.access, users[i]);
                if (person && person->active)
                        users[active++] = users[i];
        }
        return calendar_busy(&request->call, users, active, from_ms, to_ms, &request->w);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/calendar/address", ROUTE_READ, ACCESS_SIGNED_IN, .run = address_get, .id = "getCalendarAddress", .summary = "When the private address of one's calendar was made"},
        {HTTP_POST, "/api/v1/calendar/address", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = address_post, .secret = true, .id = "createCalendarAddress", .summary = "Makes a private address of one's calendar, in the place of the one before; it is shown this once"},
        {HTTP_DELETE, "/api/v1/calendar/address", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = address_delete, .id = "deleteCalendarAddress", .summary = "Takes the private address of one's calendar away"},
        {HTTP_GET, "/api/v1/calendar/busy", ROUTE_READ, ACCESS_SIGNED_IN, .run = busy_get, .id = "calendarBusy", .summary = "When colleagues are busy: times only"},
        {HTTP_GET, "/calendar/{token}.ics", ROUTE_SLOW, ACCESS_PUBLIC, .run = feed_get, .id = "getCalendar", .summary = "A person's calendar as iCalendar, at its private address"},
        {0},
};
const Route *const api_calendar_routes = table;
