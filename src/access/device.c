// Devices that need no second factor for a month, and sign-ins between two steps. Both are rows found by the hash of a token.
#include "access/rows.h"
#include "access/signin.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define DEVICE_MS (DEVICE_DAYS * 24 * 60 * MINUTE_MS)
#define STEP_MS (5 * MINUTE_MS)
#define ENROL_MS (15 * MINUTE_MS) // somebody has to find an app first
#define TRIES 5

static Status forget_before(Db *db, Str table, int64_t age_ms) {
        Sql forget = db_sql(db);
        sql(&forget, "delete from ");
        sql_name(&forget, table);
        sql(&forget, " where \"created_at\" < ");
        sql_value(&forget, value_datetime(db_context(db)->now_ms - age_ms));
        return db_exec(db, &forget, NULL);
}

Status device_remember(Db *db, int64_t user, Str peer, Str agent, Str *ret_token) {
        TRY(forget_before(db, STR("session_device"), DEVICE_MS));
        Value now = value_datetime(db_context(db)->now_ms);
        Sql insert = db_sql(db);
        *ret_token = token_new(db_arena(db));
        sql(&insert, "insert into \"session_device\" (\"hash\", \"user_id\", \"created_at\", \"seen_at\", \"peer\", \"agent\")");
        sql_values(&insert, (Value[]){token_hash(db_arena(db), *ret_token), value_int(user), now, now, value_text(text_kept(db_arena(db), peer)), value_text(text_kept(db_arena(db), agent))}, 6);
        return db_exec(db, &insert, NULL);
}

Status device_known(Db *db, int64_t user, Str token, bool *ret) {
        *ret = false;
        if (token.len != TOKEN_TEXT)
                return STATUS_OK;
        Sql select = db_sql(db);
        sql(&select, "select 1 from \"session_device\" where \"hash\" = ");
        sql_value(&select, token_hash(db_arena(db), token));
        sql(&select, " and \"user_id\" = ");
        sql_int(&select, user);
        sql(&select, " and \"created_at\" >= ");
        sql_value(&select, value_datetime(db_context(db)->now_ms - DEVICE_MS));
        return db_get_int(db, &select, NULL, ret);
}

Status device_seen(Db *db, Str token, Str peer) {
        Sql update = db_sql(db);
        sql(&update, "update \"session_device\" set \"seen_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, ", \"peer\" = ");
        sql_str(&update, text_kept(db_arena(db), peer));
        sql(&update, " where \"hash\" = ");
        sql_value(&update, token_hash(db_arena(db), token));
        return db_exec(db, &update, NULL);
}

static void write_device(Rows *rows, Arena *arena, Str current, JsonWriter *w) {
        Str hash = rows_value(rows, 0, VALUE_BLOB).text;
        int64_t created_ms = rows_value(rows, 1, VALUE_DATETIME).ms;
        json_open_object(w);
        json_put_str(w, "id", token_name(arena, hash));
        json_key(w, STR("created_at"));
        json_add_datetime(w, created_ms);
        json_key(w, STR("expires_at"));
        json_add_datetime(w, created_ms + DEVICE_MS);
        json_key(w, STR("seen_at"));
        json_add_datetime(w, rows_value(rows, 2, VALUE_DATETIME).ms);
        write_place(rows, 3, 4, w);
        json_put_bool(w, "current", str_eq(hash, current));
        json_close_object(w);
}

Status device_list(Db *db, int64_t user, Str token, JsonWriter *w) {
        Str current = token.len ? token_hash(db_arena(db), token).text : STR_NONE;
        Sql select = db_sql(db);
        sql(&select, "select \"hash\", \"created_at\", \"seen_at\", \"peer\", \"agent\" from \"session_device\" where \"user_id\" = ");
        sql_int(&select, user);
        sql(&select, " and \"created_at\" >= ");
        sql_value(&select, value_datetime(db_context(db)->now_ms - DEVICE_MS));
        sql(&select, " order by \"seen_at\" desc limit 500");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        json_open_array(w);
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                write_device(rows, db_arena(db), current, w);
        }
        json_close_array(w);
        return STATUS_OK;
}

Status device_forget(Db *db, int64_t user, Str name, bool *ret_found) {
        if (!str_empty(name))
                return rows_delete_named(db, STR("session_device"), user, name, ret_found);
        *ret_found = true;
        return rows_delete_user(db, STR("session_device"), user);
}

// ---- Between two steps

Status challenge_create(Db *db, const Challenge *challenge, Str *ret_token) {
        TRY(forget_before(db, STR("session_challenge"), ENROL_MS));
        Sql insert = db_sql(db);
        *ret_token = token_new(db_arena(db));
        sql(&insert, "insert into \"session_challenge\" (\"hash\", \"user_id\", \"created_at\", \"kind\", \"method\", \"second_done\", \"tries\")");
        sql_values(&insert, (Value[]){token_hash(db_arena(db), *ret_token), value_int(challenge->user), value_datetime(db_context(db)->now_ms), value_text(challenge->kind),
                                      value_text(challenge->method), value_bool(challenge->second_done), value_int(0)}, 7);
        return db_exec(db, &insert, NULL);
}

static Status ended(Db *db) {
        return error_set(db_context(db), STATUS_UNAUTHENTICATED, "challenge_ended");
}

Status challenge_find(Db *db, Str token, Challenge *ret) {
        if (token.len != TOKEN_TEXT)
                return ended(db);
        Sql select = db_sql(db);
        sql(&select, "select \"user_id\", \"kind\", \"method\", \"second_done\", \"tries\", \"created_at\" from \"session_challenge\" where \"hash\" = ");
        sql_value(&select, token_hash(db_arena(db), token));
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return ended(db);
        Value done = rows_value(rows, 3, VALUE_BOOL);
        *ret = (Challenge){.user = rows_int(rows, 0), .second_done = done.kind == VALUE_BOOL && done.boolean, .tries = (int)rows_int(rows, 4)};
        ret->kind = str_copy(db_arena(db), rows_text(rows, 1));
        ret->method = str_copy(db_arena(db), rows_text(rows, 2));
        int64_t age_ms = db_context(db)->now_ms - rows_value(rows, 5, VALUE_DATETIME).ms;
        bool good = age_ms <= (str_is(ret->kind, "totp") ? STEP_MS : ENROL_MS) && ret->tries < TRIES;
        return good ? STATUS_OK : ended(db);
}

Status challenge_tried(Db *db, Str token) {
        Sql update = db_sql(db);
        sql(&update, "update \"session_challenge\" set \"tries\" = \"tries\" + 1 where \"hash\" = ");
        sql_value(&update, token_hash(db_arena(db), token));
        return db_exec(db, &update, NULL);
}

Status challenge_end(Db *db, Str token) {
        Sql delete = db_sql(db);
        int64_t changed = 0;
        sql(&delete, "delete from \"session_challenge\" where \"hash\" = ");
        sql_value(&delete, token_hash(db_arena(db), token));
        TRY(db_exec(db, &delete, &changed));
        return changed ? STATUS_OK : ended(db);
}
