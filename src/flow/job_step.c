// One transaction of a job, in the name of whoever asked for it, with his rights as they are by then.
#include "flow/job.h"

typedef struct Step {
        Job *job;
        const char *source;
        JobStep run;
        void *arg;
        OrgView view;
        bool changed;
} Step;

static Status run_step(Db *db, void *arg) {
        Step *step = arg;
        Context *context = db_context(db);
        bool exchanged = false;
        error_clear(context);
        org_view_done(&step->view);
        step->view = org_view(step->job->org);
        TRY(org_bring_current(step->job->org, db, &step->view, &exchanged));
        Call call = {.context = context, .org = step->job->org, .catalog = step->view.catalog, .db = db, .source = str_from(step->source), .actor = access_system(step->view.access)};
        if (step->job->user)
                TRY(access_actor_narrowed(context, step->view.access, step->job->user, step->job->scopes, &call.actor));
        TRY(step->run(&call, step->arg));
        step->changed = call.metadata_changed;
        return step->changed ? access_bump(db) : STATUS_OK;
}

// What went wrong outlives the context it was told in.
static Status tell(Job *job, const Context *from, Status status) {
        Context *to = &job->context;
        const ErrorItem *item = from->error.count ? &from->error.items[0] : NULL;
        const char *code = item ? item->code : from->error.code ? from->error.code : status_name(status);
        const Str *args = item ? item->args : from->error.args;
        (void)error_set(to, status, code, str_copy(to->arena, args[0]), str_copy(to->arena, args[1]));
        to->error.detail = str_copy(to->arena, from->error.detail);
        return status;
}

Status job_step(Job *job, bool writes, const char *source, JobStep run, void *arg) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Step step = {.job = job, .source = source, .run = run, .arg = arg};
        context_init(&context, arena, job->context.lang, os_now_ms());
        Store *store = org_store(job->org);
        Status status = writes ? store_write(store, &context, run_step, &step) : store_read(store, &context, 0, run_step, &step);
        org_view_done(&step.view);
        if (status != STATUS_OK)
                return tell(job, &context, status);
        return step.changed ? org_reload(job->org, &job->context) : STATUS_OK;
}
