// Assignment rules: each is understood before it is stored; every minute whoever is late, and what imports brought, is told.
#include "objects/assignment_rule/assign.h"
#include "objects/assignment_rule/response.h"
#include "objects/shared/condition.h"

static Str text_of(const Record *record, const char *field) {
        Value value = record_value(record, field);
        return value.kind == VALUE_TEXT ? str_trim(value.text) : STR_NONE;
}

static void need(Call *call, const Record *rule, const char *choice, const char *user) {
        if (str_is(text_of(rule, choice), "user") && value_is_null(record_value(rule, user)))
                (void)error_add(call->context, str_from(user), "required");
}

static bool touched(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

// What somebody else wrote into it, its condition say, may name what this writer may not know: it is not asked again.
static Status before(Call *call, RecordChange *change) {
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        const Record *rule = change->after;
        Str name = text_of(rule, "object"), condition = text_of(rule, "condition");
        const Object *object = catalog_find(call->catalog, name);
        if (name.len && (!object || object->retired || !object->follow_owner)) {
                (void)error_add(call->context, STR("object"), "assign_no_owner", name);
                return STATUS_OK;
        }
        if (object && condition.len && (touched(change, "condition") || touched(change, "object")))
                condition_check(call, object, STR("condition"), condition);
        need(call, rule, "fallback", "fallback_user");
        need(call, rule, "escalate_to", "escalate_user");
        return STATUS_OK;
}

static Status minutely(Call *call) {
        TRY(assignment_tell(call));
        return response_escalate(call);
}

const ObjectModule assignment_rule_module = {.object = "assignment_rule", .before = before, .minutely = minutely};
