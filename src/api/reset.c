// Forgotten passwords: asking for a link, setting a new one with it. Asking answers the same, in the same time, whoever there is: who it was is looked up later (link/courier.c).
#include "access/reset.h"
#include "access/token.h"
#include "api/away.h"
#include "link/courier.h"
#include "link/mail/mail.h"

typedef struct Reset { Str login, token, password, hash; Known known; Credential credential; bool found; } Reset;

Status password_changed_mail(Request *request, int64_t user) {
        const OrgSettings *settings = request->view.settings;
        Known known;
        bool found = false;
        TRY(known_by_id(request->call.db, user, &known, &found));
        if (!found || !known.active || str_empty(known.email))
                return STATUS_OK;
        LetterWords words = {.company = settings->company, .name = known.name, .login = known.login, .address = settings->address, .lang = lang_from(known.lang)};
        MailNew mail = {.kind = "password_changed", .user = user, .recipient = known.email, .letter = letter_password_changed(&request->context, &words)};
        return mail_add(request->org, request->call.db, &mail);
}

static Status write_asked(Request *request) {
        const Reset *reset = request->prepared;
        return reset_ask(request->call.db, reset->login, request->http->peer);
}

static Status ask_post(Request *request) {
        Reset *reset = arena_new_of(request->context.arena, Reset);
        request->prepared = reset;
        request->token = STR_NONE;
        TRY(request_body(request));
        reset->login = str_trim(json_str(request->body, "login", STR_NONE));
        if (str_empty(reset->login))
                return error_add(&request->context, STR("login"), "required");
        TRY(request_write(request, write_asked));
        courier_wake(request->org);
        request->status = 202;
        json_open_object(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- Setting the new one

static Status find_token(Request *request) {
        Reset *reset = request->prepared;
        bool has = false;
        TRY(reset_find(request->call.db, reset->token, &reset->known, &reset->found));
        return reset->found ? credential_of(request->call.db, reset->known.id, &reset->credential, &has) : STATUS_OK;
}

static Status write_new(Request *request) {
        Reset *reset = request->prepared;
        Db *db = request->call.db;
        bool used = false;
        TRY(reset_use(db, reset->token, &used));
        if (!used)
                return error_add(&request->context, STR("token"), "reset_invalid");
        TRY(password_set(db, reset->known.id, reset->hash, false));
        TRY(session_delete_user(db, reset->known.id));
        TRY(attempt_unlock(db, reset->known.login));
        TRY(note(request, "password.reset", reset->known.id, STR_NONE));
        TRY(password_changed_mail(request, reset->known.id));
        request->signed_out = reset->known.id;
        return request_no_content(request);
}

static Status token_wrong(Request *request) {
        return error_add(&request->context, STR("token"), "reset_invalid");
}

static Status password_post(Request *request) {
        Context *context = &request->context;
        Reset *reset = arena_new_of(context->arena, Reset);
        request->prepared = reset;
        request->token = STR_NONE;
        TRY(request_body(request));
        reset->token = json_str(request->body, "token", STR_NONE);
        reset->password = json_str(request->body, "password", STR_NONE);
        TRY(request_read(request, find_token));
        if (!reset->found)
                return token_wrong(request);
        if (str_empty(reset->password))
                return error_add(context, STR("password"), "required");
        TRY(password_renew(request, &reset->credential, STR("password"), reset->password, &reset->hash));
        TRY(request_write(request, write_new));
        courier_wake(request->org);
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/session/reset", ROUTE_SLOW, ACCESS_PUBLIC, .run = ask_post, .id = "askPasswordReset", .summary = "Asks for a mail with a link to set a new password; the answer is the same for every login"},
        {HTTP_POST, "/api/v1/session/reset/password", ROUTE_HASH, ACCESS_PUBLIC, .run = password_post, .id = "resetPassword", .summary = "Sets a new password with the token of that link, once"},
        {0},
};
const Route *const api_reset_routes = table;
