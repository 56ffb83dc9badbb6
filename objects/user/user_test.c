// Users, roles and departments through the record pipeline: what is refused so that nobody locks the company out or ties its tree into a knot.
#include "access/signin.h"
#include "access/fixture.h"
#include "flow/job.h"
#include "objects/registry.h"

typedef struct Try { // one write and what came of it
        Fixture *fixture;
        const char *object, *json;
        int64_t id, actor;  // actor 0: the system
        ChangeKind kind;
        Call call;
        int64_t ret_id;
} Try;

static Status prepare_search(Db *db, void *arg) {
        return search_prepare(db, ((Fixture *)arg)->view.catalog);
}

static Fixture *setup(Fixture *f) {
        assert_ok(f, store_migrate(org_store(f->org), &f->context, record_migrations, record_migrations_count));
        assert_ok(f, store_migrate(org_store(f->org), &f->context, flow_migrations, flow_migrations_count));
        assert_ok(f, store_write(org_store(f->org), &f->context, prepare_search, f));
        record_modules_set(f->org, object_modules);
        return f;
}

static Status run(Db *db, void *arg) {
        Try *t = arg;
        Fixture *f = t->fixture;
        const Object *object = object_of(f, t->object);
        const Actor *actor = access_system(f->view.access);
        if (t->actor)
                TRY(access_actor(&f->context, f->view.access, t->actor, &actor));
        t->call = (Call){.context = &f->context, .org = f->org, .catalog = f->view.catalog, .actor = actor, .db = db, .source = STR("test")};
        WriteOptions options = {0};
        if (t->kind == CHANGE_DELETE)
                return record_delete(&t->call, object, t->id, &options);
        Json *json = NULL;
        RecordInput *input = NULL;
        TRY(json_parse(&f->context, str_from(t->json), 16, &json));
        Status status = record_input(&f->context, object, json, STR_NONE, &input);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        return t->kind == CHANGE_CREATE ? record_create(&t->call, input, &options, &t->ret_id) : record_update(&t->call, object, t->id, input, &options);
}

static Status attempt(Fixture *f, Try *t) {
        t->fixture = f;
        error_clear(&f->context);
        Status status = store_write(org_store(f->org), &f->context, run, t);
        if (status == STATUS_OK) {
                assert_true(t->call.metadata_changed);
                org_changed(f->org);
                org_view_done(&f->view);
                f->view = org_view(f->org);
        }
        return status;
}

static int64_t create(Fixture *f, const char *object, Str json) {
        Try t = {.object = object, .json = str_c(f->arena, json), .kind = CHANGE_CREATE};
        assert_ok(f, attempt(f, &t));
        return t.ret_id;
}

static Status update(Fixture *f, int64_t actor, const char *object, int64_t id, Str json) {
        Try t = {.object = object, .json = str_c(f->arena, json), .kind = CHANGE_UPDATE, .id = id, .actor = actor};
        return attempt(f, &t);
}

static Status delete(Fixture *f, int64_t actor, const char *object, int64_t id) {
        Try t = {.object = object, .kind = CHANGE_DELETE, .id = id, .actor = actor};
        return attempt(f, &t);
}

static void expect_item(Fixture *f, const char *field, const char *code) {
        for (size_t i = 0; i < f->context.error.count; i++)
                if (str_is(f->context.error.items[i].field, field) && strcmp(f->context.error.items[i].code, code) == 0)
                        return;
        fail_msg("no %s at %s (%zu errors, %s)", code, field, f->context.error.count, f->context.error.count ? f->context.error.items[0].code : "-");
}

static int64_t new_role(Fixture *f, const char *key, const char *grants) {
        return create(f, "role", str_format(f->arena, "{\"name\":\"%s\",\"key\":\"%s\",\"grants\":%s}", key, key, grants));
}

static int64_t new_user(Fixture *f, const char *login, int64_t role) {
        return create(f, "user", str_format(f->arena, "{\"name\":\"%s\",\"login\":\"%s\",\"roles\":[%lld]}", login, login, (long long)role));
}

static void logins_are_folded_and_unique(void **state) {
        Fixture *f = setup(*state);
        int64_t role = new_role(f, "some", "{}"), user = new_user(f, " Zhang.San ", role);
        assert_string_equal(str_c(f->arena, access_person(f->view.access, user)->login), "zhang.san");
        assert_true(access_person(f->view.access, user)->active);
        Try twice = {.object = "user", .json = "{\"name\":\"b\",\"login\":\"ZHANG.SAN\"}", .kind = CHANGE_CREATE};
        assert_int_equal(attempt(f, &twice), STATUS_INVALID);
        expect_item(f, "login", "not_unique");
        assert_int_equal(update(f, 0, "user", user, STR("{\"login\":\"zhang san\"}")), STATUS_INVALID);
        expect_item(f, "login", "login_characters");
        assert_ok(f, update(f, 0, "user", user, STR("{\"login\":\"ZhangSan2\"}")));
        assert_string_equal(str_c(f->arena, access_person(f->view.access, user)->login), "zhangsan2");
}

static void nobody_locks_himself_out(void **state) {
        Fixture *f = setup(*state);
        int64_t admin = new_role(f, "admin", "{}"), first = new_user(f, "first", admin), second = new_user(f, "second", admin);
        assert_int_equal(update(f, first, "user", first, STR("{\"active\":false}")), STATUS_INVALID);
        expect_item(f, "active", "user_self");
        assert_int_equal(delete(f, first, "user", first), STATUS_CONFLICT);
        assert_ok(f, update(f, first, "user", second, STR("{\"active\":false}")));
        assert_int_equal(update(f, first, "user", first, STR("{\"roles\":[]}")), STATUS_INVALID);
        expect_item(f, "roles", "user_last_admin");
        assert_int_equal(update(f, 0, "user", first, STR("{\"active\":false}")), STATUS_INVALID);
        expect_item(f, "active", "user_last_admin");
        assert_int_equal(delete(f, 0, "user", first), STATUS_CONFLICT);
        assert_ok(f, update(f, first, "user", second, STR("{\"active\":true}")));
        assert_ok(f, update(f, first, "user", first, STR("{\"roles\":null}")));
        assert_int_equal(delete(f, 0, "user", second), STATUS_CONFLICT);
}

static void only_administrators_make_administrators(void **state) {
        Fixture *f = setup(*state);
        int64_t admin = new_role(f, "admin", "{}"), clerk = new_role(f, "clerk", "{\"user\":{\"read\":\"all\",\"update\":\"all\"},\"role\":{\"read\":\"all\"}}");
        int64_t boss = new_user(f, "boss", admin), user = new_user(f, "user", clerk);
        Str both = str_format(f->arena, "{\"roles\":[%lld,%lld]}", (long long)clerk, (long long)admin);
        assert_int_equal(update(f, user, "user", user, both), STATUS_FORBIDDEN);
        assert_int_equal(update(f, user, "user", boss, STR("{\"roles\":[]}")), STATUS_FORBIDDEN);
        assert_ok(f, update(f, boss, "user", user, both));
}

static void own_means_oneself(void **state) {
        Fixture *f = setup(*state);
        int64_t role = new_role(f, "some", "{\"user\":{\"read\":\"all\",\"update\":\"own\",\"fields\":{\"*\":\"read\",\"phone\":\"write\"}}}");
        int64_t a = new_user(f, "a", role), b = new_user(f, "b", role);
        assert_ok(f, update(f, a, "user", a, STR("{\"phone\":\"13812341234\"}")));
        assert_int_equal(update(f, a, "user", b, STR("{\"phone\":\"13812341234\"}")), STATUS_FORBIDDEN);
        assert_int_equal(update(f, a, "user", a, STR("{\"active\":false}")), STATUS_INVALID);
}

typedef struct Token { Fixture *fixture; int64_t user; Str token; bool old; } Token;

static Status open_session(Db *db, void *arg) {
        Token *t = arg;
        return session_create(db, &(SessionStart){.user = t->user, .method = "password"}, &t->token);
}

static Status find_session(Db *db, void *arg) {
        Token *t = arg;
        int64_t viewing = 0;
        return session_find(db, t->fixture->view.settings, t->token, &t->user, &viewing, &t->old);
}

static void leaving_ends_sessions(void **state) {
        Fixture *f = setup(*state);
        Token token = {.fixture = f, .user = new_user(f, "a", new_role(f, "some", "{}"))};
        assert_ok(f, store_write(org_store(f->org), &f->context, open_session, &token));
        assert_ok(f, update(f, 0, "user", token.user, STR("{\"position\":\"x\"}")));
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, find_session, &token));
        assert_ok(f, update(f, 0, "user", token.user, STR("{\"active\":false}")));
        assert_int_equal(store_read(org_store(f->org), &f->context, 0, find_session, &token), STATUS_UNAUTHENTICATED);
}

static void roles_are_checked(void **state) {
        Fixture *f = setup(*state);
        int64_t admin = new_role(f, "admin", "{}"), role = new_role(f, "some", "{\"customer\":{\"read\":\"own\"}}"), user = new_user(f, "a", role);
        assert_int_equal(update(f, 0, "role", role, STR("{\"grants\":{\"customer\":{\"read\":\"nonsense = 1\"}}}")), STATUS_INVALID);
        assert_true(str_is(f->context.error.items[0].field, "grants.customer.read"));
        assert_int_equal(update(f, 0, "role", role, STR("{\"key\":\"Not A Key\"}")), STATUS_INVALID);
        expect_item(f, "key", "role_key");
        assert_ok(f, update(f, 0, "role", role, STR("{\"grants\":{\"customer\":{\"read\":\"all\"}}}")));
        assert_int_equal(actor_scope(actor_of(f, user), object_of(f, "customer"), VERB_READ).kind, SCOPE_ALL);
        assert_int_equal(update(f, 0, "role", admin, STR("{\"grants\":{\"customer\":{\"read\":\"own\"}}}")), STATUS_INVALID);
        assert_int_equal(update(f, 0, "role", admin, STR("{\"key\":\"other\"}")), STATUS_INVALID);
        assert_int_equal(delete(f, 0, "role", admin), STATUS_CONFLICT);
        assert_int_equal(delete(f, 0, "role", role), STATUS_CONFLICT);
        assert_true(str_is(f->context.error.args[0], "1"));
        assert_ok(f, update(f, 0, "user", user, STR("{\"roles\":[]}")));
        assert_ok(f, delete(f, 0, "role", role));
        create(f, "role", STR("{\"name\":\"without key\"}"));
        create(f, "role", STR("{\"name\":\"without key either\"}"));
}

static int64_t new_department(Fixture *f, const char *name, int64_t parent) {
        if (!parent)
                return create(f, "department", str_format(f->arena, "{\"name\":\"%s\"}", name));
        return create(f, "department", str_format(f->arena, "{\"name\":\"%s\",\"parent\":%lld}", name, (long long)parent));
}

static Str parent_is(Fixture *f, int64_t parent) {
        return str_format(f->arena, "{\"parent\":%lld}", (long long)parent);
}

static void departments_stay_trees(void **state) {
        Fixture *f = setup(*state);
        int64_t top = new_department(f, "top", 0), middle = new_department(f, "middle", top), leaf = new_department(f, "leaf", middle);
        assert_int_equal(update(f, 0, "department", top, parent_is(f, top)), STATUS_INVALID);
        expect_item(f, "parent", "department_cycle");
        assert_int_equal(update(f, 0, "department", top, parent_is(f, leaf)), STATUS_INVALID);
        expect_item(f, "parent", "department_cycle");
        assert_ok(f, update(f, 0, "department", leaf, parent_is(f, top)));
        assert_ok(f, update(f, 0, "department", middle, parent_is(f, leaf)));
        assert_ok(f, update(f, 0, "department", middle, STR("{\"parent\":null}")));
        for (int i = 0, at = 0; i < 29; i++)
                leaf = new_department(f, str_c(f->arena, str_format(f->arena, "d%d", at++)), leaf);
        leaf = new_department(f, "last", leaf);
        Try deep = {.object = "department", .json = str_c(f->arena, str_format(f->arena, "{\"name\":\"x\",\"parent\":%lld}", (long long)leaf)), .kind = CHANGE_CREATE};
        assert_int_equal(attempt(f, &deep), STATUS_INVALID);
        expect_item(f, "parent", "department_deep");
}

static void departments_are_empty_when_they_go(void **state) {
        Fixture *f = setup(*state);
        int64_t top = new_department(f, "top", 0), below = new_department(f, "below", top);
        int64_t user = create(f, "user", str_format(f->arena, "{\"name\":\"a\",\"login\":\"a\",\"department\":%lld}", (long long)below));
        assert_int_equal(actor_of(f, user)->department, below);
        assert_int_equal(delete(f, 0, "department", top), STATUS_CONFLICT);
        assert_string_equal(f->context.error.code, "department_children");
        assert_int_equal(delete(f, 0, "department", below), STATUS_CONFLICT);
        assert_string_equal(f->context.error.code, "department_people");
        assert_ok(f, update(f, 0, "user", user, str_format(f->arena, "{\"department\":%lld}", (long long)top)));
        assert_ok(f, delete(f, 0, "department", below));
        assert_ok(f, update(f, 0, "user", user, STR("{\"department\":null}")));
        assert_int_equal(delete(f, 0, "department", top), STATUS_CONFLICT);
        assert_string_equal(f->context.error.code, "department_last");
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(logins_are_folded_and_unique),
                cmocka_unit_test(nobody_locks_himself_out),
                cmocka_unit_test(only_administrators_make_administrators),
                cmocka_unit_test(own_means_oneself),
                cmocka_unit_test(leaving_ends_sessions),
                cmocka_unit_test(roles_are_checked),
                cmocka_unit_test(departments_stay_trees),
                cmocka_unit_test(departments_are_empty_when_they_go),
        };
        return fixture_run_both("people", tests, sizeof tests / sizeof *tests);
}
