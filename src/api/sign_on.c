// Signing in at another service (OpenID Connect): the way there, the way back, and accounts over there that belong to somebody here.
#include "access/secret.h"
#include "access/token.h"
#include "api/away.h"
#include "api/limiter.h"
#include "base/log.h"
#include "link/mail/mail.h"
#include "link/oidc/oidc.h"

#define COOKIE "haike_away"
#define COOKIE_PATH "/api/v1/session/oidc"
#define CALLBACK COOKIE_PATH "/callback"
#define STARTS 300                    // from one address, which may be a whole company's …
#define STARTS_WINDOW_MS (600 * 1000) // … in so long
#define NEXT_MOST 1500

typedef struct Away {
        Provider provider;
        OidcConfig config;
        OidcEndpoints endpoints;
        OidcFlow flow;
        SignInFlow row;
        Str browser, code;
        Stranger stranger;
        SignIn sign_in;
} Away;

// ---- What the page of signing in offers

static Status write_providers(Request *request) {
        JsonWriter *w = &request->w;
        Provider *list = NULL;
        size_t count = 0;
        TRY(provider_list(request->call.db, &list, &count));
        json_key(w, STR("providers"));
        json_open_array(w);
        for (size_t i = 0; i < count; i++) {
                if (!list[i].active || !str_is(list[i].kind, "oidc"))
                        continue;
                json_open_object(w);
                json_put_int(w, "id", list[i].id);
                json_put_str(w, "label", list[i].label);
                json_close_object(w);
        }
        json_close_array(w);
        return STATUS_OK;
}

static Status has_directory(Db *db, bool *ret) {
        Provider *list = NULL;
        size_t count = 0;
        *ret = false;
        TRY(provider_list(db, &list, &count));
        for (size_t i = 0; i < count; i++)
                *ret |= list[i].active && str_is(list[i].kind, "ldap");
        return STATUS_OK;
}

static Status options_get(Request *request) {
        SignInRules rules;
        MailSettings mail;
        bool directory = false;
        TRY(sign_in_rules(request->call.db, &rules));
        TRY(mail_settings_load(request->call.db, &mail));
        TRY(has_directory(request->call.db, &directory));
        json_open_object(&request->w);
        json_put_bool(&request->w, "passwords", !rules.passwords_off || directory);
        json_put_bool(&request->w, "reset", mail.active && request->view.settings->address.len > 0 && !rules.passwords_off);
        TRY(write_providers(request));
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- Where the browser is sent

static void redirect(Request *request, Str to) {
        HttpRequest *http = request->http;
        buf_reset(&request->out);
        request->status = 302;
        http->content_type = STR("text/plain; charset=utf-8");
        http_respond_header(http, "Location", to);
}

static void set_cookie(Request *request, Str token, int max_age_s) {
        http_respond_header(request->http, "Set-Cookie", str_format(request->http->arena, COOKIE "=" STR_FMT "; Path=" COOKIE_PATH "; HttpOnly; SameSite=Lax; Max-Age=%d%s", STR_ARG(token), max_age_s,
                                                                    request->http->secure ? "; Secure" : ""));
}

// A path of this page and nothing else: no other host, no address of the API. What is not ASCII is encoded.
static Str next_path(Arena *arena, Str next) {
        Buf buf = buf_make(arena, NEXT_MOST * 3 + 16);
        bool own = next.len > 0 && next.len <= NEXT_MOST && next.data[0] == '/' && !(next.len > 1 && (next.data[1] == '/' || next.data[1] == '\\')) && !str_starts(next, STR("/api/"));
        for (size_t i = 0; own && i < next.len; i++) {
                unsigned char c = (unsigned char)next.data[i];
                if (c < ' ' || c == 0x7F || c == '\\')
                        return STR("/today");
                if (c > 0x7F || c == ' ' || c == '"' || c == '<' || c == '>')
                        buf_format(&buf, "%%%02X", c);
                else
                        buf_add_char(&buf, (char)c);
        }
        return own ? buf_str(&buf) : STR("/today");
}

// Which words the page of signing in says; what exactly was wrong is in the log.
static Str failure_word(const Context *context) {
        static const char *const said[] = {"person_unknown", "person_inactive", "person_several", "person_linked", "person_refused", "email_unverified", "flow_unknown", "too_often", "busy", "identity_taken", "oidc_refused", "oidc_token", "address_missing", "address_refused", NULL};
        const char *code = context->error.code ? context->error.code : "";
        for (const char *const *word = said; *word; word++)
                if (strcmp(code, *word) == 0)
                        return str_from(*word);
        return STR("away_failed");
}

static Status give_up(Request *request, int64_t provider, bool linking) {
        Context *context = &request->context;
        Str word = failure_word(context);
        log_event(LOG_WARN, "sign_on_failed", "provider=%lld code=%s said=\"" STR_FMT "\"", (long long)provider, context->error.code ? context->error.code : "-", STR_ARG(context->error.args[0]));
        error_clear(context);
        redirect(request, str_format(request->http->arena, "%s?error=" STR_FMT, linking ? "/settings" : "/signin", STR_ARG(word)));
        return STATUS_OK;
}

// ---- The way there

static Status read_provider(Request *request) {
        Away *away = request->prepared;
        TRY(provider_get(request->call.db, request->id, &away->provider));
        if (!away->provider.active || !str_is(away->provider.kind, "oidc"))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        if (str_empty(request->view.settings->address))
                return error_set(&request->context, STATUS_CONFLICT, "address_missing");
        away->flow.redirect = str_format(request->context.arena, STR_FMT CALLBACK, STR_ARG(request->view.settings->address));
        if (request->route->access == ACCESS_SIGNED_IN)
                away->row.user = request->call.actor->user;
        return oidc_config_load(&request->context, away->provider.config, &away->config);
}

static Status write_flow(Request *request) {
        Away *away = request->prepared;
        return flow_add(request->call.db, away->flow.state, away->browser, &away->row);
}

static Status limit(Request *request) {
        int wait_s = limiter_take(request->api->strangers, str_hash(request->http->peer), STARTS, STARTS_WINDOW_MS, request->context.now_ms);
        if (!wait_s)
                return STATUS_OK;
        request->context.error.retry_after_s = wait_s;
        return error_set(&request->context, STATUS_LIMITED, "too_often");
}

// Everything up to the address at the service; the cookie binds the way back to this browser.
static Status prepare_away(Request *request, Away *away, Str next) {
        Context *context = &request->context;
        Arena *arena = context->arena;
        request->prepared = away;
        TRY(limit(request));
        TRY(request_read(request, read_provider));
        TRY(away_enter(request));
        Status status = oidc_discover(context, &away->config, &away->endpoints);
        away_leave(request);
        TRY(status);
        away->browser = token_new(arena);
        away->flow.state = token_new(arena);
        away->flow.nonce = token_new(arena);
        away->flow.verifier = token_new(arena);
        away->row = (SignInFlow){.provider = away->provider.id, .user = away->row.user, .nonce = away->flow.nonce, .verifier = away->flow.verifier, .next = next,
                                 .endpoints = oidc_endpoints_text(arena, &away->endpoints)};
        TRY(request_write(request, write_flow));
        set_cookie(request, away->browser, (int)(FLOW_MS / 1000));
        return STATUS_OK;
}

static Str encoded(Arena *arena, Str next) {
        Buf query = buf_make(arena, NEXT_MOST * 10);
        net_form_add(&query, "next", next);
        return str_slice(buf_str(&query), sizeof "next", query.len);
}

// A link on another page asks nobody: who is signed in over there would be signed in here by looking at it. He is shown the page where he may say so himself.
static bool from_elsewhere(const Request *request) {
        Str site = http_header(request->http, "Sec-Fetch-Site");
        return str_is(site, "cross-site") || str_is(site, "same-site");
}

static Status start_get(Request *request) {
        Away *away = arena_new_of(request->context.arena, Away);
        Str next = next_path(request->http->arena, request_query(request, "next"));
        TRY(request_id(request, 0));
        if (from_elsewhere(request)) {
                redirect(request, str_format(request->http->arena, "/signin?next=" STR_FMT, STR_ARG(encoded(request->http->arena, next))));
                return STATUS_OK;
        }
        if (prepare_away(request, away, next) != STATUS_OK)
                return give_up(request, request->id, false);
        redirect(request, oidc_authorize_url(request->http->arena, &away->config, &away->endpoints, &away->flow));
        return STATUS_OK;
}

static Status link_post(Request *request) {
        Away *away = arena_new_of(request->context.arena, Away);
        TRY(request_id(request, 0));
        TRY(prepare_away(request, away, STR("/settings#accounts")));
        json_open_object(&request->w);
        json_put_str(&request->w, "url", oidc_authorize_url(request->http->arena, &away->config, &away->endpoints, &away->flow));
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- The way back

static Status take_flow(Request *request) {
        Away *away = request->prepared;
        Context *context = &request->context;
        Db *db = request->call.db;
        Str state = request_query(request, "state");
        if (state.len != TOKEN_TEXT || away->browser.len != TOKEN_TEXT)
                return error_set(context, STATUS_NOT_FOUND, "flow_unknown");
        TRY(flow_take(db, state, away->browser, &away->row));
        TRY(provider_get(db, away->row.provider, &away->provider));
        if (!away->provider.active)
                return error_set(context, STATUS_NOT_FOUND, "flow_unknown");
        away->flow = (OidcFlow){.nonce = away->row.nonce, .verifier = away->row.verifier, .redirect = str_format(context->arena, STR_FMT CALLBACK, STR_ARG(request->view.settings->address))};
        TRY(oidc_endpoints_load(context, away->row.endpoints, &away->endpoints));
        return oidc_config_load(context, away->provider.config, &away->config);
}

// An answer of another service that the browser was led to (RFC 9207), or one that says no.
static Status check_answer(Request *request, const Away *away) {
        Str issuer = request_query(request, "iss"), problem = request_query(request, "error");
        if ((issuer.len || away->endpoints.names_issuer) && !str_eq(issuer, away->endpoints.issuer))
                return error_set(&request->context, STATUS_FORBIDDEN, "oidc_token", STR("iss"));
        return problem.len ? error_set(&request->context, STATUS_FORBIDDEN, "oidc_refused", STR("error")) : STATUS_OK;
}

static Status ask_service(Request *request, Away *away) {
        Context *context = &request->context;
        Str secret = STR("");
        if (away->provider.secret.len)
                TRY(secret_open(request->org, context, away->provider.secret, &secret));
        TRY(away_enter(request));
        Status status = oidc_finish(context, &away->config, &away->endpoints, &away->flow, request_query(request, "code"), secret, &away->stranger);
        away_leave(request);
        return status;
}

static Status find_person(Request *request) {
        Away *away = request->prepared;
        Call *call = &request->call;
        call->actor = access_system(request->view.access);
        call->source = STR("oidc");
        return people_find(call, away->provider.id, away->config.match, &away->config.people, &away->stranger, &away->sign_in.user);
}

static Status begin_session(Request *request) {
        Away *away = request->prepared;
        TRY(session_begin(request, &away->sign_in));
        if (away->sign_in.outcome == SIGN_IN_DONE)
                json_close_object(&request->w);
        return STATUS_OK;
}

static Status sign_in(Request *request, Away *away) {
        away->sign_in = (SignIn){.method = "oidc", .second_done = away->config.second_factor};
        TRY(request_write(request, find_person));
        if (request->reload) { // he is new: the next transaction has to know him
                request->reload = false;
                TRY(org_reload(request->org, &request->context));
        }
        request->token = STR_NONE;
        TRY(request_write(request, begin_session));
        if (away->sign_in.outcome == SIGN_IN_ADDRESS)
                return error_set(&request->context, STATUS_FORBIDDEN, sign_in_code(SIGN_IN_ADDRESS));
        if (away->sign_in.outcome != SIGN_IN_DONE) { // behind #: servers never see it
                Str next = encoded(request->http->arena, away->row.next);
                redirect(request, str_format(request->http->arena, "/signin?next=" STR_FMT "#need=%s&challenge=" STR_FMT, STR_ARG(next), sign_in_code(away->sign_in.outcome), STR_ARG(away->sign_in.challenge)));
                return STATUS_OK;
        }
        session_set_cookie(request, away->sign_in.token);
        redirect(request, away->row.next);
        return STATUS_OK;
}

static Status write_link(Request *request) {
        Away *away = request->prepared;
        const Actor *actor = request->call.actor;
        Identity identity = {.provider = away->provider.id, .user = away->row.user, .subject = away->stranger.subject, .name = away->stranger.shown}, known;
        bool found = false;
        if (!actor || actor->user != away->row.user) // somebody else's browser by now
                return error_set(&request->context, STATUS_NOT_FOUND, "flow_unknown");
        TRY(identity_find(request->call.db, identity.provider, identity.subject, &known, &found));
        if (found && known.user == identity.user)
                return STATUS_OK;
        TRY(identity_add(request->call.db, &identity, &identity.id));
        return note(request, "identity.link", actor->user, str_format(request->context.arena, "{\"provider\":%lld}", (long long)identity.provider));
}

static Status write_failed(Request *request) {
        const Away *away = request->prepared;
        return note(request, "session.fail", 0, str_format(request->context.arena, "{\"reason\":\"oidc\",\"provider\":%lld}", (long long)away->row.provider));
}

static Status callback_get(Request *request) {
        Away *away = arena_new_of(request->context.arena, Away);
        request->prepared = away;
        away->browser = http_cookie(request->http, COOKIE);
        Status status = request_write(request, take_flow);
        if (status == STATUS_OK) // what was not begun here takes nothing away from what was
                set_cookie(request, STR(""), 0);
        if (status == STATUS_OK)
                status = check_answer(request, away);
        if (status == STATUS_OK)
                status = ask_service(request, away);
        if (status == STATUS_OK && away->row.user) {
                status = request_write(request, write_link);
                if (status == STATUS_OK)
                        redirect(request, away->row.next);
        } else if (status == STATUS_OK) {
                status = sign_in(request, away);
        }
        if (status == STATUS_OK)
                return STATUS_OK;
        Error error = request->context.error;
        if (away->row.provider && request_write(request, write_failed) != STATUS_OK)
                log_event(LOG_WARN, "sign_on_unwritten", "provider=%lld", (long long)away->row.provider);
        request->context.error = error;
        return give_up(request, away->row.provider, away->row.user != 0);
}

// ---- Accounts over there that belong to somebody here

static Status may_see(Request *request) {
        bool own = false;
        return request_person(request, &own);
}

static void put_time(JsonWriter *w, const char *key, Value at) {
        json_key(w, str_from(key));
        if (at.kind == VALUE_DATETIME)
                json_add_datetime(w, at.ms);
        else
                json_add_null(w);
}

static Status identities_get(Request *request) {
        JsonWriter *w = &request->w;
        Provider *providers = NULL;
        Identity *list = NULL;
        size_t providers_count = 0, count = 0;
        TRY(may_see(request));
        TRY(provider_list(request->call.db, &providers, &providers_count));
        TRY(identity_list(request->call.db, 0, request->id, &list, &count));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < providers_count; i++) {
                const Identity *own = NULL;
                for (size_t k = 0; k < count && !own; k++)
                        own = list[k].provider == providers[i].id ? &list[k] : NULL;
                if (!own && (!providers[i].active || !str_is(providers[i].kind, "oidc")))
                        continue;
                json_open_object(w);
                json_put_int(w, "provider", providers[i].id);
                json_put_str(w, "label", providers[i].label);
                json_put_str(w, "kind", providers[i].kind);
                json_put_bool(w, "linked", own != NULL);
                if (own) {
                        json_put_str(w, "name", own->name);
                        put_time(w, "created_at", own->created_at);
                        put_time(w, "seen_at", own->seen_at);
                }
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

static Status identity_remove(Request *request) {
        Identity identity;
        bool found = false;
        int64_t provider = 0;
        TRY(may_see(request));
        if (!str_to_int64(request_param(request, 1), &provider))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        TRY(identity_of(request->call.db, provider, request->id, &identity, &found));
        if (!found)
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        TRY(identity_delete(request->call.db, identity.id));
        TRY(note(request, "identity.unlink", request->id, str_format(request->context.arena, "{\"provider\":%lld}", (long long)provider)));
        return request_no_content(request);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/session/options", ROUTE_READ, ACCESS_PUBLIC, .run = options_get, .id = "getSignInOptions", .summary = "Which ways of signing in there are"},
        {HTTP_GET, "/api/v1/session/oidc/{id}/start", ROUTE_SLOW, ACCESS_PUBLIC, .run = start_get, .id = "startSignOn", .summary = "Sends the browser to another service to sign in there"},
        {HTTP_GET, CALLBACK, ROUTE_SLOW, ACCESS_PUBLIC, .run = callback_get, .id = "finishSignOn", .summary = "Where that service sends the browser back to"},
        {HTTP_POST, "/api/v1/session/oidc/{id}/link", ROUTE_SLOW, ACCESS_SIGNED_IN, .run = link_post, .id = "linkAccount", .summary = "Begins linking one's account at another service; answers where the browser is to go", .secret = true},
        {HTTP_GET, "/api/v1/users/{id}/identities", ROUTE_READ, ACCESS_SIGNED_IN, .run = identities_get, .id = "listIdentities", .summary = "Accounts at other services that belong to a user"},
        {HTTP_DELETE, "/api/v1/users/{id}/identities/{provider}", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = identity_remove, .id = "unlinkAccount", .summary = "Takes such an account away from a user"},
        {0},
};
const Route *const api_sign_on_routes = table;
