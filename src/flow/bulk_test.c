// Jobs and their rows, bulk changes and their undoing, without a server: what stands in the rows, on both databases.
#include "flow/bulk.h"
#include "flow/bulk_change.h"
#include "flow/job_row.h"
#include "record/fixture.h"

typedef struct Work {
        Company *company;
        const char *body;
        Bulk bulk;
        Undo undo;
        int64_t job;
        int64_t after_ms;
        Status (*step)(Call *call, struct Work *work);
        Buf out;
} Work;

static int open_on(void **state, bool postgres) {
        Company *c = calloc(1, sizeof *c);
        *state = c;
        company_open(c, postgres);
        assert_ok(&c->base, store_migrate(org_store(c->base.org), &c->base.context, flow_migrations, flow_migrations_count));
        return 0;
}

static int open_sqlite(void **state) {
        return open_on(state, false);
}

static int open_postgres(void **state) {
        return open_on(state, true);
}

static Status step_run(Call *call, void *arg) {
        Work *work = arg;
        call->context->now_ms += work->after_ms;
        Status status = work->step(call, work);
        call->context->now_ms -= work->after_ms;
        return status;
}

static Status in_transaction(Work *work, int64_t user, Status (*step)(Call *call, Work *work)) {
        work->step = step;
        return company_task(work->company, user, true, step_run, work);
}

// ---- Steps

static Status start(Call *call, Work *work) {
        Json *body = NULL;
        TRY(json_parse(call->context, str_from(work->body), 20, &body));
        TRY(bulk_take(call, catalog_get(call->catalog, "customer"), body, &work->bulk));
        return bulk_start(call, &work->bulk, &work->job);
}

static Status start_undo(Call *call, Work *work) {
        return undo_start(call, work->job, &work->undo, &work->job);
}

static Status read_job(Call *call, Work *work) {
        work->out = buf_make(call->context->arena, 1 << 20);
        JsonWriter w = json_writer(&work->out);
        return job_write(call, work->job, &w);
}

static Status prune(Call *call, Work *work) {
        bool more = true;
        (void)work;
        while (more)
                TRY(flow_prune(call, 2, &more));
        return STATUS_OK;
}

static Status interrupt(Call *call, Work *work) {
        (void)work;
        return jobs_interrupt(call->org, call->db);
}

static Status cancel(Call *call, Work *work) {
        return job_cancel(call, work->job);
}

static const Json *job_of(Work *work, int64_t user) {
        Json *json = NULL;
        assert_ok(&work->company->base, in_transaction(work, user, read_job));
        assert_ok(&work->company->base, json_parse(&work->company->base.context, buf_str(&work->out), 20, &json));
        return json;
}

static const Json *do_bulk(Work *work, int64_t user, const char *body) {
        Company *c = work->company;
        work->body = body;
        assert_ok(&c->base, in_transaction(work, user, start));
        job_run_here(c->base.org, &c->base.context, work->job, user, bulk_run, bulk_copy, &work->bulk);
        return job_of(work, user);
}

static const Json *do_undo(Work *work, int64_t user) {
        Company *c = work->company;
        assert_ok(&c->base, in_transaction(work, user, start_undo));
        job_run_here(c->base.org, &c->base.context, work->job, user, undo_run, undo_copy, &work->undo);
        return job_of(work, user);
}

static void check_outcome(const Json *job, int64_t done, int64_t failed, bool undo) {
        const Json *result = json_get(job, "result");
        assert_text(json_str(job, "status", STR_NONE), "done");
        assert_int_equal(json_int(result, "done", -1), done);
        assert_int_equal(json_int(result, "failed", -1), failed);
        assert_int_equal(json_bool(result, "undo", !undo), undo);
}

static Str customer(Work *work, int64_t id) {
        Buf buf = buf_make(work->company->base.arena, 1 << 16);
        assert_ok(&work->company->base, ask(work->company, work->company->admin, get, .object = "customer", .id = id));
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        for (size_t i = 0; i < work->company->answer->count; i++) {
                const Json *item = &work->company->answer->items[i];
                if (str_is(item->key, "version") || str_is(item->key, "updated_at") || str_is(item->key, "updated_by"))
                        continue;
                json_key(&w, item->key);
                json_add_tree(&w, item);
        }
        json_close_object(&w);
        return buf_str(&buf);
}

// ---- Tests

static void every_kind_of_value_comes_back(void **state) {
        Work work = {.company = *state};
        Company *c = work.company;
        int64_t parent = create(c, "customer", "{\"name\":\"上级\"}");
        int64_t id = create(c, "customer",
                            "{\"name\":\"甲\\\"乙\",\"owner\":%lld,\"level\":\"A\",\"employees\":7,\"annual_revenue\":\"123456789012.34\",\"currency\":\"CNY\",\"founded\":1999,"
                            "\"parent\":%lld,\"tags\":[\"一\",\"二\"],\"remark\":\"行\\n行\",\"phone\":\"13800138000\",\"in_pool\":true,\"next_follow_up\":\"2026-05-06T07:08:09.123Z\"}",
                            (long long)c->sales, (long long)parent);
        Str before = customer(&work, id);
        char body[600];
        snprintf(body, sizeof body,
                 "{\"ids\":[%lld],\"op\":\"update\",\"values\":{\"name\":\"丙\",\"owner\":%lld,\"level\":null,\"employees\":null,\"annual_revenue\":1,\"founded\":2001,\"parent\":null,\"tags\":[],\"remark\":\"\","
                 "\"phone\":null,\"next_follow_up\":null}}",
                 (long long)id, (long long)c->other);
        check_outcome(do_bulk(&work, c->admin, body), 1, 0, true);
        assert_false(str_eq(before, customer(&work, id)));
        check_outcome(do_undo(&work, c->admin), 1, 0, false);
        Str after = customer(&work, id);
        if (!str_eq(before, after))
                fail_msg("before " STR_FMT "\nafter " STR_FMT, STR_ARG(before), STR_ARG(after));
}

static void what_cannot_be_undone_any_more_is_forgotten(void **state) {
        Work work = {.company = *state};
        Company *c = work.company;
        for (int i = 0; i < 5; i++)
                create(c, "customer", "{\"name\":\"忘%d\",\"level\":\"C\",\"owner\":%lld}", i, (long long)c->sales);
        check_outcome(do_bulk(&work, c->admin, "{\"filter\":\"level = \\\"C\\\"\",\"op\":\"update\",\"values\":{\"level\":\"A\"}}"), 5, 0, true);
        assert_ok(&c->base, in_transaction(&work, 0, prune));
        assert_true(json_is_true(json_get(json_get(job_of(&work, c->admin), "result"), "undo")));
        work.after_ms = (BULK_UNDO_DAYS * 86400LL + 1) * 1000;
        assert_int_equal(in_transaction(&work, c->admin, start_undo), STATUS_CONFLICT);
        assert_string_equal(c->code, "undo_too_late");
        assert_ok(&c->base, in_transaction(&work, 0, prune));
        work.after_ms = 0;
        assert_int_equal(in_transaction(&work, c->admin, start_undo), STATUS_CONFLICT);
        assert_string_equal(c->code, "not_undoable");
}

// A job that nobody runs any more says so; one that is over stays as it ended.
static void jobs_that_are_over_stay_so(void **state) {
        Work work = {.company = *state, .body = "{\"filter\":\"\",\"op\":\"delete\"}"};
        Company *c = work.company;
        create(c, "customer", "{\"name\":\"留下\"}");
        assert_ok(&c->base, in_transaction(&work, c->admin, start));
        assert_ok(&c->base, in_transaction(&work, c->admin, cancel));
        job_run_here(c->base.org, &c->base.context, work.job, c->admin, bulk_run, bulk_copy, &work.bulk);
        const Json *job = job_of(&work, c->admin);
        assert_text(json_str(job, "status", STR_NONE), "failed");
        assert_text(json_str(json_get(job, "problem"), "code", STR_NONE), "cancelled");
        assert_true(json_str(json_get(job, "problem"), "title", STR_NONE).len > 0);
        assert_ok(&c->base, list(c, c->admin, .object = "customer", .fields = "id"));
        assert_int_equal(items(c)->count, 1);
        assert_int_equal(in_transaction(&work, c->admin, cancel), STATUS_CONFLICT);
        assert_int_equal(in_transaction(&work, c->manager, cancel), STATUS_NOT_FOUND);
        assert_ok(&c->base, in_transaction(&work, c->admin, start));
        assert_ok(&c->base, in_transaction(&work, 0, interrupt));
        job = job_of(&work, c->admin);
        bool others = store_dialect(org_store(c->base.org)) == DIALECT_POSTGRES; // another node may be running it: it was heard of just now
        assert_text(json_str(job, "status", STR_NONE), others ? "queued" : "failed");
}

// Twice the same record, invisible ones, ones that are not there: told once each, in the order of their ids.
static void problems_are_told(void **state) {
        Work work = {.company = *state};
        Company *c = work.company;
        int64_t mine = create(c, "customer", "{\"name\":\"我的\",\"owner\":%lld}", (long long)c->sales), theirs = create(c, "customer", "{\"name\":\"他的\",\"owner\":%lld}", (long long)c->other);
        char body[300];
        snprintf(body, sizeof body, "{\"ids\":[9999,%lld,%lld,%lld],\"op\":\"update\",\"values\":{\"level\":\"A\"}}", (long long)theirs, (long long)mine, (long long)theirs);
        const Json *job = do_bulk(&work, c->sales, body), *problems = json_get(json_get(job, "result"), "problems");
        check_outcome(job, 1, 2, true);
        assert_int_equal(problems->count, 2);
        assert_int_equal(json_int(&problems->items[0], "id", 0), theirs);
        assert_int_equal(json_get(&problems->items[0], "name")->kind, JSON_NULL);
        assert_int_equal(json_int(&problems->items[1], "id", 0), 9999);
        assert_int_equal(in_transaction(&work, c->manager, start_undo), STATUS_NOT_FOUND); // an administrator may, nobody else
        check_outcome(do_undo(&work, c->sales), 1, 0, false);
}

int main(void) {
        static const struct { const char *name; CMUnitTestFunction run; } all[] = {
                {"every kind of value comes back", every_kind_of_value_comes_back},
                {"what cannot be undone any more is forgotten", what_cannot_be_undone_any_more_is_forgotten},
                {"jobs that are over stay so", jobs_that_are_over_stay_so},
                {"problems are told", problems_are_told},
        };
        enum { COUNT = sizeof all / sizeof *all };
        struct CMUnitTest tests[COUNT];
        int failed = 0;
        for (int postgres = 0; postgres < (fixture_postgres() ? 2 : 1); postgres++) {
                for (size_t i = 0; i < COUNT; i++)
                        tests[i] = (struct CMUnitTest){all[i].name, all[i].run, postgres ? open_postgres : open_sqlite, company_teardown, NULL};
                failed += _cmocka_run_group_tests(postgres ? "bulk changes on PostgreSQL" : "bulk changes on SQLite", tests, COUNT, NULL, NULL);
        }
        return failed;
}
