// The SQL builder: text with its bound parameters, for one dialect. Runs nothing.
#include "store/sql.h"

#define FIRST_PARAMETERS 8
#define EXACT_LIST 4 // lists up to this length are written as they are

Sql sql_make(Arena *arena, Dialect dialect) {
        return (Sql){.dialect = dialect, .arena = arena, .text = buf_make(arena, SQL_TEXT_CAP)};
}

void sql_fixed(Sql *sql, Str literal) {
        buf_add(&sql->text, literal);
}

void sql_name(Sql *sql, Str name) {
        buf_add_char(&sql->text, '"');
        for (ptrdiff_t at; (at = str_find_char(name, '"')) >= 0; name = str_slice(name, (size_t)at + 1, name.len)) {
                buf_add(&sql->text, str_slice(name, 0, (size_t)at));
                buf_lit(&sql->text, "\"\"");
        }
        buf_add(&sql->text, name);
        buf_add_char(&sql->text, '"');
}

void sql_column(Sql *sql, Str alias, Str column) {
        if (alias.len) {
                buf_add(&sql->text, alias);
                buf_add_char(&sql->text, '.');
        }
        sql_name(sql, column);
}

void sql_alias(Sql *sql, int number) {
        buf_add_char(&sql->text, 't');
        buf_add_int(&sql->text, number);
}

static void grow(Sql *sql) {
        if (sql->count < sql->capacity)
                return;
        size_t capacity = sql->capacity ? sql->capacity * 2 : FIRST_PARAMETERS;
        Value *params = arena_array(sql->arena, Value, capacity);
        size_t *marks = arena_array(sql->arena, size_t, capacity);
        if (sql->count) {
                memcpy(params, sql->params, sql->count * sizeof *params);
                memcpy(marks, sql->marks, sql->count * sizeof *marks);
        }
        sql->params = params;
        sql->marks = marks;
        sql->capacity = capacity;
}

static void add_parameter(Sql *sql, Value value) {
        grow(sql);
        sql->marks[sql->count] = sql->text.len;
        sql->params[sql->count++] = value;
        buf_add_char(&sql->text, sql->dialect == DIALECT_SQLITE ? '?' : '$');
        buf_add_int(&sql->text, (int64_t)sql->count);
}

// PostgreSQL is told every parameter's type, so that no expression around it leaves it to be guessed.
static Str cast_of(ValueKind kind) {
        switch (kind) {
        case VALUE_BOOL:
                return STR("::boolean");
        case VALUE_INTEGER:
                return STR("::bigint");
        case VALUE_NUMBER:
                return STR("::numeric");
        case VALUE_TEXT:
                return STR("::text");
        case VALUE_DATE:
                return STR("::date");
        case VALUE_DATETIME:
                return STR("::timestamptz");
        case VALUE_BLOB:
                return STR("::bytea");
        case VALUE_NULL:
                break;
        }
        return STR_NONE;
}

void sql_value(Sql *sql, Value value) {
        if (value_is_null(value)) {
                buf_lit(&sql->text, "null");
                return;
        }
        add_parameter(sql, value);
        if (sql->dialect == DIALECT_POSTGRES)
                buf_add(&sql->text, cast_of(value.kind));
}

void sql_int(Sql *sql, int64_t number) {
        sql_value(sql, value_int(number));
}

void sql_str(Sql *sql, Str text) {
        sql_value(sql, value_text(text));
}

void sql_literal(Sql *sql, Str text) {
        ensure(str_find_char(text, '\\') < 0); // plain on both engines
        buf_add_char(&sql->text, '\'');
        for (ptrdiff_t at; (at = str_find_char(text, '\'')) >= 0; text = str_slice(text, (size_t)at + 1, text.len)) {
                buf_add(&sql->text, str_slice(text, 0, (size_t)at));
                buf_lit(&sql->text, "''");
        }
        buf_add(&sql->text, text);
        buf_add_char(&sql->text, '\'');
}

void sql_values(Sql *sql, const Value *values, size_t count) {
        for (size_t i = 0; i < count; i++) {
                sql_fixed(sql, i ? STR(", ") : STR(" values ("));
                sql_value(sql, values[i]);
        }
        sql_fixed(sql, STR(")"));
}

static size_t skip_digits(Str text, size_t at) {
        while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
                at++;
        return at;
}

void sql_append(Sql *sql, const Sql *other) {
        ensure(sql->dialect == other->dialect);
        Str text = buf_str(&other->text);
        size_t done = 0;
        for (size_t i = 0; i < other->count && other->marks[i] < text.len; i++) {
                buf_add(&sql->text, str_slice(text, done, other->marks[i]));
                add_parameter(sql, other->params[i]);
                done = skip_digits(text, other->marks[i] + 1);
        }
        buf_add(&sql->text, str_slice(text, done, text.len));
        sql->plan_anew |= other->plan_anew;
        if (buf_full(&other->text))
                sql->text.full = true;
}

static size_t padded_length(size_t count) {
        size_t length = EXACT_LIST;
        if (count <= length)
                return count;
        while (length < count)
                length *= 2;
        return length;
}

// All numbers in one text: a JSON array that SQLite unpacks, an array literal that PostgreSQL does.
static void long_list(Sql *sql, const int64_t *numbers, size_t count) {
        bool sqlite = sql->dialect == DIALECT_SQLITE;
        Buf text = buf_make(sql->arena, count * 21 + 2);
        buf_add_char(&text, sqlite ? '[' : '{');
        for (size_t i = 0; i < count; i++) {
                if (i)
                        buf_add_char(&text, ',');
                buf_add_int(&text, numbers[i]);
        }
        buf_add_char(&text, sqlite ? ']' : '}');
        if (buf_full(&text))
                sql->text.full = true;
        if (sqlite)
                buf_lit(&sql->text, "(select value from json_each(");
        else
                buf_lit(&sql->text, "(select unnest(");
        add_parameter(sql, value_text(buf_str(&text)));
        if (sqlite)
                buf_lit(&sql->text, "))");
        else
                buf_lit(&sql->text, "::bigint[]))");
}

void sql_int_list(Sql *sql, const int64_t *numbers, size_t count) {
        if (count > SQL_LIST_INLINE) {
                long_list(sql, numbers, count);
                return;
        }
        if (count == 0) { // no row, so that "not in" is true
                sql_fixed(sql, sql->dialect == DIALECT_SQLITE ? STR("(select null where false)") : STR("(select null::bigint where false)"));
                return;
        }
        size_t length = padded_length(count);
        buf_add_char(&sql->text, '(');
        for (size_t i = 0; i < length; i++) {
                if (i)
                        buf_add_char(&sql->text, ',');
                sql_int(sql, numbers[i < count ? i : count - 1]);
        }
        buf_add_char(&sql->text, ')');
}

Str sql_type(Dialect dialect, ValueKind kind) {
        bool sqlite = dialect == DIALECT_SQLITE;
        switch (kind) {
        case VALUE_BOOL:
                return sqlite ? STR("INTEGER") : STR("boolean");
        case VALUE_INTEGER:
                return sqlite ? STR("INTEGER") : STR("bigint");
        case VALUE_NUMBER:
                return sqlite ? STR("INTEGER") : STR("numeric(18,6)");
        case VALUE_TEXT:
                return sqlite ? STR("TEXT") : STR("text collate \"C\"");
        case VALUE_DATE:
                return sqlite ? STR("INTEGER") : STR("date");
        case VALUE_DATETIME:
                return sqlite ? STR("INTEGER") : STR("timestamptz(3)");
        case VALUE_BLOB:
                return sqlite ? STR("BLOB") : STR("bytea");
        case VALUE_NULL:
                break;
        }
        ensure(!"a column of no kind");
        return STR_NONE;
}

void sql_identity(Sql *sql) {
        if (sql->dialect == DIALECT_SQLITE)
                buf_lit(&sql->text, " integer primary key autoincrement");
        else
                buf_lit(&sql->text, " bigint generated by default as identity primary key");
}

void sql_or_fail(Sql *sql) {
        if (sql->dialect == DIALECT_SQLITE)
                buf_lit(&sql->text, " or fail");
}

void sql_plan_anew(Sql *sql) {
        sql->plan_anew = true;
}

void sql_returning_id(Sql *sql) {
        sql->row_id = true;
        if (sql->dialect == DIALECT_POSTGRES)
                sql(sql, " returning \"id\"");
}

void sql_table_end(Sql *sql) {
        if (sql->dialect == DIALECT_SQLITE)
                buf_lit(&sql->text, ") strict");
        else
                buf_lit(&sql->text, ")");
}

void sql_lock(Sql *sql, bool skip_locked) {
        if (sql->dialect == DIALECT_SQLITE)
                return;
        if (skip_locked)
                buf_lit(&sql->text, " for update skip locked");
        else
                buf_lit(&sql->text, " for update");
}

void sql_average(Sql *sql, const Sql *argument) {
        if (sql->dialect == DIALECT_SQLITE) {
                buf_lit(&sql->text, "haike_avg(");
                sql_append(sql, argument);
                buf_lit(&sql->text, ")");
                return;
        }
        buf_lit(&sql->text, "haike_ratio(sum(");
        sql_append(sql, argument);
        buf_lit(&sql->text, "),count(");
        sql_append(sql, argument);
        buf_lit(&sql->text, "))");
}
