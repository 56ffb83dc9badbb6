// Handing over what somebody holds who leaves: what it is, to whom it goes by rules, and moving it as a job that can be taken back.
#pragma once
#include "flow/job.h"

#define HANDOVER_JOB "handover"
#define HANDOVER_LARGEST 500000
#define HANDOVER_UNDO_DAYS 30

typedef struct HeldField { // records that name him in this field are his
        const Object *object;
        const Field *field;
        bool stays;         // unless a rule names it
        Str key;            // "customer.owner"
} HeldField;
// What he may hold, as far as the actor may read it: from the catalog, so that new objects and fields are there by themselves.
void held_fields(Call *call, HeldField **ret, size_t *ret_count);

typedef struct HandoverRule {
        Str of, filter;     // of: a key, or "*" for all that does not stay
        int64_t *to;        // in turn; none: it stays with him. Below zero: not a colleague, but the pool of that number
        size_t to_count;
} HandoverRule;
typedef struct Handover {
        int64_t user;
        HandoverRule *rules; size_t rules_count;
        bool disable;       // at the end
        Str request;        // kept with the job
} Handover;
// May the actor hand over what this person holds? STATUS_NOT_FOUND, STATUS_FORBIDDEN.
Status handover_may(Call *call, int64_t user) MUST_USE;
// {"rules":[{"of","filter","to":[…]}],"disable"}: takes it apart; errors at rules[i].filter …
Status handover_take(Call *call, int64_t user, const Json *body, Handover *ret) MUST_USE;

void receiver_put(JsonWriter *w, const Access *access, int64_t receiver); // "user": {"id","name"}, or "pool"
typedef struct HeldRecord { int64_t object, record, field, to; } HeldRecord; // to 0: it stays
typedef struct HandoverPlan {
        HeldField *fields; size_t fields_count;
        size_t *first;      // by field: where its records begin in records; first[fields_count]: their number
        HeldRecord *records;
        size_t count, capacity;
} HandoverPlan;
// Who gets what, decided as it is now. STATUS_INVALID "handover_too_many".
Status handover_plan(Call *call, const Handover *handover, HandoverPlan *ret) MUST_USE;
Status handover_write(Call *call, const Handover *handover, const HandoverPlan *plan, JsonWriter *w) MUST_USE; // numbers, for the screen

Status handover_start(Call *call, const Handover *handover, int64_t *ret_job) MUST_USE;
Status handover_run(Job *job, void *request) MUST_USE;
