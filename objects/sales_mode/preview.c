// What a change of a mode's stages would do to the records that are on their way, told before it is saved: how many in each stage, in one that would be retired, without what it asks.
#include "objects/sales_mode/process.h"
#include "record/write.h"

typedef struct Planned { Str key, label; bool retired, known; const Json *required; int64_t count, lacking; Decimal amount; } Planned;
typedef struct Preview {
        Call *call;
        const Object *object;
        int64_t mode;
        const Json *map;
        Planned *stages; size_t count, capacity;
} Preview;

static Planned *planned_find(const Preview *preview, Str key) {
        for (size_t i = 0; i < preview->count; i++)
                if (str_eq(preview->stages[i].key, key))
                        return &preview->stages[i];
        return NULL;
}

static Planned *planned_add(Preview *preview, Str key) {
        if (preview->count == preview->capacity) {
                size_t more = preview->capacity ? preview->capacity * 2 : 16;
                preview->stages = arena_grow(preview->call->context->arena, preview->stages, preview->capacity * sizeof(Planned), more * sizeof(Planned));
                preview->capacity = more;
        }
        preview->stages[preview->count] = (Planned){.key = key};
        return &preview->stages[preview->count++];
}

static Status take(Preview *preview, const Json *body) {
        Context *context = preview->call->context;
        const Json *stages = json_get(body, "stages");
        if (!stages || stages->kind != JSON_ARRAY)
                return error_add(context, STR("stages"), stages ? "wrong_type" : "required", STR("array"));
        if (stages->count > MODE_STAGES_MOST)
                return error_add(context, STR("stages"), "too_many", str_format(context->arena, "%d", MODE_STAGES_MOST));
        preview->map = json_get(body, "map");
        for (size_t i = 0; i < stages->count; i++) {
                const Json *stage = &stages->items[i];
                Str key = json_str(stage, "key", STR_NONE);
                if (str_empty(key) || planned_find(preview, key)) // a new one, whose key is made when it is saved, has nothing in it
                        continue;
                Planned *planned = planned_add(preview, key);
                planned->known = true;
                planned->label = json_str(stage, "label", key);
                planned->retired = json_bool(stage, "retired", false);
                planned->required = json_get(stage, "required_fields");
        }
        return STATUS_OK;
}

// Where what is in this stage would be.
static Str mapped(const Preview *preview, Str key) {
        const Json *to = json_find(preview->map, key);
        return to && to->kind == JSON_STRING && !str_empty(to->text) ? to->text : key;
}

// Records of the mode that are open, of these stages where they are named.
static void of_mode(const Preview *preview, Str into, Sql *sql) {
        const Field *stage = preview->object->stage;
        bool first = true;
        sql(sql, " where deleted_at is null and mode_id = ");
        sql_int(sql, preview->mode);
        sql(sql, " and ");
        sql_name(sql, stage->column);
        sql(sql, " in (");
        for (size_t i = 0; i < stage->options_count; i++) {
                const Option *option = &stage->options[i];
                bool closed = str_is(option->outcome, "won") || str_is(option->outcome, "lost");
                if (closed || (into.len && !str_eq(mapped(preview, option->key), into)))
                        continue;
                if (!first)
                        sql(sql, ", ");
                first = false;
                sql_str(sql, option->key);
        }
        if (first)
                sql(sql, "null");
        sql(sql, ")");
}

static Status count_stages(Preview *preview) {
        Call *call = preview->call;
        const Object *object = preview->object;
        const Field *amount = object_find(object, STR("amount"));
        Sql select = db_sql(call->db);
        sql(&select, "select ");
        sql_name(&select, object->stage->column);
        sql(&select, ", count(*), ");
        if (amount && amount->kind == VALUE_NUMBER) {
                sql(&select, "haike_sum(");
                sql_name(&select, amount->column);
                sql(&select, ")");
        } else {
                sql(&select, "null");
        }
        sql(&select, " from ");
        sql_name(&select, object->table);
        of_mode(preview, STR_NONE, &select);
        sql(&select, " group by ");
        sql_name(&select, object->stage->column);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                Str key = mapped(preview, str_copy(call->context->arena, rows_text(rows, 0)));
                Planned *planned = planned_find(preview, key);
                if (!planned)
                        planned = planned_add(preview, key);
                Value sum = rows_value(rows, 2, VALUE_NUMBER);
                planned->count += rows_int(rows, 1);
                if (sum.kind == VALUE_NUMBER)
                        (void)decimal_add(planned->amount, sum.number, &planned->amount);
        }
}

static Status count_lacking(const Preview *preview, Planned *planned) {
        bool first = true;
        Sql select = db_sql(preview->call->db);
        sql(&select, "select count(*) from ");
        sql_name(&select, preview->object->table);
        of_mode(preview, planned->key, &select);
        sql(&select, " and (");
        for (size_t i = 0; planned->required && i < planned->required->count; i++) {
                const Field *field = object_find(preview->object, planned->required->items[i].text);
                if (!field || !field->stored || field->hidden)
                        continue;
                if (!first)
                        sql(&select, " or ");
                first = false;
                sql_name(&select, field->column);
                sql(&select, " is null");
                if (field->kind != VALUE_TEXT)
                        continue;
                sql(&select, " or trim(");
                sql_name(&select, field->column);
                sql(&select, ") in ('', '[]')");
        }
        sql(&select, ")");
        return first ? STATUS_OK : db_get_int(preview->call->db, &select, &planned->lacking, NULL);
}

// ---- The answer

static void put_amount(JsonWriter *w, Decimal amount) {
        json_key(w, STR("amount"));
        json_add_decimal(w, amount, 0);
}

static void write_stages(const Preview *preview, JsonWriter *w) {
        json_key(w, STR("stages"));
        json_open_array(w);
        for (size_t i = 0; i < preview->count; i++) {
                const Planned *planned = &preview->stages[i];
                const Option *option = field_option(preview->object->stage, planned->key);
                Str label = planned->label.len ? planned->label : option ? label_text(&option->label, preview->call->context->lang) : planned->key;
                json_open_object(w);
                json_put_str(w, "key", planned->key);
                json_put_str(w, "label", label);
                json_put_bool(w, "retired", planned->retired || !planned->known);
                json_put_bool(w, "gone", !planned->known);
                json_put_int(w, "deals", planned->count);
                put_amount(w, planned->amount);
                json_put_int(w, "lacking", planned->lacking);
                json_close_object(w);
        }
        json_close_array(w);
}

static void write_sums(const Preview *preview, JsonWriter *w) {
        Planned all = {0}, retired = {0};
        for (size_t i = 0; i < preview->count; i++) {
                const Planned *planned = &preview->stages[i];
                all.count += planned->count;
                all.lacking += planned->lacking;
                (void)decimal_add(all.amount, planned->amount, &all.amount);
                if (planned->known && !planned->retired)
                        continue;
                retired.count += planned->count;
                (void)decimal_add(retired.amount, planned->amount, &retired.amount);
        }
        json_put_int(w, "deals", all.count);
        put_amount(w, all.amount);
        json_put_int(w, "lacking", all.lacking);
        json_key(w, STR("retired"));
        json_open_object(w);
        json_put_int(w, "deals", retired.count);
        put_amount(w, retired.amount);
        json_close_object(w);
}

Status stage_preview(Call *call, int64_t mode, const Json *body, JsonWriter *w) {
        Record *record = NULL;
        Preview preview = {.call = call, .mode = mode};
        TRY(record_read_row(call, catalog_get(call->catalog, "sales_mode"), mode, false, false, &record));
        Value name = record ? record_value(record, "object") : VALUE_NONE;
        preview.object = name.kind == VALUE_TEXT ? catalog_find(call->catalog, name.text) : NULL;
        if (!preview.object || !preview.object->stage)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(take(&preview, body));
        TRY(count_stages(&preview));
        for (size_t i = 0; i < preview.count; i++)
                TRY(count_lacking(&preview, &preview.stages[i]));
        json_open_object(w);
        write_stages(&preview, w);
        write_sums(&preview, w);
        json_close_object(w);
        return STATUS_OK;
}
