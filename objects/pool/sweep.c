// What goes into pools by itself: the job that follows the rules, record by record and each asked again in its own savepoint; the warning before; what the owner sees of
// the day; the search index where a pool masks something else from now on.
#include "flow/bulk_change.h"
#include "flow/slices.h"
#include "objects/notification/notify.h"
#include "objects/pool/pool.h"
#include "record/search.h"
#include "record/write.h"

#define UNDO_DAYS 30
#define FORESEEN_AT_ONCE 2000
#define FORESEEN_A_MINUTE 10 // times so many
#define WARNED_AT_ONCE 200
#define INDEXED_AT_ONCE 2000
#define TOLD_ONE_BY_ONE 5
#define DAY_MS 86400000LL
#define SET_MOST 40 // objects whose records lie in pools

typedef struct Set { const Object *object; PoolRules rules; } Set;
typedef struct Sweep {
        Job *job;
        int64_t *ids, *objects;
        size_t count, capacity;
        Set sets[SET_MOST];         // of the transaction
        size_t sets_count;
        Str object;                 // that is being foreseen
        int64_t done, last;
} Sweep;

Status pool_sweep_start(Call *call, int64_t *ret_job) {
        JobStart start = {.kind = POOL_SWEEP, .request = STR("{\"op\":\"pool_sweep\"}"), .undo_until_ms = call->context->now_ms + UNDO_DAYS * DAY_MS};
        return job_start(call, &start, ret_job);
}

static bool has_pools(const Call *call, const Object *object) {
        const Access *access = call->actor->access;
        for (size_t i = 0; object->pooled && !object->retired && i < access->pools_count; i++)
                if (access->pools[i].active && str_eq(access->pools[i].object->name, object->name))
                        return true;
        return false;
}

// ---- Which

static void put_id(Sweep *sweep, int64_t object, int64_t id) {
        Arena *arena = sweep->job->context.arena;
        if (sweep->count == sweep->capacity) {
                size_t more = sweep->capacity ? sweep->capacity * 2 : 1024;
                sweep->ids = arena_grow(arena, sweep->ids, sweep->capacity * sizeof(int64_t), more * sizeof(int64_t));
                sweep->objects = arena_grow(arena, sweep->objects, sweep->capacity * sizeof(int64_t), more * sizeof(int64_t));
                sweep->capacity = more;
        }
        sweep->objects[sweep->count] = object;
        sweep->ids[sweep->count++] = id;
}

static Status find_object(Call *call, const Object *object, Sweep *sweep) {
        PoolRules rules;
        int32_t today = zone_day(call->catalog->zone, call->context->now_ms);
        TRY(pool_rules(call, object, &rules));
        for (size_t i = 0; i < rules.count; i++) {
                Sql select = db_sql(call->db);
                sql(&select, "select t.id");
                TRY(pool_due_sql(call, &rules, i, today, false, &select));
                sql(&select, " order by t.id");
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found;;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        put_id(sweep, object->id, rows_int(rows, 0));
                }
        }
        return STATUS_OK;
}

static Status find_all(Call *call, void *arg) {
        Sweep *sweep = arg;
        sweep->count = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++)
                if (has_pools(call, call->catalog->objects[i]))
                        TRY(find_object(call, call->catalog->objects[i], sweep));
        return STATUS_OK;
}

// ---- One record

static Status begin(Slices *slices, Call *call) {
        Sweep *sweep = slices->self;
        sweep->sets_count = 0;
        for (size_t i = 0; i < call->catalog->objects_count && sweep->sets_count < SET_MOST; i++) {
                const Object *object = call->catalog->objects[i];
                if (!has_pools(call, object))
                        continue;
                Set *set = &sweep->sets[sweep->sets_count++];
                set->object = object;
                TRY(pool_rules(call, object, &set->rules));
        }
        return STATUS_OK;
}

static Status keep(Call *call, const Sweep *sweep, const Record *before) {
        Record *after = NULL;
        TRY(record_read_row(call, before->object, before->id, false, false, &after));
        if (!after)
                return STATUS_OK;
        BulkChange change = {.job = sweep->job->id, .record = before->id, .kind = CHANGE_UPDATE, .version = after->version, .changes = bulk_difference(call->context->arena, before, after)};
        return change.changes.len ? bulk_change_add(call, before->object, &change) : STATUS_OK;
}

// A follow-up that came meanwhile saves it.
static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        Sweep *sweep = slices->self;
        const PoolRules *rules = NULL;
        Record *record = NULL;
        PoolDue due;
        (void)ret_note;
        for (size_t i = 0; i < sweep->sets_count; i++)
                if (sweep->sets[i].object == slices->object)
                        rules = &sweep->sets[i].rules;
        TRY(record_read_row(call, slices->object, id, false, true, &record));
        if (!rules || !record)
                return STATUS_OK;
        TRY(pool_due(call, rules, record, &due));
        if (!due.rule || due.guarded || due.day > zone_day(call->catalog->zone, call->context->now_ms))
                return STATUS_OK;
        Movement movement = {.object = record->object, .record = id, .pool = due.rule->pool, .from = record->values[record->object->owner->index].integer, .kind = MOVEMENT_RECYCLE, .reason = due.rule->name,
                             .rule = due.rule->id, .run = sweep->job->id};
        TRY(movement_put(call, record, &movement));
        return keep(call, sweep, record);
}

// ---- Telling whose they were

typedef struct Loss { int64_t user, count; } Loss;

static Status losses(Call *call, int64_t run, Loss **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        size_t most = call->actor->access->people_count;
        sql(&select, "select from_user_id, count(*) from pool_movement where from_user_id is not null and run = ");
        sql_int(&select, run);
        sql(&select, " group by from_user_id order by from_user_id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret = arena_array(call->context->arena, Loss, most + 1);
        *ret_count = 0;
        for (bool found; *ret_count < most;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                (*ret)[(*ret_count)++] = (Loss){rows_int(rows, 0), rows_int(rows, 1)};
        }
        return STATUS_OK;
}

// He may not see the record any more, but it was his a moment ago: he is told its name.
static Status tell(Call *call, int64_t to, Str target, const char *key, Str first, Str second) {
        const Person *person = access_person(call->actor->access, to);
        if (!person || !person->active)
                return STATUS_OK;
        Arena *arena = call->context->arena;
        Str text = text_format(arena, person->lang, key, (Str[4]){first, second});
        RecordInput *input = record_input_new(arena, catalog_get(call->catalog, "notification"));
        record_input_set(input, "name", value_text(text));
        record_input_set(input, "text", value_text(text));
        record_input_set(input, "kind", value_text(STR("system")));
        record_input_set(input, "owner", value_int(to));
        if (target.len)
                record_input_set(input, "target", value_text(target));
        WriteOptions options = {.as_system = true};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

typedef struct Lost { Str target, rule; } Lost;

static Status tell_each(Call *call, int64_t run, const Loss *loss) {
        Sql select = db_sql(call->db);
        Lost lost[TOLD_ONE_BY_ONE];
        size_t count = 0;
        sql(&select, "select target, reason from pool_movement where run = ");
        sql_int(&select, run);
        sql(&select, " and from_user_id = ");
        sql_int(&select, loss->user);
        sql(&select, " order by id");
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found; count < TOLD_ONE_BY_ONE;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        lost[count++] = (Lost){str_copy(call->context->arena, rows_text(rows, 0)), str_copy(call->context->arena, rows_text(rows, 1))};
                }
        }
        for (size_t i = 0; i < count; i++) {
                Str rest = lost[i].target, name = STR_NONE;
                Record *record = NULL;
                int64_t id = 0;
                (void)str_cut(&rest, ':', &name);
                const Object *object = catalog_find(call->catalog, name);
                if (object && str_to_int64(rest, &id))
                        TRY(record_read_row(call, object, id, false, false, &record));
                if (record)
                        TRY(tell(call, loss->user, lost[i].target, "notify.pool_recycled", record_value(record, "name").text, lost[i].rule));
        }
        return STATUS_OK;
}

static Status end(Slices *slices, Call *call) {
        Sweep *sweep = slices->self;
        Loss *list = NULL;
        size_t count = 0;
        TRY(losses(call, sweep->job->id, &list, &count));
        for (size_t i = 0; i < count; i++) {
                if (list[i].count <= TOLD_ONE_BY_ONE)
                        TRY(tell_each(call, sweep->job->id, &list[i]));
                else
                        TRY(tell(call, list[i].user, STR_NONE, "notify.pool_recycled_many", str_format(call->context->arena, "%lld", (long long)list[i].count), STR_NONE));
        }
        return STATUS_OK;
}

// ---- The day that owners see, where a condition, a protection or a rule changed it. It is the system's figure, as roll-ups are: no version, no history.

typedef struct Range { int64_t after, to; } Range;

static void where_range(const Range *range, Sql *sql) {
        sql(sql, " and t.id > ");
        sql_int(sql, range->after);
        sql(sql, " and t.id <= ");
        sql_int(sql, range->to);
}

static void begin_update(const Object *object, Sql *update) {
        sql(update, "update");
        sql_or_fail(update);
        sql(update, " ");
        sql_name(update, object->table);
        sql(update, " as t set recycle_at = ");
}

static Status foresee_rule(Call *call, const PoolRules *rules, size_t at, const Range *range) {
        const PoolRule *rule = &rules->items[at];
        Sql update = db_sql(call->db), which = db_sql(call->db), day = db_sql(call->db);
        TRY(pool_expr_sql(call, rule->day, &day));
        TRY(pool_due_sql(call, rules, at, POOL_ANY_DAY, false, &which));
        begin_update(rules->object, &update);
        sql_append(&update, &day);
        sql(&update, ", recycle_rule_id = ");
        sql_int(&update, rule->id);
        sql(&update, " where t.deleted_at is null");
        where_range(range, &update);
        sql(&update, " and (t.recycle_rule_id is null or t.recycle_rule_id <> ");
        sql_int(&update, rule->id);
        sql(&update, " or t.recycle_at is null or t.recycle_at <> ");
        sql_append(&update, &day);
        sql(&update, ") and t.id in (select t.id");
        sql_append(&update, &which);
        where_range(range, &update);
        sql(&update, ")");
        return db_exec(call->db, &update, NULL);
}

// Those that no rule takes.
static Status forget_days(Call *call, const PoolRules *rules, const Range *range) {
        Sql update = db_sql(call->db);
        begin_update(rules->object, &update);
        sql(&update, "null, recycle_rule_id = null where t.deleted_at is null");
        where_range(range, &update);
        sql(&update, " and (t.recycle_at is not null or t.recycle_rule_id is not null)");
        for (size_t i = 0; i < rules->count; i++) {
                sql(&update, " and t.id not in (select t.id");
                TRY(pool_due_sql(call, rules, i, POOL_ANY_DAY, false, &update));
                where_range(range, &update);
                sql(&update, ")");
        }
        return db_exec(call->db, &update, NULL);
}

Status pool_foresee(Call *call, const Object *object, int64_t after, int64_t *ret_last) {
        PoolRules rules;
        Range range = {.after = after};
        Sql last = db_sql(call->db);
        *ret_last = 0;
        sql(&last, "select coalesce(max(s.id), 0) from (select id from ");
        sql_name(&last, object->table);
        sql(&last, " where id > ");
        sql_int(&last, after);
        sql(&last, " order by id limit ");
        sql_int(&last, FORESEEN_AT_ONCE);
        sql(&last, ") s");
        TRY(db_get_int(call->db, &last, &range.to, NULL));
        if (!range.to)
                return STATUS_OK;
        TRY(pool_rules(call, object, &rules));
        for (size_t i = 0; i < rules.count; i++)
                TRY(foresee_rule(call, &rules, i, &range));
        TRY(forget_days(call, &rules, &range));
        *ret_last = range.to;
        return STATUS_OK;
}

static Status foresee_slice(Call *call, void *arg) {
        Sweep *sweep = arg;
        const Object *object = catalog_find(call->catalog, sweep->object);
        sweep->last = 0;
        return object && object->pooled ? pool_foresee(call, object, sweep->done, &sweep->last) : STATUS_OK;
}

static Status foresee(Job *job, Sweep *sweep) {
        OrgView view = org_view(job->org);
        Status status = STATUS_OK;
        for (size_t i = 0; i < view.catalog->objects_count && status == STATUS_OK; i++) {
                if (!view.catalog->objects[i]->pooled || view.catalog->objects[i]->retired || !view.access->pools_count)
                        continue;
                sweep->object = view.catalog->objects[i]->name;
                sweep->done = 0;
                do {
                        status = job_step(job, true, "system", foresee_slice, sweep);
                        sweep->done = sweep->last;
                } while (status == STATUS_OK && sweep->last);
        }
        org_view_done(&view);
        return status;
}

Status pool_sweep_run(Job *job, void *arg) {
        Sweep *sweep = arena_new_of(job->context.arena, Sweep);
        (void)arg;
        *sweep = (Sweep){.job = job};
        TRY(foresee(job, sweep));
        TRY(slices_read(job, true, find_all, sweep));
        Slices slices = {.job = job, .ids = sweep->ids, .objects = sweep->objects, .count = sweep->count, .for_system = true, .self = sweep, .begin = begin, .one = one, .end = end, .source = "system"};
        return slices_run(&slices);
}

// ---- Warnings, once for each day on which it would go

static Status warn_one(Call *call, const Object *object, const PoolRules *rules, int64_t id) {
        Record *record = NULL;
        PoolDue due;
        Sql update = db_sql(call->db);
        Buf day = buf_make(call->context->arena, 32);
        TRY(record_read_row(call, object, id, false, true, &record));
        if (!record)
                return STATUS_OK;
        TRY(pool_due(call, rules, record, &due));
        bool goes = due.rule && !due.guarded;
        int32_t today = zone_day(call->catalog->zone, call->context->now_ms);
        begin_update(object, &update);
        sql_value(&update, goes ? value_date(due.day) : VALUE_NONE);
        sql(&update, ", recycle_rule_id = ");
        sql_value(&update, goes ? value_int(due.rule->id) : VALUE_NONE);
        bool now = goes && due.day <= today + due.rule->warn_days;
        if (now) {
                sql(&update, ", warned_for = ");
                sql_value(&update, value_date(due.day));
        }
        sql(&update, " where t.id = ");
        sql_int(&update, id);
        TRY(db_exec(call->db, &update, NULL));
        if (!now)
                return STATUS_OK;
        date_write(&day, due.day);
        Str more = str_format(call->context->arena, STR_FMT " · " STR_FMT, STR_ARG(buf_str(&day)), STR_ARG(due.rule->name));
        return notify_with(call, record->values[object->owner->index].integer, NOTIFY_REMINDER, "notify.pool_warn", object, id, record_value(record, "name").text, more);
}

static Status warn_rule(Call *call, const PoolRules *rules, const PoolRule *rule) {
        const Object *object = rules->object;
        int32_t today = zone_day(call->catalog->zone, call->context->now_ms);
        int64_t ids[WARNED_AT_ONCE];
        size_t count = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select t.id from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.recycle_at >= ");
        sql_value(&select, value_date(today));
        sql(&select, " and t.recycle_at <= ");
        sql_value(&select, value_date(today + rule->warn_days));
        sql(&select, " and +t.recycle_rule_id = ");
        sql_int(&select, rule->id);
        sql(&select, " and (t.warned_for is null or t.warned_for <> t.recycle_at) and +t.owner_id is not null order by t.recycle_at, t.id limit ");
        sql_int(&select, WARNED_AT_ONCE);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found; count < WARNED_AT_ONCE;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        ids[count++] = rows_int(rows, 0);
                }
        }
        for (size_t i = 0; i < count; i++)
                TRY(warn_one(call, object, rules, ids[i]));
        return STATUS_OK;
}

Status pool_warn(Call *call) {
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                PoolRules rules;
                if (!has_pools(call, object))
                        continue;
                TRY(pool_rules(call, object, &rules));
                for (size_t k = 0; k < rules.count; k++)
                        if (rules.items[k].warn_days > 0)
                                TRY(warn_rule(call, &rules, &rules.items[k]));
        }
        return STATUS_OK;
}

// ---- What is left for the minutes after: a pool masks something else, its rules changed

static Status set_place(Call *call, int64_t pool, const char *column, Value last) {
        Sql update = db_sql(call->db);
        sql(&update, "update pool set ");
        sql_name(&update, str_from(column));
        sql(&update, " = ");
        sql_value(&update, last);
        sql(&update, " where id = ");
        sql_int(&update, pool);
        return db_exec(call->db, &update, NULL);
}

Status pool_index_again(Call *call, const Object *object, int64_t pool, int64_t from) {
        Sql which = db_sql(call->db);
        int64_t last = 0;
        sql(&which, " and t.");
        sql_name(&which, object->pool->column);
        sql(&which, " = ");
        sql_int(&which, pool);
        TRY(search_renew(call, object, &which, from, INDEXED_AT_ONCE, &last));
        return set_place(call, pool, "indexed_to", last ? value_int(last) : VALUE_NONE);
}

Status pool_foresee_again(Call *call, int64_t pool) {
        return set_place(call, pool, "foreseen_to", value_int(0));
}

static Status foresee_on(Call *call, const Object *object, int64_t pool, int64_t from) {
        for (int i = 0; i < FORESEEN_A_MINUTE; i++) {
                TRY(pool_foresee(call, object, from, &from));
                if (!from)
                        return set_place(call, pool, "foreseen_to", VALUE_NONE);
        }
        return set_place(call, pool, "foreseen_to", value_int(from));
}

typedef struct Left { int64_t pool, indexed_to, foreseen_to; bool index, foresee; const Object *object; } Left;

Status pool_left_minutely(Call *call) {
        Left left[SET_MOST];
        size_t count = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select id, object, indexed_to, foreseen_to from pool where deleted_at is null and (indexed_to is not null or foreseen_to is not null) order by id");
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(call->db, &select, &rows));
                for (bool found; count < SET_MOST;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        const Object *object = catalog_find(call->catalog, rows_text(rows, 1));
                        left[count] = (Left){.pool = rows_int(rows, 0), .object = object, .index = !rows_null(rows, 2), .foresee = !rows_null(rows, 3)};
                        left[count].indexed_to = left[count].index ? rows_int(rows, 2) : 0;
                        left[count].foreseen_to = left[count].foresee ? rows_int(rows, 3) : 0;
                        count += object && object->pooled;
                }
        }
        for (size_t i = 0; i < count; i++) {
                if (left[i].index)
                        TRY(pool_index_again(call, left[i].object, left[i].pool, left[i].indexed_to));
                if (left[i].foresee)
                        TRY(foresee_on(call, left[i].object, left[i].pool, left[i].foreseen_to));
        }
        return STATUS_OK;
}
