// The first start (POST /setup: who has the printed code makes the company and its first administrator) and the demo company that can come and go with it.
#include "access/audit.h"
#include "access/setup.h"
#include "api/session.h"
#include "flow/job.h"

#define ATTEMPTS_AS "/setup" // in the table of failed sign-ins
#define WORK_LOST_MS (60 * 1000LL) // a job that has said nothing for so long died with its node

typedef struct Setup {
        Str code, password, hash, token;
        bool demo, matches;
        SettingsChange settings;
        RecordInput *user;
        int64_t user_id, job;
} Setup;

static Status needed_get(Request *request) {
        bool needed = false;
        TRY(setup_needed(request->call.db, &needed));
        json_open_object(&request->w);
        json_put_bool(&request->w, "needed", needed);
        json_close_object(&request->w);
        return STATUS_OK;
}

// ---- Checking what was sent

static Attempt attempt_of(const Request *request) {
        return (Attempt){.login = STR(ATTEMPTS_AS), .peer = request->http->peer};
}

static Status check_code(Request *request) {
        Setup *setup = request->prepared;
        Attempt attempt = attempt_of(request);
        bool needed = false;
        TRY(setup_needed(request->call.db, &needed));
        if (!needed)
                return error_set(&request->context, STATUS_CONFLICT, "setup_done");
        TRY(attempt_check(request->call.db, &attempt));
        return setup_code_matches(request->call.db, setup->code, &setup->matches);
}

static Status write_wrong_code(Request *request) {
        Attempt attempt = attempt_of(request);
        return note_failure(request, &attempt, "setup");
}

static Str needed_text(Request *request, const char *name) {
        const Json *value = json_get(request->body, name);
        if (value && value->kind != JSON_STRING && value->kind != JSON_NULL)
                (void)error_add(&request->context, str_from(name), "wrong_type", STR("text"));
        else if (!value || str_empty(str_trim(value->text)))
                (void)error_add(&request->context, str_from(name), "required");
        return value && value->kind == JSON_STRING ? value->text : STR_NONE;
}

// The members of the body that are fields of the new user.
static Status take_user(Request *request, Setup *setup) {
        Arena *arena = request->context.arena;
        Json *values = arena_new_of(arena, Json);
        *values = (Json){.kind = JSON_OBJECT, .items = arena_array(arena, Json, 2)};
        static const char *const names[] = {"login", "name"};
        for (size_t i = 0; i < 2; i++)
                if (!str_empty(needed_text(request, names[i])))
                        values->items[values->count++] = *json_get(request->body, names[i]);
        return record_input(&request->context, catalog_get(request->view.catalog, "user"), values, STR_NONE, &setup->user);
}

static Status check_password(Request *request, Str password) {
        PasswordRules rules = password_rules(NULL, json_str(request->body, "login", STR_NONE), json_str(request->body, "name", STR_NONE));
        rules.company = json_str(request->body, "company", STR_NONE);
        return password_check(&request->context, STR("password"), password, &rules);
}

static Status take_rest(Request *request, Setup *setup) {
        static const char *const others[] = {"code", "login", "name", "password", "demo", NULL};
        Context *context = &request->context;
        Status settings = settings_check(context, request->body, others, &setup->settings), user = take_user(request, setup);
        if (!json_get(request->body, "company"))
                (void)error_add(context, STR("company"), "required");
        setup->password = needed_text(request, "password");
        Status password = str_empty(setup->password) ? STATUS_INVALID : check_password(request, setup->password);
        const Json *demo = json_get(request->body, "demo");
        setup->demo = json_is_true(demo);
        if (demo && demo->kind != JSON_TRUE && demo->kind != JSON_FALSE)
                (void)error_add(context, STR("demo"), "wrong_type", STR("boolean"));
        Status all = settings != STATUS_OK ? settings : user != STATUS_OK ? user : password;
        return context->error.count ? error_status(context) : all;
}

// ---- Making the company

static Status first_id(Call *call, Sql *select, int64_t *ret) {
        bool found = false;
        sql(select, " order by \"id\" limit 1");
        TRY(db_get_int(call->db, select, ret, &found));
        return found ? STATUS_OK : error_detail(call->context, STATUS_INTERNAL, "internal", "the database lacks what every new one has");
}

static Status name_department(Call *call, Str company, int64_t *ret_id) {
        const Object *object = catalog_get(call->catalog, "department");
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"department\" where deleted_at is null and parent_id is null");
        TRY(first_id(call, &select, ret_id));
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "name", value_text(company));
        WriteOptions options = {.as_system = true};
        return record_update(call, object, *ret_id, input, &options);
}

static Status create_administrator(Call *call, Setup *setup, int64_t department, Str language) {
        int64_t role = 0;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from \"role\" where deleted_at is null and \"key\" = ");
        sql_str(&select, STR(ROLE_ADMIN));
        TRY(first_id(call, &select, &role));
        record_input_set(setup->user, "department", value_int(department));
        record_input_set(setup->user, "roles", value_text(str_format(call->context->arena, "[\"%lld\"]", (long long)role)));
        record_input_set(setup->user, "lang", value_text(language));
        WriteOptions options = {.as_system = true};
        TRY(record_create(call, setup->user, &options, &setup->user_id));
        return password_set(call->db, setup->user_id, setup->hash, false);
}

// The job is the new administrator's, whom the snapshot does not know yet.
static Status add_demo(Request *request, Setup *setup) {
        Actor administrator = *request->call.actor;
        administrator.user = setup->user_id;
        request->call.actor = &administrator;
        Status status = job_add(&request->call, "demo", &setup->job);
        request->call.actor = access_system(request->view.access);
        TRY(status);
        return settings_demo_set(request->call.db, true);
}

static Status make_company(Request *request) {
        Setup *setup = request->prepared;
        Call *call = &request->call;
        bool needed = false;
        call->actor = access_system(request->view.access);
        call->source = STR("system");
        TRY(settings_write(call->db, call->catalog, &setup->settings)); // of two at once one waits here
        TRY(setup_needed(call->db, &needed));
        if (!needed)
                return error_set(call->context, STATUS_CONFLICT, "setup_done");
        OrgSettings *settings = NULL;
        TRY(settings_load(call->db, 0, &settings));
        Str company = str_copy(call->context->arena, settings->company), language = str_from(lang_tag(settings->language));
        settings_unref(settings);
        int64_t department = 0;
        TRY(name_department(call, company, &department));
        TRY(create_administrator(call, setup, department, language));
        SessionStart start = {.user = setup->user_id, .peer = request->http->peer, .agent = http_header(request->http, "User-Agent"), .method = "setup"};
        TRY(session_create(call->db, &start, &setup->token));
        TRY(audit_add(call->db, &(AuditEntry){.kind = "session.start", .user = setup->user_id, .peer = request->http->peer, .detail = STR("{\"method\":\"setup\"}")}));
        TRY(setup_codes_forget(call->db));
        Attempt attempt = attempt_of(request);
        TRY(attempt_clear(call->db, &attempt));
        call->metadata_changed = true;
        return setup->demo ? add_demo(request, setup) : STATUS_OK;
}

static Status answer(Request *request) {
        const Setup *setup = request->prepared;
        session_begin_answer(request, setup->token);
        json_key(&request->w, STR("job"));
        if (setup->job)
                json_add_int(&request->w, setup->job);
        else
                json_add_null(&request->w);
        json_close_object(&request->w);
        return STATUS_OK;
}

static void *no_argument(Arena *arena, void *from) {
        (void)arena;
        return from;
}

static Status launch(Request *request, int64_t job, int64_t user, Status (*run)(struct Job *job, void *arg)) {
        return job_launch(org_slot(request->org, ORG_SLOT_JOBS), &request->context, job, user, run, no_argument, NULL);
}

static Status setup_post(Request *request) {
        Context *context = &request->context;
        Setup *setup = arena_new_of(context->arena, Setup);
        request->prepared = setup;
        request->token = STR_NONE;
        TRY(request_body(request));
        setup->code = needed_text(request, "code");
        TRY(error_status(context));
        TRY(request_read(request, check_code));
        if (!setup->matches) {
                TRY(request_write(request, write_wrong_code));
                (void)error_add(context, STR("code"), "setup_code");
                return STATUS_FORBIDDEN;
        }
        TRY(take_rest(request, setup));
        TRY(password_hash(context, setup->password, &setup->hash));
        setup->job = 0;
        TRY(request_write(request, make_company));
        TRY(org_reload(request->org, context));
        request->reload = false;
        if (setup->job && launch(request, setup->job, setup->user_id, request->api->fill_demo) != STATUS_OK)
                error_clear(context); // the job tells
        request->token = setup->token;
        TRY(request_read(request, answer));
        session_set_cookie(request, setup->token);
        return STATUS_OK;
}

// ---- Removing the demo company

static Status refuse_second(Call *call) {
        Sql select = db_sql(call->db);
        bool found = false;
        int64_t worked_ms = 0, since_ms = call->context->now_ms - WORK_LOST_MS;
        TRY(settings_demo_worked(call->db, &worked_ms));
        sql(&select, "select 1 from job where kind in ('demo', 'demo_removal') and status in ('queued', 'running')");
        if (worked_ms < since_ms) {
                sql(&select, " and created_at > ");
                sql_value(&select, value_datetime(since_ms));
        }
        sql(&select, " limit 1");
        TRY(db_get_int(call->db, &select, NULL, &found));
        return found ? error_set(call->context, STATUS_CONFLICT, "demo_busy") : STATUS_OK;
}

static Status add_removal(Request *request) {
        Call *call = &request->call;
        int64_t *job = request->prepared;
        Str demo = STR_NONE;
        TRY(access_bump(call->db)); // of two at once one waits here
        TRY(org_setting(call->db, STR(SETTING_DEMO), STR_NONE, &demo));
        if (!str_is(demo, "true"))
                return error_set(call->context, STATUS_CONFLICT, "no_demo");
        TRY(refuse_second(call));
        TRY(job_add(call, "demo_removal", job));
        request->id = call->actor->user;
        request->status = 202;
        return job_write(call, *job, &request->w);
}

static Status demo_delete(Request *request) {
        int64_t job = 0;
        request->prepared = &job;
        TRY(request_write(request, add_removal));
        http_respond_header(request->http, "Location", str_format(request->http->arena, "/api/v1/jobs/%lld", (long long)job));
        return launch(request, job, request->id, request->api->remove_demo);
}

static const Route table[] = {
        {HTTP_GET, "/api/v1/setup", ROUTE_READ, ACCESS_PUBLIC, .run = needed_get, .id = "getSetup", .summary = "Is the first administrator still to be made?"},
        {HTTP_POST, "/api/v1/setup", ROUTE_HASH, ACCESS_PUBLIC, .run = setup_post, .id = "setUp", .summary = "Makes the company and its first administrator, with the code that the server printed, and signs in"},
        {HTTP_DELETE, "/api/v1/demo", ROUTE_SLOW, ACCESS_ADMIN, .run = demo_delete, .id = "removeDemo", .summary = "Removes the demo company for good, as a job"},
        {0},
};
const Route *const api_setup_routes = table;
