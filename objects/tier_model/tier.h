// Tiers: in which tier a customer is by the active model of its object, and what follows from that. Rules are in README.md.
#pragma once
#include "flow/job.h"
#include "record/record.h"

#define TIER_JOB "tiering"
#define TIER_MEASURES 3 // recency, frequency, monetary
#define TIER_CUTS 4
#define TIER_RULES_LARGEST 100

typedef struct TierMeasure {
        const Expr *expr;                                       // NULL: there is none, and no score
        Decimal cuts[TIER_CUTS];                                // ascending
        bool has_cuts;
} TierMeasure;
typedef struct TierRule { int64_t id, follow_up_days; Str name, tier; const Expr *condition; } TierRule; // condition NULL: all the rest
typedef struct TierModel {
        int64_t id;
        const Object *object;
        TierMeasure measures[TIER_MEASURES];
        bool quintiles;
        TierRule *rules;                                        // in their order
        size_t rules_count;
} TierModel;

bool tier_suits(const Object *object);                          // has the fields that a model writes
// Takes a model apart, stored or not; rules are added by tier_rule_take(). Errors are added at the fields' names, before them path.
Status tier_model_take(Call *call, const Record *model, TierModel *ret) MUST_USE;
Status tier_rule_take(Call *call, Str path, Str tier, Str condition, TierModel *model, TierRule *ret) MUST_USE;
// A stored model with its rules; what is not understood any more (a field was retired) is left out. *ret NULL: none, or not active.
Status tier_model_load(Call *call, int64_t id, TierModel **ret) MUST_USE;
Status tier_model_active(Call *call, const Object *object, TierModel **ret) MUST_USE;

// ---- Where a record belongs
typedef struct TierPlace { int64_t scores[TIER_MEASURES]; const TierRule *rule; } TierPlace; // score 0: none; rule NULL: no tier
// The measures of one record, as numbers; *ret_has by measure. Recency in days.
typedef Status (*TierRow)(void *arg, int64_t id, const Decimal *measures, const bool *has);
Status tier_measures(Call *call, const TierModel *model, const int64_t *ids, size_t count, TierRow row, void *arg) MUST_USE; // ids NULL: of all
// Sorts the values; *ret_cuts divide them into fifths. False: there are too few different ones.
bool tier_fifths(Decimal *values, size_t count, Decimal *ret_cuts);
Status tier_place(Call *call, const TierModel *model, const Record *record, const Decimal *measures, const bool *has, TierPlace *ret) MUST_USE;
// Puts a stored record where it belongs; writes nothing where it is there already.
Status tier_apply(Call *call, const TierModel *model, int64_t id) MUST_USE;
// After a change of a customer, or of what its measures may count: it is put where it belongs, in the same transaction.
Status tier_follow(Call *call, const RecordChange *change) MUST_USE;
Status tier_follow_customer(Call *call, const RecordChange *change, const char *reference) MUST_USE;

// ---- All of them, as a job
Status tier_start(Call *call, int64_t model) MUST_USE;          // orders it, unless it waits already
Status tier_run(Job *job, void *request) MUST_USE;
