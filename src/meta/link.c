// Joins the definitions: references to their targets, targets to their children, and what objects name by name (stage, inherit, layout).
#include "meta/build.h"
#include "meta/field/field.h"

const ObjectSource *builder_source(const Builder *builder, const Object *object) {
        return source_find((CatalogSource *)builder->source, object->id);
}

const FieldSource *builder_field_source(const Builder *builder, const Field *field) {
        const ObjectSource *source = builder_source(builder, field->object);
        return source ? source_find_field((ObjectSource *)source, field->id) : NULL;
}

static void field_error(Builder *builder, const Field *field, const char *member, const char *code, Str arg) {
        const FieldSource *source = builder_field_source(builder, field);
        Str prefix = source ? source->path : str_format(builder->context->arena, STR_FMT "." STR_FMT ".", STR_ARG(field->object->name), STR_ARG(field->name));
        (void)error_add(builder->context, str_format(builder->context->arena, STR_FMT "%s", STR_ARG(prefix), member), code, arg);
}

static void object_error(Builder *builder, const Object *object, Str member, const char *code, Str arg) {
        const ObjectSource *source = builder_source(builder, object);
        (void)error_add(builder->context, str_format(builder->context->arena, STR_FMT STR_FMT, STR_ARG(source->path), STR_ARG(member)), code, arg);
}

void builder_error(Builder *builder, const Object *object, Str member, const char *code, Str arg) {
        object_error(builder, object, member, code, arg);
}

bool source_gives(const ObjectSource *source, const char *member) {
        return source->fresh && (!source->given || json_get(source->given, member));
}

// The targets of common fields may be missing in small catalogs; those of defined ones may not.
static void link_targets(Builder *builder, const Object *object) {
        for (size_t i = 0; i < object->fields_count; i++) {
                Field *field = object->fields[i];
                if (field->target_name.len) {
                        field->target = catalog_find(builder->catalog, field->target_name);
                        if (!field->target && field->role == FIELD_PLAIN)
                                field_error(builder, field, "target", "unknown_target", field->target_name);
                }
                const FieldSource *source = builder_field_source(builder, field);
                for (size_t t = 0; source && source->fresh && t < field->targets_count; t++)
                        if (!catalog_find(builder->catalog, field->targets[t]))
                                field_error(builder, field, "targets", "unknown_target", field->targets[t]);
        }
}

// Who made and who changed a record is no relation: nobody lists by it.
static bool is_relation(const Field *field) {
        return field->type->reference && field->target && field->role != FIELD_CREATED_BY && field->role != FIELD_UPDATED_BY;
}

static void count_children(const Catalog *catalog, size_t *counts) {
        for (size_t o = 0; o < catalog->objects_count; o++)
                for (size_t i = 0; i < catalog->objects[o]->fields_count; i++)
                        if (is_relation(catalog->objects[o]->fields[i]))
                                counts[catalog->objects[o]->fields[i]->target->index]++;
}

static void add_child(Builder *builder, Field *field) {
        Object *parent = builder->catalog->objects[field->target->index];
        if (str_empty(field->inverse))
                field->inverse = str_format(builder->context->arena, STR_FMT "_" STR_FMT, STR_ARG(field->object->name), STR_ARG(field->name));
        const Relation *taken = object_children(parent, field->inverse);
        if (taken || object_find(parent, field->inverse)) {
                const FieldSource *source = taken ? builder_field_source(builder, taken->field) : NULL;
                field_error(builder, source && source->fresh ? taken->field : field, "inverse", "name_taken", field->inverse);
        }
        parent->children[parent->children_count++] = (Relation){.name = field->inverse, .child = field->object, .field = field};
}

static void link_children(Builder *builder) {
        Catalog *catalog = builder->catalog;
        Arena *arena = builder->context->arena;
        size_t *counts = arena_array(arena, size_t, catalog->objects_count + 1);
        count_children(catalog, counts);
        for (size_t o = 0; o < catalog->objects_count; o++)
                catalog->objects[o]->children = arena_array(arena, Relation, counts[o] + 1);
        for (size_t o = 0; o < catalog->objects_count; o++)
                for (size_t i = 0; i < catalog->objects[o]->fields_count; i++)
                        if (is_relation(catalog->objects[o]->fields[i]))
                                add_child(builder, catalog->objects[o]->fields[i]);
}

static void link_records(Arena *arena, Object *object) {
        object->record_fields = arena_array(arena, Field *, object->fields_count);
        for (size_t i = 0; i < object->fields_count; i++)
                if (object->fields[i]->type->expr == EXPR_RECORD)
                        object->record_fields[object->record_fields_count++] = object->fields[i];
}

static Field *named_field(Builder *builder, const Object *object, const char *member) {
        Str name = json_str(object->definition, member, STR_NONE);
        const Field *field = str_empty(name) ? NULL : object_find(object, name);
        if (name.len && !field)
                object_error(builder, object, str_from(member), "unknown_field", name);
        return field ? object->fields[field->index] : NULL;
}

static void link_named(Builder *builder, Object *object) {
        object->stage = named_field(builder, object, "stage");
        if (object->stage && object->stage->type->expr != EXPR_CHOICE)
                object_error(builder, object, STR("stage"), "not_a_choice", object->stage->name);
        object->inherit = named_field(builder, object, "inherit");
        if (object->inherit && !object->inherit->type->reference && object->inherit->type->expr != EXPR_RECORD)
                object_error(builder, object, STR("inherit"), "not_a_reference", object->inherit->name);
        object->readers = named_field(builder, object, "readers");
        if (object->readers && !(object->readers->type->list && str_is(object->readers->target_name, "user")))
                object_error(builder, object, STR("readers"), "not_people", object->readers->name);
        const Field *pool = object_find(object, STR("pool")), *in_pool = object_find(object, STR("in_pool"));
        if (!pool || !pool->type->reference || !str_is(pool->target_name, "pool"))
                return;
        object->pool = object->fields[pool->index];
        object->pooled = in_pool && in_pool->stored && in_pool->kind == VALUE_BOOL;
}

static bool may_refer_to(const Field *field, const Object *object) {
        if (field->type->reference)
                return field->target == object;
        for (size_t i = 0; i < field->targets_count; i++)
                if (str_eq(field->targets[i], object->name))
                        return true;
        return field->targets_count == 0;
}

static Field *through_field(Builder *builder, const Object *object, Str name, Str at) {
        const Field *field = object_find(object, name);
        bool fits = field && field->stored && !field->system && (field->type->reference || field->type->expr == EXPR_RECORD);
        if (!fits && source_gives(builder_source(builder, object), "through"))
                object_error(builder, object, at, field ? "not_a_reference" : "unknown_field", name);
        return fits ? object->fields[field->index] : NULL;
}

// A field that was retired since leads nowhere.
static void link_through(Builder *builder, Object *object) {
        Arena *arena = builder->context->arena;
        const Json *names = json_get(object->definition, "through");
        if (!names || names->kind == JSON_NULL)
                return;
        if (names->kind != JSON_ARRAY) {
                object_error(builder, object, STR("through"), "bad_list", STR_NONE);
                return;
        }
        object->through = arena_array(arena, Field *, names->count + 1);
        for (size_t i = 0; i < names->count; i++) {
                Field *field = through_field(builder, object, names->items[i].text, str_format(arena, "through[%zu]", i));
                for (size_t k = 0; field && k < object->through_count; k++)
                        if (object->through[k] == field)
                                field = NULL;
                if (field)
                        object->through[object->through_count++] = field;
        }
}

static void link_seen_through(Builder *builder, Object *object) {
        Catalog *catalog = builder->catalog;
        size_t most = 0;
        for (size_t o = 0; o < catalog->objects_count; o++)
                most += catalog->objects[o]->through_count;
        object->seen_through = arena_array(builder->context->arena, const Field *, most + 1);
        for (size_t o = 0; o < catalog->objects_count; o++)
                for (size_t i = 0; !catalog->objects[o]->retired && i < catalog->objects[o]->through_count; i++)
                        if (may_refer_to(catalog->objects[o]->through[i], object))
                                object->seen_through[object->seen_through_count++] = catalog->objects[o]->through[i];
}

static bool sort_known(const Object *object, Str sort) {
        Str part;
        while (str_cut(&sort, ',', &part)) {
                part = str_trim(part);
                const Field *field = object_find(object, str_starts(part, STR("-")) ? str_slice(part, 1, part.len) : part);
                if (!field || !field->sortable)
                        return false;
        }
        return true;
}

// Settings that name a field: where each kind of view finds its place in time or on the map.
static void check_settings(Builder *builder, const Object *object, const View *view, Str path) {
        static const struct { const char *kind, *member; bool needed, place; } named[] = {
                {"calendar", "start", true, false}, {"calendar", "end", false, false}, {"timeline", "start", true, false}, {"timeline", "end", true, false}, {"map", "position", true, true},
        };
        for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
                const Json *value = json_get(view->settings, named[i].member);
                if (!str_is(view->kind, named[i].kind) || !view->settings || (!value && !named[i].needed))
                        continue;
                const Field *field = value && value->kind == JSON_STRING ? object_find(object, value->text) : NULL;
                const FieldType *type = field && field->result ? field->result : field ? field->type : NULL;
                bool fits = type && (named[i].place ? strcmp(type->name, "position") == 0 : type->expr == EXPR_DATE || type->expr == EXPR_DATETIME);
                Str at = str_format(builder->context->arena, STR_FMT "settings.%s", STR_ARG(path), named[i].member);
                if (!fits)
                        object_error(builder, object, at, value ? "unknown_field" : "required", value ? value->text : STR_NONE);
        }
}

// Only of what is being changed now: a name that was good once and is no more is left out when the definition is shown.
static void check_views(Builder *builder, const Object *object) {
        static const char *const kinds[] = {"list", "kanban", "funnel", "calendar", "map", "timeline", "gallery", NULL};
        Arena *arena = builder->context->arena;
        for (size_t i = 0; i < object->views_count; i++) {
                const View *view = &object->views[i];
                Str path = path_item(builder->context, "views", i);
                if (!cell_is(view->kind, kinds))
                        object_error(builder, object, str_format(arena, STR_FMT "kind", STR_ARG(path)), "unknown_option", view->kind);
                if (!sort_known(object, view->sort))
                        object_error(builder, object, str_format(arena, STR_FMT "sort", STR_ARG(path)), "bad_sort", view->sort);
                const Field *group = object_find(object, view->group);
                if (view->group.len && (!group || !field_groupable(group)))
                        object_error(builder, object, str_format(arena, STR_FMT "group", STR_ARG(path)), "not_groupable", view->group);
                check_settings(builder, object, view, path);
                for (size_t c = 0; c < view->columns_count; c++) {
                        Str rest = view->columns[c], head = STR_NONE;
                        (void)str_cut(&rest, '.', &head);
                        if (!object_find(object, head))
                                object_error(builder, object, str_format(arena, STR_FMT "columns[%zu]", STR_ARG(path), c), "unknown_field", view->columns[c]);
                }
        }
}

void catalog_link(Builder *builder) {
        Catalog *catalog = builder->catalog;
        for (size_t i = 0; i < catalog->objects_count; i++)
                link_targets(builder, catalog->objects[i]);
        link_children(builder);
        for (size_t i = 0; i < catalog->objects_count; i++) {
                Object *object = catalog->objects[i];
                link_records(builder->context->arena, object);
                link_named(builder, object);
                link_through(builder, object);
                form_link(builder, object);
                duplicates_link(builder, object);
                totals_link(builder, object);
                if (source_gives(builder_source(builder, object), "views"))
                        check_views(builder, object);
        }
        for (size_t i = 0; i < catalog->objects_count; i++)
                link_seen_through(builder, catalog->objects[i]);
}
