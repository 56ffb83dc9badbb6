// Fuzzes the JSON reader and writer: what is read can be written and read again as the same tree; what is refused says why.
#include "base/json.h"
#include "base/unicode.h"

#define DEEPEST 32

static bool same(const Json *a, const Json *b) {
        if (a->kind != b->kind || !str_eq(a->text, b->text) || !str_eq(a->key, b->key) || a->count != b->count)
                return false;
        for (size_t i = 0; i < a->count; i++)
                if (!same(&a->items[i], &b->items[i]))
                        return false;
        return true;
}

// Texts are UTF-8 without U+0000, members are found by their keys.
static void look_at(const Json *json, int depth) {
        ensure(depth <= DEEPEST + 1 && utf8_valid(json->text) && str_find_char(json->text, '\0') < 0);
        for (size_t i = 0; i < json->count; i++) {
                const Json *item = &json->items[i];
                ensure(json->kind != JSON_OBJECT || json_find(json, item->key) == item);
                look_at(item, depth + 1);
        }
}

static Status parse(Arena *arena, Str text, Json **ret) {
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Status status = json_parse(&context, text, DEEPEST, ret);
        ensure(status == STATUS_OK || (context.error.code && context.error.status == status));
        ensure(status == STATUS_OK || status == STATUS_MALFORMED || status == STATUS_INVALID || status == STATUS_TOO_LARGE);
        return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Json *json = NULL, *again = NULL;
        if (parse(arena, str_make((const char *)data, size), &json) != STATUS_OK)
                return 0;
        look_at(json, 0);
        Buf buf = buf_make(arena, size * 8 + 64);
        JsonWriter w = json_writer(&buf);
        json_add_tree(&w, json);
        ensure(!buf_full(&buf) && parse(arena, buf_str(&buf), &again) == STATUS_OK && same(json, again));
        return 0;
}
