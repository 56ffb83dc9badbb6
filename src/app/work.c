// Transactions in the system's name, for commands and seeding: snapshots as new as the transaction, and replaced after it when it changed them.
#include "app/command.h"

typedef struct Work {
        Org *org;
        OrgView view;
        Call call;
        WorkStep step;
        void *arg;
        bool changed;
} Work;

static Status run(Db *db, void *arg) {
        Work *work = arg;
        error_clear(work->call.context);
        work->changed = false;
        bool exchanged = false;
        TRY(org_bring_current(work->org, db, &work->view, &exchanged));
        work->call.db = db;
        work->call.catalog = work->view.catalog;
        work->call.actor = access_system(work->view.access);
        work->call.metadata_changed = work->call.quiet = false;
        TRY(work->step(&work->call, work->arg));
        work->changed = work->call.metadata_changed;
        return work->changed ? access_bump(db) : STATUS_OK;
}

static Work work_make(Context *context, Org *org, Str source, WorkStep step, void *arg) {
        Work work = {.org = org, .view = org_view(org), .step = step, .arg = arg};
        work.call = (Call){.context = context, .org = org, .source = source};
        return work;
}

Status work_write(Context *context, Org *org, Str source, WorkStep step, void *arg) {
        Work work = work_make(context, org, source, step, arg);
        Status status = store_write(org_store(org), context, run, &work);
        org_view_done(&work.view);
        if (status == STATUS_OK && work.changed)
                status = org_reload(org, context);
        return status;
}

Status work_read(Context *context, Org *org, WorkStep step, void *arg) {
        Work work = work_make(context, org, STR("system"), step, arg);
        Status status = store_read(org_store(org), context, 0, run, &work);
        org_view_done(&work.view);
        return status;
}
