// Tier models: administrators write them, one at most is active, each change and each night puts every customer where it belongs.
#include "objects/tier_model/tier.h"
#include "access/audit.h"

#define DAY_KEY "tiering_day"
#define HOUR 1 // of the night, local time

static bool is_active(const Record *model) {
        Value active = model ? record_value(model, "active") : VALUE_NONE;
        return active.kind == VALUE_BOOL && active.boolean;
}

static Status refuse_second(Call *call, const RecordChange *change) {
        Sql select = db_sql(call->db);
        bool found = false;
        sql(&select, "select 1 from \"tier_model\" where deleted_at is null and \"active\" = ");
        sql_value(&select, value_bool(true));
        sql(&select, " and \"object\" = ");
        sql_value(&select, record_value(change->after, "object"));
        sql(&select, " and \"id\" <> ");
        sql_int(&select, change->id);
        sql(&select, " limit 1");
        TRY(access_bump(call->db)); // of two who switch one on at the same moment one waits here
        TRY(db_get_int(call->db, &select, NULL, &found));
        if (found)
                (void)error_add(call->context, STR("active"), "tier_second");
        return STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        TierModel model;
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (!change->after || !change->by_user)
                return STATUS_OK;
        Status status = tier_model_take(call, change->after, &model);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status; // its mistakes are told with the others
        return is_active(change->after) ? refuse_second(call, change) : STATUS_OK;
}

static Status after(Call *call, const RecordChange *change) {
        if (!change->by_user)
                return STATUS_OK;
        TRY(record_audit(call, "tier_model.change", change->object, change->id, STR_NONE));
        return is_active(change->after) ? tier_start(call, change->id) : STATUS_OK;
}

// ---- Every night

static Status start_all(Call *call) {
        Sql select = db_sql(call->db);
        int64_t ids[10];
        size_t count = 0;
        sql(&select, "select \"id\" from \"tier_model\" where deleted_at is null and \"active\" = ");
        sql_value(&select, value_bool(true));
        sql(&select, " order by \"id\" limit 10");
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool more = true; more && count < 10;) {
                        TRY(rows_next(rows, &more));
                        if (more)
                                ids[count++] = rows_int(rows, 0);
                }
        }
        for (size_t i = 0; i < count; i++)
                TRY(tier_start(call, ids[i]));
        return STATUS_OK;
}

static Status minutely(Call *call) {
        Arena *arena = call->context->arena;
        int64_t now = call->context->now_ms, local = now + zone_offset_ms(call->catalog->zone, now);
        Buf today = buf_make(arena, 32);
        Str last = STR_NONE;
        date_write(&today, zone_day(call->catalog->zone, now));
        TRY(org_setting(call->db, STR(DAY_KEY), STR_NONE, &last));
        if (civil_from_ms(local).hour < HOUR || str_compare(last, buf_str(&today)) >= 0)
                return STATUS_OK;
        TRY(org_setting_set(call->db, STR(DAY_KEY), buf_str(&today)));
        return start_all(call);
}

static const JobKind jobs[] = {{TIER_JOB, tier_run}};

const ObjectModule tier_model_module = {.object = "tier_model", .before = before, .after = after, .minutely = minutely, .jobs = jobs, .jobs_count = 1};
