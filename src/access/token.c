// Making and hashing tokens.
#include "access/token.h"
#include "os/os.h"
#include <sodium.h>

#define TOKEN_BYTES 32
#define NAME_BYTES 8

Str token_new(Arena *arena) {
        unsigned char random[TOKEN_BYTES];
        char text[TOKEN_TEXT + 1];
        os_random(random, sizeof random);
        sodium_bin2base64(text, sizeof text, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        return str_copy(arena, str_from(text));
}

Value token_hash(Arena *arena, Str token) {
        unsigned char hash[crypto_generichash_BYTES];
        ensure(sodium_init() >= 0);
        crypto_generichash(hash, sizeof hash, (const unsigned char *)(token.data ? token.data : ""), token.len, NULL, 0);
        return value_blob((Str){arena_copy(arena, hash, sizeof hash), sizeof hash});
}

Str token_name(Arena *arena, Str hash) {
        char text[NAME_BYTES * 2 + 1] = "";
        if (hash.len >= NAME_BYTES)
                sodium_bin2hex(text, sizeof text, (const unsigned char *)hash.data, NAME_BYTES);
        return str_copy(arena, str_from(text));
}
