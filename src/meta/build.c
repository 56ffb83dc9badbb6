// Builds a snapshot from definitions: define each, link, check expressions, derive indexes. Pure; every mistake is reported, not the first only.
#include "meta/build.h"

static void define_all(Builder *builder) {
        Catalog *catalog = builder->catalog;
        Arena *arena = builder->context->arena;
        const CatalogSource *source = builder->source;
        catalog->objects = arena_array(arena, Object *, source->objects_count + 1);
        catalog->by_name = names_make(arena, source->objects_count);
        for (size_t i = 0; i < source->objects_count; i++) {
                const ObjectSource *from = &source->objects[i];
                if (from->retired)
                        continue;
                Object *object = arena_new_of(arena, Object);
                object->index = (int)catalog->objects_count;
                catalog->objects[catalog->objects_count++] = object;
                object_define(builder, from, object);
                names_put(catalog->by_name, object->name, object);
        }
}

// Names stay taken after an object is retired: its table is still there.
static void check_names(Builder *builder) {
        const CatalogSource *source = builder->source;
        void *taken = names_make(builder->context->arena, source->objects_count);
        for (size_t i = 0; i < source->objects_count; i++) {
                const ObjectSource *object = &source->objects[i];
                if (names_find(taken, object->name))
                        (void)error_add(builder->context, str_format(builder->context->arena, STR_FMT "name", STR_ARG(object->path)), "name_taken", object->name);
                else
                        names_put(taken, object->name, (void *)object);
        }
}

Status catalog_build(Context *context, Arena *arena, const CatalogSource *source, const Zone *zone, Catalog **ret) {
        Context own;
        context_init(&own, arena, context->lang, context->now_ms);
        Catalog *catalog = arena_new_of(arena, Catalog);
        *catalog = (Catalog){.arena = arena, .references = 1, .epoch = source->epoch, .source = source, .zone = zone};
        Builder builder = {.context = &own, .catalog = catalog, .source = source};
        check_names(&builder);
        define_all(&builder);
        catalog_link(&builder);
        if (own.error.count == 0)
                catalog_check(&builder);
        if (own.error.count == 0)
                catalog_index(&builder);
        if (own.error.count) {
                error_move(&own, context);
                return STATUS_INVALID;
        }
        *ret = catalog;
        return STATUS_OK;
}
