// Records that are about one colleague (his absences, what he knows): they are named after him and belong to him, and whoever may write those of his department writes them.
#pragma once
#include "record/record.h"

Status person_record_before(Call *call, RecordChange *change) MUST_USE;
