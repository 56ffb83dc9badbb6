// Tables of totals and the triggers that keep them. Triggers, because columns are written in many ways beside the record pipeline (roll-ups, erasing, purging, mending,
// definitions): the database misses none of them, a program of an older version that writes meanwhile neither. They only write down what went and what came, in one row
// each: changing the totals themselves would make everybody who sells wait for everybody else on PostgreSQL, and a trigger of many statements costs SQLite more to
// prepare than the write itself. Folding is totals_work.c's; what is kept is the sum over both.
#include "record/totals.h"

static Status run(Db *db, Sql *ddl) {
        return db_ddl(db, ddl);
}

// ---- Tables

static void put_column(Sql *ddl, Str name, Str type) {
        sql_name(ddl, name);
        sql(ddl, " ");
        sql_fixed(ddl, type);
}

static void put_columns(Sql *ddl, const TotalsTable *table) {
        bool lite = ddl->dialect == DIALECT_SQLITE;
        Str whole = lite ? STR("INTEGER not null") : STR("bigint not null");
        for (size_t i = 0; i < table->count; i++) {
                put_column(ddl, table->columns[i].field->column, sql_type(ddl->dialect, table->columns[i].field->kind));
                sql(ddl, ", ");
        }
        put_column(ddl, STR("n"), whole);
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                totals_names(ddl->dialect, ddl->arena, i, &parts);
                for (size_t k = 0; k < parts.count; k++) {
                        sql(ddl, ", ");
                        put_column(ddl, parts.names[k], !lite && k == 0 ? STR("numeric not null") : whole);
                }
        }
        sql_table_end(ddl);
}

static void put_key_names(Sql *text, const TotalsTable *table) {
        for (size_t i = 0; i < table->count; i++) {
                sql_fixed(text, i ? STR(", ") : STR(""));
                sql_name(text, table->columns[i].field->column);
        }
}

static void put_sum_names(Sql *text, const TotalsTable *table) {
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                totals_names(text->dialect, text->arena, i, &parts);
                for (size_t k = 0; k < parts.count; k++) {
                        sql(text, ", ");
                        sql_name(text, parts.names[k]);
                }
        }
}

// The owner first: his totals are found by it, and the triggers' row by all of it.
static void put_index_columns(Sql *ddl, const TotalsTable *table) {
        if (table->level == TOTALS_OWNER)
                sql(ddl, "\"owner_id\", \"department_id\"");
        else if (table->level == TOTALS_DEPARTMENT)
                sql(ddl, "\"department_id\"");
        for (size_t i = 0, first = table->level == TOTALS_WHOLE; i < table->totals->by_count; i++) {
                sql_fixed(ddl, i || !first ? STR(", ") : STR(""));
                sql_name(ddl, table->totals->by[i].field->column);
        }
}

static Status make_index(Db *db, const TotalsTable *table) {
        bool lite = db_dialect(db) == DIALECT_SQLITE;
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, lite ? STR("create index ") : STR("create unique index "));
        sql_name(&ddl, str_format(db_arena(db), STR_FMT "_key", STR_ARG(table->name)));
        sql(&ddl, " on ");
        sql_name(&ddl, table->name);
        sql(&ddl, " (");
        put_index_columns(&ddl, table);
        sql_fixed(&ddl, lite ? STR(")") : STR(") nulls not distinct"));
        return run(db, &ddl);
}

static Status make_table(Db *db, const TotalsTable *table) {
        Sql ddl = db_sql(db), empty = db_sql(db);
        sql(&ddl, "create table ");
        sql_name(&ddl, table->name);
        sql(&ddl, " (");
        put_columns(&ddl, table);
        TRY(run(db, &ddl));
        TRY(make_index(db, table));
        if (db_dialect(db) != DIALECT_SQLITE)
                return STATUS_OK;
        sql(&empty, "create index ");
        sql_name(&empty, str_format(db_arena(db), STR_FMT "_empty", STR_ARG(table->name)));
        sql(&empty, " on ");
        sql_name(&empty, table->name);
        sql(&empty, " (\"n\") where \"n\" = 0");
        return run(db, &empty);
}

static Status make_changes(Db *db, const TotalsTables *tables) {
        const Field **fields = NULL;
        size_t count = 0;
        Sql ddl = db_sql(db);
        totals_watched(db_arena(db), tables, &fields, &count);
        sql(&ddl, "create table ");
        sql_name(&ddl, tables->changes);
        sql(&ddl, " (");
        put_column(&ddl, STR("n"), sql_type(ddl.dialect, VALUE_INTEGER));
        for (size_t i = 0; i < count; i++) {
                sql(&ddl, ", ");
                put_column(&ddl, fields[i]->column, sql_type(ddl.dialect, fields[i]->kind));
        }
        sql_table_end(&ddl);
        if (ddl.dialect == DIALECT_POSTGRES) // its rows come and go all day
                sql(&ddl, " with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 1000)");
        return run(db, &ddl);
}

// ---- What triggers do

static void put_watched_names(Sql *ddl, const Field **fields, size_t count) {
        sql(ddl, "\"deleted_at\"");
        for (size_t i = 0; i < count; i++) {
                sql(ddl, ", ");
                sql_name(ddl, fields[i]->column);
        }
}

static void put_differs(Sql *ddl, const Field **fields, size_t count) {
        Str differs = ddl->dialect == DIALECT_SQLITE ? STR(" is not ") : STR(" is distinct from ");
        sql(ddl, "old.\"deleted_at\"");
        sql_fixed(ddl, differs);
        sql(ddl, "new.\"deleted_at\"");
        for (size_t i = 0; i < count; i++) {
                sql(ddl, " or ");
                sql_column(ddl, STR("old"), fields[i]->column);
                sql_fixed(ddl, differs);
                sql_column(ddl, STR("new"), fields[i]->column);
        }
}

static void put_object_id(Sql *ddl, const Object *object) {
        sql_fixed(ddl, str_format(ddl->arena, "%lld", (long long)object->id));
}

// While they are built: what was gone through already, and what came after the building began. The rest is counted when it is its turn.
static void put_reached(Sql *ddl, const Object *object, Str alias) {
        sql(ddl, "(");
        sql_column(ddl, alias, STR("id"));
        sql(ddl, " <= (select \"done\" from \"totals_state\" where \"object_id\" = ");
        put_object_id(ddl, object);
        sql(ddl, ") or ");
        sql_column(ddl, alias, STR("id"));
        sql(ddl, " > (select \"last\" from \"totals_state\" where \"object_id\" = ");
        put_object_id(ddl, object);
        sql(ddl, "))");
}

typedef struct Watch { Db *db; const Object *object; const TotalsTables *tables; const Field **fields; size_t count; bool building; } Watch;

static Watch watch_of(Db *db, const Object *object, const TotalsTables *tables, bool building) {
        Watch watch = {.db = db, .object = object, .tables = tables, .building = building};
        totals_watched(db_arena(db), tables, &watch.fields, &watch.count);
        return watch;
}

static void put_change_into(const Watch *watch, Sql *ddl) {
        sql(ddl, "insert into ");
        sql_name(ddl, watch->tables->changes);
        sql(ddl, " (\"n\"");
        for (size_t i = 0; i < watch->count; i++) {
                sql(ddl, ", ");
                sql_name(ddl, watch->fields[i]->column);
        }
        sql(ddl, ") ");
}

// A record as it was goes, as it is comes.
static void put_change(const Watch *watch, bool out, Sql *ddl) {
        sql_fixed(ddl, out ? STR("select -1") : STR("select 1"));
        for (size_t i = 0; i < watch->count; i++) {
                sql(ddl, ", ");
                sql_column(ddl, out ? STR("old") : STR("new"), watch->fields[i]->column);
        }
        sql_fixed(ddl, out ? STR(" where old.\"deleted_at\" is null") : STR(" where new.\"deleted_at\" is null"));
}

static void put_changes(const Watch *watch, bool out, bool in, Sql *ddl) {
        put_change_into(watch, ddl);
        if (out)
                put_change(watch, true, ddl);
        if (out && in)
                sql(ddl, " union all ");
        if (in)
                put_change(watch, false, ddl);
        sql(ddl, "; ");
}

// ---- SQLite

static Status sqlite_trigger(const Watch *watch, Str name, Str event, bool out, bool in) {
        Sql ddl = db_sql(watch->db);
        sql(&ddl, "create trigger ");
        sql_name(&ddl, str_format(ddl.arena, "total__" STR_FMT "__" STR_FMT, STR_ARG(watch->object->name), STR_ARG(name)));
        sql_fixed(&ddl, event);
        if (out && in)
                put_watched_names(&ddl, watch->fields, watch->count);
        sql(&ddl, " on ");
        sql_name(&ddl, watch->object->table);
        if (watch->building || (out && in))
                sql(&ddl, " when ");
        if (watch->building)
                put_reached(&ddl, watch->object, in ? STR("new") : STR("old"));
        if (watch->building && out && in)
                sql(&ddl, " and ");
        if (out && in) {
                sql(&ddl, "(");
                put_differs(&ddl, watch->fields, watch->count);
                sql(&ddl, ")");
        }
        sql(&ddl, " begin ");
        put_changes(watch, out, in, &ddl);
        sql(&ddl, "end");
        return run(watch->db, &ddl);
}

static Status sqlite_triggers(Db *db, const Object *object, const TotalsTables *tables, bool building) {
        Watch watch = watch_of(db, object, tables, building);
        TRY(sqlite_trigger(&watch, STR("insert"), STR(" after insert"), false, true));
        TRY(sqlite_trigger(&watch, STR("delete"), STR(" after delete"), true, false));
        return sqlite_trigger(&watch, STR("update"), STR(" after update of "), true, true);
}

typedef struct Names { Str items[TOTALS_TABLES_MOST * 8]; size_t count; } Names;

static Status read_names(Db *db, const Sql *select, Names *ret) {
        ret->count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, select, &rows));
        while (ret->count < sizeof ret->items / sizeof *ret->items) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret->items[ret->count++] = str_copy(db_arena(db), rows_text(rows, 0));
        }
        return STATUS_OK;
}

static Status drop_named(Db *db, Str command, const Names *names) {
        for (size_t i = 0; i < names->count; i++) {
                Sql ddl = db_sql(db);
                sql_fixed(&ddl, command);
                sql_name(&ddl, names->items[i]);
                TRY(run(db, &ddl));
        }
        return STATUS_OK;
}

static Status sqlite_names(Db *db, const Object *object, const char *type, Names *ret) {
        Str beginning = str_format(db_arena(db), "total__" STR_FMT "__", STR_ARG(object->name));
        Sql select = db_sql(db);
        sql(&select, "select name from sqlite_master where type = ");
        sql_str(&select, str_from(type));
        sql(&select, " and substr(name, 1, length(");
        sql_str(&select, beginning);
        sql(&select, ")) = ");
        sql_str(&select, beginning);
        sql(&select, " and name not like '%\\_\\_entry\\_%' escape '\\'"); // those are totals_entry.c's
        return read_names(db, &select, ret);
}

static Status sqlite_drop(Db *db, const Object *object, bool table) {
        Names *names = arena_new_of(db_arena(db), Names);
        TRY(sqlite_names(db, object, table ? "table" : "trigger", names));
        return drop_named(db, table ? STR("drop table ") : STR("drop trigger "), names);
}

// ---- PostgreSQL

static Str function_name(Db *db, const Object *object) {
        return str_format(db_arena(db), "total__" STR_FMT, STR_ARG(object->name));
}

// Replacing the function needs no lock on the table.
static Status postgres_function(Db *db, const Object *object, const TotalsTables *tables, bool building) {
        Watch watch = watch_of(db, object, tables, building);
        Sql ddl = db_sql(db);
        sql(&ddl, "create or replace function ");
        sql_name(&ddl, function_name(db, object));
        sql(&ddl, "() returns trigger language plpgsql as $totals$ begin ");
        if (building) {
                sql(&ddl, "if TG_OP = 'DELETE' then if not ");
                put_reached(&ddl, object, STR("old"));
                sql(&ddl, " then return null; end if; elsif not ");
                put_reached(&ddl, object, STR("new"));
                sql(&ddl, " then return null; end if; ");
        }
        sql(&ddl, "if TG_OP = 'INSERT' then ");
        put_changes(&watch, false, true, &ddl);
        sql(&ddl, "elsif TG_OP = 'DELETE' then ");
        put_changes(&watch, true, false, &ddl);
        sql(&ddl, "elsif ");
        put_differs(&ddl, watch.fields, watch.count);
        sql(&ddl, " then ");
        put_changes(&watch, true, true, &ddl);
        sql(&ddl, "end if; return null; end $totals$");
        return run(db, &ddl);
}

static Status postgres_trigger(Db *db, const Object *object, const TotalsTables *tables) {
        Watch watch = watch_of(db, object, tables, false);
        Sql ddl = db_sql(db);
        sql(&ddl, "create trigger totals after insert or delete or update of ");
        put_watched_names(&ddl, watch.fields, watch.count);
        sql(&ddl, " on ");
        sql_name(&ddl, object->table);
        sql(&ddl, " for each row execute function ");
        sql_name(&ddl, function_name(db, object));
        sql(&ddl, "()");
        return run(db, &ddl);
}

static Status postgres_drop(Db *db, const Object *object) {
        Str beginning = str_format(db_arena(db), "total__" STR_FMT "__", STR_ARG(object->name));
        Names *names = arena_new_of(db_arena(db), Names);
        Sql function = db_sql(db), select = db_sql(db);
        sql(&function, "drop function if exists ");
        sql_name(&function, function_name(db, object));
        sql(&function, "() cascade");
        TRY(run(db, &function));
        sql(&select, "select relname::text from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and starts_with(relname::text, ");
        sql_str(&select, beginning);
        sql(&select, ")");
        TRY(read_names(db, &select, names));
        return drop_named(db, STR("drop table "), names);
}

// ---- Both

Status totals_drop(Db *db, const Object *object) {
        if (db_dialect(db) == DIALECT_POSTGRES)
                return postgres_drop(db, object);
        TRY(sqlite_drop(db, object, false));
        return sqlite_drop(db, object, true);
}

Status totals_make(Db *db, const Object *object, bool building) {
        TotalsTables *tables = arena_new_of(db_arena(db), TotalsTables);
        TRY(totals_tables(db, object, tables));
        for (size_t i = 0; i < tables->count; i++)
                TRY(make_table(db, &tables->items[i]));
        TRY(make_changes(db, tables));
        if (db_dialect(db) == DIALECT_SQLITE)
                return sqlite_triggers(db, object, tables, building);
        TRY(postgres_function(db, object, tables, building));
        return postgres_trigger(db, object, tables);
}

Status totals_complete(Db *db, const Object *object) {
        TotalsTables *tables = arena_new_of(db_arena(db), TotalsTables);
        TRY(totals_tables(db, object, tables));
        if (db_dialect(db) == DIALECT_POSTGRES)
                return postgres_function(db, object, tables, false);
        TRY(sqlite_drop(db, object, false));
        return sqlite_triggers(db, object, tables, false);
}

// ---- Adding many records at once

static void put_something(const TotalsTable *table, Sql *select) {
        sql(select, " having sum(r.\"n\") <> 0");
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                totals_names(select->dialect, select->arena, i, &parts);
                for (size_t k = 0; k < parts.count; k++) {
                        sql(select, " or sum(");
                        sql_column(select, STR("r"), parts.names[k]);
                        sql(select, ") <> 0");
                }
        }
}

void totals_grouped(const TotalsTable *table, const Sql *source, bool differing, Sql *select) {
        sql(select, "select ");
        for (size_t i = 0; i < table->count; i++) {
                sql_column(select, STR("r"), table->columns[i].field->column);
                sql(select, ", ");
        }
        sql(select, "sum(r.\"n\") as \"n\"");
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                totals_names(select->dialect, select->arena, i, &parts);
                for (size_t k = 0; k < parts.count; k++) {
                        sql(select, ", sum(");
                        sql_column(select, STR("r"), parts.names[k]);
                        sql(select, ") as ");
                        sql_name(select, parts.names[k]);
                }
        }
        sql(select, " from (");
        sql_append(select, source);
        sql(select, ") r");
        for (size_t i = 0; i < table->count; i++) {
                sql_fixed(select, i ? STR(", ") : STR(" group by "));
                sql_column(select, STR("r"), table->columns[i].field->column);
        }
        if (differing)
                put_something(table, select);
}

static Str quoted_name(Arena *arena, const TotalsTable *table) {
        return str_format(arena, "\"" STR_FMT "\"", STR_ARG(table->name));
}

static void put_addition(Sql *text, const TotalsTable *table, Str from, Str name) {
        sql_name(text, name);
        sql(text, " = ");
        sql_column(text, quoted_name(text->arena, table), name);
        sql(text, " + ");
        sql_column(text, from, name);
}

// What comes from elsewhere is added to what is there.
static void put_additions(Sql *text, const TotalsTable *table, Str from) {
        put_addition(text, table, from, STR("n"));
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                totals_names(text->dialect, text->arena, i, &parts);
                for (size_t k = 0; k < parts.count; k++) {
                        sql(text, ", ");
                        put_addition(text, table, from, parts.names[k]);
                }
        }
}

static void put_same_key(Sql *text, const TotalsTable *table) {
        Str quoted = quoted_name(text->arena, table);
        sql(text, " where true");
        for (size_t i = 0; i < table->count; i++) {
                sql(text, " and ");
                sql_column(text, quoted, table->columns[i].field->column);
                sql(text, " is g.");
                sql_name(text, table->columns[i].field->column);
        }
}

static void put_insert(Sql *text, const TotalsTable *table) {
        sql(text, "insert into ");
        sql_name(text, table->name);
        sql(text, " (");
        put_key_names(text, table);
        sql(text, ", \"n\"");
        put_sum_names(text, table);
        sql(text, ") ");
}

static Status sqlite_merge(Db *db, const TotalsTable *table, const Sql *grouped) {
        Sql update = db_sql(db), insert = db_sql(db);
        sql(&update, "update ");
        sql_name(&update, table->name);
        sql(&update, " set ");
        put_additions(&update, table, STR("g"));
        sql(&update, " from (");
        sql_append(&update, grouped);
        sql(&update, ") g");
        put_same_key(&update, table);
        TRY(db_exec(db, &update, NULL));
        put_insert(&insert, table);
        sql(&insert, "select * from (");
        sql_append(&insert, grouped);
        sql(&insert, ") g where not exists (select 1 from ");
        sql_name(&insert, table->name);
        put_same_key(&insert, table);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static void put_upsert(const TotalsTable *table, const Sql *grouped, Sql *insert) {
        put_insert(insert, table);
        sql_append(insert, grouped);
        sql(insert, " on conflict (");
        put_index_columns(insert, table);
        sql(insert, ") do update set ");
        put_additions(insert, table, STR("excluded"));
}

Status totals_add_records(Db *db, const TotalsTable *table, const Sql *which) {
        Sql records = db_sql(db), grouped = db_sql(db), insert = db_sql(db);
        TRY(totals_of_records(db, table, table->columns, table->count, which, false, &records));
        totals_grouped(table, &records, false, &grouped);
        if (db_dialect(db) == DIALECT_SQLITE)
                return sqlite_merge(db, table, &grouped);
        put_upsert(table, &grouped, &insert);
        return db_exec(db, &insert, NULL);
}

// ---- Folding: changes become part of the tables. Whoever reads meanwhile finds them here or there, never in both.

static Status group_changes(Db *db, const TotalsTable *table, Str from, const Sql *where, Sql *grouped) {
        Sql changes = db_sql(db);
        TRY(totals_of_changes(db, table, table->columns, table->count, from, where, &changes));
        totals_grouped(table, &changes, true, grouped);
        return STATUS_OK;
}

// A prefix of the changes is a state that the records had: what has no records then has no sums either.
static Status remove_empty(Db *db, const TotalsTable *table) {
        Sql remove = db_sql(db);
        sql(&remove, "delete from ");
        sql_name(&remove, table->name);
        sql(&remove, " where \"n\" = 0");
        return db_exec(db, &remove, NULL);
}

static Status sqlite_fold(Db *db, const TotalsTables *tables, int limit, int64_t *ret_folded) {
        Sql last = db_sql(db), where = db_sql(db), remove = db_sql(db);
        int64_t to = 0;
        sql(&last, "select coalesce(max(c.at), 0) from (select rowid as at from ");
        sql_name(&last, tables->changes);
        sql(&last, " order by rowid limit ");
        sql_int(&last, limit);
        sql(&last, ") c");
        TRY(db_get_int(db, &last, &to, NULL));
        *ret_folded = 0;
        if (!to)
                return STATUS_OK;
        sql(&where, " where t.rowid <= ");
        sql_int(&where, to);
        for (size_t i = 0; i < tables->count; i++) {
                Sql grouped = db_sql(db);
                TRY(group_changes(db, &tables->items[i], tables->changes, &where, &grouped));
                TRY(sqlite_merge(db, &tables->items[i], &grouped));
                TRY(remove_empty(db, &tables->items[i]));
        }
        sql(&remove, "delete from ");
        sql_name(&remove, tables->changes);
        sql(&remove, " where rowid <= ");
        sql_int(&remove, to);
        return db_exec(db, &remove, ret_folded);
}

// One statement, so that all tables are given the same changes.
static Status postgres_fold(Db *db, const TotalsTables *tables, int limit, int64_t *ret_folded) {
        Sql fold = db_sql(db);
        sql(&fold, "with gone as (delete from ");
        sql_name(&fold, tables->changes);
        sql(&fold, " where ctid = any(array(select ctid from ");
        sql_name(&fold, tables->changes);
        sql(&fold, " limit ");
        sql_int(&fold, limit);
        sql(&fold, ")) returning *)");
        for (size_t i = 0; i < tables->count; i++) {
                Sql grouped = db_sql(db);
                TRY(group_changes(db, &tables->items[i], STR("gone"), NULL, &grouped));
                sql_fixed(&fold, str_format(db_arena(db), ", f%zu as (", i));
                put_upsert(&tables->items[i], &grouped, &fold);
                sql(&fold, ")");
        }
        sql(&fold, " select count(*) from gone");
        return db_get_int(db, &fold, ret_folded, NULL);
}

Status totals_fold(Db *db, const TotalsTables *tables, int limit, bool *ret_more) {
        int64_t folded = 0;
        TRY(db_dialect(db) == DIALECT_SQLITE ? sqlite_fold(db, tables, limit, &folded) : postgres_fold(db, tables, limit, &folded));
        *ret_more |= folded >= limit;
        return STATUS_OK;
}
