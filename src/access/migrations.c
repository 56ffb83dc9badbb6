// The engine's own tables of this layer: settings, the organisation's epoch, sign-in, what each person has set for himself.
#include "access/inside.h"
#include "access/org.h"

static void add_column(Sql *table, Str name, ValueKind kind, Str more) {
        sql(table, ", ");
        sql_name(table, name);
        sql(table, " ");
        sql_fixed(table, sql_type(table->dialect, kind));
        sql_fixed(table, more);
}

static Status make_setting(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"setting\" (\"key\" text primary key not null");
        add_column(&table, STR("value"), VALUE_TEXT, STR(" not null"));
        sql_table_end(&table);
        return db_ddl(db, &table);
}

static Status make_epoch(Db *db) {
        Sql table = db_sql(db), insert = db_sql(db);
        sql(&table, "create table \"access_epoch\" (\"id\" integer primary key not null");
        add_column(&table, STR("epoch"), VALUE_INTEGER, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        sql(&insert, "insert into \"access_epoch\" (\"id\", \"epoch\") values (1, 1)");
        return db_exec(db, &insert, NULL);
}

static Status make_index(Db *db, Str literal) {
        Sql index = db_sql(db);
        sql_fixed(&index, literal);
        return db_ddl(db, &index);
}

static Status make_session(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"session\" (\"hash\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_BLOB));
        sql(&table, " primary key not null");
        add_column(&table, STR("user_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("created_at"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("seen_at"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("peer"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("agent"), VALUE_TEXT, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        TRY(make_index(db, STR("create index \"session_user\" on \"session\" (\"user_id\")")));
        return make_index(db, STR("create index \"session_seen\" on \"session\" (\"seen_at\")"));
}

static Status make_credential(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"credential\" (\"user_id\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " primary key not null");
        add_column(&table, STR("hash"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("changed_at"), VALUE_DATETIME, STR(" not null"));
        sql_table_end(&table);
        return db_ddl(db, &table);
}

static Status make_attempt(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"attempt\" (\"id\"");
        sql_identity(&table);
        add_column(&table, STR("login"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("peer"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("at"), VALUE_DATETIME, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        TRY(make_index(db, STR("create index \"attempt_login\" on \"attempt\" (\"login\", \"peer\", \"at\")")));
        return make_index(db, STR("create index \"attempt_at\" on \"attempt\" (\"at\")"));
}

static Status make_preference(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"preference\" (\"user_id\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " primary key not null");
        add_column(&table, STR("value"), VALUE_TEXT, STR(" not null"));
        sql_table_end(&table);
        return db_ddl(db, &table);
}

static Status has_history(Db *db, bool *ret) {
        Sql select = db_sql(db);
        if (db_dialect(db) == DIALECT_POSTGRES)
                sql(&select, "select 1 where to_regclass('history') is not null");
        else
                sql(&select, "select 1 from sqlite_master where name = 'history'");
        return db_get_int(db, &select, NULL, ret);
}

// Demo companies that were made before it was noted that they are there: theirs are the first records of all.
static Status mark_demo(Db *db) {
        bool found = false;
        TRY(has_history(db, &found));
        if (!found)
                return STATUS_OK;
        Sql select = db_sql(db);
        sql(&select, "select 1 from history where \"id\" <= 5000 and source = 'demo' limit 1");
        TRY(db_get_int(db, &select, NULL, &found));
        return found ? org_setting_set(db, STR(SETTING_DEMO), STR("true")) : STATUS_OK;
}

static Status make_calendar_address(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"calendar_address\" (\"user_id\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " primary key not null");
        add_column(&table, STR("hash"), VALUE_BLOB, STR(" not null"));
        add_column(&table, STR("created_at"), VALUE_DATETIME, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        return make_index(db, STR("create unique index \"calendar_address_hash\" on \"calendar_address\" (\"hash\")"));
}

// To whom records belong beside their owners and departments. Beside it what is still to be done of that (entry_work.c of the record layer), and by which definition the
// entries of an object or a rule were made.
static Status make_entry(Db *db) {
        Sql table = db_sql(db), work = db_sql(db), state = db_sql(db);
        bool sqlite = db_dialect(db) == DIALECT_SQLITE;
        sql(&table, "create table \"access_entry\" (\"object_id\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " not null");
        add_column(&table, STR("record_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("source"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("token"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("updated_at"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("write"), VALUE_BOOL, STR(" not null"));
        sql(&table, ", primary key (\"object_id\", \"record_id\", \"source\", \"token\")");
        sql_table_end(&table);
        if (sqlite)
                sql(&table, ", without rowid");
        TRY(db_ddl(db, &table));
        TRY(make_index(db, STR("create index \"access_entry_token\" on \"access_entry\" (\"object_id\", \"token\", \"updated_at\", \"record_id\")")));
        sql(&work, "create table \"access_work\" (\"id\"");
        sql_identity(&work);
        add_column(&work, STR("kind"), VALUE_INTEGER, STR(" not null"));
        add_column(&work, STR("object_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&work, STR("subject"), VALUE_INTEGER, STR(" not null"));
        add_column(&work, STR("target_object"), VALUE_INTEGER, STR(" not null"));
        add_column(&work, STR("target"), VALUE_INTEGER, STR(" not null"));
        add_column(&work, STR("done"), VALUE_INTEGER, STR(" not null"));
        sql_table_end(&work);
        TRY(db_ddl(db, &work));
        TRY(make_index(db, STR("create index \"access_work_object\" on \"access_work\" (\"object_id\", \"kind\")")));
        sql(&state, "create table \"access_state\" (\"object_id\" ");
        sql_fixed(&state, sql_type(state.dialect, VALUE_INTEGER));
        sql(&state, " not null");
        add_column(&state, STR("rule_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&state, STR("signature"), VALUE_TEXT, STR(" not null"));
        sql(&state, ", primary key (\"object_id\", \"rule_id\")");
        sql_table_end(&state);
        TRY(db_ddl(db, &state));
        Sql epoch = db_sql(db); // of sharing rules
        sql(&epoch, "insert into \"access_epoch\" (\"id\", \"epoch\") values (2, 1)");
        return db_exec(db, &epoch, NULL);
}

static Status make_audit(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"audit\" (\"id\"");
        sql_identity(&table);
        add_column(&table, STR("at"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("kind"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("user_id"), VALUE_INTEGER, STR(""));
        add_column(&table, STR("object_id"), VALUE_INTEGER, STR(""));
        add_column(&table, STR("record_id"), VALUE_INTEGER, STR(""));
        add_column(&table, STR("peer"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("detail"), VALUE_TEXT, STR(""));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        TRY(make_index(db, STR("create index \"audit_at\" on \"audit\" (\"at\")")));
        TRY(make_index(db, STR("create index \"audit_user\" on \"audit\" (\"user_id\", \"id\")")));
        return make_index(db, STR("create index \"audit_kind\" on \"audit\" (\"kind\", \"id\")"));
}

static Status extend(Db *db, Str table, Str column, ValueKind kind, Str more) {
        Sql change = db_sql(db);
        sql(&change, "alter table ");
        sql_name(&change, table);
        sql(&change, " add column ");
        sql_name(&change, column);
        sql(&change, " ");
        sql_fixed(&change, sql_type(change.dialect, kind));
        sql_fixed(&change, more);
        return db_ddl(db, &change);
}

static Status extend_session(Db *db) {
        return extend(db, STR("session"), STR("method"), VALUE_TEXT, STR(" not null default 'password'"));
}

// Whom the session of an administrator looks as.
static Status extend_session_viewing(Db *db) {
        return extend(db, STR("session"), STR("viewing_id"), VALUE_INTEGER, STR(""));
}

static Status make_access_password(Db *db) {
        Sql table = db_sql(db);
        TRY(extend(db, STR("credential"), STR("must_change"), VALUE_BOOL, STR("")));
        sql(&table, "create table \"access_password\" (\"id\"");
        sql_identity(&table);
        add_column(&table, STR("user_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("hash"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("at"), VALUE_DATETIME, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        return make_index(db, STR("create index \"access_password_user\" on \"access_password\" (\"user_id\", \"id\")"));
}

// What was typed as login is kept as a hash from now on.
static Status hash_attempts(Db *db) {
        Sql forget = db_sql(db), table = db_sql(db);
        sql(&forget, "delete from \"attempt\"");
        TRY(db_exec(db, &forget, NULL));
        TRY(make_index(db, STR("create index \"attempt_peer\" on \"attempt\" (\"peer\", \"at\")")));
        sql(&table, "create table \"session_place\" (\"user_id\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " not null");
        add_column(&table, STR("peer"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("at"), VALUE_DATETIME, STR(" not null"));
        sql(&table, ", primary key (\"user_id\", \"peer\")");
        sql_table_end(&table);
        return db_ddl(db, &table);
}

static Status make_factor(Db *db) {
        Sql factor = db_sql(db), recovery = db_sql(db);
        sql(&factor, "create table \"access_factor\" (\"user_id\" ");
        sql_fixed(&factor, sql_type(factor.dialect, VALUE_INTEGER));
        sql(&factor, " primary key not null");
        add_column(&factor, STR("secret"), VALUE_TEXT, STR(" not null"));
        add_column(&factor, STR("confirmed_at"), VALUE_DATETIME, STR(""));
        add_column(&factor, STR("last_step"), VALUE_INTEGER, STR(" not null"));
        add_column(&factor, STR("failures"), VALUE_INTEGER, STR(" not null"));
        add_column(&factor, STR("failed_at"), VALUE_DATETIME, STR(""));
        sql_table_end(&factor);
        TRY(db_ddl(db, &factor));
        sql(&recovery, "create table \"access_recovery\" (\"user_id\" ");
        sql_fixed(&recovery, sql_type(recovery.dialect, VALUE_INTEGER));
        sql(&recovery, " not null");
        add_column(&recovery, STR("hash"), VALUE_BLOB, STR(" not null"));
        sql(&recovery, ", primary key (\"user_id\", \"hash\")");
        sql_table_end(&recovery);
        return db_ddl(db, &recovery);
}

static void begin_hashed(Sql *table) {
        sql(table, "\"hash\" ");
        sql_fixed(table, sql_type(table->dialect, VALUE_BLOB));
        sql(table, " primary key not null");
        add_column(table, STR("user_id"), VALUE_INTEGER, STR(" not null"));
        add_column(table, STR("created_at"), VALUE_DATETIME, STR(" not null"));
}

static Status make_device(Db *db) {
        Sql device = db_sql(db), challenge = db_sql(db);
        sql(&device, "create table \"session_device\" (");
        begin_hashed(&device);
        add_column(&device, STR("seen_at"), VALUE_DATETIME, STR(" not null"));
        add_column(&device, STR("peer"), VALUE_TEXT, STR(" not null"));
        add_column(&device, STR("agent"), VALUE_TEXT, STR(" not null"));
        sql_table_end(&device);
        TRY(db_ddl(db, &device));
        TRY(make_index(db, STR("create index \"session_device_user\" on \"session_device\" (\"user_id\")")));
        sql(&challenge, "create table \"session_challenge\" (");
        begin_hashed(&challenge);
        add_column(&challenge, STR("kind"), VALUE_TEXT, STR(" not null"));
        add_column(&challenge, STR("method"), VALUE_TEXT, STR(" not null"));
        add_column(&challenge, STR("second_done"), VALUE_BOOL, STR(" not null"));
        add_column(&challenge, STR("tries"), VALUE_INTEGER, STR(" not null"));
        sql_table_end(&challenge);
        TRY(db_ddl(db, &challenge));
        TRY(make_index(db, STR("create index \"session_challenge_at\" on \"session_challenge\" (\"created_at\")")));
        return make_index(db, STR("create index \"session_challenge_user\" on \"session_challenge\" (\"user_id\")"));
}

static Status make_access_token(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"access_token\" (\"id\"");
        sql_identity(&table);
        add_column(&table, STR("user_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("name"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("hash"), VALUE_BLOB, STR(" not null"));
        add_column(&table, STR("hint"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("scopes"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("created_at"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("expires_at"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("seen_at"), VALUE_DATETIME, STR(""));
        add_column(&table, STR("peer"), VALUE_TEXT, STR(""));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        TRY(make_index(db, STR("create unique index \"access_token_hash\" on \"access_token\" (\"hash\")")));
        return make_index(db, STR("create index \"access_token_user\" on \"access_token\" (\"user_id\")"));
}

// Sealed rows know their place in the chain, and what is asked of the log has an index in the order of time.
static Status extend_audit(Db *db) {
        Sql column = db_sql(db);
        sql(&column, "alter table \"audit\" add column \"seal\" ");
        sql_fixed(&column, sql_type(column.dialect, VALUE_INTEGER));
        TRY(db_ddl(db, &column));
        TRY(make_index(db, STR("drop index \"audit_at\"")));
        TRY(make_index(db, STR("drop index \"audit_user\"")));
        TRY(make_index(db, STR("drop index \"audit_kind\"")));
        TRY(make_index(db, STR("create index \"audit_at\" on \"audit\" (\"at\", \"id\")")));
        TRY(make_index(db, STR("create index \"audit_user\" on \"audit\" (\"user_id\", \"at\", \"id\")")));
        TRY(make_index(db, STR("create index \"audit_kind\" on \"audit\" (\"kind\", \"at\", \"id\")")));
        TRY(make_index(db, STR("create index \"audit_record\" on \"audit\" (\"object_id\", \"record_id\", \"at\", \"id\") where \"object_id\" is not null")));
        TRY(make_index(db, STR("create index \"audit_peer\" on \"audit\" (\"peer\", \"at\", \"id\")")));
        return make_index(db, STR("create index \"audit_open\" on \"audit\" (\"id\") where \"seal\" is null"));
}

static Status make_audit_seal(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"audit_seal\" (\"seq\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " primary key not null");
        add_column(&table, STR("id"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("salt"), VALUE_BLOB, STR(""));
        add_column(&table, STR("commitment"), VALUE_BLOB, STR(" not null"));
        add_column(&table, STR("chain"), VALUE_BLOB, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        return make_index(db, STR("create unique index \"audit_seal_id\" on \"audit_seal\" (\"id\")"));
}

// A file that turned up somewhere is looked for by its fingerprint.
static Status index_audit_files(Db *db) {
        return make_index(db, db_dialect(db) == DIALECT_POSTGRES ? STR("create index \"audit_sha256\" on \"audit\" (substr(\"detail\", strpos(\"detail\", '\"sha256\":\"') + 10, 64)) where \"kind\" in ('export.end', 'audit_export.end')")
                                                                 : STR("create index \"audit_sha256\" on \"audit\" (substr(\"detail\", instr(\"detail\", '\"sha256\":\"') + 10, 64)) where \"kind\" in ('export.end', 'audit_export.end')"));
}

// How much somebody read or took out, by hour and day.
static Status make_audit_use(Db *db) {
        Sql table = db_sql(db);
        sql(&table, "create table \"audit_use\" (\"user_id\" ");
        sql_fixed(&table, sql_type(table.dialect, VALUE_INTEGER));
        sql(&table, " not null");
        add_column(&table, STR("what"), VALUE_TEXT, STR(" not null"));
        add_column(&table, STR("since"), VALUE_DATETIME, STR(" not null"));
        add_column(&table, STR("amount"), VALUE_INTEGER, STR(" not null"));
        sql(&table, ", primary key (\"user_id\", \"what\", \"since\")");
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        return make_index(db, STR("create index \"audit_use_since\" on \"audit_use\" (\"since\")"));
}

const Migration access_migrations[] = {
        {.number = 201, .name = "setting", .run = make_setting},
        {.number = 202, .name = "access_epoch", .run = make_epoch},
        {.number = 203, .name = "session", .run = make_session},
        {.number = 204, .name = "credential", .run = make_credential},
        {.number = 205, .name = "attempt", .run = make_attempt},
        {.number = 206, .name = "preference", .run = make_preference},
        {.number = 207, .name = "demo mark", .run = mark_demo},
        {.number = 210, .name = "calendar_address", .run = make_calendar_address},
        {.number = 211, .name = "access_entry", .run = make_entry},
        {.number = 220, .name = "session method", .run = extend_session},
        {.number = 221, .name = "access_password", .run = make_access_password},
        {.number = 222, .name = "attempt hashed, session_place", .run = hash_attempts},
        {.number = 223, .name = "access_factor, access_recovery", .run = make_factor},
        {.number = 224, .name = "session_device, session_challenge", .run = make_device},
        {.number = 225, .name = "access_token", .run = make_access_token},
        {.number = 226, .name = "session viewing", .run = extend_session_viewing},
        {.number = 230, .name = "identity_provider", .run = make_identity_provider},
        {.number = 231, .name = "identity", .run = make_identity},
        {.number = 232, .name = "sign_in_flow", .run = make_sign_in_flow},
        {.number = 233, .name = "password_reset", .run = make_password_reset},
        {.number = 234, .name = "mail_queue", .run = make_mail_queue},
        {.number = 240, .name = "audit", .run = make_audit},
        {.number = 241, .name = "audit of a chain", .run = extend_audit},
        {.number = 242, .name = "audit_seal", .run = make_audit_seal},
        {.number = 243, .name = "audit_use", .run = make_audit_use},
        {.number = 244, .name = "audit by file", .run = index_audit_files},
};
const size_t access_migrations_count = sizeof access_migrations / sizeof *access_migrations;
