// Objects that came with a later version of the program: the shipped roles are given what their definitions propose, once. What an administrator took away or
// changed afterwards stays as it is: the objects that were handed out are remembered in a setting.
#include "app/command.h"

#define SETTING "objects_granted"
#define LIST_CAP (64 * 1024)
#define GRANTS_CAP (1u << 20)
#define ROLES_LARGEST 16
#define GRANTS_DEEPEST 16

typedef struct RoleRow {
        int64_t id;
        Str key, grants;
} RoleRow;

static bool list_has(Str list, Str name) {
        for (Str item; str_cut(&list, ' ', &item);)
                if (str_eq(item, name))
                        return true;
        return false;
}

static Status load_roles(Call *call, RoleRow *roles, size_t *ret_count) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\", \"key\", \"grants\" from \"role\" where deleted_at is null and \"key\" in ('sales', 'sales_manager', 'service', 'finance') and \"grants\" is not null order by \"id\" limit ");
        sql_int(&select, ROLES_LARGEST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        *ret_count = 0;
        while (*ret_count < ROLES_LARGEST) {
                bool found = false;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                roles[(*ret_count)++] = (RoleRow){rows_int(rows, 0), rows_value(rows, 1, VALUE_TEXT).text, rows_value(rows, 2, VALUE_TEXT).text};
        }
        return STATUS_OK;
}

// A database from before there was the setting: what any of the shipped roles names was handed out.
static Status names_granted(Call *call, const RoleRow *roles, size_t count, Buf *list) {
        for (size_t i = 0; i < count; i++) {
                Json *grants = NULL;
                TRY(json_parse(call->context, roles[i].grants, GRANTS_DEEPEST, &grants));
                for (size_t k = 0; k < grants->count; k++)
                        buf_format(list, " " STR_FMT, STR_ARG(grants->items[k].key));
        }
        return STATUS_OK;
}

// The role's grants with those proposed for objects that are new; *ret_more false: there are none.
static Status merged(Call *call, const RoleRow *role, Str granted, Str *ret, bool *ret_more) {
        Str proposed = STR_NONE;
        Json *have = NULL, *offered = NULL;
        *ret_more = false;
        TRY(grants_shipped(call->context, call->catalog, role->key, &proposed));
        TRY(json_parse(call->context, role->grants, GRANTS_DEEPEST, &have));
        TRY(json_parse(call->context, proposed, GRANTS_DEEPEST, &offered));
        Buf buf = buf_make(call->context->arena, GRANTS_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        for (size_t i = 0; i < have->count; i++) {
                json_key(&w, have->items[i].key);
                json_add_tree(&w, &have->items[i]);
        }
        for (size_t i = 0; i < offered->count; i++) {
                const Json *item = &offered->items[i];
                if (list_has(granted, item->key) || json_find(have, item->key))
                        continue;
                json_key(&w, item->key);
                json_add_tree(&w, item);
                *ret_more = true;
        }
        json_close_object(&w);
        *ret = buf_str(&buf);
        return STATUS_OK;
}

static Status grant_new(Call *call, const RoleRow *role, Str granted) {
        const Object *object = catalog_get(call->catalog, "role");
        Str grants = STR_NONE;
        bool more = false;
        TRY(merged(call, role, granted, &grants, &more));
        if (!more)
                return STATUS_OK;
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "grants", value_text(grants));
        WriteOptions options = {.as_system = true, .action = STR("upgrade")};
        return record_update(call, object, role->id, input, &options);
}

Status seed_grants(Call *call) {
        Str before = STR_NONE;
        RoleRow roles[ROLES_LARGEST];
        size_t count = 0;
        Buf list = buf_make(call->context->arena, LIST_CAP), now = buf_make(call->context->arena, LIST_CAP);
        for (size_t i = 0; i < call->catalog->objects_count; i++)
                if (call->catalog->objects[i]->grants)
                        buf_format(&now, " " STR_FMT, STR_ARG(call->catalog->objects[i]->name));
        TRY(org_setting(call->db, STR(SETTING), STR_NONE, &before));
        if (str_eq(before, buf_str(&now)))
                return STATUS_OK;
        TRY(load_roles(call, roles, &count));
        buf_add(&list, before);
        if (str_empty(before))
                TRY(names_granted(call, roles, count, &list));
        for (size_t i = 0; i < count; i++)
                TRY(grant_new(call, &roles[i], buf_str(&list)));
        return org_setting_set(call->db, STR(SETTING), buf_str(&now));
}
