// A definition as a reader sees it: labels in one language, what is hidden left out, what the reader may do added by the reader's own functions.
#include "meta/write.h"

bool meta_shows_field(const MetaReader *reader, const Field *field) {
        return !field->hidden && (!reader->field || reader->field(reader->self, field, NULL));
}

static bool shows_object(const MetaReader *reader, const Object *object) {
        return !reader->object || reader->object(reader->self, object, NULL);
}

// A list of names, "a,-b"; of an index, "customer","-updated_at".
static bool shows_name(const MetaReader *reader, const Object *object, Str name) {
        name = str_trim(name);
        const Field *field = object_find(object, str_starts(name, STR("-")) ? str_slice(name, 1, name.len) : name);
        return field && meta_shows_field(reader, field);
}

bool meta_shows_expression(const MetaReader *reader, const Object *object, Str text) {
        return str_empty(str_trim(text)) || !reader->expression || reader->expression(reader->self, object, text);
}

void meta_put_label(JsonWriter *w, const MetaReader *reader, const char *key, const Label *label) {
        if (label_empty(label))
                return;
        json_key(w, str_from(key));
        if (!reader->all_labels) {
                json_add_str(w, label_text(label, reader->lang));
                return;
        }
        json_open_object(w);
        for (Lang lang = 0; lang < LANG_COUNT; lang++)
                json_put_str(w, lang_tag(lang), label->text[lang]);
        json_close_object(w);
}

static void put_text(JsonWriter *w, const char *key, Str text) {
        if (!str_empty(text))
                json_put_str(w, key, text);
}

static void put_true(JsonWriter *w, const char *key, bool value) {
        if (value)
                json_put_bool(w, key, true);
}

static void put_decimal(JsonWriter *w, const char *key, bool has, Decimal number) {
        if (!has)
                return;
        json_key(w, str_from(key));
        json_add_decimal(w, number, 0);
}

static void put_options(JsonWriter *w, const MetaReader *reader, const Field *field) {
        if (!field->options_count)
                return;
        json_key(w, STR("options"));
        json_open_array(w);
        for (size_t i = 0; i < field->options_count; i++) {
                const Option *option = &field->options[i];
                json_open_object(w);
                json_put_str(w, "key", option->key);
                meta_put_label(w, reader, "label", &option->label);
                put_text(w, "color", option->color);
                put_decimal(w, "probability", option->has_probability, option->probability);
                put_text(w, "outcome", option->outcome);
                put_true(w, "retired", option->retired);
                json_close_object(w);
        }
        json_close_array(w);
}

static void put_default(JsonWriter *w, const MetaReader *reader, const Field *field) {
        const Json *value = field->definition ? json_get(field->definition, "default") : NULL;
        if (!value || value->kind == JSON_NULL || !meta_shows_expression(reader, field->object, json_str(value, "expression", STR_NONE)))
                return;
        json_key(w, STR("default"));
        if (!value_is_null(field->fixed_default))
                field_write(w, field, field->fixed_default);
        else
                json_add_tree(w, value);
}

static void put_reference(JsonWriter *w, const MetaReader *reader, const Field *field) {
        static const char *const on_delete[] = {[ON_DELETE_RESTRICT] = "restrict", [ON_DELETE_CLEAR] = "clear", [ON_DELETE_CASCADE] = "cascade"};
        put_text(w, "target", field->target_name);
        if (field->targets_count) {
                json_key(w, STR("targets"));
                json_open_array(w);
                for (size_t i = 0; i < field->targets_count; i++)
                        json_add_str(w, field->targets[i]);
                json_close_array(w);
        }
        put_text(w, "inverse", field->inverse);
        meta_put_label(w, reader, "inverse_label", &field->inverse_label);
        if ((field->type->reference && field->role == FIELD_PLAIN) || (field->type->expr == EXPR_RECORD && field->on_delete == ON_DELETE_CASCADE))
                json_put_str(w, "on_delete", str_from(on_delete[field->on_delete]));
}

// As the definition counts them: percent's are those of the percentage.
static int shown_decimals(const Field *field) {
        const FieldType *type = field->result ? field->result : field->type;
        return str_is(str_from(type->name), "percent") ? field->decimals - 2 : field->decimals;
}

static void put_attributes(JsonWriter *w, const MetaReader *reader, const Field *field) {
        put_true(w, "required", field->required);
        put_true(w, "unique", field->unique);
        put_true(w, "readonly", field->readonly || field->type->computed);
        put_true(w, "system", field->system);
        put_true(w, "custom", field_is_custom(field));
        put_true(w, "search", field->search);
        put_true(w, "indexed", field->indexed);
        if (field->max_length && !field->type->computed)
                json_put_int(w, "max_length", field->max_length);
        if (field->kind == VALUE_NUMBER)
                json_put_int(w, "decimals", shown_decimals(field));
        put_decimal(w, "min", field->has_min, field->min);
        put_decimal(w, "max", field->has_max, field->max);
        put_text(w, "pattern", field->pattern);
        put_text(w, "format", field->format);
        put_text(w, "expression", meta_shows_expression(reader, field->object, field->expression) ? field->expression : STR_NONE);
        if (field->result)
                json_put_str(w, "result", str_from(field->result->name));
        put_default(w, reader, field);
        put_options(w, reader, field);
        put_reference(w, reader, field);
}

static void write_field(JsonWriter *w, const MetaReader *reader, const Field *field) {
        const FieldType *type = field->result ? field->result : field->type;
        json_open_object(w);
        json_put_int(w, "id", field->id);
        json_put_str(w, "name", field->name);
        json_put_str(w, "type", str_from(field->type->name));
        meta_put_label(w, reader, "label", &field->label);
        meta_put_label(w, reader, "help", &field->help);
        put_attributes(w, reader, field);
        json_put_bool(w, "filterable", type->expr != EXPR_JSON);
        json_put_bool(w, "sortable", field->sortable);
        if (reader->field)
                (void)reader->field(reader->self, field, w);
        json_close_object(w);
}

// ---- Views: names of fields that are gone or not for this reader are left out.

void meta_put_visible(JsonWriter *w, const MetaReader *reader, const Object *object, const char *key, const Str *names, size_t count) {
        json_key(w, str_from(key));
        json_open_array(w);
        for (size_t i = 0; i < count; i++) {
                Str rest = names[i], head = STR_NONE;
                (void)str_cut(&rest, '.', &head);
                const Field *field = object_find(object, head);
                if (field && meta_shows_field(reader, field))
                        json_add_str(w, names[i]);
        }
        json_close_array(w);
}

bool meta_shows_relation(const MetaReader *reader, const Relation *relation) {
        return shows_object(reader, relation->child) && meta_shows_field(reader, relation->field);
}

static void put_sort(JsonWriter *w, const MetaReader *reader, const Object *object, Str sort) {
        Buf buf = buf_make(w->buf->arena, 4096);
        for (Str name; str_cut(&sort, ',', &name);)
                if (shows_name(reader, object, name))
                        buf_format(&buf, "%s" STR_FMT, buf.len ? "," : "", STR_ARG(str_trim(name)));
        put_text(w, "sort", buf_str(&buf));
}

// Whatever names a field that is not for this reader is left out.
static void put_settings(JsonWriter *w, const MetaReader *reader, const Object *object, const Json *settings) {
        if (!settings)
                return;
        json_key(w, STR("settings"));
        json_open_object(w);
        for (size_t i = 0; i < settings->count; i++) {
                const Json *item = &settings->items[i];
                const Field *field = item->kind == JSON_STRING ? object_find(object, item->text) : NULL;
                if (field && !meta_shows_field(reader, field))
                        continue;
                json_key(w, item->key);
                json_add_tree(w, item);
        }
        json_close_object(w);
}

static void put_views(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("views"));
        json_open_array(w);
        for (size_t i = 0; i < object->views_count; i++) {
                const View *view = &object->views[i];
                if (!meta_shows_expression(reader, object, view->filter)) // he could not use it, and it would tell what he may not know
                        continue;
                json_open_object(w);
                json_put_str(w, "name", view->name);
                meta_put_label(w, reader, "label", &view->label);
                json_put_str(w, "kind", view->kind);
                put_text(w, "filter", view->filter);
                put_sort(w, reader, object, view->sort);
                put_text(w, "group", shows_name(reader, object, view->group) ? view->group : STR_NONE);
                put_settings(w, reader, object, view->settings);
                meta_put_visible(w, reader, object, "columns", view->columns, view->columns_count);
                json_close_object(w);
        }
        json_close_array(w);
}

static void put_actions(JsonWriter *w, const MetaReader *reader, const Object *object) {
        const Json *definitions = json_get(object->definition, "actions");
        json_key(w, STR("actions"));
        json_open_array(w);
        for (size_t i = 0; i < object->actions_count; i++) {
                const ActionDef *action = &object->actions[i];
                json_open_object(w);
                json_put_str(w, "name", action->name);
                meta_put_label(w, reader, "label", &action->label);
                Str when = json_str(&definitions->items[i], "when", STR_NONE);
                put_text(w, "when", meta_shows_expression(reader, object, when) ? when : STR_NONE);
                json_put_bool(w, "danger", action->danger);
                json_close_object(w);
        }
        json_close_array(w);
}

// Two relations of one child object are told apart by their fields.
static Label relation_label(JsonWriter *w, const Object *object, const Relation *relation) {
        Label label = relation->child->plural;
        if (!label_empty(&relation->field->inverse_label))
                return relation->field->inverse_label;
        size_t alike = 0;
        for (size_t i = 0; i < object->children_count; i++)
                alike += object->children[i].child == relation->child;
        for (Lang lang = 0; alike > 1 && lang < LANG_COUNT; lang++)
                label.text[lang] = str_format(w->buf->arena, lang == LANG_ZH_CN ? "%.*s（%.*s）" : "%.*s (%.*s)", STR_ARG(label.text[lang]), STR_ARG(relation->field->label.text[lang]));
        return label;
}

static void put_children(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("children"));
        json_open_array(w);
        for (size_t i = 0; i < object->children_count; i++) {
                const Relation *relation = &object->children[i];
                if (!meta_shows_relation(reader, relation))
                        continue;
                Label label = relation_label(w, object, relation);
                json_open_object(w);
                json_put_str(w, "name", relation->name);
                json_put_str(w, "object", relation->child->name);
                json_put_str(w, "field", relation->field->name);
                meta_put_label(w, reader, "label", &label);
                json_close_object(w);
        }
        json_close_array(w);
}

static void put_fields(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; i < object->fields_count; i++)
                if (meta_shows_field(reader, object->fields[i]))
                        write_field(w, reader, object->fields[i]);
        json_close_array(w);
}

static bool shows_index(const MetaReader *reader, const Object *object, const Json *index) {
        for (size_t i = 0; i < index->count; i++)
                if (!shows_name(reader, object, index->items[i].text))
                        return false;
        return true;
}

static void put_indexes(JsonWriter *w, const MetaReader *reader, const Object *object) {
        const Json *indexes = json_get(object->definition, "indexes");
        if (!indexes || indexes->kind != JSON_ARRAY)
                return;
        json_key(w, STR("indexes"));
        json_open_array(w);
        for (size_t i = 0; i < indexes->count; i++)
                if (shows_index(reader, object, &indexes->items[i]))
                        json_add_tree(w, &indexes->items[i]);
        json_close_array(w);
}

static bool shows_totals(const MetaReader *reader, const ObjectTotals *totals) {
        for (size_t i = 0; i < totals->by_count; i++)
                if (!meta_shows_field(reader, totals->by[i].field))
                        return false;
        for (size_t i = 0; i < totals->sums_count; i++)
                for (size_t k = 0; k < totals->sums[i].uses_count; k++)
                        if (!meta_shows_field(reader, totals->sums[i].uses[k]))
                                return false;
        return true;
}

static void put_totals(JsonWriter *w, const MetaReader *reader, const Object *object) {
        const Json *list = json_get(object->definition, "totals");
        if (!object->totals_count)
                return;
        json_key(w, STR("totals"));
        json_open_array(w);
        for (size_t i = 0; i < object->totals_count; i++)
                if (shows_totals(reader, &object->totals[i]))
                        json_add_tree(w, &list->items[object->totals[i].place]);
        json_close_array(w);
}

static void put_through(JsonWriter *w, const MetaReader *reader, const Object *object) {
        json_key(w, STR("through"));
        json_open_array(w);
        for (size_t i = 0; i < object->through_count; i++)
                if (meta_shows_field(reader, object->through[i]))
                        json_add_str(w, object->through[i]->name);
        json_close_array(w);
}

void catalog_write_object(const Object *object, const MetaReader *reader, JsonWriter *w) {
        json_open_object(w);
        json_put_int(w, "id", object->id);
        json_put_str(w, "name", object->name);
        meta_put_label(w, reader, "label", &object->label);
        meta_put_label(w, reader, "plural", &object->plural);
        json_put_str(w, "icon", object->icon);
        json_put_int(w, "order", object->order);
        json_put_bool(w, "nav", object->nav);
        json_put_bool(w, "custom", object->custom);
        json_put_bool(w, "search", object->search);
        json_put_bool(w, "follow_owner", object->follow_owner);
        put_text(w, "stage", object->stage && meta_shows_field(reader, object->stage) ? object->stage->name : STR_NONE);
        put_text(w, "inherit", object->inherit && meta_shows_field(reader, object->inherit) ? object->inherit->name : STR_NONE);
        put_text(w, "readers", object->readers && meta_shows_field(reader, object->readers) ? object->readers->name : STR_NONE);
        put_through(w, reader, object);
        put_fields(w, reader, object);
        put_indexes(w, reader, object);
        put_totals(w, reader, object);
        meta_put_forms(w, reader, object);
        meta_put_duplicates(w, reader, object);
        put_views(w, reader, object);
        put_actions(w, reader, object);
        put_children(w, reader, object);
        if (reader->object)
                (void)reader->object(reader->self, object, w);
        json_close_object(w);
}
