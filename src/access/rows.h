// Inside src/access only: what the tables of sign-in have in common: rows that belong to a person and are found by the hash of a token.
#pragma once
#include "access/token.h"
#include "base/json.h"
#include "store/store.h"

Str text_kept(Arena *arena, Str text);                                                        // as much of an address or a browser's name as is kept; what is no text: empty
Status rows_delete_user(Db *db, Str table, int64_t user) MUST_USE;
Status rows_delete_named(Db *db, Str table, int64_t user, Str name, bool *ret_found) MUST_USE; // name: token_name() of its hash
void write_place(Rows *rows, int peer, int agent, JsonWriter *w);                             // members "address", "place" (here, inside, outside or null), "agent"; columns
