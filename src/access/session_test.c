// Sign-in: passwords, sessions and attempts, with the clock moved.
#include "access/fixture.h"

#define MINUTE ((int64_t)60 * 1000)
#define DAY (24 * 60 * MINUTE)

typedef struct Session { Fixture *fixture; int64_t user; Str token, hash, login, peer; bool seen_old, found; } Session;

static Status run(Fixture *f, Status (*work)(Db *db, void *arg), Session *session) {
        error_clear(&f->context);
        f->context.now_ms = os_now_ms();
        return store_write(org_store(f->org), &f->context, work, session);
}

static Status create(Db *db, void *arg) {
        Session *s = arg;
        return session_create(db, s->user, STR("127.0.0.1"), STR("browser"), &s->token);
}

static Status find(Db *db, void *arg) {
        Session *s = arg;
        return session_find(db, s->token, &s->user, &s->seen_old);
}

static Status seen(Db *db, void *arg) {
        return session_seen(db, ((Session *)arg)->token);
}

static Status delete_one(Db *db, void *arg) {
        return session_delete(db, ((Session *)arg)->token);
}

static Status delete_all(Db *db, void *arg) {
        return session_delete_user(db, ((Session *)arg)->user);
}

static Status delete_others(Db *db, void *arg) {
        return session_delete_others(db, ((Session *)arg)->user, ((Session *)arg)->token);
}

static void sessions_come_and_go(void **state) {
        Fixture *f = *state;
        Session a = {.user = 7}, b = {.user = 7}, other = {.user = 8};
        assert_ok(f, run(f, create, &a));
        assert_ok(f, run(f, create, &b));
        assert_ok(f, run(f, create, &other));
        assert_int_equal(a.token.len, 43);
        assert_false(str_eq(a.token, b.token));
        a.user = 0;
        assert_ok(f, run(f, find, &a));
        assert_int_equal(a.user, 7);
        assert_false(a.seen_old);
        assert_ok(f, run(f, delete_others, &a));
        assert_int_equal(run(f, find, &b), STATUS_UNAUTHENTICATED);
        assert_ok(f, run(f, find, &a));
        assert_ok(f, run(f, find, &other));
        assert_ok(f, run(f, delete_one, &a));
        assert_int_equal(run(f, find, &a), STATUS_UNAUTHENTICATED);
        assert_ok(f, run(f, delete_all, &other));
        assert_int_equal(run(f, find, &other), STATUS_UNAUTHENTICATED);
        Session wrong = {.token = STR("")};
        assert_int_equal(run(f, find, &wrong), STATUS_UNAUTHENTICATED);
        wrong.token = STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_int_equal(run(f, find, &wrong), STATUS_UNAUTHENTICATED);
}

static void sessions_end_when_not_used(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        Session used = {.user = 1}, forgotten = {.user = 2}, later = {.user = 3};
        assert_ok(f, run(f, create, &used));
        assert_ok(f, run(f, create, &forgotten));
        os_clock_set(start + 2 * MINUTE);
        assert_ok(f, run(f, find, &used));
        assert_true(used.seen_old);
        assert_ok(f, run(f, seen, &used));
        assert_ok(f, run(f, find, &used));
        assert_false(used.seen_old);
        os_clock_set(start + 13 * DAY);
        assert_ok(f, run(f, seen, &used));
        os_clock_set(start + SESSION_DAYS * DAY + MINUTE);
        assert_ok(f, run(f, find, &used));
        assert_int_equal(run(f, find, &forgotten), STATUS_UNAUTHENTICATED);
        assert_ok(f, run(f, create, &later)); // sweeps what has ended
        os_clock_set(start + 4 * MINUTE);
        assert_int_equal(run(f, find, &forgotten), STATUS_UNAUTHENTICATED);
        os_clock_set(start);
}

static Status check(Db *db, void *arg) {
        Session *s = arg;
        return attempt_check(db, s->login, s->peer);
}

static Status failed(Db *db, void *arg) {
        Session *s = arg;
        return attempt_failed(db, s->login, s->peer);
}

static Status clear(Db *db, void *arg) {
        Session *s = arg;
        return attempt_clear(db, s->login, s->peer);
}

static void ten_failures_lock(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        Session s = {.login = STR("Admin"), .peer = STR("10.0.0.1")}, same = {.login = STR(" ADMIN "), .peer = STR("10.0.0.1")};
        Session elsewhere = {.login = STR("admin"), .peer = STR("10.0.0.2")}, somebody = {.login = STR("sales1"), .peer = STR("10.0.0.1")};
        for (int i = 0; i < 10; i++) {
                os_clock_set(start + i * MINUTE);
                assert_ok(f, run(f, check, &s));
                assert_ok(f, run(f, failed, &s));
        }
        os_clock_set(start + 10 * MINUTE);
        assert_int_equal(run(f, check, &s), STATUS_LIMITED);
        assert_in_range(f->context.error.retry_after_s, 5 * 60 - 5, 5 * 60 + 1); // until the first of the ten is a quarter of an hour old
        assert_int_equal(run(f, check, &same), STATUS_LIMITED);
        assert_ok(f, run(f, check, &elsewhere));
        assert_ok(f, run(f, check, &somebody));
        os_clock_set(start + 15 * MINUTE + 1000);
        assert_ok(f, run(f, check, &s));
        assert_ok(f, run(f, failed, &s));
        assert_int_equal(run(f, check, &s), STATUS_LIMITED);
        assert_ok(f, run(f, clear, &same));
        assert_ok(f, run(f, check, &s));
        Session strange = {.login = STR("a\xff\0b"), .peer = STR("\xff")};
        assert_ok(f, run(f, failed, &strange));
        assert_ok(f, run(f, check, &strange));
        os_clock_set(start);
}

static Status set_password(Db *db, void *arg) {
        Session *s = arg;
        return password_set(db, s->user, s->hash);
}

static Status get_password(Db *db, void *arg) {
        Session *s = arg;
        return password_get(db, s->login, &s->user, &s->hash, &s->found);
}

static void passwords(void **state) {
        Fixture *f = *state;
        Session s = {.login = STR("Zhang.San ")};
        s.user = add_user(f, "zhang.san", 0, STR("[]"));
        int64_t id = s.user;
        assert_ok(f, password_hash(&f->context, STR("正确的密码123"), &s.hash));
        assert_ok(f, run(f, set_password, &s));
        assert_ok(f, run(f, set_password, &s));
        s.user = 0;
        assert_ok(f, run(f, get_password, &s));
        assert_true(s.found && s.user == id);
        assert_true(password_verify(s.hash, STR("正确的密码123")));
        assert_false(password_verify(s.hash, STR("正确的密码124")));
        assert_false(password_verify(s.hash, STR("")));
        assert_false(password_verify(STR("not a hash"), STR("x")));
        assert_false(password_verify(STR(""), STR("x")));
        assert_false(password_verify(str_from(password_nobody), STR("x")));
        assert_true(str_starts(s.hash, str_slice(str_from(password_nobody), 0, 31))); // as slow as a real one
        s.login = STR("nobody");
        assert_ok(f, run(f, get_password, &s));
        assert_false(s.found);
}

static void password_policy(void **state) {
        Fixture *f = *state;
        static const struct { const char *password, *code; } cases[] = {
                {"haike-demo", NULL}, {"一二三四五六七八", NULL}, {"1234567", "password_short"}, {"", "password_short"}, {"一二三四", "password_short"},
                {"aaaaaaaaaaaa", "password_simple"}, {"abababababab", "password_simple"}, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", "bad_text"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                error_clear(&f->context);
                Status status = password_check(&f->context, STR("password"), str_from(cases[i].password));
                assert_int_equal(status, cases[i].code ? STATUS_INVALID : STATUS_OK);
                if (cases[i].code)
                        assert_string_equal(f->context.error.items[0].code, cases[i].code);
        }
        char longest[202];
        for (size_t i = 0; i < sizeof longest; i++)
                longest[i] = (char)('a' + i % 20);
        assert_int_equal(password_check(&f->context, STR("password"), str_make(longest, 200)), STATUS_OK);
        assert_int_equal(password_check(&f->context, STR("password"), str_make(longest, 201)), STATUS_INVALID);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(sessions_come_and_go),
                cmocka_unit_test(sessions_end_when_not_used),
                cmocka_unit_test(ten_failures_lock),
                cmocka_unit_test(passwords),
                cmocka_unit_test(password_policy),
        };
        return fixture_run_both("sign-in", tests, sizeof tests / sizeof *tests);
}
