// Entries of many records at once, in SQL: what records should have by one source, and exchanging what is stored for that. entry.c says the same for one record in memory;
// the self-check compares both.
#include "record/entry.h"
#include "record/query.h"

static void live(const Sql *which, Sql *select) {
        sql(select, "t.deleted_at is null");
        if (which)
                sql_append(select, which);
}

static void and_time(bool write, Sql *select) {
        sql(select, " as token, t.updated_at as updated_at, ");
        sql_value(select, value_bool(write));
        sql(select, " as \"write\" from ");
}

static void wanted_readers(const Object *object, const Sql *which, Sql *select) {
        bool postgres = select->dialect == DIALECT_POSTGRES;
        sql(select, "select distinct t.id as record_id, ");
        sql_fixed(select, postgres ? STR("p::bigint * 4") : STR("cast(p.value as integer) * 4"));
        and_time(false, select);
        sql_name(select, object->table);
        sql_fixed(select, postgres ? STR(" t cross join jsonb_array_elements_text(") : STR(" t, json_each("));
        sql_column(select, STR("t"), object->readers->column);
        sql_fixed(select, postgres ? STR("::jsonb) p where ") : STR(") p where "));
        sql_column(select, STR("t"), object->readers->column);
        sql(select, " is not null and ");
        live(which, select);
}

static Status wanted_rule(Db *db, const SharingRule *rule, const Sql *which, Sql *select) {
        ExprNames names = catalog_names(rule->object->catalog);
        ExprEnv env = {.now_ms = db_context(db)->now_ms, .zone = rule->object->catalog->zone};
        sql(select, "select t.id as record_id, ");
        sql_int(select, token_of(TOKEN_RULE, rule->id));
        and_time(false, select);
        sql_name(select, rule->object->table);
        sql(select, " t where ");
        live(which, select);
        sql(select, " and (");
        TRY(expr_sql(db_context(db), rule->condition, &env, &names, STR("t"), select));
        sql(select, ")");
        return STATUS_OK;
}

static void wanted_team(const Object *object, const Sql *which, Sql *select) {
        sql(select, "select t.id as record_id, ");
        sql(select, "m.user_id * 4 as token, t.updated_at as updated_at, m.access = 'write' as \"write\" from team_member m join ");
        sql_name(select, object->table);
        sql(select, " t on t.id = haike_id_of(m.record) where m.deleted_at is null and haike_object_of(m.record) = ");
        sql_str(select, object->name);
        sql(select, " and ");
        live(which, select);
}

static void wanted_pool(const Object *object, const Sql *which, Sql *select) {
        sql(select, "select t.id as record_id, ");
        sql_column(select, STR("t"), object->pool->column);
        sql_fixed(select, object->pooled ? STR(" * 8 + 3") : STR(" * 8 + 7")); // token_of_pool()
        and_time(false, select);
        sql_name(select, object->table);
        sql(select, " t where ");
        sql_column(select, STR("t"), object->pool->column);
        sql(select, " is not null and ");
        live(which, select);
}

// Of one kind of record that the field may refer to: its owner, or its department.
static void wanted_parent(const Field *field, const Object *parent, bool department, const Sql *which, Sql *select) {
        bool reference = field->type->reference;
        sql(select, "select t.id as record_id, ");
        sql_fixed(select, department ? STR("p.department_id * 4 + 1") : STR("p.owner_id * 4"));
        and_time(false, select);
        sql_name(select, field->object->table);
        sql(select, " t join ");
        sql_name(select, parent->table);
        sql_fixed(select, reference ? STR(" p on p.id = ") : STR(" p on p.id = haike_id_of("));
        sql_column(select, STR("t"), field->column);
        if (!reference) {
                sql(select, ") and haike_object_of(");
                sql_column(select, STR("t"), field->column);
                sql(select, ") = ");
                sql_str(select, parent->name);
        }
        sql_fixed(select, department ? STR(" where p.department_id is not null") : STR(" where p.owner_id is not null"));
        sql(select, " and p.deleted_at is null and ");
        live(which, select);
}

static bool may_refer_to(const Object *parent, const Field *field) {
        for (size_t i = 0; i < parent->seen_through_count; i++)
                if (parent->seen_through[i] == field)
                        return true;
        return false;
}

static void wanted_through(const Field *field, const Object *only, const Sql *which, Sql *select) {
        const Catalog *catalog = field->object->catalog;
        bool first = true;
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Object *parent = catalog->objects[i];
                for (int department = 0; department < 2 && (only ? parent == only : !parent->retired && may_refer_to(parent, field)); department++) {
                        if (!first)
                                sql(select, " union all ");
                        wanted_parent(field, parent, department, which, select);
                        first = false;
                }
        }
}

static const Field *through_field(const Object *object, int64_t source) {
        for (size_t i = 0; i < object->through_count; i++)
                if (object->through[i]->id == source)
                        return object->through[i];
        return NULL;
}

Status entries_wanted(Db *db, const EntrySet *set, Sql *select) {
        const Object *object = set->object;
        switch (set->source) {
        case SOURCE_READERS:
                wanted_readers(object, set->which, select);
                return STATUS_OK;
        case SOURCE_RULE:
                return wanted_rule(db, set->rule, set->which, select);
        case SOURCE_TEAM:
                wanted_team(object, set->which, select);
                return STATUS_OK;
        case SOURCE_POOL:
                wanted_pool(object, set->which, select);
                return STATUS_OK;
        }
        const Field *field = through_field(object, set->source);
        ensure(field);
        wanted_through(field, set->parent, set->which, select);
        return STATUS_OK;
}

void entries_referring(const Field *field, const Object *parent, int64_t id, Sql *select) {
        sql(select, " and ");
        sql_column(select, STR("t"), field->column);
        sql(select, " = ");
        if (field->type->reference)
                sql_int(select, id);
        else
                sql_str(select, str_format(select->arena, STR_FMT ":%lld", STR_ARG(parent->name), (long long)id));
}

static Status forget(Db *db, const EntrySet *set) {
        Sql remove = db_sql(db);
        sql(&remove, "delete from access_entry where object_id = ");
        sql_int(&remove, set->object->id);
        sql(&remove, " and source = ");
        sql_int(&remove, set->source);
        sql(&remove, " and record_id in (select t.id from ");
        sql_name(&remove, set->object->table);
        sql(&remove, " t where ");
        live(set->which, &remove);
        sql(&remove, ")");
        return db_exec(db, &remove, NULL);
}

Status entries_exchange(Db *db, const EntrySet *set) {
        Sql insert = db_sql(db);
        TRY(forget(db, set));
        sql(&insert, "insert into access_entry (object_id, record_id, source, token, updated_at, \"write\") select ");
        sql_int(&insert, set->object->id);
        sql(&insert, ", w.record_id, ");
        sql_int(&insert, set->source);
        sql(&insert, ", w.token, w.updated_at, w.\"write\" from (");
        TRY(entries_wanted(db, set, &insert));
        sql(&insert, ") w where true on conflict do nothing");
        return db_exec(db, &insert, NULL);
}
