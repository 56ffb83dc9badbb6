// Layouts, rules and validations as a reader sees them. A condition that names what he may not know is not there for him: its section is shown, its layout,
// rule or validation left out.
#include "meta/write.h"

static bool fits_roles(const MetaReader *reader, const Str *roles, size_t count) {
        return !count || !reader->roles || reader->roles(reader->self, roles, count);
}

// Whose a layout or rule is, is told to those who arrange it.
static void put_roles(JsonWriter *w, const MetaReader *reader, const Str *roles, size_t count) {
        if (!count || reader->roles)
                return;
        json_key(w, STR("roles"));
        json_open_array(w);
        for (size_t i = 0; i < count; i++)
                json_add_str(w, roles[i]);
        json_close_array(w);
}

static void put_when(JsonWriter *w, const MetaReader *reader, const Object *object, const Condition *when) {
        if (when->text.len && meta_shows_expression(reader, object, when->text))
                json_put_str(w, "when", when->text);
}

static void put_section(JsonWriter *w, const MetaReader *reader, const Object *object, const LayoutSection *section) {
        json_open_object(w);
        meta_put_label(w, reader, "label", &section->label);
        meta_put_visible(w, reader, object, "fields", section->fields, section->fields_count);
        if (section->columns)
                json_put_int(w, "columns", section->columns);
        put_when(w, reader, object, &section->when);
        json_close_object(w);
}

static void put_arrangement(JsonWriter *w, const MetaReader *reader, const Object *object, const Layout *layout) {
        meta_put_visible(w, reader, object, "header", layout->header, layout->header_count);
        json_key(w, STR("sections"));
        json_open_array(w);
        for (size_t i = 0; i < layout->sections_count; i++)
                put_section(w, reader, object, &layout->sections[i]);
        json_close_array(w);
        json_key(w, STR("related"));
        json_open_array(w);
        for (size_t i = 0; i < layout->related_count; i++) {
                const Relation *relation = object_children(object, layout->related[i]);
                if (relation && meta_shows_relation(reader, relation))
                        json_add_str(w, relation->name);
        }
        json_close_array(w);
}

static void put_layouts(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("layouts"));
        json_open_array(w);
        for (size_t i = 0; i < object->layouts_count; i++) {
                const Layout *layout = &object->layouts[i];
                if (!fits_roles(reader, layout->roles, layout->roles_count) || !meta_shows_expression(reader, object, layout->when.text))
                        continue;
                json_open_object(w);
                json_put_str(w, "name", layout->name);
                meta_put_label(w, reader, "label", &layout->label);
                put_roles(w, reader, layout->roles, layout->roles_count);
                put_when(w, reader, object, &layout->when);
                put_arrangement(w, reader, object, layout);
                json_close_object(w);
        }
        json_close_array(w);
}

static void put_rules(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("rules"));
        json_open_array(w);
        for (size_t i = 0; i < object->rules_count; i++) {
                const FieldRule *rule = &object->rules[i];
                bool shown = rule->field && meta_shows_field(reader, rule->field) && fits_roles(reader, rule->roles, rule->roles_count);
                if (!shown || !meta_shows_expression(reader, object, rule->when.text))
                        continue;
                json_open_object(w);
                json_put_str(w, "field", rule->field->name);
                json_put_str(w, "effect", rule_effect_name(rule->effect));
                put_when(w, reader, object, &rule->when);
                put_roles(w, reader, rule->roles, rule->roles_count);
                json_close_object(w);
        }
        json_close_array(w);
}

static void put_validations(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("validations"));
        json_open_array(w);
        for (size_t i = 0; i < object->validations_count; i++) {
                const Validation *validation = &object->validations[i];
                if (!meta_shows_expression(reader, object, validation->when.text))
                        continue;
                json_open_object(w);
                json_put_str(w, "name", validation->name);
                put_when(w, reader, object, &validation->when);
                meta_put_label(w, reader, "message", &validation->message);
                if (validation->field && meta_shows_field(reader, validation->field))
                        json_put_str(w, "field", validation->field->name);
                json_close_object(w);
        }
        json_close_array(w);
}

void meta_put_forms(JsonWriter *w, const MetaReader *reader, const Object *object) {
        if (object->layout) {
                json_key(w, STR("layout"));
                json_open_object(w);
                put_arrangement(w, reader, object, object->layout);
                json_close_object(w);
        }
        put_layouts(w, reader, object);
        put_rules(w, reader, object);
        put_validations(w, reader, object);
}
