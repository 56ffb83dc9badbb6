// What every sign-in passes, whoever says who somebody is: address, second factor, age of the password; and the steps that may lie in between.
#include "access/audit.h"
#include "api/away.h"
#include "link/courier.h"

// ---- Noting

static int64_t user_object(const Request *request) {
        return catalog_get(request->view.catalog, "user")->id;
}

Status note(Request *request, const char *kind, int64_t user, Str detail) {
        const Actor *actor = request->call.actor;
        AuditEntry entry = {.kind = kind, .user = actor ? actor->user : 0, .object = user ? user_object(request) : 0, .record = user, .peer = request->http->peer, .detail = detail};
        return audit_add(request->call.db, &entry);
}

// Who failed is nobody yet: the person whose login it was, if there is one, is what it was done to.
Status note_failure(Request *request, const Attempt *attempt, const char *why) {
        AuditEntry entry = {.kind = "session.fail", .object = attempt->user ? user_object(request) : 0, .record = attempt->user, .peer = request->http->peer};
        bool locked = false;
        entry.detail = str_format(request->context.arena, "{\"reason\":\"%s\"}", why);
        TRY(audit_add(request->call.db, &entry));
        TRY(attempt_failed(request->call.db, attempt, &locked));
        entry.kind = "lockout";
        return locked ? audit_add(request->call.db, &entry) : STATUS_OK;
}

// ---- What is still missing

static Status needs_password(Request *request, const SignIn *sign_in, bool *ret) {
        Credential credential;
        *ret = false;
        if (strcmp(sign_in->method, "password") == 0)
                TRY(credential_of(request->call.db, sign_in->user, &credential, ret));
        *ret = *ret && password_expired(&credential, request->view.settings, request->context.now_ms);
        return STATUS_OK;
}

static Status needs_code(Request *request, const SignIn *sign_in, bool *ret_on, bool *ret) {
        Factor factor;
        bool found = false, known = false;
        Str device = http_cookie(request->http, "haike_device");
        TRY(factor_get(request->call.db, sign_in->user, &factor, &found));
        *ret_on = factor.on;
        *ret = factor.on && !sign_in->second_done;
        if (!*ret)
                return STATUS_OK;
        TRY(device_known(request->call.db, sign_in->user, device, &known));
        if (known)
                TRY(device_seen(request->call.db, device, request->http->peer));
        *ret = !known;
        return STATUS_OK;
}

// The password is changed by nobody who has not given his code; who has no second factor yet makes one last, so that its recovery codes come with the session.
static Status decide(Request *request, const Actor *actor, const SignIn *sign_in, SignInOutcome *ret) {
        bool on = false, code = false, password = false;
        *ret = SIGN_IN_ADDRESS;
        if (!actor_address_allowed(actor, request->view.settings, request->http->peer))
                return STATUS_OK;
        TRY(needs_code(request, sign_in, &on, &code));
        TRY(needs_password(request, sign_in, &password));
        bool enrol = actor->second_factor && !on && !sign_in->second_done;
        *ret = code ? SIGN_IN_TOTP : password ? SIGN_IN_PASSWORD : enrol ? SIGN_IN_ENROL : SIGN_IN_DONE;
        return STATUS_OK;
}

static const char *const kinds[] = {[SIGN_IN_TOTP] = "totp", [SIGN_IN_ENROL] = "enrol", [SIGN_IN_PASSWORD] = "password"};

const char *sign_in_code(SignInOutcome outcome) {
        static const char *const codes[] = {[SIGN_IN_TOTP] = "totp_required", [SIGN_IN_ENROL] = "totp_enrol_required", [SIGN_IN_PASSWORD] = "password_expired", [SIGN_IN_ADDRESS] = "address_refused"};
        return codes[outcome];
}

static Status refuse_address(Request *request, const SignIn *sign_in) {
        AuditEntry entry = {.kind = "session.fail", .object = user_object(request), .record = sign_in->user, .peer = request->http->peer, .detail = STR("{\"reason\":\"address\"}")};
        return audit_add(request->call.db, &entry);
}

static Status start_session(Request *request, const Actor *actor, SignIn *sign_in) {
        SessionStart start = {.user = sign_in->user, .peer = request->http->peer, .agent = http_header(request->http, "User-Agent"), .method = sign_in->method};
        Str before = http_cookie(request->http, "haike_session"); // the browser forgets it now, and so must everybody
        request->call.actor = actor;
        if (before.len)
                TRY(session_delete(request->call.db, before));
        TRY(session_create(request->call.db, &start, &sign_in->token));
        TRY(note(request, "session.start", 0, str_format(request->context.arena, "{\"method\":\"%s\"}", sign_in->method)));
        session_begin_answer(request, sign_in->token);
        return STATUS_OK;
}

Status session_begin(Request *request, SignIn *sign_in) {
        Context *context = &request->context;
        const Actor *actor = NULL;
        Status status = access_actor(context, request->view.access, sign_in->user, &actor);
        if (status == STATUS_UNAUTHENTICATED)
                return error_set(context, STATUS_UNAUTHENTICATED, "bad_credentials");
        TRY(status);
        TRY(decide(request, actor, sign_in, &sign_in->outcome));
        if (sign_in->outcome == SIGN_IN_DONE)
                return start_session(request, actor, sign_in);
        if (sign_in->outcome == SIGN_IN_ADDRESS)
                return refuse_address(request, sign_in);
        Challenge challenge = {.user = sign_in->user, .kind = str_from(kinds[sign_in->outcome]), .method = str_from(sign_in->method), .second_done = sign_in->second_done};
        return challenge_create(request->call.db, &challenge, &sign_in->challenge);
}

Status session_begun(Request *request, const SignIn *sign_in) {
        if (sign_in->outcome == SIGN_IN_DONE) {
                session_set_cookie(request, sign_in->token);
                return STATUS_OK;
        }
        request->challenge = sign_in->challenge;
        return error_set(&request->context, sign_in->outcome == SIGN_IN_ADDRESS ? STATUS_FORBIDDEN : STATUS_UNAUTHENTICATED, sign_in_code(sign_in->outcome));
}

// ---- The step with the code

typedef struct Step {
        SignIn sign_in;
        Challenge challenge;
        Attempt attempt;
        Str token, code, recovery, password, hash, device;
        Credential credential;
        Factor factor;
        Str secret, codes[RECOVERY_CODES];
        bool remember, right, found;
} Step;

static const char *known_method(Str name) {
        static const char *const names[] = {"password", "oidc", "ldap", "reset"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                if (str_is(name, names[i]))
                        return names[i];
        return "password";
}

static Status ended(Request *request) {
        return error_set(&request->context, STATUS_UNAUTHENTICATED, "challenge_ended");
}

static Status find_step(Request *request, Step *step) {
        TRY(challenge_find(request->call.db, step->token, &step->challenge));
        TRY(credential_of(request->call.db, step->challenge.user, &step->credential, &step->found));
        if (!step->found)
                return ended(request);
        step->sign_in = (SignIn){.user = step->challenge.user, .method = known_method(step->challenge.method), .second_done = step->challenge.second_done};
        step->attempt = (Attempt){.login = step->credential.login, .peer = request->http->peer, .user = step->challenge.user};
        return STATUS_OK;
}

static Status count_wrong_code(Request *request, const Step *step) {
        TRY(challenge_tried(request->call.db, step->token));
        return note_failure(request, &step->attempt, step->recovery.len ? "recovery" : "code");
}

// What a right code leaves behind, besides the session.
static Status code_was_right(Request *request, Step *step, bool enrols) {
        Db *db = request->call.db;
        int64_t user = step->challenge.user;
        Factor factor;
        bool found = false;
        TRY(challenge_end(db, step->token));
        if (enrols) {
                TRY(factor_confirm(db, user, step->codes));
                TRY(note(request, "totp.on", user, STR_NONE));
        }
        if (step->recovery.len) {
                TRY(factor_get(db, user, &factor, &found));
                TRY(note(request, "recovery.used", user, str_format(request->context.arena, "{\"left\":%d}", factor.recovery_left)));
        }
        if (step->remember) {
                TRY(device_remember(db, user, request->http->peer, http_header(request->http, "User-Agent"), &step->device));
                TRY(note(request, "device.remember", user, STR_NONE));
        }
        TRY(attempt_clear(db, &step->attempt));
        step->sign_in.second_done = true;
        return session_begin(request, &step->sign_in);
}

static Status try_code(Request *request) {
        Step *step = request->prepared;
        TRY(find_step(request, step));
        bool enrols = str_is(step->challenge.kind, "enrol");
        if (!enrols && !str_is(step->challenge.kind, "totp"))
                return ended(request);
        TRY(attempt_check(request->call.db, &step->attempt));
        if (step->recovery.len && !enrols)
                TRY(recovery_try(request->call.db, step->challenge.user, step->recovery, &step->right));
        else
                TRY(factor_try(request->call.db, request->org, step->challenge.user, step->code, &step->right));
        if (!step->right)
                return count_wrong_code(request, step);
        TRY(code_was_right(request, step, enrols));
        if (step->sign_in.outcome != SIGN_IN_DONE)
                return STATUS_OK;
        if (enrols)
                recovery_write(request, step->codes);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status step_new(Request *request, Step **ret) {
        *ret = arena_new_of(request->context.arena, Step);
        request->prepared = *ret;
        request->token = STR_NONE;
        TRY(request_body(request));
        return request_text(request, "challenge", &(*ret)->token);
}

static Status second_post(Request *request) {
        Context *context = &request->context;
        Step *step = NULL;
        TRY(step_new(request, &step));
        TRY(request_text(request, "code", &step->code));
        TRY(request_text(request, "recovery", &step->recovery));
        step->remember = json_is_true(json_get(request->body, "remember"));
        if (str_empty(step->code) && str_empty(step->recovery))
                return error_add(context, STR("code"), "required");
        TRY(request_write(request, try_code));
        if (!step->right)
                return error_add(context, step->recovery.len ? STR("recovery") : STR("code"), "wrong_code");
        if (step->device.len)
                device_set_cookie(request, step->device);
        return session_begun(request, &step->sign_in);
}

// ---- The step that makes a second factor

static Status begin_enrolling(Request *request) {
        Step *step = request->prepared;
        TRY(find_step(request, step));
        if (!str_is(step->challenge.kind, "enrol"))
                return ended(request);
        TRY(factor_begin(request->call.db, request->org, step->challenge.user, &step->secret));
        return factor_write(request, step->secret, step->credential.login);
}

static Status enrol_post(Request *request) {
        Step *step = NULL;
        TRY(step_new(request, &step));
        return request_write(request, begin_enrolling);
}

// ---- The step with a new password

static Status read_step(Request *request) {
        Step *step = request->prepared;
        TRY(find_step(request, step));
        return str_is(step->challenge.kind, "password") ? STATUS_OK : ended(request);
}

// Every other sign-in of the person ends.
static Status write_new_password(Request *request) {
        Step *step = request->prepared;
        TRY(challenge_end(request->call.db, step->token));
        TRY(password_set(request->call.db, step->challenge.user, step->hash, false));
        TRY(session_delete_user(request->call.db, step->challenge.user));
        TRY(note(request, "password.set", step->challenge.user, STR("{\"reason\":\"expired\"}")));
        TRY(password_changed_mail(request, step->challenge.user));
        request->signed_out = step->challenge.user;
        TRY(session_begin(request, &step->sign_in));
        if (step->sign_in.outcome == SIGN_IN_DONE)
                json_close_object(&request->w);
        return STATUS_OK;
}

static Status renew_post(Request *request) {
        Step *step = NULL;
        TRY(step_new(request, &step));
        TRY(request_text(request, "password", &step->password));
        TRY(request_read(request, read_step));
        if (str_empty(step->password))
                return error_add(&request->context, STR("password"), "required");
        TRY(password_renew(request, &step->credential, STR("password"), step->password, &step->hash));
        TRY(request_write(request, write_new_password));
        courier_wake(request->org);
        return session_begun(request, &step->sign_in);
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/session/second", ROUTE_SLOW, ACCESS_PUBLIC, .run = second_post, .secret = true, .id = "completeSession", .summary = "Goes on signing in with a one-time or a recovery code"},
        {HTTP_POST, "/api/v1/session/enrol", ROUTE_SLOW, ACCESS_PUBLIC, .run = enrol_post, .secret = true, .id = "enrolAtSignIn", .summary = "Makes the second factor that signing in needs"},
        {HTTP_POST, "/api/v1/session/password", ROUTE_HASH, ACCESS_PUBLIC, .run = renew_post, .id = "renewPassword", .summary = "Goes on signing in with a new password in place of the expired one"},
        {0},
};
const Route *const api_signin_routes = table;
