// For the tests of this folder: an organisation on either engine in a place of its own, with helpers that fill it. PostgreSQL takes part when the environment's
// HAIKE_TEST_POSTGRES holds a URL; each fixture gets a schema there.
#pragma once
#include "access/org.h"
#include "base/unicode.h"
#include "os/os.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
        Arena *arena;
        Context context;
        Org *org;
        OrgView view;
        char folder[64], url[1024], schema[64];
        int64_t result;
        bool found;
} Fixture;

#define assert_ok(fixture, call)                                                                                                           \
        do {                                                                                                                               \
                Status assert_status_ = (call);                                                                                            \
                const Error *assert_error_ = &(fixture)->context.error;                                                                    \
                if (assert_status_ != STATUS_OK)                                                                                           \
                        fail_msg("%s: %s %s " STR_FMT ": " STR_FMT, #call, status_name(assert_status_), assert_error_->code ? assert_error_->code : "-", \
                                 STR_ARG(assert_error_->args[0]), STR_ARG(assert_error_->detail));                                         \
        } while (0)

static inline const char *fixture_postgres(void) {
        const char *url = getenv("HAIKE_TEST_POSTGRES");
        return url && *url ? url : NULL;
}

static inline void fixture_open(Fixture *f, bool postgres) {
        f->arena = arena_new(0);
        context_init(&f->context, f->arena, LANG_EN, os_now_ms());
        assert_ok(f, unicode_start(&f->context));
        snprintf(f->folder, sizeof f->folder, "/tmp/haike-access-XXXXXX");
        assert_non_null(mkdtemp(f->folder));
        if (postgres) {
                const char *url = fixture_postgres();
                snprintf(f->schema, sizeof f->schema, "t_%s", f->folder + sizeof "/tmp/haike-access-" - 1);
                for (char *c = f->schema; *c; c++)
                        *c = *c >= 'A' && *c <= 'Z' ? *c + 32 : *c;
                snprintf(f->url, sizeof f->url, "%s%coptions=-csearch_path%%3D%s", url, strchr(url, '?') ? '&' : '?', f->schema);
        }
        OrgConfig config = {.folder = f->folder, .url = postgres ? f->url : NULL, .readers = 4};
        Org *none = NULL;
        assert_int_equal(org_open(&f->context, &config, false, &none), STATUS_NOT_FOUND);
        error_clear(&f->context);
        assert_ok(f, org_open(&f->context, &config, true, &f->org));
        f->view = org_view(f->org);
}

static inline Status fixture_drop_schema(Db *db, void *arg) {
        Sql drop = db_sql(db);
        sql(&drop, "drop schema ");
        sql_name(&drop, str_from(((Fixture *)arg)->schema));
        sql(&drop, " cascade");
        return db_ddl(db, &drop);
}

static inline void fixture_close(Fixture *f) {
        org_view_done(&f->view);
        if (f->schema[0])
                assert_ok(f, store_write(org_store(f->org), &f->context, fixture_drop_schema, f));
        org_close(f->org);
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
        assert_int_equal(system(command), 0);
        arena_free(f->arena);
}

static inline int fixture_setup_sqlite(void **state) {
        *state = calloc(1, sizeof(Fixture));
        fixture_open(*state, false);
        return 0;
}

static inline int fixture_setup_postgres(void **state) {
        *state = calloc(1, sizeof(Fixture));
        fixture_open(*state, true);
        return 0;
}

static inline int fixture_teardown(void **state) {
        fixture_close(*state);
        free(*state);
        return 0;
}

// ---- Rows, without the record pipeline

typedef struct Cell { const char *column; Value value; } Cell;
typedef struct NewRow { const char *table; const Cell *cells; size_t count; int64_t id; } NewRow;

static inline Status fixture_insert(Db *db, void *arg) {
        NewRow *row = arg;
        Sql insert = db_sql(db), values = db_sql(db);
        sql(&insert, "insert into ");
        sql_name(&insert, str_from(row->table));
        for (size_t i = 0; i < row->count; i++) {
                sql_fixed(&insert, i ? STR(", ") : STR(" ("));
                sql_name(&insert, str_from(row->cells[i].column));
                sql_fixed(&values, i ? STR(", ") : STR(""));
                sql_value(&values, row->cells[i].value);
        }
        sql(&insert, ") values (");
        sql_append(&insert, &values);
        sql(&insert, ")");
        sql_returning_id(&insert);
        TRY(db_insert(db, &insert, &row->id));
        return access_bump(db);
}

static inline int64_t add_row(Fixture *f, const char *table, const Cell *cells, size_t count) {
        NewRow row = {.table = table, .cells = cells, .count = count};
        assert_ok(f, store_write(org_store(f->org), &f->context, fixture_insert, &row));
        return row.id;
}
#define add(fixture, table, ...) add_row((fixture), (table), (const Cell[]){__VA_ARGS__}, sizeof((const Cell[]){__VA_ARGS__}) / sizeof(Cell))

static inline Value text_value(const char *text) {
        return value_text(str_from(text));
}

static inline Value id_value(int64_t id) {
        return id ? value_int(id) : VALUE_NONE;
}

static inline int64_t add_department(Fixture *f, const char *name, int64_t parent, int64_t head) {
        return add(f, "department", {"name", text_value(name)}, {"version", value_int(1)}, {"parent_id", id_value(parent)}, {"head_id", id_value(head)});
}

static inline int64_t add_role(Fixture *f, const char *key, const char *grants) {
        return add(f, "role", {"name", text_value(key)}, {"version", value_int(1)}, {"key", text_value(key)}, {"grants", text_value(grants)});
}

// roles: as stored, ["1","2"]
static inline int64_t add_user(Fixture *f, const char *login, int64_t department, Str roles) {
        return add(f, "user", {"name", text_value(login)}, {"version", value_int(1)}, {"login", text_value(login)}, {"department_id", id_value(department)},
                   {"roles", value_text(roles)}, {"active", value_bool(true)}, {"lang", text_value("en")});
}

static inline Str role_list(Fixture *f, int64_t first, int64_t second) {
        if (!first)
                return STR("[]");
        return second ? str_format(f->arena, "[\"%lld\",\"%lld\"]", (long long)first, (long long)second) : str_format(f->arena, "[\"%lld\"]", (long long)first);
}

static inline void reload(Fixture *f) {
        assert_ok(f, org_reload(f->org, &f->context));
        org_view_done(&f->view);
        f->view = org_view(f->org);
}

static inline const Actor *actor_of(Fixture *f, int64_t user) {
        const Actor *actor = NULL;
        assert_ok(f, access_actor(&f->context, f->view.access, user, &actor));
        return actor;
}

static inline const Object *object_of(Fixture *f, const char *name) {
        return catalog_get(f->view.catalog, name);
}

static inline const Field *field_of(Fixture *f, const char *object, const char *name) {
        return object_get(object_of(f, object), name);
}

// For main: runs the tests on SQLite and, where there is one, on PostgreSQL; each test has a fresh organisation.
static inline int fixture_run_both(const char *name, struct CMUnitTest *tests, size_t count) {
        int failed = 0;
        for (int postgres = 0; postgres < (fixture_postgres() ? 2 : 1); postgres++) {
                char group[128];
                snprintf(group, sizeof group, "%s on %s", name, postgres ? "PostgreSQL" : "SQLite");
                for (size_t i = 0; i < count; i++) {
                        tests[i].setup_func = postgres ? fixture_setup_postgres : fixture_setup_sqlite;
                        tests[i].teardown_func = fixture_teardown;
                }
                print_message("%s\n", group);
                failed += _cmocka_run_group_tests(group, tests, count, NULL, NULL);
        }
        return failed;
}
