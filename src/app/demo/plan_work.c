// Follow-ups and tasks of the plan: what the colleagues do for leads, deals and customers, and what waits for them today.
#include "app/demo/demo.h"

#define DAY_MS 86400000LL
#define HALF_HOUR_MS 1800000LL

// ---- Follow-ups

typedef struct Span {
        int owner, kind, target, contact, product;
        int64_t from, to; // while something happens there
} Span;

static int add_activity(Plan *plan, const Span *span, int64_t at) {
        plan->activities = plan_grown(plan->arena, plan->activities, plan->activities_count, &plan->activities_capacity, sizeof(PlanActivity));
        int index = plan->activities_count++;
        plan->activities[index] = (PlanActivity){.at = at, .owner = span->owner, .target_kind = span->kind, .target = span->target, .contact = span->contact, .product = span->product, .seed = chance_next(&plan->chance)};
        plan_add_event(plan, at, EVENT_ACTIVITY, index, 0);
        return index;
}

static int64_t half_hour(int64_t at) {
        return at / HALF_HOUR_MS * HALF_HOUR_MS;
}

// count follow-ups in order of time; each plans the next, the last one none. Answers the last one's index, -1: none.
static int add_run(Plan *plan, const Span *span, int count) {
        int64_t at[64];
        if (count > 64)
                count = 64;
        for (int i = 0; i < count; i++) {
                at[i] = plan_between(plan, span->from, span->to);
                for (int k = i; k > 0 && at[k] < at[k - 1]; k--) {
                        int64_t swap = at[k];
                        at[k] = at[k - 1];
                        at[k - 1] = swap;
                }
        }
        int last = -1;
        for (int i = 0; i < count; i++) {
                last = add_activity(plan, span, at[i]);
                if (i + 1 < count && chance_hit(&plan->chance, 55))
                        plan->activities[last].next_at = half_hour(at[i + 1]);
        }
        return last;
}

// When the next step is due: some are late, some are for today, most come within three weeks. 0: nobody has planned one.
static int64_t draw_next(Plan *plan, int late, int today, int later) {
        int roll = chance_below(&plan->chance, 100), minute = chance_between(&plan->chance, 18, 36) * 30;
        if (roll < late)
                return plan_at(plan, plan->today - chance_between(&plan->chance, 1, 5), minute);
        if (roll < late + today)
                return plan_at(plan, plan->today, minute);
        if (roll < late + today + later)
                return plan_at(plan, plan->today + chance_between(&plan->chance, 1, 21), minute);
        return 0;
}

// A plan cannot lie before the talk in which it was made.
static void set_next(PlanActivity *activity, int64_t next) {
        activity->next_at = next > activity->at ? half_hour(next) : 0;
}

static void follow_deals(Plan *plan) {
        for (int i = 0; i < plan->deals_count; i++) {
                const PlanDeal *deal = &plan->deals[i];
                bool open = deal->stage < STAGE_WON;
                const PlanCustomer *customer = &plan->customers[deal->customer];
                Span span = {.owner = customer->owner, .kind = TARGET_DEAL, .target = i, .contact = deal->contact, .product = deal->product, .from = deal->at, .to = open ? plan->now : deal->stage_at[deal->stage]};
                int64_t days = (span.to - span.from) / DAY_MS;
                int last = add_run(plan, &span, 1 + (int)(days / 27) + chance_below(&plan->chance, 3));
                if (open)
                        set_next(&plan->activities[last], draw_next(plan, 5, 8, 83));
                if (i < demo_fixed_deals_count)
                        set_next(&plan->activities[last], plan_at(plan, plan->today + demo_fixed_deals[i].next_days, demo_fixed_deals[i].next_minute));
        }
}

static void follow_leads(Plan *plan) {
        for (int i = 0; i < plan->leads_count; i++) {
                const PlanLead *lead = &plan->leads[i];
                if (lead->status == LEAD_NEW)
                        continue;
                int64_t end = lead->decided_at ? lead->decided_at : lead->at + 30 * DAY_MS;
                Span span = {.owner = lead->owner, .kind = TARGET_LEAD, .target = i, .contact = -1, .product = lead->product, .from = lead->at, .to = end < plan->now ? end : plan->now};
                int last = add_run(plan, &span, 1 + (chance_hit(&plan->chance, 12) ? 1 : 0));
                if (lead->status == LEAD_CONTACTED && plan->now - lead->at < 40 * DAY_MS)
                        set_next(&plan->activities[last], draw_next(plan, 12, 10, 60));
        }
}

static void follow_customer(Plan *plan, int index) {
        static const int usual[] = {6, 3, 2, 1};
        const PlanCustomer *customer = &plan->customers[index];
        int64_t window = plan->now - (int64_t)PLAN_DAYS * DAY_MS, first = customer->at + 3600000;
        int silent_days = chance_hit(&plan->chance, customer->level < 2 ? 18 : 45) ? chance_between(&plan->chance, 30, 160) : 0;
        Span span = {.owner = customer->owner, .kind = TARGET_CUSTOMER, .target = index, .contact = customer->contact, .product = chance_below(&plan->chance, demo_products_count)};
        span.from = first > window ? first : window;
        span.to = plan->now - silent_days * DAY_MS;
        if (span.to <= span.from)
                return;
        int last = add_run(plan, &span, usual[customer->level] + chance_below(&plan->chance, 3));
        set_next(&plan->activities[last], silent_days ? 0 : draw_next(plan, 5, 5, 45));
        if (!plan->activities[last].next_at)
                plan_add_event(plan, plan->activities[last].at, EVENT_CALM, index, 0);
}

// Up to the round number, over the customers that matter.
static void fill_up(Plan *plan) {
        while (plan->activities_count < PLAN_ACTIVITIES) {
                int index = chance_below(&plan->chance, plan->customers_count);
                const PlanCustomer *customer = &plan->customers[index];
                int64_t window = plan->now - (int64_t)PLAN_DAYS * DAY_MS, first = customer->at + 3600000;
                Span span = {.owner = customer->owner, .kind = TARGET_CUSTOMER, .target = index, .contact = customer->contact, .product = chance_below(&plan->chance, demo_products_count)};
                span.from = first > window ? first : window;
                span.to = plan->now - 3600000;
                if (customer->level < 3 && span.to > span.from)
                        add_activity(plan, &span, plan_between(plan, span.from, span.to));
        }
}

void plan_activities(Plan *plan) {
        follow_deals(plan);
        follow_leads(plan);
        for (int i = 0; i < plan->customers_count; i++)
                follow_customer(plan, i);
        fill_up(plan);
}

// ---- Tasks

static PlanTask *add_task(Plan *plan, int owner, int customer, int64_t at, int64_t due) {
        static const char *const priorities[] = {"normal", "normal", "normal", "high", "low", "urgent"};
        plan->tasks = plan_grown(plan->arena, plan->tasks, plan->tasks_count, &plan->tasks_capacity, sizeof(PlanTask));
        PlanTask *task = &plan->tasks[plan->tasks_count];
        *task = (PlanTask){.at = at, .due_at = due, .owner = owner, .target_kind = TARGET_CUSTOMER, .target = customer, .priority = chance_pick(&plan->chance, priorities)};
        task->title = demo_task_title(&plan->chance, plan->arena, plan->customers[customer].short_name);
        plan_add_event(plan, at, EVENT_TASK, plan->tasks_count++, 0);
        return task;
}

static int64_t due_on(Plan *plan, int days) {
        return plan_at(plan, plan->today + days, chance_between(&plan->chance, 18, 36) * 30);
}

static int customer_of(Plan *plan, int owner) {
        for (int i = 0; i < 20000; i++) {
                int customer = chance_below(&plan->chance, plan->customers_count);
                if (plan->customers[customer].owner == owner)
                        return customer;
        }
        return 0;
}

static void add_open(Plan *plan, int owner, int least, int most, int first_day, int last_day) {
        for (int i = chance_between(&plan->chance, least, most); i > 0; i--) {
                int days = chance_between(&plan->chance, first_day, last_day), customer = customer_of(plan, owner);
                int64_t due = due_on(plan, days), earliest = plan->customers[customer].at + 3600000;
                int64_t at = plan_office(plan, plan->today + (days < 0 ? days : 0) - chance_between(&plan->chance, 1, 12));
                at = at > earliest ? at : earliest;
                if (at < plan->now)
                        add_task(plan, owner, customer, at, due)->doing = chance_hit(&plan->chance, 20);
        }
}

static void add_done(Plan *plan, int owner, int count) {
        for (int i = 0; i < count; i++) {
                int days = chance_between(&plan->chance, 1, PLAN_DAYS), customer = customer_of(plan, owner);
                int64_t earliest = plan->customers[customer].at + 3600000, at = plan_office(plan, plan->today - days - chance_between(&plan->chance, 1, 10));
                if (at < earliest)
                        continue;
                int64_t due = due_on(plan, -days), done = due + chance_between(&plan->chance, -30, 20) * 3600000LL;
                done = done > at ? done : at + 7200000;
                if (done >= plan->now)
                        continue;
                PlanTask *task = add_task(plan, owner, customer, at, due);
                task->done_at = done;
                plan_add_event(plan, done, EVENT_DONE, plan->tasks_count - 1, 0);
        }
}

static void add_fixed_task(Plan *plan, const DemoFixedTask *fixed) {
        int owner = plan->customers[0].owner;
        int64_t at = plan_office(plan, plan->today - 5);
        PlanTask *task = add_task(plan, owner, fixed->customer, at, plan_at(plan, plan->today + fixed->days, fixed->minute));
        task->title = str_from(fixed->title);
        task->priority = fixed->priority;
        for (int i = 0; i < demo_fixed_deals_count; i++)
                if (demo_fixed_deals[i].customer == fixed->customer) {
                        task->target_kind = TARGET_DEAL;
                        task->target = i;
                }
}

void plan_tasks(Plan *plan) {
        for (int i = 0; i < demo_fixed_tasks_count; i++)
                add_fixed_task(plan, &demo_fixed_tasks[i]);
        for (int owner = 0; owner < demo_people_count; owner++) {
                if (!demo_people[owner].customers)
                        continue;
                bool shown = owner == plan->customers[0].owner; // whose day is planned by hand
                add_open(plan, owner, shown ? 0 : 1, shown ? 0 : 3, -6, -1);
                add_open(plan, owner, shown ? 1 : 2, shown ? 1 : 5, 0, 0);
                add_open(plan, owner, 3, 7, 1, 12);
                add_done(plan, owner, 64);
        }
}
