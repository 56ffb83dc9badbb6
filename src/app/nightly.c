// The night's work. Each piece is a job of its own with its entries in the audit log, done in this thread in slices; what is not finished is begun again the next night.
#include "app/nightly.h"
#include "access/audit.h"
#include "app/command.h"
#include "flow/job.h"
#include "flow/purge.h"
#include "objects/notification/notify.h"
#include "objects/pool/pool.h"
#include "objects/risk_rule/risk.h"
#include "record/purge.h"
#include "record/quota.h"

#define HOUR_FIRST 2        // of the night, local time
#define HOUR_LAST 5
#define AT_ONCE 20000       // records of one object or rule in a night's turn
#define PRUNE_AT_ONCE 500
#define DAY_KEY "nightly_day"
#define DAY_MS 86400000LL

typedef struct Night {
        Context *context;
        Org *org;
        const bool *stopping;
        bool mine, more;
        int64_t *rules;
        size_t rules_count;
        Keeping keeping;
        Purge purge;
        int64_t rule, job, before_ms;
        Str object;
} Night;

// ---- Whose night it is

static Status claim(Call *call, void *arg) {
        Night *night = arg;
        Arena *arena = call->context->arena;
        int64_t now = call->context->now_ms, local = now + zone_offset_ms(call->catalog->zone, now);
        int hour = civil_from_ms(local).hour;
        Buf today = buf_make(arena, 32);
        Str last = STR_NONE;
        night->mine = false;
        if (hour < HOUR_FIRST || hour > HOUR_LAST)
                return STATUS_OK;
        date_write(&today, zone_day(call->catalog->zone, now));
        TRY(org_setting(call->db, STR(DAY_KEY), STR_NONE, &last));
        if (str_compare(last, buf_str(&today)) >= 0)
                return STATUS_OK;
        TRY(access_bump(call->db)); // of two nodes one waits here, and finds it done
        TRY(org_setting(call->db, STR(DAY_KEY), STR_NONE, &last));
        night->mine = str_compare(last, buf_str(&today)) < 0;
        return night->mine ? org_setting_set(call->db, STR(DAY_KEY), buf_str(&today)) : STATUS_OK;
}

static bool is_night(Night *night) {
        OrgView view = org_view(night->org);
        int64_t now = os_now_ms();
        int hour = civil_from_ms(now + zone_offset_ms(view.catalog->zone, now)).hour;
        org_view_done(&view);
        return hour >= HOUR_FIRST && hour <= HOUR_LAST;
}

// ---- Pieces

static Status run_purge(Night *night) {
        if (night->job)
                job_run_here(night->org, night->context, night->job, 0, purge_run, purge_copy, &night->purge);
        return STATUS_OK;
}

static Status read_rules(Call *call, void *arg) {
        Night *night = arg;
        Sql select = db_sql(call->db);
        night->rules = arena_array(night->context->arena, int64_t, 1000);
        night->rules_count = 0;
        sql(&select, "select \"id\" from \"retention_rule\" where deleted_at is null and \"active\" = ");
        sql_value(&select, value_bool(true));
        sql(&select, " order by \"id\" limit 1000");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; night->rules_count < 1000;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                night->rules[night->rules_count++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

static Status start_rule(Call *call, void *arg) {
        Night *night = arg;
        bool active = false;
        night->job = 0;
        TRY(keeping_load(call, night->rule, &night->keeping, &active));
        return active ? keeping_start(call, &night->keeping, &night->purge, &night->job) : STATUS_OK;
}

static Status start_bin(Call *call, void *arg) {
        Night *night = arg;
        const Object *object = catalog_find(call->catalog, night->object);
        night->job = 0;
        if (!object || !purge_possible(object))
                return STATUS_OK;
        TRY(purge_find_old(call, object, night->before_ms, AT_ONCE, &night->purge));
        return night->purge.count ? purge_start(call, &night->purge, &night->job) : STATUS_OK;
}

// A rule that is not understood any more (a field was retired) is told in the audit log, and the others are followed all the same.
static Status tell_failure(Call *call, void *arg) {
        Night *night = arg;
        return record_audit(call, "retention.failed", catalog_find(call->catalog, STR("retention_rule")), night->rule, STR_NONE);
}

static Status follow_rules(Night *night) {
        TRY(work_read(night->context, night->org, read_rules, night));
        for (size_t i = 0; i < night->rules_count && !*night->stopping; i++) {
                night->rule = night->rules[i];
                Status status = work_write(night->context, night->org, STR("retention"), start_rule, night);
                if (status == STATUS_OK) {
                        TRY(run_purge(night));
                        continue;
                }
                error_clear(night->context);
                TRY(work_write(night->context, night->org, STR("retention"), tell_failure, night));
        }
        return STATUS_OK;
}

static Status empty_bins(Night *night, int days) {
        OrgView view = org_view(night->org);
        Status status = STATUS_OK;
        night->before_ms = os_now_ms() - days * DAY_MS;
        for (size_t i = 0; days && i < view.catalog->objects_count && status == STATUS_OK && !*night->stopping; i++) {
                night->object = view.catalog->objects[i]->name;
                status = work_write(night->context, night->org, STR("retention"), start_bin, night);
                if (status == STATUS_OK)
                        status = run_purge(night);
        }
        org_view_done(&view);
        return status;
}

static Status prune_slice(Db *db, void *arg) {
        Night *night = arg;
        return audit_prune(db, night->before_ms, PRUNE_AT_ONCE, &night->more);
}

static Status prune_audit(Night *night, int days) {
        night->before_ms = os_now_ms() - days * DAY_MS;
        for (night->more = days > 0; night->more && !*night->stopping;)
                TRY(store_write(org_store(night->org), night->context, prune_slice, night));
        return STATUS_OK;
}

// A job of its own, which any node takes.
static Status start_sweep(Call *call, void *arg) {
        Night *night = arg;
        night->job = 0;
        return call->actor->access->pools_count ? pool_sweep_start(call, &night->job) : STATUS_OK;
}

static Status sweep_pools(Night *night) {
        TRY(work_write(night->context, night->org, STR("system"), start_sweep, night));
        if (night->job)
                job_hurry(night->org);
        return STATUS_OK;
}

static Status order_risk(Call *call, void *arg) {
        (void)arg;
        return risk_order(call);
}

static Status do_night(Night *night) {
        OrgView view = org_view(night->org);
        int bin_days = view.settings->bin_days, audit_days = view.settings->audit_days;
        org_view_done(&view);
        TRY(sweep_pools(night));
        TRY(follow_rules(night));
        TRY(work_write(night->context, night->org, STR("system"), order_risk, night));
        TRY(empty_bins(night, bin_days));
        return prune_audit(night, audit_days);
}

Status nightly(Context *context, Org *org, const bool *stopping) {
        Night night = {.context = context, .org = org, .stopping = stopping};
        if (!is_night(&night))
                return STATUS_OK;
        TRY(work_write(context, org, STR("system"), claim, &night));
        return night.mine ? do_night(&night) : STATUS_OK;
}

Status night_now(Context *context, Org *org) {
        bool never = false;
        Night night = {.context = context, .org = org, .stopping = &never};
        TRY(reads_flush(context, org));
        return do_night(&night);
}

// ---- Who reads much

static Status tell_administrators(Call *call, const ReadEvent *event) {
        const Access *access = call->actor->access;
        const Object *user = catalog_get(call->catalog, "user");
        const Person *person = access_person(access, event->user);
        const char *key = event->warning == READ_NEAR ? "notify.read_near" : "notify.read_reached";
        for (size_t i = 0; i < access->people_count; i++) {
                const Actor *actor = NULL;
                if (!access->people[i].active || access_actor(call->context, access, access->people[i].id, &actor) != STATUS_OK) {
                        error_clear(call->context);
                        continue;
                }
                if (actor->administrator)
                        TRY(notify_with(call, actor->user, NOTIFY_SYSTEM, key, user, event->user, person ? person->name : STR_NONE, str_format(call->context->arena, "%lld", (long long)event->limit)));
        }
        return STATUS_OK;
}

static Status tell(Call *call, const ReadEvent *event) {
        static const char *const kinds[] = {"quota.near", "quota.reached", "quota.refused"};
        Str detail = str_format(call->context->arena, "{\"limit\":\"%s\",\"of\":%lld,\"used\":%lld}", event->what, (long long)event->limit, (long long)event->used);
        AuditEntry entry = {.kind = kinds[event->warning], .user = event->user, .detail = detail};
        TRY(audit_add(call->db, &entry));
        return event->warning == READ_REFUSED ? STATUS_OK : tell_administrators(call, event);
}

static Status flush_step(Call *call, void *arg) {
        ReadEvent *events = NULL;
        size_t count = 0;
        TRY(read_quota_flush(arg, call, &events, &count));
        for (size_t i = 0; i < count; i++)
                TRY(tell(call, &events[i]));
        return STATUS_OK;
}

Status reads_flush(Context *context, Org *org) {
        ReadQuota *quota = org_slot(org, ORG_SLOT_READS);
        OrgView view = org_view(org);
        const OrgSettings *settings = view.settings;
        bool limited = settings->opened_hour || settings->opened_day || settings->rows_hour || settings->rows_day;
        org_view_done(&view);
        if (!quota || !limited)
                return STATUS_OK;
        TRY(work_write(context, org, STR("system"), flush_step, quota));
        read_quota_flushed(quota);
        return STATUS_OK;
}
