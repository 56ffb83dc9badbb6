// The demo company's departments, colleagues with their passwords, products and competitors.
#include "access/signin.h"
#include "app/demo/demo.h"

#define YEARS_AGO_MS (3 * 365 * 86400000LL + 30 * 86400000LL) // before the first customer was entered

Status demo_put(Call *call, RecordInput *input, const char *field, Str text) {
        const Field *target = object_get(input->object, field);
        Value value = VALUE_NONE;
        TRY(field_parse(call->context, target, target->name, text, &value));
        record_input_set(input, field, value);
        return STATUS_OK;
}

static const WriteOptions writing = {.as_system = true, .quiet = true};

static RecordInput *input_for(Call *call, const char *object) {
        return record_input_new(call->context->arena, catalog_get(call->catalog, object));
}

// ---- Departments and colleagues

static Status find_root(Call *call, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"department\" where deleted_at is null and parent_id is null order by \"id\" limit 1");
        return db_get_int(call->db, &select, ret, NULL);
}

static Status find_role(Call *call, const char *key, int64_t *ret) {
        bool found = false;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"role\" where deleted_at is null and \"key\" = ");
        sql_str(&select, str_from(key));
        TRY(db_get_int(call->db, &select, ret, &found));
        return found ? STATUS_OK : error_set(call->context, STATUS_INVALID, "no_such_role", str_from(key));
}

static Status create_departments(Call *call, Demo *demo) {
        int64_t root = 0;
        TRY(find_root(call, &root));
        for (int i = 0; i < demo_departments_count; i++) {
                const DemoDepartment *department = &demo_departments[i];
                RecordInput *input = input_for(call, "department");
                int64_t parent = department->parent < 0 ? root : demo->departments[department->parent];
                record_input_set(input, "name", value_text(str_from(department->name)));
                if (parent)
                        record_input_set(input, "parent", value_int(parent));
                TRY(record_create(call, input, &writing, &demo->departments[i]));
        }
        return STATUS_OK;
}

// Somebody of the company may have the name already.
static Status free_login(Call *call, const char *login, Str *ret) {
        *ret = str_from(login);
        for (int i = 1; i < 100; i++) {
                bool found = false;
                Sql select = db_sql(call->db);
                sql(&select, "select 1 from \"user\" where \"login\" = ");
                sql_str(&select, *ret);
                TRY(db_get_int(call->db, &select, NULL, &found));
                if (!found)
                        return STATUS_OK;
                *ret = i == 1 ? str_format(call->context->arena, "demo-%s", login) : str_format(call->context->arena, "demo-%s-%d", login, i);
        }
        return STATUS_OK;
}

// An administrator who cannot sign in must not be the last one.
static const char *role_of(const Demo *demo, const DemoPerson *person) {
        return demo->beside && strcmp(person->role, ROLE_ADMIN) == 0 ? "sales_manager" : person->role;
}

static Status create_person(Call *call, Demo *demo, int index) {
        const DemoPerson *person = &demo_people[index];
        Arena *arena = call->context->arena;
        Chance chance = {.state = (uint64_t)index * 7919 + 17};
        int64_t role = 0;
        Str login = STR_NONE;
        TRY(find_role(call, role_of(demo, person), &role));
        TRY(free_login(call, person->login, &login));
        RecordInput *input = input_for(call, "user");
        record_input_set(input, "name", value_text(str_from(person->name)));
        record_input_set(input, "login", value_text(login));
        record_input_set(input, "department", value_int(demo->departments[person->department]));
        record_input_set(input, "roles", value_text(str_format(arena, "[\"%lld\"]", (long long)role)));
        TRY(demo_put(call, input, "position", str_from(person->position)));
        TRY(demo_put(call, input, "phone", demo_mobile(&chance, arena)));
        TRY(demo_put(call, input, "email", str_format(arena, "%s@haike.example", person->login)));
        return record_create(call, input, &writing, &demo->people[index]);
}

static Status set_heads(Call *call, const Demo *demo) {
        const Object *object = catalog_get(call->catalog, "department");
        for (int i = 0; i < demo_departments_count; i++) {
                RecordInput *input = record_input_new(call->context->arena, object);
                record_input_set(input, "head", value_int(demo->people[demo_departments[i].head]));
                TRY(record_update(call, object, demo->departments[i], input, &writing));
        }
        return STATUS_OK;
}

typedef struct PeopleStep {
        Demo *demo;
        Str hashes[64];
} PeopleStep;

static Status people_step(Call *call, void *arg) {
        PeopleStep *step = arg;
        int64_t now = call->context->now_ms;
        call->context->now_ms = now - YEARS_AGO_MS;
        Status status = create_departments(call, step->demo);
        for (int i = 0; status == STATUS_OK && i < demo_people_count; i++)
                status = create_person(call, step->demo, i);
        if (status == STATUS_OK)
                status = set_heads(call, step->demo);
        call->context->now_ms = now;
        for (int i = 0; status == STATUS_OK && i < demo_people_count && !step->demo->beside; i++)
                status = password_set(call->db, step->demo->people[i], step->hashes[i], false);
        return status == STATUS_OK ? settings_demo_set(call->db, true) : status;
}

// The slow part, hashing, comes before the transaction.
Status demo_people_create(Demo *demo) {
        PeopleStep step = {.demo = demo};
        for (int i = 0; i < demo_people_count && !demo->beside; i++)
                TRY(password_hash(demo->context, STR(DEMO_PASSWORD), &step.hashes[i]));
        TRY(work_write(demo->context, demo->org, STR("demo"), people_step, &step));
        demo->progress(demo->arg, "command.demo_people", demo_people_count, demo_people_count);
        return STATUS_OK;
}

// ---- Products and competitors

static Status create_product(Call *call, Demo *demo, int index) {
        const DemoProduct *product = &demo_products[index];
        Arena *arena = call->context->arena;
        RecordInput *input = input_for(call, "product");
        record_input_set(input, "name", value_text(str_from(product->name)));
        TRY(demo_put(call, input, "code", str_from(product->code)));
        TRY(demo_put(call, input, "category", str_from(product->category)));
        TRY(demo_put(call, input, "unit", str_from(product->unit)));
        TRY(demo_put(call, input, "specification", str_from(product->specification)));
        TRY(demo_put(call, input, "price", str_format(arena, "%d", product->price)));
        TRY(demo_put(call, input, "cost", str_format(arena, "%d", product->cost)));
        return record_create(call, input, &writing, &demo->products[index]);
}

static Status create_competitor(Call *call, Demo *demo, int index) {
        const DemoCompetitor *competitor = &demo_competitors[index];
        RecordInput *input = input_for(call, "competitor");
        record_input_set(input, "name", value_text(str_from(competitor->name)));
        TRY(demo_put(call, input, "price_level", str_from(competitor->price_level)));
        TRY(demo_put(call, input, "strengths", str_from(competitor->strengths)));
        TRY(demo_put(call, input, "weaknesses", str_from(competitor->weaknesses)));
        TRY(demo_put(call, input, "website", str_from(competitor->website)));
        return record_create(call, input, &writing, &demo->competitors[index]);
}

static Status goods_step(Call *call, void *arg) {
        Demo *demo = arg;
        const Actor *actor = call->actor;
        int64_t now = call->context->now_ms;
        TRY(access_actor(call->context, actor->access, demo->people[0], &call->actor));
        call->context->now_ms = now - YEARS_AGO_MS;
        Status status = STATUS_OK;
        for (int i = 0; status == STATUS_OK && i < demo_products_count; i++)
                status = create_product(call, demo, i);
        for (int i = 0; status == STATUS_OK && i < demo_competitors_count; i++)
                status = create_competitor(call, demo, i);
        call->context->now_ms = now;
        call->actor = actor;
        return status;
}

Status demo_goods_create(Demo *demo) {
        return work_write(demo->context, demo->org, STR("demo"), goods_step, demo);
}
