// What has to be done to a database when one catalog follows another. Comparing is pure; the steps can be shown before they are run.
#pragma once
#include "meta/meta.h"

typedef enum StepKind {
        STEP_CREATE_TABLE,
        STEP_ADD_COLUMN,   // a field's own or its sort key's
        STEP_DROP_INDEX,
        STEP_FILL_SORT,    // sort keys of what is there already
        STEP_FILL_ROLLUP,  // totals over what is there already
        STEP_CREATE_INDEX,
} StepKind;

typedef struct Step {
        StepKind kind;
        const Object *object;
        const Field *field;    // STEP_ADD_COLUMN, STEP_FILL_…
        Str column;            // STEP_ADD_COLUMN
        ValueKind column_kind;
        const IndexDef *index; // STEP_…_INDEX
} Step;

typedef struct Steps { Step *items; size_t count, capacity; } Steps;

// In the order they must run. from: NULL, or the catalog the database has now. The steps point into both catalogs.
Steps catalog_diff(Arena *arena, const Catalog *from, const Catalog *to);
void step_text(Buf *buf, const Step *step);            // e.g. "add column customer.level"
Status steps_run(Db *db, const Steps *steps) MUST_USE; // within the transaction
