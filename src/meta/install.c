// Brings the definitions that come with the program into the database: what is missing is added, what an administrator did not change is updated,
// nothing is dropped.
#include "meta/build.h"
#include "meta/diff.h"

#define DEFINITION_DEPTH 32
#define ZONE_OF_FILLS "Asia/Shanghai" // totals that a new version adds are first made before the organisation's zone is known

typedef struct Install {
        Db *db;
        Context *context;
        CatalogSource *source; // what is there, edited in place
        bool changed;
        Status status;
} Install;

// Three ways: what was shipped last, what is stored, what is shipped now. False: nothing to do.
static bool merge(Install *install, const Json *theirs, Str *shipped, const Json **definition) {
        Arena *arena = install->context->arena;
        Str text = json_text(arena, theirs);
        if (str_eq(text, *shipped))
                return false;
        Json *base = NULL;
        Context own;
        context_init(&own, arena, LANG_EN, 0);
        if (shipped->len && json_parse(&own, *shipped, DEFINITION_DEPTH, &base) == STATUS_OK && *definition)
                *definition = definition_merge(arena, base, *definition, theirs);
        else if (!*definition || shipped->len)
                *definition = theirs;
        else // made here before it was shipped: only refinements of common fields are
                *definition = definition_merge(arena, &(Json){.kind = JSON_OBJECT}, *definition, theirs);
        *shipped = text;
        install->changed = true;
        return true;
}

static int64_t field_id(const ObjectSource *object, const Json *definition) {
        FieldRole role = common_role(json_str(definition, "name", STR_NONE));
        return role != FIELD_PLAIN ? object->id * 1000 + role : json_int(definition, "id", 0);
}

static void install_field(Install *install, ObjectSource *object, const Json *definition, size_t position, Str path) {
        static const char *const elsewhere[] = {"id", NULL};
        Context *context = install->context;
        Str name = json_str(definition, "name", STR_NONE);
        int64_t id = field_id(object, definition);
        bool in_range = id / 1000 == object->id && (id % 1000 >= 100 || common_role(name) != FIELD_PLAIN);
        FieldSource *field = source_find_field(object, id);
        if (!in_range || (field && !str_eq(field->name, name))) {
                (void)error_add(context, str_format(context->arena, STR_FMT "id", STR_ARG(path)), "bad_id", name);
                return;
        }
        if (!field) {
                field = source_add_field(context->arena, object);
                *field = (FieldSource){.id = id, .name = name};
        }
        const Json *type = field->definition ? json_get(field->definition, "type") : NULL;
        if (type && !json_same(context->arena, type, json_get(definition, "type")))
                (void)error_add(context, str_format(context->arena, STR_FMT "type", STR_ARG(path)), "not_changeable", STR("type"));
        if (merge(install, json_without(context->arena, definition, elsewhere), &field->shipped, &field->definition) || field->position != (int64_t)position + 1) {
                install->changed = true;
                field->fresh = true;
                field->path = path;
        }
        field->position = (int64_t)position + 1;
}

static void sort_fields(ObjectSource *object) {
        for (size_t i = 1; i < object->fields_count; i++) {
                FieldSource field = object->fields[i];
                size_t at = i;
                for (; at > 0 && object->fields[at - 1].position > field.position; at--)
                        object->fields[at] = object->fields[at - 1];
                object->fields[at] = field;
        }
}

static void install_object(Install *install, const Json *definition, Str path) {
        static const char *const elsewhere[] = {"id", "fields", NULL};
        Context *context = install->context;
        int64_t id = json_int(definition, "id", 0);
        Str name = json_str(definition, "name", STR_NONE);
        ObjectSource *object = source_find(install->source, id);
        if (id <= 0 || id >= CUSTOM_OBJECT_ID || (object && !str_eq(object->name, name))) {
                (void)error_add(context, str_format(context->arena, STR_FMT "id", STR_ARG(path)), "bad_id", name);
                return;
        }
        if (!object) {
                object = source_add(context->arena, install->source, id);
                object->name = name;
        }
        if (merge(install, json_without(context->arena, definition, elsewhere), &object->shipped, &object->definition)) {
                object->fresh = true;
                object->given = json_shared(context->arena, object->definition, definition); // what an administrator made of it was checked then
                object->path = path;
        }
        const Json *fields = json_get(definition, "fields");
        for (size_t i = 0; fields && i < fields->count; i++)
                install_field(install, object, &fields->items[i], i, str_format(context->arena, STR_FMT "fields[%zu].", STR_ARG(path), i));
        sort_fields(object);
}

static void install_asset(void *arg, const Asset *asset) {
        Install *install = arg;
        Json *definition;
        if (install->status != STATUS_OK)
                return;
        install->status = json_parse(install->context, asset_bytes(asset), DEFINITION_DEPTH, &definition);
        if (install->status == STATUS_OK && definition->kind == JSON_OBJECT)
                install_object(install, definition, str_format(install->context->arena, "%s: ", asset->path));
        else if (install->status != STATUS_OK)
                install->context->error.detail = str_format(install->context->arena, "%s", asset->path);
}

static Status build(Context *context, const CatalogSource *source, const Zone *zone, Catalog **ret) {
        Arena *arena = arena_new(0);
        Status status = catalog_build(context, arena, source, zone, ret);
        if (status != STATUS_OK)
                arena_free(arena);
        return status;
}

static Status apply(Install *install, const CatalogSource *before, const Zone *zone, Counters *counters) {
        Catalog *from = NULL, *to = NULL;
        Status status = build(install->context, before, zone, &from);
        install->source->epoch = ++counters->epoch;
        if (status == STATUS_OK)
                status = build(install->context, install->source, zone, &to);
        if (status == STATUS_OK) {
                Steps steps = catalog_diff(install->context->arena, from, to);
                status = steps_run(install->db, &steps);
        }
        if (status == STATUS_OK)
                status = source_store(install->db, install->source);
        if (status == STATUS_OK)
                status = counters_store(install->db, counters);
        catalog_unref(to);
        catalog_unref(from);
        return status;
}

Status catalog_install_from(Db *db, const Shipment *shipment, bool *ret_changed) {
        Install install = {.db = db, .context = db_context(db)};
        Counters counters;
        CatalogSource *before;
        TRY(counters_lock(db, &counters));
        TRY(source_load(db, db_arena(db), true, &before));
        install.source = source_copy(db_arena(db), before);
        shipment->each(shipment->arg, install_asset, &install);
        TRY(install.status);
        TRY(error_status(install.context));
        *ret_changed = install.changed;
        if (!install.changed)
                return STATUS_OK;
        Zone *zone = zone_open(STR(ZONE_OF_FILLS));
        Status status = apply(&install, before, zone, &counters);
        zone_free(zone);
        return status;
}

static void shipped_assets(void *arg, AssetGive *give, void *give_arg) {
        (void)arg;
        asset_each(STR("objects/"), STR("/object.json"), give, give_arg);
}

Status catalog_install(Db *db, bool *ret_changed) {
        return catalog_install_from(db, &(Shipment){.each = shipped_assets}, ret_changed);
}
