// What a server does by itself beside answering: warms up what the first Chinese search would wait for, and fills the search indexes of large objects and
// the entries of large sharing rules that were left to be done in slices, removes what has had its time, and does what objects want done every minute (reminders).
#include "app/command.h"
#include "base/log.h"
#include "base/unicode.h"
#include "flow/job.h"
#include "os/os.h"
#include "record/search.h"
#include <pthread.h>
#include <stdlib.h>

#define SLICE 100            // records, so that the writer never stalls long
#define PAUSE_S 2           // between looks for work
#define PRUNE_EVERY_S 3600
#define MINUTE_S 60

struct Upkeep {
        Org *org;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t cond;
        bool stopping;
};

static Status fill_slice(Call *call, void *arg) {
        return search_continue(call->db, call->catalog, SLICE, arg);
}

static Status entry_slice(Call *call, void *arg) {
        return entries_continue(call, SLICE * 5, arg);
}

// Who may see what, then what is found: one slice of each.
static bool fill(Upkeep *upkeep, WorkStep step) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        bool more = false;
        if (work_write(&context, upkeep->org, STR("system"), step, &more) != STATUS_OK) {
                log_event(LOG_WARN, "fill_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
                return false;
        }
        return more;
}

static bool fill_all(Upkeep *upkeep) {
        bool entries = fill(upkeep, entry_slice);
        return fill(upkeep, fill_slice) || entries;
}

static Status prune_slice(Call *call, void *arg) {
        bool *more = arg, jobs = false;
        TRY(record_prune(call, SLICE * 5, more));
        TRY(flow_prune(call, SLICE * 5, &jobs));
        *more |= jobs;
        return STATUS_OK;
}

static void prune(Upkeep *upkeep) {
        for (bool more = true; more && !upkeep->stopping;) {
                ARENA_CLEANUP Arena *arena = arena_new(0);
                Context context;
                context_init(&context, arena, LANG_EN, os_now_ms());
                if (work_write(&context, upkeep->org, STR("system"), prune_slice, &more) != STATUS_OK) {
                        log_event(LOG_WARN, "prune_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
                        return;
                }
        }
}

static Status minute_step(Call *call, void *arg) {
        (void)arg;
        TRY(entries_prepare(call->db, call->catalog)); // the organisation's zone may be another
        return record_minutely(call);
}

static void minute(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (work_write(&context, upkeep->org, STR("system"), minute_step, NULL) != STATUS_OK)
                log_event(LOG_WARN, "minute_failed", "code=%s detail=\"" STR_FMT "\"", context.error.code ? context.error.code : "-", STR_ARG(context.error.detail));
}

// false: the server stops.
static bool pause_for(Upkeep *upkeep, int seconds) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += seconds;
        pthread_mutex_lock(&upkeep->lock);
        int code = 0;
        while (!upkeep->stopping && seconds && code == 0)
                code = pthread_cond_timedwait(&upkeep->cond, &upkeep->lock, &until);
        bool goes_on = !upkeep->stopping;
        pthread_mutex_unlock(&upkeep->lock);
        return goes_on;
}

static void *upkeep_main(void *arg) {
        Upkeep *upkeep = arg;
        unicode_warm();
        int64_t pruned_us = 0, minute_us = 0;
        for (bool more = fill_all(upkeep); pause_for(upkeep, more ? 0 : PAUSE_S); more = fill_all(upkeep)) {
                if (!minute_us || os_monotonic_us() - minute_us >= MINUTE_S * 1000000LL) {
                        minute_us = os_monotonic_us();
                        minute(upkeep);
                }
                if (pruned_us && os_monotonic_us() - pruned_us < PRUNE_EVERY_S * 1000000LL)
                        continue;
                prune(upkeep);
                pruned_us = os_monotonic_us();
        }
        return NULL;
}

Upkeep *upkeep_start(Org *org) {
        Upkeep *upkeep = calloc(1, sizeof *upkeep);
        ensure(upkeep);
        upkeep->org = org;
        pthread_mutex_init(&upkeep->lock, NULL);
        pthread_cond_init(&upkeep->cond, NULL);
        ensure(pthread_create(&upkeep->thread, NULL, upkeep_main, upkeep) == 0);
        return upkeep;
}

void upkeep_stop(Upkeep *upkeep) {
        if (!upkeep)
                return;
        pthread_mutex_lock(&upkeep->lock);
        upkeep->stopping = true;
        pthread_cond_signal(&upkeep->cond);
        pthread_mutex_unlock(&upkeep->lock);
        pthread_join(upkeep->thread, NULL);
        pthread_cond_destroy(&upkeep->cond);
        pthread_mutex_destroy(&upkeep->lock);
        free(upkeep);
}
