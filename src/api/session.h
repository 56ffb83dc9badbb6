// Signing in. Whoever has proved who he is, in whatever way, goes through session_begin; there is no other way to a session but the first start's.
#pragma once
#include "access/signin.h"
#include "api/route.h"

typedef enum SignInOutcome {
        SIGN_IN_DONE,     // there is a session
        SIGN_IN_TOTP,     // a code of his second factor is still to be given
        SIGN_IN_ENROL,    // one of his roles needs a second factor, and he has none yet
        SIGN_IN_PASSWORD, // his password is to be changed first
        SIGN_IN_ADDRESS,  // not from this address
} SignInOutcome;

typedef struct SignIn {
        int64_t user;
        const char *method;       // "password", "oidc", "ldap", "reset": static, for the audit log and the list of sessions
        bool second_done;         // the second factor was given, or whoever vouches for the person has asked for one
        // what came of it
        SignInOutcome outcome;
        Str token;                // SIGN_IN_DONE: the session's
        Str challenge;            // the steps in between: what the next call is made with
} SignIn;

// In the writing transaction, as often as it is repeated. STATUS_OK: the outcome is written and to be committed, whatever it is; STATUS_UNAUTHENTICATED
// "bad_credentials": there is no such active person. Where it is SIGN_IN_DONE the answer is open: further members, then json_close_object.
Status session_begin(Request *request, SignIn *sign_in) MUST_USE;
// After the commit: sets the cookie, or answers the error that says what is still missing (with the challenge).
Status session_begun(Request *request, const SignIn *sign_in) MUST_USE;
const char *sign_in_code(SignInOutcome outcome);       // "totp_required" …: the error's code; for ways in that end in a redirection

void session_begin_answer(Request *request, Str token); // opens the object: who is signed in, what they may do; token may be empty. The caller closes it
void session_set_cookie(Request *request, Str token);   // empty: takes it away
void device_set_cookie(Request *request, Str token);

// ---- What several of these routes need

// Writes to the audit log that the request's person did this to user (0: to nobody).
Status note(Request *request, const char *kind, int64_t user, Str detail) MUST_USE;
Status note_failure(Request *request, const Attempt *attempt, const char *why) MUST_USE; // counts it as well; tells of the lock-out it leads to
// {id} of the path: oneself, or as administrator somebody else who exists.
Status request_person(Request *request, bool *ret_own) MUST_USE;
// The new password of a person: rules, history, then the hash; every mistake at field. Slow. The credential was read before.
Status password_renew(Request *request, const Credential *credential, Str field, Str password, Str *ret_hash) MUST_USE;
// Is the member "current" of the body one's present password? Wrong ones count as failed attempts. Who has no password passes. Slow, opens its own transactions.
Status password_confirm(Request *request) MUST_USE;
Status factor_write(Request *request, Str secret, Str login) MUST_USE;                    // the answer {"secret","uri","qr"}
void recovery_write(Request *request, const Str codes[RECOVERY_CODES]);                   // member "recovery_codes"
Status session_renew(Request *request, Str *ret_token) MUST_USE;                           // in the transaction: by cookie, the session goes on under a new token. Empty: by bearer
