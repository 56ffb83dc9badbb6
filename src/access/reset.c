// Forgotten passwords: asking, tokens, limits.
#include "access/reset.h"
#include "access/signin.h"
#include "access/token.h"
#include "base/unicode.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define KEPT_MS (24 * HOUR_MS)
#define LOGIN_MOST 3   // an hour for one login; more are passed over in silence
#define PEER_MOST 30   // an hour from one address
#define TEXT_KEPT 200

static Str kept(Db *db, Str text) {
        Str normal = utf8_valid(text) && str_find_char(text, '\0') < 0 ? login_normal(db_arena(db), text) : STR("");
        return normal.len > TEXT_KEPT ? STR("") : normal;
}

static Status count_hour(Db *db, Str column, Str text, int64_t *ret) {
        Sql select = db_sql(db);
        sql(&select, "select count(*) from \"password_reset\" where ");
        sql_name(&select, column);
        sql(&select, " = ");
        sql_str(&select, text);
        sql(&select, " and \"requested_at\" > ");
        sql_value(&select, value_datetime(db_context(db)->now_ms - HOUR_MS));
        return db_get_int(db, &select, ret, NULL);
}

static Status forget(Db *db) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"password_reset\" where \"requested_at\" < ");
        sql_value(&delete, value_datetime(db_context(db)->now_ms - KEPT_MS));
        return db_exec(db, &delete, NULL);
}

Status reset_ask(Db *db, Str login, Str peer) {
        Context *context = db_context(db);
        int64_t by_login = 0, by_peer = 0;
        Str name = kept(db, login);
        TRY(forget(db));
        TRY(count_hour(db, STR("login"), name, &by_login));
        TRY(count_hour(db, STR("peer"), peer, &by_peer));
        if (by_peer >= PEER_MOST) {
                Status status = error_set(context, STATUS_LIMITED, "too_often");
                context->error.retry_after_s = (int)(HOUR_MS / 1000);
                return status;
        }
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"password_reset\" (\"login\", \"peer\", \"requested_at\", \"done\") values (");
        sql_str(&insert, name);
        sql(&insert, ", ");
        sql_str(&insert, peer);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(context->now_ms));
        sql(&insert, ", ");
        sql_value(&insert, value_bool(by_login >= LOGIN_MOST || str_empty(name)));
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

Status reset_next(Db *db, ResetAsked *ret, bool *ret_found) {
        Sql select = db_sql(db);
        if (db_dialect(db) == DIALECT_POSTGRES)
                sql(&select, "select \"id\", \"login\" from \"password_reset\" where not \"done\" and \"hash\" is null order by \"id\" limit 1");
        else
                sql(&select, "select \"id\", \"login\" from \"password_reset\" where \"done\" = 0 and \"hash\" is null order by \"id\" limit 1");
        sql_lock(&select, true);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, ret_found));
        if (*ret_found)
                *ret = (ResetAsked){.id = rows_int(rows, 0), .login = rows_value(rows, 1, VALUE_TEXT).text};
        return STATUS_OK;
}

Status reset_issue(Db *db, int64_t id, int64_t user, Str *ret_token) {
        Sql update = db_sql(db);
        *ret_token = token_new(db_arena(db));
        sql(&update, "update \"password_reset\" set \"user_id\" = ");
        sql_int(&update, user);
        sql(&update, ", \"hash\" = ");
        sql_value(&update, token_hash(db_arena(db), *ret_token));
        sql(&update, ", \"expires_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms + RESET_MS));
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        return db_exec(db, &update, NULL);
}

Status reset_refuse(Db *db, int64_t id) {
        Sql update = db_sql(db);
        sql(&update, "update \"password_reset\" set \"done\" = ");
        sql_value(&update, value_bool(true));
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        return db_exec(db, &update, NULL);
}

static void where_open(Db *db, Sql *statement, Str token) {
        sql(statement, " where \"hash\" = ");
        sql_value(statement, token_hash(db_arena(db), token));
        sql(statement, " and \"done\" = ");
        sql_value(statement, value_bool(false));
        sql(statement, " and \"expires_at\" > ");
        sql_value(statement, value_datetime(db_context(db)->now_ms));
}

Status reset_find(Db *db, Str token, Known *ret, bool *ret_found) {
        Sql select = db_sql(db);
        int64_t user = 0;
        *ret_found = false;
        if (token.len != TOKEN_TEXT)
                return STATUS_OK;
        sql(&select, "select \"user_id\" from \"password_reset\"");
        where_open(db, &select, token);
        TRY(db_get_int(db, &select, &user, ret_found));
        if (*ret_found)
                TRY(known_by_id(db, user, ret, ret_found));
        *ret_found = *ret_found && ret->active;
        return STATUS_OK;
}

Status reset_use(Db *db, Str token, bool *ret_used) {
        Sql update = db_sql(db), others = db_sql(db);
        *ret_used = false;
        if (token.len != TOKEN_TEXT)
                return STATUS_OK;
        sql(&update, "update \"password_reset\" set \"done\" = ");
        sql_value(&update, value_bool(true));
        where_open(db, &update, token);
        sql(&update, " returning \"user_id\"");
        int64_t user = 0;
        TRY(db_get_int(db, &update, &user, ret_used));
        if (!*ret_used)
                return STATUS_OK;
        sql(&others, "update \"password_reset\" set \"done\" = ");
        sql_value(&others, value_bool(true));
        sql(&others, " where \"user_id\" = ");
        sql_int(&others, user);
        return db_exec(db, &others, NULL);
}
