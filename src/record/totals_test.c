// Totals: whatever is done to records, whoever asks, an aggregate from totals is the aggregate over the rows, byte for byte; built in slices while people write; many writers at once.
#include "record/entry.h"
#include "record/fixture.h"
#include "record/purge.h"
#include <pthread.h>

#define STEPS 260
#define CUSTOMERS 10

typedef struct Chance { uint64_t state; } Chance;

static uint64_t below(Chance *chance, uint64_t limit) {
        chance->state = chance->state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (chance->state >> 33) % limit;
}

// ---- Asked twice

typedef struct Twice { const char *object, *group, *measure, *filter, *sort; bool kept; Buf kept_answer, rows_answer; } Twice;

static Status ask_once(Call *call, Twice *twice, bool rows, Buf *out) {
        AggregateQuery query = {.object = catalog_get(call->catalog, twice->object), .group = str_from(twice->group), .measure = str_from(twice->measure), .filter = str_from(twice->filter),
                                .sort = str_from(twice->sort), .rows = rows, .kept = rows ? NULL : &twice->kept};
        *out = buf_make(call->context->arena, 8 << 20);
        JsonWriter w = json_writer(out);
        return query_aggregate(call, &query, &w);
}

static Status ask_twice(Call *call, void *arg) {
        Twice *twice = arg;
        TRY(ask_once(call, twice, false, &twice->kept_answer));
        return ask_once(call, twice, true, &twice->rows_answer);
}

// *ret: was it from totals?
static bool compare(Company *c, int64_t user, const char *object, const char *group, const char *measure, const char *filter, const char *sort) {
        Twice twice = {object, group, measure, filter, sort, false, {0}, {0}};
        assert_ok(&c->base, company_task(c, user, false, ask_twice, &twice));
        if (!str_eq(buf_str(&twice.kept_answer), buf_str(&twice.rows_answer)))
                fail_msg("user %d: %s by %s: %s where %s\ntotals " STR_FMT "\nrows   " STR_FMT, (int)user, object, group, measure, filter, STR_ARG(buf_str(&twice.kept_answer)), STR_ARG(buf_str(&twice.rows_answer)));
        return twice.kept;
}

static const struct Question { const char *object, *group, *measure, *filter, *sort; bool kept; } questions[] = {
        {"opportunity", "", "count()", "", "", true},
        {"opportunity", "stage", "count(),sum(amount)", "", "", true},
        {"opportunity", "stage", "count(),sum(amount),avg(amount),count(amount)", "stage != \"won\" and stage != \"lost\"", "-sum(amount)", true},
        {"opportunity", "", "sum(amount * probability),sum(weighted_amount)", "", "", true},
        {"opportunity", "owner", "count(),sum(amount)", "not stage in (\"won\",\"lost\")", "-count()", true},
        {"opportunity", "department", "count(),avg(amount)", "", "", true},
        {"opportunity", "month(close_date)", "count(),sum(amount)", "stage != \"won\"", "month(close_date)", true},
        {"opportunity", "quarter(close_date),stage", "count(),sum(amount)", "", "", true},
        {"opportunity", "year(close_date),owner", "sum(amount),avg(amount)", "close_date >= 2026-02-01 and close_date < 2026-06-01", "", true},
        {"opportunity", "stage", "count()", "close_date between 2026-01-01 and 2026-03-31", "", true},
        {"opportunity", "stage", "count()", "close_date <= 2026-02-28 or is_null(close_date)", "", true},
        {"opportunity", "stage", "count()", "2026-04-01 > close_date", "", true},
        {"opportunity", "owner.department", "count(),sum(amount, stage = \"won\"),count(stage = \"won\")", "owner.department under my_department()", "", false},
        {"opportunity", "owner.department", "count(),sum(amount, stage = \"won\"),avg(amount, month(close_date) = \"2026-02\")", "owner.department under my_department()", "", true},
        {"opportunity", "", "count(),sum(amount)", "owner = me() and stage = \"won\"", "", true},
        {"opportunity", "", "count()", "month(close_date) = month(today())", "", true},
        {"opportunity", "stage", "count()", "close_date <= 2026-02-27", "", false},
        {"opportunity", "stage", "count()", "close_date = 2026-02-01", "", false},
        {"opportunity", "stage", "count()", "customer.level = \"A\"", "", false},
        {"opportunity", "stage", "max(amount)", "", "", false},
        {"opportunity", "stage,close_date", "count()", "", "", false},
        {"opportunity", "week(close_date)", "count()", "", "", false},
        {"opportunity", "stage", "sum(amount) / count()", "", "", false},
        {"customer", "status", "count(),sum(open_amount),sum(won_amount)", "", "", true},
        {"customer", "level,owner", "count(),sum(won_amount)", "is_null(status) or status = \"formal\"", "", true},
        {"customer", "type", "count()", "", "-count()", true},
        {"customer", "level", "count()", "in_pool = true", "", false},
        {"activity", "type,month(at)", "count()", "", "", true},
        {"activity", "month(at)", "count()", "at >= 2026-02-01", "", false},
        {"activity", "", "count()", "is_null(at)", "", false},
        {"task", "status", "count()", "", "", true},
        {"lead", "status,source", "count()", "owner = me()", "", true},
};

// What of the reader's scope totals cannot say is asked of the rows: how many answers came from totals is told.
static int compare_all(Company *c, const int64_t *users, size_t count) {
        int kept = 0;
        for (size_t u = 0; u < count; u++)
                for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
                        const struct Question *q = &questions[i];
                        bool from_totals = compare(c, users[u], q->object, q->group, q->measure, q->filter, q->sort);
                        if (from_totals && !q->kept)
                                fail_msg("answered from totals: %s by %s: %s where %s", q->object, q->group, q->measure, q->filter);
                        if (u == 0 && !from_totals && q->kept) // the first sees all
                                fail_msg("not answered from totals: %s by %s: %s where %s", q->object, q->group, q->measure, q->filter);
                        kept += from_totals;
                }
        return kept;
}

// ---- Checked

static int findings;

static void note(void *arg, Str finding) {
        (void)arg;
        if (str_find(finding, STR("total")) < 0)
                return;
        print_message(STR_FMT "\n", STR_ARG(finding));
        findings++;
}

static Status check_run(Call *call, void *arg) {
        (void)arg;
        return record_check(call, note, NULL);
}

static int found_wrong(Company *c) {
        findings = 0;
        assert_ok(&c->base, company_task(c, 0, false, check_run, NULL));
        return findings;
}

static Status continue_run(Call *call, void *arg) {
        return totals_continue(call, 7, arg);
}

static void fold_all(Company *c) {
        for (bool more = true; more;)
                assert_ok(&c->base, company_task(c, 0, true, continue_run, &more));
}

// ---- A world that changes

typedef struct Child { const char *kind; int64_t id; bool gone; } Child;
typedef struct World {
        Company *c;
        Chance chance;
        int64_t people[5];
        int64_t customers[CUSTOMERS];
        bool customers_gone[CUSTOMERS];
        Child children[STEPS];
        size_t count;
} World;

static const char *const stages[] = {"\"initial\"", "\"proposal\"", "\"won\"", "\"lost\"", "null"};
static const char *const dates[] = {"\"2026-01-31\"", "\"2026-02-01\"", "\"2026-02-28\"", "\"2026-03-31\"", "\"2026-12-31\"", "null", "\"0001-01-01\"", "\"9999-12-31\""};
static const char *const amounts[] = {"0.01", "999999999999.99", "999999999999.99", "123.45", "null", "0"};
static const char *const probabilities[] = {"0.1", "null", "1", "0.3333"};
static const char *const moments[] = {"\"2026-01-31T15:59:59Z\"", "\"2026-01-31T16:00:00Z\"", "\"2026-12-31T16:00:00Z\"", "\"2026-02-10T00:00:00Z\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01T00:00:00Z\""};
static const char *const levels[] = {"\"A\"", "\"B\"", "null"};
#define PICK(chance, list) (list)[below((chance), sizeof(list) / sizeof *(list))]

static long long somebody(World *w) {
        return (long long)PICK(&w->chance, w->people);
}

static void make_child(World *w, int64_t customer) {
        static const char *const kinds[] = {"opportunity", "opportunity", "activity", "task", "lead"};
        Chance *chance = &w->chance;
        const char *kind = PICK(chance, kinds);
        int64_t id = 0;
        if (strcmp(kind, "opportunity") == 0)
                id = create(w->c, kind, "{\"name\":\"o\",\"customer\":%lld,\"owner\":%lld,\"amount\":%s,\"stage\":%s,\"close_date\":%s,\"probability\":%s}", (long long)customer, somebody(w), PICK(chance, amounts), PICK(chance, stages), PICK(chance, dates), PICK(chance, probabilities));
        else if (strcmp(kind, "activity") == 0)
                id = create(w->c, kind, "{\"name\":\"a\",\"content\":\"a\",\"type\":\"call\",\"owner\":%lld,\"at\":%s,\"target\":{\"object\":\"customer\",\"id\":%lld}}", somebody(w), PICK(chance, moments), (long long)customer);
        else if (strcmp(kind, "task") == 0)
                id = create(w->c, kind, "{\"name\":\"t\",\"title\":\"t\",\"owner\":%lld}", somebody(w));
        else
                id = create(w->c, kind, "{\"name\":\"l\",\"owner\":%lld,\"source\":\"website\"}", somebody(w));
        w->children[w->count++] = (Child){kind, id, false};
}

static void change_child(World *w, const Child *child) {
        char json[200];
        Chance *chance = &w->chance;
        if (strcmp(child->kind, "opportunity") != 0 || below(chance, 3) == 0)
                snprintf(json, sizeof json, "{\"owner\":%lld}", somebody(w));
        else if (below(chance, 2))
                snprintf(json, sizeof json, "{\"stage\":%s,\"amount\":%s}", PICK(chance, stages), PICK(chance, amounts));
        else
                snprintf(json, sizeof json, "{\"close_date\":%s,\"probability\":%s,\"name\":\"o%d\"}", PICK(chance, dates), PICK(chance, probabilities), (int)below(chance, 100));
        change(w->c, 0, child->kind, child->id, json);
}

static void throw_or_fetch(World *w, const char *object, int64_t id, bool *gone) {
        Write write = {.object = object, .id = id, .kind = *gone ? WRITE_RESTORE : WRITE_DELETE};
        Status status = company_task(w->c, 0, true, write_run, &write);
        if (status == STATUS_OK)
                *gone = !*gone;
        else
                assert_int_equal(status, STATUS_CONFLICT);
}

typedef struct Purge { const char *object; int64_t id; } Purge;

static Status purge_run(Call *call, void *arg) {
        const Purge *purge = arg;
        return record_purge(call, catalog_get(call->catalog, purge->object), purge->id);
}

static Status renew_run(Call *call, void *arg) {
        return entries_renew(call, catalog_get(call->catalog, "opportunity"), arg, 1);
}

// Rows of the team are written without their hook here: entries follow at once.
static void join_team(World *w, int64_t opportunity) {
        Company *c = w->c;
        int64_t user = somebody(w);
        (void)create(c, "team_member", "{\"name\":\"m\",\"record\":{\"object\":\"opportunity\",\"id\":%lld},\"user\":%lld,\"access\":\"read\"}", (long long)opportunity, (long long)user);
        assert_ok(&c->base, company_task(c, 0, true, renew_run, &opportunity));
}

static void step(World *w) {
        Chance *chance = &w->chance;
        size_t at = below(chance, CUSTOMERS);
        Child *child = w->count ? &w->children[below(chance, w->count)] : NULL;
        char json[100];
        switch (below(chance, 12)) {
        case 0 ... 4:
                if (!w->customers_gone[at])
                        make_child(w, w->customers[at]);
                break;
        case 5:
        case 6:
                if (child && !child->gone)
                        change_child(w, child);
                break;
        case 7:
                snprintf(json, sizeof json, "{\"owner\":%lld,\"level\":%s,\"status\":\"formal\"}", somebody(w), PICK(chance, levels));
                if (!w->customers_gone[at])
                        change(w->c, 0, "customer", w->customers[at], json);
                break;
        case 8:
                throw_or_fetch(w, "customer", w->customers[at], &w->customers_gone[at]);
                break;
        case 9:
                if (child)
                        throw_or_fetch(w, child->kind, child->id, &child->gone);
                break;
        case 10:
                if (child && strcmp(child->kind, "task") == 0)
                        assert_ok(&w->c->base, company_task(w->c, 0, true, purge_run, &(Purge){child->kind, child->id}));
                if (child && strcmp(child->kind, "task") == 0)
                        *child = w->children[--w->count];
                break;
        default:
                if (child && !child->gone && strcmp(child->kind, "opportunity") == 0)
                        join_team(w, child->id);
        }
}

static World *world_new(Company *c) {
        World *w = arena_new_of(c->base.arena, World);
        *w = (World){.c = c, .chance = {20261130}, .people = {c->sales, c->other, c->manager, c->finance, c->admin}};
        for (size_t i = 0; i < CUSTOMERS; i++)
                w->customers[i] = create(c, "customer", "{\"name\":\"c%zu\",\"owner\":%lld,\"level\":%s,\"type\":\"end_user\"}", i, somebody(w), PICK(&w->chance, levels));
        return w;
}

static void totals_answer_as_the_rows(void **state) {
        Company *c = *state;
        int64_t winner = hire(c, "winner", c->south, "w", "{\"opportunity\":{\"read\":\"stage = \\\"won\\\" or owner = me()\"},\"customer\":{\"read\":\"level = \\\"A\\\"\"},\"*\":{\"read\":\"own\"}}");
        int64_t rules = hire(c, "rules", c->south, "r", "{\"opportunity\":{\"read\":\"amount > 100\"},\"*\":{\"read\":\"own\"}}");
        int64_t role = add_role(&c->base, "both", "{\"opportunity\":{\"read\":\"department\"},\"*\":{\"read\":\"own\"}}"), won = add_role(&c->base, "won", "{\"opportunity\":{\"read\":\"stage = \\\"won\\\"\"}}");
        int64_t both = add_user(&c->base, "both", c->south, role_list(&c->base, role, won));
        reload(&c->base);
        World *w = world_new(c);
        const int64_t users[] = {c->admin, c->manager, c->sales, c->other, c->finance, winner, rules, both};
        int kept = 0;
        for (int i = 0; i < STEPS; i++) {
                step(w);
                if (i % 40 == 17)
                        fold_all(c);
                if (i % 20 == 0 || i == STEPS - 1)
                        kept = compare_all(c, users, sizeof users / sizeof *users);
        }
        assert_true(kept > 100);
        assert_int_equal(found_wrong(c), 0);
        fold_all(c);
        assert_int_equal(found_wrong(c), 0);
        compare_all(c, users, sizeof users / sizeof *users);
}

// Behind everybody's back, as a mistake would do it.
static Status spoil_run(Call *call, void *arg) {
        Sql update = db_sql(call->db);
        TotalsTables *tables = arena_new_of(call->context->arena, TotalsTables);
        (void)arg;
        TRY(totals_tables(call->db, catalog_get(call->catalog, "opportunity"), tables));
        sql(&update, "update ");
        sql_name(&update, tables->items[0].name);
        sql(&update, " set n = n + 1");
        return db_exec(call->db, &update, NULL);
}

static void a_wrong_total_is_found(void **state) {
        Company *c = *state;
        (void)create(c, "opportunity", "{\"name\":\"o\",\"owner\":%lld,\"amount\":5,\"stage\":\"won\"}", (long long)c->sales);
        fold_all(c);
        assert_int_equal(found_wrong(c), 0);
        assert_ok(&c->base, company_task(c, 0, true, spoil_run, NULL));
        assert_int_equal(found_wrong(c), 1);
}

// ---- In slices

static Status begin_run(Call *call, void *arg) {
        (void)arg;
        return totals_begin(call->db, catalog_get(call->catalog, "opportunity"), true);
}

static void large_tables_are_gone_through_in_slices(void **state) {
        Company *c = *state;
        World *w = world_new(c);
        int slices = 0;
        for (int i = 0; i < 120; i++)
                step(w);
        for (int i = 0; i < 20; i++)
                w->children[w->count++] = (Child){"opportunity", create(c, "opportunity", "{\"name\":\"o\",\"owner\":%lld,\"amount\":7,\"stage\":\"won\"}", somebody(w)), false};
        assert_ok(&c->base, company_task(c, 0, true, begin_run, NULL));
        for (bool more = true; more; slices++) {
                bool kept = compare(c, c->admin, "opportunity", "stage,month(close_date)", "count(),sum(amount)", "", "");
                assert_false(kept && slices < 2); // not before all of them are counted
                for (int i = 0; i < 6; i++)
                        step(w);
                assert_ok(&c->base, company_task(c, 0, true, continue_run, &more));
        }
        assert_true(slices > 3);
        assert_true(compare(c, c->admin, "opportunity", "stage,month(close_date)", "count(),sum(amount)", "", ""));
        for (int i = 0; i < 40; i++)
                step(w);
        compare_all(c, (int64_t[]){c->admin, c->manager, c->sales}, 3);
        assert_int_equal(found_wrong(c), 0);
}

// ---- Many at once

#define WRITERS 20
#define WRITES 10

typedef struct Writer { Company *c; int64_t first; int number; Status status; } Writer;
typedef struct Deal { Company *c; int number; int64_t id; } Deal;

static Status deal_run(Db *db, void *arg) {
        Deal *deal = arg;
        Company *c = deal->c;
        OrgView view = org_view(c->base.org);
        Call call = {.context = db_context(db), .org = c->base.org, .catalog = view.catalog, .db = db, .source = STR("test"), .actor = access_system(view.access)};
        const Object *object = catalog_get(call.catalog, "opportunity");
        RecordInput *input = record_input_new(call.context->arena, object);
        WriteOptions options = {.as_system = true, .import = true};
        record_input_set(input, "stage", value_text(deal->number % 3 ? STR("won") : STR("initial")));
        record_input_set(input, "amount", value_number((Decimal){.units = 1000000 * (deal->number + 1)}));
        Status status;
        if (deal->id)
                status = record_update(&call, object, deal->id, input, &options);
        else {
                record_input_set(input, "name", value_text(STR("o")));
                record_input_set(input, "owner", value_int(c->sales));
                status = record_create(&call, input, &options, &deal->id);
        }
        org_view_done(&view);
        return status;
}

static void *write_many(void *arg) {
        Writer *writer = arg;
        writer->status = STATUS_OK;
        for (int i = 0; i < WRITES && writer->status == STATUS_OK; i++) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, writer->c->base.context.now_ms);
                Deal deal = {.c = writer->c, .number = writer->number + i, .id = i % 2 ? writer->first : 0};
                writer->status = store_write(org_store(writer->c->base.org), &context, deal_run, &deal);
        }
        return NULL;
}

static void many_write_while_slices_are_made(void **state) {
        Company *c = *state;
        pthread_t threads[WRITERS];
        Writer writers[WRITERS];
        int64_t first[WRITERS];
        for (int i = 0; i < 60; i++) {
                int64_t id = create(c, "opportunity", "{\"name\":\"o\",\"owner\":%lld,\"amount\":5,\"stage\":\"won\"}", (long long)c->sales);
                if (i % 3 == 0)
                        first[i / 3] = id;
        }
        for (int i = 0; i < WRITERS; i++) {
                writers[i] = (Writer){.c = c, .first = first[i], .number = i};
                assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
        }
        assert_ok(&c->base, company_task(c, 0, true, begin_run, NULL));
        fold_all(c);
        for (int i = 0; i < WRITERS; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(writers[i].status, STATUS_OK);
        }
        assert_true(compare(c, c->admin, "opportunity", "stage,owner", "count(),sum(amount)", "", ""));
        assert_int_equal(found_wrong(c), 0);
        fold_all(c);
        assert_int_equal(found_wrong(c), 0);
}

static void many_write_at_once(void **state) {
        Company *c = *state;
        pthread_t threads[WRITERS];
        Writer writers[WRITERS];
        int64_t first = create(c, "opportunity", "{\"name\":\"o\",\"owner\":%lld,\"amount\":5,\"stage\":\"won\"}", (long long)c->sales);
        for (int i = 0; i < WRITERS; i++) {
                writers[i] = (Writer){.c = c, .first = first, .number = i};
                assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
        }
        for (int i = 0; i < 10; i++) {
                bool more = false;
                assert_ok(&c->base, company_task(c, 0, true, continue_run, &more));
                compare(c, c->admin, "opportunity", "stage", "count(),sum(amount)", "", "");
        }
        for (int i = 0; i < WRITERS; i++) {
                pthread_join(threads[i], NULL);
                assert_int_equal(writers[i].status, STATUS_OK);
        }
        assert_true(compare(c, c->admin, "opportunity", "stage", "count(),sum(amount)", "", ""));
        assert_int_equal(found_wrong(c), 0);
        fold_all(c);
        assert_int_equal(found_wrong(c), 0);
        assert_true(compare(c, c->admin, "opportunity", "stage,owner", "count(),sum(amount)", "", ""));
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(totals_answer_as_the_rows),
                cmocka_unit_test(a_wrong_total_is_found),
                cmocka_unit_test(large_tables_are_gone_through_in_slices),
                cmocka_unit_test(many_write_while_slices_are_made),
                cmocka_unit_test(many_write_at_once),
        };
        return company_run_both("totals", tests, sizeof tests / sizeof *tests);
}
