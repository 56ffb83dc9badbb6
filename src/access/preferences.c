// What each person has set for himself: one JSON object, of which only he and his browser know the meaning. And what is left of a person who goes for good.
#include "access/preferences.h"
#include "access/rows.h"
#include "access/signin.h"

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

Status person_forget(Db *db, int64_t user) {
        static const char *const tables[] = {"credential", "preference", "access_password", "access_factor", "access_recovery", "session_place"};
        TRY(calendar_address_delete(db, user));
        TRY(signin_forget(db, user));
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                TRY(rows_delete_user(db, str_from(tables[i]), user));
        return STATUS_OK;
}
