// A contact: the first one of a customer is its primary contact; where it works is kept.
#include "objects/affiliation/affiliation.h"

static Status has_primary(Call *call, int64_t customer, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from contact where customer_id = ");
        sql_int(&select, customer);
        sql(&select, " and deleted_at is null and \"primary\" = ");
        sql_value(&select, value_bool(true));
        sql(&select, " limit 1");
        int64_t one = 0;
        return db_get_int(call->db, &select, &one, ret);
}

static Status before(Call *call, RecordChange *change) {
        Value customer = change->after ? record_value(change->after, "customer") : VALUE_NONE;
        if (change->kind != CHANGE_CREATE || customer.kind != VALUE_INTEGER || change->given[object_get(change->object, "primary")->index])
                return STATUS_OK;
        bool found = false;
        TRY(has_primary(call, customer.integer, &found));
        record_set(change->after, "primary", value_bool(!found));
        return STATUS_OK;
}

const ObjectModule contact_module = {.object = "contact", .before = before, .after = affiliation_follow};
