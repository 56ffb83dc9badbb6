// Installing what comes with the program: complete, and the second time nothing.
#include "store/fixture.h"
#include "meta/build.h"
#include "meta/diff.h"

static Status install(Db *db, void *arg) {
        return catalog_install(db, arg);
}

static Status load(Db *db, void *arg) {
        return catalog_load(db, NULL, arg);
}

static Catalog *installed(Fixture *f, bool expect_changed) {
        bool changed = !expect_changed;
        Catalog *catalog = NULL;
        assert_ok(f, store_migrate(f->store, &f->context, meta_migrations, meta_migrations_count));
        Status status = store_write(f->store, &f->context, install, &changed);
        for (size_t i = 0; i < f->context.error.count; i++)
                print_message(STR_FMT ": %s " STR_FMT " (%d)\n", STR_ARG(f->context.error.items[i].field), f->context.error.items[i].code,
                        STR_ARG(f->context.error.items[i].args[0]), f->context.error.items[i].position);
        assert_ok(f, status);
        assert_int_equal(changed, expect_changed);
        assert_ok(f, store_read(f->store, &f->context, 0, load, &catalog));
        return catalog;
}

static void test_shipped(void **state) {
        Fixture *f = *state;
        Catalog *first = installed(f, true), *second = installed(f, false);
        assert_int_equal(first->epoch, second->epoch);
        Steps steps = catalog_diff(f->arena, first, second);
        assert_int_equal(steps.count, 0);
        const Object *customer = catalog_get(second, "customer");
        assert_non_null(object_find(customer, STR("level")));
        assert_ptr_equal(catalog_find_id(second, customer->id), customer);
        catalog_unref(first);
        catalog_unref(second);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_shipped),
        };
        return fixture_run_both("install", tests, sizeof tests / sizeof *tests);
}
