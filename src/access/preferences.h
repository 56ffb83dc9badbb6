// Preferences of one person (table preference), and forgetting a person.
#pragma once
#include "store/store.h"

#define PREFERENCES_LARGEST (64u << 10) // bytes of JSON
Status preferences_get(Db *db, int64_t user, Str *ret_json) MUST_USE;      // {} where nothing was set
Status preferences_set(Db *db, int64_t user, Str json) MUST_USE;
Status person_forget(Db *db, int64_t user) MUST_USE;                       // sessions, password, preferences: what this layer keeps of a user who goes for good
