// Passwords: Argon2id through libsodium, the policy, and where hashes are kept. The caller keeps the slow calls off server and writer threads.
#include "access/access.h"
#include "base/unicode.h"
#include <sodium.h>

// 64 MiB and two passes take 60 to 100 ms on the machines this runs on.
#define PASSES 2
#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)
#define SHORTEST 8
#define LONGEST 200
#define DIFFERENT 3 // characters at least; "11111111" and "abababab" are nobody's secret

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
        if (sodium_init() < 0 || hash.len >= sizeof text || str_empty(hash) || password.len > LONGEST * 4)
                return false;
        memcpy(text, hash.data, hash.len);
        return crypto_pwhash_str_verify(text, password.data ? password.data : "", password.len) == 0;
}

static bool is_varied(Str password) {
        uint32_t seen[DIFFERENT];
        size_t count = 0;
        for (size_t offset = 0; offset < password.len && count < DIFFERENT;) {
                uint32_t c = utf8_next(password, &offset);
                bool known = false;
                for (size_t i = 0; i < count; i++)
                        known |= seen[i] == c;
                if (!known)
                        seen[count++] = c;
        }
        return count == DIFFERENT;
}

Status password_check(Context *context, Str field, Str password) {
        if (!utf8_valid(password))
                return error_add(context, field, "bad_text");
        size_t length = utf8_length(password);
        if (length < SHORTEST)
                return error_add(context, field, "password_short", STR("8"));
        if (length > LONGEST)
                return error_add(context, field, "password_long", STR("200"));
        if (!is_varied(password))
                return error_add(context, field, "password_simple");
        return STATUS_OK;
}

Status password_set(Db *db, int64_t user, Str hash) {
        Sql upsert = db_sql(db);
        sql(&upsert, "insert into \"credential\" (\"user_id\", \"hash\", \"changed_at\") values (");
        sql_int(&upsert, user);
        sql(&upsert, ", ");
        sql_str(&upsert, hash);
        sql(&upsert, ", ");
        sql_value(&upsert, value_datetime(db_context(db)->now_ms));
        sql(&upsert, ") on conflict (\"user_id\") do update set \"hash\" = excluded.\"hash\", \"changed_at\" = excluded.\"changed_at\"");
        return db_exec(db, &upsert, NULL);
}

Status password_get(Db *db, Str login, int64_t *ret_user, Str *ret_hash, bool *ret_found) {
        Sql select = db_sql(db);
        sql(&select, "select u.\"id\", c.\"hash\" from \"user\" u join \"credential\" c on c.\"user_id\" = u.\"id\" where u.\"login\" = ");
        sql_str(&select, login_normal(db_arena(db), login));
        sql(&select, " and u.\"deleted_at\" is null and u.\"active\" = ");
        sql_value(&select, value_bool(true));
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (found) {
                *ret_user = rows_int(rows, 0);
                *ret_hash = str_copy(db_arena(db), rows_text(rows, 1));
        }
        *ret_found = found;
        return STATUS_OK;
}
