// The way of a record through its mode's stages, for the hooks of its object: which mode it takes, what a move is refused for, and what follows when it is stored.
#include "base/date.h"
#include "objects/sales_mode/process.h"
#include "record/write.h"

#define DUE_MINUTE (18 * 60) // tasks are due at the end of a working day

// ---- The mode

// Is it for this department: named with it or one above it, or what is left to those that no other mode is for?
static Status is_for(Call *call, const Object *object, int64_t id, int64_t department, Str departments, bool *ret) {
        int64_t own = 0;
        *ret = departments_reach(call->actor->access, departments, department) >= 0;
        if (*ret)
                return STATUS_OK;
        TRY(mode_for_department(call, object, department, &own));
        *ret = own == id;
        return STATUS_OK;
}

// One of the owner's departments or of the caller's.
static Status may_take(Call *call, const Record *record, int64_t id, bool *ret) {
        const Person *me = access_person(call->actor->access, call->actor->user);
        Value owners = record_value(record, "department");
        Str departments = STR_NONE;
        Sql select = db_sql(call->db);
        sql(&select, "select departments from sales_mode where deleted_at is null and active and id = ");
        sql_int(&select, id);
        sql(&select, " and object = ");
        sql_str(&select, record->object->name);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_first(call->db, &select, &rows, ret));
                Value list = *ret ? rows_value(rows, 0, VALUE_TEXT) : VALUE_NONE;
                departments = list.kind == VALUE_TEXT ? list.text : STR_NONE;
        }
        if (!*ret || call->actor->administrator)
                return STATUS_OK;
        TRY(is_for(call, record->object, id, owners.kind == VALUE_INTEGER ? owners.integer : 0, departments, ret));
        if (!*ret && me)
                TRY(is_for(call, record->object, id, me->department, departments, ret));
        for (size_t i = 0; me && i < me->others_count && !*ret; i++)
                TRY(is_for(call, record->object, id, me->others[i], departments, ret));
        return STATUS_OK;
}

// A new record whose stage nobody named begins at the mode's first one.
static void begin_at_first(RecordChange *change, const Mode *mode) {
        const Field *stage = change->object->stage;
        const Stage *first = mode_first(mode, "open");
        if (!change->before && !change->given[stage->index] && first)
                change->after->values[stage->index] = value_text(first->key);
}

static Status take_own(Call *call, RecordChange *change, Mode **ret) {
        Value department = record_value(change->after, "department");
        int64_t id = 0;
        TRY(mode_for_department(call, change->object, department.kind == VALUE_INTEGER ? department.integer : 0, &id));
        if (id)
                TRY(mode_load(call, id, ret));
        if (*ret)
                record_set(change->after, "mode", value_int(id));
        return STATUS_OK;
}

Status process_take_mode(Call *call, RecordChange *change, Mode **ret) {
        const Field *field = object_get(change->object, "mode");
        Value mode = change->after->values[field->index];
        bool allowed = true, named = change->by_user && change->given[field->index] && record_changed(change, field);
        *ret = NULL;
        if (value_is_null(mode) && !change->before) {
                TRY(take_own(call, change, ret));
        } else if (value_is_null(mode) && named && !call->actor->administrator) { // else whoever wants past a gate takes the mode away
                (void)error_add(call->context, field->name, "required");
        } else {
                if (mode.kind == VALUE_INTEGER && named)
                        TRY(may_take(call, change->after, mode.integer, &allowed));
                if (!allowed)
                        (void)error_add(call->context, field->name, "mode_not_yours");
                else
                        TRY(mode_of(call, change->after, ret));
        }
        if (*ret)
                begin_at_first(change, *ret);
        return STATUS_OK;
}

// ---- Refusing

// What has an error already is not called empty on top of it.
static bool has_error(const Context *context, Str name) {
        for (size_t i = 0; i < context->error.count; i++) {
                Str at = context->error.items[i].field;
                if (str_eq(at, name) || (at.len > name.len && str_ends(at, name) && at.data[at.len - name.len - 1] == '.'))
                        return true;
        }
        return false;
}

static void refuse(Call *call, const Field *stage, const Missing *missing) {
        Context *context = call->context;
        const Stage *asks = missing->stage;
        if (missing->kind == MISSING_TASK) {
                (void)error_add(context, stage->name, "stage_task_open", missing->task->title, asks->label);
        } else if (missing->kind == MISSING_CRITERIA) {
                Str message = asks->exit_message.len ? asks->exit_message : text_format(context->arena, context->lang, "stage.gate", (Str[4]){asks->label});
                (void)error_add(context, stage->name, "stage_gate", message);
        } else if (missing->unseen) {
                (void)error_add(context, stage->name, "required_unseen");
        } else if (!has_error(context, missing->field->name)) {
                (void)error_add(context, missing->field->name, "required");
        }
}

static void ask_lost(Call *call, const RecordChange *change, const Mode *mode) {
        if (mode->lost_competitor && value_is_null(record_value(change->after, "competitor")) && !has_error(call->context, STR("competitor")))
                (void)error_add(call->context, STR("competitor"), "required");
        if (mode->lost_category && value_is_null(record_value(change->after, "lost_category")) && !has_error(call->context, STR("lost_category")))
                (void)error_add(call->context, STR("lost_category"), "required");
}

static Status ask_gate(Call *call, const RecordChange *change, const Mode *mode, const Stage *to) {
        const Field *mode_field = object_get(change->object, "mode");
        Gate gate = {.call = call, .mode = mode, .record = change->after, .to = to};
        MissingList missing = {0};
        if (!change->before)
                gate.tasks = str_is(call->source, "api"); // what is imported was elsewhere before
        else if (!record_changed(change, mode_field))
                TRY(gate_from(call, mode, change->before, &gate));
        TRY(gate_missing(&gate, &missing));
        for (size_t i = 0; i < missing.count; i++)
                refuse(call, change->object->stage, &missing.items[i]);
        return STATUS_OK;
}

Status process_ask(Call *call, const RecordChange *change, const Mode *mode) {
        const Field *field = change->object->stage;
        Value key = change->after->values[field->index];
        const Stage *to = key.kind == VALUE_TEXT ? mode_stage(mode, key.text) : NULL;
        bool imported = str_is(call->source, "import");
        if (!to || (to->retired && !imported && record_changed(change, field))) {
                (void)error_add(call->context, field->name, "stage_not_in_mode", mode->name);
                return STATUS_OK;
        }
        if (!str_is(to->outcome, "lost"))
                return ask_gate(call, change, mode, to);
        if (!imported && record_changed(change, field))
                ask_lost(call, change, mode);
        return STATUS_OK;
}

// ---- What follows

static Status has_task(Call *call, Str target, int64_t stage_task, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from task where deleted_at is null and target = ");
        sql_str(&select, target);
        sql(&select, " and stage_task_id + 0 = "); // the target's index is the one that answers
        sql_int(&select, stage_task);
        sql(&select, " and status <> 'cancelled' limit 1");
        return db_get_int(call->db, &select, NULL, ret);
}

static Str title_of(Call *call, const StageTask *task) {
        const Field *type = object_get(catalog_get(call->catalog, "stage_task"), "type");
        const Option *option = str_is(task->type, "task") ? NULL : field_option(type, task->type);
        if (!option)
                return task->title;
        return text_format(call->context->arena, call->context->lang, "stage.task_title", (Str[4]){label_text(&option->label, call->context->lang), task->title});
}

static Status make_task(Call *call, const Record *record, Str target, const StageTask *task) {
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "task"));
        const Zone *zone = call->catalog->zone;
        int32_t day = zone_day(zone, call->context->now_ms) + (int32_t)task->due_days;
        Str title = title_of(call, task);
        int64_t id = 0;
        record_input_set(input, "name", value_text(title));
        record_input_set(input, "title", value_text(title));
        record_input_set(input, "target", value_text(target));
        record_input_set(input, "due_at", value_datetime(zone_to_utc(zone, day, DUE_MINUTE * 60000)));
        record_input_set(input, "stage_task", value_int(task->id));
        Value owner = record_value(record, "owner");
        WriteOptions options = {.as_system = true, .action = STR("stage"), .owner = owner.kind == VALUE_INTEGER ? owner.integer : 0};
        return record_create(call, input, &options, &id);
}

// *ret: the list of those that were made, as it is stored; empty: none.
static Status make_tasks(Call *call, const Record *record, Str target, const Stage *stage, Str *ret) {
        Buf made = buf_make(call->context->arena, 16384);
        *ret = STR_NONE;
        for (size_t i = 0; stage && i < stage->tasks_count; i++) {
                bool there = false;
                TRY(has_task(call, target, stage->tasks[i].id, &there));
                if (there)
                        continue;
                TRY(make_task(call, record, target, &stage->tasks[i]));
                buf_format(&made, "%s\"%lld\"", made.len ? "," : "[", (long long)stage->tasks[i].id);
        }
        if (made.len)
                buf_lit(&made, "]");
        *ret = buf_str(&made);
        return STATUS_OK;
}

static Str label_at(Call *call, const RecordChange *change, const Mode *mode, Value key) {
        const Stage *stage = mode_stage(mode, key.text);
        const Option *option = field_option(change->object->stage, key.text);
        return stage ? stage->label : option ? label_text(&option->label, call->context->lang) : key.text;
}

static bool is_forward(const Mode *mode, Value from, Value to) {
        const Stage *left = from.kind == VALUE_TEXT ? mode_stage(mode, from.text) : NULL, *entered = mode_stage(mode, to.text);
        if (!entered || value_is_null(from) || str_is(entered->outcome, "lost"))
                return false;
        return !left || str_is(entered->outcome, "won") || (!stage_is_closed(left) && entered->place > left->place);
}

static Status note_change(Call *call, const RecordChange *change, const Mode *mode, Str target, Str made) {
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "stage_change"));
        Value to = record_value(change->after, "stage"), from = change->before ? record_value(change->before, "stage") : VALUE_NONE;
        Value since = change->before ? record_value(change->before, "stage_changed_at") : VALUE_NONE;
        bool moved = !value_eq(from, to);
        Str to_label = label_at(call, change, mode, to), from_label = from.kind == VALUE_TEXT ? label_at(call, change, mode, from) : STR_NONE;
        int64_t id = 0;
        record_input_set(input, "name", value_text(from_label.len ? str_format(call->context->arena, STR_FMT " → " STR_FMT, STR_ARG(from_label), STR_ARG(to_label)) : to_label));
        record_input_set(input, "owner", VALUE_NONE); // it is its record's: whoever sees that sees this
        record_input_set(input, "target", value_text(target));
        record_input_set(input, "from", from);
        record_input_set(input, "to", to);
        record_input_set(input, "from_label", from_label.len ? value_text(from_label) : VALUE_NONE);
        record_input_set(input, "to_label", value_text(to_label));
        record_input_set(input, "at", value_datetime(call->context->now_ms));
        record_input_set(input, "by", call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        if (moved && since.kind == VALUE_DATETIME && since.ms <= call->context->now_ms)
                record_input_set(input, "seconds", value_int((call->context->now_ms - since.ms) / 1000));
        record_input_set(input, "amount", record_value(change->after, "amount"));
        record_input_set(input, "mode", value_int(mode->id));
        record_input_set(input, "forward", value_bool(moved && is_forward(mode, from, to)));
        if (made.len)
                record_input_set(input, "tasks", value_text(made));
        WriteOptions options = {.as_system = true, .action = STR("stage")};
        return record_create(call, input, &options, &id);
}

Status process_entered(Call *call, const RecordChange *change) {
        if (!change->after || change->kind == CHANGE_RESTORE)
                return STATUS_OK;
        bool same = change->before && !record_changed(change, change->object->stage) && !record_changed(change, object_get(change->object, "mode"));
        Value key = change->after->values[change->object->stage->index];
        Mode *mode = NULL;
        Str made = STR_NONE;
        if (same || key.kind != VALUE_TEXT)
                return STATUS_OK;
        TRY(mode_of(call, change->after, &mode));
        if (!mode)
                return STATUS_OK;
        Str target = str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(change->object->name), (long long)change->id);
        if (str_is(call->source, "api")) // not what is imported: that was elsewhere before
                TRY(make_tasks(call, change->after, target, mode_stage(mode, key.text), &made));
        return note_change(call, change, mode, target, made);
}
