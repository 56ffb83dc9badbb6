// How fair assignment is: what each colleague was given, and what became of it, as far as the reader may see.
#pragma once
#include "record/record.h"

typedef struct AssignReport { const Object *object; int64_t from_ms, to_ms; } AssignReport;
// {"items":[{"user","assigned","qualified","converted","won_amount","response_minutes","responded","overdue"}]}, whoever was given most first.
Status assign_report(Call *call, const AssignReport *report, JsonWriter *w) MUST_USE;
