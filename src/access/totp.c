// One-time codes by time (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, steps of thirty seconds; and Base32 (RFC 4648), in which their secrets are written.
#include "access/signin.h"
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char base32_alphabet[33] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

Str base32_format(Arena *arena, Str bytes) {
        Buf buf = buf_make(arena, bytes.len * 2 + 8);
        uint32_t held = 0;
        int bits = 0;
        for (size_t i = 0; i < bytes.len; i++) {
                held = (held << 8) | (unsigned char)bytes.data[i];
                for (bits += 8; bits >= 5; bits -= 5)
                        buf_add_char(&buf, base32_alphabet[(held >> (bits - 5)) & 31]);
        }
        if (bits > 0)
                buf_add_char(&buf, base32_alphabet[(held << (5 - bits)) & 31]);
        return buf_str(&buf);
}

bool base32_parse(Arena *arena, Str text, Str *ret_bytes) {
        Buf buf = buf_make(arena, text.len + 1);
        uint32_t held = 0;
        int bits = 0;
        for (size_t i = 0; i < text.len; i++) {
                char c = (char)toupper((unsigned char)text.data[i]);
                if (c == ' ' || c == '-' || c == '=')
                        continue;
                const char *found = c ? strchr(base32_alphabet, c) : NULL;
                if (!found)
                        return false;
                held = (held << 5) | (uint32_t)(found - base32_alphabet);
                bits += 5;
                if (bits >= 8) {
                        bits -= 8;
                        buf_add_char(&buf, (char)(held >> bits));
                }
        }
        *ret_bytes = buf_str(&buf);
        return true;
}

Str totp_code(Arena *arena, Str key, int64_t step) {
        unsigned char counter[8], hash[EVP_MAX_MD_SIZE];
        unsigned int length = 0;
        for (int i = 0; i < 8; i++)
                counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
        ensure(HMAC(EVP_sha1(), key.data, (int)key.len, counter, sizeof counter, hash, &length) && length == 20);
        int at = hash[length - 1] & 15;
        uint32_t number = ((uint32_t)(hash[at] & 0x7f) << 24) | ((uint32_t)hash[at + 1] << 16) | ((uint32_t)hash[at + 2] << 8) | hash[at + 3];
        return str_format(arena, "%06u", number % 1000000);
}
