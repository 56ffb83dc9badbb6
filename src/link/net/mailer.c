// One mail to a mail server by SMTP. Which of our commands the server refused, and with what words, is kept: an administrator's test shows it at the right field.
#include "link/net/curl.h"
#include "link/net/net.h"
#include <stdlib.h>

#define ANSWER_MOST 500

struct NetMailer {
        CurlCalls calls;
        CURL *curl;
        const NetServer *server;
        // of the mail that is on its way
        Str content;
        size_t sent;
        char verb[5];               // of the command that was sent last
        char answer[ANSWER_MOST];   // the server's last line
        size_t answer_len;
        bool leaving;               // QUIT was said: what the server answers to that is of no interest
};

static size_t give_content(char *data, size_t size, size_t count, void *arg) {
        NetMailer *mailer = arg;
        size_t more = mailer->content.len - mailer->sent, room = size * count;
        if (more > room)
                more = room;
        memcpy(data, mailer->content.data + mailer->sent, more);
        mailer->sent += more;
        return more;
}

static size_t take_answer(char *data, size_t size, size_t count, void *arg) {
        NetMailer *mailer = arg;
        Str line = str_trim(str_make(data, size * count));
        if (mailer->leaving)
                return size * count;
        mailer->answer_len = line.len < ANSWER_MOST ? line.len : ANSWER_MOST;
        memcpy(mailer->answer, line.data ? line.data : "", mailer->answer_len);
        return size * count;
}

// What is said to the server passes here too, passwords among it: only the command's name is looked at.
static int watch(CURL *curl, curl_infotype type, char *data, size_t size, void *arg) {
        NetMailer *mailer = arg;
        (void)curl;
        if (type != CURLINFO_HEADER_OUT || size < 4)
                return 0;
        static const char *const verbs[] = {"EHLO", "HELO", "MAIL", "RCPT", "DATA", "AUTH", "STAR"};
        mailer->leaving |= memcmp(data, "QUIT", 4) == 0;
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
                if (memcmp(data, verbs[i], 4) == 0)
                        memcpy(mailer->verb, verbs[i], sizeof mailer->verb);
        return 0;
}

static int is_over(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up) {
        const NetServer *server = arg;
        (void)down_total, (void)down, (void)up_total, (void)up;
        return server->goes_on && !server->goes_on(server->arg);
}

static void set_server(NetMailer *mailer, Arena *arena) {
        const NetServer *server = mailer->server;
        const CurlCalls *calls = &mailer->calls;
        CURL *curl = mailer->curl;
        bool six = str_find_char(server->host, ':') >= 0;
        curl_prepare(calls, curl, server->ca, server->timeout_ms, arena);
        calls->curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        calls->curl_easy_setopt(curl, CURLOPT_PROXY, "");
        calls->curl_easy_setopt(curl, CURLOPT_URL, str_format(arena, "%s://%s" STR_FMT "%s:%d/", server->security == NET_SECURITY_TLS ? "smtps" : "smtp", six ? "[" : "", STR_ARG(server->host), six ? "]" : "", server->port).data);
        calls->curl_easy_setopt(curl, CURLOPT_USE_SSL, server->security == NET_SECURITY_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
        if (server->user.len) {
                calls->curl_easy_setopt(curl, CURLOPT_USERNAME, str_c(arena, server->user));
                calls->curl_easy_setopt(curl, CURLOPT_PASSWORD, str_c(arena, server->password));
        }
        calls->curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        calls->curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_content);
        calls->curl_easy_setopt(curl, CURLOPT_READDATA, mailer);
        calls->curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_answer);
        calls->curl_easy_setopt(curl, CURLOPT_HEADERDATA, mailer);
        calls->curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
        calls->curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch);
        calls->curl_easy_setopt(curl, CURLOPT_DEBUGDATA, mailer);
        calls->curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        calls->curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_over);
        calls->curl_easy_setopt(curl, CURLOPT_XFERINFODATA, server);
}

Status net_mailer_open(Context *context, const NetServer *server, NetMailer **ret) {
        CurlCalls calls;
        TRY(curl_load(context, &calls));
        NetMailer *mailer = calloc(1, sizeof *mailer);
        ensure(mailer);
        *mailer = (NetMailer){.calls = calls, .curl = calls.curl_easy_init(), .server = server};
        if (!mailer->curl) {
                free(mailer);
                return error_detail(context, STATUS_INTERNAL, "internal", "libcurl did not start");
        }
        set_server(mailer, context->arena);
        *ret = mailer;
        return STATUS_OK;
}

static NetResult refused(const NetMailer *mailer) {
        if (memcmp(mailer->verb, "AUTH", 4) == 0)
                return NET_SIGN_IN;
        if (memcmp(mailer->verb, "MAIL", 4) == 0)
                return NET_SENDER;
        return memcmp(mailer->verb, "RCPT", 4) == 0 ? NET_RECIPIENT : NET_REFUSED;
}

static NetResult result_of(const NetMailer *mailer, CURLcode code, long reply) {
        switch (code) {
        case CURLE_OK: return NET_DONE;
        case CURLE_COULDNT_RESOLVE_HOST: return NET_HOST;
        case CURLE_COULDNT_CONNECT: return NET_CONNECT;
        case CURLE_OPERATION_TIMEDOUT: return NET_TIME;
        case CURLE_PEER_FAILED_VERIFICATION: return NET_CERTIFICATE;
        case CURLE_SSL_CONNECT_ERROR: return NET_TLS;
        case CURLE_USE_SSL_FAILED: return NET_PLAIN;
        case CURLE_LOGIN_DENIED: return NET_SIGN_IN;
        default: return reply >= 400 ? refused(mailer) : NET_FAILED;
        }
}

// The server's words are shown to people: whatever is no text in them is left out.
static Str answer_text(const NetMailer *mailer, Arena *arena) {
        Buf text = buf_make(arena, ANSWER_MOST * 3);
        for (size_t i = 0; i < mailer->answer_len; i++)
                buf_add_char(&text, mailer->answer[i] >= ' ' && mailer->answer[i] < 0x7F ? mailer->answer[i] : '?');
        return buf_str(&text);
}

Status net_mailer_send(Context *context, NetMailer *mailer, const NetMail *mail, NetOutcome *ret) {
        const CurlCalls *calls = &mailer->calls;
        mailer->content = mail->content;
        mailer->sent = mailer->answer_len = 0;
        mailer->verb[0] = 0;
        mailer->leaving = false;
        struct curl_slist *recipients = calls->curl_slist_append(NULL, str_format(context->arena, "<" STR_FMT ">", STR_ARG(mail->recipient)).data);
        calls->curl_easy_setopt(mailer->curl, CURLOPT_MAIL_FROM, str_format(context->arena, "<" STR_FMT ">", STR_ARG(mail->sender)).data);
        calls->curl_easy_setopt(mailer->curl, CURLOPT_MAIL_RCPT, recipients);
        calls->curl_easy_setopt(mailer->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->content.len);
        CURLcode code = calls->curl_easy_perform(mailer->curl);
        long reply = 0;
        calls->curl_easy_getinfo(mailer->curl, CURLINFO_RESPONSE_CODE, &reply);
        *ret = (NetOutcome){.result = result_of(mailer, code, reply), .code = (int)reply, .answer = answer_text(mailer, context->arena)};
        if (ret->result != NET_DONE && (reply < 400 || str_empty(ret->answer)))
                ret->answer = str_copy(context->arena, str_from(calls->curl_easy_strerror(code)));
        calls->curl_easy_setopt(mailer->curl, CURLOPT_MAIL_RCPT, NULL);
        calls->curl_slist_free_all(recipients);
        return STATUS_OK;
}

void net_mailer_close(NetMailer *mailer) {
        if (!mailer)
                return;
        mailer->calls.curl_easy_cleanup(mailer->curl);
        free(mailer);
}
