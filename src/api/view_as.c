// Looking as somebody else: what the session of an administrator may do meanwhile (read as that person, nothing else), and beginning and ending it.
#include "api/session.h"

// What belongs to somebody's signing in is nobody else's to look at, whoever he looks as. The other routes below a person's address are ordinary pages.
static const char *const sign_in_of[] = {"/api/v1/users/", "/api/v1/tokens"};
static const char *const open_of_person[] = {"/api/v1/users/{id}/superiors", "/api/v1/users/{id}/holdings"};

static bool one_of(Str pattern, const char *const *list, size_t count, bool whole) {
        for (size_t i = 0; i < count; i++)
                if (whole ? str_is(pattern, list[i]) : str_starts(pattern, str_from(list[i])))
                        return true;
        return false;
}

static bool only_reads(const Request *request) {
        const Route *route = request->route;
        switch (route->kind) {
        case ROUTE_PLAIN:
        case ROUTE_READ:
        case ROUTE_STREAM:
                return true;
        case ROUTE_WRITE:
                return false;
        case ROUTE_SLOW:
        case ROUTE_HASH:
                return route->method == HTTP_GET && !request->writing;
        }
        return false;
}

// Ending it and signing out are his own doing.
static bool as_oneself(const Route *route) {
        Str pattern = str_from(route->pattern);
        return (route->method == HTTP_POST && str_is(pattern, "/api/v1/session/view-as")) || (route->method == HTTP_DELETE && str_is(pattern, "/api/v1/session"));
}

Status request_view(Request *request, const Actor *self, const Actor *actor) {
        Str pattern = str_from(request->route->pattern);
        if (self == actor || as_oneself(request->route)) {
                request->call.actor = self;
                return STATUS_OK;
        }
        bool secret = one_of(pattern, sign_in_of, sizeof sign_in_of / sizeof *sign_in_of, false) && !one_of(pattern, open_of_person, sizeof open_of_person / sizeof *open_of_person, true);
        if (secret || !only_reads(request))
                return error_set(&request->context, STATUS_FORBIDDEN, "viewing_as");
        request->self = self;
        request->call.actor = actor;
        return STATUS_OK;
}

// ---- Beginning and ending

static Status take_user(Request *request) {
        Context *context = &request->context;
        TRY(request_body(request));
        const Json *user = json_get(request->body, "user");
        request->id = 0;
        if (!user)
                return error_add(context, STR("user"), "required");
        if (user->kind == JSON_NULL)
                return STATUS_OK;
        request->id = json_int(request->body, "user", 0);
        if (request->id <= 0)
                return error_add(context, STR("user"), "wrong_type", STR("reference"));
        return STATUS_OK;
}

// Another administrator is not looked as: it would show nothing new, and his settings are his.
static Status find_person(Request *request, const Actor **ret) {
        Context *context = &request->context;
        const Person *person = access_person(request->view.access, request->id);
        if (!person || !person->active)
                return error_add(context, STR("user"), "view_as_unknown");
        return view_as_allowed(context, request->view.access, request->call.actor, request->id, ret) ? STATUS_OK : error_add(context, STR("user"), "view_as_administrator");
}

static Status end_present(Request *request, int64_t viewing) {
        return viewing ? note(request, "view_as.end", viewing, STR_NONE) : STATUS_OK;
}

static Status view_as(Request *request) {
        const Actor *self = request->call.actor, *seen = NULL;
        Bearer bearer;
        TRY(error_status(&request->context)); // of prepare
        if (request->id)
                TRY(find_person(request, &seen));
        TRY(bearer_find(request->call.db, request->view.settings, request->token, &bearer));
        if (bearer.viewing != request->id) {
                TRY(end_present(request, bearer.viewing));
                TRY(session_view_as(request->call.db, request->token, request->id));
                if (request->id)
                        TRY(note(request, "view_as.start", request->id, STR_NONE));
        }
        request->signed_out = self->user;
        if (seen) {
                request->self = self;
                request->call.actor = seen;
        }
        session_begin_answer(request, STR_NONE);
        json_close_object(&request->w);
        request->call.actor = self;
        request->self = NULL;
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_POST, "/api/v1/session/view-as", ROUTE_WRITE, ACCESS_ADMIN, .prepare = take_user, .run = view_as, .id = "viewAs", .summary = "Looks as a colleague, reading only; null ends it. Sessions of administrators only"},
        {0},
};
const Route *const api_view_as_routes = table;
