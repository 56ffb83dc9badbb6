// Reading members of definitions, one error per mistake, at the member's path. Knows no meaning of members.
#include "meta/take.h"

static const Json *member_of(const Json *definition, const char *member) {
        const Json *found = json_get(definition, member);
        return found && found->kind != JSON_NULL ? found : NULL;
}

void take_text(Context *context, const Json *definition, const char *member, size_t max_length, Str *ret) {
        const Json *found = member_of(definition, member);
        if (!found)
                return;
        if (found->kind != JSON_STRING)
                (void)error_add(context, str_from(member), "bad_text");
        else if (utf8_length(found->text) > max_length)
                (void)error_add(context, str_from(member), "too_long", str_format(context->arena, "%zu", max_length));
        else
                *ret = found->text;
}

void take_bool(Context *context, const Json *definition, const char *member, bool *ret) {
        const Json *found = member_of(definition, member);
        if (!found)
                return;
        if (found->kind == JSON_TRUE || found->kind == JSON_FALSE)
                *ret = found->kind == JSON_TRUE;
        else
                (void)error_add(context, str_from(member), "bad_boolean");
}

void take_int(Context *context, const Json *definition, const char *member, int least, int most, int *ret) {
        const Json *found = member_of(definition, member);
        int64_t number = 0;
        if (!found)
                return;
        if (found->kind != JSON_NUMBER || !str_to_int64(found->text, &number))
                (void)error_add(context, str_from(member), "bad_integer");
        else if (number < least || number > most)
                (void)error_add(context, str_from(member), "out_of_range", str_format(context->arena, "%d", least), str_format(context->arena, "%d", most));
        else
                *ret = (int)number;
}

void take_decimal(Context *context, const Json *definition, const char *member, bool *ret_has, Decimal *ret) {
        const Json *found = member_of(definition, member);
        if (!found)
                return;
        if (found->kind == JSON_NUMBER && decimal_parse_json(found->text, ret))
                *ret_has = true;
        else
                (void)error_add(context, str_from(member), "bad_number");
}

static void take_label_languages(Context *context, const Json *found, Str path, Label *ret) {
        Label label = {0};
        for (size_t i = 0; i < found->count; i++) {
                const Json *item = &found->items[i];
                Lang lang = LANG_COUNT;
                for (Lang l = 0; l < LANG_COUNT; l++)
                        if (str_is(item->key, lang_tag(l)))
                                lang = l;
                Str at = str_format(context->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(item->key));
                if (lang == LANG_COUNT)
                        (void)error_add(context, at, "unknown_member", item->key);
                else if (item->kind != JSON_STRING)
                        (void)error_add(context, at, "bad_text");
                else if (utf8_length(item->text) > 500)
                        (void)error_add(context, at, "too_long", STR("500"));
                else
                        label.text[lang] = item->text;
        }
        Str any = STR_NONE;
        for (Lang l = LANG_COUNT; l-- > 0;)
                any = str_empty(str_trim(label.text[l])) ? any : label.text[l];
        for (Lang l = 0; l < LANG_COUNT; l++)
                ret->text[l] = str_empty(str_trim(label.text[l])) ? any : label.text[l];
}

void take_label(Context *context, const Json *definition, const char *member, Label *ret) {
        const Json *found = member_of(definition, member);
        if (!found)
                return;
        if (found->kind == JSON_OBJECT) {
                take_label_languages(context, found, str_from(member), ret);
        } else {
                Str text = STR_NONE;
                take_text(context, definition, member, 500, &text);
                if (!str_empty(str_trim(text)))
                        label_set(ret, text);
        }
}

const Json *take_array(Context *context, const Json *definition, const char *member) {
        const Json *found = member_of(definition, member);
        if (found && found->kind != JSON_ARRAY) {
                (void)error_add(context, str_from(member), "bad_list");
                return NULL;
        }
        return found;
}

void take_texts(Context *context, const Json *definition, const char *member, Str **ret, size_t *ret_count) {
        const Json *found = take_array(context, definition, member);
        if (!found)
                return;
        Str *texts = arena_array(context->arena, Str, found->count + 1);
        for (size_t i = 0; i < found->count; i++) {
                texts[i] = found->items[i].text;
                if (found->items[i].kind != JSON_STRING)
                        (void)error_add(context, str_format(context->arena, "%s[%zu]", member, i), "bad_text");
        }
        *ret = texts;
        *ret_count = found->count;
}

void take_only(Context *context, const Json *definition, const char *const *allowed) {
        for (size_t i = 0; i < definition->count; i++) {
                const char *const *name = allowed;
                while (*name && !str_is(definition->items[i].key, *name))
                        name++;
                if (!*name)
                        (void)error_add(context, definition->items[i].key, "unknown_member", definition->items[i].key);
        }
}

bool label_empty(const Label *label) {
        return str_empty(label->text[0]);
}

void label_set(Label *label, Str text) {
        for (Lang l = 0; l < LANG_COUNT; l++)
                label->text[l] = text;
}

bool name_valid(Str name) {
        if (name.len == 0 || name.len > NAME_MAX_LENGTH || name.data[0] < 'a' || name.data[0] > 'z' || name.data[name.len - 1] == '_')
                return false;
        for (size_t i = 0; i < name.len; i++) {
                char c = name.data[i];
                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
                        return false;
                if (c == '_' && name.data[i - 1] == '_')
                        return false;
        }
        return true;
}

void error_prefix(Context *context, size_t from, Str prefix) {
        if (str_empty(prefix))
                return;
        for (size_t i = from; i < context->error.count; i++) {
                ErrorItem *item = &context->error.items[i];
                item->field = str_format(context->arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(item->field));
        }
}

Str path_item(Context *context, const char *member, size_t index) {
        return str_format(context->arena, "%s[%zu].", member, index);
}

void error_move(const Context *from, Context *to) {
        Str args[4];
        for (size_t i = 0; i < from->error.count; i++) {
                const ErrorItem *item = &from->error.items[i];
                for (int a = 0; a < 4; a++)
                        args[a] = str_copy(to->arena, item->args[a]);
                (void)error_add_(to, str_copy(to->arena, item->field), item->code, args);
                to->error.items[to->error.count - 1].position = item->position;
        }
        if (from->error.count == 0 && from->error.code) {
                for (int a = 0; a < 4; a++)
                        args[a] = str_copy(to->arena, from->error.args[a]);
                (void)error_set_(to, from->error.status, from->error.code, args);
                to->error.position = from->error.position;
                to->error.detail = str_copy(to->arena, from->error.detail);
        }
}
