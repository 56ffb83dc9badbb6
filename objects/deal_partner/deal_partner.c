// A party to a deal: named after its company.
#include "objects/shared/naming.h"

static Status before(Call *call, RecordChange *change) {
        static const char *const fields[] = {"customer", NULL};
        return name_from_references(call, change, fields);
}

const ObjectModule deal_partner_module = {.object = "deal_partner", .before = before};
