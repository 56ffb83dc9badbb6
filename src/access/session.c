// Sessions and failed attempts to sign in. A token is known to its bearer only: the table holds its BLAKE2b hash, so that a copy of the database opens nothing.
#include "access/access.h"
#include "base/unicode.h"
#include "os/os.h"
#include <sodium.h>

#define TOKEN_BYTES 32
#define TOKEN_TEXT 43 // base64url of those, without padding
#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS ((int64_t)24 * 60 * MINUTE_MS)
#define SESSION_MS (SESSION_DAYS * DAY_MS)
#define ATTEMPTS 10
#define ATTEMPT_MS (15 * MINUTE_MS)
#define TEXT_KEPT 200 // bytes of logins, addresses and browsers' names

static Str kept(Str text) {
        if (text.len <= TEXT_KEPT)
                return text;
        size_t end = TEXT_KEPT;
        while (end > 0 && ((unsigned char)text.data[end] & 0xC0) == 0x80)
                end--;
        return str_slice(text, 0, end);
}

static Str printable(Arena *arena, Str text) {
        return utf8_valid(text) && str_find_char(text, '\0') < 0 ? str_copy(arena, kept(text)) : STR("");
}

static Str token_hash(Arena *arena, Str token) {
        unsigned char hash[crypto_generichash_BYTES];
        ensure(sodium_init() >= 0);
        crypto_generichash(hash, sizeof hash, (const unsigned char *)(token.data ? token.data : ""), token.len, NULL, 0);
        return (Str){arena_copy(arena, hash, sizeof hash), sizeof hash};
}

static void add_oldest(Db *db, Sql *statement, int64_t age_ms) {
        sql_value(statement, value_datetime(db_context(db)->now_ms - age_ms));
}

static Status forget_old_sessions(Db *db) {
        Sql forget = db_sql(db);
        sql(&forget, "delete from \"session\" where \"seen_at\" < ");
        add_oldest(db, &forget, SESSION_MS);
        return db_exec(db, &forget, NULL);
}

Status session_create(Db *db, int64_t user, Str peer, Str agent, Str *ret_token) {
        TRY(forget_old_sessions(db));
        unsigned char random[TOKEN_BYTES];
        char token[TOKEN_TEXT + 1];
        os_random(random, sizeof random);
        sodium_bin2base64(token, sizeof token, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        int64_t now = db_context(db)->now_ms;
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"session\" (\"hash\", \"user_id\", \"created_at\", \"seen_at\", \"peer\", \"agent\") values (");
        sql_value(&insert, value_blob(token_hash(db_arena(db), str_from(token))));
        sql(&insert, ", ");
        sql_int(&insert, user);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(now));
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(now));
        sql(&insert, ", ");
        sql_str(&insert, printable(db_arena(db), peer));
        sql(&insert, ", ");
        sql_str(&insert, printable(db_arena(db), agent));
        sql(&insert, ")");
        TRY(db_exec(db, &insert, NULL));
        *ret_token = str_copy(db_arena(db), str_from(token));
        return STATUS_OK;
}

Status session_find(Db *db, Str token, int64_t *ret_user, bool *ret_seen_old) {
        if (token.len != TOKEN_TEXT)
                return error_set(db_context(db), STATUS_UNAUTHENTICATED, "unauthenticated");
        Sql select = db_sql(db);
        sql(&select, "select \"user_id\", \"seen_at\" from \"session\" where \"hash\" = ");
        sql_value(&select, value_blob(token_hash(db_arena(db), token)));
        sql(&select, " and \"seen_at\" >= ");
        add_oldest(db, &select, SESSION_MS);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return error_set(db_context(db), STATUS_UNAUTHENTICATED, "unauthenticated");
        *ret_user = rows_int(rows, 0);
        Value seen = rows_value(rows, 1, VALUE_DATETIME);
        *ret_seen_old = seen.kind == VALUE_DATETIME && db_context(db)->now_ms - seen.ms > MINUTE_MS;
        return STATUS_OK;
}

Status session_seen(Db *db, Str token) {
        Sql update = db_sql(db);
        sql(&update, "update \"session\" set \"seen_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, " where \"hash\" = ");
        sql_value(&update, value_blob(token_hash(db_arena(db), token)));
        return db_exec(db, &update, NULL);
}

Status session_delete(Db *db, Str token) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"session\" where \"hash\" = ");
        sql_value(&delete, value_blob(token_hash(db_arena(db), token)));
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
        sql_value(&delete, value_blob(token_hash(db_arena(db), token)));
        return db_exec(db, &delete, NULL);
}

static void add_login(Db *db, Sql *statement, Str login) {
        Str known = utf8_valid(login) ? login_normal(db_arena(db), login) : STR("");
        sql_str(statement, printable(db_arena(db), known));
}

static void attempt_where(Db *db, Sql *statement, Str login, Str peer) {
        sql(statement, " where \"login\" = ");
        add_login(db, statement, login);
        sql(statement, " and \"peer\" = ");
        sql_str(statement, printable(db_arena(db), peer));
}

// The tenth newest failure decides: when it is too old to count, there are fewer than ten.
Status attempt_check(Db *db, Str login, Str peer) {
        Sql select = db_sql(db);
        sql(&select, "select \"at\" from \"attempt\"");
        attempt_where(db, &select, login, peer);
        sql(&select, " and \"at\" > ");
        add_oldest(db, &select, ATTEMPT_MS);
        sql(&select, " order by \"at\" desc limit 1 offset ");
        sql_int(&select, ATTEMPTS - 1);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return STATUS_OK;
        Context *context = db_context(db);
        int64_t wait_ms = rows_value(rows, 0, VALUE_DATETIME).ms + ATTEMPT_MS - context->now_ms;
        int64_t minutes = (wait_ms + MINUTE_MS - 1) / MINUTE_MS;
        Status status = error_set(context, STATUS_LIMITED, "too_many_attempts", str_format(context->arena, "%d", (int)minutes));
        context->error.retry_after_s = (int)((wait_ms + 999) / 1000);
        return status;
}

Status attempt_failed(Db *db, Str login, Str peer) {
        Sql forget = db_sql(db), insert = db_sql(db);
        sql(&forget, "delete from \"attempt\" where \"at\" < ");
        add_oldest(db, &forget, ATTEMPT_MS);
        TRY(db_exec(db, &forget, NULL));
        sql(&insert, "insert into \"attempt\" (\"login\", \"peer\", \"at\") values (");
        add_login(db, &insert, login);
        sql(&insert, ", ");
        sql_str(&insert, printable(db_arena(db), peer));
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

Status attempt_clear(Db *db, Str login, Str peer) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"attempt\"");
        attempt_where(db, &delete, login, peer);
        return db_exec(db, &delete, NULL);
}
