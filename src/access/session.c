// Sessions: who is signed in, since when and where. A token is known to its bearer only.
#include "access/signin.h"
#include "access/rows.h"
#include "base/unicode.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define ASKED_AT_ONCE 100
#define TEXT_KEPT 200 // bytes of addresses and browsers' names

Str text_kept(Arena *arena, Str text) {
        if (!utf8_valid(text) || str_find_char(text, '\0') >= 0)
                return STR("");
        size_t end = text.len < TEXT_KEPT ? text.len : TEXT_KEPT;
        while (end < text.len && end > 0 && ((unsigned char)text.data[end] & 0xC0) == 0x80)
                end--;
        return str_copy(arena, str_slice(text, 0, end));
}

static Value hash_of(Db *db, Str token) {
        return token_hash(db_arena(db), token);
}

static Status forget_old(Db *db) {
        Sql forget = db_sql(db);
        sql(&forget, "delete from \"session\" where \"seen_at\" < ");
        sql_value(&forget, value_datetime(db_context(db)->now_ms - SESSION_IDLE_MOST * MINUTE_MS));
        return db_exec(db, &forget, NULL);
}

Status session_create(Db *db, const SessionStart *start, Str *ret_token) {
        TRY(forget_old(db));
        Value now = value_datetime(db_context(db)->now_ms);
        Sql insert = db_sql(db);
        *ret_token = token_new(db_arena(db));
        sql(&insert, "insert into \"session\" (\"hash\", \"user_id\", \"created_at\", \"seen_at\", \"peer\", \"agent\", \"method\")");
        sql_values(&insert, (Value[]){hash_of(db, *ret_token), value_int(start->user), now, now, value_text(text_kept(db_arena(db), start->peer)),
                                      value_text(text_kept(db_arena(db), start->agent)), value_text(str_from(start->method))}, 7);
        return db_exec(db, &insert, NULL);
}

static void where_alive(Db *db, Sql *statement, const OrgSettings *settings) {
        int64_t now = db_context(db)->now_ms;
        sql(statement, " and \"seen_at\" >= ");
        sql_value(statement, value_datetime(now - settings->session_idle_min * MINUTE_MS));
        sql(statement, " and \"created_at\" >= ");
        sql_value(statement, value_datetime(now - settings->session_most_h * HOUR_MS));
}

Status session_find(Db *db, const OrgSettings *settings, Str token, int64_t *ret_user, int64_t *ret_viewing, bool *ret_seen_old) {
        if (token.len != TOKEN_TEXT)
                return error_set(db_context(db), STATUS_UNAUTHENTICATED, "unauthenticated");
        Sql select = db_sql(db);
        sql(&select, "select \"user_id\", \"seen_at\", \"viewing_id\" from \"session\" where \"hash\" = ");
        sql_value(&select, hash_of(db, token));
        where_alive(db, &select, settings);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return error_set(db_context(db), STATUS_UNAUTHENTICATED, "unauthenticated");
        *ret_user = rows_int(rows, 0);
        *ret_viewing = rows_int(rows, 2);
        Value seen = rows_value(rows, 1, VALUE_DATETIME);
        *ret_seen_old = seen.kind == VALUE_DATETIME && db_context(db)->now_ms - seen.ms > MINUTE_MS;
        return STATUS_OK;
}

// Always as many parameters, so that there is one statement to be prepared: the last session fills up.
static Status find_some(Db *db, const OrgSettings *settings, SessionAsked *asked, size_t count) {
        Value hashes[ASKED_AT_ONCE];
        Sql select = db_sql(db);
        sql(&select, "select \"hash\", \"user_id\", \"viewing_id\" from \"session\" where \"hash\" in (");
        for (size_t i = 0; i < ASKED_AT_ONCE; i++) {
                hashes[i] = i < count ? hash_of(db, asked[i].token) : hashes[count - 1];
                if (i)
                        sql(&select, ", ");
                sql_value(&select, hashes[i]);
        }
        sql(&select, ")");
        where_alive(db, &select, settings);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Value hash = rows_value(rows, 0, VALUE_BLOB);
                for (size_t i = 0; i < count; i++)
                        if (asked[i].token.len == TOKEN_TEXT && value_eq(hash, hashes[i]))
                                asked[i] = (SessionAsked){.token = asked[i].token, .alive = true, .user = rows_int(rows, 1), .viewing = rows_int(rows, 2)};
        }
}

Status sessions_find(Db *db, const OrgSettings *settings, SessionAsked *asked, size_t count) {
        for (size_t i = 0; i < count; i++)
                asked[i].alive = false;
        for (size_t i = 0; i < count; i += ASKED_AT_ONCE)
                TRY(find_some(db, settings, asked + i, count - i < ASKED_AT_ONCE ? count - i : ASKED_AT_ONCE));
        return STATUS_OK;
}

Status session_seen(Db *db, Str token, Str peer) {
        Sql update = db_sql(db);
        sql(&update, "update \"session\" set \"seen_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, ", \"peer\" = ");
        sql_str(&update, text_kept(db_arena(db), peer));
        sql(&update, " where \"hash\" = ");
        sql_value(&update, hash_of(db, token));
        return db_exec(db, &update, NULL);
}

Status session_rotate(Db *db, Str token, Str *ret_token) {
        Sql update = db_sql(db);
        *ret_token = token_new(db_arena(db));
        sql(&update, "update \"session\" set \"hash\" = ");
        sql_value(&update, hash_of(db, *ret_token));
        sql(&update, " where \"hash\" = ");
        sql_value(&update, hash_of(db, token));
        int64_t changed = 0;
        TRY(db_exec(db, &update, &changed));
        return changed ? STATUS_OK : error_set(db_context(db), STATUS_UNAUTHENTICATED, "unauthenticated");
}

Status session_delete(Db *db, Str token) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"session\" where \"hash\" = ");
        sql_value(&delete, hash_of(db, token));
        return db_exec(db, &delete, NULL);
}

Status session_delete_user(Db *db, int64_t user) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"session\" where \"user_id\" = ");
        sql_int(&delete, user);
        return db_exec(db, &delete, NULL);
}

Status session_delete_others(Db *db, int64_t user, Str token) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"session\" where \"user_id\" = ");
        sql_int(&delete, user);
        sql(&delete, " and \"hash\" <> ");
        sql_value(&delete, hash_of(db, token));
        return db_exec(db, &delete, NULL);
}

Status session_delete_named(Db *db, int64_t user, Str name, bool *ret_found) {
        return rows_delete_named(db, STR("session"), user, name, ret_found);
}

// The rows of one person are few: they are gone through for the one whose hash begins so.
Status rows_delete_named(Db *db, Str table, int64_t user, Str name, bool *ret_found) {
        Sql select = db_sql(db), delete = db_sql(db);
        Value hash = VALUE_NONE;
        sql(&select, "select \"hash\" from ");
        sql_name(&select, table);
        sql(&select, " where \"user_id\" = ");
        sql_int(&select, user);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(db, &select, &rows));
                for (bool found; value_is_null(hash);) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        Value one = rows_value(rows, 0, VALUE_BLOB);
                        if (str_eq(token_name(db_arena(db), one.text), name))
                                hash = one;
                }
        }
        *ret_found = !value_is_null(hash);
        if (!*ret_found)
                return STATUS_OK;
        sql(&delete, "delete from ");
        sql_name(&delete, table);
        sql(&delete, " where \"hash\" = ");
        sql_value(&delete, hash);
        return db_exec(db, &delete, NULL);
}

static const char *place_name(Str peer) {
        static const char *const names[] = {[NETWORK_LOOPBACK] = "here", [NETWORK_PRIVATE] = "inside", [NETWORK_PUBLIC] = "outside"};
        return names[network_kind(peer)];
}

void write_place(Rows *rows, int peer, int agent, JsonWriter *w) {
        Str address = rows_text(rows, peer);
        const char *place = place_name(address);
        json_put_str(w, "address", address);
        json_key(w, STR("place"));
        if (place)
                json_add_str(w, str_from(place));
        else
                json_add_null(w);
        json_put_str(w, "agent", rows_text(rows, agent));
}

static void write_session(Rows *rows, Arena *arena, Str current, JsonWriter *w) {
        Str hash = rows_value(rows, 0, VALUE_BLOB).text;
        json_open_object(w);
        json_put_str(w, "id", token_name(arena, hash));
        json_key(w, STR("created_at"));
        json_add_datetime(w, rows_value(rows, 1, VALUE_DATETIME).ms);
        json_key(w, STR("seen_at"));
        json_add_datetime(w, rows_value(rows, 2, VALUE_DATETIME).ms);
        write_place(rows, 3, 4, w);
        json_put_str(w, "method", rows_text(rows, 5));
        json_put_bool(w, "current", str_eq(hash, current));
        json_close_object(w);
}

Status session_list(Db *db, const OrgSettings *settings, int64_t user, Str token, JsonWriter *w) {
        Str current = token.len ? hash_of(db, token).text : STR_NONE;
        Sql select = db_sql(db);
        sql(&select, "select \"hash\", \"created_at\", \"seen_at\", \"peer\", \"agent\", \"method\" from \"session\" where \"user_id\" = ");
        sql_int(&select, user);
        where_alive(db, &select, settings);
        sql(&select, " order by \"seen_at\" desc, \"created_at\" desc limit 500");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        json_open_array(w);
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                write_session(rows, db_arena(db), current, w);
        }
        json_close_array(w);
        return STATUS_OK;
}

Status rows_delete_user(Db *db, Str table, int64_t user) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from ");
        sql_name(&delete, table);
        sql(&delete, " where \"user_id\" = ");
        sql_int(&delete, user);
        return db_exec(db, &delete, NULL);
}

Status signin_forget(Db *db, int64_t user) {
        static const char *const tables[] = {"session", "session_device", "session_challenge", "access_token"};
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                TRY(rows_delete_user(db, str_from(tables[i]), user));
        return STATUS_OK;
}
