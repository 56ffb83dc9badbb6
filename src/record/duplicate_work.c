// The index of duplicates: each live record has the keys by which others find it (hashes), written with the record. A definition that changes begins a new list, which small objects
// fill at once and large ones in slices; the old one goes in slices too. State: the id that was done last, or:
#include "record/duplicate.h"
#include "os/os.h"
#include "record/write.h"

#define BUILT_ALL (-1)
#define BUILT_GONE (-2)   // the list is to be removed
#define BUILD_AT_ONCE 20000
#define PAGE 500
#define ALL_RULES UINT32_MAX
#define SIGNATURE_CAP 8192

static bool indexed(const Object *object) {
        for (size_t i = 0; !object->retired && i < object->duplicates_count; i++)
                if (object->duplicates[i].find)
                        return true;
        return false;
}

// ---- Lists

typedef struct List { int64_t id, built, epoch; bool found, same; } List;

static Str signature_of(Arena *arena, const Object *object) {
        Buf buf = buf_make(arena, SIGNATURE_CAP);
        buf_format(&buf, "%d", LIKENESS_VERSION);
        for (size_t i = 0; i < object->duplicates_count; i++) {
                const DuplicateRule *rule = &object->duplicates[i];
                if (!rule->find)
                        continue;
                buf_format(&buf, " " STR_FMT " %d %d", STR_ARG(rule->name), (int)rule->as, rule->fuzzy);
                for (size_t k = 0; k < rule->fields_count; k++)
                        buf_format(&buf, " %lld", (long long)rule->fields[k]->id);
        }
        return buf_str(&buf);
}

static Status find_list(Db *db, const Object *object, List *ret) {
        Sql select = db_sql(db);
        *ret = (List){0};
        sql(&select, "select list_id, built, epoch, signature from duplicate_state where object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and built >= -1");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(db, &select, &rows, &ret->found));
        if (ret->found)
                *ret = (List){rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2), true, str_eq(rows_text(rows, 3), signature_of(db_arena(db), object))};
        return STATUS_OK;
}

Status duplicates_list(Db *db, const Object *object, int64_t *ret_list, bool *ret_complete, bool *ret_found) {
        List list = {0};
        if (indexed(object))
                TRY(find_list(db, object, &list));
        *ret_list = list.id;
        *ret_found = list.found && list.same;
        *ret_complete = list.built == BUILT_ALL;
        return STATUS_OK;
}

static Status set_built(Db *db, int64_t list, int64_t built) {
        Sql update = db_sql(db);
        sql(&update, "update duplicate_state set built = ");
        sql_int(&update, built);
        sql(&update, " where list_id = ");
        sql_int(&update, list);
        return db_exec(db, &update, NULL);
}

static Status begin_list(Db *db, const Object *object, int64_t *ret) {
        Sql insert = db_sql(db);
        sql(&insert, "insert into duplicate_state (object_id, signature, epoch, built) values (");
        sql_int(&insert, object->id);
        sql(&insert, ", ");
        sql_str(&insert, signature_of(db_arena(db), object));
        sql(&insert, ", ");
        sql_int(&insert, object->catalog->epoch);
        sql(&insert, ", 0) returning list_id");
        return db_insert(db, &insert, ret);
}

// ---- Keys of one record

static Status add_keys(Db *db, int64_t list, int64_t id, const int64_t *keys, size_t count) {
        if (!count)
                return STATUS_OK;
        Sql insert = db_sql(db);
        sql(&insert, "insert into duplicate_key (list_id, \"key\", record_id) values ");
        for (size_t i = 0; i < count; i++) {
                sql_fixed(&insert, i ? STR(", (") : STR("("));
                sql_int(&insert, list);
                sql(&insert, ", ");
                sql_int(&insert, keys[i]);
                sql(&insert, ", ");
                sql_int(&insert, id);
                sql(&insert, ")");
        }
        sql(&insert, " on conflict do nothing");
        return db_exec(db, &insert, NULL);
}

static Status remove_keys(Db *db, int64_t list, int64_t id, const int64_t *keys, size_t count) {
        if (!count)
                return STATUS_OK;
        Sql remove = db_sql(db);
        sql(&remove, "delete from duplicate_key where list_id = ");
        sql_int(&remove, list);
        sql(&remove, " and record_id = ");
        sql_int(&remove, id);
        sql(&remove, " and \"key\" in ");
        sql_int_list(&remove, keys, count);
        return db_exec(db, &remove, NULL);
}

static size_t without(int64_t *keys, size_t count, const int64_t *others, size_t others_count) {
        size_t kept = 0, at = 0;
        for (size_t i = 0; i < count; i++) {
                while (at < others_count && others[at] < keys[i])
                        at++;
                if (at == others_count || others[at] != keys[i])
                        keys[kept++] = keys[i];
        }
        return kept;
}

static size_t keys_of(Arena *arena, const Object *object, const Value *values, int64_t *ret) {
        return duplicate_keys(arena, object, ALL_RULES, duplicate_values(arena, object, values), BLOCK_KEPT, ret);
}

static bool concerned(const RecordChange *change) {
        if (!indexed(change->object))
                return false;
        for (size_t i = 0; i < change->object->duplicates_count; i++)
                for (size_t k = 0; k < change->object->duplicates[i].fields_count; k++)
                        if (record_changed(change, change->object->duplicates[i].fields[k]))
                                return true;
        return false;
}

Status duplicates_put(Call *call, const RecordChange *change) {
        Arena *arena = call->context->arena;
        const Object *object = change->object;
        int64_t before[DUPLICATE_KEYS_MOST], after[DUPLICATE_KEYS_MOST], kept[DUPLICATE_KEYS_MOST];
        List list;
        if (!concerned(change))
                return STATUS_OK;
        TRY(find_list(call->db, object, &list));
        if (list.found && !list.same && list.epoch > call->catalog->epoch)
                return STATUS_RETRY; // the definition was changed in a transaction just before this one
        if (!list.found || !list.same) // not prepared yet: it will be filled whole
                return STATUS_OK;
        size_t before_count = change->before ? keys_of(arena, object, change->before->values, before) : 0;
        size_t after_count = change->after ? keys_of(arena, object, change->after->values, after) : 0, kept_count = after_count;
        memcpy(kept, after, after_count * sizeof *after);
        after_count = without(after, after_count, before, before_count);
        before_count = without(before, before_count, kept, kept_count);
        TRY(remove_keys(call->db, list.id, change->id, before, before_count));
        return add_keys(call->db, list.id, change->id, after, after_count);
}

// ---- Filling a list

// Live records from an id on, locked, so that their writers wait and find what is done here. *ret_last 0: these were the last.
static Status fill_page(Db *db, const Object *object, int64_t list, int64_t after, int limit, int64_t *ret_last) {
        Arena *arena = db_arena(db);
        Record **page = arena_array(arena, Record *, limit);
        int count = 0;
        Sql select = db_sql(db);
        record_select(&select, object);
        sql(&select, " where deleted_at is null and \"id\" > ");
        sql_int(&select, after);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, limit);
        sql_lock(&select, false);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(db, &select, &rows));
                for (bool found = true; count < limit;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        page[count++] = record_take(arena, object, rows);
                }
        }
        for (int i = 0; i < count; i++) {
                int64_t keys[DUPLICATE_KEYS_MOST];
                TRY(add_keys(db, list, page[i]->id, keys, keys_of(arena, object, page[i]->values, keys)));
        }
        *ret_last = count == limit ? page[count - 1]->id : 0;
        return STATUS_OK;
}

// At most *limit records more; *limit is lowered by what was taken.
static Status fill_on(Db *db, const Object *object, int64_t list, int64_t built, int *limit) {
        int64_t last = built;
        bool more = true;
        Context *context = db_context(db);
        while (more && *limit > 0) {
                int page = *limit < PAGE ? *limit : PAGE;
                Arena *kept = context->arena;
                Arena *own = arena_new(0); // a page's memory is given back before the next
                context->arena = own;
                int64_t to = 0;
                Status status = fill_page(db, object, list, last, page, &to);
                context->arena = kept;
                if (status != STATUS_OK)
                        context->error.detail = str_copy(kept, context->error.detail);
                arena_free(own);
                TRY(status);
                more = to != 0;
                last = to ? to : last;
                *limit -= page;
        }
        return set_built(db, list, more ? last : BUILT_ALL);
}

static Status prepare_object(Db *db, const Object *object) {
        List list;
        int64_t id = 0;
        TRY(find_list(db, object, &list));
        if (list.found && list.same && indexed(object))
                return STATUS_OK;
        if (list.found)
                TRY(set_built(db, list.id, BUILT_GONE));
        if (!indexed(object))
                return STATUS_OK;
        // whoever writes to the table right now began before the list was there: he is waited for; whoever begins after this finds that his catalog is behind (duplicates_put())
        TRY(db_lock_table(db, object->table, false));
        TRY(begin_list(db, object, &id));
        int limit = BUILD_AT_ONCE;
        return fill_on(db, object, id, 0, &limit);
}

Status duplicates_prepare(Db *db, const Catalog *catalog) {
        for (size_t i = 0; i < catalog->objects_count; i++)
                TRY(prepare_object(db, catalog->objects[i]));
        return STATUS_OK;
}

static Status fill_some(Db *db, const Catalog *catalog, int *limit) {
        for (size_t i = 0; i < catalog->objects_count && *limit > 0; i++) {
                List list = {0};
                if (indexed(catalog->objects[i]))
                        TRY(find_list(db, catalog->objects[i], &list));
                if (list.found && list.same && list.built >= 0)
                        TRY(fill_on(db, catalog->objects[i], list.id, list.built, limit));
        }
        return STATUS_OK;
}

static Status remove_some(Db *db, int *limit) {
        Sql gone = db_sql(db), remove = db_sql(db), state = db_sql(db);
        int64_t list = 0, removed = 0;
        bool found = false;
        sql(&gone, "select list_id from duplicate_state where built = -2 order by list_id limit 1");
        TRY(db_get_int(db, &gone, &list, &found));
        if (!found)
                return STATUS_OK;
        int most = *limit * 10;
        sql(&remove, "delete from duplicate_key where (list_id, \"key\", record_id) in (select list_id, \"key\", record_id from duplicate_key where list_id = ");
        sql_int(&remove, list);
        sql(&remove, " limit ");
        sql_int(&remove, most);
        sql(&remove, ")");
        TRY(db_exec(db, &remove, &removed));
        if (removed >= most) {
                *limit = 0;
                return STATUS_OK;
        }
        sql(&state, "delete from duplicate_state where list_id = ");
        sql_int(&state, list);
        return db_exec(db, &state, NULL);
}

Status duplicates_continue(Db *db, const Catalog *catalog, int limit, bool *ret_more) {
        TRY(fill_some(db, catalog, &limit));
        if (limit > 0)
                TRY(remove_some(db, &limit));
        *ret_more = limit <= 0;
        return STATUS_OK;
}

// ---- Merged into another

Status duplicates_merged(Call *call, const Object *object, int64_t id, int64_t into) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into duplicate_merged (object_id, record_id, into_id) values (");
        sql_int(&insert, object->id);
        sql(&insert, ", ");
        sql_int(&insert, id);
        sql(&insert, ", ");
        sql_int(&insert, into);
        sql(&insert, ") on conflict (object_id, record_id) do update set into_id = excluded.into_id");
        return db_exec(call->db, &insert, NULL);
}

Status duplicates_forget(Call *call, const Object *object, int64_t id) {
        Sql remove = db_sql(call->db);
        sql(&remove, "delete from duplicate_merged where object_id = ");
        sql_int(&remove, object->id);
        sql(&remove, " and record_id = ");
        sql_int(&remove, id);
        return db_exec(call->db, &remove, NULL);
}

Status duplicates_into(Call *call, const Object *object, int64_t id, int64_t *ret) {
        Sql select = db_sql(call->db);
        Record *record = NULL;
        Status status = STATUS_OK;
        int64_t into = 0;
        bool found = false, allowed = false;
        *ret = 0;
        sql(&select, "select into_id from duplicate_merged where object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, id);
        TRY(db_get_int(call->db, &select, &into, &found));
        if (!found)
                return STATUS_OK;
        TRY(record_read_row(call, object, id, true, false, &record));
        if (record)
                TRY(record_allowed_own(call, VERB_READ, record, &allowed));
        if (allowed && query_visible(call, object, into, &status))
                *ret = into;
        return status;
}

// ---- Checking

static Status check_one(const DuplicateCheck *check, int64_t list, const Record *record, int64_t *counted) {
        Db *db = check->call->db;
        int64_t keys[DUPLICATE_KEYS_MOST], stored = 0;
        size_t count = keys_of(check->call->context->arena, check->object, record->values, keys);
        Sql select = db_sql(db);
        *counted += (int64_t)count;
        if (!count)
                return STATUS_OK;
        sql(&select, "select count(*) from duplicate_key where list_id = ");
        sql_int(&select, list);
        sql(&select, " and record_id = ");
        sql_int(&select, record->id);
        sql(&select, " and \"key\" in ");
        sql_int_list(&select, keys, count);
        TRY(db_get_int(db, &select, &stored, NULL));
        if (stored != (int64_t)count)
                check->tell(check->arg, "check.duplicate_missing", record->id);
        return STATUS_OK;
}

static Status check_page(const DuplicateCheck *check, int64_t list, int64_t *last, int64_t *counted, bool *ret_more) {
        Arena *arena = check->call->context->arena;
        Record *page[PAGE];
        size_t count = 0;
        Sql select = db_sql(check->call->db);
        record_select(&select, check->object);
        sql(&select, " where deleted_at is null and \"id\" > ");
        sql_int(&select, *last);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, PAGE);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(check->call->db, &select, &rows));
                for (bool found = true; count < PAGE;) {
                        TRY(rows_next(rows, &found));
                        if (!found)
                                break;
                        page[count++] = record_take(arena, check->object, rows);
                }
        }
        for (size_t i = 0; i < count; i++)
                TRY(check_one(check, list, page[i], counted));
        *ret_more = count == PAGE;
        *last = count ? page[count - 1]->id : *last;
        return STATUS_OK;
}

static Status check_left(const DuplicateCheck *check, int64_t list) {
        Sql select = db_sql(check->call->db);
        sql(&select, "select distinct k.record_id from duplicate_key k where k.list_id = ");
        sql_int(&select, list);
        sql(&select, " and not exists (select 1 from ");
        sql_name(&select, check->object->table);
        sql(&select, " t where t.\"id\" = k.record_id and t.deleted_at is null) limit 100");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(check->call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                check->tell(check->arg, "check.duplicate_left", rows_int(rows, 0));
        }
}

// Every record has its keys, and there are as many keys as that: so none is there without reason.
static Status check_all(const DuplicateCheck *check, int64_t list) {
        Context *context = check->call->context;
        int64_t last = 0, counted = 0, stored = 0;
        bool more = true;
        while (more && os_monotonic_us() < check->until_us) {
                Arena *kept = context->arena, *own = arena_new(0);
                context->arena = own;
                Status status = check_page(check, list, &last, &counted, &more);
                context->arena = kept;
                if (status != STATUS_OK)
                        context->error.detail = str_copy(kept, context->error.detail);
                arena_free(own);
                TRY(status);
        }
        Sql select = db_sql(check->call->db);
        sql(&select, "select count(*) from duplicate_key where list_id = ");
        sql_int(&select, list);
        TRY(db_get_int(check->call->db, &select, &stored, NULL));
        if (!more && stored > counted)
                check->tell(check->arg, "check.duplicate_many", stored - counted);
        return STATUS_OK;
}

Status duplicates_check(const DuplicateCheck *check) {
        int64_t list = 0;
        bool complete = false, found = false;
        TRY(duplicates_list(check->call->db, check->object, &list, &complete, &found));
        if (!found || !complete)
                return STATUS_OK;
        TRY(check_left(check, list));
        return check_all(check, list);
}
