// Routes about the organisation: its tree with how many people are where, and what one department holds.
#include "api/route.h"
#include "objects/department/merge.h"

// ---- The tree

typedef struct Count { int64_t people, inactive, others; } Count;

static size_t index_of(const Access *access, int64_t department) {
        const Department *found = access_department(access, department);
        return found ? (size_t)(found - access->departments) : access->departments_count;
}

// One more place than departments: for those who are in none.
static Count *count_people(Arena *arena, const Access *access) {
        Count *counts = arena_array(arena, Count, access->departments_count + 1);
        for (size_t i = 0; i < access->people_count; i++) {
                const Person *person = &access->people[i];
                Count *count = &counts[index_of(access, person->department)];
                if (person->active)
                        count->people++;
                else
                        count->inactive++;
                for (size_t k = 0; person->active && k < person->others_count; k++)
                        counts[index_of(access, person->others[k])].others++;
        }
        return counts;
}

static void write_id(JsonWriter *w, const char *key, int64_t id) {
        json_key(w, str_from(key));
        if (id)
                json_add_int(w, id);
        else
                json_add_null(w);
}

static void write_head(const Access *access, JsonWriter *w, int64_t head) {
        const Person *person = access_person(access, head);
        json_key(w, STR("head"));
        if (!person) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_int(w, "id", person->id);
        json_put_str(w, "name", person->name);
        json_put_bool(w, "active", person->active);
        json_close_object(w);
}

static void write_counts(JsonWriter *w, const Count *count) {
        json_put_int(w, "people", count->people);
        json_put_int(w, "inactive", count->inactive);
        json_put_int(w, "others", count->others);
}

// Names, parents and who is where everyone may know; heads by the right to the field.
static Status organisation_get(Request *request) {
        const Access *access = request->view.access;
        const Count *counts = count_people(request->context.arena, access);
        bool heads = actor_field(request->call.actor, object_get(catalog_get(request->view.catalog, "department"), "head")) >= FIELD_READ;
        JsonWriter *w = &request->w;
        json_open_object(w);
        json_key(w, STR("departments"));
        json_open_array(w);
        for (size_t i = 0; i < access->departments_count; i++) {
                const Department *department = &access->departments[i];
                json_open_object(w);
                json_put_int(w, "id", department->id);
                json_put_str(w, "name", department->name);
                write_id(w, "parent", access_department(access, department->parent) ? department->parent : 0);
                if (heads)
                        write_head(access, w, department->head);
                write_counts(w, &counts[i]);
                json_close_object(w);
        }
        json_close_array(w);
        json_key(w, STR("nowhere"));
        json_open_object(w);
        write_counts(w, &counts[access->departments_count]);
        json_close_object(w);
        json_close_object(w);
        return STATUS_OK;
}

// ---- What one holds

static Status write_named(Request *request, const NamingField *naming, int64_t department) {
        Call *call = &request->call;
        Sql select = db_sql(call->db);
        int64_t count = 0;
        sql(&select, "select count(*) from ");
        sql_name(&select, naming->object->table);
        sql(&select, " where deleted_at is null and ");
        department_named(naming, department, &select);
        TRY(db_get_int(call->db, &select, &count, NULL));
        if (!count)
                return STATUS_OK;
        json_open_object(&request->w);
        json_put_str(&request->w, "object", naming->object->name);
        json_put_str(&request->w, "field", naming->field->name);
        json_put_str(&request->w, "label", label_text(&naming->object->plural, request->context.lang));
        json_put_int(&request->w, "count", count);
        json_close_object(&request->w);
        return STATUS_OK;
}

static Status write_roles(Request *request, int64_t department) {
        Call *call = &request->call;
        Sql select = db_sql(call->db);
        sql(&select, "select name, \"grants\" from \"role\" where deleted_at is null and \"grants\" is not null order by name");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool more;;) {
                TRY(rows_next(rows, &more));
                if (!more)
                        return STATUS_OK;
                Str grants = STR_NONE;
                TRY(grants_renamed(call, str_copy(call->context->arena, rows_text(rows, 1)), department, department, &grants));
                if (grants.len)
                        json_add_str(&request->w, rows_text(rows, 0));
        }
}

static Status contents_get(Request *request) {
        NamingField *fields = NULL;
        size_t count = 0;
        TRY(request_id(request, 0));
        if (!access_department(request->view.access, request->id))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        department_fields(&request->call, &fields, &count);
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < count; i++)
                TRY(write_named(request, &fields[i], request->id));
        json_close_array(&request->w);
        json_key(&request->w, STR("roles"));
        json_open_array(&request->w);
        TRY(write_roles(request, request->id));
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

const Route department_routes[] = {
        {HTTP_GET, "/api/v1/organisation", ROUTE_READ, ACCESS_SIGNED_IN, .run = organisation_get, .id = "getOrganisation", .summary = "All departments with their parents, heads and how many people are in them"},
        {HTTP_GET, "/api/v1/departments/{id}/contents", ROUTE_READ, ACCESS_ADMIN, .run = contents_get, .id = "getDepartmentContents", .summary = "Everything that names a department, counted: what merging it would move"},
        {0},
};
