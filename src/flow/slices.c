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

typedef struct Problem { int64_t id; Str object, name, message; } Problem;
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
        if (!run->slices->object)
                return STATUS_OK;
        problem->object = run->slices->objects ? str_copy(kept, run->slices->object->name) : STR_NONE;
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
                if (run->problems[i].object.len)
                        json_put_str(&w, "object", run->problems[i].object);
                json_key(&w, STR("name"));
                if (run->problems[i].name.data)
                        json_add_str(&w, run->problems[i].name);
                else
                        json_add_null(&w);
                json_put_str(&w, "message", run->problems[i].message);
                json_close_object(&w);
        }
        json_close_array(&w);
        if (run->slices->put)
                run->slices->put(run->slices, &w);
        json_close_object(&w);
        return buf_str(&buf);
}

// Taken up again: what was done by then counts.
static void take_before(Run *run) {
        Job *job = run->slices->job;
        Json *before = NULL;
        if (!job->before.len || json_parse(&job->context, job->before, 8, &before) != STATUS_OK) {
                error_clear(&job->context);
                return;
        }
        run->before.done = json_int(before, "done", 0);
        run->before.failed = json_int(before, "failed", 0);
        const Json *problems = json_get(before, "problems");
        for (size_t i = 0; problems && i < problems->count && i < PROBLEMS_KEPT; i++) {
                const Json *problem = &problems->items[i];
                run->problems[run->before.problems_count++] = (Problem){.id = json_int(problem, "id", 0), .object = json_str(problem, "object", STR_NONE), .name = json_str(problem, "name", STR_NONE), .message = json_str(problem, "message", STR_NONE)};
        }
}

// ---- One transaction

static Status run_one(Db *db, void *arg) {
        Step *step = arg;
        (void)db;
        if (!step->slices->object)
                return error_set(step->call->context, STATUS_NOT_FOUND, "not_found");
        return step->slices->one(step->slices, step->call, step->id, &step->note);
}

static Status take_one(Run *run, Call *call) {
        Slices *slices = run->slices;
        Step step = {.slices = slices, .call = call, .id = slices->ids[run->now.at]};
        error_clear(call->context);
        slices->at = run->now.at;
        slices->failed[slices->at] = false;
        if (slices->objects)
                slices->object = catalog_find_id(call->catalog, slices->objects[slices->at]);
        slices->again = false;
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
        slices->failed[slices->at] = status != STATUS_OK;
        Str message = status == STATUS_OK ? step.note : message_of(call, slices->object, status);
        error_clear(call->context);
        return add_problem(run, call, step.id, message);
}

static Status find_actor(const Job *job, bool for_system, const Access *access, Context *context, const Actor **ret) {
        *ret = access_system(access);
        if (!job->user)
                return STATUS_OK;
        Status status = access_actor_narrowed(context, access, job->user, job->scopes, ret);
        if (status != STATUS_UNAUTHENTICATED || !for_system)
                return status;
        error_clear(context);
        *ret = access_system(access);
        return STATUS_OK;
}

// As through the API: what hooks ask of a person's request they ask of these too.
static Status make_call(Job *job, bool for_system, Db *db, OrgView *view, Call *ret) {
        bool exchanged = false;
        org_view_done(view);
        *view = org_view(job->org);
        TRY(org_bring_current(job->org, db, view, &exchanged));
        *ret = (Call){.context = db_context(db), .org = job->org, .catalog = view->catalog, .db = db, .source = STR("api")};
        return find_actor(job, for_system, view->access, ret->context, &ret->actor);
}

typedef struct Reading { Job *job; bool for_system; Status (*run)(Call *call, void *arg); void *arg; OrgView view; } Reading;

static Status read_run(Db *db, void *arg) {
        Reading *reading = arg;
        Call call;
        TRY(make_call(reading->job, reading->for_system, db, &reading->view, &call));
        return reading->run(&call, reading->arg);
}

Status slices_read(Job *job, bool for_system, Status (*run)(Call *call, void *arg), void *arg) {
        Reading reading = {.job = job, .for_system = for_system, .run = run, .arg = arg};
        Status status = store_read(org_store(job->org), &job->context, 0, read_run, &reading);
        org_view_done(&reading.view);
        return status;
}

static Status begin(Run *run, Db *db, Call *ret) {
        Slices *slices = run->slices;
        Context *context = db_context(db);
        TRY(make_call(slices->job, slices->for_system, db, &run->view, ret));
        slices->first = run->before.at;
        slices->object = slices->objects ? NULL : catalog_find(run->view.catalog, slices->object_name);
        if (!slices->object && !slices->objects)
                return error_set(context, STATUS_NOT_FOUND, "unknown_object", slices->object_name);
        if (slices->source)
                ret->source = str_from(slices->source);
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
        bool ends = slices->end && run->now.at == slices->count;
        if (ends) {
                slices->object = NULL;
                TRY(slices->end(slices, &call));
        }
        run->changed = call.metadata_changed;
        if (run->changed)
                TRY(access_bump(db));
        if (ends)
                return job_finish(slices->job, db, result_json(run, call.context->arena));
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
        job->ended = run->slices->end && run->now.at == run->slices->count;
        return run->changed ? org_reload(job->org, &job->context) : STATUS_OK;
}

Status slices_run(Slices *slices) {
        Run *run = arena_new_of(slices->job->context.arena, Run);
        *run = (Run){.slices = slices};
        slices->failed = arena_array(slices->job->context.arena, bool, slices->count + 1);
        take_before(run);
        Status status = STATUS_OK;
        do {
                status = write_slice(run);
        } while (status == STATUS_OK && run->now.at < slices->count);
        run->now = run->before; // what a failed slice did is not there
        buf_add(&slices->job->result, result_json(run, slices->job->context.arena));
        org_view_done(&run->view);
        return status;
}
