// A stage of a sales mode: its key is an option of the object's stage field, which a new one is added to; fields and conditions that it asks for must be there.
#include "objects/sales_mode/admin.h"
#include "objects/sales_mode/process.h"
#include "objects/shared/condition.h"

#define KEY_TRIES 1000
#define OPTIONS_CAP (1u << 20)

static const Object *object_of(Call *call, const Record *stage, Status *ret_status) {
        Value mode = record_value(stage, "mode");
        Record *record = NULL;
        *ret_status = STATUS_OK;
        if (mode.kind != VALUE_INTEGER)
                return NULL;
        Status status = record_load(call, catalog_get(call->catalog, "sales_mode"), mode.integer, &record);
        if (status == STATUS_NOT_FOUND) {
                error_clear(call->context);
                return NULL;
        }
        *ret_status = status;
        Value name = record ? record_value(record, "object") : VALUE_NONE;
        const Object *object = name.kind == VALUE_TEXT ? catalog_find(call->catalog, name.text) : NULL;
        return process_suits(object) ? object : NULL;
}

// ---- The key

static Status key_taken(Call *call, const Record *stage, Str key, bool *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from sales_stage where deleted_at is null and mode_id = ");
        sql_value(&select, record_value(stage, "mode"));
        sql(&select, " and \"key\" = ");
        sql_str(&select, key);
        sql(&select, " and id <> ");
        sql_int(&select, stage->id);
        return db_get_int(call->db, &select, NULL, ret);
}

static Status stages_count(Call *call, const Record *stage, int64_t *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select count(*) from sales_stage where deleted_at is null and mode_id = ");
        sql_value(&select, record_value(stage, "mode"));
        return db_get_int(call->db, &select, ret, NULL);
}

// A name that no option has and no other stage takes.
static Status make_key(Call *call, const Object *object, Record *stage) {
        for (int i = 1; i < KEY_TRIES; i++) {
                Str key = str_format(call->context->arena, "stage_%d", i);
                Sql select = db_sql(call->db);
                bool taken = field_option(object->stage, key) != NULL;
                sql(&select, "select 1 from sales_stage where \"key\" = ");
                sql_str(&select, key);
                if (!taken)
                        TRY(db_get_int(call->db, &select, NULL, &taken));
                if (taken)
                        continue;
                record_set(stage, "key", value_text(key));
                return STATUS_OK;
        }
        return error_add(call->context, STR("key"), "required");
}

static bool key_valid(Str key) {
        for (size_t i = 0; i < key.len; i++) {
                char c = key.data[i];
                bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!letter && (i == 0 || c != '_'))
                        return false;
        }
        return key.len > 0;
}

static bool same_outcome(const Option *option, Value outcome) {
        Str known = str_empty(option->outcome) ? STR("open") : option->outcome;
        return outcome.kind == VALUE_TEXT && str_eq(known, outcome.text);
}

static Status check_key(Call *call, const RecordChange *change, const Object *object) {
        Context *context = call->context;
        Value key = record_value(change->after, "key");
        bool taken = false;
        int64_t count = 0;
        if (!change->before)
                TRY(stages_count(call, change->after, &count));
        if (count >= MODE_STAGES_MOST)
                (void)error_add(context, STR("mode"), "too_many", str_format(context->arena, "%d", MODE_STAGES_MOST));
        if (key.kind != VALUE_TEXT)
                return STATUS_OK;
        if (!key_valid(key.text))
                return error_add(context, STR("key"), "bad_key");
        TRY(key_taken(call, change->after, key.text, &taken));
        if (taken)
                (void)error_add(context, STR("key"), "not_unique");
        const Option *option = field_option(object->stage, key.text);
        if (option && !same_outcome(option, record_value(change->after, "outcome")))
                (void)error_add(context, STR("outcome"), "stage_outcome", label_text(&option->label, context->lang));
        return STATUS_OK;
}

// ---- What it asks for

static Status check_fields(Call *call, const Object *object, Str list) {
        Json *names = NULL;
        TRY(json_parse(call->context, list, 2, &names));
        for (size_t i = 0; i < names->count; i++) {
                const Field *field = object_find(object, names->items[i].text);
                if (!field || !field->stored || !field_is_written(field) || field->hidden)
                        (void)error_add(call->context, STR("required_fields"), "unknown_field", names->items[i].text);
        }
        return STATUS_OK;
}

static bool changed(const RecordChange *change, const char *field) {
        return !change->before || !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static Status check_asked(Call *call, const RecordChange *change, const Object *object) {
        Value fields = record_value(change->after, "required_fields"), criteria = record_value(change->after, "exit_criteria");
        if (fields.kind == VALUE_TEXT && changed(change, "required_fields"))
                TRY(check_fields(call, object, fields.text));
        if (criteria.kind == VALUE_TEXT && !str_empty(str_trim(criteria.text)) && changed(change, "exit_criteria"))
                condition_check(call, object, STR("exit_criteria"), criteria.text);
        return STATUS_OK;
}

// Whoever is in it must be able to stay.
static Status refuse_used(Call *call, const Object *object, const Record *stage) {
        Sql select = db_sql(call->db);
        bool found = false;
        sql(&select, "select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null and mode_id = ");
        sql_value(&select, record_value(stage, "mode"));
        sql(&select, " and ");
        sql_name(&select, object->stage->column);
        sql(&select, " = ");
        sql_value(&select, record_value(stage, "key"));
        sql(&select, " limit 1");
        TRY(db_get_int(call->db, &select, NULL, &found));
        return found ? error_set(call->context, STATUS_CONFLICT, "stage_in_use", record_value(stage, "label").text) : STATUS_OK;
}

// Another one may have taken its key meanwhile.
static Status check_restored(Call *call, const Record *stage) {
        bool taken = false;
        TRY(key_taken(call, stage, record_value(stage, "key").text, &taken));
        return taken ? error_set(call->context, STATUS_CONFLICT, "not_unique", record_value(stage, "key").text) : STATUS_OK;
}

static Status before(Call *call, RecordChange *change) {
        Status status = STATUS_OK;
        TRY(process_admin(call, change));
        const Object *object = object_of(call, change->after ? change->after : change->before, &status);
        TRY(status);
        if (change->kind == CHANGE_DELETE)
                return object ? refuse_used(call, object, change->before) : STATUS_OK;
        record_set(change->after, "name", record_value(change->after, "label"));
        if (change->before && changed(change, "mode"))
                (void)error_add(call->context, STR("mode"), "process_fixed");
        if (change->before && changed(change, "key"))
                (void)error_add(call->context, STR("key"), "process_fixed");
        if (!object)
                return STATUS_OK;
        if (change->kind == CHANGE_RESTORE)
                return check_restored(call, change->after);
        if (value_is_null(record_value(change->after, "key")))
                TRY(make_key(call, object, change->after));
        status = check_key(call, change, object);
        if (status != STATUS_OK && status != STATUS_INVALID)
                return status;
        return check_asked(call, change, object);
}

// ---- The option

static void write_option(const Record *stage, JsonWriter *w) {
        Value probability = record_value(stage, "probability"), color = record_value(stage, "color");
        json_open_object(w);
        json_put_str(w, "key", record_value(stage, "key").text);
        json_put_str(w, "label", record_value(stage, "label").text);
        if (color.kind == VALUE_TEXT)
                json_put_str(w, "color", color.text);
        if (probability.kind == VALUE_NUMBER) {
                json_key(w, STR("probability"));
                json_add_decimal(w, probability.number, 0);
        }
        json_put_str(w, "outcome", record_value(stage, "outcome").text);
        json_close_object(w);
}

// The field's options as they are, with the stage's: added, or in use again.
static Status options_with(Call *call, const Field *field, const Record *stage, const Json **ret) {
        Buf buf = buf_make(call->context->arena, OPTIONS_CAP);
        JsonWriter w = json_writer(&buf);
        const Json *options = json_get(field->definition, "options");
        static const char *const kept[] = {"key", "label", "color", "probability", "outcome"};
        Str key = record_value(stage, "key").text;
        bool there = false;
        Json *changes = NULL;
        json_open_object(&w);
        json_key(&w, STR("options"));
        json_open_array(&w);
        for (size_t i = 0; options && i < options->count; i++) {
                const Json *option = &options->items[i];
                bool own = str_eq(json_str(option, "key", STR_NONE), key);
                there |= own;
                if (!own) {
                        json_add_tree(&w, option);
                        continue;
                }
                json_open_object(&w);
                json_put_members(&w, option, kept, sizeof kept / sizeof *kept);
                json_close_object(&w);
        }
        if (!there)
                write_option(stage, &w);
        json_close_array(&w);
        json_close_object(&w);
        TRY(json_parse(call->context, buf_str(&buf), 16, &changes));
        *ret = changes;
        return STATUS_OK;
}

static Status prepare(Call *call) {
        Catalog *fresh = NULL;
        TRY(catalog_load(call->db, call->catalog->zone, &fresh));
        Status status = record_prepare(call->db, fresh);
        catalog_unref(fresh);
        call->metadata_changed = true;
        return status;
}

// By the catalog as it is in this transaction: stages before this one may have added theirs.
static Status add_option(Call *call, const Catalog *fresh, Str object_name, const Record *stage) {
        const Object *object = catalog_find(fresh, object_name);
        const Option *option = field_option(object->stage, record_value(stage, "key").text);
        const Json *changes = NULL;
        if (option && !same_outcome(option, record_value(stage, "outcome")))
                return error_add(call->context, STR("outcome"), "stage_outcome", label_text(&option->label, call->context->lang));
        if (option && !option->retired)
                return STATUS_OK;
        TRY(options_with(call, object->stage, stage, &changes));
        TRY(catalog_change_field(call->db, fresh, object->stage, changes));
        Str detail = str_format(call->context->arena, "{\"object\":\"" STR_FMT "\",\"field\":\"" STR_FMT "\",\"stage\":%lld}", STR_ARG(object->name), STR_ARG(object->stage->name), (long long)stage->id);
        TRY(record_audit(call, "meta.field_change", object, 0, detail));
        return prepare(call);
}

static Status after(Call *call, const RecordChange *change) {
        Status status = STATUS_OK;
        Catalog *fresh = NULL;
        if (!change->after)
                return STATUS_OK;
        const Object *object = object_of(call, change->after, &status);
        TRY(status);
        Value key = record_value(change->after, "key");
        if (!object || key.kind != VALUE_TEXT)
                return STATUS_OK;
        const Option *option = field_option(object->stage, key.text);
        if (option && !option->retired)
                return STATUS_OK;
        TRY(catalog_load(call->db, call->catalog->zone, &fresh));
        status = add_option(call, fresh, object->name, change->after);
        catalog_unref(fresh);
        return status;
}

const ObjectModule sales_stage_module = {.object = "sales_stage", .before = before, .after = after};
