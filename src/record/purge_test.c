// Removing for good: nothing of the record is left, totals of its parents are right, and what named it is mended, with its place in the history.
#include "record/fixture.h"
#include "record/purge.h"

typedef struct Purge { const char *object; int64_t id; PurgeHeirs heirs; PurgeOutcome outcome; } Purge;

static Status purge_run(Call *call, void *arg) {
        const Purge *purge = arg;
        return record_purge(call, catalog_get(call->catalog, purge->object), purge->id);
}

static Status mend_run(Call *call, void *arg) {
        Purge *purge = arg;
        return record_mend(call, catalog_get(call->catalog, purge->object), purge->id, &purge->heirs, &purge->outcome);
}

static void purge(Company *c, const char *object, int64_t id) {
        assert_ok(&c->base, company_task(c, 0, true, purge_run, &(Purge){.object = object, .id = id}));
}

static PurgeOutcome mend(Company *c, const char *object, int64_t id) {
        Purge work = {.object = object, .id = id, .heirs = {.owner = c->admin, .department = c->head_office}};
        assert_ok(&c->base, company_task(c, 0, true, mend_run, &work));
        return work.outcome;
}

static Status leftovers_run(Call *call, void *arg) {
        (void)arg;
        OutboxCursor position = {0, 0};
        int64_t file = 0;
        for (bool more = true; more;)
                TRY(purge_events(call, &position, 2, &more));
        return purge_files(call, &file, 100);
}

static Status count_events(Call *call, void *arg) {
        Sql select = db_sql(call->db);
        sql(&select, "select count(*) from outbox o where o.object_id = ");
        sql_int(&select, catalog_get(call->catalog, "opportunity")->id);
        return db_get_int(call->db, &select, arg, NULL);
}

// Events of opportunities that are left, when those of what is gone have gone.
static int64_t events_left(Company *c) {
        int64_t count = -1;
        assert_ok(&c->base, company_task(c, 0, true, leftovers_run, NULL));
        assert_ok(&c->base, company_task(c, 0, false, count_events, &count));
        return count;
}

static Str one(Company *c, const char *object, int64_t id, const char *member) {
        Ask *what = &(Ask){.query = ask_get, .object = object, .id = id};
        assert_ok(&c->base, company_ask(c, c->admin, what));
        const Json *value = json_get(c->answer, member);
        if (value && value->kind == JSON_OBJECT)
                value = json_get(value, "id");
        return value && value->kind != JSON_NULL ? value->text : STR("null");
}

static void nothing_is_left(void **state) {
        Company *c = *state;
        int64_t customer = create(c, "customer", "{\"name\":\"留下的公司\",\"owner\":%lld}", (long long)c->sales);
        int64_t deal = create(c, "opportunity", "{\"name\":\"要走的商机\",\"customer\":%lld,\"amount\":100}", (long long)customer);
        assert_text(one(c, "customer", customer, "open_amount"), "100.00");
        purge(c, "opportunity", deal);
        assert_true(str_is(one(c, "customer", customer, "open_amount"), "0.00") || str_is(one(c, "customer", customer, "open_amount"), "null"));
        assert_int_equal(company_ask(c, c->admin, &(Ask){.query = ask_get, .object = "opportunity", .id = deal}), STATUS_NOT_FOUND);
        assert_ok(&c->base, ask(c, c->admin, search, .q = "要走的商机", .limit = 10));
        assert_text(joined(c, "id"), "");
        purge(c, "opportunity", deal); // again: nothing
        int64_t thrown = create(c, "customer", "{\"name\":\"扔掉的\"}");
        throw_away(c, "customer", thrown);
        purge(c, "customer", thrown);
        assert_ok(&c->base, list(c, c->admin, .object = "customer", .deleted = true));
        assert_text(joined(c, "id"), "");
        assert_int_equal(events_left(c), 0);
}

static void what_named_it_is_mended(void **state) {
        Company *c = *state;
        int64_t gone = create(c, "customer", "{\"name\":\"要走的\"}"), child = create(c, "customer", "{\"name\":\"子公司\",\"parent\":%lld}", (long long)gone);
        int64_t contact = create(c, "contact", "{\"name\":\"联系人\",\"customer\":%lld}", (long long)gone);
        int64_t activity = create(c, "activity", "{\"name\":\"x\",\"type\":\"call\",\"content\":\"x\",\"at\":\"2026-11-01T00:00:00Z\",\"target\":{\"object\":\"customer\",\"id\":%lld}}", (long long)gone);
        int64_t comment = create(c, "comment", "{\"name\":\"x\",\"content\":\"x\",\"target\":{\"object\":\"customer\",\"id\":%lld}}", (long long)gone);
        int64_t sound = create(c, "customer", "{\"name\":\"与它无关\"}");
        int64_t theirs = create(c, "customer", "{\"name\":\"他的\",\"owner\":%lld}", (long long)c->other);
        purge(c, "customer", gone);
        purge(c, "user", c->other);
        purge(c, "department", c->south);
        reload(&c->base);
        assert_int_equal(mend(c, "customer", sound), PURGE_SOUND);
        assert_int_equal(mend(c, "customer", child), PURGE_MENDED);
        assert_int_equal(mend(c, "customer", child), PURGE_SOUND);
        assert_int_equal(mend(c, "contact", contact), PURGE_MENDED); // though it is required there
        assert_int_equal(mend(c, "activity", activity), PURGE_MENDED);
        assert_int_equal(mend(c, "comment", comment), PURGE_REMOVED);
        assert_int_equal(mend(c, "customer", theirs), PURGE_MENDED);
        assert_text(one(c, "customer", child, "parent"), "null");
        assert_text(one(c, "customer", child, "version"), "2");
        assert_text(one(c, "contact", contact, "customer"), "null");
        assert_text(one(c, "customer", theirs, "owner"), str_c(c->base.arena, str_format(c->base.arena, "%lld", (long long)c->admin)));
        assert_text(one(c, "customer", theirs, "department"), str_c(c->base.arena, str_format(c->base.arena, "%lld", (long long)c->head_office)));
        assert_ok(&c->base, ask(c, c->admin, history, .object = "customer", .id = child, .limit = 10));
        assert_int_equal(items(c)->count, 2);
}

typedef struct Look { int64_t from, to, *ids; size_t count; } Look;

static Status look_run(Call *call, void *arg) {
        Look *look = arg;
        return purge_suspects(call, catalog_get(call->catalog, "contact"), look->from, look->to, &look->ids, &look->count);
}

static void suspects_are_those_that_name_what_is_gone(void **state) {
        Company *c = *state;
        int64_t stays = create(c, "customer", "{\"name\":\"留\"}"), gone = create(c, "customer", "{\"name\":\"走\"}");
        create(c, "contact", "{\"name\":\"一\",\"customer\":%lld}", (long long)stays);
        int64_t second = create(c, "contact", "{\"name\":\"二\",\"customer\":%lld}", (long long)gone);
        Look look = {.to = 1000};
        assert_ok(&c->base, company_task(c, 0, false, look_run, &look));
        assert_int_equal(look.count, 0);
        purge(c, "customer", gone);
        assert_ok(&c->base, company_task(c, 0, false, look_run, &look));
        assert_int_equal(look.count, 1);
        assert_int_equal(look.ids[0], second);
        look.from = second;
        assert_ok(&c->base, company_task(c, 0, false, look_run, &look));
        assert_int_equal(look.count, 0);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_is_left),
                cmocka_unit_test(what_named_it_is_mended),
                cmocka_unit_test(suspects_are_those_that_name_what_is_gone),
        };
        return company_run_both("purge", tests, sizeof tests / sizeof *tests);
}
