// What goes out by itself: answers to forgotten passwords become letters, letters are sent, directories that are due are read. Nobody waits for it.
#include "link/courier.h"
#include "access/audit.h"
#include "access/reset.h"
#include "base/log.h"
#include "link/ldap/ldap.h"
#include "link/mail/mail.h"
#include "os/os.h"
#include <pthread.h>
#include <stdlib.h>

#define PAUSE_S 5
#define PRUNE_EVERY_S 3600
#define DIRECTORIES_EVERY_S 60

struct Courier {
        Org *org;
        pthread_t thread;
        pthread_mutex_t lock;
        pthread_cond_t cond;
        bool stopping, woken;
};

// ---- Forgotten passwords

typedef struct ResetStep { Org *org; OrgView view; bool found; } ResetStep;

static Status write_letter(Db *db, ResetStep *step, const Known *known, Str token) {
        const OrgSettings *settings = step->view.settings;
        LetterWords words = {.company = settings->company, .name = known->name, .login = known->login, .address = settings->address, .token = token, .lang = lang_from(known->lang)};
        MailNew mail = {.kind = "reset", .user = known->id, .recipient = known->email, .letter = letter_reset(db_context(db), &words), .confidential = true, .expires_ms = db_context(db)->now_ms + RESET_MS};
        return mail_add(step->org, db, &mail);
}

// Who signs in elsewhere only, or has no address, or is not there: nothing is sent, and nobody learns which of these it was.
static Status may_reset(Db *db, const Known *known, bool *ret) {
        SignInRules rules;
        TRY(sign_in_rules(db, &rules));
        *ret = known->active && known->has_password && known->email.len && (!rules.passwords_off || rules.emergency == known->id);
        return STATUS_OK;
}

static Status reset_step(Db *db, void *arg) {
        ResetStep *step = arg;
        ResetAsked asked;
        Known known = {0};
        bool found = false, may = false;
        TRY(reset_next(db, &asked, &step->found));
        if (!step->found)
                return STATUS_OK;
        TRY(known_by_login(db, asked.login, &known, &found));
        if (found)
                TRY(may_reset(db, &known, &may));
        if (!may || str_empty(step->view.settings->address))
                return reset_refuse(db, asked.id);
        Str token = STR_NONE;
        TRY(reset_issue(db, asked.id, known.id, &token));
        AuditEntry entry = {.kind = "password.reset_asked", .object = catalog_get(step->view.catalog, "user")->id, .record = known.id};
        TRY(audit_add(db, &entry));
        return write_letter(db, step, &known, token);
}

static bool answer_one(Courier *courier) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        ResetStep step = {.org = courier->org, .view = org_view(courier->org)};
        Status status = store_write(org_store(courier->org), &context, reset_step, &step);
        org_view_done(&step.view);
        if (status != STATUS_OK)
                log_event(LOG_WARN, "reset_failed", "code=%s detail=\"" STR_FMT "\"", context.error.code ? context.error.code : "-", STR_ARG(context.error.detail));
        return status == STATUS_OK && step.found;
}

// ---- The thread

static bool goes_on(void *arg) {
        return !__atomic_load_n(&((Courier *)arg)->stopping, __ATOMIC_RELAXED);
}

static Status prune_step(Db *db, void *arg) {
        (void)arg;
        return mail_prune(db);
}

static Status release_step(Db *db, void *arg) {
        (void)arg;
        return mail_release(db);
}

static void write_alone(Courier *courier, Status (*step)(Db *db, void *arg)) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, os_now_ms());
        if (store_write(org_store(courier->org), &context, step, NULL) != STATUS_OK)
                log_event(LOG_WARN, "courier_failed", "detail=\"" STR_FMT "\"", STR_ARG(context.error.detail));
}

static bool wait_for_work(Courier *courier) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += PAUSE_S;
        pthread_mutex_lock(&courier->lock);
        int code = 0;
        while (!courier->stopping && !courier->woken && code == 0)
                code = pthread_cond_timedwait(&courier->cond, &courier->lock, &until);
        courier->woken = false;
        bool more = !courier->stopping;
        pthread_mutex_unlock(&courier->lock);
        return more;
}

// By the clock on the wall, which tests move; set back, it is due too.
static bool is_due(int64_t *last_ms, int every_s) {
        int64_t now_ms = os_now_ms();
        if (now_ms >= *last_ms && now_ms - *last_ms < every_s * 1000LL)
                return false;
        *last_ms = now_ms;
        return true;
}

static void *courier_main(void *arg) {
        Courier *courier = arg;
        int64_t pruned_ms = 0, directories_ms = os_now_ms();
        if (store_dialect(org_store(courier->org)) == DIALECT_SQLITE) // nobody else sends what a crash left claimed
                write_alone(courier, release_step);
        do {
                while (goes_on(courier) && answer_one(courier))
                        ;
                mail_send_due(courier->org, goes_on, courier);
                if (is_due(&pruned_ms, PRUNE_EVERY_S))
                        write_alone(courier, prune_step);
                if (is_due(&directories_ms, DIRECTORIES_EVERY_S))
                        ldap_sync_due(courier->org);
        } while (wait_for_work(courier));
        return NULL;
}

Courier *courier_start(Org *org) {
        Courier *courier = calloc(1, sizeof *courier);
        ensure(courier);
        courier->org = org;
        pthread_mutex_init(&courier->lock, NULL);
        pthread_cond_init(&courier->cond, NULL);
        ensure(pthread_create(&courier->thread, NULL, courier_main, courier) == 0);
        org_slot_set(org, ORG_SLOT_COURIER, courier);
        return courier;
}

void courier_wake(Org *org) {
        Courier *courier = org_slot(org, ORG_SLOT_COURIER);
        if (!courier)
                return;
        pthread_mutex_lock(&courier->lock);
        courier->woken = true;
        pthread_cond_signal(&courier->cond);
        pthread_mutex_unlock(&courier->lock);
}

void courier_stop(Courier *courier) {
        if (!courier)
                return;
        org_slot_set(courier->org, ORG_SLOT_COURIER, NULL);
        pthread_mutex_lock(&courier->lock);
        __atomic_store_n(&courier->stopping, true, __ATOMIC_RELAXED);
        pthread_cond_signal(&courier->cond);
        pthread_mutex_unlock(&courier->lock);
        pthread_join(courier->thread, NULL);
        pthread_cond_destroy(&courier->cond);
        pthread_mutex_destroy(&courier->lock);
        free(courier);
}
