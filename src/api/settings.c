// The organisation's settings, and each person's own preferences.
#include "access/preferences.h"
#include "api/session.h"

// A company that has not said its name is called as its first department.
static Str company_name(const Request *request, const OrgSettings *settings) {
        const Access *access = request->view.access;
        for (size_t i = 0; str_empty(settings->company) && i < access->departments_count; i++)
                if (!access->departments[i].parent)
                        return access->departments[i].name;
        return settings->company;
}

static void write_limits(JsonWriter *w, const OrgSettings *settings) {
        json_put_int(w, "audit_days", settings->audit_days);
        json_put_int(w, "bin_days", settings->bin_days);
        json_put_int(w, "export_rows", settings->export_rows);
        json_put_int(w, "opened_hour", settings->opened_hour);
        json_put_int(w, "opened_day", settings->opened_day);
        json_put_int(w, "rows_hour", settings->rows_hour);
        json_put_int(w, "rows_day", settings->rows_day);
}

static void write_hours(JsonWriter *w, const OrgSettings *settings) {
        const struct { const char *name; Str json; } members[] = {{"working_hours", settings->hours_text}, {"holidays", settings->holidays_text}, {"workdays", settings->workdays_text}};
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
                json_key(w, str_from(members[i].name));
                json_add_raw(w, members[i].json);
        }
}

static void write_settings(Request *request, const OrgSettings *settings) {
        JsonWriter *w = &request->w;
        json_open_object(w);
        json_put_str(w, "company", company_name(request, settings));
        json_put_str(w, "zone", settings->zone);
        json_put_str(w, "currency", settings->currency);
        json_put_str(w, "language", str_from(lang_tag(settings->language)));
        json_put_int(w, "week_start", settings->week_start);
        json_put_str(w, "map_tiles", settings->map_tiles);
        json_put_str(w, "map_attribution", settings->map_attribution);
        json_put_str(w, "address", settings->address);
        json_put_bool(w, "demo", settings->demo);
        json_put_int(w, "password_length", settings->password_length);
        json_put_int(w, "password_classes", settings->password_classes);
        json_put_int(w, "password_history", settings->password_history);
        json_put_int(w, "password_days", settings->password_days);
        json_put_int(w, "session_idle", settings->session_idle_min);
        json_put_int(w, "session_hours", settings->session_most_h);
        write_hours(w, settings);
        if (request->call.actor->administrator) { // from where people may come is not for everybody to know, and whoever knows the limits stays below them
                json_put_str(w, "allow_list", settings->allow_text);
                write_limits(w, settings);
        }
        json_close_object(w);
}

static Status settings_get(Request *request) {
        write_settings(request, request->view.settings);
        return STATUS_OK;
}

static Status settings_prepare(Request *request) {
        SettingsChange *change = arena_new_of(request->context.arena, SettingsChange);
        request->prepared = change;
        TRY(request_body(request));
        return settings_check(&request->context, request->body, NULL, change);
}

// A list without one's own address would shut oneself out.
static Status check_own_address(Request *request) {
        Context *context = &request->context;
        NetworkList list;
        Str text = STR_NONE;
        if (!settings_given(request->prepared, "allow_list", &text) || str_empty(text))
                return STATUS_OK;
        TRY(allow_list_check(context, STR("allow_list"), text, &list));
        return network_list_has(&list, request->http->peer) ? STATUS_OK : error_add(context, STR("allow_list"), "address_self", request->http->peer);
}

static Status audit_settings(Request *request) {
        Buf detail = buf_make(request->context.arena, 1 << 16);
        JsonWriter w = json_writer(&detail);
        json_open_object(&w);
        settings_write_changes(&w, request->view.settings, request->prepared);
        json_close_object(&w);
        return detail.len > 2 ? record_audit(&request->call, "settings.change", NULL, 0, buf_str(&detail)) : STATUS_OK;
}

static Status settings_patch(Request *request) {
        TRY(request->prepare_status);
        TRY(check_own_address(request));
        if (request->api_token && json_get(request->body, "address")) // links for new passwords would lead there
                return error_set(&request->context, STATUS_FORBIDDEN, "token_scope");
        TRY(audit_settings(request));
        TRY(settings_write(request->call.db, request->call.catalog, request->prepared));
        request->call.metadata_changed = true;
        OrgSettings *fresh = NULL;
        TRY(settings_load(request->call.db, 0, &fresh));
        write_settings(request, fresh);
        settings_unref(fresh);
        return STATUS_OK;
}

// ---- Preferences

static Status preferences_read(Request *request) {
        Str json = STR_NONE;
        TRY(preferences_get(request->call.db, request->call.actor->user, &json));
        json_add_raw(&request->w, json);
        return STATUS_OK;
}

static Status preferences_prepare(Request *request) {
        Buf *text = arena_new_of(request->context.arena, Buf);
        request->prepared = text;
        TRY(request_body(request));
        *text = buf_make(request->context.arena, PREFERENCES_LARGEST * 2); // it may be written longer than it came
        JsonWriter w = json_writer(text);
        json_add_tree(&w, request->body);
        return buf_full(text) ? error_set(&request->context, STATUS_TOO_LARGE, "body_too_large") : STATUS_OK;
}

static Status preferences_put(Request *request) {
        const Buf *text = request->prepared;
        TRY(preferences_set(request->call.db, request->call.actor->user, buf_str(text)));
        json_add_raw(&request->w, buf_str(text));
        return STATUS_OK;
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/settings", ROUTE_READ, ACCESS_SIGNED_IN, .run = settings_get, .id = "getSettings", .summary = "What the organisation has set"},
        {HTTP_PATCH, "/api/v1/settings", ROUTE_WRITE, ACCESS_ADMIN, .prepare = settings_prepare, .run = settings_patch, .id = "changeSettings", .summary = "Changes what the organisation has set"},
        {HTTP_GET, "/api/v1/preferences", ROUTE_READ, ACCESS_SIGNED_IN, .run = preferences_read, .id = "getPreferences", .summary = "What the reader has set for himself"},
        {HTTP_PUT, "/api/v1/preferences", ROUTE_WRITE, ACCESS_SIGNED_IN, .body = PREFERENCES_LARGEST, .prepare = preferences_prepare, .run = preferences_put, .id = "putPreferences", .summary = "Keeps any JSON object, 64 KB at most"},
        {0},
};
const Route *const api_settings_routes = table;
