// One of a list of options, stored by its key. Options that were retired stay valid: records that have one can still be saved.
#include "meta/field/field.h"
#include "meta/build.h"

static bool key_valid(Str key) {
        if (key.len == 0 || key.len > NAME_MAX_LENGTH)
                return false;
        for (size_t i = 0; i < key.len; i++) {
                char c = key.data[i];
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!letter && (i == 0 || (c != '_' && c != '-' && c != '.')))
                        return false;
        }
        return true;
}

static void read_outlook(Context *context, const Json *definition, Option *option) {
        static const char *const colors[] = {"neutral", "brand", "green", "amber", "coral", "azure", "plum", NULL}, *const outcomes[] = {"open", "won", "lost", NULL};
        take_text(context, definition, "color", NAME_MAX_LENGTH, &option->color);
        if (option->color.len && !cell_is(option->color, colors))
                (void)error_add(context, STR("color"), "unknown_option", option->color);
        take_text(context, definition, "outcome", NAME_MAX_LENGTH, &option->outcome);
        if (option->outcome.len && !cell_is(option->outcome, outcomes))
                (void)error_add(context, STR("outcome"), "unknown_option", option->outcome);
        take_decimal(context, definition, "probability", &option->has_probability, &option->probability);
        if (option->has_probability && (option->probability.units < 0 || option->probability.units > DECIMAL_SCALE))
                (void)error_add(context, STR("probability"), "out_of_range", STR("0"), STR("1"));
}

static void read_option(Context *context, Field *field, size_t at, const Json *definition) {
        static const char *const members[] = {"key", "label", "color", "probability", "outcome", "retired", NULL};
        Option *option = &field->options[at];
        if (definition->kind != JSON_OBJECT) {
                (void)error_add(context, STR("key"), "required");
                return;
        }
        take_only(context, definition, members);
        take_text(context, definition, "key", NAME_MAX_LENGTH, &option->key);
        if (!key_valid(option->key))
                (void)error_add(context, STR("key"), "bad_key");
        for (size_t i = 0; i < at; i++)
                if (option->key.len && str_eq(field->options[i].key, option->key))
                        (void)error_add(context, STR("key"), "duplicate", option->key);
        label_set(&option->label, option->key);
        take_label(context, definition, "label", &option->label);
        take_bool(context, definition, "retired", &option->retired);
        read_outlook(context, definition, option);
        field->option_keys[at] = option->key;
}

Status field_options(Context *context, Field *field, const Json *definition) {
        size_t before = context->error.count;
        const Json *options = take_array(context, definition, "options");
        if (!options || options->count == 0)
                return context->error.count > before ? STATUS_INVALID : error_add(context, STR("options"), "required");
        if (options->count > OPTIONS_MOST)
                return error_add(context, STR("options"), "too_many", str_format(context->arena, "%d", OPTIONS_MOST));
        field->options = arena_array(context->arena, Option, options->count);
        field->option_keys = arena_array(context->arena, Str, options->count);
        field->options_count = options->count;
        for (size_t i = 0; i < options->count; i++) {
                size_t from = context->error.count;
                read_option(context, field, i, &options->items[i]);
                error_prefix(context, from, path_item(context, "options", i));
        }
        return context->error.count > before ? STATUS_INVALID : STATUS_OK;
}

const Option *option_of_cell(Context *context, const Field *field, Str text) {
        const Option *option = field_option(field, text);
        if (option)
                return option;
        Str plain = cell_plain(context->arena, text);
        for (size_t i = 0; i < field->options_count; i++)
                for (Lang lang = 0; lang < LANG_COUNT; lang++)
                        if (str_eq(cell_plain(context->arena, field->options[i].label.text[lang]), plain))
                                return &field->options[i];
        return NULL;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        if (in->kind != JSON_STRING)
                return field_wrong_type(context, path, "choice");
        if (!field_option(field, in->text))
                return error_add(context, path, "unknown_option", in->text);
        *ret = value_text(in->text);
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        const Option *option = option_of_cell(context, field, str_trim(text));
        if (!option)
                return error_add(context, path, "unknown_option", text);
        *ret = value_text(option->key);
        return STATUS_OK;
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        const Option *option = field_option(field, value.text);
        buf_add(buf, option ? label_text(&option->label, lang) : value.text);
}

const FieldType field_type_choice = {
        .name = "choice", .kind = VALUE_TEXT, .expr = EXPR_CHOICE, .sortable = true,
        .configure = field_options, .read = read, .parse = parse, .write = text_write, .text = text,
};
