// PostgreSQL connections: opening and configuring, sending and collecting in pipeline mode, and what the server's errors mean to us.
#include "store/postgres/postgres.h"
#include <stdio.h>
#include <stdlib.h>

#define VERSION_LEAST 150000

static void ignore_notice(void *arg, const char *message) {
        (void)arg;
        (void)message;
}

// Results are read as text: these settings fix how it looks. Compiling short statements to machine code costs more than it saves.
// Merge joins: a page of what was found joined with its rows would walk the whole table in the order of the id, which the planner expects to stop soon.
static const char settings[] = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set extra_float_digits = 1; set bytea_output = 'hex'; "
                               "set client_min_messages = warning; set jit = off; set enable_mergejoin = off; set lock_timeout = '20s'; set idle_in_transaction_session_timeout = '120s'; "
                               "set standard_conforming_strings = on";

static Status unreachable(Context *context, PGconn *link, const char *step) {
        Status status = store_busy(context, "database_unreachable", str_c(context->arena, str_format(context->arena, "%s: %s", step, link ? PQerrorMessage(link) : "no memory")));
        PQfinish(link);
        return status;
}

Status postgres_connect(Context *context, const PgStore *store, PGconn **ret) {
        const char *const names[] = {"connect_timeout", "client_encoding", "application_name", "dbname", NULL};
        const char *const values[] = {"10", "UTF8", "haike", store->url, NULL}; // what the URL says comes later and wins
        PGconn *link = PQconnectdbParams(names, values, 1);
        if (!link || PQstatus(link) != CONNECTION_OK)
                return unreachable(context, link, "connect");
        PQsetNoticeProcessor(link, ignore_notice, NULL);
        if (PQserverVersion(link) < VERSION_LEAST) {
                Status status = error_set(context, STATUS_INVALID, "database_version", str_format(context->arena, "%d", PQserverVersion(link) / 10000));
                PQfinish(link);
                return status;
        }
        PGresult *result = PQexec(link, settings);
        bool configured = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        if (!configured)
                return unreachable(context, link, "configure");
        *ret = link;
        return STATUS_OK;
}

static void statement_drop(void *owner, void *handle) {
        PgConn *conn = owner;
        if (conn->dropped_count == conn->dropped_capacity) {
                conn->dropped_capacity = conn->dropped_capacity ? conn->dropped_capacity * 2 : 8;
                conn->dropped = realloc(conn->dropped, conn->dropped_capacity * sizeof *conn->dropped);
                ensure(conn->dropped);
        }
        conn->dropped[conn->dropped_count++] = (intptr_t)handle;
}

Status postgres_conn_open(Context *context, const PgStore *store, PgConn *conn) {
        postgres_conn_close(conn);
        TRY(postgres_connect(context, store, &conn->link));
        cache_init(&conn->statements, statement_drop, conn);
        if (PQenterPipelineMode(conn->link) == 1)
                return STATUS_OK;
        postgres_conn_close(conn);
        return store_busy(context, "database_unreachable", "no pipeline mode");
}

void postgres_conn_close(PgConn *conn) {
        if (!conn->link)
                return;
        PQfinish(conn->link);
        cache_clear(&conn->statements);
        free(conn->dropped);
        conn->link = NULL;
        conn->dropped = NULL;
        conn->dropped_count = conn->dropped_capacity = 0;
        conn->sent = 0;
        conn->synced = conn->broken = false;
}

void postgres_send(PgConn *conn, const char *command) {
        if (PQsendQueryParams(conn->link, command, 0, NULL, NULL, NULL, NULL, 0) == 1)
                conn->sent++;
        else
                conn->broken = true;
}

void postgres_send_dropped(PgConn *conn) {
        for (size_t i = 0; i < conn->dropped_count; i++) {
                char command[48];
                snprintf(command, sizeof command, "deallocate s%lld", (long long)conn->dropped[i]);
                postgres_send(conn, command);
        }
        conn->dropped_count = 0;
}

void postgres_sync(PgConn *conn) {
        if (PQpipelineSync(conn->link) == 1)
                conn->synced = true;
        else
                conn->broken = true;
}

static bool failed(const PGresult *result) {
        ExecStatusType status = PQresultStatus(result);
        return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE;
}

PGresult *postgres_collect(PgConn *conn, int watched, bool *ret_watched_ok) {
        PGresult *answer = NULL;
        int count = conn->sent;
        bool synced = conn->synced;
        conn->sent = 0;
        conn->synced = false;
        for (int i = 0; i < count && !conn->broken; i++) {
                PGresult *result = PQgetResult(conn->link);
                if (!result) {
                        conn->broken = true;
                        break;
                }
                if (i == watched)
                        *ret_watched_ok = !failed(result);
                if (answer && failed(answer)) {
                        PQclear(result);
                } else {
                        PQclear(answer);
                        answer = result;
                }
                for (PGresult *more; (more = PQgetResult(conn->link));) // the end of this command's results
                        PQclear(more);
                conn->broken = PQstatus(conn->link) != CONNECTION_OK;
        }
        if (synced && !conn->broken) {
                PGresult *end = PQgetResult(conn->link);
                conn->broken = PQresultStatus(end) != PGRES_PIPELINE_SYNC;
                PQclear(end);
        }
        if (conn->broken) {
                PQclear(answer);
                return NULL;
        }
        return answer;
}

Status postgres_lost(PgDb *db, Str statement) {
        Context *context = db->base.context;
        const char *message = str_c(context->arena, str_from(db->conn->link ? PQerrorMessage(db->conn->link) : "not connected"));
        db->conn->broken = true;
        if (db->base.writing) // nothing was committed: it can be run again on another connection
                return db_error(context, STATUS_RETRY, "retry", statement, message);
        return store_busy(context, "database_unreachable", message);
}

static Status fail_again(PgDb *db, Str statement, const char *message) {
        if (db->base.writing)
                return db_error(db->base.context, STATUS_RETRY, "retry", statement, message);
        return store_busy(db->base.context, "busy", message);
}

Status postgres_fail(PgDb *db, const PGresult *result, Str statement) {
        Context *context = db->base.context;
        const char *field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        Str state = str_copy(context->arena, str_from(field));
        const char *message = str_c(context->arena, str_format(context->arena, "%s " STR_FMT, PQresultErrorMessage(result), STR_ARG(state)));
        if (str_is(state, "23505"))
                return error_set(context, STATUS_CONFLICT, "not_unique", str_from(PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)));
        if (str_is(state, "23503"))
                return db_error(context, STATUS_CONFLICT, "still_referenced", statement, message);
        if (str_is(state, "40001") || str_is(state, "40P01") || str_is(state, "55P03"))
                return fail_again(db, statement, message);
        if (str_is(state, "0A000") && strstr(message, "cached plan")) { // a column changed its type under a prepared statement
                db->conn->broken = true;
                return fail_again(db, statement, message);
        }
        if (str_is(state, "57014"))
                return db_error(context, STATUS_BUDGET, "budget", statement, message);
        if (str_is(state, "53100"))
                return db_error(context, STATUS_IO, "disk_full", statement, message);
        if (str_starts(state, STR("54")))
                return db_error(context, STATUS_TOO_LARGE, "statement_too_large", statement, message);
        if (str_starts(state, STR("57P")) || str_starts(state, STR("08")) || state.len == 0)
                return postgres_lost(db, statement);
        if (str_starts(state, STR("53")) || str_starts(state, STR("58")) || str_starts(state, STR("XX")))
                return db_error(context, STATUS_IO, "database", statement, message);
        return db_error(context, STATUS_INTERNAL, "database", statement, message);
}
