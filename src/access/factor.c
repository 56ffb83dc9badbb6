// Second factors: a secret for one-time codes, sealed; ten recovery codes, hashed. A code is taken once; wrong ones in a row cost time.
#include "access/rows.h"
#include "access/secret.h"
#include "access/signin.h"
#include "os/os.h"
#include <sodium.h>

#define SECRET_BYTES 20
#define STEP_MS ((int64_t)30 * 1000)
#define DIGITS 6
#define FAILURES 10                          // wrong codes in a row until the first wait
#define WAIT_MS ((int64_t)15 * 60 * 1000)
#define WAIT_MOST_MS ((int64_t)24 * 60 * 60 * 1000)
#define RECOVERY_LETTERS 12                  // of an alphabet of 32: 60 bits
#define MINUTE_MS ((int64_t)60 * 1000)

static const char alphabet[33] = "abcdefghjkmnpqrstuvwxyz023456789"; // nothing that is taken for something else

Status factor_get(Db *db, int64_t user, Factor *ret, bool *ret_found) {
        Sql select = db_sql(db);
        *ret = (Factor){0};
        sql(&select, "select \"secret\", \"confirmed_at\", \"last_step\", \"failures\", \"failed_at\", (select count(*) from \"access_recovery\" r where r.\"user_id\" = f.\"user_id\") from \"access_factor\" f where \"user_id\" = ");
        sql_int(&select, user);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, ret_found));
        if (!*ret_found)
                return STATUS_OK;
        Value since = rows_value(rows, 1, VALUE_DATETIME), failed = rows_value(rows, 4, VALUE_DATETIME);
        ret->secret = str_copy(db_arena(db), rows_text(rows, 0));
        ret->on = since.kind == VALUE_DATETIME;
        ret->since_ms = ret->on ? since.ms : 0;
        ret->last_step = rows_int(rows, 2);
        ret->failures = (int)rows_int(rows, 3);
        ret->failed_ms = failed.kind == VALUE_DATETIME ? failed.ms : 0;
        ret->recovery_left = (int)rows_int(rows, 5);
        return STATUS_OK;
}

Status factor_begin(Db *db, Org *org, int64_t user, Str *ret_secret) {
        Factor factor;
        bool found = false;
        TRY(factor_get(db, user, &factor, &found));
        if (factor.on)
                return error_set(db_context(db), STATUS_CONFLICT, "factor_on");
        unsigned char bytes[SECRET_BYTES];
        os_random(bytes, sizeof bytes);
        *ret_secret = base32_format(db_arena(db), str_make((char *)bytes, sizeof bytes));
        sodium_memzero(bytes, sizeof bytes);
        Str sealed = STR_NONE;
        TRY(secret_seal(org, db_context(db), *ret_secret, &sealed));
        TRY(rows_delete_user(db, STR("access_factor"), user));
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"access_factor\" (\"user_id\", \"secret\", \"last_step\", \"failures\")");
        sql_values(&insert, (Value[]){value_int(user), value_text(sealed), value_int(0), value_int(0)}, 4);
        return db_exec(db, &insert, NULL);
}

Status factor_secret(Org *org, Context *context, const Factor *factor, Str *ret_secret) {
        return secret_open(org, context, factor->secret, ret_secret);
}

// ---- Trying codes

int64_t factor_wait_ms(const Factor *factor, int64_t now_ms) {
        if (factor->failures < FAILURES || factor->failures % FAILURES)
                return 0;
        int times = factor->failures / FAILURES - 1;
        int64_t wait_ms = times > 7 || (WAIT_MS << times) > WAIT_MOST_MS ? WAIT_MOST_MS : WAIT_MS << times, left_ms = factor->failed_ms + wait_ms - now_ms;
        return left_ms > 0 ? left_ms : 0;
}

static Status still_waiting(Context *context, const Factor *factor) {
        int64_t left_ms = factor_wait_ms(factor, context->now_ms);
        if (!left_ms)
                return STATUS_OK;
        Status status = error_set(context, STATUS_LIMITED, "too_many_attempts", str_format(context->arena, "%d", (int)((left_ms + MINUTE_MS - 1) / MINUTE_MS)));
        context->error.retry_after_s = (int)((left_ms + 999) / 1000);
        return status;
}

static Status count_failure(Db *db, int64_t user) {
        Sql update = db_sql(db);
        sql(&update, "update \"access_factor\" set \"failures\" = \"failures\" + 1, \"failed_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, " where \"user_id\" = ");
        sql_int(&update, user);
        return db_exec(db, &update, NULL);
}

// Of two who give the same code at once one finds it taken.
static Status take_step(Db *db, int64_t user, int64_t step, bool *ret_taken) {
        Sql update = db_sql(db);
        int64_t changed = 0;
        sql(&update, "update \"access_factor\" set \"failures\" = 0, \"last_step\" = ");
        sql_int(&update, step);
        sql(&update, " where \"user_id\" = ");
        sql_int(&update, user);
        sql(&update, " and \"last_step\" < ");
        sql_int(&update, step);
        TRY(db_exec(db, &update, &changed));
        *ret_taken = changed > 0;
        return STATUS_OK;
}

static Status get_waiting(Db *db, int64_t user, Factor *ret) {
        bool found = false;
        TRY(factor_get(db, user, ret, &found));
        if (!found)
                return error_set(db_context(db), STATUS_CONFLICT, "factor_off");
        return still_waiting(db_context(db), ret);
}

Status factor_try(Db *db, Org *org, int64_t user, Str code, bool *ret_right) {
        Factor factor;
        Str secret = STR_NONE, key = STR_NONE, digits = str_trim(code);
        *ret_right = false;
        TRY(get_waiting(db, user, &factor));
        TRY(factor_secret(org, db_context(db), &factor, &secret));
        ensure(base32_parse(db_arena(db), secret, &key));
        int64_t now = db_context(db)->now_ms / STEP_MS, step = 0;
        for (int64_t near = now - 1; near <= now + 1; near++)
                if (digits.len == DIGITS && sodium_memcmp(totp_code(db_arena(db), key, near).data, digits.data, DIGITS) == 0 && near > factor.last_step)
                        step = near;
        if (step)
                TRY(take_step(db, user, step, ret_right));
        return *ret_right ? STATUS_OK : count_failure(db, user);
}

static Value recovery_hash(Arena *arena, int64_t user, Str code) {
        char plain[RECOVERY_LETTERS + 1] = "";
        size_t length = 0;
        for (size_t i = 0; i < code.len && length < RECOVERY_LETTERS; i++) {
                char c = code.data[i];
                if (c != ' ' && c != '-')
                        plain[length++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        return token_hash(arena, str_format(arena, "recovery:%lld:%s", (long long)user, plain));
}

Status recovery_try(Db *db, int64_t user, Str code, bool *ret_right) {
        Factor factor;
        *ret_right = false;
        TRY(get_waiting(db, user, &factor));
        Sql delete = db_sql(db), update = db_sql(db);
        int64_t changed = 0;
        sql(&delete, "delete from \"access_recovery\" where \"user_id\" = ");
        sql_int(&delete, user);
        sql(&delete, " and \"hash\" = ");
        sql_value(&delete, recovery_hash(db_arena(db), user, code));
        TRY(db_exec(db, &delete, &changed));
        if (!changed)
                return count_failure(db, user);
        *ret_right = true;
        sql(&update, "update \"access_factor\" set \"failures\" = 0 where \"user_id\" = ");
        sql_int(&update, user);
        return db_exec(db, &update, NULL);
}

// ---- On and off

static Str recovery_code(Arena *arena) {
        unsigned char bytes[RECOVERY_LETTERS];
        Buf buf = buf_make(arena, 32);
        os_random(bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes; i++)
                buf_format(&buf, "%s%c", i && i % 4 == 0 ? "-" : "", alphabet[bytes[i] & 31]);
        return buf_str(&buf);
}

Status recovery_renew(Db *db, int64_t user, Str codes[RECOVERY_CODES]) {
        TRY(rows_delete_user(db, STR("access_recovery"), user));
        for (int i = 0; i < RECOVERY_CODES; i++) {
                Sql insert = db_sql(db);
                codes[i] = recovery_code(db_arena(db));
                sql(&insert, "insert into \"access_recovery\" (\"user_id\", \"hash\")");
                sql_values(&insert, (Value[]){value_int(user), recovery_hash(db_arena(db), user, codes[i])}, 2);
                TRY(db_exec(db, &insert, NULL));
        }
        return STATUS_OK;
}

Status factor_confirm(Db *db, int64_t user, Str codes[RECOVERY_CODES]) {
        Sql update = db_sql(db);
        sql(&update, "update \"access_factor\" set \"confirmed_at\" = ");
        sql_value(&update, value_datetime(db_context(db)->now_ms));
        sql(&update, " where \"user_id\" = ");
        sql_int(&update, user);
        TRY(db_exec(db, &update, NULL));
        return recovery_renew(db, user, codes);
}

Status factor_remove(Db *db, int64_t user) {
        static const char *const tables[] = {"access_factor", "access_recovery", "session_device", "session_challenge"};
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
                TRY(rows_delete_user(db, str_from(tables[i]), user));
        return STATUS_OK;
}

Status factor_unlock(Db *db, int64_t user) {
        Sql update = db_sql(db);
        sql(&update, "update \"access_factor\" set \"failures\" = 0 where \"user_id\" = ");
        sql_int(&update, user);
        return db_exec(db, &update, NULL);
}

static void add_encoded(Buf *buf, Str text) {
        for (size_t i = 0; i < text.len; i++) {
                unsigned char c = (unsigned char)text.data[i];
                bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("-._~", c, 4);
                if (plain)
                        buf_add_char(buf, (char)c);
                else
                        buf_format(buf, "%%%02X", c);
        }
}

Str factor_uri(Arena *arena, Str secret, Str company, Str login) {
        Buf buf = buf_make(arena, 4096);
        Str issuer = str_empty(company) ? STR("Haike") : company;
        buf_lit(&buf, "otpauth://totp/");
        add_encoded(&buf, issuer);
        buf_lit(&buf, ":");
        add_encoded(&buf, login);
        buf_lit(&buf, "?secret=");
        add_encoded(&buf, secret);
        buf_lit(&buf, "&issuer=");
        add_encoded(&buf, issuer);
        return buf_str(&buf);
}
