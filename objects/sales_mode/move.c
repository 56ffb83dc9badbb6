// Moving what is in one stage to another: an administrator's answer to stages that changed while records were on their way. Gates are not asked; each record goes through the
// record pipeline, and what was changed is kept for taking it back.
#include "objects/sales_mode/move.h"
#include "flow/bulk_change.h"
#include "flow/slices.h"
#include "objects/sales_mode/process.h"
#include "objects/shared/assign.h"
#include "objects/shared/found.h"
#include "record/write.h"

#define ACTION STR("stage_move")
#define REQUEST_CAP 4096

typedef struct Move {
        int64_t job, mode, to_mode;
        Str object, from, to;
        bool adopt;
        Found found;
        const Mode *target; // of the transaction
} Move;

// ---- Starting

static Status take_stage(Call *call, const Mode *mode, const Json *body, const char *member, bool open, Str *ret) {
        const Json *json = json_get(body, member);
        if (!json || json->kind == JSON_NULL)
                return error_add(call->context, str_from(member), "required");
        if (json->kind != JSON_STRING)
                return error_add(call->context, str_from(member), "wrong_type", STR("text"));
        const Stage *stage = mode ? mode_stage(mode, json->text) : NULL;
        if (open && (!stage || stage->retired))
                return error_add(call->context, str_from(member), "stage_not_in_mode", mode ? mode->name : STR_NONE);
        *ret = json->text;
        return STATUS_OK;
}

static Status object_of(Call *call, int64_t mode, Str *ret) {
        Record *record = NULL;
        TRY(record_load(call, catalog_get(call->catalog, "sales_mode"), mode, &record));
        *ret = record_value(record, "object").text;
        return STATUS_OK;
}

static Status take(Call *call, int64_t id, const Json *body, Move *move) {
        Mode *mode = NULL;
        *move = (Move){.mode = id, .to_mode = id, .adopt = json_bool(body, "adopt", false)};
        TRY(object_of(call, id, &move->object));
        const Json *other = json_get(body, "mode");
        if (other && other->kind != JSON_NULL && !move->adopt)
                TRY(body_id(call->context, body, "mode", &move->to_mode));
        TRY(mode_load(call, move->to_mode, &mode));
        if (!mode)
                return error_add(call->context, STR("mode"), "mode_empty");
        Str object = STR_NONE;
        TRY(object_of(call, move->to_mode, &object));
        if (!str_eq(object, move->object))
                return error_add(call->context, STR("mode"), "mode_object");
        bool named = json_get(body, "to") && json_get(body, "to")->kind != JSON_NULL;
        Status to = move->adopt && !named ? STATUS_OK : take_stage(call, mode, body, "to", true, &move->to);
        Status from = move->adopt ? STATUS_OK : take_stage(call, mode, body, "from", false, &move->from);
        return to != STATUS_OK ? to : from;
}

// As that of a bulk change: undoing it takes the right to write the stage.
static Str request_json(Arena *arena, const Move *move) {
        Buf buf = buf_make(arena, REQUEST_CAP);
        JsonWriter w = json_writer(&buf);
        json_open_object(&w);
        json_put_str(&w, "object", move->object);
        json_put_str(&w, "op", STR("update"));
        json_put_int(&w, "mode", move->mode);
        json_put_int(&w, "to_mode", move->to_mode);
        json_put_str(&w, "from", move->from);
        json_put_str(&w, "to", move->to);
        json_put_bool(&w, "adopt", move->adopt);
        json_key(&w, STR("values"));
        json_open_object(&w);
        json_put_str(&w, "stage", move->to);
        json_close_object(&w);
        json_close_object(&w);
        return buf_str(&buf);
}

Status stage_move_start(Call *call, int64_t mode, const Json *body, int64_t *ret_job) {
        Move move;
        TRY(take(call, mode, body, &move));
        JobStart start = {.kind = STAGE_MOVE_JOB, .request = request_json(call->context->arena, &move), .undo_until_ms = call->context->now_ms + STAGE_MOVE_UNDO_DAYS * 86400000LL};
        return job_start(call, &start, ret_job);
}

// ---- Which records

static Status of_stage(Call *call, const Object *object, Move *move) {
        Sql where = db_sql(call->db);
        sql(&where, "mode_id = ");
        sql_int(&where, move->mode);
        sql(&where, " and ");
        sql_name(&where, object->stage->column);
        sql(&where, " = ");
        sql_str(&where, move->from);
        return found_add(call, object, &where, &move->found);
}

// Of the departments, those that this mode is the right one for.
static Status without_mode(Call *call, const Object *object, Move *move) {
        const Access *access = call->actor->access;
        int64_t *departments = arena_array(call->context->arena, int64_t, access->departments_count + 1), mode = 0;
        size_t count = 0;
        for (size_t i = 0; i < access->departments_count; i++) {
                TRY(mode_for_department(call, object, access->departments[i].id, &mode));
                if (mode == move->mode)
                        departments[count++] = access->departments[i].id;
        }
        Sql where = db_sql(call->db);
        sql(&where, "mode_id is null and (department_id in ");
        sql_int_list(&where, departments, count);
        TRY(mode_for_department(call, object, 0, &mode));
        if (mode == move->mode)
                sql(&where, " or department_id is null");
        sql(&where, ")");
        for (size_t i = 0; i < object->stage->options_count; i++) {
                const Option *option = &object->stage->options[i];
                if (!str_is(option->outcome, "won") && !str_is(option->outcome, "lost"))
                        continue;
                sql(&where, " and ");
                sql_name(&where, object->stage->column);
                sql(&where, " <> ");
                sql_str(&where, option->key);
        }
        return found_add(call, object, &where, &move->found);
}

static Status find(Call *call, void *arg) {
        Move *move = arg;
        const Object *object = catalog_find(call->catalog, move->object);
        if (!object || !object->stage)
                return error_set(call->context, STATUS_NOT_FOUND, "unknown_object", move->object);
        move->found.count = 0;
        return move->adopt ? without_mode(call, object, move) : of_stage(call, object, move);
}

// ---- One record

static Status begin(Slices *slices, Call *call) {
        Move *move = slices->self;
        Mode *mode = NULL;
        if (!call->actor->administrator)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(mode_load(call, move->to_mode, &mode));
        move->target = mode;
        return mode ? STATUS_OK : error_set(call->context, STATUS_CONFLICT, "mode_empty");
}

// Found anew before it is moved: somebody may have moved it meanwhile.
static bool still_there(const Move *move, const Record *record) {
        Value mode = record_value(record, "mode"), stage = record->values[record->object->stage->index];
        if (move->adopt)
                return value_is_null(mode);
        return mode.kind == VALUE_INTEGER && mode.integer == move->mode && stage.kind == VALUE_TEXT && str_eq(stage.text, move->from);
}

static Status one(Slices *slices, Call *call, int64_t id, Str *ret_note) {
        const Move *move = slices->self;
        const Object *object = slices->object;
        Record *before = NULL, *after = NULL;
        (void)ret_note;
        TRY(record_read_row(call, object, id, false, true, &before));
        if (!before || !still_there(move, before))
                return STATUS_OK;
        Value stage = before->values[object->stage->index];
        bool stays = move->adopt && stage.kind == VALUE_TEXT && mode_stage(move->target, stage.text);
        if (!stays && str_empty(move->to))
                return error_set(call->context, STATUS_CONFLICT, "stage_not_in_mode", move->target->name);
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "mode", value_int(move->to_mode));
        if (!stays)
                record_input_set(input, str_c(call->context->arena, object->stage->name), value_text(move->to));
        WriteOptions options = {.as_system = true, .action = ACTION};
        TRY(record_update(call, object, id, input, &options));
        TRY(record_read_row(call, object, id, false, false, &after));
        if (!after || after->version == before->version)
                return STATUS_OK;
        BulkChange change = {.job = move->job, .record = id, .kind = CHANGE_UPDATE, .version = after->version};
        change.changes = bulk_difference(call->context->arena, before, after);
        return change.changes.len ? bulk_change_add(call, object, &change) : STATUS_OK;
}

Status stage_move_run(Job *job, void *arg) {
        const Str *text = arg;
        Json *request = NULL;
        TRY(json_parse(&job->context, *text, 4, &request));
        Move move = {.job = job->id, .mode = json_int(request, "mode", 0), .to_mode = json_int(request, "to_mode", 0), .object = json_str(request, "object", STR_NONE), .from = json_str(request, "from", STR_NONE), .to = json_str(request, "to", STR_NONE), .adopt = json_bool(request, "adopt", false)};
        TRY(slices_read(job, false, find, &move));
        Slices slices = {.job = job, .object_name = move.object, .ids = move.found.ids, .count = move.found.count, .self = &move, .begin = begin, .one = one};
        return slices_run(&slices);
}
