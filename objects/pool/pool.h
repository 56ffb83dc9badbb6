// Pools: what the records that lie in them do, and the rules by which they get there. The rules are numbered in README.md.
#pragma once
#include "record/record.h"

// ---- pooled.c: hooks of the objects whose records lie in pools
Status pooled_before(Call *call, RecordChange *change) MUST_USE;
Status pooled_after(Call *call, const RecordChange *change) MUST_USE;
// An activity was written: may it set the clock of this record? Its day if so, which is not later than now.
Status pooled_followed(Call *call, const Record *activity, const Object *object, Value *ret) MUST_USE;

// ---- claim.c: their actions
Status pool_claim(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
Status pool_release(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
Status pool_assign(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
Status pool_protect(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
Status pool_claimed_already(Call *call, const Object *object, int64_t id) MUST_USE;
#define POOL_ACTIONS                                                                                                    \
        {.name = "claim", .needs = VERB_READ, .run = pool_claim, .pooled = true, .late = pool_claimed_already},         \
                {.name = "release", .needs = VERB_UPDATE, .run = pool_release},                                         \
                {.name = "assign", .needs = VERB_UPDATE, .run = pool_assign, .pooled = true},                           \
        {.name = "protect", .needs = VERB_UPDATE, .run = pool_protect}

typedef struct PoolLimits { int64_t claim_daily, holding_limit, cooldown_days; } PoolLimits; // 0: none
Status pool_limits(Call *call, int64_t pool, PoolLimits *ret) MUST_USE;
Status pool_claimed_today(Call *call, int64_t pool, int64_t user, int64_t *ret) MUST_USE;
Status pool_held(Call *call, const Object *object, int64_t user, int64_t most, int64_t *ret) MUST_USE; // what he owns and is not closed, counted up to most
bool pool_record_closed(const Record *record);
void pool_where_open(const Object *object, Sql *sql); // " and …" over t, where the object has a stage that ends
void pool_where_flag(Sql *sql, bool value);

// ---- movement.c
typedef enum MovementKind { MOVEMENT_CLAIM, MOVEMENT_RELEASE, MOVEMENT_RECYCLE, MOVEMENT_ASSIGN, MOVEMENT_IMPORT, MOVEMENT_RETURN } MovementKind;
typedef struct Movement { const Object *object; int64_t record, pool, from, to, rule, run; MovementKind kind; Str reason; } Movement;
Str movement_key(MovementKind kind);
Status movement_add(Call *call, const Movement *movement) MUST_USE;
Status movement_take(Call *call, const Record *record, const Movement *movement) MUST_USE; // out of its pool, to movement->to
Status movement_put(Call *call, const Record *record, const Movement *movement) MUST_USE;  // into movement->pool

// ---- due.c: when which record goes, and by which rule
#define POOL_ANY_DAY INT32_MAX
typedef enum PoolClock { CLOCK_FOLLOW_UP, CLOCK_DEAL, CLOCK_GAINED } PoolClock;
typedef struct PoolRuleRow { // as it stands in the database, or in a request
        int64_t id, pool, days, warn_days, order; // id 0: not stored yet
        Str name, condition, departments, clock;
        bool active;
} PoolRuleRow;
typedef struct PoolRule {
        int64_t id, pool;
        Str name;
        PoolClock clock;
        int days, warn_days;
        bool everybody;                                   // departments: whose records, those below them among them
        int64_t *departments; size_t departments_count;
        const Expr *condition, *base, *day;               // condition NULL: all · from when it counts · the day on which it goes
} PoolRule;
typedef struct PoolGuard { int64_t pool; const Expr *protect; bool broken; } PoolGuard; // broken: it is not understood any more, and protects everything
typedef struct PoolRules { const Object *object; PoolRule *items; size_t count; PoolGuard *guards; size_t guards_count; } PoolRules;
Status pool_rule_rows(Call *call, const Object *object, PoolRuleRow **ret, size_t *ret_count) MUST_USE; // active ones of active pools; there is room for one more
Status pool_rules_make(Call *call, const Object *object, PoolRuleRow *rows, size_t count, PoolRules *ret) MUST_USE; // in their order; what is not understood any more is left out
Status pool_rules(Call *call, const Object *object, PoolRules *ret) MUST_USE;
// By which rule this record goes and on which day; *ret_rule NULL: by none. protected: it matches a condition that keeps it.
typedef struct PoolDue { const PoolRule *rule; int32_t day; int64_t base_ms; bool guarded; } PoolDue;
Status pool_due(Call *call, const PoolRules *rules, const Record *record, PoolDue *ret) MUST_USE;
Status pool_guarded(Call *call, const Record *record, int64_t pool, bool *ret) MUST_USE; // does the condition of this pool, or a date, protect it now?
// "from … where …": records t that go by the rule on that day at the latest (POOL_ANY_DAY: some time). guarded: those that would but are protected.
Status pool_due_sql(Call *call, const PoolRules *rules, size_t at, int32_t day, bool guarded, Sql *select) MUST_USE;
Status pool_expr_sql(Call *call, const Expr *expr, Sql *select) MUST_USE;

// ---- sweep.c
#define POOL_SWEEP "pool_sweep"
struct Job;
Status pool_sweep_start(Call *call, int64_t *ret_job) MUST_USE;
Status pool_sweep_run(struct Job *job, void *arg) MUST_USE;
Status pool_warn(Call *call) MUST_USE; // minutely
// What a pool masks changed: its records are searched by other terms from now on. Large pools go on every minute.
Status pool_index_again(Call *call, const Object *object, int64_t pool, int64_t from) MUST_USE;
// The day that owners see, of some records more than after: at most 2,000. *ret_last: the last one; 0: there were none left.
Status pool_foresee(Call *call, const Object *object, int64_t after, int64_t *ret_last) MUST_USE;
Status pool_foresee_again(Call *call, int64_t pool) MUST_USE; // its rules changed: from the next minute on
Status pool_left_minutely(Call *call) MUST_USE;

// ---- simulate.c, report.c
Status pool_simulate(Call *call, const Json *body, JsonWriter *w) MUST_USE;
Status pool_report(Call *call, const Pool *pool, int32_t from, int32_t to, JsonWriter *w) MUST_USE;
