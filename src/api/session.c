// Who am I; signing in with a password; signing out.
#include "api/away.h"

#define DEVICE_COOKIE "haike_device"

static void write_session(Request *request) {
        const Actor *actor = request->call.actor;
        const Department *department = access_department(actor->access, actor->department);
        JsonWriter *w = &request->w;
        json_open_object(w);
        json_key(w, STR("user"));
        json_open_object(w);
        json_put_int(w, "id", actor->user);
        json_put_str(w, "login", actor->login);
        json_put_str(w, "name", actor->name);
        json_put_str(w, "lang", str_from(lang_tag(actor->lang)));
        department_put(w, "department", department);
        json_put_bool(w, "manager", actor->tree_count > 0 && department && department->head == actor->user);
        json_close_object(w);
        json_put_bool(w, "admin", actor->administrator);
        json_put_str(w, "zone", zone_name(org_zone(request->org)));
        json_put_str(w, "currency", request->view.settings->currency);
}

static Str scope_name(const Actor *actor, const Object *object, Verb verb) {
        static const char *const names[] = {"none", "own", "department", "tree", "all"};
        return str_from(names[actor_scope(actor, object, verb).kind]);
}

static void write_permissions(Request *request) {
        const Actor *actor = request->call.actor;
        JsonWriter *w = &request->w;
        json_key(w, STR("permissions"));
        json_open_object(w);
        for (size_t i = 0; i < request->view.catalog->objects_count; i++) {
                const Object *object = request->view.catalog->objects[i];
                if (!actor_may(actor, object, VERB_READ) && !actor_may(actor, object, VERB_CREATE))
                        continue;
                json_key(w, object->name);
                json_open_object(w);
                json_put_str(w, "read", scope_name(actor, object, VERB_READ));
                json_put_bool(w, "create", actor_may(actor, object, VERB_CREATE));
                json_put_str(w, "update", scope_name(actor, object, VERB_UPDATE));
                json_put_str(w, "delete", scope_name(actor, object, VERB_DELETE));
                json_put_bool(w, "export", actor_may(actor, object, VERB_EXPORT));
                json_put_bool(w, "import", actor_may(actor, object, VERB_IMPORT));
                json_put_bool(w, "transfer", actor_may(actor, object, VERB_TRANSFER));
                json_close_object(w);
        }
        json_close_object(w);
}

// Who it really is: the person above is whom he looks as.
static void write_viewing(Request *request) {
        const Actor *self = request->self;
        JsonWriter *w = &request->w;
        json_key(w, STR("viewing_as"));
        if (!self) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_int(w, "id", request->call.actor->user);
        json_put_str(w, "name", request->call.actor->name);
        json_close_object(w);
        json_key(w, STR("account"));
        json_open_object(w);
        json_put_int(w, "id", self->user);
        json_put_str(w, "login", self->login);
        json_put_str(w, "name", self->name);
        json_put_str(w, "lang", str_from(lang_tag(self->lang)));
        json_close_object(w);
}

void session_begin_answer(Request *request, Str token) {
        write_session(request);
        write_viewing(request);
        if (token.len)
                json_put_str(&request->w, "token", token);
        write_permissions(request);
}

static Status who(Request *request) {
        session_begin_answer(request, STR_NONE);
        json_close_object(&request->w);
        return STATUS_OK;
}

static void set_cookie(Request *request, const char *name, Str token, int64_t max_age_s) {
        http_respond_header(request->http, "Set-Cookie", str_format(request->http->arena, "%s=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", name, STR_ARG(token), (long long)max_age_s,
                                                                    request->http->secure ? "; Secure" : ""));
}

void session_set_cookie(Request *request, Str token) {
        set_cookie(request, "haike_session", token, token.len ? request->view.settings->session_most_h * 3600 : 0);
}

void device_set_cookie(Request *request, Str token) {
        set_cookie(request, DEVICE_COOKIE, token, (int64_t)DEVICE_DAYS * 24 * 3600);
}

// ---- With a password: read the hash, compute slowly outside any transaction, then write.

typedef struct Login { SignIn sign_in; Directory directory; Attempt attempt; Str password; Credential credential; bool found, matches; } Login;

static Status read_credential(Request *request) {
        Login *login = request->prepared;
        TRY(credential_find(request->call.db, login->attempt.login, &login->credential, &login->found));
        login->attempt.user = login->credential.user;
        if (login->found)
                TRY(device_known(request->call.db, login->attempt.user, http_cookie(request->http, DEVICE_COOKIE), &login->attempt.known_device));
        TRY(attempt_check(request->call.db, &login->attempt));
        return directory_read(request, &login->directory, login->attempt.login);
}

static Status write_failure(Request *request) {
        return note_failure(request, &((Login *)request->prepared)->attempt, "password");
}

static Status write_success(Request *request) {
        Login *login = request->prepared;
        TRY(attempt_clear(request->call.db, &login->attempt));
        TRY(session_begin(request, &login->sign_in));
        if (login->sign_in.outcome == SIGN_IN_DONE)
                json_close_object(&request->w);
        return STATUS_OK;
}

static Status take_login(Request *request, Login *login) {
        Context *context = &request->context;
        TRY(request_body(request));
        login->attempt.login = str_trim(json_str(request->body, "login", STR_NONE));
        login->attempt.peer = request->http->peer;
        login->password = json_str(request->body, "password", STR_NONE);
        if (str_empty(login->attempt.login))
                (void)error_add(context, STR("login"), "required");
        if (str_empty(login->password))
                (void)error_add(context, STR("password"), "required");
        else if (login->password.len > 1000)
                (void)error_add(context, STR("password"), "too_long", str_format(context->arena, "%d", PASSWORD_MOST));
        return error_status(context);
}

static Status session_post(Request *request) {
        Login *login = arena_new_of(request->context.arena, Login);
        request->prepared = login;
        request->token = STR_NONE;
        TRY(take_login(request, login));
        TRY(request_read(request, read_credential));
        // An unknown login costs as much time as a wrong password.
        bool has_hash = login->found && login->credential.hash.len;
        login->matches = password_verify(has_hash ? login->credential.hash : str_from(password_nobody), login->password) && has_hash;
        login->sign_in = (SignIn){.user = login->credential.user, .method = "password"};
        TRY(directory_decide(request, &login->directory, login->attempt.login, login->password, &login->sign_in.user, &login->matches, &login->sign_in.method));
        if (!login->matches) {
                TRY(request_write(request, write_failure));
                return error_set(&request->context, STATUS_UNAUTHENTICATED, "bad_credentials");
        }
        login->attempt.user = login->sign_in.user;
        TRY(request_write(request, write_success));
        return session_begun(request, &login->sign_in);
}

static Status session_end(Request *request) {
        TRY(session_delete(request->call.db, request->token));
        TRY(note(request, "session.end", 0, STR_NONE));
        request->signed_out = request->call.actor->user;
        session_set_cookie(request, STR(""));
        return request_no_content(request);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/session", ROUTE_READ, ACCESS_SIGNED_IN, .run = who, .id = "getSession", .summary = "Who is signed in, and what they may do"},
        {HTTP_POST, "/api/v1/session", ROUTE_HASH, ACCESS_PUBLIC, .run = session_post, .id = "createSession", .summary = "Signs in; 401 with a challenge where a further step is needed"},
        {HTTP_DELETE, "/api/v1/session", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = session_end, .id = "deleteSession", .summary = "Signs out"},
        {0},
};
const Route *const api_session_routes = table;
