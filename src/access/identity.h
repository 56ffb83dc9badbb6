// Other services that say who somebody is: what is set for each (OIDC, LDAP), which of their people is which of ours, and sign-ins that are on their way there and back.
#pragma once
#include "access/org.h"

typedef struct Provider {
        int64_t id;      // 0: new
        Str kind;        // "oidc", "ldap"
        Str label;       // what its button says
        bool active;
        Str config;      // JSON; what it holds is known to src/link
        Str secret;      // sealed (secret.h); empty: none
        int64_t synced_ms; // when its people were taken over last; 0: never
} Provider;
Status provider_list(Db *db, Provider **ret, size_t *ret_count) MUST_USE;
Status provider_get(Db *db, int64_t id, Provider *ret) MUST_USE;          // STATUS_NOT_FOUND
Status provider_save(Db *db, Provider *provider) MUST_USE;                // new ones are given their id
Status provider_delete(Db *db, int64_t id) MUST_USE;                      // with the identities that it vouched for
// Takes the turn of a synchronisation that is due: of several nodes one is told true.
Status provider_sync_take(Db *db, int64_t id, int64_t before_ms, bool *ret_taken) MUST_USE;

typedef struct Identity { int64_t id, provider, user; Str subject, name; Value created_at, seen_at; } Identity; // subject: unchanging id over there; name: as people read it
Status identity_find(Db *db, int64_t provider, Str subject, Identity *ret, bool *ret_found) MUST_USE;
Status identity_of(Db *db, int64_t provider, int64_t user, Identity *ret, bool *ret_found) MUST_USE;
Status identity_list(Db *db, int64_t provider, int64_t user, Identity **ret, size_t *ret_count) MUST_USE; // 0: of any
Status identity_add(Db *db, const Identity *identity, int64_t *ret_id) MUST_USE;   // STATUS_CONFLICT "identity_taken": one of both has another already
Status identity_seen(Db *db, int64_t id, Str name) MUST_USE;
Status identity_delete(Db *db, int64_t id) MUST_USE;

// A person of ours by login or by e-mail address, active or not; several with one address: none, and *ret_several.
typedef struct Known { int64_t id; Str login, name, email, lang; bool active, has_password; } Known;
Status known_by_id(Db *db, int64_t user, Known *ret, bool *ret_found) MUST_USE;
Status known_by_login(Db *db, Str login, Known *ret, bool *ret_found) MUST_USE;
Status known_by_email(Db *db, Str email, Known *ret, bool *ret_found, bool *ret_several) MUST_USE;

#define FLOW_MS ((int64_t)10 * 60 * 1000)
typedef struct SignInFlow { int64_t provider, user; Str nonce, verifier, next, endpoints; } SignInFlow; // user: who links himself; 0: somebody signs in
Status flow_add(Db *db, Str state, Str browser, const SignInFlow *flow) MUST_USE;  // state and browser are tokens (token.h), kept as hashes
// Taken once, by the browser that began it: STATUS_NOT_FOUND "flow_unknown" otherwise.
Status flow_take(Db *db, Str state, Str browser, SignInFlow *ret) MUST_USE;

// How people may sign in, one for the whole organisation.
typedef struct SignInRules { bool passwords_off; int64_t emergency; } SignInRules; // emergency: the one administrator whose password goes on working
Status sign_in_rules(Db *db, SignInRules *ret) MUST_USE;
Status sign_in_rules_set(Db *db, const SignInRules *rules) MUST_USE;
