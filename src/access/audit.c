// Writing the audit log.
#include "access/audit.h"

Status audit_add(Db *db, const AuditEntry *entry) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"audit\" (\"at\", \"kind\", \"user_id\", \"object_id\", \"record_id\", \"peer\", \"detail\") values (");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ", ");
        sql_str(&insert, str_from(entry->kind));
        sql(&insert, ", ");
        sql_value(&insert, entry->user ? value_int(entry->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, entry->object ? value_int(entry->object) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, entry->record ? value_int(entry->record) : VALUE_NONE);
        sql(&insert, ", ");
        sql_str(&insert, entry->peer);
        sql(&insert, ", ");
        sql_value(&insert, str_empty(entry->detail) ? VALUE_NONE : value_text(entry->detail));
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}
