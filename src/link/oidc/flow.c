// The two calls that a sign-in makes at the service, and the address in between where the browser is sent.
#include "link/net/net.h"
#include "link/oidc/oidc.h"
#include <sodium.h>

#define TIMEOUT_MS 10000
#define ANSWER_MOST ((size_t)512 * 1024)
#define DEPTH 12
#define CODE_MOST 4096

// What went wrong over there: its words only where they are few and plain.
static Status failed(Context *context, const char *code, Str said) {
        Buf text = buf_make(context->arena, 400);
        for (size_t i = 0; i < said.len && i < 200; i++)
                buf_add_char(&text, said.data[i] >= ' ' && said.data[i] < 0x7F ? said.data[i] : '?');
        return error_set(context, STATUS_FORBIDDEN, code, buf_str(&text));
}

static Status fetch_json(Context *context, const OidcConfig *config, NetFetch *fetch, Json **ret) {
        NetOutcome outcome;
        fetch->ca = config->ca;
        fetch->most = ANSWER_MOST;
        fetch->timeout_ms = TIMEOUT_MS;
        TRY(net_fetch(context, fetch, &outcome));
        if (outcome.result != NET_DONE)
                return failed(context, net_code(outcome.result), outcome.answer);
        if (json_parse(context, outcome.answer, DEPTH, ret) != STATUS_OK || (*ret)->kind != JSON_OBJECT) {
                error_clear(context);
                return failed(context, "oidc_answer", str_format(context->arena, "HTTP %d", outcome.code));
        }
        if (outcome.code != 200)
                return failed(context, "oidc_refused", json_str(*ret, "error", str_format(context->arena, "HTTP %d", outcome.code)));
        return STATUS_OK;
}

static bool endpoint(Context *context, const Json *json, const char *name, Str *ret) {
        *ret = json_str(json, name, STR(""));
        return net_url_allowed(context->arena, *ret);
}

static bool list_has(const Json *json, const char *name, const char *word, bool absent) {
        const Json *list = json_get(json, name);
        if (!list || list->kind != JSON_ARRAY)
                return absent;
        for (size_t i = 0; i < list->count; i++)
                if (list->items[i].kind == JSON_STRING && str_is(list->items[i].text, word))
                        return true;
        return false;
}

Status oidc_discover(Context *context, const OidcConfig *config, OidcEndpoints *ret) {
        Json *json = NULL;
        Str base = config->issuer;
        while (str_ends(base, STR("/")))
                base = str_slice(base, 0, base.len - 1);
        NetFetch fetch = {.url = str_format(context->arena, STR_FMT "/.well-known/openid-configuration", STR_ARG(base))};
        TRY(fetch_json(context, config, &fetch, &json));
        *ret = (OidcEndpoints){.issuer = json_str(json, "issuer", STR("")), .names_issuer = json_bool(json, "authorization_response_iss_parameter_supported", false)};
        if (!str_eq(ret->issuer, config->issuer))
                return failed(context, "oidc_issuer", ret->issuer);
        if (!endpoint(context, json, "authorization_endpoint", &ret->authorize) || !endpoint(context, json, "token_endpoint", &ret->token) || !endpoint(context, json, "jwks_uri", &ret->keys))
                return failed(context, "oidc_endpoints", STR(""));
        if (!endpoint(context, json, "userinfo_endpoint", &ret->userinfo))
                ret->userinfo = STR("");
        if (!list_has(json, "response_types_supported", "code", true))
                return failed(context, "oidc_endpoints", STR("response_types_supported"));
        return STATUS_OK;
}

Str oidc_endpoints_text(Arena *arena, const OidcEndpoints *endpoints) {
        Buf buf = buf_make(arena, 16 * 1024);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "issuer", endpoints->issuer);
        json_put_str(&w, "authorize", endpoints->authorize);
        json_put_str(&w, "token", endpoints->token);
        json_put_str(&w, "keys", endpoints->keys);
        json_put_str(&w, "userinfo", endpoints->userinfo);
        json_put_bool(&w, "names_issuer", endpoints->names_issuer);
        json_close_object(&w);
        return buf_str(&buf);
}

Status oidc_endpoints_load(Context *context, Str text, OidcEndpoints *ret) {
        Json *json = NULL;
        TRY(json_parse(context, text, 2, &json));
        *ret = (OidcEndpoints){.issuer = json_str(json, "issuer", STR("")), .authorize = json_str(json, "authorize", STR("")), .token = json_str(json, "token", STR("")), .keys = json_str(json, "keys", STR("")),
                               .userinfo = json_str(json, "userinfo", STR("")), .names_issuer = json_bool(json, "names_issuer", false)};
        return STATUS_OK;
}

static Str challenge_of(Arena *arena, Str verifier) {
        unsigned char hash[crypto_hash_sha256_BYTES];
        char text[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
        crypto_hash_sha256(hash, (const unsigned char *)verifier.data, verifier.len);
        sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        return str_copy(arena, str_from(text));
}

Str oidc_authorize_url(Arena *arena, const OidcConfig *config, const OidcEndpoints *endpoints, const OidcFlow *flow) {
        Buf url = buf_make(arena, 16 * 1024);
        buf_add(&url, endpoints->authorize);
        if (str_find_char(endpoints->authorize, '?') < 0)
                buf_add_char(&url, '?');
        net_form_add(&url, "response_type", STR("code"));
        net_form_add(&url, "client_id", config->client_id);
        net_form_add(&url, "redirect_uri", flow->redirect);
        net_form_add(&url, "scope", config->scopes);
        net_form_add(&url, "state", flow->state);
        net_form_add(&url, "nonce", flow->nonce);
        net_form_add(&url, "code_challenge", challenge_of(arena, flow->verifier));
        net_form_add(&url, "code_challenge_method", STR("S256"));
        return buf_str(&url);
}

static Str form_word(Arena *arena, Str text) { // RFC 6749 2.3.1: the parts of Basic are encoded as in a form
        Buf buf = buf_make(arena, 8 * 1024);
        net_form_add(&buf, "", text);
        return str_slice(buf_str(&buf), 1, buf.len);
}

static Status exchange(Context *context, const OidcConfig *config, const OidcEndpoints *endpoints, const OidcFlow *flow, Str code, Str secret, Json **ret) {
        Buf form = buf_make(context->arena, 32 * 1024);
        NetFetch fetch = {.url = endpoints->token};
        net_form_add(&form, "grant_type", STR("authorization_code"));
        net_form_add(&form, "code", code);
        net_form_add(&form, "redirect_uri", flow->redirect);
        net_form_add(&form, "code_verifier", flow->verifier);
        if (config->auth == OIDC_AUTH_BASIC) {
                fetch.user = form_word(context->arena, config->client_id);
                fetch.password = form_word(context->arena, secret);
        } else {
                net_form_add(&form, "client_id", config->client_id);
        }
        if (config->auth == OIDC_AUTH_POST)
                net_form_add(&form, "client_secret", secret);
        fetch.form = buf_str(&form);
        return fetch_json(context, config, &fetch, ret);
}

// ---- Who it is

static Str claim(const Json *claims, const Json *more, Str name) {
        const Json *value = json_find(claims, name);
        if (!value || value->kind != JSON_STRING)
                value = more ? json_find(more, name) : NULL;
        return value && value->kind == JSON_STRING && value->text.len <= 500 ? str_trim(value->text) : STR("");
}

static bool claim_true(const Json *claims, const Json *more, const char *name) {
        return json_is_true(json_get(claims, name)) || (more && json_is_true(json_get(more, name)));
}

// Many services put the address and the name only there. It must speak of the same person.
static Status ask_more(Context *context, const OidcConfig *config, const OidcEndpoints *endpoints, Str access_token, Str subject, Json **ret) {
        bool usable = access_token.len > 0;
        for (size_t i = 0; i < access_token.len; i++)
                usable = usable && access_token.data[i] > ' ' && access_token.data[i] < 0x7F;
        if (!usable || str_empty(endpoints->userinfo))
                return STATUS_OK;
        NetFetch fetch = {.url = endpoints->userinfo, .bearer = access_token};
        TRY(fetch_json(context, config, &fetch, ret));
        return str_eq(json_str(*ret, "sub", STR("")), subject) ? STATUS_OK : failed(context, "oidc_token", STR("userinfo sub"));
}

static Status take_person(Context *context, const OidcConfig *config, const OidcEndpoints *endpoints, const Json *answer, const Json *claims, Stranger *ret) {
        Str subject = json_str(claims, "sub", STR(""));
        bool lacks = str_empty(claim(claims, NULL, config->login_claim)) || str_empty(claim(claims, NULL, STR("email"))) || str_empty(claim(claims, NULL, STR("name")));
        Json *more = NULL;
        if (lacks)
                TRY(ask_more(context, config, endpoints, json_str(answer, "access_token", STR("")), subject, &more));
        *ret = (Stranger){.subject = subject, .login = claim(claims, more, config->login_claim), .name = claim(claims, more, STR("name")), .email = claim(claims, more, STR("email"))};
        ret->email_verified = ret->email.len && (config->trust_email || claim_true(claims, more, "email_verified"));
        ret->shown = ret->login.len ? ret->login : ret->email.len ? ret->email : subject;
        if (!ret->email_verified && config->match != MATCH_EMAIL)
                ret->email = STR(""); // nobody has shown that it is his
        return STATUS_OK;
}

Status oidc_finish(Context *context, const OidcConfig *config, const OidcEndpoints *endpoints, const OidcFlow *flow, Str code, Str secret, Stranger *ret) {
        Json *answer = NULL, *keys = NULL, *claims = NULL;
        Str payload = STR_NONE;
        if (str_empty(code) || code.len > CODE_MOST)
                return failed(context, "oidc_refused", STR("code"));
        TRY(exchange(context, config, endpoints, flow, code, secret, &answer));
        // The keys are asked for each time: what the service has withdrawn counts no more, and new ones count at once.
        NetFetch fetch = {.url = endpoints->keys};
        TRY(fetch_json(context, config, &fetch, &keys));
        TRY(jwt_take(context, json_str(answer, "id_token", STR("")), keys, &payload));
        if (json_parse(context, payload, DEPTH, &claims) != STATUS_OK || claims->kind != JSON_OBJECT) {
                error_clear(context);
                return failed(context, "oidc_token", STR("JSON"));
        }
        OidcExpected expected = {.issuer = endpoints->issuer, .client_id = config->client_id, .nonce = flow->nonce, .now_ms = context->now_ms};
        TRY(oidc_claims_check(context, &expected, claims));
        return take_person(context, config, endpoints, answer, claims, ret);
}
