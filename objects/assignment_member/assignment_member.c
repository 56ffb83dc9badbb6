// Members of assignment rules: named after the colleague, each once in a rule.
#include "record/record.h"

// The rule is held (it will be referred to), so that two cannot bring the same colleague at once.
static Status check_once(Call *call, const RecordChange *change) {
        Value rule = record_value(change->after, "rule"), user = record_value(change->after, "user");
        bool found = false;
        if (rule.kind != VALUE_INTEGER || user.kind != VALUE_INTEGER)
                return STATUS_OK;
        Sql hold = db_sql(call->db), select = db_sql(call->db);
        sql(&hold, "select \"id\" from assignment_rule where \"id\" = ");
        sql_int(&hold, rule.integer);
        sql_lock(&hold, false);
        TRY(db_get_int(call->db, &hold, NULL, &found));
        sql(&select, "select 1 from assignment_member where deleted_at is null and rule_id = ");
        sql_int(&select, rule.integer);
        sql(&select, " and user_id = ");
        sql_int(&select, user.integer);
        sql(&select, " and \"id\" <> ");
        sql_int(&select, change->id);
        TRY(db_get_int(call->db, &select, NULL, &found));
        return found ? error_add(call->context, STR("user"), "assign_member_twice") : STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        if (!change->after)
                return STATUS_OK;
        Value user = record_value(change->after, "user");
        const Person *person = user.kind == VALUE_INTEGER ? access_person(call->actor->access, user.integer) : NULL;
        if (person)
                record_set(change->after, "name", value_text(person->name));
        Status status = check_once(call, change);
        return status == STATUS_INVALID ? STATUS_OK : status; // added to what else is wrong
}

const ObjectModule assignment_member_module = {.object = "assignment_member", .before = before, .handover = HANDOVER_STAYS};
