// How soon the owner of a record says something to it: the clock that begins when it is given to him, and who is told when he is late. For objects with the fields
// assigned_at, response_due_at, first_response_at, response_minutes, escalated_at.
#pragma once
#include "record/record.h"

// In `before`: whoever gets a record has a clock of his own; one that is settled has none any more.
Status response_before(Call *call, RecordChange *change) MUST_USE;
// The clock of a record that is being given away: minutes of working time, 0: it is only noted when.
void response_begin(Call *call, Record *record, int64_t minutes);
// A follow-up on the record: adds to input what it means, where it is the owner's first.
void response_note(Call *call, const Record *record, RecordInput *input);
// Who is late: his superior, or whom the rule names, is told once. Every minute.
Status response_escalate(Call *call) MUST_USE;
