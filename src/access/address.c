// Private addresses of calendars. As with sessions the table holds a hash only: a copy of the database opens nobody's calendar.
#include "access/access.h"
#include "access/token.h"

Status calendar_address_create(Db *db, int64_t user, Str *ret_token) {
        *ret_token = token_new(db_arena(db));
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"calendar_address\" (\"user_id\", \"hash\", \"created_at\") values (");
        sql_int(&insert, user);
        sql(&insert, ", ");
        sql_value(&insert, token_hash(db_arena(db), *ret_token));
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ") on conflict (\"user_id\") do update set \"hash\" = excluded.\"hash\", \"created_at\" = excluded.\"created_at\"");
        return db_exec(db, &insert, NULL);
}

Status calendar_address_find(Db *db, Str token, int64_t *ret_user, bool *ret_found) {
        *ret_found = false;
        if (token.len != TOKEN_TEXT)
                return STATUS_OK;
        Sql select = db_sql(db);
        sql(&select, "select \"user_id\" from \"calendar_address\" where \"hash\" = ");
        sql_value(&select, token_hash(db_arena(db), token));
        return db_get_int(db, &select, ret_user, ret_found);
}

Status calendar_address_made(Db *db, int64_t user, Value *ret_at) {
        Sql select = db_sql(db);
        sql(&select, "select \"created_at\" from \"calendar_address\" where \"user_id\" = ");
        sql_int(&select, user);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret_at = found ? rows_value(rows, 0, VALUE_DATETIME) : VALUE_NONE;
        return STATUS_OK;
}

Status calendar_address_delete(Db *db, int64_t user) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"calendar_address\" where \"user_id\" = ");
        sql_int(&delete, user);
        return db_exec(db, &delete, NULL);
}
