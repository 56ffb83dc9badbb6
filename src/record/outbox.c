// The outbox: every change leaves an event in its own transaction; streams, automation and connectors read it by cursor.
#include "record/write.h"

Str change_name(ChangeKind kind) {
        switch (kind) {
        case CHANGE_CREATE:
                return STR("create");
        case CHANGE_UPDATE:
                return STR("update");
        case CHANGE_DELETE:
                return STR("delete");
        case CHANGE_RESTORE:
                return STR("restore");
        }
        return STR("update");
}

static Value nullable(Value value) {
        return value.kind == VALUE_INTEGER ? value : VALUE_NONE;
}

Status outbox_add(Call *call, const RecordChange *change, int64_t version) {
        const Record *record = change->after ? change->after : change->before;
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into outbox (object_id, record_id, version, owner_id, department_id, user_id, change, at) values (");
        sql_int(&insert, change->object->id);
        sql(&insert, ", ");
        sql_int(&insert, change->id);
        sql(&insert, ", ");
        sql_int(&insert, version);
        sql(&insert, ", ");
        sql_value(&insert, nullable(record->values[change->object->owner->index]));
        sql(&insert, ", ");
        sql_value(&insert, nullable(record->values[change->object->department->index]));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_int(&insert, change->kind);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ")");
        TRY(db_exec(call->db, &insert, NULL));
        db_touch(call->db);
        return STATUS_OK;
}

// On PostgreSQL only rows below the oldest running transaction are final in order; on SQLite ids are the order of commits.
static void select_after(Sql *select, OutboxCursor after) {
        if (select->dialect == DIALECT_SQLITE) {
                sql(select, " from outbox where \"id\" > ");
                sql_int(select, after.id);
                return;
        }
        sql(select, " from outbox where (transaction_id, \"id\") > (");
        sql_int(select, after.transaction);
        sql(select, ", ");
        sql_int(select, after.id);
        sql(select, ") and transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
}

static void in_order(Sql *select, bool descending) {
        if (select->dialect == DIALECT_POSTGRES)
                sql_fixed(select, descending ? STR(" order by transaction_id desc, \"id\" desc") : STR(" order by transaction_id, \"id\""));
        else
                sql_fixed(select, descending ? STR(" order by \"id\" desc") : STR(" order by \"id\""));
        sql(select, " limit ");
}

Status outbox_read(Db *db, OutboxCursor after, int limit, OutboxEvent **ret, size_t *ret_count) {
        Sql select = db_sql(db);
        sql(&select, "select transaction_id, \"id\", object_id, record_id, version, owner_id, department_id, user_id, change, at");
        select_after(&select, after);
        in_order(&select, false);
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        OutboxEvent *events = arena_array(db_arena(db), OutboxEvent, limit);
        size_t count = 0;
        bool found = false;
        while (count < (size_t)limit) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                events[count++] = (OutboxEvent){
                        .cursor = {rows_int(rows, 0), rows_int(rows, 1)},
                        .object_id = rows_int(rows, 2),
                        .record_id = rows_int(rows, 3),
                        .version = rows_int(rows, 4),
                        .owner = rows_int(rows, 5),
                        .department = rows_int(rows, 6),
                        .user = rows_int(rows, 7),
                        .change = (ChangeKind)rows_int(rows, 8),
                        .at_ms = rows_value(rows, 9, VALUE_DATETIME).ms,
                };
        }
        *ret = events;
        *ret_count = count;
        return STATUS_OK;
}

Status outbox_last(Db *db, OutboxCursor *ret) {
        Sql select = db_sql(db);
        sql(&select, "select transaction_id, \"id\"");
        select_after(&select, (OutboxCursor){0, 0});
        in_order(&select, true);
        sql_int(&select, 1);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret = found ? (OutboxCursor){rows_int(rows, 0), rows_int(rows, 1)} : (OutboxCursor){0, 0};
        return STATUS_OK;
}
