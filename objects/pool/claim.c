// The actions of records in pools: claiming within the limits, releasing, assigning, protecting. Limits are counted under a lock of the person, so that many claims
// at once find each other.
#include "objects/notification/notify.h"
#include "objects/pool/pool.h"
#include "objects/shared/assign.h"
#include "record/write.h"

#define DAY_MS 86400000LL
#define LATE_DAYS 1 // so long whoever comes too late is told who was faster

static Str number(Call *call, int64_t value) {
        return str_format(call->context->arena, "%lld", (long long)value);
}

static Str date_text(Call *call, int32_t day) {
        Buf buf = buf_make(call->context->arena, 32);
        date_write(&buf, day);
        return buf_str(&buf);
}

static int64_t today_ms(const Call *call) {
        return zone_day_start(call->catalog->zone, zone_day(call->catalog->zone, call->context->now_ms));
}

// ---- Limits

void pool_where_flag(Sql *sql, bool value) {
        sql_value(sql, value_bool(value));
}

Status pool_limits(Call *call, int64_t pool, PoolLimits *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select claim_daily, holding_limit, cooldown_days from pool where id = ");
        sql_int(&select, pool);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret = (PoolLimits){0};
        if (found)
                *ret = (PoolLimits){rows_null(rows, 0) ? 0 : rows_int(rows, 0), rows_null(rows, 1) ? 0 : rows_int(rows, 1), rows_null(rows, 2) ? 0 : rows_int(rows, 2)};
        return STATUS_OK;
}

static Status lock_person(Call *call, int64_t user) {
        if (db_dialect(call->db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select pg_advisory_xact_lock(hashtext(current_schema()), hashtext(");
        sql_str(&select, str_format(call->context->arena, "holder %lld", (long long)user));
        sql(&select, "))");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_query(call->db, &select, &rows));
        return rows_next(rows, &found);
}

Status pool_claimed_today(Call *call, int64_t pool, int64_t user, int64_t *ret) {
        Sql select = db_sql(call->db);
        *ret = 0;
        sql(&select, "select count(*) from pool_movement where deleted_at is null and to_user_id = ");
        sql_int(&select, user);
        sql(&select, " and kind = 'claim' and pool_id = ");
        sql_int(&select, pool);
        sql(&select, " and at >= ");
        sql_value(&select, value_datetime(today_ms(call)));
        return db_get_int(call->db, &select, ret, NULL);
}

static bool is_open(const Option *option) {
        return !str_is(option->outcome, "won") && !str_is(option->outcome, "lost");
}

bool pool_record_closed(const Record *record) {
        const Field *stage = record->object->stage;
        Value value = stage ? record->values[stage->index] : VALUE_NONE;
        const Option *option = value.kind == VALUE_TEXT ? field_option(stage, value.text) : NULL;
        return option && !is_open(option);
}

void pool_where_open(const Object *object, Sql *sql) {
        bool any = false;
        for (size_t i = 0; object->stage && i < object->stage->options_count; i++) {
                const Option *option = &object->stage->options[i];
                if (is_open(option))
                        continue;
                sql_fixed(sql, any ? STR(", ") : STR(" and (t."));
                if (!any) {
                        sql_name(sql, object->stage->column);
                        sql(sql, " in (");
                }
                sql_str(sql, option->key);
                any = true;
        }
        if (any)
                sql(sql, ")) is not true");
}

Status pool_held(Call *call, const Object *object, int64_t user, int64_t most, int64_t *ret) {
        Sql select = db_sql(call->db);
        *ret = 0;
        sql(&select, "select count(*) from (select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.owner_id = ");
        sql_int(&select, user);
        pool_where_open(object, &select);
        sql(&select, " limit ");
        sql_int(&select, most);
        sql(&select, ") counted");
        return db_get_int(call->db, &select, ret, NULL);
}

static Status check_holding(Call *call, const Object *object, const PoolLimits *limits, int64_t user) {
        int64_t held = 0;
        const Person *person = access_person(call->actor->access, user);
        if (!limits->holding_limit)
                return STATUS_OK;
        TRY(pool_held(call, object, user, limits->holding_limit + 1, &held));
        if (held < limits->holding_limit)
                return STATUS_OK;
        return error_set(call->context, STATUS_INVALID, "holding_limit", number(call, limits->holding_limit), label_text(&object->plural, call->context->lang), person ? person->name : STR_NONE);
}

static Status check_daily(Call *call, const PoolLimits *limits, int64_t pool) {
        int64_t claimed = 0;
        if (!limits->claim_daily)
                return STATUS_OK;
        TRY(pool_claimed_today(call, pool, call->actor->user, &claimed));
        if (claimed < limits->claim_daily)
                return STATUS_OK;
        int32_t tomorrow = zone_day(call->catalog->zone, call->context->now_ms) + 1;
        return error_set(call->context, STATUS_INVALID, "claim_limit", number(call, limits->claim_daily), number(call, claimed), date_text(call, tomorrow));
}

// Whoever lost it, in whatever way, and however often it went from hand to hand since.
static Status check_cooldown(Call *call, const Record *record, const PoolLimits *limits) {
        Sql select = db_sql(call->db);
        if (!limits->cooldown_days)
                return STATUS_OK;
        sql(&select, "select at from pool_movement where deleted_at is null and target = ");
        sql_str(&select, str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(record->object->name), (long long)record->id));
        sql(&select, " and from_user_id = ");
        sql_int(&select, call->actor->user);
        sql(&select, " and to_user_id is null order by at desc limit 1");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        Value at = found ? rows_value(rows, 0, VALUE_DATETIME) : VALUE_NONE;
        int32_t until = found ? zone_day(call->catalog->zone, at.ms) + (int32_t)limits->cooldown_days : 0;
        if (!found || zone_day(call->catalog->zone, call->context->now_ms) >= until)
                return STATUS_OK;
        return error_set(call->context, STATUS_INVALID, "cooldown", number(call, limits->cooldown_days), date_text(call, until));
}

// ---- Claiming

static const Pool *pool_of(const Call *call, const Record *record) {
        Value pool = record->values[record->object->pool->index];
        return pool.kind == VALUE_INTEGER ? access_pool(call->actor->access, pool.integer) : NULL;
}

Status pool_claim(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        const Pool *pool = pool_of(call, record);
        PoolLimits limits;
        (void)body;
        (void)w;
        if (!pool || !call->actor->user || !pool_has(pool, call->actor))
                return error_set(call->context, STATUS_FORBIDDEN, "pool_not_member", pool ? pool->name : STR_NONE);
        TRY(lock_person(call, call->actor->user));
        TRY(pool_limits(call, pool->id, &limits));
        TRY(check_cooldown(call, record, &limits));
        TRY(check_daily(call, &limits, pool->id));
        TRY(check_holding(call, record->object, &limits, call->actor->user));
        Movement movement = {.object = record->object, .record = record->id, .pool = pool->id, .to = call->actor->user, .kind = MOVEMENT_CLAIM};
        return movement_take(call, record, &movement);
}

static bool was_in(const Call *call, int64_t pool) {
        for (size_t i = 0; i < call->actor->pools_count; i++)
                if (call->actor->pools[i]->id == pool)
                        return true;
        return false;
}

// Whoever is in the pool saw the record there a moment ago: that it is gone is nothing new to him.
Status pool_claimed_already(Call *call, const Object *object, int64_t id) {
        Sql select = db_sql(call->db);
        sql(&select, "select pool_id, to_user_id from pool_movement where deleted_at is null and target = ");
        sql_str(&select, str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id));
        sql(&select, " and at > ");
        sql_value(&select, value_datetime(call->context->now_ms - LATE_DAYS * DAY_MS));
        sql(&select, " order by at desc, id desc limit 1");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found || rows_null(rows, 0) || rows_null(rows, 1) || !was_in(call, rows_int(rows, 0)))
                return STATUS_OK;
        const Person *person = access_person(call->actor->access, rows_int(rows, 1));
        return error_set(call->context, STATUS_CONFLICT, "already_claimed", person ? person->name : STR_NONE);
}

// ---- Releasing

static bool is_before(const Pool *a, const Pool *b) {
        return !b || a->order < b->order || (a->order == b->order && a->id < b->id);
}

// The one that is named; else the first by order of those that whoever releases is in, else of all.
static const Pool *pool_for(const Call *call, const Object *object, int64_t named) {
        const Access *access = call->actor->access;
        const Pool *first = NULL, *own = NULL;
        for (size_t i = 0; i < access->pools_count; i++) {
                const Pool *pool = &access->pools[i];
                if (!pool->active || !str_eq(pool->object->name, object->name) || (named && pool->id != named))
                        continue;
                if (is_before(pool, first))
                        first = pool;
                if (pool_has(pool, call->actor) && is_before(pool, own))
                        own = pool;
        }
        return own ? own : first;
}

Status pool_release(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        const Json *named = json_get(body, "pool");
        Str reason = STR_NONE;
        int64_t id = 0;
        bool guarded = false;
        (void)w;
        Status status = body_text(call->context, body, "reason", &reason);
        if (named && named->kind != JSON_NULL && !json_is_id(named, &id))
                status = error_add(call->context, STR("pool"), "wrong_type", STR("id"));
        TRY(status);
        const Pool *pool = pool_for(call, record->object, id);
        if (!pool)
                return id ? error_add(call->context, STR("pool"), "pool_unfit") : error_set(call->context, STATUS_CONFLICT, "pool_none");
        TRY(pool_guarded(call, record, pool->id, &guarded));
        if (guarded && !pool_administers(pool, call->actor))
                return error_set(call->context, STATUS_CONFLICT, "pool_protected");
        Movement movement = {.object = record->object, .record = record->id, .pool = pool->id, .from = record->values[record->object->owner->index].integer, .kind = MOVEMENT_RELEASE, .reason = reason};
        return movement_put(call, record, &movement);
}

// ---- Assigning out of a pool

Status pool_assign(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        const Pool *pool = pool_of(call, record);
        PoolLimits limits;
        int64_t owner = 0;
        if (!pool)
                return action_assign(call, record, body, w);
        TRY(body_id(call->context, body, "owner", &owner));
        const Person *person = access_person(call->actor->access, owner);
        if (!person)
                return error_add(call->context, STR("owner"), "reference_missing");
        if (!person->active)
                return error_add(call->context, STR("owner"), "owner_inactive");
        TRY(lock_person(call, owner));
        TRY(pool_limits(call, pool->id, &limits));
        TRY(check_holding(call, record->object, &limits, owner));
        Movement movement = {.object = record->object, .record = record->id, .pool = pool->id, .to = owner, .kind = MOVEMENT_ASSIGN};
        TRY(movement_take(call, record, &movement));
        return notify(call, owner, NOTIFY_ASSIGNED, "notify.assigned", record->object, record->id, record_value(record, "name").text);
}

// ---- Protecting

// protect {"until": date, or null}
Status pool_protect(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        const Field *field = object_get(record->object, "protected_until");
        const Json *until = json_get(body, "until");
        RecordInput *input = record_input_new(call->context->arena, record->object);
        Value day = VALUE_NONE;
        (void)w;
        if (!until)
                return error_add(call->context, STR("until"), "required");
        TRY(field_read(call->context, field, STR("until"), until, &day));
        record_input_set(input, "protected_until", day);
        WriteOptions options = {.as_system = true, .action = STR("protect")};
        return record_update(call, record->object, record->id, input, &options);
}
