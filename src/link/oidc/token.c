// Checking an ID token. The header is read here first: which algorithms and which keys count is decided by us and by the service's key set, never by what the token brings.
// The signature itself is rhonabwy's, loaded when first used; it is given a token that says nothing else any more.
#include "link/oidc/jose.h"
#include "link/oidc/oidc.h"
#include <sodium.h>

#define TOKEN_MOST 32768
#define HEADER_MOST 4096
#define KEYS_MOST 20   // that are tried
#define SKEW_S 120     // that clocks may differ

typedef struct Algorithm { const char *name, *kty, *curve; } Algorithm;
static const Algorithm algorithms[] = {
        {"RS256", "RSA", NULL}, {"RS384", "RSA", NULL}, {"RS512", "RSA", NULL}, {"PS256", "RSA", NULL}, {"PS384", "RSA", NULL}, {"PS512", "RSA", NULL},
        {"ES256", "EC", "P-256"}, {"ES384", "EC", "P-384"}, {"ES512", "EC", "P-521"}, {"EdDSA", "OKP", "Ed25519"},
};

static Status bad(Context *context, Str what) {
        return error_set(context, STATUS_FORBIDDEN, "oidc_token", what);
}

static const Algorithm *find_algorithm(Str name) {
        for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
                if (str_is(name, algorithms[i].name))
                        return &algorithms[i];
        return NULL;
}

static bool decode(Arena *arena, Str text, Str *ret) {
        size_t length = 0;
        unsigned char *bytes = arena_alloc(arena, text.len + 1);
        if (sodium_base642bin(bytes, text.len + 1, text.data, text.len, NULL, &length, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
                return false;
        *ret = str_make((const char *)bytes, length);
        return true;
}

static Status read_header(Context *context, Str part, const Algorithm **ret, Str *ret_kid) {
        Json *header = NULL;
        Str text = STR_NONE;
        if (part.len > HEADER_MOST || !decode(context->arena, part, &text) || json_parse(context, text, 4, &header) != STATUS_OK || header->kind != JSON_OBJECT) {
                error_clear(context);
                return bad(context, STR("header"));
        }
        *ret = find_algorithm(json_str(header, "alg", STR("")));
        *ret_kid = json_str(header, "kid", STR_NONE);
        if (!*ret)
                return bad(context, STR("alg"));
        return json_get(header, "crit") ? bad(context, STR("crit")) : STATUS_OK;
}

// May this key of the service's set have signed it?
static bool key_fits(const Json *key, const Algorithm *algorithm, Str kid) {
        Str use = json_str(key, "use", STR("sig")), alg = json_str(key, "alg", str_from(algorithm->name)), own = json_str(key, "kid", STR_NONE);
        if (key->kind != JSON_OBJECT || !str_is(json_str(key, "kty", STR("")), algorithm->kty) || !str_is(use, "sig") || !str_is(alg, algorithm->name))
                return false;
        if (algorithm->curve && !str_is(json_str(key, "crv", STR("")), algorithm->curve))
                return false;
        return str_empty(kid) || str_eq(kid, own);
}

static Status verify_with(Context *context, Str token, const Json *key, bool *ret_good) {
        Buf text = buf_make(context->arena, 64 * 1024);
        JsonWriter w = json_writer(&text);
        json_add_tree(&w, key);
        *ret_good = false;
        return buf_full(&text) ? STATUS_OK : jose_verify(context, str_c(context->arena, token), str_c(context->arena, buf_str(&text)), ret_good);
}

Status jwt_take(Context *context, Str token, const Json *keys, Str *ret_payload) {
        const Algorithm *algorithm = NULL;
        const Json *list = json_get(keys, "keys");
        Str rest = token, header = STR_NONE, payload = STR_NONE, signature = STR_NONE, kid = STR_NONE;
        if (token.len > TOKEN_MOST || !str_cut(&rest, '.', &header) || !str_cut(&rest, '.', &payload) || !str_cut(&rest, '.', &signature) || rest.len || str_empty(signature))
                return bad(context, STR("JWS"));
        TRY(read_header(context, header, &algorithm, &kid));
        if (!decode(context->arena, payload, ret_payload))
                return bad(context, STR("payload"));
        size_t tried = 0;
        for (size_t i = 0; list && list->kind == JSON_ARRAY && i < list->count && tried < KEYS_MOST; i++) {
                if (!key_fits(&list->items[i], algorithm, kid))
                        continue;
                bool good = false;
                tried++;
                TRY(verify_with(context, token, &list->items[i], &good));
                if (good)
                        return STATUS_OK;
        }
        return bad(context, tried ? STR("signature") : STR("kid"));
}

// ---- Claims

static bool take_time(const Json *claims, const char *name, int64_t *ret_s) {
        const Json *value = json_get(claims, name);
        if (!value || value->kind != JSON_NUMBER)
                return false;
        Str whole = value->text, head = STR_NONE;
        (void)str_cut(&whole, '.', &head);
        return str_to_int64(head, ret_s) && *ret_s > 0 && *ret_s < INT64_C(100000000000);
}

static bool audience_fits(const Json *claims, Str client_id) {
        const Json *audience = json_get(claims, "aud"), *party = json_get(claims, "azp");
        bool is_party = party && party->kind == JSON_STRING && str_eq(party->text, client_id), found = false;
        if (party && !is_party)
                return false;
        if (audience && audience->kind == JSON_STRING)
                return str_eq(audience->text, client_id);
        for (size_t i = 0; audience && audience->kind == JSON_ARRAY && i < audience->count; i++)
                found |= audience->items[i].kind == JSON_STRING && str_eq(audience->items[i].text, client_id);
        return found && (audience->count == 1 || is_party);
}

static bool same_secret(Str a, Str b) {
        return a.len == b.len && a.len > 0 && sodium_memcmp(a.data, b.data, a.len) == 0;
}

Status oidc_claims_check(Context *context, const OidcExpected *expected, const Json *claims) {
        int64_t now_s = expected->now_ms / 1000, expires_s = 0, issued_s = 0, begins_s = 0;
        if (!str_eq(json_str(claims, "iss", STR("")), expected->issuer))
                return bad(context, STR("iss"));
        if (!audience_fits(claims, expected->client_id))
                return bad(context, STR("aud"));
        if (!take_time(claims, "exp", &expires_s) || expires_s + SKEW_S <= now_s)
                return bad(context, STR("exp"));
        if (!take_time(claims, "iat", &issued_s) || issued_s - SKEW_S > now_s || issued_s < now_s - 24 * 3600)
                return bad(context, STR("iat"));
        if (json_get(claims, "nbf") && (!take_time(claims, "nbf", &begins_s) || begins_s - SKEW_S > now_s))
                return bad(context, STR("nbf"));
        if (!same_secret(json_str(claims, "nonce", STR("")), expected->nonce))
                return bad(context, STR("nonce"));
        Str subject = json_str(claims, "sub", STR(""));
        return subject.len && subject.len <= 255 ? STATUS_OK : bad(context, STR("sub"));
}
