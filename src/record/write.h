// Inside the record pipeline only: steps that the files of the write half share.
#pragma once
#include "record/record.h"

// history.c
Status history_add(Call *call, const RecordChange *change, int64_t version, Str action) MUST_USE;
// outbox.c
Status outbox_add(Call *call, const RecordChange *change, int64_t version) MUST_USE;
// rollup.c: recomputes the stored roll-ups of every parent that this change concerns, and theirs.
Status rollup_update(Call *call, const RecordChange *change) MUST_USE;
// validate.c: rights by field, required, references, limits; adds every error and returns STATUS_INVALID when there is one.
Status validate_rights(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) MUST_USE;
Status validate_record(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) MUST_USE;
Str field_path(Call *call, const WriteOptions *options, const Field *field);
// rows.c: records as rows of the expression language, loading what paths reach (without rights: for conditions the system decides).
ExprRows record_rows(Call *call);
Status record_read_row(Call *call, const Object *object, int64_t id, bool deleted, bool lock, Record **ret) MUST_USE; // *ret NULL: absent
bool record_changed(const RecordChange *change, const Field *field);
// sequence.c
Status sequence_next(Call *call, Str name, int64_t *ret) MUST_USE;
Status auto_number_next(Call *call, const Field *field, Str *ret) MUST_USE;
// scope.c: may the actor do this to a stored record?
Status record_allowed(Call *call, const Object *object, Verb verb, const Record *record, bool *ret) MUST_USE;
const ObjectModule *record_module(const Call *call, const Object *object); // NULL: none
