// The hand-over as a job: one record after the other through the record pipeline in the name of whoever asked, each kept so that the whole can be undone. Each new owner
// is told once, at the end; then the account is closed where that was asked for.
#include "objects/user/handover.h"
#include "access/audit.h"
#include "flow/bulk_change.h"
#include "flow/slices.h"
#include "objects/notification/notify.h"
#include "objects/pool/pool.h"
#include "record/write.h"
#include <stdlib.h>

#define REQUEST_DEPTH 8
#define ACTION STR("handover")

typedef struct Share { int64_t user, count, before; } Share; // before: as it stood when the last transaction began
typedef struct Run {
        Handover handover;
        HandoverPlan plan;
        int64_t job;
        int64_t *ids, *objects;
        size_t *starts, count;   // where each record's fields begin in the plan's records; count records in all
        Share *shares;
        size_t shares_count, first;
} Run;

// ---- Starting

Status handover_start(Call *call, const Handover *handover, int64_t *ret_job) {
        JobStart start = {.kind = HANDOVER_JOB, .request = handover->request, .undo_until_ms = call->context->now_ms + HANDOVER_UNDO_DAYS * 86400000LL};
        TRY(job_start(call, &start, ret_job));
        Str detail = str_format(call->context->arena, "{\"job\":%lld,\"disable\":%s}", (long long)*ret_job, handover->disable ? "true" : "false");
        AuditEntry entry = {.kind = "handover.start", .user = call->actor->user, .object = catalog_get(call->catalog, "user")->id, .record = handover->user, .peer = call->peer, .detail = detail};
        return audit_add(call->db, &entry);
}

// ---- What is to be done: records in the order of objects and ids, each with the fields that change

static int compare_held(const void *a, const void *b) {
        const HeldRecord *x = a, *y = b;
        if (x->object != y->object)
                return x->object < y->object ? -1 : 1;
        if (x->record != y->record)
                return x->record < y->record ? -1 : 1;
        return x->field < y->field ? -1 : x->field > y->field;
}

static void keep_moving(HandoverPlan *plan) {
        size_t kept = 0;
        for (size_t i = 0; i < plan->count; i++)
                if (plan->records[i].to)
                        plan->records[kept++] = plan->records[i];
        plan->count = kept;
        if (kept)
                qsort(plan->records, kept, sizeof *plan->records, compare_held);
}

static void group(Call *call, Run *run) {
        Arena *arena = call->context->arena;
        const HandoverPlan *plan = &run->plan;
        run->ids = arena_array(arena, int64_t, plan->count + 1);
        run->objects = arena_array(arena, int64_t, plan->count + 1);
        run->starts = arena_array(arena, size_t, plan->count + 2);
        for (size_t i = 0; i < plan->count; i++) {
                const HeldRecord *held = &plan->records[i];
                if (run->count && run->ids[run->count - 1] == held->record && run->objects[run->count - 1] == held->object)
                        continue;
                run->starts[run->count] = i;
                run->ids[run->count] = held->record;
                run->objects[run->count++] = held->object;
        }
        run->starts[run->count] = plan->count;
        if (!run->handover.disable)
                return;
        run->ids[run->count] = run->handover.user; // the account comes last, and owns no field of the plan
        run->objects[run->count++] = catalog_get(call->catalog, "user")->id;
        run->starts[run->count] = plan->count;
}

static void take_shares(Call *call, Run *run, const Json *before) {
        const Json *people = json_get(before, "to");
        size_t most = people && people->kind == JSON_ARRAY ? people->count : 0;
        for (size_t i = 0; i < run->handover.rules_count; i++)
                most += run->handover.rules[i].to_count;
        run->shares = arena_array(call->context->arena, Share, most + 1);
        for (size_t i = 0; people && i < people->count; i++)
                run->shares[run->shares_count++] = (Share){.user = json_int(json_get(&people->items[i], "user"), "id", -json_int(json_get(&people->items[i], "pool"), "id", 0)), .count = json_int(&people->items[i], "count", 0)};
        for (size_t i = 0; i < run->shares_count; i++)
                run->shares[i].before = run->shares[i].count;
}

typedef struct Prepare { Run *run; Job *job; const Json *request; } Prepare;

static Status prepare(Call *call, void *arg) {
        const Prepare *prepared = arg;
        Run *run = prepared->run;
        Json *before = NULL;
        *run = (Run){.job = prepared->job->id};
        int64_t user = json_int(prepared->request, "user", 0);
        TRY(handover_may(call, user));
        TRY(handover_take(call, user, prepared->request, &run->handover));
        TRY(handover_plan(call, &run->handover, &run->plan));
        keep_moving(&run->plan);
        group(call, run);
        if (prepared->job->before.len)
                TRY(json_parse(call->context, prepared->job->before, REQUEST_DEPTH, &before));
        take_shares(call, run, before);
        return STATUS_OK;
}

// ---- One record

static void count_for(Run *run, int64_t user) {
        for (size_t i = 0; i < run->shares_count; i++)
                if (run->shares[i].user == user) {
                        run->shares[i].count++;
                        return;
                }
        run->shares[run->shares_count++] = (Share){.user = user, .count = 1};
}

// Whoever takes over a superior's people does not become his own superior: above him comes who stood above the one who leaves.
static Status receiver(Call *call, const Run *run, const Field *field, const HeldRecord *held, Value *ret) {
        *ret = value_int(held->to);
        if (!str_is(field->object->name, "user") || held->record != held->to || !str_is(field->name, "superior"))
                return STATUS_OK;
        const Person *leaver = access_person(call->actor->access, run->handover.user);
        bool another = leaver && leaver->superior && leaver->superior != held->record;
        *ret = another ? value_int(leaver->superior) : VALUE_NONE;
        return STATUS_OK;
}

static Status take_fields(Call *call, const Run *run, const Record *before, size_t at, bool owner, RecordInput *input, size_t *ret_count) {
        *ret_count = 0;
        for (size_t i = run->starts[at]; i < run->starts[at + 1]; i++) {
                const HeldRecord *held = &run->plan.records[i];
                for (size_t k = 0; k < before->object->fields_count; k++) {
                        const Field *field = before->object->fields[k];
                        bool his = field->id == held->field && before->values[k].kind == VALUE_INTEGER && before->values[k].integer == run->handover.user;
                        if (!his || (field->role == FIELD_OWNER) != owner)
                                continue;
                        TRY(receiver(call, run, field, held, &input->values[k]));
                        input->given[k] = true;
                        ++*ret_count;
                }
        }
        return STATUS_OK;
}

// As the action assign: with the right to give away, past the rights to fields; what locks and demands its object's rules make of actions holds.
static Status give_owner(Call *call, const Record *before, const RecordInput *input) {
        const Object *object = before->object;
        bool allowed = false;
        TRY(record_allowed(call, VERB_UPDATE, before, &allowed));
        if (!allowed || !(call->actor->administrator || actor_may_act(call->actor, object, STR(ACTION_ASSIGN))))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        WriteOptions options = {.as_system = true, .action = ACTION};
        call->acted_object = object;
        call->acted_id = before->id;
        Status status = record_update(call, object, before->id, input, &options);
        call->acted_object = NULL;
        call->acted_id = 0;
        return status;
}

// Into a pool: with the right to give away, as to a colleague.
static Status give_pool(Call *call, const Run *run, const Record *before, int64_t pool) {
        const Object *object = before->object;
        const Person *leaver = access_person(call->actor->access, run->handover.user);
        bool allowed = false;
        TRY(record_allowed(call, VERB_UPDATE, before, &allowed));
        if (!allowed || !(call->actor->administrator || actor_may_act(call->actor, object, STR(ACTION_ASSIGN))))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        Str reason = text_format(call->context->arena, call->context->lang, "pool.reason_handover", (Str[4]){leaver ? leaver->name : STR_NONE});
        Movement movement = {.object = object, .record = before->id, .pool = pool, .from = run->handover.user, .kind = MOVEMENT_RELEASE, .reason = reason};
        return movement_put(call, before, &movement);
}

static int64_t pool_among(const Run *run, size_t at) {
        for (size_t i = run->starts[at]; i < run->starts[at + 1]; i++)
                if (run->plan.records[i].to < 0)
                        return -run->plan.records[i].to;
        return 0;
}

static Status keep(Call *call, const Run *run, const Record *before) {
        Record *after = NULL;
        TRY(record_read_row(call, before->object, before->id, false, false, &after));
        if (!after || after->version == before->version)
                return STATUS_OK;
        BulkChange change = {.job = run->job, .record = before->id, .version = after->version, .kind = CHANGE_UPDATE, .changes = bulk_difference(call->context->arena, before, after)};
        return change.changes.len ? bulk_change_add(call, before->object, &change) : STATUS_OK;
}

static Status close_account(Call *call, const Run *run, const Record *before) {
        RecordInput *input = record_input_new(call->context->arena, before->object);
        record_input_set(input, "active", value_bool(false));
        WriteOptions options = {.action = ACTION};
        TRY(record_update(call, before->object, before->id, input, &options));
        for (const ObjectModule *const *module = record_modules(call->org); module && *module; module++)
                for (size_t i = 0; i < (*module)->holdings_count; i++)
                        if ((*module)->holdings[i].end)
                                TRY((*module)->holdings[i].end(call, run->handover.user));
        return keep(call, run, before);
}

static Status hand_over(Call *call, const Run *run, const Record *before, size_t at) {
        RecordInput *owner = record_input_new(call->context->arena, before->object), *others = record_input_new(call->context->arena, before->object);
        size_t owners = 0, fields = 0;
        TRY(take_fields(call, run, before, at, true, owner, &owners));
        TRY(take_fields(call, run, before, at, false, others, &fields));
        WriteOptions options = {.action = ACTION};
        if (fields) // first: with the owner the right to write the others may go
                TRY(record_update(call, before->object, before->id, others, &options));
        int64_t pool = owners ? pool_among(run, at) : 0;
        if (pool)
                TRY(give_pool(call, run, before, pool));
        else if (owners)
                TRY(give_owner(call, before, owner));
        return keep(call, run, before);
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        Run *run = slices->self;
        Status status = STATUS_OK;
        Record *before = NULL;
        (void)ret_note;
        bool account = run->starts[slices->at] == run->starts[slices->at + 1];
        if (!query_visible(call, slices->object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(record_load(call, slices->object, id, &before));
        if (account)
                return close_account(call, run, before);
        TRY(hand_over(call, run, before, slices->at));
        for (size_t i = run->starts[slices->at]; i < run->starts[slices->at + 1]; i++)
                count_for(run, run->plan.records[i].to);
        return STATUS_OK;
}

// A transaction that is run again counts again.
static Status begin(Slices *slices, Call *call) {
        Run *run = slices->self;
        call->source = ACTION;
        for (size_t i = 0; i < run->shares_count; i++) {
                if (slices->first == run->first)
                        run->shares[i].count = run->shares[i].before;
                else
                        run->shares[i].before = run->shares[i].count;
        }
        run->first = slices->first;
        return STATUS_OK;
}

// ---- Telling

static void put(Slices *slices, JsonWriter *w) {
        const Run *run = slices->self;
        json_put_int(w, "user", run->handover.user);
        json_key(w, STR("to"));
        json_open_array(w);
        for (size_t i = 0; i < run->shares_count; i++) {
                json_open_object(w);
                int64_t receiver = run->shares[i].user;
                json_key(w, receiver < 0 ? STR("pool") : STR("user"));
                json_open_object(w);
                json_put_int(w, "id", receiver < 0 ? -receiver : receiver);
                json_close_object(w);
                json_put_int(w, "count", run->shares[i].count);
                json_close_object(w);
        }
        json_close_array(w);
}

static Status end(Slices *slices, Call *call) {
        const Run *run = slices->self;
        const Object *object = catalog_get(call->catalog, "user");
        const Person *leaver = access_person(call->actor->access, run->handover.user);
        for (size_t i = 0; leaver && i < run->shares_count; i++) {
                Str count = str_format(call->context->arena, "%lld", (long long)run->shares[i].count);
                if (run->shares[i].count)
                        TRY(notify_with(call, run->shares[i].user, NOTIFY_ASSIGNED, "notify.handover", object, leaver->id, leaver->name, count));
        }
        return STATUS_OK;
}

Status handover_run(Job *job, void *arg) {
        const Str *text = arg;
        Json *request = NULL;
        Run run;
        TRY(json_parse(&job->context, *text, REQUEST_DEPTH, &request));
        Prepare prepared = {.run = &run, .job = job, .request = request};
        TRY(slices_read(job, false, prepare, &prepared));
        Slices slices = {.job = job, .ids = run.ids, .objects = run.objects, .count = run.count, .self = &run, .begin = begin, .one = one, .end = end, .put = put};
        return slices_run(&slices);
}
