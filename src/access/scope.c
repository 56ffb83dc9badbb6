// Scopes in their three forms, which must agree: a condition in SQL, a check in memory, and separate arms for index-ordered streams.
#include "access/inside.h"

static bool in_tree(const Actor *actor, int64_t department) {
        size_t low = 0, high = actor->tree_count;
        while (low < high) {
                size_t middle = (low + high) / 2;
                if (actor->tree[middle] < department)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < actor->tree_count && actor->tree[low] == department;
}

// The departments whose records the scope covers, whoever owns them; ascending.
static void scope_departments(const Actor *actor, ScopeKind kind, const int64_t **ret, size_t *ret_count) {
        *ret = NULL;
        *ret_count = 0;
        if (kind == SCOPE_TREE) {
                *ret = actor->tree;
                *ret_count = actor->tree_count;
        } else if (kind == SCOPE_DEPARTMENT && actor->department) {
                *ret = &actor->department;
                *ret_count = 1;
        }
}

// The environment of rules: the actor's, without the guard, since a rule that reads other records must not be narrowed by itself again.
static ExprEnv rule_env(Context *context, const Actor *actor) {
        ExprEnv env = actor_env(context, actor);
        env.guard = NULL;
        return env;
}

static Status rules_cover(Context *context, const Actor *actor, const Scope *scope, const ExprRows *rows, const void *row, bool *ret) {
        ExprEnv env = rule_env(context, actor);
        for (size_t i = 0; i < scope->rules_count; i++) {
                Value value = VALUE_NONE;
                TRY(expr_eval(context, scope->rules[i], &env, rows, row, &value));
                if (value.kind == VALUE_BOOL && value.boolean) {
                        *ret = true;
                        return STATUS_OK;
                }
        }
        return STATUS_OK;
}

Status actor_covers(Context *context, const Actor *actor, const Object *object, Verb verb, int64_t owner, int64_t department,
                    const ExprRows *rows, const void *row, bool *ret) {
        Scope scope = actor_scope(actor, object, verb);
        bool covers = scope.kind == SCOPE_ALL;
        covers |= scope.kind >= SCOPE_OWN && owner && owner == actor->user;
        covers |= scope.kind == SCOPE_DEPARTMENT && department && department == actor->department;
        covers |= scope.kind == SCOPE_TREE && in_tree(actor, department);
        if (!covers && rows)
                TRY(rules_cover(context, actor, &scope, rows, row, &covers));
        *ret = covers;
        return STATUS_OK;
}

bool actor_reads_listed(const Actor *actor, const Object *object, Verb verb) {
        if (!object->readers || verb != VERB_READ || !actor->user)
                return false;
        Scope scope = actor_scope(actor, object, verb);
        return scope.kind != SCOPE_ALL && (scope.kind != SCOPE_NONE || scope.rules_count);
}

static void listed_sql(int64_t object, int64_t user, Str alias, Sql *sql) {
        sql_column(sql, alias, STR("id"));
        sql(sql, " in (select \"record_id\" from \"access_reader\" where \"object_id\" = ");
        sql_int(sql, object);
        sql(sql, " and \"user_id\" = ");
        sql_int(sql, user);
        sql(sql, ")");
}

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

Status actor_scope_sql(Context *context, const Actor *actor, const Object *object, Verb verb, Str alias, Sql *sql) {
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
        if (actor_reads_listed(actor, object, verb)) {
                sql(sql, " or ");
                listed_sql(object->id, actor->user, alias, sql);
        }
        sql(sql, ")");
        return STATUS_OK;
}

void actor_scope_arms(Arena *arena, const Actor *actor, const Object *object, Verb verb, size_t limit, ScopeArm **ret, size_t *ret_count, bool *ret_single) {
        Scope scope = actor_scope(actor, object, verb);
        const int64_t *departments;
        size_t count;
        scope_departments(actor, scope.kind, &departments, &count);
        bool listed = actor_reads_listed(actor, object, verb);
        size_t arms = scope.kind == SCOPE_NONE ? 0 : scope.kind == SCOPE_ALL ? 1 : count + 1 + listed;
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
        if (listed)
                *arm = (ScopeArm){.kind = ARM_READER, .id = actor->user, .object = object->id, .except_owner = actor->user, .except_departments = departments, .except_count = count};
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

void scope_arm_sql(const ScopeArm *arm, Str alias, Sql *sql) {
        switch (arm->kind) {
        case ARM_ALL:
                sql(sql, "1=1");
                break;
        case ARM_DEPARTMENT:
                sql_column(sql, alias, STR("department_id"));
                sql(sql, " = ");
                sql_int(sql, arm->id);
                break;
        case ARM_OWNER:
                sql_column(sql, alias, STR("owner_id"));
                sql(sql, " = ");
                sql_int(sql, arm->id);
                except_sql(arm, alias, sql);
                break;
        case ARM_READER:
                listed_sql(arm->object, arm->id, alias, sql);
                except_sql(arm, alias, sql);
                break;
        }
}
