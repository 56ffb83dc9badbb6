// The sealer: chains committed rows of the audit log, in batches, in the order in which it meets them. A row that commits late is simply sealed later, so the order of
// ids and of transactions does not matter; the numbers of the chain have no gaps because only one sealer counts at a time.
#include "access/audit_seal.h"
#include "os/os.h"
#include <sodium.h>

typedef crypto_generichash_state Hash;

static void hash_bytes(Hash *hash, const void *bytes, size_t length) {
        crypto_generichash_update(hash, bytes, length);
}

static void hash_int(Hash *hash, int64_t number) {
        unsigned char bytes[8];
        for (int i = 0; i < 8; i++)
                bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
        hash_bytes(hash, bytes, sizeof bytes);
}

static void hash_text(Hash *hash, Str text) {
        hash_int(hash, (int64_t)text.len);
        hash_bytes(hash, text.data ? text.data : "", text.len);
}

void audit_commit(const AuditRow *row, const unsigned char *salt, unsigned char *ret_commitment) {
        Hash hash;
        crypto_generichash_init(&hash, salt, AUDIT_HASH, AUDIT_HASH);
        hash_text(&hash, row->peer);
        hash_int(&hash, row->has_detail);
        hash_text(&hash, row->detail);
        crypto_generichash_final(&hash, ret_commitment, AUDIT_HASH);
}

void audit_link(const unsigned char *chain, int64_t seq, const AuditRow *row, const unsigned char *commitment, unsigned char *ret_chain) {
        Hash hash;
        unsigned char result[AUDIT_HASH];
        crypto_generichash_init(&hash, NULL, 0, AUDIT_HASH);
        hash_bytes(&hash, chain, AUDIT_HASH);
        hash_int(&hash, seq);
        hash_int(&hash, row->id);
        hash_int(&hash, row->at_ms);
        hash_text(&hash, row->kind);
        hash_int(&hash, row->user);
        hash_int(&hash, row->object);
        hash_int(&hash, row->record);
        hash_bytes(&hash, commitment, AUDIT_HASH);
        crypto_generichash_final(&hash, result, AUDIT_HASH);
        memcpy(ret_chain, result, AUDIT_HASH);
}

void audit_take(Rows *rows, int at, AuditRow *ret) {
        *ret = (AuditRow){.id = rows_int(rows, at), .user = rows_int(rows, at + 3), .object = rows_int(rows, at + 4), .record = rows_int(rows, at + 5)};
        ret->at_ms = rows_value(rows, at + 1, VALUE_DATETIME).ms;
        ret->kind = rows_value(rows, at + 2, VALUE_TEXT).text;
        ret->peer = rows_value(rows, at + 6, VALUE_TEXT).text;
        ret->has_detail = !rows_null(rows, at + 7);
        ret->detail = ret->has_detail ? rows_value(rows, at + 7, VALUE_TEXT).text : STR_NONE;
}

// ---- The head

Status audit_head(Db *db, AuditHead *ret) {
        Sql select = db_sql(db);
        *ret = (AuditHead){0};
        sql(&select, "select \"seq\", \"chain\" from \"audit_seal\" order by \"seq\" desc limit 1");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        if (!found)
                return STATUS_OK;
        Str chain = rows_value(rows, 1, VALUE_BLOB).text;
        ret->seq = rows_int(rows, 0);
        if (chain.len == AUDIT_HASH)
                memcpy(ret->chain, chain.data, AUDIT_HASH);
        return STATUS_OK;
}

Str audit_head_text(Arena *arena, const AuditHead *head) {
        char hex[AUDIT_HASH * 2 + 1];
        sodium_bin2hex(hex, sizeof hex, head->chain, AUDIT_HASH);
        return str_format(arena, "%lld:%s", (long long)head->seq, hex);
}

bool audit_head_parse(Str text, AuditHead *ret) {
        Str number = STR_NONE;
        size_t length = 0;
        if (!str_cut(&text, ':', &number) || !str_to_int64(number, &ret->seq) || ret->seq < 0)
                return false;
        return sodium_hex2bin(ret->chain, AUDIT_HASH, text.data, text.len, NULL, &length, NULL) == 0 && length == AUDIT_HASH && text.len == AUDIT_HASH * 2;
}

// ---- Sealing

Status audit_unsealed(Db *db, bool *ret) {
        Sql select = db_sql(db);
        sql(&select, "select 1 from \"audit\" where \"seal\" is null limit 1");
        return db_get_int(db, &select, NULL, ret);
}

static Status alone(Db *db, bool *ret) {
        *ret = true;
        if (db_dialect(db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql select = db_sql(db);
        int64_t mine = 0;
        sql(&select, "select case when pg_try_advisory_xact_lock(hashtext('haike audit'), hashtext(current_schema())) then 1 else 0 end");
        TRY(db_get_int(db, &select, &mine, NULL));
        *ret = mine != 0;
        return STATUS_OK;
}

static Status read_open(Db *db, int limit, AuditRow *ret, int *ret_count) {
        Sql select = db_sql(db);
        *ret_count = 0;
        sql(&select, "select " AUDIT_COLUMNS " from \"audit\" a where a.\"seal\" is null order by a.\"id\" limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        for (bool found; *ret_count < limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                audit_take(rows, 0, &ret[(*ret_count)++]);
        }
        return STATUS_OK;
}

static Value bytes_value(Db *db, const unsigned char *bytes) {
        return value_blob(str_make(arena_copy(db_arena(db), bytes, AUDIT_HASH), AUDIT_HASH));
}

static Status store_seal(Db *db, const AuditHead *head, int64_t id, const unsigned char *salt, const unsigned char *commitment) {
        Sql insert = db_sql(db), mark = db_sql(db);
        sql(&insert, "insert into \"audit_seal\" (\"seq\", \"id\", \"salt\", \"commitment\", \"chain\") values (");
        sql_int(&insert, head->seq);
        sql(&insert, ", ");
        sql_int(&insert, id);
        sql(&insert, ", ");
        sql_value(&insert, bytes_value(db, salt));
        sql(&insert, ", ");
        sql_value(&insert, bytes_value(db, commitment));
        sql(&insert, ", ");
        sql_value(&insert, bytes_value(db, head->chain));
        sql(&insert, ")");
        TRY(db_exec(db, &insert, NULL));
        sql(&mark, "update \"audit\" set \"seal\" = ");
        sql_int(&mark, head->seq);
        sql(&mark, " where \"id\" = ");
        sql_int(&mark, id);
        return db_exec(db, &mark, NULL);
}

Status audit_seal(Db *db, int limit, int *ret_sealed) {
        AuditRow *rows = arena_array(db_arena(db), AuditRow, limit);
        AuditHead head;
        bool mine = false;
        int count = 0;
        *ret_sealed = 0;
        TRY(alone(db, &mine));
        if (!mine)
                return STATUS_OK;
        ensure(sodium_init() >= 0);
        TRY(audit_head(db, &head));
        TRY(read_open(db, limit, rows, &count));
        for (int i = 0; i < count; i++) {
                unsigned char salt[AUDIT_HASH], commitment[AUDIT_HASH];
                os_random(salt, sizeof salt);
                audit_commit(&rows[i], salt, commitment);
                audit_link(head.chain, ++head.seq, &rows[i], commitment, head.chain);
                TRY(store_seal(db, &head, rows[i].id, salt, commitment));
        }
        *ret_sealed = count;
        return STATUS_OK;
}
