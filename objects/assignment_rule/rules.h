// Assignment rules as they are asked: who could get a record, and who gets it. What is read from the database is rules.c's and facts.c's, who of the candidates is
// taken is choose.c's (pure).
#pragma once
#include "access/hours.h"
#include "record/record.h"

typedef enum AssignMethod { ASSIGN_ROUND_ROBIN, ASSIGN_WEIGHTED, ASSIGN_LEAST_LOADED, ASSIGN_PERFORMANCE, ASSIGN_EXPERTISE, ASSIGN_METHODS } AssignMethod;
typedef enum AssignFallback { FALLBACK_NEXT, FALLBACK_USER, FALLBACK_POOL, FALLBACK_KEEP } AssignFallback;
typedef enum AssignOutcome { OUTCOME_NONE, OUTCOME_CHOSEN, OUTCOME_FALLBACK, OUTCOME_POOLED, OUTCOME_KEPT } AssignOutcome;
const char *assign_method_name(AssignMethod method);
AssignMethod assign_method(Str name);                // ASSIGN_METHODS: there is none of this name
const char *assign_outcome_name(AssignOutcome outcome);

// A place in a rule's turn. user: who gets what comes to it, which is a deputy while the member is away.
typedef struct Slot {
        int64_t member, user;
        int64_t weight, capacity;                    // capacity -1: no limit
        bool paused;                                 // takes no part for now
        const char *reason;                          // why not: inactive, paused, absent, no_access, off_hours, capacity; NULL: can be chosen
        int64_t open, score;                         // -1: not asked for. score: matches of expertise, or thousandths of performance
        int64_t current;                             // of weights in turn
} Slot;

// Whose turn it is, as the rule's row keeps it.
typedef struct Turn {
        int64_t last;                                // member who was last, 0: nobody yet
        int64_t at;                                  // his place then: where to go on when he is no member any more
        struct TurnWeight { int64_t member, current; } *weights; size_t weights_count;
        int64_t day;                                 // when the rates were counted, days since 1970
        struct TurnRate { int64_t user, taken, won; } *rates; size_t rates_count;
} Turn;

typedef struct AssignRule {
        int64_t id;                                  // 0: not stored
        Str name, condition;
        int64_t order;
        AssignMethod method;
        AssignFallback fallback;
        int64_t fallback_user, fallback_pool, cadence, response_minutes;
        bool respect_hours;
        int64_t *departments; size_t departments_count;
        const Expr *parsed;                          // NULL: for all, or not parsed so far
        bool ready, broken;                          // ready: its slots are there; broken: its condition is not understood any more
        Slot *slots; size_t slots_count, slots_capacity;
        const Json *members;                         // of a rule that is tried out: instead of the stored ones; NULL: the stored ones
        Turn turn;
        bool turned;                                 // the turn went on: to be written
} AssignRule;

typedef struct Away { int64_t user, deputy; } Away;
typedef struct Load { int64_t user, open; } Load;

// All that is known for deciding about records of one object at one moment.
typedef struct Assigner {
        Call *call;
        const Object *object;
        AssignRule *rules; size_t rules_count, rules_capacity; // active ones, in their order
        Away *away; size_t away_count, away_capacity;
        Load *loads; size_t loads_count, loads_capacity;
        bool open_now;                               // in working hours
        bool writes;                                 // false: tried out, nothing is locked and nothing written
} Assigner;

typedef struct AssignTried { const AssignRule *rule; Slot *slots; size_t count; } AssignTried; // a rule that fitted, and how its candidates stood then
typedef struct AssignDecision {
        AssignOutcome outcome;
        const AssignRule *rule;                      // that decided; NULL: none fitted
        int64_t chosen;                              // 0: nobody
        int64_t pool;                                // into which it goes; 0: none
        int64_t instead_of;                          // whose deputy the chosen one is; 0: nobody's
        AssignTried *tried; size_t tried_count;      // the deciding rule last
} AssignDecision;

// rules.c
// Reads the active rules of an object and, where it writes, holds them until the transaction ends: whoever assigns at the same time waits, so that turns and loads are right.
Status assigner_open(Call *call, const Object *object, bool writes, Assigner **ret) MUST_USE;
// A rule that is not stored so, from a request, in the place of the one with its id or among the others by its order. Mistakes are added at "rule.…".
Status assigner_try(Assigner *assigner, const Json *rule) MUST_USE;
// Who gets this record. The turn and the loads go on as if it were given.
Status assigner_decide(Assigner *assigner, const Record *record, AssignDecision *ret) MUST_USE;
// Writes the turns that went on.
Status assigner_keep(Assigner *assigner) MUST_USE;
Turn turn_parse(Arena *arena, Str text);
Str turn_text(Arena *arena, const Turn *turn);
void candidates_write(const AssignDecision *decision, JsonWriter *w); // [{"user","considered",…}]

// A list that grows in the arena as it needs to: many records of one request each have lists of their own.
void *assign_room(Arena *arena, void *list, size_t count, size_t *capacity, size_t item_size);

// facts.c: what decides about candidates and is read from the database
Status facts_away(Assigner *assigner) MUST_USE;
void facts_settle(const Assigner *assigner, Slot *slot);                      // who gets what comes to a member, or why nobody
Status facts_slots(Assigner *assigner, AssignRule *rule) MUST_USE;             // its members, or the people of its departments
Status facts_loads(Assigner *assigner, const AssignRule *rule) MUST_USE;       // open records of those who are not counted yet
Load *facts_load(Assigner *assigner, int64_t user);                            // NULL: not counted
Status facts_rates(Assigner *assigner, AssignRule *rule) MUST_USE;             // counted once a day
Status facts_expertise(Assigner *assigner, AssignRule *rule, const Record *record) MUST_USE; // sets scores
void facts_sql_open(const Object *object, Sql *where);                         // " and status in (…)": what is open of an object; nothing where it has no stages

// choose.c: pure. Which of the slots that can be chosen; -1: none can. The turn goes on.
int choose_slot(AssignMethod method, Slot *slots, size_t count, Turn *turn, Arena *arena);
