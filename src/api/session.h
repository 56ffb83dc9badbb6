// Signing in. Whoever has proved who he is, in whatever way, goes through session_begin; there is no other way to a session but the first start's.
#pragma once
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

void session_begin_answer(Request *request, Str token); // opens the object: who is signed in, what they may do; token may be empty. The caller closes it
void session_set_cookie(Request *request, Str token);
