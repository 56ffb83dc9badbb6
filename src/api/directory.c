// Signing in with a password that a directory knows: whom it is asked for, and who that is here.
#include "access/secret.h"
#include "api/away.h"
#include "base/log.h"
#include "base/unicode.h"

#define DOWN_MS 30000 // a directory that did not answer is not asked again for so long
#define AWAY_MOST 3

Status away_enter(Request *request) {
        if (__atomic_add_fetch(&request->api->away, 1, __ATOMIC_RELAXED) <= AWAY_MOST)
                return STATUS_OK;
        away_leave(request);
        request->context.error.retry_after_s = 2;
        return error_set(&request->context, STATUS_BUSY, "busy");
}

void away_leave(Request *request) {
        __atomic_sub_fetch(&request->api->away, 1, __ATOMIC_RELAXED);
}

Status directory_read(Request *request, Directory *directory, Str login) {
        Db *db = request->call.db;
        SignInRules rules;
        Provider *list = NULL;
        size_t count = 0;
        Known known;
        bool found = false;
        *directory = (Directory){0};
        TRY(sign_in_rules(db, &rules));
        TRY(known_by_login(db, utf8_valid(login) ? login : STR(""), &known, &found));
        directory->passwords_off = rules.passwords_off;
        directory->emergency = found && rules.emergency == known.id;
        TRY(provider_list(db, &list, &count));
        directory->providers = arena_array(request->context.arena, Provider, count + 1);
        for (size_t i = 0; i < count; i++) {
                Identity identity;
                bool linked = false;
                if (!list[i].active || !str_is(list[i].kind, "ldap"))
                        continue;
                directory->providers[directory->count++] = list[i];
                if (found)
                        TRY(identity_of(db, list[i].id, known.id, &identity, &linked));
                if (linked)
                        directory->linked = list[i].id;
        }
        return STATUS_OK;
}

// ---- Asking one

typedef struct Asking { int64_t provider, user; LdapConfig config; Stranger stranger; LdapEntry entry; } Asking;

static Status find_person(Request *request) {
        Asking *asking = request->prepared;
        Call *call = &request->call;
        call->actor = access_system(request->view.access);
        call->source = STR("ldap");
        TRY(ldap_stranger(call, &asking->config, &asking->entry, &asking->stranger));
        return people_find(call, asking->provider, asking->config.adopt ? MATCH_LOGIN : MATCH_NONE, &asking->config.people, &asking->stranger, &asking->user);
}

static Status verify(Request *request, const Provider *provider, Str login, Str password, Asking *asking, bool *ret_right) {
        Context *context = &request->context;
        Str secret = STR("");
        *ret_right = false;
        TRY(ldap_config_load(context, provider->config, &asking->config));
        if (provider->secret.len)
                TRY(secret_open(request->org, context, provider->secret, &secret));
        TRY(away_enter(request));
        Status status = ldap_verify(context, &asking->config, secret, login, password, &asking->entry, ret_right);
        away_leave(request);
        *ret_right = *ret_right && !asking->entry.disabled;
        return status;
}

static Status person_of(Request *request, Asking *asking) {
        void *kept = request->prepared;
        request->prepared = asking;
        Status status = request_write(request, find_person);
        request->prepared = kept;
        if (status == STATUS_OK && request->reload) { // he is new: the next transaction has to know him
                request->reload = false;
                TRY(org_reload(request->org, &request->context));
        }
        return status;
}

static Status ask(Request *request, const Provider *provider, Str login, Str password, int64_t *user, bool *ret_right) {
        Context *context = &request->context;
        Asking asking = {.provider = provider->id};
        *ret_right = false;
        if (__atomic_load_n(&request->api->directory_down_ms, __ATOMIC_RELAXED) > context->now_ms)
                return error_set(context, STATUS_BUSY, "directory_down");
        Status status = verify(request, provider, login, password, &asking, ret_right);
        if (status != STATUS_OK) {
                log_event(LOG_WARN, "directory_failed", "provider=%lld code=%s said=\"" STR_FMT "\"", (long long)provider->id, context->error.code ? context->error.code : "-", STR_ARG(context->error.args[0]));
                if (context->error.code && strncmp(context->error.code, "net_", 4) == 0)
                        __atomic_store_n(&request->api->directory_down_ms, context->now_ms + DOWN_MS, __ATOMIC_RELAXED);
                error_clear(context);
                return error_set(context, STATUS_BUSY, "directory_down");
        }
        if (!*ret_right)
                return STATUS_OK;
        status = person_of(request, &asking);
        if (status == STATUS_FORBIDDEN) { // the right password of somebody who is nobody here
                error_clear(context);
                *ret_right = false;
                return STATUS_OK;
        }
        *user = asking.user;
        return status;
}

static Status ask_all(Request *request, const Directory *directory, Str login, Str password, int64_t *user, bool *ret_right) {
        bool down = false;
        for (size_t i = 0; i < directory->count && !*ret_right; i++) {
                if (directory->linked && directory->providers[i].id != directory->linked)
                        continue;
                Status status = ask(request, &directory->providers[i], login, password, user, ret_right);
                if (status == STATUS_BUSY) {
                        down = true;
                        continue;
                }
                TRY(status);
        }
        if (*ret_right || !down) {
                error_clear(&request->context);
                return STATUS_OK;
        }
        request->context.error.retry_after_s = DOWN_MS / 1000;
        return STATUS_BUSY;
}

Status directory_decide(Request *request, const Directory *directory, Str login, Str password, int64_t *user, bool *matches, const char **method) {
        Context *context = &request->context;
        bool ours = *matches && (!directory->linked || directory->emergency), right = false;
        int64_t theirs = 0;
        if (ours && directory->passwords_off && !directory->emergency)
                return error_set(context, STATUS_FORBIDDEN, "passwords_off");
        *matches = ours;
        if (ours || !directory->count)
                return STATUS_OK;
        Status status = ask_all(request, directory, login, password, &theirs, &right);
        if (status == STATUS_BUSY && !directory->linked) { // whoever is known here alone has nothing to do with it
                error_clear(context);
                return STATUS_OK;
        }
        TRY(status);
        if (right) {
                *user = theirs;
                *method = "ldap";
        }
        *matches = right;
        return STATUS_OK;
}
