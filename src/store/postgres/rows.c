// Reading PostgreSQL's results: texts in the formats that connection.c has set, into values.
#include "base/date.h"
#include "store/postgres/postgres.h"

// pg_type.dat; these numbers are permanent.
enum { TYPE_BOOL = 16, TYPE_DATE = 1082, TYPE_TIMESTAMPTZ = 1184 };

typedef struct PgRows {
        Rows base;
        PGresult *result;
        int row, count;
} PgRows;

Rows *postgres_rows_new(Db *db, PGresult *result) {
        PgRows *rows = arena_new_of(db->context->arena, PgRows);
        rows->result = result;
        rows->row = -1;
        rows->count = PQntuples(result);
        rows_open(&rows->base, db);
        return &rows->base;
}

Status postgres_rows_next(Rows *base, bool *ret_row) {
        PgRows *rows = (PgRows *)base;
        *ret_row = ++rows->row < rows->count;
        if (!*ret_row)
                rows_free(base);
        return STATUS_OK;
}

bool postgres_rows_null(Rows *base, int column) {
        const PgRows *rows = (const PgRows *)base;
        return PQgetisnull(rows->result, rows->row, column) == 1;
}

Str postgres_rows_text(Rows *base, int column) {
        const PgRows *rows = (const PgRows *)base;
        return str_make(PQgetvalue(rows->result, rows->row, column), (size_t)PQgetlength(rows->result, rows->row, column));
}

// Half away from zero to six places, for what an aggregate of the server answers with more.
static Value parse_number(Str text) {
        Decimal number;
        if (decimal_parse(text, &number))
                return value_number(number);
        ptrdiff_t point = str_find_char(text, '.');
        if (point < 0 || text.len < (size_t)point + 8 || !decimal_parse(str_slice(text, 0, (size_t)point + 7), &number))
                return VALUE_NONE;
        if (text.data[point + 7] >= '5') {
                number.units += text.data[0] == '-' ? -1 : 1;
                if (number.units > DECIMAL_MAX || number.units < -DECIMAL_MAX)
                        return VALUE_NONE;
        }
        return value_number(number);
}

// Infinite times and those before our era are never written by us, but may have been by an outside tool: they read as null.
static Value parse_date(Str text) {
        int32_t day;
        return date_parse(text, &day) ? value_date(day) : VALUE_NONE;
}

// "2026-11-22 08:00:00.123+00", since the session's zone is UTC.
static Value parse_datetime(Arena *arena, Str text) {
        int64_t ms;
        if (text.len < 22 || !str_ends(text, STR("+00")))
                return VALUE_NONE;
        Str rfc = str_format(arena, "%.10sT%.*sZ", text.data, (int)(text.len - 14), text.data + 11);
        return datetime_parse(rfc, &ms) ? value_datetime(ms) : VALUE_NONE;
}

static int hex_digit(char c) {
        return c >= 'a' ? c - 'a' + 10 : c - '0';
}

// "\xdeadbeef"
static Str parse_bytes(Arena *arena, Str text) {
        ensure(text.len >= 2 && text.len % 2 == 0);
        char *bytes = arena_alloc(arena, text.len / 2);
        for (size_t i = 2; i + 1 < text.len; i += 2)
                bytes[i / 2 - 1] = (char)(hex_digit(text.data[i]) << 4 | hex_digit(text.data[i + 1]));
        return str_make(bytes, text.len / 2 - 1);
}

int64_t postgres_rows_int(Rows *base, int column) {
        const PgRows *rows = (const PgRows *)base;
        if (postgres_rows_null(base, column))
                return 0;
        Str text = postgres_rows_text(base, column);
        int64_t number;
        switch (PQftype(rows->result, column)) {
        case TYPE_BOOL:
                return text.data[0] == 't';
        case TYPE_DATE:
                return parse_date(text).day;
        case TYPE_TIMESTAMPTZ:
                return parse_datetime(base->db->context->arena, text).ms;
        default:
                ensure(str_to_int64(text, &number)); // a sum of bigint is numeric, but whole
                return number;
        }
}

static Value value_of(Rows *base, int column, ValueKind kind) {
        if (postgres_rows_null(base, column))
                return VALUE_NONE;
        Arena *arena = base->db->context->arena;
        Str text = postgres_rows_text(base, column);
        switch (kind) {
        case VALUE_BOOL:
                return value_bool(postgres_rows_int(base, column) != 0);
        case VALUE_INTEGER:
                return value_int(postgres_rows_int(base, column));
        case VALUE_NUMBER:
                return parse_number(text);
        case VALUE_TEXT:
                return value_text(str_copy(arena, text));
        case VALUE_DATE:
                return parse_date(text);
        case VALUE_DATETIME:
                return parse_datetime(arena, text);
        case VALUE_BLOB:
                return value_blob(parse_bytes(arena, text));
        case VALUE_NULL:
                break;
        }
        return VALUE_NONE;
}

void postgres_rows_take(Rows *base, int column, ValueKind kind, Value *ret) {
        *ret = value_of(base, column, kind);
}

void postgres_rows_close(Rows *base) {
        PQclear(((PgRows *)base)->result);
}
