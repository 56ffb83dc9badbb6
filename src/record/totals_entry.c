// Entries that add something: those of a record's own owner and department, which most records that are seen through another one have, let nobody see it who does not see it
// anyway. The others stand in totals_entry, kept by triggers, so that few records are read beside the totals and not all that the reader has.
#include "record/totals.h"

static Str name_of(Db *db, const Object *object, const char *end) {
        return str_format(db_arena(db), "total__" STR_FMT "__%s", STR_ARG(object->name), end);
}

static void put_id(Sql *ddl, const Object *object) {
        sql_fixed(ddl, str_format(ddl->arena, "%lld", (long long)object->id));
}

// Is this token that of the record's own owner or department? (token_of() in SQL.) Never null.
static void put_adds_nothing(Sql *text, Str entry, Str record) {
        sql(text, "coalesce(");
        sql_column(text, entry, STR("token"));
        sql(text, " = ");
        sql_column(text, record, STR("owner_id"));
        sql(text, " * 4, false) or coalesce(");
        sql_column(text, entry, STR("token"));
        sql(text, " = ");
        sql_column(text, record, STR("department_id"));
        sql(text, " * 4 + 1, false)");
}

// "select … from access_entry e join the records t …" of what adds something.
static void put_wanted(const Object *object, const Sql *which, Sql *select) {
        sql(select, "select e.object_id, e.token, e.record_id, e.source from access_entry e join ");
        sql_name(select, object->table);
        sql(select, " t on t.\"id\" = e.record_id where e.object_id = ");
        put_id(select, object);
        sql(select, " and not (");
        put_adds_nothing(select, STR("e"), STR("t"));
        sql(select, ")");
        if (which)
                sql_append(select, which);
}

Status totals_add_entries(Db *db, const Object *object, const Sql *which) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into totals_entry (object_id, token, record_id, source) ");
        put_wanted(object, which, &insert);
        sql(&insert, " on conflict do nothing");
        return db_exec(db, &insert, NULL);
}

Status totals_forget_entries(Db *db, const Object *object) {
        Sql remove = db_sql(db);
        sql(&remove, "delete from totals_entry where object_id = ");
        sql_int(&remove, object->id);
        return db_exec(db, &remove, NULL);
}

// ---- What the triggers do

static void put_insert(Sql *body, const Object *object) {
        sql(body, "insert into totals_entry (object_id, token, record_id, source) select new.object_id, new.token, new.record_id, new.source where not exists (select 1 from ");
        sql_name(body, object->table);
        sql(body, " t where t.\"id\" = new.record_id and (");
        put_adds_nothing(body, STR("new"), STR("t"));
        sql(body, ")) on conflict do nothing; ");
}

static void put_delete(Sql *body) {
        sql(body, "delete from totals_entry where object_id = old.object_id and token = old.token and record_id = old.record_id and source = old.source; ");
}

// A record has another owner or department: what its entries add is another matter.
static void put_moved(Sql *body, const Object *object) {
        sql(body, "delete from totals_entry where object_id = ");
        put_id(body, object);
        sql(body, " and record_id = new.\"id\"; insert into totals_entry (object_id, token, record_id, source) select e.object_id, e.token, e.record_id, e.source from access_entry e where e.object_id = ");
        put_id(body, object);
        sql(body, " and e.record_id = new.\"id\" and not (");
        put_adds_nothing(body, STR("e"), STR("new"));
        sql(body, ") on conflict do nothing; ");
}

typedef enum EntryEvent { ENTRY_INSERT, ENTRY_DELETE, ENTRY_MOVED } EntryEvent;
static const char *const ends[] = {"entry_insert", "entry_delete", "entry_moved"};

static void put_event(Sql *ddl, const Object *object, EntryEvent event) {
        static const Str events[] = {STR(" after insert on access_entry"), STR(" after delete on access_entry"), STR(" after update of \"owner_id\", \"department_id\" on ")};
        sql_fixed(ddl, events[event]);
        if (event == ENTRY_MOVED)
                sql_name(ddl, object->table);
}

static void put_condition(Sql *ddl, const Object *object, EntryEvent event) {
        if (event != ENTRY_MOVED) {
                sql_fixed(ddl, event == ENTRY_INSERT ? STR("new.object_id = ") : STR("old.object_id = "));
                put_id(ddl, object);
        } else if (ddl->dialect == DIALECT_SQLITE)
                sql(ddl, "old.\"owner_id\" is not new.\"owner_id\" or old.\"department_id\" is not new.\"department_id\"");
        else
                sql(ddl, "old.\"owner_id\" is distinct from new.\"owner_id\" or old.\"department_id\" is distinct from new.\"department_id\"");
}

static void put_body(Sql *ddl, const Object *object, EntryEvent event) {
        if (event == ENTRY_INSERT)
                put_insert(ddl, object);
        else if (event == ENTRY_DELETE)
                put_delete(ddl);
        else
                put_moved(ddl, object);
}

static Status sqlite_trigger(Db *db, const Object *object, EntryEvent event) {
        Sql ddl = db_sql(db);
        sql(&ddl, "create trigger ");
        sql_name(&ddl, name_of(db, object, ends[event]));
        put_event(&ddl, object, event);
        sql(&ddl, " when ");
        put_condition(&ddl, object, event);
        sql(&ddl, " begin ");
        put_body(&ddl, object, event);
        sql(&ddl, "end");
        return db_ddl(db, &ddl);
}

// Its plans are kept, perhaps from when the tables were empty: one that reads them whole would make a large import take the square of its time.
static Status postgres_trigger(Db *db, const Object *object, EntryEvent event) {
        Str name = name_of(db, object, ends[event]);
        Sql function = db_sql(db), ddl = db_sql(db);
        sql(&function, "create or replace function ");
        sql_name(&function, name);
        sql(&function, "() returns trigger language plpgsql set enable_seqscan = off as $totals$ begin ");
        put_body(&function, object, event);
        sql(&function, "return null; end $totals$");
        TRY(db_ddl(db, &function));
        sql(&ddl, "create trigger ");
        sql_name(&ddl, name);
        put_event(&ddl, object, event);
        sql(&ddl, " for each row when (");
        put_condition(&ddl, object, event);
        sql(&ddl, ") execute function ");
        sql_name(&ddl, name);
        sql(&ddl, "()");
        return db_ddl(db, &ddl);
}

Status totals_entry_triggers(Db *db, const Object *object) {
        for (EntryEvent event = ENTRY_INSERT; event <= ENTRY_MOVED; event++)
                TRY(db_dialect(db) == DIALECT_SQLITE ? sqlite_trigger(db, object, event) : postgres_trigger(db, object, event));
        return STATUS_OK;
}

Status totals_entry_drop(Db *db, const Object *object) {
        for (EntryEvent event = ENTRY_INSERT; event <= ENTRY_MOVED; event++) {
                Sql ddl = db_sql(db);
                bool lite = db_dialect(db) == DIALECT_SQLITE;
                sql_fixed(&ddl, lite ? STR("drop trigger if exists ") : STR("drop function if exists "));
                sql_name(&ddl, name_of(db, object, ends[event]));
                sql_fixed(&ddl, lite ? STR("") : STR("() cascade"));
                TRY(db_ddl(db, &ddl));
        }
        return STATUS_OK;
}

// ---- Checking

Status totals_entries_differing(Db *db, const Object *object, int64_t *ret) {
        Sql select = db_sql(db), wanted = db_sql(db), kept = db_sql(db);
        put_wanted(object, NULL, &wanted);
        sql(&kept, "select object_id, token, record_id, source from totals_entry where object_id = ");
        sql_int(&kept, object->id);
        sql(&select, "select (select count(*) from (");
        sql_append(&select, &wanted);
        sql(&select, " except ");
        sql_append(&select, &kept);
        sql(&select, ") a) + (select count(*) from (");
        sql_append(&select, &kept);
        sql(&select, " except ");
        sql_append(&select, &wanted);
        sql(&select, ") b)");
        return db_get_int(db, &select, ret, NULL);
}
