// Routes and the request as handlers see it. Handlers are thin: they take parameters, call one pipeline function and write JSON.
#pragma once
#include "access/api_token.h"
#include "http/router.h"
#include "os/os.h"
#include "record/record.h"

typedef enum RouteKind {
        ROUTE_PLAIN, // answered at once, no database (health, static files)
        ROUTE_READ,  // run inside a reading transaction; on SQLite on the server's thread within a step budget, else in the slow lane
        ROUTE_WRITE, // prepare without a database, then run inside a writing transaction; may be repeated from prepare on
        ROUTE_SLOW,  // run on a slow-lane thread, opens its own transactions
        ROUTE_HASH,  // as ROUTE_SLOW, in the lane for password hashing (two threads)
        ROUTE_STREAM,// as ROUTE_READ, then becomes an event stream
} RouteKind;

typedef enum RouteAccess { ACCESS_PUBLIC, ACCESS_SIGNED_IN, ACCESS_ADMIN } RouteAccess; // there is no default: every route says who

typedef struct Api Api;
typedef struct Request Request;

typedef struct Route {
        HttpMethod method;
        const char *pattern;
        RouteKind kind;
        RouteAccess access;
        size_t body;                     // most bytes; 0: the JSON limit
        bool body_to_file;
        Status (*prepare)(Request *request);
        Status (*run)(Request *request);
        Status (*otherwise)(Request *request); // ROUTE_READ that costs more than a page may: what is answered then; NULL: the slow lane does it again
        const char *id, *summary;        // operationId and one line for OpenAPI
        bool internal;                   // not in OpenAPI
        bool secret;                     // what it answers is shown once: it is not kept for an Idempotency-Key
} Route;

struct Request {
        HttpRequest *http;
        Api *api;
        Org *org;
        const Route *route;
        RouteMatch match;
        Context context;
        OrgView view;
        Call call;                       // actor, catalog, db while a transaction is open
        Str token;                       // session token, from cookie or bearer
        bool by_cookie;
        const Actor *self;               // whose session it is, where that is not call.actor: he looks as somebody else
        int64_t api_token;               // 0: a session, or nobody
        // the answer
        Buf out;
        JsonWriter w;
        int status;                      // 0: 200
        int64_t etag;                    // 0: none
        bool replayed;                   // an idempotent answer from before
        Str current;                     // 412: the record as it is now
        int64_t merged_into;             // 404: what became of it; 0: nothing that may be told
        Str challenge;                   // 401: what the next step of signing in is made with
        // a handler's own
        const Object *object;
        int64_t id;
        Json *body;
        void *prepared;
        size_t prepare_errors;           // errors that prepare collected
        Status prepare_status;           // STATUS_INVALID with items: run goes on collecting and refuses
        bool reload;                     // catalog or access changed: snapshots are replaced before the answer
        int64_t signed_out;              // a user whose sessions or tokens ended: his streams are asked for theirs again
        bool seen_old;                   // the session's last-seen is to be written
        StoreWork work;
        Status (*step)(Request *request); // what runs inside the transaction
        bool writing;                    // the transaction is a slow handler's writing one
        Str identity;                    // what makes two requests of one Idempotency-Key the same; empty: the body
};

#define JSON_BODY_LIMIT (1u << 20)
#define BATCH_BODY_LIMIT (16u << 20)
#define OUT_LIMIT (64u << 20)

// Parameters.
Str request_param(const Request *request, int index);
Str request_query(const Request *request, const char *name);
Status request_query_int(Request *request, const char *name, int64_t fallback, int64_t min, int64_t max, int64_t *ret) MUST_USE;
Status request_object(Request *request, int param) MUST_USE;  // takes the {object} of the path: STATUS_NOT_FOUND when absent or not readable
Status request_id(Request *request, int param) MUST_USE;
Status request_body(Request *request) MUST_USE;               // parses the JSON body once into request->body; must be an object unless empty
Status request_text(Request *request, const char *name, Str *ret) MUST_USE; // a member of the body that is a text or not there; else the error is added
Status request_if_match(Request *request, int64_t *ret_version) MUST_USE; // 0: none given
Status request_no_content(Request *request);                  // answers 204
Str request_hash(Arena *arena, Str bytes);                    // of a body, for comparing

// ---- The service
struct Job;
typedef struct ApiConfig {
        Org *org;
        const char *version;
        bool test_clock;
        Status (*fill_demo)(struct Job *job, void *arg), (*remove_demo)(struct Job *job, void *arg); // the program's: its demo company
        const Route *const *routes;      // tables that objects bring, NULL-terminated; may be NULL
        Status (*night)(Context *context, Org *org); // the night's work, at once (only with the test clock)
} ApiConfig;
Status api_new(Context *context, const ApiConfig *config, Api **ret) MUST_USE;
void api_free(Api *api);
void api_attach(Api *api, HttpServer *server);      // for metrics
void api_handle(void *self, HttpRequest *request);
void api_refuse(void *self, HttpRequest *request);  // answers what the border refused before routing
size_t api_body_limit(void *self, HttpMethod method, Str path, bool *ret_to_file);

// Parts of the service that its files share.
typedef struct EventHub EventHub;
struct Api {
        Org *org;
        Router *router;
        Pool *slow, *hash;
        EventHub *events;
        HttpServer *server;
        const char *version;
        bool test_clock;
        Status (*fill_demo)(struct Job *job, void *arg), (*remove_demo)(struct Job *job, void *arg);
        const Route *const *routes;
        Status (*night)(Context *context, Org *org);
        int64_t started_ms;
        struct Limiter *feeds;       // by user: how often calendars are fetched
        struct Limiter *checks;      // by user: how often duplicates are looked for
        struct Limiter *strangers;   // by address: how often somebody who is not signed in makes us ask another system
        int away;                    // requests that wait for another system right now, atomic
        int64_t directory_down_ms;   // until when a directory that did not answer is left alone, atomic
        int64_t answers[6];          // by status class, atomic
        uint64_t slow_questions[256]; // reads that spent a server thread's budget, and when: see dispatch.c; atomic
};
const Route **api_route_list(const Api *api, Arena *arena, size_t *ret_count); // every route, in the order of the tables, objects' last
// security.c: what stands at the border of every request and answer.
bool request_foreign(const Request *request);          // a page of another site sent it with this browser's cookie, or to sign this browser in
Status request_area(Request *request) MUST_USE;        // STATUS_FORBIDDEN "token_scope": the API token that it came with may not be used here
Status request_view(Request *request, const Actor *self, const Actor *actor) MUST_USE; // view_as.c: sets call.actor; STATUS_FORBIDDEN "viewing_as": not while looking as somebody else
void answer_protect(HttpRequest *http);                // the headers that every answer has
// Runs the reading or writing part of a slow handler with actor and snapshots set.
Status request_read(Request *request, Status (*run)(Request *request)) MUST_USE;
Status request_write(Request *request, Status (*run)(Request *request)) MUST_USE;
void problem_write(Request *request, Status status);   // fills the response from the context's error
EventHub *event_hub_new(Api *api);
void event_hub_free(EventHub *hub);                    // accepts NULL
Status event_stream_open(Request *request) MUST_USE;   // checks and remembers where to resume
void event_stream_start(Request *request);             // after the transaction
void event_hub_signed_out(EventHub *hub, int64_t user); // after the commit that ended sessions of this user
int64_t event_hub_listeners(const EventHub *hub);
