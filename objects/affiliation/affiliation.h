// Affiliations follow their contact.
#pragma once
#include "record/record.h"

// After a change of a contact: who came to another company has left the one before; a new position is noted.
Status affiliation_follow(Call *call, const RecordChange *change) MUST_USE;
