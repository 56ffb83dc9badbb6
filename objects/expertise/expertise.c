// Expertise: named after the colleague and his.
#include "objects/shared/person.h"

const ObjectModule expertise_module = {.object = "expertise", .before = person_record_before, .handover = HANDOVER_NEVER};
