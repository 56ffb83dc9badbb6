// Signing in at another service by OpenID Connect: authorization code with PKCE, state and nonce. Asking the service waits for a network: in the slow lane, outside of
// transactions. Errors carry a code of texts.json and, for administrators, what the service said.
#pragma once
#include "access/identity.h"
#include "link/people.h"

typedef enum OidcAuth { OIDC_AUTH_BASIC, OIDC_AUTH_POST, OIDC_AUTH_NONE } OidcAuth;
typedef struct OidcConfig {
        Str issuer, client_id, scopes, ca;
        OidcAuth auth;         // how we prove who we are when the code is exchanged
        MatchBy match;
        Str login_claim;       // "preferred_username"
        bool trust_email;      // the service does not say which addresses are verified: all are
        bool second_factor;    // the service asks for one itself
        PeopleRules people;
} OidcConfig;
// Members of a JSON object; *ret_secret: a new client secret, data NULL where the stored one stays.
Status oidc_config_take(Context *context, const Json *body, const Provider *before, OidcConfig *ret, Str *ret_secret) MUST_USE;
Status oidc_config_load(Context *context, Str json, OidcConfig *ret) MUST_USE;
void oidc_config_write(const OidcConfig *config, JsonWriter *w); // members

typedef struct OidcEndpoints { Str issuer, authorize, token, keys, userinfo; bool names_issuer; } OidcEndpoints; // names_issuer: its answers say who it is (RFC 9207)
Status oidc_discover(Context *context, const OidcConfig *config, OidcEndpoints *ret) MUST_USE;
Str oidc_endpoints_text(Arena *arena, const OidcEndpoints *endpoints);
Status oidc_endpoints_load(Context *context, Str text, OidcEndpoints *ret) MUST_USE;

typedef struct OidcFlow { Str state, nonce, verifier, redirect; } OidcFlow;
Str oidc_authorize_url(Arena *arena, const OidcConfig *config, const OidcEndpoints *endpoints, const OidcFlow *flow);
// Exchanges the code, checks the ID token (signature, iss, aud, azp, exp, iat, nbf, nonce) and takes out who it is; what the token does not say is asked for.
Status oidc_finish(Context *context, const OidcConfig *config, const OidcEndpoints *endpoints, const OidcFlow *flow, Str code, Str secret, Stranger *ret) MUST_USE;

// Parts of it, for tests.
typedef struct OidcExpected { Str issuer, client_id, nonce; int64_t now_ms; } OidcExpected;
Status jwt_take(Context *context, Str token, const Json *keys, Str *ret_payload) MUST_USE;     // signature by one of a JWK set; asymmetric algorithms only
Status oidc_claims_check(Context *context, const OidcExpected *expected, const Json *claims) MUST_USE;
