// Opening SQLite connections: settings, functions, statement cache. Who uses which connection is decided in engine.c and writer.c.
#include "store/sqlite/sqlite.h"
#include <stdlib.h>

#define BUSY_TIMEOUT_MS 10000 // only outside tools that hold a lock can make us wait

static void statement_drop(void *owner, void *handle) {
        (void)owner;
        sqlite3_finalize(handle);
}

// Double quotes are names and never texts; shadow tables and the schema are not for statements; functions in the schema must be harmless ones.
static const char *const settings_of_all =
        "pragma temp_store=memory; pragma foreign_keys=on; pragma trusted_schema=off; pragma cell_size_check=on; pragma journal_size_limit=67108864;";

static const char *settings_of_use(const SqliteStore *store, ConnUse use) {
        switch (use) {
        case CONN_READER:
                return "pragma query_only=on; pragma cache_size=-16384;";
        case CONN_WRITER:
                return store->sync ? "pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536; pragma wal_autocheckpoint=0;"
                                   : "pragma journal_mode=wal; pragma synchronous=off; pragma cache_size=-65536; pragma wal_autocheckpoint=0;";
        case CONN_MAINTENANCE:
                return store->sync ? "pragma synchronous=full; pragma cache_size=-2048; pragma wal_autocheckpoint=0;"
                                   : "pragma synchronous=off; pragma cache_size=-2048; pragma wal_autocheckpoint=0;";
        }
        return "";
}

static int configure(const SqliteStore *store, SqliteConn *conn, ConnUse use) {
        sqlite3 *handle = conn->handle;
        sqlite3_extended_result_codes(handle, 1);
        sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        int code = sqlite3_exec(handle, settings_of_all, NULL, NULL, NULL);
        if (code == SQLITE_OK)
                code = sqlite3_exec(handle, settings_of_use(store, use), NULL, NULL, NULL);
        return code == SQLITE_OK ? sqlite_functions(conn) : code;
}

Status sqlite_connect(Context *context, const SqliteStore *store, ConnUse use, SqliteConn **ret) {
        SqliteConn *conn = calloc(1, sizeof *conn);
        ensure(conn);
        cache_init(&conn->statements, statement_drop, conn);
        conn->scratch = arena_new(0);
        UErrorCode unicode_error = U_ZERO_ERROR;
        conn->case_map = ucasemap_open("", 0, &unicode_error);
        ensure(U_SUCCESS(unicode_error));
        int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        int code = sqlite3_open_v2(store->path, &conn->handle, flags, NULL);
        if (code == SQLITE_OK)
                code = configure(store, conn, use);
        if (code != SQLITE_OK) {
                Status status = sqlite_fail(conn, context, code, str_from(store->path));
                sqlite_disconnect(conn);
                return status;
        }
        *ret = conn;
        return STATUS_OK;
}

void sqlite_disconnect(SqliteConn *conn) {
        if (!conn)
                return;
        cache_clear(&conn->statements);
        sqlite3_close(conn->handle);
        for (int i = 0; i < conn->zones_count; i++)
                zone_free(conn->zones[i]);
        ucasemap_close(conn->case_map);
        arena_free(conn->scratch);
        free(conn);
}

int sqlite_run(SqliteConn *conn, Str text) {
        CacheEntry *entry = cache_find(&conn->statements, text);
        if (!entry) {
                sqlite3_stmt *prepared;
                int code = sqlite3_prepare_v3(conn->handle, text.data, (int)text.len, SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
                if (code != SQLITE_OK)
                        return code;
                entry = cache_add(&conn->statements, text, prepared);
        }
        int code = sqlite3_step(entry->handle);
        int reset_code = sqlite3_reset(entry->handle);
        return code == SQLITE_DONE ? SQLITE_OK : reset_code;
}
