// Roles of an actor: which he has, and who he would be with another one.
#include "access/inside.h"

void actor_take_profile(Actor *actor, const Profile *profile) {
        actor->administrator = profile->administrator;
        actor->grants = profile->grants;
        actor->roles = profile->roles;
        actor->roles_count = profile->roles_count;
        actor->second_factor = profile->second_factor;
        actor->allow = profile->allow;
        actor->allow_count = profile->allow_count;
}

static const Role *role_find(const Access *access, int64_t id) {
        const AccessInside *inside = access_inside(access);
        for (size_t i = 0; i < inside->roles_count; i++)
                if (inside->roles[i].id == id)
                        return &inside->roles[i];
        return NULL;
}

bool actor_has_role(const Actor *actor, const Str *keys, size_t count) {
        for (size_t i = 0; i < actor->roles_count; i++) {
                const Role *role = role_find(actor->access, actor->roles[i]);
                for (size_t k = 0; role && k < count; k++)
                        if (str_eq(role->key, keys[k]))
                                return true;
        }
        return false;
}

bool access_role_allows(const Access *access, int64_t role, Str peer) {
        const Role *found = role_find(access, role);
        return !found || !found->allow.count || network_list_has(&found->allow, peer);
}

Status access_actor_as(Context *context, const Access *access, const Actor *actor, int64_t role, const Actor **ret) {
        if (!role_find(access, role))
                return error_set(context, STATUS_NOT_FOUND, "not_found");
        AccessInside *inside = access_inside(access);
        Actor *as = arena_copy(context->arena, actor, sizeof *actor);
        pthread_mutex_lock(&inside->lock);
        actor_take_profile(as, profile_get(access, &role, 1));
        if (actor->scopes.len) { // a token sees no more by looking as somebody else
                as->grants = narrowed_get(access, as->grants, actor->scopes)->grants;
                as->administrator = as->administrator && actor->administrator;
        }
        pthread_mutex_unlock(&inside->lock);
        actor_take_rules(context->arena, as);
        as->system = false;
        *ret = as;
        return STATUS_OK;
}

bool access_role_grant(const Access *access, int64_t id, const Object *object, RoleGrant *ret) {
        const Role *role = role_find(access, id);
        const Object *own = object->catalog == access->catalog ? object : catalog_find(access->catalog, object->name);
        if (!role || !own)
                return false;
        const ObjectGrant *grant = &role->grants[own->index];
        *ret = (RoleGrant){.id = id, .name = role->name, .administrator = role->administrator, .base = role->base, .gives = !grant_is_empty(grant), .grant = grant};
        return true;
}

Str access_rule_text(const Access *access, const Expr *rule) {
        for (const Rule *at = access_inside(access)->rules; at; at = at->next)
                if (at->expr == rule)
                        return at->source;
        return STR_NONE;
}
