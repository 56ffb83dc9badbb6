// Roles: grants are checked against the catalog as a whole, and the administrators' role stays what it is.
#include "access/settings.h"
#include "record/record.h"

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static bool key_is(const Record *record, const char *key) {
        Value value = record_value(record, "key");
        return value.kind == VALUE_TEXT && str_is(value.text, key);
}

static bool key_is_good(Str key) {
        for (size_t i = 0; i < key.len; i++) {
                char c = key.data[i];
                bool letter = c >= 'a' && c <= 'z', other = (c >= '0' && c <= '9') || c == '_';
                if (!letter && (i == 0 || !other))
                        return false;
        }
        return key.len > 0;
}

static bool is_base(const Record *record) {
        Value base = record_value(record, "base");
        return base.kind == VALUE_BOOL && base.boolean;
}

static void check_values(Call *call, const RecordChange *change) {
        Context *context = call->context;
        if (is_base(change->after) && key_is(change->after, ROLE_ADMIN))
                (void)error_add(context, STR("base"), "role_base_admin");
        Value key = record_value(change->after, "key"), grants = record_value(change->after, "grants");
        if (key.kind == VALUE_TEXT && changed(change, "key") && !key_is_good(key.text))
                (void)error_add(context, STR("key"), "role_key");
        if (change->before && key_is(change->before, ROLE_ADMIN)) {
                if (changed(change, "key"))
                        (void)error_add(context, STR("key"), "role_admin_fixed");
                if (changed(change, "grants"))
                        (void)error_add(context, STR("grants"), "role_admin_fixed");
                return;
        }
        if (grants.kind == VALUE_TEXT && changed(change, "grants") && grants_check(context, call->catalog, STR("grants"), grants.text) == STATUS_TOO_LARGE)
                (void)error_add(context, STR("grants"), "too_large");
}

// The list as it is kept; and whoever sets it is not to shut himself out.
static void check_allow_list(Call *call, const RecordChange *change) {
        Context *context = call->context;
        NetworkList list;
        Value text = record_value(change->after, "allow_list");
        if (text.kind != VALUE_TEXT || !changed(change, "allow_list") || allow_list_check(context, STR("allow_list"), text.text, &list) != STATUS_OK)
                return;
        record_set(change->after, "allow_list", list.count ? value_text(network_list_format(context->arena, &list)) : VALUE_NONE);
        bool own = false;
        for (size_t i = 0; i < call->actor->roles_count; i++)
                own |= call->actor->roles[i] == change->id;
        if (change->by_user && own && list.count && !network_list_has(&list, call->peer))
                (void)error_add(context, STR("allow_list"), "address_self", call->peer);
}

static Status check_unused(Call *call, int64_t role) {
        Sql select = db_sql(call->db);
        sql(&select, "select count(*) from \"user\" where \"deleted_at\" is null and haike_list_has(\"roles\", ");
        sql_str(&select, str_format(call->context->arena, "%lld", (long long)role));
        sql(&select, ")");
        int64_t users = 0;
        TRY(db_get_int(call->db, &select, &users, NULL));
        if (!users)
                return STATUS_OK;
        return error_set(call->context, STATUS_CONFLICT, "role_in_use", str_format(call->context->arena, "%lld", (long long)users));
}

// Whoever could write a role could write himself every right.
static Status role_before(Call *call, RecordChange *change) {
        if (change->by_user && !call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(access_bump(call->db)); // first: nobody is given the role between here and the commit
        if (change->kind == CHANGE_DELETE) {
                if (key_is(change->before, ROLE_ADMIN))
                        return error_set(call->context, STATUS_CONFLICT, "role_admin_fixed");
                if (is_base(change->before))
                        return error_set(call->context, STATUS_CONFLICT, "role_base");
                return check_unused(call, change->id);
        }
        check_values(call, change);
        check_allow_list(call, change);
        return STATUS_OK;
}

static Status role_after(Call *call, const RecordChange *change) {
        (void)change;
        call->metadata_changed = true;
        return STATUS_OK;
}

const ObjectModule role_module = {.object = "role", .before = role_before, .after = role_after};
