// What an erasure is asked to do: what identifies the person, which fields, where else he is mentioned; asked of an administrator before anything is done.
#include "flow/erasure.h"
#include "record/bulk.h"
#include "record/erase.h"
#include "record/purge.h"
#include "record/query.h"
#include "record/write.h"

#define NEEDLES_LARGEST 200
#define NEEDLE_SHORTEST 5      // bytes; shorter ones would be found everywhere
#define FOUND_LARGEST 100
#define HISTORY_DEPTH 40
#define ALSO_LARGEST 500
#define REASON_LONGEST 500

// ---- What identifies him

static void put_text(Arena *arena, Str **list, size_t *count, Str text, size_t shortest) {
        text = str_trim(text);
        if (text.len < shortest || *count >= NEEDLES_LARGEST)
                return;
        for (size_t i = 0; i < *count; i++)
                if (str_eq((*list)[i], text))
                        return;
        (*list)[(*count)++] = str_copy(arena, text);
}

static bool identifies(const Field *field) {
        return query_is_type(field, "phone") || query_is_type(field, "email") || query_is_type(field, "url");
}

static void put_value(Arena *arena, Erasure *erasure, const Field *field, Str text) {
        if (field->role == FIELD_NAME)
                put_text(arena, &erasure->names, &erasure->names_count, text, 4);
        else if (identifies(field))
                put_text(arena, &erasure->needles, &erasure->needles_count, text, NEEDLE_SHORTEST);
}

static Status put_history(Call *call, const Object *object, Erasure *erasure) {
        Sql select = db_sql(call->db);
        sql(&select, "select changes from history where object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, erasure->id);
        sql(&select, " and changes <> '{}' order by \"id\" desc limit 2000");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                Json *changes = NULL;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (json_parse(call->context, str_copy(call->context->arena, rows_text(rows, 0)), HISTORY_DEPTH, &changes) != STATUS_OK) {
                        error_clear(call->context);
                        continue;
                }
                for (size_t i = 0; i < changes->count; i++) {
                        const Field *field = object_find(object, changes->items[i].key);
                        for (size_t k = 0; field && k < changes->items[i].count; k++)
                                if (changes->items[i].items[k].kind == JSON_STRING)
                                        put_value(call->context->arena, erasure, field, changes->items[i].items[k].text);
                }
        }
}

static Status read_record(Call *call, const Object *object, int64_t id, Record **ret) {
        TRY(record_read_row(call, object, id, false, false, ret));
        if (!*ret)
                TRY(record_read_row(call, object, id, true, false, ret));
        return *ret ? STATUS_OK : error_set(call->context, STATUS_NOT_FOUND, "not_found");
}

static Status find_needles(Call *call, const Object *object, Erasure *erasure, Record **ret) {
        Arena *arena = call->context->arena;
        erasure->needles = arena_array(arena, Str, NEEDLES_LARGEST);
        erasure->names = arena_array(arena, Str, NEEDLES_LARGEST);
        TRY(read_record(call, object, erasure->id, ret));
        for (size_t i = 0; i < object->fields_count; i++)
                if (object->fields[i]->stored && (*ret)->values[i].kind == VALUE_TEXT)
                        put_value(arena, erasure, object->fields[i], (*ret)->values[i].text);
        return put_history(call, object, erasure);
}

// ---- The request

static Status may_erase(Call *call, const Object *object) {
        if (!call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        return object && !object->retired ? STATUS_OK : error_add(call->context, STR("object"), "unknown_object");
}

// Somebody who may still sign in is not erased.
static Status check_user(Call *call, const Object *object, int64_t id) {
        const Person *person = str_is(object->name, "user") ? access_person(call->actor->access, id) : NULL;
        return person && person->active ? error_set(call->context, STATUS_CONFLICT, "erase_active_user") : STATUS_OK;
}

static Status take_fields(Call *call, const Object *object, const Json *list, Str path, Str **ret, size_t *ret_count) {
        *ret = arena_array(call->context->arena, Str, object->fields_count + 1);
        *ret_count = 0;
        if (list && list->kind != JSON_ARRAY && list->kind != JSON_NULL)
                return error_add(call->context, path, "wrong_type", STR("array"));
        bool all = !list || list->kind == JSON_NULL;
        for (size_t i = 0; all && i < object->fields_count; i++)
                if (erase_possible(object->fields[i]))
                        (*ret)[(*ret_count)++] = object->fields[i]->name;
        for (size_t i = 0; !all && i < list->count && *ret_count < object->fields_count; i++) {
                const Field *field = list->items[i].kind == JSON_STRING ? object_find(object, list->items[i].text) : NULL;
                if (!field || !erase_possible(field))
                        return error_add(call->context, path, "not_erasable", list->items[i].text);
                (*ret)[(*ret_count)++] = field->name;
        }
        return STATUS_OK;
}

static Status take_place(Call *call, const Json *item, Str path, ErasurePlace *ret) {
        const Object *object = catalog_find(call->catalog, json_str(item, "object", STR_NONE));
        const Json *fields = json_get(item, "fields");
        *ret = (ErasurePlace){.id = json_int(item, "id", 0)};
        if (!object || object->retired || ret->id <= 0)
                return error_add(call->context, path, "unknown_object", json_str(item, "object", STR_NONE));
        if (!fields)
                return error_add(call->context, path, "required");
        ret->object = object->name;
        return take_fields(call, object, fields, path, &ret->fields, &ret->fields_count);
}

static Status take_also(Call *call, const Json *list, Erasure *erasure) {
        if (!list || list->kind == JSON_NULL)
                return STATUS_OK;
        if (list->kind != JSON_ARRAY || list->count > ALSO_LARGEST)
                return error_add(call->context, STR("also"), list->kind == JSON_ARRAY ? "too_many" : "wrong_type", list->kind == JSON_ARRAY ? STR("500") : STR("array"));
        erasure->also = arena_array(call->context->arena, ErasurePlace, list->count + 1);
        for (size_t i = 0; i < list->count; i++)
                TRY(take_place(call, &list->items[i], str_format(call->context->arena, "also[%zu]", i), &erasure->also[erasure->also_count++]));
        return STATUS_OK;
}

Status erasure_take(Call *call, const Json *body, Erasure *ret) {
        Record *record = NULL;
        Erasure erasure = {.id = json_int(body, "id", 0), .related = json_bool(body, "related", true)};
        Str name = STR_NONE;
        TRY(text_take(call->context, body, "object", &name));
        TRY(text_take(call->context, body, "reason", &erasure.reason));
        const Object *object = catalog_find(call->catalog, name);
        TRY(may_erase(call, object));
        erasure.object = object->name;
        erasure.reason = str_trim(erasure.reason);
        if (str_empty(erasure.reason))
                return error_add(call->context, STR("reason"), "required");
        if (erasure.reason.len > REASON_LONGEST)
                return error_add(call->context, STR("reason"), "too_long", STR("500"));
        TRY(check_user(call, object, erasure.id));
        TRY(find_needles(call, object, &erasure, &record));
        TRY(take_fields(call, object, json_get(body, "fields"), STR("fields"), &erasure.fields, &erasure.fields_count));
        TRY(take_also(call, json_get(body, "also"), &erasure));
        *ret = erasure;
        return STATUS_OK;
}

// ---- Looking beforehand

static void write_fields(Call *call, const Object *object, const Record *record, JsonWriter *w) {
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!erase_possible(field))
                        continue;
                json_open_object(w);
                json_put_str(w, "field", field->name);
                json_put_str(w, "label", label_text(&field->label, call->context->lang));
                json_put_bool(w, "filled", !value_is_null(record->values[i]));
                json_close_object(w);
        }
        json_close_array(w);
}

static Status count_rows(Call *call, Sql *select, int64_t *ret) {
        *ret = 0;
        return db_get_int(call->db, select, ret, NULL);
}

static Status write_counts(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        int64_t history = 0, audit = 0;
        Sql changes = db_sql(call->db), entries = db_sql(call->db);
        sql(&changes, "select count(*) from history where object_id = ");
        sql_int(&changes, object->id);
        sql(&changes, " and record_id = ");
        sql_int(&changes, id);
        TRY(count_rows(call, &changes, &history));
        sql(&entries, "select count(*) from audit where object_id = ");
        sql_int(&entries, object->id);
        sql(&entries, " and record_id = ");
        sql_int(&entries, id);
        TRY(count_rows(call, &entries, &audit));
        json_put_int(w, "history", history);
        json_put_int(w, "audit", audit);
        return STATUS_OK;
}

// Comments, attachments, notifications: what has no place of its own and hangs at the record, also what is in the bin.
static Status write_related(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        Str target = str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id);
        json_key(w, STR("related"));
        json_open_array(w);
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *other = call->catalog->objects[i];
                for (size_t k = 0; k < other->record_fields_count; k++) {
                        int64_t count = 0;
                        Sql select = db_sql(call->db);
                        if (other->nav)
                                continue;
                        sql(&select, "select count(*) from ");
                        sql_name(&select, other->table);
                        sql(&select, " where ");
                        sql_name(&select, other->record_fields[k]->column);
                        sql(&select, " = ");
                        sql_str(&select, target);
                        TRY(count_rows(call, &select, &count));
                        if (!count)
                                continue;
                        json_open_object(w);
                        json_put_str(w, "object", other->name);
                        json_put_str(w, "label", label_text(&other->plural, call->context->lang));
                        json_put_int(w, "count", count);
                        json_close_object(w);
                }
        }
        json_close_array(w);
        return STATUS_OK;
}

typedef struct Mentions { Call *call; const Needles *needles; const Object *object; int64_t id; JsonWriter *w; int64_t seen[FOUND_LARGEST * 2]; size_t count; } Mentions;

static bool seen(Mentions *mentions, int64_t object, int64_t id) {
        if (object == mentions->object->id && id == mentions->id)
                return true;
        for (size_t i = 0; i < mentions->count; i++)
                if (mentions->seen[i * 2] == object && mentions->seen[i * 2 + 1] == id)
                        return true;
        if (mentions->count == FOUND_LARGEST)
                return true;
        mentions->seen[mentions->count * 2] = object;
        mentions->seen[mentions->count++ * 2 + 1] = id;
        return false;
}

static Status write_mention(Mentions *mentions, const Object *object, int64_t id) {
        Call *call = mentions->call;
        Record *record = NULL;
        JsonWriter *w = mentions->w;
        bool any = false;
        TRY(record_read_row(call, object, id, false, false, &record));
        for (size_t i = 0; record && i < object->fields_count; i++)
                any |= erase_possible(object->fields[i]) && record->values[i].kind == VALUE_TEXT && needles_in(mentions->needles, record->values[i].text);
        if (!any)
                return STATUS_OK;
        json_open_object(w);
        json_put_str(w, "object", object->name);
        json_put_str(w, "label", label_text(&object->label, call->context->lang));
        json_put_int(w, "id", id);
        json_put_str(w, "name", record->values[object->name_field->index].kind == VALUE_TEXT ? record->values[object->name_field->index].text : STR(""));
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!erase_possible(field) || record->values[i].kind != VALUE_TEXT || !needles_in(mentions->needles, record->values[i].text))
                        continue;
                json_open_object(w);
                json_put_str(w, "field", field->name);
                json_put_str(w, "label", label_text(&field->label, call->context->lang));
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}

// By the search index, which has every text that can be searched; what is found is looked at itself.
static Status search_mentions(Mentions *mentions, Str text) {
        Call *call = mentions->call;
        Buf found = buf_make(call->context->arena, 1 << 20);
        JsonWriter w = json_writer(&found);
        Json *answer = NULL;
        int64_t id = 0;
        TRY(query_search(call, text, STR_NONE, 100, &w));
        TRY(json_parse(call->context, buf_str(&found), 6, &answer));
        const Json *items = json_get(answer, "items");
        for (size_t i = 0; items && i < items->count; i++) {
                const Object *object = catalog_find(call->catalog, json_str(&items->items[i], "object", STR_NONE));
                id = json_int(&items->items[i], "id", 0);
                if (object && !seen(mentions, object->id, id))
                        TRY(write_mention(mentions, object, id));
        }
        return STATUS_OK;
}

static Status write_mentions(Call *call, const Object *object, const Erasure *erasure, JsonWriter *w) {
        Arena *arena = call->context->arena;
        Needles needles = {.texts = arena_array(arena, Str, NEEDLES_LARGEST * 2)};
        for (size_t i = 0; i < erasure->needles_count; i++)
                needles.texts[needles.count++] = erasure->needles[i];
        for (size_t i = 0; i < erasure->names_count; i++)
                needles.texts[needles.count++] = erasure->names[i];
        Mentions *mentions = arena_new_of(arena, Mentions);
        *mentions = (Mentions){.call = call, .needles = &needles, .object = object, .id = erasure->id, .w = w};
        json_key(w, STR("mentions"));
        json_open_array(w);
        for (size_t i = 0; i < needles.count; i++)
                TRY(search_mentions(mentions, needles.texts[i]));
        json_close_array(w);
        return STATUS_OK;
}

Status erasure_preview(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        Erasure erasure = {.id = id, .object = object->name};
        Record *record = NULL;
        TRY(may_erase(call, object));
        TRY(check_user(call, object, id));
        TRY(find_needles(call, object, &erasure, &record));
        json_open_object(w);
        json_put_str(w, "object", object->name);
        json_put_int(w, "id", id);
        write_fields(call, object, record, w);
        TRY(write_counts(call, object, id, w));
        TRY(write_related(call, object, id, w));
        TRY(write_mentions(call, object, &erasure, w));
        json_close_object(w);
        return STATUS_OK;
}
