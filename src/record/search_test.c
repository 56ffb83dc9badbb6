// The search index over its life: what is written, changed, thrown away, restored, moved and built anew is found as it is, and once.
#include "record/fixture.h"
#include "record/search.h"

static Str found(Company *c, int64_t user, const char *q) {
        assert_ok(&c->base, list(c, user, .object = "customer", .q = q));
        return joined(c, "name");
}

static Status forget_run(Call *call, void *arg) {
        (void)arg;
        Sql forget = db_sql(call->db);
        sql(&forget, "delete from search__state");
        return db_exec(call->db, &forget, NULL);
}

static Status prepare_again(Call *call, void *arg) {
        (void)arg;
        return search_prepare(call->db, call->catalog);
}

static void built_anew(void **state) {
        Company *c = *state;
        int64_t gone = create(c, "customer", "{\"name\":\"华为一\"}");
        create(c, "customer", "{\"name\":\"华为二\",\"owner\":%lld}", (long long)c->sales);
        throw_away(c, "customer", gone);
        for (int times = 0; times < 2; times++) {
                assert_ok(&c->base, company_task(c, 0, true, forget_run, NULL));
                assert_ok(&c->base, company_task(c, 0, true, prepare_again, NULL));
                assert_text(found(c, c->admin, "华为"), "华为二");
                assert_text(found(c, c->manager, "hw"), "华为二");
                assert_text(found(c, c->other, "华为"), "");
        }
}

static Status slices_run(Call *call, void *arg) {
        int *slices = arg;
        Sql start = db_sql(call->db);
        const Object *customer = catalog_get(call->catalog, "customer");
        sql(&start, "update search__state set built = 0 where object_id = ");
        sql_int(&start, customer->id);
        TRY(db_exec(call->db, &start, NULL));
        bool complete;
        TRY(search_complete(call, customer, &complete));
        assert_false(complete);
        for (bool more = true; more; (*slices)++)
                TRY(search_continue(call->db, call->catalog, 2, &more));
        TRY(search_complete(call, customer, &complete));
        assert_true(complete);
        return STATUS_OK;
}

static void in_slices(void **state) {
        Company *c = *state;
        for (int i = 0; i < 7; i++)
                create(c, "customer", "{\"name\":\"华为%d\"}", i);
        int slices = 0;
        assert_ok(&c->base, company_task(c, 0, true, slices_run, &slices));
        assert_true(slices >= 4);
        assert_text(found(c, c->admin, "华为"), "华为6,华为5,华为4,华为3,华为2,华为1,华为0");
}

static void thrown_away_and_restored(void **state) {
        Company *c = *state;
        int64_t id = create(c, "customer", "{\"name\":\"荣耀\"}");
        throw_away(c, "customer", id);
        assert_text(found(c, c->admin, "荣耀"), "");
        Write restore = {.object = "customer", .id = id, .kind = WRITE_RESTORE};
        assert_ok(&c->base, company_task(c, c->admin, true, write_run, &restore));
        assert_text(found(c, c->admin, "荣耀"), "荣耀");
        assert_text(found(c, c->admin, "rongyao"), "荣耀");
}

// Changes at random; after each round every name is found by its own words, once, and by no word it has lost.
static void changed_often(void **state) {
        Company *c = *state;
        enum { RECORDS = 12 };
        static const char *const words[] = {"东方", "长城", "海信", "新力", "alpha", "beta", "大地", "天安"};
        int64_t ids[RECORDS];
        int named[RECORDS];
        unsigned seed = 7;
        for (int i = 0; i < RECORDS; i++)
                ids[i] = create(c, "customer", "{\"name\":\"%s\"}", words[named[i] = i % 8]);
        for (int round = 0; round < 60; round++) {
                seed = seed * 1103515245u + 12345u;
                int i = (int)(seed >> 16) % RECORDS, word = (int)(seed >> 8) % 8;
                char json[60];
                snprintf(json, sizeof json, "{\"name\":\"%s\"}", words[named[i] = word]);
                change(c, c->admin, "customer", ids[i], json);
        }
        for (int word = 0; word < 8; word++) {
                int expected = 0;
                for (int i = 0; i < RECORDS; i++)
                        expected += named[i] == word;
                assert_ok(&c->base, list(c, c->admin, .object = "customer", .q = words[word], .count = true));
                assert_int_equal(items(c)->count, expected);
                assert_int_equal(json_int(c->answer, "count", -1), expected);
        }
}

typedef struct Move { int64_t department, parent; } Move;

static Status move_run(Call *call, void *arg) {
        const Move *move = arg;
        Sql update = db_sql(call->db);
        sql(&update, "update department set parent_id = ");
        sql_int(&update, move->parent);
        sql(&update, " where id = ");
        sql_int(&update, move->department);
        TRY(db_exec(call->db, &update, NULL));
        TRY(access_bump(call->db));
        return search_department_moved(call, move->department);
}

static void moved_departments(void **state) {
        Company *c = *state;
        int64_t role = add_role(&c->base, "t", "{\"*\":{\"read\":\"tree\"}}"), south = add_user(&c->base, "south", c->south, role_list(&c->base, role, 0));
        reload(&c->base);
        create(c, "customer", "{\"name\":\"东方\",\"owner\":%lld}", (long long)c->sales);
        assert_text(found(c, c->manager, "东方"), "东方");
        assert_text(found(c, south, "东方"), "");
        assert_ok(&c->base, company_task(c, 0, true, move_run, &(Move){c->east_one, c->south}));
        reload(&c->base);
        assert_text(found(c, c->manager, "东方"), "");
        assert_text(found(c, south, "东方"), "东方");
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(built_anew), cmocka_unit_test(in_slices), cmocka_unit_test(thrown_away_and_restored),
                cmocka_unit_test(changed_often), cmocka_unit_test(moved_departments),
        };
        return company_run_both("search", tests, sizeof tests / sizeof *tests);
}
