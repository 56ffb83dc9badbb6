// What a new organisation starts with: a root department, the rules of risk and the shipped roles, whose grants the objects' definitions propose. No users: who may sign in is
// somebody's decision.
#include "app/command.h"
#include "objects/risk_rule/risk.h"

typedef struct ShippedRole {
        const char *key, *name;
} ShippedRole;

static const ShippedRole roles[] = {
        {ROLE_ADMIN, "管理员"}, {"sales", "销售"}, {"sales_manager", "销售主管"}, {"service", "客服"}, {"finance", "财务"},
};

#define GRANTS_ADMIN "{\"*\":{\"read\":\"all\",\"create\":true,\"update\":\"all\",\"delete\":\"all\",\"export\":true,\"actions\":\"*\"}}"

static Status has_any(Call *call, const Object *object, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " limit 1");
        return db_get_int(call->db, &select, NULL, ret);
}

static Status create_role(Call *call, const ShippedRole *role) {
        Str grants = STR(GRANTS_ADMIN);
        if (strcmp(role->key, ROLE_ADMIN) != 0)
                TRY(grants_shipped(call->context, call->catalog, str_from(role->key), &grants));
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "role"));
        record_input_set(input, "name", value_text(str_from(role->name)));
        record_input_set(input, "key", value_text(str_from(role->key)));
        record_input_set(input, "grants", value_text(grants));
        WriteOptions options = {.as_system = true};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

static Status create_root(Call *call) {
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "department"));
        record_input_set(input, "name", value_text(STR("公司")));
        WriteOptions options = {.as_system = true};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

Status seed_basics(Call *call, bool *ret_new) {
        bool departments = false, found = false;
        TRY(has_any(call, catalog_get(call->catalog, "role"), &found));
        if (!found) { // of two nodes that start on an empty database one waits here for the other
                TRY(access_bump(call->db));
                TRY(has_any(call, catalog_get(call->catalog, "role"), &found));
        }
        *ret_new = !found;
        if (found)
                return STATUS_OK;
        TRY(has_any(call, catalog_get(call->catalog, "department"), &departments));
        if (!departments)
                TRY(create_root(call));
        for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
                TRY(create_role(call, &roles[i]));
        return STATUS_OK;
}

static Status seed_step(Call *call, void *arg) {
        TRY(seed_basics(call, arg));
        TRY(risk_ship(call));
        return seed_grants(call);
}

Status seed_organisation(Context *context, Org *org, bool *ret_new) {
        return work_write(context, org, STR("system"), seed_step, ret_new);
}
