// How many different records of a pool each person opens a day: in memory, so that looking costs no write.
#include "access/audit.h"
#include "record/quota.h"
#include <pthread.h>
#include <stdlib.h>

#define SEEN_FIRST 64
#define VIEWERS_FIRST 32

typedef struct Viewer {
        int64_t user, pool;
        int64_t *seen;              // record ids, an open hash set; 0: a free place
        size_t count, places;
        bool refused, told;
} Viewer;

struct PoolViews {
        pthread_mutex_t lock;
        int64_t day_ms;             // that all of it is of
        Viewer *viewers;
        size_t count, capacity;
};

PoolViews *pool_views_new(void) {
        PoolViews *views = calloc(1, sizeof *views);
        ensure(views);
        pthread_mutex_init(&views->lock, NULL);
        return views;
}

static void forget(PoolViews *views) {
        for (size_t i = 0; i < views->count; i++)
                free(views->viewers[i].seen);
        views->count = 0;
}

void pool_views_free(PoolViews *views) {
        if (!views)
                return;
        forget(views);
        free(views->viewers);
        pthread_mutex_destroy(&views->lock);
        free(views);
}

static void turn_day(PoolViews *views, const Call *call) {
        int64_t day_ms = zone_day_start(call->catalog->zone, zone_day(call->catalog->zone, call->context->now_ms));
        if (views->day_ms != day_ms)
                forget(views);
        views->day_ms = day_ms;
}

static Viewer *viewer_of(PoolViews *views, int64_t user, int64_t pool) {
        for (size_t i = 0; i < views->count; i++)
                if (views->viewers[i].user == user && views->viewers[i].pool == pool)
                        return &views->viewers[i];
        return NULL;
}

static Viewer *viewer_make(PoolViews *views, int64_t user, int64_t pool) {
        Viewer *known = viewer_of(views, user, pool);
        if (known)
                return known;
        if (views->count == views->capacity) {
                views->capacity = views->capacity ? views->capacity * 2 : VIEWERS_FIRST;
                views->viewers = realloc(views->viewers, views->capacity * sizeof *views->viewers);
                ensure(views->viewers);
        }
        views->viewers[views->count] = (Viewer){.user = user, .pool = pool};
        return &views->viewers[views->count++];
}

static int64_t *place_of(int64_t *seen, size_t places, int64_t id) {
        size_t at = (size_t)((uint64_t)id * 0x9E3779B97F4A7C15ULL >> 20) & (places - 1);
        while (seen[at] && seen[at] != id)
                at = (at + 1) & (places - 1);
        return &seen[at];
}

static void enlarge(Viewer *viewer) {
        size_t places = viewer->places ? viewer->places * 2 : SEEN_FIRST;
        int64_t *seen = calloc(places, sizeof *seen);
        ensure(seen);
        for (size_t i = 0; i < viewer->places; i++)
                if (viewer->seen[i])
                        *place_of(seen, places, viewer->seen[i]) = viewer->seen[i];
        free(viewer->seen);
        viewer->seen = seen;
        viewer->places = places;
}

// False: it is one too many.
static bool take(Viewer *viewer, int64_t id, int64_t limit) {
        if (viewer->count * 2 >= viewer->places)
                enlarge(viewer);
        int64_t *place = place_of(viewer->seen, viewer->places, id);
        if (*place == id)
                return true;
        if ((int64_t)viewer->count >= limit) {
                viewer->refused = true;
                return false;
        }
        *place = id;
        viewer->count++;
        return true;
}

static Status refuse(Call *call, const Pool *pool, int64_t day_ms) {
        int64_t end_ms = zone_day_start(call->catalog->zone, zone_day(call->catalog->zone, day_ms) + 1);
        Status status = error_set(call->context, STATUS_LIMITED, "pool_view_limit", str_format(call->context->arena, "%lld", (long long)pool->view_daily), pool->name);
        call->context->error.retry_after_s = (int)((end_ms - call->context->now_ms + 999) / 1000);
        return status;
}

Status pool_view_take(Call *call, const Object *object, int64_t id, Value pool) {
        const Pool *known = object->pooled && pool.kind == VALUE_INTEGER ? access_pool(call->actor->access, pool.integer) : NULL;
        PoolViews *views = org_slot(call->org, ORG_SLOT_POOL_VIEWS);
        if (!known || !known->view_daily || !views || call->own_write || !call->actor->user || pool_administers(known, call->actor))
                return STATUS_OK;
        pthread_mutex_lock(&views->lock);
        turn_day(views, call);
        int64_t day_ms = views->day_ms;
        bool may = take(viewer_make(views, call->actor->user, known->id), id, known->view_daily);
        pthread_mutex_unlock(&views->lock);
        return may ? STATUS_OK : refuse(call, known, day_ms);
}

int64_t pool_views_today(Call *call, int64_t pool) {
        PoolViews *views = org_slot(call->org, ORG_SLOT_POOL_VIEWS);
        if (!views)
                return 0;
        pthread_mutex_lock(&views->lock);
        turn_day(views, call);
        const Viewer *viewer = viewer_of(views, call->actor->user, pool);
        int64_t count = viewer ? (int64_t)viewer->count : 0;
        pthread_mutex_unlock(&views->lock);
        return count;
}

// Noted again where the transaction is repeated: told is set by the last one only, and twice is better than never.
Status pool_views_flush(Call *call) {
        PoolViews *views = org_slot(call->org, ORG_SLOT_POOL_VIEWS);
        const Object *object = catalog_find(call->catalog, STR("pool"));
        Status status = STATUS_OK;
        if (!views || !object)
                return STATUS_OK;
        pthread_mutex_lock(&views->lock);
        for (size_t i = 0; i < views->count && status == STATUS_OK; i++) {
                Viewer *viewer = &views->viewers[i];
                if (!viewer->refused || viewer->told)
                        continue;
                Str detail = str_format(call->context->arena, "{\"opened\":%zu}", viewer->count);
                status = audit_add(call->db, &(AuditEntry){.kind = "quota.refused", .user = viewer->user, .object = object->id, .record = viewer->pool, .detail = detail});
                viewer->told = status == STATUS_OK;
        }
        pthread_mutex_unlock(&views->lock);
        return status;
}
