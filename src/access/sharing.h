// Sharing rules: records of an object that match a condition are read (or written) by some people beside what their scopes cover. See README.md.
#pragma once
#include "access/access.h"

bool sharing_suits(const Object *object);                                         // may there be sharing rules over it?
bool sharing_over(const Access *access, const Object *object);                    // are there any in effect?
// A condition over the record's own fields, the same whoever asks and when: errors as those of expr_parse().
Status sharing_parse(Context *context, const Catalog *catalog, const Object *object, Str source, const Expr **ret) MUST_USE;
const SharingRule *access_rule(const Access *access, int64_t id);                 // NULL: not in effect
// Through what a rule is somebody's: his role, a department of the rule that he is in or below, himself. 0, false: not so.
int64_t sharing_role(const SharingRule *rule, const Actor *actor);
int64_t sharing_department(const SharingRule *rule, const Actor *actor);
bool sharing_user(const SharingRule *rule, const Actor *actor);
