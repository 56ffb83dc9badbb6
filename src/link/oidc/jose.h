// Signatures of tokens, by rhonabwy: in a file of its own, because its JSON library's names are ours.
#pragma once
#include "base/context.h"

// *ret_good: the key (one public JWK, as JSON) has signed the token (JWS in its compact form). Nothing is taken from the token's own header but the algorithm.
Status jose_verify(Context *context, const char *token, const char *jwk, bool *ret_good) MUST_USE;
