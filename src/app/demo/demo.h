// The demo company, a maker of industrial pumps and valves: a plan of everything that happened in it is drawn from a fixed seed, put in the order of time, and
// played through the record pipeline with the clock of each moment. The same seed and the same day give the same company. All people and companies are invented.
#pragma once
#include "app/command.h"
#include "flow/job.h"

// ---- Chance

typedef struct Chance { uint64_t state; } Chance; // splitmix64

uint64_t chance_next(Chance *chance);
int chance_below(Chance *chance, int limit);            // 0 … limit - 1
int chance_between(Chance *chance, int least, int most);
bool chance_hit(Chance *chance, int percent);
int chance_weighted(Chance *chance, const int *weights, int count);
int64_t chance_bell(Chance *chance);                    // thousandths of a standard deviation, about normal
int64_t chance_log(Chance *chance, int64_t median, int spread_percent); // about log-normal
#define chance_pick(chance, list) ((list)[chance_below((chance), (int)(sizeof(list) / sizeof *(list)))])

// ---- Words (data.c)

enum { EAST, SOUTH, NORTH, WEST, TERRITORIES };

typedef struct DemoCity {
        const char *province, *city, *code;   // code: of its telephones
        int lat, lng;                          // ten-thousandths of a degree
        int territory;
        const char *districts[4];
} DemoCity;

typedef struct DemoIndustry {
        const char *section;                   // GB/T 4754
        const char *type;                      // of customer
        const char *words[4];                  // in the company's name
        int weight;
} DemoIndustry;

typedef struct DemoDepartment { const char *name; int parent, head; } DemoDepartment; // parent -1: the root; head: a person, -1: none
typedef struct DemoPerson { const char *name, *login, *position; int department; const char *role; int customers; } DemoPerson; // customers: of how many owner, 0: sells nothing
typedef struct DemoProduct { const char *code, *name, *category, *unit, *specification; int price, cost; } DemoProduct;
typedef struct DemoCompetitor { const char *name, *price_level, *strengths, *weaknesses, *website; } DemoCompetitor;
typedef struct DemoFixedCustomer { const char *name, *short_name, *city; int industry; const char *level, *owner; int contact, contacts; } DemoFixedCustomer; // contact: the first in demo_fixed_contacts
typedef struct DemoFixedContact { const char *name, *position, *role; bool female; } DemoFixedContact;
typedef struct DemoFixedDeal { int customer; const char *name; int amount, stage, age_days, next_days, next_minute; } DemoFixedDeal;
typedef struct DemoFixedTask { const char *title; int customer, days, minute; const char *priority; } DemoFixedTask; // days from today; minute of the day

extern const DemoCity demo_cities[];             extern const int demo_cities_count;
extern const DemoIndustry demo_industries[];     extern const int demo_industries_count;
extern const DemoDepartment demo_departments[];  extern const int demo_departments_count;
extern const DemoPerson demo_people[];           extern const int demo_people_count;
extern const DemoProduct demo_products[];        extern const int demo_products_count;
extern const DemoCompetitor demo_competitors[];  extern const int demo_competitors_count;
extern const DemoFixedCustomer demo_fixed_customers[]; extern const int demo_fixed_customers_count;
extern const DemoFixedContact demo_fixed_contacts[];
extern const DemoFixedDeal demo_fixed_deals[];   extern const int demo_fixed_deals_count;
extern const DemoFixedTask demo_fixed_tasks[];   extern const int demo_fixed_tasks_count;

// ---- Names and texts (names.c, texts.c), in the arena

Str demo_person_name(Chance *chance, Arena *arena, bool *ret_female);
Str demo_brand(Chance *chance, Arena *arena);
Str demo_pinyin(Arena *arena, Str text);
Str demo_mobile(Chance *chance, Arena *arena);                           // of ranges that no operator has
Str demo_telephone(Chance *chance, Arena *arena, const DemoCity *city);  // begins with 1 after the area's code, as no telephone does
Str demo_address(Chance *chance, Arena *arena, const DemoCity *city);
Str demo_position(Chance *chance, Arena *arena, const DemoCity *city);   // "30.2741,120.1551"
Str demo_credit_code(Chance *chance, Arena *arena);
int demo_city_named(const char *city);
int demo_city_in(Chance *chance, int territory);
Str demo_activity_text(Chance *chance, Arena *arena, Str type, Str contact, Str product);
Str demo_requirement(Chance *chance, Arena *arena, Str product);
Str demo_task_title(Chance *chance, Arena *arena, Str customer);
const char *demo_deal_subject(Chance *chance);
const char *demo_lost_reason(Chance *chance);
const char *demo_reject_reason(Chance *chance);

// ---- The plan (plan*.c): what there is, and what happens when

enum { STAGE_INITIAL, STAGE_QUALIFIED, STAGE_PROPOSAL, STAGE_NEGOTIATION, STAGE_WON, STAGE_LOST, STAGES };
enum { LEAD_NEW, LEAD_CONTACTED, LEAD_QUALIFIED, LEAD_CONVERTED, LEAD_REJECTED };
enum { TARGET_CUSTOMER, TARGET_DEAL, TARGET_LEAD };

typedef struct PlanCustomer { int64_t at, id; int owner, city, industry, level, contact, contacts; Str name, short_name, domain; uint64_t seed; bool formal; } PlanCustomer;
typedef struct PlanContact { int64_t at, id; int customer; Str name; const char *position, *role; bool female, primary; uint64_t seed; } PlanContact;
typedef struct PlanDeal { int64_t at, id, stage_at[STAGES]; int customer, contact, product, competitor, stage, lead; int64_t amount; int32_t start_day, close_day; Str name; const char *reason; } PlanDeal; // stage_at: 0: never in it
typedef struct PlanLead { int64_t at, id, decided_at; int owner, city, industry, status, deal, product; Str name, company, domain; uint64_t seed; } PlanLead;
typedef struct PlanTask { int64_t at, id, due_at, done_at; int owner, target_kind, target; Str title; const char *priority; bool doing; } PlanTask;
typedef struct PlanActivity { int64_t at, next_at; int owner, target_kind, target, contact, product; uint64_t seed; } PlanActivity;

typedef enum EventKind { EVENT_CUSTOMER, EVENT_CONTACT, EVENT_LEAD, EVENT_DEAL, EVENT_STAGE, EVENT_CONVERT, EVENT_DECIDE, EVENT_ACTIVITY, EVENT_CALM, EVENT_TASK, EVENT_DONE } EventKind;
typedef struct PlanEvent { int64_t at; EventKind kind; int index, stage, order; } PlanEvent;

typedef struct Plan {
        Arena *arena;
        const Zone *zone;
        int64_t now;
        int32_t today;
        Chance chance;
        PlanCustomer *customers; int customers_count;
        PlanContact *contacts;   int contacts_count, contacts_capacity;
        PlanDeal *deals;         int deals_count;
        PlanLead *leads;         int leads_count;
        PlanTask *tasks;         int tasks_count, tasks_capacity;
        PlanActivity *activities; int activities_count, activities_capacity;
        PlanEvent *events;       int events_count, events_capacity;
} Plan;

#define PLAN_CUSTOMERS 2000
#define PLAN_LEADS 5000
#define PLAN_DEALS 1500
#define PLAN_ACTIVITIES 20000
#define PLAN_DAYS 548 // eighteen months

Plan *plan_make(Arena *arena, const Zone *zone, int64_t now);
void *plan_grown(Arena *arena, void *items, int count, int *capacity, size_t size); // room for one more item
void plan_add_event(Plan *plan, int64_t at, EventKind kind, int index, int stage);
int64_t plan_at(const Plan *plan, int32_t day, int minute);           // a moment of a day; never later than now
int64_t plan_office(Plan *plan, int32_t day);                          // some moment of office hours on that day or a working day near it; never later than now
int64_t plan_between(Plan *plan, int64_t from, int64_t to);            // an office moment between the two
void plan_customers(Plan *plan);
void plan_deals(Plan *plan);
void plan_leads(Plan *plan);
void plan_activities(Plan *plan);
void plan_tasks(Plan *plan);

// ---- People and playing

typedef struct Demo {
        Context *context;
        Org *org;
        Plan *plan;
        int64_t departments[32], people[64], products[64], competitors[16]; // ids
        void (*progress)(void *arg, const char *key, int64_t done, int64_t total);
        void *arg;
        bool beside;   // in a company that is at work already: nobody of the demo can sign in or is an administrator, and writes are short
} Demo;

#define DEMO_SLICE_US 8000 // writing in one transaction beside people at work, who wait for it

#define DEMO_PASSWORD "haike-demo"

Status demo_people_create(Demo *demo) MUST_USE;
Status demo_goods_create(Demo *demo) MUST_USE;
Status demo_process_create(Demo *demo) MUST_USE;                         // sales modes, before the first deal
Status demo_risk(Demo *demo) MUST_USE;                                   // after the plan was played: orders the job
Status demo_play(Demo *demo) MUST_USE;
Status demo_calendar(Demo *demo) MUST_USE;                               // after the plan was played: events around today, comments, attachments
Status demo_pools(Demo *demo) MUST_USE;                                  // last: public pools, and what went silent lies in them
Str demo_picture(Arena *arena, Chance *chance);                           // PNG
// A value as people write it, into a field; what does not fit the field is our own mistake.
Status demo_put(Call *call, RecordInput *input, const char *field, Str text) MUST_USE;

// ---- Jobs of a server: POST /setup with demo, DELETE /demo

Status demo_fill(Job *job, void *arg) MUST_USE;
Status demo_remove(Job *job, void *arg) MUST_USE;
