// API tokens: making, finding, listing and ending them. The table keeps hashes, and of each token its beginning, by which its owner knows it.
#include "access/api_token.h"
#include "access/rows.h"
#include "access/signin.h"

#define PREFIX_LENGTH (sizeof API_TOKEN_PREFIX - 1)
#define HINT_LENGTH (PREFIX_LENGTH + 4)
#define MINUTE_MS ((int64_t)60 * 1000)

Status api_token_create(Db *db, const ApiTokenNew *made, int64_t *ret_id, Str *ret_token) {
        Arena *arena = db_arena(db);
        Sql count = db_sql(db), insert = db_sql(db);
        int64_t have = 0;
        sql(&count, "select count(*) from \"access_token\" where \"user_id\" = ");
        sql_int(&count, made->user);
        TRY(db_get_int(db, &count, &have, NULL));
        if (have >= API_TOKENS_MOST)
                return error_set(db_context(db), STATUS_CONFLICT, "tokens_many", str_format(arena, "%d", API_TOKENS_MOST));
        *ret_token = str_format(arena, API_TOKEN_PREFIX STR_FMT, STR_ARG(token_new(arena)));
        sql(&insert, "insert into \"access_token\" (\"user_id\", \"name\", \"hash\", \"hint\", \"scopes\", \"created_at\", \"expires_at\")");
        sql_values(&insert, (Value[]){value_int(made->user), value_text(made->name), token_hash(arena, *ret_token), value_text(str_slice(*ret_token, 0, HINT_LENGTH)), value_text(made->scopes),
                                      value_datetime(db_context(db)->now_ms), value_datetime(made->expires_ms)}, 7);
        sql_returning_id(&insert);
        return db_insert(db, &insert, ret_id);
}

static bool is_api_token(Str token) {
        return str_starts(token, STR(API_TOKEN_PREFIX)) && token.len == PREFIX_LENGTH + TOKEN_TEXT;
}

static Status find(Db *db, Str token, Bearer *ret) {
        Context *context = db_context(db);
        Sql select = db_sql(db);
        sql(&select, "select \"id\", \"user_id\", \"scopes\", \"seen_at\" from \"access_token\" where \"hash\" = ");
        sql_value(&select, token_hash(db_arena(db), token));
        sql(&select, " and \"expires_at\" > ");
        sql_value(&select, value_datetime(context->now_ms));
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return error_set(context, STATUS_UNAUTHENTICATED, "unauthenticated");
        Value seen = rows_value(rows, 3, VALUE_DATETIME);
        *ret = (Bearer){.api_token = rows_int(rows, 0), .user = rows_int(rows, 1), .scopes = str_copy(db_arena(db), rows_text(rows, 2))};
        ret->seen_old = seen.kind != VALUE_DATETIME || context->now_ms - seen.ms > MINUTE_MS;
        return STATUS_OK;
}

Status bearer_find(Db *db, const OrgSettings *settings, Str token, Bearer *ret) {
        *ret = (Bearer){0};
        return is_api_token(token) ? find(db, token, ret) : session_find(db, settings, token, &ret->user, &ret->viewing, &ret->seen_old);
}

Status bearer_seen(Db *db, Str token, Str peer) {
        if (!is_api_token(token))
                return session_seen(db, token, peer);
        Sql update = db_sql(db);
        sql(&update, "update \"access_token\" set \"seen_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, ", \"peer\" = ");
        sql_str(&update, text_kept(db_arena(db), peer));
        sql(&update, " where \"hash\" = ");
        sql_value(&update, token_hash(db_arena(db), token));
        return db_exec(db, &update, NULL);
}

static void put_moment(JsonWriter *w, const char *key, Value at) {
        json_key(w, str_from(key));
        if (at.kind == VALUE_DATETIME)
                json_add_datetime(w, at.ms);
        else
                json_add_null(w);
}

static void write_token(Rows *rows, const Access *access, int64_t now_ms, JsonWriter *w) {
        Value expires = rows_value(rows, 6, VALUE_DATETIME);
        json_open_object(w);
        json_put_int(w, "id", rows_int(rows, 0));
        json_put_str(w, "name", rows_text(rows, 2));
        user_put(w, "user", access, rows_int(rows, 1));
        json_put_str(w, "hint", rows_text(rows, 3));
        json_key(w, STR("scopes"));
        json_add_raw(w, rows_text(rows, 4));
        put_moment(w, "created_at", rows_value(rows, 5, VALUE_DATETIME));
        put_moment(w, "expires_at", expires);
        put_moment(w, "seen_at", rows_value(rows, 7, VALUE_DATETIME));
        write_place(rows, 8, 9, w);
        json_put_bool(w, "expired", expires.ms <= now_ms);
        json_close_object(w);
}

Status api_token_list(Db *db, const Access *access, int64_t user, JsonWriter *w) {
        Sql select = db_sql(db);
        sql(&select, "select \"id\", \"user_id\", \"name\", \"hint\", \"scopes\", \"created_at\", \"expires_at\", \"seen_at\", \"peer\", '' from \"access_token\"");
        if (user) {
                sql(&select, " where \"user_id\" = ");
                sql_int(&select, user);
        }
        sql(&select, " order by \"id\" desc limit 5000");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        json_open_array(w);
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                write_token(rows, access, db_context(db)->now_ms, w);
        }
        json_close_array(w);
        return STATUS_OK;
}

Status api_token_delete(Db *db, int64_t user, int64_t id, bool *ret_found) {
        Sql delete = db_sql(db);
        int64_t changed = 0;
        sql(&delete, "delete from \"access_token\" where \"id\" = ");
        sql_int(&delete, id);
        sql(&delete, " and \"user_id\" = ");
        sql_int(&delete, user);
        TRY(db_exec(db, &delete, &changed));
        *ret_found = changed > 0;
        return STATUS_OK;
}
