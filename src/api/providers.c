// Other services that say who somebody is, for administrators: what is set for each, trying it, taking a directory's people over; and whether passwords of our own count.
#include "access/secret.h"
#include "api/away.h"
#include "api/job.h"
#include "link/oidc/oidc.h"

#define CALLBACK "/api/v1/session/oidc/callback"
#define LABEL_MOST 60
#define CONFIG_CAP ((size_t)512 * 1024)

// ---- Telling

static Status write_provider(Request *request, const Provider *provider) {
        Context *context = &request->context;
        JsonWriter *w = &request->w;
        json_open_object(w);
        json_put_int(w, "id", provider->id);
        json_put_str(w, "kind", provider->kind);
        json_put_str(w, "label", provider->label);
        json_put_bool(w, "active", provider->active);
        json_put_bool(w, "secret_set", provider->secret.len > 0);
        if (str_is(provider->kind, "oidc")) {
                OidcConfig config;
                TRY(oidc_config_load(context, provider->config, &config));
                oidc_config_write(&config, w);
                json_put_str(w, "redirect", request->view.settings->address.len ? str_format(context->arena, STR_FMT CALLBACK, STR_ARG(request->view.settings->address)) : STR(""));
        } else {
                LdapConfig config;
                TRY(ldap_config_load(context, provider->config, &config));
                ldap_config_write(&config, w);
                json_key(w, STR("synced_at"));
                if (provider->synced_ms)
                        json_add_datetime(w, provider->synced_ms);
                else
                        json_add_null(w);
        }
        json_close_object(w);
        return STATUS_OK;
}

static Status rules_write(Request *request) {
        JsonWriter *w = &request->w;
        Provider *list = NULL;
        size_t count = 0;
        SignInRules rules;
        Known known;
        bool found = false;
        TRY(sign_in_rules(request->call.db, &rules));
        TRY(provider_list(request->call.db, &list, &count));
        if (rules.emergency)
                TRY(known_by_id(request->call.db, rules.emergency, &known, &found));
        json_open_object(w);
        json_put_bool(w, "passwords_off", rules.passwords_off);
        json_key(w, STR("emergency"));
        if (found) {
                json_open_object(w);
                json_put_int(w, "id", known.id);
                json_put_str(w, "name", known.name);
                json_close_object(w);
        } else {
                json_add_null(w);
        }
        json_key(w, STR("providers"));
        json_open_array(w);
        for (size_t i = 0; i < count; i++)
                TRY(write_provider(request, &list[i]));
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

static Status note_provider(Request *request, const char *kind, int64_t provider) {
        return note(request, kind, 0, str_format(request->context.arena, "{\"provider\":%lld}", (long long)provider));
}

// ---- Whether passwords count

static Status check_emergency(Request *request, int64_t user) {
        Context *context = &request->context;
        const Actor *actor = NULL;
        Known known;
        bool found = false;
        if (!user)
                return error_add(context, STR("emergency"), "required");
        TRY(known_by_id(request->call.db, user, &known, &found));
        if (!found || !known.active || access_actor(context, request->view.access, user, &actor) != STATUS_OK || !actor->administrator || !known.has_password) {
                error_clear(context);
                return error_add(context, STR("emergency"), "emergency_administrator");
        }
        return STATUS_OK;
}

static Status count_active(Db *db, int64_t except, size_t *ret) {
        Provider *list = NULL;
        size_t count = 0;
        *ret = 0;
        TRY(provider_list(db, &list, &count));
        for (size_t i = 0; i < count; i++)
                *ret += list[i].active && list[i].id != except;
        return STATUS_OK;
}

static Status rules_patch(Request *request) {
        Context *context = &request->context;
        static const char *const names[] = {"passwords_off", "emergency", NULL};
        Config config = {context, request->body, STR("")};
        SignInRules rules;
        size_t active = 0;
        TRY(access_bump(request->call.db)); // of two changes at once one waits here, also those of people
        TRY(sign_in_rules(request->call.db, &rules));
        config_known(&config, names);
        rules.passwords_off = config_bool(&config, "passwords_off", rules.passwords_off);
        rules.emergency = config_int(&config, "emergency", rules.emergency, 0, INT64_C(9007199254740991));
        TRY(error_status(context));
        if (rules.passwords_off) {
                TRY(check_emergency(request, rules.emergency));
                TRY(count_active(request->call.db, 0, &active));
                if (!active)
                        return error_add(context, STR("passwords_off"), "no_provider");
        }
        TRY(sign_in_rules_set(request->call.db, &rules));
        TRY(note(request, "settings.change", 0, str_format(context->arena, "{\"what\":\"sign_in\",\"passwords_off\":%s,\"emergency\":%lld}", rules.passwords_off ? "true" : "false", (long long)rules.emergency)));
        request->call.metadata_changed = true;
        return rules_write(request);
}

// ---- Providers

static Status check_role(Request *request, Str path, int64_t role, bool everybody) {
        Sql select = db_sql(request->call.db);
        if (!role)
                return STATUS_OK;
        sql(&select, "select \"key\" from \"role\" where deleted_at is null and \"id\" = ");
        sql_int(&select, role);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(request->call.db, &select, &rows, &found));
        if (!found)
                (void)error_add(&request->context, path, "bad_reference");
        else if (everybody && str_is(rows_text(rows, 0), ROLE_ADMIN))
                (void)error_add(&request->context, path, "role_for_everybody");
        return STATUS_OK;
}

static void check_department(Request *request, Str path, int64_t department) {
        if (department && !access_department(request->view.access, department))
                (void)error_add(&request->context, path, "bad_reference");
}

static Status check_people(Request *request, const PeopleRules *people) {
        check_department(request, STR("department"), people->department);
        return check_role(request, STR("role"), people->role, true);
}

static Status check_mappings(Request *request, const LdapConfig *config) {
        Arena *arena = request->context.arena;
        for (size_t i = 0; i < config->groups_count; i++)
                TRY(check_role(request, str_format(arena, "groups[%zu].role", i), config->groups[i].role, false));
        for (size_t i = 0; i < config->places_count; i++)
                check_department(request, str_format(arena, "departments[%zu].department", i), config->places[i].department);
        return STATUS_OK;
}

// Mistakes are collected and refused together.
static Status unless_invalid(Status status) {
        return status == STATUS_INVALID ? STATUS_OK : status;
}

// The body as it will be stored; what is given for the secret is sealed, or in *ret_secret where the caller wants to use it at once.
static Status take_provider(Request *request, const Provider *before, Provider *ret, Str *ret_secret) {
        Context *context = &request->context;
        Config config = {context, request->body, STR("")};
        Buf buf = buf_make(context->arena, CONFIG_CAP);
        JsonWriter w = json_writer(&buf);
        ret->label = config_needed(&config, "label", LABEL_MOST);
        ret->active = config_bool(&config, "active", true);
        json_open_object(&w);
        if (str_is(ret->kind, "oidc")) {
                OidcConfig oidc;
                TRY(unless_invalid(oidc_config_take(context, request->body, before, &oidc, ret_secret)));
                TRY(check_people(request, &oidc.people));
                oidc_config_write(&oidc, &w);
        } else {
                LdapConfig ldap;
                TRY(unless_invalid(ldap_config_take(context, request->body, before, &ldap, ret_secret)));
                TRY(check_people(request, &ldap.people));
                TRY(check_mappings(request, &ldap));
                ldap_config_write(&ldap, &w);
        }
        json_close_object(&w);
        ret->config = buf_str(&buf);
        if (buf_full(&buf))
                return error_set(context, STATUS_TOO_LARGE, "body_too_large");
        return error_status(context);
}

static Status seal(Request *request, const Provider *before, Provider *provider, Str secret) {
        provider->secret = !secret.data && before ? before->secret : STR("");
        return secret.len ? secret_seal(request->org, &request->context, secret, &provider->secret) : STATUS_OK;
}

static Status take_kind(Request *request, Str *ret) {
        *ret = json_str(request->body, "kind", STR(""));
        return str_is(*ret, "oidc") || str_is(*ret, "ldap") ? STATUS_OK : error_add(&request->context, STR("kind"), "unknown_option", *ret);
}

static Status parse_body(Request *request) {
        return request_body(request);
}

static Status provider_post(Request *request) {
        Provider provider = {0};
        Str secret = STR_NONE;
        TRY(take_kind(request, &provider.kind));
        TRY(take_provider(request, NULL, &provider, &secret));
        TRY(seal(request, NULL, &provider, secret));
        TRY(provider_save(request->call.db, &provider));
        TRY(note_provider(request, "provider.create", provider.id));
        request->status = 201;
        return write_provider(request, &provider);
}

static Status keep_one(Request *request, int64_t except) {
        SignInRules rules;
        size_t others = 0;
        TRY(access_bump(request->call.db));
        TRY(sign_in_rules(request->call.db, &rules));
        TRY(count_active(request->call.db, except, &others));
        return rules.passwords_off && !others ? error_set(&request->context, STATUS_CONFLICT, "provider_last") : STATUS_OK;
}

static Status provider_put(Request *request) {
        Provider before, provider;
        Str secret = STR_NONE;
        TRY(request_id(request, 0));
        TRY(provider_get(request->call.db, request->id, &before));
        provider = before;
        TRY(take_provider(request, &before, &provider, &secret));
        if (!provider.active)
                TRY(keep_one(request, provider.id));
        TRY(seal(request, &before, &provider, secret));
        TRY(provider_save(request->call.db, &provider));
        TRY(note_provider(request, "provider.change", provider.id));
        request->call.metadata_changed = true;
        return write_provider(request, &provider);
}

static Status provider_remove(Request *request) {
        Provider provider;
        TRY(request_id(request, 0));
        TRY(provider_get(request->call.db, request->id, &provider));
        TRY(keep_one(request, provider.id));
        TRY(provider_delete(request->call.db, provider.id));
        TRY(note_provider(request, "provider.delete", provider.id));
        request->call.metadata_changed = true;
        return request_no_content(request);
}

// ---- Trying what was typed, before it is saved

typedef struct Trial { Provider before, provider; Str secret; bool known; } Trial;

static Status read_trial(Request *request) {
        Trial *trial = request->prepared;
        int64_t id = json_int(request->body, "id", 0);
        trial->known = id != 0;
        if (id)
                TRY(provider_get(request->call.db, id, &trial->before));
        TRY(take_kind(request, &trial->provider.kind));
        TRY(take_provider(request, id ? &trial->before : NULL, &trial->provider, &trial->secret));
        if (!trial->secret.data && trial->before.secret.len)
                return secret_open(request->org, &request->context, trial->before.secret, &trial->secret);
        return STATUS_OK;
}

// What went wrong over there, told at the member that it is about.
static Status told_at(Request *request, const char *field, Status status) {
        Context *context = &request->context;
        if (status == STATUS_OK || (status != STATUS_FORBIDDEN && status != STATUS_BUSY) || !context->error.code)
                return status;
        const char *code = context->error.code;
        Str said = context->error.args[0];
        error_clear(context);
        return error_add(context, str_from(field), code, said);
}

static Status try_oidc(Request *request, const Trial *trial) {
        OidcConfig config;
        OidcEndpoints endpoints;
        TRY(oidc_config_load(&request->context, trial->provider.config, &config));
        TRY(told_at(request, "issuer", oidc_discover(&request->context, &config, &endpoints)));
        json_put_str(&request->w, "authorize", endpoints.authorize);
        json_put_str(&request->w, "token", endpoints.token);
        return STATUS_OK;
}

static Status try_ldap(Request *request, const Trial *trial) {
        Context *context = &request->context;
        LdapConfig config;
        LdapLink *link = NULL;
        LdapEntry *people = NULL;
        size_t count = 0;
        TRY(ldap_config_load(context, trial->provider.config, &config));
        Status status = ldap_open(context, &config, trial->secret, &link);
        if (status == STATUS_OK)
                status = ldap_people(context, link, &people, &count);
        ldap_close(link);
        TRY(told_at(request, ldap_field(context), status));
        json_put_int(&request->w, "people", (int64_t)count);
        json_key(&request->w, STR("examples"));
        json_open_array(&request->w);
        for (size_t i = 0; i < count && i < 5; i++) {
                json_open_object(&request->w);
                json_put_str(&request->w, "login", people[i].login);
                json_put_str(&request->w, "name", people[i].name);
                json_put_str(&request->w, "email", people[i].email);
                json_put_int(&request->w, "groups", (int64_t)people[i].groups_count);
                json_close_object(&request->w);
        }
        json_close_array(&request->w);
        return STATUS_OK;
}

static Status trial_post(Request *request) {
        Trial *trial = arena_new_of(request->context.arena, Trial);
        request->prepared = trial;
        TRY(request_body(request));
        TRY(request_read(request, read_trial));
        TRY(away_enter(request));
        json_open_object(&request->w);
        Status status = str_is(trial->provider.kind, "oidc") ? try_oidc(request, trial) : try_ldap(request, trial);
        json_close_object(&request->w);
        away_leave(request);
        return status;
}

// ---- Taking people over

typedef struct Taking { LdapSync sync; int64_t job; } Taking;

static Status add_sync(Request *request) {
        Taking *taking = request->prepared;
        Provider provider;
        bool taken = false;
        TRY(provider_get(request->call.db, request->id, &provider));
        if (!str_is(provider.kind, "ldap"))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        taking->sync.provider = provider.id;
        if (!taking->sync.dry_run)
                TRY(provider_sync_take(request->call.db, provider.id, request->context.now_ms, &taken));
        TRY(job_add(&request->call, "ldap_sync", &taking->job));
        return job_added(request, taking->job);
}

static Status sync_post(Request *request) {
        Taking *taking = arena_new_of(request->context.arena, Taking);
        Config config = {.context = &request->context};
        static const char *const names[] = {"dry_run", "force", NULL};
        request->prepared = taking;
        TRY(request_id(request, 0));
        TRY(request_body(request));
        config.body = request->body;
        config_known(&config, names);
        taking->sync = (LdapSync){.dry_run = config_bool(&config, "dry_run", false), .force = config_bool(&config, "force", false)};
        TRY(error_status(&request->context));
        TRY(request_write(request, add_sync));
        return job_begin(request, taking->job, false, ldap_sync_run, ldap_sync_copy, &taking->sync);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/settings/sign-in", ROUTE_READ, ACCESS_ADMIN, .run = rules_write, .id = "getSignInSettings", .summary = "Services that people sign in with, and whether passwords count"},
        {HTTP_PATCH, "/api/v1/settings/sign-in", ROUTE_WRITE, ACCESS_ADMIN, .prepare = parse_body, .run = rules_patch, .id = "changeSignInSettings", .summary = "Turns passwords off, but for one named administrator's"},
        {HTTP_POST, "/api/v1/settings/providers", ROUTE_WRITE, ACCESS_ADMIN, .prepare = parse_body, .run = provider_post, .id = "createProvider", .summary = "Adds a service (OIDC) or a directory (LDAP)", .secret = true},
        {HTTP_PUT, "/api/v1/settings/providers/{id}", ROUTE_WRITE, ACCESS_ADMIN, .prepare = parse_body, .run = provider_put, .id = "putProvider", .summary = "Changes one; the secret stays where none is given"},
        {HTTP_DELETE, "/api/v1/settings/providers/{id}", ROUTE_WRITE, ACCESS_ADMIN, .run = provider_remove, .id = "deleteProvider", .summary = "Removes one, with the accounts that were linked by it"},
        {HTTP_POST, "/api/v1/settings/providers/test", ROUTE_SLOW, ACCESS_ADMIN, .run = trial_post, .id = "testProvider", .summary = "Asks a service or a directory with settings that need not be saved", .secret = true},
        {HTTP_POST, "/api/v1/settings/providers/{id}/sync", ROUTE_SLOW, ACCESS_ADMIN, .run = sync_post, .id = "syncProvider", .summary = "Takes a directory's people over, or says what that would do; a job"},
        {0},
};
const Route *const api_provider_routes = table;
