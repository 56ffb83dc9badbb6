// The SQL builder: the only way statements are made. Fixed text is a literal (checked by the compiler), names come from the catalog and are quoted,
// values are bound. The builder knows its dialect; where the dialects differ there is a function here.
#pragma once
#include "base/buf.h"
#include "base/value.h"

typedef enum Dialect { DIALECT_SQLITE, DIALECT_POSTGRES } Dialect;

typedef struct Sql {
        Dialect dialect;
        Arena *arena;
        Buf text;
        Value *params;
        size_t *marks;          // offset in text of each parameter, in order
        size_t count, capacity;
        bool row_id;            // db_insert() answers the new row's id
        bool plan_anew;
} Sql;

#define SQL_TEXT_CAP (1024 * 1024)

Sql sql_make(Arena *arena, Dialect dialect);
#define sql(builder, literal) sql_fixed((builder), STR(literal))
void sql_fixed(Sql *sql, Str literal);                // through the macro, or with a static text
void sql_name(Sql *sql, Str name);                    // "name", quotes doubled
void sql_column(Sql *sql, Str alias, Str column);     // alias."column"; alias may be empty
void sql_alias(Sql *sql, int number);                 // t0, t1 …
void sql_value(Sql *sql, Value value);                // ?N or $N::type, and binds; VALUE_NULL becomes null
void sql_int(Sql *sql, int64_t number);               // sql_value of an integer
void sql_str(Sql *sql, Str text);
void sql_values(Sql *sql, const Value *values, size_t count); // values (?1, ?2, …)
void sql_literal(Sql *sql, Str text);                 // 'text' where no parameter may stand: in what a trigger does
void sql_append(Sql *sql, const Sql *other);          // its text with parameters renumbered
// list: "(?1,?2,…)"; the empty list gives a list that nothing is in. Lengths are rounded up by repeating the last number, so that few statements need to be
// prepared; a list longer than SQL_LIST_INLINE is one parameter, a subquery.
void sql_int_list(Sql *sql, const int64_t *numbers, size_t count);
#define SQL_LIST_INLINE 64

// Where the dialects differ.
Str sql_type(Dialect dialect, ValueKind kind);        // column type for DDL: "INTEGER", "numeric(18,6)" …
void sql_identity(Sql *sql);                          // after a column's name: integer primary key that counts up by itself and is never used twice
void sql_returning_id(Sql *sql);                      // ends an insert of one row for db_insert(); SQLite knows the id and is not asked, which would journal the statement
void sql_or_fail(Sql *sql);                           // after "insert", "update": SQLite keeps no journal of the statement, which triggers would make it do; if it fails the work's savepoint undoes it
void sql_plan_anew(Sql *sql);                         // PostgreSQL plans the statement for its values each time: where they decide, as in a search for a rare or a common word
void sql_table_end(Sql *sql);                         // ")" of create table, strict on SQLite
void sql_lock(Sql *sql, bool skip_locked);            // " for update", " for update skip locked"; nothing on SQLite, where one thread writes
void sql_average(Sql *sql, const Sql *argument);      // the same as haike_avg(argument); on PostgreSQL over builtin aggregates, several times as fast
