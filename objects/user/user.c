// Users: logins are stored folded, and nobody locks the company out (himself, or the last administrator). Passwords and sessions are src/access's.
#include "access/audit.h"
#include "access/identity.h"
#include "access/signin.h"
#include "base/unicode.h"
#include "flow/job.h"
#include "objects/user/handover.h"
#include "objects/shared/list.h"
#include "objects/user/move.h"

#define SUPERIORS_DEEPEST 100

static bool text_is(Value value, Str text) {
        return value.kind == VALUE_TEXT && str_eq(value.text, text);
}

static bool login_is_plain(Str login) {
        for (size_t offset = 0; offset < login.len;) {
                uint32_t c = utf8_next(login, &offset);
                if (c <= ' ' || c == 0x7F || c == 0x3000)
                        return false;
        }
        return true;
}

static void normalise_login(Call *call, const RecordChange *change) {
        Value login = record_value(change->after, "login");
        if (login.kind != VALUE_TEXT)
                return;
        Str normal = login_normal(call->context->arena, login.text);
        if (!login_is_plain(normal))
                (void)error_add(call->context, STR("login"), "login_characters");
        if (!text_is(login, normal))
                record_set(change->after, "login", value_text(normal));
}

static bool is_active(const Record *record) {
        Value active = record_value(record, "active");
        return active.kind == VALUE_BOOL && active.boolean;
}

static bool has_role(const Record *record, int64_t role) {
        Value roles = record_value(record, "roles");
        return role && roles.kind == VALUE_TEXT && access_roles_have(roles.text, role);
}

static Status find_admin_role(Call *call, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"role\" where \"deleted_at\" is null and \"key\" = ");
        sql_str(&select, STR(ROLE_ADMIN));
        *ret = 0;
        return db_get_int(call->db, &select, ret, NULL);
}

static Status find_other_admin(Call *call, int64_t role, int64_t user, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from \"user\" where \"deleted_at\" is null and \"id\" <> ");
        sql_int(&select, user);
        sql(&select, " and \"active\" = ");
        sql_value(&select, value_bool(true));
        sql(&select, " and haike_list_has(\"roles\", ");
        sql_str(&select, str_format(call->context->arena, "%lld", (long long)role));
        sql(&select, ") limit 1");
        return db_get_int(call->db, &select, NULL, ret);
}

// From an address that one of them does not allow he would be shut out at once.
static void keep_address(Call *call, const RecordChange *change) {
        Value roles = change->after ? record_value(change->after, "roles") : VALUE_NONE;
        Json *list = NULL;
        if (!change->by_user || !change->before || change->id != call->actor->user || roles.kind != VALUE_TEXT || json_parse(call->context, roles.text, 2, &list) != STATUS_OK)
                return;
        for (size_t i = 0; i < list->count; i++) {
                int64_t role = 0;
                if (!str_to_int64(list->items[i].text, &role) || access_role_allows(call->actor->access, role, call->peer))
                        continue;
                (void)error_add(call->context, STR("roles"), "address_self", call->peer);
                return;
        }
}

// Bumping the epoch made other changes of users wait, so that two administrators cannot each leave the other as the last.
static Status keep_an_admin(Call *call, const RecordChange *change) {
        int64_t role = 0;
        TRY(find_admin_role(call, &role));
        bool was = change->before && has_role(change->before, role), is = change->after && has_role(change->after, role);
        if (was != is && change->before && change->after && change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "user_admin_role");
        if ((was || is) && change->by_user && !call->actor->administrator) // an account of theirs: deactivated, renamed, or given another mailbox
                return error_set(call->context, STATUS_FORBIDDEN, change->before ? "user_admin_account" : "user_admin_role");
        if (!was || !is_active(change->before) || (is && is_active(change->after)))
                return STATUS_OK;
        bool other = false;
        TRY(find_other_admin(call, role, change->id, &other));
        if (other)
                return STATUS_OK;
        if (!change->after)
                return error_set(call->context, STATUS_CONFLICT, "user_last_admin");
        (void)error_add(call->context, is ? STR("active") : STR("roles"), "user_last_admin");
        return STATUS_OK;
}

// While passwords are turned off one administrator's goes on working: he stays one, and here.
static Status keep_emergency(Call *call, const RecordChange *change) {
        SignInRules rules;
        int64_t role = 0;
        if (!change->before)
                return STATUS_OK;
        TRY(sign_in_rules(call->db, &rules));
        if (!rules.passwords_off || rules.emergency != change->id)
                return STATUS_OK;
        if (!change->after)
                return error_set(call->context, STATUS_CONFLICT, "user_emergency");
        TRY(find_admin_role(call, &role));
        if (!is_active(change->after))
                (void)error_add(call->context, STR("active"), "user_emergency");
        if (!has_role(change->after, role))
                (void)error_add(call->context, STR("roles"), "user_emergency");
        return STATUS_OK;
}

static Status keep_oneself(Call *call, const RecordChange *change) {
        if (!change->by_user || !change->before || change->id != call->actor->user)
                return STATUS_OK;
        if (!change->after)
                return error_set(call->context, STATUS_CONFLICT, "user_self");
        if (is_active(change->before) && !is_active(change->after))
                (void)error_add(call->context, STR("active"), "user_self");
        return STATUS_OK;
}

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

// Is there a role in the list that the actor has not, and that is not among those either?
static bool has_foreign_role(const Call *call, Value roles, Value before) {
        const Person *self = access_person(call->actor->access, call->actor->user);
        Json *list = NULL;
        if (roles.kind != VALUE_TEXT || json_parse(call->context, roles.text, 2, &list) != STATUS_OK)
                return false;
        for (size_t i = 0; i < list->count; i++) {
                int64_t role = 0;
                bool known = str_to_int64(list->items[i].text, &role) && before.kind == VALUE_TEXT && access_roles_have(before.text, role);
                for (size_t k = 0; !known && self && k < self->roles_count; k++)
                        known = self->roles[k] == role;
                if (!known)
                        return true;
        }
        return false;
}

static bool gives_foreign_role(const Call *call, const RecordChange *change) {
        return has_foreign_role(call, record_value(change->after, "roles"), change->before ? record_value(change->before, "roles") : VALUE_NONE);
}

// Links for new passwords go to the address, and other services know people by it or by the login: who changes them for somebody with more rights could become him.
static void keep_ways_in(Call *call, const RecordChange *change) {
        static const char *const fields[] = {"login", "email"};
        for (size_t i = 0; change->before && i < sizeof fields / sizeof *fields; i++)
                if (changed(change, fields[i]) && has_foreign_role(call, record_value(change->before, "roles"), VALUE_NONE))
                        (void)error_add(call->context, str_from(fields[i]), "user_not_yours");
}

// Who keeps the list of colleagues without being an administrator gives no right that he has not, and himself none at all.
static void keep_rights(Call *call, const RecordChange *change) {
        if (!change->by_user || call->actor->administrator || !change->after || change->kind == CHANGE_RESTORE)
                return;
        bool self = change->before && change->id == call->actor->user;
        if (self && changed(change, "roles"))
                (void)error_add(call->context, STR("roles"), "user_own_rights");
        else if (changed(change, "roles") && gives_foreign_role(call, change))
                (void)error_add(call->context, STR("roles"), "role_not_yours");
        static const char *const others[] = {"department", "other_departments", "superior"};
        for (size_t i = 0; self && i < sizeof others / sizeof *others; i++)
                if (changed(change, others[i]))
                        (void)error_add(call->context, str_from(others[i]), "user_own_rights");
        if (!self)
                keep_ways_in(call, change);
}

// ---- Where he belongs, and to whom he answers

// The primary one is not among the others, and none is there twice.
static Status tidy_departments(Call *call, RecordChange *change) {
        Value value = record_value(change->after, "other_departments"), primary = record_value(change->after, "department");
        if (value.kind != VALUE_TEXT)
                return STATUS_OK;
        Str list = value.text;
        TRY(list_without(call->context, list, primary.kind == VALUE_INTEGER ? primary.integer : 0, 0, &list));
        if (!str_eq(list, value.text))
                record_set(change->after, "other_departments", list.len ? value_text(list) : VALUE_NONE);
        return STATUS_OK;
}

static Status superior_of(Call *call, int64_t user, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"superior_id\" from \"user\" where \"id\" = ");
        sql_int(&select, user);
        *ret = 0;
        return db_get_int(call->db, &select, ret, NULL);
}

// Upwards in the database: the snapshot may not know of a change that has just been committed.
static Status check_superior(Call *call, const RecordChange *change) {
        Value superior = record_value(change->after, "superior");
        if (superior.kind != VALUE_INTEGER || (change->before && !changed(change, "superior")))
                return STATUS_OK;
        const Person *person = access_person(call->actor->access, superior.integer);
        if (change->by_user && person && !person->active)
                (void)error_add(call->context, STR("superior"), "superior_inactive");
        int64_t at = superior.integer;
        for (size_t steps = 0; at && change->id && steps <= SUPERIORS_DEEPEST; steps++) {
                if (at == change->id || steps == SUPERIORS_DEEPEST)
                        return error_add(call->context, STR("superior"), at == change->id ? "superior_cycle" : "superior_deep");
                TRY(superior_of(call, at, &at));
        }
        return STATUS_OK;
}

// Whoever is new speaks the organisation's language until he says otherwise.
static Status speak(Call *call, RecordChange *change) {
        const Field *lang = object_get(change->object, "lang");
        if (change->kind != CHANGE_CREATE || change->given[lang->index])
                return STATUS_OK;
        Str language = STR_NONE;
        TRY(org_setting(call->db, STR("language"), STR_NONE, &language));
        if (field_option(lang, language))
                change->after->values[lang->index] = value_text(language);
        return STATUS_OK;
}

static Status user_before(Call *call, RecordChange *change) {
        if (change->after)
                normalise_login(call, change);
        if (change->kind == CHANGE_CREATE && value_is_null(record_value(change->after, "active")))
                record_set(change->after, "active", value_bool(true));
        TRY(speak(call, change));
        TRY(keep_oneself(call, change));
        keep_rights(call, change);
        if (change->after && change->before && !value_eq(record_value(change->before, "roles"), record_value(change->after, "roles")))
                keep_address(call, change);
        TRY(access_bump(call->db));
        if (change->after && change->kind != CHANGE_RESTORE) {
                TRY(tidy_departments(call, change));
                Status status = check_superior(call, change);
                if (status != STATUS_OK && status != STATUS_INVALID)
                        return status;
        }
        TRY(keep_emergency(call, change));
        return keep_an_admin(call, change);
}

// A user is the owner of his own record, so that the scope "own" on users means oneself.
static Status own_oneself(Call *call, int64_t id) {
        Sql update = db_sql(call->db);
        sql(&update, "update \"user\" set \"owner_id\" = \"id\" where \"id\" = ");
        sql_int(&update, id);
        return db_exec(call->db, &update, NULL);
}

static Status note_activity(Call *call, const RecordChange *change) {
        bool was = change->before && is_active(change->before), is = change->after && is_active(change->after);
        if (!change->before || was == is)
                return STATUS_OK;
        AuditEntry entry = {.kind = is ? "user.enable" : "user.disable", .user = call->actor->user, .object = change->object->id, .record = change->id, .peer = call->peer};
        return audit_add(call->db, &entry);
}

static Status user_after(Call *call, const RecordChange *change) {
        call->metadata_changed = true;
        if (change->kind == CHANGE_CREATE)
                TRY(own_oneself(call, change->id));
        bool gone = !change->after || !is_active(change->after);
        if (gone && change->before)
                TRY(signin_forget(call->db, change->id));
        TRY(note_activity(call, change));
        bool moved = change->kind == CHANGE_UPDATE && changed(change, "department") && !call->settled;
        return moved ? follow_start(call, change->id, record_value(change->before, "department"), record_value(change->after, "department"), NULL) : STATUS_OK;
}

static const Action actions[] = {{.name = "move", .needs = VERB_UPDATE, .run = action_move}};
static const JobKind jobs[] = {{FOLLOW_JOB, follow_run}, {HANDOVER_JOB, handover_run}};
static const Holding holdings[] = {{"job", "holding.job", jobs_open_of, jobs_end_of}};
const ObjectModule user_module = {
        .object = "user", .before = user_before, .after = user_after, .actions = actions, .actions_count = sizeof actions / sizeof *actions,
        .holdings = holdings, .holdings_count = sizeof holdings / sizeof *holdings, .jobs = jobs, .jobs_count = sizeof jobs / sizeof *jobs,
};
