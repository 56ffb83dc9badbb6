// Putting the plan together: moments of a working week, events in the order of time, customers and their contacts.
#include "app/demo/demo.h"
#include <stdlib.h>

#define MINUTE_MS 60000LL
#define DAY_MS 86400000LL
#define FOUNDED_DAYS 1100 // the oldest customers were entered about three years ago

void *plan_grown(Arena *arena, void *items, int count, int *capacity, size_t size) {
        if (count < *capacity)
                return items;
        int more = *capacity ? *capacity * 2 : 1024;
        items = arena_grow(arena, items, (size_t)*capacity * size, (size_t)more * size);
        *capacity = more;
        return items;
}

void plan_add_event(Plan *plan, int64_t at, EventKind kind, int index, int stage) {
        plan->events = plan_grown(plan->arena, plan->events, plan->events_count, &plan->events_capacity, sizeof(PlanEvent));
        plan->events[plan->events_count] = (PlanEvent){.at = at, .kind = kind, .index = index, .stage = stage, .order = plan->events_count};
        plan->events_count++;
}

// ---- Moments

int64_t plan_at(const Plan *plan, int32_t day, int minute) {
        return zone_to_utc(plan->zone, day, minute * (int32_t)MINUTE_MS);
}

int64_t plan_office(Plan *plan, int32_t day) {
        int weekday = date_weekday(day);
        if (weekday >= 6 && chance_hit(&plan->chance, 92))
                day -= weekday - 5;
        int minute = chance_hit(&plan->chance, 88) ? chance_between(&plan->chance, 510, 1110) : chance_between(&plan->chance, 1110, 1290);
        int64_t at = plan_at(plan, day, minute) + chance_below(&plan->chance, 60) * 1000;
        if (at < plan->now)
                return at;
        int64_t start = zone_day_start(plan->zone, plan->today) + 8 * 60 * MINUTE_MS;
        if (start >= plan->now)
                start = plan->now - 3 * 60 * MINUTE_MS;
        return start + (int64_t)(chance_next(&plan->chance) % (uint64_t)(plan->now - start));
}

int64_t plan_between(Plan *plan, int64_t from, int64_t to) {
        int32_t first = zone_day(plan->zone, from), last = zone_day(plan->zone, to);
        int64_t at = plan_office(plan, first + chance_below(&plan->chance, last - first + 1));
        if (at <= from)
                at = from + MINUTE_MS + chance_below(&plan->chance, 40) * MINUTE_MS;
        return at < to ? at : from + (to - from) / 2;
}

// ---- Customers

static int territory_of(int person) {
        static const int territories[] = {EAST, EAST, SOUTH, NORTH, WEST};
        return territories[demo_people[person].department];
}

static int person_named(const char *login) {
        for (int i = 0; i < demo_people_count; i++)
                if (strcmp(demo_people[i].login, login) == 0)
                        return i;
        ensure(false);
}

static bool name_taken(const Plan *plan, Str name, uint32_t *table, uint32_t mask) {
        uint32_t slot = (uint32_t)str_hash(name) & mask;
        for (; table[slot]; slot = (slot + 1) & mask)
                if (str_eq(plan->customers[table[slot] - 1].name, name))
                        return true;
        table[slot] = (uint32_t)plan->customers_count + 1;
        return false;
}

static void name_customer(Plan *plan, PlanCustomer *customer) {
        static const char *const forms[] = {"有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司", "有限责任公司"};
        Chance *chance = &plan->chance;
        const DemoIndustry *industry = &demo_industries[customer->industry];
        const char *word = industry->words[chance_below(chance, 4)];
        Str brand = demo_brand(chance, plan->arena), city = str_from(demo_cities[customer->city].city);
        Str place = chance_hit(chance, 65) ? str_slice(city, 0, city.len - 3) : STR_NONE; // without 市
        customer->name = str_format(plan->arena, STR_FMT STR_FMT "%s%s", STR_ARG(place), STR_ARG(brand), word, chance_pick(chance, forms));
        customer->short_name = str_format(plan->arena, STR_FMT "%s", STR_ARG(brand), word);
        customer->domain = demo_pinyin(plan->arena, brand);
}

static void add_contact(Plan *plan, int customer, int64_t at, const DemoFixedContact *fixed, bool primary) {
        static const char *const positions[] = {"总经理", "副总经理", "总工程师", "采购部经理", "采购主管", "设备部部长", "工程部经理", "生产部主任", "技术科长", "基建处处长", "设备工程师", "项目经理", "财务经理", "采购专员"};
        static const char *const roles[] = {"decider", "decider", "influencer", "influencer", "user", "user", "champion", "champion", "blocker", NULL, NULL};
        plan->contacts = plan_grown(plan->arena, plan->contacts, plan->contacts_count, &plan->contacts_capacity, sizeof(PlanContact));
        PlanContact *contact = &plan->contacts[plan->contacts_count];
        *contact = (PlanContact){.at = at, .customer = customer, .primary = primary, .seed = chance_next(&plan->chance)};
        contact->name = demo_person_name(&plan->chance, plan->arena, &contact->female);
        contact->position = chance_pick(&plan->chance, positions);
        contact->role = chance_pick(&plan->chance, roles);
        if (fixed) {
                contact->name = str_from(fixed->name);
                contact->position = fixed->position;
                contact->role = fixed->role;
                contact->female = fixed->female;
        }
        plan_add_event(plan, at, EVENT_CONTACT, plan->contacts_count++, 0);
}

static void add_contacts(Plan *plan, int index, const DemoFixedCustomer *fixed) {
        static const int weights[] = {48, 32, 14, 6};
        PlanCustomer *customer = &plan->customers[index];
        int count = 1 + chance_weighted(&plan->chance, weights, 4) + (customer->level == 0 ? 1 : 0);
        if (fixed && fixed->contacts)
                count = fixed->contacts;
        customer->contact = plan->contacts_count;
        customer->contacts = count;
        int64_t at = customer->at;
        for (int i = 0; i < count; i++) {
                at = i == 0 ? at + chance_between(&plan->chance, 1, 30) * MINUTE_MS : plan_between(plan, at, at + (plan->now - at) / 3);
                add_contact(plan, index, at, fixed && fixed->contacts ? &demo_fixed_contacts[fixed->contact + i] : NULL, i == 0);
        }
}

static void add_customer(Plan *plan, int owner, const DemoFixedCustomer *fixed, uint32_t *names, uint32_t mask) {
        static const int level_weights[] = {14, 30, 38, 18};
        Chance *chance = &plan->chance;
        PlanCustomer *customer = &plan->customers[plan->customers_count];
        *customer = (PlanCustomer){.owner = owner, .seed = chance_next(chance), .level = chance_weighted(chance, level_weights, 4)};
        int weights[32];
        for (int i = 0; i < demo_industries_count; i++)
                weights[i] = demo_industries[i].weight;
        customer->industry = chance_weighted(chance, weights, demo_industries_count);
        customer->city = demo_city_in(chance, territory_of(owner));
        int days = chance_hit(chance, 45) ? chance_between(chance, PLAN_DAYS, FOUNDED_DAYS) : chance_between(chance, 3, PLAN_DAYS);
        if (fixed) {
                *customer = (PlanCustomer){.owner = owner, .seed = customer->seed, .industry = fixed->industry, .city = demo_city_named(fixed->city), .level = fixed->level[0] - 'A',
                                           .name = str_from(fixed->name), .short_name = str_from(fixed->short_name), .domain = demo_pinyin(plan->arena, str_slice(str_from(fixed->name), 0, 6))};
                days = chance_between(chance, 240, 700);
                (void)name_taken(plan, customer->name, names, mask);
        } else {
                do
                        name_customer(plan, customer);
                while (name_taken(plan, customer->name, names, mask));
        }
        customer->at = plan_office(plan, plan->today - days);
        plan_add_event(plan, customer->at, EVENT_CUSTOMER, plan->customers_count, 0);
        add_contacts(plan, plan->customers_count++, fixed);
}

void plan_customers(Plan *plan) {
        uint32_t mask = 16383;
        uint32_t *names = arena_array(plan->arena, uint32_t, mask + 1);
        int left[64], total = 0;
        plan->customers = arena_array(plan->arena, PlanCustomer, PLAN_CUSTOMERS);
        for (int i = 0; i < demo_people_count; i++)
                total += left[i] = demo_people[i].customers;
        for (int i = 0; i < demo_fixed_customers_count; i++) {
                int owner = person_named(demo_fixed_customers[i].owner);
                add_customer(plan, owner, &demo_fixed_customers[i], names, mask);
                left[owner]--;
                total--;
        }
        while (plan->customers_count < PLAN_CUSTOMERS) {
                int owner = chance_weighted(&plan->chance, left, demo_people_count);
                add_customer(plan, owner, NULL, names, mask);
                left[owner]--;
        }
}

// ---- All of it

static int compare_events(const void *a, const void *b) {
        const PlanEvent *left = a, *right = b;
        if (left->at != right->at)
                return left->at < right->at ? -1 : 1;
        return left->order < right->order ? -1 : left->order > right->order;
}

Plan *plan_make(Arena *arena, const Zone *zone, int64_t now) {
        Plan *plan = arena_new_of(arena, Plan);
        *plan = (Plan){.arena = arena, .zone = zone, .now = now, .today = zone_day(zone, now), .chance = {.state = 20261118}};
        plan_customers(plan);
        plan_deals(plan);
        plan_leads(plan);
        plan_activities(plan);
        plan_tasks(plan);
        qsort(plan->events, (size_t)plan->events_count, sizeof *plan->events, compare_events);
        return plan;
}
