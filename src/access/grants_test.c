// Grants: what is read from their JSON, what is refused and where, how the roles of a user merge, and what follows for fields, formulas and names.
#include "access/fixture.h"

static void expect_error(Fixture *f, const char *json, const char *path, const char *code) {
        error_clear(&f->context);
        Status status = grants_check(&f->context, f->view.catalog, STR("grants"), str_from(json));
        assert_int_equal(status, STATUS_INVALID);
        bool found = false;
        for (size_t i = 0; i < f->context.error.count; i++)
                found |= str_is(f->context.error.items[i].field, path) && (!code || strcmp(f->context.error.items[i].code, code) == 0);
        if (!found)
                fail_msg("%s: nothing at %s, but %zu errors, first %.*s %s", json, path, f->context.error.count, STR_ARG(f->context.error.items[0].field), f->context.error.items[0].code);
        error_clear(&f->context);
}

static void check_takes_what_is_right(void **state) {
        Fixture *f = *state;
        static const char *const good[] = {
                "{}", "null", "{\"*\":{\"read\":\"own\"}}",
                "{\"customer\":{\"read\":\"tree\",\"create\":true,\"update\":\"own\",\"delete\":\"none\",\"export\":false,\"actions\":[\"claim\"],\"fields\":{\"phone\":\"mask\",\"*\":\"read\"}}}",
                "{\"customer\":{\"read\":\"owner.department under my_department() and level = \\\"A\\\"\",\"actions\":\"*\"}}",
                "{\"customer\":{\"read\":null,\"fields\":null,\"actions\":null},\"contact\":null}",
                "{\"*\":{\"read\":\"owner = me()\",\"fields\":{\"phone\":\"hide\",\"no_such_field\":\"hide\"}}}",
        };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                if (grants_check(&f->context, f->view.catalog, STR("grants"), str_from(good[i])) != STATUS_OK)
                        fail_msg("%s: %.*s %s", good[i], STR_ARG(f->context.error.items[0].field), f->context.error.items[0].code);
}

static void check_refuses_at_the_path(void **state) {
        Fixture *f = *state;
        expect_error(f, "{\"customer\":{\"read\":\"\"}}", "grants.customer.read", "grant_scope");
        expect_error(f, "{\"customer\":{\"read\":true}}", "grants.customer.read", "grant_scope");
        expect_error(f, "{\"customer\":{\"update\":[\"own\"]}}", "grants.customer.update", "grant_scope");
        expect_error(f, "{\"customer\":{\"read\":\"no_such_field = 1\"}}", "grants.customer.read", NULL);
        expect_error(f, "{\"customer\":{\"delete\":\"level = \"}}", "grants.customer.delete", NULL);
        expect_error(f, "{\"customer\":{\"read\":\"1 + 1\"}}", "grants.customer.read", NULL);
        expect_error(f, "{\"customer\":{\"create\":\"yes\"}}", "grants.customer.create", "grant_switch");
        expect_error(f, "{\"customer\":{\"actions\":\"claim\"}}", "grants.customer.actions", "grant_actions");
        expect_error(f, "{\"customer\":{\"actions\":[1]}}", "grants.customer.actions", "grant_actions");
        expect_error(f, "{\"customer\":{\"fields\":{\"nonsense\":\"read\"}}}", "grants.customer.fields.nonsense", "unknown_field");
        expect_error(f, "{\"customer\":{\"fields\":{\"phone\":\"peek\"}}}", "grants.customer.fields.phone", "grant_right");
        expect_error(f, "{\"customer\":{\"fields\":[]}}", "grants.customer.fields", "grant_object");
        expect_error(f, "{\"customer\":{\"raed\":\"all\"}}", "grants.customer.raed", "grant_member");
        expect_error(f, "{\"customer\":\"all\"}", "grants.customer", "grant_object");
        expect_error(f, "{\"nothing\":{}}", "grants.nothing", "grant_unknown_object");
        expect_error(f, "{\"*\":{\"read\":\"no_such_field = 1\"}}", "grants.*.read", NULL);
        expect_error(f, "[]", "grants", "grant_object");
        expect_error(f, "\"all\"", "grants", "grant_object");
        expect_error(f, "{\"customer\":{},\"customer\":{}}", "grants", "grant_object");
        expect_error(f, "not json", "grants", "grant_object");
}

static void check_collects_every_mistake(void **state) {
        Fixture *f = *state;
        const char *json = "{\"customer\":{\"read\":\"x = \",\"create\":1,\"fields\":{\"a\":\"b\"}},\"ghost\":{}}";
        assert_int_equal(grants_check(&f->context, f->view.catalog, STR("grants"), str_from(json)), STATUS_INVALID);
        assert_true(f->context.error.count >= 4);
        error_clear(&f->context);
        expect_error(f, "{\"*\":{\"read\":\"no_such_field = 1\"}}", "grants.*.read", NULL);
        const Str star = STR("{\"*\":{\"read\":\"no_such_field = 1\"}}");
        assert_int_equal(grants_check(&f->context, f->view.catalog, STR("grants"), star), STATUS_INVALID);
        assert_int_equal(f->context.error.count, 1); // once, not for every object
}

static void rule_mistakes_have_a_position(void **state) {
        Fixture *f = *state;
        const Str json = STR("{\"customer\":{\"read\":\"owner = me() and wrong = 1\"}}");
        assert_int_equal(grants_check(&f->context, f->view.catalog, STR("grants"), json), STATUS_INVALID);
        assert_int_equal(f->context.error.count, 1);
        assert_int_equal(f->context.error.items[0].position, 17);
}

// Deep, long, wide and strange: an error or nothing, never a crash and never a right.
static void hostile_grants(void **state) {
        Fixture *f = *state;
        Buf buf = buf_make(f->arena, 1 << 20);
        buf_lit(&buf, "{\"customer\":{\"read\":\"");
        for (int i = 0; i < 3000; i++)
                buf_add_char(&buf, '(');
        buf_lit(&buf, "\"}}");
        assert_int_equal(grants_check(&f->context, f->view.catalog, STR("grants"), buf_str(&buf)), STATUS_INVALID);
        buf_reset(&buf);
        for (int i = 0; i < 100; i++)
                buf_lit(&buf, "{\"customer\":");
        assert_int_equal(grants_check(&f->context, f->view.catalog, STR("grants"), buf_str(&buf)), STATUS_INVALID);
        buf_reset(&buf);
        buf_add_char(&buf, '{');
        for (int i = 0; i < 5000; i++)
                buf_format(&buf, "%s\"客客客客客客客客客客客客客客客客客客客客客客客客客客客客客客客%d\":{\"read\":\"all\"}", i ? "," : "", i);
        buf_add_char(&buf, '}');
        error_clear(&f->context);
        assert_int_equal(grants_check(&f->context, f->view.catalog, STR("grants"), buf_str(&buf)), STATUS_INVALID);
        for (size_t i = 0; i < f->context.error.count; i++)
                assert_true(utf8_valid(f->context.error.items[i].field));
        int64_t role = add_role(f, "broken", "{\"customer\":{\"read\":\"gone = 1\",\"update\":7,\"create\":\"true\",\"fields\":{\"phone\":\"open\"}}}");
        int64_t odd = add_role(f, "odd", "[{]");
        int64_t user = add_user(f, "u", 0, role_list(f, role, odd));
        reload(f);
        const Actor *actor = actor_of(f, user);
        assert_false(actor_may(actor, object_of(f, "customer"), VERB_READ));
        assert_false(actor_may(actor, object_of(f, "customer"), VERB_UPDATE));
        assert_false(actor_may(actor, object_of(f, "customer"), VERB_CREATE));
        assert_int_equal(actor_field(actor, field_of(f, "customer", "phone")), FIELD_HIDE);
}

static void no_role_sees_names_only(void **state) {
        Fixture *f = *state;
        int64_t user = add_user(f, "u", add_department(f, "d", 0, 0), STR("[]"));
        reload(f);
        const Actor *actor = actor_of(f, user);
        assert_int_equal(actor_scope(actor, object_of(f, "user"), VERB_READ).kind, SCOPE_ALL);
        assert_int_equal(actor_scope(actor, object_of(f, "department"), VERB_READ).kind, SCOPE_ALL);
        assert_int_equal(actor_field(actor, field_of(f, "user", "name")), FIELD_READ);
        assert_int_equal(actor_field(actor, field_of(f, "user", "position")), FIELD_READ);
        assert_int_equal(actor_field(actor, field_of(f, "user", "phone")), FIELD_HIDE);
        assert_int_equal(actor_field(actor, field_of(f, "user", "roles")), FIELD_HIDE);
        assert_int_equal(actor_field(actor, field_of(f, "department", "remark")), FIELD_HIDE);
        static const char *const closed[] = {"customer", "contact", "opportunity", "role", "task"};
        for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
                for (Verb verb = VERB_READ; verb <= VERB_EXPORT; verb++)
                        assert_false(actor_may(actor, object_of(f, closed[i]), verb));
        assert_false(actor_may(actor, object_of(f, "user"), VERB_UPDATE));
        assert_false(actor->administrator);
}

static void own_scope_on_users_opens_nobody_elses_fields(void **state) {
        Fixture *f = *state;
        int64_t narrow = add_role(f, "narrow", "{\"user\":{\"read\":\"own\",\"update\":\"own\"}}"), wide = add_role(f, "wide", "{\"user\":{\"read\":\"all\",\"fields\":{\"roles\":\"hide\"}}}");
        int64_t a = add_user(f, "a", 0, role_list(f, narrow, 0)), b = add_user(f, "b", 0, role_list(f, wide, 0));
        reload(f);
        assert_int_equal(actor_field(actor_of(f, a), field_of(f, "user", "phone")), FIELD_HIDE);
        assert_int_equal(actor_field(actor_of(f, b), field_of(f, "user", "phone")), FIELD_READ);
        assert_int_equal(actor_field(actor_of(f, b), field_of(f, "user", "roles")), FIELD_HIDE);
}

static void widest_wins(void **state) {
        Fixture *f = *state;
        int64_t first = add_role(f, "first",
                                 "{\"customer\":{\"read\":\"own\",\"create\":true,\"update\":\"own\",\"actions\":[\"claim\"],\"fields\":{\"phone\":\"mask\",\"level\":\"hide\"}},"
                                 "\"contact\":{\"read\":\"name = \\\"x\\\"\"},\"*\":{\"read\":\"department\"}}");
        int64_t second = add_role(f, "second",
                                  "{\"customer\":{\"read\":\"tree\",\"export\":true,\"actions\":[\"release\",\"claim\"],\"fields\":{\"phone\":\"read\",\"remark\":\"hide\"}},"
                                  "\"contact\":{\"read\":\"name = \\\"y\\\"\"},\"task\":{\"read\":\"none\",\"fields\":{\"title\":\"hide\"}}}");
        int64_t user = add_user(f, "u", 0, role_list(f, first, second)), only_second = add_user(f, "v", 0, role_list(f, second, 0));
        reload(f);
        const Actor *actor = actor_of(f, user);
        const Object *customer = object_of(f, "customer");
        assert_int_equal(actor_scope(actor, customer, VERB_READ).kind, SCOPE_TREE);
        assert_int_equal(actor_scope(actor, customer, VERB_UPDATE).kind, SCOPE_OWN);
        assert_true(actor_may(actor, customer, VERB_CREATE) && actor_may(actor, customer, VERB_EXPORT) && !actor_may(actor, customer, VERB_DELETE));
        assert_true(actor_may_act(actor, customer, STR("claim")) && actor_may_act(actor, customer, STR("release")) && !actor_may_act(actor, customer, STR("assign")));
        assert_int_equal(actor_field(actor, object_get(customer, "phone")), FIELD_READ);
        assert_int_equal(actor_field(actor, object_get(customer, "level")), FIELD_WRITE);
        assert_int_equal(actor_field(actor, object_get(customer, "remark")), FIELD_WRITE);
        assert_int_equal(actor_scope(actor, object_of(f, "contact"), VERB_READ).rules_count, 2);
        assert_int_equal(actor_scope(actor, object_of(f, "task"), VERB_READ).kind, SCOPE_DEPARTMENT);
        assert_int_equal(actor_scope(actor, object_of(f, "lead"), VERB_READ).kind, SCOPE_DEPARTMENT);
        const Actor *reader = actor_of(f, only_second); // nobody writes who may neither create nor update
        assert_int_equal(actor_field(reader, object_get(customer, "level")), FIELD_READ);
        assert_int_equal(actor_field(reader, object_get(customer, "remark")), FIELD_HIDE);
        assert_false(actor_may(reader, object_of(f, "task"), VERB_READ));
}

static void equal_roles_share_their_rights(void **state) {
        Fixture *f = *state;
        int64_t a = add_role(f, "a", "{\"customer\":{\"read\":\"own\"}}"), b = add_role(f, "b", "{\"customer\":{\"read\":\"own\"}}");
        int64_t first = add_user(f, "first", 0, role_list(f, a, b)), second = add_user(f, "second", 0, role_list(f, b, a)), third = add_user(f, "third", 0, role_list(f, a, 0));
        reload(f);
        assert_ptr_equal(actor_of(f, first)->grants, actor_of(f, second)->grants);
        assert_ptr_not_equal(actor_of(f, first)->grants, actor_of(f, third)->grants);
        assert_ptr_equal(actor_of(f, first), actor_of(f, first));
}

static void administrator_may_everything(void **state) {
        Fixture *f = *state;
        int64_t admin = add_role(f, "admin", "{}"), user = add_user(f, "u", 0, role_list(f, admin, 0));
        reload(f);
        const Actor *actor = actor_of(f, user);
        assert_true(actor->administrator && !actor->system);
        for (size_t i = 0; i < f->view.catalog->objects_count; i++) {
                const Object *object = f->view.catalog->objects[i];
                assert_int_equal(actor_scope(actor, object, VERB_DELETE).kind, SCOPE_ALL);
                assert_true(actor_may_act(actor, object, STR("anything")));
                for (size_t j = 0; j < object->fields_count; j++)
                        assert_int_equal(actor_field(actor, object->fields[j]), object->fields[j]->hidden ? FIELD_HIDE : FIELD_WRITE);
        }
}

static Status parse(Fixture *f, const Actor *actor, const char *object, const char *source) {
        ExprNames names = actor_names(actor);
        ExprParse request = {.names = &names, .object = object_of(f, object)};
        const Expr *expr = NULL;
        error_clear(&f->context);
        return expr_parse(&f->context, &request, str_from(source), &expr);
}

static void names_hide_what_may_not_be_read(void **state) {
        Fixture *f = *state;
        int64_t role = add_role(f, "r", "{\"customer\":{\"read\":\"all\",\"fields\":{\"phone\":\"mask\",\"level\":\"hide\"}},\"contact\":{\"read\":\"own\",\"fields\":{\"customer\":\"hide\"}}}");
        int64_t user = add_user(f, "u", 0, role_list(f, role, 0));
        reload(f);
        const Actor *actor = actor_of(f, user), *system = access_system(f->view.access);
        assert_int_equal(parse(f, actor, "customer", "name contains \"x\" and owner.department = my_department()"), STATUS_OK);
        assert_int_equal(parse(f, actor, "customer", "phone = \"1\""), STATUS_MALFORMED);
        assert_int_equal(parse(f, actor, "customer", "level = \"A\""), STATUS_MALFORMED);
        assert_int_equal(parse(f, actor, "customer", "parent.level = \"A\""), STATUS_MALFORMED);
        assert_int_equal(parse(f, actor, "customer", "owner.phone = \"1\""), STATUS_MALFORMED);
        assert_int_equal(parse(f, actor, "customer", "sum(opportunities.amount) > 1"), STATUS_MALFORMED);
        assert_int_equal(parse(f, actor, "customer", "count(contacts) > 1"), STATUS_MALFORMED);
        assert_int_equal(parse(f, actor, "opportunity", "amount > 1"), STATUS_MALFORMED);
        assert_int_equal(parse(f, system, "customer", "sum(opportunities.amount) > 1 and level = \"A\""), STATUS_OK);
}

static Status add_formula(Db *db, void *arg) {
        Fixture *f = arg;
        static const char *const definitions[] = {
                "{\"name\":\"plain\",\"type\":\"formula\",\"label\":\"p\",\"expression\":\"employees * 2\",\"result\":\"integer\"}",
                "{\"name\":\"telling\",\"type\":\"formula\",\"label\":\"t\",\"expression\":\"if(level = \\\"A\\\", 1, 0)\",\"result\":\"integer\"}",
                "{\"name\":\"far\",\"type\":\"formula\",\"label\":\"f\",\"expression\":\"if(parent.level = \\\"A\\\", 1, 0)\",\"result\":\"integer\"}",
                "{\"name\":\"below\",\"type\":\"formula\",\"label\":\"b\",\"expression\":\"sum(opportunities.amount)\",\"result\":\"money\"}",
        };
        for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++) {
                Json *json = NULL;
                Str name;
                TRY(json_parse(&f->context, str_from(definitions[i]), 8, &json));
                TRY(catalog_add_field(db, f->view.catalog, object_of(f, "customer"), json, &name));
        }
        return STATUS_OK;
}

static Status add_nested_formula(Db *db, void *arg) {
        Fixture *f = arg;
        Json *json = NULL;
        Str name;
        TRY(json_parse(&f->context, STR("{\"name\":\"nested\",\"type\":\"formula\",\"label\":\"n\",\"expression\":\"telling + 1\",\"result\":\"integer\"}"), 8, &json));
        return catalog_add_field(db, f->view.catalog, object_of(f, "customer"), json, &name);
}

static void formulas_do_not_tell_hidden_fields(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_write(org_store(f->org), &f->context, add_formula, f));
        reload(f);
        assert_ok(f, store_write(org_store(f->org), &f->context, add_nested_formula, f));
        int64_t role = add_role(f, "r", "{\"customer\":{\"read\":\"all\",\"fields\":{\"level\":\"mask\"}}}"), open = add_role(f, "o", "{\"customer\":{\"read\":\"all\"},\"opportunity\":{\"read\":\"own\"}}");
        int64_t user = add_user(f, "u", 0, role_list(f, role, 0)), other = add_user(f, "v", 0, role_list(f, open, 0));
        reload(f);
        static const struct { const char *name; FieldRight right, open; } expected[] = {
                {"plain", FIELD_READ, FIELD_READ}, {"telling", FIELD_HIDE, FIELD_READ}, {"far", FIELD_HIDE, FIELD_READ},
                {"below", FIELD_HIDE, FIELD_READ}, {"nested", FIELD_HIDE, FIELD_READ}, {"open_amount", FIELD_READ, FIELD_READ},
        };
        for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
                assert_int_equal(actor_field(actor_of(f, user), field_of(f, "customer", expected[i].name)), expected[i].right);
                assert_int_equal(actor_field(actor_of(f, other), field_of(f, "customer", expected[i].name)), expected[i].open);
        }
}

static void shipped_grants_are_valid(void **state) {
        Fixture *f = *state;
        static const char *const keys[] = {"sales", "sales_manager", "service", "finance"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
                Str json = STR_NONE;
                assert_ok(f, grants_shipped(&f->context, f->view.catalog, str_from(keys[i]), &json));
                assert_true(str_find(json, STR("\"customer\"")) > 0);
                Status status = grants_check(&f->context, f->view.catalog, STR("grants"), json);
                if (status != STATUS_OK)
                        fail_msg("%s: %.*s %s", keys[i], STR_ARG(f->context.error.items[0].field), f->context.error.items[0].code);
        }
}

static void masks(void **state) {
        Fixture *f = *state;
        static const struct { const char *object, *field, *text, *masked; } cases[] = {
                {"contact", "phone", "13812341234", "138****1234"}, {"contact", "phone", "01012345678", "010****5678"}, {"contact", "phone", "+8613812341234", "+86****1234"},
                {"contact", "phone", "12345", "1***"}, {"contact", "phone", "", ""}, {"contact", "email", "zhang@x.cn", "z***@x.cn"}, {"contact", "email", "@x", "@***"},
                {"contact", "name", "张三", "张*"}, {"contact", "name", "欧阳三丰", "欧***"}, {"contact", "name", "张", "张*"}, {"contact", "name", "Li Lei", "L***"},
                {"customer", "name", "海客科技有限公司", "海***"}, {"customer", "remark", "秘密", "秘***"}, {"customer", "level", "A", ""}, {"customer", "employees", "12", ""}, {"customer", "tags", "[\"a\"]", ""},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Str masked = mask_text(f->arena, field_of(f, cases[i].object, cases[i].field), (Mask){0}, str_from(cases[i].text));
                assert_string_equal(str_c(f->arena, masked), cases[i].masked);
        }
}

static void masks_by_pattern(void **state) {
        Fixture *f = *state;
        static const struct { const char *field, *text; int head, tail; const char *masked; } cases[] = {
                {"phone", "13812341234", 3, 4, "138****1234"}, {"phone", "13812341234", 0, 4, "****1234"}, {"phone", "13812341234", 3, 0, "138****"}, {"phone", "13812341234", 0, 0, "****"},
                {"phone", "12345678", 3, 4, "123****5678"}, {"phone", "1234567", 3, 4, "1***"}, {"phone", "1", 0, 0, "****"}, {"phone", "", 3, 4, ""},
                {"email", "zhang@x.cn", 2, 3, "zh****.cn"}, {"name", "海客科技有限公司", 1, 2, "海****公司"}, {"name", "海客科", 1, 2, "海***"}, {"remark", "秘密", 1, 0, "秘****"},
                {"level", "A", 3, 4, ""}, {"employees", "12", 1, 0, ""}, {"tags", "[\"a\"]", 1, 1, ""}, {"address", "{\"city\":\"x\"}", 1, 1, ""},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                Mask mask = {.given = true, .head = (uint8_t)cases[i].head, .tail = (uint8_t)cases[i].tail};
                assert_string_equal(str_c(f->arena, mask_text(f->arena, field_of(f, "customer", cases[i].field), mask, str_from(cases[i].text))), cases[i].masked);
        }
}

static void patterns_merge_to_the_most_open(void **state) {
        Fixture *f = *state;
        static const struct { const char *a, *b; FieldRight right; bool given; int head, tail; } cases[] = {
                {"mask", "hide", FIELD_MASK, false, 0, 0}, {"mask:3,4", "hide", FIELD_MASK, true, 3, 4}, {"mask:0,0", "mask", FIELD_MASK, true, 0, 0}, {"mask:3,4", "mask:1,1", FIELD_MASK, true, 3, 4},
                {"mask:3,4", "mask:4,3", FIELD_MASK, true, 4, 3}, {"mask:0,8", "mask:3,4", FIELD_MASK, true, 0, 8}, {"mask:3,4", "read", FIELD_READ, false, 0, 0},
        };
        for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
                const char *first = i % 2 ? cases[i / 2].b : cases[i / 2].a, *second = i % 2 ? cases[i / 2].a : cases[i / 2].b;
                int64_t a = add_role(f, str_c(f->arena, str_format(f->arena, "a%zu", i)), str_c(f->arena, str_format(f->arena, "{\"customer\":{\"read\":\"all\",\"fields\":{\"phone\":\"%s\"}}}", first)));
                int64_t b = add_role(f, str_c(f->arena, str_format(f->arena, "b%zu", i)), str_c(f->arena, str_format(f->arena, "{\"customer\":{\"read\":\"all\",\"fields\":{\"*\":\"%s\"}}}", second)));
                int64_t user = add_user(f, str_c(f->arena, str_format(f->arena, "u%zu", i)), 0, role_list(f, a, b));
                reload(f);
                const Field *phone = field_of(f, "customer", "phone");
                assert_int_equal(actor_field(actor_of(f, user), phone), cases[i / 2].right);
                if (cases[i / 2].right != FIELD_MASK)
                        continue;
                Mask mask = actor_mask(actor_of(f, user), phone);
                assert_true(mask.given == cases[i / 2].given && mask.head == cases[i / 2].head && mask.tail == cases[i / 2].tail);
        }
        static const char *const bad[] = {"mask:", "mask:3", "mask:3,", "mask:,4", "mask:-1,4", "mask:3,4,5", "mask:3,41", "mask:a,b", "mask: 3,4x", "MASK:3,4"};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                expect_error(f, str_c(f->arena, str_format(f->arena, "{\"customer\":{\"fields\":{\"phone\":\"%s\"}}}", bad[i])), "grants.customer.fields.phone", "grant_right");
}

static void import_and_transfer(void **state) {
        Fixture *f = *state;
        static const struct { const char *grant; bool import, transfer; } cases[] = {
                {"{\"read\":\"all\"}", false, false}, {"{\"create\":true}", true, false}, {"{\"create\":true,\"import\":false}", false, false}, {"{\"import\":true}", true, false},
                {"{\"update\":\"own\"}", false, true}, {"{\"update\":\"level = \\\"A\\\"\"}", false, true}, {"{\"update\":\"all\",\"transfer\":false}", false, false},
                {"{\"transfer\":true}", false, true}, {"{\"create\":true,\"update\":\"own\",\"import\":null,\"transfer\":null}", true, true},
        };
        size_t count = sizeof cases / sizeof *cases;
        int64_t roles[16];
        const Object *customer = object_of(f, "customer");
        for (size_t i = 0; i < count; i++)
                roles[i] = add_role(f, str_c(f->arena, str_format(f->arena, "r%zu", i)), str_c(f->arena, str_format(f->arena, "{\"customer\":%s}", cases[i].grant)));
        for (size_t i = 0; i < count; i++)
                for (size_t k = 0; k < count; k++) { // any role that gives it
                        int64_t user = add_user(f, str_c(f->arena, str_format(f->arena, "u%zu_%zu", i, k)), 0, role_list(f, roles[i], roles[k]));
                        reload(f);
                        customer = object_of(f, "customer");
                        assert_int_equal(actor_may(actor_of(f, user), customer, VERB_IMPORT), cases[i].import || cases[k].import);
                        assert_int_equal(actor_may(actor_of(f, user), customer, VERB_TRANSFER), cases[i].transfer || cases[k].transfer);
                }
        expect_error(f, "{\"customer\":{\"import\":\"yes\"}}", "grants.customer.import", "grant_switch");
        expect_error(f, "{\"customer\":{\"transfer\":1}}", "grants.customer.transfer", "grant_switch");
}

static void a_base_role_is_everyones(void **state) {
        Fixture *f = *state;
        int64_t own = add_role(f, "own", "{\"customer\":{\"read\":\"own\"}}");
        int64_t base = add(f, "role", {"name", text_value("base")}, {"version", value_int(1)}, {"key", text_value("base")}, {"base", value_bool(true)}, {"grants", text_value("{\"product\":{\"read\":\"all\"}}")});
        int64_t nobody = add_user(f, "n", 0, STR("[]")), both = add_user(f, "b", 0, role_list(f, own, base)), one = add_user(f, "o", 0, role_list(f, own, 0));
        (void)add(f, "role", {"name", text_value("admin")}, {"version", value_int(1)}, {"key", text_value("admin")}, {"base", value_bool(true)});
        reload(f);
        assert_true(actor_may(actor_of(f, nobody), object_of(f, "product"), VERB_READ) && !actor_may(actor_of(f, nobody), object_of(f, "customer"), VERB_READ));
        assert_true(actor_may(actor_of(f, one), object_of(f, "product"), VERB_READ) && actor_may(actor_of(f, one), object_of(f, "customer"), VERB_READ));
        assert_int_equal(actor_of(f, both)->roles_count, 2);
        assert_true(actor_has_role(actor_of(f, nobody), &STR("base"), 1));
        assert_false(actor_of(f, nobody)->administrator); // the administrators' role is nobody's base, whatever its row says
        const Actor *as = NULL;
        assert_ok(f, access_actor_as(&f->context, f->view.access, actor_of(f, nobody), own, &as));
        assert_int_equal(as->roles_count, 2);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(check_takes_what_is_right),
                cmocka_unit_test(check_refuses_at_the_path),
                cmocka_unit_test(check_collects_every_mistake),
                cmocka_unit_test(rule_mistakes_have_a_position),
                cmocka_unit_test(hostile_grants),
                cmocka_unit_test(no_role_sees_names_only),
                cmocka_unit_test(own_scope_on_users_opens_nobody_elses_fields),
                cmocka_unit_test(widest_wins),
                cmocka_unit_test(equal_roles_share_their_rights),
                cmocka_unit_test(administrator_may_everything),
                cmocka_unit_test(names_hide_what_may_not_be_read),
                cmocka_unit_test(formulas_do_not_tell_hidden_fields),
                cmocka_unit_test(shipped_grants_are_valid),
                cmocka_unit_test(masks),
                cmocka_unit_test(masks_by_pattern),
                cmocka_unit_test(patterns_merge_to_the_most_open),
                cmocka_unit_test(import_and_transfer),
                cmocka_unit_test(a_base_role_is_everyones),
        };
        return fixture_run_both("grants", tests, sizeof tests / sizeof *tests);
}
