// Changing the catalog at run time: the definitions are edited, a whole new catalog is built from them (which is the check), the difference is run as DDL
// and the rows are written, all in the caller's transaction.
#include "meta/build.h"
#include "meta/diff.h"

typedef struct Change {
        Db *db;
        Context *context;
        Counters counters;
        Catalog *own;             // loaded here, because the caller's was behind
        const Catalog *current;
        CatalogSource *source;    // to be edited
        Catalog *next;
} Change;

static void change_done(Change *change) {
        catalog_unref(change->next);
        catalog_unref(change->own);
}
#define CHANGE_CLEANUP __attribute__((cleanup(change_done)))

static Status change_begin(Db *db, const Catalog *catalog, Change *ret) {
        ret->db = db;
        ret->context = db_context(db);
        TRY(counters_lock(db, &ret->counters));
        ret->current = catalog;
        if (catalog->epoch != ret->counters.epoch) {
                TRY(catalog_load(db, catalog->zone, &ret->own));
                ret->current = ret->own;
        }
        ret->source = source_copy(db_arena(db), ret->current->source);
        ret->source->epoch = ++ret->counters.epoch;
        return STATUS_OK;
}

static Status change_build(Change *change, Context *context) {
        Arena *arena = arena_new(0);
        Status status = catalog_build(context, arena, change->source, change->current->zone, &change->next);
        if (status != STATUS_OK)
                arena_free(arena);
        return status;
}

static Status change_run(Change *change) {
        Steps steps = catalog_diff(change->context->arena, change->current, change->next);
        TRY(steps_run(change->db, &steps));
        TRY(source_store(change->db, change->source));
        return counters_store(change->db, &change->counters);
}

static Status expect_object(Context *context, const Json *definition) {
        if (definition && definition->kind == JSON_OBJECT)
                return STATUS_OK;
        return error_set(context, STATUS_MALFORMED, "definition_expected");
}

static Status gone(Context *context) {
        return error_set(context, STATUS_NOT_FOUND, "not_found");
}

// ---- Adding

static bool table_exists(Db *db, Str name, Status *ret_status) {
        Sql select = db_sql(db);
        bool found = false;
        if (db_dialect(db) == DIALECT_SQLITE)
                sql(&select, "select 1 from sqlite_master where name = ");
        else
                sql(&select, "select 1 from pg_class where relnamespace = current_schema()::regnamespace and relname = ");
        sql_str(&select, name);
        *ret_status = db_get_int(db, &select, NULL, &found);
        return found;
}

// A reference may do without a name of its own: it is called as what it points at.
static Str field_name(const Json *definition) {
        Str name = json_str(definition, "name", STR_NONE), type = json_str(definition, "type", STR_NONE);
        if (name.len)
                return name;
        if (str_is(type, "reference"))
                return json_str(definition, "target", STR_NONE);
        return str_is(type, "user") || str_is(type, "department") ? type : STR_NONE;
}

// What an answer of the API says beyond the definition is no mistake when it comes back; ids are given here.
static const char *const object_said[] = {"id", "fields", "custom", "rights", "children", NULL};
static const char *const field_said[] = {"id", "access", "filterable", "system", "custom", NULL};
static const char *const common_said[] = {"id", "access", "filterable", "system", "custom", "readonly", "target", "inverse", "on_delete", NULL};

static void append_field(Change *change, ObjectSource *object, const Json *definition, Str path) {
        Arena *arena = change->context->arena;
        Str name = field_name(definition);
        FieldRole role = common_role(name);
        const char *const *said = role == FIELD_PLAIN ? field_said : common_said;
        FieldSource *field = source_add_field(arena, object);
        *field = (FieldSource){.name = name, .fresh = true, .path = path};
        field->id = role == FIELD_PLAIN ? change->counters.next_field++ : object->id * 1000 + role;
        field->position = CUSTOM_FIELD_ID + (int64_t)object->fields_count;
        field->definition = json_with_text(arena, json_without(arena, definition, said), "name", name);
}

static Status append_fields(Change *change, ObjectSource *object, const Json *definition) {
        const Json *fields = take_array(change->context, definition, "fields");
        for (size_t i = 0; fields && i < fields->count; i++) {
                Str path = path_item(change->context, "fields", i);
                if (fields->items[i].kind == JSON_OBJECT)
                        append_field(change, object, &fields->items[i], path);
                else
                        (void)error_add(change->context, str_slice(path, 0, path.len - 1), "wrong_type", STR("object"));
        }
        return error_status(change->context);
}

Status catalog_add_object(Db *db, const Catalog *catalog, const Json *definition, Str *ret_name) {
        CHANGE_CLEANUP Change change = {0};
        Status status;
        TRY(expect_object(db_context(db), definition));
        TRY(change_begin(db, catalog, &change));
        Context *context = change.context;
        Str name = json_str(definition, "name", STR_NONE);
        if (change.counters.next_object >= CUSTOM_FIELD_ID / 1000)
                return error_set(context, STATUS_TOO_LARGE, "too_many_objects");
        ObjectSource *object = source_add(context->arena, change.source, change.counters.next_object++);
        object->name = name;
        object->fresh = true;
        object->definition = json_without(context->arena, definition, object_said);
        TRY(append_fields(&change, object, definition));
        TRY(change_build(&change, context));
        if (table_exists(db, name, &status))
                return error_add(context, STR("name"), "reserved_name", name);
        TRY(status);
        TRY(change_run(&change));
        *ret_name = str_copy(context->arena, name);
        return STATUS_OK;
}

Status catalog_add_field(Db *db, const Catalog *catalog, const Object *object, const Json *definition, Str *ret_name) {
        CHANGE_CLEANUP Change change = {0};
        TRY(expect_object(db_context(db), definition));
        TRY(change_begin(db, catalog, &change));
        ObjectSource *source = source_find(change.source, object->id);
        if (!source || source->retired)
                return gone(change.context);
        Str name = field_name(definition);
        if (common_role(name) != FIELD_PLAIN)
                return error_add(change.context, STR("name"), "name_taken", name);
        append_field(&change, source, definition, STR_NONE);
        TRY(change_build(&change, change.context));
        TRY(change_run(&change));
        *ret_name = str_copy(change.context->arena, name);
        return STATUS_OK;
}

// ---- Changing

static bool in_list(const char *const *list, Str name) {
        for (; *list; list++)
                if (str_is(name, *list))
                        return true;
        return false;
}

// Members that cannot be changed may be sent along as they are.
static Status check_changeable(Context *context, const Json *definition, const Json *changes, const char *const *changeable) {
        size_t before = context->error.count;
        for (size_t i = 0; i < changes->count; i++) {
                const Json *member = &changes->items[i];
                if (!in_list(changeable, member->key) && !json_same(context->arena, json_find(definition, member->key), member))
                        (void)error_add(context, member->key, "not_changeable", member->key);
        }
        return context->error.count > before ? STATUS_INVALID : STATUS_OK;
}

static const char *const object_changeable[] = {"label", "plural", "icon", "order", "nav", "layout", "layouts", "rules", "validations", "duplicates", "on_duplicate", "duplicate_owner", "views", "indexes", "stage", "inherit", "through", "search", "totals", "comment", NULL};

Status catalog_change_object(Db *db, const Catalog *catalog, const Object *object, const Json *changes) {
        CHANGE_CLEANUP Change change = {0};
        TRY(expect_object(db_context(db), changes));
        TRY(change_begin(db, catalog, &change));
        ObjectSource *source = source_find(change.source, object->id);
        if (!source || source->retired)
                return gone(change.context);
        const Json *asked = json_without(change.context->arena, changes, object_said);
        TRY(check_changeable(change.context, source->definition, asked, object_changeable));
        source->definition = json_edit(change.context->arena, source->definition, asked);
        source->fresh = true;
        source->given = asked;
        source->path = STR_NONE;
        TRY(change_build(&change, change.context));
        return change_run(&change);
}

static const char *const field_changeable[] = {
        "label", "help", "required", "unique", "default", "max_length", "decimals", "min", "max", "search", "sortable", "indexed", "options", "inverse_label",
        "on_delete", "format", "expression", "pattern", "targets", "comment", NULL,
};

static FieldSource *field_to_change(Change *change, ObjectSource *object, const Field *field) {
        FieldSource *source = source_find_field(object, field->id);
        if (!source && field->role != FIELD_PLAIN && field->role != FIELD_DELETED_AT) {
                source = source_add_field(change->context->arena, object);
                *source = (FieldSource){.id = field->id, .name = field->name, .position = field->role};
                source->definition = json_with_text(change->context->arena, &(Json){.kind = JSON_OBJECT}, "name", field->name);
        }
        return source && !source->retired ? source : NULL;
}

static const Json *edit_field(Context *context, const FieldSource *source, const Json *asked) {
        Json *edited = json_edit(context->arena, source->definition, asked);
        const Json *old = json_get(source->definition, "options");
        for (size_t i = 0; i < edited->count; i++)
                if (str_is(edited->items[i].key, "options") && edited->items[i].kind == JSON_ARRAY) {
                        edited->items[i] = *options_edit(context->arena, old, &edited->items[i]);
                        edited->items[i].key = STR("options");
                }
        return edited;
}

// What is stored must stay readable.
static Status check_not_narrower(Change *change, const Field *field) {
        const Object *object = catalog_find_id(change->next, field->object->id);
        const Field *next = object_find(object, field->name);
        if (next->max_length < field->max_length)
                (void)error_add(change->context, STR("max_length"), "only_longer", str_format(change->context->arena, "%d", field->max_length));
        if (next->decimals < field->decimals && !field->result)
                (void)error_add(change->context, STR("decimals"), "only_longer", str_format(change->context->arena, "%d", field->decimals));
        return error_status(change->context);
}

Status catalog_change_field(Db *db, const Catalog *catalog, const Field *field, const Json *changes) {
        CHANGE_CLEANUP Change change = {0};
        TRY(expect_object(db_context(db), changes));
        TRY(change_begin(db, catalog, &change));
        ObjectSource *object = source_find(change.source, field->object->id);
        FieldSource *source = object && !object->retired ? field_to_change(&change, object, field) : NULL;
        if (!source)
                return gone(change.context);
        const Json *asked = json_without(change.context->arena, changes, field->role == FIELD_PLAIN ? field_said : common_said);
        TRY(check_changeable(change.context, source->definition, asked, field_changeable));
        source->definition = edit_field(change.context, source, asked);
        source->fresh = true;
        source->path = STR_NONE;
        TRY(change_build(&change, change.context));
        TRY(check_not_narrower(&change, field));
        return change_run(&change);
}

// ---- Retiring

// Whatever does not build any more without it still uses it.
static Status build_without(Change *change, const char *code, Str name) {
        Context own;
        context_init(&own, change->context->arena, change->context->lang, change->context->now_ms);
        Status status = change_build(change, &own);
        if (status == STATUS_INVALID)
                return error_set(change->context, STATUS_CONFLICT, code, name, own.error.count ? own.error.items[0].field : STR_NONE);
        return status;
}

static Status check_not_referenced(Context *context, const Object *object) {
        for (size_t i = 0; i < object->children_count; i++) {
                const Field *field = object->children[i].field;
                if (field->object->id != object->id)
                        return error_set(context, STATUS_CONFLICT, "object_in_use", object->name,
                                str_format(context->arena, STR_FMT "." STR_FMT, STR_ARG(field->object->name), STR_ARG(field->name)));
        }
        return STATUS_OK;
}

Status catalog_retire_object(Db *db, const Catalog *catalog, const Object *object) {
        CHANGE_CLEANUP Change change = {0};
        if (!object->custom)
                return error_set(db_context(db), STATUS_CONFLICT, "shipped_definition", object->name);
        TRY(change_begin(db, catalog, &change));
        const Object *current = catalog_find_id(change.current, object->id);
        if (!current)
                return gone(change.context);
        TRY(check_not_referenced(change.context, current));
        ObjectSource *source = source_find(change.source, object->id);
        source->retired = source->fresh = true;
        TRY(build_without(&change, "object_in_use", object->name));
        return change_run(&change);
}

Status catalog_retire_field(Db *db, const Catalog *catalog, const Field *field) {
        CHANGE_CLEANUP Change change = {0};
        if (!field_is_custom(field))
                return error_set(db_context(db), STATUS_CONFLICT, "shipped_definition", field->name);
        TRY(change_begin(db, catalog, &change));
        ObjectSource *object = source_find(change.source, field->object->id);
        FieldSource *source = object ? source_find_field(object, field->id) : NULL;
        if (!source || source->retired)
                return gone(change.context);
        source->retired = source->fresh = true;
        TRY(build_without(&change, "field_in_use", field->name));
        return change_run(&change);
}
