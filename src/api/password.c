// Passwords: one's own with the present one, another's as administrator; and asking for the present one before something grave.
#include "api/away.h"
#include "link/courier.h"

typedef struct PasswordChange { Str password, hash, token; Credential credential; bool own, found, must_change; } PasswordChange;

Status request_person(Request *request, bool *ret_own) {
        const Actor *actor = request->call.actor;
        TRY(request_id(request, 0));
        *ret_own = request->id == actor->user;
        if (!*ret_own && !actor->administrator)
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        if (!*ret_own && !access_person(request->view.access, request->id))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        return STATUS_OK;
}

Status password_renew(Request *request, const Credential *credential, Str field, Str password, Str *ret_hash) {
        Context *context = &request->context;
        const OrgSettings *settings = request->view.settings;
        PasswordRules rules = password_rules(settings, credential->login, credential->name);
        TRY(password_check(context, field, password, &rules));
        if (password_was_used(credential, password, settings->password_history))
                return error_add(context, field, "password_used", str_format(context->arena, "%d", settings->password_history));
        return password_hash(context, password, ret_hash);
}

Status session_renew(Request *request, Str *ret_token) {
        *ret_token = STR_NONE;
        return request->by_cookie ? session_rotate(request->call.db, request->token, ret_token) : STATUS_OK;
}

// ---- The present one

typedef struct Confirm { Attempt attempt; Credential credential; bool found; } Confirm;

// Who has found a browser left open does not get to try passwords either.
static Status read_own(Request *request, Confirm *confirm) {
        const Actor *actor = request->call.actor;
        confirm->attempt = (Attempt){.login = actor->login, .peer = request->http->peer, .user = actor->user, .known_device = true};
        TRY(attempt_check(request->call.db, &confirm->attempt));
        return credential_of(request->call.db, actor->user, &confirm->credential, &confirm->found);
}

static Status confirm_read(Request *request) {
        return read_own(request, request->prepared);
}

static Status confirm_failed(Request *request) {
        return note_failure(request, &((Confirm *)request->prepared)->attempt, "current");
}

Status password_confirm(Request *request) {
        Context *context = &request->context;
        Confirm confirm = {0};
        void *prepared = request->prepared;
        Str current = STR_NONE;
        TRY(request_text(request, "current", &current));
        request->prepared = &confirm;
        Status status = request_read(request, confirm_read);
        if (status == STATUS_OK && confirm.credential.hash.len && str_empty(current))
                status = error_add(context, STR("current"), "required");
        else if (status == STATUS_OK && confirm.credential.hash.len && !password_verify(confirm.credential.hash, current)) {
                status = request_write(request, confirm_failed);
                status = status == STATUS_OK ? error_add(context, STR("current"), "wrong_password") : status;
        }
        request->prepared = prepared;
        return status;
}

// ---- Setting one

static Status read_subject(Request *request) {
        PasswordChange *change = request->prepared;
        TRY(request_person(request, &change->own));
        return credential_of(request->call.db, request->id, &change->credential, &change->found);
}

// Every other sign-in of the user ends; the one that asked for it goes on.
static Status write_password(Request *request) {
        PasswordChange *change = request->prepared;
        TRY(password_set(request->call.db, request->id, change->hash, change->must_change));
        if (change->own) {
                TRY(session_delete_others(request->call.db, request->id, request->token));
                TRY(session_renew(request, &change->token));
        } else {
                TRY(session_delete_user(request->call.db, request->id));
        }
        TRY(note(request, "password.set", request->id, change->must_change ? STR("{\"must_change\":true}") : STR_NONE));
        TRY(password_changed_mail(request, request->id));
        request->signed_out = request->id;
        return request_no_content(request);
}

static Status take_password(Request *request, PasswordChange *change) {
        Context *context = &request->context;
        const Json *must = json_get(request->body, "must_change");
        TRY(request_text(request, "password", &change->password));
        if (must && must->kind != JSON_TRUE && must->kind != JSON_FALSE)
                return error_add(context, STR("must_change"), "wrong_type", STR("boolean"));
        change->must_change = json_is_true(must) && !change->own;
        return str_empty(change->password) ? error_add(context, STR("password"), "required") : STATUS_OK;
}

// First what costs nothing, then the present password, then the history, which is as slow as several sign-ins.
static Status password_post(Request *request) {
        PasswordChange *change = arena_new_of(request->context.arena, PasswordChange);
        request->prepared = change;
        TRY(request_body(request));
        TRY(request_read(request, read_subject));
        TRY(take_password(request, change));
        PasswordRules rules = password_rules(request->view.settings, change->credential.login, change->credential.name);
        TRY(password_check(&request->context, STR("password"), change->password, &rules));
        if (change->own)
                TRY(password_confirm(request));
        TRY(password_renew(request, &change->credential, STR("password"), change->password, &change->hash));
        TRY(request_write(request, write_password));
        courier_wake(request->org);
        if (change->token.len)
                session_set_cookie(request, change->token);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/users/{id}/password", ROUTE_HASH, ACCESS_SIGNED_IN, .run = password_post, .id = "setPassword", .summary = "Sets a password; one's own needs the current one"},
        {0},
};
const Route *const api_password_routes = table;
