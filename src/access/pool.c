// Pools as they are in effect: read into the snapshot, found for a person, and what is masked of the records that lie in them. Who may claim and what is recycled is
// the business of objects/pool.
#include "access/inside.h"
#include "base/json.h"

static bool is_true(Value value) {
        return value.kind == VALUE_BOOL && value.boolean;
}

static bool is_listed(const Json *names, Str name) {
        for (size_t i = 0; names && i < names->count; i++)
                if (str_eq(names->items[i].text, name))
                        return true;
        return false;
}

// Phones and addresses always, texts where the pool names them. A masked pool whose list cannot be read names none.
static void take_veils(Arena *arena, Pool *pool, Str list) {
        Context own;
        Json *names = NULL;
        context_init(&own, arena, LANG_EN, 0);
        pool->veils = arena_array(arena, bool, pool->object->fields_count);
        if (!pool->masked)
                return;
        if (list.len && json_parse(&own, list, 2, &names) != STATUS_OK)
                names = NULL;
        for (size_t i = 0; i < pool->object->fields_count; i++) {
                const Field *field = pool->object->fields[i];
                bool contact = strcmp(field->type->name, "phone") == 0 || strcmp(field->type->name, "email") == 0;
                pool->veils[i] = field->stored && field->role == FIELD_PLAIN && field->kind == VALUE_TEXT && (contact || is_listed(names, field->name));
        }
}

static bool take_pool(const Catalog *catalog, Arena *arena, Rows *rows, Pool *ret) {
        Pool pool = {.id = rows_int(rows, 0), .object = catalog_find(catalog, rows_text(rows, 2))};
        if (!pool.object || !pool.object->pooled)
                return false;
        pool.name = str_copy(arena, rows_text(rows, 1));
        read_ids(arena, rows_text(rows, 3), &pool.users, &pool.users_count);
        read_ids(arena, rows_text(rows, 4), &pool.departments, &pool.departments_count);
        read_ids(arena, rows_text(rows, 5), &pool.administrators, &pool.administrators_count);
        pool.active = is_true(rows_value(rows, 6, VALUE_BOOL));
        pool.masked = is_true(rows_value(rows, 7, VALUE_BOOL));
        pool.view_daily = rows_null(rows, 9) ? 0 : rows_int(rows, 9);
        pool.order = rows_null(rows, 10) ? 0 : (int)rows_int(rows, 10);
        take_veils(arena, &pool, str_copy(arena, rows_text(rows, 8)));
        *ret = pool;
        return true;
}

Status pools_read(Db *db, const Catalog *catalog, Arena *arena, Pool **ret, size_t *ret_count) {
        static const char *const columns[] = {"id", "name", "object", "members", "departments", "administrators", "active", "masked", "mask_fields", "view_daily", "order"};
        const Object *object = catalog_find(catalog, STR("pool"));
        *ret = NULL;
        *ret_count = 0;
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
                if (*ret_count == capacity) {
                        size_t more = capacity ? capacity * 2 : 8;
                        *ret = arena_grow(arena, *ret, capacity * sizeof **ret, more * sizeof **ret);
                        capacity = more;
                }
                *ret_count += take_pool(catalog, arena, rows, &(*ret)[*ret_count]);
        }
}

Status pools_load(Db *db, Access *access) {
        return pools_read(db, access->catalog, access->arena, &access->pools, &access->pools_count);
}

const Pool *access_pool(const Access *access, int64_t id) {
        for (size_t i = 0; i < access->pools_count; i++)
                if (access->pools[i].id == id)
                        return &access->pools[i];
        return NULL;
}

bool pool_administers(const Pool *pool, const Actor *actor) {
        return actor->administrator || ids_have(pool->administrators, pool->administrators_count, actor->user);
}

static bool is_in(const Pool *pool, const Actor *actor) {
        if (ids_have(pool->users, pool->users_count, actor->user) || ids_have(pool->administrators, pool->administrators_count, actor->user))
                return true;
        for (size_t i = 0; i < pool->departments_count; i++)
                for (size_t k = 0; k < actor->departments_count; k++)
                        if (department_below(actor->access, actor->departments[k], pool->departments[i]))
                                return true;
        return false;
}

bool pool_has(const Pool *pool, const Actor *actor) {
        return pool->active && is_in(pool, actor);
}

void actor_take_pools(Arena *arena, Actor *actor) {
        const Access *access = actor->access;
        const Pool **pools = arena_array(arena, const Pool *, access->pools_count);
        size_t count = 0;
        for (size_t i = 0; i < access->pools_count; i++)
                if (pool_has(&access->pools[i], actor))
                        pools[count++] = &access->pools[i];
        actor->pools = pools;
        actor->pools_count = count;
}

// ---- Masks

bool pool_veils(const Pool *pool, const Actor *actor) {
        return pool->masked && !pool_administers(pool, actor);
}

static bool pool_veils_field(const Pool *pool, const Actor *actor, const Field *field) {
        if (!pool_veils(pool, actor) || !str_eq(pool->object->name, field->object->name))
                return false;
        const Field *own = pool->object == field->object ? field : object_find(pool->object, field->name);
        return own && pool->veils[own->index];
}

bool actor_veils(const Actor *actor, const Field *field) {
        const Access *access = actor->access;
        for (size_t i = 0; field->object->pooled && !actor->administrator && i < access->pools_count; i++)
                if (pool_veils_field(&access->pools[i], actor, field))
                        return true;
        return false;
}

bool actor_veiled(const Actor *actor, const Field *field, Value pool) {
        const Pool *known = field->object->pooled && pool.kind == VALUE_INTEGER ? access_pool(actor->access, pool.integer) : NULL;
        return known && pool_veils_field(known, actor, field);
}

bool actor_veil_sql(const Actor *actor, const Field *field, Str alias, Sql *sql) {
        const Access *access = actor->access;
        if (!actor_veils(actor, field))
                return false;
        int64_t *ids = arena_array(sql->arena, int64_t, access->pools_count);
        size_t count = 0;
        for (size_t i = 0; i < access->pools_count; i++)
                if (pool_veils_field(&access->pools[i], actor, field))
                        ids[count++] = access->pools[i].id;
        sql(sql, "(");
        sql_column(sql, alias, field->object->pool->column);
        sql(sql, " is not null and ");
        sql_column(sql, alias, field->object->pool->column);
        sql(sql, " in ");
        sql_int_list(sql, ids, count);
        sql(sql, ")");
        return true;
}
