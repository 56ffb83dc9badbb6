// Giving records to colleagues by rules: what objects with an owner call in their hooks and actions.
#pragma once
#include "record/record.h"

// In `before`: a record that is made with auto_assign gets its owner from the rules. In `after`: why, whom to tell, the tasks of the rule's cadence.
Status assignment_before(Call *call, RecordChange *change) MUST_USE;
Status assignment_after(Call *call, const RecordChange *change) MUST_USE;
// Action assign_by_rules {}: takes the right to transfer beside its own.
Status action_assign_by_rules(Call *call, const Record *record, const Json *body, JsonWriter *w) MUST_USE;
// Those who got records of an import are told once how many. Every minute.
Status assignment_tell(Call *call) MUST_USE;

// The rule that a record was given by last: 0 where it was none, or it is gone.
typedef struct LastRule { int64_t id, cadence, response_minutes, escalate_user; bool to_user; } LastRule;
Status assignment_last_rule(Call *call, const Object *object, int64_t record, LastRule *ret) MUST_USE;
