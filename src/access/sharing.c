// Sharing rules as they are in effect: read into the snapshot, and found for a person. Their entries are the record layer's.
#include "access/inside.h"
#include "access/sharing.h"

static const char *const not_shared[] = {"user", "department", "role", "sharing_rule", "team_member", "notification"};

bool sharing_suits(const Object *object) {
        for (size_t i = 0; i < sizeof not_shared / sizeof *not_shared; i++)
                if (str_is(object->name, not_shared[i]))
                        return false;
        return !object->retired;
}

bool sharing_over(const Access *access, const Object *object) {
        for (size_t i = 0; i < access->rules_count; i++)
                if (access->rules[i].object->id == object->id)
                        return true;
        return false;
}

Status sharing_parse(Context *context, const Catalog *catalog, const Object *object, Str source, const Expr **ret) {
        ExprNames names = catalog_names(catalog);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL, .own = true};
        return expr_parse(context, &parse, source, ret);
}

// A condition that does not hold together any more (a field was deleted) shares nothing.
static bool take_condition(Access *access, SharingRule *rule, Str source) {
        Context own;
        context_init(&own, access->arena, LANG_EN, 0);
        rule->source = str_copy(access->arena, source);
        return sharing_parse(&own, access->catalog, rule->object, rule->source, &rule->condition) == STATUS_OK;
}

static bool take_rule(Access *access, Rows *rows, SharingRule *ret) {
        Arena *arena = access->arena;
        Value active = rows_value(rows, 7, VALUE_BOOL);
        SharingRule rule = {.id = rows_int(rows, 0), .object = catalog_find(access->catalog, rows_text(rows, 2))};
        if (!rule.object || !sharing_suits(rule.object) || active.kind != VALUE_BOOL || !active.boolean)
                return false;
        rule.name = str_copy(arena, rows_text(rows, 1));
        rule.write = str_is(rows_text(rows, 8), "write");
        rule.ready = str_is(rows_text(rows, 9), "ready");
        read_ids(arena, rows_text(rows, 4), &rule.users, &rule.users_count);
        read_ids(arena, rows_text(rows, 5), &rule.departments, &rule.departments_count);
        read_ids(arena, rows_text(rows, 6), &rule.roles, &rule.roles_count);
        *ret = rule;
        return take_condition(access, ret, rows_text(rows, 3));
}

Status sharing_load(Db *db, Access *access) {
        static const char *const columns[] = {"id", "name", "object", "condition", "users", "departments", "roles", "active", "access", "state"};
        const Object *object = catalog_find(access->catalog, STR("sharing_rule"));
        if (!object)
                return STATUS_OK;
        Sql select = db_sql(db);
        select_columns(&select, object, columns, sizeof columns / sizeof *columns);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        size_t capacity = 0;
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (access->rules_count == capacity) {
                        size_t more = capacity ? capacity * 2 : 16;
                        access->rules = arena_grow(access->arena, access->rules, capacity * sizeof *access->rules, more * sizeof *access->rules);
                        capacity = more;
                }
                access->rules_count += take_rule(access, rows, &access->rules[access->rules_count]);
        }
}

const SharingRule *access_rule(const Access *access, int64_t id) {
        for (size_t i = 0; i < access->rules_count; i++)
                if (access->rules[i].id == id)
                        return &access->rules[i];
        return NULL;
}

bool ids_have(const int64_t *ids, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

bool department_below(const Access *access, int64_t department, int64_t above) {
        const Department *below = access_department(access, department), *top = access_department(access, above);
        return below && top && below->enter >= top->enter && below->enter < top->leave;
}

int64_t sharing_role(const SharingRule *rule, const Actor *actor) {
        for (size_t i = 0; i < actor->roles_count; i++)
                if (ids_have(rule->roles, rule->roles_count, actor->roles[i]))
                        return actor->roles[i];
        return 0;
}

int64_t sharing_department(const SharingRule *rule, const Actor *actor) {
        for (size_t i = 0; i < rule->departments_count; i++)
                for (size_t k = 0; k < actor->departments_count; k++)
                        if (department_below(actor->access, actor->departments[k], rule->departments[i]))
                                return rule->departments[i];
        return 0;
}

bool sharing_user(const SharingRule *rule, const Actor *actor) {
        return ids_have(rule->users, rule->users_count, actor->user);
}

void actor_take_rules(Arena *arena, Actor *actor) {
        const Access *access = actor->access;
        const SharingRule **rules = arena_array(arena, const SharingRule *, access->rules_count);
        size_t count = 0;
        for (size_t i = 0; i < access->rules_count; i++) {
                const SharingRule *rule = &access->rules[i];
                if (rule->ready && (sharing_user(rule, actor) || sharing_role(rule, actor) || sharing_department(rule, actor)))
                        rules[count++] = rule;
        }
        actor->rules = rules;
        actor->rules_count = count;
}
