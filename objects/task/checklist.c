// The list of things to tick off in a task: its shape, checked entry by entry.
#include "objects/task/checklist.h"
#include "base/unicode.h"

#define ENTRIES_MOST 100
#define TEXT_LONGEST 200
#define LIST_CAP (128 * 1024)
#define DEPTH_MOST 32

static Status wrong(Context *context, size_t entry, const char *member, const char *code, Str arg) {
        Str at = str_format(context->arena, "checklist[%zu]%s%s", entry, *member ? "." : "", member);
        return error_add(context, at, code, arg);
}

static void check_entry(Context *context, const Json *entry, size_t at) {
        if (entry->kind != JSON_OBJECT) {
                (void)wrong(context, at, "", "wrong_type", STR("object"));
                return;
        }
        const Json *text = json_get(entry, "text"), *done = json_get(entry, "done");
        if (!text || text->kind == JSON_NULL)
                (void)wrong(context, at, "text", "required", STR_NONE);
        else if (text->kind != JSON_STRING)
                (void)wrong(context, at, "text", "wrong_type", STR("text"));
        else if (str_empty(str_trim(text->text)))
                (void)wrong(context, at, "text", "required", STR_NONE);
        else if (utf8_length(text->text) > TEXT_LONGEST)
                (void)wrong(context, at, "text", "too_long", str_format(context->arena, "%d", TEXT_LONGEST));
        if (done && done->kind != JSON_TRUE && done->kind != JSON_FALSE)
                (void)wrong(context, at, "done", "wrong_type", STR("boolean"));
        for (size_t i = 0; i < entry->count; i++)
                if (!str_is(entry->items[i].key, "text") && !str_is(entry->items[i].key, "done"))
                        (void)wrong(context, at, str_c(context->arena, entry->items[i].key), "unknown_field", entry->items[i].key);
}

static Str as_stored(Arena *arena, const Json *list) {
        Buf buf = buf_make(arena, LIST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_array(&w);
        for (size_t i = 0; i < list->count; i++) {
                json_open_object(&w);
                json_put_str(&w, "text", str_trim(json_get(&list->items[i], "text")->text));
                json_put_bool(&w, "done", json_is_true(json_get(&list->items[i], "done")));
                json_close_object(&w);
        }
        json_close_array(&w);
        return buf_str(&buf);
}

Status checklist_take(Context *context, Record *task) {
        Value value = record_value(task, "checklist");
        if (value.kind != VALUE_TEXT)
                return STATUS_OK;
        Json *list = NULL;
        size_t errors = context->error.count;
        TRY(json_parse(context, value.text, DEPTH_MOST, &list));
        if (list->kind != JSON_ARRAY)
                (void)error_add(context, STR("checklist"), "wrong_type", STR("array"));
        else if (list->count > ENTRIES_MOST)
                (void)error_add(context, STR("checklist"), "too_many", str_format(context->arena, "%d", ENTRIES_MOST));
        for (size_t i = 0; list->kind == JSON_ARRAY && i < list->count && i < ENTRIES_MOST; i++)
                check_entry(context, &list->items[i], i);
        if (context->error.count == errors)
                record_set(task, "checklist", list->count ? value_text(as_stored(context->arena, list)) : VALUE_NONE);
        return STATUS_OK;
}
