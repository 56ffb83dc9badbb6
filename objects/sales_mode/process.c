// Sales modes as their records say them: loading one with its stages and tasks, and finding the one for a department.
#include "objects/sales_mode/process.h"

#define LIST_DEPTH 2

static Status take_list(Call *call, Str list, Str **ret, size_t *ret_count) {
        Json *json = NULL;
        if (str_empty(list))
                return STATUS_OK;
        TRY(json_parse(call->context, list, LIST_DEPTH, &json));
        *ret = arena_array(call->context->arena, Str, json->count + 1);
        for (size_t i = 0; i < json->count; i++)
                (*ret)[(*ret_count)++] = json->items[i].text;
        return STATUS_OK;
}

static Str text_at(Rows *rows, int column) {
        Value value = rows_value(rows, column, VALUE_TEXT);
        return value.kind == VALUE_TEXT ? value.text : STR_NONE;
}

static bool flag_at(Rows *rows, int column) {
        Value value = rows_value(rows, column, VALUE_BOOL);
        return value.kind == VALUE_BOOL && value.boolean;
}

static Status take_stage(Call *call, Rows *rows, Stage *stage) {
        Value probability = rows_value(rows, 4, VALUE_NUMBER);
        *stage = (Stage){.id = rows_int(rows, 0), .key = text_at(rows, 1), .label = text_at(rows, 2), .color = text_at(rows, 3), .outcome = text_at(rows, 5)};
        stage->has_probability = probability.kind == VALUE_NUMBER;
        stage->probability = stage->has_probability ? probability.number : (Decimal){0};
        stage->guidance = text_at(rows, 7);
        stage->exit_criteria = text_at(rows, 8);
        stage->exit_message = text_at(rows, 9);
        stage->max_days = rows_int(rows, 10);
        stage->retired = flag_at(rows, 11);
        return take_list(call, text_at(rows, 6), &stage->required, &stage->required_count);
}

static Status load_stages(Call *call, Mode *mode) {
        Sql select = db_sql(call->db);
        sql(&select, "select id, \"key\", label, color, probability, outcome, required_fields, guidance, exit_criteria, exit_message, max_days, retired from sales_stage where deleted_at is null and mode_id = ");
        sql_int(&select, mode->id);
        sql(&select, " order by \"order\", id limit ");
        sql_int(&select, MODE_STAGES_MOST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        mode->stages = arena_array(call->context->arena, Stage, MODE_STAGES_MOST);
        for (bool found = true; mode->stages_count < MODE_STAGES_MOST;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                Stage *stage = &mode->stages[mode->stages_count];
                TRY(take_stage(call, rows, stage));
                stage->place = mode->stages_count++;
        }
        return STATUS_OK;
}

static Stage *stage_by_id(const Mode *mode, int64_t id) {
        for (size_t i = 0; i < mode->stages_count; i++)
                if (mode->stages[i].id == id)
                        return &mode->stages[i];
        return NULL;
}

static Status load_tasks(Call *call, Mode *mode) {
        Arena *arena = call->context->arena;
        Sql select = db_sql(call->db);
        sql(&select, "select t.id, t.stage_id, t.title, t.type, t.due_days, t.required from stage_task t join sales_stage s on s.id = t.stage_id where t.deleted_at is null and s.deleted_at is null and s.mode_id = ");
        sql_int(&select, mode->id);
        sql(&select, " order by t.stage_id, t.id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Stage *stage = stage_by_id(mode, rows_int(rows, 1));
                if (!stage || stage->tasks_count == STAGE_TASKS_MOST)
                        continue;
                if (!stage->tasks)
                        stage->tasks = arena_array(arena, StageTask, STAGE_TASKS_MOST);
                stage->tasks[stage->tasks_count++] = (StageTask){.id = rows_int(rows, 0), .title = text_at(rows, 2), .type = text_at(rows, 3), .due_days = rows_int(rows, 4), .required = flag_at(rows, 5)};
        }
}

Status mode_load(Call *call, int64_t id, Mode **ret) {
        *ret = NULL;
        Mode *mode = arena_new_of(call->context->arena, Mode);
        Sql select = db_sql(call->db);
        sql(&select, "select name, active, lost_competitor, lost_category from sales_mode where deleted_at is null and id = ");
        sql_int(&select, id);
        {
                ROWS_CLEANUP Rows *rows = NULL;
                bool found = false;
                TRY(db_first(call->db, &select, &rows, &found));
                if (!found)
                        return STATUS_OK;
                *mode = (Mode){.id = id, .name = text_at(rows, 0), .active = flag_at(rows, 1), .lost_competitor = flag_at(rows, 2), .lost_category = flag_at(rows, 3)};
        }
        TRY(load_stages(call, mode));
        if (!mode->stages_count)
                return STATUS_OK;
        TRY(load_tasks(call, mode));
        *ret = mode;
        return STATUS_OK;
}

Status mode_of(Call *call, const Record *record, Mode **ret) {
        Value id = record_value(record, "mode");
        *ret = NULL;
        return id.kind == VALUE_INTEGER ? mode_load(call, id.integer, ret) : STATUS_OK;
}

const Stage *mode_stage(const Mode *mode, Str key) {
        for (size_t i = 0; i < mode->stages_count; i++)
                if (str_eq(mode->stages[i].key, key))
                        return &mode->stages[i];
        return NULL;
}

const Stage *mode_first(const Mode *mode, const char *outcome) {
        for (size_t i = 0; i < mode->stages_count; i++)
                if (!mode->stages[i].retired && str_is(mode->stages[i].outcome, outcome))
                        return &mode->stages[i];
        return NULL;
}

bool stage_is_closed(const Stage *stage) {
        return !str_is(stage->outcome, "open");
}

// ---- By department

int departments_reach(const Access *access, Str list, int64_t department) {
        int steps = 0;
        for (const Department *at = access_department(access, department); at && !str_empty(list); at = access_department(access, at->parent), steps++)
                if (access_roles_have(list, at->id)) // a stored list of ids
                        return steps;
        return -1;
}

Status mode_for_department(Call *call, const Object *object, int64_t department, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select id, departments, fallback from sales_mode where deleted_at is null and active and object = ");
        sql_str(&select, object->name);
        sql(&select, " order by id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        int nearest = -1;
        int64_t fallback = 0;
        *ret = 0;
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                int steps = departments_reach(call->actor->access, text_at(rows, 1), department);
                if (steps >= 0 && (nearest < 0 || steps < nearest)) {
                        nearest = steps;
                        *ret = rows_int(rows, 0);
                }
                if (flag_at(rows, 2) && !fallback)
                        fallback = rows_int(rows, 0);
        }
        *ret = *ret ? *ret : fallback;
        return STATUS_OK;
}
