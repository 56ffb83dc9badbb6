// The catalog's own tables, by number. A migration that was released is never changed; a new number is added below it.
#include "meta/meta.h"

static void add_column(Sql *table, Str name, ValueKind kind, Str more) {
        sql(table, ", ");
        sql_name(table, name);
        sql(table, " ");
        sql_fixed(table, sql_type(table->dialect, kind));
        sql_fixed(table, more);
}

static void begin_table(Sql *table, Str name) {
        sql(table, "create table ");
        sql_name(table, name);
        sql(table, " (\"id\" ");
        sql_fixed(table, sql_type(table->dialect, VALUE_INTEGER));
        sql(table, " primary key not null");
}

static void add_definition(Sql *table) {
        add_column(table, STR("name"), VALUE_TEXT, STR(" not null"));
        add_column(table, STR("definition"), VALUE_TEXT, STR(" not null"));
        add_column(table, STR("shipped"), VALUE_TEXT, STR_NONE);
        add_column(table, STR("retired"), VALUE_BOOL, STR(" not null"));
}

static Status make_object(Db *db) {
        Sql table = db_sql(db);
        begin_table(&table, STR("meta_object"));
        add_definition(&table);
        sql(&table, ", unique (\"name\")");
        sql_table_end(&table);
        return db_ddl(db, &table);
}

static Status make_field(Db *db) {
        Sql table = db_sql(db);
        begin_table(&table, STR("meta_field"));
        add_column(&table, STR("object_id"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("position"), VALUE_INTEGER, STR(" not null"));
        add_definition(&table);
        sql(&table, ", unique (\"object_id\", \"name\")");
        sql_table_end(&table);
        return db_ddl(db, &table);
}

static Status make_epoch(Db *db) {
        Sql table = db_sql(db), insert = db_sql(db);
        begin_table(&table, STR("meta_epoch"));
        add_column(&table, STR("epoch"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("next_object"), VALUE_INTEGER, STR(" not null"));
        add_column(&table, STR("next_field"), VALUE_INTEGER, STR(" not null"));
        sql_table_end(&table);
        TRY(db_ddl(db, &table));
        sql(&insert, "insert into meta_epoch (id, epoch, next_object, next_field) values (1, 0, ");
        sql_int(&insert, CUSTOM_OBJECT_ID);
        sql(&insert, ", ");
        sql_int(&insert, CUSTOM_FIELD_ID);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

const Migration meta_migrations[] = {
        {.number = 101, .name = "meta_object", .run = make_object},
        {.number = 102, .name = "meta_field", .run = make_field},
        {.number = 103, .name = "meta_epoch", .run = make_epoch},
};
const size_t meta_migrations_count = sizeof meta_migrations / sizeof *meta_migrations;
