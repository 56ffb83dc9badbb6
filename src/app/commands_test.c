// Subcommands on a SQLite folder: init, user, backup, restore, export, check; and that check sees what is broken.
#include "app/fixture.h"
#include <sys/stat.h>

static void init_twice(void **state) {
        Fixture *fixture = *state;
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_true(fixture_said(fixture, "the database is there"));
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_true(fixture_said(fixture, "nothing was changed"));
        assert_int_equal(fixture_run(fixture, "", "check", NULL), EXIT_DONE);
        assert_true(fixture_said(fixture, "ok"));
}

static void users(void **state) {
        Fixture *fixture = *state;
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "correct horse\n", "user", "add", "Zhang", "--name", "张三", "--role", "sales,finance", "--password-stdin", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "correct horse\n", "user", "add", "zhang", "--role", "sales", "--password-stdin", NULL), EXIT_FAILED);
        assert_true(fixture_said(fixture, "login"));
        assert_int_equal(fixture_run(fixture, "short\n", "user", "add", "li", "--role", "sales", "--password-stdin", NULL), EXIT_FAILED);
        assert_int_equal(fixture_run(fixture, "", "user", "add", "li", "--role", "nosuch", NULL), EXIT_FAILED);
        assert_true(fixture_said(fixture, "no role"));
        assert_int_equal(fixture_run(fixture, "", "user", "add", "li", "--role", "sales", "--department", "nosuch", NULL), EXIT_FAILED);
        assert_int_equal(fixture_run(fixture, "", "user", "add", "wang", "--role", "service", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "another one 9\n", "user", "passwd", "ZHANG", "--password-stdin", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "another one 9\n", "user", "passwd", "nobody", "--password-stdin", NULL), EXIT_FAILED);
        assert_int_equal(fixture_run(fixture, "", "user", "list", NULL), EXIT_DONE);
        assert_true(fixture_said(fixture, "zhang\t张三\t公司\tsales,finance\tactive\n"));
        assert_true(fixture_said(fixture, "wang\twang\t公司\tservice\tactive\n"));
        assert_int_equal(fixture_run(fixture, "", "check", NULL), EXIT_DONE);
}

static bool exists(const Fixture *fixture, const char *name) {
        char path[200];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", fixture->root, name);
        return stat(path, &info) == 0;
}

static void back_and_forth(void **state) {
        Fixture *fixture = *state;
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "", "user", "add", "first", "--role", "sales", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "", "backup", "copy.db", NULL), EXIT_DONE);
        assert_true(exists(fixture, "copy.db"));
        assert_int_equal(fixture_run(fixture, "", "user", "add", "second", "--role", "sales", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "", "restore", "copy.db", NULL), EXIT_FAILED); // the folder is open
        assert_true(fixture_said(fixture, "a server is running"));
        fixture_close(fixture);
        assert_int_equal(fixture_run(fixture, "", "restore", "copy.db", NULL), EXIT_DONE);
        assert_true(exists(fixture, "data/haike.db.before-restore"));
        assert_int_equal(fixture_run(fixture, "", "restore", "copy.db", NULL), EXIT_DONE);
        assert_true(exists(fixture, "data/haike.db.before-restore-2"));
        assert_false(exists(fixture, "data/.restore"));
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "user", "list", NULL), EXIT_DONE);
        assert_true(fixture_said(fixture, "first"));
        assert_false(fixture_said(fixture, "second"));
}

static void damaged_backups(void **state) {
        Fixture *fixture = *state;
        char path[200];
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        fixture_close(fixture);
        snprintf(path, sizeof path, "%s/bad.db", fixture->root);
        FILE *file = fopen(path, "w");
        fputs("SQLite format 3 and then nothing of the kind", file);
        fclose(file);
        assert_int_equal(fixture_run(fixture, "", "restore", "bad.db", NULL), EXIT_FAILED);
        assert_true(fixture_said(fixture, "damaged"));
        file = fopen(path, "w"); // an empty file is an empty database: it holds no organisation
        fclose(file);
        assert_int_equal(fixture_run(fixture, "", "restore", "bad.db", NULL), EXIT_FAILED);
        assert_int_equal(fixture_run(fixture, "", "restore", "absent.db", NULL), EXIT_FAILED);
        assert_false(exists(fixture, "data/haike.db.before-restore"));
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_true(fixture_said(fixture, "nothing was changed"));
}

static void exports(void **state) {
        Fixture *fixture = *state;
        char path[200];
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "", "export", "out", NULL), EXIT_DONE);
        assert_true(exists(fixture, "out/role.csv"));
        assert_true(exists(fixture, "out/definitions/customer.json"));
        assert_true(exists(fixture, "out/files.csv"));
        assert_int_equal(fixture_run(fixture, "", "export", "out", NULL), EXIT_FAILED);
        assert_true(fixture_said(fixture, "must be empty"));
        snprintf(path, sizeof path, "%s/out/role.csv", fixture->root);
        Str text = STR_NONE;
        assert_int_equal(file_read(&fixture->context, path, 1 << 20, &text), STATUS_OK);
        assert_true(str_starts(text, STR("\xEF\xBB\xBFid,version,name,")));
        assert_true(str_find(text, STR("销售主管")) > 0);
        assert_true(str_find(text, STR("\"{\"\"*\"\":{")) > 0);
}

// ---- What check must find

static Status add_customer(Call *call, void *arg) {
        int64_t *ret_id = arg;
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "customer"));
        record_input_set(input, "name", value_text(STR("测试客户有限公司")));
        WriteOptions options = {.as_system = true};
        TRY(record_create(call, input, &options, ret_id));
        RecordInput *deal = record_input_new(call->context->arena, catalog_get(call->catalog, "opportunity"));
        int64_t id = 0;
        record_input_set(deal, "name", value_text(STR("商机")));
        record_input_set(deal, "customer", value_int(*ret_id));
        record_input_set(deal, "amount", value_number((Decimal){5000 * DECIMAL_SCALE}));
        return record_create(call, deal, &options, &id);
}

static const char *const keep = "create table keep as select name_sort from customer";

static Status run_sql(Call *call, void *arg) {
        Sql statement = db_sql(call->db);
        sql_fixed(&statement, str_from(arg));
        return db_exec(call->db, &statement, NULL);
}

static void run_or_fail(Fixture *fixture, const char *statement) {
        error_clear(&fixture->context);
        if (work_write(&fixture->context, fixture->org, STR("test"), run_sql, (void *)statement) != STATUS_OK)
                fail_msg("%s: " STR_FMT, statement, STR_ARG(fixture->context.error.detail));
}

static void check_finds(void **state) {
        static const struct {
                const char *breaks, *mends, *finding;
        } cases[] = {
                {"update customer set owner_id = 999", "update customer set owner_id = null", "customer 1: owner points"},
                {"update opportunity set customer_id = 999", "update opportunity set customer_id = 1", "opportunity 1: customer points"},
                {"update customer set open_amount = 1", "update customer set open_amount = 5000000000", "customer 1: the roll-up open_amount differs"},
                {"update customer set name_sort = x'00'", "update customer set name_sort = (select name_sort from keep)", "customer 1: the sort key of name"},
                {"update customer set version = 7", "update customer set version = 1", "customer 1: the versions"},
                {"update outbox set version = 9 where object_id = 11", "update outbox set version = 1 where object_id = 11", "customer 1: the outbox"},
                {"insert into search_customer (search_customer) values ('delete-all')", NULL, "customer 1: is missing from the search"},
        };
        Fixture *fixture = *state;
        int64_t id = 0;
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(work_write(&fixture->context, fixture->org, STR("test"), add_customer, &id), STATUS_OK);
        run_or_fail(fixture, keep);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                assert_int_equal(fixture_run(fixture, "", "check", NULL), EXIT_DONE);
                run_or_fail(fixture, cases[i].breaks);
                assert_int_equal(fixture_run(fixture, "", "check", NULL), EXIT_FAILED);
                if (!fixture_said(fixture, cases[i].finding))
                        fail_msg("\"%s\" expected, but: " STR_FMT, cases[i].finding, STR_ARG(buf_str(&fixture->out)));
                if (cases[i].mends)
                        run_or_fail(fixture, cases[i].mends);
        }
}

static Status forget_an_object(Call *call, void *arg) {
        (void)arg;
        return org_setting_set(call->db, STR("objects_granted"), STR(" customer contact"));
}

static Status sales_without_leads(Call *call, void *arg) {
        (void)arg;
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "role"));
        record_input_set(input, "grants", value_text(STR("{\"customer\":{\"read\":\"own\"}}")));
        WriteOptions options = {.as_system = true};
        return record_update(call, input->object, 2, input, &options);
}

static Status sales_may(Call *call, void *arg) {
        bool *ret = arg;
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from \"role\" where \"id\" = 2 and \"grants\" like '{\"customer\":{\"read\":\"own\"},%\"lead\":{%' and \"grants\" not like '%contact%'");
        return db_get_int(call->db, &select, NULL, ret);
}

// An object that came with a new version is granted once; what was taken away before stays away.
static void later_objects(void **state) {
        Fixture *fixture = *state;
        bool granted = false;
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(work_write(&fixture->context, fixture->org, STR("test"), sales_without_leads, NULL), STATUS_OK);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(work_read(&fixture->context, fixture->org, sales_may, &granted), STATUS_OK);
        assert_false(granted);
        assert_int_equal(work_write(&fixture->context, fixture->org, STR("test"), forget_an_object, NULL), STATUS_OK);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(work_read(&fixture->context, fixture->org, sales_may, &granted), STATUS_OK);
        assert_true(granted);
}

static void demo_refuses_what_is_not_empty(void **state) {
        Fixture *fixture = *state;
        fixture_open(fixture);
        assert_int_equal(fixture_run(fixture, "", "init", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "", "user", "add", "first", "--role", "admin", NULL), EXIT_DONE);
        assert_int_equal(fixture_run(fixture, "", "init", "--demo", NULL), EXIT_FAILED);
        assert_true(fixture_said(fixture, "empty organisation"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(init_twice), TEST(users), TEST(back_and_forth), TEST(damaged_backups), TEST(exports), TEST(check_finds), TEST(later_objects), TEST(demo_refuses_what_is_not_empty),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
