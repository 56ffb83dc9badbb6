// Second factors: the codes of RFC 6238, what is written for telephones, replay, recovery codes, waiting; devices and steps in between; narrowed rights.
#include "access/api_token.h"
#include "access/fixture.h"
#include "access/signin.h"

#define MINUTE ((int64_t)60 * 1000)
#define DAY (24 * 60 * MINUTE)

typedef struct Work { Fixture *fixture; int64_t user; Str text, secret, code, token, codes[RECOVERY_CODES]; bool right, found; Factor factor; Challenge challenge; Bearer bearer; int64_t id, expires_ms; } Work;

static Status run(Fixture *f, Status (*step)(Db *db, void *arg), Work *work) {
        error_clear(&f->context);
        f->context.now_ms = os_now_ms();
        work->fixture = f;
        return store_write(org_store(f->org), &f->context, step, work);
}

static void codes_of_the_rfc(void **state) {
        Fixture *f = *state;
        static const struct { int64_t at_s; const char *code; } cases[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                assert_true(str_is(totp_code(f->arena, STR("12345678901234567890"), cases[i].at_s / 30), cases[i].code));
}

static void base32(void **state) {
        Fixture *f = *state;
        static const struct { const char *plain, *text; } cases[] = {{"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
        Str bytes;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                assert_true(str_is(base32_format(f->arena, str_from(cases[i].plain)), cases[i].text));
                assert_true(base32_parse(f->arena, str_from(cases[i].text), &bytes));
                assert_true(str_is(bytes, cases[i].plain));
        }
        assert_true(base32_parse(f->arena, STR("mzxw 6ytb-oi======"), &bytes));
        assert_true(str_is(bytes, "foobar"));
        assert_false(base32_parse(f->arena, STR("MZXW1"), &bytes));
}

static void what_telephones_read(void **state) {
        Fixture *f = *state;
        Str uri = factor_uri(f->arena, STR("MZXW6"), STR("海客 & Co"), STR("li.si")), svg;
        assert_true(str_is(uri, "otpauth://totp/%E6%B5%B7%E5%AE%A2%20%26%20Co:li.si?secret=MZXW6&issuer=%E6%B5%B7%E5%AE%A2%20%26%20Co"));
        assert_true(qr_svg(f->arena, uri, &svg));
        assert_true(str_starts(svg, STR("<svg xmlns=")) && str_ends(svg, STR("\"/></svg>")));
        assert_true(str_find(svg, STR("script")) < 0);
        assert_false(qr_svg(f->arena, str_make(arena_alloc(f->arena, 1), 0), &svg)); // nothing to draw
}

static Status begin(Db *db, void *arg) {
        Work *w = arg;
        return factor_begin(db, w->fixture->org, w->user, &w->secret);
}

static Status try(Db *db, void *arg) {
        Work *w = arg;
        return factor_try(db, w->fixture->org, w->user, w->code, &w->right);
}

static Status confirm(Db *db, void *arg) {
        Work *w = arg;
        return factor_confirm(db, w->user, w->codes);
}

static Status recover(Db *db, void *arg) {
        Work *w = arg;
        return recovery_try(db, w->user, w->code, &w->right);
}

static Status get(Db *db, void *arg) {
        Work *w = arg;
        return factor_get(db, w->user, &w->factor, &w->found);
}

static Status unlock(Db *db, void *arg) {
        return factor_unlock(db, ((Work *)arg)->user);
}

static Status find_secret(Db *db, void *arg) {
        Work *w = arg;
        Sql select = db_sql(db);
        sql(&select, "select \"secret\" from \"access_factor\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, &w->found));
        w->text = str_copy(w->fixture->arena, rows_text(rows, 0));
        return STATUS_OK;
}

static Str code_at(Fixture *f, const Work *w, int64_t ms) {
        Str key;
        assert_true(base32_parse(f->arena, w->secret, &key));
        return totp_code(f->arena, key, ms / 30000);
}

static void enrol(Fixture *f, Work *w) {
        assert_ok(f, run(f, begin, w));
        w->code = code_at(f, w, os_now_ms());
        assert_ok(f, run(f, try, w));
        assert_true(w->right);
        assert_ok(f, run(f, confirm, w));
}

static void a_code_is_taken_once(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms() / 30000 * 30000;
        os_clock_set(start);
        Work w = {.user = 7};
        assert_ok(f, run(f, begin, &w));
        Str first = w.secret;
        assert_ok(f, run(f, begin, &w)); // not confirmed yet: another one takes its place
        assert_false(str_eq(first, w.secret));
        w.code = code_at(f, &w, start);
        assert_ok(f, run(f, try, &w));
        assert_true(w.right);
        assert_ok(f, run(f, confirm, &w));
        assert_int_equal(run(f, begin, &w), STATUS_CONFLICT);
        assert_ok(f, run(f, try, &w));
        assert_false(w.right); // again
        w.code = code_at(f, &w, start - 30000);
        assert_ok(f, run(f, try, &w));
        assert_false(w.right); // older than one that was taken
        w.code = code_at(f, &w, start + 60000);
        assert_ok(f, run(f, try, &w));
        assert_false(w.right); // not yet
        w.code = code_at(f, &w, start + 30000);
        assert_ok(f, run(f, try, &w));
        assert_true(w.right); // a clock that is half a minute ahead
        assert_ok(f, run(f, find_secret, &w));
        assert_true(str_starts(w.text, STR("s1:")) && str_find(w.text, w.secret) < 0);
        os_clock_set(start);
}

static void wrong_codes_cost_time(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        os_clock_set(start);
        Work w = {.user = 7};
        enrol(f, &w);
        w.code = STR("12345");
        for (int i = 0; i < 10; i++) {
                assert_ok(f, run(f, try, &w));
                assert_false(w.right);
        }
        os_clock_set(start + MINUTE);
        w.code = code_at(f, &w, start + MINUTE);
        assert_int_equal(run(f, try, &w), STATUS_LIMITED); // even the right one
        assert_true(f->context.error.retry_after_s > 13 * 60);
        assert_int_equal(run(f, recover, &w), STATUS_LIMITED);
        os_clock_set(start + 16 * MINUTE);
        w.code = STR("000000x");
        for (int i = 0; i < 10; i++)
                assert_ok(f, run(f, try, &w));
        os_clock_set(start + 40 * MINUTE); // twice as long now
        assert_int_equal(run(f, try, &w), STATUS_LIMITED);
        assert_ok(f, run(f, unlock, &w));
        w.code = code_at(f, &w, start + 40 * MINUTE);
        assert_ok(f, run(f, try, &w));
        assert_true(w.right);
        os_clock_set(start);
}

static void recovery_codes_are_taken_once(void **state) {
        Fixture *f = *state;
        Work w = {.user = 7};
        enrol(f, &w);
        for (int i = 0; i < RECOVERY_CODES; i++)
                assert_true(w.codes[i].len == 14 && w.codes[i].data[4] == '-');
        w.code = str_format(f->arena, " %.4s%.4s %.4s", w.codes[3].data, w.codes[3].data + 5, w.codes[3].data + 10);
        assert_ok(f, run(f, recover, &w));
        assert_true(w.right);
        assert_ok(f, run(f, recover, &w));
        assert_false(w.right);
        assert_ok(f, run(f, get, &w));
        assert_int_equal(w.factor.recovery_left, RECOVERY_CODES - 1);
        Work other = {.user = 8};
        enrol(f, &other);
        other.code = w.codes[0];
        assert_ok(f, run(f, recover, &other));
        assert_false(other.right); // somebody else's
}

static Status remember(Db *db, void *arg) {
        Work *w = arg;
        return device_remember(db, w->user, STR("10.0.0.1"), STR("browser"), &w->token);
}

static Status known(Db *db, void *arg) {
        Work *w = arg;
        return device_known(db, w->user, w->token, &w->found);
}

static Status set_password(Db *db, void *arg) {
        Work *w = arg;
        return password_set(db, w->user, STR("a hash"), false);
}

static void devices_are_known_for_a_month(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        Work w = {.user = 7};
        assert_ok(f, run(f, remember, &w));
        assert_ok(f, run(f, known, &w));
        assert_true(w.found);
        w.user = 8;
        assert_ok(f, run(f, known, &w));
        assert_false(w.found);
        w.user = 7;
        os_clock_set(start + 31 * DAY);
        assert_ok(f, run(f, known, &w));
        assert_false(w.found);
        assert_ok(f, run(f, remember, &w));
        assert_ok(f, run(f, set_password, &w));
        assert_ok(f, run(f, known, &w));
        assert_false(w.found);
        os_clock_set(start);
}

static Status create_challenge(Db *db, void *arg) {
        Work *w = arg;
        return challenge_create(db, &(Challenge){.user = w->user, .kind = STR("totp"), .method = STR("password")}, &w->token);
}

static Status find_challenge(Db *db, void *arg) {
        Work *w = arg;
        return challenge_find(db, w->token, &w->challenge);
}

static Status tried(Db *db, void *arg) {
        return challenge_tried(db, ((Work *)arg)->token);
}

static Status end_challenge(Db *db, void *arg) {
        return challenge_end(db, ((Work *)arg)->token);
}

static void steps_end(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        Work w = {.user = 7};
        assert_ok(f, run(f, create_challenge, &w));
        assert_ok(f, run(f, find_challenge, &w));
        assert_int_equal(w.challenge.user, 7);
        assert_ok(f, run(f, end_challenge, &w));
        assert_int_equal(run(f, end_challenge, &w), STATUS_UNAUTHENTICATED);
        assert_int_equal(run(f, find_challenge, &w), STATUS_UNAUTHENTICATED);
        assert_ok(f, run(f, create_challenge, &w));
        for (int i = 0; i < 5; i++) {
                assert_ok(f, run(f, find_challenge, &w));
                assert_ok(f, run(f, tried, &w));
        }
        assert_int_equal(run(f, find_challenge, &w), STATUS_UNAUTHENTICATED);
        assert_ok(f, run(f, create_challenge, &w));
        os_clock_set(start + 6 * MINUTE);
        assert_int_equal(run(f, find_challenge, &w), STATUS_UNAUTHENTICATED);
        os_clock_set(start);
}

static Status make_token(Db *db, void *arg) {
        Work *w = arg;
        return api_token_create(db, &(ApiTokenNew){.user = w->user, .name = STR("n"), .scopes = STR("{}"), .expires_ms = w->expires_ms}, &w->id, &w->token);
}

static Status find_bearer(Db *db, void *arg) {
        Work *w = arg;
        return bearer_find(db, w->fixture->view.settings, w->token, &w->bearer);
}

static Status forget(Db *db, void *arg) {
        return signin_forget(db, ((Work *)arg)->user);
}

static void api_tokens_end(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        Work w = {.user = 7, .expires_ms = start + DAY};
        assert_ok(f, run(f, make_token, &w));
        assert_true(str_starts(w.token, STR("hk_")) && w.token.len == 46);
        assert_ok(f, run(f, find_bearer, &w));
        assert_true(w.bearer.user == 7 && w.bearer.api_token == w.id && w.bearer.seen_old);
        os_clock_set(start + DAY);
        assert_int_equal(run(f, find_bearer, &w), STATUS_UNAUTHENTICATED);
        os_clock_set(start);
        assert_ok(f, run(f, forget, &w));
        assert_int_equal(run(f, find_bearer, &w), STATUS_UNAUTHENTICATED);
}

static void scopes_are_checked(void **state) {
        Fixture *f = *state;
        static const struct { const char *scopes, *field; } wrong[] = {
                {"[]", "scopes"}, {"{\"objects\":1}", "scopes.objects"}, {"{\"objects\":{\"nothing\":\"read\"}}", "scopes.objects.nothing"}, {"{\"objects\":{\"customer\":\"all\"}}", "scopes.objects.customer"},
                {"{\"areas\":[\"objects\"]}", "scopes.areas[0]"}, {"{\"areas\":\"meta\"}", "scopes.areas"}, {"{\"else\":1}", "scopes.else"},
        };
        Json *json = NULL;
        Str text = STR_NONE;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                error_clear(&f->context);
                assert_ok(f, json_parse(&f->context, str_from(wrong[i].scopes), 8, &json));
                assert_int_equal(scopes_check(&f->context, f->view.catalog, STR("scopes"), json, &text), STATUS_INVALID);
                assert_true(str_is(f->context.error.items[0].field, wrong[i].field));
        }
        error_clear(&f->context);
        assert_ok(f, json_parse(&f->context, STR("{\"areas\":[\"search\",\"meta\"],\"objects\":{\"customer\":\"write\",\"*\":\"read\"}}"), 8, &json));
        assert_ok(f, scopes_check(&f->context, f->view.catalog, STR("scopes"), json, &text));
        assert_true(str_is(text, "{\"objects\":{\"*\":\"read\",\"customer\":\"write\"},\"areas\":[\"meta\",\"search\"]}"));
        assert_true(scopes_have(f->arena, text, AREA_META) && scopes_have(f->arena, text, AREA_OBJECTS) && !scopes_have(f->arena, text, AREA_ADMIN));
}

static const Actor *narrowed(Fixture *f, int64_t user, const char *scopes) {
        const Actor *actor = NULL;
        assert_ok(f, access_actor_narrowed(&f->context, f->view.access, user, str_from(scopes), &actor));
        return actor;
}

static void rights_are_narrowed(void **state) {
        Fixture *f = *state;
        const char *grants = "{\"customer\":{\"read\":\"all\",\"create\":true,\"update\":\"own\",\"delete\":\"own\",\"export\":true,\"actions\":\"*\",\"fields\":{\"phone\":\"mask\"}},\"contact\":{\"read\":\"own\"}}";
        int64_t role = add_role(f, "some", grants), admin = add_role(f, "admin", "{}"), user = add_user(f, "a", 0, role_list(f, role, 0)), boss = add_user(f, "b", 0, role_list(f, admin, 0));
        reload(f);
        const Object *customer = object_of(f, "customer"), *contact = object_of(f, "contact");
        const Actor *read = narrowed(f, user, "{\"objects\":{\"customer\":\"read\"},\"areas\":[]}");
        assert_true(actor_may(read, customer, VERB_READ) && actor_may(read, customer, VERB_EXPORT));
        assert_false(actor_may(read, customer, VERB_CREATE) || actor_may(read, customer, VERB_UPDATE) || actor_may(read, customer, VERB_DELETE) || actor_may_act(read, customer, STR("claim")));
        assert_false(actor_may(read, contact, VERB_READ));
        assert_int_equal(actor_field(read, field_of(f, "customer", "phone")), FIELD_MASK);
        assert_int_equal(actor_field(read, field_of(f, "customer", "name")), FIELD_READ); // what nobody may write is not writable
        assert_int_equal(actor_field(read, field_of(f, "user", "name")), FIELD_READ);     // owners have names
        assert_int_equal(actor_field(read, field_of(f, "user", "phone")), FIELD_HIDE);
        const Actor *write = narrowed(f, user, "{\"objects\":\"*\",\"areas\":[]}");
        assert_int_equal(actor_scope(write, customer, VERB_UPDATE).kind, SCOPE_OWN); // no more than the person
        assert_false(actor_may(write, contact, VERB_UPDATE));
        assert_ptr_equal(narrowed(f, user, "{\"objects\":\"*\",\"areas\":[]}")->grants, write->grants); // compiled once
        assert_ptr_equal(narrowed(f, user, "")->grants, actor_of(f, user)->grants);
        assert_true(actor_of(f, boss)->administrator);
        assert_false(narrowed(f, boss, "{\"objects\":\"*\",\"areas\":[]}")->administrator);
        assert_true(narrowed(f, boss, "{\"objects\":{},\"areas\":[\"admin\"]}")->administrator);
        assert_false(actor_may(narrowed(f, boss, "{\"objects\":{},\"areas\":[\"admin\"]}"), customer, VERB_READ));
        assert_false(narrowed(f, user, "{\"areas\":[\"admin\"]}")->administrator);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(codes_of_the_rfc),
                cmocka_unit_test(base32),
                cmocka_unit_test(what_telephones_read),
                cmocka_unit_test(a_code_is_taken_once),
                cmocka_unit_test(wrong_codes_cost_time),
                cmocka_unit_test(recovery_codes_are_taken_once),
                cmocka_unit_test(devices_are_known_for_a_month),
                cmocka_unit_test(steps_end),
                cmocka_unit_test(api_tokens_end),
                cmocka_unit_test(scopes_are_checked),
                cmocka_unit_test(rights_are_narrowed),
        };
        return fixture_run_both("second factor", tests, sizeof tests / sizeof *tests);
}
