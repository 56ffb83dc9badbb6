// How much a record is at risk, and why: the active rules of its object that hold, their weights added up. For the hooks of objects that have `risk` and `risks`.
#pragma once
#include "flow/job.h"

// Asks the rules of a stored record, and writes what came out past the pipeline, as roll-ups are: it is no change of anybody's. A closed record has no risk.
Status risk_renew(Call *call, const Record *record) MUST_USE;
// All open records once more, for what depends on the day: orders the job.
Status risk_order(Call *call) MUST_USE;
// The rules that come with the program, each once.
Status risk_ship(Call *call) MUST_USE;
