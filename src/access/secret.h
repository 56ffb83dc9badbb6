// Secrets that the program must be able to read again (a mail server's password, the seed of a one-time code): sealed in the database under a key that is outside it.
#pragma once
#include "access/org.h"

#define SECRET_KEY_FILE "secret.key" // in the data folder; HAIKE_SECRET_KEY names another file. All nodes need the same one
// The key is made when the first secret is sealed (32 random bytes, 0600). What seals contains no key and is of no use without it: "s1:KEY:…", base64url.
Status secret_seal(Org *org, Context *context, Str plain, Str *ret_sealed) MUST_USE;
// STATUS_IO "secret_key_missing": there is no key file; "secret_key_other": it was sealed under another key; "secret_damaged": it is not as it was sealed.
Status secret_open(Org *org, Context *context, Str sealed, Str *ret_plain) MUST_USE;
