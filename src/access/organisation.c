// Reads departments and people into a snapshot: sorted by id, departments numbered in preorder so that a subtree is a range.
#include "access/inside.h"
#include <stdlib.h>

// Columns by name, null for those that the object does not have (a definition may lack them in tests and trimmed installations).
void select_columns(Sql *select, const Object *object, const char *const *names, size_t count) {
        sql(select, "select ");
        for (size_t i = 0; i < count; i++) {
                const Field *field = object_find(object, str_from(names[i]));
                if (i)
                        sql(select, ", ");
                if (field && field->stored)
                        sql_column(select, STR_NONE, field->column);
                else
                        sql(select, "null");
        }
        sql(select, " from ");
        sql_name(select, object->table);
        sql(select, " where \"deleted_at\" is null order by \"id\"");
}

static void *grown(Arena *arena, const void *items, size_t count, size_t *capacity, size_t size) {
        *capacity = *capacity ? *capacity * 2 : 64;
        void *more = arena_alloc(arena, *capacity * size);
        if (count)
                memcpy(more, items, count * size);
        return more;
}

static Department *find_department(const Access *access, int64_t id) {
        size_t low = 0, high = access->departments_count;
        while (low < high) {
                size_t middle = (low + high) / 2;
                if (access->departments[middle].id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < access->departments_count && access->departments[low].id == id ? &access->departments[low] : NULL;
}

const Department *access_department(const Access *access, int64_t id) {
        return find_department(access, id);
}

// Children of each department as chained lists over indexes + 1, 0 ends; list 0 … count-1 by parent, list count: those without one.
typedef struct Tree { int *first, *next; int64_t *preorder; int at; } Tree;

static void link_children(const Access *access, Tree *tree) {
        int count = (int)access->departments_count;
        for (int i = count - 1; i >= 0; i--) { // backwards, so that every list ascends
                const Department *parent = find_department(access, access->departments[i].parent);
                int list = parent ? (int)(parent - access->departments) : count;
                tree->next[i] = tree->first[list];
                tree->first[list] = i + 1;
        }
}

// Walks one tree without recursion: depth is the users' to choose. enter -1: not seen yet.
static void number_tree(Access *access, Tree *tree, int root, int *stack) {
        int depth = 0;
        stack[depth++] = root;
        access->departments[root].enter = tree->at;
        tree->preorder[tree->at++] = access->departments[root].id;
        while (depth) {
                int top = stack[depth - 1];
                int child = tree->first[top];
                if (!child) {
                        access->departments[top].leave = tree->at;
                        depth--;
                        continue;
                }
                tree->first[top] = tree->next[child - 1];
                Department *department = &access->departments[child - 1];
                if (department->enter >= 0)
                        continue;
                department->enter = tree->at;
                tree->preorder[tree->at++] = department->id;
                stack[depth++] = child - 1;
        }
}

// Trees from the departments without a parent; what is left then hangs in a cycle, which is cut where it is met first.
static void number_departments(Access *access) {
        int count = (int)access->departments_count;
        Tree tree = {.first = arena_array(access->arena, int, count + 1), .next = arena_array(access->arena, int, count + 1)};
        tree.preorder = arena_array(access->arena, int64_t, count + 1);
        int *stack = arena_array(access->arena, int, count + 1);
        link_children(access, &tree);
        for (int i = 0; i < count; i++)
                access->departments[i].enter = -1;
        for (int root = tree.first[count]; root; root = tree.next[root - 1])
                number_tree(access, &tree, root - 1, stack);
        for (int i = 0; i < count; i++)
                if (access->departments[i].enter < 0)
                        number_tree(access, &tree, i, stack);
        access_inside(access)->preorder = tree.preorder;
}

Status departments_load(Db *db, Access *access) {
        static const char *const columns[] = {"id", "parent", "head", "name"};
        const Object *object = catalog_find(access->catalog, STR("department"));
        if (object) {
                Sql select = db_sql(db);
                select_columns(&select, object, columns, 4);
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(db, &select, &rows));
                size_t capacity = 0;
                for (bool row;;) {
                        TRY(rows_next(rows, &row));
                        if (!row)
                                break;
                        if (access->departments_count == capacity)
                                access->departments = grown(access->arena, access->departments, access->departments_count, &capacity, sizeof(Department));
                        access->departments[access->departments_count++] = (Department){.id = rows_int(rows, 0), .parent = rows_int(rows, 1), .head = rows_int(rows, 2), .name = str_copy(access->arena, rows_text(rows, 3))};
                }
        }
        number_departments(access);
        return STATUS_OK;
}

bool next_id(Str list, size_t *at, int64_t *ret) {
        while (*at < list.len && (list.data[*at] < '0' || list.data[*at] > '9'))
                (*at)++;
        size_t from = *at;
        while (*at < list.len && list.data[*at] >= '0' && list.data[*at] <= '9')
                (*at)++;
        return *at > from && str_to_int64(str_slice(list, from, *at), ret);
}

static void put_named(JsonWriter *w, const char *key, bool there, int64_t id, Str name) {
        json_key(w, str_from(key));
        if (!there) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_int(w, "id", id);
        json_put_str(w, "name", name);
        json_close_object(w);
}

void person_put(JsonWriter *w, const char *key, const Person *person) {
        put_named(w, key, person != NULL, person ? person->id : 0, person ? person->name : STR_NONE);
}

void department_put(JsonWriter *w, const char *key, const Department *department) {
        put_named(w, key, department != NULL, department ? department->id : 0, department ? department->name : STR_NONE);
}

void user_put(JsonWriter *w, const char *key, const Access *access, int64_t id) {
        const Person *person = access_person(access, id);
        put_named(w, key, true, id, person ? person->name : STR(""));
}

bool access_roles_have(Str roles, int64_t role) {
        int64_t id;
        for (size_t at = 0; next_id(roles, &at, &id);)
                if (id == role)
                        return true;
        return false;
}

void read_ids(Arena *arena, Str list, int64_t **ret, size_t *ret_count) {
        int64_t id;
        size_t count = 0;
        for (size_t at = 0; next_id(list, &at, &id);)
                count++;
        *ret = arena_array(arena, int64_t, count);
        *ret_count = 0;
        for (size_t at = 0; next_id(list, &at, &id);)
                (*ret)[(*ret_count)++] = id;
}

static void read_person(Arena *arena, Rows *rows, Person *person) {
        Value active = rows_value(rows, 2, VALUE_BOOL);
        *person = (Person){.id = rows_int(rows, 0), .department = rows_int(rows, 1), .active = active.kind == VALUE_BOOL && active.boolean};
        person->lang = lang_from(rows_text(rows, 3));
        read_ids(arena, rows_text(rows, 4), &person->roles, &person->roles_count);
        read_ids(arena, rows_text(rows, 7), &person->others, &person->others_count);
        person->login = str_copy(arena, rows_text(rows, 5));
        person->name = str_copy(arena, rows_text(rows, 6));
        person->superior = rows_int(rows, 8);
}

Status people_load(Db *db, Access *access) {
        static const char *const columns[] = {"id", "department", "active", "lang", "roles", "login", "name", "other_departments", "superior"};
        const Object *object = catalog_find(access->catalog, STR("user"));
        if (object) {
                Sql select = db_sql(db);
                select_columns(&select, object, columns, sizeof columns / sizeof *columns);
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(db, &select, &rows));
                size_t capacity = 0;
                for (bool row;;) {
                        TRY(rows_next(rows, &row));
                        if (!row)
                                break;
                        if (access->people_count == capacity)
                                access->people = grown(access->arena, access->people, access->people_count, &capacity, sizeof(Person));
                        read_person(access->arena, rows, &access->people[access->people_count++]);
                }
        }
        access->actors = arena_array(access->arena, struct Actor *, access->people_count);
        return STATUS_OK;
}

const Person *access_person(const Access *access, int64_t id) {
        size_t low = 0, high = access->people_count;
        while (low < high) {
                size_t middle = (low + high) / 2;
                if (access->people[middle].id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < access->people_count && access->people[low].id == id ? &access->people[low] : NULL;
}

void access_subtree(const Access *access, Arena *arena, int64_t department, const int64_t **ret, size_t *ret_count) {
        (void)arena;
        const Department *found = find_department(access, department);
        *ret = found ? &access_inside(access)->preorder[found->enter] : NULL;
        *ret_count = found ? (size_t)(found->leave - found->enter) : 0;
}
