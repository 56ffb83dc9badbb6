// What a page costs: SQLite's steps are counted, so a plan that sorts or walks what it should not is found out, however small the table.
#include "record/fixture.h"

#define ROWS 20000
#define PAGE_STEPS 40000 // a page of 50 takes 10,000 or less; a sort of the table a million

static Status fill_run(Db *db, void *arg) {
        (void)arg;
        Sql insert = db_sql(db);
        sql(&insert, "with recursive n(i) as (select 1 union all select i + 1 from n where i < ");
        sql_int(&insert, ROWS);
        sql(&insert, ") insert into customer (version, name, name_sort, owner_id, department_id, created_at, updated_at, level) "
                     "select 1, '客户' || i, cast(printf('%08d', i) as blob), 1 + i % 6, 1 + i % 4, i, (i * 7919) % 20011, case when i % 3 then 'A' end from n");
        return db_exec(db, &insert, NULL);
}

static Status read_page(Company *c, int64_t user, Ask *ask) {
        Task task = {.company = c, .user = user, .run = ask_run, .arg = ask, .view = org_view(c->base.org)};
        error_clear(&c->base.context);
        Status status = store_read(org_store(c->base.org), &c->base.context, PAGE_STEPS, task_run, &task);
        org_view_done(&task.view);
        c->answer = NULL;
        if (status == STATUS_OK)
                assert_ok(&c->base, json_parse(&c->base.context, buf_str(&ask->out), 30, &c->answer));
        return status;
}

static void assert_cheap(Company *c, int64_t user, const char *filter, const char *sort, int pages) {
        Str after = STR_NONE;
        for (int page = 0; page < pages; page++) {
                Ask ask = {.query = ask_list, .object = "customer", .filter = filter, .sort = sort, .after = after};
                if (read_page(c, user, &ask) != STATUS_OK)
                        fail_msg("user %d, filter %s, sort %s: page %d is dear", (int)user, filter ? filter : "-", sort ? sort : "-", page);
                assert_int_equal(items(c)->count, 50);
                after = json_str(c->answer, "next", STR_NONE);
                assert_true(after.len > 0);
        }
}

static void pages_cost_what_they_hold(void **state) {
        Company *c = *state;
        assert_ok(&c->base, store_write(org_store(c->base.org), &c->base.context, fill_run, c));
        const int64_t readers[] = {c->admin, c->manager, c->sales, c->other, c->finance};
        for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
                assert_cheap(c, readers[i], NULL, NULL, i == 4 ? 100 : 20);
                assert_cheap(c, readers[i], NULL, "updated_at", 2);
                assert_cheap(c, readers[i], NULL, "id", 2);
                assert_cheap(c, readers[i], "level = \"A\"", NULL, 5);
                assert_cheap(c, readers[i], "created_at < 1971-01-01", NULL, 1);
        }
        assert_cheap(c, c->finance, "owner = 3", NULL, 10);
        assert_cheap(c, c->finance, NULL, "name", 5);
        assert_cheap(c, c->finance, NULL, "-name", 5);
        Ask dear = {.query = ask_list, .object = "customer", .sort = "created_at"};
        assert_int_equal(read_page(c, c->finance, &dear), STATUS_BUDGET);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(pages_cost_what_they_hold, company_setup_sqlite, company_teardown)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
