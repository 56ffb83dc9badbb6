// What tables of totals an object has, and how their columns are said in SQL. Nothing is run here.
#include "record/totals.h"

#define TOTALS_VERSION 2 // of how they are kept: another one makes all of them anew
#define SIGNATURE_CAP 8192

// Where days begin decides on the month of a date-time.
static Str zone_of(const Object *object) {
        return object->catalog->zone ? zone_name(object->catalog->zone) : STR("UTC");
}

static void put_local_day(Sql *sql, Str alias, const Field *field, Str zone) {
        sql(sql, "haike_day(");
        sql_column(sql, alias, field->column);
        sql(sql, ", ");
        sql_literal(sql, zone);
        sql(sql, ")");
}

static void put_day(Sql *sql, Str alias, const Field *field, Str zone) {
        if (field->kind == VALUE_DATETIME)
                put_local_day(sql, alias, field, zone);
        else
                sql_column(sql, alias, field->column);
}

static void put_first_day(Sql *sql, Str alias, const Field *field, Str zone) {
        bool sqlite = sql->dialect == DIALECT_SQLITE;
        sql_fixed(sql, sqlite ? STR("(") : STR("date_trunc('month', cast("));
        put_day(sql, alias, field, zone);
        if (!sqlite) {
                sql(sql, " as timestamp))::date");
                return;
        }
        sql(sql, " - haike_dayofmonth(");
        put_day(sql, alias, field, zone);
        sql(sql, ") + 1)");
}

void totals_key(const TotalsColumn *column, const Object *object, Str alias, Sql *sql) {
        Str zone = zone_of(object);
        if (!column->month) {
                sql_column(sql, alias, column->field->column);
                return;
        }
        bool moment = column->field->kind == VALUE_DATETIME;
        if (moment)
                sql(sql, "haike_at(");
        put_first_day(sql, alias, column->field, zone);
        if (!moment)
                return;
        sql(sql, ", ");
        sql_literal(sql, zone);
        sql(sql, ")");
}

// ---- Sums. SQLite's integers would overflow where millions are summed up, and a strict table refuses what they become then: the last nine digits of each number are
// summed apart from the others. How many numbers there were makes averages.

static Sql part_of(Db *db, const Sql *value, Str before, Str after) {
        Sql part = db_sql(db);
        sql_fixed(&part, before);
        sql_append(&part, value);
        sql_fixed(&part, after);
        return part;
}

void totals_names(Dialect dialect, Arena *arena, size_t at, TotalsParts *ret) {
        static const char *const sqlite[] = {"high", "low", "count"}, *const postgres[] = {"sum", "count"};
        bool lite = dialect == DIALECT_SQLITE;
        ret->count = lite ? 3 : 2;
        for (size_t i = 0; i < ret->count; i++)
                ret->names[i] = str_format(arena, "%s%zu", lite ? sqlite[i] : postgres[i], at);
}

Status totals_parts(Db *db, const TotalsSum *sum, size_t at, const Object *object, Str alias, TotalsParts *ret) {
        ExprNames names = catalog_names(object->catalog);
        ExprEnv env = {.zone = object->catalog->zone};
        Sql value = db_sql(db);
        TRY(expr_sql_value(db_context(db), sum->expr, &env, &names, alias, &value));
        totals_names(db_dialect(db), db_arena(db), at, ret);
        if (db_dialect(db) == DIALECT_SQLITE) {
                ret->values[0] = part_of(db, &value, STR("(coalesce("), STR(", 0) / 1000000000)"));
                ret->values[1] = part_of(db, &value, STR("(coalesce("), STR(", 0) % 1000000000)"));
                ret->values[2] = part_of(db, &value, STR("("), STR(" is not null)"));
        } else {
                ret->values[0] = part_of(db, &value, STR("coalesce("), STR(", 0)"));
                ret->values[1] = part_of(db, &value, STR("(case when "), STR(" is not null then 1 else 0 end)"));
        }
        return STATUS_OK;
}

// ---- Rows of totals, of changes and of records, alike

static void put_names(size_t at, Sql *select) {
        TotalsParts parts;
        totals_names(select->dialect, select->arena, at, &parts);
        for (size_t i = 0; i < parts.count; i++) {
                sql(select, ", t.");
                sql_name(select, parts.names[i]);
        }
}

static void put_kept(const TotalsTable *table, const TotalsColumn *columns, size_t count, const Sql *where, Sql *select) {
        sql(select, "select ");
        for (size_t i = 0; i < count; i++) {
                sql_column(select, STR("t"), columns[i].field->column);
                sql(select, ", ");
        }
        sql(select, "t.\"n\"");
        for (size_t i = 0; i < table->totals->sums_count; i++)
                put_names(i, select);
        sql(select, " from ");
        sql_name(select, table->name);
        sql(select, " t");
        if (where)
                sql_append(select, where);
}

// times: how often each row counts, as SQL.
static Status put_single(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, Str from, Str times, Sql *select) {
        sql(select, "select ");
        for (size_t i = 0; i < count; i++) {
                totals_key(&columns[i], table->object, STR("t"), select);
                sql(select, " as ");
                sql_name(select, columns[i].field->column);
                sql(select, ", ");
        }
        sql_fixed(select, times);
        sql(select, " as \"n\"");
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                TRY(totals_parts(db, &table->totals->sums[i], i, table->object, STR("t"), &parts));
                for (size_t k = 0; k < parts.count; k++) {
                        sql(select, ", ");
                        sql_fixed(select, times);
                        sql(select, " * ");
                        sql_append(select, &parts.values[k]);
                        sql(select, " as ");
                        sql_name(select, parts.names[k]);
                }
        }
        sql(select, " from ");
        sql_name(select, from);
        sql(select, " t");
        return STATUS_OK;
}

Status totals_of_records(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, const Sql *which, bool less, Sql *select) {
        TRY(put_single(db, table, columns, count, table->object->table, less ? STR("-1") : STR("1"), select));
        sql(select, " where t.\"deleted_at\" is null");
        if (which)
                sql_append(select, which);
        return STATUS_OK;
}

Status totals_of_changes(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, Str from, const Sql *where, Sql *select) {
        TRY(put_single(db, table, columns, count, from, STR("t.\"n\""), select));
        if (where)
                sql_append(select, where);
        return STATUS_OK;
}

Status totals_rows(Db *db, const TotalsTable *table, const TotalsColumn *columns, size_t count, const Sql *where, Sql *select) {
        put_kept(table, columns, count, where, select);
        sql(select, " union all ");
        return totals_of_changes(db, table, columns, count, table->changes, where, select);
}

// ---- The tables

static Status sign(Db *db, const TotalsTable *table, Sql *text) {
        for (size_t i = 0; i < table->count; i++) {
                totals_key(&table->columns[i], table->object, STR("t"), text);
                sql(text, ", ");
        }
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                TRY(totals_parts(db, &table->totals->sums[i], i, table->object, STR("t"), &parts));
                sql_append(text, &parts.values[0]);
        }
        return STATUS_OK;
}

static void add_field(const Field **fields, size_t *count, const Field *field) {
        for (size_t i = 0; i < *count; i++)
                if (fields[i] == field)
                        return;
        fields[(*count)++] = field;
}

// What the triggers write down of each change, for all tables of the object: these columns, with the object's own names.
void totals_watched(Arena *arena, const TotalsTables *tables, const Field ***ret, size_t *ret_count) {
        size_t most = 1;
        for (size_t i = 0; i < tables->count; i++) {
                most += tables->items[i].count;
                for (size_t k = 0; k < tables->items[i].totals->sums_count; k++)
                        most += tables->items[i].totals->sums[k].uses_count;
        }
        *ret = arena_array(arena, const Field *, most);
        *ret_count = 0;
        for (size_t i = 0; i < tables->count; i++) {
                const TotalsTable *table = &tables->items[i];
                for (size_t k = 0; k < table->count; k++)
                        add_field(*ret, ret_count, table->columns[k].field);
                for (size_t k = 0; k < table->totals->sums_count; k++)
                        for (size_t u = 0; u < table->totals->sums[k].uses_count; u++)
                                add_field(*ret, ret_count, table->totals->sums[k].uses[u]);
        }
}

// What is kept otherwise has another name: who began to read before it was made anew does not find an empty table in place of the one that he knows.
static Status add_table(Db *db, const Object *object, const ObjectTotals *totals, TotalsLevel level, TotalsTables *ret) {
        static const char *const ends[] = {[TOTALS_OWNER] = "owner", [TOTALS_DEPARTMENT] = "department", [TOTALS_WHOLE] = "whole"};
        TotalsTable *table = &ret->items[ret->count++];
        Sql text = db_sql(db);
        *table = (TotalsTable){.object = object, .totals = totals, .level = level};
        if (level <= TOTALS_DEPARTMENT)
                table->columns[table->count++] = (TotalsColumn){.field = object->department};
        if (level == TOTALS_OWNER)
                table->columns[table->count++] = (TotalsColumn){.field = object->owner};
        for (size_t i = 0; i < totals->by_count; i++)
                table->columns[table->count++] = (TotalsColumn){.field = totals->by[i].field, .month = totals->by[i].month};
        TRY(sign(db, table, &text));
        table->name = str_format(db_arena(db), "total__" STR_FMT "__%zu_%s", STR_ARG(object->name), totals->place + 1, ends[level]);
        table->name = str_format(db_arena(db), STR_FMT "_%06llx", STR_ARG(table->name), (unsigned long long)(str_hash(buf_str(&text.text)) & 0xffffff));
        return STATUS_OK;
}

static Str signature_of(Arena *arena, const TotalsTables *tables) {
        Buf names = buf_make(arena, SIGNATURE_CAP);
        buf_format(&names, "%d", TOTALS_VERSION);
        for (size_t i = 0; i < tables->count; i++)
                buf_format(&names, " " STR_FMT, STR_ARG(tables->items[i].name));
        return tables->count ? buf_str(&names) : STR_NONE;
}

Status totals_tables(Db *db, const Object *object, TotalsTables *ret) {
        ret->count = 0;
        for (size_t i = 0; i < object->totals_count; i++) {
                const ObjectTotals *totals = &object->totals[i];
                for (TotalsLevel level = TOTALS_OWNER; level <= (totals->by_count ? TOTALS_WHOLE : TOTALS_DEPARTMENT); level++)
                        TRY(add_table(db, object, totals, level, ret));
        }
        ret->signature = signature_of(db_arena(db), ret);
        ret->changes = str_format(db_arena(db), "total__" STR_FMT "__changes_%06llx", STR_ARG(object->name), (unsigned long long)(str_hash(ret->signature) & 0xffffff));
        for (size_t i = 0; i < ret->count; i++)
                ret->items[i].changes = ret->changes;
        return STATUS_OK;
}

Status totals_signature(Db *db, const Object *object, Str *ret) {
        TotalsTables *tables = arena_new_of(db_arena(db), TotalsTables);
        TRY(totals_tables(db, object, tables));
        *ret = tables->signature;
        return STATUS_OK;
}
