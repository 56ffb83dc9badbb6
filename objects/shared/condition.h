// Conditions that people write into records and requests.
#pragma once
#include "record/record.h"

// Is it a condition over this object, in names that the actor may use? Else its mistake is added at path, with the position.
void condition_check(Call *call, const Object *object, Str path, Str source);
