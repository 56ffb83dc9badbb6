// For the tests of this folder: access/fixture.h's organisation with this layer's tables and a small company in it, records made by the pipeline, and answers as trees.
#pragma once
#include "access/fixture.h"
#include "record/duplicate.h"
#include "record/record.h"
#include "record/totals.h"

typedef struct Company {
        Fixture base;
        int64_t head_office, east, east_one, south;                        // departments: east and south under head_office, east_one under east
        int64_t admin, manager, sales, other, finance, guarded;            // manager heads east; sales is in east_one, other in south; finance reads all; guarded reads all, sees little
        Json *answer;                                                      // of the last question
        const char *code;                                                  // its error
        int position;
} Company;

typedef struct Task {
        Company *company;
        int64_t user; // 0: the system
        Status (*run)(Call *call, void *arg);
        void *arg;
        OrgView view;
} Task;

static inline Status task_run(Db *db, void *arg) {
        Task *task = arg;
        Company *c = task->company;
        Call call = {.context = db_context(db), .org = c->base.org, .catalog = task->view.catalog, .db = db, .source = STR("test")};
        call.actor = access_system(task->view.access);
        if (task->user)
                TRY(access_actor(call.context, task->view.access, task->user, &call.actor));
        return task->run(&call, task->arg);
}

static inline Status company_task(Company *c, int64_t user, bool writing, Status (*run)(Call *call, void *arg), void *arg) {
        Task task = {.company = c, .user = user, .run = run, .arg = arg, .view = org_view(c->base.org)};
        Store *store = org_store(c->base.org);
        error_clear(&c->base.context);
        Status status = writing ? store_write(store, &c->base.context, task_run, &task) : store_read(store, &c->base.context, 0, task_run, &task);
        c->code = c->base.context.error.code;
        c->position = c->base.context.error.position;
        if (!c->code && c->base.context.error.count)
                c->code = c->base.context.error.items[0].code;
        org_view_done(&task.view);
        return status;
}

// ---- writing

typedef struct Write {
        const char *object, *json;
        int64_t id;
        WriteOptions options;
        enum { WRITE_CREATE, WRITE_UPDATE, WRITE_DELETE, WRITE_RESTORE } kind;
} Write;

static inline Status write_run(Call *call, void *arg) {
        Write *write = arg;
        const Object *object = catalog_get(call->catalog, write->object);
        Json *json = NULL;
        RecordInput *input = NULL;
        if (write->kind == WRITE_DELETE)
                return record_delete(call, object, write->id, &write->options);
        if (write->kind == WRITE_RESTORE)
                return record_restore(call, object, write->id);
        TRY(json_parse(call->context, str_from(write->json), 20, &json));
        TRY(record_input(call->context, object, json, STR_NONE, &input));
        if (write->kind == WRITE_UPDATE)
                return record_update(call, object, write->id, input, &write->options);
        return record_create(call, input, &write->options, &write->id);
}

static inline int64_t create_as(Company *c, int64_t user, const char *object, const char *json) {
        Write write = {.object = object, .json = json, .options = {.import = user == 0}};
        Status status = company_task(c, user, true, write_run, &write);
        const Error *error = &c->base.context.error;
        if (status != STATUS_OK && error->count)
                fail_msg("%s: " STR_FMT " %s", json, STR_ARG(error->items[0].field), error->items[0].code);
        assert_ok(&c->base, status);
        return write.id;
}

__attribute__((format(printf, 3, 4))) static inline int64_t create(Company *c, const char *object, const char *format, ...) {
        char json[2000];
        va_list args;
        va_start(args, format);
        vsnprintf(json, sizeof json, format, args);
        va_end(args);
        return create_as(c, 0, object, json);
}

static inline void change(Company *c, int64_t user, const char *object, int64_t id, const char *json) {
        Write write = {.object = object, .json = json, .id = id, .kind = WRITE_UPDATE};
        assert_ok(&c->base, company_task(c, user, true, write_run, &write));
}

static inline void throw_away(Company *c, const char *object, int64_t id) {
        Write write = {.object = object, .id = id, .kind = WRITE_DELETE};
        assert_ok(&c->base, company_task(c, 0, true, write_run, &write));
}

// ---- the company

static inline Status prepare_run(Db *db, void *arg) {
        Company *c = arg;
        TRY(totals_prepare(db, c->base.view.catalog));
        TRY(search_prepare(db, c->base.view.catalog));
        return duplicates_prepare(db, c->base.view.catalog);
}

static inline int64_t hire(Company *c, const char *name, int64_t department, const char *key, const char *grants) {
        int64_t role = add_role(&c->base, key, grants);
        return add_user(&c->base, name, department, role_list(&c->base, role, 0));
}

static inline void company_open(Company *c, bool postgres) {
        Fixture *f = &c->base;
        fixture_open(f, postgres);
        assert_ok(f, store_migrate(org_store(f->org), &f->context, record_migrations, record_migrations_count));
        assert_ok(f, store_write(org_store(f->org), &f->context, prepare_run, c));
        c->head_office = add_department(f, "总部", 0, 0);
        c->east = add_department(f, "华东销售部", c->head_office, 0);
        c->east_one = add_department(f, "华东一组", c->east, 0);
        c->south = add_department(f, "华南销售部", c->head_office, 0);
        c->admin = hire(c, "admin", c->head_office, "admin", "{}");
        c->manager = hire(c, "manager", c->east, "m", "{\"*\":{\"read\":\"tree\",\"update\":\"tree\",\"delete\":\"tree\",\"create\":true}}");
        c->sales = hire(c, "sales", c->east_one, "s", "{\"*\":{\"read\":\"own\",\"update\":\"own\",\"create\":true}}");
        c->other = hire(c, "other", c->south, "o", "{\"*\":{\"read\":\"department\",\"update\":\"own\"}}");
        c->finance = hire(c, "finance", c->head_office, "f", "{\"*\":{\"read\":\"all\"}}");
        c->guarded = hire(c, "guarded", c->head_office, "g",
                          "{\"customer\":{\"read\":\"all\",\"fields\":{\"*\":\"read\",\"phone\":\"mask\",\"remark\":\"hide\",\"level\":\"hide\"}},"
                          "\"contact\":{\"read\":\"owner = me() or position = \\\"CEO\\\"\"}}");
        reload(f);
}

static inline int company_setup_sqlite(void **state) {
        *state = calloc(1, sizeof(Company));
        company_open(*state, false);
        return 0;
}

static inline int company_setup_postgres(void **state) {
        *state = calloc(1, sizeof(Company));
        company_open(*state, true);
        return 0;
}

static inline int company_teardown(void **state) {
        Company *c = *state;
        fixture_close(&c->base);
        free(c);
        return 0;
}

static inline int company_run_both(const char *name, struct CMUnitTest *tests, size_t count) {
        int failed = 0;
        for (int postgres = 0; postgres < (fixture_postgres() ? 2 : 1); postgres++) {
                char group[128];
                snprintf(group, sizeof group, "%s on %s", name, postgres ? "PostgreSQL" : "SQLite");
                for (size_t i = 0; i < count; i++) {
                        tests[i].setup_func = postgres ? company_setup_postgres : company_setup_sqlite;
                        tests[i].teardown_func = company_teardown;
                }
                failed += _cmocka_run_group_tests(group, tests, count, NULL, NULL);
        }
        return failed;
}

// ---- asking

typedef struct Ask {
        const char *object, *filter, *sort, *fields, *q, *group, *measure;
        Str after;
        int limit;
        bool count, deleted;
        int64_t id, user;
        Status (*query)(Call *call, const struct Ask *ask, JsonWriter *w);
        Buf out;
} Ask;

static inline Status ask_run(Call *call, void *arg) {
        Ask *ask = arg;
        ask->out = buf_make(call->context->arena, 8 << 20);
        JsonWriter w = json_writer(&ask->out);
        return ask->query(call, ask, &w);
}

static inline Status company_ask(Company *c, int64_t user, Ask *ask) {
        Status status = company_task(c, user, false, ask_run, ask);
        c->answer = NULL;
        if (status == STATUS_OK) {
                assert_false(buf_full(&ask->out));
                assert_ok(&c->base, json_parse(&c->base.context, buf_str(&ask->out), 30, &c->answer));
        }
        return status;
}

static inline Status ask_list(Call *call, const Ask *ask, JsonWriter *w) {
        RecordQuery query = {.object = catalog_get(call->catalog, ask->object), .filter = str_from(ask->filter), .sort = str_from(ask->sort),
                             .fields = str_from(ask->fields), .q = str_from(ask->q), .after = ask->after, .limit = ask->limit,
                             .count = ask->count, .deleted = ask->deleted};
        return query_list(call, &query, w);
}

static inline Status ask_get(Call *call, const Ask *ask, JsonWriter *w) {
        int64_t version = 0;
        TRY(query_get(call, catalog_get(call->catalog, ask->object), ask->id, w, &version));
        assert_true(version > 0);
        return STATUS_OK;
}

static inline Status ask_aggregate(Call *call, const Ask *ask, JsonWriter *w) {
        AggregateQuery query = {.object = catalog_get(call->catalog, ask->object), .group = str_from(ask->group), .measure = str_from(ask->measure),
                                .filter = str_from(ask->filter), .sort = str_from(ask->sort), .limit = ask->limit};
        return query_aggregate(call, &query, w);
}

static inline Status ask_search(Call *call, const Ask *ask, JsonWriter *w) {
        return query_search(call, str_from(ask->q), str_from(ask->object), ask->limit, w);
}

static inline Status ask_history(Call *call, const Ask *ask, JsonWriter *w) {
        return query_history(call, catalog_get(call->catalog, ask->object), ask->id, ask->after, ask->limit, w);
}

static inline Status ask_timeline(Call *call, const Ask *ask, JsonWriter *w) {
        return query_timeline(call, catalog_get(call->catalog, ask->object), ask->id, ask->after, ask->limit, w);
}

static inline Status ask_explain(Call *call, const Ask *ask, JsonWriter *w) {
        return query_explain(call, catalog_get(call->catalog, ask->object), ask->id, ask->user, w);
}

#define list(company, as, ...) company_ask((company), (as), &(Ask){.query = ask_list, __VA_ARGS__})
#define ask(company, as, what, ...) company_ask((company), (as), &(Ask){.query = ask_##what, __VA_ARGS__})

static inline const Json *items(const Company *c) {
        const Json *found = c->answer ? json_get(c->answer, "items") : NULL;
        assert_non_null(found);
        return found;
}

// "客户1,客户2": a text member of every item
static inline Str joined(Company *c, const char *member) {
        Buf buf = buf_make(c->base.arena, 1 << 20);
        const Json *found = items(c);
        for (size_t i = 0; i < found->count; i++) {
                const Json *value = json_get(&found->items[i], member);
                if (i)
                        buf_add_char(&buf, ',');
                buf_add(&buf, value && (value->kind == JSON_STRING || value->kind == JSON_NUMBER) ? value->text : STR("-"));
        }
        return buf_str(&buf);
}

static inline void assert_text(Str found, const char *expected) {
        char text[4000];
        snprintf(text, sizeof text, STR_FMT, STR_ARG(found));
        assert_string_equal(text, expected);
}
