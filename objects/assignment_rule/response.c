// Speed to lead: the clock of the first response, counted in working time, and its escalation.
#include "objects/assignment_rule/response.h"
#include "objects/assignment_rule/assign.h"
#include "objects/assignment_rule/rules.h"
#include "objects/notification/notify.h"
#include "record/write.h"

#define AT_ONCE 200

static bool has_clock(const Object *object) {
        static const char *const fields[] = {"assigned_at", "response_due_at", "first_response_at", "response_minutes", "escalated_at"};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
                if (!object_find(object, str_from(fields[i])))
                        return false;
        return true;
}

void response_begin(Call *call, Record *record, int64_t minutes) {
        if (!has_clock(record->object))
                return;
        int64_t now = call->context->now_ms;
        record_set(record, "assigned_at", value_datetime(now));
        record_set(record, "first_response_at", VALUE_NONE);
        record_set(record, "response_minutes", VALUE_NONE);
        record_set(record, "escalated_at", VALUE_NONE);
        record_set(record, "response_due_at", VALUE_NONE);
        if (minutes <= 0)
                return;
        OrgView view = org_view(call->org);
        record_set(record, "response_due_at", value_datetime(hours_add(&view.settings->hours, call->catalog->zone, now, minutes)));
        org_view_done(&view);
}

static bool is_open(const Record *record) {
        const Field *stage = record->object->stage;
        Value value = stage ? record->values[stage->index] : VALUE_NONE;
        const Option *option = value.kind == VALUE_TEXT ? field_option(stage, value.text) : NULL;
        return !option || str_is(option->outcome, "open") || str_empty(option->outcome);
}

Status response_before(Call *call, RecordChange *change) {
        if (change->kind != CHANGE_UPDATE || !has_clock(change->object))
                return STATUS_OK;
        Value owner = record_value(change->after, "owner");
        if (record_changed(change, change->object->owner) && is_open(change->after)) {
                LastRule rule = {0};
                TRY(assignment_last_rule(call, change->object, change->id, &rule));
                response_begin(call, change->after, owner.kind == VALUE_INTEGER ? rule.response_minutes : 0);
                if (owner.kind != VALUE_INTEGER)
                        record_set(change->after, "assigned_at", VALUE_NONE);
        }
        if (is_open(change->before) && !is_open(change->after) && value_is_null(record_value(change->after, "first_response_at")))
                record_set(change->after, "response_due_at", VALUE_NONE);
        return STATUS_OK;
}

// What counts is when it was written down, not when its writer says that it was.
void response_note(Call *call, const Record *record, RecordInput *input) {
        if (!has_clock(record->object))
                return;
        Value owner = record_value(record, "owner"), given = record_value(record, "assigned_at");
        bool own = owner.kind == VALUE_INTEGER && owner.integer == call->actor->user;
        if (!own || given.kind != VALUE_DATETIME || !value_is_null(record_value(record, "first_response_at")))
                return;
        OrgView view = org_view(call->org);
        int64_t minutes = hours_between(&view.settings->hours, call->catalog->zone, given.ms, call->context->now_ms);
        org_view_done(&view);
        record_input_set(input, "first_response_at", value_datetime(call->context->now_ms));
        record_input_set(input, "response_minutes", value_int(minutes));
}

// ---- Late

static int64_t whom_to_tell(Call *call, const LastRule *rule, int64_t owner) {
        const Person *named = rule->to_user ? access_person(call->actor->access, rule->escalate_user) : NULL;
        Superior *chain = NULL;
        size_t count = 0;
        if (named && named->active)
                return named->id;
        access_superiors(call->actor->access, call->context->arena, owner, &chain, &count);
        return count ? chain[0].person->id : 0;
}

// Once, whether there is somebody to tell or not: else it would be looked at every minute for ever.
static Status escalate(Call *call, const Object *object, int64_t id) {
        Record *record = NULL;
        LastRule rule;
        TRY(record_load(call, object, id, &record));
        Value owner = record_value(record, "owner");
        const Person *person = owner.kind == VALUE_INTEGER ? access_person(call->actor->access, owner.integer) : NULL;
        TRY(assignment_last_rule(call, object, id, &rule));
        RecordInput *input = record_input_new(call->context->arena, object);
        record_input_set(input, "escalated_at", value_datetime(call->context->now_ms));
        WriteOptions options = {.as_system = true, .action = STR("escalate")};
        TRY(record_update(call, object, id, input, &options));
        int64_t to = person ? whom_to_tell(call, &rule, person->id) : 0;
        return to ? notify_with(call, to, NOTIFY_REMINDER, "notify.response_late", object, id, record_value(record, "name").text, person->name) : STATUS_OK;
}

static Status find_late(Call *call, const Object *object, int64_t *ids, size_t *ret_count) {
        Sql select = db_sql(call->db);
        *ret_count = 0;
        sql(&select, "select \"id\" from ");
        sql_name(&select, object->table);
        sql(&select, " where deleted_at is null and escalated_at is null and first_response_at is null and response_due_at <= ");
        sql_value(&select, value_datetime(call->context->now_ms));
        facts_sql_open(object, &select);
        sql(&select, " order by response_due_at, \"id\" limit ");
        sql_int(&select, AT_ONCE);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; *ret_count < AT_ONCE;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ids[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

Status response_escalate(Call *call) {
        int64_t ids[AT_ONCE];
        size_t count = 0;
        for (size_t o = 0; o < call->catalog->objects_count; o++) {
                const Object *object = call->catalog->objects[o];
                if (object->retired || !has_clock(object))
                        continue;
                TRY(find_late(call, object, ids, &count));
                for (size_t i = 0; i < count; i++)
                        TRY(escalate(call, object, ids[i]));
        }
        return STATUS_OK;
}
