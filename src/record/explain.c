// Why somebody may read, change or delete a record: the roles that say so, with the scope that covers it in words. Whether he may is asked of access, as everywhere;
// here only the reasons are looked for.
#include "record/query.h"

#define GRANTS_DEPTH 16

typedef struct RoleText { int64_t id; Str key, name; const Json *grants; } RoleText;

typedef struct Explain {
        Call *call;              // who asks
        Call person;             // the same call in the name of the one who is asked about
        const Object *object;
        int64_t id, owner, department;
        bool visible;            // to the one who is asked about
        bool reasons;            // may whoever asks know of that person's roles?
        RoleText *roles;
        size_t roles_count;
} Explain;

static Str why(Explain *explain, const char *key, Str argument) {
        return text_format(explain->call->context->arena, explain->call->context->lang, key, (Str[4]){argument});
}

static void write_reason(JsonWriter *w, Str role, const char *scope, Str text) {
        json_open_object(w);
        if (role.len)
                json_put_str(w, "role", role);
        json_put_str(w, "scope", str_from(scope));
        json_put_str(w, "why", text);
        json_close_object(w);
}

// ---- what is asked about

static Status load_record(Explain *explain) {
        Call *call = explain->call;
        Status status;
        if (!query_visible(call, explain->object, explain->id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        Sql select = db_sql(call->db);
        sql(&select, "select owner_id, department_id from ");
        sql_name(&select, explain->object->table);
        sql(&select, " where id = ");
        sql_int(&select, explain->id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found;
        TRY(db_query(call->db, &select, &rows));
        TRY(rows_next(rows, &found));
        if (found) {
                explain->owner = rows_int(rows, 0);
                explain->department = rows_int(rows, 1);
        }
        return STATUS_OK;
}

static Status load_roles(Explain *explain, const Person *person) {
        Call *call = explain->call;
        Arena *arena = call->context->arena;
        explain->roles = arena_array(arena, RoleText, person->roles_count + 1);
        Sql select = db_sql(call->db);
        sql(&select, "select id, key, name, grants from role where deleted_at is null and id in ");
        sql_int_list(&select, person->roles, person->roles_count);
        sql(&select, " order by id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        while (explain->roles_count < person->roles_count) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                RoleText *role = &explain->roles[explain->roles_count++];
                *role = (RoleText){.id = rows_int(rows, 0), .key = str_copy(arena, rows_text(rows, 1)), .name = str_copy(arena, rows_text(rows, 2))};
                Json *grants = NULL;
                if (!rows_null(rows, 3) && json_parse(call->context, str_copy(arena, rows_text(rows, 3)), GRANTS_DEPTH, &grants) != STATUS_OK)
                        error_clear(call->context); // a role that cannot be read gives no right
                role->grants = grants;
        }
        return STATUS_OK;
}

// ---- reasons

static bool in_tree(const Actor *actor, int64_t department) {
        for (size_t i = 0; i < actor->tree_count; i++)
                if (actor->tree[i] == department)
                        return true;
        return false;
}

static bool is_headed(Explain *explain) {
        const Access *access = explain->call->actor->access;
        const Department *department = access_department(access, explain->department);
        for (int depth = 0; department && depth < 64; depth++) {
                if (department->head == explain->person.actor->user)
                        return true;
                department = access_department(access, department->parent);
        }
        return false;
}

// The narrowest of what a named scope holds that covers the record; NULL: it does not.
static const char *named_reason(Explain *explain, Str scope) {
        const Actor *actor = explain->person.actor;
        bool tree = str_is(scope, "tree"), department = tree || str_is(scope, "department"), own = department || str_is(scope, "own");
        if (str_is(scope, "all"))
                return "explain.all";
        if (own && explain->owner && explain->owner == actor->user)
                return "explain.own";
        if (department && explain->department && explain->department == actor->department)
                return "explain.department";
        if (tree && explain->department && in_tree(actor, explain->department))
                return is_headed(explain) ? "explain.headed" : "explain.tree";
        return NULL;
}

static bool is_named(Str scope) {
        return str_is(scope, "none") || str_is(scope, "own") || str_is(scope, "department") || str_is(scope, "tree") || str_is(scope, "all");
}

static Status rule_covers(Explain *explain, Str rule, bool *ret) {
        Call *call = &explain->person;
        ExprNames names = catalog_names(call->catalog);
        ExprParse parse = {.names = &names, .object = explain->object, .expect = EXPR_BOOL};
        ExprEnv env = actor_env(call->context, call->actor);
        const Expr *expr;
        int64_t one;
        *ret = false;
        if (expr_parse(call->context, &parse, rule, &expr) != STATUS_OK) {
                error_clear(call->context);
                return STATUS_OK;
        }
        env.guard = NULL; // rules are the administrator's, see access
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, explain->object->table);
        sql(&select, " t where t.id = ");
        sql_int(&select, explain->id);
        sql(&select, " and (");
        TRY(expr_sql(call->context, expr, &env, &names, STR("t"), &select));
        sql(&select, ")");
        return db_get_int(call->db, &select, &one, ret);
}

// A rule may name fields that whoever asks does not know.
static bool rule_is_known(Explain *explain, Str rule) {
        Context scratch;
        const Expr *expr;
        context_init(&scratch, explain->call->context->arena, explain->call->context->lang, 0);
        ExprNames names = actor_names(explain->call->actor);
        ExprParse parse = {.names = &names, .object = explain->object, .expect = EXPR_BOOL};
        return expr_parse(&scratch, &parse, rule, &expr) == STATUS_OK;
}

static Status explain_role(Explain *explain, const RoleText *role, const char *verb, JsonWriter *w) {
        if (str_is(role->key, ROLE_ADMIN)) {
                write_reason(w, role->name, "all", why(explain, "explain.administrator", STR_NONE));
                return STATUS_OK;
        }
        const Json *grant = json_find(role->grants, explain->object->name);
        Str scope = json_str(grant ? grant : json_get(role->grants, "*"), verb, STR("none"));
        if (is_named(scope)) {
                const char *reason = named_reason(explain, scope);
                if (reason)
                        write_reason(w, role->name, str_c(explain->call->context->arena, scope), why(explain, reason, STR_NONE));
                return STATUS_OK;
        }
        bool covers;
        TRY(rule_covers(explain, scope, &covers));
        if (covers)
                write_reason(w, role->name, "rule", rule_is_known(explain, scope) ? why(explain, "explain.rule", scope) : why(explain, "explain.some_rule", STR_NONE));
        return STATUS_OK;
}

static Status is_allowed(Explain *explain, Verb verb, bool *ret) {
        Call *call = &explain->person;
        int64_t one;
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, explain->object->table);
        sql(&select, " t where t.id = ");
        sql_int(&select, explain->id);
        sql(&select, " and ");
        TRY(scope_condition(call, explain->object, verb, STR("t"), false, &select));
        return db_get_int(call->db, &select, &one, ret);
}

static Status explain_verb(Explain *explain, Verb verb, const char *member, JsonWriter *w) {
        bool allowed = false;
        TRY(is_allowed(explain, verb, &allowed));
        bool inherited = !allowed && verb == VERB_READ && explain->visible;
        allowed = allowed && explain->visible;
        json_key(w, str_from(member));
        json_open_object(w);
        json_put_bool(w, "allowed", allowed || inherited);
        json_key(w, STR("because"));
        json_open_array(w);
        size_t before = w->buf->len;
        for (size_t i = 0; allowed && explain->reasons && i < explain->roles_count; i++)
                TRY(explain_role(explain, &explain->roles[i], member, w));
        if (allowed && explain->reasons && w->buf->len == before && explain->object->readers && actor_has_entries(explain->person.actor, explain->object, verb))
                write_reason(w, STR_NONE, "readers", why(explain, "explain.readers", label_text(&explain->object->readers->label, explain->call->context->lang)));
        if (allowed && explain->reasons && w->buf->len == before)
                write_reason(w, STR_NONE, "all", why(explain, explain->person.actor->system ? "explain.system" : "explain.everyone", STR_NONE));
        if (inherited)
                write_reason(w, STR_NONE, "inherit", why(explain, "explain.inherit", label_text(&explain->object->inherit->label, explain->call->context->lang)));
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

// Fields that this person may not change, as far as whoever asks knows of them.
static void explain_fields(Explain *explain, JsonWriter *w) {
        static const char *const names[] = {[FIELD_HIDE] = "hide", [FIELD_MASK] = "mask", [FIELD_READ] = "read"};
        json_key(w, STR("fields"));
        json_open_object(w);
        for (size_t i = 0; i < explain->object->fields_count; i++) {
                const Field *field = explain->object->fields[i];
                FieldRight right = actor_field(explain->person.actor, field);
                bool fixed = right == FIELD_READ && (field->system || field->readonly || field->type->computed);
                if (field->hidden || right == FIELD_WRITE || fixed || actor_field(explain->call->actor, field) == FIELD_HIDE)
                        continue;
                json_key(w, field->name);
                json_add_str(w, str_from(names[right]));
        }
        json_close_object(w);
}

static Status explain_person(Explain *explain, int64_t user) {
        Call *call = explain->call;
        explain->person = *call;
        if (user == 0 || user == call->actor->user) {
                const Person *self = access_person(call->actor->access, call->actor->user);
                return self ? load_roles(explain, self) : STATUS_OK;
        }
        const Person *person = access_person(call->actor->access, user);
        if (!person || !person->active)
                return error_add(call->context, STR("user"), "bad_reference");
        TRY(access_actor(call->context, call->actor->access, user, &explain->person.actor));
        return load_roles(explain, person);
}

static Status explain_sight(Explain *explain) {
        const Actor *asking = explain->call->actor;
        const Field *roles = object_get(catalog_get(explain->call->catalog, "user"), "roles");
        Status status = STATUS_OK;
        explain->reasons = asking->user == explain->person.actor->user || actor_field(asking, roles) >= FIELD_READ;
        explain->visible = query_visible(&explain->person, explain->object, explain->id, &status);
        return status;
}

Status query_explain(Call *call, const Object *object, int64_t id, int64_t user, JsonWriter *w) {
        Explain explain = {.call = call, .object = object, .id = id};
        TRY(load_record(&explain));
        TRY(explain_person(&explain, user));
        TRY(explain_sight(&explain));
        json_open_object(w);
        json_key(w, STR("user"));
        json_open_object(w);
        json_put_int(w, "id", explain.person.actor->user);
        json_put_str(w, "name", explain.person.actor->name);
        json_close_object(w);
        TRY(explain_verb(&explain, VERB_READ, "read", w));
        TRY(explain_verb(&explain, VERB_UPDATE, "update", w));
        TRY(explain_verb(&explain, VERB_DELETE, "delete", w));
        explain_fields(&explain, w);
        json_close_object(w);
        return STATUS_OK;
}
