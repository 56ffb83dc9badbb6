// Where a contact works or worked: named after both; kept by the contact's hook, and by hand for further companies.
#include "objects/affiliation/affiliation.h"
#include "objects/shared/naming.h"

static Status before(Call *call, RecordChange *change) {
        static const char *const fields[] = {"contact", "customer", NULL};
        return name_from_references(call, change, fields);
}

const ObjectModule affiliation_module = {.object = "affiliation", .before = before};

// ---- After changes of a contact

// The entry that has not ended, of this contact at this company; the newest one.
static Status current_of(Call *call, int64_t contact, int64_t customer, int64_t *ret, bool *ret_found) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"affiliation\" where deleted_at is null and \"to\" is null and \"contact_id\" = ");
        sql_int(&select, contact);
        sql(&select, " and \"customer_id\" = ");
        sql_int(&select, customer);
        sql(&select, " order by \"id\" desc limit 1");
        return db_get_int(call->db, &select, ret, ret_found);
}

static Status end(Call *call, const Object *object, const Record *contact, Value customer) {
        int64_t id = 0;
        bool found = false;
        if (customer.kind == VALUE_INTEGER)
                TRY(current_of(call, contact->id, customer.integer, &id, &found));
        if (!found)
                return STATUS_OK;
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "to", value_date(zone_day(call->catalog->zone, call->context->now_ms)));
        return record_update(call, object, id, input, &(WriteOptions){.as_system = true, .action = STR("affiliation")});
}

static Status begin(Call *call, const Object *object, const Record *contact, bool moved) {
        Value customer = record_value(contact, "customer");
        int64_t id = 0;
        bool found = false;
        if (customer.kind != VALUE_INTEGER)
                return STATUS_OK;
        TRY(current_of(call, contact->id, customer.integer, &id, &found));
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "position", record_value(contact, "position"));
        WriteOptions options = {.as_system = true, .action = STR("affiliation")};
        if (found)
                return record_update(call, object, id, input, &options);
        record_input_set(input, "contact", value_int(contact->id));
        record_input_set(input, "customer", customer);
        record_input_set(input, "owner", record_value(contact, "owner"));
        if (!moved) // how long somebody had been there when he was entered is not known
                record_input_set(input, "from", VALUE_NONE);
        return record_create(call, input, &options, &id);
}

Status affiliation_follow(Call *call, const RecordChange *change) {
        const Object *object = catalog_find(call->catalog, STR("affiliation"));
        if (!object || !change->after || change->kind == CHANGE_RESTORE || (change->before && !change->by_user)) // records that are merged are nobody's new job
                return STATUS_OK;
        Value before = change->before ? record_value(change->before, "customer") : VALUE_NONE, after = record_value(change->after, "customer");
        bool moved = change->before && !value_eq(before, after);
        bool renamed = change->before && !value_eq(record_value(change->before, "position"), record_value(change->after, "position"));
        if (change->before && !moved && !renamed)
                return STATUS_OK;
        Record contact = *change->after;
        contact.id = change->id;
        if (moved)
                TRY(end(call, object, &contact, before));
        return begin(call, object, &contact, moved);
}
