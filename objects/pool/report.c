// What happened in a pool: in and out by day and kind, who took and lost how much, how long records wait.
#include "objects/pool/pool.h"
#include "record/record.h"
#include <stdlib.h>

#define DAY_MS 86400000LL
#define WAITS_MOST 20000 // claims of the period whose waiting is looked at, the newest first
#define DAYS_MOST 4000

typedef struct Report {
        Call *call;
        const Pool *pool;
        const Object *object;
        int64_t from_ms, to_ms;
} Report;

static void where_period(const Report *report, Sql *select) {
        sql(select, " from pool_movement m where m.deleted_at is null and m.pool_id = ");
        sql_int(select, report->pool->id);
        sql(select, " and m.at >= ");
        sql_value(select, value_datetime(report->from_ms));
        sql(select, " and m.at < ");
        sql_value(select, value_datetime(report->to_ms));
}

// As it is, without what came in and with what went out after the period.
static Status put_size(const Report *report, JsonWriter *w) {
        Call *call = report->call;
        Sql select = db_sql(call->db), later = db_sql(call->db);
        int64_t size = 0, more = 0;
        sql(&later, "select coalesce(sum(case when m.to_user_id is null then 1 else -1 end), 0) from pool_movement m where m.deleted_at is null and m.pool_id = ");
        sql_int(&later, report->pool->id);
        sql(&later, " and m.at >= ");
        sql_value(&later, value_datetime(report->to_ms));
        TRY(db_get_int(call->db, &later, &more, NULL));
        sql(&select, "select count(*) from ");
        sql_name(&select, report->object->table);
        sql(&select, " where deleted_at is null and pool_id = ");
        sql_int(&select, report->pool->id);
        TRY(db_get_int(call->db, &select, &size, NULL));
        json_put_int(w, "size", size > more ? size - more : 0);
        return STATUS_OK;
}

// out: what left the pool has somebody it went to.
static Status put_days(const Report *report, const char *member, bool out, JsonWriter *w) {
        Call *call = report->call;
        Sql select = db_sql(call->db);
        sql(&select, "select haike_day(m.at, ");
        sql_str(&select, zone_name(call->catalog->zone));
        sql(&select, "), m.kind, count(*)");
        where_period(report, &select);
        sql_fixed(&select, out ? STR(" and m.to_user_id is not null") : STR(" and m.to_user_id is null"));
        sql(&select, " group by 1, 2 order by 1, 2 limit ");
        sql_int(&select, DAYS_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        json_key(w, str_from(member));
        json_open_array(w);
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                Value day = rows_value(rows, 0, VALUE_DATE);
                json_open_object(w);
                json_key(w, STR("day"));
                if (day.kind == VALUE_DATE)
                        json_add_date(w, day.day);
                else
                        json_add_null(w);
                json_put_str(w, "kind", rows_text(rows, 1));
                json_put_int(w, "count", rows_int(rows, 2));
                json_close_object(w);
        }
        json_close_array(w);
        return STATUS_OK;
}

// ---- People

typedef struct Share { int64_t user, claimed, released, recycled, won; } Share;
typedef struct Shares { Share *items; size_t count, most; } Shares;

static Share *share_of(Shares *shares, int64_t user) {
        for (size_t i = 0; i < shares->count; i++)
                if (shares->items[i].user == user)
                        return &shares->items[i];
        if (shares->count == shares->most)
                return NULL;
        shares->items[shares->count] = (Share){.user = user};
        return &shares->items[shares->count++];
}

static Status count_shares(const Report *report, Shares *shares) {
        Call *call = report->call;
        Sql select = db_sql(call->db);
        sql(&select, "select coalesce(m.to_user_id, m.from_user_id), m.kind, count(*)");
        where_period(report, &select);
        sql(&select, " and m.kind in ('claim', 'release', 'recycle') and coalesce(m.to_user_id, m.from_user_id) is not null group by 1, 2 order by 1, 2");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Share *share = share_of(shares, rows_int(rows, 0));
                int64_t count = rows_int(rows, 2);
                if (!share)
                        continue;
                if (str_is(rows_text(rows, 1), "claim"))
                        share->claimed += count;
                else if (str_is(rows_text(rows, 1), "release"))
                        share->released += count;
                else
                        share->recycled += count;
        }
}

static void where_won(const Field *stage, Sql *select) {
        bool any = false;
        sql(select, "d.");
        sql_name(select, stage->column);
        sql(select, " in (");
        for (size_t i = 0; i < stage->options_count; i++) {
                if (!str_is(stage->options[i].outcome, "won"))
                        continue;
                if (any)
                        sql(select, ", ");
                any = true;
                sql_str(select, stage->options[i].key);
        }
        sql(select, ")");
}

// Of the records claimed in the period, those that were won since by whoever claimed them: an opportunity of a customer, a lead itself.
static void won_by_children(const Relation *deals, Sql *select) {
        sql(select, " and exists (select 1 from ");
        sql_name(select, deals->child->table);
        sql(select, " d where d.deleted_at is null and d.");
        sql_name(select, deals->field->column);
        sql(select, " = haike_id_of(m.target) and d.owner_id = m.to_user_id and d.closed_at >= m.at and ");
        where_won(deals->child->stage, select);
        sql(select, ")");
}

static bool wins(const Object *object) {
        for (size_t i = 0; object->stage && i < object->stage->options_count; i++)
                if (str_is(object->stage->options[i].outcome, "won"))
                        return true;
        return false;
}

static void won_itself(const Report *report, Sql *select) {
        sql(select, " and exists (select 1 from ");
        sql_name(select, report->object->table);
        sql(select, " d where d.deleted_at is null and d.id = haike_id_of(m.target) and d.owner_id = m.to_user_id and ");
        where_won(report->object->stage, select);
        sql(select, ")");
}

static const Relation *deals_of(const Object *object) {
        for (size_t i = 0; i < object->children_count; i++) {
                const Object *child = object->children[i].child;
                if (!child->retired && wins(child) && object->children[i].field->type->reference && object_find(child, STR("closed_at")))
                        return &object->children[i];
        }
        return NULL;
}

static Status count_won(const Report *report, Shares *shares) {
        Call *call = report->call;
        const Relation *deals = deals_of(report->object);
        Sql select = db_sql(call->db);
        if (!wins(report->object) && !deals)
                return STATUS_OK;
        sql(&select, "select m.to_user_id, count(distinct m.target)");
        where_period(report, &select);
        sql(&select, " and m.kind = 'claim' and m.to_user_id is not null");
        if (wins(report->object))
                won_itself(report, &select);
        else
                won_by_children(deals, &select);
        sql(&select, " group by m.to_user_id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Share *share = share_of(shares, rows_int(rows, 0));
                if (share)
                        share->won = rows_int(rows, 1);
        }
}

static Status put_people(const Report *report, JsonWriter *w) {
        Call *call = report->call;
        Shares shares = {.most = call->actor->access->people_count};
        shares.items = arena_array(call->context->arena, Share, shares.most + 1);
        TRY(count_shares(report, &shares));
        TRY(count_won(report, &shares));
        json_key(w, STR("people"));
        json_open_array(w);
        for (size_t i = 0; i < shares.count; i++) {
                const Share *share = &shares.items[i];
                json_open_object(w);
                user_put(w, "user", call->actor->access, share->user);
                json_put_int(w, "claimed", share->claimed);
                json_put_int(w, "released", share->released);
                json_put_int(w, "recycled", share->recycled);
                json_put_int(w, "won", share->won);
                json_close_object(w);
        }
        json_close_array(w);
        return STATUS_OK;
}

// ---- Waiting: from coming into the pool to leaving it

static int compare_ms(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

static void put_days_of(JsonWriter *w, const char *key, const int64_t *waits, size_t count, int percent) {
        json_key(w, str_from(key));
        if (!count) {
                json_add_null(w);
                return;
        }
        int64_t tenths = waits[(count - 1) * (size_t)percent / 100] * 10 / DAY_MS;
        json_add_decimal(w, (Decimal){tenths * (DECIMAL_SCALE / 10)}, 0);
}

static Status put_waiting(const Report *report, JsonWriter *w) {
        Call *call = report->call;
        Sql select = db_sql(call->db);
        int64_t *waits = arena_array(call->context->arena, int64_t, WAITS_MOST);
        size_t count = 0;
        sql(&select, "select m.at, (select max(i.at) from pool_movement i where i.deleted_at is null and i.target = m.target and i.at <= m.at and i.id < m.id and i.to_user_id is null)");
        where_period(report, &select);
        sql(&select, " and m.to_user_id is not null order by m.at desc limit ");
        sql_int(&select, WAITS_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; count < WAITS_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                if (!rows_null(rows, 1))
                        waits[count++] = rows_value(rows, 0, VALUE_DATETIME).ms - rows_value(rows, 1, VALUE_DATETIME).ms;
        }
        if (count)
                qsort(waits, count, sizeof *waits, compare_ms);
        json_key(w, STR("waiting_days"));
        json_open_object(w);
        put_days_of(w, "median", waits, count, 50);
        put_days_of(w, "p90", waits, count, 90);
        json_close_object(w);
        return STATUS_OK;
}

Status pool_report(Call *call, const Pool *pool, int32_t from, int32_t to, JsonWriter *w) {
        const Zone *zone = call->catalog->zone;
        Report report = {.call = call, .pool = pool, .object = catalog_find(call->catalog, pool->object->name), .from_ms = zone_day_start(zone, from), .to_ms = zone_day_start(zone, to + 1)};
        if (!report.object)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        json_open_object(w);
        TRY(put_size(&report, w));
        TRY(put_days(&report, "in", false, w));
        TRY(put_days(&report, "out", true, w));
        TRY(put_people(&report, w));
        TRY(put_waiting(&report, w));
        json_close_object(w);
        return STATUS_OK;
}
