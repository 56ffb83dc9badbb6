// A snapshot's lookups and lifetime, and the sources it is built from.
#include "meta/build.h"

typedef struct NameEntry { Str name; void *item; } NameEntry;
typedef struct NameTable { NameEntry *entries; size_t mask; } NameTable;

void *names_make(Arena *arena, size_t count) {
        size_t size = 8;
        while (size < count * 2)
                size *= 2;
        NameTable *table = arena_new_of(arena, NameTable);
        table->entries = arena_array(arena, NameEntry, size);
        table->mask = size - 1;
        return table;
}

void names_put(void *table, Str name, void *item) {
        NameTable *names = table;
        size_t at = str_hash(name) & names->mask;
        while (names->entries[at].item)
                at = (at + 1) & names->mask;
        names->entries[at] = (NameEntry){name, item};
}

void *names_find(const void *table, Str name) {
        const NameTable *names = table;
        for (size_t at = str_hash(name) & names->mask; names->entries[at].item; at = (at + 1) & names->mask)
                if (str_eq(names->entries[at].name, name))
                        return names->entries[at].item;
        return NULL;
}

const Object *catalog_find(const Catalog *catalog, Str name) {
        return names_find(catalog->by_name, name);
}

const Object *catalog_get(const Catalog *catalog, const char *name) {
        const Object *object = catalog_find(catalog, str_from(name));
        ensure(object);
        return object;
}

const Object *catalog_find_id(const Catalog *catalog, int64_t id) {
        size_t low = 0, high = catalog->objects_count;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                if (catalog->objects[middle]->id == id)
                        return catalog->objects[middle];
                if (catalog->objects[middle]->id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

const Field *object_find(const Object *object, Str name) {
        return names_find(object->by_name, name);
}

const Field *object_get(const Object *object, const char *name) {
        const Field *field = object_find(object, str_from(name));
        ensure(field);
        return field;
}

const Relation *object_children(const Object *object, Str name) {
        for (size_t i = 0; i < object->children_count; i++)
                if (str_eq(object->children[i].name, name))
                        return &object->children[i];
        return NULL;
}

bool field_groupable(const Field *field) {
        const FieldType *type = field->result ? field->result : field->type;
        return !field->hidden && type->expr != EXPR_JSON && !type->list && !type->file && strcmp(type->name, "long_text") != 0;
}

const Option *field_option(const Field *field, Str key) {
        for (size_t i = 0; i < field->options_count; i++)
                if (str_eq(field->options[i].key, key))
                        return &field->options[i];
        return NULL;
}

Catalog *catalog_ref(Catalog *catalog) {
        __atomic_add_fetch(&catalog->references, 1, __ATOMIC_RELAXED);
        return catalog;
}

void catalog_unref(Catalog *catalog) {
        if (catalog && __atomic_sub_fetch(&catalog->references, 1, __ATOMIC_ACQ_REL) == 0)
                arena_free(catalog->arena);
}

CatalogSource *source_copy(Arena *arena, const CatalogSource *source) {
        CatalogSource *copy = arena_copy(arena, source, sizeof *source);
        copy->objects = arena_copy(arena, source->objects, source->objects_count * sizeof *source->objects);
        for (size_t i = 0; i < copy->objects_count; i++) {
                ObjectSource *object = &copy->objects[i];
                object->fields = arena_copy(arena, object->fields, object->fields_count * sizeof *object->fields);
        }
        return copy;
}

ObjectSource *source_find(CatalogSource *source, int64_t id) {
        for (size_t i = 0; i < source->objects_count; i++)
                if (source->objects[i].id == id)
                        return &source->objects[i];
        return NULL;
}

FieldSource *source_find_field(ObjectSource *object, int64_t id) {
        for (size_t i = 0; i < object->fields_count; i++)
                if (object->fields[i].id == id)
                        return &object->fields[i];
        return NULL;
}

ObjectSource *source_add(Arena *arena, CatalogSource *source, int64_t id) {
        ObjectSource *objects = arena_array(arena, ObjectSource, source->objects_count + 1);
        size_t at = 0;
        while (at < source->objects_count && source->objects[at].id < id)
                at++;
        for (size_t i = 0; i < source->objects_count; i++)
                objects[i < at ? i : i + 1] = source->objects[i];
        objects[at] = (ObjectSource){.id = id};
        source->objects = objects;
        source->objects_count++;
        return &objects[at];
}

FieldSource *source_add_field(Arena *arena, ObjectSource *object) {
        FieldSource *fields = arena_array(arena, FieldSource, object->fields_count + 1);
        for (size_t i = 0; i < object->fields_count; i++)
                fields[i] = object->fields[i];
        object->fields = fields;
        return &fields[object->fields_count++];
}
