// Opportunities and leads of the plan: a deal walks through the stages within its cycle; leads are decided, and some of them become the deals.
#include "app/demo/demo.h"

#define HOUR_MS 3600000LL
#define DAY_MS 86400000LL
#define CYCLE_DAYS 84     // median from first talk to decision
#define CYCLE_LEAST 18
#define CYCLE_MOST 320
#define AMOUNT_MEDIAN 420000

static const int reached_percent[] = {0, 22, 48, 76}; // of the cycle, when each open stage begins

static int64_t draw_amount(Plan *plan) {
        int64_t amount = chance_log(&plan->chance, AMOUNT_MEDIAN, 85);
        amount = amount < 50000 ? 50000 + amount % 30000 : amount > 5000000 ? 5000000 - amount % 400000 : amount;
        int64_t step = amount > 1000000 ? 10000 : amount > 200000 ? 1000 : 100;
        return amount / step * step;
}

// Of those who were customers at that moment.
static int draw_customer(Plan *plan, int64_t at) {
        static const int level_percent[] = {100, 60, 28, 10};
        for (;;) {
                int customer = chance_below(&plan->chance, plan->customers_count);
                if (plan->customers[customer].at + HOUR_MS < at && chance_hit(&plan->chance, level_percent[plan->customers[customer].level]))
                        return customer;
        }
}

// Business grows: more of what is recent.
static int draw_days(Plan *plan, int growth_percent) {
        int days = chance_below(&plan->chance, PLAN_DAYS);
        return chance_hit(&plan->chance, growth_percent) ? days * chance_below(&plan->chance, 100) / 100 : days;
}

static void set_stages(Plan *plan, PlanDeal *deal, int64_t cycle) {
        int last = deal->stage < STAGE_WON ? deal->stage : STAGE_NEGOTIATION;
        if (deal->stage == STAGE_LOST)
                last = chance_below(&plan->chance, STAGE_WON);
        deal->stage_at[STAGE_INITIAL] = deal->at;
        for (int stage = STAGE_QUALIFIED; stage <= last; stage++)
                deal->stage_at[stage] = plan_between(plan, deal->stage_at[stage - 1], deal->at + cycle * reached_percent[stage] / 100 + DAY_MS);
        if (deal->stage < STAGE_WON)
                return;
        int64_t end = plan_office(plan, zone_day(plan->zone, deal->at + cycle));
        deal->stage_at[deal->stage] = end > deal->stage_at[last] ? end : (deal->stage_at[last] + plan->now) / 2;
}

static int open_stage(int64_t age, int64_t cycle) {
        int stage = STAGE_NEGOTIATION;
        while (stage > STAGE_INITIAL && age * 100 < cycle * reached_percent[stage])
                stage--;
        return stage;
}

static void add_stage_events(Plan *plan, int index) {
        const PlanDeal *deal = &plan->deals[index];
        plan_add_event(plan, deal->at, EVENT_DEAL, index, STAGE_INITIAL);
        for (int stage = STAGE_QUALIFIED; stage < STAGES; stage++)
                if (deal->stage_at[stage])
                        plan_add_event(plan, deal->stage_at[stage], EVENT_STAGE, index, stage);
}

static void finish_deal(Plan *plan, PlanDeal *deal, int64_t cycle) {
        Chance *chance = &plan->chance;
        bool closed = deal->stage >= STAGE_WON;
        set_stages(plan, deal, cycle);
        deal->start_day = zone_day(plan->zone, deal->at);
        deal->close_day = closed ? zone_day(plan->zone, deal->stage_at[deal->stage]) : zone_day(plan->zone, deal->at + cycle);
        if (!closed && deal->close_day < plan->today - 10)
                deal->close_day = plan->today + chance_between(chance, -9, 60);
        if (deal->stage == STAGE_NEGOTIATION && deal->close_day > plan->today + 20 && chance_hit(chance, 60))
                deal->close_day = plan->today + chance_between(chance, 1, 20);
        deal->competitor = chance_hit(chance, deal->stage == STAGE_LOST ? 72 : 42) ? chance_below(chance, demo_competitors_count) : -1;
        deal->reason = deal->stage == STAGE_LOST ? demo_lost_reason(chance) : NULL;
        if (deal->stage == STAGE_WON && deal->customer >= 0)
                plan->customers[deal->customer].formal = true;
}

static void add_deal(Plan *plan) {
        Chance *chance = &plan->chance;
        int index = plan->deals_count++;
        PlanDeal *deal = &plan->deals[index];
        int64_t at = plan_office(plan, plan->today - draw_days(plan, 22));
        *deal = (PlanDeal){.at = at, .customer = draw_customer(plan, at), .lead = -1, .amount = draw_amount(plan), .product = chance_below(chance, demo_products_count)};
        const PlanCustomer *customer = &plan->customers[deal->customer];
        int64_t cycle = chance_log(chance, CYCLE_DAYS, 55);
        cycle = (cycle < CYCLE_LEAST ? CYCLE_LEAST : cycle > CYCLE_MOST ? CYCLE_MOST : cycle) * DAY_MS;
        bool closed = deal->at + cycle < plan->now && chance_hit(chance, 95);
        if (closed)
                deal->stage = chance_hit(chance, 39) ? STAGE_WON : STAGE_LOST;
        else
                deal->stage = open_stage(plan->now - deal->at, cycle);
        deal->name = str_format(plan->arena, STR_FMT " · %s", STR_ARG(customer->short_name), demo_deal_subject(chance));
        deal->contact = customer->contact;
        finish_deal(plan, deal, cycle);
        add_stage_events(plan, index);
}

static void add_fixed_deal(Plan *plan, const DemoFixedDeal *fixed) {
        int index = plan->deals_count++;
        PlanDeal *deal = &plan->deals[index];
        const PlanCustomer *customer = &plan->customers[fixed->customer];
        *deal = (PlanDeal){.customer = fixed->customer, .lead = -1, .amount = fixed->amount, .stage = fixed->stage, .contact = customer->contact};
        deal->product = chance_below(&plan->chance, demo_products_count);
        deal->at = plan_office(plan, plan->today - fixed->age_days);
        deal->name = str_format(plan->arena, STR_FMT " · %s", STR_ARG(customer->short_name), fixed->name);
        finish_deal(plan, deal, (int64_t)fixed->age_days * DAY_MS * 100 / (reached_percent[fixed->stage] + 12));
        add_stage_events(plan, index);
}

void plan_deals(Plan *plan) {
        plan->deals = arena_array(plan->arena, PlanDeal, PLAN_DEALS);
        for (int i = 0; i < demo_fixed_deals_count; i++)
                add_fixed_deal(plan, &demo_fixed_deals[i]);
        while (plan->deals_count < PLAN_DEALS)
                add_deal(plan);
}

// ---- Leads

static void add_converted(Plan *plan, int index) {
        PlanDeal *deal = &plan->deals[index];
        const PlanCustomer *customer = &plan->customers[deal->customer];
        PlanLead *lead = &plan->leads[plan->leads_count];
        int days = chance_between(&plan->chance, 2, 28);
        *lead = (PlanLead){.owner = customer->owner, .city = customer->city, .industry = customer->industry, .status = LEAD_CONVERTED, .deal = index, .product = deal->product, .seed = chance_next(&plan->chance)};
        lead->name = plan->contacts[deal->contact].name;
        lead->company = customer->name;
        lead->domain = customer->domain;
        lead->at = plan_office(plan, zone_day(plan->zone, deal->at) - days);
        lead->decided_at = deal->at;
        deal->lead = plan->leads_count;
        plan_add_event(plan, lead->at, EVENT_LEAD, plan->leads_count, 0);
        plan_add_event(plan, deal->at, EVENT_CONVERT, plan->leads_count, 0);
        plan->leads_count++;
}

static int draw_status(Plan *plan, int days) {
        static const int fresh[] = {62, 30, 6, 0, 2}, young[] = {20, 46, 16, 0, 18}, old[] = {5, 17, 12, 0, 66};
        return chance_weighted(&plan->chance, days < 5 ? fresh : days < 45 ? young : old, 5);
}

static void add_lead(Plan *plan) {
        static const char *const forms[] = {"有限公司", "有限公司", "股份有限公司", "有限责任公司"};
        Chance *chance = &plan->chance;
        int index = plan->leads_count++, days = draw_days(plan, 25);
        PlanLead *lead = &plan->leads[index];
        int like = chance_below(chance, plan->customers_count); // territory and industry as the customers have them
        *lead = (PlanLead){.owner = plan->customers[like].owner, .city = plan->customers[like].city, .industry = plan->customers[like].industry, .deal = -1, .product = chance_below(chance, demo_products_count), .seed = chance_next(chance)};
        bool female;
        lead->name = demo_person_name(chance, plan->arena, &female);
        Str brand = demo_brand(chance, plan->arena), city = str_from(demo_cities[lead->city].city);
        const char *word = demo_industries[lead->industry].words[chance_below(chance, 4)], *form = chance_pick(chance, forms);
        lead->company = str_format(plan->arena, STR_FMT STR_FMT "%s%s", STR_ARG(str_slice(city, 0, city.len - 3)), STR_ARG(brand), word, form);
        lead->domain = demo_pinyin(plan->arena, brand);
        lead->status = draw_status(plan, days);
        lead->at = plan_office(plan, plan->today - days);
        plan_add_event(plan, lead->at, EVENT_LEAD, index, 0);
        if (lead->status == LEAD_QUALIFIED || lead->status == LEAD_REJECTED) {
                lead->decided_at = plan_between(plan, lead->at, lead->at + (plan->now - lead->at > 24 * DAY_MS ? 24 * DAY_MS : plan->now - lead->at));
                plan_add_event(plan, lead->decided_at, EVENT_DECIDE, index, 0);
        }
}

void plan_leads(Plan *plan) {
        plan->leads = arena_array(plan->arena, PlanLead, PLAN_LEADS);
        for (int i = demo_fixed_deals_count; i < plan->deals_count; i++)
                if (chance_hit(&plan->chance, 42))
                        add_converted(plan, i);
        while (plan->leads_count < PLAN_LEADS)
                add_lead(plan);
}
