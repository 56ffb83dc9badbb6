// All that a question finds is what its list shows, whichever way it is read; tables of records; files in parts.
#include "record/bulk.h"
#include "record/file.h"
#include "record/fixture.h"

// ---- Ids

typedef struct Question { const char *filter, *sort, *q; bool deleted; } Question;
typedef struct Found { const Question *question; int64_t limit, *ids; size_t count; } Found;

static Status ids_run(Call *call, void *arg) {
        Found *found = arg;
        const Question *question = found->question;
        RecordQuery query = {.object = catalog_get(call->catalog, "customer"), .filter = str_from(question->filter), .sort = str_from(question->sort), .q = str_from(question->q), .deleted = question->deleted};
        return query_ids(call, &query, found->limit, &found->ids, &found->count);
}

static Str ids_text(Company *c, const Found *found) {
        Buf buf = buf_make(c->base.arena, 1 << 20);
        for (size_t i = 0; i < found->count; i++) {
                if (i)
                        buf_add_char(&buf, ',');
                buf_add_int(&buf, found->ids[i]);
        }
        return buf_str(&buf);
}

static void fill(Company *c) {
        const int64_t owners[] = {c->manager, c->sales, c->other, c->finance, c->guarded, 0};
        for (int i = 0; i < 72; i++) {
                char owned[60] = "";
                if (owners[i % 6])
                        snprintf(owned, sizeof owned, "\"owner\":%lld,", (long long)owners[i % 6]);
                create(c, "customer", "{%s\"name\":\"%s客户%02d\",\"phone\":\"1380013%04d\",\"updated_at\":\"2026-01-01T00:00:%02dZ\"%s}", owned, i % 4 ? "" : "华为", i, i, i * 7 % 20, i % 3 ? ",\"level\":\"A\"" : "");
        }
        for (int64_t id = 5; id < 20; id += 3)
                throw_away(c, "customer", id);
}

static void ids_are_those_of_the_list(void **state) {
        Company *c = *state;
        static const Question questions[] = {
                {.sort = "id"}, {.sort = "-id"}, {.sort = "-updated_at"}, {.sort = "name"}, {.sort = "level,-name"}, {.sort = "-level"}, {.filter = "level = \"A\"", .sort = "name"},
                {.filter = "name contains \"华为\"", .sort = "-name"}, {.filter = "owner = me()", .sort = "id"}, {.filter = "is_null(level)", .sort = "level,id"}, {.q = "华为"}, {.q = "客户 华为"},
                {.q = "没有"}, {.sort = "id", .deleted = true}, {.filter = "name contains \"华为\"", .sort = "id", .deleted = true},
        };
        fill(c);
        const int64_t readers[] = {c->admin, c->manager, c->sales, c->other, c->finance, c->guarded};
        for (size_t r = 0; r < sizeof readers / sizeof *readers; r++)
                for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
                        const Question *question = &questions[i];
                        Found found = {.question = question, .limit = 1000};
                        Status expected = list(c, readers[r], .object = "customer", .filter = question->filter, .sort = question->sort, .q = question->q, .deleted = question->deleted, .limit = 200, .fields = "id");
                        Str ids = expected == STATUS_OK ? joined(c, "id") : STR_NONE;
                        assert_int_equal(company_task(c, readers[r], false, ids_run, &found), expected);
                        if (expected != STATUS_OK)
                                continue;
                        if (!str_eq(ids, ids_text(c, &found)))
                                fail_msg("reader %zu question %zu: " STR_FMT " instead of " STR_FMT, r, i, STR_ARG(ids_text(c, &found)), STR_ARG(ids));
                        Found some = {.question = question, .limit = 3}, none = {.question = question};
                        assert_ok(&c->base, company_task(c, readers[r], false, ids_run, &some));
                        assert_int_equal(some.count, found.count < 3 ? found.count : 3);
                        assert_ok(&c->base, company_task(c, readers[r], false, ids_run, &none));
                        assert_int_equal(none.count, 0);
                }
        Found bad = {.question = &(Question){.q = "x", .sort = "name"}};
        assert_int_equal(company_task(c, c->admin, false, ids_run, &bad), STATUS_MALFORMED);
}

// ---- Tables

typedef struct Asked { Buf out; const char *const *columns; size_t count; const int64_t *ids; size_t ids_count; RecordTable *table; } Asked;

static Status row(void *arg, const RecordCell *cells) {
        Asked *asked = arg;
        for (size_t i = 0; i < asked->count; i++) {
                if (i)
                        buf_add_char(&asked->out, '|');
                if (value_is_null(cells[i].value))
                        buf_add(&asked->out, cells[i].text);
                else
                        field_text(&asked->out, record_table_field(asked->table, i), LANG_EN, cells[i].value);
        }
        buf_add_char(&asked->out, '\n');
        return STATUS_OK;
}

static Status table_run(Call *call, void *arg) {
        Asked *asked = arg;
        Str columns[16];
        for (size_t i = 0; i < asked->count; i++)
                columns[i] = str_from(asked->columns[i]);
        asked->out = buf_make(call->context->arena, 1 << 20);
        TRY(record_table_open(call, catalog_get(call->catalog, "customer"), columns, asked->count, &asked->table));
        return record_table_rows(asked->table, asked->ids, asked->ids_count, row, asked);
}

static void tables_show_what_the_reader_may_read(void **state) {
        Company *c = *state;
        int64_t parent = create(c, "customer", "{\"name\":\"上级\",\"owner\":%lld,\"level\":\"B\"}", (long long)c->other);
        int64_t child = create(c, "customer", "{\"name\":\"下级\",\"owner\":%lld,\"parent\":%lld,\"phone\":\"13800138000\"}", (long long)c->sales, (long long)parent);
        const char *const columns[] = {"name", "parent", "parent.level", "owner", "phone", "created_at"};
        const int64_t ids[] = {child, 9999, parent, child};
        Asked asked = {.columns = columns, .count = 5, .ids = ids, .ids_count = 4};
        assert_ok(&c->base, company_task(c, c->finance, false, table_run, &asked));
        assert_text(buf_str(&asked.out), "下级|上级|B|sales|13800138000\n上级|||other|\n下级|上级|B|sales|13800138000\n");
        assert_ok(&c->base, company_task(c, c->sales, false, table_run, &asked));
        assert_text(buf_str(&asked.out), "下级|||sales|13800138000\n下级|||sales|13800138000\n");
        const char *const guarded[] = {"name", "phone"};
        Asked masked = {.columns = guarded, .count = 2, .ids = ids, .ids_count = 1};
        assert_ok(&c->base, company_task(c, c->guarded, false, table_run, &masked));
        assert_text(buf_str(&masked.out), "下级|138****8000\n");
        const char *const hidden[] = {"name", "level", "parent.level", "phone.x", ""};
        Asked refused = {.columns = hidden, .count = 5};
        assert_int_equal(company_task(c, c->guarded, false, table_run, &refused), STATUS_INVALID);
        assert_int_equal(c->base.context.error.count, 4);
        assert_text(c->base.context.error.items[0].field, "columns[1]");
}

// ---- Files in parts

typedef struct Parts { int64_t id; int step; bool more; Str read; FileInfo info; } Parts;

static Status parts_run(Call *call, void *arg) {
        Parts *parts = arg;
        switch (parts->step) {
        case 0:
                TRY(file_begin(call, STR("表.csv"), STR("text/csv"), call->context->now_ms + 1000, &parts->id));
                for (int64_t i = 0; i < 12; i++)
                        TRY(file_append(call, parts->id, i, str_format(call->context->arena, "part %lld;", (long long)i)));
                return STATUS_OK;
        case 1:
                TRY(file_get(call, parts->id, true, &parts->info));
                return file_part(call, parts->id, 11, &parts->read);
        default:
                call->context->now_ms += parts->step == 2 ? 0 : 2000;
                return file_prune(call, &parts->more);
        }
}

static void files_in_parts_pass(void **state) {
        Company *c = *state;
        Parts parts = {.step = 0};
        assert_ok(&c->base, company_task(c, c->sales, true, parts_run, &parts));
        parts.step = 1;
        assert_ok(&c->base, company_task(c, c->sales, false, parts_run, &parts));
        assert_text(parts.read, "part 11;");
        assert_int_equal(parts.info.parts, 12);
        assert_int_equal(parts.info.size, 10 * 7 + 2 * 8);
        assert_int_equal(company_task(c, c->admin, false, parts_run, &parts), STATUS_NOT_FOUND);
        int64_t now_ms = c->base.context.now_ms;
        parts.step = 2;
        assert_ok(&c->base, company_task(c, 0, true, parts_run, &parts));
        assert_false(parts.more);
        parts.step = 1;
        assert_ok(&c->base, company_task(c, c->sales, false, parts_run, &parts));
        for (parts.step = 3, parts.more = true; parts.more;) {
                c->base.context.now_ms = now_ms;
                assert_ok(&c->base, company_task(c, 0, true, parts_run, &parts));
        }
        c->base.context.now_ms = now_ms;
        parts.step = 1;
        assert_int_equal(company_task(c, c->sales, false, parts_run, &parts), STATUS_NOT_FOUND);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(ids_are_those_of_the_list), cmocka_unit_test(tables_show_what_the_reader_may_read), cmocka_unit_test(files_in_parts_pass),
        };
        return company_run_both("bulk", tests, sizeof tests / sizeof *tests);
}
