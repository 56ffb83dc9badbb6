// Teams and sharing rules through the record pipeline with their hooks: who may write them, what is refused, and that entries follow.
#include "record/fixture.h"
#include "objects/registry.h"

static Company *setup(void **state) {
        Company *c = *state;
        record_modules_set(c->base.org, object_modules);
        return c;
}

static Status try(Company *c, int64_t user, const char *object, int64_t id, const char *json, int kind, int64_t *ret_id) {
        Write write = {.object = object, .json = json, .id = id};
        write.kind = kind;
        Status status = company_task(c, user, true, write_run, &write);
        if (status == STATUS_OK)
                reload(&c->base);
        if (ret_id)
                *ret_id = write.id;
        return status;
}

static bool sees(Company *c, int64_t user, int64_t customer) {
        return ask(c, user, get, .object = "customer", .id = customer) == STATUS_OK;
}

static const char *member_of(Company *c, int64_t customer, int64_t user) {
        return str_c(c->base.arena, str_format(c->base.arena, "{\"record\":{\"object\":\"customer\",\"id\":%lld},\"user\":%lld}", (long long)customer, (long long)user));
}

static void teams_are_managed_by_who_may_update(void **state) {
        Company *c = setup(state);
        int64_t customer = create_as(c, c->sales, "customer", "{\"name\":\"甲\"}"), member = 0;
        assert_int_equal(try(c, c->other, "team_member", 0, member_of(c, customer, c->other), WRITE_CREATE, NULL), STATUS_INVALID); // he does not see it
        assert_string_equal(c->code, "reference_missing");
        assert_int_equal(try(c, c->finance, "team_member", 0, member_of(c, customer, c->other), WRITE_CREATE, NULL), STATUS_FORBIDDEN); // sees it, changes nothing
        assert_string_equal(c->code, "team_manage");
        assert_false(sees(c, c->other, customer));
        assert_ok(&c->base, try(c, c->sales, "team_member", 0, member_of(c, customer, c->other), WRITE_CREATE, &member));
        assert_true(sees(c, c->other, customer));
        assert_int_equal(try(c, c->manager, "team_member", 0, member_of(c, customer, c->other), WRITE_CREATE, NULL), STATUS_INVALID);
        assert_string_equal(c->code, "team_twice");
        assert_int_equal(try(c, c->other, "team_member", member, "{\"access\":\"write\"}", WRITE_UPDATE, NULL), STATUS_FORBIDDEN);
        assert_int_equal(try(c, c->sales, "customer", customer, "{\"name\":\"乙\"}", WRITE_UPDATE, NULL), STATUS_OK);
        assert_int_equal(try(c, c->other, "customer", customer, "{\"name\":\"丙\"}", WRITE_UPDATE, NULL), STATUS_FORBIDDEN);
        assert_ok(&c->base, try(c, c->sales, "team_member", member, "{\"access\":\"write\"}", WRITE_UPDATE, NULL));
        assert_ok(&c->base, try(c, c->other, "customer", customer, "{\"name\":\"丙\"}", WRITE_UPDATE, NULL));
        assert_int_equal(try(c, c->other, "team_member", 0, member_of(c, customer, c->guarded), WRITE_CREATE, NULL), STATUS_FORBIDDEN); // through the team only
        assert_int_equal(try(c, c->sales, "team_member", member, member_of(c, customer, c->finance), WRITE_UPDATE, NULL), STATUS_INVALID);
        assert_string_equal(c->code, "team_fixed");
        assert_ok(&c->base, try(c, c->manager, "customer", customer, NULL, WRITE_DELETE, NULL));
        assert_ok(&c->base, try(c, c->manager, "customer", customer, NULL, WRITE_RESTORE, NULL));
        assert_true(sees(c, c->other, customer));
        assert_ok(&c->base, try(c, c->sales, "team_member", member, NULL, WRITE_DELETE, NULL));
        assert_false(sees(c, c->other, customer));
}

static void rules_are_administrators_and_of_the_record_alone(void **state) {
        Company *c = setup(state);
        int64_t customer = create_as(c, c->sales, "customer", "{\"name\":\"甲\",\"level\":\"A\"}"), rule = 0;
        const char *text = str_c(c->base.arena, str_format(c->base.arena, "{\"name\":\"r\",\"object\":\"customer\",\"condition\":\"level = \\\"A\\\"\",\"departments\":[%lld]}", (long long)c->south));
        assert_int_equal(try(c, c->manager, "sharing_rule", 0, text, WRITE_CREATE, NULL), STATUS_FORBIDDEN);
        static const struct { const char *json, *code; int position; } bad[] = {
                {"{\"name\":\"r\",\"object\":\"customer\",\"condition\":\"level = \\\"A\\\" and owner = me()\"}", "expr_own", 24},
                {"{\"name\":\"r\",\"object\":\"customer\",\"condition\":\"parent.level = \\\"A\\\"\"}", "expr_own", 0},
                {"{\"name\":\"r\",\"object\":\"customer\",\"condition\":\"level = \"}", "expr_end", 8},
                {"{\"name\":\"r\",\"object\":\"user\",\"condition\":\"id = 1\"}", "sharing_object", -1},
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                assert_int_equal(try(c, c->admin, "sharing_rule", 0, bad[i].json, WRITE_CREATE, NULL), STATUS_INVALID);
                assert_string_equal(c->code, bad[i].code);
                assert_int_equal(c->base.context.error.items[0].position, bad[i].position);
        }
        assert_ok(&c->base, try(c, c->admin, "sharing_rule", 0, text, WRITE_CREATE, &rule));
        assert_true(sees(c, c->other, customer));
        assert_ok(&c->base, try(c, c->sales, "customer", customer, "{\"level\":\"B\"}", WRITE_UPDATE, NULL));
        assert_false(sees(c, c->other, customer));
        assert_ok(&c->base, try(c, c->admin, "sharing_rule", rule, "{\"condition\":\"level = \\\"B\\\"\"}", WRITE_UPDATE, NULL));
        assert_true(sees(c, c->other, customer));
        assert_int_equal(try(c, c->admin, "sharing_rule", rule, "{\"object\":\"lead\"}", WRITE_UPDATE, NULL), STATUS_INVALID);
        assert_string_equal(c->code, "sharing_fixed");
        assert_ok(&c->base, try(c, c->admin, "sharing_rule", rule, "{\"active\":false}", WRITE_UPDATE, NULL));
        assert_false(sees(c, c->other, customer));
        assert_ok(&c->base, try(c, c->admin, "sharing_rule", rule, "{\"active\":true}", WRITE_UPDATE, NULL));
        assert_true(sees(c, c->other, customer));
        assert_ok(&c->base, try(c, c->admin, "sharing_rule", rule, NULL, WRITE_DELETE, NULL));
        assert_false(sees(c, c->other, customer));
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(teams_are_managed_by_who_may_update),
                cmocka_unit_test(rules_are_administrators_and_of_the_record_alone),
        };
        return company_run_both("sharing", tests, sizeof tests / sizeof *tests);
}
