// Noting single deletions and transfers, and listing all that can be taken back.
#include "flow/operation.h"
#include "flow/bulk.h"
#include "flow/bulk_change.h"
#include "record/bulk.h"
#include "record/write.h"

#define REQUEST_DEPTH 34

// What everybody throws away all day long is not worth a place in the list.
static bool is_worth(const Object *object) {
        static const char *const small[] = {"notification", "view", "user", "department", "role"};
        for (size_t i = 0; i < sizeof small / sizeof *small; i++)
                if (str_is(object->name, small[i]))
                        return false;
        return true;
}

Status operation_before(Call *call, const Object *object, int64_t id, Operation *ret) {
        *ret = (Operation){.object = object, .id = id};
        return is_worth(object) ? record_read_row(call, object, id, false, true, &ret->before) : STATUS_OK;
}

static Str request_json(Call *call, const Operation *operation, const char *op, const char *field) {
        Buf buf = buf_make(call->context->arena, 4096);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", operation->object->name);
        json_put_str(&w, "op", str_from(op));
        json_put_int(&w, "count", 1);
        json_put_int(&w, "record", operation->id);
        if (field) {
                json_key(&w, STR("values"));
                json_open_object(&w);
                json_key(&w, str_from(field));
                json_add_null(&w);
                json_close_object(&w);
        }
        json_close_object(&w);
        return buf_str(&buf);
}

static Status note(Call *call, const Operation *operation, Str request, BulkChange *change) {
        JobStart start = {.kind = "operation", .request = request, .undo_until_ms = call->context->now_ms + BULK_UNDO_DAYS * 86400000LL, .record = operation->id, .done = true};
        change->record = operation->id;
        TRY(job_start(call, &start, &change->job));
        return bulk_change_add(call, operation->object, change);
}

Status operation_deleted(Call *call, const Operation *operation) {
        if (!operation->before)
                return STATUS_OK;
        BulkChange change = {.kind = CHANGE_DELETE, .version = operation->before->version + 1, .changes = STR("{}")};
        return note(call, operation, request_json(call, operation, "delete", NULL), &change);
}

Status operation_transferred(Call *call, const Operation *operation) {
        Record *after = NULL;
        const Record *before = operation->before;
        if (!before)
                return STATUS_OK;
        TRY(record_read_row(call, operation->object, operation->id, false, false, &after));
        int owner = operation->object->owner->index;
        if (!after || value_eq(before->values[owner], after->values[owner]))
                return STATUS_OK;
        if (operation->object->pooled && !value_eq(before->values[operation->object->pool->index], after->values[operation->object->pool->index]))
                return STATUS_OK; // out of a pool: it is released again
        Record *only = arena_copy(call->context->arena, before, sizeof *before); // the transfer is taken back, not what was typed along with it
        only->values = arena_copy(call->context->arena, before->values, sizeof(Value) * operation->object->fields_count);
        only->values[owner] = after->values[owner];
        BulkChange change = {.kind = CHANGE_UPDATE, .version = after->version, .changes = bulk_difference(call->context->arena, before, only)};
        return change.changes.len ? note(call, operation, request_json(call, operation, "update", "owner"), &change) : STATUS_OK;
}

// ---- The list

typedef struct Row { int64_t id, at_ms, user, until_ms, undone_by, record, records; Str kind, request, status; bool undone; } Row;

static void select_rows(Call *call, const OperationQuery *query, Sql *select) {
        sql(select, "select j.id, j.created_at, j.user_id, j.undo_until, j.undone_by, j.kind, j.request, j.status,"
                    " (select min(c.record_id) from bulk_change c where c.job_id = j.id), (select 1 from job u where u.id = j.undone_by and u.status <> 'failed') from job j where j.finished_at is not null and j.undo_until > ");
        sql_value(select, value_datetime(call->context->now_ms));
        if (!query->everyone) {
                sql(select, " and j.user_id = ");
                sql_int(select, call->actor->user);
        }
        if (query->after) {
                sql(select, " and j.id < ");
                sql_int(select, query->after);
        }
        sql(select, " order by j.id desc limit ");
        sql_int(select, query->limit + 1);
}

static Status read_rows(Call *call, const OperationQuery *query, Row **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        Arena *arena = call->context->arena;
        *ret = arena_array(arena, Row, query->limit + 1);
        *ret_count = 0;
        select_rows(call, query, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < (size_t)query->limit + 1;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                Row *row = &(*ret)[(*ret_count)++];
                *row = (Row){.id = rows_int(rows, 0), .user = rows_int(rows, 2), .undone_by = rows_int(rows, 4), .record = rows_int(rows, 8), .undone = rows_int(rows, 9) != 0};
                row->at_ms = rows_value(rows, 1, VALUE_DATETIME).ms;
                row->until_ms = rows_value(rows, 3, VALUE_DATETIME).ms;
                row->kind = str_copy(arena, rows_text(rows, 5));
                row->request = rows_null(rows, 6) ? STR("{}") : str_copy(arena, rows_text(rows, 6));
                row->status = str_copy(arena, rows_text(rows, 7));
        }
        return STATUS_OK;
}

static Status write_record(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        Str name = STR_NONE;
        json_key(w, STR("record"));
        if (!object || !id) {
                json_add_null(w);
                return STATUS_OK;
        }
        TRY(query_name(call, object, id, &name));
        json_open_object(w);
        json_put_int(w, "id", id);
        json_key(w, STR("name"));
        if (name.data)
                json_add_str(w, name);
        else
                json_add_null(w);
        json_close_object(w);
        return STATUS_OK;
}

static Status write_row(Call *call, const Row *row, JsonWriter *w) {
        static const char *const members[] = {"op", "count", "action"};
        Json *request = NULL;
        TRY(json_parse(call->context, row->request, REQUEST_DEPTH, &request));
        const Object *object = catalog_find(call->catalog, json_str(request, "object", STR_NONE));
        const Json *values = json_get(request, "values");
        json_open_object(w);
        json_put_int(w, "id", row->id);
        json_put_str(w, "kind", row->kind);
        json_put_str(w, "status", row->status);
        json_key(w, STR("at"));
        json_add_datetime(w, row->at_ms);
        json_key(w, STR("undo_until"));
        json_add_datetime(w, row->until_ms);
        user_put(w, "user", call->actor->access, row->user);
        json_put_str(w, "object", object ? object->name : STR(""));
        json_put_members(w, request, members, sizeof members / sizeof *members);
        json_key(w, STR("fields"));
        json_open_array(w);
        for (size_t i = 0; values && i < values->count; i++)
                json_add_str(w, values->items[i].key);
        json_close_array(w);
        json_put_bool(w, "undone", row->undone);
        json_put_bool(w, "left", row->record != 0); // something is left to take back
        TRY(write_record(call, object, json_int(request, "record", json_int(request, "count", 0) == 1 ? row->record : 0), w));
        json_close_object(w);
        return STATUS_OK;
}

Status operation_list(Call *call, const OperationQuery *query, JsonWriter *w) {
        Row *rows = NULL;
        size_t count = 0;
        TRY(read_rows(call, query, &rows, &count));
        size_t page = count > (size_t)query->limit ? (size_t)query->limit : count;
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < page; i++)
                TRY(write_row(call, &rows[i], w));
        json_close_array(w);
        json_key(w, STR("next"));
        if (count > page)
                json_add_int(w, rows[page - 1].id);
        else
                json_add_null(w);
        json_close_object(w);
        return STATUS_OK;
}
