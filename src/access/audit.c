// Writing the audit log, and taking away what has had its time.
#include "access/audit_seal.h"

static void add_id(Sql *insert, int64_t id) {
        sql(insert, ", ");
        sql_value(insert, id ? value_int(id) : VALUE_NONE);
}

static Str fitting(Db *db, Str detail) {
        return detail.len <= AUDIT_DETAIL_LARGEST ? detail : str_format(db_arena(db), "{\"left_out\":%zu}", detail.len);
}

Status audit_add(Db *db, const AuditEntry *entry) {
        Str detail = fitting(db, entry->detail);
        Sql insert = db_sql(db);
        sql(&insert, "insert into \"audit\" (\"at\", \"kind\", \"user_id\", \"object_id\", \"record_id\", \"peer\", \"detail\") values (");
        sql_value(&insert, value_datetime(db_context(db)->now_ms));
        sql(&insert, ", ");
        sql_str(&insert, str_from(entry->kind));
        add_id(&insert, entry->user);
        add_id(&insert, entry->object);
        add_id(&insert, entry->record);
        sql(&insert, ", ");
        sql_str(&insert, entry->peer);
        sql(&insert, ", ");
        sql_value(&insert, str_empty(detail) ? VALUE_NONE : value_text(detail));
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

// ---- Pruning: from the beginning of the chain on, so that what is left is one piece. The last seal that went is named by an entry: there the check begins.

static Status find_last(Db *db, int64_t before_ms, int limit, int64_t *ret_seq, int64_t *ret_count) {
        Sql select = db_sql(db);
        *ret_seq = *ret_count = 0;
        sql(&select, "select s.\"seq\", a.\"at\" from \"audit_seal\" s join \"audit\" a on a.\"id\" = s.\"id\" order by s.\"seq\" limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found || rows_value(rows, 1, VALUE_DATETIME).ms >= before_ms)
                        return STATUS_OK;
                *ret_seq = rows_int(rows, 0);
                ++*ret_count;
        }
}

static Status remove_through(Db *db, int64_t seq) {
        Sql rows = db_sql(db), seals = db_sql(db);
        sql(&rows, "delete from \"audit\" where \"id\" in (select \"id\" from \"audit_seal\" where \"seq\" <= ");
        sql_int(&rows, seq);
        sql(&rows, ")");
        TRY(db_exec(db, &rows, NULL));
        sql(&seals, "delete from \"audit_seal\" where \"seq\" < ");
        sql_int(&seals, seq);
        return db_exec(db, &seals, NULL);
}

static Status chain_of(Db *db, int64_t seq, AuditHead *ret) {
        Sql select = db_sql(db);
        sql(&select, "select \"chain\" from \"audit_seal\" where \"seq\" = ");
        sql_int(&select, seq);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        Str chain = found ? rows_value(rows, 0, VALUE_BLOB).text : STR_NONE;
        if (chain.len != AUDIT_HASH)
                return error_detail(db_context(db), STATUS_IO, "internal", "seal %lld is damaged", (long long)seq);
        ret->seq = seq;
        memcpy(ret->chain, chain.data, AUDIT_HASH);
        return STATUS_OK;
}

Status audit_prune(Db *db, int64_t before_ms, int limit, bool *ret_more) {
        int64_t seq = 0, count = 0;
        AuditHead head;
        TRY(find_last(db, before_ms, limit, &seq, &count));
        *ret_more = count == limit;
        if (!count)
                return STATUS_OK;
        TRY(chain_of(db, seq, &head));
        TRY(remove_through(db, seq));
        AuditEntry entry = {.kind = "audit.prune", .detail = str_format(db_arena(db), "{\"through\":\"" STR_FMT "\",\"entries\":%lld}", STR_ARG(audit_head_text(db_arena(db), &head)), (long long)count)};
        return audit_add(db, &entry);
}

// ---- Erasing

static Str ids_json(Arena *arena, const int64_t *ids, size_t count, Str reason) {
        Buf buf = buf_make(arena, 1 << 20);
        buf_lit(&buf, "{");
        buf_add(&buf, reason);
        buf_format(&buf, "%s\"entries\":[", reason.len ? "," : "");
        for (size_t i = 0; i < count; i++)
                buf_format(&buf, "%s%lld", i ? "," : "", (long long)ids[i]);
        buf_lit(&buf, "]}");
        return buf_str(&buf);
}

Status audit_erase(Db *db, const int64_t *ids, size_t count, Str reason) {
        Sql rows = db_sql(db), seals = db_sql(db);
        if (!count)
                return STATUS_OK;
        sql(&rows, "update \"audit\" set \"detail\" = null, \"peer\" = '' where \"id\" in ");
        sql_int_list(&rows, ids, count);
        TRY(db_exec(db, &rows, NULL));
        sql(&seals, "update \"audit_seal\" set \"salt\" = null where \"id\" in ");
        sql_int_list(&seals, ids, count);
        TRY(db_exec(db, &seals, NULL));
        AuditEntry entry = {.kind = "audit.erase", .detail = ids_json(db_arena(db), ids, count, reason)};
        return audit_add(db, &entry);
}
