// Signing in with the help of other systems, for the files that do it.
#pragma once
#include "access/identity.h"
#include "api/session.h"
#include "link/ldap/ldap.h"

// Asking another system from a request: a few at a time on each node, so that one that does not answer does not hold up what others wait for. STATUS_BUSY: too many do already.
Status away_enter(Request *request) MUST_USE;
void away_leave(Request *request);

// Passwords that a directory knows.
typedef struct Directory {
        Provider *providers; size_t count;  // active ones of kind ldap
        int64_t linked;                     // the one that vouches for this person; 0: none
        bool passwords_off, emergency;
} Directory;
Status directory_read(Request *request, Directory *directory, Str login) MUST_USE; // in the transaction that reads the password's hash
// Decides who may sign in with this password. *user, *matches, *method: what our own password says, changed to what is so. STATUS_FORBIDDEN "passwords_off";
// STATUS_BUSY "directory_down".
Status directory_decide(Request *request, const Directory *directory, Str login, Str password, int64_t *user, bool *matches, const char **method) MUST_USE;

Status password_changed_mail(Request *request, int64_t user) MUST_USE; // in the transaction that changed it; courier_wake() after it
