// Many records in short transactions: as many as fit into a few milliseconds, then whoever else waits for the writer has his turn. How far it came is written in
// the same transactions, so that a crash leaves a row that tells the truth.
#include "flow/slices.h"
#include "flow/job_row.h"
#include "record/bulk.h"

#define SLICE_US 8000      // of work in one transaction; the last record may take longer
#define SLICE_RECORDS 100
#define PROBLEMS_KEPT 100
#define MESSAGES_SHOWN 3   // of one record
#define RESULT_CAP (4u << 20)

typedef struct Problem { int64_t id; Str name, message; } Problem;
typedef struct Outcome { int64_t done, failed; size_t problems_count; size_t at; } Outcome;

typedef struct Run {
        Slices *slices;
        Problem problems[PROBLEMS_KEPT];
        Outcome before, now;   // a transaction may be run again: then from before
        OrgView view;
        bool changed;          // users, departments or roles
} Run;

typedef struct Step { Slices *slices; Call *call; int64_t id; Str note; } Step;

// ---- What went wrong

// "Level: is not one of the options"
static void add_item(Buf *buf, Call *call, const Object *object, const ErrorItem *item) {
        Str path = item->field, name = STR_NONE;
        (void)str_cut(&path, '.', &name);
        const Field *field = object_find(object, name);
        bool known = field && !field->hidden && actor_field(call->actor, field) != FIELD_HIDE;
        if (buf->len)
                buf_lit(buf, "; ");
        if (known) {
                buf_add(buf, label_text(&field->label, call->context->lang));
                buf_lit(buf, ": ");
        }
        buf_add(buf, text_format(call->context->arena, call->context->lang, str_format(call->context->arena, "error.%s", item->code).data, item->args));
}

static Str message_of(Call *call, const Object *object, Status status) {
        Context *context = call->context;
        const Error *error = &context->error;
        if (status != STATUS_INVALID || !error->count) {
                const char *code = error->code ? error->code : status_name(status);
                return text_format(context->arena, context->lang, str_format(context->arena, "error.%s", code).data, error->args);
        }
        Buf buf = buf_make(context->arena, 1 << 16);
        for (size_t i = 0; i < error->count && i < MESSAGES_SHOWN; i++)
                add_item(&buf, call, object, &error->items[i]);
        return buf_str(&buf);
}

static Status add_problem(Run *run, Call *call, int64_t id, Str message) {
        Outcome *now = &run->now;
        Arena *kept = run->slices->job->context.arena;
        now->failed++;
        if (now->problems_count == PROBLEMS_KEPT)
                return STATUS_OK;
        Problem *problem = &run->problems[now->problems_count++];
        *problem = (Problem){.id = id, .message = str_copy(kept, message)};
        Str name = STR_NONE;
        TRY(query_name(call, run->slices->object, id, &name));
        problem->name = name.data ? str_copy(kept, name) : STR_NONE;
        return STATUS_OK;
}

static Str result_json(const Run *run, Arena *arena) {
        Buf buf = buf_make(arena, RESULT_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "done", run->now.done);
        json_put_int(&w, "failed", run->now.failed);
        json_key(&w, STR("problems"));
        json_open_array(&w);
        for (size_t i = 0; i < run->now.problems_count; i++) {
                json_open_object(&w);
                json_put_int(&w, "id", run->problems[i].id);
                json_key(&w, STR("name"));
                if (run->problems[i].name.data)
                        json_add_str(&w, run->problems[i].name);
                else
                        json_add_null(&w);
                json_put_str(&w, "message", run->problems[i].message);
                json_close_object(&w);
        }
        json_close_array(&w);
        json_close_object(&w);
        return buf_str(&buf);
}

// ---- One transaction

static Status run_one(Db *db, void *arg) {
        Step *step = arg;
        (void)db;
        return step->slices->one(step->slices, step->call, step->id, &step->note);
}

static Status take_one(Run *run, Call *call) {
        Step step = {.slices = run->slices, .call = call, .id = run->slices->ids[run->now.at]};
        error_clear(call->context);
        run->slices->again = false;
        Status status = db_savepoint(call->db, run_one, &step);
        if (store_failed(status))
                return status;
        if (status == STATUS_OK && run->slices->again)
                return STATUS_OK;
        run->now.at++;
        if (status == STATUS_OK && str_empty(step.note)) {
                run->now.done++;
                return STATUS_OK;
        }
        Str message = status == STATUS_OK ? step.note : message_of(call, run->slices->object, status);
        error_clear(call->context);
        return add_problem(run, call, step.id, message);
}

static Status begin(Run *run, Db *db, Call *ret) {
        Slices *slices = run->slices;
        Context *context = db_context(db);
        bool exchanged = false;
        org_view_done(&run->view);
        run->view = org_view(slices->job->org);
        TRY(org_bring_current(slices->job->org, db, &run->view, &exchanged));
        slices->object = catalog_find(run->view.catalog, slices->object_name);
        if (!slices->object)
                return error_set(context, STATUS_NOT_FOUND, "unknown_object", slices->object_name);
        // As through the API: what hooks ask of a person's request they ask of these too.
        *ret = (Call){.context = context, .org = slices->job->org, .catalog = run->view.catalog, .db = db, .source = slices->source ? str_from(slices->source) : STR("api")};
        if (slices->job->user)
                TRY(access_actor(context, run->view.access, slices->job->user, &ret->actor));
        else
                ret->actor = access_system(run->view.access);
        return slices->begin ? slices->begin(slices, ret) : STATUS_OK;
}

static Status run_slice(Db *db, void *arg) {
        Run *run = arg;
        Slices *slices = run->slices;
        Call call;
        error_clear(db_context(db));
        run->now = run->before;
        TRY(begin(run, db, &call));
        int64_t until_us = os_monotonic_us() + SLICE_US;
        size_t last = run->now.at + SLICE_RECORDS;
        for (bool first = true; run->now.at < slices->count && run->now.at < last && (first || os_monotonic_us() < until_us); first = false)
                TRY(take_one(run, &call));
        run->changed = call.metadata_changed;
        if (run->changed)
                TRY(access_bump(db));
        return job_save(slices->job, db, (int64_t)run->now.at, (int64_t)slices->count, result_json(run, call.context->arena));
}

static Status write_slice(Run *run) {
        Job *job = run->slices->job;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, job->context.lang, os_now_ms());
        Status status = store_write(org_store(job->org), &context, run_slice, run);
        if (status != STATUS_OK) {
                const char *code = context.error.code ? context.error.code : status_name(status);
                (void)error_set(&job->context, status, code, context.error.args[0]);
                job->context.error.detail = str_copy(job->context.arena, context.error.detail);
                return status;
        }
        run->before = run->now;
        return run->changed ? org_reload(job->org, &job->context) : STATUS_OK;
}

Status slices_run(Slices *slices) {
        Run *run = arena_new_of(slices->job->context.arena, Run);
        *run = (Run){.slices = slices};
        Status status = STATUS_OK;
        do {
                status = write_slice(run);
        } while (status == STATUS_OK && run->now.at < slices->count);
        run->now = run->before; // what a failed slice did is not there
        buf_add(&slices->job->result, result_json(run, slices->job->context.arena));
        org_view_done(&run->view);
        return status;
}
