// For tests: a catalog straight from the texts of definitions, without a database.
#pragma once
#include "meta/build.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static inline Json *fixture_json(Context *context, const char *text) {
        Json *json = NULL;
        if (json_parse(context, str_from(text), 32, &json) != STATUS_OK)
                fail_msg("bad JSON in the test: %s", text);
        return json;
}

// definitions: a JSON array of object definitions with ids; fields without one get the next. Everything counts as fresh, paths begin with the object's name.
static inline CatalogSource *fixture_source(Context *context, const char *definitions) {
        static const char *const without_fields[] = {"fields", NULL};
        Json *list = fixture_json(context, definitions);
        CatalogSource *source = arena_new_of(context->arena, CatalogSource);
        for (size_t i = 0; i < list->count; i++) {
                const Json *definition = &list->items[i], *fields = json_get(definition, "fields");
                ObjectSource *object = source_add(context->arena, source, json_int(definition, "id", 0));
                object->name = json_str(definition, "name", STR_NONE);
                object->path = str_format(context->arena, STR_FMT ".", STR_ARG(object->name));
                object->definition = json_without(context->arena, definition, without_fields);
                object->fresh = true;
                for (size_t f = 0; fields && f < fields->count; f++) {
                        FieldSource *field = source_add_field(context->arena, object);
                        field->definition = &fields->items[f];
                        field->name = json_str(field->definition, "name", STR_NONE);
                        FieldRole role = common_role(field->name);
                        field->id = json_int(field->definition, "id", object->id * 1000 + (role != FIELD_PLAIN ? role : 100 + (int64_t)f));
                        field->path = str_format(context->arena, STR_FMT "." STR_FMT ".", STR_ARG(object->name), STR_ARG(field->name));
                        field->fresh = true;
                }
        }
        return source;
}

static inline Status fixture_try(Context *context, const char *definitions, Catalog **ret) {
        Arena *arena = arena_new(0);
        Status status = catalog_build(context, arena, fixture_source(context, definitions), NULL, ret);
        if (status != STATUS_OK)
                arena_free(arena);
        return status;
}

static inline void fixture_print_errors(const Context *context) {
        for (size_t i = 0; i < context->error.count; i++) {
                const ErrorItem *item = &context->error.items[i];
                print_message("  " STR_FMT ": %s (" STR_FMT ") at %d\n", STR_ARG(item->field), item->code, STR_ARG(item->args[0]), item->position);
        }
        if (context->error.code)
                print_message("  %s: " STR_FMT "\n", context->error.code, STR_ARG(context->error.detail));
}

// The context's arena must outlive the catalog: definitions are in it.
static inline Catalog *fixture_catalog(Context *context, const char *definitions) {
        Catalog *catalog = NULL;
        if (fixture_try(context, definitions, &catalog) != STATUS_OK) {
                fixture_print_errors(context);
                fail_msg("the catalog does not build");
        }
        return catalog;
}

static inline const ErrorItem *fixture_error(const Context *context, const char *path) {
        for (size_t i = 0; i < context->error.count; i++)
                if (str_is(context->error.items[i].field, path))
                        return &context->error.items[i];
        return NULL;
}

// what: named in the message. position -2: any.
static inline void fixture_expect_error(const Context *context, const char *what, const char *path, const char *code, int position) {
        const ErrorItem *item = fixture_error(context, path);
        if (!item || strcmp(item->code, code) != 0 || (position != -2 && item->position != position)) {
                fixture_print_errors(context);
                fail_msg("%s: expected %s at %s (%d)", what, code, path, position);
        }
}
