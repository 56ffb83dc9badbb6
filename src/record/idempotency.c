// Idempotency-Key: the first answer is kept for 24 hours per user, route and key, and given again. The row is written in the request's own transaction, so a
// second request with the same key either waits for it, conflicts with it or finds it.
#include "record/record.h"

#define IDEMPOTENCY_MS (24LL * 3600 * 1000)

// On PostgreSQL two requests may run at once: the second one of a key does not wait for the first. (SQLite's writer runs one at a time.)
static Status claim_key(Call *call, Str key, Str route) {
        if (db_dialect(call->db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Str name = str_format(call->context->arena, "%lld " STR_FMT " " STR_FMT, (long long)call->actor->user, STR_ARG(route), STR_ARG(key));
        Sql select = db_sql(call->db);
        sql(&select, "select case when pg_try_advisory_xact_lock(");
        sql_int(&select, (int64_t)str_hash(name));
        sql(&select, ") then 1 else 0 end");
        int64_t mine = 0;
        bool found = false;
        TRY(db_get_int(call->db, &select, &mine, &found));
        return mine ? STATUS_OK : error_set(call->context, STATUS_CONFLICT, "idempotency_running");
}

Status idempotency_find(Call *call, Str key, Str route, Str body_hash, bool *ret_found, int *ret_status, Str *ret_body, Str *ret_etag) {
        TRY(claim_key(call, key, route));
        Sql select = db_sql(call->db);
        sql(&select, "select body_hash, status, body, etag from idempotency where user_id = ");
        sql_int(&select, call->actor->user);
        sql(&select, " and route = ");
        sql_str(&select, route);
        sql(&select, " and key = ");
        sql_str(&select, key);
        sql(&select, " and at > ");
        sql_value(&select, value_datetime(call->context->now_ms - IDEMPOTENCY_MS));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        TRY(rows_next(rows, ret_found));
        if (!*ret_found)
                return STATUS_OK;
        if (!str_eq(rows_text(rows, 0), body_hash))
                return error_set(call->context, STATUS_INVALID, "idempotency_body");
        *ret_status = (int)rows_int(rows, 1);
        *ret_body = str_copy(call->context->arena, rows_text(rows, 2));
        *ret_etag = str_copy(call->context->arena, rows_text(rows, 3));
        return STATUS_OK;
}

Status idempotency_store(Call *call, Str key, Str route, Str body_hash, int status, Str body, Str etag) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into idempotency (user_id, route, key, body_hash, status, body, etag, at) values (");
        sql_int(&insert, call->actor->user);
        sql(&insert, ", ");
        sql_str(&insert, route);
        sql(&insert, ", ");
        sql_str(&insert, key);
        sql(&insert, ", ");
        sql_str(&insert, body_hash);
        sql(&insert, ", ");
        sql_int(&insert, status);
        sql(&insert, ", ");
        sql_str(&insert, body);
        sql(&insert, ", ");
        sql_str(&insert, etag);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ") on conflict (user_id, route, key) do update set body_hash = excluded.body_hash, status = excluded.status, body = excluded.body, etag = excluded.etag, at = excluded.at");
        return db_exec(call->db, &insert, NULL);
}
