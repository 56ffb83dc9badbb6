// Migrations: numbered steps that are run once, in order, each in a transaction of its own together with its row in schema_version. The store's own steps come first.
// A step is known by number and name, so that layers may number theirs independently.
#include "store/engine.h"


static Status find_applied(Db *db, const Migration *migration, bool *ret) {
        Sql query = db_sql(db);
        sql(&query, "select 1 from schema_version where number = ");
        sql_int(&query, migration->number);
        sql(&query, " and name = ");
        sql_str(&query, str_from(migration->name));
        return db_get_int(db, &query, NULL, ret);
}

static Status record_applied(Db *db, const Migration *migration) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into schema_version (number, name, applied_at) values (");
        sql_int(&insert, migration->number);
        sql(&insert, ", ");
        sql_str(&insert, str_from(migration->name));
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static Status run_step(Db *db, void *arg) {
        const Migration *migration = arg;
        TRY(db->store->engine->prepare_migrations(db));
        bool applied;
        TRY(find_applied(db, migration, &applied));
        if (applied)
                return STATUS_OK;
        TRY(migration->run(db));
        return record_applied(db, migration);
}

static Status run_set(Store *store, Context *context, const Migration *migrations, size_t count) {
        int last = 0;
        for (size_t i = 0; i < count; i++) {
                ensure(migrations[i].number > last);
                last = migrations[i].number;
                Migration copy = migrations[i];
                TRY(store_write(store, context, run_step, &copy));
        }
        return STATUS_OK;
}

Status store_migrate(Store *store, Context *context, const Migration *migrations, size_t count) {
        TRY(run_set(store, context, store->engine->migrations, store->engine->migrations_count));
        return run_set(store, context, migrations, count);
}
