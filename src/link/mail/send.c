// Sending what is due, one letter after another over one connection, outside of any transaction.
#include "access/secret.h"
#include "base/log.h"
#include "link/mail/mail.h"
#include "os/os.h"

#define SEND_MS 120000 // at most for one letter; a claim lasts longer

typedef struct Sending {
        Org *org;
        Arena *arena;           // of the connection
        Context context;
        MailSettings settings;
        NetServer server;
        NetMailer *mailer;
        bool (*goes_on)(void *arg); void *arg;
} Sending;

typedef struct Step { MailRow row; MailEnd end; bool found; MailSettings settings; } Step;

static Status claim_step(Db *db, void *arg) {
        Step *step = arg;
        step->found = false;
        TRY(mail_settings_load(db, &step->settings));
        return step->settings.active ? mail_claim(db, &step->row, &step->found) : STATUS_OK;
}

static Status end_step(Db *db, void *arg) {
        return mail_end(db, &((Step *)arg)->end);
}

static Status open_connection(Sending *sending, const MailSettings *settings) {
        Str password = STR_NONE;
        arena_reset(sending->arena);
        context_init(&sending->context, sending->arena, LANG_EN, os_now_ms());
        const Str *from[] = {&settings->host, &settings->user, &settings->sealed, &settings->from, &settings->from_name, &settings->ca};
        Str *to[] = {&sending->settings.host, &sending->settings.user, &sending->settings.sealed, &sending->settings.from, &sending->settings.from_name, &sending->settings.ca};
        sending->settings = *settings;
        for (size_t i = 0; i < sizeof from / sizeof *from; i++)
                *to[i] = str_copy(sending->arena, *from[i]);
        TRY(mail_password(sending->org, &sending->context, &sending->settings, &password));
        sending->server = mail_server(&sending->settings, password, SEND_MS);
        sending->server.goes_on = sending->goes_on;
        sending->server.arg = sending->arg;
        return net_mailer_open(&sending->context, &sending->server, &sending->mailer);
}

static bool same_server(const MailSettings *a, const MailSettings *b) {
        return str_eq(a->host, b->host) && a->port == b->port && a->security == b->security && str_eq(a->user, b->user) && str_eq(a->sealed, b->sealed) && str_eq(a->ca, b->ca) &&
               str_eq(a->from, b->from) && str_eq(a->from_name, b->from_name);
}

static Status message_of(Org *org, Context *context, const MailSettings *settings, const MailRow *row, Str *ret) {
        Str content = row->content;
        Json *json = NULL;
        if (str_starts(content, STR("s1:")))
                TRY(secret_open(org, context, content, &content));
        TRY(json_parse(context, content, 2, &json));
        MimeHead head = {.from = settings->from, .from_name = settings->from_name, .to = row->recipient, .subject = row->subject, .message_id = row->message_id, .at_ms = row->created_ms};
        *ret = mime_message(context, &head, json_str(json, "text", STR("")), json_str(json, "html", STR("")));
        return ret->len ? STATUS_OK : error_set(context, STATUS_TOO_LARGE, "answer_too_large");
}

static const char *code_of(const Context *context) {
        return context->error.code ? context->error.code : "net_failed";
}

// Refused for good is only what the server says of this letter; a password it does not take is the administrator's to mend, and the letter waits.
static bool is_final(const NetOutcome *outcome) {
        return outcome->code >= 500 && (outcome->result == NET_RECIPIENT || outcome->result == NET_REFUSED);
}

static void try_one(Sending *sending, Context *context, Step *step) {
        MailEnd *end = &step->end;
        Str message = STR_NONE;
        NetOutcome outcome = {0};
        *end = (MailEnd){.id = step->row.id, .attempts = step->row.attempts, .problem = "net_failed"};
        if (step->row.expires_ms && step->row.expires_ms <= context->now_ms) {
                end->final = true;
                end->problem = "mail_expired";
                return;
        }
        if (sending->mailer && !same_server(&sending->settings, &step->settings)) {
                net_mailer_close(sending->mailer);
                sending->mailer = NULL;
        }
        if (!sending->mailer && open_connection(sending, &step->settings) != STATUS_OK) {
                end->problem = code_of(&sending->context);
                return;
        }
        if (message_of(sending->org, context, &sending->settings, &step->row, &message) != STATUS_OK) {
                end->problem = code_of(context);
                return;
        }
        NetMail mail = {.sender = sending->settings.from, .recipient = step->row.recipient, .content = message};
        if (net_mailer_send(context, sending->mailer, &mail, &outcome) != STATUS_OK)
                return;
        end->sent = outcome.result == NET_DONE;
        end->final = is_final(&outcome);
        end->problem = net_code(outcome.result);
        end->answer = outcome.answer;
}

static bool send_one(Sending *sending) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Step step = {0};
        context_init(&context, arena, LANG_EN, os_now_ms());
        Status status = store_write(org_store(sending->org), &context, claim_step, &step);
        if (status != STATUS_OK)
                log_event(LOG_WARN, "mail_unread", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
        if (status != STATUS_OK || !step.found)
                return false;
        try_one(sending, &context, &step);
        if (step.end.sent)
                log_event(LOG_INFO, "mail_sent", "id=%lld attempts=%d", (long long)step.end.id, step.end.attempts);
        else
                log_event(LOG_WARN, "mail_failed", "id=%lld attempts=%d code=%s", (long long)step.end.id, step.end.attempts, step.end.problem);
        error_clear(&context);
        context.now_ms = os_now_ms();
        if (store_write(org_store(sending->org), &context, end_step, &step) != STATUS_OK)
                log_event(LOG_WARN, "mail_unwritten", "id=%lld detail=\"" STR_FMT "\"", (long long)step.end.id, STR_ARG(context.error.detail));
        return true;
}

void mail_send_due(Org *org, bool (*goes_on)(void *arg), void *arg) {
        Sending sending = {.org = org, .arena = arena_new(0), .goes_on = goes_on, .arg = arg};
        while (goes_on(arg) && send_one(&sending))
                ;
        net_mailer_close(sending.mailer);
        arena_free(sending.arena);
}
