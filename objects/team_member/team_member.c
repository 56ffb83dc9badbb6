// Members of a record's team: whoever may update the record through his own scope says who they are; the record's entries follow.
#include "record/entry.h"
#include "record/query.h"

static bool changed(const RecordChange *change, const char *field) {
        return !value_eq(record_value(change->before, field), record_value(change->after, field));
}

static bool find_record(const Call *call, const Record *member, const Object **ret, int64_t *ret_id) {
        Value record = record_value(member, "record");
        return record.kind == VALUE_TEXT && record_text_parse(call->catalog, record.text, ret, ret_id);
}

// Not through the team or a sharing rule: nobody invites himself further. Whoever lost sight of the record brings nobody back into its team, whatever rows he once made;
// of a new one the check of references tells.
static Status may_manage(Call *call, const RecordChange *change) {
        const Record *member = change->before ? change->before : change->after;
        const Object *object = NULL;
        int64_t id = 0;
        bool allowed = false;
        Status status = STATUS_OK;
        if (!find_record(call, member, &object, &id))
                return STATUS_OK;
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK || change->kind == CHANGE_CREATE ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        Record *record = NULL;
        TRY(record_load(call, object, id, &record));
        TRY(record_allowed_own(call, VERB_UPDATE, record, &allowed));
        return allowed ? STATUS_OK : error_set(call->context, STATUS_FORBIDDEN, "team_manage");
}

static void keep_fixed(Call *call, const RecordChange *change) {
        if (change->kind != CHANGE_UPDATE)
                return;
        if (changed(change, "record"))
                (void)error_add(call->context, STR("record"), "team_fixed");
        if (changed(change, "user"))
                (void)error_add(call->context, STR("user"), "team_fixed");
}

static void take_name(Call *call, RecordChange *change) {
        Value user = record_value(change->after, "user");
        const Person *person = user.kind == VALUE_INTEGER ? access_person(call->actor->access, user.integer) : NULL;
        if (person)
                record_set(change->after, "name", value_text(person->name));
}

// The record is held (it will be written along), so that two cannot bring the same person at once.
static Status check_once(Call *call, const RecordChange *change) {
        Value record = record_value(change->after, "record"), user = record_value(change->after, "user");
        bool found = false;
        if (record.kind != VALUE_TEXT || user.kind != VALUE_INTEGER)
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select 1 from team_member where deleted_at is null and record = ");
        sql_str(&select, record.text);
        sql(&select, " and user_id = ");
        sql_int(&select, user.integer);
        sql(&select, " and id <> ");
        sql_int(&select, change->id);
        TRY(db_get_int(call->db, &select, NULL, &found));
        return found && change->kind == CHANGE_CREATE ? error_add(call->context, STR("user"), "team_twice")
               : found                                ? error_set(call->context, STATUS_CONFLICT, "team_twice")
                                                      : STATUS_OK;
}

// Undoing is a write by code that somebody asked for.
static bool is_asked(const Call *call, const RecordChange *change) {
        return change->by_user || (call->acted_object == change->object && call->acted_id == change->id);
}

static Status team_before(Call *call, RecordChange *change) {
        if (is_asked(call, change))
                TRY(may_manage(call, change));
        if (!change->after)
                return STATUS_OK;
        keep_fixed(call, change);
        take_name(call, change);
        Status status = change->kind == CHANGE_UPDATE ? STATUS_OK : check_once(call, change);
        return status == STATUS_INVALID ? STATUS_OK : status; // added to what else is wrong
}

static Status team_after(Call *call, const RecordChange *change) {
        const Object *object = NULL;
        int64_t id = 0;
        if (!find_record(call, change->after ? change->after : change->before, &object, &id))
                return STATUS_OK;
        return entries_renew(call, object, &id, 1);
}

const ObjectModule team_member_module = {.object = "team_member", .before = team_before, .after = team_after};
