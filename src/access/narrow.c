// What a person may through an API token: his own rights without those that the token's scopes do not name. Compiled once for each snapshot, set of roles and scopes.
#include "access/api_token.h"
#include "access/inside.h"
#include <stdlib.h>

static const char *const area_names[AREA_COUNT] = {[AREA_META] = "meta", [AREA_FILES] = "files", [AREA_SEARCH] = "search", [AREA_EVENTS] = "events", [AREA_ADMIN] = "admin"};

// ---- Scopes

static bool right_known(const Json *right) {
        return right->kind == JSON_STRING && (str_is(right->text, "read") || str_is(right->text, "write"));
}

static void check_objects(Context *context, const Catalog *catalog, Str path, const Json *objects) {
        if (objects->kind == JSON_STRING && str_is(objects->text, "*"))
                return;
        if (objects->kind != JSON_OBJECT) {
                (void)error_add(context, path, "scope_objects");
                return;
        }
        for (size_t i = 0; i < objects->count; i++) {
                const Json *item = &objects->items[i];
                Str at = str_format(context->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(str_slice(item->key, 0, 60)));
                if (!str_is(item->key, "*") && !catalog_find(catalog, item->key))
                        (void)error_add(context, at, "unknown_object", str_slice(item->key, 0, 60));
                else if (!right_known(item))
                        (void)error_add(context, at, "scope_right");
        }
}

static int find_area(const Json *name) {
        for (int i = 0; name->kind == JSON_STRING && i < AREA_COUNT; i++)
                if (area_names[i] && str_is(name->text, area_names[i]))
                        return i;
        return -1;
}

static void check_areas(Context *context, Str path, const Json *areas, bool given[AREA_COUNT]) {
        if (areas->kind != JSON_ARRAY) {
                (void)error_add(context, path, "scope_area");
                return;
        }
        for (size_t i = 0; i < areas->count; i++) {
                int area = find_area(&areas->items[i]);
                if (area < 0)
                        (void)error_add(context, str_format(context->arena, STR_FMT "[%zu]", STR_ARG(path), i), "scope_area");
                else
                        given[area] = true;
        }
}

static int compare_key(const void *a, const void *b) {
        return str_compare(((const Json *)a)->key, ((const Json *)b)->key);
}

static Str canonical(Arena *arena, const Json *objects, const bool given[AREA_COUNT]) {
        Buf buf = buf_make(arena, 64 * 1024);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        if (objects && objects->kind == JSON_STRING)
                json_put_str(&w, "objects", STR("*"));
        if (objects && objects->kind == JSON_OBJECT) {
                Json sorted = *objects;
                sorted.items = arena_copy(arena, objects->items, objects->count * sizeof *objects->items);
                if (sorted.count)
                        qsort(sorted.items, sorted.count, sizeof *sorted.items, compare_key);
                json_key(&w, STR("objects"));
                json_add_tree(&w, &sorted);
        }
        json_key(&w, STR("areas"));
        json_open_array(&w);
        for (int i = 0; i < AREA_COUNT; i++)
                if (given[i])
                        json_add_str(&w, str_from(area_names[i]));
        json_close_array(&w);
        json_close_object(&w);
        return buf_str(&buf);
}

Status scopes_check(Context *context, const Catalog *catalog, Str path, const Json *json, Str *ret) {
        size_t errors = context->error.count;
        bool given[AREA_COUNT] = {0};
        if (json->kind != JSON_OBJECT)
                return error_add(context, path, "scope_object");
        const Json *objects = json_get(json, "objects"), *areas = json_get(json, "areas");
        if (objects)
                check_objects(context, catalog, str_format(context->arena, STR_FMT ".objects", STR_ARG(path)), objects);
        if (areas)
                check_areas(context, str_format(context->arena, STR_FMT ".areas", STR_ARG(path)), areas, given);
        for (size_t i = 0; i < json->count; i++)
                if (&json->items[i] != objects && &json->items[i] != areas)
                        (void)error_add(context, str_format(context->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(str_slice(json->items[i].key, 0, 60))), "unknown_field", str_slice(json->items[i].key, 0, 60));
        if (context->error.count > errors)
                return STATUS_INVALID;
        *ret = canonical(context->arena, objects, given);
        return ret->len ? STATUS_OK : error_add(context, path, "too_long", STR("65536"));
}

static Json *scopes_parse(Arena *arena, Str scopes) {
        Context context;
        Json *json = NULL;
        context_init(&context, arena, LANG_EN, 0);
        return json_parse(&context, scopes, 4, &json) == STATUS_OK ? json : NULL;
}

bool scopes_have(Arena *arena, Str scopes, Area area) {
        const Json *json = scopes_parse(arena, scopes), *areas = json ? json_get(json, "areas") : NULL, *objects = json ? json_get(json, "objects") : NULL;
        if (area == AREA_OBJECTS)
                return objects && (objects->kind == JSON_STRING || objects->count);
        for (size_t i = 0; areas && i < areas->count; i++)
                if (find_area(&areas->items[i]) == (int)area)
                        return true;
        return false;
}

// ---- Rights

static Str right_on(const Json *objects, Str object) {
        if (!objects)
                return STR_NONE;
        if (objects->kind == JSON_STRING)
                return STR("write");
        const Json *named = json_find(objects, object), *star = json_get(objects, "*");
        return named ? named->text : star ? star->text : STR_NONE;
}

static void narrow_grant(ObjectGrant *grant, Str right) {
        if (str_empty(right))
                *grant = (ObjectGrant){.fields = grant->fields, .masks = grant->masks};
        else if (!str_is(right, "write"))
                *grant = (ObjectGrant){.read = grant->read, .export = grant->export, .fields = grant->fields, .masks = grant->masks};
}

static ObjectGrant *narrow(const Access *access, const ObjectGrant *from, Str scopes) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        const Json *json = scopes_parse(arena, scopes), *objects = json ? json_get(json, "objects") : NULL;
        const Catalog *catalog = access->catalog;
        ObjectGrant *grants = grants_new(access->arena, catalog);
        for (size_t i = 0; i < catalog->objects_count; i++) {
                FieldRight *fields = grants[i].fields;
                Str right = right_on(objects, catalog->objects[i]->name);
                if (!str_empty(right))
                        memcpy(fields, from[i].fields, catalog->objects[i]->fields_count * sizeof *fields);
                grants[i] = from[i];
                grants[i].fields = fields;
                narrow_grant(&grants[i], right);
        }
        grants_settle(access, grants);
        return grants;
}

const Narrowed *narrowed_get(const Access *access, const ObjectGrant *from, Str scopes) {
        AccessInside *inside = access_inside(access);
        Narrowed **place = &inside->narrowed[str_hash(scopes) % NARROWED_PLACES];
        for (const Narrowed *one = *place; one; one = one->next)
                if (one->of == from && str_eq(one->scopes, scopes))
                        return one;
        Narrowed *made = arena_new_of(access->arena, Narrowed);
        *made = (Narrowed){.of = from, .scopes = str_copy(access->arena, scopes), .grants = narrow(access, from, scopes), .next = *place};
        *place = made;
        return made;
}

Status access_actor_narrowed(Context *context, const Access *access, int64_t user, Str scopes, const Actor **ret) {
        const Actor *whole = NULL;
        TRY(access_actor(context, access, user, &whole));
        *ret = whole;
        if (str_empty(scopes))
                return STATUS_OK;
        AccessInside *inside = access_inside(access);
        Actor *actor = arena_copy(context->arena, whole, sizeof *whole);
        pthread_mutex_lock(&inside->lock);
        const Narrowed *narrowed = narrowed_get(access, whole->grants, scopes);
        pthread_mutex_unlock(&inside->lock);
        actor->grants = narrowed->grants;
        actor->scopes = narrowed->scopes;
        actor->administrator = whole->administrator && scopes_have(context->arena, scopes, AREA_ADMIN);
        *ret = actor;
        return STATUS_OK;
}
