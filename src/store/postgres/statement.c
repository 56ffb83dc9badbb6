// Running statements on PostgreSQL. What a statement needs (the transaction's begin, savepoints, its own preparation) is sent with it, so that it takes
// one round trip.
#include "base/date.h"
#include "store/postgres/postgres.h"
#include <stdio.h>

typedef struct Parameters {
        const char **values;
        int *lengths, *formats;
} Parameters;

static const char *number_text(Arena *arena, Decimal number) {
        Buf text = buf_make(arena, 32);
        decimal_write(&text, number, 0);
        return str_c(arena, buf_str(&text));
}

static const char *date_text(Arena *arena, int32_t day) {
        Buf text = buf_make(arena, 32);
        date_write(&text, day);
        return str_c(arena, buf_str(&text));
}

static const char *datetime_text(Arena *arena, int64_t ms) {
        Buf text = buf_make(arena, 40);
        datetime_write(&text, ms);
        return str_c(arena, buf_str(&text));
}

// Texts as PostgreSQL reads them; bytes as they are.
static Status parameter(Context *context, Value value, const Parameters *p, size_t at) {
        Arena *arena = context->arena;
        switch (value.kind) {
        case VALUE_NULL:
                return STATUS_OK;
        case VALUE_BOOL:
                p->values[at] = value.boolean ? "t" : "f";
                return STATUS_OK;
        case VALUE_INTEGER:
                p->values[at] = str_format(arena, "%lld", (long long)value.integer).data;
                return STATUS_OK;
        case VALUE_NUMBER:
                p->values[at] = number_text(arena, value.number);
                return STATUS_OK;
        case VALUE_TEXT:
                if (value.text.len && memchr(value.text.data, 0, value.text.len))
                        return error_set(context, STATUS_INVALID, "text_zero_byte");
                p->values[at] = str_c(arena, value.text);
                return STATUS_OK;
        case VALUE_DATE:
                p->values[at] = date_text(arena, value.day);
                return STATUS_OK;
        case VALUE_DATETIME:
                p->values[at] = datetime_text(arena, value.ms);
                return STATUS_OK;
        case VALUE_BLOB:
                p->values[at] = value.text.len ? value.text.data : "";
                p->lengths[at] = (int)value.text.len;
                p->formats[at] = 1;
                return STATUS_OK;
        }
        return STATUS_OK;
}

static Status parameters_make(Context *context, const Sql *sql, Parameters *ret) {
        *ret = (Parameters){
                .values = arena_array(context->arena, const char *, sql->count),
                .lengths = arena_array(context->arena, int, sql->count),
                .formats = arena_array(context->arena, int, sql->count),
        };
        for (size_t i = 0; i < sql->count; i++)
                TRY(parameter(context, sql->params[i], ret, i));
        return STATUS_OK;
}

void postgres_send_pending(PgDb *db) {
        if (!db->begun) {
                postgres_send(db->conn, db->base.writing ? "begin isolation level read committed read write" : "begin isolation level repeatable read read only");
                if (db->timeout_ms) {
                        char command[64];
                        snprintf(command, sizeof command, "set local statement_timeout = %lld", (long long)db->timeout_ms);
                        postgres_send(db->conn, command);
                }
        }
        // They stay pending until their results are in, in case another connection has to take over.
        for (int i = 0; i < db->pending_count; i++)
                postgres_send(db->conn, str_c(db->base.context->arena, db->pending[i]));
}

static PGresult *send_and_collect(PgDb *db, const Sql *sql, const Parameters *p, bool prepare) {
        PgConn *conn = db->conn;
        const char *text = str_c(db->base.context->arena, buf_str(&sql->text));
        postgres_send_pending(db);
        CacheEntry *entry = prepare ? cache_find(&conn->statements, buf_str(&sql->text)) : NULL;
        int64_t number = entry ? (int64_t)(intptr_t)entry->handle : ++conn->last_statement;
        char name[32];
        snprintf(name, sizeof name, "s%lld", (long long)number);
        int prepared_at = -1;
        bool prepared = false;
        if (prepare && !entry) {
                prepared_at = conn->sent;
                if (PQsendPrepare(conn->link, name, text, 0, NULL) == 1)
                        conn->sent++;
                else
                        conn->broken = true;
        }
        int count = (int)sql->count;
        int sent = prepare ? PQsendQueryPrepared(conn->link, name, count, p->values, p->lengths, p->formats, 0)
                           : PQsendQueryParams(conn->link, text, count, NULL, p->values, p->lengths, p->formats, 0);
        if (sent == 1)
                conn->sent++;
        else
                conn->broken = true;
        postgres_sync(conn);
        PGresult *result = postgres_collect(conn, prepared_at, &prepared);
        if (prepared && !conn->broken)
                cache_add(&conn->statements, buf_str(&sql->text), (void *)(intptr_t)number);
        return result;
}

// A connection that broke while it was idle is noticed by the first statement: nothing happened yet, so another one takes over.
static Status begin_elsewhere(PgDb *db) {
        return postgres_conn_open(db->base.context, db->store, db->conn);
}

Status postgres_statement(PgDb *db, const Sql *sql, bool prepare, PGresult **ret) {
        Parameters p;
        TRY(parameters_make(db->base.context, sql, &p));
        PGresult *result = send_and_collect(db, sql, &p, prepare);
        if (!result && !db->begun) {
                TRY(begin_elsewhere(db));
                result = send_and_collect(db, sql, &p, prepare);
        }
        if (!result)
                return postgres_lost(db, buf_str(&sql->text));
        db->begun = true;
        db->pending_count = 0;
        ExecStatusType answer = PQresultStatus(result);
        if (answer == PGRES_COMMAND_OK || answer == PGRES_TUPLES_OK) {
                *ret = result;
                return STATUS_OK;
        }
        Status status = postgres_fail(db, result, buf_str(&sql->text));
        PQclear(result);
        return status;
}

Status postgres_flush(PgDb *db) {
        Sql nothing = sql_make(db->base.context->arena, DIALECT_POSTGRES);
        sql(&nothing, "select 1");
        PGresult *result;
        TRY(postgres_statement(db, &nothing, true, &result));
        PQclear(result);
        return STATUS_OK;
}

Status postgres_exec(Db *base, const Sql *sql, int64_t *ret_changed) {
        PGresult *result;
        TRY(postgres_statement((PgDb *)base, sql, !sql->plan_anew, &result));
        int64_t changed = 0;
        str_to_int64(str_from(PQcmdTuples(result)), &changed);
        if (ret_changed)
                *ret_changed = changed;
        PQclear(result);
        return STATUS_OK;
}

// A change of the schema waits for its lock only briefly, because everyone else waits behind it; then the transaction is run again.
Status postgres_ddl(Db *base, const Sql *sql) {
        PgDb *db = (PgDb *)base;
        ensure(sql->count == 0);
        if (db->pending_count == PENDING_LARGEST)
                TRY(postgres_flush(db));
        db->pending[db->pending_count++] = STR("set local lock_timeout = '5s'");
        PGresult *result;
        TRY(postgres_statement(db, sql, false, &result));
        PQclear(result);
        return STATUS_OK;
}

Status postgres_query(Db *base, const Sql *sql, Rows **ret) {
        PGresult *result;
        TRY(postgres_statement((PgDb *)base, sql, !sql->plan_anew, &result));
        *ret = postgres_rows_new(base, result);
        return STATUS_OK;
}
