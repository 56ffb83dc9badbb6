// Validation of a prepared change: rights by field, required fields, references that must exist and be visible. Collects every error.
#include "record/file.h"
#include "record/write.h"

Str field_path(Call *call, const WriteOptions *options, const Field *field) {
        if (str_empty(options->path_prefix))
                return field->name;
        return str_format(call->context->arena, STR_FMT STR_FMT, STR_ARG(options->path_prefix), STR_ARG(field->name));
}

// An administrator's import may carry who made a record and when, and whose it is; nobody else writes system fields.
static bool keeps_original(const Call *call, const WriteOptions *options) {
        return options->import && (call->actor->system || call->actor->administrator);
}

static bool import_may_write(const Field *field) {
        return field->role == FIELD_CREATED_AT || field->role == FIELD_CREATED_BY || field->role == FIELD_UPDATED_AT || field->role == FIELD_OWNER;
}

// Straight into a pool: by its administrators, which the object's hook asks for.
static bool is_pool_of_new(const RecordChange *change, const Field *field) {
        return !change->before && field->object->pooled && field == field->object->pool && !value_is_null(change->after->values[field->index]);
}

static bool user_may_write(const Call *call, const RecordChange *change, const Field *field, const WriteOptions *options) {
        if ((keeps_original(call, options) && import_may_write(field)) || (is_pool_of_new(change, field) && actor_field(call->actor, field) >= FIELD_READ))
                return true;
        return !field->readonly && (!field->system || field->role == FIELD_NAME || field->role == FIELD_OWNER) && actor_field(call->actor, field) == FIELD_WRITE;
}

// Of a write by code only what the caller named himself is his.
static bool is_asked(const WriteOptions *options, const Field *field) {
        return !options->asked || options->asked[field->index];
}

// Giving a record to somebody else is a transfer: it takes the right to assign.
static bool owner_refused(const Call *call, const RecordChange *change) {
        const Object *object = change->object;
        const Field *owner = object->owner;
        if (!change->given[owner->index])
                return false;
        Value to = change->after->values[owner->index];
        if (change->before ? value_eq(change->before->values[owner->index], to) : to.kind == VALUE_INTEGER && to.integer == call->actor->user)
                return false;
        return !actor_may_act(call->actor, object, STR(ACTION_ASSIGN)) && !call->actor->system;
}

// A value that was refused before the reader was known must not tell that there is such a field.
static void conceal(Call *call, Str path, const Field *field) {
        Error *error = &call->context->error;
        for (size_t i = 0; i < error->count; i++) {
                ErrorItem *item = &error->items[i];
                bool inside = str_starts(item->field, path) && (item->field.len == path.len || item->field.data[path.len] == '[' || item->field.data[path.len] == '.');
                if (inside)
                        *item = (ErrorItem){.field = path, .code = "unknown_field", .args = {field->name}, .position = -1};
        }
}

Status validate_rights(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) {
        Context *context = call->context;
        size_t errors = context->error.count;
        const Object *object = change->object;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!input->given[i] || !is_asked(options, field))
                        continue;
                bool hidden = actor_field(call->actor, field) == FIELD_HIDE;
                if (input->failed[i]) {
                        if (hidden)
                                conceal(call, field_path(call, options, field), field);
                        continue;
                }
                if (hidden)
                        (void)error_add(context, field_path(call, options, field), "unknown_field", field->name);
                else if (!user_may_write(call, change, field, options))
                        (void)error_add(context, field_path(call, options, field), "read_only");
        }
        if (!keeps_original(call, options) && is_asked(options, object->owner) && owner_refused(call, change))
                (void)error_add(context, field_path(call, options, object->owner), "may_not_assign");
        return context->error.count > errors ? STATUS_INVALID : STATUS_OK;
}

static bool is_blank(Value value) {
        if (value.kind == VALUE_NULL)
                return true;
        return value.kind == VALUE_TEXT && str_empty(str_trim(value.text));
}

static Status target_exists(Call *call, const Object *target, int64_t id, bool by_user, bool *ret) {
        if (by_user) {
                Status status = STATUS_OK;
                *ret = query_visible(call, target, id, &status);
                return status;
        }
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from ");
        sql_name(&select, target->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        sql(&select, " and deleted_at is null");
        int64_t one = 0;
        return db_get_int(call->db, &select, &one, ret);
}

// Will the target be written too, in the same transaction? (A total of its children; what an activity tells its record.)
static bool written_along(const RecordChange *change, const Field *field) {
        const Object *object = change->object;
        for (size_t i = 0; i < object->rollups_count; i++)
                if (object->rollups_on_parents[i]->rollup_by == field)
                        return true;
        return field->type->expr == EXPR_RECORD;
}

// Rows are locked in the order of their ids: what the record leaves is written too.
static Status lock_rows(Call *call, const Object *target, const int64_t *ids, size_t count, bool written, bool *ret_first) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"id\" from ");
        sql_name(&select, target->table);
        sql(&select, " where \"id\" in ");
        sql_int_list(&select, ids, count);
        sql(&select, " and deleted_at is null order by \"id\"");
        sql_fixed(&select, written ? STR(" for update") : STR(" for share"));
        *ret_first = false;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                *ret_first |= rows_int(rows, 0) == ids[0];
        }
}

// On PostgreSQL somebody may be deleting the target right now: it is held until this transaction ends. What will be written is locked for that at once,
// for two who share a lock and both want more wait for each other.
static Status hold_target(Call *call, const RecordChange *change, const Field *field, const Object *target, int64_t id, bool *ret) {
        if (db_dialect(call->db) != DIALECT_POSTGRES)
                return STATUS_OK;
        bool written = written_along(change, field);
        Value left = written && change->before ? change->before->values[field->index] : VALUE_NONE;
        int64_t ids[2] = {id, left.kind == VALUE_INTEGER ? left.integer : 0};
        return lock_rows(call, target, ids, ids[1] ? 2 : 1, written, ret);
}

// Whose choice is the target: the caller's, who must see it, or code's?
static bool callers_choice(const Call *call, const RecordChange *change, const WriteOptions *options, const Field *field) {
        if (!change->by_user)
                return options->asked && options->asked[field->index] && !call->actor->system;
        return change->given[field->index]; // what defaults and hooks put there is the administrator's
}

static Status check_target(Call *call, const RecordChange *change, const WriteOptions *options, const Field *field, const Object *target, int64_t id) {
        bool found = true, by_user = callers_choice(call, change, options, field);
        if (by_user || db_dialect(call->db) != DIALECT_POSTGRES) // else holding it tells
                TRY(target_exists(call, target, id, by_user, &found));
        if (found)
                TRY(hold_target(call, change, field, target, id, &found));
        if (!found)
                (void)error_add(call->context, field_path(call, options, field), "reference_missing");
        return STATUS_OK;
}

static Status check_list(Call *call, const RecordChange *change, const WriteOptions *options, const Field *field, Str list) {
        Json *ids = NULL;
        TRY(json_parse(call->context, list, 2, &ids));
        for (size_t i = 0; i < ids->count; i++) {
                int64_t id = 0;
                if (str_to_int64(ids->items[i].text, &id))
                        TRY(check_target(call, change, options, field, field->target, id));
        }
        return STATUS_OK;
}

static Status check_record_field(Call *call, const RecordChange *change, const WriteOptions *options, const Field *field, Str text) {
        Str rest = text, name = STR_NONE;
        int64_t id = 0;
        (void)str_cut(&rest, ':', &name);
        const Object *target = catalog_find(call->catalog, name);
        if (!target || !str_to_int64(rest, &id)) {
                (void)error_add(call->context, field_path(call, options, field), "reference_missing");
                return STATUS_OK;
        }
        return check_target(call, change, options, field, target, id);
}

static Status check_reference(Call *call, const RecordChange *change, const WriteOptions *options, const Field *field) {
        Value value = change->after->values[field->index];
        if (value_is_null(value) || (change->before && !record_changed(change, field)))
                return STATUS_OK;
        if (field_is_file(field))
                return file_check(call, field_path(call, options, field), change->object, change->id, value.integer);
        if (field->type->reference && field->target)
                return check_target(call, change, options, field, field->target, value.integer);
        if (field->type->expr == EXPR_RECORD)
                return check_record_field(call, change, options, field, value.text);
        if (field->type->list && field->target)
                return check_list(call, change, options, field, value.text);
        return STATUS_OK;
}

// Records that have a retired option keep it; nobody chooses it anew. (An import may bring what was.)
static void check_option(Call *call, const RecordChange *change, const WriteOptions *options, const Field *field) {
        Value value = change->after->values[field->index];
        if (!field->options_count || field->type->list || value.kind != VALUE_TEXT || !change->by_user || options->import)
                return;
        const Option *option = field_option(field, value.text);
        if (option && option->retired)
                (void)error_add(call->context, field_path(call, options, field), "unknown_option", value.text);
}

Status validate_record(Call *call, const RecordChange *change, const RecordInput *input, const WriteOptions *options) {
        Context *context = call->context;
        for (size_t i = 0; i < change->object->fields_count; i++) {
                const Field *field = change->object->fields[i];
                if (input->failed[i] || !field->stored)
                        continue;
                bool touched = !change->before || record_changed(change, field);
                if (touched)
                        check_option(call, change, options, field);
                if (field->required && touched && is_blank(change->after->values[i]))
                        (void)error_add(context, field_path(call, options, field), "required");
                else if (!field->system || field->role == FIELD_OWNER || field->role == FIELD_DEPARTMENT)
                        TRY(check_reference(call, change, options, field));
        }
        TRY(rules_enforce(call, change, input, options));
        return context->error.count > 0 ? STATUS_INVALID : STATUS_OK;
}
