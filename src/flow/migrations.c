// Tables of this layer, by number from 400 to 499. A migration that was released is never changed; a new number is added below it.
#include "flow/job.h"

static Status run(Db *db, Str statement) {
        Sql ddl = db_sql(db);
        sql_fixed(&ddl, statement);
        return db_ddl(db, &ddl);
}

static Status run_by_dialect(Db *db, Str postgres, Str sqlite) {
        return run(db, db_dialect(db) == DIALECT_POSTGRES ? postgres : sqlite);
}

static Status create_job(Db *db) {
        return run_by_dialect(db,
                STR("create table job (id bigint generated always as identity primary key, kind text collate \"C\" not null, status text collate \"C\" not null, progress numeric(18,6) not null, "
                    "user_id bigint, created_at timestamptz(3) not null, finished_at timestamptz(3), result text collate \"C\", problem text collate \"C\")"),
                STR("create table job (id integer primary key autoincrement, kind text not null, status text not null, progress integer not null, user_id integer, created_at integer not null, "
                    "finished_at integer, result text, problem text) strict"));
}

static Status extend_job(Db *db) {
        static const struct { Str postgres, sqlite; } columns[] = {
                {STR("request text collate \"C\""), STR("request text")},
                {STR("node bigint"), STR("node integer")},
                {STR("seen_at timestamptz(3)"), STR("seen_at integer")},
                {STR("undo_until timestamptz(3)"), STR("undo_until integer")},
                {STR("undone_by bigint"), STR("undone_by integer")},
        };
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
                Sql ddl = db_sql(db);
                sql(&ddl, "alter table job add column ");
                sql_fixed(&ddl, db_dialect(db) == DIALECT_POSTGRES ? columns[i].postgres : columns[i].sqlite);
                TRY(db_ddl(db, &ddl));
        }
        TRY(run(db, STR("create index job_user on job (user_id, id)")));
        TRY(run(db, STR("create index job_undo on job (undo_until) where undo_until is not null")));
        return run(db, STR("create index job_open on job (id) where finished_at is null"));
}

// What a job of bulk changes did to each record, for undoing it: changes is {"field":[before,after]} in the stored kinds of values.
static Status create_bulk_change(Db *db) {
        return run_by_dialect(db,
                STR("create table bulk_change (job_id bigint not null, record_id bigint not null, object_id bigint not null, change bigint not null, version bigint not null, "
                    "changes text collate \"C\" not null, primary key (job_id, record_id))"),
                STR("create table bulk_change (job_id integer not null, record_id integer not null, object_id integer not null, change integer not null, version integer not null, "
                    "changes text not null, primary key (job_id, record_id)) strict, without rowid"));
}

// A job may change records of several objects, whose ids are not apart.
static Status widen_bulk_change(Db *db) {
        if (db_dialect(db) == DIALECT_POSTGRES) {
                TRY(run(db, STR("alter table bulk_change drop constraint bulk_change_pkey")));
                return run(db, STR("alter table bulk_change add primary key (job_id, object_id, record_id)"));
        }
        TRY(run(db, STR("create table bulk_change_new (job_id integer not null, object_id integer not null, record_id integer not null, change integer not null, version integer not null, "
                        "changes text not null, primary key (job_id, object_id, record_id)) strict, without rowid")));
        TRY(run(db, STR("insert into bulk_change_new (job_id, object_id, record_id, change, version, changes) select job_id, object_id, record_id, change, version, changes from bulk_change")));
        TRY(run(db, STR("drop table bulk_change")));
        return run(db, STR("alter table bulk_change_new rename to bulk_change"));
}

// What an API token that started it may: empty where a person did.
static Status extend_job_scopes(Db *db) {
        return run_by_dialect(db, STR("alter table job add column scopes text collate \"C\""), STR("alter table job add column scopes text"));
}

// Of a record that goes for good nothing is left to undo.
static Status index_bulk_change(Db *db) {
        return run(db, STR("create index bulk_change_record on bulk_change (object_id, record_id)"));
}

static Status create_erasure(Db *db) {
        return run_by_dialect(db,
                STR("create table audit_erasure (id bigint generated always as identity primary key, at timestamptz(3) not null, user_id bigint not null, object_id bigint not null, record_id bigint not null, "
                    "reason text collate \"C\" not null, job_id bigint, certificate text collate \"C\")"),
                STR("create table audit_erasure (id integer primary key autoincrement, at integer not null, user_id integer not null, object_id integer not null, record_id integer not null, "
                    "reason text not null, job_id integer, certificate text) strict"));
}

const Migration flow_migrations[] = {
        {400, "job", create_job},
        {401, "job of a node, for undoing", extend_job},
        {402, "bulk_change", create_bulk_change},
        {410, "bulk_change of several objects", widen_bulk_change},
        {420, "bulk_change by record", index_bulk_change},
        {421, "audit_erasure", create_erasure},
        {430, "job by an API token", extend_job_scopes},
};
const size_t flow_migrations_count = sizeof flow_migrations / sizeof *flow_migrations;
