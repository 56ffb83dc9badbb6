// For the tests of this folder: a store of either engine in a place of its own, thrown away afterwards. PostgreSQL takes part when the
// environment's HAIKE_TEST_POSTGRES holds a URL; each fixture gets a schema there.
#pragma once
#include "base/unicode.h"
#include "store/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
        Store *store;
        Arena *arena;
        Context context;
        char folder[64], url[1024], schema[64];
} Fixture;

#define assert_ok(fixture, call)                                                                                                                       \
        do {                                                                                                                                           \
                Status assert_status_ = (call);                                                                                                        \
                if (assert_status_ != STATUS_OK)                                                                                                       \
                        fail_msg("%s: %s %s: " STR_FMT, #call, status_name(assert_status_), (fixture)->context.error.code ? (fixture)->context.error.code : "-", \
                                 STR_ARG((fixture)->context.error.detail));                                                                            \
        } while (0)

static inline const char *fixture_postgres(void) {
        const char *url = getenv("HAIKE_TEST_POSTGRES");
        return url && *url ? url : NULL;
}

static inline Status fixture_open_store(Fixture *f) {
        StoreConfig config = {.folder = f->folder, .url = f->url[0] ? f->url : NULL, .readers = 6, .sync = true};
        return store_open(&f->context, &config, &f->store);
}

static inline void fixture_open(Fixture *f, Dialect dialect) {
        *f = (Fixture){.arena = arena_new(0)};
        context_init(&f->context, f->arena, LANG_EN, 1700000000000);
        assert_ok(f, unicode_start(&f->context));
        snprintf(f->folder, sizeof f->folder, "/tmp/haike-store-XXXXXX");
        assert_non_null(mkdtemp(f->folder));
        if (dialect == DIALECT_POSTGRES) {
                const char *url = fixture_postgres();
                snprintf(f->schema, sizeof f->schema, "t_%s", f->folder + sizeof "/tmp/haike-store-" - 1);
                for (char *c = f->schema; *c; c++)
                        *c = *c >= 'A' && *c <= 'Z' ? *c + 32 : *c;
                snprintf(f->url, sizeof f->url, "%s%coptions=-csearch_path%%3D%s", url, strchr(url, '?') ? '&' : '?', f->schema);
        }
        assert_ok(f, fixture_open_store(f));
        assert_ok(f, store_migrate(f->store, &f->context, NULL, 0));
}

static inline Status fixture_drop_schema(Db *db, void *arg) {
        Sql drop = db_sql(db);
        sql(&drop, "drop schema ");
        sql_name(&drop, str_from(((Fixture *)arg)->schema));
        sql(&drop, " cascade");
        return db_ddl(db, &drop);
}

static inline void fixture_close(Fixture *f) {
        if (f->schema[0])
                assert_ok(f, store_write(f->store, &f->context, fixture_drop_schema, f));
        store_close(f->store);
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
        assert_int_equal(system(command), 0);
        arena_free(f->arena);
}

static inline int fixture_setup_sqlite(void **state) {
        *state = calloc(1, sizeof(Fixture));
        fixture_open(*state, DIALECT_SQLITE);
        return 0;
}

static inline int fixture_setup_postgres(void **state) {
        *state = calloc(1, sizeof(Fixture));
        fixture_open(*state, DIALECT_POSTGRES);
        return 0;
}

static inline int fixture_teardown(void **state) {
        fixture_close(*state);
        free(*state);
        return 0;
}

// For main: runs the tests on SQLite and, where there is one, on PostgreSQL.
static inline int fixture_run_both(const char *name, const struct CMUnitTest *tests, size_t count) {
        char group[128];
        snprintf(group, sizeof group, "%s on SQLite", name);
        int failed = _cmocka_run_group_tests(group, tests, count, fixture_setup_sqlite, fixture_teardown);
        if (!fixture_postgres()) {
                printf("%s on PostgreSQL: skipped, HAIKE_TEST_POSTGRES is not set\n", name);
                return failed;
        }
        snprintf(group, sizeof group, "%s on PostgreSQL", name);
        return failed + _cmocka_run_group_tests(group, tests, count, fixture_setup_postgres, fixture_teardown);
}
