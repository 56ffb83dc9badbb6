// A record with all that belongs to it goes for good: what hangs under it and has no place of its own, what was deleted along with it, its files, events and history.
// What lives on loses its reference, in the history as a change of the system. In steps that are short for whoever waits for the writer.
#include "record/purge.h"
#include "record/query.h"
#include "record/write.h"

#define DEPTH_LARGEST 8
#define TIMES_AT_ONCE 64

typedef struct Step {
        Call *call;
        int left;            // rows that may still be touched in this step
        PurgeCounts *counts;
} Step;

static Status purge_step(Step *step, const Object *object, int64_t id, int depth, bool *ret_done);

bool purge_possible(const Object *object) {
        return !object->retired && !str_is(object->name, "user") && !str_is(object->name, "department") && !str_is(object->name, "role");
}

// ---- Files and events

static Status remove_files(Step *step, const Object *object, int64_t id) {
        Call *call = step->call;
        Sql parts = db_sql(call->db), files = db_sql(call->db);
        int64_t removed = 0;
        sql(&parts, "delete from file_part where file_id in (select \"id\" from file where object_id = ");
        sql_int(&parts, object->id);
        sql(&parts, " and record_id = ");
        sql_int(&parts, id);
        sql(&parts, ")");
        TRY(db_exec(call->db, &parts, NULL));
        sql(&files, "delete from file where object_id = ");
        sql_int(&files, object->id);
        sql(&files, " and record_id = ");
        sql_int(&files, id);
        TRY(db_exec(call->db, &files, &removed));
        step->counts->files += removed;
        return STATUS_OK;
}

static Status read_times(Call *call, const Object *object, int64_t id, int64_t after, Value *ret, int *ret_count, int64_t *ret_last) {
        Sql select = db_sql(call->db);
        *ret_count = 0;
        sql(&select, "select at, \"id\" from history where object_id = ");
        sql_int(&select, object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, id);
        sql(&select, " and \"id\" > ");
        sql_int(&select, after);
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, TIMES_AT_ONCE);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < TIMES_AT_ONCE;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = rows_value(rows, 0, VALUE_DATETIME);
                *ret_last = rows_int(rows, 1);
        }
        return STATUS_OK;
}

// An event has the moment of its change, by which it is found without an index of its own that every write would pay for.
static Status remove_events(Step *step, const Object *object, int64_t id) {
        Call *call = step->call;
        Value times[TIMES_AT_ONCE];
        int64_t after = 0;
        for (int count = TIMES_AT_ONCE; count == TIMES_AT_ONCE;) {
                int64_t removed = 0;
                TRY(read_times(call, object, id, after, times, &count, &after));
                if (!count)
                        break;
                Sql delete = db_sql(call->db);
                sql(&delete, "delete from outbox where at in (");
                for (int i = 0; i < count; i++) {
                        sql_fixed(&delete, i ? STR(", ") : STR(""));
                        sql_value(&delete, times[i]);
                }
                sql(&delete, ") and object_id = ");
                sql_int(&delete, object->id);
                sql(&delete, " and record_id = ");
                sql_int(&delete, id);
                TRY(db_exec(call->db, &delete, &removed));
                step->counts->events += removed;
        }
        return STATUS_OK;
}

// ---- What refers to it

static Status read_ids(Call *call, const Sql *select, int limit, int64_t *ret, int *ret_count) {
        *ret_count = 0;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found; *ret_count < limit;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

static Status find_referring(Step *step, const Field *field, const Object *object, int64_t id, Value deleted_at, int64_t *ret, int *ret_count) {
        Call *call = step->call;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from ");
        sql_name(&select, field->object->table);
        sql(&select, " where ");
        sql_name(&select, field->column);
        sql(&select, " = ");
        if (query_is_record(field))
                sql_str(&select, str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id));
        else
                sql_int(&select, id);
        if (value_is_null(deleted_at)) {
                sql(&select, " and deleted_at is null");
        } else {
                sql(&select, " and deleted_at = ");
                sql_value(&select, deleted_at);
        }
        sql(&select, " order by \"id\" limit ");
        sql_int(&select, step->left);
        return read_ids(call, &select, step->left, ret, ret_count);
}

static Status settle_one(Step *step, const Field *field, const Object *object, int64_t id, int64_t referring, bool in_bin, int depth) {
        PurgeHeirs heirs = {.gone = object, .gone_id = id};
        PurgeOutcome outcome = PURGE_SOUND;
        bool done = true;
        bool goes = in_bin || (!field->object->nav && (field == field->object->inherit || query_is_record(field)));
        step->left--;
        if (goes && depth < DEPTH_LARGEST)
                return purge_step(step, field->object, referring, depth + 1, &done);
        TRY(record_mend(step->call, field->object, referring, &heirs, &outcome));
        step->counts->mended += outcome == PURGE_MENDED;
        return STATUS_OK;
}

// All that this field has to do with the record, or as much as the step may.
static Status settle_field(Step *step, const Field *field, const Object *object, int64_t id, Value deleted_at, int depth) {
        bool cascade = !query_is_record(field) && field->on_delete == ON_DELETE_CASCADE;
        int64_t *ids = arena_array(step->call->context->arena, int64_t, step->left + 1);
        int count = 0;
        if (step->left <= 0)
                return STATUS_OK;
        TRY(find_referring(step, field, object, id, VALUE_NONE, ids, &count));
        for (int i = 0; i < count; i++)
                TRY(settle_one(step, field, object, id, ids[i], false, depth));
        if (!cascade || value_is_null(deleted_at) || step->left <= 0)
                return STATUS_OK;
        TRY(find_referring(step, field, object, id, deleted_at, ids, &count));
        for (int i = 0; i < count; i++)
                TRY(settle_one(step, field, object, id, ids[i], true, depth));
        return STATUS_OK;
}

static Status settle_referring(Step *step, const Object *object, int64_t id, Value deleted_at, int depth) {
        const Catalog *catalog = step->call->catalog;
        for (size_t i = 0; i < catalog->objects_count && step->left > 0; i++) {
                const Object *other = catalog->objects[i];
                for (size_t k = 0; k < other->fields_count && step->left > 0; k++) {
                        const Field *field = other->fields[k];
                        bool refers = field->stored && ((field->type->reference && field->target == object) || query_is_record(field));
                        if (refers)
                                TRY(settle_field(step, field, object, id, deleted_at, depth));
                }
        }
        return STATUS_OK;
}

// ---- The record

static Status find_deleted_at(Call *call, const Object *object, int64_t id, bool *ret_found, Value *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select deleted_at from ");
        sql_name(&select, object->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        sql_lock(&select, false);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_first(call->db, &select, &rows, ret_found));
        *ret = *ret_found ? rows_value(rows, 0, VALUE_DATETIME) : VALUE_NONE;
        return STATUS_OK;
}

static Status purge_step(Step *step, const Object *object, int64_t id, int depth, bool *ret_done) {
        Value deleted_at = VALUE_NONE;
        bool found = false;
        TRY(find_deleted_at(step->call, object, id, &found, &deleted_at));
        *ret_done = true;
        if (!found)
                return STATUS_OK;
        TRY(settle_referring(step, object, id, deleted_at, depth));
        *ret_done = step->left > 0;
        if (!*ret_done)
                return STATUS_OK;
        TRY(remove_files(step, object, id));
        TRY(remove_events(step, object, id));
        TRY(record_purge(step->call, object, id));
        step->counts->records++;
        return STATUS_OK;
}

Status record_purge_whole(Call *call, const Object *object, int64_t id, int limit, PurgeCounts *counts, bool *ret_done) {
        Step step = {.call = call, .left = limit, .counts = counts};
        if (!purge_possible(object))
                return error_set(call->context, STATUS_CONFLICT, "not_purgeable", label_text(&object->plural, call->context->lang));
        return purge_step(&step, object, id, 0, ret_done);
}
