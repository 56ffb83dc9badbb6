// The record pipeline: create, update, delete and restore, each in the caller's transaction:
// authorise → defaults → object's hook → validate → store → roll-ups → search terms → history → events → object's hook.
#include "base/unicode.h"
#include "meta/take.h"
#include "record/file.h"
#include "record/duplicate.h"
#include "record/entry.h"
#include "record/purge.h"
#include "record/search.h"
#include "record/write.h"

#define CASCADE_LIMIT 10000 // children one delete may take along or clear

static bool may_as_user(const Call *call, const WriteOptions *options) {
        return !options->as_system && !call->actor->system;
}

// ---- Values that the system fills in

static Value converted(Value value, ValueKind kind) {
        Decimal number;
        if (value.kind == VALUE_INTEGER && kind == VALUE_NUMBER)
                return decimal_from_int(value.integer, &number) ? value_number(number) : VALUE_NONE;
        return value.kind == kind ? value : VALUE_NONE;
}

static Status default_value(Call *call, Record *record, const Field *field, const ExprRows *rows) {
        Value *slot = &record->values[field->index];
        if (field->default_expr) {
                ExprEnv env = actor_env(call->context, call->actor);
                Value value = VALUE_NONE;
                TRY(expr_eval(call->context, field->default_expr, &env, rows, record, &value));
                *slot = converted(value, field->kind);
        } else {
                *slot = field->fixed_default;
        }
        return STATUS_OK;
}

static Status no_children(void *self, Context *context, const void *row, const ExprChildren *relation, const void ***ret_rows, size_t *ret_count) {
        (void)self;
        (void)context;
        (void)row;
        (void)relation;
        *ret_rows = NULL;
        *ret_count = 0;
        return STATUS_OK;
}

// A new record has no children yet: its roll-ups are what they are over none.
static Status empty_rollup(Call *call, Record *record, const Field *field, ExprRows rows) {
        ExprEnv env = {.now_ms = call->context->now_ms, .zone = call->catalog->zone};
        rows.children = no_children;
        Value value = VALUE_NONE;
        TRY(expr_eval(call->context, field->compiled, &env, &rows, record, &value));
        record->values[field->index] = converted(value, field->kind);
        return STATUS_OK;
}

static Status number(Call *call, Record *record, const Field *field) {
        Str text = STR_NONE;
        TRY(auto_number_next(call, field, &text));
        record->values[field->index] = value_text(text);
        return STATUS_OK;
}

Status record_defaults(Call *call, Record *record, const bool *given, const Value *filled, const ExprRows *rows, bool numbered) {
        for (size_t i = 0; i < record->object->fields_count; i++) {
                const Field *field = record->object->fields[i];
                if (!field->stored || given[i])
                        continue;
                if (field->rollup_by) {
                        TRY(empty_rollup(call, record, field, *rows));
                        continue;
                }
                if (filled && !value_is_null(filled[i])) {
                        record->values[i] = filled[i];
                        continue;
                }
                TRY(default_value(call, record, field, rows));
                if (numbered && str_is(str_from(field->type->name), "auto_number") && value_is_null(record->values[i]))
                        TRY(number(call, record, field));
        }
        return STATUS_OK;
}

// The department follows the owner; a record whose owner has none keeps none.
void record_follow_owner(Call *call, RecordChange *change) {
        const Object *object = change->object;
        if (!object->follow_owner || !record_changed(change, object->owner))
                return;
        Value owner = change->after->values[object->owner->index];
        const Person *person = value_is_null(owner) ? NULL : access_person(call->actor->access, owner.integer);
        change->after->values[object->department->index] = person && person->department ? value_int(person->department) : VALUE_NONE;
}

static Value me(const Call *call) {
        return call->actor->user ? value_int(call->actor->user) : VALUE_NONE;
}

static void stamp(Call *call, RecordChange *change, const RecordInput *input, const WriteOptions *options) {
        Value *values = change->after->values;
        bool keep = options->import;
        if (!change->before) {
                if (!keep || !input->given[FIELD_CREATED_AT - FIELD_ID] || value_is_null(values[FIELD_CREATED_AT - FIELD_ID]))
                        values[FIELD_CREATED_AT - FIELD_ID] = value_datetime(call->context->now_ms);
                if (!keep || !input->given[FIELD_CREATED_BY - FIELD_ID] || value_is_null(values[FIELD_CREATED_BY - FIELD_ID]))
                        values[FIELD_CREATED_BY - FIELD_ID] = me(call);
        }
        if (!keep || !input->given[FIELD_UPDATED_AT - FIELD_ID] || value_is_null(values[FIELD_UPDATED_AT - FIELD_ID]))
                values[FIELD_UPDATED_AT - FIELD_ID] = value_datetime(call->context->now_ms);
        values[FIELD_UPDATED_BY - FIELD_ID] = me(call);
}

// ---- SQL

static Value sort_value(Call *call, const RecordInput *input, const Record *record, const Field *field) {
        Value value = record->values[field->index];
        if (value_is_null(value))
                return VALUE_NONE;
        if (input && input->sort_keys[field->index].len && input->values[field->index].text.data == value.text.data)
                return value_blob(input->sort_keys[field->index]);
        return value_blob(text_sort_key(call->context->arena, value.text));
}

static bool column_written(const RecordChange *change, const Field *field) {
        if (!field->stored || field->role == FIELD_ID || field->role == FIELD_DELETED_AT)
                return false;
        if (!change->before)
                return !value_is_null(change->after->values[field->index]);
        return record_changed(change, field);
}

static Status insert_row(Call *call, RecordChange *change, const RecordInput *input) {
        const Object *object = change->object;
        Sql insert = db_sql(call->db), values = db_sql(call->db);
        sql(&insert, "insert");
        sql_or_fail(&insert);
        sql(&insert, " into ");
        sql_name(&insert, object->table);
        sql(&insert, " (");
        bool first = true;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!column_written(change, field))
                        continue;
                if (!first) {
                        sql(&insert, ", ");
                        sql(&values, ", ");
                }
                first = false;
                sql_name(&insert, field->column);
                sql_value(&values, change->after->values[i]);
                if (field->sort_column.len) {
                        sql(&insert, ", ");
                        sql_name(&insert, field->sort_column);
                        sql(&values, ", ");
                        sql_value(&values, sort_value(call, input, change->after, field));
                }
        }
        sql(&insert, ") values (");
        sql_append(&insert, &values);
        sql(&insert, ")");
        sql_returning_id(&insert);
        return db_insert(call->db, &insert, &change->after->id);
}

static Status update_row(Call *call, const RecordChange *change, const RecordInput *input) {
        const Object *object = change->object;
        Sql update = db_sql(call->db);
        sql(&update, "update");
        sql_or_fail(&update);
        sql(&update, " ");
        sql_name(&update, object->table);
        sql(&update, " set ");
        bool first = true;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!column_written(change, field))
                        continue;
                if (!first)
                        sql(&update, ", ");
                first = false;
                sql_name(&update, field->column);
                sql(&update, " = ");
                sql_value(&update, change->after->values[i]);
                if (field->sort_column.len) {
                        sql(&update, ", ");
                        sql_name(&update, field->sort_column);
                        sql(&update, " = ");
                        sql_value(&update, sort_value(call, input, change->after, field));
                }
        }
        sql(&update, " where \"id\" = ");
        sql_int(&update, change->id);
        return db_exec(call->db, &update, NULL);
}

static Status mark_row(Call *call, const Object *object, int64_t id, Value deleted_at, int64_t version) {
        Sql update = db_sql(call->db);
        sql(&update, "update");
        sql_or_fail(&update);
        sql(&update, " ");
        sql_name(&update, object->table);
        sql(&update, " set deleted_at = ");
        sql_value(&update, deleted_at);
        sql(&update, ", version = ");
        sql_int(&update, version);
        sql(&update, ", updated_at = ");
        sql_value(&update, value_datetime(call->context->now_ms));
        sql(&update, " where \"id\" = ");
        sql_int(&update, id);
        return db_exec(call->db, &update, NULL);
}

// A unique index was hit: says so at its fields.
static Status unique_error(Call *call, const Object *object, const WriteOptions *options, Status status) {
        Context *context = call->context;
        if (status != STATUS_CONFLICT || !context->error.code || strcmp(context->error.code, "not_unique") != 0)
                return status;
        Str index_name = context->error.args[0];
        error_clear(context);
        for (size_t i = 0; i < object->indexes_count; i++) {
                const IndexDef *index = &object->indexes[i];
                if (!str_eq(index->name, index_name))
                        continue;
                for (size_t k = 0; k < index->count; k++)
                        (void)error_add(context, field_path(call, options, index->fields[k]), "not_unique");
        }
        return context->error.count ? STATUS_INVALID : error_set(context, STATUS_CONFLICT, "not_unique", index_name);
}

// ---- After the row is stored

static bool search_concerned(const RecordChange *change) {
        const Object *object = change->object;
        if (!object->search)
                return false;
        if (!change->before || !change->after)
                return true;
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if ((field->search || field->role == FIELD_NAME || field->role == FIELD_OWNER || field->role == FIELD_DEPARTMENT) && record_changed(change, field))
                        return true;
        }
        return false;
}

// Who may see it is part of what is searched.
static Status update_scope(Call *call, const RecordChange *change) {
        Entries entries = {0};
        bool changed = false;
        TRY(entries_put(call, change, &entries, &changed));
        if (!changed && !search_concerned(change))
                return STATUS_OK;
        return change->after ? search_put(call, change->object, change->id, change->after->values, &entries) : search_remove(call, change->object, change->id);
}

static Status follow_through(Call *call, const RecordChange *change, int64_t version, const WriteOptions *options) {
        const ObjectModule *module = record_module(call, change->object);
        TRY(file_link(call, change));
        TRY(rollup_update(call, change));
        TRY(update_scope(call, change));
        TRY(duplicates_put(call, change));
        TRY(history_add(call, change, version, options->action));
        TRY(audit_change(call, change, options->action));
        if (!options->quiet && !call->quiet)
                TRY(outbox_add(call, change, version));
        return module && module->after ? module->after(call, change) : STATUS_OK;
}

static Status run_before(Call *call, RecordChange *change, const WriteOptions *options) {
        const ObjectModule *module = record_module(call, change->object);
        size_t errors = call->context->error.count;
        Status status = module && module->before ? module->before(call, change) : STATUS_OK;
        if (!str_empty(options->path_prefix))
                error_prefix(call->context, errors, options->path_prefix);
        return status;
}

// ---- Create

static Record *after_create(Call *call, const RecordInput *input) {
        Record *record = arena_new_of(call->context->arena, Record);
        record->object = input->object;
        record->values = arena_copy(call->context->arena, input->values, sizeof(Value) * input->object->fields_count);
        return record;
}

Status record_create(Call *call, const RecordInput *input, const WriteOptions *options, int64_t *ret_id) {
        const Object *object = input->object;
        bool by_user = may_as_user(call, options);
        if (by_user && !actor_may(call->actor, object, VERB_CREATE))
                return error_set(call->context, STATUS_FORBIDDEN, "may_not_create", label_text(&object->label, call->context->lang));
        RecordChange change = {.kind = CHANGE_CREATE, .object = object, .after = after_create(call, input), .given = input->given, .by_user = by_user};
        ExprRows rows = record_rows(call);
        TRY(record_defaults(call, change.after, input->given, options->filled, &rows, true));
        Value *owner = &change.after->values[object->owner->index];
        if (value_is_null(*owner) && !input->given[object->owner->index])
                *owner = options->owner ? value_int(options->owner) : me(call);
        record_follow_owner(call, &change);
        Status rights = by_user ? validate_rights(call, &change, input, options) : STATUS_OK;
        TRY(run_before(call, &change, options));
        stamp(call, &change, input, options);
        Status valid = validate_record(call, &change, input, options);
        if (valid != STATUS_OK || rights != STATUS_OK)
                return valid != STATUS_OK ? valid : rights;
        record_follow_owner(call, &change);
        change.after->values[FIELD_VERSION - FIELD_ID] = value_int(1);
        change.after->version = 1;
        TRY(duplicates_refuse(call, &change, options));
        TRY(unique_error(call, object, options, insert_row(call, &change, input)));
        change.id = change.after->id;
        change.after->values[0] = value_int(change.id);
        TRY(follow_through(call, &change, 1, options));
        *ret_id = change.id;
        return STATUS_OK;
}

// ---- Update

// Loads for writing: invisible is not found, visible but not in the scope of verb is forbidden, another version is stale.
static Status load_for(Call *call, const Object *object, int64_t id, Verb verb, const WriteOptions *options, Record **ret) {
        bool by_user = may_as_user(call, options), allowed = true;
        if (by_user) {
                Status status = STATUS_OK;
                bool visible = query_visible(call, object, id, &status);
                TRY(status);
                if (!visible)
                        return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        }
        TRY(record_load(call, object, id, ret));
        if (by_user)
                TRY(record_allowed(call, verb, *ret, &allowed));
        if (!allowed)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        if (options->version && options->version != (*ret)->version)
                return error_set(call->context, STATUS_STALE, "stale");
        return STATUS_OK;
}

static Record *after_update(Call *call, const Record *before, const RecordInput *input) {
        Arena *arena = call->context->arena;
        Record *after = arena_copy(arena, before, sizeof *before);
        after->values = arena_copy(arena, before->values, sizeof(Value) * before->object->fields_count);
        for (size_t i = 0; i < before->object->fields_count; i++)
                if (input->given[i] && !input->failed[i])
                        after->values[i] = input->values[i];
        return after;
}

static bool any_change(const RecordChange *change) {
        for (size_t i = 0; i < change->object->fields_count; i++)
                if (change->object->fields[i]->stored && record_changed(change, change->object->fields[i]))
                        return true;
        return false;
}

Status record_update(Call *call, const Object *object, int64_t id, const RecordInput *input, const WriteOptions *options) {
        Record *before = NULL;
        TRY(load_for(call, object, id, VERB_UPDATE, options, &before));
        RecordChange change = {.kind = CHANGE_UPDATE, .object = object, .id = id, .before = before, .given = input->given, .by_user = may_as_user(call, options)};
        change.after = after_update(call, before, input);
        record_follow_owner(call, &change);
        Status rights = change.by_user || (options->asked && !call->actor->system) ? validate_rights(call, &change, input, options) : STATUS_OK;
        if (any_change(&change))
                TRY(run_before(call, &change, options));
        if (options->exact)
                change.after = after_update(call, before, input);
        Status valid = validate_record(call, &change, input, options);
        if (valid != STATUS_OK || rights != STATUS_OK)
                return valid != STATUS_OK ? valid : rights;
        if (!any_change(&change))
                return STATUS_OK;
        record_follow_owner(call, &change);
        stamp(call, &change, input, options);
        change.after->version = before->version + 1;
        change.after->values[FIELD_VERSION - FIELD_ID] = value_int(change.after->version);
        TRY(duplicates_refuse(call, &change, options));
        TRY(unique_error(call, object, options, update_row(call, &change, input)));
        return follow_through(call, &change, change.after->version, options);
}

// ---- Delete and restore

// Who is deleted or restored, and one way that others point at it.
typedef struct Parent { const Object *object; int64_t id; const Object *child; const Field *field; } Parent;

static Status child_ids(Call *call, const Parent *parent, Value deleted_at, int limit, int64_t **ret, size_t *ret_count) {
        Sql select = db_sql(call->db);
        sql(&select, "select t.\"id\" from ");
        sql_name(&select, parent->child->table);
        if (value_is_null(deleted_at)) {
                sql(&select, " t where t.deleted_at is null");
        } else {
                sql(&select, " t where t.deleted_at = ");
                sql_value(&select, deleted_at);
        }
        entries_referring(parent->field, parent->object, parent->id, &select);
        sql(&select, " order by t.\"id\" limit ");
        sql_int(&select, limit);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        int64_t *ids = NULL;
        size_t count = 0, capacity = 0;
        for (bool found = true;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                if (count == capacity) {
                        int64_t *more = arena_array(call->context->arena, int64_t, capacity ? capacity * 2 : 32);
                        if (count)
                                memcpy(more, ids, count * sizeof *ids);
                        ids = more;
                        capacity = capacity ? capacity * 2 : 32;
                }
                ids[count++] = rows_int(rows, 0);
        }
        if (count > CASCADE_LIMIT)
                return error_set(call->context, STATUS_CONFLICT, "too_many_children", label_text(&parent->child->plural, call->context->lang));
        *ret = ids;
        *ret_count = count;
        return STATUS_OK;
}

static bool relation_is_reference(const Relation *relation) {
        return relation->field->type->reference && relation->field->stored;
}

static Status delete_children(Call *call, const Parent *parent) {
        int64_t *ids = NULL;
        size_t count = 0;
        bool restricts = parent->field->on_delete == ON_DELETE_RESTRICT;
        TRY(child_ids(call, parent, VALUE_NONE, restricts ? 1 : CASCADE_LIMIT + 1, &ids, &count));
        if (count && restricts)
                return error_set(call->context, STATUS_CONFLICT, "has_children", label_text(&parent->child->plural, call->context->lang));
        WriteOptions options = {.as_system = true, .action = STR("cascade")};
        for (size_t i = 0; i < count; i++) {
                if (parent->field->on_delete == ON_DELETE_CASCADE) {
                        TRY(record_delete(call, parent->child, ids[i], &options));
                        continue;
                }
                RecordInput *input = record_input_new(call->context->arena, parent->child);
                input->given[parent->field->index] = true;
                TRY(record_update(call, parent->child, ids[i], input, &options));
        }
        return STATUS_OK;
}

// Calls step for every way that others point at the record and that a deletion concerns: references, and record fields that go along.
static Status each_child(Call *call, Parent *parent, Status (*step)(Call *call, const Parent *parent, Value deleted_at), Value deleted_at) {
        for (size_t i = 0; i < parent->object->children_count; i++) {
                const Relation *relation = &parent->object->children[i];
                parent->child = relation->child;
                parent->field = relation->field;
                if (relation_is_reference(relation))
                        TRY(step(call, parent, deleted_at));
        }
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                parent->child = call->catalog->objects[i];
                for (size_t k = 0; k < parent->child->record_fields_count; k++) {
                        parent->field = parent->child->record_fields[k];
                        if (parent->field->on_delete == ON_DELETE_CASCADE && !parent->child->retired)
                                TRY(step(call, parent, deleted_at));
                }
        }
        return STATUS_OK;
}

static Status delete_step(Call *call, const Parent *parent, Value deleted_at) {
        (void)deleted_at;
        return delete_children(call, parent);
}

Status record_delete(Call *call, const Object *object, int64_t id, const WriteOptions *options) {
        Record *before = NULL;
        TRY(load_for(call, object, id, VERB_DELETE, options, &before));
        RecordChange change = {.kind = CHANGE_DELETE, .object = object, .id = id, .before = before, .by_user = may_as_user(call, options)};
        change.given = arena_array(call->context->arena, bool, object->fields_count);
        TRY(run_before(call, &change, options));
        TRY(each_child(call, &(Parent){.object = object, .id = id}, delete_step, VALUE_NONE));
        TRY(mark_row(call, object, id, value_datetime(call->context->now_ms), before->version + 1));
        return follow_through(call, &change, before->version + 1, options);
}

static Status restore_one(Call *call, const Object *object, int64_t id, bool by_user);

// What went along comes back along, whoever owns it.
static Status restore_step(Call *call, const Parent *parent, Value deleted_at) {
        int64_t *ids = NULL;
        size_t count = 0;
        if (parent->field->on_delete != ON_DELETE_CASCADE)
                return STATUS_OK;
        TRY(child_ids(call, parent, deleted_at, CASCADE_LIMIT + 1, &ids, &count));
        for (size_t i = 0; i < count; i++)
                TRY(restore_one(call, parent->child, ids[i], false));
        return STATUS_OK;
}

static Status deleted_at_of(Call *call, const Object *object, int64_t id, Value *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select deleted_at from ");
        sql_name(&select, object->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret = found ? rows_value(rows, 0, VALUE_DATETIME) : VALUE_NONE;
        return STATUS_OK;
}

// What cannot be without its parent does not come back before it.
static Status check_parents(Call *call, const Record *record) {
        for (size_t i = 0; i < record->object->fields_count; i++) {
                const Field *field = record->object->fields[i];
                Value value = record->values[i];
                if (!field->stored || field->system || !field->type->reference || !field->target || field->on_delete == ON_DELETE_CLEAR || value.kind != VALUE_INTEGER)
                        continue;
                Record *parent = NULL;
                TRY(record_read_row(call, field->target, value.integer, false, true, &parent));
                if (!parent)
                        return error_set(call->context, STATUS_CONFLICT, "parent_deleted", label_text(&field->label, call->context->lang));
        }
        return STATUS_OK;
}

static Status restore_one(Call *call, const Object *object, int64_t id, bool by_user) {
        Record *record = NULL;
        TRY(record_read_row(call, object, id, true, true, &record));
        bool allowed = record && !by_user;
        if (record && by_user)
                TRY(record_allowed(call, VERB_READ, record, &allowed));
        if (allowed && by_user)
                TRY(record_allowed(call, VERB_DELETE, record, &allowed));
        if (!allowed)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(check_parents(call, record));
        TRY(record_mend_bin(call, object, id, &record));
        Value deleted_at = VALUE_NONE;
        TRY(deleted_at_of(call, object, id, &deleted_at));
        RecordChange change = {.kind = CHANGE_RESTORE, .object = object, .id = id, .after = record, .by_user = by_user};
        change.given = arena_array(call->context->arena, bool, object->fields_count);
        WriteOptions options = {.action = STR("restore")};
        TRY(run_before(call, &change, &options));
        record->version++;
        record->values[FIELD_VERSION - FIELD_ID] = value_int(record->version);
        record->values[FIELD_UPDATED_AT - FIELD_ID] = value_datetime(call->context->now_ms);
        TRY(unique_error(call, object, &options, mark_row(call, object, id, VALUE_NONE, record->version)));
        TRY(duplicates_forget(call, object, id));
        TRY(follow_through(call, &change, record->version, &options));
        return each_child(call, &(Parent){.object = object, .id = id}, restore_step, deleted_at);
}

Status record_restore(Call *call, const Object *object, int64_t id) {
        return restore_one(call, object, id, !call->actor->system);
}
