// What is missing before a record may go on to a stage: fields, conditions and tasks of every stage that it leaves on the way, and the fields of the one that it comes to.
#include "objects/sales_mode/process.h"
#include "record/write.h"

// ---- Tasks of the record

typedef struct MadeTask { int64_t stage_task, id; bool done; } MadeTask;
typedef struct TaskBook {
        MadeTask *tasks; size_t count, capacity; // live ones
        Str *noted; size_t noted_count, noted_capacity; // lists of what was made when a stage was entered
} TaskBook;

static Str target_text(const Gate *gate) {
        return str_format(gate->call->context->arena, STR_FMT ":%lld", STR_ARG(gate->record->object->name), (long long)gate->record->id);
}

static Status read_tasks(const Gate *gate, TaskBook *book) {
        Arena *arena = gate->call->context->arena;
        Sql select = db_sql(gate->call->db);
        sql(&select, "select stage_task_id, id, status from task where deleted_at is null and target = ");
        sql_str(&select, target_text(gate));
        sql(&select, " and stage_task_id is not null order by id");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(gate->call->db, &select, &rows));
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (book->count == book->capacity) {
                        size_t more = book->capacity ? book->capacity * 2 : 8;
                        book->tasks = arena_grow(arena, book->tasks, book->capacity * sizeof(MadeTask), more * sizeof(MadeTask));
                        book->capacity = more;
                }
                book->tasks[book->count++] = (MadeTask){.stage_task = rows_int(rows, 0), .id = rows_int(rows, 1), .done = str_is(rows_text(rows, 2), "done")};
        }
}

// A task that somebody deleted was made all the same.
static Status read_noted(const Gate *gate, TaskBook *book) {
        Arena *arena = gate->call->context->arena;
        Sql select = db_sql(gate->call->db);
        sql(&select, "select tasks from stage_change where deleted_at is null and target = ");
        sql_str(&select, target_text(gate));
        sql(&select, " and tasks is not null");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(gate->call->db, &select, &rows));
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                if (book->noted_count == book->noted_capacity) {
                        size_t more = book->noted_capacity ? book->noted_capacity * 2 : 8;
                        book->noted = arena_grow(arena, book->noted, book->noted_capacity * sizeof(Str), more * sizeof(Str));
                        book->noted_capacity = more;
                }
                book->noted[book->noted_count++] = str_copy(arena, rows_text(rows, 0));
        }
}

static bool is_noted(const TaskBook *book, int64_t stage_task) {
        for (size_t i = 0; i < book->noted_count; i++)
                if (access_roles_have(book->noted[i], stage_task)) // a stored list of ids
                        return true;
        return false;
}

static bool needs_tasks(const Gate *gate) {
        for (size_t i = 0; gate->tasks && i < gate->mode->stages_count; i++)
                for (size_t k = 0; k < gate->mode->stages[i].tasks_count; k++)
                        if (gate->mode->stages[i].tasks[k].required)
                                return true;
        return false;
}

// ---- Collecting

typedef struct Collecting { const Gate *gate; MissingList *list; TaskBook book; ExprEnv env; ExprRows rows; } Collecting;

static void add(Collecting *all, const Missing *missing) {
        MissingList *list = all->list;
        if (list->count == list->capacity) {
                size_t more = list->capacity ? list->capacity * 2 : 8;
                list->items = arena_grow(all->gate->call->context->arena, list->items, list->capacity * sizeof(Missing), more * sizeof(Missing));
                list->capacity = more;
        }
        list->items[list->count++] = *missing;
}

static bool has_field(const MissingList *list, const Field *field) {
        for (size_t i = 0; i < list->count; i++)
                if (list->items[i].field == field)
                        return true;
        return false;
}

// A field that was retired since asks for nothing. A form does not speak of what its reader may not see.
static void add_fields(Collecting *all, const Stage *stage) {
        const Record *record = all->gate->record;
        for (size_t i = 0; i < stage->required_count; i++) {
                const Field *field = object_find(record->object, stage->required[i]);
                if (!field || !field->stored || !rules_blank(field, record->values[field->index]) || has_field(all->list, field))
                        continue;
                bool unseen = field->hidden || actor_field(all->gate->call->actor, field) == FIELD_HIDE;
                if (!unseen || !all->gate->reader)
                        add(all, &(Missing){.kind = MISSING_FIELD, .stage = stage, .field = field, .unseen = unseen});
        }
}

// A condition that is not understood any more (a field in it was retired), or whose names the reader may not know, holds nobody up.
static Status add_criteria(Collecting *all, const Stage *stage) {
        const Gate *gate = all->gate;
        Context *context = gate->call->context, own;
        const Expr *expr = NULL;
        Value value = VALUE_NONE;
        if (str_empty(str_trim(stage->exit_criteria)))
                return STATUS_OK;
        ExprNames names = gate->reader ? actor_names(gate->call->actor) : catalog_names(gate->call->catalog);
        ExprParse parse = {.names = &names, .object = gate->record->object, .expect = EXPR_BOOL};
        context_init(&own, context->arena, context->lang, context->now_ms);
        if (expr_parse(&own, &parse, stage->exit_criteria, &expr) != STATUS_OK)
                return STATUS_OK;
        TRY(expr_eval(context, expr, &all->env, &all->rows, gate->record, &value));
        if (value.kind != VALUE_BOOL || !value.boolean)
                add(all, &(Missing){.kind = MISSING_CRITERIA, .stage = stage});
        return STATUS_OK;
}

// In the stage where it stands only what was made of its tasks counts: one that was thought of later holds no running record up.
static void add_tasks(Collecting *all, const Stage *stage) {
        const TaskBook *book = &all->book;
        bool standing = all->gate->entered && stage == all->gate->from;
        for (size_t i = 0; all->gate->tasks && i < stage->tasks_count; i++) {
                const StageTask *task = &stage->tasks[i];
                bool done = false;
                int64_t open = 0;
                for (size_t k = 0; k < book->count; k++) {
                        done |= book->tasks[k].stage_task == task->id && book->tasks[k].done;
                        if (book->tasks[k].stage_task == task->id && !book->tasks[k].done)
                                open = book->tasks[k].id;
                }
                if (task->required && !done && (!standing || open || is_noted(book, task->id)))
                        add(all, &(Missing){.kind = MISSING_TASK, .stage = stage, .task = task, .task_id = open});
        }
}

static bool is_left(const Gate *gate, const Stage *stage) {
        if (stage->retired || stage_is_closed(stage) || (gate->from && stage->place < gate->from->place))
                return false;
        return stage_is_closed(gate->to) || stage->place < gate->to->place;
}

static bool goes_back(const Gate *gate) {
        return str_is(gate->to->outcome, "lost") || (!stage_is_closed(gate->to) && gate->from && gate->to->place <= gate->from->place);
}

Status gate_missing(const Gate *gate, MissingList *ret) {
        Call *call = gate->call;
        Collecting all = {.gate = gate, .list = ret, .env = actor_env(call->context, call->actor)};
        all.rows = gate->reader ? record_rows_of_reader(call) : record_rows(call);
        if (goes_back(gate))
                return STATUS_OK;
        if (gate->record->id && needs_tasks(gate)) {
                TRY(read_tasks(gate, &all.book));
                TRY(read_noted(gate, &all.book));
        }
        bool begins = !gate->from && !stage_is_closed(gate->to);
        for (size_t i = 0; i < gate->mode->stages_count; i++) {
                const Stage *stage = &gate->mode->stages[i];
                if (!is_left(gate, stage))
                        continue;
                begins = false;
                add_fields(&all, stage);
                TRY(add_criteria(&all, stage));
                add_tasks(&all, stage);
        }
        if (!begins) // in the first stage nothing need be known yet
                add_fields(&all, gate->to);
        return STATUS_OK;
}

// ---- From where

// Changes of the last moment first; the row of the creation has no `from`.
Status stage_before_close(Call *call, const Mode *mode, const Record *record, const Stage **ret) {
        Sql select = db_sql(call->db);
        *ret = NULL;
        sql(&select, "select \"from\" from stage_change where deleted_at is null and target = ");
        sql_str(&select, str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(record->object->name), (long long)record->id));
        sql(&select, " and \"from\" is not null order by \"at\" desc, id desc limit 20");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found = true; !*ret;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                const Stage *stage = mode_stage(mode, rows_text(rows, 0));
                if (stage && !stage_is_closed(stage))
                        *ret = stage;
        }
        return STATUS_OK;
}

Status gate_from(Call *call, const Mode *mode, const Record *record, Gate *ret) {
        Value key = record_value(record, "stage");
        ret->from = key.kind == VALUE_TEXT ? mode_stage(mode, key.text) : NULL;
        if (ret->from && stage_is_closed(ret->from))
                TRY(stage_before_close(call, mode, record, &ret->from));
        ret->tasks = ret->entered = ret->from != NULL;
        return STATUS_OK;
}
