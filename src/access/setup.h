// The first start: while nobody is there to sign in, who knows the code that the server printed makes the first administrator.
#pragma once
#include "store/store.h"

Status setup_needed(Db *db, bool *ret) MUST_USE;                           // there is no user, and never was
Status setup_code_new(Db *db, Str *ret_code) MUST_USE;                     // one more; each node prints its own. They are good until there is a user
Status setup_code_matches(Db *db, Str code, bool *ret) MUST_USE;           // capitals, spaces and dashes do not matter
Status setup_codes_forget(Db *db) MUST_USE;
