// The indexes of each object: those that come by themselves and those it names. An index's name says what it is, so that two catalogs compare by names.
#include "meta/build.h"

#define NAME_BYTES 63 // of an identifier in PostgreSQL
#define COLUMNS_MOST 6

typedef struct Draft { const Field *fields[COLUMNS_MOST]; Str columns[COLUMNS_MOST]; bool descending[COLUMNS_MOST]; size_t count; bool unique; } Draft;

static void draft_add(Draft *draft, const Field *field, Str column, bool descending) {
        if (draft->count == COLUMNS_MOST)
                return;
        draft->fields[draft->count] = field;
        draft->columns[draft->count] = column;
        draft->descending[draft->count++] = descending;
}

static Str index_name(Arena *arena, const Object *object, const Draft *draft) {
        Buf buf = buf_make(arena, 1000);
        buf_add(&buf, object->table);
        for (size_t i = 0; i < draft->count; i++) {
                buf_lit(&buf, "__");
                buf_add(&buf, draft->columns[i]);
                if (draft->descending[i])
                        buf_lit(&buf, "_d");
        }
        if (draft->unique)
                buf_lit(&buf, "__u");
        Str name = buf_str(&buf);
        if (name.len <= NAME_BYTES)
                return name;
        return str_format(arena, STR_FMT "__%016llx", STR_ARG(str_slice(name, 0, NAME_BYTES - 18)), (unsigned long long)str_hash(name));
}

static void add_index(Arena *arena, Object *object, const Draft *draft) {
        Str name = index_name(arena, object, draft);
        for (size_t i = 0; i < object->indexes_count; i++)
                if (str_eq(object->indexes[i].name, name))
                        return;
        object->indexes[object->indexes_count++] = (IndexDef){
                .name = name,
                .fields = arena_copy(arena, draft->fields, draft->count * sizeof(Field *)),
                .columns = arena_copy(arena, draft->columns, draft->count * sizeof(Str)),
                .descending = arena_copy(arena, draft->descending, draft->count * sizeof(bool)),
                .count = draft->count,
                .unique = draft->unique,
        };
}

// (field, …, id): every index ends with the id, so that equal values have an order.
static void add_plain(Arena *arena, Object *object, const Field *field, Str column, bool by_update) {
        const Field *updated = object->fields[FIELD_UPDATED_AT - FIELD_ID], *id = object->fields[0];
        Draft draft = {0};
        draft_add(&draft, field, column, false);
        if (by_update)
                draft_add(&draft, updated, updated->column, false);
        draft_add(&draft, id, id->column, false);
        add_index(arena, object, &draft);
}

static bool lists_by(const Field *field) {
        return (field->type->reference && field->role != FIELD_CREATED_BY && field->role != FIELD_UPDATED_BY) || field->type->expr == EXPR_RECORD;
}

static void add_automatic(Arena *arena, Object *object) {
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!field->stored)
                        continue;
                if (field->role == FIELD_UPDATED_AT || field->role == FIELD_DELETED_AT)
                        add_plain(arena, object, field, field->column, false);
                else if (lists_by(field))
                        add_plain(arena, object, field, field->column, true);
                if (field->unique) {
                        Draft draft = {.unique = true};
                        draft_add(&draft, field, field->column, false);
                        add_index(arena, object, &draft);
                }
                if (!field->indexed || field->type->reference)
                        continue;
                if (field->sort_column.len)
                        add_plain(arena, object, field, field->sort_column, false);
                if (!field->unique)
                        add_plain(arena, object, field, field->column, false);
        }
}

// Texts are compared for equality before the last place and sorted by in it.
static void add_named(Builder *builder, Object *object, const Json *names, Str path) {
        Arena *arena = builder->context->arena;
        Draft draft = {0};
        if (names->kind != JSON_ARRAY || names->count == 0 || names->count > COLUMNS_MOST - 1) {
                (void)error_add(builder->context, path, "bad_index");
                return;
        }
        for (size_t i = 0; i < names->count; i++) {
                Str name = names->items[i].text;
                bool descending = str_starts(name, STR("-"));
                const Field *field = object_find(object, descending ? str_slice(name, 1, name.len) : name);
                if (!field || !field->stored || (!field->sortable && !lists_by(field))) {
                        if (builder_source(builder, object)->fresh)
                                (void)error_add(builder->context, path, field ? "type_not_sortable" : "unknown_field", name);
                        return;
                }
                bool last = i + 1 == names->count;
                draft_add(&draft, field, last && field->sort_column.len ? field->sort_column : field->column, descending);
        }
        draft_add(&draft, object->fields[0], object->fields[0]->column, draft.descending[draft.count - 1]);
        add_index(arena, object, &draft);
}

void catalog_index(Builder *builder) {
        Arena *arena = builder->context->arena;
        for (size_t o = 0; o < builder->catalog->objects_count; o++) {
                Object *object = builder->catalog->objects[o];
                size_t before = builder->context->error.count;
                const Json *named = take_array(builder->context, object->definition, "indexes");
                object->indexes = arena_array(arena, IndexDef, object->fields_count * 4 + (named ? named->count : 0));
                add_automatic(arena, object);
                for (size_t i = 0; named && i < named->count; i++)
                        add_named(builder, object, &named->items[i], str_format(arena, "indexes[%zu]", i));
                error_prefix(builder->context, before, builder_source(builder, object)->path);
        }
}
