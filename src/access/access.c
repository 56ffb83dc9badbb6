// The snapshot of the organisation: loading, references, and the actors compiled from it when first asked for. What an actor may is answered in rights.c
// and scope.c.
#include "access/inside.h"
#include "access/settings.h"
#include <stdlib.h>

enum { EPOCH_ORGANISATION = 1, EPOCH_RULES = 2 }; // rows of access_epoch

static Status epoch_of(Db *db, int64_t id, int64_t *ret) {
        Sql select = db_sql(db);
        sql(&select, "select \"epoch\" from \"access_epoch\" where \"id\" = ");
        sql_int(&select, id);
        bool found = false;
        TRY(db_get_int(db, &select, ret, &found));
        return found ? STATUS_OK : error_detail(db_context(db), STATUS_INTERNAL, "internal", "access_epoch has no row");
}

static Role role_read(Access *access, Context *context, Rows *rows, const RoleChange *change) {
        AccessInside *inside = access_inside(access);
        Role role = {.id = rows_int(rows, 0), .key = str_copy(access->arena, rows_text(rows, 1)), .name = str_copy(access->arena, rows_text(rows, 4))};
        Value base = rows_value(rows, 3, VALUE_BOOL);
        role.administrator = str_is(role.key, ROLE_ADMIN);
        role.base = !role.administrator && base.kind == VALUE_BOOL && base.boolean;
        Value second = rows_value(rows, 5, VALUE_BOOL);
        Str bad = STR_NONE;
        role.second_factor = second.kind == VALUE_BOOL && second.boolean;
        (void)network_list_parse(access->arena, rows_text(rows, 6), ALLOW_MOST, &role.allow, &bad); // was checked when it was written
        if (role.administrator) {
                role.grants = grants_everything(access->arena, access->catalog);
                return role;
        }
        role.grants = arena_array(access->arena, ObjectGrant, access->catalog->objects_count);
        Json none = {.kind = JSON_NULL}, *json = NULL;
        bool changed = change && change->role == role.id;
        Str grants = changed ? change->grants : rows_text(rows, 2);
        if ((!changed && rows_null(rows, 2)) || json_parse(context, grants, 16, &json) != STATUS_OK)
                json = &none;
        GrantReader reader = {.context = context, .catalog = access->catalog, .arena = access->arena, .rules = &inside->rules, .quiet = true};
        grants_read(&reader, STR("grants"), json, role.grants);
        return role;
}

// Grants were checked when they were written; what a later change of the catalog broke gives no right. Their JSON is read in a passing arena.
static Status roles_load(Db *db, Access *access, const RoleChange *change) {
        AccessInside *inside = access_inside(access);
        if (!catalog_find(access->catalog, STR("role")))
                return STATUS_OK;
        Sql count = db_sql(db);
        sql(&count, "select count(*) from \"role\" where \"deleted_at\" is null");
        int64_t roles = 0;
        TRY(db_get_int(db, &count, &roles, NULL));
        inside->roles = arena_array(access->arena, Role, roles);
        access->base_roles = arena_array(access->arena, int64_t, roles);
        static const char *const columns[] = {"id", "key", "grants", "base", "name", "second_factor", "allow_list"};
        Sql select = db_sql(db);
        select_columns(&select, catalog_get(access->catalog, "role"), columns, sizeof columns / sizeof *columns);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        while (inside->roles_count < (size_t)roles) {
                bool row;
                TRY(rows_next(rows, &row));
                if (!row)
                        break;
                Role *role = &inside->roles[inside->roles_count++];
                *role = role_read(access, &context, rows, change);
                if (role->base)
                        access->base_roles[access->base_roles_count++] = role->id;
        }
        return STATUS_OK;
}

// The epoch is read first: whatever changes after that will be seen as a newer epoch, and loaded again.
static Status load(Db *db, Access *access, const RoleChange *change) {
        TRY(access_epoch(db, &access->epoch));
        TRY(epoch_of(db, EPOCH_RULES, &access->rules_epoch));
        TRY(departments_load(db, access));
        TRY(people_load(db, access));
        TRY(roles_load(db, access, change));
        TRY(sharing_load(db, access));
        TRY(pools_load(db, access));
        AccessInside *inside = access_inside(access);
        inside->formulas = formulas_load(access->arena, access->catalog);
        inside->system = (Actor){.system = true, .administrator = true, .lang = LANG_ZH_CN, .access = access};
        inside->system.name = STR("system");
        inside->system.grants = grants_everything(access->arena, access->catalog);
        return STATUS_OK;
}

Status access_load(Db *db, Catalog *catalog, Access **ret) {
        return access_load_changed(db, catalog, NULL, ret);
}

Status access_load_changed(Db *db, Catalog *catalog, const RoleChange *change, Access **ret) {
        Arena *arena = arena_new(0);
        Access *access = arena_new_of(arena, Access);
        AccessInside *inside = arena_new_of(arena, AccessInside);
        pthread_mutex_init(&inside->lock, NULL);
        *access = (Access){.arena = arena, .references = 1, .catalog = catalog_ref(catalog), .roles = inside};
        Status status = load(db, access, change);
        if (status != STATUS_OK) {
                access_unref(access);
                return status;
        }
        *ret = access;
        return STATUS_OK;
}

Access *access_ref(Access *access) {
        __atomic_fetch_add(&access->references, 1, __ATOMIC_RELAXED);
        return access;
}

void access_unref(Access *access) {
        if (!access || __atomic_sub_fetch(&access->references, 1, __ATOMIC_ACQ_REL) > 0)
                return;
        pthread_mutex_destroy(&access_inside(access)->lock);
        catalog_unref((Catalog *)access->catalog);
        arena_free(access->arena);
}

const Actor *access_system(const Access *access) {
        return &access_inside(access)->system;
}

static int compare_id(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

static size_t add_subtree(const Access *access, int64_t department, int64_t *ids, size_t count) {
        const int64_t *below = NULL;
        size_t below_count = 0;
        access_subtree(access, NULL, department, &below, &below_count);
        if (ids && below_count)
                memcpy(ids + count, below, below_count * sizeof *ids);
        return count + below_count;
}

static size_t add_tree(const Access *access, const Person *person, int64_t *ids) {
        size_t count = add_subtree(access, person->department, ids, 0);
        for (size_t i = 0; i < person->others_count; i++)
                count = add_subtree(access, person->others[i], ids, count);
        for (size_t i = 0; i < access->departments_count; i++)
                if (access->departments[i].head == person->id)
                        count = add_subtree(access, access->departments[i].id, ids, count);
        return count;
}

static size_t sort_unique(int64_t *ids, size_t count) {
        size_t kept = 0;
        qsort(ids, count, sizeof *ids, compare_id);
        for (size_t i = 0; i < count; i++)
                if (!kept || ids[kept - 1] != ids[i])
                        ids[kept++] = ids[i];
        return kept;
}

static void actor_tree(Access *access, const Person *person, Actor *actor) {
        size_t count = add_tree(access, person, NULL);
        int64_t *ids = arena_array(access->arena, int64_t, count);
        add_tree(access, person, ids);
        actor->tree_count = sort_unique(ids, count);
        actor->tree = ids;
}

static void actor_departments(Access *access, const Person *person, Actor *actor) {
        int64_t *ids = arena_array(access->arena, int64_t, person->others_count + 1);
        size_t count = 0;
        actor->department = access_department(access, person->department) ? person->department : 0;
        if (actor->department)
                ids[count++] = actor->department;
        for (size_t i = 0; i < person->others_count; i++)
                if (access_department(access, person->others[i]))
                        ids[count++] = person->others[i];
        actor->departments_count = sort_unique(ids, count);
        actor->departments = ids;
}

static Actor *actor_compile(Access *access, const Person *person) {
        const Profile *profile = profile_get(access, person->roles, person->roles_count);
        Actor *actor = arena_new_of(access->arena, Actor);
        *actor = (Actor){.user = person->id, .name = person->name, .login = person->login, .lang = person->lang, .access = access};
        actor_take_profile(actor, profile);
        actor_departments(access, person, actor);
        actor_tree(access, person, actor);
        actor_take_rules(access->arena, actor);
        actor_take_pools(access->arena, actor);
        return actor;
}

Status access_actor(Context *context, const Access *access, int64_t user, const Actor **ret) {
        const Person *person = access_person(access, user);
        if (!person || !person->active)
                return error_set(context, STATUS_UNAUTHENTICATED, "unauthenticated");
        Actor **place = &access->actors[person - access->people];
        Actor *actor = __atomic_load_n(place, __ATOMIC_ACQUIRE);
        if (!actor) {
                AccessInside *inside = access_inside(access);
                pthread_mutex_lock(&inside->lock);
                actor = *place;
                if (!actor) {
                        actor = actor_compile((Access *)access, person);
                        __atomic_store_n(place, actor, __ATOMIC_RELEASE);
                }
                pthread_mutex_unlock(&inside->lock);
        }
        *ret = actor;
        return STATUS_OK;
}

static Status bump(Db *db, int64_t id) {
        Sql update = db_sql(db);
        sql(&update, "update \"access_epoch\" set \"epoch\" = \"epoch\" + 1 where \"id\" = ");
        sql_int(&update, id);
        return db_exec(db, &update, NULL);
}

Status access_bump(Db *db) {
        return bump(db, EPOCH_ORGANISATION);
}

Status access_bump_rules(Db *db) {
        TRY(access_bump(db));
        return bump(db, EPOCH_RULES);
}

Status access_epoch(Db *db, int64_t *ret) {
        return epoch_of(db, EPOCH_ORGANISATION, ret);
}
