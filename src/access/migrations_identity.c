// Tables of signing in without a password of our own, and of forgotten passwords: other services that say who somebody is, whom they know, sign-ins that are on
// their way, mails that wait.
#include "access/inside.h"

static Status ddl(Db *db, Str postgres, Str sqlite) {
        Sql statement = db_sql(db);
        sql_fixed(&statement, db_dialect(db) == DIALECT_POSTGRES ? postgres : sqlite);
        return db_ddl(db, &statement);
}

static Status ddl_both(Db *db, Str statement) {
        return ddl(db, statement, statement);
}

Status make_identity_provider(Db *db) {
        return ddl(db,
                STR("create table \"identity_provider\" (\"id\" bigint generated always as identity primary key, \"kind\" text collate \"C\" not null, \"label\" text collate \"C\" not null, "
                    "\"active\" boolean not null, \"config\" text collate \"C\" not null, \"secret\" text collate \"C\" not null, \"updated_at\" timestamptz(3) not null, \"synced_at\" timestamptz(3))"),
                STR("create table \"identity_provider\" (\"id\" integer primary key autoincrement, \"kind\" text not null, \"label\" text not null, \"active\" integer not null, "
                    "\"config\" text not null, \"secret\" text not null, \"updated_at\" integer not null, \"synced_at\" integer) strict"));
}

Status make_identity(Db *db) {
        TRY(ddl(db,
                STR("create table \"identity\" (\"id\" bigint generated always as identity primary key, \"provider_id\" bigint not null, \"subject\" text collate \"C\" not null, \"user_id\" bigint not null, "
                    "\"name\" text collate \"C\" not null, \"created_at\" timestamptz(3) not null, \"seen_at\" timestamptz(3))"),
                STR("create table \"identity\" (\"id\" integer primary key autoincrement, \"provider_id\" integer not null, \"subject\" text not null, \"user_id\" integer not null, "
                    "\"name\" text not null, \"created_at\" integer not null, \"seen_at\" integer) strict")));
        TRY(ddl_both(db, STR("create unique index \"identity_subject\" on \"identity\" (\"provider_id\", \"subject\")")));
        return ddl_both(db, STR("create unique index \"identity_user\" on \"identity\" (\"user_id\", \"provider_id\")"));
}

Status make_sign_in_flow(Db *db) {
        TRY(ddl(db,
                STR("create table \"sign_in_flow\" (\"state\" bytea primary key, \"browser\" bytea not null, \"provider_id\" bigint not null, \"user_id\" bigint, \"nonce\" text collate \"C\" not null, "
                    "\"verifier\" text collate \"C\" not null, \"next\" text collate \"C\" not null, \"endpoints\" text collate \"C\" not null, \"created_at\" timestamptz(3) not null)"),
                STR("create table \"sign_in_flow\" (\"state\" blob primary key not null, \"browser\" blob not null, \"provider_id\" integer not null, \"user_id\" integer, \"nonce\" text not null, "
                    "\"verifier\" text not null, \"next\" text not null, \"endpoints\" text not null, \"created_at\" integer not null) strict")));
        return ddl_both(db, STR("create index \"sign_in_flow_created\" on \"sign_in_flow\" (\"created_at\")"));
}

Status make_password_reset(Db *db) {
        TRY(ddl(db,
                STR("create table \"password_reset\" (\"id\" bigint generated always as identity primary key, \"login\" text collate \"C\" not null, \"peer\" text collate \"C\" not null, "
                    "\"requested_at\" timestamptz(3) not null, \"user_id\" bigint, \"hash\" bytea, \"expires_at\" timestamptz(3), \"done\" boolean not null)"),
                STR("create table \"password_reset\" (\"id\" integer primary key autoincrement, \"login\" text not null, \"peer\" text not null, \"requested_at\" integer not null, "
                    "\"user_id\" integer, \"hash\" blob, \"expires_at\" integer, \"done\" integer not null) strict")));
        TRY(ddl_both(db, STR("create unique index \"password_reset_hash\" on \"password_reset\" (\"hash\") where \"hash\" is not null")));
        TRY(ddl_both(db, STR("create index \"password_reset_login\" on \"password_reset\" (\"login\", \"requested_at\")")));
        TRY(ddl_both(db, STR("create index \"password_reset_peer\" on \"password_reset\" (\"peer\", \"requested_at\")")));
        TRY(ddl_both(db, STR("create index \"password_reset_user\" on \"password_reset\" (\"user_id\") where \"user_id\" is not null")));
        return ddl(db, STR("create index \"password_reset_waiting\" on \"password_reset\" (\"id\") where not \"done\" and \"hash\" is null"),
                   STR("create index \"password_reset_waiting\" on \"password_reset\" (\"id\") where \"done\" = 0 and \"hash\" is null"));
}

Status make_mail_queue(Db *db) {
        TRY(ddl(db,
                STR("create table \"mail_queue\" (\"id\" bigint generated always as identity primary key, \"kind\" text collate \"C\" not null, \"user_id\" bigint, \"recipient\" text collate \"C\" not null, "
                    "\"subject\" text collate \"C\" not null, \"content\" text collate \"C\", \"message_id\" text collate \"C\" not null, \"status\" text collate \"C\" not null, \"attempts\" bigint not null, "
                    "\"due_at\" timestamptz(3) not null, \"claimed_at\" timestamptz(3), \"expires_at\" timestamptz(3), \"created_at\" timestamptz(3) not null, \"ended_at\" timestamptz(3), "
                    "\"problem\" text collate \"C\", \"answer\" text collate \"C\")"),
                STR("create table \"mail_queue\" (\"id\" integer primary key autoincrement, \"kind\" text not null, \"user_id\" integer, \"recipient\" text not null, \"subject\" text not null, "
                    "\"content\" text, \"message_id\" text not null, \"status\" text not null, \"attempts\" integer not null, \"due_at\" integer not null, \"claimed_at\" integer, "
                    "\"expires_at\" integer, \"created_at\" integer not null, \"ended_at\" integer, \"problem\" text, \"answer\" text) strict")));
        TRY(ddl_both(db, STR("create index \"mail_queue_due\" on \"mail_queue\" (\"due_at\") where \"status\" = 'waiting'")));
        TRY(ddl_both(db, STR("create index \"mail_queue_status\" on \"mail_queue\" (\"status\", \"id\")")));
        return ddl_both(db, STR("create index \"mail_queue_created\" on \"mail_queue\" (\"created_at\")"));
}
