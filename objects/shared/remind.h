// Reminders: records of an object whose remind_at has come and whose reminded_at is empty.
#pragma once
#include "record/record.h"

// Tells the owner of each such record, and who is listed as its reader, (at most 200 a minute) that fulfils the condition, and notes that it was done. condition: SQL over the row t, static text.
// over: the column that says when it is over, of which nobody is told any more; may be NULL.
Status remind_due(Call *call, const char *object, Str condition, const char *over) MUST_USE;
// In a before hook: a reminder that moved is due again.
void remind_again(RecordChange *change);
