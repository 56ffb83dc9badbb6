// Passwords: Argon2id through libsodium, and where hashes are kept. The caller keeps the slow calls off server and writer threads.
#include "access/rows.h"
#include "access/signin.h"
#include "base/unicode.h"
#include <sodium.h>

// 64 MiB and two passes take 60 to 100 ms on the machines this runs on.
#define PASSES 2
#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

const char password_nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$uMEEZRs5PjnaogvLiIfWAQ$UoSMbXg13G1KjruBd9H2Ucqpr7puHYNH2drWKAYMIcs";

Str login_normal(Arena *arena, Str login) {
        return text_fold(arena, str_trim(login));
}

Status password_hash(Context *context, Str password, Str *ret) {
        char hash[crypto_pwhash_STRBYTES];
        if (sodium_init() < 0)
                return error_detail(context, STATUS_INTERNAL, "internal", "libsodium did not start");
        if (crypto_pwhash_str(hash, password.data ? password.data : "", password.len, PASSES, MEMORY_BYTES) != 0)
                return error_detail(context, STATUS_BUSY, "busy", "no memory for Argon2id");
        *ret = str_copy(context->arena, str_from(hash));
        return STATUS_OK;
}

bool password_verify(Str hash, Str password) {
        char text[crypto_pwhash_STRBYTES] = "";
        if (sodium_init() < 0 || hash.len >= sizeof text || str_empty(hash) || password.len > PASSWORD_MOST * 4)
                return false;
        memcpy(text, hash.data, hash.len);
        return crypto_pwhash_str_verify(text, password.data ? password.data : "", password.len) == 0;
}

// ---- Kept

static Status keep_old(Db *db, int64_t user) {
        Sql insert = db_sql(db), forget = db_sql(db);
        sql(&insert, "insert into \"access_password\" (\"user_id\", \"hash\", \"at\") select \"user_id\", \"hash\", ");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, " from \"credential\" where \"user_id\" = ");
        sql_int(&insert, user);
        TRY(db_exec(db, &insert, NULL));
        sql(&forget, "delete from \"access_password\" where \"user_id\" = ");
        sql_int(&forget, user);
        sql(&forget, " and \"id\" not in (select \"id\" from \"access_password\" where \"user_id\" = ");
        sql_int(&forget, user);
        sql(&forget, " order by \"id\" desc limit ");
        sql_int(&forget, PASSWORD_HISTORY_MOST);
        sql(&forget, ")");
        return db_exec(db, &forget, NULL);
}

Status password_set(Db *db, int64_t user, Str hash, bool must_change) {
        TRY(keep_old(db, user));
        TRY(rows_delete_user(db, STR("session_device"), user));
        TRY(rows_delete_user(db, STR("session_challenge"), user));
        Sql upsert = db_sql(db);
        sql(&upsert, "insert into \"credential\" (\"user_id\", \"hash\", \"changed_at\", \"must_change\")");
        sql_values(&upsert, (Value[]){value_int(user), value_text(hash), value_datetime(db_context(db)->now_ms), value_bool(must_change)}, 4);
        sql(&upsert, " on conflict (\"user_id\") do update set \"hash\" = excluded.\"hash\", \"changed_at\" = excluded.\"changed_at\", \"must_change\" = excluded.\"must_change\"");
        return db_exec(db, &upsert, NULL);
}

static Status read_old(Db *db, Credential *credential) {
        Sql select = db_sql(db);
        sql(&select, "select \"hash\" from \"access_password\" where \"user_id\" = ");
        sql_int(&select, credential->user);
        sql(&select, " order by \"id\" desc limit ");
        sql_int(&select, PASSWORD_HISTORY_MOST);
        credential->old = arena_array(db_arena(db), Str, PASSWORD_HISTORY_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found; credential->old_count < PASSWORD_HISTORY_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                credential->old[credential->old_count++] = str_copy(db_arena(db), rows_text(rows, 0));
        }
        return STATUS_OK;
}

static Status read_credential(Db *db, const Sql *select, Credential *ret, bool *ret_found) {
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, select, &rows, ret_found));
        *ret = (Credential){0};
        if (!*ret_found)
                return STATUS_OK;
        ret->user = rows_int(rows, 0);
        ret->login = str_copy(db_arena(db), rows_text(rows, 1));
        ret->name = str_copy(db_arena(db), rows_text(rows, 2));
        ret->hash = str_copy(db_arena(db), rows_text(rows, 3));
        Value changed = rows_value(rows, 4, VALUE_DATETIME), must = rows_value(rows, 5, VALUE_BOOL);
        ret->changed_ms = changed.kind == VALUE_DATETIME ? changed.ms : 0;
        ret->must_change = must.kind == VALUE_BOOL && must.boolean;
        return read_old(db, ret);
}

static void add_select(Sql *select) {
        sql(select, "select u.\"id\", u.\"login\", u.name, c.\"hash\", c.\"changed_at\", c.\"must_change\" from \"user\" u ");
}

Status credential_find(Db *db, Str login, Credential *ret, bool *ret_found) {
        Sql select = db_sql(db);
        *ret = (Credential){0};
        *ret_found = false;
        if (!utf8_valid(login))
                return STATUS_OK;
        add_select(&select);
        sql(&select, "left join \"credential\" c on c.\"user_id\" = u.\"id\" where u.\"login\" = ");
        sql_str(&select, login_normal(db_arena(db), login));
        sql(&select, " and u.\"deleted_at\" is null and u.\"active\" = ");
        sql_value(&select, value_bool(true));
        return read_credential(db, &select, ret, ret_found);
}

Status credential_of(Db *db, int64_t user, Credential *ret, bool *ret_found) {
        Sql select = db_sql(db);
        add_select(&select);
        sql(&select, "left join \"credential\" c on c.\"user_id\" = u.\"id\" where u.\"deleted_at\" is null and u.\"id\" = ");
        sql_int(&select, user);
        return read_credential(db, &select, ret, ret_found);
}

bool password_was_used(const Credential *credential, Str password, int history) {
        if (history > 0 && password_verify(credential->hash, password))
                return true;
        for (size_t i = 0; i + 1 < (size_t)history && i < credential->old_count; i++)
                if (password_verify(credential->old[i], password))
                        return true;
        return false;
}

bool password_expired(const Credential *credential, const OrgSettings *settings, int64_t now_ms) {
        if (str_empty(credential->hash))
                return false;
        return credential->must_change || (settings->password_days && now_ms - credential->changed_ms > settings->password_days * DAY_MS);
}
