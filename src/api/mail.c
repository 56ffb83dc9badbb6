// Outgoing mail, for administrators: the mail server, a test, letters that wait or failed.
#include "access/secret.h"
#include "api/session.h"
#include "link/courier.h"
#include "link/mail/mail.h"

#define TEST_MS 20000
#define PAGE 50

typedef struct MailRequest { MailSettings settings; Str password, to; } MailRequest;

static Status settings_get(Request *request) {
        MailSettings settings;
        TRY(mail_settings_load(request->call.db, &settings));
        mail_settings_write(&settings, &request->w);
        return STATUS_OK;
}

static Status parse_body(Request *request) {
        return request_body(request);
}

static Status settings_put(Request *request) {
        Context *context = &request->context;
        MailSettings before, settings;
        Str password = STR_NONE;
        TRY(mail_settings_load(request->call.db, &before));
        TRY(mail_settings_take(context, request->body, &before, &settings, &password));
        if (password.len)
                TRY(secret_seal(request->org, context, password, &settings.sealed));
        TRY(mail_settings_store(request->call.db, &settings));
        TRY(note(request, "settings.change", 0, STR("{\"what\":\"mail\"}")));
        mail_settings_write(&settings, &request->w);
        return STATUS_OK;
}

// ---- The test: what was typed, before it is saved

static Status read_settings(Request *request) {
        MailRequest *mail = request->prepared;
        MailSettings before;
        TRY(mail_settings_load(request->call.db, &before));
        TRY(mail_settings_take(&request->context, request->body, &before, &mail->settings, &mail->password));
        if (str_empty(mail->password))
                TRY(mail_password(request->org, &request->context, &mail->settings, &mail->password));
        return STATUS_OK;
}

static Status take_recipient(Request *request, MailRequest *mail) {
        Context *context = &request->context;
        const Field *email = object_get(catalog_get(request->view.catalog, "user"), "email");
        Value value = VALUE_NONE;
        const Json *to = json_get(request->body, "to");
        if (!to || to->kind != JSON_STRING || str_empty(str_trim(to->text)))
                return error_add(context, STR("to"), "required");
        TRY(email->type->parse(context, email, STR("to"), to->text, &value));
        mail->to = value.text;
        return STATUS_OK;
}

static Status send_test(Request *request, const MailRequest *mail, NetOutcome *ret) {
        Context *context = &request->context;
        NetServer server = mail_server(&mail->settings, mail->password, TEST_MS);
        LetterWords words = {.company = request->view.settings->company, .address = request->view.settings->address, .lang = context->lang};
        Letter letter = letter_test(context, &words);
        MimeHead head = {.from = mail->settings.from, .from_name = mail->settings.from_name, .to = mail->to, .subject = letter.subject, .at_ms = context->now_ms};
        head.message_id = mail_message_id(context->arena, mail->settings.from);
        NetMail message = {.sender = mail->settings.from, .recipient = mail->to, .content = mime_message(context, &head, letter.text, letter.html)};
        NetMailer *mailer = NULL;
        TRY(net_mailer_open(context, &server, &mailer));
        Status status = net_mailer_send(context, mailer, &message, ret);
        net_mailer_close(mailer);
        return status;
}

static Status test_post(Request *request) {
        Context *context = &request->context;
        MailRequest *mail = arena_new_of(context->arena, MailRequest);
        NetOutcome outcome;
        request->prepared = mail;
        TRY(request_body(request));
        TRY(request_read(request, read_settings));
        TRY(take_recipient(request, mail));
        TRY(send_test(request, mail, &outcome));
        if (outcome.result != NET_DONE)
                return error_add(context, str_from(mail_field(outcome.result)), net_code(outcome.result), outcome.answer);
        json_open_object(&request->w);
        json_put_str(&request->w, "answer", outcome.answer);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- The queue

static Status list_get(Request *request) {
        int64_t before = 0, waiting = 0, failed = 0;
        Str status = request_query(request, "status");
        if (status.len && !str_is(status, "waiting") && !str_is(status, "sent") && !str_is(status, "failed"))
                return error_add(&request->context, STR("status"), "unknown_option", status);
        TRY(request_query_int(request, "before", 0, 0, INT64_C(9007199254740991), &before));
        TRY(mail_list(request->call.db, status, before, PAGE, &request->w));
        TRY(mail_counts(request->call.db, &waiting, &failed));
        json_put_int(&request->w, "waiting", waiting);
        json_put_int(&request->w, "failed", failed);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status note_mail(Request *request, const char *kind) {
        return note(request, kind, 0, str_format(request->context.arena, "{\"mail\":%lld}", (long long)request->id));
}

static Status again_write(Request *request) {
        TRY(mail_again(request->call.db, request->id));
        TRY(note_mail(request, "mail.retry"));
        return request_no_content(request);
}

static Status again_post(Request *request) {
        TRY(request_id(request, 0));
        TRY(request_write(request, again_write));
        courier_wake(request->org);
        return STATUS_OK;
}

static Status mail_remove(Request *request) {
        TRY(request_id(request, 0));
        TRY(mail_drop(request->call.db, request->id));
        TRY(note_mail(request, "mail.drop"));
        return request_no_content(request);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/settings/mail", ROUTE_READ, ACCESS_ADMIN, .run = settings_get, .id = "getMailSettings", .summary = "The mail server"},
        {HTTP_PUT, "/api/v1/settings/mail", ROUTE_WRITE, ACCESS_ADMIN, .prepare = parse_body, .run = settings_put, .id = "putMailSettings", .summary = "Sets the mail server"},
        {HTTP_POST, "/api/v1/settings/mail/test", ROUTE_SLOW, ACCESS_ADMIN, .run = test_post, .id = "testMail", .summary = "Sends a test with settings that need not be saved; what the server refuses is told at its member", .secret = true},
        {HTTP_GET, "/api/v1/mails", ROUTE_READ, ACCESS_ADMIN, .run = list_get, .id = "listMails", .summary = "Mails that wait, were sent or failed, newest first"},
        {HTTP_POST, "/api/v1/mails/{id}/retry", ROUTE_SLOW, ACCESS_ADMIN, .run = again_post, .id = "retryMail", .summary = "Sends one again that failed or waits"},
        {HTTP_DELETE, "/api/v1/mails/{id}", ROUTE_WRITE, ACCESS_ADMIN, .run = mail_remove, .id = "dropMail", .summary = "Drops one that was not sent"},
        {0},
};
const Route *const api_mail_routes = table;
