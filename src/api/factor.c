// One's own second factor: on, off, new recovery codes. An administrator takes away another's and lifts lock-outs.
#include "api/session.h"

typedef struct Change { Str code, secret, token, codes[RECOVERY_CODES]; bool own, right; } Change;

static void put_moment(JsonWriter *w, const char *key, int64_t ms) {
        json_key(w, str_from(key));
        if (ms)
                json_add_datetime(w, ms);
        else
                json_add_null(w);
}

Status factor_write(Request *request, Str secret, Str login) {
        Arena *arena = request->context.arena;
        Str uri = factor_uri(arena, secret, request->view.settings->company, login), svg = STR_NONE;
        json_open_object(&request->w);
        json_put_str(&request->w, "secret", secret);
        json_put_str(&request->w, "uri", uri);
        if (qr_svg(arena, uri, &svg))
                json_put_str(&request->w, "qr", svg);
        json_close_object(&request->w);
        return STATUS_OK;
}

void recovery_write(Request *request, const Str codes[RECOVERY_CODES]) {
        json_key(&request->w, STR("recovery_codes"));
        json_open_array(&request->w);
        for (int i = 0; i < RECOVERY_CODES; i++)
                json_add_str(&request->w, codes[i]);
        json_close_array(&request->w);
}

// ---- How somebody signs in

static Status signin_get(Request *request) {
        Db *db = request->call.db;
        JsonWriter *w = &request->w;
        Credential credential;
        Factor factor;
        bool own = false, found = false, locked = false;
        const Actor *person = NULL;
        TRY(request_person(request, &own));
        TRY(credential_of(db, request->id, &credential, &found));
        TRY(factor_get(db, request->id, &factor, &found));
        TRY(attempt_locked(db, credential.login, &locked));
        bool active = access_actor(&request->context, request->view.access, request->id, &person) == STATUS_OK;
        error_clear(&request->context);
        json_open_object(w);
        json_put_bool(w, "password", credential.hash.len > 0);
        put_moment(w, "password_changed_at", credential.hash.len ? credential.changed_ms : 0);
        json_put_bool(w, "must_change", password_expired(&credential, request->view.settings, request->context.now_ms));
        json_put_bool(w, "second_factor", factor.on);
        put_moment(w, "second_factor_since", factor.since_ms);
        json_put_bool(w, "second_factor_needed", active && person->second_factor);
        json_put_int(w, "recovery_codes_left", factor.recovery_left);
        json_put_bool(w, "locked", locked || factor_wait_ms(&factor, request->context.now_ms) > 0);
        json_close_object(w);
        return STATUS_OK;
}

// ---- One's own

static Status begin(Request *request, Change **ret) {
        *ret = arena_new_of(request->context.arena, Change);
        request->prepared = *ret;
        TRY(request_body(request));
        return request_text(request, "code", &(*ret)->code);
}

static Status only_own(Request *request) {
        Change *change = request->prepared;
        TRY(request_person(request, &change->own));
        return change->own ? STATUS_OK : error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
}

static Status begin_factor(Request *request) {
        Change *change = request->prepared;
        TRY(only_own(request));
        TRY(factor_begin(request->call.db, request->org, request->id, &change->secret));
        return factor_write(request, change->secret, request->call.actor->login);
}

static Status factor_post(Request *request) {
        Change *change = NULL;
        TRY(begin(request, &change));
        TRY(request_read(request, only_own));
        TRY(password_confirm(request));
        return request_write(request, begin_factor);
}

static Status count_wrong(Request *request) {
        Attempt attempt = {.login = request->call.actor->login, .peer = request->http->peer, .user = request->id, .known_device = true};
        return note_failure(request, &attempt, "code");
}

static Status check_code(Request *request) {
        Change *change = request->prepared;
        TRY(only_own(request));
        TRY(factor_try(request->call.db, request->org, request->id, change->code, &change->right));
        return change->right ? STATUS_OK : count_wrong(request);
}

static Status wrong_code(Request *request, const Change *change) {
        return change->right ? STATUS_OK : error_add(&request->context, STR("code"), str_empty(str_trim(change->code)) ? "required" : "wrong_code");
}

// Rights have changed: the session goes on under a new token, all others end.
static Status renew_sessions(Request *request) {
        Change *change = request->prepared;
        TRY(session_delete_others(request->call.db, request->id, request->token));
        TRY(session_renew(request, &change->token));
        request->signed_out = request->id;
        return STATUS_OK;
}

static Status write_recovery(Request *request) {
        Change *change = request->prepared;
        json_open_object(&request->w);
        recovery_write(request, change->codes);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status confirm_factor(Request *request) {
        Change *change = request->prepared;
        Factor factor;
        bool found = false;
        TRY(only_own(request));
        TRY(factor_get(request->call.db, request->id, &factor, &found));
        if (factor.on)
                return error_set(&request->context, STATUS_CONFLICT, "factor_on");
        TRY(check_code(request));
        if (!change->right)
                return STATUS_OK;
        TRY(factor_confirm(request->call.db, request->id, change->codes));
        TRY(note(request, "totp.on", request->id, STR_NONE));
        TRY(renew_sessions(request));
        return write_recovery(request);
}

static Status confirm_post(Request *request) {
        Change *change = NULL;
        TRY(begin(request, &change));
        TRY(request_write(request, confirm_factor));
        TRY(wrong_code(request, change));
        if (change->token.len)
                session_set_cookie(request, change->token);
        return STATUS_OK;
}

static Status turn_off(Request *request) {
        Change *change = request->prepared;
        TRY(check_code(request));
        if (!change->right)
                return STATUS_OK;
        TRY(factor_remove(request->call.db, request->id));
        TRY(note(request, "totp.off", request->id, STR_NONE));
        TRY(renew_sessions(request));
        return request_no_content(request);
}

static Status off_post(Request *request) {
        Change *change = NULL;
        TRY(begin(request, &change));
        TRY(request_read(request, only_own));
        TRY(password_confirm(request));
        TRY(request_write(request, turn_off));
        TRY(wrong_code(request, change));
        if (change->token.len)
                session_set_cookie(request, change->token);
        return STATUS_OK;
}

static Status new_codes(Request *request) {
        Change *change = request->prepared;
        TRY(check_code(request));
        if (!change->right)
                return STATUS_OK;
        TRY(recovery_renew(request->call.db, request->id, change->codes));
        TRY(note(request, "recovery.renew", request->id, STR_NONE));
        return write_recovery(request);
}

static Status recovery_post(Request *request) {
        Change *change = NULL;
        TRY(begin(request, &change));
        TRY(request_read(request, only_own));
        TRY(password_confirm(request));
        TRY(request_write(request, new_codes));
        return wrong_code(request, change);
}

// ---- By an administrator

static Status factor_delete(Request *request) {
        bool own = false, found = false;
        Factor factor;
        TRY(request_person(request, &own));
        if (own) // with a code, as everybody
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        TRY(factor_get(request->call.db, request->id, &factor, &found));
        if (!found)
                return error_set(&request->context, STATUS_CONFLICT, "factor_off");
        TRY(factor_remove(request->call.db, request->id));
        TRY(session_delete_user(request->call.db, request->id));
        TRY(note(request, "totp.reset", request->id, STR_NONE));
        request->signed_out = request->id;
        return request_no_content(request);
}

static Status lockout_delete(Request *request) {
        bool own = false, found = false;
        Credential credential;
        TRY(request_person(request, &own));
        TRY(credential_of(request->call.db, request->id, &credential, &found));
        TRY(attempt_unlock(request->call.db, credential.login));
        TRY(factor_unlock(request->call.db, request->id));
        TRY(note(request, "lockout.end", request->id, STR_NONE));
        return request_no_content(request);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/users/{id}/signin", ROUTE_READ, ACCESS_SIGNED_IN, .run = signin_get, .id = "getSignIn", .summary = "How somebody signs in: password, second factor, lock-out; oneself, or another as administrator"},
        {HTTP_POST, "/api/v1/users/{id}/factor", ROUTE_HASH, ACCESS_SIGNED_IN, .run = factor_post, .secret = true, .id = "beginFactor", .summary = "Begins a second factor of one's own: its secret and the picture for the telephone"},
        {HTTP_POST, "/api/v1/users/{id}/factor/confirm", ROUTE_SLOW, ACCESS_SIGNED_IN, .run = confirm_post, .secret = true, .id = "confirmFactor", .summary = "Turns it on with a code; answers the recovery codes, this once"},
        {HTTP_POST, "/api/v1/users/{id}/factor/off", ROUTE_HASH, ACCESS_SIGNED_IN, .run = off_post, .id = "endFactor", .summary = "Turns one's own second factor off, with password and code"},
        {HTTP_POST, "/api/v1/users/{id}/factor/recovery", ROUTE_HASH, ACCESS_SIGNED_IN, .run = recovery_post, .secret = true, .id = "renewRecoveryCodes", .summary = "New recovery codes in place of those before, with password and code"},
        {HTTP_DELETE, "/api/v1/users/{id}/factor", ROUTE_WRITE, ACCESS_ADMIN, .run = factor_delete, .id = "resetFactor", .summary = "Takes another's second factor away and ends his sessions; administrators only"},
        {HTTP_DELETE, "/api/v1/users/{id}/lockout", ROUTE_WRITE, ACCESS_ADMIN, .run = lockout_delete, .id = "endLockout", .summary = "Lets somebody try again who failed too often; administrators only"},
        {0},
};
const Route *const api_factor_routes = table;
