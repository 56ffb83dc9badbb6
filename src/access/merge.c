// Merges the roles of a user into one set of rights per object: the widest scope and the most open field right win. Then adds what everyone may see, takes
// away what cannot be used, and hides formulas that would tell hidden fields.
#include "access/inside.h"
#include <stdlib.h>

// What every signed-in person may see of the organisation, so that owners and departments have names.
static const struct { const char *object; const char *fields[6]; } visible_to_all[] = {
        {"user", {"id", "version", "name", "department", "active", "position"}},
        {"department", {"id", "version", "name", "department", "active", "parent"}},
};

static bool scope_is_none(const Scope *scope) {
        return scope->kind == SCOPE_NONE && !scope->rules_count;
}

bool grant_is_empty(const ObjectGrant *grant) {
        return scope_is_none(&grant->read) && scope_is_none(&grant->update) && scope_is_none(&grant->remove) && !grant->create && !grant->export && !grant->import &&
               !grant->transfer && !grant->all_actions && !grant->actions_count;
}

static bool has_rule(const Scope *scope, const Expr *rule) {
        for (size_t i = 0; i < scope->rules_count; i++)
                if (scope->rules[i] == rule)
                        return true;
        return false;
}

static void merge_scope(Arena *arena, Scope *into, const Scope *from) {
        Scope merged = {.kind = into->kind > from->kind ? into->kind : from->kind};
        if (merged.kind != SCOPE_ALL && into->rules_count + from->rules_count) {
                const Expr **rules = arena_array(arena, const Expr *, into->rules_count + from->rules_count);
                size_t count = 0;
                for (size_t i = 0; i < into->rules_count; i++)
                        rules[count++] = into->rules[i];
                for (size_t i = 0; i < from->rules_count; i++)
                        if (!has_rule(into, from->rules[i]))
                                rules[count++] = from->rules[i];
                merged.rules = rules;
                merged.rules_count = count;
                merged.rule = rules[0];
        }
        *into = merged;
}

static bool has_action(const ObjectGrant *grant, Str action) {
        for (size_t i = 0; i < grant->actions_count; i++)
                if (str_eq(grant->actions[i], action))
                        return true;
        return false;
}

static void merge_actions(Arena *arena, ObjectGrant *into, const ObjectGrant *from) {
        into->all_actions |= from->all_actions;
        Str *actions = arena_array(arena, Str, into->actions_count + from->actions_count);
        size_t count = 0;
        for (size_t i = 0; i < into->actions_count; i++)
                actions[count++] = into->actions[i];
        for (size_t i = 0; i < from->actions_count; i++)
                if (!has_action(into, from->actions[i]))
                        actions[count++] = from->actions[i];
        into->actions = actions;
        into->actions_count = count;
}

// More characters shown are more open, any pattern more than the mask by the field's type; of as many the longer beginning is taken, so that the order of roles does not matter.
static int openness(Mask mask) {
        return mask.given ? 1 + (mask.head + mask.tail) * 256 + mask.head : 0;
}

// A role that gives nothing on an object says nothing about its fields either. Of the objects that all may see, fields count only from roles that read every
// row: the rows are visible to all, and a right on the fields of some must not open those of all.
static void merge_grant(Arena *arena, const Object *object, bool visible_anyway, ObjectGrant *into, const ObjectGrant *from) {
        if (grant_is_empty(from))
                return;
        merge_scope(arena, &into->read, &from->read);
        merge_scope(arena, &into->update, &from->update);
        merge_scope(arena, &into->remove, &from->remove);
        into->create |= from->create;
        into->export |= from->export;
        into->import |= from->import;
        into->transfer |= from->transfer;
        merge_actions(arena, into, from);
        if (visible_anyway && from->read.kind != SCOPE_ALL)
                return;
        for (size_t i = 0; i < object->fields_count; i++) {
                bool same_mask = from->fields[i] == FIELD_MASK && into->fields[i] == FIELD_MASK;
                if (from->fields[i] > into->fields[i] || (same_mask && openness(from->masks[i]) > openness(into->masks[i])))
                        into->masks[i] = from->masks[i];
                if (from->fields[i] > into->fields[i])
                        into->fields[i] = from->fields[i];
        }
}

static void open_field(const Object *object, ObjectGrant *grant, Str name) {
        const Field *field = object_find(object, name);
        if (field && grant->fields[field->index] < FIELD_READ)
                grant->fields[field->index] = FIELD_READ;
}

// A team is seen where its record is, whatever a role says of this object or of all ("*"). Who may update a record manages its team: that is asked by the object's
// hook, for every write; here everybody may try.
static void add_team(const Catalog *catalog, ObjectGrant *grants) {
        const Object *object = catalog_find(catalog, STR("team_member"));
        if (!object)
                return;
        ObjectGrant *grant = &grants[object->index];
        const Scope all = {.kind = SCOPE_ALL};
        grant->read = (Scope){.kind = SCOPE_OWN};
        grant->update = grant->remove = all;
        grant->create = true;
        for (size_t i = 0; i < object->fields_count; i++)
                grant->fields[i] = FIELD_WRITE;
}

static bool is_visible_to_all(const Object *object) {
        for (size_t i = 0; i < sizeof visible_to_all / sizeof *visible_to_all; i++)
                if (str_is(object->name, visible_to_all[i].object))
                        return true;
        return false;
}

static void add_visible_to_all(const Catalog *catalog, ObjectGrant *grants) {
        for (size_t i = 0; i < sizeof visible_to_all / sizeof *visible_to_all; i++) {
                const Object *object = catalog_find(catalog, str_from(visible_to_all[i].object));
                if (!object)
                        continue;
                ObjectGrant *grant = &grants[object->index];
                grant->read = (Scope){.kind = SCOPE_ALL};
                for (size_t j = 0; j < sizeof visible_to_all[i].fields / sizeof(char *); j++)
                        open_field(object, grant, str_from(visible_to_all[i].fields[j]));
        }
}

// Ids and versions are no secret of a record that may be seen; what never leaves the server is hidden from everyone; nobody writes where nobody may.
static void settle_fields(const Object *object, ObjectGrant *grant) {
        bool writes = grant->create || !scope_is_none(&grant->update);
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                FieldRight *right = &grant->fields[i];
                if (field->hidden)
                        *right = FIELD_HIDE;
                else if ((field->role == FIELD_ID || field->role == FIELD_VERSION) && *right < FIELD_READ && !grant_is_empty(grant))
                        *right = FIELD_READ;
                if (*right == FIELD_WRITE && !writes)
                        *right = FIELD_READ;
        }
}

static bool may_read(const ObjectGrant *grants, const Field *field) {
        const ObjectGrant *grant = &grants[field->object->index];
        return !scope_is_none(&grant->read) && grant->fields[field->index] >= FIELD_READ;
}

// Formulas may be made of formulas: repeated until nothing changes, which takes as many rounds as they are nested.
static void hide_formulas(const Formula *formulas, ObjectGrant *grants) {
        for (bool again = true; again;) {
                again = false;
                for (const Formula *formula = formulas; formula; formula = formula->next) {
                        FieldRight *right = &grants[formula->field->object->index].fields[formula->field->index];
                        for (size_t i = 0; *right != FIELD_HIDE && i < formula->count; i++) {
                                if (may_read(grants, formula->touches[i]))
                                        continue;
                                *right = FIELD_HIDE;
                                again = true;
                        }
                }
        }
}

typedef struct Touches { Arena *arena; const Field **fields; size_t count, capacity; } Touches;

static void add_touched(void *arg, const ExprField *expr_field) {
        Touches *touches = arg;
        const Field *field = expr_field->handle;
        if (!field || !field->object)
                return;
        for (size_t i = 0; i < touches->count; i++)
                if (touches->fields[i] == field)
                        return;
        if (touches->count == touches->capacity) {
                size_t capacity = touches->capacity ? touches->capacity * 2 : 8;
                const Field **fields = arena_array(touches->arena, const Field *, capacity);
                if (touches->count)
                        memcpy(fields, touches->fields, touches->count * sizeof *fields);
                touches->fields = fields;
                touches->capacity = capacity;
        }
        touches->fields[touches->count++] = field;
}

static Formula *formula_load(Context *context, const Catalog *catalog, const Field *field) {
        ExprNames names = catalog_names(catalog);
        ExprParse parse = {.names = &names, .object = field->object};
        const Expr *expr = NULL;
        Touches touches = {.arena = context->arena};
        if (expr_parse(context, &parse, field->expression, &expr) == STATUS_OK)
                expr_fields(expr, add_touched, &touches);
        else
                error_clear(context); // broken since a field was deleted: the catalog's check tells it, and no query can use it
        Formula *formula = arena_new_of(context->arena, Formula);
        *formula = (Formula){.field = field, .touches = touches.fields, .count = touches.count};
        return formula;
}

Formula *formulas_load(Arena *arena, const Catalog *catalog) {
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Formula *formulas = NULL;
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Object *object = catalog->objects[i];
                for (size_t j = 0; j < object->fields_count; j++) {
                        const Field *field = object->fields[j];
                        if (field->stored || str_empty(field->expression))
                                continue;
                        Formula *formula = formula_load(&context, catalog, field);
                        formula->next = formulas;
                        formulas = formula;
                }
        }
        return formulas;
}

ObjectGrant *grants_new(Arena *arena, const Catalog *catalog) {
        ObjectGrant *grants = arena_array(arena, ObjectGrant, catalog->objects_count);
        for (size_t i = 0; i < catalog->objects_count; i++) {
                grants[i].fields = arena_array(arena, FieldRight, catalog->objects[i]->fields_count);
                grants[i].masks = arena_array(arena, Mask, catalog->objects[i]->fields_count);
        }
        return grants;
}

ObjectGrant *grants_everything(Arena *arena, const Catalog *catalog) {
        ObjectGrant *grants = grants_new(arena, catalog);
        for (size_t i = 0; i < catalog->objects_count; i++) {
                const Scope all = {.kind = SCOPE_ALL};
                ObjectGrant *grant = &grants[i];
                grant->read = grant->update = grant->remove = all;
                grant->create = grant->export = grant->import = grant->transfer = grant->all_actions = true;
                for (size_t j = 0; j < catalog->objects[i]->fields_count; j++)
                        grant->fields[j] = FIELD_WRITE;
        }
        return grants;
}

static const Role *find_role(const AccessInside *inside, int64_t id) {
        for (size_t i = 0; i < inside->roles_count; i++)
                if (inside->roles[i].id == id)
                        return &inside->roles[i];
        return NULL;
}

void grants_settle(const Access *access, ObjectGrant *grants) {
        const Catalog *catalog = access->catalog;
        add_visible_to_all(catalog, grants);
        for (size_t i = 0; i < catalog->objects_count; i++)
                settle_fields(catalog->objects[i], &grants[i]);
        hide_formulas(access_inside(access)->formulas, grants);
}

static void profile_merge(const Access *access, Profile *profile) {
        const AccessInside *inside = access_inside(access);
        const Catalog *catalog = access->catalog;
        profile->grants = grants_new(access->arena, catalog);
        profile->allow = arena_array(access->arena, const NetworkList *, profile->roles_count);
        for (size_t i = 0; i < profile->roles_count; i++) {
                const Role *role = find_role(inside, profile->roles[i]);
                if (!role)
                        continue;
                profile->administrator |= role->administrator;
                profile->second_factor |= role->second_factor;
                if (role->allow.count)
                        profile->allow[profile->allow_count++] = &role->allow;
                for (size_t j = 0; j < catalog->objects_count; j++) {
                        const Object *object = catalog->objects[j];
                        merge_grant(access->arena, object, is_visible_to_all(object), &profile->grants[j], &role->grants[j]);
                }
        }
        if (!profile->administrator)
                add_team(catalog, profile->grants);
        grants_settle(access, profile->grants);
}

static int compare_id(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return (x > y) - (x < y);
}

// The roles of somebody, and those that everyone has; ascending, each once.
static int64_t *with_base(const Access *access, const int64_t *roles, size_t count, size_t *ret_count) {
        int64_t *all = arena_array(access->arena, int64_t, count + access->base_roles_count);
        size_t kept = 0;
        if (count)
                memcpy(all, roles, count * sizeof *all);
        if (access->base_roles_count)
                memcpy(all + count, access->base_roles, access->base_roles_count * sizeof *all);
        count += access->base_roles_count;
        qsort(all, count, sizeof *all, compare_id);
        for (size_t i = 0; i < count; i++)
                if (!kept || all[kept - 1] != all[i])
                        all[kept++] = all[i];
        *ret_count = kept;
        return all;
}

const Profile *profile_get(const Access *access, const int64_t *roles, size_t count) {
        AccessInside *inside = access_inside(access);
        int64_t *sorted = with_base(access, roles, count, &count);
        for (const Profile *profile = inside->profiles; profile; profile = profile->next)
                if (profile->roles_count == count && memcmp(profile->roles, sorted, count * sizeof *sorted) == 0)
                        return profile;
        Profile *profile = arena_new_of(access->arena, Profile);
        *profile = (Profile){.roles = sorted, .roles_count = count, .next = inside->profiles};
        profile_merge(access, profile);
        inside->profiles = profile;
        return profile;
}
