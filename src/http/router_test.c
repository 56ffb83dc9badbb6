// The router: literals before captures, going back, 405 with Allow.
#include "http/router.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const RouterEntry ENTRIES[] = {
        {HTTP_GET, "/", "root"},
        {HTTP_GET, "/api/v1/records/{object}", "list"},
        {HTTP_POST, "/api/v1/records/{object}", "create"},
        {HTTP_GET, "/api/v1/records/{object}/{id}", "get"},
        {HTTP_PATCH, "/api/v1/records/{object}/{id}", "patch"},
        {HTTP_POST, "/api/v1/records/{object}/batch", "batch"},
        {HTTP_POST, "/api/v1/records/{object}/{id}/actions/{action}", "action"},
        {HTTP_GET, "/api/v1/records/special/{id}", "special"},
        {HTTP_DELETE, "/api/v1/session", "sign out"},
        {HTTP_GET, "/feed/{any}", "any"},
        {HTTP_GET, "/feed/{token}.ics", "feed"},
        {HTTP_GET, "/feed/own.ics", "own"},
};

typedef struct Fixture {
        Router *router;
        Arena *arena;
} Fixture;

static int setup(void **state) {
        static Fixture fixture;
        fixture = (Fixture){router_new(ENTRIES, sizeof ENTRIES / sizeof ENTRIES[0]), arena_new(0)};
        *state = &fixture;
        return 0;
}

static int teardown(void **state) {
        Fixture *fixture = *state;
        router_free(fixture->router);
        arena_free(fixture->arena);
        return 0;
}

static RouteMatch find(void **state, HttpMethod method, const char *path) {
        Fixture *fixture = *state;
        return router_find(fixture->router, fixture->arena, method, str_from(path));
}

static void finds_literals_and_captures(void **state) {
        assert_string_equal(find(state, HTTP_GET, "/").route, "root");
        RouteMatch match = find(state, HTTP_POST, "/api/v1/records/lead/12/actions/convert");
        assert_string_equal(match.route, "action");
        assert_int_equal(match.params_count, 3);
        assert_true(str_is(match.params[0], "lead") && str_is(match.params[1], "12") && str_is(match.params[2], "convert"));
        match = find(state, HTTP_GET, "/api/v1/records/lead/12");
        assert_string_equal(match.route, "get");
        assert_int_equal(match.params_count, 2);
}

static void prefers_literals_but_goes_back(void **state) {
        assert_string_equal(find(state, HTTP_POST, "/api/v1/records/lead/batch").route, "batch");
        assert_string_equal(find(state, HTTP_GET, "/api/v1/records/lead/batch").route, "get");
        assert_string_equal(find(state, HTTP_GET, "/api/v1/records/special/4").route, "special");
        RouteMatch match = find(state, HTTP_PATCH, "/api/v1/records/special/4");
        assert_string_equal(match.route, "patch");
        assert_true(str_is(match.params[0], "special") && str_is(match.params[1], "4"));
        match = find(state, HTTP_POST, "/api/v1/records/special");
        assert_string_equal(match.route, "create");
        assert_int_equal(match.params_count, 1);
}

static void finds_endings(void **state) {
        RouteMatch match = find(state, HTTP_GET, "/feed/abc.ics");
        assert_string_equal(match.route, "feed");
        assert_true(match.params_count == 1 && str_is(match.params[0], "abc"));
        assert_string_equal(find(state, HTTP_GET, "/feed/own.ics").route, "own");
        match = find(state, HTTP_GET, "/feed/.ics");
        assert_string_equal(match.route, "any");
        assert_true(str_is(match.params[0], ".ics"));
        assert_string_equal(find(state, HTTP_GET, "/feed/abc.icsx").route, "any");
}

static void refuses_what_is_not_there(void **state) {
        const char *const absent[] = {"", "api", "/api", "/api/v1/records/", "/api/v1/records", "/api/v1/records/lead/", "/api/v1/records//1", "//",
                "/api/v1/records/lead/1/actions/convert/x", "/api/v1/records/{object}/1/2"};
        for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
                RouteMatch match = find(state, HTTP_GET, absent[i]);
                assert_null(match.route);
                assert_int_equal(match.allow.len, 0);
        }
}

static void tells_other_methods(void **state) {
        RouteMatch match = find(state, HTTP_DELETE, "/api/v1/records/lead/1");
        assert_null(match.route);
        assert_true(str_is(match.allow, "GET, HEAD, PATCH"));
        assert_true(str_is(find(state, HTTP_GET, "/api/v1/session").allow, "DELETE"));
        assert_true(str_is(find(state, HTTP_METHOD_OTHER, "/api/v1/session").allow, "DELETE"));
        assert_string_equal(find(state, HTTP_HEAD, "/api/v1/records/lead/1").route, "get");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(finds_literals_and_captures),
                cmocka_unit_test(prefers_literals_but_goes_back),
                cmocka_unit_test(finds_endings),
                cmocka_unit_test(refuses_what_is_not_there),
                cmocka_unit_test(tells_other_methods),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
