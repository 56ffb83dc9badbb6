// Making totals where a definition is new, and folding what the triggers write down. Small tables are gone through at once, large ones in slices beside people at work;
// totals_state says how far: a slice and its place are one transaction, so that what a crash leaves is what was done. Nobody is answered from totals that are not ready.
#include "record/entry.h"
#include "record/totals.h"

// Changes that one transaction folds: on SQLite everybody who writes waits for it.
#define FOLD_SQLITE 500
#define FOLD_POSTGRES 5000

typedef struct State {
        int64_t object_id;
        Str signature;
        bool found, ready;
        int64_t done, last;
} State;

static void take_state(Db *db, Rows *rows, State *ret) {
        Value ready = rows_value(rows, 2, VALUE_BOOL);
        *ret = (State){.object_id = rows_int(rows, 0), .signature = str_copy(db_arena(db), rows_text(rows, 1)), .found = true, .done = rows_int(rows, 3), .last = rows_int(rows, 4)};
        ret->ready = ready.kind == VALUE_BOOL && ready.boolean;
}

static Status read_state(Db *db, const Object *object, State *ret) {
        Sql select = db_sql(db);
        bool found = false;
        *ret = (State){.object_id = object->id};
        sql(&select, "select object_id, signature, ready, done, last from totals_state where object_id = ");
        sql_int(&select, object->id);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, &found));
        if (found)
                take_state(db, rows, ret);
        return STATUS_OK;
}

static Status store_state(Db *db, const State *state) {
        Sql write = db_sql(db);
        sql(&write, "insert into totals_state (object_id, signature, ready, done, last) values (");
        sql_int(&write, state->object_id);
        sql(&write, ", ");
        sql_str(&write, state->signature);
        sql(&write, ", ");
        sql_value(&write, value_bool(state->ready));
        sql(&write, ", ");
        sql_int(&write, state->done);
        sql(&write, ", ");
        sql_int(&write, state->last);
        sql(&write, ") on conflict (object_id) do update set signature = excluded.signature, ready = excluded.ready, done = excluded.done, last = excluded.last");
        return db_exec(db, &write, NULL);
}

Status totals_ready(Db *db, const Object *object, const TotalsTables *tables, bool *ret) {
        State state;
        *ret = false;
        if (!tables->count)
                return STATUS_OK;
        TRY(read_state(db, object, &state));
        *ret = state.found && state.ready && str_eq(state.signature, tables->signature);
        return STATUS_OK;
}

// ---- Making them

static Status is_large(Db *db, const Object *object, bool *ret) {
        Sql select = db_sql(db);
        int64_t count = 0;
        sql(&select, "select count(*) from (select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " limit ");
        sql_int(&select, ENTRIES_AT_ONCE + 1);
        sql(&select, ") counted");
        TRY(db_get_int(db, &select, &count, NULL));
        *ret = count > ENTRIES_AT_ONCE;
        return STATUS_OK;
}

static Status last_id(Db *db, const Object *object, int64_t *ret) {
        Sql select = db_sql(db);
        sql(&select, "select coalesce(max(id), 0) from ");
        sql_name(&select, object->table);
        return db_get_int(db, &select, ret, NULL);
}

static Status add_all(Db *db, const Object *object, const Sql *which) {
        TotalsTables *tables = arena_new_of(db_arena(db), TotalsTables);
        TRY(totals_tables(db, object, tables));
        for (size_t i = 0; i < tables->count; i++)
                TRY(totals_add_records(db, &tables->items[i], which));
        return totals_add_entries(db, object, which);
}

// Nobody writes to the table between the making of the triggers and the reading of the last id: what is newer the triggers count.
Status totals_begin(Db *db, const Object *object, bool large) {
        State state = {.object_id = object->id};
        TRY(totals_signature(db, object, &state.signature));
        TRY(totals_drop(db, object));
        TRY(totals_entry_drop(db, object));
        TRY(totals_forget_entries(db, object));
        TRY(db_lock_table(db, object->table, true));
        TRY(last_id(db, object, &state.last));
        TRY(totals_make(db, object, large));
        TRY(totals_entry_triggers(db, object));
        if (!large) {
                TRY(add_all(db, object, NULL));
                state.done = state.last;
                state.ready = true;
        }
        return store_state(db, &state);
}

static Status forget_state(Db *db, const Object *object) {
        Sql remove = db_sql(db);
        sql(&remove, "delete from totals_state where object_id = ");
        sql_int(&remove, object->id);
        return db_exec(db, &remove, NULL);
}

// Of two programs at work on one database, as while nodes are exchanged one by one, the older leaves what the newer made.
static bool is_newer(Str stored, Str own) {
        int64_t theirs = 0, ours = 0;
        Str rest = stored, version = STR_NONE;
        (void)str_cut(&rest, ' ', &version);
        (void)str_to_int64(version, &theirs);
        rest = own;
        (void)str_cut(&rest, ' ', &version);
        (void)str_to_int64(version, &ours);
        return theirs > ours && ours;
}

static bool is_current(const State *state, Str signature) {
        if (!state->found)
                return str_empty(signature);
        return str_eq(state->signature, signature) || is_newer(state->signature, signature);
}

static Status prepare_object(Db *db, const Object *object) {
        State state;
        Str signature = STR_NONE;
        bool large = false;
        TRY(totals_signature(db, object, &signature));
        TRY(read_state(db, object, &state));
        if (is_current(&state, signature))
                return STATUS_OK;
        TRY(db_lock_table(db, STR("totals_state"), true)); // another node may be at it
        TRY(read_state(db, object, &state));
        if (is_current(&state, signature))
                return STATUS_OK;
        if (str_empty(signature)) {
                TRY(totals_drop(db, object));
                TRY(totals_entry_drop(db, object));
                TRY(totals_forget_entries(db, object));
                return forget_state(db, object);
        }
        TRY(is_large(db, object, &large));
        return totals_begin(db, object, large);
}

Status totals_prepare(Db *db, const Catalog *catalog) {
        for (size_t i = 0; i < catalog->objects_count; i++)
                if (!catalog->objects[i]->retired)
                        TRY(prepare_object(db, catalog->objects[i]));
        return STATUS_OK;
}

// ---- In slices

static void between(Sql *which, int64_t after, int64_t to) {
        sql(which, " and t.\"id\" > ");
        sql_int(which, after);
        sql(which, " and t.\"id\" <= ");
        sql_int(which, to);
}

// Whoever is writing one of them is waited for; whoever writes one afterwards finds it counted.
static Status lock_slice(Db *db, const Object *object, const Sql *which) {
        if (db_dialect(db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql select = db_sql(db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " t where true");
        sql_append(&select, which);
        sql(&select, " order by t.\"id\" for update");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found = true; found;)
                TRY(rows_next(rows, &found));
        return STATUS_OK;
}

static Status end_of_slice(Db *db, const Object *object, const State *state, int limit, int64_t *ret) {
        Sql select = db_sql(db);
        sql(&select, "select coalesce(max(s.id), 0) from (select id from ");
        sql_name(&select, object->table);
        sql(&select, " where id > ");
        sql_int(&select, state->done);
        sql(&select, " and id <= ");
        sql_int(&select, state->last);
        sql(&select, " order by id limit ");
        sql_int(&select, limit);
        sql(&select, ") s");
        return db_get_int(db, &select, ret, NULL);
}

static Status continue_object(Db *db, const Object *object, State *state, int limit) {
        int64_t to = 0;
        TRY(end_of_slice(db, object, state, limit, &to));
        if (to) {
                Sql which = db_sql(db);
                between(&which, state->done, to);
                TRY(lock_slice(db, object, &which));
                TRY(add_all(db, object, &which));
        }
        state->done = to ? to : state->last;
        state->ready = !to || to == state->last;
        if (state->ready)
                TRY(totals_complete(db, object));
        return store_state(db, state);
}

static Status next_building(Db *db, State *ret) {
        Sql select = db_sql(db);
        bool found = false;
        *ret = (State){0};
        sql(&select, "select object_id, signature, ready, done, last from totals_state where ready = ");
        sql_value(&select, value_bool(false));
        sql(&select, " order by object_id limit 1");
        sql_lock(&select, true);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, &found));
        if (found)
                take_state(db, rows, ret);
        return STATUS_OK;
}

// ---- Folding

static Status lock_state(Db *db, const Object *object, bool *ret) {
        Sql select = db_sql(db);
        sql(&select, "select 1 from totals_state where object_id = ");
        sql_int(&select, object->id);
        sql_lock(&select, true);
        return db_get_int(db, &select, NULL, ret);
}

// One at a time for each object: of several nodes the others pass on.
static Status fold_object(Db *db, const Object *object, bool *ret_more) {
        TotalsTables *tables = arena_new_of(db_arena(db), TotalsTables);
        State state;
        bool mine = false;
        TRY(lock_state(db, object, &mine));
        if (!mine)
                return STATUS_OK;
        TRY(totals_tables(db, object, tables));
        TRY(read_state(db, object, &state));
        if (!str_eq(state.signature, tables->signature))
                return STATUS_OK;
        return totals_fold(db, tables, db_dialect(db) == DIALECT_SQLITE ? FOLD_SQLITE : FOLD_POSTGRES, ret_more);
}

Status totals_continue(Call *call, int limit, bool *ret_more) {
        State state;
        *ret_more = false;
        TRY(next_building(call->db, &state));
        const Object *object = state.found ? catalog_find_id(call->catalog, state.object_id) : NULL;
        Str signature = STR_NONE;
        if (object && !object->retired)
                TRY(totals_signature(call->db, object, &signature));
        if (object && str_eq(signature, state.signature)) {
                TRY(continue_object(call->db, object, &state, limit));
                *ret_more = true;
        }
        for (size_t i = 0; i < call->catalog->objects_count; i++)
                if (call->catalog->objects[i]->totals_count && !call->catalog->objects[i]->retired)
                        TRY(fold_object(call->db, call->catalog->objects[i], ret_more));
        return STATUS_OK;
}

// ---- Checking: what is kept less what the records are is nothing

Status totals_differing(Db *db, const TotalsTable *table, int64_t *ret) {
        Sql both = db_sql(db), grouped = db_sql(db), select = db_sql(db);
        TRY(totals_rows(db, table, table->columns, table->count, NULL, &both));
        sql(&both, " union all ");
        TRY(totals_of_records(db, table, table->columns, table->count, NULL, true, &both));
        totals_grouped(table, &both, true, &grouped);
        sql(&select, "select count(*) from (");
        sql_append(&select, &grouped);
        sql(&select, ") d");
        return db_get_int(db, &select, ret, NULL);
}
