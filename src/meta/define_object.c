// One object's definition by itself: its members, its fields, views and actions. What it names is linked and checked later.
#include "meta/build.h"

static const char *const members[] = {
        "id", "name", "label", "plural", "icon", "order", "nav", "fields", "indexes", "inherit", "readers", "through", "stage", "layout", "layouts", "rules", "validations", "duplicates", "on_duplicate", "duplicate_owner", "views", "actions", "totals",
        "grants", "search", "follow_owner", "audit", "comment", NULL,
};

// Names that are the engine's own tables, or begin as they or the databases' do.
bool object_name_reserved(Str name) {
        static const char *const words[] = {
                "history", "outbox", "session", "credential", "attempt", "idempotency", "sequence", "file", "job", "schema_version", "access", "calendar_address", "audit", "identity", "identity_provider", "sign_in_flow", "password_reset", "mail_queue", "duplicate_key", "duplicate_state", "duplicate_merged", "object", "field", "record", NULL,
        };
        static const char *const beginnings[] = {"meta_", "search_", "sqlite_", "pg_", "haike_", "access_", "history_", "outbox_", "session_", "file_", "job_", "audit_", "totals_", NULL};
        for (const char *const *word = words; *word; word++)
                if (str_is(name, *word))
                        return true;
        for (const char *const *beginning = beginnings; *beginning; beginning++)
                if (str_starts(name, str_from(*beginning)))
                        return true;
        return false;
}

static void take_settings(Context *context, const Json *item, View *view) {
        const Json *settings = json_get(item, "settings");
        if (settings && settings->kind == JSON_OBJECT)
                view->settings = settings;
        else if (settings && settings->kind != JSON_NULL)
                (void)error_add(context, STR("settings"), "wrong_type", STR("object"));
}

static void take_views(Context *context, Object *object, const Json *definition) {
        static const char *const view_members[] = {"name", "label", "kind", "filter", "sort", "group", "columns", "settings", "comment", NULL};
        const Json *views = take_array(context, definition, "views");
        if (!views)
                return;
        object->views = arena_array(context->arena, View, views->count + 1);
        for (size_t i = 0; i < views->count; i++) {
                const Json *item = &views->items[i];
                View *view = &object->views[object->views_count++];
                size_t before = context->error.count;
                take_only(context, item, view_members);
                take_text(context, item, "name", NAME_MAX_LENGTH, &view->name);
                if (!name_valid(view->name))
                        (void)error_add(context, STR("name"), str_empty(view->name) ? "required" : "bad_name");
                label_set(&view->label, view->name);
                take_label(context, item, "label", &view->label);
                view->kind = STR("list");
                take_text(context, item, "kind", NAME_MAX_LENGTH, &view->kind);
                take_text(context, item, "filter", EXPR_MAX_LENGTH, &view->filter);
                take_text(context, item, "sort", 200, &view->sort);
                take_text(context, item, "group", 200, &view->group);
                take_settings(context, item, view);
                take_texts(context, item, "columns", &view->columns, &view->columns_count);
                error_prefix(context, before, path_item(context, "views", i));
        }
}

// `when` is parsed once the whole catalog is linked.
static void take_actions(Context *context, Object *object, const Json *definition) {
        static const char *const action_members[] = {"name", "label", "when", "danger", "comment", NULL};
        const Json *actions = take_array(context, definition, "actions");
        if (!actions)
                return;
        object->actions = arena_array(context->arena, ActionDef, actions->count + 1);
        for (size_t i = 0; i < actions->count; i++) {
                const Json *item = &actions->items[i];
                ActionDef *action = &object->actions[object->actions_count++];
                size_t before = context->error.count;
                take_only(context, item, action_members);
                take_text(context, item, "name", NAME_MAX_LENGTH, &action->name);
                if (!name_valid(action->name))
                        (void)error_add(context, STR("name"), str_empty(action->name) ? "required" : "bad_name");
                label_set(&action->label, action->name);
                take_label(context, item, "label", &action->label);
                take_bool(context, item, "danger", &action->danger);
                error_prefix(context, before, path_item(context, "actions", i));
        }
}

static void take_attributes(Context *context, Object *object, const ObjectSource *source) {
        const Json *definition = source->definition;
        if (source->fresh)
                take_only(context, definition, members);
        if (!name_valid(object->name))
                (void)error_add(context, STR("name"), str_empty(object->name) ? "required" : "bad_name");
        else if (object->custom && source->fresh && object_name_reserved(object->name))
                (void)error_add(context, STR("name"), "reserved_name", object->name);
        label_set(&object->label, object->name);
        take_label(context, definition, "label", &object->label);
        object->plural = object->label;
        take_label(context, definition, "plural", &object->plural);
        object->icon = STR("box");
        take_text(context, definition, "icon", NAME_MAX_LENGTH, &object->icon);
        object->order = object->custom ? 500 : 0;
        take_int(context, definition, "order", 0, 1000000, &object->order);
        object->nav = object->follow_owner = object->search = true;
        take_bool(context, definition, "nav", &object->nav);
        take_bool(context, definition, "follow_owner", &object->follow_owner);
        take_bool(context, definition, "search", &object->search);
        object->grants = json_get(definition, "grants");
        if (object->grants && object->grants->kind != JSON_OBJECT)
                (void)error_add(context, STR("grants"), "wrong_type", STR("object"));
        take_views(context, object, definition);
        take_actions(context, object, definition);
        totals_define(context, object, definition);
        form_define(context, object, source);
        duplicates_define(context, object, source);
}

static const FieldSource *refinement(const ObjectSource *source, const char *name) {
        for (size_t i = 0; i < source->fields_count; i++)
                if (str_is(source->fields[i].name, name))
                        return &source->fields[i];
        return NULL;
}

static Field *add_field(Context *context, Object *object) {
        Field *field = arena_new_of(context->arena, Field);
        field->index = (int)object->fields_count;
        object->fields[object->fields_count++] = field;
        return field;
}

// Columns must differ from those of retired fields too: those are still in the table.
static void check_columns(Builder *builder, const Object *object, const ObjectSource *source) {
        Arena *arena = builder->context->arena;
        void *columns = names_make(arena, source->fields_count * 3 + 64);
        static const char *const forms[] = {"", "_id", "_sort"};
        for (size_t i = 0; i < source->fields_count; i++)
                for (size_t n = 0; source->fields[i].retired && n < 3; n++)
                        names_put(columns, str_format(arena, STR_FMT "%s", STR_ARG(source->fields[i].name), forms[n]), (void *)&source->fields[i]);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                Str names[3] = {field->name, str_eq(field->column, field->name) ? STR_NONE : field->column, field->sort_column};
                const FieldSource *at = builder_field_source(builder, field);
                for (size_t n = 0; n < 3; n++) {
                        if (str_empty(names[n]))
                                continue;
                        if (names_find(columns, names[n]))
                                (void)error_add(builder->context, str_format(arena, STR_FMT "name", STR_ARG(at ? at->path : source->path)), "name_taken", names[n]);
                        else
                                names_put(columns, names[n], (void *)field);
                }
        }
}

static void define_fields(Builder *builder, const ObjectSource *source, Object *object) {
        static const char *const names[] = {"id", "version", "name", "owner", "department", "created_at", "created_by", "updated_at", "updated_by", "deleted_at"};
        Context *context = builder->context;
        object->fields = arena_array(context->arena, Field *, source->fields_count + FIELD_DELETED_AT + 1);
        for (FieldRole role = FIELD_ID; role <= FIELD_DELETED_AT; role++) {
                Field *field = add_field(context, object);
                int index = field->index;
                field_common(builder, object, role, refinement(source, names[role - FIELD_ID]), field);
                field->index = index;
        }
        for (size_t i = 0; i < source->fields_count; i++) {
                const FieldSource *from = &source->fields[i];
                if (from->retired || common_role(from->name) != FIELD_PLAIN)
                        continue;
                Field *field = add_field(context, object);
                int index = field->index;
                field_define(builder, object, from, field);
                field->index = index;
        }
        if (object->fields_count > FIELDS_MOST)
                (void)error_add(context, STR("fields"), "too_many", str_format(context->arena, "%d", FIELDS_MOST));
}

void object_define(Builder *builder, const ObjectSource *source, Object *object) {
        Context *context = builder->context;
        size_t before = context->error.count;
        *object = (Object){.id = source->id, .name = source->name, .table = source->name, .custom = source->id >= CUSTOM_OBJECT_ID, .definition = source->definition,
                .catalog = builder->catalog, .index = object->index};
        take_attributes(context, object, source);
        error_prefix(context, before, source->path);
        define_fields(builder, source, object);
        check_columns(builder, object, source);
        object->by_name = names_make(context->arena, object->fields_count);
        for (size_t i = 0; i < object->fields_count; i++)
                if (!names_find(object->by_name, object->fields[i]->name))
                        names_put(object->by_name, object->fields[i]->name, object->fields[i]);
        object->name_field = object->fields[FIELD_NAME - FIELD_ID];
        object->owner = object->fields[FIELD_OWNER - FIELD_ID];
        object->department = object->fields[FIELD_DEPARTMENT - FIELD_ID];
}
