// haike user add, passwd, rescue, list.
#include "access/audit.h"
#include "access/identity.h"
#include "access/signin.h"
#include "app/command.h"
#include "base/unicode.h"

static bool is_action(const Options *options, const char *name, int words) {
        return options->count == words && strcmp(options->words[1], name) == 0 && (words < 3 || options->words[2][0]);
}

bool user_usable(const Options *options) {
        if (is_action(options, "add", 3))
                return options->role && options->role[0];
        return is_action(options, "list", 2) || is_action(options, "rescue", 3) || (is_action(options, "passwd", 3) && options->password_stdin);
}

// ---- The password: one line of standard input

static Str first_line(Str input) {
        Str line = STR_NONE;
        if (!str_cut(&input, '\n', &line))
                return STR_NONE;
        return line.len && line.data[line.len - 1] == '\r' ? str_slice(line, 0, line.len - 1) : line;
}

static Status take_password(Command *command, Str *ret_hash) {
        Str password = first_line(command->input);
        OrgView view = org_view(command->org);
        PasswordRules rules = password_rules(view.settings, str_from(command->options->words[2]), str_from(command->options->name));
        Status status = password_check(&command->context, STR("password"), password, &rules);
        org_view_done(&view);
        TRY(status);
        return password_hash(&command->context, password, ret_hash);
}

// ---- add

typedef struct NewUser {
        const Options *options;
        Str login, hash; // hash: empty without a password
} NewUser;

static Status find_role(Call *call, Str name, int64_t *ret) {
        bool found = false;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"role\" where deleted_at is null and (\"key\" = ");
        sql_str(&select, name);
        sql(&select, " or name = ");
        sql_str(&select, name);
        sql(&select, ") order by \"id\" limit 1");
        TRY(db_get_int(call->db, &select, ret, &found));
        return found ? STATUS_OK : error_set(call->context, STATUS_INVALID, "no_such_role", name);
}

// "sales,service" → ["2","4"]
static Status role_list(Call *call, Str names, Str *ret) {
        Buf buf = buf_make(call->context->arena, 4096);
        buf_lit(&buf, "[");
        for (Str name; str_cut(&names, ',', &name);) {
                int64_t id = 0;
                if (str_empty(str_trim(name)))
                        continue;
                TRY(find_role(call, str_trim(name), &id));
                buf_format(&buf, "%s\"%lld\"", buf.len > 1 ? "," : "", (long long)id);
        }
        buf_lit(&buf, "]");
        *ret = buf_str(&buf);
        return buf.len > 2 ? STATUS_OK : error_set(call->context, STATUS_INVALID, "no_such_role", names);
}

// The department named, or the first one without a parent.
static Status find_department(Call *call, const char *name, int64_t *ret) {
        bool found = false;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"department\" where deleted_at is null and ");
        if (name) {
                sql(&select, "name = ");
                sql_str(&select, str_from(name));
        } else {
                sql(&select, "parent_id is null");
        }
        sql(&select, " order by \"id\" limit 1");
        TRY(db_get_int(call->db, &select, ret, &found));
        if (found || !name)
                return STATUS_OK;
        return error_set(call->context, STATUS_INVALID, "no_such_department", str_from(name));
}

static Status add_step(Call *call, void *arg) {
        const NewUser *user = arg;
        const Options *options = user->options;
        int64_t department = 0, id = 0;
        Str roles = STR_NONE;
        TRY(role_list(call, str_from(options->role), &roles));
        TRY(find_department(call, options->department, &department));
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "user"));
        record_input_set(input, "login", value_text(user->login));
        record_input_set(input, "name", value_text(options->name ? str_from(options->name) : user->login));
        record_input_set(input, "roles", value_text(roles));
        if (department)
                record_input_set(input, "department", value_int(department));
        WriteOptions writing = {.as_system = true};
        TRY(record_create(call, input, &writing, &id));
        return user->hash.len ? password_set(call->db, id, user->hash, false) : STATUS_OK;
}

static Status add_user(Command *command) {
        NewUser user = {.options = command->options, .login = str_from(command->options->words[2])};
        const char *name = command->options->name;
        if (!utf8_valid(user.login) || (name && !utf8_valid(str_from(name))))
                return error_set(&command->context, STATUS_INVALID, "bad_text");
        if (command->options->password_stdin)
                TRY(take_password(command, &user.hash));
        TRY(work_write(&command->context, command->org, STR("command"), add_step, &user));
        if (user.hash.len)
                command_say(command, "command.user_added", user.login);
        else
                command_say(command, "command.user_added_without_password", user.login);
        return STATUS_OK;
}

// ---- passwd

static Status find_user(Call *call, Str login, int64_t *ret) {
        bool found = false;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"user\" where deleted_at is null and \"login\" = ");
        sql_str(&select, login_normal(call->context->arena, login));
        TRY(db_get_int(call->db, &select, ret, &found));
        return found ? STATUS_OK : error_set(call->context, STATUS_NOT_FOUND, "no_such_user", login);
}

static Status note_command(Call *call, const char *kind, int64_t user) {
        AuditEntry entry = {.kind = kind, .object = catalog_get(call->catalog, "user")->id, .record = user, .detail = STR("{\"source\":\"command\"}")};
        return audit_add(call->db, &entry);
}

static Status passwd_step(Call *call, void *arg) {
        const NewUser *user = arg;
        int64_t id = 0;
        TRY(find_user(call, user->login, &id));
        TRY(password_set(call->db, id, user->hash, false));
        TRY(session_delete_user(call->db, id));
        return note_command(call, "password.set", id);
}

static Status change_password(Command *command) {
        NewUser user = {.options = command->options, .login = str_from(command->options->words[2])};
        TRY(take_password(command, &user.hash));
        TRY(work_write(&command->context, command->org, STR("command"), passwd_step, &user));
        command_say(command, "command.password_changed", user.login);
        return STATUS_OK;
}

// ---- rescue: somebody who cannot get in at all: second factor and lock-outs go, and the lists of addresses, the organisation's and his roles'; passwords count again,
// and his own where a directory vouched for him

static Status open_addresses(Call *call, int64_t user) {
        const Person *person = access_person(call->actor->access, user);
        const Object *object = catalog_get(call->catalog, "role");
        WriteOptions options = {.as_system = true};
        TRY(org_setting_set(call->db, STR("allow_list"), STR("")));
        for (size_t i = 0; person && i < person->roles_count; i++) {
                RecordInput *input = record_input_new(call->context->arena, object);
                record_input_set(input, "allow_list", VALUE_NONE);
                TRY(record_update(call, object, person->roles[i], input, &options));
        }
        call->metadata_changed = true;
        return access_bump(call->db);
}

static Status open_passwords(Db *db, int64_t user) {
        SignInRules rules;
        Identity *list = NULL;
        size_t count = 0;
        TRY(sign_in_rules(db, &rules));
        rules.passwords_off = false;
        TRY(sign_in_rules_set(db, &rules));
        TRY(identity_list(db, 0, user, &list, &count));
        for (size_t i = 0; i < count; i++)
                TRY(identity_delete(db, list[i].id));
        return STATUS_OK;
}

static Status rescue_step(Call *call, void *arg) {
        const NewUser *user = arg;
        int64_t id = 0;
        TRY(find_user(call, user->login, &id));
        TRY(factor_remove(call->db, id));
        TRY(attempt_unlock(call->db, user->login));
        TRY(open_addresses(call, id));
        TRY(open_passwords(call->db, id));
        return note_command(call, "signin.rescue", id);
}

static Status rescue(Command *command) {
        NewUser user = {.options = command->options, .login = str_from(command->options->words[2])};
        TRY(work_write(&command->context, command->org, STR("command"), rescue_step, &user));
        command_say(command, "command.user_rescued", user.login);
        return STATUS_OK;
}

// ---- list: login, name, department, roles, state; a line each, apart by tabs

typedef struct RoleName {
        int64_t id;
        Str key;
} RoleName;

typedef struct UserList {
        Command *command;
        Str lines;
} UserList;

static Status load_roles(Call *call, RoleName **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\", coalesce(\"key\", name) from \"role\" where deleted_at is null order by \"id\" limit 1000");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret = arena_array(call->context->arena, RoleName, 1000);
        *ret_count = 0;
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                (*ret)[(*ret_count)++] = (RoleName){rows_int(rows, 0), str_copy(call->context->arena, rows_text(rows, 1))};
        }
}

static void add_roles(Buf *buf, const Person *person, const RoleName *names, size_t count) {
        bool first = true;
        for (size_t i = 0; i < count; i++)
                for (size_t k = 0; k < person->roles_count; k++)
                        if (person->roles[k] == names[i].id) {
                                buf_format(buf, "%s" STR_FMT, first ? "" : ",", STR_ARG(names[i].key));
                                first = false;
                        }
}

static Status list_step(Call *call, void *arg) {
        UserList *list = arg;
        RoleName *names = NULL;
        size_t count = 0;
        TRY(load_roles(call, &names, &count));
        Buf buf = buf_make(call->context->arena, 64u << 20);
        const Access *access = call->actor->access;
        for (size_t i = 0; i < access->people_count; i++) {
                const Person *person = &access->people[i];
                const Department *department = access_department(access, person->department);
                Str place = department ? department->name : STR_NONE;
                buf_format(&buf, STR_FMT "\t" STR_FMT "\t" STR_FMT "\t", STR_ARG(person->login), STR_ARG(person->name), STR_ARG(place));
                add_roles(&buf, person, names, count);
                buf_format(&buf, "\t%s\n", person->active ? "active" : "inactive");
        }
        list->lines = buf_str(&buf);
        return STATUS_OK;
}

static Status list_users(Command *command) {
        UserList list = {.command = command};
        TRY(work_read(&command->context, command->org, list_step, &list));
        command->print(command->out, false, list.lines);
        return STATUS_OK;
}

int user_command(Command *command) {
        const char *action = command->options->words[1];
        Status status = STATUS_OK;
        if (strcmp(action, "add") == 0)
                status = add_user(command);
        else if (strcmp(action, "passwd") == 0)
                status = change_password(command);
        else if (strcmp(action, "rescue") == 0)
                status = rescue(command);
        else
                status = list_users(command);
        return status == STATUS_OK ? EXIT_DONE : command_fail(command, status);
}
