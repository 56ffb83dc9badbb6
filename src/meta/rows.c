// Definitions as rows of meta_object and meta_field, and the counters beside them. What the rows mean is not known here.
#include "meta/build.h"

#define DEFINITION_DEPTH 32

static Status read_json(Db *db, Arena *arena, Str name, Str text, const Json **ret) {
        Context own;
        Json *json;
        context_init(&own, arena, LANG_EN, 0);
        if (json_parse(&own, str_copy(arena, text), DEFINITION_DEPTH, &json) != STATUS_OK || json->kind != JSON_OBJECT)
                return error_detail(db_context(db), STATUS_INTERNAL, "internal", "the stored definition of " STR_FMT " cannot be read", STR_ARG(name));
        *ret = json;
        return STATUS_OK;
}

static void select_rows(Sql *select, bool fields, bool with_shipped) {
        sql(select, "select id, name, definition, retired, ");
        if (with_shipped)
                sql(select, "shipped");
        else
                sql(select, "null");
        if (fields)
                sql(select, ", object_id, position from meta_field order by object_id, position, id");
        else
                sql(select, " from meta_object order by id");
}

static Status load_objects(Db *db, Arena *arena, bool with_shipped, CatalogSource *source) {
        Sql select = db_sql(db);
        ROWS_CLEANUP Rows *rows = NULL;
        select_rows(&select, false, with_shipped);
        TRY(db_query(db, &select, &rows));
        size_t capacity = 0;
        for (bool row;;) {
                TRY(rows_next(rows, &row));
                if (!row)
                        return STATUS_OK;
                if (source->objects_count == capacity) {
                        ObjectSource *larger = arena_array(arena, ObjectSource, capacity * 2 + 64);
                        memcpy(larger, source->objects ? source->objects : larger, source->objects_count * sizeof *larger);
                        source->objects = larger;
                        capacity = capacity * 2 + 64;
                }
                ObjectSource *object = &source->objects[source->objects_count++];
                *object = (ObjectSource){.id = rows_int(rows, 0), .name = str_copy(arena, rows_text(rows, 1)), .retired = rows_value(rows, 3, VALUE_BOOL).boolean};
                object->path = str_format(arena, STR_FMT ".", STR_ARG(object->name));
                TRY(read_json(db, arena, object->name, rows_text(rows, 2), &object->definition));
                if (!rows_null(rows, 4))
                        object->shipped = str_copy(arena, rows_text(rows, 4));
        }
}

static Status load_fields(Db *db, Arena *arena, bool with_shipped, CatalogSource *source) {
        Sql select = db_sql(db);
        ROWS_CLEANUP Rows *rows = NULL;
        select_rows(&select, true, with_shipped);
        TRY(db_query(db, &select, &rows));
        for (bool row;;) {
                TRY(rows_next(rows, &row));
                if (!row)
                        return STATUS_OK;
                ObjectSource *object = source_find(source, rows_int(rows, 5));
                if (!object)
                        return error_detail(db_context(db), STATUS_INTERNAL, "internal", "meta_field %lld belongs to no object", (long long)rows_int(rows, 0));
                FieldSource *field = source_add_field(arena, object);
                *field = (FieldSource){.id = rows_int(rows, 0), .position = rows_int(rows, 6), .name = str_copy(arena, rows_text(rows, 1)), .retired = rows_value(rows, 3, VALUE_BOOL).boolean};
                field->path = str_format(arena, STR_FMT "." STR_FMT ".", STR_ARG(object->name), STR_ARG(field->name));
                TRY(read_json(db, arena, field->name, rows_text(rows, 2), &field->definition));
                if (!rows_null(rows, 4))
                        field->shipped = str_copy(arena, rows_text(rows, 4));
        }
}

Status source_load(Db *db, Arena *arena, bool with_shipped, CatalogSource **ret) {
        Status status = STATUS_OK;
        CatalogSource *source = arena_new_of(arena, CatalogSource);
        source->epoch = catalog_epoch(db, &status);
        TRY(status);
        TRY(load_objects(db, arena, with_shipped, source));
        TRY(load_fields(db, arena, with_shipped, source));
        *ret = source;
        return STATUS_OK;
}

int64_t catalog_epoch(Db *db, Status *ret_status) {
        Sql select = db_sql(db);
        int64_t epoch = 0;
        bool found;
        sql(&select, "select epoch from meta_epoch where id = 1");
        *ret_status = db_get_int(db, &select, &epoch, &found);
        return epoch;
}

Status counters_lock(Db *db, Counters *ret) {
        Sql lock = db_sql(db), select = db_sql(db);
        ROWS_CLEANUP Rows *rows = NULL;
        bool row;
        sql(&lock, "update meta_epoch set epoch = epoch where id = 1");
        TRY(db_exec(db, &lock, NULL));
        sql(&select, "select epoch, next_object, next_field from meta_epoch where id = 1");
        TRY(db_query(db, &select, &rows));
        TRY(rows_next(rows, &row));
        if (!row)
                return error_detail(db_context(db), STATUS_INTERNAL, "internal", "meta_epoch has no row");
        *ret = (Counters){.epoch = rows_int(rows, 0), .next_object = rows_int(rows, 1), .next_field = rows_int(rows, 2)};
        return STATUS_OK;
}

Status counters_store(Db *db, const Counters *counters) {
        Sql update = db_sql(db);
        sql(&update, "update meta_epoch set epoch = ");
        sql_int(&update, counters->epoch);
        sql(&update, ", next_object = ");
        sql_int(&update, counters->next_object);
        sql(&update, ", next_field = ");
        sql_int(&update, counters->next_field);
        sql(&update, " where id = 1");
        return db_exec(db, &update, NULL);
}

static void put_definition(Sql *insert, Str name, Str definition, Str shipped, bool retired) {
        sql(insert, ", ");
        sql_str(insert, name);
        sql(insert, ", ");
        sql_str(insert, definition);
        sql(insert, ", ");
        sql_value(insert, str_empty(shipped) ? VALUE_NONE : value_text(shipped));
        sql(insert, ", ");
        sql_value(insert, value_bool(retired));
}

// What was shipped is only known to an installation; others leave it as it is.
static void put_conflict(Sql *insert, Str shipped) {
        sql(insert, ") on conflict (id) do update set definition = excluded.definition, retired = excluded.retired");
        if (!str_empty(shipped))
                sql(insert, ", shipped = excluded.shipped");
}

static Status store_object(Db *db, const ObjectSource *object) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into meta_object (id, name, definition, shipped, retired) values (");
        sql_int(&insert, object->id);
        put_definition(&insert, object->name, json_text(db_arena(db), object->definition), object->shipped, object->retired);
        put_conflict(&insert, object->shipped);
        return db_exec(db, &insert, NULL);
}

static Status store_field(Db *db, int64_t object_id, const FieldSource *field) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into meta_field (id, object_id, position, name, definition, shipped, retired) values (");
        sql_int(&insert, field->id);
        sql(&insert, ", ");
        sql_int(&insert, object_id);
        sql(&insert, ", ");
        sql_int(&insert, field->position);
        put_definition(&insert, field->name, json_text(db_arena(db), field->definition), field->shipped, field->retired);
        put_conflict(&insert, field->shipped);
        sql(&insert, ", position = excluded.position");
        return db_exec(db, &insert, NULL);
}

Status source_store(Db *db, const CatalogSource *source) {
        for (size_t i = 0; i < source->objects_count; i++) {
                const ObjectSource *object = &source->objects[i];
                if (object->fresh)
                        TRY(store_object(db, object));
                for (size_t f = 0; f < object->fields_count; f++)
                        if (object->fields[f].fresh)
                                TRY(store_field(db, object->id, &object->fields[f]));
        }
        return STATUS_OK;
}

Status catalog_load(Db *db, const Zone *zone, Catalog **ret) {
        Arena *arena = arena_new(0);
        CatalogSource *source;
        Status status = source_load(db, arena, false, &source);
        if (status == STATUS_OK)
                status = catalog_build(db_context(db), arena, source, zone, ret);
        if (status != STATUS_OK)
                arena_free(arena);
        return status;
}
