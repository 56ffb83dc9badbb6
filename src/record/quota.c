// Exports a day, and the table in which all counts stand: audit_use (user_id, what, since, amount).
#include "record/quota.h"

#define KEPT_MS (3LL * 86400000)

typedef struct Allowance { int64_t limit, day_ms, next_day_ms; } Allowance; // limit 0: none

static Status role_allowance(Call *call, bool *ret_any, int64_t *ret) {
        Sql select = db_sql(call->db);
        *ret_any = false;
        sql(&select, "select case when min(export_rows) = 0 then 0 else max(export_rows) end from role where deleted_at is null and export_rows is not null and id in ");
        sql_int_list(&select, call->actor->roles, call->actor->roles_count);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret_any = found && !rows_null(rows, 0);
        *ret = *ret_any ? rows_int(rows, 0) : 0;
        return STATUS_OK;
}

static Status find_allowance(Call *call, Allowance *ret) {
        const Zone *zone = call->catalog->zone;
        int32_t today = zone_day(zone, call->context->now_ms);
        bool named = false;
        *ret = (Allowance){.day_ms = zone_day_start(zone, today), .next_day_ms = zone_day_start(zone, today + 1)};
        if (call->actor->administrator)
                return STATUS_OK;
        TRY(role_allowance(call, &named, &ret->limit));
        if (named)
                return STATUS_OK;
        OrgView view = org_view(call->org);
        ret->limit = view.settings->export_rows;
        org_view_done(&view);
        return STATUS_OK;
}

static Status refuse(Call *call, const Allowance *allowance, int64_t used) {
        Arena *arena = call->context->arena;
        int64_t left = used < allowance->limit ? allowance->limit - used : 0;
        Status status = error_set(call->context, STATUS_LIMITED, "export_quota", str_format(arena, "%lld", (long long)allowance->limit), str_format(arena, "%lld", (long long)left));
        call->context->error.retry_after_s = (int)((allowance->next_day_ms - call->context->now_ms + 999) / 1000);
        return status;
}

static Status used_today(Call *call, int64_t since_ms, int64_t *ret) {
        Sql select = db_sql(call->db);
        *ret = 0;
        sql(&select, "select amount from audit_use where user_id = ");
        sql_int(&select, call->actor->user);
        sql(&select, " and what = 'export' and since = ");
        sql_value(&select, value_datetime(since_ms));
        return db_get_int(call->db, &select, ret, NULL);
}

Status quota_export_check(Call *call, int64_t rows) {
        Allowance allowance;
        int64_t used = 0;
        TRY(find_allowance(call, &allowance));
        if (!allowance.limit)
                return STATUS_OK;
        TRY(used_today(call, allowance.day_ms, &used));
        return used >= allowance.limit || used + rows > allowance.limit ? refuse(call, &allowance, used) : STATUS_OK;
}

// The row is locked by adding to it: of two exports at once one waits for the other's count.
Status quota_export_take(Call *call, int64_t rows) {
        Allowance allowance;
        int64_t used = 0;
        TRY(find_allowance(call, &allowance));
        Sql add = db_sql(call->db);
        sql(&add, "insert into audit_use (user_id, what, since, amount) values (");
        sql_int(&add, call->actor->user);
        sql(&add, ", 'export', ");
        sql_value(&add, value_datetime(allowance.day_ms));
        sql(&add, ", ");
        sql_int(&add, rows);
        sql(&add, ") on conflict (user_id, what, since) do update set amount = audit_use.amount + excluded.amount");
        TRY(db_exec(call->db, &add, NULL));
        TRY(used_today(call, allowance.day_ms, &used));
        return allowance.limit && used > allowance.limit ? refuse(call, &allowance, used - rows) : STATUS_OK;
}

Status quota_prune(Call *call, int limit, bool *ret_more) {
        Sql statement = db_sql(call->db);
        int64_t count = 0;
        sql(&statement, "delete from audit_use where (user_id, what, since) in (select user_id, what, since from audit_use where since < ");
        sql_value(&statement, value_datetime(call->context->now_ms - KEPT_MS));
        sql(&statement, " limit ");
        sql_int(&statement, limit);
        sql(&statement, ")");
        TRY(db_exec(call->db, &statement, &count));
        *ret_more = count == limit;
        return STATUS_OK;
}
