// Inside of merging: what refers to some records refers to another one instead.
#pragma once
#include "record/record.h"

typedef struct MoveTo {
        Call *call;
        const Object *object;
        int64_t survivor;
        const int64_t *with; size_t with_count;
        int64_t job;        // whose changes they are
        int64_t moved;      // counted on
} MoveTo;
// How many records refer to them, at most limit.
Status moved_count(const MoveTo *move, int64_t limit, int64_t *ret) MUST_USE;
// At most about limit of them. *ret_more: call again.
Status move_some(MoveTo *move, int limit, bool *ret_more) MUST_USE;
// A value of the field after the move. own: of the record that stays, which is not to refer to itself.
Status moved_value(const MoveTo *move, const Field *field, Value value, bool own, Value *ret) MUST_USE;
