// Inside the record pipeline only: steps that the files of the write half share.
#pragma once
#include "record/record.h"

// history.c
Status history_add(Call *call, const RecordChange *change, int64_t version, Str action) MUST_USE;
// audit_change.c: changes of rights, in the audit log
Status audit_change(Call *call, const RecordChange *change, Str action) MUST_USE;
// outbox.c
Status outbox_add(Call *call, const RecordChange *change, int64_t version) MUST_USE;
// rollup.c: recomputes the stored roll-ups of every parent that this change concerns, and theirs.
Status rollup_update(Call *call, const RecordChange *change) MUST_USE;
// validate.c: rights by field, required, references, limits; adds every error and returns STATUS_INVALID when there is one.
Status validate_rights(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) MUST_USE;
Status validate_record(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) MUST_USE;
Str field_path(Call *call, const WriteOptions *options, const Field *field);
// rows.c: records as rows of the expression language. What paths reach is loaded, each record once: make one for each change, it does not see later writes.
ExprRows record_rows(Call *call);           // all there is: for conditions the system decides
ExprRows record_rows_of_reader(Call *call); // what the actor may see, as in filters: other records are null, other children are not counted
// record.c
Record *record_new(Arena *arena, const Object *object);
void record_select(Sql *select, const Object *object);                    // "select <stored columns> from table"; to be read by:
Record *record_take(Arena *arena, const Object *object, Rows *rows);
Status record_read_row(Call *call, const Object *object, int64_t id, bool deleted, bool lock, Record **ret) MUST_USE; // *ret NULL: absent
bool record_changed(const RecordChange *change, const Field *field);
// write.c: what the system fills in where nothing is given. filled: by field index, may be NULL; numbered: numbers are given out too, which is a write.
Status record_defaults(Call *call, Record *record, const bool *given, const Value *filled, const ExprRows *rows, bool numbered) MUST_USE;
void record_follow_owner(Call *call, RecordChange *change); // the department follows; a record whose owner has none keeps none
// rules.c: the object's rules and validations, asked of a change or of what stands in a form.
typedef struct Rules {
        Call *call;
        const Object *object;
        const Actor *actor;      // whose rules: his roles, and when reader is set his names
        bool reader;             // what he may not know is not there
        const Record *before;    // NULL: a new one
        const Record *after;
        const bool *touched;     // by field index: what the change touches
        bool *bad;               // has an error: what mentions it is not asked
        ExprEnv env;
        ExprRows rows;
} Rules;
// Does it hold for this record? *ret_known false: the reader may not know what it names.
Status rules_condition(Rules *rules, const Condition *condition, const Record *record, bool *ret_known, bool *ret_holds) MUST_USE;
// *ret_any: some rule of this effect concerns the field and the actor; *ret_holds: one of them holds. touching: only those that the change touches.
Status rules_effect(Rules *rules, const Field *field, RuleEffect effect, bool touching, bool *ret_any, bool *ret_holds) MUST_USE;
Status rules_shown(Rules *rules, const Field *field, bool *ret) MUST_USE;
// Adds the errors of validations that the change touches.
Status rules_validate(Rules *rules, const WriteOptions *options) MUST_USE;
bool rules_apply(const Actor *actor, const Str *roles, size_t count);
bool rules_blank(const Field *field, Value value);
// Before a change is stored: refuses what locks, requirements and validations do not allow, as far as they bind this write.
Status rules_enforce(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) MUST_USE;
// sequence.c
Status sequence_next(Call *call, Str name, int64_t *ret) MUST_USE;
Status auto_number_next(Call *call, const Field *field, Str *ret) MUST_USE;
// record.c: may the actor do this to a stored record?
Status record_allowed(Call *call, Verb verb, const Record *record, bool *ret) MUST_USE;
const ObjectModule *record_module(const Call *call, const Object *object); // NULL: none
