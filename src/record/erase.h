// Erasing what fields of a record say, for good: in the row, in its history, in the search index, in the files that they held. Who may order it is asked elsewhere; no
// hooks, rules or requirements are asked, for a law is not bound by them.
#pragma once
#include "record/record.h"

typedef struct EraseCounts { int64_t records, fields, history, files; } EraseCounts;
bool erase_possible(const Field *field);   // stored, of users' making, not a reference, a choice or a total
// The name becomes "Erased #12". Live or in the bin; nothing where there is no such record.
Status record_erase(Call *call, const Object *object, int64_t id, const Str *fields, size_t fields_count, EraseCounts *counts) MUST_USE;

// What identifies somebody: texts that are looked for elsewhere.
typedef struct Needles { Str *texts; size_t count; } Needles;
bool needles_in(const Needles *needles, Str text);
// The same for fields of another record that mention him: what is found is blotted out, a field that mentions nothing is emptied.
Status record_blot(Call *call, const Object *object, int64_t id, const Str *fields, size_t fields_count, const Needles *needles, EraseCounts *counts) MUST_USE;
