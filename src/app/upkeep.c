// What a server does by itself beside answering: fills the search indexes of large objects and the entries of large sharing rules that were left to be done in slices,
// removes what has had its time, seals the audit log, adds up what people read, gives memory back that a busy hour has left behind, and does what objects want done
// every minute (reminders).
#include "app/audit_heads.h"
#include "app/command.h"
#include "app/nightly.h"
#include "base/log.h"
#include "flow/job.h"
#include "os/os.h"
#include "record/duplicate.h"
#include "record/quota.h"
#include "record/search.h"
#include "record/totals.h"
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#define SLICE 100            // records, so that the writer never stalls long
#define TICK_S 1             // between looks for work
#define SEAL_AT_ONCE 200     // entries of the audit log

struct Upkeep {
        Org *org;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t cond;
        bool stopping;
        int64_t noted_seq;   // of the audit log's head that was noted last
};

static Status fill_slice(Call *call, void *arg) {
        return search_continue(call->db, call->catalog, SLICE, arg);
}

static Status entry_slice(Call *call, void *arg) {
        return entries_continue(call, SLICE * 5, arg);
}

static Status duplicate_slice(Call *call, void *arg) {
        return duplicates_continue(call->db, call->catalog, SLICE * 5, arg);
}

static Status totals_slice(Call *call, void *arg) {
        return totals_continue(call, SLICE * 5, arg);
}

// ---- Each of these gives true when there is more of it to do at once

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
        bool entries = fill(upkeep, entry_slice), totals = fill(upkeep, totals_slice), duplicates = fill(upkeep, duplicate_slice);
        return fill(upkeep, fill_slice) || entries || totals || duplicates;
}

static Status prune_slice(Call *call, void *arg) {
        bool *more = arg, jobs = false, counts = false;
        TRY(record_prune(call, SLICE * 5, more));
        TRY(flow_prune(call, SLICE * 5, &jobs));
        TRY(quota_prune(call, SLICE * 5, &counts));
        *more |= jobs || counts;
        return STATUS_OK;
}

static bool prune(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        bool more = false;
        if (work_write(&context, upkeep->org, STR("system"), prune_slice, &more) == STATUS_OK)
                return more;
        log_event(LOG_WARN, "prune_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
        return false;
}

// ---- The audit log

typedef struct Sealing { bool needed; int sealed; } Sealing;

static Status look_for_unsealed(Db *db, void *arg) {
        return audit_unsealed(db, &((Sealing *)arg)->needed);
}

static Status seal_step(Db *db, void *arg) {
        return audit_seal(db, SEAL_AT_ONCE, &((Sealing *)arg)->sealed);
}

static bool seal(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Sealing sealing = {.needed = false};
        context_init(&context, arena, LANG_EN, os_now_ms());
        Status status = store_read(org_store(upkeep->org), &context, 0, look_for_unsealed, &sealing);
        if (status == STATUS_OK && sealing.needed)
                status = store_write(org_store(upkeep->org), &context, seal_step, &sealing);
        if (status != STATUS_OK)
                log_event(LOG_WARN, "audit_seal_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
        return status == STATUS_OK && sealing.sealed == SEAL_AT_ONCE;
}

static bool note_head(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (audit_heads_note(&context, upkeep->org, &upkeep->noted_seq) != STATUS_OK)
                log_event(LOG_WARN, "audit_head_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
        return false;
}

// ---- Every minute

static Status minute_step(Call *call, void *arg) {
        (void)arg;
        TRY(entries_prepare(call->db, call->catalog)); // the organisation's zone may be another
        TRY(totals_prepare(call->db, call->catalog));
        return record_minutely(call);
}

static bool minute(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (work_write(&context, upkeep->org, STR("system"), minute_step, NULL) != STATUS_OK)
                log_event(LOG_WARN, "minute_failed", "code=%s detail=\"" STR_FMT "\"", context.error.code ? context.error.code : "-", STR_ARG(context.error.detail));
        return false;
}

static bool count_reads(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (reads_flush(&context, upkeep->org) != STATUS_OK)
                log_event(LOG_WARN, "reads_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
        return false;
}

static bool night(Upkeep *upkeep) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (nightly(&context, upkeep->org, &upkeep->stopping) != STATUS_OK)
                log_event(LOG_WARN, "nightly_failed", "code=%s detail=\"" STR_FMT "\"", context.error.code ? context.error.code : "-", STR_ARG(context.error.detail));
        return false;
}

// The C library keeps what was freed, scattered over the arenas of all threads.
static bool trim(Upkeep *upkeep) {
        if (store_trim(org_store(upkeep->org)))
                malloc_trim(0);
        return false;
}

// ---- The thread

static const struct Duty { bool (*run)(Upkeep *upkeep); int first_s, every_s; } duties[] = {
        {seal, 0, 1}, {fill_all, 0, 2}, {count_reads, 0, 60}, {minute, 10, 60}, {note_head, 5, 3600}, {night, 60, 300}, {prune, 10, 3600}, {trim, 2, 60},
};
#define DUTIES (sizeof duties / sizeof *duties)

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
        int64_t due_us[DUTIES];
        bool more = false;
        for (size_t i = 0; i < DUTIES; i++)
                due_us[i] = os_monotonic_us() + duties[i].first_s * 1000000LL;
        do {
                more = false;
                for (size_t i = 0; i < DUTIES && !upkeep->stopping; i++) {
                        if (os_monotonic_us() < due_us[i])
                                continue;
                        bool again = duties[i].run(upkeep);
                        due_us[i] = os_monotonic_us() + (again ? 0 : duties[i].every_s * 1000000LL);
                        more |= again;
                }
        } while (pause_for(upkeep, more ? 0 : TICK_S));
        while (seal(upkeep))
                ;
        note_head(upkeep);
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
