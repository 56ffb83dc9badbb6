// What each person has set for himself: one JSON object, of which only he and his browser know the meaning. And what is left of a person who goes for good.
#include "access/preferences.h"
#include "access/access.h"

Status preferences_get(Db *db, int64_t user, Str *ret_json) {
        Sql select = db_sql(db);
        sql(&select, "select \"value\" from \"preference\" where \"user_id\" = ");
        sql_int(&select, user);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret_json = found ? str_copy(db_arena(db), rows_text(rows, 0)) : STR("{}");
        return STATUS_OK;
}

Status preferences_set(Db *db, int64_t user, Str json) {
        Sql upsert = db_sql(db);
        sql(&upsert, "insert into \"preference\" (\"user_id\", \"value\") values (");
        sql_int(&upsert, user);
        sql(&upsert, ", ");
        sql_str(&upsert, json);
        sql(&upsert, ") on conflict (\"user_id\") do update set \"value\" = excluded.\"value\"");
        return db_exec(db, &upsert, NULL);
}

static Status forget(Db *db, Sql *statement, int64_t user) {
        sql(statement, " where \"user_id\" = ");
        sql_int(statement, user);
        return db_exec(db, statement, NULL);
}

Status person_forget(Db *db, int64_t user) {
        Sql session = db_sql(db), credential = db_sql(db), preference = db_sql(db);
        TRY(calendar_address_delete(db, user));
        sql(&session, "delete from \"session\"");
        sql(&credential, "delete from \"credential\"");
        sql(&preference, "delete from \"preference\"");
        TRY(forget(db, &session, user));
        TRY(forget(db, &credential, user));
        return forget(db, &preference, user);
}
