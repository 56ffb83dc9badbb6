// Dates and local times as cells of files hold them.
#pragma once
#include "base/date.h"

// "2026-1-5", "2026/1/5 8:30", "2026年1月5日 8:30:15", "20260105", "2026-01-05T08:30"; text folded and trimmed. *ret_ms: of the day, -1 without a time.
bool cell_time(Str text, int32_t *ret_day, int32_t *ret_ms);
