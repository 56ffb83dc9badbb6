// The demo company's calendar: events of everybody who sells in the weeks around today, some with colleagues; and what people say to each other at records:
// comments that mention somebody, attachments. Drawn from a seed of its own, so that the rest of the company stays as it is.
#include "app/demo/demo.h"
#include "base/date.h"
#include "os/os.h"
#include "record/file.h"

#define SEED 20261122u
#define WEEKS_BEHIND 2
#define WEEKS_AHEAD 4
#define MINUTE_MS 60000LL
#define COLLEAGUES_MOST 8
#define CUSTOMERS_LOOKED 60 // for one of somebody's own, before doing without

typedef struct Talk { int customer, author, mentioned; int days; const char *text; } Talk; // days ago; customer: of demo_fixed_customers; people by place in demo_people

typedef struct Week {
        Demo *demo;
        Call *call;
        Chance *chance;
        int32_t monday;
        int person, next; // where the next slice begins
} Week;

static const WriteOptions writing = {.as_system = true, .quiet = true};

static Status act_as(Call *call, const Demo *demo, int person) {
        return access_actor(call->context, call->actor->access, demo->people[person], &call->actor);
}

static RecordInput *input_for(Call *call, const char *object) {
        return record_input_new(call->context->arena, catalog_get(call->catalog, object));
}

static int64_t moment(const Demo *demo, int32_t day, int minute) {
        return zone_to_utc(demo->plan->zone, day, (int32_t)(minute * MINUTE_MS));
}

// ---- Events

static const PlanCustomer *own_customer(const Week *week, int owner) {
        const Plan *plan = week->demo->plan;
        for (int i = 0; i < CUSTOMERS_LOOKED; i++) {
                const PlanCustomer *customer = &plan->customers[chance_below(week->chance, plan->customers_count)];
                if (customer->owner == owner && customer->id)
                        return customer;
        }
        return NULL;
}

static Str colleagues(const Week *week, int person, int percent) {
        Buf buf = buf_make(week->call->context->arena, 512);
        int count = 0;
        for (int i = 0; i < demo_people_count && count < COLLEAGUES_MOST; i++)
                if (i != person && demo_people[i].department == demo_people[person].department && chance_hit(week->chance, percent))
                        buf_format(&buf, "%s\"%lld\"", count++ ? "," : "[", (long long)week->demo->people[i]);
        buf_lit(&buf, "]");
        return count ? buf_str(&buf) : STR_NONE;
}

static void put_text(RecordInput *input, const char *field, Str text) {
        if (!str_empty(text))
                record_input_set(input, field, value_text(text));
}

static Status make_event(Week *week, int person, RecordInput *input, int64_t start_ms, int64_t end_ms) {
        Call *call = week->call;
        int64_t id = 0, now = week->demo->plan->now, entered = start_ms - chance_between(week->chance, 1, 6) * 86400000LL;
        call->context->now_ms = entered < now ? entered : now - chance_between(week->chance, 1, 90) * 3600000LL;
        record_input_set(input, "start_at", value_datetime(start_ms));
        record_input_set(input, "end_at", value_datetime(end_ms));
        TRY(act_as(call, week->demo, person));
        Status status = record_create(call, input, &writing, &id);
        call->context->now_ms = now;
        return status;
}

static Status customer_event(Week *week, int person, int32_t day, int minute) {
        static const char *const kinds[] = {"visit", "meeting", "call", "other"};
        static const int weights[] = {42, 30, 20, 8}, lengths[] = {120, 90, 30, 60};
        static const char *const titles[4][4] = {{"拜访%s", "%s现场勘察", "%s样机调试", "%s回访"}, {"%s技术交流", "%s方案评审", "%s商务谈判", "%s选型沟通"},
                                                 {"电话：%s付款安排", "电话：%s交期", "电话：%s报价跟进", "电话：%s验收"}, {"整理%s投标文件", "准备%s样册", "%s合同评审", "写%s方案"}};
        Arena *arena = week->call->context->arena;
        const PlanCustomer *customer = own_customer(week, person);
        if (!customer)
                return STATUS_OK;
        int kind = chance_weighted(week->chance, weights, 4);
        RecordInput *input = input_for(week->call, "event");
        const DemoCity *city = &demo_cities[customer->city];
        put_text(input, "title", str_format(arena, chance_pick(week->chance, titles[kind]), str_c(arena, customer->short_name)));
        put_text(input, "kind", str_from(kinds[kind]));
        put_text(input, "target", str_format(arena, "customer:%lld", (long long)customer->id));
        if (kind == 0)
                put_text(input, "location", str_format(arena, "%s%s · " STR_FMT, city->city, chance_pick(week->chance, city->districts), STR_ARG(customer->short_name)));
        else if (kind == 1)
                put_text(input, "location", str_format(arena, "%d 号会议室", chance_between(week->chance, 1, 5)));
        if (chance_hit(week->chance, kind < 2 ? 35 : 0))
                put_text(input, "participants", colleagues(week, person, 30));
        if (chance_hit(week->chance, 60))
                record_input_set(input, "remind_minutes", value_int(chance_hit(week->chance, 50) ? 30 : 15));
        int64_t start = moment(week->demo, day, minute + (lengths[kind] <= 90 && chance_hit(week->chance, 50) ? 30 : 0));
        return make_event(week, person, input, start, start + lengths[kind] * MINUTE_MS);
}

// Up to three appointments a day, none before the other is over.
static Status fill_day(Week *week, int person, int32_t day) {
        static const int minutes[] = {540, 660, 840, 960};
        static const int counts[] = {24, 40, 26, 10};
        int count = chance_weighted(week->chance, counts, 4), at = chance_below(week->chance, 3);
        for (int i = 0; i < count && at < 4; i++, at += chance_between(week->chance, 1, 2))
                TRY(customer_event(week, person, day, minutes[at]));
        return STATUS_OK;
}

// The meeting on Monday morning is called by whoever heads the department; now and then there is a day of training or a fair.
static Status lead_week(Week *week, int person) {
        int64_t start = moment(week->demo, week->monday, 510);
        RecordInput *input = input_for(week->call, "event");
        put_text(input, "title", str_format(week->call->context->arena, "%s周会", demo_departments[demo_people[person].department].name));
        put_text(input, "kind", STR("meeting"));
        put_text(input, "location", STR("大会议室"));
        put_text(input, "participants", colleagues(week, person, 100));
        record_input_set(input, "remind_minutes", value_int(10));
        TRY(make_event(week, person, input, start, start + 60 * MINUTE_MS));
        if (!chance_hit(week->chance, 40))
                return STATUS_OK;
        static const char *const titles[] = {"流体机械展", "产品培训", "季度复盘", "客户开放日"};
        int64_t day = moment(week->demo, week->monday + chance_between(week->chance, 1, 3), 0);
        input = input_for(week->call, "event");
        put_text(input, "title", str_from(chance_pick(week->chance, titles)));
        put_text(input, "kind", STR("other"));
        put_text(input, "participants", colleagues(week, person, 60));
        record_input_set(input, "all_day", value_bool(true));
        return make_event(week, person, input, day, day + chance_between(week->chance, 1, 2) * 86400000LL);
}

static Status fill_person(Week *week, int person) {
        if (!demo_people[person].customers)
                return STATUS_OK;
        if (strcmp(demo_people[person].role, "sales_manager") == 0)
                TRY(lead_week(week, person));
        for (int32_t day = week->monday; day < week->monday + 5; day++)
                TRY(fill_day(week, person, day));
        return STATUS_OK;
}

static Status week_step(Call *call, void *arg) {
        Week *week = arg;
        // A transaction that is run again draws the same again.
        Chance chance = {.state = SEED ^ (uint64_t)week->monday * 1000 ^ (uint64_t)week->person};
        const Actor *system = call->actor;
        int64_t until_us = week->demo->beside ? os_monotonic_us() + DEMO_SLICE_US : INT64_MAX;
        week->call = call;
        week->chance = &chance;
        call->quiet = true;
        for (week->next = week->person; week->next < demo_people_count; week->next++) {
                if (week->next > week->person && os_monotonic_us() >= until_us)
                        break;
                chance.state = SEED ^ (uint64_t)week->monday * 1000 ^ (uint64_t)week->next;
                TRY(fill_person(week, week->next));
                call->actor = system;
        }
        return STATUS_OK;
}

// ---- Comments and attachments

static const Talk talks[] = { // people: 0 admin, 1 manager, 2 sales1, 3 zhouyiming, 4 xujiahe
        {0, 1, 2, 5, "技术协议的偏差表我看过了，第 7 条振动值让一点，别松口交期。"},
        {0, 2, 1, 4, "收到，下午和吴总工当面对一遍，回来更新报价。"},
        {1, 1, 2, 3, "框架合同的年降写到 2% 为止，再低要我批。"},
        {2, 2, 1, 2, "明澜要第 3 版报价，毛利低于底线，请审批。"},
        {2, 1, 2, 1, "可以，但安全阀校验费单列，首付款谈到 40%。"},
        {4, 1, 4, 2, "资质原件周四前寄到，开标我和你一起去。"},
        {6, 3, 2, 1, "临岸的选型样本我已更新，和北麂的项目可以共用。"},
        {5, 2, 3, 1, "启衡的纯水泵组试用数据在附件里，帮忙看下压力曲线。"},
};

static Status make_talk(Call *call, const Demo *demo, const Talk *talk) {
        int64_t id = 0, now = call->context->now_ms;
        const Actor *system = call->actor;
        RecordInput *input = input_for(call, "comment");
        put_text(input, "content", str_format(call->context->arena, "@%s %s", demo_people[talk->mentioned].name, talk->text));
        put_text(input, "target", str_format(call->context->arena, "customer:%lld", (long long)demo->plan->customers[talk->customer].id));
        put_text(input, "mentions", str_format(call->context->arena, "[\"%lld\"]", (long long)demo->people[talk->mentioned]));
        TRY(act_as(call, demo, talk->author));
        call->context->now_ms = now - talk->days * 86400000LL + talk->author * 17 * MINUTE_MS;
        Status status = record_create(call, input, &writing, &id);
        call->context->now_ms = now;
        call->actor = system;
        return status;
}

static Status attach(Call *call, const Demo *demo, int customer, Str name, Str type, Str content) {
        int64_t file = 0, id = 0;
        const Actor *system = call->actor;
        TRY(act_as(call, demo, demo->plan->customers[customer].owner));
        TRY(file_add(call, name, type, content, &file));
        RecordInput *input = input_for(call, "attachment");
        record_input_set(input, "file", value_int(file));
        put_text(input, "target", str_format(call->context->arena, "customer:%lld", (long long)demo->plan->customers[customer].id));
        TRY(record_create(call, input, &writing, &id));
        call->actor = system;
        return STATUS_OK;
}

static Status talk_step(Call *call, void *arg) {
        Demo *demo = arg;
        Chance chance = {.state = SEED};
        static const char minutes[] = "现场勘察纪要\n\n1. 循环水量 1260 m³/h，扬程 44 m，一用一备。\n2. 基础尺寸按旧泵，出口管 DN350 需加软接。\n3. 振动要求 4.5 mm/s，噪声 85 dB(A)。\n4. 甲方希望停机检修窗口内（5 天）完成更换。\n";
        static const char list[] = "序号,名称,规格,数量,单位\n1,SH 双吸循环泵,SH350,2,台\n2,电动蝶阀,D971X DN350,4,台\n3,旋启止回阀,H44H DN350,2,台\n4,机械密封备件包,适配 SH350,2,套\n";
        call->quiet = true;
        for (size_t i = 0; i < sizeof talks / sizeof *talks; i++)
                TRY(make_talk(call, demo, &talks[i]));
        TRY(attach(call, demo, 0, STR("现场勘察纪要.txt"), STR("text/plain"), str_from(minutes)));
        TRY(attach(call, demo, 0, STR("设备清单.csv"), STR("text/csv"), str_from(list)));
        TRY(attach(call, demo, 0, STR("能耗对比.png"), STR("image/png"), demo_picture(call->context->arena, &chance)));
        return attach(call, demo, 5, STR("试用压力曲线.png"), STR("image/png"), demo_picture(call->context->arena, &chance));
}

// ---- All of it, week by week

static Status run_step(Demo *demo, Arena *arena, WorkStep step, void *arg) {
        Context context;
        arena_reset(arena);
        context_init(&context, arena, demo->context->lang, demo->plan->now);
        Status status = work_write(&context, demo->org, STR("demo"), step, arg);
        if (status == STATUS_OK)
                return STATUS_OK;
        Str lines = error_lines(&context, demo->context->arena);
        return error_detail(demo->context, status, "internal", STR_FMT, STR_ARG(lines));
}

Status demo_calendar(Demo *demo) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        int32_t monday = demo->plan->today - date_weekday(demo->plan->today) + 1;
        for (int week = -WEEKS_BEHIND; week < WEEKS_AHEAD; week++) {
                Week step = {.demo = demo, .monday = monday + week * 7};
                for (; step.person < demo_people_count; step.person = step.next)
                        TRY(run_step(demo, arena, week_step, &step));
        }
        return run_step(demo, arena, talk_step, demo);
}
