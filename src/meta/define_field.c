// One field's definition by itself: its members, its type's own, its column. What it names elsewhere is linked later.
#include "meta/build.h"
#include "meta/field/field.h"

static const char *const members[] = {
        "id", "name", "type", "label", "help", "required", "unique", "default", "max_length", "decimals", "min", "max", "search", "sortable", "indexed",
        "readonly", "hidden", "options", "target", "targets", "inverse", "inverse_label", "on_delete", "format", "expression", "result", "pattern", "comment", NULL,
};

// Members that only some types have.
static const struct { const char *member, *types; } special[] = {
        {"options", "choice multi_choice"},
        {"target", "reference multi_reference"},
        {"targets", "record"},
        {"inverse", "reference multi_reference user department"},
        {"inverse_label", "reference user department"},
        {"on_delete", "reference multi_reference user department record"},
        {"format", "auto_number text long_text"},
        {"expression", "formula rollup"},
        {"result", "formula rollup"},
        {"max_length", "text long_text json"},
        {"decimals", "number money percent formula rollup"},
        {"min", "integer number money percent"},
        {"max", "integer number money percent"},
        {"pattern", "text phone email url"},
        {"unique", "text integer number money date choice reference user phone email url auto_number"},
};

static bool name_reserved(Str name) {
        static const char *const words[] = {
                "and", "or", "not", "in", "between", "contains", "starts_with", "under", "true", "false", "null", // of the expression language
                "rowid", "oid", "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "deleted_at",                 // of the databases
                NULL,
        };
        for (const char *const *word = words; *word; word++)
                if (str_is(name, *word))
                        return true;
        return false;
}

static bool word_in(const char *words, const char *word) {
        size_t length = strlen(word);
        for (const char *at = words; (at = strstr(at, word)); at += length)
                if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
                        return true;
        return false;
}

static bool given(const Json *definition, const char *member) {
        const Json *found = json_get(definition, member);
        return found && found->kind != JSON_NULL && found->kind != JSON_FALSE;
}

static void check_special(Context *context, const Field *field, const Json *definition) {
        for (size_t i = 0; i < sizeof special / sizeof *special; i++)
                if (given(definition, special[i].member) && !word_in(special[i].types, field->type->name))
                        (void)error_add(context, str_from(special[i].member), "not_for_type", str_from(special[i].member), str_from(field->type->name));
}

static void take_range(Context *context, Field *field, const Json *definition) {
        take_decimal(context, definition, "min", &field->has_min, &field->min);
        take_decimal(context, definition, "max", &field->has_max, &field->max);
        if (field->has_min && field->has_max && field->min.units > field->max.units)
                (void)error_add(context, STR("max"), "max_below_min");
}

static void take_on_delete(Context *context, Field *field, const Json *definition) {
        Str name = STR_NONE;
        take_text(context, definition, "on_delete", NAME_MAX_LENGTH, &name);
        field->on_delete = field->required ? ON_DELETE_RESTRICT : ON_DELETE_CLEAR;
        if (str_is(name, "restrict"))
                field->on_delete = ON_DELETE_RESTRICT;
        else if (str_is(name, "clear"))
                field->on_delete = ON_DELETE_CLEAR;
        else if (str_is(name, "cascade"))
                field->on_delete = ON_DELETE_CASCADE;
        else if (name.len)
                (void)error_add(context, STR("on_delete"), "unknown_option", name);
        if (field->required && str_is(name, "clear"))
                (void)error_add(context, STR("on_delete"), "required_not_cleared");
}

static void take_attributes(Context *context, Field *field, const Json *definition) {
        take_label(context, definition, "label", &field->label);
        take_label(context, definition, "help", &field->help);
        take_bool(context, definition, "required", &field->required);
        take_bool(context, definition, "unique", &field->unique);
        take_bool(context, definition, "search", &field->search);
        take_bool(context, definition, "sortable", &field->sortable);
        take_bool(context, definition, "indexed", &field->indexed);
        take_bool(context, definition, "readonly", &field->readonly);
        take_bool(context, definition, "hidden", &field->hidden);
        take_int(context, definition, "max_length", 1, 1000000, &field->max_length);
        take_int(context, definition, "decimals", 0, 6, &field->decimals);
        take_range(context, field, definition);
        take_text(context, definition, "inverse", NAME_MAX_LENGTH, &field->inverse);
        take_label(context, definition, "inverse_label", &field->inverse_label);
        take_text(context, definition, "format", 80, &field->format);
        take_text(context, definition, "expression", EXPR_MAX_LENGTH, &field->expression);
        take_text(context, definition, "pattern", 500, &field->pattern);
        take_on_delete(context, field, definition);
        if (field->pattern.len && !pattern_valid(context->arena, field->pattern))
                (void)error_add(context, STR("pattern"), "bad_expression");
        if (field->inverse.len && !name_valid(field->inverse))
                (void)error_add(context, STR("inverse"), "bad_name");
}

static void take_default(Context *context, Field *field, const Json *definition) {
        const Json *value = json_get(definition, "default");
        if (!value || value->kind == JSON_NULL)
                return;
        if (field->type->computed)
                (void)error_add(context, STR("default"), "not_for_type", STR("default"), str_from(field->type->name));
        else if (!json_get(value, "expression") && field_read(context, field, STR("default"), value, &field->fixed_default) != STATUS_OK)
                field->fixed_default = VALUE_NONE;
}

// Which column holds it, and its sort key's.
static void set_column(Context *context, Field *field) {
        const FieldType *type = field->type;
        field->stored = !(type->computed && type->expr == EXPR_NULL) || str_is(str_from(type->name), "rollup");
        if (!field->stored)
                return;
        field->column = type->reference || type->file ? str_format(context->arena, STR_FMT "_id", STR_ARG(field->name)) : field->name;
        if (field->sortable && type->sort_key)
                field->sort_column = str_format(context->arena, STR_FMT "_sort", STR_ARG(field->name));
}

static void check_sorting(Context *context, const Field *field, bool can) {
        if (field->sortable && !can)
                (void)error_add(context, STR("sortable"), "type_not_sortable");
        if (field->indexed && !field->sortable && !field->type->reference)
                (void)error_add(context, STR("indexed"), "type_not_sortable");
}

static void define_typed(Context *context, Field *field, const Json *definition) {
        const FieldType *type = field->type;
        size_t before = context->error.count;
        field->kind = type->kind;
        field->sortable = type->sortable;
        take_attributes(context, field, definition);
        check_special(context, field, definition);
        if (type->configure && context->error.count == before)
                (void)type->configure(context, field, definition);
        bool rollup = field->result && str_is(str_from(type->name), "rollup");
        bool can = rollup ? field->result->sortable && !field->result->sort_key : type->sortable;
        if (rollup && !json_get(definition, "sortable"))
                field->sortable = can;
        check_sorting(context, field, can);
        set_column(context, field);
        if (context->error.count == before)
                take_default(context, field, definition);
}

void field_define(Builder *builder, Object *object, const FieldSource *source, Field *field) {
        Context *context = builder->context;
        const Json *definition = source->definition;
        size_t before = context->error.count;
        Str type = json_str(definition, "type", STR_NONE);
        *field = (Field){.id = source->id, .name = source->name, .object = object, .definition = definition};
        if (source->fresh)
                take_only(context, definition, members);
        if (!name_valid(field->name))
                (void)error_add(context, STR("name"), str_empty(field->name) ? "required" : "bad_name");
        else if (name_reserved(field->name))
                (void)error_add(context, STR("name"), "reserved_name", field->name);
        label_set(&field->label, field->name);
        field->type = field_type_find(type);
        if (!field->type) {
                (void)error_add(context, STR("type"), str_empty(type) ? "required" : "unknown_type", type);
                field->type = field_type_find(STR("text"));
        } else {
                define_typed(context, field, definition);
        }
        error_prefix(context, before, source->path);
}

// ---- Common fields

static const struct Common { const char *name, *type, *text; FieldRole role; bool system, hidden; } commons[] = {
        {"id", "integer", "field.id", FIELD_ID, true, false},
        {"version", "integer", "field.version", FIELD_VERSION, true, false},
        {"name", "text", "field.name", FIELD_NAME, false, false},
        {"owner", "user", "field.owner", FIELD_OWNER, false, false},
        {"department", "department", "field.department", FIELD_DEPARTMENT, false, false},
        {"created_at", "datetime", "field.created_at", FIELD_CREATED_AT, true, false},
        {"created_by", "user", "field.created_by", FIELD_CREATED_BY, true, false},
        {"updated_at", "datetime", "field.updated_at", FIELD_UPDATED_AT, true, false},
        {"updated_by", "user", "field.updated_by", FIELD_UPDATED_BY, true, false},
        {"deleted_at", "datetime", "field.deleted_at", FIELD_DELETED_AT, true, true},
};

FieldRole common_role(Str name) {
        for (size_t i = 0; i < sizeof commons / sizeof *commons; i++)
                if (str_is(name, commons[i].name) && !commons[i].hidden)
                        return commons[i].role;
        return FIELD_PLAIN;
}

static void refine(Context *context, Field *field, const FieldSource *source) {
        static const char *const for_name[] = {
                "id", "name", "type", "label", "help", "comment", "required", "unique", "max_length", "search", "sortable", "indexed", "pattern", "default", NULL,
        };
        static const char *const for_person[] = {"id", "name", "type", "label", "help", "comment", "required", "sortable", NULL};
        static const char *const for_others[] = {"id", "name", "type", "label", "help", "comment", "sortable", "indexed", NULL};
        const Json *definition = source->definition;
        Str type = json_str(definition, "type", STR_NONE);
        bool person = field->role == FIELD_OWNER || field->role == FIELD_DEPARTMENT;
        if (source->fresh)
                take_only(context, definition, field->role == FIELD_NAME ? for_name : person ? for_person : for_others);
        if (type.len && !str_is(type, field->type->name))
                (void)error_add(context, STR("type"), "common_type", field->name, str_from(field->type->name));
        take_label(context, definition, "label", &field->label);
        take_label(context, definition, "help", &field->help);
        take_bool(context, definition, "required", &field->required);
        take_bool(context, definition, "unique", &field->unique);
        take_bool(context, definition, "search", &field->search);
        take_bool(context, definition, "sortable", &field->sortable);
        take_bool(context, definition, "indexed", &field->indexed);
        take_int(context, definition, "max_length", 1, 4000, &field->max_length);
        take_text(context, definition, "pattern", 500, &field->pattern);
        if (field->pattern.len && !pattern_valid(context->arena, field->pattern))
                (void)error_add(context, STR("pattern"), "bad_expression");
        take_default(context, field, definition);
        check_sorting(context, field, field->type->sortable);
}

void field_common(Builder *builder, Object *object, FieldRole role, const FieldSource *refined, Field *field) {
        Context *context = builder->context;
        const struct Common *common = &commons[role - FIELD_ID];
        size_t before = context->error.count;
        *field = (Field){.id = object->id * 1000 + role, .name = str_from(common->name), .object = object, .role = role, .system = common->system, .hidden = common->hidden};
        field->type = field_type_find(str_from(common->type));
        field->kind = field->type->kind;
        field->readonly = common->system;
        field->sortable = field->type->sortable && !common->hidden;
        field->required = field->search = field->indexed = role == FIELD_NAME;
        field->max_length = role == FIELD_NAME ? 200 : 0;
        field->on_delete = field->type->reference && !common->system ? ON_DELETE_RESTRICT : ON_DELETE_CLEAR;
        if (role == FIELD_DEPARTMENT && object->follow_owner)
                field->system = field->readonly = true;
        if (field->type->configure && role != FIELD_NAME)
                (void)field->type->configure(context, field, &(Json){.kind = JSON_OBJECT});
        for (Lang lang = 0; lang < LANG_COUNT; lang++)
                field->label.text[lang] = text_get(lang, common->text);
        if (refined) {
                field->definition = refined->definition;
                refine(context, field, refined);
        }
        set_column(context, field);
        error_prefix(context, before, refined ? refined->path : STR_NONE);
}
