// Records that go for good: which, and one after the other in slices.
#include "flow/purge.h"
#include "flow/bulk_change.h"
#include "flow/slices.h"
#include "record/bulk.h"
#include "record/erase.h"
#include "record/purge.h"
#include <stdlib.h>

#define TOUCHED_AT_ONCE 20 // other records, in one go
#define REQUEST_CAP (1u << 20)

static Status may_purge(Call *call, const Object *object) {
        if (!call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "may_not_purge");
        if (!purge_possible(object))
                return error_set(call->context, STATUS_CONFLICT, "not_purgeable", label_text(&object->plural, call->context->lang));
        return STATUS_OK;
}

static int compare_ids(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

static Str request_json(Call *call, const Purge *purge, const Json *body, int64_t rule) {
        static const char *const members[] = {"filter"};
        static const char *const acts[] = {"purge_bin", "bin", "purge", "erase"};
        Buf buf = buf_make(call->context->arena, REQUEST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", purge->object);
        json_put_str(&w, "act", str_from(acts[purge->act]));
        json_put_int(&w, "count", (int64_t)purge->count);
        if (rule)
                json_put_int(&w, "rule", rule);
        if (body)
                json_put_members(&w, body, members, 1);
        if (purge->fields_count) {
                json_key(&w, STR("fields"));
                json_open_array(&w);
                for (size_t i = 0; i < purge->fields_count; i++)
                        json_add_str(&w, purge->fields[i]);
                json_close_array(&w);
        }
        json_close_object(&w);
        return buf_str(&buf);
}

Status purge_take(Call *call, const Object *object, const Json *body, Purge *ret) {
        Purge purge = {.object = object->name, .act = KEEPING_PURGE_BIN};
        const Json *ids = json_get(body, "ids");
        RecordQuery query = {.object = object, .deleted = true};
        TRY(may_purge(call, object));
        if ((ids != NULL) == (json_get(body, "filter") != NULL))
                return error_add(call->context, STR("ids"), "ids_or_filter");
        TRY(text_take(call->context, body, "filter", &query.filter));
        if (ids)
                TRY(ids_take(call->context, ids, PURGE_LARGEST, &purge.ids, &purge.count));
        else
                TRY(query_ids(call, &query, PURGE_LARGEST, &purge.ids, &purge.count));
        if (purge.count)
                qsort(purge.ids, purge.count, sizeof *purge.ids, compare_ids);
        purge.request = request_json(call, &purge, body, 0);
        *ret = purge;
        return STATUS_OK;
}

Status purge_start(Call *call, const Purge *purge, int64_t *ret_job) {
        JobStart start = {.kind = purge->act == KEEPING_PURGE_BIN ? "purge" : "retention", .request = purge->request, .record = purge->count == 1 ? purge->ids[0] : 0};
        return job_start(call, &start, ret_job);
}

void *purge_copy(Arena *arena, void *from) {
        Purge *purge = arena_copy(arena, from, sizeof(Purge));
        purge->object = str_copy(arena, purge->object);
        purge->ids = purge->count ? arena_copy(arena, purge->ids, purge->count * sizeof *purge->ids) : NULL;
        purge->fields = purge->fields_count ? arena_copy(arena, purge->fields, purge->fields_count * sizeof *purge->fields) : NULL;
        for (size_t i = 0; i < purge->fields_count; i++)
                purge->fields[i] = str_copy(arena, purge->fields[i]);
        purge->request = STR_NONE;
        return purge;
}

Status purge_find_old(Call *call, const Object *object, int64_t before_ms, int limit, Purge *ret) {
        Sql select = db_sql(call->db);
        *ret = (Purge){.object = object->name, .act = KEEPING_PURGE_BIN, .ids = arena_array(call->context->arena, int64_t, limit)};
        sql(&select, "select \"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at < ");
        sql_value(&select, value_datetime(before_ms));
        sql(&select, " order by deleted_at limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; ret->count < (size_t)limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret->ids[ret->count++] = rows_int(rows, 0);
        }
        if (ret->count)
                qsort(ret->ids, ret->count, sizeof *ret->ids, compare_ids);
        ret->request = request_json(call, ret, NULL, 0);
        return STATUS_OK;
}

// ---- One record

static Status is_in_bin(Call *call, const Object *object, int64_t id, bool *ret_live, bool *ret_bin) {
        Sql select = db_sql(call->db);
        sql(&select, "select deleted_at from ");
        sql_name(&select, object->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret_bin = found && !rows_null(rows, 0);
        *ret_live = found && !*ret_bin;
        return STATUS_OK;
}

static Status forget(Slices *slices, Call *call, int64_t id) {
        PurgeCounts counts = {0};
        bool done = true;
        TRY(record_purge_whole(call, slices->object, id, TOUCHED_AT_ONCE, &counts, &done));
        slices->again = !done;
        return done ? bulk_change_forget(call, slices->object, id) : STATUS_OK;
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Purge *purge = slices->self;
        WriteOptions options = {.as_system = true, .action = STR("retention")};
        bool live = false, bin = false;
        (void)ret_note;
        TRY(is_in_bin(call, slices->object, id, &live, &bin));
        switch (purge->act) {
        case KEEPING_PURGE_BIN:
                TRY(may_purge(call, slices->object));
                return bin ? forget(slices, call, id) : error_set(call->context, STATUS_NOT_FOUND, "not_in_bin");
        case KEEPING_BIN:
                return live ? record_delete(call, slices->object, id, &options) : STATUS_OK;
        case KEEPING_PURGE:
                if (live)
                        TRY(record_delete(call, slices->object, id, &options));
                return live || bin ? forget(slices, call, id) : STATUS_OK;
        case KEEPING_ERASE:
                TRY(record_erase(call, slices->object, id, purge->fields, purge->fields_count, &(EraseCounts){0}));
                return bulk_change_forget(call, slices->object, id);
        }
        return STATUS_INTERNAL;
}

Status purge_run(Job *job, void *arg) {
        Purge *purge = arg;
        Slices slices = {.job = job, .object_name = purge->object, .ids = purge->ids, .count = purge->count, .self = purge, .one = one, .source = purge->act == KEEPING_PURGE_BIN ? "purge" : "retention"};
        return slices_run(&slices);
}

// ---- Rules of keeping

static Status take_fields(Call *call, const Object *object, const Json *fields, Keeping *ret) {
        Context *context = call->context;
        if (!fields || fields->kind != JSON_ARRAY || !fields->count)
                return error_add(context, STR("fields"), "required");
        ret->fields = arena_array(context->arena, Str, fields->count);
        for (size_t i = 0; i < fields->count; i++) {
                const Field *field = fields->items[i].kind == JSON_STRING ? object_find(object, str_trim(fields->items[i].text)) : NULL;
                if (!field || !erase_possible(field) || field->role == FIELD_NAME)
                        return error_add(context, STR("fields"), "not_erasable", fields->items[i].text);
                ret->fields[ret->fields_count++] = field->name;
        }
        return STATUS_OK;
}

static Status take_condition(Call *call, const Object *object, Str condition) {
        ExprNames names = actor_names(call->actor);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        const Expr *expr = NULL;
        if (str_empty(str_trim(condition)))
                return error_add(call->context, STR("condition"), "required");
        Status status = expr_parse(call->context, &parse, condition, &expr);
        if (status == STATUS_OK)
                return STATUS_OK;
        Error error = call->context->error;
        if (error.count)
                return status;
        error_clear(call->context);
        (void)error_add(call->context, STR("condition"), error.code ? error.code : "invalid", error.args[0], error.args[1], error.args[2], error.args[3]);
        call->context->error.items[call->context->error.count - 1].position = error.position;
        return STATUS_INVALID;
}

Status keeping_check(Call *call, Str object_name, Str condition, Str action, const Json *fields, Keeping *ret) {
        Context *context = call->context;
        const Object *object = catalog_find(call->catalog, object_name);
        *ret = (Keeping){.object = object_name, .condition = condition};
        if (!object || !purge_possible(object))
                return error_add(context, STR("object"), str_empty(object_name) ? "required" : "unknown_object", object_name);
        TRY(take_condition(call, object, condition));
        bool known = str_is(action, "bin") || str_is(action, "purge") || str_is(action, "erase");
        ret->act = str_is(action, "bin") ? KEEPING_BIN : str_is(action, "purge") ? KEEPING_PURGE : KEEPING_ERASE;
        if (!known)
                return error_add(context, STR("action"), str_empty(action) ? "required" : "unknown_option", action);
        return ret->act == KEEPING_ERASE ? take_fields(call, object, fields, ret) : STATUS_OK;
}

static Str text_of(Arena *arena, Rows *rows, int column) {
        return rows_null(rows, column) ? STR_NONE : str_copy(arena, rows_text(rows, column));
}

Status keeping_load(Call *call, int64_t rule, Keeping *ret, bool *ret_active) {
        Arena *arena = call->context->arena;
        Str object, condition, action, fields;
        Json *list = NULL;
        Sql select = db_sql(call->db);
        sql(&select, "select \"object\", \"condition\", \"action\", \"fields\", \"active\" from \"retention_rule\" where deleted_at is null and \"id\" = ");
        sql_int(&select, rule);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                bool found = false;
                TRY(db_first(call->db, &select, &rows, &found));
                if (!found)
                        return error_set(call->context, STATUS_NOT_FOUND, "not_found");
                object = text_of(arena, rows, 0);
                condition = text_of(arena, rows, 1);
                action = text_of(arena, rows, 2);
                fields = text_of(arena, rows, 3);
                *ret_active = rows_value(rows, 4, VALUE_BOOL).boolean;
        }
        if (fields.len)
                TRY(json_parse(call->context, fields, 3, &list));
        TRY(keeping_check(call, object, condition, action, list, ret));
        ret->id = rule;
        return STATUS_OK;
}

Status keeping_preview(Call *call, const Keeping *keeping, JsonWriter *w) {
        RecordQuery query = {.object = catalog_find(call->catalog, keeping->object), .filter = keeping->condition, .fields = STR("id,name"), .limit = 10, .count = true};
        return query_list(call, &query, w);
}

Status keeping_start(Call *call, const Keeping *keeping, Purge *ret, int64_t *ret_job) {
        RecordQuery query = {.object = catalog_find(call->catalog, keeping->object), .filter = keeping->condition};
        Purge purge = {.object = keeping->object, .act = keeping->act, .fields = keeping->fields, .fields_count = keeping->fields_count};
        TRY(query_ids(call, &query, PURGE_LARGEST, &purge.ids, &purge.count));
        if (purge.count)
                qsort(purge.ids, purge.count, sizeof *purge.ids, compare_ids);
        purge.request = request_json(call, &purge, NULL, keeping->id);
        *ret = purge;
        *ret_job = 0;
        return purge.count ? purge_start(call, &purge, ret_job) : STATUS_OK;
}
