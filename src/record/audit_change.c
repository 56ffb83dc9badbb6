// What of the record pipeline goes into the audit log: changes of who may do what, from what to what. All other records have their history.
#include "access/audit.h"
#include "record/write.h"

#define DETAIL_CAP (64u << 10)
#define GRANTS_DEPTH 16

static const char *const role_fields[] = {"name", "key", "base", "grants", "export_rows", NULL};
static const char *const user_fields[] = {"login", "roles", "active", "department", "other_departments", "superior", NULL};
static const char *const department_fields[] = {"name", "parent", "head", NULL};
static const char *const rule_fields[] = {"name", "object", "condition", "users", "departments", "roles", "access", "active", NULL};
static const char *const team_fields[] = {"record", "user", "access", NULL};
static const char *const retention_fields[] = {"name", "object", "condition", "action", "fields", "active", NULL};

static const struct Watched { const char *object; const char *const *fields; const char *kinds[4]; } watched[] = { // kinds by ChangeKind
        {"role", role_fields, {"role.create", "role.change", "role.delete", "role.restore"}},
        {"user", user_fields, {"user.create", "user.change", "user.delete", "user.restore"}},
        {"department", department_fields, {"department.create", "department.change", "department.delete", "department.restore"}},
        {"sharing_rule", rule_fields, {"sharing_rule.create", "sharing_rule.change", "sharing_rule.delete", "sharing_rule.restore"}},
        {"team_member", team_fields, {"team_member.create", "team_member.change", "team_member.delete", "team_member.restore"}},
        {"retention_rule", retention_fields, {"retention_rule.create", "retention_rule.change", "retention_rule.delete", "retention_rule.restore"}},
};

Status record_audit(Call *call, const char *kind, const Object *object, int64_t record, Str detail) {
        AuditEntry entry = {.kind = kind, .user = call->actor->user, .object = object ? object->id : 0, .record = record, .peer = call->peer, .detail = detail};
        return audit_add(call->db, &entry);
}

static void write_side(JsonWriter *w, const Field *field, const Record *record) {
        if (record)
                field_write(w, field, record->values[field->index]);
        else
                json_add_null(w);
}

static void add_tree(JsonWriter *w, const Json *tree) {
        if (tree)
                json_add_tree(w, tree);
        else
                json_add_null(w);
}

static const Json *parsed(Call *call, const Field *field, const Record *record) {
        Value value = record ? record->values[field->index] : VALUE_NONE;
        Json *json = NULL;
        if (value.kind != VALUE_TEXT || json_parse(call->context, value.text, GRANTS_DEPTH, &json) != STATUS_OK) {
                error_clear(call->context);
                return NULL;
        }
        return json->kind == JSON_OBJECT ? json : NULL;
}

static bool same_tree(Arena *arena, const Json *a, const Json *b) {
        Buf left = buf_make(arena, DETAIL_CAP), right = buf_make(arena, DETAIL_CAP);
        JsonWriter one = json_writer(&left), other = json_writer(&right);
        add_tree(&one, a);
        add_tree(&other, b);
        return str_eq(buf_str(&left), buf_str(&right));
}

static void write_member(Call *call, JsonWriter *w, Str key, const Json *before, const Json *after) {
        if (same_tree(call->context->arena, before, after))
                return;
        json_key(w, key);
        json_open_array(w);
        add_tree(w, before);
        add_tree(w, after);
        json_close_array(w);
}

// Grants are long: only what changed of them, by object.
static void write_grants(Call *call, JsonWriter *w, const Field *field, const RecordChange *change) {
        const Json *before = parsed(call, field, change->before), *after = parsed(call, field, change->after);
        json_open_object(w);
        for (size_t i = 0; before && i < before->count; i++)
                write_member(call, w, before->items[i].key, &before->items[i], json_find(after, before->items[i].key));
        for (size_t i = 0; after && i < after->count; i++)
                if (!before || !json_find(before, after->items[i].key))
                        write_member(call, w, after->items[i].key, NULL, &after->items[i]);
        json_close_object(w);
}

static bool write_field(Call *call, JsonWriter *w, const RecordChange *change, const Field *field) {
        bool blank = !change->before && (!change->after || value_is_null(change->after->values[field->index]));
        if (!field->stored || blank || (change->before && change->after && !record_changed(change, field)))
                return false;
        json_key(w, field->name);
        if (strcmp(field->type->name, "json") == 0) {
                write_grants(call, w, field, change);
                return true;
        }
        json_open_array(w);
        write_side(w, field, change->before);
        write_side(w, field, change->after);
        json_close_array(w);
        return true;
}

static Status add_change(Call *call, const RecordChange *change, const struct Watched *item, Str action) {
        Buf buf = buf_make(call->context->arena, DETAIL_CAP);
        JsonWriter w = json_writer(&buf);
        bool any = false;
        json_open_object(&w);
        json_put_str(&w, "source", call->source);
        if (action.len)
                json_put_str(&w, "action", action);
        json_key(&w, STR("changes"));
        json_open_object(&w);
        for (const char *const *name = item->fields; *name; name++) {
                const Field *field = object_find(change->object, str_from(*name));
                if (field)
                        any |= write_field(call, &w, change, field);
        }
        json_close_object(&w);
        json_close_object(&w);
        if (!any && change->kind == CHANGE_UPDATE)
                return STATUS_OK;
        return record_audit(call, item->kinds[change->kind], change->object, change->id, buf_full(&buf) ? STR("{\"left_out\":true}") : buf_str(&buf));
}

Status audit_change(Call *call, const RecordChange *change, Str action) {
        bool told = !call->quiet && !str_is(call->source, "demo"); // what is made up has no story
        for (size_t i = 0; told && i < sizeof watched / sizeof *watched; i++)
                if (str_is(change->object->name, watched[i].object))
                        return add_change(call, change, &watched[i], action);
        return STATUS_OK;
}
