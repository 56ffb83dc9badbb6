// Stored roll-ups: when a child changes, its parents' totals are computed again from all children, in the same transaction. Parents are locked in
// (object, id) order first, so that two writers cannot wait for each other.
#include "record/entry.h"
#include "record/write.h"

#define ROLLUP_DEPTH 5     // roll-ups of roll-ups

typedef struct Touch { // which fields of the child a roll-up reads
        const RecordChange *change;
        bool touched;
} Touch;

static void visit_field(void *arg, const ExprField *field) {
        Touch *touch = arg;
        const Field *read = field->handle;
        if (read && read->object == touch->change->object && record_changed(touch->change, read))
                touch->touched = true;
}

static bool concerned(const RecordChange *change, const Field *rollup) {
        if (!change->before || !change->after)
                return true;
        Touch touch = {.change = change};
        expr_fields(rollup->compiled, visit_field, &touch);
        return touch.touched;
}

static void add_parent(int64_t *ids, size_t *count, Value value) {
        if (value.kind == VALUE_INTEGER && (*count == 0 || ids[0] != value.integer))
                ids[(*count)++] = value.integer;
}

// The parents that the changed record belongs to, and belonged to.
static size_t parents_of(const RecordChange *change, const Field *rollup, int64_t *ids) {
        size_t count = 0;
        if (change->before)
                add_parent(ids, &count, change->before->values[rollup->rollup_by->index]);
        if (change->after)
                add_parent(ids, &count, change->after->values[rollup->rollup_by->index]);
        return count;
}

static Status lock_parents(Call *call, const Object *parent, const int64_t *ids, size_t count) {
        if (db_dialect(call->db) != DIALECT_POSTGRES)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from ");
        sql_name(&select, parent->table);
        sql(&select, " where \"id\" in ");
        sql_int_list(&select, ids, count);
        sql(&select, " order by \"id\" for update");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found = true; found;)
                TRY(rows_next(rows, &found));
        return STATUS_OK;
}

static Status recompute(Call *call, const Field *rollup, const int64_t *ids, size_t count) {
        const Object *parent = rollup->object;
        Sql update = db_sql(call->db);
        sql(&update, "update");
        sql_or_fail(&update);
        sql(&update, " ");
        sql_name(&update, parent->table);
        sql(&update, " as t0 set ");
        sql_name(&update, rollup->column);
        sql(&update, " = ");
        TRY(rollup_sql(call->context, rollup, STR("t0"), &update));
        sql(&update, " where t0.\"id\" in ");
        sql_int_list(&update, ids, count);
        return db_exec(call->db, &update, NULL);
}

// A parent's total may itself be summed further up: the parent counts as changed in that one field.
static Status climb(Call *call, const Field *rollup, int64_t parent_id, int depth);

static Status update_one(Call *call, const RecordChange *change, const Field *rollup, int depth) {
        int64_t ids[2];
        size_t count = parents_of(change, rollup, ids);
        if (!count)
                return STATUS_OK;
        TRY(lock_parents(call, rollup->object, ids, count));
        TRY(recompute(call, rollup, ids, count));
        if (sharing_over(call->actor->access, rollup->object)) // totals may decide on what a rule finds
                TRY(entries_renew(call, rollup->object, ids, count));
        if (!rollup->object->rollups_count)
                return STATUS_OK;
        for (size_t i = 0; i < count; i++)
                TRY(climb(call, rollup, ids[i], depth + 1));
        return STATUS_OK;
}

static Status climb(Call *call, const Field *rollup, int64_t parent_id, int depth) {
        const Object *object = rollup->object;
        if (depth > ROLLUP_DEPTH)
                return STATUS_OK;
        Record *after = NULL;
        TRY(record_read_row(call, object, parent_id, false, false, &after));
        if (!after)
                return STATUS_OK;
        Record *before = arena_copy(call->context->arena, after, sizeof *after);
        before->values = arena_copy(call->context->arena, after->values, sizeof(Value) * object->fields_count);
        before->values[rollup->index] = value_is_null(after->values[rollup->index]) ? value_bool(true) : VALUE_NONE; // differs, whatever it is
        RecordChange change = {.kind = CHANGE_UPDATE, .object = object, .id = parent_id, .before = before, .after = after};
        for (size_t i = 0; i < object->rollups_count; i++)
                if (concerned(&change, object->rollups_on_parents[i]))
                        TRY(update_one(call, &change, object->rollups_on_parents[i], depth));
        return STATUS_OK;
}

Status rollup_update(Call *call, const RecordChange *change) {
        for (size_t i = 0; i < change->object->rollups_count; i++) {
                const Field *rollup = change->object->rollups_on_parents[i];
                if (record_changed(change, rollup->rollup_by) || concerned(change, rollup))
                        TRY(update_one(call, change, rollup, 0));
        }
        return STATUS_OK;
}
