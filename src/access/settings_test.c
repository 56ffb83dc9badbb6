// Settings: what is taken and what refused, how they reach snapshots, a zone that changes, codes of the first start, preferences.
#include "access/fixture.h"
#include "access/preferences.h"
#include "access/setup.h"

static void tiles_name_their_source(void **state) {
        Fixture *f = *state;
        static const struct { const char *template, *source; } good[] = {
                {"https://tile.example.org/{z}/{x}/{y}.png", "https://tile.example.org"},
                {"https://{s}.tile.example.org/{z}/{x}/{y}.png", "https://*.tile.example.org"},
                {"https://t{s}.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk=1a", "https://*.tianditu.gov.cn"},
                {"https://localhost:8443/{z}/{x}/{y}@2x.png", "https://localhost:8443"},
        };
        static const char *const bad[] = {
                "", "http://a.org/{z}/{x}/{y}", "//a.org/{z}/{x}/{y}", "javascript:{z}{x}{y}", "https://{z}/{x}/{y}", "https:///{z}/{x}/{y}", "https://a.org{z}/{x}/{y}", "https://a.org/{z}/{x}", "https://a.org/{z}/{x}/{y}/{y}",
                "https://a.org/{z}/{x}/{y}/{q}", "https://a.org/{z}/{x}/{y}}", "https://a.org/{z}/{x}/{y} b", "https://a.org/{z}/{x}/{y};", "https://a.org/{z}/{x}/{y}'", "https://a.org/{z}/{x}/{y}\"", "https://a.org/{z}/{x}/{y}<",
                "https://a.org;script-src/{z}/{x}/{y}", "https://a b.org/{z}/{x}/{y}", "https://*.org/{z}/{x}/{y}", "https://a@b.org/{z}/{x}/{y}", "https://a..org/{z}/{x}/{y}", "https://a.org./{z}/{x}/{y}", "https://a.org:0/{z}/{x}/{y}",
                "https://{s}.org/{z}/{x}/{y}", "https://{s}/{z}/{x}/{y}", "https://a.{s}.org/{z}/{x}/{y}", "https://{s}.a.org/{s}/{z}/{x}/{y}", "https://{s} .a.org/{z}/{x}/{y}", "https://{s}.a.org:x/{z}/{x}/{y}", "https://-a.org/{z}/{x}/{y}",
        };
        Str source = STR_NONE;
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                assert_true(map_tiles_source(f->arena, str_from(good[i].template), &source));
                assert_string_equal(str_c(f->arena, source), good[i].source);
        }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                if (map_tiles_source(f->arena, str_from(bad[i]), &source))
                        fail_msg("%s was taken", bad[i]);
}

static Status check(Fixture *f, const char *json, SettingsChange *change) {
        static const char *const others[] = {"code", NULL};
        Json *body = NULL;
        error_clear(&f->context);
        assert_ok(f, json_parse(&f->context, str_from(json), 4, &body));
        return settings_check(&f->context, body, others, change);
}

static void mistakes_stand_at_their_names(void **state) {
        Fixture *f = *state;
        static const struct { const char *json, *code; } bad[] = {
                {"{\"company\":\"\"}", "required"}, {"{\"company\":\" \"}", "required"}, {"{\"company\":5}", "wrong_type"}, {"{\"company\":null}", "required"}, {"{\"company\":\"a\\nb\"}", "bad_text"},
                {"{\"zone\":\"Mars/Olympus\"}", "bad_time_zone"}, {"{\"zone\":\"\"}", "required"}, {"{\"currency\":\"cny\"}", "unknown_currency"}, {"{\"currency\":\"ABC\"}", "unknown_currency"}, {"{\"currency\":[]}", "wrong_type"},
                {"{\"language\":\"zh\"}", "unknown_language"}, {"{\"week_start\":\"1\"}", "bad_week_start"}, {"{\"week_start\":1.0}", "bad_week_start"}, {"{\"week_start\":3}", "bad_week_start"}, {"{\"demo\":true}", "read_only"},
                {"{\"colour\":1}", "unknown_field"}, {"{\"map_tiles\":\"x\"}", "bad_map_tiles"}, {"{\"map_attribution\":\"\\u2028\"}", "bad_text"},
        };
        SettingsChange change;
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                assert_int_equal(check(f, bad[i].json, &change), STATUS_INVALID);
                assert_int_equal(f->context.error.count, 1);
                assert_string_equal(f->context.error.items[0].code, bad[i].code);
        }
        assert_ok(f, check(f, "{\"code\":1,\"company\":\" 海客 \",\"zone\":\"UTC\",\"currency\":\"EUR\",\"language\":\"en\",\"week_start\":6,\"map_tiles\":null,\"map_attribution\":\"© 某\"}", &change));
        error_clear(&f->context);
}

typedef struct Writing { Fixture *fixture; SettingsChange change; } Writing;

static Status write_settings(Db *db, void *arg) {
        Writing *writing = arg;
        return settings_write(db, writing->fixture->view.catalog, &writing->change);
}

static void set(Fixture *f, const char *json) {
        Writing writing = {.fixture = f};
        assert_ok(f, check(f, json, &writing.change));
        assert_ok(f, store_write(org_store(f->org), &f->context, write_settings, &writing));
        reload(f);
}

static void they_are_part_of_the_snapshot(void **state) {
        Fixture *f = *state;
        const OrgSettings *settings = f->view.settings;
        assert_true(str_empty(settings->company) && str_is(settings->zone, "Asia/Shanghai") && str_is(settings->currency, "CNY") && settings->language == LANG_ZH_CN && settings->week_start == 1 && !settings->demo);
        OrgView old = org_view(f->org);
        set(f, "{\"company\":\"海客\",\"language\":\"en\",\"week_start\":0,\"map_tiles\":\"https://{s}.t.org/{z}/{x}/{y}\"}");
        settings = f->view.settings;
        assert_true(str_is(settings->company, "海客") && settings->language == LANG_EN && settings->week_start == 0 && str_is(settings->map_source, "https://*.t.org"));
        assert_true(str_empty(old.settings->company)); // whoever holds the old ones goes on with them
        assert_ptr_equal(old.catalog, f->view.catalog);
        org_view_done(&old);
}

static void another_zone_is_another_catalog(void **state) {
        Fixture *f = *state;
        OrgView old = org_view(f->org);
        const Zone *shanghai = org_zone(f->org);
        set(f, "{\"zone\":\"America/New_York\"}");
        assert_ptr_not_equal(old.catalog, f->view.catalog);
        assert_true(str_is(zone_name(f->view.catalog->zone), "America/New_York") && str_is(zone_name(org_zone(f->org)), "America/New_York"));
        assert_true(str_is(zone_name(old.catalog->zone), "Asia/Shanghai")); // still good
        set(f, "{\"zone\":\"Asia/Shanghai\"}");
        assert_ptr_equal(org_zone(f->org), shanghai);
        org_view_done(&old);
}

// ---- Codes

typedef struct Codes { Str codes[20]; bool needed; } Codes;

static Status make_codes(Db *db, void *arg) {
        Codes *codes = arg;
        for (size_t i = 0; i < 20; i++)
                TRY(setup_code_new(db, &codes->codes[i]));
        return setup_needed(db, &codes->needed);
}

static Status use_codes(Db *db, void *arg) {
        Codes *codes = arg;
        bool first = true, last = false, longer = true, none = true;
        Arena *arena = db_arena(db);
        TRY(setup_code_matches(db, codes->codes[0], &first));
        TRY(setup_code_matches(db, str_format(arena, " " STR_FMT "-", STR_ARG(codes->codes[19])), &last));
        TRY(setup_code_matches(db, str_format(arena, STR_FMT "a", STR_ARG(codes->codes[19])), &longer));
        TRY(setup_code_matches(db, STR(""), &none));
        assert_true(!first && last && !longer && !none); // the oldest are forgotten
        Str kept = STR_NONE;
        TRY(org_setting(db, STR("setup_codes"), STR_NONE, &kept));
        assert_true(str_find(kept, codes->codes[19]) < 0);
        TRY(setup_codes_forget(db));
        TRY(setup_code_matches(db, codes->codes[19], &last));
        assert_false(last);
        return STATUS_OK;
}

static void codes_open_until_they_are_forgotten(void **state) {
        Fixture *f = *state;
        Codes codes = {0};
        assert_ok(f, store_write(org_store(f->org), &f->context, make_codes, &codes));
        assert_true(codes.needed);
        assert_ok(f, store_write(org_store(f->org), &f->context, use_codes, &codes));
        add_user(f, "u", 0, STR("[]"));
        assert_ok(f, store_write(org_store(f->org), &f->context, make_codes, &codes));
        assert_false(codes.needed);
}

static Status use_preferences(Db *db, void *arg) {
        (void)arg;
        Str json = STR_NONE;
        TRY(preferences_get(db, 7, &json));
        assert_true(str_is(json, "{}"));
        TRY(preferences_set(db, 7, STR("{\"a\":1}")));
        TRY(preferences_set(db, 7, STR("{\"a\":2}")));
        TRY(preferences_get(db, 7, &json));
        assert_true(str_is(json, "{\"a\":2}"));
        TRY(person_forget(db, 7));
        TRY(preferences_get(db, 7, &json));
        assert_true(str_is(json, "{}"));
        return STATUS_OK;
}

static void preferences(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_write(org_store(f->org), &f->context, use_preferences, NULL));
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(tiles_name_their_source),
                cmocka_unit_test(mistakes_stand_at_their_names),
                cmocka_unit_test(they_are_part_of_the_snapshot),
                cmocka_unit_test(another_zone_is_another_catalog),
                cmocka_unit_test(codes_open_until_they_are_forgotten),
                cmocka_unit_test(preferences),
        };
        return fixture_run_both("settings", tests, sizeof tests / sizeof *tests);
}
