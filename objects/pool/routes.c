// Routes of pools: one's own with what is left of the limits, what a sweep would do, the report, the sweep.
#include "api/route.h"
#include "flow/job.h"
#include "objects/pool/pool.h"
#include "record/quota.h"

#define REPORT_DAYS 30
#define REPORT_LONGEST 1100

// ---- One's pools

static Status size_of(Call *call, const Pool *pool, int64_t *ret) {
        Sql select = db_sql(call->db);
        *ret = 0;
        sql(&select, "select count(*) from ");
        sql_name(&select, pool->object->table);
        sql(&select, " where deleted_at is null and ");
        sql_name(&select, pool->object->pool->column);
        sql(&select, " = ");
        sql_int(&select, pool->id);
        return db_get_int(call->db, &select, ret, NULL);
}

static void put_limit(JsonWriter *w, const char *key, const char *limit_key, int64_t limit, const char *used_key, int64_t used) {
        json_key(w, str_from(key));
        json_open_object(w);
        json_key(w, str_from(limit_key));
        if (limit)
                json_add_int(w, limit);
        else
                json_add_null(w);
        json_put_int(w, used_key, used);
        json_close_object(w);
}

static Status write_pool(Request *request, const Pool *pool) {
        Call *call = &request->call;
        JsonWriter *w = &request->w;
        PoolLimits limits;
        int64_t size = 0, claimed = 0, held = 0;
        TRY(pool_limits(call, pool->id, &limits));
        TRY(size_of(call, pool, &size));
        TRY(pool_claimed_today(call, pool->id, call->actor->user, &claimed));
        TRY(pool_held(call, pool->object, call->actor->user, 100000, &held));
        json_open_object(w);
        json_put_int(w, "id", pool->id);
        json_put_str(w, "name", pool->name);
        json_put_str(w, "object", pool->object->name);
        json_put_str(w, "label", label_text(&pool->object->plural, request->context.lang));
        json_put_bool(w, "member", pool_has(pool, call->actor));
        json_put_bool(w, "administrator", pool_administers(pool, call->actor));
        json_put_int(w, "size", size);
        put_limit(w, "claim", "daily", limits.claim_daily, "today", claimed);
        put_limit(w, "holding", "limit", limits.holding_limit, "now", held);
        put_limit(w, "view", "daily", pool->view_daily, "today", pool_views_today(call, pool->id));
        json_put_int(w, "cooldown_days", limits.cooldown_days);
        json_put_bool(w, "masked", pool->masked);
        json_put_bool(w, "active", pool->active);
        json_close_object(w);
        return STATUS_OK;
}

static Status pools_get(Request *request) {
        const Access *access = request->view.access;
        const Actor *actor = request->call.actor;
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
        json_open_array(&request->w);
        for (size_t i = 0; i < access->pools_count; i++)
                if ((pool_has(&access->pools[i], actor) || pool_administers(&access->pools[i], actor)) && actor_may(actor, access->pools[i].object, VERB_READ))
                        TRY(write_pool(request, &access->pools[i]));
        json_close_array(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- What would happen, what happened

static Status simulate_read(Request *request) {
        return pool_simulate(&request->call, request->body, &request->w);
}

static Status simulate_post(Request *request) {
        TRY(request_body(request));
        return request_read(request, simulate_read);
}

static Status take_day(Request *request, const char *name, int32_t fallback, int32_t *ret) {
        Str text = request_query(request, name);
        *ret = fallback;
        if (!text.len || date_parse(text, ret))
                return STATUS_OK;
        return error_add(&request->context, str_from(name), "bad_date");
}

static Status report_get(Request *request) {
        int32_t today = zone_day(request->view.catalog->zone, request->context.now_ms), from = 0, to = 0;
        TRY(request_id(request, 0));
        const Pool *pool = access_pool(request->view.access, request->id);
        if (!pool || !(pool_has(pool, request->call.actor) || pool_administers(pool, request->call.actor)))
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        if (!pool_administers(pool, request->call.actor))
                return error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
        TRY(take_day(request, "to", today, &to));
        TRY(take_day(request, "from", to - REPORT_DAYS + 1, &from));
        if (from > to || to - from > REPORT_LONGEST)
                return error_add(&request->context, STR("from"), "bad_date");
        return pool_report(&request->call, pool, from, to, &request->w);
}

static Status sweep_post(Request *request) {
        int64_t job = 0;
        TRY(pool_sweep_start(&request->call, &job));
        request->status = 202;
        json_open_object(&request->w);
        json_put_int(&request->w, "job", job);
        json_close_object(&request->w);
        job_hurry(request->org);
        return STATUS_OK;
}

const Route pool_routes[] = {
        {HTTP_GET, "/api/v1/pools", ROUTE_READ, ACCESS_SIGNED_IN, .run = pools_get, .id = "listPools", .summary = "Pools that one is in, with what is left of their limits; administrators: all"},
        {HTTP_POST, "/api/v1/pools/simulate", ROUTE_SLOW, ACCESS_SIGNED_IN, .body = 256u << 10, .run = simulate_post, .id = "simulatePools", .summary = "What a sweep on some day would do, with rules that are not stored yet too"},
        {HTTP_GET, "/api/v1/pools/{id}/report", ROUTE_READ, ACCESS_SIGNED_IN, .run = report_get, .id = "reportPool", .summary = "What went into a pool and out of it; for its administrators"},
        {HTTP_POST, "/api/v1/pools/sweep", ROUTE_WRITE, ACCESS_ADMIN, .run = sweep_post, .id = "sweepPools", .summary = "Follows the recycling rules now, as a job"},
        {0},
};
