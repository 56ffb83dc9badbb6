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
        {.number = 240, .name = "audit", .run = make_audit},
};
const size_t access_migrations_count = sizeof access_migrations / sizeof *access_migrations;
