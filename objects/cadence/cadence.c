// Cadences: the steps of one become tasks of whoever was given a record, and are cancelled when it is settled or changes hands.
#include "objects/cadence/cadence.h"
#include "access/hours.h"
#include "record/write.h"

#define STEPS_MOST 50
#define TASKS_MOST 200
#define TITLE_CHARACTERS 200

typedef struct Step { int64_t id, days; bool working; Str title, type; } Step;

static Str target_text(Call *call, const Record *record) {
        return str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(record->object->name), (long long)record->id);
}

static Status read_steps(Call *call, int64_t cadence, Step *steps, size_t *ret_count) {
        Sql select = db_sql(call->db);
        *ret_count = 0;
        sql(&select, "select s.\"id\", s.days, s.working_days, s.title, s.type from cadence_step s join cadence c on c.\"id\" = s.cadence_id where s.deleted_at is null and c.deleted_at is null and c.active = ");
        sql_value(&select, value_bool(true));
        sql(&select, " and s.cadence_id = ");
        sql_int(&select, cadence);
        sql(&select, " order by s.days, s.\"id\" limit ");
        sql_int(&select, STEPS_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < STEPS_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Value working = rows_value(rows, 2, VALUE_BOOL);
                steps[(*ret_count)++] = (Step){rows_int(rows, 0), rows_int(rows, 1), working.kind == VALUE_BOOL && working.boolean, rows_value(rows, 3, VALUE_TEXT).text, rows_value(rows, 4, VALUE_TEXT).text};
        }
        return STATUS_OK;
}

// Due when work ends that day; what is due today when it ends, or in an hour when that is over.
static int64_t due_ms(Call *call, const Step *step) {
        OrgView view = org_view(call->org);
        const WorkHours *hours = &view.settings->hours;
        int32_t day = hours_day_after(hours, zone_day(call->catalog->zone, call->context->now_ms), step->days, step->working);
        int64_t due = hours_day_end(hours, call->catalog->zone, day), soonest = call->context->now_ms + 3600000;
        org_view_done(&view);
        return due > soonest ? due : soonest;
}

static Status make_task(Call *call, const Record *record, const Step *step) {
        Arena *arena = call->context->arena;
        const Object *task = catalog_get(call->catalog, "task"), *steps = catalog_get(call->catalog, "cadence_step");
        Value owner = record_value(record, "owner");
        const Person *person = access_person(call->actor->access, owner.integer);
        const Option *type = field_option(object_get(steps, "type"), step->type);
        Str title = type && !str_is(step->type, "other") ? str_format(arena, STR_FMT " · " STR_FMT, STR_ARG(label_text(&type->label, person ? person->lang : LANG_ZH_CN)), STR_ARG(step->title)) : step->title;
        RecordInput *input = record_input_new(arena, task);
        record_input_set(input, "title", value_text(title));
        record_input_set(input, "due_at", value_datetime(due_ms(call, step)));
        record_input_set(input, "target", value_text(target_text(call, record)));
        record_input_set(input, "owner", owner);
        record_input_set(input, "cadence_step", value_int(step->id));
        WriteOptions options = {.as_system = true, .action = STR("cadence")};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

Status cadence_begin(Call *call, const Record *record, int64_t cadence) {
        Step steps[STEPS_MOST];
        size_t count = 0;
        if (!cadence || record_value(record, "owner").kind != VALUE_INTEGER)
                return STATUS_OK;
        TRY(read_steps(call, cadence, steps, &count));
        for (size_t i = 0; i < count; i++)
                TRY(make_task(call, record, &steps[i]));
        return STATUS_OK;
}

static Status read_open(Call *call, const Record *record, int64_t *ids, size_t *ret_count) {
        Sql select = db_sql(call->db);
        *ret_count = 0;
        sql(&select, "select \"id\" from task where deleted_at is null and target = ");
        sql_str(&select, target_text(call, record));
        sql(&select, " and cadence_step_id is not null and status in ('open', 'doing') order by \"id\" limit ");
        sql_int(&select, TASKS_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < TASKS_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ids[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

Status cadence_end(Call *call, const Record *record) {
        int64_t ids[TASKS_MOST];
        size_t count = 0;
        const Object *task = catalog_get(call->catalog, "task");
        TRY(read_open(call, record, ids, &count));
        for (size_t i = 0; i < count; i++) {
                RecordInput *input = record_input_new(call->context->arena, task);
                record_input_set(input, "status", value_text(STR("cancelled")));
                WriteOptions options = {.as_system = true, .action = STR("cadence")};
                TRY(record_update(call, task, ids[i], input, &options));
        }
        return STATUS_OK;
}
