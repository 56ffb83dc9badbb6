// Plays the plan: each event is written as the colleague whose doing it is, with the clock of its moment, in slices of a few hundred.
#include "app/demo/demo.h"
#include "os/os.h"

#define SLICE 200    // events in one transaction
#define REPORTS 10   // lines of progress

typedef struct Player {
        Demo *demo;
        Plan *plan;
        Call *call;
        Arena *arena;
        int from, to, played; // events; played: where this slice ended
} Player;

static const WriteOptions writing = {.as_system = true, .quiet = true};
static const char *const stage_names[] = {"initial", "qualified", "proposal", "negotiation", "won", "lost"};
static const char *const stage_actions[] = {"", "", "", "", "win", "lose"};
static const char *const sources[] = {"website", "referral", "exhibition", "phone", "advertising", "wecom", "partner", "other"};
static const char *const levels[] = {"A", "B", "C", "D"};

static RecordInput *input_for(Player *player, const char *object) {
        return record_input_new(player->arena, catalog_get(player->call->catalog, object));
}

static Status put(Player *player, RecordInput *input, const char *field, const char *text) {
        return text ? demo_put(player->call, input, field, str_from(text)) : STATUS_OK;
}

static Status put_number(Player *player, RecordInput *input, const char *field, int64_t number) {
        return demo_put(player->call, input, field, str_format(player->arena, "%lld", (long long)number));
}

// Everything is done by its owner.
static Status act_as(Player *player, int person) {
        return access_actor(player->call->context, player->call->actor->access, player->demo->people[person], &player->call->actor);
}

static Status update(Player *player, const char *object, int64_t id, RecordInput *input, const char *action) {
        WriteOptions options = writing;
        options.action = str_from(action);
        return record_update(player->call, catalog_get(player->call->catalog, object), id, input, &options);
}

static Str target_text(Player *player, int kind, int target) {
        static const char *const names[] = {"customer", "opportunity", "lead"};
        const Plan *plan = player->plan;
        int64_t id = kind == TARGET_CUSTOMER ? plan->customers[target].id : kind == TARGET_DEAL ? plan->deals[target].id : plan->leads[target].id;
        return str_format(player->arena, "%s:%lld", names[kind], (long long)id);
}

// ---- Customers and contacts

static Status put_company(Player *player, RecordInput *input, const PlanCustomer *customer, Chance *chance) {
        const DemoCity *city = &demo_cities[customer->city];
        TRY(demo_put(player->call, input, "phone", demo_telephone(chance, player->arena, city)));
        TRY(demo_put(player->call, input, "address", demo_address(chance, player->arena, city)));
        TRY(demo_put(player->call, input, "location", demo_position(chance, player->arena, city)));
        TRY(demo_put(player->call, input, "credit_code", demo_credit_code(chance, player->arena)));
        TRY(demo_put(player->call, input, "website", str_format(player->arena, "https://www." STR_FMT ".example", STR_ARG(customer->domain))));
        TRY(demo_put(player->call, input, "email", str_format(player->arena, "office@" STR_FMT ".example", STR_ARG(customer->domain))));
        TRY(put_number(player, input, "employees", chance_log(chance, 260, 110)));
        TRY(put_number(player, input, "annual_revenue", chance_log(chance, 18000, 120) * 10000));
        return put_number(player, input, "founded", chance_between(chance, 1986, 2021));
}

static Status play_customer(Player *player, int index) {
        static const char *const tags[] = {"老客户", "战略合作", "年框", "总包项目", "出口配套", "节能改造", "国产替代", "扩产中", "付款及时", "招标客户"};
        PlanCustomer *customer = &player->plan->customers[index];
        const DemoIndustry *industry = &demo_industries[customer->industry];
        Chance chance = {.state = customer->seed};
        TRY(act_as(player, customer->owner));
        RecordInput *input = input_for(player, "customer");
        record_input_set(input, "name", value_text(customer->name));
        record_input_set(input, "short_name", value_text(customer->short_name));
        TRY(put(player, input, "type", industry->type));
        TRY(put(player, input, "industry", industry->section));
        TRY(put(player, input, "level", levels[customer->level]));
        TRY(put(player, input, "status", chance_hit(&chance, 8) ? "formal" : "potential"));
        TRY(put(player, input, "source", chance_pick(&chance, sources)));
        TRY(put_company(player, input, customer, &chance));
        if (chance_hit(&chance, 40))
                TRY(put(player, input, "tags", chance_pick(&chance, tags)));
        return record_create(player->call, input, &writing, &customer->id);
}

static Status play_contact(Player *player, int index) {
        PlanContact *contact = &player->plan->contacts[index];
        const PlanCustomer *customer = &player->plan->customers[contact->customer];
        Chance chance = {.state = contact->seed};
        TRY(act_as(player, customer->owner));
        RecordInput *input = input_for(player, "contact");
        record_input_set(input, "name", value_text(contact->name));
        record_input_set(input, "customer", value_int(customer->id));
        record_input_set(input, "primary", value_bool(contact->primary));
        TRY(put(player, input, "position", contact->position));
        TRY(put(player, input, "decision_role", contact->role));
        TRY(put(player, input, "gender", contact->female ? "female" : "male"));
        TRY(demo_put(player->call, input, "phone", demo_mobile(&chance, player->arena)));
        Str who = demo_pinyin(player->arena, contact->name);
        TRY(demo_put(player->call, input, "email", str_format(player->arena, STR_FMT "@" STR_FMT ".example", STR_ARG(who), STR_ARG(customer->domain))));
        if (chance_hit(&chance, 60))
                TRY(demo_put(player->call, input, "wechat", str_format(player->arena, STR_FMT "_%d", STR_ARG(who), chance_between(&chance, 10, 999))));
        return record_create(player->call, input, &writing, &contact->id);
}

// Nothing more is planned with this customer.
static Status play_calm(Player *player, int index) {
        const PlanCustomer *customer = &player->plan->customers[index];
        TRY(act_as(player, customer->owner));
        RecordInput *input = input_for(player, "customer");
        record_input_set(input, "next_follow_up", VALUE_NONE);
        return update(player, "customer", customer->id, input, "");
}

// ---- Leads

static Status play_lead(Player *player, int index) {
        static const char *const positions[] = {"采购主管", "设备工程师", "项目经理", "总经理", "技术员", "采购专员", "基建主管"};
        PlanLead *lead = &player->plan->leads[index];
        Chance chance = {.state = lead->seed};
        TRY(act_as(player, chance_hit(&chance, 25) ? demo_people_count - 1 - chance_below(&chance, 2) : lead->owner)); // some were entered by marketing
        RecordInput *input = input_for(player, "lead");
        record_input_set(input, "name", value_text(lead->name));
        record_input_set(input, "company", value_text(lead->company));
        record_input_set(input, "owner", value_int(player->demo->people[lead->owner]));
        TRY(put(player, input, "position", chance_pick(&chance, positions)));
        TRY(demo_put(player->call, input, "phone", demo_mobile(&chance, player->arena)));
        TRY(put(player, input, "source", chance_pick(&chance, sources)));
        TRY(put(player, input, "industry", demo_industries[lead->industry].section));
        TRY(demo_put(player->call, input, "address", demo_address(&chance, player->arena, &demo_cities[lead->city])));
        TRY(demo_put(player->call, input, "requirement", demo_requirement(&chance, player->arena, str_from(demo_products[lead->product].category))));
        if (chance_hit(&chance, 55))
                TRY(demo_put(player->call, input, "email", str_format(player->arena, STR_FMT "@" STR_FMT ".example", STR_ARG(demo_pinyin(player->arena, lead->name)), STR_ARG(lead->domain))));
        if (chance_hit(&chance, 45))
                TRY(put_number(player, input, "budget", chance_log(&chance, 300, 80) * 1000));
        return record_create(player->call, input, &writing, &lead->id);
}

static Status play_decide(Player *player, int index) {
        const PlanLead *lead = &player->plan->leads[index];
        Chance chance = {.state = lead->seed ^ 0x5DEECE66D};
        bool rejected = lead->status == LEAD_REJECTED;
        TRY(act_as(player, lead->owner));
        RecordInput *input = input_for(player, "lead");
        record_input_set(input, "status", value_text(rejected ? STR("rejected") : STR("qualified")));
        record_input_set(input, "next_follow_up", VALUE_NONE);
        if (rejected)
                record_input_set(input, "reject_reason", value_text(str_from(demo_reject_reason(&chance))));
        return update(player, "lead", lead->id, input, rejected ? "reject" : "qualify");
}

static Status play_convert(Player *player, int index) {
        const PlanLead *lead = &player->plan->leads[index];
        const PlanDeal *deal = &player->plan->deals[lead->deal];
        TRY(act_as(player, lead->owner));
        RecordInput *input = input_for(player, "lead");
        record_input_set(input, "status", value_text(STR("converted")));
        record_input_set(input, "customer", value_int(player->plan->customers[deal->customer].id));
        record_input_set(input, "contact", value_int(player->plan->contacts[deal->contact].id));
        record_input_set(input, "opportunity", value_int(deal->id));
        record_input_set(input, "converted_at", value_datetime(lead->decided_at));
        record_input_set(input, "next_follow_up", VALUE_NONE);
        return update(player, "lead", lead->id, input, "convert");
}

// ---- Opportunities

static Status play_deal(Player *player, int index) {
        PlanDeal *deal = &player->plan->deals[index];
        const PlanCustomer *customer = &player->plan->customers[deal->customer];
        Chance chance = {.state = (uint64_t)index * 104729 + 7};
        TRY(act_as(player, customer->owner));
        RecordInput *input = input_for(player, "opportunity");
        record_input_set(input, "name", value_text(deal->name));
        record_input_set(input, "customer", value_int(customer->id));
        record_input_set(input, "contact", value_int(player->plan->contacts[deal->contact].id));
        record_input_set(input, "product", value_int(player->demo->products[deal->product]));
        record_input_set(input, "stage", value_text(STR("initial")));
        record_input_set(input, "start_date", value_date(deal->start_day));
        record_input_set(input, "close_date", value_date(deal->close_day));
        TRY(put_number(player, input, "amount", deal->amount));
        TRY(put(player, input, "source", chance_pick(&chance, sources)));
        TRY(demo_put(player->call, input, "reference_no", str_format(player->arena, "SJ-%05d", index + 1)));
        if (deal->competitor >= 0)
                record_input_set(input, "competitor", value_int(player->demo->competitors[deal->competitor]));
        return record_create(player->call, input, &writing, &deal->id);
}

// The first deal won makes a customer a formal one.
static Status make_formal(Player *player, const PlanCustomer *customer) {
        RecordInput *input = input_for(player, "customer");
        record_input_set(input, "status", value_text(STR("formal")));
        return update(player, "customer", customer->id, input, "");
}

static Status play_stage(Player *player, int index, int stage) {
        const PlanDeal *deal = &player->plan->deals[index];
        const PlanCustomer *customer = &player->plan->customers[deal->customer];
        TRY(act_as(player, customer->owner));
        RecordInput *input = input_for(player, "opportunity");
        record_input_set(input, "stage", value_text(str_from(stage_names[stage])));
        if (stage >= STAGE_WON)
                record_input_set(input, "next_follow_up", VALUE_NONE);
        if (stage == STAGE_LOST)
                record_input_set(input, "lost_reason", value_text(str_from(deal->reason)));
        TRY(update(player, "opportunity", deal->id, input, stage_actions[stage]));
        return stage == STAGE_WON ? make_formal(player, customer) : STATUS_OK;
}

// ---- Follow-ups and tasks

static Status put_activity(Player *player, RecordInput *input, const PlanActivity *activity, const char *type, Chance *chance) {
        Arena *arena = player->arena;
        const Plan *plan = player->plan;
        bool customer = activity->target_kind == TARGET_CUSTOMER, lead = activity->target_kind == TARGET_LEAD;
        Str who = lead ? plan->leads[activity->target].name : plan->contacts[activity->contact].name;
        TRY(put(player, input, "type", type));
        record_input_set(input, "content", value_text(demo_activity_text(chance, arena, str_from(type), who, str_from(demo_products[activity->product].category))));
        if (!lead && plan->contacts[activity->contact].id)
                record_input_set(input, "contact", value_int(plan->contacts[activity->contact].id));
        if (strcmp(type, "call") == 0)
                TRY(put_number(player, input, "duration_minutes", chance_between(chance, 2, 28)));
        if (strcmp(type, "visit") == 0 || strcmp(type, "meeting") == 0)
                TRY(put_number(player, input, "duration_minutes", chance_between(chance, 3, 16) * 10));
        if (customer && strcmp(type, "visit") == 0)
                TRY(demo_put(player->call, input, "location", demo_position(chance, arena, &demo_cities[plan->customers[activity->target].city])));
        return STATUS_OK;
}

static Status play_activity(Player *player, int index) {
        static const char *const types[] = {"call", "wechat", "visit", "meeting", "email", "note"};
        static const int weights[] = {40, 20, 16, 8, 10, 6};
        const PlanActivity *activity = &player->plan->activities[index];
        Chance chance = {.state = activity->seed};
        int64_t id = 0;
        TRY(act_as(player, activity->owner));
        RecordInput *input = input_for(player, "activity");
        TRY(put_activity(player, input, activity, types[chance_weighted(&chance, weights, 6)], &chance));
        record_input_set(input, "target", value_text(target_text(player, activity->target_kind, activity->target)));
        record_input_set(input, "at", value_datetime(activity->at));
        if (activity->next_at)
                record_input_set(input, "next_at", value_datetime(activity->next_at));
        return record_create(player->call, input, &writing, &id);
}

static Status play_task(Player *player, int index) {
        PlanTask *task = &player->plan->tasks[index];
        TRY(act_as(player, task->owner));
        RecordInput *input = input_for(player, "task");
        record_input_set(input, "title", value_text(task->title));
        record_input_set(input, "due_at", value_datetime(task->due_at));
        record_input_set(input, "priority", value_text(str_from(task->priority)));
        record_input_set(input, "status", value_text(task->doing ? STR("doing") : STR("open")));
        record_input_set(input, "target", value_text(target_text(player, task->target_kind, task->target)));
        return record_create(player->call, input, &writing, &task->id);
}

static Status play_done(Player *player, int index) {
        const PlanTask *task = &player->plan->tasks[index];
        TRY(act_as(player, task->owner));
        RecordInput *input = input_for(player, "task");
        record_input_set(input, "status", value_text(STR("done")));
        return update(player, "task", task->id, input, "");
}

// ---- Slices

static Status play_event(Player *player, const PlanEvent *event) {
        switch (event->kind) {
        case EVENT_CUSTOMER: return play_customer(player, event->index);
        case EVENT_CONTACT: return play_contact(player, event->index);
        case EVENT_LEAD: return play_lead(player, event->index);
        case EVENT_DEAL: return play_deal(player, event->index);
        case EVENT_STAGE: return play_stage(player, event->index, event->stage);
        case EVENT_CONVERT: return play_convert(player, event->index);
        case EVENT_DECIDE: return play_decide(player, event->index);
        case EVENT_ACTIVITY: return play_activity(player, event->index);
        case EVENT_CALM: return play_calm(player, event->index);
        case EVENT_TASK: return play_task(player, event->index);
        case EVENT_DONE: return play_done(player, event->index);
        }
        return STATUS_INTERNAL;
}

static Status slice_step(Call *call, void *arg) {
        Player *player = arg;
        Status status = STATUS_OK;
        int64_t now = call->context->now_ms;
        player->call = call;
        player->arena = call->context->arena;
        call->quiet = true;
        int64_t until_us = player->demo->beside ? os_monotonic_us() + DEMO_SLICE_US : INT64_MAX;
        for (player->played = player->from; status == STATUS_OK && player->played < player->to; player->played++) {
                if (player->played > player->from && os_monotonic_us() >= until_us)
                        break;
                call->context->now_ms = player->plan->events[player->played].at;
                status = play_event(player, &player->plan->events[player->played]);
        }
        call->context->now_ms = now;
        return status == STATUS_OK && player->demo->beside ? settings_demo_working(call->db) : status;
}

// The memory of a slice is given back after it; what went wrong is told in the caller's.
static Status play_slice(Player *player, Arena *arena) {
        Context *outer = player->demo->context, context;
        arena_reset(arena);
        context_init(&context, arena, outer->lang, outer->now_ms);
        Status status = work_write(&context, player->demo->org, STR("demo"), slice_step, player);
        if (status != STATUS_OK) {
                Str lines = error_lines(&context, outer->arena);
                return error_detail(outer, status, "internal", STR_FMT, STR_ARG(lines));
        }
        return STATUS_OK;
}

Status demo_play(Demo *demo) {
        Player player = {.demo = demo, .plan = demo->plan};
        ARENA_CLEANUP Arena *arena = arena_new(0);
        int total = demo->plan->events_count, reported = 0;
        while (player.played < total) {
                player.from = player.played;
                player.to = player.from + SLICE < total ? player.from + SLICE : total;
                TRY(play_slice(&player, arena));
                int64_t reports = demo->beside ? 1000 : REPORTS;
                if (player.played * reports / total > reported) {
                        reported = (int)(player.played * reports / total);
                        demo->progress(demo->arg, "command.demo_records", player.played, total);
                }
        }
        return STATUS_OK;
}
