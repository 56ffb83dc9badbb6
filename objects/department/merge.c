// Merging one department into another, as a job that can be taken back: people and departments below it first, so that nothing new comes in, then records, rules and the
// grants that name it; it goes to the recycle bin when nothing is left in it.
#include "objects/department/merge.h"
#include "access/audit.h"
#include "flow/bulk_change.h"
#include "flow/slices.h"
#include "objects/shared/assign.h"
#include "objects/shared/found.h"
#include "objects/shared/list.h"
#include "record/write.h"

#define ACTION STR("merge")
#define ROUNDS_MOST 5 // what people made meanwhile is found in the next one

typedef struct Merge { int64_t job, from, into; bool emptied; Found found; } Merge;

// ---- Starting

static bool is_below(const Access *access, int64_t department, int64_t top) {
        const int64_t *below = NULL;
        size_t count = 0;
        access_subtree(access, NULL, top, &below, &count);
        for (size_t i = 0; i < count; i++)
                if (below[i] == department)
                        return true;
        return false;
}

static Status check_into(Call *call, const Record *record, const Json *body, int64_t *ret_into) {
        const Access *access = call->actor->access;
        TRY(body_id(call->context, body, "into", ret_into));
        if (!access_department(access, *ret_into))
                return error_add(call->context, STR("into"), "reference_missing");
        if (is_below(access, *ret_into, record->id))
                return error_add(call->context, STR("into"), *ret_into == record->id ? "merge_itself" : "merge_below");
        return STATUS_OK;
}

// Two at once could go round in a circle.
static Status refuse_second(Call *call) {
        Sql select = db_sql(call->db);
        bool found = false;
        sql(&select, "select 1 from job where finished_at is null and kind = ");
        sql_str(&select, STR(MERGE_JOB));
        sql(&select, " limit 1");
        TRY(access_bump(call->db));
        TRY(db_get_int(call->db, &select, NULL, &found));
        return found ? error_set(call->context, STATUS_CONFLICT, "merge_busy") : STATUS_OK;
}

Status action_merge(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        Arena *arena = call->context->arena;
        int64_t into = 0, job = 0;
        if (!call->actor->administrator) // it reaches into roles and rules
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(check_into(call, record, body, &into));
        TRY(refuse_second(call));
        Str request = str_format(arena, "{\"from\":%lld,\"into\":%lld}", (long long)record->id, (long long)into);
        JobStart start = {.kind = MERGE_JOB, .request = request, .undo_until_ms = call->context->now_ms + MERGE_UNDO_DAYS * 86400000LL};
        TRY(job_start(call, &start, &job));
        AuditEntry entry = {.kind = "department.merge", .user = call->actor->user, .object = record->object->id, .record = record->id, .peer = call->peer, .detail = request};
        TRY(audit_add(call->db, &entry));
        json_open_object(w);
        json_put_int(w, "id", record->id);
        json_put_int(w, "job", job);
        json_close_object(w);
        return STATUS_OK;
}

// ---- What names it

// A record that names it twice is found once.
static bool seen_before(const NamingField *fields, size_t at) {
        for (size_t i = 0; i < at; i++)
                if (fields[i].object == fields[at].object)
                        return true;
        return false;
}

static Status find_object(Call *call, Merge *merge, const NamingField *fields, size_t count, size_t at) {
        if (seen_before(fields, at))
                return STATUS_OK;
        Sql where = db_sql(call->db);
        sql(&where, "(");
        for (size_t i = at; i < count; i++) {
                if (fields[i].object != fields[at].object)
                        continue;
                if (i > at)
                        sql(&where, " or ");
                department_named(&fields[i], merge->from, &where);
        }
        sql(&where, ")");
        return found_add(call, fields[at].object, &where, &merge->found);
}

static bool is_people(const Object *object) {
        return str_is(object->name, "user") || str_is(object->name, "department");
}

static Status find_head(Call *call, Merge *merge) {
        const Department *from = access_department(call->actor->access, merge->from), *into = access_department(call->actor->access, merge->into);
        if (from && into && from->head && !into->head)
                found_put(call->context->arena, &merge->found, catalog_get(call->catalog, "department")->id, into->id);
        return STATUS_OK;
}

static Status find_roles(Call *call, Merge *merge) {
        const Object *role = catalog_get(call->catalog, "role");
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\", \"grants\" from \"role\" where deleted_at is null and \"grants\" is not null order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool more;;) {
                TRY(rows_next(rows, &more));
                if (!more)
                        return STATUS_OK;
                Str grants = STR_NONE;
                TRY(grants_renamed(call, str_copy(call->context->arena, rows_text(rows, 1)), merge->from, merge->into, &grants));
                if (grants.len)
                        found_put(call->context->arena, &merge->found, role->id, rows_int(rows, 0));
        }
}

static Status find(Call *call, void *arg) {
        Merge *merge = arg;
        NamingField *fields = NULL;
        size_t count = 0;
        merge->found.count = 0;
        department_fields(call, &fields, &count);
        for (int people = 1; people >= 0; people--)
                for (size_t i = 0; i < count; i++)
                        if (is_people(fields[i].object) == (people == 1))
                                TRY(find_object(call, merge, fields, count, i));
        TRY(find_head(call, merge));
        TRY(find_roles(call, merge));
        merge->emptied = merge->found.count == 0;
        if (merge->emptied && access_department(call->actor->access, merge->from))
                found_put(call->context->arena, &merge->found, catalog_get(call->catalog, "department")->id, merge->from);
        return STATUS_OK;
}

// ---- One record

static Status take_fields(Call *call, const Merge *merge, const Record *before, RecordInput *input) {
        NamingField *fields = NULL;
        size_t count = 0;
        department_fields(call, &fields, &count);
        for (size_t i = 0; i < count; i++) {
                const Field *field = fields[i].field;
                Value value = before->values[field->index];
                if (fields[i].object != before->object)
                        continue;
                Str list = STR_NONE;
                if (field->type->list && value.kind == VALUE_TEXT) {
                        TRY(list_without(call->context, value.text, merge->from, merge->into, &list));
                        input->values[field->index] = list.len ? value_text(list) : VALUE_NONE;
                        input->given[field->index] = !str_eq(list, value.text);
                } else if (value.kind == VALUE_INTEGER && value.integer == merge->from) {
                        input->values[field->index] = value_int(merge->into);
                        input->given[field->index] = true;
                }
        }
        return STATUS_OK;
}

static Status take_rest(Call *call, const Merge *merge, const Record *before, RecordInput *input) {
        if (str_is(before->object->name, "role")) {
                Value grants = record_value(before, "grants");
                Str text = STR_NONE;
                TRY(grants.kind == VALUE_TEXT ? grants_renamed(call, grants.text, merge->from, merge->into, &text) : STATUS_OK);
                if (text.len)
                        record_input_set(input, "grants", value_text(text));
        }
        const Department *from = access_department(call->actor->access, merge->from);
        if (str_is(before->object->name, "department") && before->id == merge->into && from && from->head && value_is_null(record_value(before, "head")))
                record_input_set(input, "head", value_int(from->head));
        return STATUS_OK;
}

static Status remember(Call *call, const Merge *merge, const Record *before, ChangeKind kind) {
        BulkChange change = {.job = merge->job, .record = before->id, .kind = kind, .version = before->version + 1, .changes = STR("{}")};
        if (kind == CHANGE_DELETE)
                return bulk_change_add(call, before->object, &change);
        Record *after = NULL;
        TRY(record_read_row(call, before->object, before->id, false, false, &after));
        if (!after || after->version == before->version)
                return STATUS_OK;
        change.version = after->version;
        change.changes = bulk_difference(call->context->arena, before, after);
        return change.changes.len ? bulk_change_add(call, before->object, &change) : STATUS_OK;
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Merge *merge = slices->self;
        const Object *object = slices->object;
        WriteOptions options = {.as_system = true, .action = ACTION};
        Record *before = NULL;
        (void)ret_note;
        TRY(record_read_row(call, object, id, false, true, &before));
        if (!before) // gone since
                return STATUS_OK;
        if (merge->emptied) {
                TRY(record_delete(call, object, id, &options));
                return remember(call, merge, before, CHANGE_DELETE);
        }
        RecordInput *input = record_input_new(call->context->arena, object);
        TRY(take_fields(call, merge, before, input));
        TRY(take_rest(call, merge, before, input));
        TRY(record_update(call, object, id, input, &options));
        return remember(call, merge, before, CHANGE_UPDATE);
}

static Status begin(Slices *slices, Call *call) {
        (void)slices;
        call->settled = true;
        call->source = ACTION;
        return call->actor->administrator ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "forbidden");
}

static bool any_failed(const Slices *slices) {
        for (size_t i = 0; i < slices->count; i++)
                if (slices->failed[i])
                        return true;
        return false;
}

// Until a round finds nothing more, and the last one was for the department itself. Where something fails it stays, and is told.
Status merge_run(Job *job, void *arg) {
        const Str *text = arg;
        Json *request = NULL;
        TRY(json_parse(&job->context, *text, 4, &request));
        Merge merge = {.job = job->id, .from = json_int(request, "from", 0), .into = json_int(request, "into", 0)};
        for (int round = 0; round < ROUNDS_MOST && !merge.emptied; round++) {
                TRY(slices_read(job, false, find, &merge));
                Slices slices = {.job = job, .ids = merge.found.ids, .objects = merge.found.objects, .count = merge.found.count, .self = &merge, .begin = begin, .one = one};
                buf_reset(&job->result);
                TRY(slices_run(&slices));
                job->before = str_copy(job->context.arena, buf_str(&job->result));
                if (any_failed(&slices))
                        break;
        }
        return merge.emptied ? STATUS_OK : error_set(&job->context, STATUS_CONFLICT, "merge_not_empty");
}
