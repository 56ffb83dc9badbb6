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

// ---- A newer version over an older one

static const char release_one[] = "{\"id\":500,\"name\":\"gadget\",\"label\":\"Gadget\",\"order\":1,\"fields\":["
        "{\"id\":500100,\"name\":\"kind\",\"type\":\"choice\",\"label\":\"Kind\",\"options\":[{\"key\":\"a\"},{\"key\":\"b\"}]},"
        "{\"id\":500101,\"name\":\"note\",\"type\":\"text\",\"label\":\"Note\"}]}";
static const char release_two[] = "{\"id\":500,\"name\":\"gadget\",\"label\":\"Widget\",\"order\":2,\"fields\":["
        "{\"id\":500102,\"name\":\"price\",\"type\":\"money\",\"label\":\"Price\",\"indexed\":true},"
        "{\"id\":500100,\"name\":\"kind\",\"type\":\"choice\",\"label\":\"Sort\",\"options\":[{\"key\":\"a\"},{\"key\":\"b\"},{\"key\":\"c\"}]}]}";

static void give_text(void *arg, AssetGive *give, void *give_arg) {
        Asset asset = {.path = "objects/gadget/object.json", .data = arg, .size = strlen(arg)};
        give(give_arg, &asset);
}

typedef struct Upgrade { const char *text; bool changed; const Catalog *catalog; } Upgrade;

static Status install_text(Db *db, void *arg) {
        Upgrade *upgrade = arg;
        return catalog_install_from(db, &(Shipment){.each = give_text, .arg = (void *)upgrade->text}, &upgrade->changed);
}

static Status administer(Db *db, void *arg) {
        const Object *gadget = catalog_get(((Upgrade *)arg)->catalog, "gadget");
        Json *label, *options, *field;
        TRY(json_parse(db_context(db), STR("{\"label\":\"Thing\"}"), 8, &label));
        TRY(json_parse(db_context(db), STR("{\"options\":[{\"key\":\"a\",\"label\":\"First\"},{\"key\":\"b\"},{\"key\":\"own\"}]}"), 8, &options));
        TRY(json_parse(db_context(db), STR("{\"name\":\"mine\",\"type\":\"date\"}"), 8, &field));
        Str name;
        TRY(catalog_change_object(db, ((Upgrade *)arg)->catalog, gadget, label));
        TRY(catalog_change_field(db, ((Upgrade *)arg)->catalog, object_get(gadget, "kind"), options));
        return catalog_add_field(db, ((Upgrade *)arg)->catalog, gadget, field, &name);
}

static bool upgraded(Fixture *f, const char *text) {
        Upgrade upgrade = {.text = text};
        assert_ok(f, store_write(f->store, &f->context, install_text, &upgrade));
        return upgrade.changed;
}

static Catalog *loaded(Fixture *f) {
        Catalog *catalog = NULL;
        assert_ok(f, store_read(f->store, &f->context, 0, load, &catalog));
        return catalog;
}

static void test_upgrade(void **state) {
        Fixture *f = *state;
        assert_true(upgraded(f, release_one));
        assert_false(upgraded(f, release_one));
        Catalog *before = loaded(f);
        assert_ok(f, store_write(f->store, &f->context, administer, &(Upgrade){.catalog = before}));
        catalog_unref(before);
        assert_false(upgraded(f, release_one));
        assert_true(upgraded(f, release_two));
        assert_false(upgraded(f, release_two));
        Catalog *after = loaded(f);
        const Object *gadget = catalog_get(after, "gadget");
        const Field *kind = object_get(gadget, "kind");
        assert_true(str_is(gadget->label.text[0], "Thing"));
        assert_int_equal(gadget->order, 2);
        assert_true(str_is(kind->label.text[0], "Sort"));
        assert_int_equal(kind->options_count, 4);
        assert_true(str_is(field_option(kind, STR("a"))->label.text[0], "First"));
        assert_non_null(field_option(kind, STR("c")));
        assert_non_null(object_find(gadget, STR("note")));
        assert_true(object_get(gadget, "price")->index < kind->index);
        assert_true(object_get(gadget, "mine")->index > kind->index);
        catalog_unref(after);
}

// ---- What an administrator arranged stays, also where it names what is gone since; a newer version adds its own rules.

static const char release_three[] = "{\"id\":500,\"name\":\"gadget\",\"label\":\"Device\",\"order\":3,\"fields\":["
        "{\"id\":500102,\"name\":\"price\",\"type\":\"money\",\"label\":\"Price\",\"indexed\":true},"
        "{\"id\":500100,\"name\":\"kind\",\"type\":\"choice\",\"label\":\"Sort\",\"options\":[{\"key\":\"a\"},{\"key\":\"b\"},{\"key\":\"c\"}]}],"
        "\"layouts\":[{\"name\":\"short\",\"when\":\"kind = \\\"a\\\"\"}],\"rules\":[{\"field\":\"price\",\"effect\":\"require\",\"when\":\"kind = \\\"c\\\"\"}],"
        "\"validations\":[{\"name\":\"low\",\"when\":\"price < 0\",\"message\":\"Low\"}]}";

static Status arrange(Db *db, void *arg) {
        const Catalog *catalog = ((Upgrade *)arg)->catalog;
        const Object *gadget = catalog_get(catalog, "gadget");
        Json *forms;
        TRY(json_parse(db_context(db), STR("{\"layout\":{\"sections\":[{\"label\":\"A\",\"fields\":[\"price\",\"mine\"]}]},\"views\":[{\"name\":\"own\",\"columns\":[\"mine\"]}],"
                                           "\"rules\":[{\"field\":\"mine\",\"effect\":\"show\",\"when\":\"price > 1\"}],"
                                           "\"validations\":[{\"name\":\"own\",\"when\":\"price > 9\",\"message\":\"Own\"}]}"), 16, &forms));
        TRY(catalog_change_object(db, catalog, gadget, forms));
        return catalog_retire_field(db, catalog, object_get(gadget, "mine"));
}

static void test_arranged(void **state) {
        Fixture *f = *state;
        Catalog *before = loaded(f);
        assert_ok(f, store_write(f->store, &f->context, arrange, &(Upgrade){.catalog = before}));
        catalog_unref(before);
        assert_true(upgraded(f, release_three));
        assert_false(upgraded(f, release_three));
        Catalog *after = loaded(f);
        const Object *gadget = catalog_get(after, "gadget");
        assert_int_equal(gadget->order, 3);
        assert_int_equal(gadget->layout->sections[0].fields_count, 2);
        assert_int_equal(gadget->layouts_count, 1);
        assert_int_equal(gadget->rules_count, 2);
        assert_null(gadget->rules[0].field);
        assert_ptr_equal(gadget->rules[1].field, object_get(gadget, "price"));
        assert_int_equal(gadget->validations_count, 2);
        assert_true(str_is(gadget->validations[0].name, "own"));
        catalog_unref(after);
}

static void refuse(Fixture *f, const char *text, const char *path, const char *code) {
        Upgrade upgrade = {.text = text};
        error_clear(&f->context);
        assert_int_equal(store_write(f->store, &f->context, install_text, &upgrade), STATUS_INVALID);
        assert_true(str_is(f->context.error.items[0].field, path));
        assert_string_equal(f->context.error.items[0].code, code);
        error_clear(&f->context);
}

static void test_wrong_shipment(void **state) {
        Fixture *f = *state;
        refuse(f, "{\"id\":500,\"name\":\"other\"}", "objects/gadget/object.json: id", "bad_id");
        refuse(f, "{\"id\":501,\"name\":\"other\",\"fields\":[{\"id\":500100,\"name\":\"x\",\"type\":\"text\"}]}", "objects/gadget/object.json: fields[0].id", "bad_id");
        refuse(f, "{\"id\":500,\"name\":\"gadget\",\"fields\":[{\"id\":500100,\"name\":\"kind\",\"type\":\"text\"}]}", "objects/gadget/object.json: fields[0].type", "not_changeable");
        refuse(f, "{\"id\":501,\"name\":\"other\",\"fields\":[{\"id\":501100,\"name\":\"x\",\"type\":\"text\",\"lable\":1}]}", "objects/gadget/object.json: fields[0].lable", "unknown_member");
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
                cmocka_unit_test(test_shipped), cmocka_unit_test(test_upgrade), cmocka_unit_test(test_arranged), cmocka_unit_test(test_wrong_shipment),
        };
        return fixture_run_both("install", tests, sizeof tests / sizeof *tests);
}
