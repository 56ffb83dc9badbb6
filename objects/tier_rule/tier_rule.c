// Rules of a tier model: understood before they are stored; each change of one concerns every customer.
#include "objects/tier_model/tier.h"
#include "record/write.h"

static Status before(Call *call, RecordChange *change) {
        TierModel model = {0};
        TierRule rule;
        Record *parent = NULL;
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        Value id = change->after ? record_value(change->after, "model") : VALUE_NONE;
        if (id.kind != VALUE_INTEGER)
                return STATUS_OK; // required
        TRY(record_read_row(call, catalog_get(call->catalog, "tier_model"), id.integer, false, false, &parent));
        model.object = parent ? catalog_find(call->catalog, str_trim(record_str(parent, "object"))) : NULL;
        if (!tier_suits(model.object))
                return STATUS_OK; // told by the reference check
        record_set(change->after, "object", value_text(model.object->name));
        Status status = tier_rule_take(call, STR_NONE, str_trim(record_str(change->after, "tier")), str_trim(record_str(change->after, "condition")), &model, &rule);
        return status == STATUS_INVALID ? STATUS_OK : status; // told with the others
}

static Status start(Call *call, const Record *rule) {
        Value id = rule ? record_value(rule, "model") : VALUE_NONE;
        TierModel *model = NULL;
        if (id.kind == VALUE_INTEGER)
                TRY(tier_model_load(call, id.integer, &model));
        return model ? tier_start(call, model->id) : STATUS_OK;
}

static Status after(Call *call, const RecordChange *change) {
        TRY(start(call, change->after));
        return change->before && change->after && value_eq(record_value(change->before, "model"), record_value(change->after, "model")) ? STATUS_OK : start(call, change->before);
}

const ObjectModule tier_rule_module = {.object = "tier_rule", .before = before, .after = after};
