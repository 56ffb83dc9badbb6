// Layouts, field rules and validations of an object: taken from its definition, joined with its fields, their conditions parsed. What they mean for a record
// is decided in src/record (rules.c, form.c).
#include "meta/build.h"

#define LAYOUTS_MOST 50
#define SECTIONS_MOST 50
#define RULES_MOST 300
#define VALIDATIONS_MOST 100

static const char *const effects[] = {[RULE_SHOW] = "show", [RULE_REQUIRE] = "require", [RULE_LOCK] = "lock"};

Str rule_effect_name(RuleEffect effect) {
        return str_from(effects[effect]);
}

// ---- Each by itself

typedef void TakeItem(Context *context, const Json *item, void *ret);

// A list of objects, each of which takes size bytes; errors are at "member[3].…".
static void *take_items(Context *context, const Json *definition, const char *member, size_t most, size_t size, TakeItem *take, size_t *ret_count) {
        const Json *list = take_array(context, definition, member);
        size_t count = list ? list->count : 0;
        if (count > most) {
                (void)error_add(context, str_from(member), "too_many", str_format(context->arena, "%zu", most));
                count = 0;
        }
        char *items = arena_alloc(context->arena, (count + 1) * size);
        memset(items, 0, (count + 1) * size);
        for (size_t i = 0; i < count; i++) {
                size_t before = context->error.count;
                Str path = path_item(context, member, i);
                if (list->items[i].kind == JSON_OBJECT)
                        take(context, &list->items[i], items + i * size);
                else
                        (void)error_add(context, STR_NONE, "wrong_type", STR("object"));
                error_prefix(context, before, list->items[i].kind == JSON_OBJECT ? path : str_slice(path, 0, path.len - 1));
        }
        *ret_count = count;
        return items;
}

static void take_when(Context *context, const Json *definition, bool needed, Condition *ret) {
        take_text(context, definition, "when", EXPR_MAX_LENGTH, &ret->text);
        if (str_empty(str_trim(ret->text)))
                ret->text = STR_NONE;
        const Json *when = json_get(definition, "when");
        if (needed && str_empty(ret->text) && (!when || when->kind == JSON_NULL || when->kind == JSON_STRING))
                (void)error_add(context, STR("when"), "required");
}

static void take_name(Context *context, const Json *definition, Str *ret) {
        take_text(context, definition, "name", 200, ret);
        if (!name_valid(*ret))
                (void)error_add(context, STR("name"), str_empty(*ret) ? "required" : "bad_name");
}

static void take_section(Context *context, const Json *item, void *ret) {
        static const char *const section_members[] = {"label", "fields", "columns", "when", "comment", NULL};
        LayoutSection *section = ret;
        take_only(context, item, section_members);
        take_label(context, item, "label", &section->label);
        take_texts(context, item, "fields", &section->fields, &section->fields_count);
        take_int(context, item, "columns", 1, 2, &section->columns);
        take_when(context, item, false, &section->when);
}

static void take_arrangement(Context *context, const Json *item, Layout *layout) {
        take_texts(context, item, "header", &layout->header, &layout->header_count);
        layout->sections = take_items(context, item, "sections", SECTIONS_MOST, sizeof *layout->sections, take_section, &layout->sections_count);
        take_texts(context, item, "related", &layout->related, &layout->related_count);
}

static void take_named_layout(Context *context, const Json *item, void *ret) {
        static const char *const layout_members[] = {"name", "label", "roles", "when", "header", "sections", "related", "comment", NULL};
        Layout *layout = ret;
        take_only(context, item, layout_members);
        take_name(context, item, &layout->name);
        label_set(&layout->label, layout->name);
        take_label(context, item, "label", &layout->label);
        take_texts(context, item, "roles", &layout->roles, &layout->roles_count);
        take_when(context, item, false, &layout->when);
        take_arrangement(context, item, layout);
}

static void take_layout(Context *context, Object *object, const Json *definition) {
        static const char *const layout_members[] = {"header", "sections", "related", "comment", NULL};
        const Json *item = json_get(definition, "layout");
        if (!item || item->kind == JSON_NULL)
                return;
        if (item->kind != JSON_OBJECT) {
                (void)error_add(context, STR("layout"), "wrong_type", STR("object"));
                return;
        }
        size_t before = context->error.count;
        object->layout = arena_new_of(context->arena, Layout);
        take_only(context, item, layout_members);
        take_arrangement(context, item, object->layout);
        error_prefix(context, before, STR("layout."));
}

static void take_rule(Context *context, const Json *item, void *ret) {
        static const char *const rule_members[] = {"field", "effect", "when", "roles", "comment", NULL};
        FieldRule *rule = ret;
        Str effect = STR_NONE;
        take_only(context, item, rule_members);
        take_text(context, item, "field", 200, &rule->name);
        if (str_empty(rule->name))
                (void)error_add(context, STR("field"), "required");
        take_text(context, item, "effect", 200, &effect);
        while (rule->effect <= RULE_LOCK && !str_is(effect, effects[rule->effect]))
                rule->effect++;
        if (rule->effect > RULE_LOCK) {
                (void)error_add(context, STR("effect"), str_empty(effect) ? "required" : "unknown_option", effect);
                rule->effect = RULE_SHOW;
        }
        take_when(context, item, true, &rule->when);
        take_texts(context, item, "roles", &rule->roles, &rule->roles_count);
}

static void take_validation(Context *context, const Json *item, void *ret) {
        static const char *const validation_members[] = {"name", "when", "message", "field", "comment", NULL};
        Validation *validation = ret;
        size_t before = context->error.count;
        take_only(context, item, validation_members);
        take_name(context, item, &validation->name);
        take_when(context, item, true, &validation->when);
        take_label(context, item, "message", &validation->message);
        if (label_empty(&validation->message) && context->error.count == before)
                (void)error_add(context, STR("message"), "required");
        take_text(context, item, "field", 200, &validation->field_name);
}

static void check_twice(Context *context, const char *member, size_t at, Str name, Str other) {
        if (name.len && str_eq(name, other))
                (void)error_add(context, str_format(context->arena, "%s[%zu].name", member, at), "duplicate", name);
}

// A layout that is not new was good when it was written, perhaps for an older version of the program: it is not refused any more.
void form_define(Context *context, Object *object, const ObjectSource *source) {
        const Json *definition = source->definition;
        size_t before = context->error.count;
        take_layout(context, object, definition);
        if (!source_gives(source, "layout"))
                context->error.count = before;
        before = context->error.count;
        object->layouts = take_items(context, definition, "layouts", LAYOUTS_MOST, sizeof *object->layouts, take_named_layout, &object->layouts_count);
        for (size_t i = 0; i < object->layouts_count; i++)
                for (size_t k = 0; k < i; k++)
                        check_twice(context, "layouts", i, object->layouts[i].name, object->layouts[k].name);
        if (!source_gives(source, "layouts"))
                context->error.count = before;
        object->rules = take_items(context, definition, "rules", RULES_MOST, sizeof *object->rules, take_rule, &object->rules_count);
        object->validations = take_items(context, definition, "validations", VALIDATIONS_MOST, sizeof *object->validations, take_validation, &object->validations_count);
        for (size_t i = 0; i < object->validations_count; i++)
                for (size_t k = 0; k < i; k++)
                        check_twice(context, "validations", i, object->validations[i].name, object->validations[k].name);
}

// ---- Joined with the fields

static const Field *open_field(const Object *object, Str name) {
        const Field *field = object_find(object, name);
        return field && !field->hidden ? field : NULL;
}

static void check_names(Builder *builder, const Object *object, const Str *names, size_t count, Str path, bool relations) {
        for (size_t i = 0; i < count; i++) {
                bool known = relations ? object_children(object, names[i]) != NULL : open_field(object, names[i]) != NULL;
                if (!known)
                        builder_error(builder, object, str_format(builder->context->arena, STR_FMT "[%zu]", STR_ARG(path), i), relations ? "unknown_relation" : "unknown_field", names[i]);
        }
}

static void check_layout(Builder *builder, const Object *object, const Layout *layout, Str path) {
        Arena *arena = builder->context->arena;
        check_names(builder, object, layout->header, layout->header_count, str_format(arena, STR_FMT "header", STR_ARG(path)), false);
        check_names(builder, object, layout->related, layout->related_count, str_format(arena, STR_FMT "related", STR_ARG(path)), true);
        for (size_t i = 0; i < layout->sections_count; i++) {
                const LayoutSection *section = &layout->sections[i];
                check_names(builder, object, section->fields, section->fields_count, str_format(arena, STR_FMT "sections[%zu].fields", STR_ARG(path), i), false);
        }
}

bool field_is_written(const Field *field) {
        return !field->type->computed && !field->readonly && (!field->system || field->role == FIELD_NAME || field->role == FIELD_OWNER || field->role == FIELD_DEPARTMENT);
}

static void link_rule(Builder *builder, const Object *object, FieldRule *rule, size_t at, bool given) {
        Arena *arena = builder->context->arena;
        rule->field = open_field(object, rule->name);
        if (!given)
                return;
        Str path = str_format(arena, "rules[%zu].field", at);
        if (!rule->field)
                builder_error(builder, object, path, "unknown_field", rule->name);
        else if (rule->effect != RULE_SHOW && !field_is_written(rule->field))
                builder_error(builder, object, path, "rule_computed", rule->name);
}

void form_link(Builder *builder, Object *object) {
        Arena *arena = builder->context->arena;
        const ObjectSource *source = builder_source(builder, object);
        if (object->layout && source_gives(source, "layout"))
                check_layout(builder, object, object->layout, STR("layout."));
        for (size_t i = 0; source_gives(source, "layouts") && i < object->layouts_count; i++)
                check_layout(builder, object, &object->layouts[i], path_item(builder->context, "layouts", i));
        for (size_t i = 0; i < object->rules_count; i++)
                link_rule(builder, object, &object->rules[i], i, source_gives(source, "rules"));
        for (size_t i = 0; i < object->validations_count; i++) {
                Validation *validation = &object->validations[i];
                validation->field = open_field(object, validation->field_name);
                if (validation->field_name.len && !validation->field && source_gives(source, "validations"))
                        builder_error(builder, object, str_format(arena, "validations[%zu].field", i), "unknown_field", validation->field_name);
        }
}

// ---- Their conditions

typedef struct Mentions { Arena *arena; Condition *condition; size_t capacity; } Mentions;

static void add_mention(void *arg, const ExprField *used) {
        Mentions *mentions = arg;
        Condition *condition = mentions->condition;
        const Field *field = used->handle;
        for (size_t i = 0; i < condition->mentions_count; i++)
                if (condition->mentions[i] == field)
                        return;
        if (condition->mentions_count == mentions->capacity) {
                size_t bytes = mentions->capacity * sizeof *condition->mentions;
                mentions->capacity = mentions->capacity * 2 + 8;
                condition->mentions = arena_grow(mentions->arena, condition->mentions, bytes, mentions->capacity * sizeof *condition->mentions);
        }
        condition->mentions[condition->mentions_count++] = field;
}

static void check_condition(Builder *builder, const Object *object, Condition *condition, Str path) {
        if (str_empty(condition->text))
                return;
        const ObjectSource *source = builder_source(builder, object);
        Str at = str_format(builder->context->arena, STR_FMT STR_FMT "when", STR_ARG(source->path), STR_ARG(path));
        Mentions mentions = {.arena = builder->context->arena, .condition = condition};
        if (builder_parse(builder, object, condition->text, EXPR_BOOL, at, &condition->expr))
                expr_own_fields(condition->expr, add_mention, &mentions);
}

static void check_sections(Builder *builder, const Object *object, Layout *layout, Str path) {
        for (size_t i = 0; i < layout->sections_count; i++)
                check_condition(builder, object, &layout->sections[i].when, str_format(builder->context->arena, STR_FMT "sections[%zu].", STR_ARG(path), i));
}

void form_check(Builder *builder, Object *object) {
        if (object->layout)
                check_sections(builder, object, object->layout, STR("layout."));
        for (size_t i = 0; i < object->layouts_count; i++) {
                Str path = path_item(builder->context, "layouts", i);
                check_condition(builder, object, &object->layouts[i].when, path);
                check_sections(builder, object, &object->layouts[i], path);
        }
        for (size_t i = 0; i < object->rules_count; i++)
                if (object->rules[i].field) // a rule of a retired field is none
                        check_condition(builder, object, &object->rules[i].when, path_item(builder->context, "rules", i));
        for (size_t i = 0; i < object->validations_count; i++)
                check_condition(builder, object, &object->validations[i].when, path_item(builder->context, "validations", i));
}
