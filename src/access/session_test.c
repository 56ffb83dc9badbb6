// Sign-in: passwords, sessions and attempts, with the clock moved.
#include "access/fixture.h"
#include "access/signin.h"
#include "access/token.h"

#define MINUTE ((int64_t)60 * 1000)
#define DAY (24 * 60 * MINUTE)

typedef struct Session { Fixture *fixture; int64_t user, viewing; Str token, hash, login, peer; bool seen_old, found, known, must; Credential credential; } Session;

static Status run(Fixture *f, Status (*work)(Db *db, void *arg), Session *session) {
        error_clear(&f->context);
        f->context.now_ms = os_now_ms();
        session->fixture = f;
        return store_write(org_store(f->org), &f->context, work, session);
}

static Status create(Db *db, void *arg) {
        Session *s = arg;
        return session_create(db, &(SessionStart){.user = s->user, .peer = STR("127.0.0.1"), .agent = STR("browser"), .method = "password"}, &s->token);
}

static Status find(Db *db, void *arg) {
        Session *s = arg;
        return session_find(db, s->fixture->view.settings, s->token, &s->user, &s->viewing, &s->seen_old);
}

static Status seen(Db *db, void *arg) {
        return session_seen(db, ((Session *)arg)->token, STR("10.0.0.9"));
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

#define MANY 250

typedef struct Many { Session session; SessionAsked asked[MANY]; } Many;

static Status find_many(Db *db, void *arg) {
        Many *many = arg;
        return sessions_find(db, many->session.fixture->view.settings, many->asked, MANY);
}

// One in three is there, one has ended, the others never were.
static void many_are_found_at_once(void **state) {
        Fixture *f = *state;
        static Many many;
        for (int i = 0; i < MANY; i++) {
                many.session = (Session){.user = 100 + i, .token = STR("none")};
                if (i % 3 == 0)
                        assert_ok(f, run(f, create, &many.session));
                else if (i % 3 == 1)
                        many.session.token = token_new(f->context.arena);
                many.asked[i] = (SessionAsked){.token = many.session.token, .alive = i % 2};
        }
        many.session.token = many.asked[6].token;
        assert_ok(f, run(f, delete_one, &many.session));
        assert_ok(f, run(f, find_many, &many.session));
        for (int i = 0; i < MANY; i++) {
                assert_int_equal(many.asked[i].alive, i % 3 == 0 && i != 6);
                if (many.asked[i].alive)
                        assert_true(many.asked[i].user == 100 + i && many.asked[i].viewing == 0);
        }
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
        os_clock_set(start + 14 * DAY + MINUTE);
        assert_ok(f, run(f, find, &used));
        assert_int_equal(run(f, find, &forgotten), STATUS_UNAUTHENTICATED);
        os_clock_set(start + 31 * DAY);
        assert_ok(f, run(f, create, &later)); // sweeps what has ended
        os_clock_set(start + 4 * MINUTE);
        assert_int_equal(run(f, find, &forgotten), STATUS_UNAUTHENTICATED);
        os_clock_set(start);
}

static Status rotate(Db *db, void *arg) {
        Session *s = arg;
        return session_rotate(db, s->token, &s->hash);
}

static Status limit(Db *db, void *arg) {
        (void)arg;
        TRY(org_setting_set(db, STR("session_idle"), STR("60")));
        TRY(org_setting_set(db, STR("session_hours"), STR("3")));
        return access_bump(db);
}

static void sessions_end_as_set(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        Session s = {.user = 1};
        assert_ok(f, run(f, limit, &s));
        reload(f);
        assert_ok(f, run(f, create, &s));
        for (int i = 1; i <= 3; i++) {
                os_clock_set(start + i * 59 * MINUTE);
                assert_ok(f, run(f, find, &s));
                assert_ok(f, run(f, seen, &s));
        }
        os_clock_set(start + 181 * MINUTE); // used all the time, and all the same over
        assert_int_equal(run(f, find, &s), STATUS_UNAUTHENTICATED);
        os_clock_set(start);
        assert_ok(f, run(f, create, &s));
        os_clock_set(start + 62 * MINUTE);
        assert_int_equal(run(f, find, &s), STATUS_UNAUTHENTICATED);
        os_clock_set(start);
}

static void a_session_changes_its_token(void **state) {
        Fixture *f = *state;
        Session s = {.user = 3};
        assert_ok(f, run(f, create, &s));
        assert_ok(f, run(f, rotate, &s));
        Session fresh = {.token = s.hash};
        assert_int_equal(run(f, find, &s), STATUS_UNAUTHENTICATED);
        assert_int_equal(run(f, rotate, &s), STATUS_UNAUTHENTICATED);
        assert_ok(f, run(f, rotate, &fresh));
        fresh.token = fresh.hash;
        assert_ok(f, run(f, find, &fresh));
        assert_int_equal(fresh.user, 3);
}

static Attempt attempt_of(const Session *s) {
        return (Attempt){.login = s->login, .peer = s->peer, .user = s->user, .known_device = s->known};
}

static Status check(Db *db, void *arg) {
        Attempt attempt = attempt_of(arg);
        return attempt_check(db, &attempt);
}

static Status failed(Db *db, void *arg) {
        Session *s = arg;
        Attempt attempt = attempt_of(arg);
        return attempt_failed(db, &attempt, &s->found);
}

static Status clear(Db *db, void *arg) {
        Attempt attempt = attempt_of(arg);
        return attempt_clear(db, &attempt);
}

static Status unlock(Db *db, void *arg) {
        return attempt_unlock(db, ((Session *)arg)->login);
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
                assert_int_equal(s.found, i == 9);
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
        assert_ok(f, run(f, unlock, &same));
        assert_ok(f, run(f, check, &s));
        Session strange = {.login = STR("a\xff\0b"), .peer = STR("\xff")};
        assert_ok(f, run(f, failed, &strange));
        assert_ok(f, run(f, check, &strange));
        os_clock_set(start);
}

static void many_failures_lock_the_login_and_the_address(void **state) {
        Fixture *f = *state;
        int64_t start = os_now_ms();
        os_clock_set(start);
        Session known = {.login = STR("admin"), .user = 5, .peer = STR("10.9.9.9")};
        assert_ok(f, run(f, clear, &known)); // he has signed in there
        for (int i = 0; i < 50; i++) {
                Session s = {.login = STR("admin"), .user = 5, .peer = str_format(f->arena, "10.0.0.%d", i)};
                assert_ok(f, run(f, check, &s));
                assert_ok(f, run(f, failed, &s));
        }
        Session stranger = {.login = STR("admin"), .user = 5, .peer = STR("10.0.1.1")}, device = {.login = STR("admin"), .user = 5, .known = true, .peer = STR("10.0.1.1")};
        assert_int_equal(run(f, check, &stranger), STATUS_LIMITED);
        assert_ok(f, run(f, check, &known));
        assert_ok(f, run(f, check, &device));
        for (int i = 0; i < 100; i++) {
                Session s = {.login = str_format(f->arena, "guess%d", i), .peer = STR("10.9.9.9")};
                assert_ok(f, run(f, check, &s));
                assert_ok(f, run(f, failed, &s));
        }
        Session other = {.login = STR("sales1"), .peer = STR("10.9.9.9")}, its = {.login = STR("sales1"), .peer = STR("10.9.9.8")};
        assert_int_equal(run(f, check, &other), STATUS_LIMITED);
        assert_ok(f, run(f, check, &its));
        assert_ok(f, run(f, check, &known)); // one bad neighbour does not keep out who is known here
        os_clock_set(start + 15 * MINUTE + 1000);
        assert_ok(f, run(f, check, &other));
        assert_ok(f, run(f, check, &stranger));
        os_clock_set(start);
}

static Status set_password(Db *db, void *arg) {
        Session *s = arg;
        return password_set(db, s->user, s->hash, s->must);
}

static Status get_password(Db *db, void *arg) {
        Session *s = arg;
        return credential_find(db, s->login, &s->credential, &s->found);
}

static void passwords(void **state) {
        Fixture *f = *state;
        Session s = {.login = STR("Zhang.San ")};
        s.user = add_user(f, "zhang.san", 0, STR("[]"));
        assert_ok(f, password_hash(&f->context, STR("正确的密码123"), &s.hash));
        assert_ok(f, run(f, set_password, &s));
        assert_ok(f, run(f, get_password, &s));
        assert_true(s.found && s.credential.user == s.user && s.credential.old_count == 0 && !s.credential.must_change);
        assert_true(password_verify(s.credential.hash, STR("正确的密码123")));
        assert_false(password_verify(s.hash, STR("正确的密码124")));
        assert_false(password_verify(s.hash, STR("")));
        assert_false(password_verify(STR("not a hash"), STR("x")));
        assert_false(password_verify(STR(""), STR("x")));
        assert_false(password_verify(str_from(password_nobody), STR("x")));
        assert_true(str_starts(s.hash, str_slice(str_from(password_nobody), 0, 31))); // as slow as a real one
        Session nobody = {.login = STR("nobody")};
        assert_ok(f, run(f, get_password, &nobody));
        assert_false(nobody.found);
}

static void old_passwords_are_known(void **state) {
        Fixture *f = *state;
        Session s = {.login = STR("li.si")};
        s.user = add_user(f, "li.si", 0, STR("[]"));
        static const char *const three[] = {"the first of three", "the second of three", "the third of three"};
        for (int i = 0; i < 3; i++) {
                assert_ok(f, password_hash(&f->context, str_from(three[i]), &s.hash));
                s.must = i == 2;
                assert_ok(f, run(f, set_password, &s));
        }
        assert_ok(f, run(f, get_password, &s));
        assert_int_equal(s.credential.old_count, 2);
        assert_true(s.credential.must_change);
        assert_true(password_expired(&s.credential, f->view.settings, f->context.now_ms));
        assert_false(password_was_used(&s.credential, str_from(three[2]), 0));
        assert_true(password_was_used(&s.credential, str_from(three[2]), 1));
        assert_false(password_was_used(&s.credential, str_from(three[0]), 2));
        assert_true(password_was_used(&s.credential, str_from(three[0]), 3));
        assert_false(password_was_used(&s.credential, STR("quite another one"), 10));
        OrgSettings settings = *f->view.settings;
        s.credential.must_change = false;
        settings.password_days = 30;
        assert_false(password_expired(&s.credential, &settings, f->context.now_ms + 29 * DAY));
        assert_true(password_expired(&s.credential, &settings, f->context.now_ms + 31 * DAY));
}

static void expect_password(Fixture *f, const PasswordRules *rules, const char *password, const char *code) {
        error_clear(&f->context);
        Status status = password_check(&f->context, STR("password"), str_from(password), rules);
        if (status == STATUS_OK && code)
                fail_msg("%s is taken", password);
        if (status != STATUS_OK && (!code || strcmp(f->context.error.items[0].code, code) != 0))
                fail_msg("%s: %s, expected %s", password, f->context.error.items[0].code, code ? code : "nothing");
}

static void password_policy(void **state) {
        Fixture *f = *state;
        static const struct { const char *password, *code; } cases[] = {
                {"haike-demo", NULL}, {"一二三四五六七八", NULL}, {"correct horse battery", NULL}, {"xk7-plum-tower", NULL}, {"1234567", "password_short"}, {"", "password_short"}, {"一二三四", "password_short"},
                {"aaaaaaaaaaaa", "password_simple"}, {"abababababab", "password_simple"}, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", "bad_text"},
                {"password", "password_common"}, {"Password1", "password_common"}, {"P@ssw0rd!", "password_common"}, {"qwertyuiop", "password_common"}, {"1qaz2wsx", "password_common"}, {"woaini1314", "password_common"},
                {"Zhang19880214", "password_common"}, {"13812345678", "password_common"}, {"19900101", "password_common"}, {"abcabcabcabc", "password_common"}, {"sunshine2026!", "password_common"}, {"!qwerty123456", "password_common"},
                {"zhangsan", "password_own"}, {"zhangsan2026", "password_own"}, {"1.ZhangSan", "password_own"}, {"Wang Xiaoyun", "password_own"}, {"海客软件有限公司", "password_own"},
        };
        PasswordRules rules = {.least = 8, .classes = 1, .login = STR("zhangsan"), .name = STR("wang xiaoyun"), .company = STR("海客软件有限公司")};
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                expect_password(f, &rules, cases[i].password, cases[i].code);
        rules.classes = 3;
        expect_password(f, &rules, "xk7-plum-tower", NULL);
        expect_password(f, &rules, "xkzplumtowerq7", "password_classes");
        rules.least = 20;
        expect_password(f, &rules, "xk7-plum-tower", "password_short");
        char longest[202];
        for (size_t i = 0; i < sizeof longest; i++)
                longest[i] = (char)('a' + i % 20);
        PasswordRules defaults = password_rules(NULL, STR_NONE, STR_NONE);
        assert_int_equal(password_check(&f->context, STR("password"), str_make(longest, 200), &defaults), STATUS_OK);
        assert_int_equal(password_check(&f->context, STR("password"), str_make(longest, 201), &defaults), STATUS_INVALID);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(many_are_found_at_once), cmocka_unit_test(sessions_come_and_go),
                cmocka_unit_test(sessions_end_when_not_used),
                cmocka_unit_test(sessions_end_as_set),
                cmocka_unit_test(a_session_changes_its_token),
                cmocka_unit_test(ten_failures_lock),
                cmocka_unit_test(many_failures_lock_the_login_and_the_address),
                cmocka_unit_test(passwords),
                cmocka_unit_test(old_passwords_are_known),
                cmocka_unit_test(password_policy),
        };
        return fixture_run_both("sign-in", tests, sizeof tests / sizeof *tests);
}
