// Inside the import only: a map bound to an object and a table's columns.
#pragma once
#include "link/import/import.h"

typedef enum Missing { MISSING_ERROR, MISSING_CREATE, MISSING_SKIP, MISSING_NULL } Missing;

typedef struct Target {       // one column feeding one field
        int column;           // -1: a constant
        const Field *field;
        Str constant;
        const Field *match;   // field of the referenced object that the cell is compared with
        const Json *values;   // cell → replacement; NULL: none
        Str format;           // of dates
        Str transform;        // "login": a sign-in name made of a person's name
        int64_t scale;        // numbers are multiplied by it; 0: not
        Missing missing;
        bool second_pass;
} Target;

typedef struct Map {
        Target *targets; size_t count;
        const Target *key;     // NULL: rows are always created
        bool create, update;
        Str unmapped;
} Map;

// As far as the actor knows the fields.
Status map_bind(Context *context, const Actor *actor, const Object *object, const Table *table, Str source, Map *ret) MUST_USE;
// The cell as the field will be given it: replaced, transformed, dates rewritten to ISO.
Status map_cell(Context *context, const Target *target, Str cell, Str *ret) MUST_USE;
