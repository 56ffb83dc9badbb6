// Lists in one text: a canonical JSON array of strings, each once, in the order they were given.
#include "meta/field/field.h"

List list_make(Context *context, size_t capacity) {
        return (List){.context = context, .items = arena_array(context->arena, Str, capacity + 1), .capacity = capacity};
}

void list_add(List *list, Str item) {
        for (size_t i = 0; i < list->count; i++)
                if (str_eq(list->items[i], item))
                        return;
        if (list->count < list->capacity)
                list->items[list->count++] = item;
}

Value list_value(const List *list) {
        if (list->count == 0)
                return VALUE_NONE;
        size_t cap = 2;
        for (size_t i = 0; i < list->count; i++)
                cap += list->items[i].len * 6 + 3;
        Buf buf = buf_make(list->context->arena, cap);
        JsonWriter w = json_writer(&buf);
        json_open_array(&w);
        for (size_t i = 0; i < list->count; i++)
                json_add_str(&w, list->items[i]);
        json_close_array(&w);
        return value_text(buf_str(&buf));
}

bool list_items(Arena *arena, Str value, List *ret) {
        Context context;
        Json *json;
        context_init(&context, arena, LANG_EN, 0);
        if (json_parse(&context, value, 2, &json) != STATUS_OK || json->kind != JSON_ARRAY)
                return false;
        *ret = (List){.items = arena_array(arena, Str, json->count + 1), .count = json->count, .capacity = json->count};
        for (size_t i = 0; i < json->count; i++)
                ret->items[i] = json->items[i].text;
        return true;
}

void list_cell(List *list, Str text) {
        static const char *const separators[] = {";", ",", "|", "\n", "；", "，", "、", NULL};
        size_t from = 0;
        for (size_t i = 0; i <= text.len;) {
                size_t skip = 0;
                for (const char *const *s = separators; *s && i < text.len; s++)
                        if (str_starts(str_slice(text, i, text.len), str_from(*s)))
                                skip = strlen(*s);
                if (skip || i == text.len) {
                        Str part = str_trim(str_slice(text, from, i));
                        if (part.len)
                                list_add(list, part);
                        from = i + skip;
                }
                i += skip ? skip : 1;
        }
}

void list_write(JsonWriter *w, const Field *field, Value value) {
        (void)field;
        json_add_raw(w, value.text);
}
