// Outgoing mail: what is set for the mail server, letters, the queue they wait in, and sending them. A letter is written into the queue in the transaction of what it
// tells of; a thread of the server (courier.h) sends it afterwards, at least once, always under the same Message-ID.
#pragma once
#include "access/org.h"
#include "link/net/net.h"

// ---- The mail server
typedef struct MailSettings {
        bool active;
        Str host;
        int port;
        NetSecurity security;
        bool allow_plain;     // no encryption to another machine
        Str user, sealed;     // sealed: the password (secret.h)
        Str from, from_name, ca;
} MailSettings;
Status mail_settings_load(Db *db, MailSettings *ret) MUST_USE;             // nothing set: not active, all empty
Status mail_settings_store(Db *db, const MailSettings *settings) MUST_USE;
void mail_settings_write(const MailSettings *settings, JsonWriter *w);     // without the password
// Members of a JSON object (others: names that are passed over). The password that is stored goes on only to the same server and user. *ret_password: a new one, to be
// sealed; its data is NULL where the stored one stays. Every mistake is added at its member.
Status mail_settings_take(Context *context, const Json *body, const MailSettings *before, MailSettings *ret, Str *ret_password) MUST_USE;
const char *mail_field(NetResult result);                                  // at which member of the settings what the server said is shown; "": at none

// ---- Letters
typedef struct Letter { Str subject, text, html; } Letter;
typedef struct LetterWords { Str company, name, login, address, token; Lang lang; } LetterWords; // address: this system's own, as people reach it
Letter letter_test(Context *context, const LetterWords *words);
Letter letter_reset(Context *context, const LetterWords *words);
Letter letter_password_changed(Context *context, const LetterWords *words);

// The message as it is sent: headers (RFC 2047 where they are not plain), text and HTML in base64. No value can add a header or a line.
typedef struct MimeHead { Str from, from_name, to, subject, message_id; int64_t at_ms; } MimeHead;
Str mail_message_id(Arena *arena, Str from); // a new one, of the sender's domain
Str mime_message(Context *context, const MimeHead *head, Str text, Str html);

// ---- The queue
typedef struct MailNew {
        const char *kind;      // "reset", "password_changed": what it is about
        int64_t user;          // whom it is for; 0: nobody of ours
        Str recipient;
        Letter letter;
        bool confidential;     // sealed until it is sent
        int64_t expires_ms;    // then it is of no use any more; 0: never
} MailNew;
// Where no mail server is set nothing is written, and nothing sent.
Status mail_add(Org *org, Db *db, const MailNew *mail) MUST_USE;
typedef struct MailRow { int64_t id; Str recipient, subject, content, message_id; int attempts; int64_t created_ms, expires_ms; } MailRow;
Status mail_claim(Db *db, MailRow *ret, bool *ret_found) MUST_USE;         // one that is due; nobody else has it for some minutes
typedef struct MailEnd { int64_t id; int attempts; bool sent, final; const char *problem; Str answer; } MailEnd;
Status mail_end(Db *db, const MailEnd *end) MUST_USE;                      // sent, tried again later, or given up
Status mail_release(Db *db) MUST_USE;                                      // SQLite, at the start: what a crash left claimed is due again
Status mail_list(Db *db, Str status, int64_t before, int limit, JsonWriter *w) MUST_USE; // {"items","next"}, newest first; status empty: all
Status mail_counts(Db *db, int64_t *ret_waiting, int64_t *ret_failed) MUST_USE;
Status mail_again(Db *db, int64_t id) MUST_USE;                            // a failed one is due again; STATUS_CONFLICT "mail_gone": its content is no longer kept
Status mail_drop(Db *db, int64_t id) MUST_USE;                             // one that waits or failed
Status mail_prune(Db *db) MUST_USE;                                        // what ended 30 days ago

// ---- Sending
Status mail_password(Org *org, Context *context, const MailSettings *settings, Str *ret) MUST_USE;
NetServer mail_server(const MailSettings *settings, Str password, int timeout_ms);
// Sends what is due until nothing is, or goes_on says no. How it went stands in the queue.
void mail_send_due(Org *org, bool (*goes_on)(void *arg), void *arg);
