// Departments: they form trees, one of which at least remains, and none disappears with people in it.
#include "objects/department/merge.h"
#include "record/search.h"

#define DEEPEST 32

static Status parent_of(Call *call, int64_t id, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"parent_id\" from \"department\" where \"id\" = ");
        sql_int(&select, id);
        *ret = 0;
        return db_get_int(call->db, &select, ret, NULL);
}

// Walks upwards from the new parent, in the database: the snapshot may not know of a change that has just been committed.
static Status check_parent(Call *call, const RecordChange *change) {
        Value parent = record_value(change->after, "parent");
        int64_t at = parent.kind == VALUE_INTEGER ? parent.integer : 0;
        for (int depth = 1; at; depth++) {
                if (at == change->id && change->id) {
                        (void)error_add(call->context, STR("parent"), "department_cycle");
                        return STATUS_OK;
                }
                if (depth >= DEEPEST) {
                        (void)error_add(call->context, STR("parent"), "department_deep", STR("32"));
                        return STATUS_OK;
                }
                TRY(parent_of(call, at, &at));
        }
        return STATUS_OK;
}

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static bool in_tree(const Actor *actor, int64_t department) {
        for (size_t i = 0; i < actor->tree_count; i++)
                if (actor->tree[i] == department)
                        return true;
        return false;
}

// The tree says who sees what: without being an administrator nobody brings a department under himself.
static void keep_rights(Call *call, const RecordChange *change) {
        if (!change->by_user || call->actor->administrator || change->kind == CHANGE_RESTORE)
                return;
        Value head = record_value(change->after, "head"), parent = record_value(change->after, "parent");
        bool taken = change->before && changed(change, "parent") && parent.kind == VALUE_INTEGER && in_tree(call->actor, parent.integer) && !in_tree(call->actor, change->id);
        if (taken)
                (void)error_add(call->context, STR("parent"), "department_own_rights");
        if (changed(change, "head") && head.kind == VALUE_INTEGER && head.integer == call->actor->user)
                (void)error_add(call->context, STR("head"), "department_own_rights");
}

static Status count_where(Call *call, const Object *object, const NamingField *naming, int64_t department, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select count(*) from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null and ");
        department_named(naming, department, &select);
        return db_get_int(call->db, &select, ret, NULL);
}

static Status is_named(Call *call, const NamingField *naming, int64_t department, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, naming->object->table);
        sql(&select, " where deleted_at is null and ");
        department_named(naming, department, &select);
        sql(&select, " limit 1");
        return db_get_int(call->db, &select, NULL, ret);
}

// Active or not: whoever left is still to be found where he was. Few enough to be counted.
static Status refuse_people(Call *call, const NamingField *fields, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++) {
                bool people = str_is(fields[i].object->name, "user"), below = str_is(fields[i].object->name, "department");
                int64_t found = 0;
                if (people || below)
                        TRY(count_where(call, fields[i].object, &fields[i], id, &found));
                if (found)
                        return error_set(call->context, STATUS_CONFLICT, people ? "department_people" : "department_children", str_format(call->context->arena, "%lld", (long long)found));
        }
        return STATUS_OK;
}

static Status refuse_records(Call *call, const NamingField *fields, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++) {
                bool found = false;
                TRY(is_named(call, &fields[i], id, &found));
                if (found)
                        return error_set(call->context, STATUS_CONFLICT, "department_records", label_text(&fields[i].object->plural, call->context->lang));
        }
        return STATUS_OK;
}

static Status check_empty(Call *call, int64_t id) {
        NamingField *fields = NULL;
        size_t count = 0;
        bool found = false;
        department_fields(call, &fields, &count);
        TRY(refuse_people(call, fields, count, id));
        TRY(refuse_records(call, fields, count, id));
        Sql others = db_sql(call->db);
        sql(&others, "select 1 from \"department\" where \"deleted_at\" is null and \"id\" <> ");
        sql_int(&others, id);
        sql(&others, " limit 1");
        TRY(db_get_int(call->db, &others, NULL, &found));
        return found ? STATUS_OK : error_set(call->context, STATUS_CONFLICT, "department_last");
}

static Status department_before(Call *call, RecordChange *change) {
        TRY(access_bump(call->db)); // first: changes of the tree wait for each other, so that two cannot close a cycle together
        if (change->kind == CHANGE_DELETE)
                return check_empty(call, change->id);
        keep_rights(call, change);
        return check_parent(call, change);
}

static Status department_after(Call *call, const RecordChange *change) {
        call->metadata_changed = true;
        bool moved = change->before && change->after && !value_eq(record_value(change->before, "parent"), record_value(change->after, "parent"));
        return moved ? search_department_moved(call, change->id) : STATUS_OK;
}

static const Action actions[] = {{.name = "merge", .needs = VERB_UPDATE, .run = action_merge}};
static const JobKind jobs[] = {{MERGE_JOB, merge_run}};
const ObjectModule department_module = {.object = "department", .before = department_before, .after = department_after, .actions = actions, .actions_count = 1, .jobs = jobs, .jobs_count = 1};
