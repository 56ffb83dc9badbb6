// Public pools of the demo company: two pools with rules, and what lies in them: records that went silent, put there by whoever owned them. Records of those who sign in
// for a demonstration stay theirs.
#include "app/demo/demo.h"
#include "objects/pool/pool.h"
#include "record/write.h"

#define POOLED_CUSTOMERS 40
#define POOLED_LEADS 30
#define DAY_MS 86400000LL
#define OFFICE_MS (10 * 3600000LL)

static const WriteOptions writing = {.as_system = true, .quiet = true};
static const char *const reasons[] = {"客户暂停采购", "联系人已离职，换人跟进", "超出我的区域", "长期联系不上", "预算推迟到明年", "需求与产品不符"};

typedef struct Pools { Demo *demo; int64_t customers, leads; } Pools;

static Str one_id(Arena *arena, int64_t id) {
        return str_format(arena, "[\"%lld\"]", (long long)id);
}

static RecordInput *input_for(Call *call, const char *object) {
        return record_input_new(call->context->arena, catalog_get(call->catalog, object));
}

static void put_text(RecordInput *input, const char *field, Str text) {
        record_input_set(input, field, value_text(text));
}

// ---- Pools and rules

static Status make_pool(Call *call, const Demo *demo, const char *name, const char *object, int64_t *ret) {
        Arena *arena = call->context->arena;
        RecordInput *input = input_for(call, "pool");
        bool customer = strcmp(object, "customer") == 0;
        put_text(input, "name", str_from(name));
        put_text(input, "object", str_from(object));
        put_text(input, "departments", str_format(arena, "[\"%lld\",\"%lld\"]", (long long)demo->departments[0], (long long)demo->departments[customer ? 3 : 2]));
        put_text(input, "administrators", one_id(arena, demo->people[1]));
        record_input_set(input, "claim_daily", value_int(5));
        record_input_set(input, "holding_limit", value_int(200));
        record_input_set(input, "cooldown_days", value_int(7));
        record_input_set(input, "view_daily", value_int(100));
        if (customer)
                put_text(input, "protect", STR("open_amount > 0"));
        else
                put_text(input, "mask_fields", STR("[\"wechat\"]"));
        return record_create(call, input, &writing, ret);
}

typedef struct RuleText { const char *name, *condition, *clock; int days, warn_days, department; } RuleText;

static Status make_rule(Call *call, const Demo *demo, int64_t pool, const RuleText *text) {
        RecordInput *input = input_for(call, "pool_rule");
        int64_t id = 0;
        put_text(input, "name", str_from(text->name));
        record_input_set(input, "pool", value_int(pool));
        put_text(input, "condition", str_from(text->condition));
        put_text(input, "departments", one_id(call->context->arena, demo->departments[text->department]));
        put_text(input, "clock", str_from(text->clock));
        record_input_set(input, "days", value_int(text->days));
        record_input_set(input, "warn_days", value_int(text->warn_days));
        return record_create(call, input, &writing, &id);
}

static Status pools_step(Call *call, void *arg) {
        static const RuleText rules[] = {
                {"C、D 类客户 180 天没有有效跟进", "level in (\"C\",\"D\")", "follow_up", 180, 7, 4},
                {"线索 90 天没有有效跟进", "status in (\"new\",\"contacted\")", "follow_up", 90, 5, 4},
        };
        Pools *pools = arg;
        call->quiet = true;
        TRY(make_pool(call, pools->demo, "华东公海", "customer", &pools->customers));
        TRY(make_pool(call, pools->demo, "线索池", "lead", &pools->leads));
        TRY(make_rule(call, pools->demo, pools->customers, &rules[0]));
        TRY(make_rule(call, pools->demo, pools->leads, &rules[1]));
        call->metadata_changed = true;
        return STATUS_OK;
}

// ---- What lies in them

// Of colleagues in the west and the north whom nobody signs in as, those that have waited longest.
static Status silent(Call *call, const Demo *demo, const Object *object, int limit, int64_t *ret, size_t *ret_count) {
        int64_t owners[64];
        size_t count = 0;
        Sql select = db_sql(call->db);
        for (int i = 0; i < demo_people_count; i++)
                if (demo_people[i].department == 3 || demo_people[i].department == 4)
                        owners[count++] = demo->people[i];
        sql(&select, "select t.id from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.owner_id in ");
        sql_int_list(&select, owners, count);
        pool_where_open(object, &select);
        if (str_is(object->name, "customer"))
                sql(&select, " and coalesce(t.open_amount, 0) = 0 and t.status = 'potential'");
        sql(&select, " order by t.clock_at, t.id limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret_count = 0;
        for (bool found; *ret_count < (size_t)limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

static Status put_in(Call *call, const Demo *demo, const Object *object, int64_t pool, int limit) {
        int64_t ids[POOLED_CUSTOMERS];
        size_t count = 0;
        int64_t now = call->context->now_ms;
        const Actor *system = call->actor;
        Status status = silent(call, demo, object, limit, ids, &count);
        for (size_t i = 0; i < count && status == STATUS_OK; i++) {
                Record *record = NULL;
                status = record_load(call, object, ids[i], &record);
                if (status != STATUS_OK)
                        break;
                Movement movement = {.object = object, .record = ids[i], .pool = pool, .from = record_value(record, "owner").integer, .kind = MOVEMENT_RELEASE, .reason = str_from(reasons[i % (sizeof reasons / sizeof *reasons)])};
                call->context->now_ms = now - (int64_t)(count - i) * DAY_MS / 2 - OFFICE_MS;
                status = access_actor(call->context, system->access, movement.from, &call->actor);
                if (status == STATUS_OK)
                        status = movement_put(call, record, &movement);
                call->actor = system;
                call->context->now_ms = now;
        }
        return status;
}

static Status fill_step(Call *call, void *arg) {
        const Pools *pools = arg;
        call->quiet = true;
        TRY(put_in(call, pools->demo, catalog_get(call->catalog, "customer"), pools->customers, POOLED_CUSTOMERS));
        return put_in(call, pools->demo, catalog_get(call->catalog, "lead"), pools->leads, POOLED_LEADS);
}

// The days that owners see.
static Status foresee_step(Call *call, void *arg) {
        static const char *const objects[] = {"customer", "lead"};
        (void)arg;
        for (size_t i = 0; i < 2; i++)
                for (int64_t last = 0, first = 1; last || first; first = 0)
                        TRY(pool_foresee(call, catalog_get(call->catalog, objects[i]), last, &last));
        return STATUS_OK;
}

static Status run_step(Demo *demo, WorkStep step, void *arg) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, demo->context->lang, demo->plan->now);
        Status status = work_write(&context, demo->org, STR("demo"), step, arg);
        if (status == STATUS_OK)
                return STATUS_OK;
        Str lines = error_lines(&context, demo->context->arena);
        return error_detail(demo->context, status, "internal", STR_FMT, STR_ARG(lines));
}

Status demo_pools(Demo *demo) {
        Pools pools = {.demo = demo};
        TRY(run_step(demo, pools_step, &pools));
        TRY(run_step(demo, fill_step, &pools));
        return run_step(demo, foresee_step, NULL);
}
