// The way of one record, as its reader may see it: each stage of its mode with the time spent there, and what is missing to go on to it.
#include "objects/sales_mode/process.h"
#include "record/write.h"

#define CHANGES_READ 500 // the newest
#define DAY_S 86400

typedef struct Stay { int64_t seconds, entered_ms; } Stay;
typedef struct Way {
        Call *call;
        const Mode *mode;
        const Record *record;
        const Stage *now, *reached; // where it is · the open stage it came to: of a closed one that before
        Stay *stays;                // by place of the stage; NULL: the reader is not told
} Way;

static Status read_stays(Way *way) {
        Call *call = way->call;
        if (!actor_may(call->actor, catalog_get(call->catalog, "stage_change"), VERB_READ))
                return STATUS_OK;
        way->stays = arena_array(call->context->arena, Stay, way->mode->stages_count);
        Sql select = db_sql(call->db);
        sql(&select, "select \"from\", \"to\", \"at\", seconds from stage_change where deleted_at is null and target = ");
        sql_str(&select, str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(way->record->object->name), (long long)way->record->id));
        sql(&select, " order by \"at\" desc, id desc limit ");
        sql_int(&select, CHANGES_READ);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                const Stage *left = rows_null(rows, 0) ? NULL : mode_stage(way->mode, rows_text(rows, 0)), *entered = mode_stage(way->mode, rows_text(rows, 1));
                if (left)
                        way->stays[left->place].seconds += rows_int(rows, 3);
                if (entered && !way->stays[entered->place].entered_ms)
                        way->stays[entered->place].entered_ms = rows_value(rows, 2, VALUE_DATETIME).ms;
        }
        Value since = record_value(way->record, "stage_changed_at");
        if (way->now && since.kind == VALUE_DATETIME) {
                Stay *stay = &way->stays[way->now->place];
                stay->entered_ms = since.ms;
                if (!stage_is_closed(way->now) && call->context->now_ms > since.ms)
                        stay->seconds += (call->context->now_ms - since.ms) / 1000;
        }
        return STATUS_OK;
}

static const char *state_of(const Way *way, const Stage *stage) {
        if (stage == way->now)
                return "now";
        if (stage_is_closed(stage) || !way->now)
                return "ahead";
        if (str_is(way->now->outcome, "won"))
                return "done";
        bool at_reached = way->reached && (stage->place < way->reached->place || (stage_is_closed(way->now) && stage == way->reached));
        return at_reached ? "done" : "ahead";
}

// ---- What is missing

static void open_missing(JsonWriter *w, const Stage *stage, Str message) {
        json_open_object(w);
        json_put_str(w, "stage", stage->key);
        json_put_str(w, "message", message);
}

static void write_missing(Call *call, const Missing *missing, JsonWriter *w) {
        Context *context = call->context;
        const Stage *stage = missing->stage;
        if (missing->kind == MISSING_FIELD) {
                open_missing(w, stage, text_get(context->lang, "error.required"));
                json_put_str(w, "field", missing->field->name);
                json_put_str(w, "label", label_text(&missing->field->label, context->lang));
        } else if (missing->kind == MISSING_TASK) {
                open_missing(w, stage, text_format(context->arena, context->lang, "error.stage_task_open", (Str[4]){missing->task->title, stage->label}));
                json_key(w, STR("task"));
                json_open_object(w);
                if (missing->task_id)
                        json_put_int(w, "id", missing->task_id);
                json_put_str(w, "title", missing->task->title);
                json_close_object(w);
        } else {
                open_missing(w, stage, stage->exit_message.len ? stage->exit_message : text_format(context->arena, context->lang, "stage.gate", (Str[4]){stage->label}));
                json_put_str(w, "criteria", stage->key);
        }
        json_close_object(w);
}

static void write_lost(const Way *way, const Stage *stage, JsonWriter *w) {
        const struct { const char *field; bool asked; } fields[] = {{"lost_reason", true}, {"competitor", way->mode->lost_competitor}, {"lost_category", way->mode->lost_category}};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
                const Field *field = object_find(way->record->object, str_from(fields[i].field));
                if (field && fields[i].asked && actor_field(way->call->actor, field) != FIELD_HIDE && rules_blank(field, way->record->values[field->index]))
                        write_missing(way->call, &(Missing){.kind = MISSING_FIELD, .stage = stage, .field = field}, w);
        }
}

static Status write_lacking(const Way *way, const Stage *stage, JsonWriter *w) {
        Gate gate = {.call = way->call, .mode = way->mode, .record = way->record, .to = stage, .reader = true};
        MissingList missing = {0};
        json_key(w, STR("missing"));
        json_open_array(w);
        if (str_is(stage->outcome, "lost") && stage != way->now) {
                write_lost(way, stage, w);
        } else if (stage != way->now) {
                TRY(gate_from(way->call, way->mode, way->record, &gate));
                TRY(gate_missing(&gate, &missing));
        }
        for (size_t i = 0; i < missing.count; i++)
                write_missing(way->call, &missing.items[i], w);
        json_close_array(w);
        return STATUS_OK;
}

static void write_stay(const Way *way, const Stage *stage, JsonWriter *w) {
        const Stay *stay = way->stays ? &way->stays[stage->place] : NULL;
        json_key(w, STR("entered_at"));
        if (stay && stay->entered_ms)
                json_add_datetime(w, stay->entered_ms);
        else
                json_add_null(w);
        json_key(w, STR("days"));
        if (stay && (stay->entered_ms || stay->seconds))
                json_add_int(w, stay->seconds / DAY_S);
        else
                json_add_null(w);
        json_put_bool(w, "stalled", stay && stage == way->now && stage->max_days && stay->seconds > stage->max_days * DAY_S);
}

static Status write_stage(const Way *way, const Stage *stage, JsonWriter *w) {
        json_open_object(w);
        json_put_str(w, "key", stage->key);
        json_put_str(w, "label", stage->label);
        json_put_str(w, "outcome", stage->outcome);
        if (stage->color.len)
                json_put_str(w, "color", stage->color);
        if (stage->has_probability) {
                json_key(w, STR("probability"));
                json_add_decimal(w, stage->probability, 0);
        }
        json_put_bool(w, "retired", stage->retired);
        json_put_str(w, "state", str_from(state_of(way, stage)));
        write_stay(way, stage, w);
        if (stage->max_days)
                json_put_int(w, "max_days", stage->max_days);
        if (stage->guidance.len)
                json_put_str(w, "guidance", stage->guidance);
        TRY(write_lacking(way, stage, w));
        json_close_object(w);
        return STATUS_OK;
}

static Status write_way(Way *way, JsonWriter *w) {
        Value key = way->record->values[way->record->object->stage->index];
        way->now = key.kind == VALUE_TEXT ? mode_stage(way->mode, key.text) : NULL;
        way->reached = way->now;
        if (way->now && stage_is_closed(way->now))
                TRY(stage_before_close(way->call, way->mode, way->record, &way->reached));
        TRY(read_stays(way));
        for (size_t i = 0; i < way->mode->stages_count; i++) {
                const Stage *stage = &way->mode->stages[i];
                if (!stage->retired || stage == way->now)
                        TRY(write_stage(way, stage, w));
        }
        return STATUS_OK;
}

static Status load(Call *call, const Object *object, int64_t id, Record **ret_record, Mode **ret_mode) {
        Status status = STATUS_OK;
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(record_read_row(call, object, id, false, false, ret_record));
        if (!*ret_record)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        const Field *mode = object_find(object, STR("mode"));
        bool told = mode && object->stage && actor_field(call->actor, mode) >= FIELD_READ && actor_field(call->actor, object->stage) >= FIELD_READ;
        return told ? mode_of(call, *ret_record, ret_mode) : STATUS_OK;
}

Status stages_write(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        Record *record = NULL;
        Mode *mode = NULL;
        TRY(load(call, object, id, &record, &mode));
        Way way = {.call = call, .mode = mode, .record = record};
        json_open_object(w);
        json_key(w, STR("mode"));
        if (mode) {
                json_open_object(w);
                json_put_int(w, "id", mode->id);
                json_put_str(w, "name", mode->name);
                json_close_object(w);
        } else {
                json_add_null(w);
        }
        json_key(w, STR("items"));
        json_open_array(w);
        if (mode)
                TRY(write_way(&way, w));
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}
