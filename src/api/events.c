// GET /api/v1/events: live changes to whoever may see the record, from the outbox, resumable by Last-Event-ID. One thread reads the outbox and hands out;
// sockets are the HTTP layer's.
#include "access/signin.h"
#include "access/token.h"
#include "api/route.h"
#include "base/log.h"
#include "record/entry.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define READ_AT_ONCE 500
#define SESSION_MS 5000 // so long a session that ended on another node is still told of changes
#define POLL_MS 1000 // where a commit's wake-up was lost or an older transaction held events back

typedef struct Listener {
        EventHub *hub;
        int64_t user;
        int64_t account;       // whose session or token it is, where he looks as user
        Str token, peer, scopes; // of the session or API token that opened it
        int64_t asked_ms;      // when there last was such a session; 0: to be asked
        OutboxCursor cursor;
        bool behind;           // catches up from its own cursor first
        bool gone;
        HttpStream *stream;
        struct Listener *next;
} Listener;

struct EventHub {
        Api *api;
        pthread_t thread;
        pthread_mutex_t lock;  // recursive: a send may close its stream
        pthread_cond_t wake;
        bool stop, pending;
        OutboxCursor cursor;
        Listener *listeners;
        int64_t count;
};

typedef struct Fetch { Org *org; OutboxCursor after; OutboxEvent *events; size_t count; OutboxCursor last; bool failed; } Fetch;
typedef struct Sight { EventHub *hub; Context *context; OrgView view; const Actor *actor; const Object *object; const OutboxEvent *event; bool visible; } Sight;

static bool cursor_before(OutboxCursor a, OutboxCursor b) {
        return a.transaction != b.transaction ? a.transaction < b.transaction : a.id < b.id;
}

static Status fetch_run(Db *db, void *arg) {
        Fetch *fetch = arg;
        TRY(outbox_read(db, fetch->after, READ_AT_ONCE, &fetch->events, &fetch->count));
        if (!fetch->count)
                return STATUS_OK;
        OrgView view = org_view(fetch->org); // who may see these is asked of rights as new as they are, also where another node changed them
        Status status = org_current(fetch->org, db, &view);
        org_view_done(&view);
        return status == STATUS_RETRY ? STATUS_OK : status;
}

static Status last_run(Db *db, void *arg) {
        return outbox_last(db, &((Fetch *)arg)->last);
}

static Str own_copy(Str text) {
        char *bytes = malloc(text.len + 1);
        ensure(bytes);
        if (text.len)
                memcpy(bytes, text.data, text.len);
        return str_make(bytes, text.len);
}

static void listener_free(Listener *listener) {
        if (listener) {
                free((char *)listener->token.data);
                free((char *)listener->peer.data);
                free((char *)listener->scopes.data);
        }
        free(listener);
}

// ---- Who may see an event

static Status sight_run(Db *db, void *arg) {
        Sight *sight = arg;
        Call call = {.context = sight->context, .org = sight->hub->api->org, .catalog = sight->view.catalog, .actor = sight->actor, .db = db};
        Status status = STATUS_OK;
        sight->visible = query_visible(&call, sight->object, sight->event->record_id, &status);
        return status;
}

typedef struct Told { const OutboxEvent *event; bool asked; Entries entries; } Told; // one event, told to all listeners
typedef struct EntriesAsked { const Object *object; Told *told; } EntriesAsked;

static Status entries_run(Db *db, void *arg) {
        EntriesAsked *ask = arg;
        return entries_read(db, ask->object, ask->told->event->record_id, &ask->told->entries);
}

// Read once for all who listen.
static void take_entries(EventHub *hub, Context *context, const Object *object, Told *told, Subject *subject) {
        EntriesAsked ask = {.object = object, .told = told};
        if (!told->asked && store_read(org_store(hub->api->org), context, 0, entries_run, &ask) != STATUS_OK)
                told->entries = (Entries){0};
        told->asked = true;
        subject->entries = told->entries.items;
        subject->entries_count = told->entries.count;
}

static bool may_see(EventHub *hub, Context *context, OrgView view, const Listener *listener, Told *told) {
        const OutboxEvent *event = told->event;
        const Object *object = catalog_find_id(view.catalog, event->object_id);
        const Actor *actor = NULL;
        if (!object || access_actor_narrowed(context, view.access, listener->user, listener->scopes, &actor) != STATUS_OK || !actor_may(actor, object, VERB_READ))
                return false;
        bool covered = false;
        Subject subject = {.owner = event->owner, .department = event->department};
        if (actor_covers(context, actor, object, VERB_READ, &subject, &covered) == STATUS_OK && covered)
                return true;
        if (actor_has_entries(actor, object, VERB_READ))
                take_entries(hub, context, object, told, &subject);
        if (subject.entries_count && actor_covers(context, actor, object, VERB_READ, &subject, &covered) == STATUS_OK && covered)
                return true;
        if (!actor_scope(actor, object, VERB_READ).rule && !object->inherit)
                return false;
        Sight sight = {.hub = hub, .context = context, .view = view, .actor = actor, .object = object, .event = event};
        return store_read(org_store(hub->api->org), context, 0, sight_run, &sight) == STATUS_OK && sight.visible;
}

// May who holds this still listen as he does?
static Status check_bearer(Context *context, OrgView view, const Listener *listener, const Bearer *bearer) {
        const Actor *self = NULL, *actor = NULL;
        TRY(bearer_actors(context, view.access, bearer, &self, &actor));
        if (!actor_address_allowed(self, view.settings, listener->peer))
                return error_set(context, STATUS_UNAUTHENTICATED, "address_refused");
        if (actor->user != listener->user) // he looks as somebody else by now, or no longer
                return error_set(context, STATUS_UNAUTHENTICATED, "unauthenticated");
        return STATUS_OK;
}

static Status session_run(Db *db, void *arg) {
        const Listener *listener = arg;
        Bearer bearer;
        OrgView view = org_view(listener->hub->api->org);
        Status status = bearer_find(db, view.settings, listener->token, &bearer);
        if (status == STATUS_OK)
                status = check_bearer(db_context(db), view, listener, &bearer);
        org_view_done(&view);
        return status;
}

static void take_answer(Listener *listener, Status status, int64_t now_ms) {
        if (status == STATUS_UNAUTHENTICATED) {
                listener->gone = true;
                http_stream_close(listener->stream);
        } else if (status == STATUS_OK) {
                listener->asked_ms = now_ms;
        }
}

// Is there still the session that the stream was opened with?
static bool signed_in(EventHub *hub, Context *context, Listener *listener) {
        if (context->now_ms - listener->asked_ms < SESSION_MS)
                return true;
        Status status = store_read(org_store(hub->api->org), context, 0, session_run, listener);
        take_answer(listener, status, context->now_ms);
        return status == STATUS_OK;
}

#define TOGETHER 100 // listeners

typedef struct AskedTogether { OrgView view; Listener *listeners[TOGETHER]; SessionAsked asked[TOGETHER]; size_t count; } AskedTogether;

static Status sessions_run(Db *db, void *arg) {
        AskedTogether *together = arg;
        return sessions_find(db, together->view.settings, together->asked, together->count);
}

static void ask_some(EventHub *hub, Context *context, AskedTogether *together) {
        if (store_read(org_store(hub->api->org), context, 0, sessions_run, together) == STATUS_OK)
                for (size_t i = 0; i < together->count; i++) {
                        const SessionAsked *found = &together->asked[i];
                        Bearer bearer = {.user = found->user, .viewing = found->viewing};
                        Status status = found->alive ? check_bearer(context, together->view, together->listeners[i], &bearer) : STATUS_UNAUTHENTICATED;
                        take_answer(together->listeners[i], status, context->now_ms);
                }
        together->count = 0;
}

// With thousands of listeners one question for each would take seconds. Whoever is left out (API tokens, and all where this fails) is asked for alone.
static void ask_together(EventHub *hub, Context *context, OrgView view, Told *told) {
        AskedTogether together = {.view = view};
        for (Listener *listener = hub->listeners; listener; listener = listener->next) {
                bool old = context->now_ms - listener->asked_ms >= SESSION_MS && !listener->behind && !listener->gone && listener->stream;
                if (!old || listener->token.len != TOKEN_TEXT || !may_see(hub, context, view, listener, told))
                        continue;
                together.listeners[together.count] = listener;
                together.asked[together.count++] = (SessionAsked){.token = listener->token};
                if (together.count == TOGETHER)
                        ask_some(hub, context, &together);
        }
        if (together.count)
                ask_some(hub, context, &together);
}

static void send_event(EventHub *hub, Context *context, OrgView view, Listener *listener, Told *told) {
        const OutboxEvent *event = told->event;
        if (listener->gone || !listener->stream || !may_see(hub, context, view, listener, told) || !signed_in(hub, context, listener))
                return;
        const Object *object = catalog_find_id(view.catalog, event->object_id);
        Str text = str_format(context->arena, "event: record\nid: %lld-%lld\ndata: {\"object\":\"" STR_FMT "\",\"id\":%lld,\"change\":\"" STR_FMT "\",\"version\":%lld}\n\n",
                              (long long)event->cursor.transaction, (long long)event->cursor.id, STR_ARG(object->name), (long long)event->record_id, STR_ARG(change_name(event->change)),
                              (long long)event->version);
        if (!http_stream_send(listener->stream, text))
                listener->gone = true;
}

// ---- The loop

static bool fetch_after(EventHub *hub, Context *context, Fetch *fetch) {
        Status status = store_read(org_store(hub->api->org), context, 0, fetch_run, fetch);
        if (status != STATUS_OK)
                log_event(LOG_WARN, "outbox_unread", "status=%s", status_name(status));
        fetch->failed = status != STATUS_OK;
        return status == STATUS_OK && fetch->count > 0;
}

static void broadcast(EventHub *hub, Arena *arena) {
        for (;;) {
                arena_reset(arena);
                Context context;
                context_init(&context, arena, LANG_EN, os_now_ms());
                Fetch fetch = {.org = hub->api->org, .after = hub->cursor};
                if (!fetch_after(hub, &context, &fetch))
                        return;
                OrgView view = org_view(hub->api->org);
                pthread_mutex_lock(&hub->lock);
                for (size_t i = 0; i < fetch.count; i++) {
                        Told told = {.event = &fetch.events[i]};
                        ask_together(hub, &context, view, &told);
                        for (Listener *listener = hub->listeners; listener; listener = listener->next)
                                if (!listener->behind)
                                        send_event(hub, &context, view, listener, &told);
                }
                hub->cursor = fetch.events[fetch.count - 1].cursor;
                pthread_mutex_unlock(&hub->lock);
                org_view_done(&view);
        }
}

// false: the outbox could not be read; the listener stays behind, and the next round goes on.
static bool catch_up(EventHub *hub, Arena *arena, Listener *listener) {
        while (!listener->gone && listener->behind) {
                arena_reset(arena);
                Context context;
                context_init(&context, arena, LANG_EN, os_now_ms());
                Fetch fetch = {.org = hub->api->org, .after = listener->cursor};
                bool more = fetch_after(hub, &context, &fetch);
                if (fetch.failed)
                        return false;
                OrgView view = org_view(hub->api->org);
                pthread_mutex_lock(&hub->lock);
                for (size_t i = 0; i < fetch.count && more; i++) {
                        if (cursor_before(hub->cursor, fetch.events[i].cursor))
                                more = false;
                        else
                                send_event(hub, &context, view, listener, &(Told){.event = &fetch.events[i]});
                        listener->cursor = fetch.events[i].cursor;
                }
                listener->behind = more;
                pthread_mutex_unlock(&hub->lock);
                org_view_done(&view);
        }
        return true;
}

// Frees listeners whose peer has gone; answers one that must catch up, or NULL.
static Listener *sweep(EventHub *hub) {
        Listener *behind = NULL;
        pthread_mutex_lock(&hub->lock);
        for (Listener **at = &hub->listeners; *at;) {
                Listener *listener = *at;
                if (listener->gone && !listener->stream) {
                        *at = listener->next;
                        hub->count--;
                        listener_free(listener);
                        continue;
                }
                if (listener->behind && !listener->gone)
                        behind = listener;
                at = &listener->next;
        }
        pthread_mutex_unlock(&hub->lock);
        return behind;
}

static void wait_for_work(EventHub *hub) {
        pthread_mutex_lock(&hub->lock);
        while (!hub->pending && !hub->stop) {
                struct timespec until;
                clock_gettime(CLOCK_REALTIME, &until);
                until.tv_nsec += POLL_MS * 1000000L;
                until.tv_sec += until.tv_nsec / 1000000000L;
                until.tv_nsec %= 1000000000L;
                if (pthread_cond_timedwait(&hub->wake, &hub->lock, &until) == ETIMEDOUT && hub->listeners)
                        break;
        }
        hub->pending = false;
        pthread_mutex_unlock(&hub->lock);
}

static void *loop(void *arg) {
        EventHub *hub = arg;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        while (!hub->stop) {
                wait_for_work(hub);
                if (hub->stop)
                        break;
                broadcast(hub, arena);
                for (Listener *listener; (listener = sweep(hub)) && !hub->stop;)
                        if (!catch_up(hub, arena, listener))
                                break;
        }
        return NULL;
}

static void wake(void *arg) {
        EventHub *hub = arg;
        pthread_mutex_lock(&hub->lock);
        hub->pending = true;
        pthread_cond_signal(&hub->wake);
        pthread_mutex_unlock(&hub->lock);
}

EventHub *event_hub_new(Api *api) {
        EventHub *hub = calloc(1, sizeof *hub);
        ensure(hub);
        hub->api = api;
        pthread_mutexattr_t recursive;
        pthread_mutexattr_init(&recursive);
        pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
        pthread_mutex_init(&hub->lock, &recursive);
        pthread_mutexattr_destroy(&recursive);
        pthread_cond_init(&hub->wake, NULL);
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        Fetch fetch = {0};
        if (store_read(org_store(api->org), &context, 0, last_run, &fetch) == STATUS_OK)
                hub->cursor = fetch.last;
        store_on_commit(org_store(api->org), wake, hub);
        ensure(pthread_create(&hub->thread, NULL, loop, hub) == 0);
        return hub;
}

void event_hub_free(EventHub *hub) {
        if (!hub)
                return;
        store_on_commit(org_store(hub->api->org), NULL, NULL);
        pthread_mutex_lock(&hub->lock);
        hub->stop = true;
        pthread_cond_signal(&hub->wake);
        pthread_mutex_unlock(&hub->lock);
        pthread_join(hub->thread, NULL);
        for (Listener *listener = hub->listeners, *next; listener; listener = next) {
                next = listener->next;
                listener_free(listener);
        }
        pthread_mutex_destroy(&hub->lock);
        pthread_cond_destroy(&hub->wake);
        free(hub);
}

void event_hub_signed_out(EventHub *hub, int64_t user) {
        pthread_mutex_lock(&hub->lock);
        for (Listener *listener = hub->listeners; listener; listener = listener->next)
                if (listener->account == user)
                        listener->asked_ms = 0;
        pthread_mutex_unlock(&hub->lock);
}

int64_t event_hub_listeners(const EventHub *hub) {
        return hub ? __atomic_load_n(&hub->count, __ATOMIC_RELAXED) : 0;
}

// ---- A listener comes and goes

static bool parse_cursor(Str text, OutboxCursor *ret) {
        Str rest = text, head = STR_NONE;
        return str_cut(&rest, '-', &head) && str_to_int64(head, &ret->transaction) && str_to_int64(rest, &ret->id);
}

Status event_stream_open(Request *request) {
        Str last = http_header(request->http, "Last-Event-ID");
        if (str_empty(last))
                last = request_query(request, "last_event_id");
        Listener *listener = calloc(1, sizeof *listener);
        ensure(listener);
        listener->user = request->call.actor->user;
        listener->account = request->self ? request->self->user : listener->user;
        listener->token = own_copy(request->token);
        listener->peer = own_copy(request->http->peer);
        listener->scopes = own_copy(request->call.actor->scopes);
        listener->behind = !str_empty(last);
        if (listener->behind && !parse_cursor(last, &listener->cursor)) {
                listener_free(listener);
                return error_set(&request->context, STATUS_MALFORMED, "bad_cursor");
        }
        listener_free(request->prepared); // an earlier try of the same transaction
        request->prepared = listener;
        return STATUS_OK;
}

static void closed(void *arg) {
        Listener *listener = arg;
        EventHub *hub = listener->hub;
        pthread_mutex_lock(&hub->lock);
        listener->gone = true;
        listener->stream = NULL;
        pthread_mutex_unlock(&hub->lock);
}

// Whoever hears nothing before the connection breaks can resume from here. (An id without data is remembered and not told.)
static void tell_place(EventHub *hub, Listener *listener) {
        char text[96];
        int length = snprintf(text, sizeof text, "id: %lld-%lld\n\n", (long long)hub->cursor.transaction, (long long)hub->cursor.id);
        if (!http_stream_send(listener->stream, str_make(text, (size_t)length)))
                listener->gone = true;
}

void event_stream_start(Request *request) {
        EventHub *hub = request->api->events;
        Listener *listener = request->prepared;
        pthread_mutex_lock(&hub->lock);
        listener->hub = hub;
        listener->next = hub->listeners;
        hub->listeners = listener;
        hub->count++;
        answer_protect(request->http);
        http_stream_open(request->http, listener, closed, &listener->stream);
        listener->gone = listener->stream == NULL; // the server is stopping
        if (!listener->gone && !listener->behind)
                tell_place(hub, listener);
        hub->pending = true;
        pthread_cond_signal(&hub->wake);
        pthread_mutex_unlock(&hub->lock);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/events", ROUTE_STREAM, ACCESS_SIGNED_IN, .run = event_stream_open, .id = "events", .summary = "Server-sent events: changes of records that the reader may see"},
        {0},
};
const Route *const api_event_routes = table;
