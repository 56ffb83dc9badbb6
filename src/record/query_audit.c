// The audit log, page by page.
#include "record/query_audit.h"
#include "record/query_history.h"

#define DETAIL_DEPTH 40

// ---- Kinds

Status query_audit_kinds(Call *call, Str **ret, size_t *ret_count) {
        Arena *arena = call->context->arena;
        Str last = STR("");
        *ret = arena_array(arena, Str, AUDIT_KINDS_LARGEST);
        for (*ret_count = 0; *ret_count < AUDIT_KINDS_LARGEST;) { // from kind to kind by the index, however many entries there are of each
                Sql select = db_sql(call->db);
                sql(&select, "select kind from audit where kind > ");
                sql_str(&select, last);
                sql(&select, " order by kind limit 1");
                ROWS_CLEANUP Rows *rows = NULL;
                bool found = false;
                TRY(db_first(call->db, &select, &rows, &found));
                if (!found)
                        return STATUS_OK;
                last = (*ret)[(*ret_count)++] = str_copy(arena, rows_text(rows, 0));
        }
        return STATUS_OK;
}

static bool kind_asked(Str kinds, Str kind) {
        for (Str one; str_cut(&kinds, ',', &one);) {
                one = str_trim(one);
                bool group = str_ends(one, STR("*"));
                if (group ? str_starts(kind, str_slice(one, 0, one.len - 1)) : str_eq(kind, one))
                        return true;
        }
        return false;
}

static Status find_kinds(Call *call, Str asked, Str **ret, size_t *ret_count) {
        Str *all = NULL;
        size_t count = 0;
        TRY(query_audit_kinds(call, &all, &count));
        *ret = all;
        *ret_count = 0;
        for (size_t i = 0; i < count; i++)
                if (kind_asked(asked, all[i]))
                        all[(*ret_count)++] = all[i];
        return STATUS_OK;
}

// ---- One page

static void where_int(Sql *select, Str column, int64_t value) {
        if (!value)
                return;
        sql(select, " and ");
        sql_name(select, column);
        sql(select, " = ");
        sql_int(select, value);
}

static void where_text(Sql *select, Str column, Str value) {
        if (str_empty(value))
                return;
        sql(select, " and ");
        sql_name(select, column);
        sql(select, " = ");
        sql_str(select, value);
}

static void where_time(Sql *select, const AuditQuery *query, const Cursor *cursor) {
        if (!value_is_null(query->from)) {
                sql(select, " and at >= ");
                sql_value(select, query->from);
        }
        if (!value_is_null(query->to)) {
                sql(select, " and at < ");
                sql_value(select, query->to);
        }
        if (cursor->given) {
                sql(select, " and (at, id) < (");
                sql_value(select, cursor->keys[0]);
                sql(select, ", ");
                sql_int(select, cursor->id);
                sql(select, ")");
        }
}

static void select_arm(Sql *select, const AuditQuery *query, const Cursor *cursor, Str kind, int limit) {
        sql(select, "select id, at, kind, user_id, object_id, record_id, peer, detail, seal from audit where 1 = 1");
        where_text(select, STR("kind"), kind);
        where_int(select, STR("user_id"), query->user);
        where_int(select, STR("object_id"), query->object ? query->object->id : 0);
        where_int(select, STR("record_id"), query->record);
        where_text(select, STR("peer"), query->peer);
        if (query->sha256.len) {
                sql_fixed(select, select->dialect == DIALECT_POSTGRES ? STR(" and kind in ('export.end', 'audit_export.end') and substr(detail, strpos(detail, '\"sha256\":\"') + 10, 64) = ")
                                                                      : STR(" and kind in ('export.end', 'audit_export.end') and substr(detail, instr(detail, '\"sha256\":\"') + 10, 64) = "));
                sql_str(select, query->sha256);
        }
        where_time(select, query, cursor);
        sql(select, " order by at desc, id desc limit ");
        sql_int(select, limit);
}

static void select_page(Sql *select, const AuditQuery *query, const Cursor *cursor, const Str *kinds, size_t count, int limit) {
        for (size_t i = 0; i < count; i++) {
                sql_fixed(select, i ? STR(" union all select * from (") : STR("select * from ("));
                select_arm(select, query, cursor, kinds[i], limit);
                sql(select, ") ");
                sql_alias(select, (int)i);
        }
        sql(select, " order by 2 desc, 1 desc limit ");
        sql_int(select, limit);
}

static Status erased(Call *call, AuditItem *item) {
        if (!item->seq || item->detail.len || item->peer.len)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from audit_seal where seq = ");
        sql_int(&select, item->seq);
        sql(&select, " and salt is null");
        return db_get_int(call->db, &select, NULL, &item->erased);
}

static Status read_page(Call *call, const Sql *select, int limit, AuditPage *page) {
        page->items = arena_array(call->context->arena, AuditItem, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found; page->count < (size_t)limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                AuditItem *item = &page->items[page->count++];
                *item = (AuditItem){.id = rows_int(rows, 0), .at_ms = rows_value(rows, 1, VALUE_DATETIME).ms, .user = rows_int(rows, 3), .object = rows_int(rows, 4), .record = rows_int(rows, 5), .seq = rows_int(rows, 8)};
                item->kind = rows_value(rows, 2, VALUE_TEXT).text;
                item->peer = rows_value(rows, 6, VALUE_TEXT).text;
                item->detail = rows_null(rows, 7) ? STR_NONE : rows_value(rows, 7, VALUE_TEXT).text;
        }
        return STATUS_OK;
}

static uint64_t signature_of(Arena *arena, const AuditQuery *query) {
        uint64_t signature = cursor_signature(cursor_signature(0, STR("audit")), query->kinds);
        int64_t from = value_is_null(query->from) ? 0 : query->from.ms, to = value_is_null(query->to) ? 0 : query->to.ms;
        signature = cursor_signature(signature, str_format(arena, "%lld %lld %lld %lld %lld", (long long)query->user, (long long)query->record, (long long)(query->object ? query->object->id : 0), (long long)from, (long long)to));
        return cursor_signature(cursor_signature(signature, query->peer), query->sha256);
}

Status query_audit_page(Call *call, const AuditQuery *query, AuditPage *ret) {
        static const ValueKind keys[] = {VALUE_DATETIME};
        Arena *arena = call->context->arena;
        uint64_t signature = signature_of(arena, query);
        Cursor cursor;
        Str any = STR_NONE, *kinds = &any;
        size_t kinds_count = 1;
        *ret = (AuditPage){0};
        TRY(cursor_parse(call->context, query->after, signature, keys, 1, &cursor));
        if (query->kinds.len)
                TRY(find_kinds(call, query->kinds, &kinds, &kinds_count));
        if (!kinds_count)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        select_page(&select, query, &cursor, kinds, kinds_count, query->limit + 1);
        TRY(read_page(call, &select, query->limit + 1, ret));
        if (ret->count > (size_t)query->limit) {
                const AuditItem *last = &ret->items[--ret->count - 1];
                Cursor next = {.given = true, .count = 1, .id = last->id};
                next.keys[0] = value_datetime(last->at_ms);
                ret->next = cursor_format(arena, signature, &next);
        }
        for (size_t i = 0; i < ret->count; i++)
                TRY(erased(call, &ret->items[i]));
        return arena_over(arena) ? error_set(call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

// ---- The answer

static const Object *object_of(Call *call, const AuditItem *item) {
        return item->object ? catalog_find_id(call->catalog, item->object) : NULL;
}

static Change change_of(Call *call, const AuditItem *item) {
        Json *detail = NULL;
        Change change = {.action = STR("audit")};
        if (item->detail.len && json_parse(call->context, item->detail, DETAIL_DEPTH, &detail) != STATUS_OK)
                error_clear(call->context);
        const Json *changes = detail ? json_get(detail, "changes") : NULL;
        change.changes = changes && changes->kind == JSON_OBJECT ? changes : NULL;
        return change;
}

static void write_about(Call *call, const AuditItem *item, const Change *change, const Names *names, JsonWriter *w) {
        const Object *object = object_of(call, item);
        json_key(w, STR("object"));
        if (object)
                json_add_str(w, object->name);
        else
                json_add_null(w);
        json_key(w, STR("record"));
        if (object && item->record)
                named_write(names, object, item->record, w);
        else
                json_add_null(w);
        json_key(w, STR("changes"));
        if (object && change->changes)
                changes_write(call, object, VALUE_NONE, change, names, w);
        else
                json_add_null(w);
}

static void write_item(Call *call, const AuditItem *item, const Change *change, const Names *names, JsonWriter *w) {
        json_open_object(w);
        json_put_int(w, "id", item->id);
        json_key(w, STR("seq"));
        if (item->seq)
                json_add_int(w, item->seq);
        else
                json_add_null(w);
        json_key(w, STR("at"));
        json_add_datetime(w, item->at_ms);
        json_put_str(w, "kind", item->kind);
        json_key(w, STR("user"));
        user_write(names, call->catalog, item->user, w);
        write_about(call, item, change, names, w);
        json_put_str(w, "peer", item->peer);
        json_key(w, STR("detail"));
        if (item->detail.len)
                json_add_raw(w, item->detail);
        else
                json_add_null(w);
        json_put_bool(w, "erased", item->erased);
        json_close_object(w);
}

Status query_audit(Call *call, const AuditQuery *query, JsonWriter *w) {
        AuditPage page;
        const Object *user = catalog_get(call->catalog, "user");
        TRY(query_audit_page(call, query, &page));
        Names *names = named_new(call);
        Change *changes = arena_array(call->context->arena, Change, page.count + 1);
        for (size_t i = 0; i < page.count; i++) {
                const AuditItem *item = &page.items[i];
                const Object *object = object_of(call, item);
                changes[i] = change_of(call, item);
                if (item->user)
                        named_want(names, user, item->user);
                if (object && item->record)
                        named_want(names, object, item->record);
                if (object)
                        changes_want(names, object, &changes[i]);
        }
        TRY(named_load(names));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < page.count; i++)
                write_item(call, &page.items[i], &changes[i], names, w);
        json_close_array(w);
        json_key(w, STR("next"));
        if (page.next.len)
                json_add_str(w, page.next);
        else
                json_add_null(w);
        json_close_object(w);
        return STATUS_OK;
}
