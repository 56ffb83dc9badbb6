// Is the audit log as it was sealed? Walks the chain from its beginning, page by page, and says for each entry that is not right what is wrong with it.
#include "access/audit_seal.h"
#include <stdlib.h>

#define PAGE 1000
#define FINDINGS_LARGEST 100
#define DETAIL_DEPTH 4

typedef struct Ids { int64_t *list; size_t count, capacity; } Ids;

typedef struct Walk {
        Db *db;
        const AuditCheck *check;
        Arena *arena;          // what is remembered for the whole of it
        int findings;
        int64_t seq;           // of the entry looked at last
        bool begun;
        unsigned char chain[AUDIT_HASH];
        AuditHead first;       // where the chain begins when it does not begin at 1: what the newest pruning entry has to say
        bool pruned;
        AuditHead through;     // of the newest pruning entry
        Ids erased, named;     // entries without a salt, and those that erasures name
        bool *noted_seen;      // heads noted elsewhere that were met
} Walk;

typedef struct Seal { int64_t seq, id; bool has_salt, has_row, marked; unsigned char salt[AUDIT_HASH], commitment[AUDIT_HASH], chain[AUDIT_HASH]; AuditRow row; } Seal;

static void ids_put(Arena *arena, Ids *ids, int64_t id) {
        if (ids->count == ids->capacity) {
                size_t capacity = ids->capacity ? ids->capacity * 2 : 64;
                ids->list = arena_grow(arena, ids->list, ids->capacity * sizeof *ids->list, capacity * sizeof *ids->list);
                ids->capacity = capacity;
        }
        ids->list[ids->count++] = id;
}

static Str number(Arena *arena, int64_t value) {
        return str_format(arena, "%lld", (long long)value);
}

static void tell(Walk *walk, const char *key, int64_t first, int64_t second, Str text) {
        if (walk->findings++ >= FINDINGS_LARGEST)
                return;
        Context *context = db_context(walk->db);
        walk->check->report(walk->check->arg, text_format(context->arena, context->lang, key, (Str[4]){number(context->arena, first), number(context->arena, second), text}));
}

// ---- What entries say of others

static void take_named(Walk *walk, const Json *detail) {
        const Json *entries = json_get(detail, "entries");
        int64_t id = 0;
        for (size_t i = 0; entries && entries->kind == JSON_ARRAY && i < entries->count; i++)
                if (str_to_int64(entries->items[i].text, &id))
                        ids_put(walk->arena, &walk->named, id);
}

static void take_said(Walk *walk, const AuditRow *row) {
        bool erases = str_is(row->kind, "audit.erase"), prunes = str_is(row->kind, "audit.prune");
        Context *context = db_context(walk->db);
        Json *detail = NULL;
        if (!(erases || prunes) || !row->has_detail)
                return;
        if (json_parse(context, row->detail, DETAIL_DEPTH, &detail) != STATUS_OK) {
                error_clear(context);
                return;
        }
        if (erases)
                take_named(walk, detail);
        else
                walk->pruned = audit_head_parse(json_str(detail, "through", STR_NONE), &walk->through);
}

// ---- One entry

static void check_noted(Walk *walk, const Seal *seal) {
        for (size_t i = 0; i < walk->check->noted_count; i++) {
                const AuditHead *noted = &walk->check->noted[i];
                if (noted->seq != seal->seq)
                        continue;
                walk->noted_seen[i] = true;
                if (memcmp(noted->chain, seal->chain, AUDIT_HASH) != 0)
                        tell(walk, "check.audit_other_head", seal->seq, 0, STR_NONE);
        }
}

// The last entry that was pruned is left as the place to begin at.
static bool begins_here(Walk *walk, const Seal *seal) {
        if (walk->begun)
                return false;
        walk->begun = true;
        if (seal->has_row && seal->seq == 1)
                return false;
        if (seal->has_row) { // its predecessor is not there to begin with
                tell(walk, "check.audit_beginning", seal->seq - 1, 0, STR_NONE);
                walk->first.seq = 0;
                return true;
        }
        walk->first.seq = seal->seq;
        memcpy(walk->first.chain, seal->chain, AUDIT_HASH);
        return true;
}

static void check_entry(Walk *walk, const Seal *seal) {
        unsigned char made[AUDIT_HASH];
        if (!seal->has_row) {
                tell(walk, "check.audit_missing", seal->id, seal->seq, STR_NONE);
                return;
        }
        if (!seal->marked)
                tell(walk, "check.audit_moved", seal->id, seal->seq, STR_NONE);
        if (seal->has_salt) {
                audit_commit(&seal->row, seal->salt, made);
                if (memcmp(made, seal->commitment, AUDIT_HASH) != 0)
                        tell(walk, "check.audit_detail", seal->id, seal->seq, seal->row.kind);
        } else {
                ids_put(walk->arena, &walk->erased, seal->id);
                if (seal->row.has_detail || seal->row.peer.len)
                        tell(walk, "check.audit_detail", seal->id, seal->seq, seal->row.kind);
        }
        audit_link(walk->chain, seal->seq, &seal->row, seal->commitment, made);
        if (memcmp(made, seal->chain, AUDIT_HASH) != 0)
                tell(walk, "check.audit_changed", seal->id, seal->seq, seal->row.kind);
        take_said(walk, &seal->row);
}

static void check_seal(Walk *walk, const Seal *seal) {
        bool first = begins_here(walk, seal);
        if (!first && seal->seq != walk->seq + 1)
                tell(walk, "check.audit_gap", walk->seq + 1, seal->seq - 1, STR_NONE);
        if (!first && seal->seq == walk->seq + 1)
                check_entry(walk, seal);
        else if (seal->has_row)
                take_said(walk, &seal->row);
        check_noted(walk, seal);
        walk->seq = seal->seq;
        memcpy(walk->chain, seal->chain, AUDIT_HASH); // what is stored, so that one fault is told once
}

// ---- All of them

static void take_bytes(Rows *rows, int column, unsigned char *ret) {
        Str bytes = rows_value(rows, column, VALUE_BLOB).text;
        memset(ret, 0, AUDIT_HASH);
        if (bytes.len == AUDIT_HASH)
                memcpy(ret, bytes.data, AUDIT_HASH);
}

static void take_seal(Rows *rows, Seal *ret) {
        *ret = (Seal){.seq = rows_int(rows, 0), .id = rows_int(rows, 1), .has_salt = !rows_null(rows, 2), .has_row = !rows_null(rows, 6)};
        if (ret->has_salt)
                take_bytes(rows, 2, ret->salt);
        take_bytes(rows, 3, ret->commitment);
        take_bytes(rows, 4, ret->chain);
        ret->marked = rows_int(rows, 5) == ret->seq;
        if (ret->has_row)
                audit_take(rows, 6, &ret->row);
}

static Status check_page(Walk *walk, int *ret_count) {
        Sql select = db_sql(walk->db);
        sql(&select, "select s.\"seq\", s.\"id\", s.\"salt\", s.\"commitment\", s.\"chain\", a.\"seal\", " AUDIT_COLUMNS " from \"audit_seal\" s left join \"audit\" a on a.\"id\" = s.\"id\" where s.\"seq\" > ");
        sql_int(&select, walk->seq);
        sql(&select, " order by s.\"seq\" limit ");
        sql_int(&select, PAGE);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(walk->db, &select, &rows));
        for (*ret_count = 0;; ++*ret_count) {
                bool found = false;
                Seal seal;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                take_seal(rows, &seal);
                check_seal(walk, &seal);
        }
}

// A page's memory is given back before the next.
static Status check_pages(Walk *walk) {
        Context *context = db_context(walk->db);
        Arena *kept = context->arena;
        ARENA_CLEANUP Arena *page = arena_new(0);
        Status status = STATUS_OK;
        int count = PAGE;
        while (status == STATUS_OK && count == PAGE) {
                arena_reset(page);
                context->arena = page;
                status = check_page(walk, &count);
                context->arena = kept;
        }
        if (status != STATUS_OK)
                context->error.detail = str_copy(kept, context->error.detail);
        return status;
}

// What erased or pruned a moment ago may wait to be sealed itself.
static Status hear_waiting(Walk *walk) {
        Sql select = db_sql(walk->db);
        sql(&select, "select " AUDIT_COLUMNS " from \"audit\" a where a.\"seal\" is null and a.\"kind\" in ('audit.erase', 'audit.prune') order by a.\"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(walk->db, &select, &rows));
        for (bool found;;) {
                AuditRow row;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                audit_take(rows, 0, &row);
                take_said(walk, &row);
        }
}

// ---- What can be said only at the end

static int compare(const void *a, const void *b) {
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

static void check_erased(Walk *walk) {
        if (walk->named.count)
                qsort(walk->named.list, walk->named.count, sizeof *walk->named.list, compare);
        for (size_t i = 0; i < walk->erased.count; i++)
                if (!walk->named.count || !bsearch(&walk->erased.list[i], walk->named.list, walk->named.count, sizeof *walk->named.list, compare))
                        tell(walk, "check.audit_erased", walk->erased.list[i], 0, STR_NONE);
}

static void check_beginning(Walk *walk) {
        if (!walk->first.seq)
                return;
        if (!walk->pruned || walk->through.seq != walk->first.seq || memcmp(walk->through.chain, walk->first.chain, AUDIT_HASH) != 0)
                tell(walk, "check.audit_beginning", walk->first.seq, 0, STR_NONE);
}

static void check_end(Walk *walk) {
        for (size_t i = 0; i < walk->check->noted_count; i++) {
                int64_t seq = walk->check->noted[i].seq;
                if (seq > walk->seq)
                        tell(walk, "check.audit_truncated", seq, walk->seq, STR_NONE);
                else if (!walk->noted_seen[i] && seq > walk->first.seq)
                        tell(walk, "check.audit_gap", seq, seq, STR_NONE);
        }
}

// Rows that claim a place in the chain which is another's, or is not there.
static Status check_strangers(Walk *walk) {
        Sql select = db_sql(walk->db);
        sql(&select, "select a.\"id\", a.\"seal\" from \"audit\" a where a.\"seal\" is not null and not exists (select 1 from \"audit_seal\" s where s.\"id\" = a.\"id\") order by a.\"id\" limit ");
        sql_int(&select, FINDINGS_LARGEST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(walk->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                tell(walk, "check.audit_stranger", rows_int(rows, 0), rows_int(rows, 1), STR_NONE);
        }
}

Status audit_check(Db *db, const AuditCheck *check) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Walk walk = {.db = db, .check = check, .arena = arena, .noted_seen = arena_array(arena, bool, check->noted_count + 1)};
        TRY(check_pages(&walk));
        TRY(hear_waiting(&walk));
        check_erased(&walk);
        check_beginning(&walk);
        check_end(&walk);
        TRY(check_strangers(&walk));
        if (walk.findings > FINDINGS_LARGEST) {
                walk.findings = 0;
                tell(&walk, "check.audit_more", FINDINGS_LARGEST, 0, STR_NONE);
        }
        return STATUS_OK;
}
