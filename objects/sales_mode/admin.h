// What the objects that make up a sales mode share.
#pragma once
#include "record/record.h"

// Administrators write them, nobody else.
Status process_admin(Call *call, const RecordChange *change) MUST_USE;
// Can records of this object go through a mode's stages?
bool process_suits(const Object *object);
