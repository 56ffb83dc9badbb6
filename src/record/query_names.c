// Names of what records refer to: collected over a page, then asked for once per target object, as far as the reader may see it. Users and departments are known
// from the organisation's snapshot: who works here is no secret inside.
#include "record/query.h"
#include <stdlib.h>

#define LIST_TEXT_CAP (64 * 1024)

typedef struct Wanted {
        const Object *target;
        int64_t *ids;
        Str *texts;             // by id, after named_load()
        size_t count, capacity;
} Wanted;

struct Names {
        Call *call;
        const Object *user, *department;
        Wanted *objects;        // by object index
        Wanted files;
        NamedFile *file_rows;   // by position in files
};

Names *named_new(Call *call) {
        Names *names = arena_new_of(call->context->arena, Names);
        names->call = call;
        names->user = catalog_get(call->catalog, "user");
        names->department = catalog_get(call->catalog, "department");
        names->objects = arena_array(call->context->arena, Wanted, call->catalog->objects_count);
        return names;
}

Call *named_call(const Names *names) {
        return names->call;
}

static void want(Names *names, Wanted *wanted, int64_t id) {
        if (wanted->count && wanted->ids[wanted->count - 1] == id)
                return;
        if (wanted->count == wanted->capacity) {
                size_t capacity = wanted->capacity ? wanted->capacity * 2 : 32;
                int64_t *ids = arena_array(names->call->context->arena, int64_t, capacity);
                if (wanted->count)
                        memcpy(ids, wanted->ids, wanted->count * sizeof *ids);
                wanted->ids = ids;
                wanted->capacity = capacity;
        }
        wanted->ids[wanted->count++] = id;
}

void named_want(Names *names, const Object *target, int64_t id) {
        if (target == names->user || target == names->department)
                return;
        Wanted *wanted = &names->objects[target->index];
        wanted->target = target;
        want(names, wanted, id);
}

bool record_text_parse(const Catalog *catalog, Str text, const Object **ret_object, int64_t *ret_id) {
        ptrdiff_t colon = str_find_char(text, ':');
        if (colon < 0 || !str_to_int64(str_slice(text, (size_t)colon + 1, text.len), ret_id))
                return false;
        *ret_object = catalog_find(catalog, str_slice(text, 0, (size_t)colon));
        return *ret_object != NULL;
}

// The next id of a list such as ["12","7"], which is canonical JSON.
static bool next_id(Str *list, int64_t *ret) {
        ptrdiff_t open = str_find_char(*list, '"');
        if (open < 0)
                return false;
        Str rest = str_slice(*list, (size_t)open + 1, list->len);
        ptrdiff_t end = str_find_char(rest, '"');
        if (end < 0)
                return false;
        *list = str_slice(rest, (size_t)end + 1, rest.len);
        return str_to_int64(str_slice(rest, 0, (size_t)end), ret);
}

void named_want_value(Names *names, const Field *field, Value value) {
        if (value.kind == VALUE_INTEGER && field->type->file)
                want(names, &names->files, value.integer);
        else if (value.kind == VALUE_INTEGER && field->target)
                named_want(names, field->target, value.integer);
        else if (value.kind == VALUE_TEXT && field->target) {
                int64_t id;
                for (Str list = value.text; next_id(&list, &id);)
                        named_want(names, field->target, id);
        } else if (value.kind == VALUE_TEXT && query_is_record(field)) {
                const Object *object;
                int64_t id;
                if (record_text_parse(names->call->catalog, value.text, &object, &id))
                        named_want(names, object, id);
        }
}

static int compare_ids(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

static void sort_unique(Wanted *wanted) {
        qsort(wanted->ids, wanted->count, sizeof *wanted->ids, compare_ids);
        size_t kept = 0;
        for (size_t i = 0; i < wanted->count; i++)
                if (i == 0 || wanted->ids[i] != wanted->ids[kept - 1])
                        wanted->ids[kept++] = wanted->ids[i];
        wanted->count = kept;
}

static ptrdiff_t position(const Wanted *wanted, int64_t id) {
        const int64_t *found = wanted->count ? bsearch(&id, wanted->ids, wanted->count, sizeof id, compare_ids) : NULL;
        return found ? found - wanted->ids : -1;
}

static Status load_names(Names *names, Wanted *wanted) {
        Call *call = names->call;
        const Object *target = wanted->target;
        FieldRight right = actor_field(call->actor, target->name_field);
        sort_unique(wanted);
        wanted->texts = arena_array(call->context->arena, Str, wanted->count);
        if (right == FIELD_HIDE || !actor_may(call->actor, target, VERB_READ))
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select t.id, t.");
        sql_name(&select, target->name_field->column);
        sql(&select, " from ");
        sql_name(&select, target->table);
        sql(&select, " t where t.id in ");
        sql_int_list(&select, wanted->ids, wanted->count);
        sql(&select, " and t.deleted_at is null and ");
        TRY(scope_with_parents(call, target, STR("t"), 0, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (;;) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ptrdiff_t at = position(wanted, rows_int(rows, 0));
                if (at < 0)
                        continue;
                Str name = str_copy(call->context->arena, rows_text(rows, 1));
                wanted->texts[at] = right == FIELD_MASK ? mask_text(call->context->arena, target->name_field, actor_mask(call->actor, target->name_field), name) : name;
        }
}

static Status load_files(Names *names) {
        Call *call = names->call;
        sort_unique(&names->files);
        names->file_rows = arena_array(call->context->arena, NamedFile, names->files.count);
        Sql select = db_sql(call->db);
        sql(&select, "select id, size, name, type from file where id in ");
        sql_int_list(&select, names->files.ids, names->files.count);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (;;) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ptrdiff_t at = position(&names->files, rows_int(rows, 0));
                if (at < 0)
                        continue;
                Arena *arena = call->context->arena;
                names->file_rows[at] = (NamedFile){.id = rows_int(rows, 0), .size = rows_int(rows, 1), .name = str_copy(arena, rows_text(rows, 2)),
                                                   .type = str_copy(arena, rows_text(rows, 3))};
        }
}

Status named_load(Names *names) {
        for (size_t i = 0; i < names->call->catalog->objects_count; i++)
                if (names->objects[i].count)
                        TRY(load_names(names, &names->objects[i]));
        return names->files.count ? load_files(names) : STATUS_OK;
}

Str named_find(const Names *names, const Object *target, int64_t id) {
        const Access *access = names->call->actor->access;
        if (target == names->user) {
                const Person *person = access_person(access, id);
                return person ? person->name : STR_NONE;
        }
        if (target == names->department) {
                const Department *department = access_department(access, id);
                return department ? department->name : STR_NONE;
        }
        const Wanted *wanted = &names->objects[target->index];
        ptrdiff_t at = position(wanted, id);
        return at < 0 ? STR_NONE : wanted->texts[at];
}

static const NamedFile *file_of(const Names *names, int64_t id) {
        ptrdiff_t at = position(&names->files, id);
        return at < 0 || !names->file_rows || !names->file_rows[at].id ? NULL : &names->file_rows[at];
}

Str named_file(const Names *names, int64_t id) {
        const NamedFile *file = file_of(names, id);
        return file ? file->name : STR_NONE;
}

Str named_list(const Names *names, const Field *field, Value value) {
        Buf buf = buf_make(names->call->context->arena, LIST_TEXT_CAP);
        int64_t id;
        for (Str list = value.text; next_id(&list, &id);) {
                Str name = named_find(names, field->target, id);
                if (buf.len && name.len)
                        buf_lit(&buf, ", ");
                buf_add(&buf, name);
        }
        return buf_str(&buf);
}

Str named_text(const Names *names, const Field *field, Value value) {
        const Object *object = field->target;
        int64_t id = value.integer;
        if (value.kind == VALUE_INTEGER && object)
                return named_find(names, object, id);
        if (value.kind == VALUE_INTEGER && field->type->file)
                return named_file(names, id);
        if (value.kind == VALUE_TEXT && field->target)
                return named_list(names, field, value);
        if (value.kind == VALUE_TEXT && query_is_record(field) && record_text_parse(names->call->catalog, value.text, &object, &id))
                return named_find(names, object, id);
        return STR_NONE;
}

// ---- as JSON

static void write_name(JsonWriter *w, Str name) {
        json_key_of(w, STR("\"name\":"));
        if (name.data)
                json_add_str(w, name);
        else
                json_add_null(w);
}

void named_write(const Names *names, const Object *target, int64_t id, JsonWriter *w) {
        json_open_object(w);
        json_key_of(w, STR("\"id\":"));
        json_add_int(w, id);
        write_name(w, named_find(names, target, id));
        json_close_object(w);
}

static void write_list(const Names *names, const Field *field, Value value, JsonWriter *w) {
        int64_t id;
        json_open_array(w);
        for (Str list = value.text; next_id(&list, &id);)
                named_write(names, field->target, id, w);
        json_close_array(w);
}

static void write_record(const Names *names, Value value, JsonWriter *w) {
        const Object *object;
        int64_t id;
        if (!record_text_parse(names->call->catalog, value.text, &object, &id)) {
                json_add_null(w);
                return;
        }
        json_open_object(w);
        json_put_str(w, "object", object->name);
        json_put_int(w, "id", id);
        write_name(w, named_find(names, object, id));
        json_close_object(w);
}

static void write_file(const Names *names, int64_t id, JsonWriter *w) {
        const NamedFile *file = file_of(names, id);
        json_open_object(w);
        json_put_int(w, "id", id);
        write_name(w, file ? file->name : STR_NONE);
        if (file) {
                json_put_int(w, "size", file->size);
                json_put_str(w, "type", file->type);
        }
        json_close_object(w);
}

void named_write_value(const Names *names, const Field *field, Value value, JsonWriter *w) {
        if (value_is_null(value))
                json_add_null(w);
        else if (value.kind == VALUE_INTEGER && field->type->file)
                write_file(names, value.integer, w);
        else if (value.kind == VALUE_INTEGER && field->target)
                named_write(names, field->target, value.integer, w);
        else if (value.kind == VALUE_TEXT && field->target)
                write_list(names, field, value, w);
        else if (value.kind == VALUE_TEXT && query_is_record(field))
                write_record(names, value, w);
        else
                field_write(w, field, value);
}
