// The organisation: its snapshots follow the database, old ones stay whole for whoever holds them, settings and the zone are kept.
#include "access/fixture.h"
#include <pthread.h>

static Status current(Db *db, void *arg) {
        Fixture *f = arg;
        return org_current(f->org, db, &f->view);
}

static Status ask_current(Fixture *f) {
        error_clear(&f->context);
        return store_read(org_store(f->org), &f->context, 0, current, f);
}

static void views_are_whole(void **state) {
        Fixture *f = *state;
        int64_t department = add_department(f, "前", 0, 0), user = add_user(f, "u", department, STR("[]"));
        reload(f);
        OrgView old = org_view(f->org);
        const Actor *actor = actor_of(f, user);
        int64_t second = add_user(f, "v", department, STR("[]"));
        reload(f);
        assert_ptr_not_equal(old.access, f->view.access);
        assert_ptr_equal(old.catalog, f->view.catalog); // that part did not change
        assert_null(access_person(old.access, second));
        assert_non_null(access_person(f->view.access, second));
        assert_string_equal(str_c(f->arena, actor->login), "u"); // of the old snapshot, which is still held
        org_view_done(&old);
        assert_null(old.access);
        const Actor *none = NULL;
        assert_int_equal(access_actor(&f->context, f->view.access, 424242, &none), STATUS_UNAUTHENTICATED);
}

static Status add_custom_object(Db *db, void *arg) {
        Fixture *f = arg;
        Json *json = NULL;
        Str name;
        TRY(json_parse(&f->context, STR("{\"name\":\"aaa_sample\",\"label\":\"x\"}"), 4, &json));
        return catalog_add_object(db, f->view.catalog, json, &name);
}

// A request that took its actor from one view and its object from the next gets the rights of that object, or none.
static void actors_know_objects_of_other_catalogs(void **state) {
        Fixture *f = *state;
        int64_t role = add_role(f, "r", "{\"*\":{\"read\":\"own\"},\"customer\":{\"read\":\"all\",\"fields\":{\"phone\":\"hide\"}}}");
        int64_t user = add_user(f, "u", 0, role_list(f, role, 0));
        reload(f);
        OrgView old = org_view(f->org);
        const Actor *actor = actor_of(f, user);
        assert_ok(f, store_write(org_store(f->org), &f->context, add_custom_object, f));
        reload(f);
        assert_ptr_not_equal(old.catalog, f->view.catalog);
        assert_int_equal(actor_scope(actor, object_of(f, "customer"), VERB_READ).kind, SCOPE_ALL);
        assert_int_equal(actor_field(actor, field_of(f, "customer", "phone")), FIELD_HIDE);
        assert_int_equal(actor_field(actor, field_of(f, "customer", "name")), FIELD_READ);
        assert_false(actor_may(actor, object_of(f, "aaa_sample"), VERB_READ));
        assert_int_equal(actor_field(actor, field_of(f, "aaa_sample", "name")), FIELD_HIDE);
        assert_true(actor_may(actor_of(f, user), object_of(f, "aaa_sample"), VERB_READ));
        org_view_done(&old);
}

static void reload_keeps_what_is_right(void **state) {
        Fixture *f = *state;
        OrgView old = org_view(f->org);
        reload(f);
        assert_ptr_equal(old.access, f->view.access);
        org_view_done(&old);
}

static void current_notices_changes(void **state) {
        Fixture *f = *state;
        assert_int_equal(ask_current(f), STATUS_OK);
        int64_t user = add_user(f, "u", 0, STR("[]"));
        if (store_dialect(org_store(f->org)) == DIALECT_SQLITE)
                org_changed(f->org);
        // The store runs a read again or hands the status back: either way the newest view is what counts.
        Status status = ask_current(f);
        assert_true(status != STATUS_OK);
        org_view_done(&f->view);
        f->view = org_view(f->org);
        assert_int_equal(ask_current(f), STATUS_OK);
        assert_non_null(access_person(f->view.access, user));
}

static void changed_is_seen_by_the_next_view(void **state) {
        Fixture *f = *state;
        int64_t user = add_user(f, "u", 0, STR("[]"));
        org_changed(f->org);
        OrgView view = org_view(f->org);
        assert_non_null(access_person(view.access, user));
        org_view_done(&view);
}

static Status use_settings(Db *db, void *arg) {
        (void)arg;
        Str value;
        TRY(org_setting(db, STR("colour"), STR("none"), &value));
        assert_true(str_is(value, "none"));
        TRY(org_setting_set(db, STR("colour"), STR("蓝")));
        TRY(org_setting_set(db, STR("colour"), STR("绿")));
        TRY(org_setting(db, STR("colour"), STR("none"), &value));
        assert_true(str_is(value, "绿"));
        TRY(org_setting(db, STR("zone"), STR_NONE, &value));
        assert_true(str_is(value, "Asia/Shanghai"));
        return STATUS_OK;
}

static void settings(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_write(org_store(f->org), &f->context, use_settings, NULL));
        assert_true(str_is(zone_name(org_zone(f->org)), "Asia/Shanghai"));
}

static void opens_again(void **state) {
        Fixture *f = *state;
        int64_t user = add_user(f, "u", 0, STR("[]"));
        org_view_done(&f->view);
        org_close(f->org);
        f->org = NULL;
        OrgConfig config = {.folder = f->folder, .url = f->schema[0] ? f->url : NULL, .readers = 4, .zone = STR("Europe/Berlin")};
        assert_ok(f, org_open(&f->context, &config, false, &f->org));
        f->view = org_view(f->org);
        assert_non_null(access_person(f->view.access, user));
        assert_true(str_is(zone_name(org_zone(f->org)), "Asia/Shanghai")); // the data's own zone, not another that is asked for later
}

static void bad_zone_is_refused(void **state) {
        Fixture *f = *state;
        OrgConfig config = {.folder = "/nonexistent", .zone = STR("Mars/Olympus")};
        Org *org = NULL;
        assert_int_equal(org_open(&f->context, &config, true, &org), STATUS_INVALID);
        assert_null(org);
}

static Status reserve(Db *db, void *arg) {
        (void)arg;
        return access_bump(db);
}

static void *look(void *arg) {
        Fixture *f = arg;
        for (int i = 0; i < 300; i++) {
                Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, os_now_ms());
                OrgView view = org_view(f->org);
                const Actor *actor = NULL;
                if (access_actor(&context, view.access, f->result, &actor) == STATUS_OK)
                        actor_may(actor, catalog_get(view.catalog, "customer"), VERB_READ);
                org_view_done(&view);
                arena_free(arena);
        }
        return NULL;
}

static void many_look_while_it_changes(void **state) {
        Fixture *f = *state;
        f->result = add_user(f, "u", 0, role_list(f, add_role(f, "r", "{\"customer\":{\"read\":\"level = \\\"A\\\"\"}}"), 0));
        pthread_t threads[4];
        for (size_t i = 0; i < 4; i++)
                assert_int_equal(pthread_create(&threads[i], NULL, look, f), 0);
        for (int i = 0; i < 20; i++) {
                assert_ok(f, store_write(org_store(f->org), &f->context, reserve, NULL));
                org_changed(f->org);
        }
        for (size_t i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(views_are_whole),
                cmocka_unit_test(actors_know_objects_of_other_catalogs),
                cmocka_unit_test(reload_keeps_what_is_right),
                cmocka_unit_test(current_notices_changes),
                cmocka_unit_test(changed_is_seen_by_the_next_view),
                cmocka_unit_test(settings),
                cmocka_unit_test(opens_again),
                cmocka_unit_test(bad_zone_is_refused),
                cmocka_unit_test(many_look_while_it_changes),
        };
        return fixture_run_both("organisation", tests, sizeof tests / sizeof *tests);
}
