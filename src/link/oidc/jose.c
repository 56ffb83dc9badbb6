// Calling rhonabwy, which is loaded when the first token is checked.
#include "link/oidc/jose.h"
#include "os/os.h"
#include <rhonabwy.h>

#define RSA_LEAST 2048

#define JOSE_CALLS(X) X(r_jwk_init) X(r_jwk_free) X(r_jwk_import_from_json_str) X(r_jwk_key_type) X(r_jws_init) X(r_jws_free) X(r_jws_advanced_compact_parse) X(r_jws_verify_signature)
#define JOSE_MEMBER(name) __typeof__(&name) name;
#define JOSE_NAME(name) #name,
typedef struct JoseCalls { JOSE_CALLS(JOSE_MEMBER) } JoseCalls;

static bool key_usable(const JoseCalls *calls, jwk_t *key) {
        unsigned int bits = 0;
        int type = calls->r_jwk_key_type(key, &bits, R_FLAG_IGNORE_REMOTE);
        if (type == R_KEY_TYPE_NONE || (type & (R_KEY_TYPE_SYMMETRIC | R_KEY_TYPE_HMAC)))
                return false;
        return !(type & R_KEY_TYPE_RSA) || bits >= RSA_LEAST;
}

static bool verify(const JoseCalls *calls, jws_t *jws, jwk_t *key, const char *token, const char *jwk) {
        return calls->r_jwk_import_from_json_str(key, jwk) == RHN_OK && key_usable(calls, key) && calls->r_jws_advanced_compact_parse(jws, token, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) == RHN_OK &&
               calls->r_jws_verify_signature(jws, key, R_FLAG_IGNORE_REMOTE) == RHN_OK;
}

Status jose_verify(Context *context, const char *token, const char *jwk, bool *ret_good) {
        static const char *const names[] = {JOSE_CALLS(JOSE_NAME)};
        JoseCalls calls;
        jwk_t *key = NULL;
        jws_t *jws = NULL;
        *ret_good = false;
        TRY(library_load(context, "librhonabwy.so.1.1", names, sizeof names / sizeof *names, &calls));
        if (calls.r_jwk_init(&key) == RHN_OK && calls.r_jws_init(&jws) == RHN_OK)
                *ret_good = verify(&calls, jws, key, token, jwk);
        if (jws)
                calls.r_jws_free(jws);
        if (key)
                calls.r_jwk_free(key);
        return STATUS_OK;
}
