// Scopes in their three forms, which must agree: a condition in SQL, a check in memory, and separate arms for index-ordered streams.
#include "access/inside.h"

static bool is_among(const int64_t *ids, size_t count, int64_t id) {
        size_t low = 0, high = count;
        while (low < high) {
                size_t middle = (low + high) / 2;
                if (ids[middle] < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < count && ids[low] == id;
}

// The departments whose records the scope covers, whoever owns them; ascending.
static void scope_departments(const Actor *actor, ScopeKind kind, const int64_t **ret, size_t *ret_count) {
        *ret = NULL;
        *ret_count = 0;
        if (kind == SCOPE_TREE) {
                *ret = actor->tree;
                *ret_count = actor->tree_count;
        } else if (kind == SCOPE_DEPARTMENT) {
                *ret = actor->departments;
                *ret_count = actor->departments_count;
        }
}

// The environment of rules: the actor's, without the guard, since a rule that reads other records must not be narrowed by itself again.
static ExprEnv rule_env(Context *context, const Actor *actor) {
        ExprEnv env = actor_env(context, actor);
        env.guard = NULL;
        env.veil = NULL;
        return env;
}

// ---- Entries

bool actor_has_entries(const Actor *actor, const Object *object, Verb verb) {
        Scope scope = actor_scope(actor, object, verb);
        return actor->user && (verb == VERB_READ || verb == VERB_UPDATE) && scope.kind != SCOPE_ALL && (scope.kind != SCOPE_NONE || scope.rules_count);
}

// What stands in entries for the actor: ascending, each once.
typedef struct Tokens { int64_t *items; size_t count; } Tokens;

static void add_rules(const Actor *actor, const Object *object, Verb verb, Tokens *tokens) {
        for (size_t i = 0; i < actor->rules_count; i++)
                if (actor->rules[i]->object->id == object->id && (verb == VERB_READ || actor->rules[i]->write))
                        tokens->items[tokens->count++] = token_of(TOKEN_RULE, actor->rules[i]->id);
}

// open: without pools that mask something from him.
static void add_pools(const Actor *actor, const Object *object, bool open, Tokens *tokens) {
        for (size_t i = 0; object->pool && i < actor->pools_count; i++) {
                const Pool *pool = actor->pools[i];
                if (object->pooled && str_eq(pool->object->name, object->name) && !(open && pool_veils(pool, actor)))
                        tokens->items[tokens->count++] = token_of_pool(pool->id, false);
                if (!object->pooled && pool_administers(pool, actor))
                        tokens->items[tokens->count++] = token_of_pool(pool->id, true);
        }
}

static void sort_tokens(Tokens *tokens) {
        for (size_t i = 1; i < tokens->count; i++) {
                int64_t token = tokens->items[i];
                size_t at = i;
                for (; at && tokens->items[at - 1] > token; at--)
                        tokens->items[at] = tokens->items[at - 1];
                tokens->items[at] = token;
        }
}

static Tokens tokens_of(Arena *arena, const Actor *actor, const Object *object, Verb verb, bool open) {
        const int64_t *departments = NULL;
        size_t count = 0;
        Tokens tokens = {0};
        if (!actor_has_entries(actor, object, verb))
                return tokens;
        if (verb == VERB_READ && object->through_count)
                scope_departments(actor, actor_scope(actor, object, verb).kind, &departments, &count);
        tokens.items = arena_array(arena, int64_t, 1 + count + actor->rules_count + actor->pools_count);
        for (size_t i = 0; i < count; i++)
                tokens.items[tokens.count++] = token_of(TOKEN_DEPARTMENT, departments[i]);
        tokens.items[tokens.count++] = token_of(TOKEN_USER, actor->user);
        add_rules(actor, object, verb, &tokens);
        if (verb == VERB_READ)
                add_pools(actor, object, open, &tokens);
        sort_tokens(&tokens);
        return tokens;
}

// A scope that is expressions alone is not widened by what a record refers to; and only people of the team and rules let somebody update.
static bool entry_counts(Scope scope, Verb verb, const AccessEntry *entry) {
        if (verb == VERB_UPDATE)
                return entry->source == SOURCE_RULE || (entry->source == SOURCE_TEAM && entry->write);
        return scope.kind != SCOPE_NONE || entry->source <= SOURCE_POOL;
}

static bool entries_cover(Context *context, const Actor *actor, const Object *object, Verb verb, const Subject *subject) {
        if (!subject->entries_count || !actor_has_entries(actor, object, verb))
                return false;
        Scope scope = actor_scope(actor, object, verb);
        Tokens tokens = tokens_of(context->arena, actor, object, verb, false);
        for (size_t i = 0; i < subject->entries_count; i++)
                if (entry_counts(scope, verb, &subject->entries[i]) && is_among(tokens.items, tokens.count, subject->entries[i].token))
                        return true;
        return false;
}

// SQLite would ask the tokens' index once for each of them instead of looking at the few rows of the record: the plus keeps it from that.
static void entries_sql(const Actor *actor, const Object *object, Verb verb, bool open, Str alias, Sql *sql) {
        Tokens tokens = tokens_of(sql->arena, actor, object, verb, open);
        sql(sql, "exists (select 1 from \"access_entry\" where \"access_entry\".\"object_id\" = ");
        sql_int(sql, object->id);
        sql(sql, " and \"access_entry\".\"record_id\" = ");
        sql_column(sql, alias, STR("id"));
        if (verb == VERB_UPDATE) {
                sql(sql, " and (\"access_entry\".\"source\" = 1 or (\"access_entry\".\"source\" = 2 and \"access_entry\".\"write\" = ");
                sql_value(sql, value_bool(true));
                sql(sql, "))");
        } else if (actor_scope(actor, object, verb).kind == SCOPE_NONE)
                sql(sql, " and \"access_entry\".\"source\" <= 3");
        sql_fixed(sql, sql->dialect == DIALECT_SQLITE ? STR(" and +\"access_entry\".\"token\" in ") : STR(" and \"access_entry\".\"token\" in "));
        sql_int_list(sql, tokens.items, tokens.count);
        sql(sql, ")");
}

// ---- In memory

static Status rules_cover(Context *context, const Actor *actor, const Scope *scope, const Subject *subject, bool *ret) {
        ExprEnv env = rule_env(context, actor);
        for (size_t i = 0; i < scope->rules_count; i++) {
                Value value = VALUE_NONE;
                TRY(expr_eval(context, scope->rules[i], &env, subject->rows, subject->row, &value));
                if (value.kind == VALUE_BOOL && value.boolean) {
                        *ret = true;
                        return STATUS_OK;
                }
        }
        return STATUS_OK;
}

Status actor_covers(Context *context, const Actor *actor, const Object *object, Verb verb, const Subject *subject, bool *ret) {
        Scope scope = actor_scope(actor, object, verb);
        const int64_t *departments;
        size_t count;
        scope_departments(actor, scope.kind, &departments, &count);
        bool covers = scope.kind == SCOPE_ALL;
        covers |= scope.kind >= SCOPE_OWN && subject->owner && subject->owner == actor->user;
        covers |= subject->department && is_among(departments, count, subject->department);
        covers = covers || entries_cover(context, actor, object, verb, subject);
        if (!covers && subject->rows)
                TRY(rules_cover(context, actor, &scope, subject, &covers));
        *ret = covers;
        return STATUS_OK;
}

// ---- As a condition

static void column(Sql *sql, Str alias, const Field *field) {
        sql_column(sql, alias, field->column);
}

static void departments_sql(const int64_t *departments, size_t count, Str alias, const Object *object, Sql *sql) {
        column(sql, alias, object->department);
        if (count == 1) {
                sql(sql, " = ");
                sql_int(sql, departments[0]);
                return;
        }
        sql(sql, " in ");
        sql_int_list(sql, departments, count);
}

typedef enum WhichEntries { ENTRIES_NONE, ENTRIES_OPEN, ENTRIES_ALL } WhichEntries;

static Status scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, WhichEntries entries, Sql *sql) {
        Scope scope = actor_scope(actor, object, verb);
        if (scope.kind == SCOPE_ALL) {
                sql(sql, "1=1");
                return STATUS_OK;
        }
        if (scope.kind == SCOPE_NONE && !scope.rules_count) {
                sql(sql, "1=0");
                return STATUS_OK;
        }
        const int64_t *departments;
        size_t count;
        scope_departments(actor, scope.kind, &departments, &count);
        sql(sql, "(");
        if (scope.kind >= SCOPE_OWN) {
                column(sql, alias, object->owner);
                sql(sql, " = ");
                sql_int(sql, actor->user);
        }
        if (count) {
                sql(sql, " or ");
                departments_sql(departments, count, alias, object, sql);
        }
        ExprNames names = catalog_names(actor->access->catalog);
        ExprEnv env = rule_env(context, actor);
        for (size_t i = 0; i < scope.rules_count; i++) {
                if (i || scope.kind >= SCOPE_OWN)
                        sql(sql, " or ");
                sql(sql, "(");
                TRY(expr_sql(context, scope.rules[i], &env, &names, alias, sql));
                sql(sql, ")");
        }
        if (entries && actor_has_entries(actor, object, verb)) {
                sql(sql, " or ");
                entries_sql(actor, object, verb, entries == ENTRIES_OPEN, alias, sql);
        }
        sql(sql, ")");
        return STATUS_OK;
}

Status actor_scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, Sql *sql) {
        return scope_sql(context, actor, object, verb, alias, ENTRIES_ALL, sql);
}

Status actor_own_scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, Sql *sql) {
        return scope_sql(context, actor, object, verb, alias, ENTRIES_NONE, sql);
}

Status actor_open_scope_sql(Context *context, const Actor *actor, const Object *object, Str alias, Sql *sql) {
        return scope_sql(context, actor, object, VERB_READ, alias, ENTRIES_OPEN, sql);
}

// ---- In parts, for totals

void actor_scope_departments(const Actor *actor, const Object *object, Verb verb, const int64_t **ret, size_t *ret_count) {
        scope_departments(actor, actor_scope(actor, object, verb).kind, ret, ret_count);
}

void actor_tokens(Arena *arena, const Actor *actor, const Object *object, const int64_t **ret, size_t *ret_count) {
        Tokens tokens = tokens_of(arena, actor, object, VERB_READ, false);
        *ret = tokens.items;
        *ret_count = tokens.count;
}

// ---- As arms

void actor_scope_arms(Arena *arena, const Actor *actor, const Object *object, Verb verb, size_t limit, ScopeArm **ret, size_t *ret_count, bool *ret_single) {
        Scope scope = actor_scope(actor, object, verb);
        const int64_t *departments;
        size_t count;
        scope_departments(actor, scope.kind, &departments, &count);
        Tokens tokens = tokens_of(arena, actor, object, verb, false);
        size_t arms = scope.kind == SCOPE_NONE ? 0 : scope.kind == SCOPE_ALL ? 1 : 1 + count + tokens.count;
        *ret = NULL;
        *ret_count = 0;
        *ret_single = scope.kind != SCOPE_ALL && (scope.rules_count || arms > limit);
        if (*ret_single || !arms)
                return;
        ScopeArm *arm = *ret = arena_array(arena, ScopeArm, arms);
        *ret_count = arms;
        if (scope.kind == SCOPE_ALL) {
                *arm = (ScopeArm){.kind = ARM_ALL};
                return;
        }
        *arm++ = (ScopeArm){.kind = ARM_OWNER, .id = actor->user, .except_departments = departments, .except_count = count};
        for (size_t i = 0; i < count; i++)
                *arm++ = (ScopeArm){.kind = ARM_DEPARTMENT, .id = departments[i]};
        for (size_t i = 0; i < tokens.count; i++)
                *arm++ = (ScopeArm){.kind = ARM_ENTRY, .id = tokens.items[i], .object = object->id, .except_owner = actor->user, .except_departments = departments, .except_count = count,
                                    .except_tokens = tokens.items, .except_tokens_count = i};
}

static void except_sql(const ScopeArm *arm, Str alias, Sql *sql) {
        if (arm->except_owner) {
                sql(sql, " and (");
                sql_column(sql, alias, STR("owner_id"));
                sql(sql, " is null or ");
                sql_column(sql, alias, STR("owner_id"));
                sql(sql, " <> ");
                sql_int(sql, arm->except_owner);
                sql(sql, ")");
        }
        if (!arm->except_count)
                return;
        sql(sql, " and (");
        sql_column(sql, alias, STR("department_id"));
        sql(sql, " is null or ");
        sql_column(sql, alias, STR("department_id"));
        sql(sql, " not in ");
        sql_int_list(sql, arm->except_departments, arm->except_count);
        sql(sql, ")");
}

// Of the entries that make a record the actor's, the first by token and source stands for it.
static void except_entries(const ScopeArm *arm, Sql *sql) {
        sql(sql, " and not exists (select 1 from \"access_entry\" x where x.\"object_id\" = e.\"object_id\" and x.\"record_id\" = e.\"record_id\" and ((x.\"token\" = e.\"token\" and x.\"source\" < e.\"source\")");
        if (arm->except_tokens_count) {
                sql(sql, " or x.\"token\" in ");
                sql_int_list(sql, arm->except_tokens, arm->except_tokens_count);
        }
        sql(sql, "))");
}

void scope_arm_entry(const ScopeArm *arm, bool alone, Sql *sql) {
        sql(sql, "e.\"object_id\" = ");
        sql_int(sql, arm->object);
        sql(sql, " and e.\"token\" = ");
        sql_int(sql, arm->id);
        if (!alone)
                return;
        except_sql(arm, STR("t"), sql);
        except_entries(arm, sql);
}

void scope_arm_sql(const ScopeArm *arm, bool alone, Str alias, Sql *sql) {
        switch (arm->kind) {
        case ARM_ALL:
                sql(sql, "1=1");
                return;
        case ARM_DEPARTMENT:
                sql_column(sql, alias, STR("department_id"));
                sql(sql, " = ");
                sql_int(sql, arm->id);
                return;
        case ARM_OWNER:
                sql_column(sql, alias, STR("owner_id"));
                sql(sql, " = ");
                sql_int(sql, arm->id);
                break;
        case ARM_ENTRY:
                sql_column(sql, alias, STR("id"));
                sql(sql, " in (select e.\"record_id\" from \"access_entry\" e where ");
                scope_arm_entry(arm, false, sql);
                if (alone)
                        except_entries(arm, sql);
                sql(sql, ")");
                break;
        }
        if (alone)
                except_sql(arm, alias, sql);
}
