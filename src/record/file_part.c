// Files that are made piece by piece and kept for a while only: what an export wrote. Parts are rows of their own, so that none is larger than a slice of work.
#include "record/file.h"

#define PARTS_AT_ONCE 8 // removed in one transaction: four megabytes

Status file_begin(Call *call, Str name, Str type, int64_t expires_ms, int64_t *ret_id) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into file (name, size, type, hash, created_by_id, created_at, scopes, expires_at) values (");
        sql_str(&insert, name);
        sql(&insert, ", 0, ");
        sql_str(&insert, type);
        sql(&insert, ", '', ");
        sql_value(&insert, call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->scopes.len ? value_text(call->actor->scopes) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(expires_ms));
        sql(&insert, ")");
        sql_returning_id(&insert);
        return db_insert(call->db, &insert, ret_id);
}

Status file_append(Call *call, int64_t id, int64_t part, Str bytes) {
        Sql insert = db_sql(call->db), update = db_sql(call->db);
        sql(&insert, "insert into file_part (file_id, part, content) values (");
        sql_int(&insert, id);
        sql(&insert, ", ");
        sql_int(&insert, part);
        sql(&insert, ", ");
        sql_value(&insert, value_blob(bytes));
        sql(&insert, ")");
        TRY(db_exec(call->db, &insert, NULL));
        sql(&update, "update file set parts = parts + 1, size = size + ");
        sql_int(&update, (int64_t)bytes.len);
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        return db_exec(call->db, &update, NULL);
}

Status file_part(Call *call, int64_t id, int64_t part, Str *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select content from file_part where file_id = ");
        sql_int(&select, id);
        sql(&select, " and part = ");
        sql_int(&select, part);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        *ret = rows_value(rows, 0, VALUE_BLOB).text;
        return STATUS_OK;
}

static void select_expired(Call *call, Sql *select) {
        sql(select, "select \"id\" from file where expires_at < ");
        sql_value(select, value_datetime(call->context->now_ms));
}

Status file_prune(Call *call, bool *ret_more) {
        Sql parts = db_sql(call->db), files = db_sql(call->db);
        int64_t removed = 0;
        sql(&parts, "delete from file_part where (file_id, part) in (select file_id, part from file_part where file_id in (");
        select_expired(call, &parts);
        sql(&parts, ") limit ");
        sql_int(&parts, PARTS_AT_ONCE);
        sql(&parts, ")");
        TRY(db_exec(call->db, &parts, &removed));
        *ret_more = removed == PARTS_AT_ONCE;
        sql(&files, "delete from file where \"id\" in (");
        select_expired(call, &files);
        sql(&files, ") and not exists (select 1 from file_part p where p.file_id = file.id)");
        return db_exec(call->db, &files, NULL);
}
