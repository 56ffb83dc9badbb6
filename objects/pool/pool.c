// The objects of pools: who writes them, what is understood before it is stored, and what follows. Records that lie in pools are pooled.c's.
#include "access/audit.h"
#include "flow/job.h"
#include "objects/pool/pool.h"
#include "objects/shared/condition.h"
#include "record/quota.h"
#include "record/write.h"

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !change->after || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static const Object *object_of(const Call *call, const Record *record) {
        const Object *object = catalog_find(call->catalog, record_str(record, "object"));
        return object && object->pooled && !object->retired && object_find(object, STR("recycle_at")) ? object : NULL;
}

static void check(Call *call, const RecordChange *change, const Object *object, const char *field) {
        Str condition = str_trim(record_str(change->after, field));
        if (condition.len && changed(change, field))
                condition_check(call, object, str_from(field), condition);
}

// ---- Pools

static Status check_mask_fields(Call *call, const RecordChange *change, const Object *object) {
        Json *names = NULL;
        Str list = record_str(change->after, "mask_fields");
        if (!list.len || !changed(change, "mask_fields"))
                return STATUS_OK;
        TRY(json_parse(call->context, list, 2, &names));
        for (size_t i = 0; i < names->count; i++) {
                const Field *field = object_find(object, names->items[i].text);
                if (!field || !field->stored || field->role != FIELD_PLAIN || field->kind != VALUE_TEXT)
                        (void)error_add(call->context, STR("mask_fields"), "unknown_field", names->items[i].text);
        }
        return STATUS_OK;
}

// Their administrators set limits; whose pool it is and who administers it is the administrators' of everything.
static Status check_writer(Call *call, const RecordChange *change) {
        static const char *const fixed[] = {"object", "administrators", "active"};
        if (!change->by_user || call->actor->administrator)
                return STATUS_OK;
        if (change->kind != CHANGE_UPDATE)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
                if (changed(change, fixed[i]))
                        (void)error_add(call->context, str_from(fixed[i]), "read_only");
        return STATUS_OK;
}

static Status pool_before(Call *call, RecordChange *change) {
        TRY(check_writer(call, change));
        TRY(access_bump(call->db)); // first: whoever writes records after this knows the pool
        if (!change->after)
                return STATUS_OK;
        const Object *object = object_of(call, change->after);
        if (change->kind == CHANGE_UPDATE && changed(change, "object"))
                (void)error_add(call->context, STR("object"), "pool_fixed");
        else if (!object && record_value(change->after, "object").kind == VALUE_TEXT)
                (void)error_add(call->context, STR("object"), "pool_object");
        if (!object)
                return STATUS_OK;
        check(call, change, object, "protect");
        return check_mask_fields(call, change, object);
}

static Status keep_trace(Call *call, const RecordChange *change) {
        static const char *const kinds[] = {[CHANGE_CREATE] = "pool.create", [CHANGE_UPDATE] = "pool.change", [CHANGE_DELETE] = "pool.delete", [CHANGE_RESTORE] = "pool.restore"};
        return audit_add(call->db, &(AuditEntry){.kind = kinds[change->kind], .user = call->actor->user, .object = change->object->id, .record = change->id, .peer = call->peer});
}

static Status pool_after(Call *call, const RecordChange *change) {
        call->metadata_changed = true;
        TRY(keep_trace(call, change));
        const Object *object = change->kind == CHANGE_UPDATE ? object_of(call, change->after) : NULL;
        bool masks = object && (changed(change, "masked") || changed(change, "mask_fields"));
        if (object && (changed(change, "protect") || changed(change, "active")))
                TRY(pool_foresee_again(call, change->id));
        return masks ? pool_index_again(call, object, change->id, 0) : STATUS_OK;
}

static Status pool_minutely(Call *call) {
        if (!call->actor->access->pools_count)
                return STATUS_OK;
        TRY(pool_left_minutely(call));
        TRY(pool_views_flush(call));
        return pool_warn(call);
}

static const JobKind jobs[] = {{POOL_SWEEP, pool_sweep_run}};

const ObjectModule pool_module = {.object = "pool", .before = pool_before, .after = pool_after, .minutely = pool_minutely, .handover = HANDOVER_NEVER, .jobs = jobs, .jobs_count = 1};

// ---- Recycling rules

static Status pool_read(Call *call, const Record *rule, Record **ret) {
        Value pool = record_value(rule, "pool");
        *ret = NULL;
        if (pool.kind != VALUE_INTEGER)
                return STATUS_OK;
        return record_read_row(call, catalog_get(call->catalog, "pool"), pool.integer, false, false, ret);
}

static Status rule_before(Call *call, RecordChange *change) {
        Record *pool = NULL;
        const Record *rule = change->after ? change->after : change->before;
        TRY(pool_read(call, rule, &pool));
        const Pool *known = pool ? access_pool(call->actor->access, pool->id) : NULL;
        if (change->by_user && !call->actor->administrator && !(known && pool_administers(known, call->actor)))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (!change->after || !pool)
                return STATUS_OK;
        const Object *object = object_of(call, pool);
        record_set(change->after, "object", record_value(pool, "object"));
        if (object && change->kind != CHANGE_RESTORE)
                check(call, change, object, "condition");
        return STATUS_OK;
}

static Status rule_after(Call *call, const RecordChange *change) {
        static const char *const kinds[] = {[CHANGE_CREATE] = "pool_rule.create", [CHANGE_UPDATE] = "pool_rule.change", [CHANGE_DELETE] = "pool_rule.delete", [CHANGE_RESTORE] = "pool_rule.restore"};
        Value pool = record_value(change->after ? change->after : change->before, "pool");
        if (pool.kind == VALUE_INTEGER)
                TRY(pool_foresee_again(call, pool.integer));
        return audit_add(call->db, &(AuditEntry){.kind = kinds[change->kind], .user = call->actor->user, .object = change->object->id, .record = change->id, .peer = call->peer});
}

const ObjectModule pool_rule_module = {.object = "pool_rule", .before = rule_before, .after = rule_after, .handover = HANDOVER_NEVER};

// ---- Effective follow-ups

static Status follow_up_before(Call *call, RecordChange *change) {
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        if (!object_of(call, change->after) && record_value(change->after, "object").kind == VALUE_TEXT)
                (void)error_add(call->context, STR("object"), "pool_object");
        record_set(change->after, "activity", value_text(STR("activity")));
        const Object *activity = catalog_find(call->catalog, STR("activity"));
        if (activity)
                check(call, change, activity, "condition");
        return STATUS_OK;
}

const ObjectModule follow_up_rule_module = {.object = "follow_up_rule", .before = follow_up_before, .handover = HANDOVER_NEVER};

// ---- Movements: written by code, and by nobody else

static Status movement_before(Call *call, RecordChange *change) {
        return change->by_user ? error_set(call->context, STATUS_FORBIDDEN, "forbidden") : STATUS_OK;
}

const ObjectModule pool_movement_module = {.object = "pool_movement", .before = movement_before, .handover = HANDOVER_NEVER};
