// Several of a list of options, stored in the options' order.
#include "meta/field/field.h"

static Value in_order(Context *context, const Field *field, const List *chosen) {
        List list = list_make(context, chosen->count);
        for (size_t i = 0; i < field->options_count; i++)
                for (size_t j = 0; j < chosen->count; j++)
                        if (str_eq(field->options[i].key, chosen->items[j]))
                                list_add(&list, chosen->items[j]);
        return list_value(&list);
}

static Status read(Context *context, const Field *field, Str path, const Json *in, Value *ret) {
        if (in->kind != JSON_ARRAY)
                return field_wrong_type(context, path, "multi_choice");
        List list = list_make(context, in->count);
        for (size_t i = 0; i < in->count; i++) {
                if (in->items[i].kind != JSON_STRING)
                        return field_wrong_type(context, path, "multi_choice");
                if (!field_option(field, in->items[i].text))
                        return error_add(context, path, "unknown_option", in->items[i].text);
                list_add(&list, in->items[i].text);
        }
        *ret = in_order(context, field, &list);
        return STATUS_OK;
}

static Status parse(Context *context, const Field *field, Str path, Str text, Value *ret) {
        List parts = list_make(context, LIST_MOST), list = list_make(context, LIST_MOST);
        const Option *whole = option_of_cell(context, field, str_trim(text)); // a label may have a comma in it
        if (whole)
                list_add(&list, whole->key);
        else
                list_cell(&parts, text);
        for (size_t i = 0; i < parts.count; i++) {
                const Option *option = option_of_cell(context, field, parts.items[i]);
                if (!option)
                        return error_add(context, path, "unknown_option", parts.items[i]);
                list_add(&list, option->key);
        }
        *ret = in_order(context, field, &list);
        return STATUS_OK;
}

static void text(Buf *buf, const Field *field, Lang lang, Value value) {
        List list;
        if (!list_items(buf->arena, value.text, &list))
                return;
        for (size_t i = 0; i < list.count; i++) {
                const Option *option = field_option(field, list.items[i]);
                if (i)
                        buf_lit(buf, "; ");
                buf_add(buf, option ? label_text(&option->label, lang) : list.items[i]);
        }
}

const FieldType field_type_multi_choice = {
        .name = "multi_choice", .kind = VALUE_TEXT, .expr = EXPR_LIST, .list = true,
        .configure = field_options, .read = read, .parse = parse, .write = list_write, .text = text,
};
