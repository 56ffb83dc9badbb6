// The engine's own tables of this layer: settings, the organisation's epoch, sign-in, what each person has set for himself.
#include "access/access.h"
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
        {.number = 240, .name = "audit", .run = make_audit},
        {.number = 241, .name = "audit of a chain", .run = extend_audit},
        {.number = 242, .name = "audit_seal", .run = make_audit_seal},
        {.number = 243, .name = "audit_use", .run = make_audit_use},
        {.number = 244, .name = "audit by file", .run = index_audit_files},
};
const size_t access_migrations_count = sizeof access_migrations / sizeof *access_migrations;
