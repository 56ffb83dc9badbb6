// What an export is asked for: taking the body apart, the right to export, columns and question checked before a job is made of it.
#include "link/export/export.h"
#include "record/bulk.h"
#include "record/quota.h"

#define REQUEST_CAP (4u << 20)

static Status take_question(Call *call, const Object *object, const Json *body, Export *export) {
        Context *context = call->context;
        const Json *ids = json_get(body, "ids");
        TRY(text_take(context, body, "filter", &export->filter));
        TRY(text_take(context, body, "q", &export->q));
        TRY(text_take(context, body, "sort", &export->sort));
        if (ids && ids->kind != JSON_NULL) {
                if (export->filter.len || export->q.len)
                        return error_add(context, STR("ids"), "ids_or_filter");
                export->by_ids = true;
                TRY(ids_take(context, ids, EXPORT_IDS_LARGEST, &export->ids, &export->ids_count));
        }
        RecordQuery query = {.object = object, .filter = export->filter, .q = export->q, .sort = export->sort};
        int64_t *none = NULL;
        size_t count = 0;
        return query_ids(call, &query, 0, &none, &count);
}

static Status take_columns(Call *call, const Object *object, const Json *body, Export *export) {
        Context *context = call->context;
        const Json *columns = json_get(body, "columns");
        RecordTable *table = NULL;
        if (!columns || columns->kind != JSON_ARRAY)
                return error_add(context, STR("columns"), columns ? "wrong_type" : "required", STR("array"));
        if (columns->count > TABLE_COLUMNS_LARGEST)
                return error_add(context, STR("columns"), "too_many", STR("300"));
        export->columns = arena_array(context->arena, Str, columns->count + 1);
        for (size_t i = 0; i < columns->count; i++) {
                if (columns->items[i].kind != JSON_STRING)
                        return error_add(context, str_format(context->arena, "columns[%zu]", i), "wrong_type", STR("text"));
                export->columns[export->columns_count++] = columns->items[i].text;
        }
        return record_table_open(call, object, export->columns, export->columns_count, &table);
}

static Status take_format(Context *context, const Json *body, Export *export) {
        Str format = STR_NONE;
        TRY(text_take(context, body, "format", &format));
        export->format = str_is(format, "xlsx") ? EXPORT_XLSX : EXPORT_CSV;
        return str_is(format, "xlsx") || str_is(format, "csv") ? STATUS_OK : error_add(context, STR("format"), "unknown_format");
}

static Str request_json(Call *call, const Json *body, const Export *export) {
        static const char *const members[] = {"columns", "format", "filter", "q", "sort"};
        Buf buf = buf_make(call->context->arena, REQUEST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", export->object);
        if (export->by_ids)
                json_put_int(&w, "count", (int64_t)export->ids_count);
        json_put_members(&w, body, members, sizeof members / sizeof *members);
        json_close_object(&w);
        return buf_str(&buf);
}

Status export_take(Call *call, const Json *body, Export *ret) {
        Context *context = call->context;
        Export export = {.by_ids = false};
        TRY(text_take(context, body, "object", &export.object));
        const Object *object = catalog_find(call->catalog, export.object);
        if (!object || object->retired || !actor_may(call->actor, object, VERB_READ))
                return error_add(context, STR("object"), "unknown_object", export.object);
        if (!actor_may(call->actor, object, VERB_EXPORT))
                return error_set(context, STATUS_FORBIDDEN, "may_not_export", label_text(&object->plural, context->lang));
        TRY(take_format(context, body, &export));
        TRY(take_columns(call, object, body, &export));
        TRY(take_question(call, object, body, &export));
        TRY(quota_export_check(call, (int64_t)export.ids_count));
        export.request = request_json(call, body, &export);
        *ret = export;
        return STATUS_OK;
}

void *export_copy(Arena *arena, void *from) {
        Export *export = arena_copy(arena, from, sizeof(Export));
        export->object = str_copy(arena, export->object);
        export->columns = arena_copy(arena, export->columns, export->columns_count * sizeof *export->columns);
        for (size_t i = 0; i < export->columns_count; i++)
                export->columns[i] = str_copy(arena, export->columns[i]);
        export->ids = export->ids_count ? arena_copy(arena, export->ids, export->ids_count * sizeof *export->ids) : NULL;
        export->filter = str_copy(arena, export->filter);
        export->q = str_copy(arena, export->q);
        export->sort = str_copy(arena, export->sort);
        export->request = STR_NONE;
        return export;
}
