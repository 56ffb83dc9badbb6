// Finding out which of ours a stranger is: by what was noted of him before, else by his login or his verified address; else he is made, where that is set.
#include "link/people.h"
#include "access/audit.h"

#define SUBJECT_MOST 255

static Status check_role(const Config *config, int64_t role) {
        if (role <= 0)
                return config_wrong(config, "role", "required");
        return STATUS_OK;
}

void people_rules_take(const Config *config, PeopleRules *ret) {
        *ret = (PeopleRules){.create = config_bool(config, "create", false), .role = config_int(config, "role", 0, 0, INT64_C(9007199254740991)),
                             .department = config_int(config, "department", 0, 0, INT64_C(9007199254740991))};
        if (ret->create)
                (void)check_role(config, ret->role);
}

void people_rules_write(const PeopleRules *rules, JsonWriter *w) {
        json_put_bool(w, "create", rules->create);
        json_put_int(w, "role", rules->role);
        json_put_int(w, "department", rules->department);
}

static void put_some(JsonWriter *w, const char *field, Str text) {
        if (text.len)
                json_put_str(w, field, text);
}

Status people_input(Call *call, const Stranger *stranger, RecordInput **ret) {
        Arena *arena = call->context->arena;
        Buf buf = buf_make(arena, 256 * 1024);
        JsonWriter w = json_writer(&buf);
        Json *values = NULL;
        json_open_object(&w);
        put_some(&w, "login", stranger->login);
        put_some(&w, "name", stranger->name);
        put_some(&w, "email", stranger->email);
        put_some(&w, "phone", stranger->phone);
        put_some(&w, "position", stranger->position);
        if (stranger->department)
                json_put_int(&w, "department", stranger->department);
        if (stranger->roles) {
                json_key(&w, STR("roles"));
                json_open_array(&w);
                for (size_t i = 0; i < stranger->roles_count; i++)
                        json_add_int(&w, stranger->roles[i]);
                json_close_array(&w);
        }
        json_close_object(&w);
        TRY(json_parse(call->context, buf_str(&buf), 4, &values));
        return record_input(call->context, catalog_get(call->catalog, "user"), values, STR_NONE, ret);
}

Status people_create(Call *call, const PeopleRules *rules, const Stranger *stranger, int64_t *ret_user) {
        Stranger whole = *stranger;
        RecordInput *input = NULL;
        if (str_empty(whole.name))
                whole.name = whole.login;
        if (!whole.department)
                whole.department = rules->department;
        if (!whole.roles_count && rules->role) {
                whole.roles = &rules->role;
                whole.roles_count = 1;
        }
        TRY(people_input(call, &whole, &input));
        WriteOptions options = {.as_system = true};
        return record_create(call, input, &options, ret_user);
}

static Status refuse(Call *call, const char *code) {
        return error_set(call->context, STATUS_FORBIDDEN, code);
}

static Status match_person(Call *call, MatchBy match, const Stranger *stranger, Known *ret, bool *ret_found) {
        bool several = false;
        *ret_found = false;
        if (match == MATCH_LOGIN && stranger->login.len)
                return known_by_login(call->db, stranger->login, ret, ret_found);
        if (match != MATCH_EMAIL || str_empty(stranger->email))
                return STATUS_OK;
        if (!stranger->email_verified)
                return refuse(call, "email_unverified");
        TRY(known_by_email(call->db, stranger->email, ret, ret_found, &several));
        return several ? refuse(call, "person_several") : STATUS_OK;
}

typedef struct Making { Call *call; const PeopleRules *rules; const Stranger *stranger; int64_t user; } Making;

static Status make_one(Db *db, void *arg) {
        Making *making = arg;
        (void)db;
        return people_create(making->call, making->rules, making->stranger, &making->user);
}

// In a savepoint: what is wrong with a stranger's name or login is told as one thing, and the transaction goes on to be refused in order.
static Status make_person(Call *call, const PeopleRules *rules, const Stranger *stranger, int64_t *ret_user) {
        Making making = {call, rules, stranger, 0};
        if (!rules->create || str_empty(stranger->login))
                return refuse(call, "person_unknown");
        Status status = db_savepoint(call->db, make_one, &making);
        if (store_failed(status))
                return status;
        if (status != STATUS_OK) {
                error_clear(call->context);
                return refuse(call, "person_refused");
        }
        *ret_user = making.user;
        return STATUS_OK;
}

static Status note_identity(Call *call, int64_t provider, const Stranger *stranger, int64_t user) {
        Identity identity = {.provider = provider, .user = user, .subject = stranger->subject, .name = stranger->shown};
        Status status = identity_add(call->db, &identity, &identity.id);
        if (status == STATUS_CONFLICT)
                return refuse(call, "person_linked");
        TRY(status);
        AuditEntry entry = {.kind = "identity.link", .user = user, .object = catalog_get(call->catalog, "user")->id, .record = user, .peer = call->peer,
                            .detail = str_format(call->context->arena, "{\"provider\":%lld}", (long long)provider)};
        TRY(audit_add(call->db, &entry));
        return identity_seen(call->db, identity.id, stranger->shown);
}

Status people_find(Call *call, int64_t provider, MatchBy match, const PeopleRules *rules, const Stranger *stranger, int64_t *ret_user) {
        Identity identity;
        Known known = {0};
        bool linked = false, found = false;
        if (str_empty(stranger->subject) || stranger->subject.len > SUBJECT_MOST)
                return refuse(call, "person_unknown");
        TRY(identity_find(call->db, provider, stranger->subject, &identity, &linked));
        if (linked)
                TRY(known_by_id(call->db, identity.user, &known, &found));
        if (linked && !found) { // he was deleted; somebody else may be that login now
                TRY(identity_delete(call->db, identity.id));
                linked = false;
        }
        if (!linked)
                TRY(match_person(call, match, stranger, &known, &found));
        if (found && !known.active)
                return refuse(call, "person_inactive");
        if (linked) {
                *ret_user = known.id;
                return identity_seen(call->db, identity.id, stranger->shown);
        }
        if (found)
                *ret_user = known.id;
        else
                TRY(make_person(call, rules, stranger, ret_user));
        return note_identity(call, provider, stranger, *ret_user);
}
