// Why somebody may read, change or delete a record: the roles that say so, with the scope that covers it in words, what it is seen through, its team, sharing rules. Whether
// he may is asked of access, as everywhere; here only the reasons are looked for. Rights on fields and the object are explain_rights.c's.
#include "record/explain.h"

Str explain_why(Explain *explain, const char *key, Str argument) {
        return text_format(explain->call->context->arena, explain->call->context->lang, key, (Str[4]){argument});
}

void explain_role(const RoleGrant *role, JsonWriter *w) {
        json_put_str(w, "role", role->name);
        json_put_int(w, "role_id", role->id);
        json_put_bool(w, "base", role->base);
}

static void open_reason(const char *kind, const char *scope, Str why, JsonWriter *w) {
        json_open_object(w);
        json_put_str(w, "kind", str_from(kind));
        json_put_str(w, "scope", str_from(scope));
        json_put_str(w, "why", why);
}

static void plain_reason(Explain *explain, const char *kind, const char *key, JsonWriter *w) {
        open_reason(kind, "all", explain_why(explain, key, STR_NONE), w);
        json_close_object(w);
}

static void put_field(Explain *explain, const Field *field, JsonWriter *w) {
        json_put_str(w, "field", field->name);
        json_put_str(w, "field_label", label_text(&field->label, explain->call->context->lang));
}

// ---- How a scope covers an owner or a department

static const char *scope_word(ScopeKind kind) {
        static const char *const words[] = {[SCOPE_NONE] = "none", [SCOPE_OWN] = "own", [SCOPE_DEPARTMENT] = "department", [SCOPE_TREE] = "tree", [SCOPE_ALL] = "all"};
        return words[kind];
}

static bool is_among(const int64_t *ids, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

static bool is_headed(const Actor *actor, int64_t id) {
        const Department *department = access_department(actor->access, id);
        for (int depth = 0; department && depth < 64; depth++) {
                if (department->head == actor->user)
                        return true;
                department = access_department(actor->access, department->parent);
        }
        return false;
}

// The narrowest of what a named scope holds that covers; NULL: it does not.
static const char *how_covered(const Actor *actor, ScopeKind kind, int64_t owner, int64_t department) {
        if (kind == SCOPE_ALL)
                return "all";
        if (kind >= SCOPE_OWN && owner && owner == actor->user)
                return "owner";
        if (kind >= SCOPE_DEPARTMENT && department && is_among(actor->departments, actor->departments_count, department))
                return "department";
        if (kind >= SCOPE_TREE && department && is_among(actor->tree, actor->tree_count, department))
                return is_headed(actor, department) ? "headed" : "tree";
        return NULL;
}

static const char *why_key(const char *how, bool through) {
        static const struct { const char *how, *own, *through; } keys[] = {
                {"all", "explain.all", "explain.all"}, {"owner", "explain.own", "explain.through_own"}, {"department", "explain.department", "explain.through_department"},
                {"tree", "explain.tree", "explain.through_tree"}, {"headed", "explain.headed", "explain.through_headed"},
        };
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
                if (strcmp(keys[i].how, how) == 0)
                        return through ? keys[i].through : keys[i].own;
        return "explain.all";
}

static const Scope *scope_of(const RoleGrant *role, Verb verb) {
        return verb == VERB_READ ? &role->grant->read : verb == VERB_UPDATE ? &role->grant->update : &role->grant->remove;
}

// ---- Reasons of one role

static void write_record(Explain *explain, const Field *field, JsonWriter *w) {
        json_key(w, STR("record"));
        Value value = explain->record->values[field->index];
        const Object *object = field->target;
        int64_t id = value.integer;
        if (value.kind == VALUE_TEXT && !record_text_parse(explain->call->catalog, value.text, &object, &id))
                object = NULL;
        if (!object || value_is_null(value)) {
                json_add_null(w);
                return;
        }
        Str name = named_find(explain->names, object, id);
        json_open_object(w);
        json_put_str(w, "object", object->name);
        json_put_int(w, "id", id);
        json_key(w, STR("name"));
        if (name.data)
                json_add_str(w, name);
        else
                json_add_null(w);
        json_close_object(w);
}

static void named_reason(Explain *explain, const RoleGrant *role, ScopeKind kind, JsonWriter *w) {
        const Object *object = explain->object;
        const Value *values = explain->record->values;
        const char *how = how_covered(explain->person.actor, kind, values[object->owner->index].integer, values[object->department->index].integer);
        if (!how)
                return;
        open_reason("scope", scope_word(kind), explain_why(explain, why_key(how, false), STR_NONE), w);
        explain_role(role, w);
        json_put_str(w, "how", str_from(how));
        json_close_object(w);
}

// What the entries of a field that is seen through say of this person: the first that covers.
static void through_reason(Explain *explain, const RoleGrant *role, ScopeKind kind, const Field *field, JsonWriter *w) {
        const char *how = NULL;
        for (size_t i = 0; i < explain->entries.count && !how; i++) {
                const AccessEntry *entry = &explain->entries.items[i];
                bool user = token_kind(entry->token) == TOKEN_USER;
                if (entry->source == field->id)
                        how = how_covered(explain->person.actor, kind, user ? token_id(entry->token) : 0, user ? 0 : token_id(entry->token));
        }
        if (!how)
                return;
        open_reason("through", scope_word(kind), explain_why(explain, why_key(how, true), label_text(&field->label, explain->call->context->lang)), w);
        explain_role(role, w);
        json_put_str(w, "how", str_from(how));
        put_field(explain, field, w);
        write_record(explain, field, w);
        json_close_object(w);
}

static Status rule_covers(Explain *explain, const Expr *rule, bool *ret) {
        Call *call = &explain->person;
        ExprNames names = catalog_names(call->catalog);
        ExprEnv env = actor_env(call->context, call->actor);
        env.veil = NULL;
        env.guard = NULL; // rules are the administrator's, see access
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, explain->object->table);
        sql(&select, " t where t.id = ");
        sql_int(&select, explain->id);
        sql(&select, " and (");
        TRY(expr_sql(call->context, rule, &env, &names, STR("t"), &select));
        sql(&select, ")");
        return db_get_int(call->db, &select, NULL, ret);
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

static Status expression_reason(Explain *explain, const RoleGrant *role, const Expr *rule, JsonWriter *w) {
        bool covers = false;
        TRY(rule_covers(explain, rule, &covers));
        if (!covers)
                return STATUS_OK;
        Str text = access_rule_text(explain->call->actor->access, rule);
        bool known = rule_is_known(explain, text);
        open_reason("expression", "rule", known ? explain_why(explain, "explain.rule", text) : explain_why(explain, "explain.some_rule", STR_NONE), w);
        explain_role(role, w);
        if (known)
                json_put_str(w, "expression", text);
        json_close_object(w);
        return STATUS_OK;
}

static Status role_reasons(Explain *explain, const RoleGrant *role, Verb verb, JsonWriter *w) {
        const Scope *scope = scope_of(role, verb);
        if (role->administrator) {
                open_reason("administrator", "all", explain_why(explain, "explain.administrator", STR_NONE), w);
                explain_role(role, w);
                json_close_object(w);
                return STATUS_OK;
        }
        named_reason(explain, role, scope->kind, w);
        for (size_t i = 0; verb == VERB_READ && scope->kind < SCOPE_ALL && i < explain->object->through_count; i++)
                through_reason(explain, role, scope->kind, explain->object->through[i], w);
        for (size_t i = 0; i < scope->rules_count; i++)
                TRY(expression_reason(explain, role, scope->rules[i], w));
        return STATUS_OK;
}

// ---- Reasons beside roles

static void put_receiver(const char *kind, int64_t id, Str name, JsonWriter *w) {
        json_open_object(w);
        json_put_str(w, "kind", str_from(kind));
        json_put_int(w, "id", id);
        json_put_str(w, "name", name);
        json_close_object(w);
}

static void rule_reason(Explain *explain, const SharingRule *rule, JsonWriter *w) {
        const Actor *actor = explain->person.actor;
        int64_t role = sharing_role(rule, actor), department = sharing_department(rule, actor);
        RoleGrant grant;
        open_reason("sharing_rule", "sharing_rule", explain_why(explain, rule->write ? "explain.sharing_write" : "explain.sharing", rule->name), w);
        json_key(w, STR("rule"));
        json_open_object(w);
        json_put_int(w, "id", rule->id);
        json_put_str(w, "name", rule->name);
        json_close_object(w);
        json_put_str(w, "access", rule->write ? STR("write") : STR("read"));
        json_key(w, STR("to"));
        json_open_array(w);
        if (sharing_user(rule, actor))
                put_receiver("user", actor->user, actor->name, w);
        if (department)
                put_receiver("department", department, access_department(actor->access, department)->name, w);
        if (role && access_role_grant(actor->access, role, explain->object, &grant))
                put_receiver("role", role, grant.name, w);
        json_close_array(w);
        json_close_object(w);
}

static Status team_reason(Explain *explain, bool write, JsonWriter *w) {
        const Object *member = catalog_get(explain->call->catalog, "team_member");
        Sql select = db_sql(explain->call->db);
        sql(&select, "select id, role from team_member t where t.deleted_at is null and t.user_id = ");
        sql_int(&select, explain->person.actor->user);
        entries_referring(object_get(member, "record"), explain->object, explain->id, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(explain->call->db, &select, &rows, &found));
        if (!found)
                return STATUS_OK;
        open_reason("team", "team", explain_why(explain, write ? "explain.team_write" : "explain.team", STR_NONE), w);
        json_put_int(w, "member", rows_int(rows, 0));
        json_put_str(w, "access", write ? STR("write") : STR("read"));
        json_key(w, STR("team_role"));
        if (rows_null(rows, 1))
                json_add_null(w);
        else
                json_add_str(w, rows_text(rows, 1));
        json_close_object(w);
        return STATUS_OK;
}

static void readers_reason(Explain *explain, JsonWriter *w) {
        const Field *field = explain->object->readers;
        open_reason("readers", "readers", explain_why(explain, "explain.readers", label_text(&field->label, explain->call->context->lang)), w);
        put_field(explain, field, w);
        json_close_object(w);
}

static void pool_reasons(Explain *explain, const AccessEntry *entry, JsonWriter *w) {
        const Actor *actor = explain->person.actor;
        for (size_t i = 0; i < actor->pools_count; i++) {
                const Pool *pool = actor->pools[i];
                bool his = entry->token == token_of_pool(pool->id, false) || (entry->token == token_of_pool(pool->id, true) && pool_administers(pool, actor));
                if (!his)
                        continue;
                open_reason("pool", "pool", explain_why(explain, "explain.pool", pool->name), w);
                json_put_int(w, "pool", pool->id);
                json_close_object(w);
        }
}

static Status entry_reasons(Explain *explain, Verb verb, JsonWriter *w) {
        const Actor *actor = explain->person.actor;
        if (!actor_has_entries(actor, explain->object, verb))
                return STATUS_OK;
        for (size_t i = 0; i < explain->entries.count; i++) {
                const AccessEntry *entry = &explain->entries.items[i];
                bool his = entry->token == token_of(TOKEN_USER, actor->user);
                if (entry->source == SOURCE_READERS && his && verb == VERB_READ && explain->object->readers)
                        readers_reason(explain, w);
                else if (entry->source == SOURCE_TEAM && his && (verb == VERB_READ || entry->write))
                        TRY(team_reason(explain, entry->write, w));
                if (entry->source == SOURCE_POOL && verb == VERB_READ)
                        pool_reasons(explain, entry, w);
                for (size_t k = 0; entry->source == SOURCE_RULE && k < actor->rules_count; k++)
                        if (entry->token == token_of(TOKEN_RULE, actor->rules[k]->id) && (verb == VERB_READ || actor->rules[k]->write))
                                rule_reason(explain, actor->rules[k], w);
        }
        return STATUS_OK;
}

static void inherit_reason(Explain *explain, JsonWriter *w) {
        const Field *field = explain->object->inherit;
        open_reason("inherit", "inherit", explain_why(explain, "explain.inherit", label_text(&field->label, explain->call->context->lang)), w);
        put_field(explain, field, w);
        write_record(explain, field, w);
        json_close_object(w);
}

// ---- One verb

static Status is_allowed(Explain *explain, Verb verb, bool *ret) {
        Call *call = &explain->person;
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, explain->object->table);
        sql(&select, " t where t.id = ");
        sql_int(&select, explain->id);
        sql(&select, " and ");
        TRY(scope_condition(call, explain->object, verb, STR("t"), false, &select));
        return db_get_int(call->db, &select, NULL, ret);
}

static Status write_because(Explain *explain, Verb verb, bool allowed, bool inherited, JsonWriter *w) {
        size_t before = w->buf->len;
        for (size_t i = 0; allowed && explain->reasons && i < explain->roles_count; i++)
                TRY(role_reasons(explain, &explain->roles[i], verb, w));
        if (allowed && explain->reasons)
                TRY(entry_reasons(explain, verb, w));
        if (allowed && explain->reasons && w->buf->len == before)
                plain_reason(explain, explain->person.actor->system ? "system" : "everyone", explain->person.actor->system ? "explain.system" : "explain.everyone", w);
        if (inherited)
                inherit_reason(explain, w);
        return STATUS_OK;
}

static const char *lack_key(const Scope *scope) {
        static const char *const keys[] = {"explain.lack_none", "explain.lack_own", "explain.lack_department", "explain.lack_tree", "explain.lack_none"};
        return scope->kind == SCOPE_NONE && scope->rules_count ? "explain.lack_rule" : keys[scope->kind];
}

// What each role gives where none of it is enough.
static void write_without(Explain *explain, Verb verb, JsonWriter *w) {
        for (size_t i = 0; i < explain->roles_count; i++) {
                const Scope *scope = scope_of(&explain->roles[i], verb);
                json_open_object(w);
                explain_role(&explain->roles[i], w);
                json_put_str(w, "scope", scope->kind == SCOPE_NONE && scope->rules_count ? STR("rule") : str_from(scope_word(scope->kind)));
                json_put_str(w, "why", explain_why(explain, lack_key(scope), STR_NONE));
                json_close_object(w);
        }
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
        TRY(write_because(explain, verb, allowed, inherited, w));
        json_close_array(w);
        json_key(w, STR("without"));
        json_open_array(w);
        if (!allowed && !inherited && explain->reasons)
                write_without(explain, verb, w);
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

// ---- What is asked about

static Status explain_record(Explain *explain) {
        Call *call = explain->call;
        Status status;
        Record *record = NULL;
        if (!query_visible(call, explain->object, explain->id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(record_read_row(call, explain->object, explain->id, false, false, &record));
        if (!record)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        explain->record = record;
        TRY(entries_read(call->db, explain->object, explain->id, &explain->entries));
        explain->names = named_new(call);
        for (size_t i = 0; i < explain->object->through_count; i++)
                named_want_value(explain->names, explain->object->through[i], record->values[explain->object->through[i]->index]);
        if (explain->object->inherit && explain->object->inherit->stored)
                named_want_value(explain->names, explain->object->inherit, record->values[explain->object->inherit->index]);
        return named_load(explain->names);
}

static Status explain_person(Explain *explain, int64_t user) {
        Call *call = explain->call;
        explain->person = *call;
        if (user && user != call->actor->user) {
                const Person *person = access_person(call->actor->access, user);
                if (!person || !person->active)
                        return error_add(call->context, STR("user"), "bad_reference");
                TRY(access_actor(call->context, call->actor->access, user, &explain->person.actor));
        }
        const Actor *actor = explain->person.actor;
        explain->roles = arena_array(call->context->arena, RoleGrant, actor->roles_count + 1);
        for (size_t i = 0; i < actor->roles_count; i++)
                explain->roles_count += access_role_grant(actor->access, actor->roles[i], explain->object, &explain->roles[explain->roles_count]);
        return STATUS_OK;
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
        TRY(explain_record(&explain));
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
        explain_rights(&explain, w);
        json_close_object(w);
        return STATUS_OK;
}
