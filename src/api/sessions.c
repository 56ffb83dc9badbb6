// Where somebody is signed in, which devices need no code of his, and his API tokens: listing and ending them; one's own, or another's as administrator.
#include "api/session.h"
#include "base/unicode.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static void open_items(Request *request) {
        json_open_object(&request->w);
        json_key(&request->w, STR("items"));
}

static Status close_items(Request *request) {
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- Sessions

static Status sessions_get(Request *request) {
        bool own = false;
        TRY(request_person(request, &own));
        open_items(request);
        TRY(session_list(request->call.db, request->view.settings, request->id, own ? request->token : STR_NONE, &request->w));
        return close_items(request);
}

static Status end_note(Request *request, bool own) {
        request->signed_out = request->id;
        TRY(note(request, own ? "session.end" : "session.end_other", request->id, STR_NONE));
        return request_no_content(request);
}

// One's own: all but this one.
static Status sessions_delete(Request *request) {
        bool own = false;
        TRY(request_person(request, &own));
        if (own)
                TRY(session_delete_others(request->call.db, request->id, request->token));
        else
                TRY(session_delete_user(request->call.db, request->id));
        return end_note(request, own);
}

static Status session_delete_one(Request *request) {
        bool own = false, found = false;
        TRY(request_person(request, &own));
        TRY(session_delete_named(request->call.db, request->id, request_param(request, 1), &found));
        return found ? end_note(request, own) : error_set(&request->context, STATUS_NOT_FOUND, "not_found");
}

// ---- Devices

static Status devices_get(Request *request) {
        bool own = false;
        TRY(request_person(request, &own));
        open_items(request);
        TRY(device_list(request->call.db, request->id, own ? http_cookie(request->http, "haike_device") : STR_NONE, &request->w));
        return close_items(request);
}

static Status device_delete(Request *request) {
        bool own = false, found = false;
        TRY(request_person(request, &own));
        TRY(device_forget(request->call.db, request->id, request_param(request, 1), &found));
        if (!found)
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        TRY(note(request, "device.forget", request->id, STR_NONE));
        return request_no_content(request);
}

// ---- API tokens

static Status tokens_get(Request *request) {
        bool own = false;
        TRY(request_person(request, &own));
        open_items(request);
        TRY(api_token_list(request->call.db, request->view.access, request->id, &request->w));
        return close_items(request);
}

static Status all_tokens_get(Request *request) {
        open_items(request);
        TRY(api_token_list(request->call.db, request->view.access, 0, &request->w));
        return close_items(request);
}

typedef struct NewToken { ApiTokenNew made; const Json *scopes; int64_t id; Str token; } NewToken;

static Status check_own(Request *request) {
        bool own = false;
        TRY(request_person(request, &own));
        return own ? STATUS_OK : error_set(&request->context, STATUS_FORBIDDEN, "forbidden");
}

static void take_name(Request *request, NewToken *made) {
        Context *context = &request->context;
        Str name = STR_NONE;
        if (request_text(request, "name", &name) != STATUS_OK)
                return;
        made->made.name = str_trim(name);
        if (str_empty(made->made.name))
                (void)error_add(context, STR("name"), "required");
        else if (utf8_length(made->made.name) > API_TOKEN_NAME)
                (void)error_add(context, STR("name"), "too_long", str_format(context->arena, "%d", API_TOKEN_NAME));
}

static void take_expiry(Request *request, NewToken *made) {
        Context *context = &request->context;
        Str text = STR_NONE;
        if (request_text(request, "expires_at", &text) != STATUS_OK)
                return;
        if (str_empty(str_trim(text)))
                (void)error_add(context, STR("expires_at"), "required");
        else if (!datetime_parse(text, &made->made.expires_ms))
                (void)error_add(context, STR("expires_at"), "bad_datetime");
        else if (made->made.expires_ms <= context->now_ms || made->made.expires_ms > context->now_ms + API_TOKEN_DAYS * DAY_MS)
                (void)error_add(context, STR("expires_at"), "token_expiry", str_format(context->arena, "%d", API_TOKEN_DAYS));
}

static Status write_token(Request *request) {
        NewToken *made = request->prepared;
        TRY(check_own(request));
        made->made.user = request->id;
        TRY(scopes_check(&request->context, request->view.catalog, STR("scopes"), made->scopes, &made->made.scopes));
        TRY(api_token_create(request->call.db, &made->made, &made->id, &made->token));
        TRY(note(request, "token.create", request->id, str_format(request->context.arena, "{\"token\":%lld,\"scopes\":" STR_FMT "}", (long long)made->id, STR_ARG(made->made.scopes))));
        json_open_object(&request->w);
        json_put_int(&request->w, "id", made->id);
        json_put_str(&request->w, "token", made->token);
        json_close_object(&request->w);
        request->status = 201;
        return STATUS_OK;
}

static Status tokens_post(Request *request) {
        Context *context = &request->context;
        NewToken *made = arena_new_of(context->arena, NewToken);
        static const Json nothing = {.kind = JSON_NULL};
        request->prepared = made;
        TRY(request_body(request));
        TRY(request_read(request, check_own));
        take_name(request, made);
        take_expiry(request, made);
        made->scopes = json_get(request->body, "scopes");
        made->scopes = made->scopes ? made->scopes : &nothing;
        Status scopes = scopes_check(context, request->view.catalog, STR("scopes"), made->scopes, &made->made.scopes);
        if (context->error.count)
                return error_status(context);
        TRY(scopes);
        TRY(password_confirm(request));
        return request_write(request, write_token);
}

static Status token_delete(Request *request) {
        bool own = false, found = false;
        int64_t token = 0;
        TRY(request_person(request, &own));
        if (str_to_int64(request_param(request, 1), &token))
                TRY(api_token_delete(request->call.db, request->id, token, &found));
        if (!found)
                return error_set(&request->context, STATUS_NOT_FOUND, "not_found");
        request->signed_out = request->id;
        TRY(note(request, "token.delete", request->id, str_format(request->context.arena, "{\"token\":%lld}", (long long)token)));
        return request_no_content(request);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/users/{id}/sessions", ROUTE_READ, ACCESS_SIGNED_IN, .run = sessions_get, .id = "listSessions", .summary = "Where somebody is signed in"},
        {HTTP_DELETE, "/api/v1/users/{id}/sessions", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = sessions_delete, .id = "endSessions", .summary = "Ends all of one's other sessions, or as administrator all of another's"},
        {HTTP_DELETE, "/api/v1/users/{id}/sessions/{session}", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = session_delete_one, .id = "endSession", .summary = "Ends one session"},
        {HTTP_GET, "/api/v1/users/{id}/devices", ROUTE_READ, ACCESS_SIGNED_IN, .run = devices_get, .id = "listDevices", .summary = "Devices that need no second factor for a month"},
        {HTTP_DELETE, "/api/v1/users/{id}/devices/{device}", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = device_delete, .id = "forgetDevice", .summary = "Forgets a device"},
        {HTTP_GET, "/api/v1/users/{id}/tokens", ROUTE_READ, ACCESS_SIGNED_IN, .run = tokens_get, .id = "listTokens", .summary = "Somebody's API tokens"},
        {HTTP_POST, "/api/v1/users/{id}/tokens", ROUTE_HASH, ACCESS_SIGNED_IN, .run = tokens_post, .secret = true, .id = "createToken", .summary = "Makes an API token of one's own; it is shown this once"},
        {HTTP_DELETE, "/api/v1/users/{id}/tokens/{token}", ROUTE_WRITE, ACCESS_SIGNED_IN, .run = token_delete, .id = "deleteToken", .summary = "Ends an API token"},
        {HTTP_GET, "/api/v1/tokens", ROUTE_READ, ACCESS_ADMIN, .run = all_tokens_get, .id = "listAllTokens", .summary = "Everybody's API tokens; administrators only"},
        {0},
};
const Route *const api_sessions_routes = table;
