// Asking other servers: one HTTP request, one mail. The only folder that knows libcurl, which is loaded when something is first sent. All of it waits, within a time:
// callers are in the slow lane or in a thread of their own.
#pragma once
#include "base/buf.h"
#include "base/context.h"

typedef enum NetResult {
        NET_DONE,
        NET_HOST,        // no such host
        NET_CONNECT,     // nobody listens there
        NET_TIME,        // no answer within the time
        NET_CERTIFICATE, // its certificate is not one that is trusted
        NET_TLS,         // no TLS spoken there
        NET_PLAIN,       // STARTTLS is asked for and not offered
        NET_SIGN_IN,     // user or password
        NET_SENDER,      // the sender is refused
        NET_RECIPIENT,   // the recipient is refused
        NET_REFUSED,     // anything else that the server did not want
        NET_LARGE,       // the answer is longer than it may be
        NET_ADDRESS,     // link-local addresses are not asked: there machines keep their own secrets
        NET_FAILED,
} NetResult;
typedef enum NetSecurity { NET_SECURITY_TLS, NET_SECURITY_STARTTLS, NET_SECURITY_NONE } NetSecurity;

typedef struct NetOutcome {
        NetResult result;
        int code;    // the server's last answer: HTTP's or SMTP's number; 0: none
        Str answer;  // SMTP: its last words, one line. HTTP: the body
} NetOutcome;
const char *net_code(NetResult result); // the error's code: "net_host" …; {0} of its text is the server's answer

typedef struct NetFetch {
        Str url, form;        // https, or http to this machine; form: x-www-form-urlencoded, makes it a POST
        Str user, password;   // Basic; empty user: none
        Str bearer;           // an access token; empty: none
        Str ca;               // PEM: trusted instead of what the machine trusts; empty: as the machine
        size_t most;          // bytes of the answer
        int timeout_ms;
} NetFetch;
// Redirects are not followed. STATUS_OK: it was tried, and outcome says what came of it.
Status net_fetch(Context *context, const NetFetch *fetch, NetOutcome *ret) MUST_USE;
bool net_url_allowed(Arena *arena, Str url); // an address that net_fetch() asks: https, or http where the host is this machine
bool net_host_local(Str host);  // "localhost", 127.x.x.x, ::1
void net_form_add(Buf *form, const char *name, Str value); // name=value of a form or a query, with & before all but the first
bool net_pem_valid(Str pem);    // looks like certificates, and nothing else

typedef struct NetServer {
        Str host;
        int port;
        NetSecurity security;
        Str user, password, ca;
        int timeout_ms;
        bool (*goes_on)(void *arg); void *arg; // asked about once a second; false: what is under way is broken off. NULL: it always does
} NetServer;
typedef struct NetMail { Str sender, recipient, content; } NetMail; // plain addresses; content: the whole message, lines ended by CR LF
typedef struct NetMailer NetMailer; // a connection that is kept for the next mail
Status net_mailer_open(Context *context, const NetServer *server, NetMailer **ret) MUST_USE; // server stays the caller's and alive
Status net_mailer_send(Context *context, NetMailer *mailer, const NetMail *mail, NetOutcome *ret) MUST_USE;
void net_mailer_close(NetMailer *mailer); // accepts NULL
