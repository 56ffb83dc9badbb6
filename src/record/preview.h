// What a change of a role's grants would do, told before it is made: who would lose or gain sight of how many records, which rights and fields would change for whom.
#pragma once
#include "record/record.h"

// For administrators. grants: JSON as the role would keep it; mistakes are added at "grants.…". Writes
//   {"people":12,
//    "records":[{"object","verb":"read|update|delete","lose":{"people":12,"records":340},"gain":{…},"exact":true,"who":[{"id","name","lose":30,"gain":0},…]},…],
//    "rights":[{"object","right":"create|export|…","people":12,"given":false},…],
//    "fields":[{"object","field","label","from":"read","to":"mask","people":12},…]}
// records: different ones, counted over everyone concerned; who: at most 20, those whom it touches most. exact false: rights by expression were counted up to a limit.
Status query_preview(Call *call, int64_t role, Str grants, JsonWriter *w) MUST_USE;
