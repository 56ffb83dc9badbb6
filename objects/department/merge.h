// One department into another: everything that names it names the other one from then on.
#pragma once
#include "flow/job.h"

#define MERGE_JOB "department_merge"
#define MERGE_UNDO_DAYS 30

// Action merge {"into": id}: administrators only. Answers {"id","job"}.
Status action_merge(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
Status merge_run(Job *job, void *request) MUST_USE;

// Fields by which records belong to departments or name them: references, and lists of references.
typedef struct NamingField { const Object *object; const Field *field; } NamingField;
void department_fields(Call *call, NamingField **ret, size_t *ret_count);
void department_named(const NamingField *naming, int64_t department, Sql *where); // the condition that a record names it so
// Roles whose grants name it in a condition, and grants that name the other one instead. *ret STR_NONE: they do not name it.
Status grants_renamed(Call *call, Str grants, int64_t from, int64_t into, Str *ret) MUST_USE;
