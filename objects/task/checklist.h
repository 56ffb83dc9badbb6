// The list of things to tick off in a task: [{"text","done"}].
#pragma once
#include "record/record.h"

// Adds what is wrong at checklist[3].text and the like; a list that is right is stored with both members in each entry.
Status checklist_take(Context *context, Record *task) MUST_USE;
