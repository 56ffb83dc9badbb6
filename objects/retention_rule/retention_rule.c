// Rules of keeping: administrators write them, and each is understood before it is stored.
#include "flow/purge.h"

static Status before(Call *call, RecordChange *change) {
        Keeping keeping;
        Json *fields = NULL;
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        Str list = record_str(change->after, "fields");
        if (list.len)
                TRY(json_parse(call->context, list, 2, &fields));
        Status status = keeping_check(call, record_str(change->after, "object"), record_str(change->after, "condition"), record_str(change->after, "action"), fields, &keeping);
        return status == STATUS_INVALID ? STATUS_OK : status; // told with the other errors
}

const ObjectModule retention_rule_module = {.object = "retention_rule", .before = before};
