// Inside of history and timeline: stored changes as their reader may see them.
#pragma once
#include "record/query.h"

typedef struct Change {
        int64_t id, version, at_ms, user;
        Str source, via, action;
        const Json *changes;
} Change;

// Newest first, by version or (where clocks were set that is not the same) by time; range: " and …" over history, or empty.
Status changes_read(Call *call, const Object *object, int64_t id, const Sql *range, bool by_time, int limit, Change **ret, size_t *ret_count) MUST_USE;
// False: an update of nothing that this reader may see.
bool changes_shown(Call *call, const Object *object, const Change *change);
void changes_want(Names *names, const Object *object, const Change *change);
void changes_write(Call *call, const Object *object, Value pool, const Change *change, const Names *names, JsonWriter *w); // [{"field","from","to"}]; pool: that the record lies in now
Status changes_pool(Call *call, const Object *object, int64_t id, Value *ret) MUST_USE;
void user_write(const Names *names, const Catalog *catalog, int64_t user, JsonWriter *w);                      // {"id","name"} or null
