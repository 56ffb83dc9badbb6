// Entries of one record: what it should have, and keeping that with every change. Entries are of live records only. Many records at once are entry_set.c's.
#include "record/entry.h"
#include "record/query.h"
#include "record/search.h"
#include "record/write.h"

// ---- What a record should have

typedef struct Want {
        Call *call;
        const Record *record;
        Entries entries;
        size_t capacity;
} Want;

static void want(Want *w, int64_t source, int64_t token, bool write) {
        Entries *entries = &w->entries;
        for (size_t i = 0; i < entries->count; i++)
                if (entries->items[i].source == source && entries->items[i].token == token) {
                        entries->items[i].write |= write;
                        return;
                }
        if (entries->count == w->capacity) {
                size_t more = w->capacity ? w->capacity * 2 : 8;
                entries->items = arena_grow(w->call->context->arena, entries->items, w->capacity * sizeof *entries->items, more * sizeof *entries->items);
                w->capacity = more;
        }
        entries->items[entries->count++] = (AccessEntry){.source = source, .token = token, .write = write};
}

Status readers_of(Context *context, const Field *field, Value list, int64_t **ret, size_t *ret_count) {
        *ret = NULL;
        *ret_count = 0;
        if (!field || list.kind != VALUE_TEXT)
                return STATUS_OK;
        Json *ids = NULL;
        TRY(json_parse(context, list.text, 2, &ids));
        *ret = arena_array(context->arena, int64_t, ids->count + 1);
        for (size_t i = 0; i < ids->count; i++)
                if (str_to_int64(ids->items[i].text, &(*ret)[*ret_count]))
                        (*ret_count)++;
        return STATUS_OK;
}

static Status want_readers(Want *w) {
        const Field *field = w->record->object->readers;
        int64_t *users = NULL;
        size_t count = 0;
        TRY(readers_of(w->call->context, field, field ? w->record->values[field->index] : VALUE_NONE, &users, &count));
        for (size_t i = 0; i < count; i++)
                want(w, SOURCE_READERS, token_of(TOKEN_USER, users[i]), false);
        return STATUS_OK;
}

// A rule's condition is of the record's own fields only: nobody's rights and no other records are asked.
static Status want_rules(Want *w) {
        const Access *access = w->call->actor->access;
        ExprRows rows = record_rows(w->call);
        ExprEnv env = {.now_ms = w->call->context->now_ms, .zone = w->call->catalog->zone};
        for (size_t i = 0; i < access->rules_count; i++) {
                const SharingRule *rule = &access->rules[i];
                Value value = VALUE_NONE;
                if (rule->object->id != w->record->object->id)
                        continue;
                TRY(expr_eval(w->call->context, rule->condition, &env, &rows, w->record, &value));
                if (value.kind == VALUE_BOOL && value.boolean)
                        want(w, SOURCE_RULE, token_of(TOKEN_RULE, rule->id), false);
        }
        return STATUS_OK;
}

static Status want_team(Want *w) {
        const Object *member = catalog_find(w->call->catalog, STR("team_member"));
        if (!member)
                return STATUS_OK;
        Sql select = db_sql(w->call->db);
        sql(&select, "select user_id, access from team_member t where t.deleted_at is null");
        entries_referring(object_get(member, "record"), w->record->object, w->record->id, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(w->call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                want(w, SOURCE_TEAM, token_of(TOKEN_USER, rows_int(rows, 0)), str_is(rows_text(rows, 1), "write"));
        }
}

static void want_pool(Want *w) {
        const Object *object = w->record->object;
        Value pool = object->pool ? w->record->values[object->pool->index] : VALUE_NONE;
        if (pool.kind == VALUE_INTEGER)
                want(w, SOURCE_POOL, token_of_pool(pool.integer, !object->pooled), false);
}

static bool refers_to(const Call *call, const Field *field, Value value, const Object **ret, int64_t *ret_id) {
        *ret = field->target;
        *ret_id = value.integer;
        if (value.kind == VALUE_INTEGER && field->target)
                return true;
        return value.kind == VALUE_TEXT && record_text_parse(call->catalog, value.text, ret, ret_id);
}

// Held until the end, so that nobody gives it to somebody else meanwhile without finding this record.
static Status want_through(Want *w, const Field *field) {
        const Object *parent = NULL;
        int64_t id = 0;
        if (!refers_to(w->call, field, w->record->values[field->index], &parent, &id))
                return STATUS_OK;
        Sql select = db_sql(w->call->db);
        sql(&select, "select owner_id, department_id from ");
        sql_name(&select, parent->table);
        sql(&select, " where deleted_at is null and id = ");
        sql_int(&select, id);
        if (select.dialect == DIALECT_POSTGRES)
                sql(&select, " for share");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found;
        TRY(db_first(w->call->db, &select, &rows, &found));
        if (found && !rows_null(rows, 0))
                want(w, field->id, token_of(TOKEN_USER, rows_int(rows, 0)), false);
        if (found && !rows_null(rows, 1))
                want(w, field->id, token_of(TOKEN_DEPARTMENT, rows_int(rows, 1)), false);
        return STATUS_OK;
}

// Which sources a change concerns. The team is kept by its own rows.
static bool concerned(const RecordChange *change, int64_t source) {
        const Object *object = change->object;
        if (change->kind == CHANGE_CREATE || change->kind == CHANGE_RESTORE || source == SOURCE_RULE)
                return true;
        if (source == SOURCE_TEAM)
                return false;
        if (source == SOURCE_READERS)
                return object->readers && record_changed(change, object->readers);
        if (source == SOURCE_POOL)
                return object->pool && record_changed(change, object->pool);
        for (size_t i = 0; i < object->through_count; i++)
                if (object->through[i]->id == source)
                        return record_changed(change, object->through[i]);
        return true; // of a field that leads nowhere any more
}

static Status want_all(Want *w, const RecordChange *change) {
        const Object *object = w->record->object;
        if (!change || concerned(change, SOURCE_READERS))
                TRY(want_readers(w));
        TRY(want_rules(w));
        if (!change || (change->kind != CHANGE_CREATE && concerned(change, SOURCE_TEAM)))
                TRY(want_team(w));
        if (!change || concerned(change, SOURCE_POOL))
                want_pool(w);
        for (size_t i = 0; i < object->through_count; i++)
                if (!change || concerned(change, object->through[i]->id))
                        TRY(want_through(w, object->through[i]));
        return STATUS_OK;
}

Status entries_of(Call *call, const Record *record, Entries *ret) {
        Want w = {.call = call, .record = record};
        TRY(want_all(&w, NULL));
        *ret = w.entries;
        return STATUS_OK;
}

// ---- What is stored

typedef struct Stored { Entries entries; int64_t epoch; } Stored;

// With the epoch of sharing rules in the same round trip: one that was made since the snapshot must not miss what is being written.
static Status read_stored(Db *db, const Object *object, int64_t id, Stored *ret) {
        Sql select = db_sql(db);
        sql(&select, "select a.epoch, e.source, e.token, e.\"write\" from access_epoch a left join access_entry e on e.object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and e.record_id = ");
        sql_int(&select, id);
        sql(&select, " where a.id = 2");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &select, &rows));
        size_t capacity = 0;
        *ret = (Stored){0};
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ret->epoch = rows_int(rows, 0);
                if (rows_null(rows, 1))
                        continue;
                Entries *entries = &ret->entries;
                if (entries->count == capacity) {
                        size_t more = capacity ? capacity * 2 : 8;
                        entries->items = arena_grow(db_arena(db), entries->items, capacity * sizeof *entries->items, more * sizeof *entries->items);
                        capacity = more;
                }
                Value write = rows_value(rows, 3, VALUE_BOOL);
                entries->items[entries->count++] = (AccessEntry){rows_int(rows, 1), rows_int(rows, 2), write.kind == VALUE_BOOL && write.boolean};
        }
}

Status entries_read(Db *db, const Object *object, int64_t id, Entries *ret) {
        Stored stored;
        TRY(read_stored(db, object, id, &stored));
        *ret = stored.entries;
        return STATUS_OK;
}

static void where_record(const Object *object, int64_t id, Sql *sql) {
        sql(sql, " where object_id = ");
        sql_int(sql, object->id);
        sql(sql, " and record_id = ");
        sql_int(sql, id);
}

Status entries_forget(Call *call, const Object *object, int64_t id) {
        Sql remove = db_sql(call->db);
        sql(&remove, "delete from access_entry");
        where_record(object, id, &remove);
        return db_exec(call->db, &remove, NULL);
}

static Status remove_one(Call *call, const Object *object, int64_t id, const AccessEntry *entry) {
        Sql remove = db_sql(call->db);
        sql(&remove, "delete from access_entry");
        where_record(object, id, &remove);
        sql(&remove, " and source = ");
        sql_int(&remove, entry->source);
        sql(&remove, " and token = ");
        sql_int(&remove, entry->token);
        return db_exec(call->db, &remove, NULL);
}

static Status add_one(Call *call, const Object *object, int64_t id, const AccessEntry *entry, Value updated_at) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert");
        sql_or_fail(&insert);
        sql(&insert, " into access_entry (object_id, record_id, source, token, updated_at, \"write\") values (");
        sql_int(&insert, object->id);
        sql(&insert, ", ");
        sql_int(&insert, id);
        sql(&insert, ", ");
        sql_int(&insert, entry->source);
        sql(&insert, ", ");
        sql_int(&insert, entry->token);
        sql(&insert, ", ");
        sql_value(&insert, updated_at);
        sql(&insert, ", ");
        sql_value(&insert, value_bool(entry->write));
        sql(&insert, ")");
        return db_exec(call->db, &insert, NULL);
}

static Status touch(Call *call, const Object *object, int64_t id, Value updated_at) {
        Sql update = db_sql(call->db);
        sql(&update, "update access_entry set updated_at = ");
        sql_value(&update, updated_at);
        where_record(object, id, &update);
        sql(&update, " and updated_at <> ");
        sql_value(&update, updated_at);
        return db_exec(call->db, &update, NULL);
}

static const AccessEntry *find(const Entries *entries, const AccessEntry *wanted) {
        for (size_t i = 0; i < entries->count; i++)
                if (entries->items[i].source == wanted->source && entries->items[i].token == wanted->token && entries->items[i].write == wanted->write)
                        return &entries->items[i];
        return NULL;
}

// What stays gets the record's time, what is not wanted goes, what is new comes. Entries of sources that the change does not concern stay.
static Status exchange(Call *call, const RecordChange *change, const Record *record, const Entries *stored, Want *w, bool *ret_changed) {
        Entries wanted = w->entries;
        Value updated_at = record->values[FIELD_UPDATED_AT - FIELD_ID];
        size_t kept = 0;
        *ret_changed = false;
        for (size_t i = 0; i < stored->count; i++) {
                const AccessEntry *entry = &stored->items[i];
                bool stays = change ? !concerned(change, entry->source) || find(&wanted, entry) : find(&wanted, entry) != NULL;
                kept += stays;
                if (stays)
                        want(w, entry->source, entry->token, entry->write);
                else
                        TRY(remove_one(call, record->object, record->id, entry));
                *ret_changed |= !stays;
        }
        if (kept)
                TRY(touch(call, record->object, record->id, updated_at));
        for (size_t i = 0; i < wanted.count; i++) {
                if (find(stored, &wanted.items[i]))
                        continue;
                TRY(add_one(call, record->object, record->id, &wanted.items[i], updated_at));
                *ret_changed = true;
        }
        return STATUS_OK;
}

// ---- Records under what was changed

static bool changes_hands(const RecordChange *change) {
        if (change->kind == CHANGE_CREATE)
                return false;
        return change->kind != CHANGE_UPDATE || record_changed(change, change->object->owner) || record_changed(change, change->object->department);
}

static Status lock_children(Call *call, const Field *field, const Sql *which) {
        if (db_dialect(call->db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select id from ");
        sql_name(&select, field->object->table);
        sql(&select, " t where t.deleted_at is null");
        sql_append(&select, which);
        sql(&select, " order by id for update");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found = true; found;)
                TRY(rows_next(rows, &found));
        return STATUS_OK;
}

Status entries_children(Call *call, const Field *field, const Object *parent, int64_t id) {
        Sql which = db_sql(call->db);
        entries_referring(field, parent, id, &which);
        TRY(lock_children(call, field, &which));
        EntrySet set = {.object = field->object, .source = field->id, .parent = parent, .which = &which};
        TRY(entries_exchange(call->db, &set));
        return search_children(call, field, parent, id);
}

static Status put_children(Call *call, const RecordChange *change) {
        for (size_t i = 0; changes_hands(change) && i < change->object->seen_through_count; i++)
                TRY(entries_children(call, change->object->seen_through[i], change->object, change->id));
        return STATUS_OK;
}

// ---- Keeping

static Status put_own(Call *call, const RecordChange *change, Entries *ret, bool *ret_changed) {
        Want w = {.call = call, .record = change->after};
        Stored stored = {0};
        TRY(read_stored(call->db, change->object, change->id, &stored));
        if (stored.epoch > call->actor->access->rules_epoch && sharing_suits(change->object))
                return STATUS_RETRY; // a transaction just before this one made a rule that this snapshot does not know
        TRY(want_all(&w, change));
        TRY(exchange(call, change, change->after, &stored.entries, &w, ret_changed));
        *ret = w.entries;
        return STATUS_OK;
}

Status entries_put(Call *call, const RecordChange *change, Entries *ret, bool *ret_changed) {
        *ret = (Entries){0};
        *ret_changed = true;
        if (change->after)
                TRY(put_own(call, change, ret, ret_changed));
        else
                TRY(entries_forget(call, change->object, change->id));
        return put_children(call, change);
}

static Status renew_one(Call *call, const Object *object, int64_t id) {
        Record *record = NULL;
        Stored stored;
        bool changed = false;
        TRY(record_read_row(call, object, id, false, true, &record));
        if (!record)
                return STATUS_OK;
        TRY(read_stored(call->db, object, id, &stored));
        Want w = {.call = call, .record = record};
        TRY(want_all(&w, NULL));
        TRY(exchange(call, NULL, record, &stored.entries, &w, &changed));
        return changed ? search_put(call, object, id, record->values, &w.entries) : STATUS_OK;
}

Status entries_renew(Call *call, const Object *object, const int64_t *ids, size_t count) {
        for (size_t i = 0; i < count; i++)
                TRY(renew_one(call, object, ids[i]));
        return STATUS_OK;
}
