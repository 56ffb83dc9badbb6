// Forgotten passwords. What is asked for is written down for everybody alike; who it was and whether he exists is looked at later, by a thread that nobody waits for.
#pragma once
#include "access/identity.h"

#define RESET_MS ((int64_t)30 * 60 * 1000) // that a link works

// The same statements for a login that there is and one that there is not. STATUS_LIMITED: too often from this address.
Status reset_ask(Db *db, Str login, Str peer) MUST_USE;
typedef struct ResetAsked { int64_t id; Str login; } ResetAsked;
Status reset_next(Db *db, ResetAsked *ret, bool *ret_found) MUST_USE;           // the oldest that nobody has looked at, locked
Status reset_issue(Db *db, int64_t id, int64_t user, Str *ret_token) MUST_USE;  // only the token's hash is kept
Status reset_refuse(Db *db, int64_t id) MUST_USE;                               // nothing is sent
Status reset_find(Db *db, Str token, Known *ret, bool *ret_found) MUST_USE;     // of an active person, not used, not too old
Status reset_use(Db *db, Str token, bool *ret_used) MUST_USE;                   // once; the person's other tokens are void with it
