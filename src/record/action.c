// Actions: named operations on one record, declared in its definition and done by code of the object's folder.
#include "record/write.h"

void record_modules_set(Org *org, const ObjectModule *const *modules) {
        org_slot_set(org, ORG_SLOT_MODULES, (void *)modules);
}

const ObjectModule *const *record_modules(const Org *org) {
        return org_slot((Org *)org, ORG_SLOT_MODULES);
}

const ObjectModule *record_module(const Call *call, const Object *object) {
        const ObjectModule *const *modules = record_modules(call->org);
        for (; modules && *modules; modules++)
                if (str_is(object->name, (*modules)->object))
                        return *modules;
        return NULL;
}

// Several nodes on one PostgreSQL: whoever has the lock works this minute for all.
static Status claim_minute(Call *call, bool *ret) {
        *ret = true;
        if (db_dialect(call->db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select case when pg_try_advisory_xact_lock(hashtext('haike'), hashtext(current_schema() || ' minutely')) then 1 else 0 end");
        int64_t mine = 0;
        TRY(db_get_int(call->db, &select, &mine, ret));
        *ret = mine != 0;
        return STATUS_OK;
}

Status record_minutely(Call *call) {
        bool mine = false;
        TRY(claim_minute(call, &mine));
        const ObjectModule *const *modules = record_modules(call->org);
        for (; mine && modules && *modules; modules++)
                if ((*modules)->minutely && catalog_find(call->catalog, str_from((*modules)->object)))
                        TRY((*modules)->minutely(call));
        return STATUS_OK;
}

static const Action *find_action(const ObjectModule *module, Str name) {
        for (size_t i = 0; module && i < module->actions_count; i++)
                if (str_is(name, module->actions[i].name))
                        return &module->actions[i];
        return NULL;
}

static const ActionDef *find_definition(const Object *object, Str name) {
        for (size_t i = 0; i < object->actions_count; i++)
                if (str_eq(object->actions[i].name, name))
                        return &object->actions[i];
        return NULL;
}

static Status is_due(Call *call, const ActionDef *definition, const Record *record, bool *ret) {
        *ret = true;
        if (!definition->when)
                return STATUS_OK;
        ExprEnv env = actor_env(call->context, call->actor);
        ExprRows rows = record_rows(call);
        Value value = VALUE_NONE;
        TRY(expr_eval(call->context, definition->when, &env, &rows, record, &value));
        *ret = value.kind == VALUE_BOOL && value.boolean;
        return STATUS_OK;
}

static const Pool *pool_of(const Call *call, const Record *record) {
        Value pool = record->object->pooled ? record->values[record->object->pool->index] : VALUE_NONE;
        return pool.kind == VALUE_INTEGER ? access_pool(call->actor->access, pool.integer) : NULL;
}

static Status check_rights(Call *call, const Object *object, const Action *action, const Record *record) {
        bool allowed = actor_may_act(call->actor, object, str_from(action->name));
        const Pool *pool = action->pooled ? pool_of(call, record) : NULL;
        if (pool && (pool_administers(pool, call->actor) || (allowed && pool_has(pool, call->actor))))
                return STATUS_OK;
        if (allowed && action->needs != VERB_READ)
                TRY(record_allowed(call, action->needs, record, &allowed));
        return allowed || call->actor->system ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");
}

Status record_action(Call *call, const Object *object, int64_t id, Str name, const Json *body, int64_t version, JsonWriter *w) {
        const Action *action = find_action(record_module(call, object), name);
        const ActionDef *definition = find_definition(object, name);
        if (!action || !definition)
                return error_set(call->context, STATUS_NOT_FOUND, "unknown_action", name);
        Status status = STATUS_OK;
        if (!query_visible(call, object, id, &status)) {
                if (status == STATUS_OK && action->late && actor_may_act(call->actor, object, name))
                        TRY(action->late(call, object, id));
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        }
        Record *record = NULL;
        TRY(record_load(call, object, id, &record));
        TRY(check_rights(call, object, action, record));
        bool due = true;
        TRY(is_due(call, definition, record, &due));
        if (!due && action->late)
                TRY(action->late(call, object, id));
        if (version && version != record->version)
                return error_set(call->context, STATUS_STALE, "stale");
        if (!due)
                return error_set(call->context, STATUS_CONFLICT, "action_not_now", label_text(&definition->label, call->context->lang));
        const Object *outer = call->acted_object; // an action may run another one
        int64_t outer_id = call->acted_id;
        call->acted_object = object;
        call->acted_id = id;
        status = action->run(call, record, body, w);
        call->acted_object = outer;
        call->acted_id = outer_id;
        return status;
}
