// All customers put where they belong, as a job: after a change of the model or its rules, and every night, since time goes by.
#include "objects/tier_model/tier.h"
#include "flow/slices.h"

#define FIRST 1024

typedef struct Values { Decimal *items; size_t count, capacity; } Values;
typedef struct Run {
        Job *job;
        int64_t id;
        Str object;
        int64_t *ids;
        size_t count, capacity;
        Values values[TIER_MEASURES];
        Decimal cuts[TIER_MEASURES][TIER_CUTS];
        bool measured[TIER_MEASURES], found;
        TierModel *model;       // of the transaction at work
} Run;

Status tier_start(Call *call, int64_t model) {
        Str request = str_format(call->context->arena, "{\"model\":%lld}", (long long)model);
        Sql select = db_sql(call->db);
        bool waits = false;
        int64_t job = 0;
        sql(&select, "select 1 from job where status = 'queued' and kind = ");
        sql_str(&select, STR(TIER_JOB));
        sql(&select, " and request = ");
        sql_str(&select, request);
        sql(&select, " limit 1");
        TRY(db_get_int(call->db, &select, NULL, &waits));
        return waits ? STATUS_OK : job_start(call, &(JobStart){.kind = TIER_JOB, .request = request}, &job);
}

// ---- What there is

static void put_value(Arena *arena, Values *values, Decimal value) {
        if (values->count == values->capacity) {
                size_t more = values->capacity ? values->capacity * 2 : FIRST;
                values->items = arena_grow(arena, values->items, values->capacity * sizeof(Decimal), more * sizeof(Decimal));
                values->capacity = more;
        }
        values->items[values->count++] = value;
}

static Status take_row(void *arg, int64_t id, const Decimal *measures, const bool *has) {
        Run *run = arg;
        Arena *arena = run->job->context.arena;
        if (run->count == run->capacity) {
                size_t more = run->capacity ? run->capacity * 2 : FIRST;
                run->ids = arena_grow(arena, run->ids, run->capacity * sizeof(int64_t), more * sizeof(int64_t));
                run->capacity = more;
        }
        run->ids[run->count++] = id;
        for (int i = 0; i < TIER_MEASURES; i++)
                if (has[i] && measures[i].units > 0)
                        put_value(arena, &run->values[i], measures[i]);
        return STATUS_OK;
}

static Status find(Call *call, void *arg) {
        Run *run = arg;
        TierModel *model = NULL;
        run->count = 0;
        for (int i = 0; i < TIER_MEASURES; i++)
                run->values[i].count = 0;
        TRY(tier_model_load(call, run->id, &model));
        run->found = model != NULL;
        if (!model)
                return STATUS_OK;
        run->object = str_copy(run->job->context.arena, model->object->name);
        TRY(tier_measures(call, model, NULL, 0, take_row, run));
        for (int i = 0; i < TIER_MEASURES; i++)
                run->measured[i] = model->quintiles && tier_fifths(run->values[i].items, run->values[i].count, run->cuts[i]);
        return STATUS_OK;
}

static Str cuts_text(Arena *arena, const Decimal *cuts) {
        Buf buf = buf_make(arena, 200);
        for (int i = 0; i < TIER_CUTS; i++) {
                if (i)
                        buf_add(&buf, STR(", "));
                decimal_write(&buf, cuts[i], 0);
        }
        return buf_str(&buf);
}

static Status note(Call *call, void *arg) {
        static const char *const fields[TIER_MEASURES] = {"recency_cuts", "frequency_cuts", "monetary_cuts"};
        Run *run = arg;
        const Object *object = catalog_get(call->catalog, "tier_model");
        RecordInput *input = record_input_new(call->context->arena, object);
        for (int i = 0; i < TIER_MEASURES; i++)
                if (run->measured[i])
                        record_input_set(input, fields[i], value_text(cuts_text(call->context->arena, run->cuts[i])));
        return record_update(call, object, run->id, input, &(WriteOptions){.as_system = true, .exact = true, .action = STR("tiering")});
}

// ---- One by one

static Status begin(Slices *slices, Call *call) {
        Run *run = slices->self;
        return tier_model_load(call, run->id, &run->model);
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Run *run = slices->self;
        (void)ret_note;
        return run->model ? tier_apply(call, run->model, id) : STATUS_OK; // switched off meanwhile
}

// When everybody was where he belongs.
static Status end(Slices *slices, Call *call) {
        const Run *run = slices->self;
        const Object *object = catalog_get(call->catalog, "tier_model");
        if (!run->model)
                return STATUS_OK;
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "computed_at", value_datetime(call->context->now_ms));
        return record_update(call, object, run->id, input, &(WriteOptions){.as_system = true, .exact = true, .action = STR("tiering")});
}

Status tier_run(Job *job, void *arg) {
        const Str *text = arg;
        Json *request = NULL;
        TRY(json_parse(&job->context, *text, 4, &request));
        Run run = {.job = job, .id = json_int(request, "model", 0)};
        TRY(slices_read(job, true, find, &run));
        if (run.measured[0] || run.measured[1] || run.measured[2])
                TRY(job_step(job, true, "tiering", note, &run));
        Slices slices = {.job = job, .object_name = run.found ? run.object : STR("customer"), .ids = run.ids, .count = run.count, .for_system = true, .self = &run, .begin = begin, .one = one, .end = end, .source = "tiering"};
        return slices_run(&slices);
}
