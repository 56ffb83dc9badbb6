// What is set for a service of OpenID Connect: checking, keeping, telling.
#include "link/net/net.h"
#include "link/oidc/oidc.h"

#define DEPTH 4

static const char *const auths[] = {"basic", "post", "none", NULL};
static const char *const matches[] = {"login", "email", "none", NULL};

static void take_secret(const Config *config, const Provider *before, const OidcConfig *was, const OidcConfig *now, Str *ret_secret) {
        const Json *given = json_get(config->body, "secret");
        bool kept = before && before->secret.len, same = kept && str_eq(was->issuer, now->issuer) && str_eq(was->client_id, now->client_id);
        *ret_secret = STR_NONE;
        if (given && given->kind != JSON_STRING && given->kind != JSON_NULL)
                (void)error_add(config->context, STR("secret"), "wrong_type", STR("text"));
        else if (given)
                *ret_secret = given->kind == JSON_STRING ? given->text : STR("");
        else if (!same)
                *ret_secret = STR("");
        if (ret_secret->len > 1000)
                (void)error_add(config->context, STR("secret"), "too_long", STR("1000"));
        if (now->auth != OIDC_AUTH_NONE && !ret_secret->len && (given || !same))
                (void)config_wrong(config, "secret", kept && !given ? "password_again" : "required");
}

static void check_scopes(const Config *config, Str scopes) {
        Str word = STR_NONE, rest = scopes;
        bool openid = false;
        while (str_cut(&rest, ' ', &word))
                openid |= str_is(word, "openid");
        if (!openid)
                (void)config_wrong(config, "scopes", "oidc_scopes");
}

static Str text_or(Str text, Str fallback) {
        return text.len ? text : fallback;
}

Status oidc_config_take(Context *context, const Json *body, const Provider *before, OidcConfig *ret, Str *ret_secret) {
        static const char *const names[] = {"kind", "label", "active", "issuer", "client_id", "secret", "secret_set", "scopes", "ca", "auth", "match", "login_claim", "trust_email", "second_factor",
                                            "create", "role", "department", "id", "redirect", NULL};
        Config config = {context, body, STR("")};
        OidcConfig was = {0};
        size_t errors = context->error.count;
        if (before)
                TRY(oidc_config_load(context, before->config, &was));
        config_known(&config, names);
        *ret = (OidcConfig){.issuer = config_needed(&config, "issuer", 500), .client_id = config_needed(&config, "client_id", 255), .scopes = text_or(config_text(&config, "scopes", 300), STR("openid profile email")),
                            .ca = config_lines(&config, "ca", 100000), .auth = (OidcAuth)config_choice(&config, "auth", auths, OIDC_AUTH_BASIC), .match = (MatchBy)config_choice(&config, "match", matches, MATCH_LOGIN),
                            .login_claim = text_or(config_text(&config, "login_claim", 60), STR("preferred_username")), .trust_email = config_bool(&config, "trust_email", false),
                            .second_factor = config_bool(&config, "second_factor", false)};
        people_rules_take(&config, &ret->people);
        if (ret->issuer.len && (!net_url_allowed(context->arena, ret->issuer) || str_find_char(ret->issuer, '?') >= 0 || str_find_char(ret->issuer, '#') >= 0))
                (void)config_wrong(&config, "issuer", "bad_issuer");
        if (ret->ca.len && !net_pem_valid(ret->ca))
                (void)config_wrong(&config, "ca", "bad_pem");
        check_scopes(&config, ret->scopes);
        take_secret(&config, before, &was, ret, ret_secret);
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

static int word_index(const char *const *words, Str word) {
        for (int i = 0; words[i]; i++)
                if (str_is(word, words[i]))
                        return i;
        return 0;
}

Status oidc_config_load(Context *context, Str text, OidcConfig *ret) {
        Json *json = NULL;
        TRY(json_parse(context, text, DEPTH, &json));
        *ret = (OidcConfig){.issuer = json_str(json, "issuer", STR("")), .client_id = json_str(json, "client_id", STR("")), .scopes = json_str(json, "scopes", STR("openid")), .ca = json_str(json, "ca", STR("")),
                            .auth = (OidcAuth)word_index(auths, json_str(json, "auth", STR("basic"))), .match = (MatchBy)word_index(matches, json_str(json, "match", STR("login"))),
                            .login_claim = json_str(json, "login_claim", STR("preferred_username")), .trust_email = json_bool(json, "trust_email", false), .second_factor = json_bool(json, "second_factor", false),
                            .people = {.create = json_bool(json, "create", false), .role = json_int(json, "role", 0), .department = json_int(json, "department", 0)}};
        return STATUS_OK;
}

void oidc_config_write(const OidcConfig *config, JsonWriter *w) {
        json_put_str(w, "issuer", config->issuer);
        json_put_str(w, "client_id", config->client_id);
        json_put_str(w, "scopes", config->scopes);
        json_put_str(w, "ca", config->ca);
        json_put_str(w, "auth", str_from(auths[config->auth]));
        json_put_str(w, "match", str_from(matches[config->match]));
        json_put_str(w, "login_claim", config->login_claim);
        json_put_bool(w, "trust_email", config->trust_email);
        json_put_bool(w, "second_factor", config->second_factor);
        people_rules_write(&config->people, w);
}
