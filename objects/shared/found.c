// Records of several objects, by condition.
#include "objects/shared/found.h"

#define FOUND_FIRST 256

void found_put(Arena *arena, Found *found, int64_t object, int64_t id) {
        if (found->count == found->capacity) {
                size_t more = found->capacity ? found->capacity * 2 : FOUND_FIRST;
                found->ids = arena_grow(arena, found->ids, found->capacity * sizeof(int64_t), more * sizeof(int64_t));
                found->objects = arena_grow(arena, found->objects, found->capacity * sizeof(int64_t), more * sizeof(int64_t));
                found->capacity = more;
        }
        found->ids[found->count] = id;
        found->objects[found->count++] = object;
}

Status found_add(Call *call, const Object *object, const Sql *where, Found *found) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null and ");
        sql_append(&select, where);
        sql(&select, " order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool more;;) {
                TRY(rows_next(rows, &more));
                if (!more)
                        return STATUS_OK;
                found_put(call->context->arena, found, object->id, rows_int(rows, 0));
        }
}
