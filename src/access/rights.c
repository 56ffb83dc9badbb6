// Questions to an actor that need no record: verbs, actions, fields; and what expressions written by this reader may name.
#include "access/inside.h"

// Rights are kept by the positions of the actor's own catalog. While a newer one is being published, an object of the other may be asked about for a moment: it
// is found by its name, and one that the actor's catalog does not have gives no right.
static const Object *own_object(const Actor *actor, const Object *object) {
        const Catalog *catalog = actor->access->catalog;
        return object->catalog == catalog ? object : catalog_find(catalog, object->name);
}

static const ObjectGrant *grant_of(const Actor *actor, const Object *object) {
        static const ObjectGrant nothing = {.create = false};
        const Object *own = own_object(actor, object);
        return own ? &actor->grants[own->index] : &nothing;
}

Scope actor_scope(const Actor *actor, const Object *object, Verb verb) {
        const Scope all = {.kind = SCOPE_ALL}, none = {.kind = SCOPE_NONE};
        const ObjectGrant *grant = grant_of(actor, object);
        switch (verb) {
        case VERB_READ:
                return grant->read;
        case VERB_CREATE:
                return grant->create ? all : none;
        case VERB_UPDATE:
                return grant->update;
        case VERB_DELETE:
                return grant->remove;
        case VERB_EXPORT:
                return grant->export ? grant->read : none;
        case VERB_IMPORT:
                return grant->import ? all : none;
        case VERB_TRANSFER:
                return grant->transfer ? all : none;
        }
        return none;
}

bool actor_may(const Actor *actor, const Object *object, Verb verb) {
        Scope scope = actor_scope(actor, object, verb);
        return scope.kind != SCOPE_NONE || scope.rules_count;
}

bool actor_may_act(const Actor *actor, const Object *object, Str action) {
        const ObjectGrant *grant = grant_of(actor, object);
        if (str_is(action, ACTION_ASSIGN) && !grant->transfer)
                return false;
        for (size_t i = 0; i < grant->actions_count; i++)
                if (str_eq(grant->actions[i], action))
                        return true;
        return grant->all_actions;
}

FieldRight actor_field(const Actor *actor, const Field *field) {
        const Object *own = own_object(actor, field->object);
        const Field *own_field = own == field->object || !own ? field : object_find(own, field->name);
        return own && own_field ? actor->grants[own->index].fields[own_field->index] : FIELD_HIDE;
}

Mask actor_mask(const Actor *actor, const Field *field) {
        const Object *own = own_object(actor, field->object);
        const Field *own_field = own == field->object || !own ? field : object_find(own, field->name);
        return own && own_field ? actor->grants[own->index].masks[own_field->index] : (Mask){0};
}

// A masked field may be seen, not named: filtering, sorting or grouping by it would tell what the mask hides.
static bool may_name(const Actor *actor, const Field *field) {
        return actor_may(actor, field->object, VERB_READ) && actor_field(actor, field) >= FIELD_READ;
}

static bool name_field(void *self, const void *object, Str name, ExprField *ret) {
        const Field *field = object_find(object, name);
        if (!field || !may_name(self, field))
                return false;
        catalog_expr_field(field, ret);
        return true;
}

static bool name_children(void *self, const void *object, Str name, ExprChildren *ret) {
        const Relation *relation = object_children(object, name);
        if (!relation || !may_name(self, relation->field))
                return false;
        ret->object = relation->child;
        catalog_expr_field(relation->field, &ret->reference);
        return true;
}

static Str name_table(void *self, const void *object) {
        (void)self;
        return ((const Object *)object)->table;
}

ExprNames actor_names(const Actor *actor) {
        if (actor->system)
                return catalog_names(actor->access->catalog);
        return (ExprNames){.self = (void *)actor, .field = name_field, .children = name_children, .table = name_table};
}

static Status env_subtree(void *self, Context *context, int64_t department, const int64_t **ret, size_t *ret_count) {
        const Actor *actor = self;
        access_subtree(actor->access, context->arena, department, ret, ret_count);
        return STATUS_OK;
}

static Status env_guard(void *self, Context *context, const void *object, Str alias, Sql *sql) {
        const Actor *actor = self;
        if (actor_scope(actor, object, VERB_READ).kind == SCOPE_ALL)
                return STATUS_OK;
        sql(sql, " and (");
        TRY(actor_scope_sql(context, actor, object, VERB_READ, alias, sql));
        sql(sql, ")");
        return STATUS_OK;
}

static bool env_veil(void *self, const ExprField *field, Str alias, Sql *sql) {
        return actor_veil_sql(self, field->handle, alias, sql);
}

ExprEnv actor_env(Context *context, const Actor *actor) {
        return (ExprEnv){
                .me = actor->user,
                .my_department = actor->department,
                .now_ms = context->now_ms,
                .zone = actor->access->catalog->zone,
                .self = (void *)actor,
                .subtree = env_subtree,
                .guard = env_guard,
                .veil = actor->administrator || !actor->access->pools_count ? NULL : env_veil,
        };
}
