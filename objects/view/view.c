// A saved view: its object must be one the reader may see, its filter, sort, group and columns must be understood for that object; a locked one is changed by its
// owner or an administrator after unlocking.
#include "objects/shared/condition.h"

#define COLUMNS_MOST 100
#define DEPTH_MOST 32

static void check_filter(Call *call, const Object *object, Value filter) {
        if (filter.kind == VALUE_TEXT && !str_empty(str_trim(filter.text)))
                condition_check(call, object, STR("filter"), filter.text);
}

static void check_sort(Call *call, const Object *object, Value sort) {
        Str rest = sort.kind == VALUE_TEXT ? sort.text : STR_NONE, part = STR_NONE;
        while (str_cut(&rest, ',', &part)) {
                part = str_trim(part);
                Str name = str_starts(part, STR("-")) ? str_slice(part, 1, part.len) : part;
                const Field *field = object_find(object, name);
                if (!field || !field->sortable || actor_field(call->actor, field) < FIELD_READ)
                        (void)error_add(call->context, STR("sort"), "not_sortable", name);
        }
}

static void check_group(Call *call, const Object *object, Value group) {
        Str name = group.kind == VALUE_TEXT ? str_trim(group.text) : STR_NONE;
        const Field *field = object_find(object, name);
        if (!str_empty(name) && (!field || !field_groupable(field) || actor_field(call->actor, field) < FIELD_READ))
                (void)error_add(call->context, STR("group"), "not_groupable", name);
}

// "name", or a path such as "customer.level".
static bool column_known(const Call *call, const Object *object, Str path) {
        if (str_empty(path))
                return false;
        for (Str name; str_cut(&path, '.', &name);) {
                const Field *field = object && actor_may(call->actor, object, VERB_READ) ? object_find(object, name) : NULL;
                if (!field || field->hidden || actor_field(call->actor, field) == FIELD_HIDE)
                        return false;
                object = field->target;
        }
        return true;
}

static Status check_columns(Call *call, const Object *object, Value columns) {
        if (columns.kind != VALUE_TEXT)
                return STATUS_OK;
        Json *list = NULL;
        Arena *arena = call->context->arena;
        TRY(json_parse(call->context, columns.text, DEPTH_MOST, &list));
        if (list->kind != JSON_ARRAY)
                (void)error_add(call->context, STR("columns"), "wrong_type", STR("array"));
        else if (list->count > COLUMNS_MOST)
                (void)error_add(call->context, STR("columns"), "too_many", str_format(arena, "%d", COLUMNS_MOST));
        for (size_t i = 0; list->kind == JSON_ARRAY && i < list->count && i < COLUMNS_MOST; i++) {
                const Json *item = &list->items[i];
                if (item->kind != JSON_STRING || !column_known(call, object, item->text))
                        (void)error_add(call->context, str_format(arena, "columns[%zu]", i), "unknown_field", item->kind == JSON_STRING ? item->text : STR_NONE);
        }
        return STATUS_OK;
}

static Status check_settings(Call *call, Value settings) {
        if (settings.kind != VALUE_TEXT)
                return STATUS_OK;
        Json *json = NULL;
        TRY(json_parse(call->context, settings.text, DEPTH_MOST, &json));
        if (json->kind != JSON_OBJECT)
                (void)error_add(call->context, STR("settings"), "wrong_type", STR("object"));
        return STATUS_OK;
}

// A field that went away since then is no reason to refuse another name.
static bool kept(const RecordChange *change, const char *field) {
        return change->before && value_eq(record_value(change->before, field), record_value(change->after, field)) &&
               value_eq(record_value(change->before, "object"), record_value(change->after, "object"));
}

static bool only_unlocks(const RecordChange *change) {
        return change->before && record_value(change->before, "locked").boolean && !record_value(change->after, "locked").boolean;
}

static Status before(Call *call, RecordChange *change) {
        const Record *view = change->after ? change->after : change->before;
        if (change->before && change->by_user && record_value(change->before, "locked").boolean && (!change->after || !only_unlocks(change)))
                return error_set(call->context, STATUS_CONFLICT, "view_locked");
        if (!change->after || !change->by_user)
                return STATUS_OK;
        Value name = record_value(view, "object");
        const Object *object = name.kind == VALUE_TEXT ? catalog_find(call->catalog, name.text) : NULL;
        if (!object || !actor_may(call->actor, object, VERB_READ)) {
                (void)error_add(call->context, STR("object"), "unknown_object", name.kind == VALUE_TEXT ? name.text : STR_NONE);
                return STATUS_OK;
        }
        check_sort(call, object, record_value(view, "sort"));
        if (!kept(change, "group"))
                check_group(call, object, record_value(view, "group"));
        if (!kept(change, "columns"))
                TRY(check_columns(call, object, record_value(view, "columns")));
        if (!kept(change, "settings"))
                TRY(check_settings(call, record_value(view, "settings")));
        check_filter(call, object, record_value(view, "filter"));
        return STATUS_OK;
}

const ObjectModule view_module = {.object = "view", .before = before};
