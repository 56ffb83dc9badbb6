// What of entries would hold up others when it is done at once: going through a large table for a sharing rule or a new definition, renewing search terms of many children.
// What is left stands in access_work and is done in slices by the system; until then nobody sees more than he may, and searches ask the rows instead of the index.
#include "record/entry.h"
#include "record/query.h"
#include "record/search.h"
#include "record/write.h"

#define SIGNATURE_CAP (64 * 1024)

typedef enum WorkKind { WORK_OBJECT = 1, WORK_RULE, WORK_FORGET_RULE, WORK_SEARCH_CHILDREN, WORK_SEARCH_DEPARTMENT } WorkKind;

typedef struct Work {
        int64_t id;
        WorkKind kind;
        int64_t object_id, subject, target_object, target; // a rule · a field and the record it refers to · a department
        int64_t done;                                      // id of the record done last
} Work;

static Status add_work(Db *db, const Work *work) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into access_work (kind, object_id, subject, target_object, target, done) values (");
        sql_int(&insert, work->kind);
        sql(&insert, ", ");
        sql_int(&insert, work->object_id);
        sql(&insert, ", ");
        sql_int(&insert, work->subject);
        sql(&insert, ", ");
        sql_int(&insert, work->target_object);
        sql(&insert, ", ");
        sql_int(&insert, work->target);
        sql(&insert, ", ");
        sql_int(&insert, work->done);
        sql(&insert, ")");
        return db_exec(db, &insert, NULL);
}

static Status end_work(Db *db, const Work *work) {
        Sql remove = db_sql(db);
        sql(&remove, "delete from access_work where id = ");
        sql_int(&remove, work->id);
        return db_exec(db, &remove, NULL);
}

static Status keep_place(Db *db, const Work *work) {
        Sql update = db_sql(db);
        sql(&update, "update access_work set done = ");
        sql_int(&update, work->done);
        sql(&update, " where id = ");
        sql_int(&update, work->id);
        return db_exec(db, &update, NULL);
}

static Status is_large(Db *db, const Object *object, bool *ret) {
        Sql rows = db_sql(db), select = db_sql(db);
        int64_t count = 0;
        sql(&rows, "select 1 from ");
        sql_name(&rows, object->table);
        sql(&rows, " limit ");
        sql_int(&rows, ENTRIES_AT_ONCE + 1);
        sql(&select, "select count(*) from (");
        sql_append(&select, &rows);
        sql(&select, ") counted");
        TRY(db_get_int(db, &select, &count, NULL));
        *ret = count > ENTRIES_AT_ONCE;
        return STATUS_OK;
}

// ---- A sharing rule goes through its object

typedef struct Differing { int64_t id; bool matches; Value updated_at; } Differing;

// The next records; *ret: those of them whose entry is missing, or there without reason. Locked, so that their writers wait and find what is done here.
static Status read_rule_slice(Db *db, const SharingRule *rule, int64_t done, int limit, Differing *ret, size_t *ret_count, int64_t *ret_last) {
        const Object *object = rule->object;
        ExprNames names = catalog_names(object->catalog);
        ExprEnv env = {.now_ms = db_context(db)->now_ms, .zone = object->catalog->zone};
        Sql select = db_sql(db);
        sql(&select, "select t.id, t.updated_at, case when ");
        TRY(expr_sql(db_context(db), rule->condition, &env, &names, STR("t"), &select));
        sql(&select, " then 1 else 0 end, (select count(*) from access_entry where access_entry.object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and access_entry.record_id = t.id and access_entry.source = 1 and access_entry.token = ");
        sql_int(&select, token_of(TOKEN_RULE, rule->id));
        sql(&select, ") from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.deleted_at is null and t.id > ");
        sql_int(&select, done);
        sql(&select, " order by t.id limit ");
        sql_int(&select, limit);
        if (select.dialect == DIALECT_POSTGRES)
                sql(&select, " for update of t");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        int seen = 0;
        for (*ret_count = 0; seen < limit; seen++) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                *ret_last = rows_int(rows, 0);
                if (rows_int(rows, 2) != rows_int(rows, 3))
                        ret[(*ret_count)++] = (Differing){rows_int(rows, 0), rows_int(rows, 2) != 0, rows_value(rows, 1, VALUE_DATETIME)};
        }
        if (seen < limit)
                *ret_last = 0;
        return STATUS_OK;
}

static Status set_entry(Db *db, const SharingRule *rule, const Differing *record) {
        Sql write = db_sql(db);
        if (record->matches) {
                sql(&write, "insert into access_entry (object_id, record_id, source, token, updated_at, \"write\") values (");
                sql_int(&write, rule->object->id);
                sql(&write, ", ");
                sql_int(&write, record->id);
                sql(&write, ", 1, ");
                sql_int(&write, token_of(TOKEN_RULE, rule->id));
                sql(&write, ", ");
                sql_value(&write, record->updated_at);
                sql(&write, ", ");
                sql_value(&write, value_bool(false));
                sql(&write, ")");
                return db_exec(db, &write, NULL);
        }
        sql(&write, "delete from access_entry where object_id = ");
        sql_int(&write, rule->object->id);
        sql(&write, " and record_id = ");
        sql_int(&write, record->id);
        sql(&write, " and source = 1 and token = ");
        sql_int(&write, token_of(TOKEN_RULE, rule->id));
        return db_exec(db, &write, NULL);
}

static Status search_records(Call *call, const Object *object, const Differing *records, size_t count) {
        int64_t *ids = arena_array(call->context->arena, int64_t, count + 1), last = 0;
        for (size_t i = 0; i < count; i++)
                ids[i] = records[i].id;
        Sql which = db_sql(call->db);
        sql(&which, " and t.id in ");
        sql_int_list(&which, ids, count);
        return count ? search_renew(call, object, &which, 0, (int)count, &last) : STATUS_OK;
}

static Status rule_slice(Call *call, const SharingRule *rule, int limit, int64_t *done) {
        Differing *records = arena_array(call->context->arena, Differing, limit);
        size_t count = 0;
        TRY(read_rule_slice(call->db, rule, *done, limit, records, &count, done));
        for (size_t i = 0; i < count; i++)
                TRY(set_entry(call->db, rule, &records[i]));
        return search_records(call, rule->object, records, count);
}

// Whoever writes to the table right now began before the rule was made: he is waited for. Whoever begins after this finds that his snapshot is behind (entries_put()).
static Status wait_for_writers(Db *db, const Object *object) {
        return db_lock_table(db, object->table, false);
}

static Status drop_rule_work(Db *db, int64_t rule) {
        Sql remove = db_sql(db);
        sql(&remove, "delete from access_work where kind in (2, 3) and subject = ");
        sql_int(&remove, rule);
        return db_exec(db, &remove, NULL);
}

// ---- By which definition entries were made

static Status read_signature(Db *db, int64_t object, int64_t rule, Str *ret) {
        Sql select = db_sql(db);
        sql(&select, "select signature from access_state where object_id = ");
        sql_int(&select, object);
        sql(&select, " and rule_id = ");
        sql_int(&select, rule);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(db, &select, &rows, &found));
        *ret = found ? str_copy(db_arena(db), rows_text(rows, 0)) : STR_NONE;
        return STATUS_OK;
}

static Status store_signature(Db *db, int64_t object, int64_t rule, Str signature) {
        Sql write = db_sql(db);
        sql(&write, "insert into access_state (object_id, rule_id, signature) values (");
        sql_int(&write, object);
        sql(&write, ", ");
        sql_int(&write, rule);
        sql(&write, ", ");
        sql_str(&write, signature);
        sql(&write, ") on conflict (object_id, rule_id) do update set signature = excluded.signature");
        return db_exec(db, &write, NULL);
}

static Str object_signature(Arena *arena, const Object *object) {
        Buf buf = buf_make(arena, SIGNATURE_CAP);
        if (object->readers)
                buf_format(&buf, "r%lld", (long long)object->readers->id);
        for (size_t i = 0; i < object->through_count; i++)
                buf_format(&buf, " %lld", (long long)object->through[i]->id);
        return buf_str(&buf);
}

static void add_formula(void *arg, const ExprField *used) {
        if (used->formula.len)
                buf_format(arg, "\n" STR_FMT, STR_ARG(used->formula));
}

// What a condition means: its text, the formulas in it, and where days begin.
static Str rule_signature(Arena *arena, const Object *object, Str condition, const Expr *expr) {
        Buf buf = buf_make(arena, SIGNATURE_CAP);
        buf_add(&buf, condition);
        expr_own_fields(expr, add_formula, &buf);
        if (object->catalog->zone)
                buf_format(&buf, "\n" STR_FMT, STR_ARG(zone_name(object->catalog->zone)));
        return str_format(arena, "%016llx", (unsigned long long)str_hash(buf_str(&buf)));
}

// ---- Rules as they are written

Status sharing_rule_large(Call *call, const Object *object, bool *ret) {
        return is_large(call->db, object, ret);
}

Status sharing_rule_start(Call *call, const Object *object, int64_t id, Str condition, bool large) {
        SharingRule rule = {.id = id, .object = object};
        TRY(sharing_parse(call->context, call->catalog, object, condition, &rule.condition));
        TRY(drop_rule_work(call->db, id));
        TRY(store_signature(call->db, object->id, id, rule_signature(call->context->arena, object, condition, rule.condition)));
        if (large)
                return add_work(call->db, &(Work){.kind = WORK_RULE, .object_id = object->id, .subject = id});
        TRY(wait_for_writers(call->db, object));
        for (int64_t done = 0;;) {
                TRY(rule_slice(call, &rule, 1000, &done));
                if (!done)
                        return STATUS_OK;
        }
}

static Status forget_slice(Call *call, int64_t object, int64_t rule, int limit, bool *ret_more) {
        Sql remove = db_sql(call->db);
        int64_t removed = 0;
        sql(&remove, "delete from access_entry where object_id = ");
        sql_int(&remove, object);
        sql(&remove, " and source = 1 and token = ");
        sql_int(&remove, token_of(TOKEN_RULE, rule));
        sql(&remove, " and record_id in (select record_id from access_entry where object_id = ");
        sql_int(&remove, object);
        sql(&remove, " and token = ");
        sql_int(&remove, token_of(TOKEN_RULE, rule));
        sql(&remove, " limit ");
        sql_int(&remove, limit);
        sql(&remove, ")");
        TRY(db_exec(call->db, &remove, &removed));
        *ret_more = removed >= limit;
        return STATUS_OK;
}

// Nobody has its token any more: what it left in the search index finds nobody, and goes when the records are written.
Status sharing_rule_stop(Call *call, const Object *object, int64_t id) {
        bool more = false;
        TRY(drop_rule_work(call->db, id));
        TRY(forget_slice(call, object->id, id, ENTRIES_AT_ONCE, &more));
        return more ? add_work(call->db, &(Work){.kind = WORK_FORGET_RULE, .object_id = object->id, .subject = id}) : STATUS_OK;
}

// ---- Definitions

static Status object_slice(Db *db, const Object *object, int limit, int64_t *done) {
        Sql last = db_sql(db), which = db_sql(db);
        int64_t to = 0;
        sql(&last, "select coalesce(max(s.id), 0) from (select id from ");
        sql_name(&last, object->table);
        sql(&last, " where id > ");
        sql_int(&last, *done);
        sql(&last, " order by id limit ");
        sql_int(&last, limit);
        sql(&last, ") s");
        TRY(db_get_int(db, &last, &to, NULL));
        sql(&which, " and t.id > ");
        sql_int(&which, *done);
        sql(&which, " and t.id <= ");
        sql_int(&which, to);
        EntrySet set = {.object = object, .source = SOURCE_READERS, .which = &which};
        if (to && object->readers)
                TRY(entries_exchange(db, &set));
        for (size_t i = 0; to && i < object->through_count; i++) {
                set.source = object->through[i]->id;
                TRY(entries_exchange(db, &set));
        }
        *done = to;
        return STATUS_OK;
}

static Status search_between(Call *call, const Object *object, int64_t from, int64_t to, int limit) {
        int64_t last = 0;
        Sql which = db_sql(call->db);
        sql(&which, " and t.id <= ");
        sql_int(&which, to);
        return search_renew(call, object, &which, from, limit, &last);
}

// What leads nowhere any more opens nothing from this moment on.
static Status forget_others(Db *db, const Object *object) {
        int64_t *ids = arena_array(db_arena(db), int64_t, object->through_count + 1);
        for (size_t i = 0; i < object->through_count; i++)
                ids[i] = object->through[i]->id;
        Sql remove = db_sql(db);
        sql(&remove, "delete from access_entry where object_id = ");
        sql_int(&remove, object->id);
        sql(&remove, " and ((source > 3 and source not in ");
        sql_int_list(&remove, ids, object->through_count);
        sql(&remove, ")");
        if (!object->readers)
                sql(&remove, " or source = 0");
        sql(&remove, ")");
        return db_exec(db, &remove, NULL);
}

static Status prepare_object(Db *db, const Object *object) {
        Str before = STR_NONE, now = object_signature(db_arena(db), object);
        bool large = false;
        TRY(read_signature(db, object->id, 0, &before));
        if (str_eq(before, now))
                return STATUS_OK;
        TRY(forget_others(db, object));
        TRY(store_signature(db, object->id, 0, now));
        TRY(is_large(db, object, &large));
        Work work = {.kind = WORK_OBJECT, .object_id = object->id};
        if (large)
                return add_work(db, &work);
        int64_t done = 0;
        bool any = false;
        do {
                TRY(object_slice(db, object, 1000, &done));
                any |= done != 0;
        } while (done);
        work.kind = WORK_SEARCH_DEPARTMENT; // of all records: what may be found by whom is renewed behind
        return any ? add_work(db, &work) : STATUS_OK;
}

static Status rule_again(Db *db, const Object *object, int64_t rule) {
        Sql update = db_sql(db);
        TRY(drop_rule_work(db, rule));
        sql(&update, "update sharing_rule set state = 'building' where id = ");
        sql_int(&update, rule);
        TRY(db_exec(db, &update, NULL));
        TRY(access_bump_rules(db));
        return add_work(db, &(Work){.kind = WORK_RULE, .object_id = object->id, .subject = rule});
}

static Status prepare_rule(Db *db, const Catalog *catalog, int64_t id, Str object_name, Str condition) {
        const Object *object = catalog_find(catalog, object_name);
        const Expr *expr = NULL;
        Str before = STR_NONE;
        Context own;
        context_init(&own, db_arena(db), LANG_EN, 0);
        if (!object || sharing_parse(&own, catalog, object, condition, &expr) != STATUS_OK)
                return STATUS_OK;
        Str now = rule_signature(db_arena(db), object, condition, expr);
        TRY(read_signature(db, object->id, id, &before));
        if (str_eq(before, now))
                return STATUS_OK;
        TRY(store_signature(db, object->id, id, now));
        return rule_again(db, object, id);
}

typedef struct RuleRow { int64_t id; Str object, condition; } RuleRow;

// Formulas in a condition, or where the organisation's days begin, may have changed.
static Status prepare_rules(Db *db, const Catalog *catalog) {
        RuleRow *list = NULL;
        size_t count = 0, capacity = 0;
        if (!catalog_find(catalog, STR("sharing_rule")))
                return STATUS_OK;
        Sql select = db_sql(db);
        sql(&select, "select id, object, condition from sharing_rule where deleted_at is null and active = ");
        sql_value(&select, value_bool(true));
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(db, &select, &rows));
                for (bool found;;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        if (count == capacity) {
                                list = arena_grow(db_arena(db), list, capacity * sizeof *list, (capacity * 2 + 16) * sizeof *list);
                                capacity = capacity * 2 + 16;
                        }
                        list[count++] = (RuleRow){rows_int(rows, 0), str_copy(db_arena(db), rows_text(rows, 1)), str_copy(db_arena(db), rows_text(rows, 2))};
                }
        }
        for (size_t i = 0; i < count; i++)
                TRY(prepare_rule(db, catalog, list[i].id, list[i].object, list[i].condition));
        return STATUS_OK;
}

Status entries_prepare(Db *db, const Catalog *catalog) {
        for (size_t i = 0; i < catalog->objects_count; i++)
                if (!catalog->objects[i]->retired)
                        TRY(prepare_object(db, catalog->objects[i]));
        return prepare_rules(db, catalog);
}

// ---- Search terms left for later

Status search_children_later(Call *call, const Field *field, const Object *parent, int64_t id, int64_t last) {
        return add_work(call->db, &(Work){.kind = WORK_SEARCH_CHILDREN, .object_id = field->object->id, .subject = field->id, .target_object = parent->id, .target = id, .done = last});
}

Status search_department_later(Call *call, const Object *object, int64_t department, int64_t last) {
        return add_work(call->db, &(Work){.kind = WORK_SEARCH_DEPARTMENT, .object_id = object->id, .target = department, .done = last});
}

Status entries_left(Call *call, const Object *object, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from access_work where kind in (1, 2, 3) and object_id = ");
        sql_int(&select, object->id);
        sql(&select, " limit 1");
        return db_get_int(call->db, &select, NULL, ret);
}

Status search_scopes_current(Call *call, const Object *object, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from access_work where kind in (1, 4, 5) and object_id = ");
        sql_int(&select, object->id);
        sql(&select, " limit 1");
        TRY(db_get_int(call->db, &select, NULL, ret));
        *ret = !*ret;
        return STATUS_OK;
}

// ---- Going on with what was left

static Status next_work(Db *db, Work *ret, bool *ret_found) {
        Sql select = db_sql(db);
        sql(&select, "select id, kind, object_id, subject, target_object, target, done from access_work order by id limit 1");
        sql_lock(&select, true);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, ret_found));
        if (*ret_found)
                *ret = (Work){rows_int(rows, 0), (WorkKind)rows_int(rows, 1), rows_int(rows, 2), rows_int(rows, 3), rows_int(rows, 4), rows_int(rows, 5), rows_int(rows, 6)};
        return STATUS_OK;
}

static Status rule_is_ready(Call *call, const SharingRule *rule) {
        const Object *object = catalog_get(call->catalog, "sharing_rule");
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "state", value_text(STR("ready")));
        WriteOptions options = {.as_system = true, .action = STR("prepared")};
        return record_update(call, object, rule->id, input, &options);
}

static Status continue_rule(Call *call, int limit, Work *work) {
        const SharingRule *rule = access_rule(call->actor->access, work->subject);
        if (!rule) { // stopped since, or it does not hold together
                work->done = 0;
                return STATUS_OK;
        }
        if (!work->done)
                TRY(wait_for_writers(call->db, rule->object));
        TRY(rule_slice(call, rule, limit, &work->done));
        return work->done ? STATUS_OK : rule_is_ready(call, rule);
}

static Status continue_children(Call *call, const Object *object, int limit, Work *work) {
        const Object *parent = catalog_find_id(call->catalog, work->target_object);
        const Field *field = NULL;
        for (size_t i = 0; i < object->through_count; i++)
                if (object->through[i]->id == work->subject)
                        field = object->through[i];
        Sql which = db_sql(call->db);
        if (!field || !parent) {
                work->done = 0;
                return STATUS_OK;
        }
        entries_referring(field, parent, work->target, &which);
        return search_renew(call, object, &which, work->done, limit, &work->done);
}

static Status continue_object(Call *call, const Object *object, int limit, Work *work) {
        int64_t from = work->done;
        TRY(object_slice(call->db, object, limit, &work->done));
        return work->done ? search_between(call, object, from, work->done, limit) : STATUS_OK;
}

// *work->done 0 afterwards: nothing is left of it.
static Status continue_work(Call *call, int limit, Work *work) {
        const Object *object = catalog_find_id(call->catalog, work->object_id);
        bool more = false;
        if (!object || object->retired) {
                work->done = 0;
                return STATUS_OK;
        }
        switch (work->kind) {
        case WORK_OBJECT:
                return continue_object(call, object, limit, work);
        case WORK_RULE:
                return continue_rule(call, limit, work);
        case WORK_FORGET_RULE:
                TRY(forget_slice(call, work->object_id, work->subject, limit * 10, &more));
                work->done = more;
                return STATUS_OK;
        case WORK_SEARCH_CHILDREN:
                return continue_children(call, object, limit, work);
        case WORK_SEARCH_DEPARTMENT:
                if (!work->target)
                        return search_renew(call, object, NULL, work->done, limit, &work->done);
                return search_department(call, object, work->target, work->done, limit, &work->done);
        }
        work->done = 0;
        return STATUS_OK;
}

Status entries_continue(Call *call, int limit, bool *ret_more) {
        Work work;
        *ret_more = false;
        TRY(next_work(call->db, &work, ret_more));
        if (!*ret_more)
                return STATUS_OK;
        TRY(continue_work(call, limit, &work));
        return work.done ? keep_place(call->db, &work) : end_work(call->db, &work);
}
