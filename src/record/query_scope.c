// What the reader may see, as SQL: one arm per owner and department where each can be read in the order of an index, else one condition. Which of these a list
// takes is decided in query_path.c; what the scope is, in access.
#include "record/query.h"

// Merging a hundred costs a page 0.25 ms, two hundred 0.6 ms. A walk costs less where the reader sees much, and 2 s at a million rows where he sees nothing.
#define ARMS_LARGEST 200
#define FETCHED_LARGEST 50000 // rows of a scope that are rather fetched one by one than found by reading the table

ReadScope scope_of_reader(Call *call, const Object *object) {
        ReadScope scope = {.object = object};
        bool single = false;
        if (!actor_may(call->actor, object, VERB_READ))
                return scope;
        actor_scope_arms(call->context->arena, call->actor, object, VERB_READ, ARMS_LARGEST, &scope.arms, &scope.arms_count, &single);
        if (single)
                scope.path = SCOPE_PATH_CONDITION;
        else if (scope.arms_count)
                scope.path = scope.arms[0].kind == ARM_ALL ? SCOPE_PATH_ALL : SCOPE_PATH_ARMS;
        return scope;
}

static size_t ids_of(const ReadScope *scope, ArmKind kind, int64_t *ret) {
        size_t count = 0;
        for (size_t i = 0; i < scope->arms_count; i++)
                if (scope->arms[i].kind == kind)
                        ret[count++] = scope->arms[i].id;
        return count;
}

// In no order, so that departments are one range of an index after the other, and not a select each.
void scope_ids(const ReadScope *scope, Sql *select) {
        static const struct { ArmKind kind; Str column; } columns[] = {{ARM_OWNER, STR("owner_id")}, {ARM_DEPARTMENT, STR("department_id")}};
        int64_t *ids = arena_array(select->arena, int64_t, scope->arms_count + 1);
        bool first = true;
        for (size_t i = 0; i < 2; i++) {
                size_t count = ids_of(scope, columns[i].kind, ids);
                if (!count)
                        continue;
                sql_fixed(select, first ? STR("select t.id from ") : STR(" union all select t.id from "));
                sql_name(select, scope->object->table);
                sql(select, " t where t.deleted_at is null and ");
                sql_column(select, STR("t"), columns[i].column);
                sql(select, " in ");
                sql_int_list(select, ids, count);
                first = false;
        }
        size_t tokens = ids_of(scope, ARM_ENTRY, ids);
        if (!tokens)
                return;
        sql_fixed(select, first ? STR("select e.record_id from access_entry e where e.object_id = ") : STR(" union all select e.record_id from access_entry e where e.object_id = "));
        sql_int(select, scope->object->id);
        sql(select, " and e.token in ");
        sql_int_list(select, ids, tokens);
}

Status rows_at_most(Call *call, const Sql *rows, int64_t limit, bool *ret) {
        Sql select = db_sql(call->db);
        int64_t count = 0;
        bool found;
        sql(&select, "select count(*) from (");
        sql_append(&select, rows);
        sql(&select, " limit ");
        sql_int(&select, limit + 1);
        sql(&select, ") counted");
        TRY(db_get_int(call->db, &select, &count, &found));
        *ret = count <= limit;
        return STATUS_OK;
}

Status scope_condition(Call *call, const Object *object, Verb verb, Str alias, bool opaque, Sql *select) {
        sql(select, "(");
        if (actor_may(call->actor, object, verb))
                TRY(actor_scope_sql(call->context, call->actor, object, verb, alias, select));
        else
                sql(select, "1=0");
        sql(select, ")");
        if (opaque && select->dialect == DIALECT_SQLITE)
                sql(select, " is true");
        return STATUS_OK;
}

// Of the records above, those in pools that mask something are not seen through: what hangs under them would tell it.
static Status scope_above(Call *call, const Object *object, Str alias, int depth, Sql *select) {
        if (depth == 0 || !object->pooled || !actor_may(call->actor, object, VERB_READ))
                return scope_condition(call, object, VERB_READ, alias, false, select);
        sql(select, "(");
        TRY(actor_open_scope_sql(call->context, call->actor, object, alias, select));
        sql(select, ")");
        return STATUS_OK;
}

Status scope_with_parents(Call *call, const Object *object, Str alias, int depth, Sql *select) {
        const Field *inherit = object->inherit;
        bool parents = inherit && inherit->target && depth < PARENTS_DEEPEST && actor_may(call->actor, object, VERB_READ) &&
                       actor_scope(call->actor, object, VERB_READ).kind != SCOPE_ALL && actor_may(call->actor, inherit->target, VERB_READ);
        if (!parents)
                return scope_above(call, object, alias, depth, select);
        Str above = str_format(call->context->arena, "h%d", depth);
        sql(select, "(");
        TRY(scope_above(call, object, alias, depth, select));
        sql(select, " or exists (select 1 from ");
        sql_name(select, inherit->target->table);
        sql(select, " ");
        sql_fixed(select, above);
        sql(select, " where ");
        sql_column(select, above, STR("id"));
        sql(select, " = ");
        sql_column(select, alias, inherit->column);
        sql(select, " and ");
        sql_column(select, above, STR("deleted_at"));
        sql(select, " is null and ");
        TRY(scope_with_parents(call, inherit->target, above, depth + 1, select));
        sql(select, "))");
        return STATUS_OK;
}

// SQLite knows no figures of its tables: it would walk some index and fetch the rows in its order, five times as slow as reading the table through.
Status scan_choose(Call *call, const ReadScope *scope, const FilterShape *shape, Scan *ret) {
        Scan scan = {.condition = db_sql(call->db)};
        bool sqlite = db_dialect(call->db) == DIALECT_SQLITE, small = false;
        Sql ids = db_sql(call->db);
        if (scope->path == SCOPE_PATH_ARMS && !shape->equal) { // no index answers owners, departments and entries as one condition
                scope_ids(scope, &ids);
                TRY(rows_at_most(call, &ids, FETCHED_LARGEST, &small));
        }
        if (small) {
                sql(&scan.condition, " and t.id in (");
                sql_append(&scan.condition, &ids);
                sql(&scan.condition, ")");
        } else if (scope->path != SCOPE_PATH_ALL) {
                sql(&scan.condition, " and ");
                TRY(scope_condition(call, scope->object, VERB_READ, STR("t"), true, &scan.condition));
        }
        scan.whole = sqlite && !small && !shape->equal && !shape->indexed;
        *ret = scan;
        return STATUS_OK;
}
