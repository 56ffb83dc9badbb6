// Proving who one is, as far as the database goes: what passwords must be like, failed attempts, second factors, devices that need none, steps of a sign-in
// that is not complete, addresses. The order of the steps is src/api/signin.c's.
#pragma once
#include "access/org.h"
#include "base/json.h"

// ---- Sessions

typedef struct SessionStart { int64_t user; Str peer, agent; const char *method; } SessionStart; // method: "password", "oidc" …: how he proved who he is
Status session_create(Db *db, const SessionStart *start, Str *ret_token) MUST_USE; // 32 random bytes, base64url; only its BLAKE2b is stored
// STATUS_UNAUTHENTICATED: there is none, it was not used for as long as the settings say, or it is too old. seen_old: last-seen is over a minute old, call session_seen.
// viewing: whom it looks as, 0: nobody else.
Status session_find(Db *db, const OrgSettings *settings, Str token, int64_t *ret_user, int64_t *ret_viewing, bool *ret_seen_old) MUST_USE;
typedef struct SessionAsked { Str token; bool alive; int64_t user, viewing; } SessionAsked;
Status sessions_find(Db *db, const OrgSettings *settings, SessionAsked *asked, size_t count) MUST_USE; // many at once: fills in the rest of each
Status session_view_as(Db *db, Str token, int64_t user) MUST_USE;                  // remembers whom the session looks as; 0: nobody else
Status session_seen(Db *db, Str token, Str peer) MUST_USE;
Status session_rotate(Db *db, Str token, Str *ret_token) MUST_USE;                 // the same session under a new token: whoever knew the old one is out
Status session_delete(Db *db, Str token) MUST_USE;
Status session_delete_user(Db *db, int64_t user) MUST_USE;
Status session_delete_others(Db *db, int64_t user, Str token) MUST_USE;            // all but this one
Status session_delete_named(Db *db, int64_t user, Str name, bool *ret_found) MUST_USE; // by the "id" that session_list gives
// Items [{"id","created_at","seen_at","address","place","agent","method","current"}], the last seen first; token: which of them is the current one.
Status session_list(Db *db, const OrgSettings *settings, int64_t user, Str token, JsonWriter *w) MUST_USE;
Status signin_forget(Db *db, int64_t user) MUST_USE;                               // somebody is disabled: sessions, devices, API tokens, steps in between

// ---- Passwords

Str login_normal(Arena *arena, Str login);                                         // trimmed and folded: how logins are stored and compared
Status password_hash(Context *context, Str password, Str *ret) MUST_USE;           // Argon2id, moderate; slow: never on a server or writer thread
bool password_verify(Str hash, Str password);                                      // constant time; as slow as password_hash
extern const char password_nobody[];                                               // a hash that no password has: verified for unknown logins, so that they take as long

#define PASSWORD_LEAST 8     // the setting's bounds
#define PASSWORD_LEAST_MOST 64
#define PASSWORD_MOST 200    // characters
#define PASSWORD_HISTORY_MOST 10

// What a password must be like, and whose it is: none of these words may be it. All of them optional.
typedef struct PasswordRules { int least, classes; Str login, name, company; } PasswordRules;
PasswordRules password_rules(const OrgSettings *settings, Str login, Str name);           // settings NULL: the defaults
Status password_check(Context *context, Str field, Str password, const PasswordRules *rules) MUST_USE;
bool password_is_common(Arena *arena, Str password);                                      // one of the commonest, or made as those are

typedef struct Credential {
        int64_t user;
        Str hash;             // empty: none, he signs in by other means
        Str login, name;
        int64_t changed_ms;
        bool must_change;     // at the next sign-in
        Str *old; size_t old_count; // hashes of his passwords before, the newest first
} Credential;
Status credential_find(Db *db, Str login, Credential *ret, bool *ret_found) MUST_USE;     // of an active person, by what he signs in with
Status credential_of(Db *db, int64_t user, Credential *ret, bool *ret_found) MUST_USE;    // of any person; found though there is no hash
// One of the newest `history` passwords, the present one among them. As slow as that many sign-ins.
bool password_was_used(const Credential *credential, Str password, int history);
bool password_expired(const Credential *credential, const OrgSettings *settings, int64_t now_ms); // must be changed, or is too old
// The one before is kept for comparing; the person's remembered devices are forgotten. must_change: at his next sign-in.
Status password_set(Db *db, int64_t user, Str hash, bool must_change) MUST_USE;

// ---- Failed attempts. Kept for a quarter of an hour, under a hash of what was typed as login.

// Ten for a login from an address, fifty for a login, a hundred from an address → STATUS_LIMITED with retry_after_s. The two wider ones do not concern a person
// at an address where he has signed in before, or with a device of his that is remembered: nobody else can keep him out for good. user 0: unknown.
typedef struct Attempt { Str login, peer; int64_t user; bool known_device; } Attempt;
Status attempt_check(Db *db, const Attempt *attempt) MUST_USE;
Status attempt_failed(Db *db, const Attempt *attempt, bool *ret_locked) MUST_USE;         // locked: with this one a limit was reached
Status attempt_clear(Db *db, const Attempt *attempt) MUST_USE;                            // after a success, which also makes the address known
Status attempt_unlock(Db *db, Str login) MUST_USE;                                        // by an administrator: all of this login
Status attempt_locked(Db *db, Str login, bool *ret) MUST_USE;                             // is it, at some address?

// ---- The second factor (RFC 6238: SHA-1, six digits, half a minute)

#define RECOVERY_CODES 10
typedef struct Factor {
        bool on;              // confirmed with a code
        int64_t since_ms;
        Str secret;           // sealed
        int64_t last_step;
        int failures;         // wrong codes in a row
        int64_t failed_ms;
        int recovery_left;
} Factor;
Status factor_get(Db *db, int64_t user, Factor *ret, bool *ret_found) MUST_USE;
Status factor_begin(Db *db, Org *org, int64_t user, Str *ret_secret) MUST_USE;            // a new secret in Base32, not on yet; STATUS_CONFLICT "factor_on"
Status factor_secret(Org *org, Context *context, const Factor *factor, Str *ret_secret) MUST_USE; // in Base32
// The code of now, the step before or the one after; each is taken once. Ten wrong ones in a row: STATUS_LIMITED, and again twice as long. *ret_right false is to
// be committed, as what was counted.
Status factor_try(Db *db, Org *org, int64_t user, Str code, bool *ret_right) MUST_USE;
Status recovery_try(Db *db, int64_t user, Str code, bool *ret_right) MUST_USE;
Status factor_confirm(Db *db, int64_t user, Str codes[RECOVERY_CODES]) MUST_USE;          // on from now on; new recovery codes
Status recovery_renew(Db *db, int64_t user, Str codes[RECOVERY_CODES]) MUST_USE;
Status factor_remove(Db *db, int64_t user) MUST_USE;                                      // with codes and devices
Status factor_unlock(Db *db, int64_t user) MUST_USE;
int64_t factor_wait_ms(const Factor *factor, int64_t now_ms);                              // until another code is tried; 0: at once
Str factor_uri(Arena *arena, Str secret, Str company, Str login);                          // otpauth://totp/…
Str totp_code(Arena *arena, Str key, int64_t step);                                        // key: bytes
bool base32_parse(Arena *arena, Str text, Str *ret_bytes);
Str base32_format(Arena *arena, Str bytes);
bool qr_svg(Arena *arena, Str text, Str *ret_svg);                                         // qr.c; false: too long

// ---- Devices that need no second factor for a month

#define DEVICE_DAYS 30
Status device_remember(Db *db, int64_t user, Str peer, Str agent, Str *ret_token) MUST_USE;
Status device_known(Db *db, int64_t user, Str token, bool *ret) MUST_USE;
Status device_seen(Db *db, Str token, Str peer) MUST_USE;
Status device_list(Db *db, int64_t user, Str token, JsonWriter *w) MUST_USE;
Status device_forget(Db *db, int64_t user, Str name, bool *ret_found) MUST_USE;           // name empty: all of them

// ---- A sign-in between two steps

typedef struct Challenge { int64_t user; Str kind, method; bool second_done; int tries; } Challenge; // kind: "totp", "enrol", "password"
Status challenge_create(Db *db, const Challenge *challenge, Str *ret_token) MUST_USE;     // good for five tries in five minutes; enrolling and a new password, in fifteen
Status challenge_find(Db *db, Str token, Challenge *ret) MUST_USE;                         // STATUS_UNAUTHENTICATED "challenge_ended"
Status challenge_tried(Db *db, Str token) MUST_USE;
Status challenge_end(Db *db, Str token) MUST_USE;                                          // STATUS_UNAUTHENTICATED "challenge_ended": somebody else was quicker

// ---- Addresses

bool actor_address_allowed(const Actor *actor, const OrgSettings *settings, Str peer);
