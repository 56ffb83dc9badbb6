// Records as rows of the expression language: what paths and aggregates reach is read from the database, each record once.
#include "record/write.h"

#define ROWS_KEPT 64 // a condition over children may step to a different record from each

typedef struct Seen { const Object *object; int64_t id; Record *record; struct Seen *next; } Seen;
typedef struct Reading { Call *call; bool guarded; Seen *seen; size_t seen_count; } Reading;

// ... from table t where … and what the reader may see of it
static Status select_from(Reading *reading, const Object *object, Sql *select) {
        record_select(select, object);
        sql(select, " t where t.\"deleted_at\" is null");
        if (!reading->guarded || actor_scope(reading->call->actor, object, VERB_READ).kind == SCOPE_ALL)
                return STATUS_OK;
        sql(select, " and (");
        TRY(actor_scope_sql(reading->call->context, reading->call->actor, object, VERB_READ, STR("t"), select));
        sql(select, ")");
        return STATUS_OK;
}

static Status read_target(Reading *reading, const Object *object, int64_t id, Record **ret) {
        Call *call = reading->call;
        Sql select = db_sql(call->db);
        TRY(select_from(reading, object, &select));
        sql(&select, " and t.\"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret = found ? record_take(call->context->arena, object, rows) : NULL;
        return STATUS_OK;
}

static Status rows_get(void *self, Context *context, const void *row, const ExprField *field, Value *ret) {
        const Reading *reading = self;
        const Record *record = row;
        const Field *catalog_field = field->handle;
        const Field *pool = record->object->pooled ? record->object->pool : NULL;
        (void)context;
        *ret = record->values[catalog_field->index];
        if (reading->guarded && pool && actor_veiled(reading->call->actor, catalog_field, record->values[pool->index]))
                *ret = VALUE_NONE;
        return STATUS_OK;
}

static Status rows_reference(void *self, Context *context, const void *row, const ExprField *field, const void **ret_row) {
        Reading *reading = self;
        const Record *record = row;
        const Field *reference = field->handle;
        Value id = record->values[reference->index];
        *ret_row = NULL;
        if (value_is_null(id))
                return STATUS_OK;
        for (const Seen *seen = reading->seen; seen; seen = seen->next)
                if (seen->object == reference->target && seen->id == id.integer) {
                        *ret_row = seen->record;
                        return STATUS_OK;
                }
        Record *target = NULL;
        TRY(read_target(reading, reference->target, id.integer, &target));
        *ret_row = target;
        if (reading->seen_count++ < ROWS_KEPT) {
                Seen *seen = arena_new_of(context->arena, Seen);
                *seen = (Seen){.object = reference->target, .id = id.integer, .record = target, .next = reading->seen};
                reading->seen = seen;
        }
        return STATUS_OK;
}

static Status rows_children(void *self, Context *context, const void *row, const ExprChildren *relation, const void ***ret_rows, size_t *ret_count) {
        Reading *reading = self;
        Call *call = reading->call;
        const Record *record = row;
        const Object *child = relation->object;
        *ret_rows = NULL;
        *ret_count = 0;
        if (!record->id) // not stored yet
                return STATUS_OK;
        Sql select = db_sql(call->db);
        TRY(select_from(reading, child, &select));
        sql(&select, " and t.");
        sql_name(&select, relation->reference.column);
        sql(&select, " = ");
        sql_int(&select, record->id);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        size_t capacity = 16, count = 0;
        const void **list = arena_array(context->arena, const void *, capacity);
        bool found = false;
        for (;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                if (count == capacity) {
                        list = arena_grow(context->arena, list, capacity * sizeof *list, capacity * 2 * sizeof *list);
                        capacity *= 2;
                }
                if (arena_over(context->arena))
                        return error_set(context, STATUS_TOO_LARGE, "too_large");
                list[count++] = record_take(context->arena, child, rows);
        }
        *ret_rows = list;
        *ret_count = count;
        return STATUS_OK;
}

static ExprRows rows_make(Call *call, bool guarded) {
        Reading *reading = arena_new_of(call->context->arena, Reading);
        *reading = (Reading){.call = call, .guarded = guarded};
        return (ExprRows){.self = reading, .get = rows_get, .reference = rows_reference, .children = rows_children};
}

ExprRows record_rows(Call *call) {
        return rows_make(call, false);
}

ExprRows record_rows_of_reader(Call *call) {
        return rows_make(call, true);
}
