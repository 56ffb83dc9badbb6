// A person moves to another department. The records that he owns belong to the department he is in, so those of the old one follow him, in slices, unless they are
// to be left where they are.
#include "objects/user/move.h"
#include "access/audit.h"
#include "flow/slices.h"
#include "objects/shared/assign.h"
#include "objects/shared/found.h"
#include "record/write.h"

#define REQUEST_CAP 1000

// ---- Starting

static void put_department(JsonWriter *w, const char *key, Value department) {
        json_key(w, str_from(key));
        if (department.kind == VALUE_INTEGER)
                json_add_int(w, department.integer);
        else
                json_add_null(w);
}

static Str request_json(Arena *arena, int64_t user, Value from, Value to) {
        Buf buf = buf_make(arena, REQUEST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_int(&w, "user", user);
        put_department(&w, "from", from);
        put_department(&w, "to", to);
        json_close_object(&w);
        return buf_str(&buf);
}

Status follow_start(Call *call, int64_t user, Value from, Value to, int64_t *ret_job) {
        int64_t job = 0;
        JobStart start = {.kind = FOLLOW_JOB, .request = request_json(call->context->arena, user, from, to)};
        TRY(job_start(call, &start, &job));
        AuditEntry entry = {.kind = "user.move", .user = call->actor->user, .object = catalog_get(call->catalog, "user")->id, .record = user, .peer = call->peer, .detail = start.request};
        TRY(audit_add(call->db, &entry));
        if (ret_job)
                *ret_job = job;
        return STATUS_OK;
}

static Status take_choice(Call *call, const Json *body, int64_t *ret_department, bool *ret_follow) {
        Context *context = call->context;
        Str records = json_str(body, "records", STR("follow"));
        const Json *given = json_get(body, "records");
        Status status = body_id(context, body, "department", ret_department);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        *ret_follow = str_is(records, "follow");
        if ((given && given->kind != JSON_STRING) || !(*ret_follow || str_is(records, "leave")))
                (void)error_add(context, STR("records"), "records_follow_or_leave");
        return error_status(context);
}

Status action_move(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        int64_t department = 0, job = 0;
        bool follow = true, settled = call->settled;
        Value from = record_value(record, "department");
        TRY(take_choice(call, body, &department, &follow));
        RecordInput *input = record_input_new(call->context->arena, record->object);
        record_input_set(input, "department", value_int(department));
        WriteOptions options = {.action = STR("move")};
        call->settled = true;
        Status status = record_update(call, record->object, record->id, input, &options);
        call->settled = settled;
        TRY(status);
        if (follow && !value_eq(from, value_int(department)))
                TRY(follow_start(call, record->id, from, value_int(department), &job));
        json_open_object(w);
        json_put_int(w, "id", record->id);
        put_department(w, "job", job ? value_int(job) : VALUE_NONE);
        json_close_object(w);
        return STATUS_OK;
}

// ---- Following

typedef struct Follow { int64_t user, from; Found found; } Follow;

static Status find_records(Call *call, void *arg) {
        Follow *follow = arg;
        follow->found.count = 0;
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *object = call->catalog->objects[i];
                if (object->retired || !object->follow_owner)
                        continue;
                Sql where = db_sql(call->db);
                sql(&where, "\"owner_id\" = ");
                sql_int(&where, follow->user);
                sql(&where, " and \"department_id\"");
                if (follow->from) {
                        sql(&where, " = ");
                        sql_int(&where, follow->from);
                } else {
                        sql(&where, " is null");
                }
                TRY(found_add(call, object, &where, &follow->found));
        }
        return STATUS_OK;
}

// It may be somebody else's by now, and he may have moved on: what holds now counts.
static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Follow *follow = slices->self;
        const Object *object = slices->object;
        const Person *person = access_person(call->actor->access, follow->user);
        Record *record = NULL;
        (void)ret_note;
        TRY(record_read_row(call, object, id, false, true, &record));
        if (!record || !person || record->values[object->owner->index].integer != follow->user || record->values[object->department->index].integer != follow->from)
                return STATUS_OK;
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "department", person->department ? value_int(person->department) : VALUE_NONE);
        WriteOptions options = {.as_system = true, .exact = true, .action = STR("follow")};
        return record_update(call, object, id, input, &options);
}

Status follow_run(Job *job, void *arg) {
        const Str *text = arg;
        Json *request = NULL;
        TRY(json_parse(&job->context, *text, 4, &request));
        Follow follow = {.user = json_int(request, "user", 0), .from = json_int(request, "from", 0)};
        TRY(slices_read(job, true, find_records, &follow));
        Slices slices = {.job = job, .ids = follow.found.ids, .objects = follow.found.objects, .count = follow.found.count, .for_system = true, .self = &follow, .one = one};
        return slices_run(&slices);
}
