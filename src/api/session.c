// Signing in and out, who am I, passwords.
#include "access/audit.h"
#include "api/session.h"

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
        json_key(w, STR("department"));
        if (department) {
                json_open_object(w);
                json_put_int(w, "id", department->id);
                json_put_str(w, "name", department->name);
                json_close_object(w);
        } else {
                json_add_null(w);
        }
        json_put_bool(w, "manager", actor->tree_count > 0 && department && department->head == actor->user);
        json_close_object(w);
        json_put_bool(w, "admin", actor->administrator);
        json_put_str(w, "zone", zone_name(org_zone(request->org)));
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
                json_close_object(w);
        }
        json_close_object(w);
}

void session_begin_answer(Request *request, Str token) {
        write_session(request);
        if (token.len)
                json_put_str(&request->w, "token", token);
        write_permissions(request);
}

static Status who(Request *request) {
        session_begin_answer(request, STR_NONE);
        json_close_object(&request->w);
        return STATUS_OK;
}

static void set_cookie(Request *request, Str token, int max_age_s) {
        http_respond_header(request->http, "Set-Cookie", str_format(request->http->arena, "haike_session=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s", STR_ARG(token), max_age_s,
                                                                    request->http->secure ? "; Secure" : ""));
}

void session_set_cookie(Request *request, Str token) {
        set_cookie(request, token, SESSION_DAYS * 24 * 3600);
}

Status session_begin(Request *request, SignIn *sign_in) {
        Context *context = &request->context;
        Status status = access_actor(context, request->view.access, sign_in->user, &request->call.actor);
        if (status == STATUS_UNAUTHENTICATED)
                return error_set(context, STATUS_UNAUTHENTICATED, "bad_credentials");
        TRY(status);
        sign_in->outcome = SIGN_IN_DONE;
        TRY(session_create(request->call.db, sign_in->user, request->http->peer, http_header(request->http, "User-Agent"), &sign_in->token));
        Str detail = str_format(context->arena, "{\"method\":\"%s\"}", sign_in->method);
        AuditEntry entry = {.kind = "session.start", .user = sign_in->user, .peer = request->http->peer, .detail = detail};
        TRY(audit_add(request->call.db, &entry));
        session_begin_answer(request, sign_in->token);
        return STATUS_OK;
}

Status session_begun(Request *request, const SignIn *sign_in) {
        session_set_cookie(request, sign_in->token);
        return STATUS_OK;
}

// ---- With a password: read the hash, compute slowly outside any transaction, then write.

typedef struct Login { SignIn sign_in; Str login, password, hash; int64_t user; bool found, matches; } Login;

static Status read_credential(Request *request) {
        Login *login = request->prepared;
        TRY(attempt_check(request->call.db, login->login, request->http->peer));
        TRY(password_get(request->call.db, login->login, &login->user, &login->hash, &login->found));
        login->hash = str_copy(request->context.arena, login->hash);
        return STATUS_OK;
}

static Status write_failure(Request *request) {
        Login *login = request->prepared;
        AuditEntry entry = {.kind = "session.fail", .object = login->found ? catalog_get(request->view.catalog, "user")->id : 0, .record = login->user, .peer = request->http->peer};
        TRY(audit_add(request->call.db, &entry));
        return attempt_failed(request->call.db, login->login, request->http->peer);
}

static Status write_success(Request *request) {
        Login *login = request->prepared;
        TRY(attempt_clear(request->call.db, login->login, request->http->peer));
        TRY(session_begin(request, &login->sign_in));
        if (login->sign_in.outcome == SIGN_IN_DONE)
                json_close_object(&request->w);
        return STATUS_OK;
}

static Status take_login(Request *request, Login *login) {
        Context *context = &request->context;
        TRY(request_body(request));
        login->login = str_trim(json_str(request->body, "login", STR_NONE));
        login->password = json_str(request->body, "password", STR_NONE);
        if (str_empty(login->login))
                (void)error_add(context, STR("login"), "required");
        if (str_empty(login->password))
                (void)error_add(context, STR("password"), "required");
        else if (login->password.len > 1000)
                (void)error_add(context, STR("password"), "too_long", STR("200"));
        return error_status(context);
}

static Status session_post(Request *request) {
        Login *login = arena_new_of(request->context.arena, Login);
        request->prepared = login;
        request->token = STR_NONE;
        TRY(take_login(request, login));
        TRY(request_read(request, read_credential));
        // An unknown login costs as much time as a wrong password.
        login->matches = password_verify(login->found ? login->hash : str_from(password_nobody), login->password) && login->found;
        if (!login->matches) {
                TRY(request_write(request, write_failure));
                return error_set(&request->context, STATUS_UNAUTHENTICATED, "bad_credentials");
        }
        login->sign_in = (SignIn){.user = login->user, .method = "password"};
        TRY(request_write(request, write_success));
        return session_begun(request, &login->sign_in);
}

static Status session_end(Request *request) {
        TRY(session_delete(request->call.db, request->token));
        request->signed_out = request->call.actor->user;
        set_cookie(request, STR(""), 0);
        return request_no_content(request);
}

// ---- Passwords: one's own with the old one, another's as administrator

typedef struct PasswordChange { Str password, current, hash, new_hash; bool own; } PasswordChange;

// Who has found a browser left open does not get to try passwords either.
static Status read_own_hash(Request *request) {
        PasswordChange *change = request->prepared;
        const Actor *actor = request->call.actor;
        TRY(request_id(request, 0));
        change->own = request->id == actor->user;
        if (!change->own && !actor->administrator)
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        if (!change->own && !access_person(request->view.access, request->id))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        int64_t user = 0;
        bool found = false;
        if (change->own) {
                TRY(attempt_check(request->call.db, actor->login, request->http->peer));
                TRY(password_get(request->call.db, actor->login, &user, &change->hash, &found));
        }
        change->hash = str_copy(request->context.arena, change->hash);
        return STATUS_OK;
}

static Status write_wrong_password(Request *request) {
        return attempt_failed(request->call.db, request->call.actor->login, request->http->peer);
}

// Every other sign-in of the user ends; the one that asked for it goes on.
static Status write_password(Request *request) {
        PasswordChange *change = request->prepared;
        TRY(password_set(request->call.db, request->id, change->new_hash));
        if (change->own)
                TRY(session_delete_others(request->call.db, request->id, request->token));
        else
                TRY(session_delete_user(request->call.db, request->id));
        request->signed_out = request->id;
        return request_no_content(request);
}

static Status password_text(Request *request, const char *name, Str *ret) {
        const Json *value = json_get(request->body, name);
        *ret = value && value->kind == JSON_STRING ? value->text : STR_NONE;
        if (value && value->kind != JSON_STRING && value->kind != JSON_NULL)
                return error_add(&request->context, str_from(name), "wrong_type", STR("text"));
        return STATUS_OK;
}

static Status take_password(Request *request, PasswordChange *change) {
        Context *context = &request->context;
        TRY(password_text(request, "password", &change->password));
        TRY(password_text(request, "current", &change->current));
        if (str_empty(change->password))
                return error_add(context, STR("password"), "required");
        TRY(password_check(context, STR("password"), change->password));
        return change->own && str_empty(change->current) ? error_add(context, STR("current"), "required") : STATUS_OK;
}

static Status password_post(Request *request) {
        Context *context = &request->context;
        PasswordChange *change = arena_new_of(context->arena, PasswordChange);
        request->prepared = change;
        TRY(request_body(request));
        TRY(request_read(request, read_own_hash));
        TRY(take_password(request, change));
        if (change->own && !password_verify(change->hash, change->current)) {
                TRY(request_write(request, write_wrong_password));
                return error_add(context, STR("current"), "wrong_password");
        }
        TRY(password_hash(context, change->password, &change->new_hash));
        return request_write(request, write_password);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/session", ROUTE_READ, ACCESS_SIGNED_IN, .run = who, .id = "getSession", .summary = "Who is signed in, and what they may do"},
        {HTTP_POST, "/api/v1/session", ROUTE_HASH, ACCESS_PUBLIC, .run = session_post, .id = "createSession", .summary = "Signs in"},
        {HTTP_DELETE, "/api/v1/session", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = session_end, .id = "deleteSession", .summary = "Signs out"},
        {HTTP_POST, "/api/v1/users/{id}/password", ROUTE_HASH, ACCESS_SIGNED_IN, .run = password_post, .id = "setPassword", .summary = "Sets a password; one's own needs the current one"},
        {0},
};
const Route *const api_session_routes = table;
