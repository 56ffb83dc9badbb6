// Which right somebody has to each field and on the object as a whole, and which roles give it.
#include "record/explain.h"

static const char *const right_names[] = {[FIELD_HIDE] = "hide", [FIELD_MASK] = "mask", [FIELD_READ] = "read", [FIELD_WRITE] = "write"};

static void put_right(FieldRight right, Mask mask, JsonWriter *w) {
        json_put_str(w, "right", str_from(right_names[right]));
        if (right == FIELD_MASK && mask.given)
                json_put_str(w, "mask", str_format(w->buf->arena, "%d,%d", mask.head, mask.tail));
}

static bool is_known(const Explain *explain, const Field *field) {
        return !field->hidden && actor_field(explain->call->actor, field) != FIELD_HIDE;
}

static bool writes(const RoleGrant *role) {
        return role->grant->create || role->grant->update.kind != SCOPE_NONE || role->grant->update.rules_count;
}

// A role's own right to a field: nobody writes where nobody may.
static FieldRight right_of_role(const Explain *explain, const RoleGrant *role, const Field *field) {
        FieldRight right = role->grant->fields[field->index];
        const Actor *actor = explain->person.actor;
        bool anybody = actor_may(actor, explain->object, VERB_CREATE) || actor_may(actor, explain->object, VERB_UPDATE);
        return right == FIELD_WRITE && !anybody && !writes(role) ? FIELD_READ : right;
}

// Fields that this person may not change, as far as whoever asks knows of them.
static void write_fields(Explain *explain, JsonWriter *w) {
        json_key(w, STR("fields"));
        json_open_object(w);
        for (size_t i = 0; i < explain->object->fields_count; i++) {
                const Field *field = explain->object->fields[i];
                FieldRight right = actor_field(explain->person.actor, field);
                bool fixed = right == FIELD_READ && (field->system || field->readonly || field->type->computed);
                if (!is_known(explain, field) || right == FIELD_WRITE || fixed)
                        continue;
                json_key(w, field->name);
                json_add_str(w, str_from(right_names[right]));
        }
        json_close_object(w);
}

static void write_field(Explain *explain, const Field *field, JsonWriter *w) {
        const Actor *actor = explain->person.actor;
        FieldRight right = actor_field(actor, field);
        Mask mask = actor_mask(actor, field);
        json_open_object(w);
        json_put_str(w, "field", field->name);
        json_put_str(w, "label", label_text(&field->label, explain->call->context->lang));
        put_right(right, mask, w);
        json_key(w, STR("because"));
        json_open_array(w);
        for (size_t i = 0; explain->reasons && i < explain->roles_count; i++) {
                const RoleGrant *role = &explain->roles[i];
                Mask own = role->grant->masks[field->index];
                bool same_mask = own.given == mask.given && own.head == mask.head && own.tail == mask.tail;
                if (!role->gives || right_of_role(explain, role, field) != right || (right == FIELD_MASK && !same_mask))
                        continue;
                json_open_object(w);
                explain_role(role, w);
                put_right(right, own, w);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
}

static void write_rights(Explain *explain, JsonWriter *w) {
        json_key(w, STR("rights"));
        json_open_array(w);
        for (size_t i = 0; i < explain->object->fields_count; i++) {
                const Field *field = explain->object->fields[i];
                if (is_known(explain, field))
                        write_field(explain, field, w);
        }
        json_close_array(w);
}

// ---- The object as a whole

static bool role_may(const RoleGrant *role, Verb verb) {
        const ObjectGrant *grant = role->grant;
        return verb == VERB_CREATE ? grant->create : verb == VERB_EXPORT ? grant->export : verb == VERB_IMPORT ? grant->import : grant->transfer;
}

static bool role_may_act(const RoleGrant *role, Str action) {
        for (size_t i = 0; i < role->grant->actions_count; i++)
                if (str_eq(role->grant->actions[i], action))
                        return true;
        return role->grant->all_actions;
}

static void write_permission(Explain *explain, Str member, bool allowed, const Verb *verb, JsonWriter *w) {
        json_key(w, member);
        json_open_object(w);
        json_put_bool(w, "allowed", allowed);
        json_key(w, STR("because"));
        json_open_array(w);
        for (size_t i = 0; allowed && explain->reasons && i < explain->roles_count; i++) {
                const RoleGrant *role = &explain->roles[i];
                if (verb ? !role_may(role, *verb) : !role_may_act(role, member))
                        continue;
                json_open_object(w);
                explain_role(role, w);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
}

static void write_object(Explain *explain, JsonWriter *w) {
        static const struct { const char *member; Verb verb; } verbs[] = {{"create", VERB_CREATE}, {"export", VERB_EXPORT}, {"import", VERB_IMPORT}, {"transfer", VERB_TRANSFER}};
        const Object *object = explain->object;
        json_key(w, STR("object"));
        json_open_object(w);
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
                write_permission(explain, str_from(verbs[i].member), actor_may(explain->person.actor, object, verbs[i].verb), &verbs[i].verb, w);
        json_key(w, STR("actions"));
        json_open_object(w);
        for (size_t i = 0; i < object->actions_count; i++)
                write_permission(explain, object->actions[i].name, actor_may_act(explain->person.actor, object, object->actions[i].name), NULL, w);
        json_close_object(w);
        json_close_object(w);
}

void explain_rights(Explain *explain, JsonWriter *w) {
        write_fields(explain, w);
        write_rights(explain, w);
        write_object(explain, w);
}
