// Stored lists of ids: one id out, another in.
#include "objects/shared/list.h"

static bool is_among(const int64_t *ids, size_t count, int64_t id) {
        for (size_t i = 0; i < count; i++)
                if (ids[i] == id)
                        return true;
        return false;
}

Status list_without(Context *context, Str list, int64_t gone, int64_t instead, Str *ret) {
        Json *json = NULL;
        TRY(json_parse(context, list, 2, &json));
        int64_t *ids = arena_array(context->arena, int64_t, json->count + 1), id = 0;
        size_t count = 0;
        for (size_t i = 0; i < json->count; i++) {
                bool known = str_to_int64(json->items[i].text, &id);
                if (known && id == gone)
                        id = instead;
                if (known && id && !is_among(ids, count, id))
                        ids[count++] = id;
        }
        Buf buf = buf_make(context->arena, list.len + 64);
        for (size_t i = 0; i < count; i++)
                buf_format(&buf, "%s\"%lld\"", i ? "," : "[", (long long)ids[i]);
        if (count)
                buf_lit(&buf, "]");
        *ret = buf_str(&buf);
        return STATUS_OK;
}
