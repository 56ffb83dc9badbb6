// Random tokens whose bearer is let in. Tables hold their BLAKE2b hash, so that a copy of the database opens nothing.
#pragma once
#include "base/value.h"

#define TOKEN_TEXT 43 // characters: base64url of 32 bytes, without padding

Str token_new(Arena *arena);
Value token_hash(Arena *arena, Str token);   // 32 bytes, as a BLOB
Str token_name(Arena *arena, Str hash);      // by which the owner of a row is told of it: 16 hexadecimal digits of the hash, which open nothing
