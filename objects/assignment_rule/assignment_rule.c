// Assignment rules: each is understood before it is stored; every minute whoever is late, and what imports brought, is told.
#include "objects/assignment_rule/assign.h"
#include "objects/assignment_rule/response.h"
#include "objects/shared/condition.h"

static void need(Call *call, const Record *rule, const char *choice, const char *key, const char *field) {
        if (str_is(str_trim(record_str(rule, choice)), key) && value_is_null(record_value(rule, field)))
                (void)error_add(call->context, str_from(field), "required");
}

// A pool of the same object.
static void check_pool(Call *call, const Record *rule, Str object) {
        Value id = record_value(rule, "fallback_pool");
        const Pool *pool = id.kind == VALUE_INTEGER ? access_pool(call->actor->access, id.integer) : NULL;
        if (pool && !str_eq(pool->object->name, object))
                (void)error_add(call->context, STR("fallback_pool"), "pool_unfit");
}

static bool touched(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

// What somebody else wrote into it, its condition say, may name what this writer may not know: it is not asked again.
static Status before(Call *call, RecordChange *change) {
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        const Record *rule = change->after;
        Str name = str_trim(record_str(rule, "object")), condition = str_trim(record_str(rule, "condition"));
        const Object *object = catalog_find(call->catalog, name);
        if (name.len && (!object || object->retired || !object->follow_owner)) {
                (void)error_add(call->context, STR("object"), "assign_no_owner", name);
                return STATUS_OK;
        }
        if (object && condition.len && (touched(change, "condition") || touched(change, "object")))
                condition_check(call, object, STR("condition"), condition);
        need(call, rule, "fallback", "user", "fallback_user");
        need(call, rule, "fallback", "pool", "fallback_pool");
        need(call, rule, "escalate_to", "user", "escalate_user");
        check_pool(call, rule, name);
        return STATUS_OK;
}

static Status minutely(Call *call) {
        TRY(assignment_tell(call));
        return response_escalate(call);
}

const ObjectModule assignment_rule_module = {.object = "assignment_rule", .before = before, .minutely = minutely};
