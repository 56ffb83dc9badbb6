// What SQLite's result codes mean to us. A unique violation is answered with the index's name, which SQLite does not say: its message has
// the columns, and the index is looked up by them.
#include "store/sqlite/sqlite.h"

// The columns of "UNIQUE constraint failed: lead.phone, lead.region", joined by "," as columns_of_index() writes them.
static Str columns_of_message(Arena *arena, Str columns, Str *ret_table) {
        Buf joined = buf_make(arena, 4096);
        Str column;
        while (str_cut(&columns, ',', &column)) {
                column = str_trim(column);
                Str table = STR_NONE;
                ptrdiff_t dot = str_find_char(column, '.');
                if (dot >= 0) {
                        table = str_slice(column, 0, (size_t)dot);
                        column = str_slice(column, (size_t)dot + 1, column.len);
                }
                if (joined.len)
                        buf_add_char(&joined, ',');
                buf_add(&joined, column);
                *ret_table = table;
        }
        return buf_str(&joined);
}

static Str columns_of_index(sqlite3 *handle, Arena *arena, const unsigned char *index) {
        Buf joined = buf_make(arena, 4096);
        sqlite3_stmt *statement = NULL;
        sqlite3_prepare_v2(handle, "select name from pragma_index_info(?1) order by seqno", -1, &statement, NULL);
        sqlite3_bind_text(statement, 1, (const char *)index, -1, SQLITE_TRANSIENT);
        while (sqlite3_step(statement) == SQLITE_ROW) {
                if (joined.len)
                        buf_add_char(&joined, ',');
                buf_add(&joined, str_from((const char *)sqlite3_column_text(statement, 0)));
        }
        sqlite3_finalize(statement);
        return buf_str(&joined);
}

static Str replace_commas(Arena *arena, Str columns) {
        char *text = str_c(arena, columns);
        for (size_t i = 0; i < columns.len; i++)
                if (text[i] == ',')
                        text[i] = '_';
        return str_make(text, columns.len);
}

// An index without a name of its own is named as PostgreSQL would: lead_pkey, lead_phone_key.
static Str index_of_columns(sqlite3 *handle, Arena *arena, Str table, Str columns) {
        Str found = STR_NONE;
        sqlite3_stmt *statement = NULL;
        sqlite3_prepare_v2(handle, "select name, origin from pragma_index_list(?1) where \"unique\" order by seq", -1, &statement, NULL);
        sqlite3_bind_text(statement, 1, table.data, (int)table.len, SQLITE_TRANSIENT);
        bool named = false;
        while (!named && sqlite3_step(statement) == SQLITE_ROW) {
                const unsigned char *name = sqlite3_column_text(statement, 0);
                Str origin = str_from((const char *)sqlite3_column_text(statement, 1));
                if (!str_eq(columns_of_index(handle, arena, name), columns))
                        continue;
                named = true;
                if (str_is(origin, "c"))
                        found = str_copy(arena, str_from((const char *)name));
                else if (str_is(origin, "u"))
                        found = str_format(arena, STR_FMT "_" STR_FMT "_key", STR_ARG(table), STR_ARG(replace_commas(arena, columns)));
                else
                        named = false; // a primary key
        }
        sqlite3_finalize(statement);
        return named ? found : str_format(arena, STR_FMT "_pkey", STR_ARG(table));
}

static Status fail_unique(SqliteConn *conn, Context *context, Str message) {
        static const char prefix[] = "UNIQUE constraint failed: ";
        Str name = STR_NONE;
        if (str_starts(message, STR("UNIQUE constraint failed: "))) {
                Str rest = str_slice(message, sizeof prefix - 1, message.len);
                if (str_starts(rest, STR("index '"))) {
                        name = str_slice(rest, sizeof "index '" - 1, rest.len - 1);
                } else {
                        Str table = STR_NONE;
                        Str columns = columns_of_message(context->arena, rest, &table);
                        name = index_of_columns(conn->handle, context->arena, table, columns);
                }
        }
        return error_set(context, STATUS_CONFLICT, "not_unique", name);
}

Status sqlite_fail(SqliteConn *conn, Context *context, int code, Str statement) {
        Str message = str_copy(context->arena, str_from(conn->handle ? sqlite3_errmsg(conn->handle) : sqlite3_errstr(code)));
        switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
                return fail_unique(conn, context, message);
        case SQLITE_CONSTRAINT_FOREIGNKEY:
                return db_error(context, STATUS_CONFLICT, "still_referenced", statement, str_c(context->arena, message));
        default:
                break;
        }
        const char *text = str_c(context->arena, str_format(context->arena, STR_FMT " [%d]", STR_ARG(message), code));
        switch (code & 0xff) {
        case SQLITE_INTERRUPT:
                return db_error(context, STATUS_BUDGET, "budget", statement, text);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
                db_error(context, STATUS_BUSY, "busy", statement, text);
                context->error.retry_after_s = 1;
                return STATUS_BUSY;
        case SQLITE_TOOBIG:
                return db_error(context, STATUS_TOO_LARGE, "statement_too_large", statement, text);
        case SQLITE_FULL:
                return db_error(context, STATUS_IO, "disk_full", statement, text);
        case SQLITE_IOERR:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_ABORT:
        case SQLITE_PROTOCOL:
                return db_error(context, STATUS_IO, "database", statement, text);
        default:
                return db_error(context, STATUS_INTERNAL, "database", statement, text);
        }
}
