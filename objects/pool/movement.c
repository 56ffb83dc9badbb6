// Records going into pools and out of them, and the log of that.
#include "objects/pool/pool.h"
#include "record/write.h"

static const char *const keys[] = {"claim", "release", "recycle", "assign", "import", "return"};

Str movement_key(MovementKind kind) {
        return str_from(keys[kind]);
}

static void set_id(RecordInput *input, const char *field, int64_t id) {
        if (id)
                record_input_set(input, field, value_int(id));
}

// It belongs to nobody: who sees the record sees it, and the pool's administrators do.
Status movement_add(Call *call, const Movement *movement) {
        Arena *arena = call->context->arena;
        const Object *object = catalog_get(call->catalog, "pool_movement");
        RecordInput *input = record_input_new(arena, object);
        const Option *option = field_option(object_get(object, "kind"), movement_key(movement->kind));
        record_input_set(input, "name", value_text(option ? label_text(&option->label, call->context->lang) : movement_key(movement->kind)));
        record_input_set(input, "target", value_text(str_format(arena, STR_FMT ":%lld", STR_ARG(movement->object->name), (long long)movement->record)));
        record_input_set(input, "kind", value_text(movement_key(movement->kind)));
        record_input_set(input, "at", value_datetime(call->context->now_ms));
        record_input_set(input, "owner", VALUE_NONE);
        set_id(input, "pool", movement->pool);
        set_id(input, "from_user", movement->from);
        set_id(input, "to_user", movement->to);
        set_id(input, "rule", movement->rule);
        set_id(input, "run", movement->run);
        if (movement->reason.len)
                record_input_set(input, "reason", value_text(movement->reason));
        WriteOptions options = {.as_system = true, .quiet = true};
        int64_t id = 0;
        return record_create(call, input, &options, &id);
}

static Status move(Call *call, const Record *record, const RecordInput *input, const Movement *movement) {
        WriteOptions options = {.as_system = true, .action = movement_key(movement->kind)};
        bool outer = call->moving;
        call->moving = true;
        Status status = record_update(call, record->object, record->id, input, &options);
        call->moving = outer;
        return status == STATUS_OK ? movement_add(call, movement) : status;
}

Status movement_take(Call *call, const Record *record, const Movement *movement) {
        RecordInput *input = record_input_new(call->context->arena, record->object);
        record_input_set(input, "owner", value_int(movement->to));
        record_input_set(input, "pool", VALUE_NONE);
        return move(call, record, input, movement);
}

Status movement_put(Call *call, const Record *record, const Movement *movement) {
        RecordInput *input = record_input_new(call->context->arena, record->object);
        Value owner = record->values[record->object->owner->index];
        record_input_set(input, "owner", VALUE_NONE);
        record_input_set(input, "pool", value_int(movement->pool));
        record_input_set(input, "former_owner", owner);
        record_input_set(input, "pooled_at", value_datetime(call->context->now_ms));
        record_input_set(input, "pool_reason", movement->reason.len ? value_text(movement->reason) : VALUE_NONE);
        return move(call, record, input, movement);
}
