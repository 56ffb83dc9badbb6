// Entries: after whatever is done to records, what is stored is what each record should have, said in memory, in SQL and by lists; large rules are prepared in slices while people write.
#include "record/entry.h"
#include "record/fixture.h"
#include "record/search.h"

#define STEPS 220
#define CUSTOMERS 12

typedef struct Chance { uint64_t state; } Chance;

static uint64_t below(Chance *chance, uint64_t limit) {
        chance->state = chance->state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (chance->state >> 33) % limit;
}

// ---- What is stored against what should be

static int findings;

static void note(void *arg, Str finding) {
        (void)arg;
        if (str_find(finding, STR("entry")) < 0)
                return;
        print_message(STR_FMT "\n", STR_ARG(finding));
        findings++;
}

static bool same(const Entries *a, const Entries *b) {
        for (size_t i = 0; i < a->count; i++) {
                bool found = false;
                for (size_t k = 0; k < b->count; k++)
                        found |= a->items[i].source == b->items[k].source && a->items[i].token == b->items[k].token && a->items[i].write == b->items[k].write;
                if (!found)
                        return false;
        }
        return a->count == b->count;
}

static Status live_ids(Call *call, const Object *object, int64_t *ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        sql(&select, "select id from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null order by id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (*ret_count = 0;;) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ret[(*ret_count)++] = rows_int(rows, 0);
        }
}

static Status compare_run(Call *call, void *arg) {
        static const char *const names[] = {"customer", "contact", "opportunity", "task", "event"};
        int64_t ids[1000];
        size_t *seen = arg, count = 0;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
                const Object *object = catalog_get(call->catalog, names[i]);
                TRY(live_ids(call, object, ids, &count));
                for (size_t k = 0; k < count; k++) {
                        Record *record = NULL;
                        Entries wanted, stored;
                        TRY(record_load(call, object, ids[k], &record));
                        TRY(entries_of(call, record, &wanted));
                        TRY(entries_read(call->db, object, ids[k], &stored));
                        if (!same(&wanted, &stored))
fail_msg("%s %d: %zu entries stored, %zu wanted", names[i], (int)ids[k], stored.count, wanted.count);
                        *seen += stored.count;
                }
        }
        findings = 0;
        TRY(record_check(call, note, NULL));
        assert_int_equal(findings, 0);
        return STATUS_OK;
}

static size_t compare(Company *c) {
        size_t seen = 0;
        assert_ok(&c->base, company_task(c, 0, true, compare_run, &seen));
        return seen;
}

// ---- Doing things

typedef struct Renewal { const char *object; int64_t id; } Renewal;

static Status renew_run(Call *call, void *arg) {
        Renewal *renewal = arg;
        return entries_renew(call, catalog_get(call->catalog, renewal->object), &renewal->id, 1);
}

// The object's hook does this; the hooks are not of this layer.
static void join_team(Company *c, int64_t customer, int64_t user, const char *access) {
        create(c, "team_member", "{\"name\":\"m\",\"record\":{\"object\":\"customer\",\"id\":%lld},\"user\":%lld,\"access\":\"%s\"}", (long long)customer, (long long)user, access);
        assert_ok(&c->base, company_task(c, 0, true, renew_run, &(Renewal){"customer", customer}));
}

static int64_t add_rule(Company *c, const char *condition, const char *state) {
        int64_t id = add(&c->base, "sharing_rule", {"name", text_value("r")}, {"version", value_int(1)}, {"object", text_value("customer")}, {"condition", text_value(condition)},
                         {"users", value_text(str_format(c->base.arena, "[\"%lld\"]", (long long)c->other))}, {"access", text_value("read")}, {"active", value_bool(true)}, {"state", text_value(state)});
        reload(&c->base);
        return id;
}

static void throw_or_fetch(Company *c, const char *object, int64_t id, bool *gone) {
        Write write = {.object = object, .id = id, .kind = *gone ? WRITE_RESTORE : WRITE_DELETE};
        Status status = company_task(c, 0, true, write_run, &write);
        if (status == STATUS_OK)
                *gone = !*gone;
        else
                assert_int_equal(status, STATUS_CONFLICT); // has children, or its parent is in the bin
        assert_ok(&c->base, company_task(c, 0, true, renew_run, &(Renewal){object, id})); // as the hook of the team that comes back does
}

typedef struct World { int64_t customers[CUSTOMERS], children[STEPS]; const char *kinds[STEPS]; bool customers_gone[CUSTOMERS], children_gone[STEPS]; size_t children_count; } World;

static void make_child(Company *c, World *w, Chance *chance, int64_t customer) {
        const int64_t people[] = {c->sales, c->other, c->manager, c->finance};
        long long owner = (long long)people[below(chance, 4)];
        static const char *const kinds[] = {"contact", "opportunity", "task", "event"};
        size_t kind = below(chance, 4);
        char about[200];
        if (kind < 2)
                snprintf(about, sizeof about, "\"customer\":%lld", (long long)customer);
        else
                snprintf(about, sizeof about, "\"title\":\"t\",\"target\":{\"object\":\"customer\",\"id\":%lld}", (long long)customer);
        if (kind == 3)
                w->children[w->children_count] = create(c, kinds[kind], "{\"name\":\"n\",\"owner\":%lld,\"start_at\":\"2026-01-01T08:00:00Z\",\"end_at\":\"2026-01-01T09:00:00Z\",\"participants\":[%lld],%s}", owner, (long long)c->sales, about);
        else
                w->children[w->children_count] = create(c, kinds[kind], "{\"name\":\"n\",\"owner\":%lld,%s%s}", owner, about, kind == 1 ? ",\"amount\":400,\"stage\":\"initial\"" : "");
        w->kinds[w->children_count++] = kinds[kind];
}

static void step(Company *c, World *w, Chance *chance) {
        const int64_t people[] = {c->sales, c->other, c->manager, c->finance};
        size_t at = below(chance, CUSTOMERS), child = w->children_count ? below(chance, w->children_count) : 0;
        char json[200];
        switch (below(chance, 8)) {
        case 0:
        case 1:
                if (!w->customers_gone[at])
                        make_child(c, w, chance, w->customers[at]);
                break;
        case 2:
                snprintf(json, sizeof json, "{\"owner\":%lld}", (long long)people[below(chance, 4)]);
                if (!w->customers_gone[at])
                        change(c, c->admin, "customer", w->customers[at], json);
                break;
        case 3:
                snprintf(json, sizeof json, "{\"level\":\"%s\"}", below(chance, 2) ? "A" : "B");
                if (!w->customers_gone[at])
                        change(c, c->admin, "customer", w->customers[at], json);
                break;
        case 4:
                throw_or_fetch(c, "customer", w->customers[at], &w->customers_gone[at]);
                break;
        case 5:
                if (w->children_count)
                        throw_or_fetch(c, w->kinds[child], w->children[child], &w->children_gone[child]);
                break;
        case 6:
                if (!w->customers_gone[at])
                        join_team(c, w->customers[at], people[below(chance, 4)], below(chance, 2) ? "read" : "write");
                break;
        default:
                snprintf(json, sizeof json, "{\"name\":\"n%d\"}", (int)below(chance, 1000));
                if (w->children_count && !w->children_gone[child])
                        change(c, c->admin, w->kinds[child], w->children[child], json);
        }
}

static void entries_are_what_they_should_be(void **state) {
        Company *c = *state;
        Chance chance = {20261129};
        World w = {0};
        size_t seen = 0;
        add_rule(c, "level = \"A\" or open_amount > 500", "ready");
        for (size_t i = 0; i < CUSTOMERS; i++)
                w.customers[i] = create(c, "customer", "{\"name\":\"c%zu\",\"owner\":%lld}", i, (long long)c->sales);
        for (int i = 0; i < STEPS; i++) {
                step(c, &w, &chance);
                if (i % 20 == 0 || i == STEPS - 1)
                        seen = compare(c);
        }
        assert_true(seen > 50);
}

// A list's page, its count and the next pages hold each record once, however many reasons there are to see it.
static void several_reasons_are_one_record(void **state) {
        Company *c = *state;
        add_rule(c, "level = \"A\"", "ready");
        for (int i = 0; i < 30; i++) {
                int64_t owner = i % 3 ? c->other : c->sales;
                int64_t id = create(c, "customer", "{\"name\":\"c%d\",\"level\":\"%s\",\"owner\":%lld}", i, i % 2 ? "A" : "B", (long long)owner);
                if (i % 5 == 0)
                        join_team(c, id, c->other, "read");
                create(c, "contact", "{\"name\":\"k%d\",\"customer\":%lld,\"owner\":%lld}", i, (long long)id, (long long)(i % 4 ? c->other : c->sales));
        }
        static const char *const objects[] = {"customer", "contact"};
        for (size_t o = 0; o < 2; o++)
                for (int limit = 1; limit < 12; limit += 5) {
                        Str after = STR_NONE;
                        size_t total = 0;
                        do {
                                assert_ok(&c->base, list(c, c->other, .object = objects[o], .limit = limit, .after = after, .fields = "id"));
                                total += items(c)->count;
                                after = json_str(c->answer, "next", STR_NONE);
                                assert_true(!after.len || items(c)->count == (size_t)limit);
                        } while (after.len);
                        assert_ok(&c->base, list(c, c->other, .object = objects[o], .limit = 1, .count = true));
                        assert_int_equal(json_int(c->answer, "count", -1), total);
                        assert_ok(&c->base, list(c, c->other, .object = objects[o], .limit = 1, .count = true, .filter = "id > 0"));
                        assert_int_equal(json_int(c->answer, "count", -1), total);
                        assert_ok(&c->base, list(c, c->other, .object = objects[o], .limit = 200, .sort = "name"));
                        assert_int_equal(items(c)->count, total);
                        assert_ok(&c->base, ask(c, c->other, aggregate, .object = objects[o], .measure = "count()"));
                        assert_int_equal(json_int(&items(c)->items[0], "count()", -1), total);
                }
}

// ---- A large rule

typedef struct Start { int64_t rule; const char *condition; } Start;

static Status start_run(Call *call, void *arg) {
        Start *start = arg;
        return sharing_rule_start(call, catalog_get(call->catalog, "customer"), start->rule, str_from(start->condition), true);
}

static Status slice_run(Call *call, void *arg) {
        TRY(entries_continue(call, 7, arg));
        return access_bump(call->db); // as the rule's hook does when it is ready
}

static size_t seen_by(Company *c, int64_t user) {
        assert_ok(&c->base, list(c, user, .object = "customer", .limit = 200));
        return items(c)->count;
}

static void large_rules_are_prepared_in_slices(void **state) {
        Company *c = *state;
        int64_t first = 0;
        for (int i = 0; i < 40; i++) {
                int64_t id = create(c, "customer", "{\"name\":\"c%d\",\"level\":\"%s\",\"owner\":%lld}", i, i % 2 ? "A" : "B", (long long)c->sales);
                first = first ? first : id;
        }
        int64_t rule = add_rule(c, "level = \"A\"", "building");
        assert_ok(&c->base, company_task(c, 0, true, start_run, &(Start){rule, "level = \"A\""}));
        int slices = 0, written = 0;
        for (bool more = true; more; slices++) {
                assert_ok(&c->base, company_task(c, 0, true, slice_run, &more));
                reload(&c->base);
                if (slices < 3) { // people write before and behind the place where it has come to
                        assert_int_equal(seen_by(c, c->other), 0);
                        change(c, c->admin, "customer", first + slices, slices % 2 ? "{\"level\":\"B\"}" : "{\"level\":\"A\"}");
                        change(c, c->admin, "customer", first + 39 - slices, "{\"level\":\"A\"}");
                        create(c, "customer", "{\"name\":\"new%d\",\"level\":\"A\",\"owner\":%lld}", slices, (long long)c->sales);
                        written++;
                }
        }
        assert_true(slices > 6 && written == 3);
        assert_int_equal(c->base.view.access->rules_count, 1);
        assert_true(c->base.view.access->rules[0].ready);
        assert_ok(&c->base, list(c, c->finance, .object = "customer", .filter = "level = \"A\"", .limit = 200));
        assert_int_equal(seen_by(c, c->other), items(c)->count);
        compare(c);
}

// ---- Search terms of many children

static void many_children_are_found_meanwhile(void **state) {
        Company *c = *state;
        int64_t customer = create(c, "customer", "{\"name\":\"甲\",\"owner\":%lld}", (long long)c->sales);
        for (int i = 0; i < 230; i++)
                create(c, "task", "{\"name\":\"巡检任务\",\"title\":\"巡检任务\",\"owner\":%lld,\"target\":{\"object\":\"customer\",\"id\":%lld}}", (long long)c->finance, (long long)customer);
        static const char give[] = "{\"owner\":%lld}";
        char json[60];
        snprintf(json, sizeof json, give, (long long)c->other);
        change(c, c->admin, "customer", customer, json);
        for (bool more = true; more;) {
                for (int page = 0; page < 2; page++) {
                        assert_ok(&c->base, list(c, c->other, .object = "task", .q = "巡检", .limit = 200, .after = page ? json_str(c->answer, "next", STR_NONE) : STR_NONE));
                        assert_int_equal(items(c)->count, page ? 30 : 200);
                }
                assert_ok(&c->base, list(c, c->other, .object = "task", .filter = "name contains \"巡检\"", .count = true));
                assert_int_equal(json_int(c->answer, "count", -1), 230);
                assert_ok(&c->base, list(c, c->sales, .object = "task", .q = "巡检"));
                assert_int_equal(items(c)->count, 0);
                assert_ok(&c->base, company_task(c, 0, true, slice_run, &more));
        }
        compare(c);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(entries_are_what_they_should_be),
                cmocka_unit_test(several_reasons_are_one_record),
                cmocka_unit_test(large_rules_are_prepared_in_slices),
                cmocka_unit_test(many_children_are_found_meanwhile),
        };
        return company_run_both("entries", tests, sizeof tests / sizeof *tests);
}
