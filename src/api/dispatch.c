// From an HTTP request to a handler and back: route, sign-in, transaction, idempotency, answer. Which thread does what is decided here and nowhere else.
#include "access/signin.h"
#include "api/route.h"
#include "base/log.h"
#include <sodium.h>
#include <stdlib.h>

#define READ_BUDGET 400000       // SQLite steps on a server thread; past it the slow lane does it again
#define SLOW_READ_BUDGET 400000000LL
#define SLOW_REMEMBERED_S 60      // a question that spent its budget begins in the slow lane for so long
#define BRIEF_READ_BUDGET 10000000 // in the slow lane, of what is answered otherwise when it costs more (PostgreSQL)

typedef struct Seen { StoreWork work; Arena *arena; Context context; Str token, peer; } Seen;

// ---- Last-seen of a session, written once a minute and waited for by nobody

static Status seen_run(Db *db, void *arg) {
        const Seen *seen = arg;
        return bearer_seen(db, seen->token, seen->peer);
}

static void seen_done(Status status, void *arg) {
        Seen *seen = arg;
        (void)status;
        arena_free(seen->arena);
}

static void write_seen(Request *request) {
        Arena *arena = arena_new(0);
        Seen *seen = arena_new_of(arena, Seen);
        seen->arena = arena;
        seen->token = str_copy(arena, request->token);
        seen->peer = str_copy(arena, request->http->peer);
        context_init(&seen->context, arena, LANG_EN, request->context.now_ms);
        seen->work = (StoreWork){.context = &seen->context, .run = seen_run, .done = seen_done, .arg = seen};
        if (!store_submit(org_store(request->org), &seen->work))
                arena_free(arena);
}

// ---- Finishing

static void finish(Request *request, Status status) {
        HttpRequest *http = request->http;
        if (status != STATUS_OK) {
                problem_write(request, status);
        } else if (request->route && request->route->kind != ROUTE_PLAIN) {
                http->status = request->status ? request->status : 200;
                http->response = buf_str(&request->out);
                if (buf_full(&request->out)) {
                        (void)error_set(&request->context, STATUS_TOO_LARGE, "answer_too_large");
                        problem_write(request, STATUS_TOO_LARGE);
                }
        }
        if (status == STATUS_OK && request->etag)
                http_respond_header(http, "ETag", str_format(http->arena, "\"%lld\"", (long long)request->etag));
        answer_protect(http);
        int klass = http->status / 100;
        if (klass >= 1 && klass <= 5)
                __atomic_add_fetch(&request->api->answers[klass], 1, __ATOMIC_RELAXED);
        if (status == STATUS_OK && request->signed_out)
                event_hub_signed_out(request->api->events, request->signed_out);
        if (status == STATUS_OK && request->seen_old)
                write_seen(request);
        org_view_done(&request->view);
}

static void finish_deferred(Request *request, Status status) {
        HttpRequest *http = request->http;
        finish(request, status);
        http_resume(http);
}

static void reload_and_finish(void *arg) {
        Request *request = arg;
        Context context;
        context_init(&context, request->http->arena, request->context.lang, request->context.now_ms);
        if (org_reload(request->org, &context) != STATUS_OK)
                log_event(LOG_ERROR, "reload_failed", "trace=%llu detail=\"" STR_FMT "\"", (unsigned long long)request->context.trace, STR_ARG(context.error.detail));
        finish_deferred(request, STATUS_OK);
}

// ---- Who is asking

static void find_token(Request *request) {
        Str authorization = http_header(request->http, "Authorization");
        if (str_starts(authorization, STR("Bearer "))) {
                request->token = str_trim(str_slice(authorization, 7, authorization.len));
                return;
        }
        request->token = http_cookie(request->http, "haike_session");
        request->by_cookie = request->token.len > 0;
}

static Status find_actor(Request *request, Db *db) {
        Context *context = &request->context;
        Bearer bearer;
        request->seen_old = false;
        request->api_token = 0;
        TRY(bearer_find(db, request->view.settings, request->token, &bearer));
        if (bearer.api_token && request->by_cookie)
                return error_set(context, STATUS_UNAUTHENTICATED, "unauthenticated");
        const Actor *self = NULL, *actor = NULL;
        TRY(bearer_actors(context, request->view.access, &bearer, &self, &actor));
        if (!actor_address_allowed(self, request->view.settings, request->http->peer))
                return error_set(context, STATUS_FORBIDDEN, "address_refused");
        TRY(request_view(request, self, actor));
        request->seen_old = bearer.seen_old;
        request->api_token = bearer.api_token;
        return STATUS_OK;
}

static Status sign_in(Request *request, Db *db) {
        Context *context = &request->context;
        bool public = request->route->access == ACCESS_PUBLIC;
        request->call.actor = request->self = NULL;
        if (request->token.len) {
                Status status = find_actor(request, db);
                if (status != STATUS_OK && status != STATUS_UNAUTHENTICATED && !(public && status == STATUS_FORBIDDEN))
                        return status;
                if (status != STATUS_OK)
                        error_clear(context);
        }
        const Actor *actor = request->call.actor;
        if (actor && str_empty(http_header(request->http, "Accept-Language")))
                context->lang = actor->lang;
        if (public)
                return STATUS_OK;
        if (!actor)
                return error_set(context, STATUS_UNAUTHENTICATED, "unauthenticated");
        if (request->api_token)
                TRY(request_area(request));
        if (request->route->access == ACCESS_ADMIN && !actor->administrator)
                return error_set(context, STATUS_FORBIDDEN, "forbidden");
        return STATUS_OK;
}

// Through what: what the history says beside who. A browser by what it calls itself, other programs likewise.
static Str via_of(const Request *request) {
        static const struct { const char *mark, *name; } browsers[] = {{"Edg/", "Edge"}, {"MicroMessenger/", "WeChat"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}};
        static const struct { const char *mark, *name; } systems[] = {{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}};
        Str agent = http_header(request->http, "User-Agent"), product = STR_NONE;
        const char *browser = NULL, *system = NULL;
        for (size_t i = 0; !browser && i < sizeof browsers / sizeof *browsers; i++)
                browser = str_find(agent, str_from(browsers[i].mark)) >= 0 ? browsers[i].name : NULL;
        for (size_t i = 0; !system && i < sizeof systems / sizeof *systems; i++)
                system = str_find(agent, str_from(systems[i].mark)) >= 0 ? systems[i].name : NULL;
        if (browser)
                return system ? str_format(request->context.arena, "%s, %s", browser, system) : str_from(browser);
        (void)str_cut(&agent, '/', &product);
        for (size_t i = 0; i < product.len; i++)
                if (product.len > 40 || (unsigned char)product.data[i] < ' ' || (unsigned char)product.data[i] > '~')
                        return STR_NONE;
        return product;
}

// ---- Inside a transaction

static void reset_answer(Request *request) {
        buf_reset(&request->out);
        request->w = json_writer(&request->out);
        request->status = 0;
        request->etag = 0;
        request->replayed = false;
        request->call.metadata_changed = request->call.own_write = false;
}

static Status prepare(Request *request) {
        error_clear(&request->context);
        request->prepare_errors = 0;
        request->prepare_status = STATUS_OK;
        request->body = NULL;
        request->object = NULL;
        if (!request->route->prepare)
                return STATUS_OK;
        Status status = request->route->prepare(request);
        request->prepare_errors = request->context.error.count;
        request->prepare_status = status;
        return status == STATUS_INVALID && request->context.error.count ? STATUS_OK : status;
}

// Snapshots as new as the transaction; whatever was prepared with older ones is prepared again.
static Status bring_current(Request *request, Db *db) {
        bool changed = false;
        TRY(org_bring_current(request->org, db, &request->view, &changed));
        request->call.catalog = request->view.catalog;
        return changed && request->route->kind == ROUTE_WRITE ? prepare(request) : STATUS_OK;
}

Str request_hash(Arena *arena, Str bytes) {
        unsigned char hash[16];
        char *text = arena_alloc(arena, sizeof hash * 2 + 1);
        crypto_generichash(hash, sizeof hash, (const unsigned char *)(bytes.data ? bytes.data : ""), bytes.len, NULL, 0);
        sodium_bin2hex(text, sizeof hash * 2 + 1, hash, sizeof hash);
        return str_make(text, sizeof hash * 2);
}

static Status find_answer(Request *request, Str key, Str route, Str hash, bool *ret_found) {
        int status = 0;
        Str body = STR_NONE, etag = STR_NONE;
        TRY(idempotency_find(&request->call, key, route, hash, ret_found, &status, &body, &etag));
        if (!*ret_found)
                return STATUS_OK;
        request->status = status;
        buf_add(&request->out, body);
        (void)str_to_int64(etag, &request->etag);
        request->replayed = true;
        return STATUS_OK;
}

static Status run_once(Request *request) {
        const Route *route = request->route;
        Str key = route->method == HTTP_POST && request->call.actor ? http_header(request->http, "Idempotency-Key") : STR_NONE;
        bool writes = route->kind == ROUTE_WRITE || (route->kind == ROUTE_SLOW && request->writing);
        if (str_empty(key) || !writes || route->secret)
                return request->step(request);
        Arena *arena = request->context.arena;
        if (key.len > 200)
                return error_set(&request->context, STATUS_INVALID, "idempotency_key");
        Str path = str_copy(arena, request->http->path), hash = request_hash(arena, request->identity.len ? request->identity : request->http->body);
        bool found = false;
        TRY(find_answer(request, key, path, hash, &found));
        if (found)
                return STATUS_OK;
        TRY(request->step(request));
        return idempotency_store(&request->call, key, path, hash, request->status ? request->status : 200, buf_str(&request->out), str_format(arena, "%lld", (long long)request->etag));
}

// The 412 answer carries the record as it is now.
static void add_current(Request *request) {
        if (!request->object || !request->id)
                return;
        Buf buf = buf_make(request->context.arena, JSON_BODY_LIMIT * 4);
        JsonWriter w = json_writer(&buf);
        int64_t version = 0;
        Error error = request->context.error;
        request->call.own_write = true;
        if (query_get(&request->call, request->object, request->id, &w, &version) == STATUS_OK && !buf_full(&buf)) {
                request->current = buf_str(&buf);
                request->etag = version;
        }
        request->context.error = error;
}

static Status run_in_transaction(Db *db, void *arg) {
        Request *request = arg;
        request->call.db = db;
        reset_answer(request);
        if (request->context.error.count > request->prepare_errors)
                request->context.error.count = request->prepare_errors;
        TRY(bring_current(request, db));
        TRY(sign_in(request, db));
        Status status = run_once(request);
        if (status == STATUS_STALE)
                add_current(request);
        if (status == STATUS_OK && request->call.metadata_changed) {
                request->reload = true;
                status = access_bump(db);
        }
        return status;
}

Status request_read(Request *request, Status (*run)(Request *request)) {
        request->step = run;
        request->writing = false;
        return store_read(org_store(request->org), &request->context, SLOW_READ_BUDGET, run_in_transaction, request);
}

Status request_write(Request *request, Status (*run)(Request *request)) {
        request->step = run;
        request->writing = true;
        return store_write(org_store(request->org), &request->context, run_in_transaction, request);
}

// ---- Lanes

// Who asks is known by then: his rights were asked before the reading that cost too much.
static Status answer_otherwise(Request *request) {
        if (!request->call.actor)
                return STATUS_BUDGET;
        reset_answer(request);
        error_clear(&request->context);
        return request->route->otherwise(request);
}

static void run_read_lane(void *arg) {
        Request *request = arg;
        error_clear(&request->context);
        bool brief = request->route->otherwise != NULL;
        Status status = store_read(org_store(request->org), &request->context, brief ? BRIEF_READ_BUDGET : SLOW_READ_BUDGET, run_in_transaction, request);
        if (status == STATUS_BUDGET && brief)
                status = answer_otherwise(request);
        if (status == STATUS_BUDGET)
                status = error_set(&request->context, STATUS_BUSY, "too_slow");
        if (status == STATUS_OK && request->route->kind == ROUTE_STREAM) {
                org_view_done(&request->view);
                event_stream_start(request);
                return;
        }
        finish_deferred(request, status);
}

static void run_slow_lane(void *arg) {
        Request *request = arg;
        Status status = request->route->run(request);
        if (status == STATUS_OK && request->reload) {
                reload_and_finish(request);
                return;
        }
        finish_deferred(request, status);
}

static void write_done(Status status, void *arg) {
        Request *request = arg;
        if (status == STATUS_OK && request->reload) {
                if (pool_submit(request->api->slow, reload_and_finish, request))
                        return;
                log_event(LOG_WARN, "reload_queue_full", "trace=%llu", (unsigned long long)request->context.trace);
        }
        finish_deferred(request, status);
}

static Status busy(Request *request) {
        request->context.error.retry_after_s = 1;
        return error_set(&request->context, STATUS_BUSY, "busy");
}

// ---- Questions that are known to be slow. Asked on a server thread first, each of them would hold up the connections of that thread, in vain. A place of the table
// holds the upper bits of a question's hash and the second in which it was last found out; who shares a place with another is found out again.

#define SECOND_BITS 32

static uint64_t question_of(const Request *request) {
        const HttpRequest *http = request->http;
        uint64_t hash = str_hash(http->path);
        for (size_t i = 0; i < http->query_count; i++)
                hash = (hash ^ str_hash(http->query[i].name)) * 0x9E3779B97F4A7C15u ^ str_hash(http->query[i].value);
        return hash * 0x9E3779B97F4A7C15u;
}

static uint64_t *slow_place(const Request *request, uint64_t question) {
        uint64_t *places = request->api->slow_questions;
        return &places[question % (sizeof request->api->slow_questions / sizeof *places)];
}

static uint64_t second_now(void) {
        return (uint64_t)(os_monotonic_us() / 1000000) & (((uint64_t)1 << SECOND_BITS) - 1);
}

static bool is_known_slow(const Request *request) {
        uint64_t question = question_of(request), known = __atomic_load_n(slow_place(request, question), __ATOMIC_RELAXED);
        return known && known >> SECOND_BITS == question >> SECOND_BITS && second_now() - (known & (((uint64_t)1 << SECOND_BITS) - 1)) < SLOW_REMEMBERED_S;
}

static void note_slow(const Request *request) {
        uint64_t question = question_of(request);
        __atomic_store_n(slow_place(request, question), question >> SECOND_BITS << SECOND_BITS | second_now(), __ATOMIC_RELAXED);
}

static void start_read(Request *request) {
        bool inline_read = store_dialect(org_store(request->org)) == DIALECT_SQLITE && request->route->kind == ROUTE_READ;
        bool remembers = !request->route->otherwise; // what has another answer has it at once
        if (inline_read && !(remembers && is_known_slow(request))) {
                Status status = store_read(org_store(request->org), &request->context, READ_BUDGET, run_in_transaction, request);
                if (status == STATUS_BUDGET && request->route->otherwise)
                        status = answer_otherwise(request);
                if (status != STATUS_BUDGET) {
                        finish(request, status);
                        return;
                }
                if (remembers)
                        note_slow(request);
        }
        http_defer(request->http);
        if (!pool_submit(request->api->slow, run_read_lane, request))
                finish_deferred(request, busy(request));
}

// Runs behind the sign-in: now as somebody whose rights are known.
static Status refuse_again(Request *request) {
        Status status = prepare(request);
        return status == STATUS_OK ? busy(request) : status; // the catalog has changed in between
}

// Without the right to be here nobody learns what was wrong with the body.
static void refuse_write(Request *request, Status status) {
        if (request->route->access == ACCESS_PUBLIC) {
                finish(request, status);
                return;
        }
        if (str_empty(request->token)) {
                error_clear(&request->context);
                finish(request, error_set(&request->context, STATUS_UNAUTHENTICATED, "unauthenticated"));
                return;
        }
        request->step = refuse_again;
        http_defer(request->http);
        if (!pool_submit(request->api->slow, run_read_lane, request))
                finish_deferred(request, busy(request));
}

static void start_write(Request *request) {
        Status status = prepare(request);
        if (status != STATUS_OK) {
                refuse_write(request, status);
                return;
        }
        request->work = (StoreWork){.context = &request->context, .run = run_in_transaction, .done = write_done, .arg = request};
        http_defer(request->http);
        if (!store_submit(org_store(request->org), &request->work))
                finish_deferred(request, busy(request));
}

static void start(Request *request) {
        switch (request->route->kind) {
        case ROUTE_PLAIN:
                finish(request, request->route->run(request));
                return;
        case ROUTE_READ:
        case ROUTE_STREAM:
                start_read(request);
                return;
        case ROUTE_WRITE:
                start_write(request);
                return;
        case ROUTE_SLOW:
        case ROUTE_HASH:
                http_defer(request->http);
                if (!pool_submit(request->route->kind == ROUTE_HASH ? request->api->hash : request->api->slow, run_slow_lane, request))
                        finish_deferred(request, busy(request));
                return;
        }
}

// ---- Entry

static Request *request_new(Api *api, HttpRequest *http) {
        static uint64_t traces;
        Request *request = arena_new_of(http->arena, Request);
        request->http = http;
        request->api = api;
        request->org = api->org;
        Str language = http_header(http, "Accept-Language");
        request->view = org_view(api->org);
        context_init(&request->context, http->arena, lang_preferred(language, request->view.settings->language), os_now_ms());
        request->context.trace = __atomic_add_fetch(&traces, 1, __ATOMIC_RELAXED);
        request->out = buf_make(http->arena, OUT_LIMIT);
        request->w = json_writer(&request->out);
        request->call = (Call){.context = &request->context, .org = api->org, .catalog = request->view.catalog, .source = STR("api"), .peer = http->peer};
        request->call.via = via_of(request);
        return request;
}

static Status no_route(Request *request) {
        if (!str_empty(request->match.allow)) {
                http_respond_header(request->http, "Allow", request->match.allow);
                request->status = 405;
                return error_set(&request->context, STATUS_NOT_FOUND, "method_not_allowed");
        }
        return error_set(&request->context, STATUS_NOT_FOUND, "no_route");
}

void api_handle(void *self, HttpRequest *http) {
        Api *api = self;
        Request *request = request_new(api, http);
        HttpMethod method = http->method == HTTP_HEAD ? HTTP_GET : http->method;
        request->match = router_find(api->router, http->arena, method, http->path);
        request->route = request->match.route;
        request->step = request->route ? request->route->run : NULL;
        if (!request->route) {
                finish(request, no_route(request));
                return;
        }
        find_token(request);
        if (request_foreign(request)) {
                finish(request, error_set(&request->context, STATUS_FORBIDDEN, "foreign_origin"));
                return;
        }
        start(request);
}

void api_refuse(void *self, HttpRequest *http) {
        Request *request = request_new(self, http);
        static const struct { int http; Status status; const char *code; } causes[] = {
                {400, STATUS_MALFORMED, "malformed"}, {413, STATUS_TOO_LARGE, "body_too_large"}, {414, STATUS_MALFORMED, "address_too_long"}, {431, STATUS_MALFORMED, "headers_too_long"}, {503, STATUS_BUSY, "busy"},
        };
        Status status = STATUS_MALFORMED;
        const char *code = "malformed";
        int http_status = http->status;
        for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
                if (causes[i].http == http_status) {
                        status = causes[i].status;
                        code = causes[i].code;
                }
        request->status = http_status;
        finish(request, error_set(&request->context, status, code));
}

size_t api_body_limit(void *self, HttpMethod method, Str path, bool *ret_to_file) {
        Api *api = self;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        RouteMatch match = router_find(api->router, arena, method, path);
        const Route *route = match.route;
        *ret_to_file = route && route->body_to_file;
        return route && route->body ? route->body : JSON_BODY_LIMIT;
}
