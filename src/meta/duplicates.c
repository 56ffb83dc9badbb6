// By what records of an object are told to be the same (the member "duplicates"): taken from the definition, joined with the fields, shown again. What the rules mean is in
// src/record/README.md; how texts are compared in base/likeness.h.
#include "meta/build.h"
#include "meta/write.h"

#define RULES_MOST 20
#define FIELDS_MOST_OF_RULE 5
#define WEIGHT_USUAL 60

static const char *const modes[] = {[ON_DUPLICATE_OFF] = "off", [ON_DUPLICATE_WARN] = "warn", [ON_DUPLICATE_REFUSE] = "refuse"};

Str on_duplicate_name(OnDuplicate on) {
        return str_from(modes[on]);
}

static bool is_type(const Field *field, const char *name) {
        return strcmp(field->type->name, name) == 0;
}

static bool is_text(const Field *field) {
        return is_type(field, "text");
}

// ---- Taking

static void take_as(Context *context, const Json *item, DuplicateRule *rule) {
        Str as = STR_NONE;
        take_text(context, item, "as", 40, &as);
        rule->as = as.len ? likeness_kind(as) : LIKENESS_EXACT;
        if (rule->as == LIKENESS_KINDS) {
                (void)error_add(context, STR("as"), "unknown_option", as);
                rule->as = LIKENESS_EXACT;
        }
}

static void take_rule(Context *context, const Json *item, DuplicateRule *rule) {
        static const char *const rule_members[] = {"name", "fields", "as", "fuzzy", "find", "weight", "against", "comment", NULL};
        take_only(context, item, rule_members);
        take_texts(context, item, "fields", &rule->field_names, &rule->names_count);
        if (!rule->names_count || rule->names_count > FIELDS_MOST_OF_RULE)
                (void)error_add(context, STR("fields"), rule->names_count ? "too_many" : "required", str_format(context->arena, "%d", FIELDS_MOST_OF_RULE));
        if (rule->names_count)
                rule->name = rule->field_names[0];
        take_text(context, item, "name", NAME_MAX_LENGTH, &rule->name);
        if (!name_valid(rule->name))
                (void)error_add(context, STR("name"), str_empty(rule->name) ? "required" : "bad_name");
        take_as(context, item, rule);
        rule->find = true;
        rule->weight = WEIGHT_USUAL;
        take_bool(context, item, "fuzzy", &rule->fuzzy);
        take_bool(context, item, "find", &rule->find);
        take_int(context, item, "weight", 0, 100, &rule->weight);
        take_int(context, item, "against", 0, 100, &rule->against);
}

static void take_mode(Context *context, const Json *definition, Object *object) {
        Str mode = STR_NONE;
        object->on_duplicate = ON_DUPLICATE_WARN;
        take_text(context, definition, "on_duplicate", 40, &mode);
        if (!mode.len)
                return;
        OnDuplicate on = ON_DUPLICATE_OFF;
        while (on <= ON_DUPLICATE_REFUSE && !str_is(mode, modes[on]))
                on++;
        if (on > ON_DUPLICATE_REFUSE)
                (void)error_add(context, STR("on_duplicate"), "unknown_option", mode);
        else
                object->on_duplicate = on;
}

static void check_names(Context *context, const Object *object, size_t at) {
        for (size_t k = 0; k < at; k++)
                if (str_eq(object->duplicates[k].name, object->duplicates[at].name))
                        (void)error_add(context, str_format(context->arena, "duplicates[%zu].name", at), "duplicate", object->duplicates[at].name);
}

void duplicates_define(Context *context, Object *object, const ObjectSource *source) {
        const Json *list = take_array(context, source->definition, "duplicates");
        take_mode(context, source->definition, object);
        take_bool(context, source->definition, "duplicate_owner", &object->duplicate_owner);
        if (list && list->count > RULES_MOST) {
                (void)error_add(context, STR("duplicates"), "too_many", str_format(context->arena, "%d", RULES_MOST));
                return;
        }
        object->duplicates = arena_array(context->arena, DuplicateRule, (list ? list->count : 0) + 1);
        for (size_t i = 0; list && i < list->count; i++) {
                size_t before = context->error.count;
                Str path = path_item(context, "duplicates", i);
                if (list->items[i].kind != JSON_OBJECT) {
                        (void)error_add(context, str_slice(path, 0, path.len - 1), "wrong_type", STR("object"));
                        continue;
                }
                take_rule(context, &list->items[i], &object->duplicates[object->duplicates_count]);
                error_prefix(context, before, path);
                check_names(context, object, object->duplicates_count++);
        }
}

// ---- Linking

// One value that can be equal to another's, and that nothing writes but the record pipeline.
static bool can_be_compared(const Field *field) {
        static const char *const others[] = {"long_text", "json", "file", "image", "address", "position"};
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                if (is_type(field, others[i]))
                        return false;
        return field->stored && !field->hidden && !field->type->list && !field->type->computed && (!field->system || field->role == FIELD_NAME);
}

static bool link_rule(Builder *builder, const Object *object, DuplicateRule *rule, size_t at, bool given) {
        Arena *arena = builder->context->arena;
        bool any_text = false;
        rule->fields = arena_array(arena, const Field *, rule->names_count + 1);
        for (size_t i = 0; i < rule->names_count; i++) {
                const Field *field = object_find(object, rule->field_names[i]);
                bool fits = field && can_be_compared(field);
                if (fits)
                        rule->fields[rule->fields_count++] = field;
                else if (given)
                        builder_error(builder, object, str_format(arena, "duplicates[%zu].fields[%zu]", at, i), field ? "not_comparable" : "unknown_field", rule->field_names[i]);
                any_text |= fits && is_text(field);
        }
        if (given && rule->fuzzy && rule->fields_count == rule->names_count && !any_text)
                builder_error(builder, object, str_format(arena, "duplicates[%zu].fuzzy", at), "not_comparable", rule->name);
        return rule->fields_count && rule->fields_count == rule->names_count;
}

void duplicates_link(Builder *builder, Object *object) {
        bool given = source_gives(builder_source(builder, object), "duplicates");
        size_t kept = 0;
        for (size_t i = 0; i < object->duplicates_count; i++)
                if (link_rule(builder, object, &object->duplicates[i], i, given))
                        object->duplicates[kept++] = object->duplicates[i];
        object->duplicates_count = kept;
}

// ---- Showing

static void put_rule(JsonWriter *w, const DuplicateRule *rule) {
        json_open_object(w);
        json_put_str(w, "name", rule->name);
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; i < rule->fields_count; i++)
                json_add_str(w, rule->fields[i]->name);
        json_close_array(w);
        json_put_str(w, "as", str_from(likeness_name(rule->as)));
        json_put_bool(w, "fuzzy", rule->fuzzy);
        json_put_bool(w, "find", rule->find);
        json_put_int(w, "weight", rule->weight);
        json_put_int(w, "against", rule->against);
        json_close_object(w);
}

static bool shows_rule(const MetaReader *reader, const DuplicateRule *rule) {
        for (size_t i = 0; i < rule->fields_count; i++)
                if (!meta_shows_field(reader, rule->fields[i]))
                        return false;
        return true;
}

void meta_put_duplicates(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("duplicates"));
        json_open_array(w);
        for (size_t i = 0; i < object->duplicates_count; i++)
                if (shows_rule(reader, &object->duplicates[i]))
                        put_rule(w, &object->duplicates[i]);
        json_close_array(w);
        json_put_str(w, "on_duplicate", on_duplicate_name(object->on_duplicate));
        json_put_bool(w, "duplicate_owner", object->duplicate_owner);
}
