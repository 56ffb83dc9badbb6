// Long work in the audit log: an entry with the row that is made for it, before anything is done, and one with its end, whatever that is. So an interrupted one is
// there as such: begun, and told interrupted by whoever finds it dead.
#include "access/audit.h"
#include "flow/job_row.h"

#define DETAIL_CAP (64u << 10)
#define DEPTH 34

// Names of what was written, not the values: those stand in the history and can be erased there.
static void write_names(JsonWriter *w, const char *key, const Json *values) {
        json_key(w, str_from(key));
        json_open_array(w);
        for (size_t i = 0; i < values->count; i++)
                json_add_str(w, values->items[i].key);
        json_close_array(w);
}

static void write_request(JsonWriter *w, const Json *request) {
        for (size_t i = 0; request && request->kind == JSON_OBJECT && i < request->count; i++) {
                const Json *member = &request->items[i];
                if (str_is(member->key, "values") && member->kind == JSON_OBJECT)
                        write_names(w, "fields", member);
                else if (str_is(member->key, "body") && member->kind == JSON_OBJECT)
                        write_names(w, "body_fields", member);
                else {
                        json_key(w, member->key);
                        json_add_tree(w, member);
                }
        }
}

static Json *parsed(Context *context, Str text) {
        Json *json = NULL;
        if (text.len && json_parse(context, text, DEPTH, &json) != STATUS_OK)
                error_clear(context);
        return json;
}

static Str whole(const Buf *buf) {
        return buf_full(buf) ? STR("{\"left_out\":true}") : buf_str(buf);
}

Status job_audit_start(Call *call, int64_t id, const JobStart *start) {
        Context *context = call->context;
        const Json *request = parsed(context, start->request);
        const Object *object = request ? catalog_find(call->catalog, json_str(request, "object", STR_NONE)) : NULL;
        Buf buf = buf_make(context->arena, DETAIL_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "job", id);
        write_request(&w, request);
        json_close_object(&w);
        return record_audit(call, str_format(context->arena, "%s.start", start->kind).data, object, start->record, whole(&buf));
}

// ---- The end

static void write_result(JsonWriter *w, const Json *result) {
        for (size_t i = 0; result && result->kind == JSON_OBJECT && i < result->count; i++) {
                const Json *member = &result->items[i];
                bool told = member->kind == JSON_NUMBER || str_is(member->key, "file") || str_is(member->key, "sha256");
                if (!told)
                        continue;
                json_key(w, member->key);
                json_add_tree(w, member);
        }
}

typedef struct Ended { int64_t id, user; Str kind, status, result, problem; } Ended;

static Status add_end(Db *db, const Ended *ended, const char *how) {
        Context *context = db_context(db);
        const Json *problem = parsed(context, ended->problem);
        Buf buf = buf_make(context->arena, DETAIL_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "job", ended->id);
        json_put_str(&w, "status", ended->status);
        if (problem)
                json_put_str(&w, "code", json_str(problem, "code", STR_NONE));
        write_result(&w, parsed(context, ended->result));
        json_close_object(&w);
        AuditEntry entry = {.kind = str_format(context->arena, STR_FMT ".%s", STR_ARG(ended->kind), how).data, .user = ended->user, .detail = whole(&buf)};
        return audit_add(db, &entry);
}

static void select_ended(Sql *select) {
        sql(select, "select \"id\", user_id, kind, status, result, problem from job where ");
}

static Status read_ended(Db *db, const Sql *select, Ended **ret, size_t *ret_count) {
        size_t capacity = 16;
        *ret = arena_array(db_arena(db), Ended, capacity);
        *ret_count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (*ret_count == capacity) {
                        *ret = arena_grow(db_arena(db), *ret, capacity * sizeof **ret, capacity * 2 * sizeof **ret);
                        capacity *= 2;
                }
                Ended *one = &(*ret)[(*ret_count)++];
                *one = (Ended){.id = rows_int(rows, 0), .user = rows_int(rows, 1), .kind = str_copy(db_arena(db), rows_text(rows, 2)), .status = str_copy(db_arena(db), rows_text(rows, 3))};
                one->result = rows_null(rows, 4) ? STR_NONE : str_copy(db_arena(db), rows_text(rows, 4));
                one->problem = rows_null(rows, 5) ? STR_NONE : str_copy(db_arena(db), rows_text(rows, 5));
        }
}

Status job_audit_end(Db *db, int64_t id) {
        Ended *ended = NULL;
        size_t count = 0;
        Sql select = db_sql(db);
        select_ended(&select);
        sql(&select, "\"id\" = ");
        sql_int(&select, id);
        TRY(read_ended(db, &select, &ended, &count));
        return count ? add_end(db, &ended[0], "end") : STATUS_OK;
}

Status job_audit_interrupted(Db *db, const int64_t *ids, size_t count) {
        Ended *ended = NULL;
        size_t found = 0;
        Sql select = db_sql(db);
        if (!count)
                return STATUS_OK;
        select_ended(&select);
        sql(&select, "\"id\" in ");
        sql_int_list(&select, ids, count);
        sql(&select, " order by \"id\"");
        TRY(read_ended(db, &select, &ended, &found));
        for (size_t i = 0; i < found; i++)
                TRY(add_end(db, &ended[i], "interrupted"));
        return STATUS_OK;
}
