// Sharing rules: the condition is checked against its object, and the entries of its records follow each change of the rule.
#include "access/audit.h"
#include "record/entry.h"

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !change->after || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static bool is_active(const Record *rule) {
        Value active = record_value(rule, "active");
        return active.kind == VALUE_BOOL && active.boolean;
}

static const Object *object_of(const Call *call, const Record *rule) {
        Value name = record_value(rule, "object");
        const Object *object = name.kind == VALUE_TEXT ? catalog_find(call->catalog, name.text) : NULL;
        return object && sharing_suits(object) ? object : NULL;
}

static Status check_condition(Call *call, const Object *object, const Record *rule) {
        Context *context = call->context, own;
        Value condition = record_value(rule, "condition");
        const Expr *expr = NULL;
        if (condition.kind != VALUE_TEXT || str_empty(str_trim(condition.text)))
                return STATUS_OK; // required
        context_init(&own, context->arena, context->lang, context->now_ms);
        if (sharing_parse(&own, call->catalog, object, condition.text, &expr) == STATUS_OK)
                return STATUS_OK;
        size_t count = context->error.count;
        (void)error_add_(context, STR("condition"), own.error.code, own.error.args);
        if (context->error.count > count)
                context->error.items[count].position = own.error.position;
        return STATUS_OK;
}

// Is there something to go through, because of this change?
static bool begins(const RecordChange *change) {
        if (!change->after || !is_active(change->after))
                return false;
        return change->kind != CHANGE_UPDATE || !is_active(change->before) || changed(change, "condition");
}

static bool ends(const RecordChange *change) {
        bool was = change->before && is_active(change->before);
        return was && (!change->after || !is_active(change->after));
}

static Status rule_before(Call *call, RecordChange *change) {
        bool large = false;
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(access_bump_rules(call->db)); // first: whoever writes records after this knows the rule
        if (!change->after)
                return STATUS_OK;
        const Object *object = object_of(call, change->after);
        if (change->kind == CHANGE_UPDATE && changed(change, "object")) {
                (void)error_add(call->context, STR("object"), "sharing_fixed");
                return STATUS_OK;
        }
        if (!object && change->kind != CHANGE_UPDATE && record_value(change->after, "object").kind == VALUE_TEXT)
                (void)error_add(call->context, STR("object"), "sharing_object");
        if (!object)
                return STATUS_OK;
        if (changed(change, "condition"))
                TRY(check_condition(call, object, change->after));
        if (!begins(change) || call->context->error.count)
                return STATUS_OK;
        TRY(sharing_rule_large(call, object, &large));
        record_set(change->after, "state", value_text(large ? STR("building") : STR("ready")));
        return STATUS_OK;
}

// Who let whom see what is kept; that a rule is ready by now is not a change of it.
static Status keep_trace(Call *call, const RecordChange *change) {
        static const char *const kinds[] = {[CHANGE_CREATE] = "sharing_rule.create", [CHANGE_UPDATE] = "sharing_rule.change", [CHANGE_DELETE] = "sharing_rule.delete", [CHANGE_RESTORE] = "sharing_rule.restore"};
        if (call->actor->system && change->kind == CHANGE_UPDATE)
                return STATUS_OK;
        return audit_add(call->db, &(AuditEntry){.kind = kinds[change->kind], .user = call->actor->user, .object = change->object->id, .record = change->id});
}

static Status rule_after(Call *call, const RecordChange *change) {
        const Record *rule = change->after ? change->after : change->before;
        const Object *object = object_of(call, rule);
        call->metadata_changed = true;
        TRY(keep_trace(call, change));
        if (object && begins(change))
                return sharing_rule_start(call, object, change->id, record_value(rule, "condition").text, str_is(record_value(rule, "state").text, "building"));
        return object && ends(change) ? sharing_rule_stop(call, object, change->id) : STATUS_OK;
}

const ObjectModule sharing_rule_module = {.object = "sharing_rule", .before = rule_before, .after = rule_after};
