// The haike_ functions of PostgreSQL, made by the store's first migration. They answer exactly as SQLite's (sqlite/functions.c): what is written as one expression is
// inlined by the planner; quotients are calculated in whole numbers because numeric division rounds, and rounding twice is wrong.
#include "store/postgres/postgres.h"

#define PURE " language sql immutable parallel safe return "

static const char *const statements[] = {
        "create or replace function haike_range(x numeric) returns numeric" PURE
                "case when x between -999999999999.999999 and 999999999999.999999 then x end",
        "create or replace function haike_add(a numeric, b numeric) returns numeric" PURE "haike_range(a + b)",
        "create or replace function haike_sub(a numeric, b numeric) returns numeric" PURE "haike_range(a - b)",
        "create or replace function haike_mul(a numeric, b numeric) returns numeric" PURE "haike_range(round(a * b, 6))",
        "create or replace function haike_div(a numeric, b numeric) returns numeric" PURE
                "case when b <> 0 then haike_range(sign(a) * sign(b) * div(abs(a) * 2000000 + abs(b), abs(b) * 2) * 0.000001) end",
        "create or replace function haike_round(a numeric, places bigint) returns numeric" PURE
                "case when places between 0 and 6 then haike_range(round(a, places::integer)) end",
        "create or replace function haike_int(n numeric) returns bigint" PURE "trunc(n)::bigint",
        "create or replace function haike_num(i bigint) returns numeric" PURE "haike_range(i::numeric)",
        "create or replace aggregate haike_sum(numeric) (sfunc = numeric_add, stype = numeric, combinefunc = numeric_add, finalfunc = haike_range, parallel = safe)",
        "create or replace function haike_ratio(total numeric, number bigint) returns numeric" PURE
                "case when number > 0 then haike_range(sign(total) * div(abs(total) * 2000000 + number, number * 2) * 0.000001) end",
        // An average keeps its sum and its count in one number: the count in the places above the 40th, far from any sum.
        "create or replace function haike_avg_step(state numeric, x numeric) returns numeric language plpgsql immutable strict parallel safe as "
                "$$ begin return state + x + 10000000000000000000000000000000000000000; end $$",
        "create or replace function haike_avg_end(state numeric) returns numeric language plpgsql immutable strict parallel safe as "
                "$$ declare number numeric := round(state / 10000000000000000000000000000000000000000); "
                "begin return haike_ratio(state - number * 10000000000000000000000000000000000000000, number::bigint); end $$",
        "create or replace aggregate haike_avg(numeric) (sfunc = haike_avg_step, stype = numeric, initcond = '0', combinefunc = numeric_add, finalfunc = haike_avg_end, parallel = safe)",
        "create or replace function haike_fold(x text) returns text" PURE "normalize(lower(normalize(x, NFKC) collate \"und-x-icu\"), NFKC)",
        "create or replace function haike_contains(x text, needle text) returns boolean" PURE
                "strpos(normalize(lower(normalize(x, NFKC) collate \"und-x-icu\"), NFKC) collate \"C\", needle) > 0",
        "create or replace function haike_length(x text) returns bigint" PURE "char_length(x)::bigint",
        "create or replace function haike_lower(x text) returns text" PURE "lower(x collate \"und-x-icu\")",
        "create or replace function haike_upper(x text) returns text" PURE "upper(x collate \"und-x-icu\")",
        "create or replace function haike_list_has(list text, element text) returns boolean" PURE "jsonb_exists(list::jsonb, element)",
        "create or replace function haike_day(m timestamptz, zone text) returns date" PURE "(m at time zone zone)::date",
        // The server takes the later of two midnights; the first instant of the day is wanted, which is midnight at the offset of the evening before.
        "create or replace function haike_midnight(d date, zone text, later timestamptz) returns timestamptz" PURE
                "(d::timestamp - (((later - interval '6 hours') at time zone zone) - ((later - interval '6 hours') at time zone 'UTC'))) at time zone 'UTC'",
        "create or replace function haike_at(d date, zone text) returns timestamptz" PURE
                "case when (haike_midnight(d, zone, d::timestamp at time zone zone) at time zone zone)::date = d "
                "then least(haike_midnight(d, zone, d::timestamp at time zone zone), d::timestamp at time zone zone) else d::timestamp at time zone zone end",
        "create or replace function haike_year(d date) returns bigint" PURE "extract(year from d)::bigint",
        "create or replace function haike_month(d date) returns bigint" PURE "extract(month from d)::bigint",
        "create or replace function haike_dayofmonth(d date) returns bigint" PURE "extract(day from d)::bigint",
        "create or replace function haike_weekday(d date) returns bigint" PURE "extract(isodow from d)::bigint",
        "create or replace function haike_year_text(d date) returns text" PURE "lpad(extract(year from d)::text, 4, '0')",
        "create or replace function haike_month_text(d date) returns text" PURE
                "lpad(extract(year from d)::text, 4, '0') || '-' || lpad(extract(month from d)::text, 2, '0')",
        "create or replace function haike_quarter_text(d date) returns text" PURE "lpad(extract(year from d)::text, 4, '0') || '-Q' || extract(quarter from d)::text",
        "create or replace function haike_week_text(d date) returns text" PURE
                "lpad(extract(isoyear from d)::text, 4, '0') || '-W' || lpad(extract(week from d)::text, 2, '0')",
        "create or replace function haike_date_text(d date) returns text" PURE
                "lpad(extract(year from d)::text, 4, '0') || '-' || lpad(extract(month from d)::text, 2, '0') || '-' || lpad(extract(day from d)::text, 2, '0')",
        "create or replace function haike_add_months(d date, n bigint) returns date" PURE
                "case when extract(year from d) * 12 + extract(month from d) - 1 + n between 12 and 119999 then (d + make_interval(months => n::integer))::date end",
        "create or replace function haike_id_of(x text) returns bigint" PURE "case when x ~ '^[^:]+:[0-9]{1,18}$' then split_part(x, ':', 2)::bigint end",
        "create or replace function haike_object_of(x text) returns text" PURE "case when x ~ '^[^:]+:[0-9]{1,18}$' then split_part(x, ':', 1) end",
};

#define DEGREES "-?[0-9]{1,3}(?:[.][0-9]{1,6})?"
static const char *const positions[] = {
        "create or replace function haike_latitude(x text) returns numeric" PURE "substring(x from '^[{]\"lat\":(" DEGREES "),\"lng\":" DEGREES "[}]$')::numeric",
        "create or replace function haike_longitude(x text) returns numeric" PURE "substring(x from '^[{]\"lat\":" DEGREES ",\"lng\":(" DEGREES ")[}]$')::numeric",
};

static Status create(Db *db, const char *const *sources, size_t count) {
        for (size_t i = 0; i < count; i++) {
                Sql statement = db_sql(db);
                sql_fixed(&statement, str_from(sources[i]));
                TRY(db_ddl(db, &statement));
        }
        return STATUS_OK;
}

static Status create_functions(Db *db) {
        return create(db, statements, sizeof statements / sizeof *statements);
}

static Status create_positions(Db *db) {
        return create(db, positions, sizeof positions / sizeof *positions);
}

const Migration postgres_migrations[POSTGRES_MIGRATIONS] = {{1, "store functions", create_functions}, {2, "positions", create_positions}};
