// Giving records to colleagues by rules: asking the rules, writing down why, telling whoever got something.
#include "objects/assignment_rule/assign.h"
#include "objects/assignment_rule/response.h"
#include "objects/assignment_rule/rules.h"
#include "objects/cadence/cadence.h"
#include "objects/notification/notify.h"
#include "objects/pool/pool.h"
#include "record/write.h"

#define ACTION "assign_by_rules"
#define CANDIDATES_CAP (128u << 10)
#define TOLD_AT_ONCE 100

typedef struct Asked { Assigner *assigner; AssignDecision decision; } Asked; // carried from before to after

static Status ask(Call *call, const Record *record, const Object *object, Asked **ret) {
        Asked *asked = arena_new_of(call->context->arena, Asked);
        TRY(assigner_open(call, object, true, &asked->assigner));
        TRY(assigner_decide(asked->assigner, record, &asked->decision));
        TRY(assigner_keep(asked->assigner));
        *ret = asked;
        return STATUS_OK;
}

// ---- Writing down

static Str target_text(Call *call, const Object *object, int64_t id) {
        return str_format(call->context->arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id);
}

static Status write_decision(Call *call, const Object *object, int64_t id, const AssignDecision *decision, bool told_later) {
        const AssignRule *rule = decision->rule;
        Buf candidates = buf_make(call->context->arena, CANDIDATES_CAP);
        JsonWriter w = json_writer(&candidates);
        RecordInput *input = record_input_new(call->context->arena, catalog_get(call->catalog, "assignment_decision"));
        candidates_write(decision, &w);
        record_input_set(input, "name", value_text(rule && rule->name.len ? rule->name : STR("-")));
        record_input_set(input, "owner", VALUE_NONE); // nobody's: it is read with its record
        record_input_set(input, "target", value_text(target_text(call, object, id)));
        record_input_set(input, "outcome", value_text(str_from(assign_outcome_name(decision->outcome))));
        record_input_set(input, "at", value_datetime(call->context->now_ms));
        if (rule)
                record_input_set(input, "method", value_text(str_from(assign_method_name(rule->method))));
        if (rule && rule->id)
                record_input_set(input, "rule", value_int(rule->id));
        if (decision->chosen)
                record_input_set(input, "chosen", value_int(decision->chosen));
        if (decision->pool)
                record_input_set(input, "pool", value_int(decision->pool));
        if (decision->tried_count && !buf_full(&candidates))
                record_input_set(input, "candidates", value_text(buf_str(&candidates)));
        if (told_later)
                record_input_set(input, "untold", value_int(1));
        WriteOptions options = {.as_system = true, .action = STR(ACTION)};
        int64_t decision_id = 0;
        return record_create(call, input, &options, &decision_id);
}

static Status tell(Call *call, const Object *object, int64_t id, Str name, const AssignDecision *decision) {
        if (!decision->chosen || !decision->rule)
                return STATUS_OK;
        return notify_with(call, decision->chosen, NOTIFY_ASSIGNED, "notify.assigned_by_rule", object, id, name, decision->rule->name);
}

// ---- A record is made

static bool wants(const RecordChange *change, const Field *field) {
        Value value = change->after->values[field->index];
        return change->kind == CHANGE_CREATE && value.kind == VALUE_BOOL && value.boolean;
}

Status assignment_before(Call *call, RecordChange *change) {
        const Field *field = object_find(change->object, STR("auto_assign"));
        Asked *asked = NULL;
        if (!field || !change->after)
                return STATUS_OK;
        if (change->kind == CHANGE_UPDATE && change->by_user && !value_eq(change->before->values[field->index], change->after->values[field->index]))
                (void)error_add(call->context, field->name, "assign_at_creation");
        if (!wants(change, field) || call->context->error.count)
                return STATUS_OK;
        TRY(ask(call, change->after, change->object, &asked));
        change->carried = asked;
        if (asked->decision.chosen) {
                record_set(change->after, "owner", value_int(asked->decision.chosen));
                response_begin(call, change->after, asked->decision.rule->response_minutes);
        } else if (asked->decision.pool) { // the pool's own hook sees to the rest
                record_set(change->after, "owner", VALUE_NONE);
                record_set(change->after, "pool", value_int(asked->decision.pool));
                record_set(change->after, "pool_reason", value_text(asked->decision.rule->name));
        }
        return STATUS_OK;
}

static Status after_creation(Call *call, const RecordChange *change) {
        const Asked *asked = change->carried;
        bool import = str_is(call->source, "import");
        TRY(write_decision(call, change->object, change->id, &asked->decision, import && asked->decision.chosen));
        if (!asked->decision.chosen)
                return STATUS_OK;
        TRY(cadence_begin(call, change->after, asked->decision.rule->cadence));
        return import ? STATUS_OK : tell(call, change->object, change->id, record_value(change->after, "name").text, &asked->decision);
}

// ---- A record changes hands, or is settled

static bool is_closed(const Record *record) {
        const Field *stage = record->object->stage;
        Value value = stage ? record->values[stage->index] : VALUE_NONE;
        const Option *option = value.kind == VALUE_TEXT ? field_option(stage, value.text) : NULL;
        return option && (str_is(option->outcome, "won") || str_is(option->outcome, "lost"));
}

Status assignment_after(Call *call, const RecordChange *change) {
        if (change->kind == CHANGE_CREATE)
                return change->carried ? after_creation(call, change) : STATUS_OK;
        if (change->kind != CHANGE_UPDATE)
                return STATUS_OK;
        bool moved = record_changed(change, change->object->owner), closed = is_closed(change->after);
        if (moved || (closed && !is_closed(change->before)))
                TRY(cadence_end(call, change->after));
        if (!moved || closed || value_is_null(record_value(change->after, "owner")))
                return STATUS_OK;
        LastRule rule;
        TRY(assignment_last_rule(call, change->object, change->id, &rule));
        return cadence_begin(call, change->after, rule.cadence);
}

Status assignment_last_rule(Call *call, const Object *object, int64_t record, LastRule *ret) {
        *ret = (LastRule){0};
        Sql select = db_sql(call->db);
        sql(&select, "select r.\"id\", r.cadence_id, r.response_minutes, r.escalate_user_id, r.escalate_to from assignment_decision d join assignment_rule r on r.\"id\" = d.rule_id where d.deleted_at is null and d.target = ");
        sql_str(&select, target_text(call, object, record));
        sql(&select, " and r.deleted_at is null order by d.updated_at desc, d.\"id\" desc limit 1");
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (found)
                *ret = (LastRule){.id = rows_int(rows, 0), .cadence = rows_int(rows, 1), .response_minutes = rows_int(rows, 2), .escalate_user = rows_int(rows, 3), .to_user = str_is(rows_text(rows, 4), "user")};
        return STATUS_OK;
}

// ---- On demand

// Into a pool, out of one, or from hand to hand.
static Status give(Call *call, const Record *record, const AssignDecision *decision) {
        const Object *object = record->object;
        Value owner = record_value(record, "owner"), pool = object->pooled ? record->values[object->pool->index] : VALUE_NONE;
        Movement movement = {.object = object, .record = record->id, .from = owner.kind == VALUE_INTEGER ? owner.integer : 0};
        if (decision->pool) {
                movement.kind = MOVEMENT_RELEASE;
                movement.pool = decision->pool;
                movement.reason = decision->rule->name;
                return pool.kind == VALUE_INTEGER ? STATUS_OK : movement_put(call, record, &movement);
        }
        if (pool.kind == VALUE_INTEGER) {
                movement.kind = MOVEMENT_ASSIGN;
                movement.pool = pool.integer;
                movement.to = decision->chosen;
                return movement_take(call, record, &movement);
        }
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "owner", value_int(decision->chosen));
        WriteOptions options = {.as_system = true, .action = STR(ACTION)};
        return record_update(call, object, record->id, input, &options);
}

Status action_assign_by_rules(Call *call, const Record *record, const Json *body, JsonWriter *w) {
        (void)body, (void)w;
        Asked *asked = NULL;
        if (!actor_may(call->actor, record->object, VERB_TRANSFER) && !call->actor->system)
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(ask(call, record, record->object, &asked));
        const AssignDecision *decision = &asked->decision;
        TRY(write_decision(call, record->object, record->id, decision, false));
        Value owner = record_value(record, "owner");
        if ((!decision->chosen && !decision->pool) || (owner.kind == VALUE_INTEGER && owner.integer == decision->chosen))
                return STATUS_OK;
        TRY(give(call, record, decision));
        return tell(call, record->object, record->id, record_value(record, "name").text, decision);
}

// ---- What an import brought

typedef struct Brought { int64_t chosen, count, last; } Brought;

static Status read_brought(Call *call, Brought *list, size_t *ret_count) {
        Sql select = db_sql(call->db);
        *ret_count = 0;
        sql(&select, "select chosen_id, count(*), max(\"id\") from assignment_decision where deleted_at is null and untold = 1 and chosen_id is not null group by chosen_id order by chosen_id limit ");
        sql_int(&select, TOLD_AT_ONCE);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < TOLD_AT_ONCE;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                list[(*ret_count)++] = (Brought){rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2)};
        }
        return STATUS_OK;
}

static Status tell_brought(Call *call, const Brought *brought) {
        const Object *object = catalog_get(call->catalog, "assignment_decision"), *about = NULL;
        Record *decision = NULL, *record = NULL;
        TRY(record_read_row(call, object, brought->last, false, false, &decision));
        Str rest = decision ? record_value(decision, "target").text : STR_NONE, name = STR_NONE;
        int64_t id = 0;
        (void)str_cut(&rest, ':', &name);
        about = catalog_find(call->catalog, name);
        if (about && str_to_int64(rest, &id))
                TRY(record_read_row(call, about, id, false, false, &record));
        if (record)
                TRY(notify_with(call, brought->chosen, NOTIFY_ASSIGNED, "notify.assigned_import", about, id, record_value(record, "name").text, str_format(call->context->arena, "%lld", (long long)brought->count)));
        Sql update = db_sql(call->db);
        sql(&update, "update assignment_decision set untold = null where untold = 1 and chosen_id = ");
        sql_int(&update, brought->chosen);
        sql(&update, " and \"id\" <= ");
        sql_int(&update, brought->last);
        return db_exec(call->db, &update, NULL);
}

Status assignment_tell(Call *call) {
        Brought list[TOLD_AT_ONCE];
        size_t count = 0;
        TRY(read_brought(call, list, &count));
        for (size_t i = 0; i < count; i++)
                TRY(tell_brought(call, &list[i]));
        return STATUS_OK;
}
