// Tables of the record layer, by number. A migration that was released is never changed; a new number is added below it.
#include "record/record.h"

static Status run(Db *db, Str statement) {
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, statement);
        return db_ddl(db, &ddl);
}

static Status create_history(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES;
        TRY(run(db, postgres ? STR("create table history (id bigint generated always as identity primary key, object_id bigint not null, record_id bigint not null, version bigint not null, "
                                   "at timestamptz(3) not null, user_id bigint, source text collate \"C\", action text collate \"C\", changes text collate \"C\" not null)")
                             : STR("create table history (id integer primary key, object_id integer not null, record_id integer not null, version integer not null, "
                                   "at integer not null, user_id integer, source text, action text, changes text not null) strict")));
        return run(db, STR("create index history_record on history (object_id, record_id, id)"));
}

static Status create_outbox(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES;
        TRY(run(db, postgres ? STR("create table outbox (id bigint generated always as identity, transaction_id bigint not null default pg_current_xact_id()::text::bigint, object_id bigint not null, "
                                   "record_id bigint not null, version bigint not null, owner_id bigint, department_id bigint, user_id bigint, change bigint not null, at timestamptz(3) not null, "
                                   "primary key (transaction_id, id))")
                             : STR("create table outbox (id integer primary key autoincrement, transaction_id integer not null default 0, object_id integer not null, "
                                   "record_id integer not null, version integer not null, owner_id integer, department_id integer, user_id integer, change integer not null, at integer not null) strict")));
        return run(db, STR("create index outbox_at on outbox (at)"));
}

static Status create_small(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES;
        TRY(run(db, postgres ? STR("create table idempotency (user_id bigint not null, route text collate \"C\" not null, key text collate \"C\" not null, body_hash text collate \"C\" not null, status bigint not null, "
                                   "body text collate \"C\" not null, etag text collate \"C\" not null, at timestamptz(3) not null, primary key (user_id, route, key))")
                             : STR("create table idempotency (user_id integer not null, route text not null, key text not null, body_hash text not null, status integer not null, "
                                   "body text not null, etag text not null, at integer not null, primary key (user_id, route, key)) strict, without rowid")));
        TRY(run(db, STR("create index idempotency_at on idempotency (at)")));
        TRY(run(db, postgres ? STR("create table sequence (name text collate \"C\" primary key, value bigint not null)")
                             : STR("create table sequence (name text primary key, value integer not null) strict, without rowid")));
        return run(db, postgres ? STR("create table file (id bigint generated always as identity primary key, name text collate \"C\" not null, size bigint not null, type text collate \"C\" not null, "
                                      "hash text collate \"C\" not null, created_by_id bigint, created_at timestamptz(3) not null, object_id bigint, record_id bigint, content bytea)")
                                : STR("create table file (id integer primary key autoincrement, name text not null, size integer not null, type text not null, "
                                      "hash text not null, created_by_id integer, created_at integer not null, object_id integer, record_id integer, content blob) strict"));
}

static Status has_table(Db *db, Str name, bool *ret) {
        Sql select = db_sql(db);
        sql_fixed(&select, db_dialect(db) == DIALECT_SQLITE ? STR("select 1 from sqlite_master where type = 'table' and name = ")
                                                            : STR("select 1 from pg_class where pg_table_is_visible(oid) and relname = "));
        sql_str(&select, name);
        return db_get_int(db, &select, NULL, ret);
}

// Files that are kept for a while only, in parts.
static Status create_file_part(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES;
        TRY(run(db, postgres ? STR("alter table file add column parts bigint not null default 0") : STR("alter table file add column parts integer not null default 0")));
        TRY(run(db, postgres ? STR("alter table file add column expires_at timestamptz(3)") : STR("alter table file add column expires_at integer")));
        TRY(run(db, STR("create index file_expires on file (expires_at) where expires_at is not null")));
        return run(db, postgres ? STR("create table file_part (file_id bigint not null, part bigint not null, content bytea not null, primary key (file_id, part))")
                                : STR("create table file_part (file_id integer not null, part integer not null, content blob not null, primary key (file_id, part)) strict"));
}

// The participants of events were the one such list before there were these rows.
static Status create_readers(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES, events = false;
        TRY(run(db, postgres ? STR("create table access_reader (object_id bigint not null, user_id bigint not null, record_id bigint not null, primary key (object_id, user_id, record_id))")
                             : STR("create table access_reader (object_id integer not null, user_id integer not null, record_id integer not null, "
                                   "primary key (object_id, user_id, record_id)) strict, without rowid")));
        TRY(run(db, STR("create index access_reader_record on access_reader (object_id, record_id)")));
        TRY(has_table(db, STR("event"), &events));
        if (!events)
                return STATUS_OK;
        return run(db, postgres ? STR("insert into access_reader select distinct 23, p::bigint, e.id from event e cross join jsonb_array_elements_text(e.participants::jsonb) p where e.participants is not null")
                                : STR("insert into access_reader select distinct 23, cast(p.value as integer), e.id from event e, json_each(e.participants) p where e.participants is not null"));
}

typedef struct Listing { int64_t object; Str table; } Listing;

static Status listings(Db *db, Listing *ret, size_t most, size_t *ret_count) {
        Sql select = db_sql(db);
        sql(&select, "select distinct r.object_id, o.name from access_reader r join meta_object o on o.id = r.object_id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (*ret_count = 0; *ret_count < most;) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = (Listing){rows_int(rows, 0), str_copy(db_arena(db), rows_text(rows, 1))};
        }
        return STATUS_OK;
}

// Readers are one of several reasons to see a record now; of live records only, with the time that lists are sorted by.
static Status move_readers(Db *db) {
        Listing list[1000];
        size_t count = 0;
        bool there = false;
        TRY(has_table(db, STR("meta_object"), &there));
        if (there)
                TRY(listings(db, list, sizeof list / sizeof *list, &count));
        for (size_t i = 0; i < count; i++) {
                Sql insert = db_sql(db);
                sql(&insert, "insert into access_entry (object_id, record_id, source, token, updated_at, \"write\") select r.object_id, r.record_id, 0, r.user_id * 4, t.updated_at, ");
                sql_value(&insert, value_bool(false));
                sql(&insert, " from access_reader r join ");
                sql_name(&insert, list[i].table);
                sql(&insert, " t on t.id = r.record_id and t.deleted_at is null where r.object_id = ");
                sql_int(&insert, list[i].object);
                sql(&insert, " on conflict do nothing");
                TRY(db_exec(db, &insert, NULL));
        }
        return run(db, STR("drop table access_reader"));
}

// Of the API token that it came through: empty where a person sent it.
static Status extend_file_scopes(Db *db) {
        return run(db, db_dialect(db) == DIALECT_POSTGRES ? STR("alter table file add column scopes text collate \"C\"") : STR("alter table file add column scopes text"));
}

// Through what somebody made a change: the browser, the token.
static Status extend_history(Db *db) {
        return run(db, db_dialect(db) == DIALECT_POSTGRES ? STR("alter table history add column via text collate \"C\"") : STR("alter table history add column via text"));
}

// Files of a record are found when it goes for good.
static Status index_files(Db *db) {
        return run(db, STR("create index file_record on file (object_id, record_id) where object_id is not null"));
}

// Keys by which records that could be the same find each other, in lists: one for each object, another while its definition is being replaced.
static Status create_duplicates(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES;
        TRY(run(db, postgres ? STR("create table duplicate_state (list_id bigint generated always as identity primary key, object_id bigint not null, signature text collate \"C\" not null, epoch bigint not null, built bigint not null)")
                             : STR("create table duplicate_state (list_id integer primary key autoincrement, object_id integer not null, signature text not null, epoch integer not null, built integer not null) strict")));
        return run(db, postgres ? STR("create table duplicate_key (list_id bigint not null, key bigint not null, record_id bigint not null, primary key (list_id, key, record_id))")
                                : STR("create table duplicate_key (list_id integer not null, key integer not null, record_id integer not null, primary key (list_id, key, record_id)) strict, without rowid"));
}

// Into which record one in the bin was merged.
static Status create_merged(Db *db) {
        return run(db, db_dialect(db) == DIALECT_POSTGRES ? STR("create table duplicate_merged (object_id bigint not null, record_id bigint not null, into_id bigint not null, primary key (object_id, record_id))")
                                                          : STR("create table duplicate_merged (object_id integer not null, record_id integer not null, into_id integer not null, primary key (object_id, record_id)) strict, without rowid"));
}

// How far the totals of an object are made (totals_work.c); the tables themselves follow its definition.
static Status create_totals_state(Db *db) {
        bool postgres = db_dialect(db) == DIALECT_POSTGRES;
        TRY(run(db, postgres ? STR("create table totals_entry (object_id bigint not null, token bigint not null, record_id bigint not null, source bigint not null, primary key (object_id, token, record_id, source))")
                             : STR("create table totals_entry (object_id integer not null, token integer not null, record_id integer not null, source integer not null, "
                                   "primary key (object_id, token, record_id, source)) strict, without rowid")));
        TRY(run(db, STR("create index totals_entry_record on totals_entry (object_id, record_id)")));
        return run(db, db_dialect(db) == DIALECT_POSTGRES
                               ? STR("create table totals_state (object_id bigint primary key, signature text collate \"C\" not null, ready boolean not null, done bigint not null, last bigint not null)")
                               : STR("create table totals_state (object_id integer primary key, signature text not null, ready integer not null, done integer not null, last integer not null) strict"));
}

const Migration record_migrations[] = {
        {300, "history", create_history},
        {301, "outbox", create_outbox},
        {302, "idempotency, sequence, file", create_small},
        {310, "file_part", create_file_part},
        {320, "access_reader", create_readers},
        {330, "access_entry", move_readers},
        {340, "history through what", extend_history},
        {341, "files by record", index_files},
        {350, "file by an API token", extend_file_scopes},
        {360, "totals_state", create_totals_state},
        {370, "duplicate_state, duplicate_key", create_duplicates},
        {371, "duplicate_merged", create_merged},
};
const size_t record_migrations_count = sizeof record_migrations / sizeof *record_migrations;
