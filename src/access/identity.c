// Rows of providers, identities and sign-ins on their way. What a provider says is checked in src/link; here is only what is kept of it.
#include "access/identity.h"
#include "access/signin.h"
#include "access/token.h"
#include "base/unicode.h"

#define FLOWS_MOST 10000 // on their way at once; more are somebody's mischief
#define RULES_KEY "sign_in"

// ---- Providers

static Provider provider_of(Rows *rows) {
        Value synced = rows_value(rows, 6, VALUE_DATETIME);
        return (Provider){.id = rows_int(rows, 0), .kind = rows_value(rows, 1, VALUE_TEXT).text, .label = rows_value(rows, 2, VALUE_TEXT).text, .active = rows_value(rows, 3, VALUE_BOOL).boolean,
                          .config = rows_value(rows, 4, VALUE_TEXT).text, .secret = rows_value(rows, 5, VALUE_TEXT).text, .synced_ms = value_is_null(synced) ? 0 : synced.ms};
}

static void select_provider(Sql *select) {
        sql(select, "select \"id\", \"kind\", \"label\", \"active\", \"config\", \"secret\", \"synced_at\" from \"identity_provider\"");
}

Status provider_list(Db *db, Provider **ret, size_t *ret_count) {
        Sql select = db_sql(db);
        Provider *list = NULL;
        size_t count = 0, capacity = 0;
        select_provider(&select);
        sql(&select, " order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                if (count == capacity) {
                        list = arena_grow(db_arena(db), list, capacity * sizeof *list, (capacity * 2 + 8) * sizeof *list);
                        capacity = capacity * 2 + 8;
                }
                list[count++] = provider_of(rows);
        }
        *ret = list;
        *ret_count = count;
        return STATUS_OK;
}

Status provider_get(Db *db, int64_t id, Provider *ret) {
        Sql select = db_sql(db);
        select_provider(&select);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return error_set(db_context(db), STATUS_NOT_FOUND, "not_found");
        *ret = provider_of(rows);
        return STATUS_OK;
}

static Status provider_insert(Db *db, Provider *provider) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"identity_provider\" (\"kind\", \"label\", \"active\", \"config\", \"secret\", \"updated_at\") values (");
        sql_str(&insert, provider->kind);
        sql(&insert, ", ");
        sql_str(&insert, provider->label);
        sql(&insert, ", ");
        sql_value(&insert, value_bool(provider->active));
        sql(&insert, ", ");
        sql_str(&insert, provider->config);
        sql(&insert, ", ");
        sql_str(&insert, provider->secret);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ")");
        sql_returning_id(&insert);
        return db_insert(db, &insert, &provider->id);
}

Status provider_save(Db *db, Provider *provider) {
        if (!provider->id)
                return provider_insert(db, provider);
        Sql update = db_sql(db);
        sql(&update, "update \"identity_provider\" set \"label\" = ");
        sql_str(&update, provider->label);
        sql(&update, ", \"active\" = ");
        sql_value(&update, value_bool(provider->active));
        sql(&update, ", \"config\" = ");
        sql_str(&update, provider->config);
        sql(&update, ", \"secret\" = ");
        sql_str(&update, provider->secret);
        sql(&update, ", \"updated_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, " where \"id\" = ");
        sql_int(&update, provider->id);
        return db_exec(db, &update, NULL);
}

Status provider_delete(Db *db, int64_t id) {
        static const Str statements[] = {STR("delete from \"identity\" where \"provider_id\" = "), STR("delete from \"sign_in_flow\" where \"provider_id\" = "), STR("delete from \"identity_provider\" where \"id\" = ")};
        for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
                Sql delete = db_sql(db);
                sql_fixed(&delete, statements[i]);
                sql_int(&delete, id);
                TRY(db_exec(db, &delete, NULL));
        }
        return STATUS_OK;
}

Status provider_sync_take(Db *db, int64_t id, int64_t before_ms, bool *ret_taken) {
        Sql update = db_sql(db);
        int64_t changed = 0;
        sql(&update, "update \"identity_provider\" set \"synced_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        sql(&update, " and (\"synced_at\" is null or \"synced_at\" <= ");
        sql_value(&update, value_datetime(before_ms));
        sql(&update, ")");
        TRY(db_exec(db, &update, &changed));
        *ret_taken = changed == 1;
        return STATUS_OK;
}

// ---- Identities

static void select_identity(Sql *select) {
        sql(select, "select \"id\", \"provider_id\", \"user_id\", \"subject\", \"name\", \"created_at\", \"seen_at\" from \"identity\" where ");
}

static Identity identity_from(Rows *rows) {
        return (Identity){.id = rows_int(rows, 0), .provider = rows_int(rows, 1), .user = rows_int(rows, 2), .subject = rows_value(rows, 3, VALUE_TEXT).text, .name = rows_value(rows, 4, VALUE_TEXT).text,
                          .created_at = rows_value(rows, 5, VALUE_DATETIME), .seen_at = rows_value(rows, 6, VALUE_DATETIME)};
}

static Status first_identity(Db *db, const Sql *select, Identity *ret, bool *ret_found) {
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, select, &rows, ret_found));
        if (*ret_found)
                *ret = identity_from(rows);
        return STATUS_OK;
}

Status identity_find(Db *db, int64_t provider, Str subject, Identity *ret, bool *ret_found) {
        Sql select = db_sql(db);
        select_identity(&select);
        sql(&select, "\"provider_id\" = ");
        sql_int(&select, provider);
        sql(&select, " and \"subject\" = ");
        sql_str(&select, subject);
        return first_identity(db, &select, ret, ret_found);
}

Status identity_of(Db *db, int64_t provider, int64_t user, Identity *ret, bool *ret_found) {
        Sql select = db_sql(db);
        select_identity(&select);
        sql(&select, "\"user_id\" = ");
        sql_int(&select, user);
        sql(&select, " and \"provider_id\" = ");
        sql_int(&select, provider);
        return first_identity(db, &select, ret, ret_found);
}

Status identity_list(Db *db, int64_t provider, int64_t user, Identity **ret, size_t *ret_count) {
        Sql select = db_sql(db);
        Identity *list = NULL;
        size_t count = 0, capacity = 0;
        select_identity(&select);
        sql(&select, "1 = 1");
        if (provider) {
                sql(&select, " and \"provider_id\" = ");
                sql_int(&select, provider);
        }
        if (user) {
                sql(&select, " and \"user_id\" = ");
                sql_int(&select, user);
        }
        sql(&select, " order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                if (count == capacity) {
                        list = arena_grow(db_arena(db), list, capacity * sizeof *list, (capacity * 2 + 16) * sizeof *list);
                        capacity = capacity * 2 + 16;
                }
                list[count++] = identity_from(rows);
        }
        *ret = list;
        *ret_count = count;
        return STATUS_OK;
}

Status identity_add(Db *db, const Identity *identity, int64_t *ret_id) {
        Identity other;
        bool found = false;
        TRY(identity_find(db, identity->provider, identity->subject, &other, &found));
        if (!found)
                TRY(identity_of(db, identity->provider, identity->user, &other, &found));
        if (found)
                return error_set(db_context(db), STATUS_CONFLICT, "identity_taken");
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"identity\" (\"provider_id\", \"subject\", \"user_id\", \"name\", \"created_at\") values (");
        sql_int(&insert, identity->provider);
        sql(&insert, ", ");
        sql_str(&insert, identity->subject);
        sql(&insert, ", ");
        sql_int(&insert, identity->user);
        sql(&insert, ", ");
        sql_str(&insert, identity->name);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ")");
        sql_returning_id(&insert);
        return db_insert(db, &insert, ret_id);
}

Status identity_seen(Db *db, int64_t id, Str name) {
        Sql update = db_sql(db);
        sql(&update, "update \"identity\" set \"seen_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, ", \"name\" = ");
        sql_str(&update, name);
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        return db_exec(db, &update, NULL);
}

Status identity_delete(Db *db, int64_t id) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"identity\" where \"id\" = ");
        sql_int(&delete, id);
        return db_exec(db, &delete, NULL);
}

// ---- People of ours

static void select_known(Sql *select) {
        sql(select, "select u.\"id\", u.\"login\", u.\"name\", u.\"email\", u.\"lang\", u.\"active\", (select 1 from \"credential\" c where c.\"user_id\" = u.\"id\") from \"user\" u where u.\"deleted_at\" is null and ");
}

static Str text_of(Rows *rows, int column) {
        Value value = rows_value(rows, column, VALUE_TEXT);
        return value.kind == VALUE_TEXT ? value.text : STR("");
}

static Known known_of(Rows *rows) {
        Value active = rows_value(rows, 5, VALUE_BOOL);
        return (Known){.id = rows_int(rows, 0), .login = text_of(rows, 1), .name = text_of(rows, 2), .email = text_of(rows, 3), .lang = text_of(rows, 4),
                       .active = active.kind == VALUE_BOOL && active.boolean, .has_password = !rows_null(rows, 6)};
}

static Status first_known(Db *db, const Sql *select, Known *ret, bool *ret_found) {
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, select, &rows, ret_found));
        if (*ret_found)
                *ret = known_of(rows);
        return STATUS_OK;
}

Status known_by_id(Db *db, int64_t user, Known *ret, bool *ret_found) {
        Sql select = db_sql(db);
        select_known(&select);
        sql(&select, "u.\"id\" = ");
        sql_int(&select, user);
        return first_known(db, &select, ret, ret_found);
}

Status known_by_login(Db *db, Str login, Known *ret, bool *ret_found) {
        Sql select = db_sql(db);
        select_known(&select);
        sql(&select, "u.\"login\" = ");
        sql_str(&select, login_normal(db_arena(db), login));
        return first_known(db, &select, ret, ret_found);
}

Status known_by_email(Db *db, Str email, Known *ret, bool *ret_found, bool *ret_several) {
        Sql select = db_sql(db);
        select_known(&select);
        sql(&select, "haike_fold(u.\"email\") = ");
        sql_str(&select, text_fold(db_arena(db), str_trim(email)));
        sql(&select, " order by u.\"id\" limit 2");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, ret_found));
        *ret_several = false;
        if (!*ret_found)
                return STATUS_OK;
        *ret = known_of(rows);
        TRY(rows_next(rows, ret_several));
        *ret_found = !*ret_several;
        return STATUS_OK;
}

// ---- On their way

static Status forget_flows(Db *db) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"sign_in_flow\" where \"created_at\" < ");
        sql_value(&delete, value_datetime(db_context(db)->now_ms - FLOW_MS));
        return db_exec(db, &delete, NULL);
}

Status flow_add(Db *db, Str state, Str browser, const SignInFlow *flow) {
        Sql count = db_sql(db), insert = db_sql(db);
        int64_t flows = 0;
        TRY(forget_flows(db));
        sql(&count, "select count(*) from \"sign_in_flow\"");
        TRY(db_get_int(db, &count, &flows, NULL));
        if (flows >= FLOWS_MOST)
                return error_set(db_context(db), STATUS_BUSY, "busy");
        sql(&insert, "insert into \"sign_in_flow\" (\"state\", \"browser\", \"provider_id\", \"user_id\", \"nonce\", \"verifier\", \"next\", \"endpoints\", \"created_at\") values (");
        sql_value(&insert, token_hash(db_arena(db), state));
        sql(&insert, ", ");
        sql_value(&insert, token_hash(db_arena(db), browser));
        sql(&insert, ", ");
        sql_int(&insert, flow->provider);
        sql(&insert, ", ");
        sql_value(&insert, flow->user ? value_int(flow->user) : VALUE_NONE);
        const Str texts[] = {flow->nonce, flow->verifier, flow->next, flow->endpoints};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
                sql(&insert, ", ");
                sql_str(&insert, texts[i]);
        }
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

Status flow_take(Db *db, Str state, Str browser, SignInFlow *ret) {
        Context *context = db_context(db);
        Sql delete = db_sql(db);
        TRY(forget_flows(db));
        sql(&delete, "delete from \"sign_in_flow\" where \"state\" = ");
        sql_value(&delete, token_hash(db_arena(db), state));
        sql(&delete, " and \"browser\" = ");
        sql_value(&delete, token_hash(db_arena(db), browser));
        sql(&delete, " returning \"provider_id\", \"user_id\", \"nonce\", \"verifier\", \"next\", \"endpoints\"");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &delete, &rows, &found));
        if (!found)
                return error_set(context, STATUS_NOT_FOUND, "flow_unknown");
        *ret = (SignInFlow){.provider = rows_int(rows, 0), .user = rows_int(rows, 1), .nonce = text_of(rows, 2), .verifier = text_of(rows, 3), .next = text_of(rows, 4), .endpoints = text_of(rows, 5)};
        return STATUS_OK;
}

// ---- Rules

Status sign_in_rules(Db *db, SignInRules *ret) {
        Str text = STR_NONE;
        Json *json = NULL;
        *ret = (SignInRules){0};
        TRY(org_setting(db, STR(RULES_KEY), STR("{}"), &text));
        TRY(json_parse(db_context(db), text, 4, &json));
        ret->passwords_off = json_bool(json, "passwords_off", false);
        ret->emergency = json_int(json, "emergency", 0);
        return STATUS_OK;
}

Status sign_in_rules_set(Db *db, const SignInRules *rules) {
        return org_setting_set(db, STR(RULES_KEY), str_format(db_arena(db), "{\"passwords_off\":%s,\"emergency\":%lld}", rules->passwords_off ? "true" : "false", (long long)rules->emergency));
}
