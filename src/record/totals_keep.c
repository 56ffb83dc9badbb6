// Tables of totals and the triggers that keep them. Triggers, because columns are written in many ways beside the record pipeline (roll-ups, erasing, purging, mending,
// definitions): the database misses none of them, a program of an older version that writes meanwhile neither.
// On SQLite, where one thread writes, a trigger changes the row of totals itself. On PostgreSQL that row would make everybody who sells wait for everybody else: triggers
// only add rows, which totals_work.c folds into the table; what is kept is the sum over both.
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
        Sql ddl = db_sql(db);
        sql(&ddl, "create table ");
        sql_name(&ddl, table->name);
        sql(&ddl, " (");
        put_columns(&ddl, table);
        TRY(run(db, &ddl));
        TRY(make_index(db, table));
        if (db_dialect(db) == DIALECT_SQLITE)
                return STATUS_OK;
        Sql delta = db_sql(db);
        sql(&delta, "create table ");
        sql_name(&delta, totals_delta(db_arena(db), table));
        sql(&delta, " (");
        put_columns(&delta, table);
        sql(&delta, " with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 1000)"); // its rows come and go all day
        return run(db, &delta);
}

// ---- What triggers look at

static bool is_among(const Field *const *fields, size_t count, const Field *field) {
        for (size_t i = 0; i < count; i++)
                if (fields[i] == field)
                        return true;
        return false;
}

// The fields whose change concerns the table; deleted_at is written apart.
static void watched(Arena *arena, const TotalsTable *table, const Field ***ret, size_t *ret_count) {
        size_t most = table->count;
        for (size_t i = 0; i < table->totals->sums_count; i++)
                most += table->totals->sums[i].uses_count;
        *ret = arena_array(arena, const Field *, most + 1);
        *ret_count = 0;
        for (size_t i = 0; i < table->count; i++)
                (*ret)[(*ret_count)++] = table->columns[i].field;
        for (size_t i = 0; i < table->totals->sums_count; i++)
                for (size_t k = 0; k < table->totals->sums[i].uses_count; k++)
                        if (!is_among(*ret, *ret_count, table->totals->sums[i].uses[k]))
                                (*ret)[(*ret_count)++] = table->totals->sums[i].uses[k];
}

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

// ---- SQLite

static void put_where_key(Sql *ddl, const TotalsTable *table, Str alias) {
        sql(ddl, " where ");
        for (size_t i = 0; i < table->count; i++) {
                sql_fixed(ddl, i ? STR(" and ") : STR(""));
                sql_name(ddl, table->columns[i].field->column);
                sql(ddl, " is ");
                totals_key(&table->columns[i], table->object, alias, ddl);
        }
}

static Status put_added(Db *db, Sql *ddl, const TotalsTable *table, Str alias, bool out) {
        Str sign = out ? STR(" - ") : STR(" + ");
        sql(ddl, "update ");
        sql_name(ddl, table->name);
        sql(ddl, " set \"n\" = \"n\"");
        sql_fixed(ddl, sign);
        sql(ddl, "1");
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                TRY(totals_parts(db, &table->totals->sums[i], i, table->object, alias, &parts));
                for (size_t k = 0; k < parts.count; k++) {
                        sql(ddl, ", ");
                        sql_name(ddl, parts.names[k]);
                        sql(ddl, " = ");
                        sql_name(ddl, parts.names[k]);
                        sql_fixed(ddl, sign);
                        sql_append(ddl, &parts.values[k]);
                }
        }
        put_where_key(ddl, table, alias);
        sql(ddl, "; ");
        return STATUS_OK;
}

// "key, n, sums" of one record
static Status put_record(Db *db, Sql *text, const TotalsTable *table, Str alias, bool out) {
        for (size_t i = 0; i < table->count; i++) {
                totals_key(&table->columns[i], table->object, alias, text);
                sql(text, ", ");
        }
        sql_fixed(text, out ? STR("-1") : STR("1"));
        for (size_t i = 0; i < table->totals->sums_count; i++) {
                TotalsParts parts;
                TRY(totals_parts(db, &table->totals->sums[i], i, table->object, alias, &parts));
                for (size_t k = 0; k < parts.count; k++) {
                        sql_fixed(text, out ? STR(", -") : STR(", "));
                        sql_append(text, &parts.values[k]);
                }
        }
        return STATUS_OK;
}

static void put_insert(Sql *text, const TotalsTable *table, Str name) {
        sql(text, "insert into ");
        sql_name(text, name);
        sql(text, " (");
        put_key_names(text, table);
        sql(text, ", \"n\"");
        put_sum_names(text, table);
        sql(text, ") ");
}

static Status put_body(Db *db, Sql *ddl, const TotalsTable *table, bool out) {
        Str alias = out ? STR("old") : STR("new");
        TRY(put_added(db, ddl, table, alias, out));
        if (out) {
                sql(ddl, "delete from ");
                sql_name(ddl, table->name);
                put_where_key(ddl, table, alias);
                sql(ddl, " and \"n\" = 0; ");
                return STATUS_OK;
        }
        put_insert(ddl, table, table->name);
        sql(ddl, "select ");
        TRY(put_record(db, ddl, table, alias, false));
        sql(ddl, " where changes() = 0; ");
        return STATUS_OK;
}

typedef enum Event { EVENT_INSERT, EVENT_DELETE, EVENT_OUT, EVENT_IN } Event; // an update takes the record out as it was and in as it is

static Status sqlite_trigger(Db *db, const TotalsTable *table, Event event, bool building) {
        static const char *const ends[] = {"_insert", "_delete", "_out", "_in"};
        bool out = event == EVENT_DELETE || event == EVENT_OUT, update = event == EVENT_OUT || event == EVENT_IN;
        Str alias = out ? STR("old") : STR("new");
        const Field **fields = NULL;
        size_t count = 0;
        Sql ddl = db_sql(db);
        watched(db_arena(db), table, &fields, &count);
        sql(&ddl, "create trigger ");
        sql_name(&ddl, str_format(db_arena(db), STR_FMT "%s", STR_ARG(table->name), ends[event]));
        sql_fixed(&ddl, event == EVENT_INSERT ? STR(" after insert") : event == EVENT_DELETE ? STR(" after delete") : STR(" after update of "));
        if (update)
                put_watched_names(&ddl, fields, count);
        sql(&ddl, " on ");
        sql_name(&ddl, table->object->table);
        sql(&ddl, " when ");
        sql_column(&ddl, alias, STR("deleted_at"));
        sql(&ddl, " is null");
        if (building) {
                sql(&ddl, " and ");
                put_reached(&ddl, table->object, alias);
        }
        if (update) {
                sql(&ddl, " and (");
                put_differs(&ddl, fields, count);
                sql(&ddl, ")");
        }
        sql(&ddl, " begin ");
        TRY(put_body(db, &ddl, table, out));
        sql(&ddl, "end");
        return run(db, &ddl);
}

static Status sqlite_triggers(Db *db, const TotalsTables *tables, bool building) {
        for (size_t i = 0; i < tables->count; i++)
                for (Event event = EVENT_INSERT; event <= EVENT_IN; event++)
                        TRY(sqlite_trigger(db, &tables->items[i], event, building));
        return STATUS_OK;
}

typedef struct Names { Str items[TOTALS_TABLES_MOST * 8]; size_t count; } Names;

static Status sqlite_names(Db *db, const Object *object, const char *type, Names *ret) {
        Str beginning = str_format(db_arena(db), "total__" STR_FMT "__", STR_ARG(object->name));
        Sql select = db_sql(db);
        ret->count = 0;
        sql(&select, "select name from sqlite_master where type = ");
        sql_str(&select, str_from(type));
        sql(&select, " and substr(name, 1, length(");
        sql_str(&select, beginning);
        sql(&select, ")) = ");
        sql_str(&select, beginning);
        sql(&select, " and name not like '%\\_\\_entry\\_%' escape '\\'"); // those are totals_entry.c's
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        while (ret->count < sizeof ret->items / sizeof *ret->items) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret->items[ret->count++] = str_copy(db_arena(db), rows_text(rows, 0));
        }
        return STATUS_OK;
}

static Status sqlite_drop(Db *db, const Object *object, bool table) {
        Names *names = arena_new_of(db_arena(db), Names);
        TRY(sqlite_names(db, object, table ? "table" : "trigger", names));
        for (size_t i = 0; i < names->count; i++) {
                Sql ddl = db_sql(db);
                sql_fixed(&ddl, table ? STR("drop table ") : STR("drop trigger "));
                sql_name(&ddl, names->items[i]);
                TRY(run(db, &ddl));
        }
        return STATUS_OK;
}

// ---- PostgreSQL: one trigger for all tables of an object

static Str function_name(Db *db, const Object *object) {
        return str_format(db_arena(db), "total__" STR_FMT, STR_ARG(object->name));
}

static Status put_delta(Db *db, Sql *body, const TotalsTable *table, bool out) {
        put_insert(body, table, totals_delta(db_arena(db), table));
        sql(body, "values (");
        TRY(put_record(db, body, table, out ? STR("old") : STR("new"), out));
        sql(body, "); ");
        return STATUS_OK;
}

static Status put_one_row(Db *db, Sql *body, const TotalsTables *tables, const Object *object, bool out, bool building) {
        Str alias = out ? STR("old") : STR("new");
        sql(body, "if ");
        sql_column(body, alias, STR("deleted_at"));
        sql(body, " is null");
        if (building) {
                sql(body, " and ");
                put_reached(body, object, alias);
        }
        sql(body, " then ");
        for (size_t i = 0; i < tables->count; i++)
                TRY(put_delta(db, body, &tables->items[i], out));
        sql(body, "end if; ");
        return STATUS_OK;
}

static Status put_update(Db *db, Sql *body, const TotalsTable *table) {
        const Field **fields = NULL;
        size_t count = 0;
        watched(db_arena(db), table, &fields, &count);
        sql(body, "if ");
        put_differs(body, fields, count);
        sql(body, " then if old.\"deleted_at\" is null then ");
        TRY(put_delta(db, body, table, true));
        sql(body, "end if; if new.\"deleted_at\" is null then ");
        TRY(put_delta(db, body, table, false));
        sql(body, "end if; end if; ");
        return STATUS_OK;
}

// Replacing the function needs no lock on the table.
static Status postgres_function(Db *db, const Object *object, const TotalsTables *tables, bool building) {
        Sql ddl = db_sql(db);
        sql(&ddl, "create or replace function ");
        sql_name(&ddl, function_name(db, object));
        sql(&ddl, "() returns trigger language plpgsql as $totals$ begin if TG_OP = 'INSERT' then ");
        TRY(put_one_row(db, &ddl, tables, object, false, building));
        sql(&ddl, "elsif TG_OP = 'DELETE' then ");
        TRY(put_one_row(db, &ddl, tables, object, true, building));
        if (building) {
                sql(&ddl, "elsif ");
                put_reached(&ddl, object, STR("new"));
                sql(&ddl, " then ");
        } else
                sql(&ddl, "else ");
        for (size_t i = 0; i < tables->count; i++)
                TRY(put_update(db, &ddl, &tables->items[i]));
        sql(&ddl, "end if; return null; end $totals$");
        return run(db, &ddl);
}

static Status postgres_trigger(Db *db, const Object *object, const TotalsTables *tables) {
        const Field **all = arena_array(db_arena(db), const Field *, object->fields_count + 1);
        size_t all_count = 0;
        for (size_t i = 0; i < tables->count; i++) {
                const Field **fields = NULL;
                size_t count = 0;
                watched(db_arena(db), &tables->items[i], &fields, &count);
                for (size_t k = 0; k < count; k++)
                        if (!is_among(all, all_count, fields[k]))
                                all[all_count++] = fields[k];
        }
        Sql ddl = db_sql(db);
        sql(&ddl, "create trigger totals after insert or delete or update of ");
        put_watched_names(&ddl, all, all_count);
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
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        while (names->count < sizeof names->items / sizeof *names->items) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                names->items[names->count++] = str_copy(db_arena(db), rows_text(rows, 0));
        }
        for (size_t i = 0; i < names->count; i++) {
                Sql ddl = db_sql(db);
                sql(&ddl, "drop table ");
                sql_name(&ddl, names->items[i]);
                TRY(run(db, &ddl));
        }
        return STATUS_OK;
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
        if (db_dialect(db) == DIALECT_SQLITE)
                return sqlite_triggers(db, tables, building);
        TRY(postgres_function(db, object, tables, building));
        return postgres_trigger(db, object, tables);
}

Status totals_complete(Db *db, const Object *object) {
        TotalsTables *tables = arena_new_of(db_arena(db), TotalsTables);
        TRY(totals_tables(db, object, tables));
        if (db_dialect(db) == DIALECT_POSTGRES)
                return postgres_function(db, object, tables, false);
        TRY(sqlite_drop(db, object, false));
        return sqlite_triggers(db, tables, false);
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
        put_insert(&insert, table, table->name);
        sql(&insert, "select * from (");
        sql_append(&insert, grouped);
        sql(&insert, ") g where not exists (select 1 from ");
        sql_name(&insert, table->name);
        put_same_key(&insert, table);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

// In the order of the key, so that two who fold do not wait for each other crosswise.
Status totals_merge(Db *db, const TotalsTable *table, const Sql *before, const Sql *grouped) {
        if (db_dialect(db) == DIALECT_SQLITE)
                return sqlite_merge(db, table, grouped);
        Sql insert = db_sql(db);
        if (before)
                sql_append(&insert, before);
        put_insert(&insert, table, table->name);
        sql_append(&insert, grouped);
        sql(&insert, " order by ");
        put_key_names(&insert, table);
        sql(&insert, " on conflict (");
        put_index_columns(&insert, table);
        sql(&insert, ") do update set ");
        put_additions(&insert, table, STR("excluded"));
        return db_exec(db, &insert, NULL);
}

Status totals_add_records(Db *db, const TotalsTable *table, const Sql *which) {
        Sql records = db_sql(db), grouped = db_sql(db);
        TRY(totals_of_records(db, table, table->columns, table->count, which, false, &records));
        totals_grouped(table, &records, false, &grouped);
        return totals_merge(db, table, NULL, &grouped);
}
