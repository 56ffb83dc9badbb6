// What is kept for a while only: events that every consumer has read, answers to repeated requests, exported files. Removed in slices.
#include "record/file.h"

#define OUTBOX_MS (7LL * 24 * 3600 * 1000)
#define IDEMPOTENCY_MS (24LL * 3600 * 1000)

static Status prune_outbox(Call *call, int limit, int64_t *ret_count) {
        Sql statement = db_sql(call->db);
        sql(&statement, "delete from outbox where (transaction_id, \"id\") in (select transaction_id, \"id\" from outbox where at < ");
        sql_value(&statement, value_datetime(call->context->now_ms - OUTBOX_MS));
        sql(&statement, " order by at limit ");
        sql_int(&statement, limit);
        sql(&statement, ")");
        return db_exec(call->db, &statement, ret_count);
}

static Status prune_idempotency(Call *call, int limit, int64_t *ret_count) {
        Sql statement = db_sql(call->db);
        sql(&statement, "delete from idempotency where (user_id, route, key) in (select user_id, route, key from idempotency where at < ");
        sql_value(&statement, value_datetime(call->context->now_ms - IDEMPOTENCY_MS));
        sql(&statement, " order by at limit ");
        sql_int(&statement, limit);
        sql(&statement, ")");
        return db_exec(call->db, &statement, ret_count);
}

Status record_prune(Call *call, int limit, bool *ret_more) {
        int64_t events = 0, answers = 0;
        TRY(prune_outbox(call, limit, &events));
        TRY(prune_idempotency(call, limit, &answers));
        bool files = false;
        TRY(file_prune(call, &files));
        *ret_more = events == limit || answers == limit || files;
        return STATUS_OK;
}
