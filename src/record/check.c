// What must hold of the stored records, whoever wrote them: haike check. Reads only; each kind of finding is reported at most FINDINGS_LARGEST times.
#include "base/unicode.h"
#include "os/os.h"
#include "record/file.h"
#include "record/query.h"
#include "record/duplicate.h"
#include "record/entry.h"
#include "record/search.h"
#include "record/totals.h"
#include "record/write.h"

#define FINDINGS_LARGEST 100
#define PAGE 1000
#define KEYS_LONGEST_US 20000000 // for comparing sort keys, over all objects
#define TERMS_LONGEST_US 5000000
#define TOTALS_LONGEST_US 60000000
#define TERMS_SAMPLE 20          // records whose search terms are compared, per object

typedef struct Check {
        Call *call;
        const Object *object;
        void (*report)(void *arg, Str finding);
        void *arg;
        int64_t keys_until_us, terms_until_us, totals_until_us;
} Check;

static void tell(Check *check, const char *key, int64_t id, Str what) {
        Arena *arena = check->call->context->arena;
        Str args[4] = {check->object->name, str_format(arena, "%lld", (long long)id), what};
        check->report(check->arg, text_format(arena, check->call->context->lang, key, args));
}

// Reports every id that the statement finds; what: the field, or empty.
static Status tell_rows(Check *check, Sql *select, const char *key, Str what) {
        sql(select, " limit ");
        sql_int(select, FINDINGS_LARGEST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(check->call->db, select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                tell(check, key, rows_int(rows, 0), what);
        }
}

static Sql select_live(Check *check) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, check->object->table);
        sql(&select, " t where t.deleted_at is null");
        return select;
}

// ---- References

static Status check_reference(Check *check, const Field *field) {
        bool live = !field->system && field->on_delete != ON_DELETE_CLEAR;
        Sql select = select_live(check);
        sql(&select, " and ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, " is not null and not exists (select 1 from ");
        sql_name(&select, field->target->table);
        sql(&select, " r where r.\"id\" = ");
        sql_column(&select, STR("t"), field->column);
        if (live)
                sql(&select, " and r.deleted_at is null");
        sql(&select, ")");
        return tell_rows(check, &select, "check.reference", field->name);
}

static Status check_file(Check *check, const Field *field) {
        Sql select = select_live(check);
        sql(&select, " and ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, " is not null and not exists (select 1 from file r where r.\"id\" = ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, ")");
        return tell_rows(check, &select, "check.reference", field->name);
}

static Status check_record_target(Check *check, const Field *field, const Object *target) {
        Sql select = select_live(check);
        sql(&select, " and haike_object_of(");
        sql_column(&select, STR("t"), field->column);
        sql(&select, ") = ");
        sql_str(&select, target->name);
        sql(&select, " and not exists (select 1 from ");
        sql_name(&select, target->table);
        sql(&select, " r where r.\"id\" = haike_id_of(");
        sql_column(&select, STR("t"), field->column);
        sql(&select, "))");
        return tell_rows(check, &select, "check.reference", field->name);
}

static Status id_exists(Check *check, const Object *target, int64_t id, bool *ret) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, target->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        return db_get_int(check->call->db, &select, NULL, ret);
}

static Status check_list_value(Check *check, const Field *field, int64_t id, Str list) {
        Json *ids = NULL;
        if (json_parse(check->call->context, list, 2, &ids) != STATUS_OK) {
                error_clear(check->call->context);
                tell(check, "check.reference", id, field->name);
                return STATUS_OK;
        }
        for (size_t i = 0; i < ids->count; i++) {
                int64_t target = 0;
                bool found = false;
                if (str_to_int64(ids->items[i].text, &target))
                        TRY(id_exists(check, field->target, target, &found));
                if (!found)
                        tell(check, "check.reference", id, field->name);
        }
        return STATUS_OK;
}

// Lists are few different ones: each is looked at once, with one of the records that have it.
static Status check_list(Check *check, const Field *field) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select min(t.\"id\"), ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, " from ");
        sql_name(&select, check->object->table);
        sql(&select, " t where t.deleted_at is null and ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, " is not null group by ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, " limit 10000");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(check->call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                TRY(check_list_value(check, field, rows_int(rows, 0), str_copy(check->call->context->arena, rows_text(rows, 1))));
        }
}

static Status check_references(Check *check) {
        const Catalog *catalog = check->call->catalog;
        for (size_t i = 0; i < check->object->fields_count; i++) {
                const Field *field = check->object->fields[i];
                if (!field->stored || field->role == FIELD_ID)
                        continue;
                if (field_is_file(field))
                        TRY(check_file(check, field));
                else if (field->type->reference && field->target)
                        TRY(check_reference(check, field));
                else if (field->type->list && field->target)
                        TRY(check_list(check, field));
                else if (query_is_record(field))
                        for (size_t k = 0; k < catalog->objects_count; k++)
                                TRY(check_record_target(check, field, catalog->objects[k]));
        }
        return STATUS_OK;
}

// ---- Entries: made anew in SQL and compared both ways with what is stored

static void select_entries(Check *check, int64_t source, const SharingRule *rule, Sql *select) {
        sql(select, "select record_id, token, updated_at, \"write\" from access_entry where object_id = ");
        sql_int(select, check->object->id);
        sql(select, " and source = ");
        sql_int(select, source);
        if (!rule)
                return;
        sql(select, " and token = ");
        sql_int(select, token_of(TOKEN_RULE, rule->id));
}

static Status check_entries_of(Check *check, int64_t source, const SharingRule *rule, Str what) {
        EntrySet set = {.object = check->object, .source = source, .rule = rule};
        for (int way = 0; way < 2; way++) {
                Sql wanted = db_sql(check->call->db), select = db_sql(check->call->db);
                TRY(entries_wanted(check->call->db, &set, &wanted));
                sql(&select, "select record_id from (");
                if (way)
                        select_entries(check, source, rule, &select);
                else {
                        sql(&select, "select w.record_id, w.token, w.updated_at, w.\"write\" from (");
                        sql_append(&select, &wanted);
                        sql(&select, ") w");
                }
                sql(&select, " except ");
                if (way) {
                        sql(&select, "select w.record_id, w.token, w.updated_at, w.\"write\" from (");
                        sql_append(&select, &wanted);
                        sql(&select, ") w");
                } else
                        select_entries(check, source, rule, &select);
                sql(&select, ") d");
                TRY(tell_rows(check, &select, way ? "check.entry_left" : "check.entry_missing", what));
        }
        return STATUS_OK;
}

// Of rules that are none any more, of fields that lead nowhere.
static Status check_other_entries(Check *check) {
        const Access *access = check->call->actor->access;
        int64_t *fields = arena_array(check->call->context->arena, int64_t, check->object->through_count + 1);
        int64_t *rules = arena_array(check->call->context->arena, int64_t, access->rules_count + 1);
        size_t rules_count = 0;
        for (size_t i = 0; i < check->object->through_count; i++)
                fields[i] = check->object->through[i]->id;
        for (size_t i = 0; i < access->rules_count; i++)
                if (access->rules[i].object == check->object)
                        rules[rules_count++] = token_of(TOKEN_RULE, access->rules[i].id);
        Sql select = db_sql(check->call->db);
        sql(&select, "select record_id from access_entry where object_id = ");
        sql_int(&select, check->object->id);
        sql(&select, " and ((source > 3 and source not in ");
        sql_int_list(&select, fields, check->object->through_count);
        sql(&select, ") or (source = 1 and token not in ");
        sql_int_list(&select, rules, rules_count);
        sql_fixed(&select, check->object->readers ? STR("))") : STR(") or source = 0)"));
        return tell_rows(check, &select, "check.entry_left", STR_NONE);
}

static Status check_entries(Check *check) {
        const Access *access = check->call->actor->access;
        const Object *object = check->object;
        bool left = false;
        TRY(entries_left(check->call, object, &left)); // the rest is known to be missing
        if (object->retired || left)
                return STATUS_OK;
        if (object->readers)
                TRY(check_entries_of(check, SOURCE_READERS, NULL, object->readers->name));
        for (size_t i = 0; i < object->through_count; i++)
                TRY(check_entries_of(check, object->through[i]->id, NULL, object->through[i]->name));
        if (catalog_find(check->call->catalog, STR("team_member")))
                TRY(check_entries_of(check, SOURCE_TEAM, NULL, STR("team_member")));
        for (size_t i = 0; i < access->rules_count; i++)
                if (access->rules[i].object == object)
                        TRY(check_entries_of(check, SOURCE_RULE, &access->rules[i], access->rules[i].name));
        if (object->pool)
                TRY(check_entries_of(check, SOURCE_POOL, NULL, object->pool->name));
        return check_other_entries(check);
}

// ---- Roll-ups: nothing stored yet is the same as a total of nothing

static Status check_rollups(Check *check) {
        for (size_t i = 0; i < check->object->fields_count; i++) {
                const Field *field = check->object->fields[i];
                if (!field->stored || !field->rollup_by)
                        continue;
                bool number = field->kind == VALUE_INTEGER || field->kind == VALUE_NUMBER;
                Sql select = select_live(check);
                sql_fixed(&select, number ? STR(" and coalesce(") : STR(" and ("));
                sql_column(&select, STR("t"), field->column);
                sql_fixed(&select, number ? STR(", 0) is distinct from coalesce(") : STR(") is distinct from ("));
                TRY(rollup_sql(check->call->context, field, STR("t"), &select));
                sql_fixed(&select, number ? STR(", 0)") : STR(")"));
                TRY(tell_rows(check, &select, "check.rollup", field->name));
        }
        return STATUS_OK;
}

// ---- Totals: each key's count and sums are those of its records

static Status check_totals(Check *check) {
        Db *db = check->call->db;
        TotalsTables *tables = arena_new_of(check->call->context->arena, TotalsTables);
        bool ready = false;
        if (check->object->retired)
                return STATUS_OK;
        TRY(totals_tables(db, check->object, tables));
        TRY(totals_ready(db, check->object, tables, &ready));
        if (!ready)
                return STATUS_OK;
        int64_t entries = 0;
        TRY(totals_entries_differing(db, check->object, &entries));
        if (entries)
                tell(check, "check.totals", entries, STR("totals_entry"));
        for (size_t i = 0; i < tables->count && os_monotonic_us() < check->totals_until_us; i++) {
                int64_t differing = 0;
                TRY(totals_differing(db, &tables->items[i], &differing));
                if (differing)
                        tell(check, "check.totals", differing, tables->items[i].name);
        }
        return STATUS_OK;
}

// ---- Search

static Status check_search_missing(Check *check) {
        Sql select = select_live(check);
        sql(&select, " and not exists (select 1 from ");
        search_table(check->object, &select);
        sql(&select, " s where ");
        search_id(&select);
        sql(&select, " = t.\"id\")");
        return tell_rows(check, &select, "check.search_missing", STR_NONE);
}

static Status check_search_left(Check *check) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select ");
        search_id(&select);
        sql(&select, " from ");
        search_table(check->object, &select);
        sql(&select, " s where not exists (select 1 from ");
        sql_name(&select, check->object->table);
        sql(&select, " t where t.deleted_at is null and t.\"id\" = ");
        search_id(&select);
        sql(&select, ")");
        return tell_rows(check, &select, "check.search_left", STR_NONE);
}

static Status check_terms(Check *check, int64_t id) {
        Call *call = check->call;
        Record *record = NULL;
        TRY(record_read_row(call, check->object, id, false, false, &record)); // without a lock: a check only reads
        if (!record)
                return STATUS_OK;
        Buf terms = buf_make(call->context->arena, SEARCH_TERMS_CAP);
        search_terms(&terms, call->actor->access, check->object, record->values);
        if (!terms.len)
                return STATUS_OK;
        bool found = false;
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        search_table(check->object, &select);
        sql(&select, " s where ");
        TRY(search_match(call, check->object, buf_str(&terms), false, &select));
        sql(&select, " and ");
        search_id(&select);
        sql(&select, " = ");
        sql_int(&select, id);
        TRY(db_get_int(call->db, &select, NULL, &found));
        if (!found)
                tell(check, "check.search_terms", id, STR_NONE);
        return STATUS_OK;
}

// The newest, which is where a mistake of this program would show.
static Status check_newest_terms(Check *check) {
        Sql select = select_live(check);
        int64_t ids[TERMS_SAMPLE];
        size_t count = 0;
        sql(&select, " order by t.\"id\" desc limit ");
        sql_int(&select, TERMS_SAMPLE);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(check->call->db, &select, &rows));
        for (bool found = true; count < TERMS_SAMPLE;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ids[count++] = rows_int(rows, 0);
        }
        for (size_t i = 0; i < count && os_monotonic_us() < check->terms_until_us; i++)
                TRY(check_terms(check, ids[i]));
        return STATUS_OK;
}

static Status check_search(Check *check) {
        bool complete = false;
        if (!check->object->search)
                return STATUS_OK;
        TRY(search_complete(check->call, check->object, &complete));
        if (!complete)
                return STATUS_OK;
        TRY(check_search_missing(check));
        TRY(check_search_left(check));
        return check_newest_terms(check);
}

// ---- History: versions 1, 2 … up to the record's own

static Status check_history(Check *check) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, check->object->table);
        sql(&select, " t left join (select record_id, count(*) as changes, max(version) as newest, min(version) as oldest, count(distinct version) as versions"
                     " from history where object_id = ");
        sql_int(&select, check->object->id);
        sql(&select, " group by record_id) h on h.record_id = t.\"id\""
                     " where h.newest is distinct from t.version or h.oldest is distinct from 1 or h.changes <> h.newest or h.versions <> h.newest order by t.\"id\"");
        return tell_rows(check, &select, "check.history", STR_NONE);
}

static Status check_outbox(Check *check) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select o.record_id from outbox o left join ");
        sql_name(&select, check->object->table);
        sql(&select, " t on t.\"id\" = o.record_id where o.object_id = ");
        sql_int(&select, check->object->id);
        sql(&select, " and (t.\"id\" is null or o.version > t.version)");
        return tell_rows(check, &select, "check.outbox", STR_NONE);
}

// ---- Sort keys

typedef struct KeyPage {
        int64_t last;
        size_t rows;
        int findings;
} KeyPage;

static Status check_key_page(Check *check, const Field *field, KeyPage *page) {
        Call *call = check->call;
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"id\", ");
        sql_column(&select, STR("t"), field->column);
        sql(&select, ", ");
        sql_column(&select, STR("t"), field->sort_column);
        sql(&select, " from ");
        sql_name(&select, check->object->table);
        sql(&select, " t where t.\"id\" > ");
        sql_int(&select, page->last);
        sql(&select, " order by t.\"id\" limit ");
        sql_int(&select, PAGE);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (page->rows = 0;; page->rows++) {
                bool found = false;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                page->last = rows_int(rows, 0);
                Value text = rows_value(rows, 1, VALUE_TEXT), key = rows_value(rows, 2, VALUE_BLOB);
                Str right = value_is_null(text) ? STR_NONE : text_sort_key(call->context->arena, text.text);
                if ((value_is_null(text) != value_is_null(key) || !str_eq(right, key.text)) && page->findings++ < FINDINGS_LARGEST)
                        tell(check, "check.sort_key", page->last, field->name);
        }
}

// A page's memory is given back before the next: the context's arena is exchanged meanwhile.
static Status check_keys(Check *check, const Field *field) {
        Context *context = check->call->context;
        Arena *kept = context->arena;
        ARENA_CLEANUP Arena *pages = arena_new(0);
        KeyPage page = {.rows = PAGE};
        Status status = STATUS_OK;
        while (status == STATUS_OK && page.rows == PAGE && os_monotonic_us() < check->keys_until_us) {
                arena_reset(pages);
                context->arena = pages;
                status = check_key_page(check, field, &page);
                context->arena = kept;
        }
        if (status != STATUS_OK)
                context->error.detail = str_copy(kept, context->error.detail);
        return status;
}

static Status check_sort_keys(Check *check) {
        for (size_t i = 0; i < check->object->fields_count; i++)
                if (check->object->fields[i]->sort_column.len && check->object->fields[i]->stored)
                        TRY(check_keys(check, check->object->fields[i]));
        return STATUS_OK;
}

// ---- Duplicates

static void tell_duplicate(void *arg, const char *key, int64_t id) {
        tell(arg, key, id, STR_NONE);
}

static Status check_duplicates(Check *check) {
        DuplicateCheck duplicates = {.call = check->call, .object = check->object, .until_us = check->keys_until_us, .tell = tell_duplicate, .arg = check};
        return duplicates_check(&duplicates);
}

// ---- Pools: in_pool, pool and no owner say the same, and the last movement of a record says where it is

static Status check_pooled(Check *check) {
        const Object *object = check->object, *movement = catalog_find(check->call->catalog, STR("pool_movement"));
        if (!object->pooled || object->retired)
                return STATUS_OK;
        Sql select = select_live(check), where = select_live(check);
        sql(&select, " and (t.pool_id is not null and t.owner_id is not null or coalesce(t.in_pool, ");
        sql_value(&select, value_bool(false));
        sql(&select, ") <> (t.pool_id is not null)) order by t.id");
        TRY(tell_rows(check, &select, "check.pool", STR_NONE));
        if (!movement)
                return STATUS_OK;
        sql(&where, " and t.pool_id is distinct from (select case when m.to_user_id is null then m.pool_id end from pool_movement m where m.deleted_at is null and m.target = ");
        sql_str(&where, str_format(check->call->context->arena, STR_FMT ":", STR_ARG(object->name)));
        sql(&where, " || t.id order by m.id desc limit 1) order by t.id");
        return tell_rows(check, &where, "check.pool_movement", STR_NONE);
}

static Status check_object(Check *check) {
        TRY(check_pooled(check));
        TRY(check_references(check));
        TRY(check_entries(check));
        TRY(check_rollups(check));
        TRY(check_totals(check));
        TRY(check_search(check));
        TRY(check_history(check));
        TRY(check_outbox(check));
        TRY(check_duplicates(check));
        return check_sort_keys(check);
}

Status record_check(Call *call, void (*report)(void *arg, Str finding), void *arg) {
        Check check = {.call = call, .report = report, .arg = arg, .keys_until_us = os_monotonic_us() + KEYS_LONGEST_US, .terms_until_us = os_monotonic_us() + TERMS_LONGEST_US,
                       .totals_until_us = os_monotonic_us() + TOTALS_LONGEST_US};
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                check.object = call->catalog->objects[i];
                TRY(check_object(&check));
        }
        return STATUS_OK;
}
