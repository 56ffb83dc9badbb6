// Failed attempts to sign in, and when they are too many. People type passwords where the login belongs: what was typed is kept as a hash, for a quarter of an hour.
#include "access/rows.h"
#include "access/signin.h"
#include "base/unicode.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define WINDOW_MS (15 * MINUTE_MS)
#define MOST_BOTH 10      // for a login from an address
#define MOST_LOGIN 50     // for a login, whatever the address
#define MOST_ADDRESS 100  // from an address, whatever the login
#define PLACE_MS (90 * DAY_MS) // how long an address stays known

typedef enum Limit { LIMIT_BOTH, LIMIT_LOGIN, LIMIT_ADDRESS, LIMIT_COUNT } Limit;

static const int most_of[LIMIT_COUNT] = {[LIMIT_BOTH] = MOST_BOTH, [LIMIT_LOGIN] = MOST_LOGIN, [LIMIT_ADDRESS] = MOST_ADDRESS};

static Str login_key(Arena *arena, Str login) {
        Str known = utf8_valid(login) ? login_normal(arena, login) : login;
        return token_name(arena, token_hash(arena, known).text);
}

static void add_login(Db *db, Sql *statement, Str login) {
        sql(statement, "\"login\" = ");
        sql_str(statement, login_key(db_arena(db), login));
}

static void add_peer(Db *db, Sql *statement, Str peer) {
        sql(statement, "\"peer\" = ");
        sql_str(statement, text_kept(db_arena(db), peer));
}

static void add_where(Db *db, Sql *statement, const Attempt *attempt, Limit limit) {
        sql(statement, " where ");
        if (limit != LIMIT_ADDRESS)
                add_login(db, statement, attempt->login);
        if (limit == LIMIT_BOTH)
                sql(statement, " and ");
        if (limit != LIMIT_LOGIN)
                add_peer(db, statement, attempt->peer);
        sql(statement, " and \"at\" > ");
        sql_value(statement, value_datetime(db_context(db)->now_ms - WINDOW_MS));
}

// The newest but so many decides: when it is too old to count, there are fewer. *ret_wait_ms 0: the limit is not reached.
static Status wait_of(Db *db, const Attempt *attempt, Limit limit, int64_t *ret_wait_ms) {
        Sql select = db_sql(db);
        sql(&select, "select \"at\" from \"attempt\"");
        add_where(db, &select, attempt, limit);
        sql(&select, " order by \"at\" desc limit 1 offset ");
        sql_int(&select, most_of[limit] - 1);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret_wait_ms = found ? rows_value(rows, 0, VALUE_DATETIME).ms + WINDOW_MS - db_context(db)->now_ms : 0;
        return STATUS_OK;
}

static Status place_known(Db *db, const Attempt *attempt, bool *ret) {
        *ret = attempt->known_device;
        if (*ret || !attempt->user)
                return STATUS_OK;
        Sql select = db_sql(db);
        sql(&select, "select 1 from \"session_place\" where \"user_id\" = ");
        sql_int(&select, attempt->user);
        sql(&select, " and ");
        add_peer(db, &select, attempt->peer);
        sql(&select, " and \"at\" > ");
        sql_value(&select, value_datetime(db_context(db)->now_ms - PLACE_MS));
        return db_get_int(db, &select, NULL, ret);
}

static Status refuse(Context *context, int64_t wait_ms) {
        int64_t minutes = (wait_ms + MINUTE_MS - 1) / MINUTE_MS;
        Status status = error_set(context, STATUS_LIMITED, "too_many_attempts", str_format(context->arena, "%d", (int)minutes));
        context->error.retry_after_s = (int)((wait_ms + 999) / 1000);
        return status;
}

Status attempt_check(Db *db, const Attempt *attempt) {
        bool known = false;
        TRY(place_known(db, attempt, &known));
        for (Limit limit = LIMIT_BOTH; limit < LIMIT_COUNT; limit++) {
                int64_t wait_ms = 0;
                if (limit == LIMIT_BOTH || !known)
                        TRY(wait_of(db, attempt, limit, &wait_ms));
                if (wait_ms > 0)
                        return refuse(db_context(db), wait_ms);
        }
        return STATUS_OK;
}

Status attempt_failed(Db *db, const Attempt *attempt, bool *ret_locked) {
        Value now = value_datetime(db_context(db)->now_ms);
        Sql forget = db_sql(db), insert = db_sql(db);
        sql(&forget, "delete from \"attempt\" where \"at\" < ");
        sql_value(&forget, value_datetime(db_context(db)->now_ms - WINDOW_MS));
        TRY(db_exec(db, &forget, NULL));
        sql(&insert, "insert into \"attempt\" (\"login\", \"peer\", \"at\")");
        sql_values(&insert, (Value[]){value_text(login_key(db_arena(db), attempt->login)), value_text(text_kept(db_arena(db), attempt->peer)), now}, 3);
        TRY(db_exec(db, &insert, NULL));
        Status status = attempt_check(db, attempt);
        *ret_locked = status == STATUS_LIMITED;
        if (*ret_locked)
                error_clear(db_context(db));
        return *ret_locked ? STATUS_OK : status;
}

static Status place_learn(Db *db, const Attempt *attempt) {
        Sql forget = db_sql(db), upsert = db_sql(db);
        sql(&forget, "delete from \"session_place\" where \"at\" < ");
        sql_value(&forget, value_datetime(db_context(db)->now_ms - PLACE_MS));
        TRY(db_exec(db, &forget, NULL));
        sql(&upsert, "insert into \"session_place\" (\"user_id\", \"peer\", \"at\")");
        sql_values(&upsert, (Value[]){value_int(attempt->user), value_text(text_kept(db_arena(db), attempt->peer)), value_datetime(db_context(db)->now_ms)}, 3);
        sql(&upsert, " on conflict (\"user_id\", \"peer\") do update set \"at\" = excluded.\"at\"");
        return db_exec(db, &upsert, NULL);
}

Status attempt_clear(Db *db, const Attempt *attempt) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"attempt\" where ");
        add_login(db, &delete, attempt->login);
        sql(&delete, " and ");
        add_peer(db, &delete, attempt->peer);
        TRY(db_exec(db, &delete, NULL));
        return attempt->user ? place_learn(db, attempt) : STATUS_OK;
}

Status attempt_unlock(Db *db, Str login) {
        Sql delete = db_sql(db);
        sql(&delete, "delete from \"attempt\" where ");
        add_login(db, &delete, login);
        return db_exec(db, &delete, NULL);
}

Status attempt_locked(Db *db, Str login, bool *ret) {
        Sql select = db_sql(db);
        sql(&select, "select 1 from \"attempt\" where ");
        add_login(db, &select, login);
        sql(&select, " and \"at\" > ");
        sql_value(&select, value_datetime(db_context(db)->now_ms - WINDOW_MS));
        sql(&select, " group by \"peer\" having count(*) >= ");
        sql_int(&select, MOST_BOTH);
        sql(&select, " limit 1");
        TRY(db_get_int(db, &select, NULL, ret));
        int64_t wait_ms = 0;
        if (!*ret)
                TRY(wait_of(db, &(Attempt){.login = login}, LIMIT_LOGIN, &wait_ms));
        *ret = *ret || wait_ms > 0;
        return STATUS_OK;
}
