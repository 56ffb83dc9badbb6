// Free words, each once.
#include "meta/field/field.h"

#define TAGS_MOST 50
#define TAG_LENGTH 50

static Status take(Context *context, Str path, const List *list, Value *ret) {
        if (list->count > TAGS_MOST)
                return error_add(context, path, "too_many", str_format(context->arena, "%d", TAGS_MOST));
        for (size_t i = 0; i < list->count; i++)
                if (utf8_length(list->items[i]) > TAG_LENGTH)
                        return error_add(context, path, "too_long", str_format(context->arena, "%d", TAG_LENGTH));
        *ret = list_value(list);
        return STATUS_OK;
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        (void)field;
        if (in->kind != JSON_ARRAY)
                return field_wrong_type(context, path, "tags");
        if (in->count > LIST_MOST)
                return error_add(context, path, "too_many", str_format(context->arena, "%d", TAGS_MOST));
        List list = list_make(context, in->count);
        for (size_t i = 0; i < in->count; i++) {
                if (in->items[i].kind != JSON_STRING)
                        return field_wrong_type(context, path, "tags");
                Str tag = str_trim(in->items[i].text);
                if (tag.len)
                        list_add(&list, tag);
        }
        return take(context, path, &list, ret);
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        (void)field;
        List list = list_make(context, LIST_MOST);
        list_cell(&list, text);
        return take(context, path, &list, ret);
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        (void)field;
        (void)lang;
        List list;
        if (!list_items(buf->arena, value.text, &list))
                return;
        for (size_t i = 0; i < list.count; i++) {
                if (i)
                        buf_lit(buf, "; ");
                buf_add(buf, list.items[i]);
        }
}

const FieldType field_type_tags = {
        .name = "tags", .kind = VALUE_TEXT, .expr = EXPR_LIST, .list = true,
        .read = read, .parse = parse, .write = list_write, .text = text,
};
