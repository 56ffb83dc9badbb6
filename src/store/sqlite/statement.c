// Running statements on SQLite: taken from the connection's cache, bound, stepped; cursors and their values.
#include "store/sqlite/sqlite.h"

typedef struct SqliteRows {
        Rows base;
        SqliteConn *conn;
        sqlite3_stmt *statement;
        CacheEntry *entry;  // NULL: not cached, to be finalized
        Str text;
} SqliteRows;

static SqliteConn *conn_of(Db *db) {
        return ((SqliteDb *)db)->conn;
}

static void bind(sqlite3_stmt *statement, int at, Value value, sqlite3_destructor_type keep) {
        switch (value.kind) {
        case VALUE_NULL:
                sqlite3_bind_null(statement, at);
                return;
        case VALUE_BOOL:
                sqlite3_bind_int(statement, at, value.boolean);
                return;
        case VALUE_INTEGER:
                sqlite3_bind_int64(statement, at, value.integer);
                return;
        case VALUE_NUMBER:
                sqlite3_bind_int64(statement, at, value.number.units);
                return;
        case VALUE_TEXT: // the empty text may have no data, which SQLite would take for null
                sqlite3_bind_text64(statement, at, value.text.len ? value.text.data : "", value.text.len, keep, SQLITE_UTF8);
                return;
        case VALUE_DATE:
                sqlite3_bind_int64(statement, at, value.day);
                return;
        case VALUE_DATETIME:
                sqlite3_bind_int64(statement, at, value.ms);
                return;
        case VALUE_BLOB:
                sqlite3_bind_blob64(statement, at, value.text.len ? value.text.data : "", value.text.len, keep);
                return;
        }
}

// A statement that is open further up (a cursor in whose loop the same text runs again) is prepared once more beside the cache.
static Status take(SqliteConn *conn, Context *context, const Sql *sql, CacheEntry **ret_entry, sqlite3_stmt **ret) {
        Str text = buf_str(&sql->text);
        CacheEntry *entry = cache_find(&conn->statements, text);
        if (!entry || entry->busy) {
                sqlite3_stmt *prepared = NULL;
                unsigned flags = entry ? 0 : SQLITE_PREPARE_PERSISTENT;
                int code = sqlite3_prepare_v3(conn->handle, text.data, (int)text.len, flags, &prepared, NULL);
                if (code != SQLITE_OK)
                        return sqlite_fail(conn, context, code, text);
                ensure(prepared && (size_t)sqlite3_bind_parameter_count(prepared) == sql->count);
                entry = entry ? NULL : cache_add(&conn->statements, text, prepared);
                *ret = prepared;
        } else {
                *ret = entry->handle;
        }
        if (entry)
                entry->busy = true;
        *ret_entry = entry;
        return STATUS_OK;
}

static int give_back(CacheEntry *entry, sqlite3_stmt *statement) {
        if (!entry)
                return sqlite3_finalize(statement);
        int code = sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        entry->busy = false;
        return code;
}

Status sqlite_exec(Db *db, const Sql *sql, int64_t *ret_changed) {
        SqliteConn *conn = conn_of(db);
        CacheEntry *entry;
        sqlite3_stmt *statement;
        TRY(take(conn, db->context, sql, &entry, &statement));
        for (size_t i = 0; i < sql->count; i++)
                bind(statement, (int)i + 1, sql->params[i], SQLITE_STATIC);
        int code;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
                ;
        if (code != SQLITE_DONE) {
                Status status = sqlite_fail(conn, db->context, code, buf_str(&sql->text));
                give_back(entry, statement);
                return status;
        }
        if (ret_changed)
                *ret_changed = sqlite3_changes64(conn->handle);
        give_back(entry, statement);
        return STATUS_OK;
}

Status sqlite_ddl(Db *db, const Sql *sql) {
        SqliteConn *conn = conn_of(db);
        Str text = buf_str(&sql->text);
        ensure(sql->count == 0);
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v3(conn->handle, text.data, (int)text.len, 0, &statement, NULL);
        if (code == SQLITE_OK)
                while ((code = sqlite3_step(statement)) == SQLITE_ROW)
                        ;
        Status status = code == SQLITE_DONE ? STATUS_OK : sqlite_fail(conn, db->context, code, text);
        sqlite3_finalize(statement);
        return status;
}

int64_t sqlite_last_id(Db *db) {
        return sqlite3_last_insert_rowid(conn_of(db)->handle);
}

Status sqlite_query(Db *db, const Sql *sql, Rows **ret) {
        SqliteConn *conn = conn_of(db);
        CacheEntry *entry;
        sqlite3_stmt *statement;
        TRY(take(conn, db->context, sql, &entry, &statement));
        // The cursor may live longer than the caller's texts: SQLite keeps copies.
        for (size_t i = 0; i < sql->count; i++)
                bind(statement, (int)i + 1, sql->params[i], SQLITE_TRANSIENT);
        SqliteRows *rows = arena_new_of(db->context->arena, SqliteRows);
        rows->conn = conn;
        rows->statement = statement;
        rows->entry = entry;
        rows->text = buf_str(&sql->text);
        rows_open(&rows->base, db);
        *ret = &rows->base;
        return STATUS_OK;
}

Status sqlite_rows_next(Rows *base, bool *ret_row) {
        SqliteRows *rows = (SqliteRows *)base;
        int code = sqlite3_step(rows->statement);
        if (code == SQLITE_ROW) {
                *ret_row = true;
                return STATUS_OK;
        }
        if (code != SQLITE_DONE)
                return sqlite_fail(rows->conn, base->db->context, code, rows->text);
        // Otherwise a further step would start again from the beginning.
        rows_free(base);
        *ret_row = false;
        return STATUS_OK;
}

Str sqlite_rows_text(Rows *base, int column) {
        sqlite3_stmt *statement = ((SqliteRows *)base)->statement;
        bool blob = sqlite3_column_type(statement, column) == SQLITE_BLOB;
        const char *text = blob ? sqlite3_column_blob(statement, column) : (const char *)sqlite3_column_text(statement, column);
        return str_make(text, (size_t)sqlite3_column_bytes(statement, column));
}

// SQLite is asked whether it is null only where the value looks as if: every call of it counts, a page has thousands of values.
static int64_t take_int(sqlite3_stmt *statement, int column, Value *ret) {
        int64_t number = sqlite3_column_int64(statement, column);
        if (number == 0 && sqlite3_column_type(statement, column) == SQLITE_NULL)
                ret->kind = VALUE_NULL;
        return number;
}

static void take_text(SqliteRows *rows, int column, Value *ret) {
        bool blob = ret->kind == VALUE_BLOB;
        const void *text = blob ? sqlite3_column_blob(rows->statement, column) : sqlite3_column_text(rows->statement, column);
        if (!text && sqlite3_column_type(rows->statement, column) == SQLITE_NULL) {
                ret->kind = VALUE_NULL;
                return;
        }
        ret->text = str_copy(rows->base.db->context->arena, str_make(text, (size_t)sqlite3_column_bytes(rows->statement, column)));
}

void sqlite_rows_take(Rows *base, int column, ValueKind kind, Value *ret) {
        sqlite3_stmt *statement = ((SqliteRows *)base)->statement;
        *ret = (Value){.kind = kind};
        switch (kind) {
        case VALUE_BOOL:
                ret->boolean = take_int(statement, column, ret) != 0;
                return;
        case VALUE_INTEGER:
                ret->integer = take_int(statement, column, ret);
                return;
        case VALUE_NUMBER:
                ret->number.units = take_int(statement, column, ret);
                return;
        case VALUE_DATE:
                ret->day = (int32_t)take_int(statement, column, ret);
                return;
        case VALUE_DATETIME:
                ret->ms = take_int(statement, column, ret);
                return;
        case VALUE_TEXT:
        case VALUE_BLOB:
                take_text((SqliteRows *)base, column, ret);
                return;
        case VALUE_NULL:
                return;
        }
}

int64_t sqlite_rows_int(Rows *rows, int column) {
        return sqlite3_column_int64(((SqliteRows *)rows)->statement, column);
}

bool sqlite_rows_null(Rows *rows, int column) {
        return sqlite3_column_type(((SqliteRows *)rows)->statement, column) == SQLITE_NULL;
}

void sqlite_rows_close(Rows *base) {
        SqliteRows *rows = (SqliteRows *)base;
        give_back(rows->entry, rows->statement);
}
