// A saved view: its object must be one the reader may see, its filter and sort must be understood for that object; a locked one is changed by its owner or an
// administrator after unlocking.
#include "record/record.h"

static Status check_filter(Call *call, const Object *object, Value filter) {
        Context *context = call->context;
        if (filter.kind != VALUE_TEXT || str_empty(str_trim(filter.text)))
                return STATUS_OK;
        ExprNames names = actor_names(call->actor);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        const Expr *expr = NULL;
        Error before = context->error;
        if (expr_parse(context, &parse, filter.text, &expr) == STATUS_OK)
                return STATUS_OK;
        Error found = context->error;
        context->error = before;
        (void)error_add_(context, STR("filter"), found.code, found.args);
        context->error.items[context->error.count - 1].position = found.position;
        return STATUS_OK;
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
        return check_filter(call, object, record_value(view, "filter"));
}

const ObjectModule view_module = {.object = "view", .before = before};
