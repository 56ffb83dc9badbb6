// Moving what refers to the merged records: references, lists of them, record fields (comments, follow-ups, files …) and teams, as the system, with each record's own history.
#include "flow/merge_move.h"
#include "flow/bulk_change.h"
#include "flow/merge.h"
#include "record/query.h"
#include "record/write.h"

// Its rows say for good whose they are: the team's people are brought into the other one's.
#define TEAM "team_member"
#define MOVEMENTS "pool_movement" // says of one record where it was: it goes with that

// ---- Who refers

static bool may_point(const Field *field, const Object *object) {
        for (size_t i = 0; i < field->targets_count; i++)
                if (str_eq(field->targets[i], object->name))
                        return true;
        return field->targets_count == 0;
}

static bool refers(const Field *field, const Object *object) {
        if (!field->stored || field->role == FIELD_ID || field->type->file)
                return false;
        if (query_is_record(field))
                return may_point(field, object);
        return (field->type->reference || field->type->list) && field->target == object;
}

static Str record_text(Arena *arena, const Object *object, int64_t id) {
        return str_format(arena, STR_FMT ":%lld", STR_ARG(object->name), (long long)id);
}

static void where_field(const MoveTo *move, const Field *field, Sql *select) {
        Arena *arena = move->call->context->arena;
        for (size_t i = 0; field->type->list && i < move->with_count; i++) {
                sql_fixed(select, i ? STR(" or haike_list_has(") : STR("haike_list_has("));
                sql_column(select, STR("t"), field->column);
                sql(select, ", ");
                sql_str(select, str_format(arena, "%lld", (long long)move->with[i]));
                sql(select, ")");
        }
        if (field->type->list)
                return;
        sql_column(select, STR("t"), field->column);
        sql(select, " in ");
        if (field->type->reference) {
                sql_int_list(select, move->with, move->with_count);
                return;
        }
        for (size_t i = 0; i < move->with_count; i++) {
                sql_fixed(select, i ? STR(", ") : STR("("));
                sql_str(select, record_text(arena, move->object, move->with[i]));
        }
        sql(select, ")");
}

// Ids of live records of child that refer to one of them; without those that are merged. false: it has no such field.
static bool select_referring(const MoveTo *move, const Object *child, int64_t limit, Sql *select) {
        bool any = false;
        if (child->retired || str_is(child->name, TEAM) || str_is(child->name, MOVEMENTS))
                return false;
        sql(select, "select t.\"id\" from ");
        sql_name(select, child->table);
        sql(select, " t where t.deleted_at is null and (");
        for (size_t i = 0; i < child->fields_count; i++) {
                if (!refers(child->fields[i], move->object))
                        continue;
                sql_fixed(select, any ? STR(" or ") : STR(""));
                where_field(move, child->fields[i], select);
                any = true;
        }
        sql(select, ")");
        if (child == move->object) {
                sql(select, " and t.\"id\" <> ");
                sql_int(select, move->survivor);
                sql(select, " and t.\"id\" not in ");
                sql_int_list(select, move->with, move->with_count);
        }
        sql(select, " order by t.\"id\" limit ");
        sql_int(select, limit);
        return any;
}

Status moved_count(const MoveTo *move, int64_t limit, int64_t *ret) {
        const Catalog *catalog = move->call->catalog;
        *ret = 0;
        for (size_t i = 0; i < catalog->objects_count && *ret < limit; i++) {
                Sql ids = db_sql(move->call->db), count = db_sql(move->call->db);
                int64_t found = 0;
                if (!select_referring(move, catalog->objects[i], limit - *ret, &ids))
                        continue;
                sql(&count, "select count(*) from (");
                sql_append(&count, &ids);
                sql(&count, ") c");
                TRY(db_get_int(move->call->db, &count, &found, NULL));
                *ret += found;
        }
        return STATUS_OK;
}

static Status referring(const MoveTo *move, const Object *child, int limit, int64_t *ret, int *ret_count) {
        Sql select = db_sql(move->call->db);
        *ret_count = 0;
        if (!select_referring(move, child, limit, &select))
                return STATUS_OK;
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(move->call->db, &select, &rows));
        while (*ret_count < limit) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = rows_int(rows, 0);
        }
        return STATUS_OK;
}

// ---- Values

static bool is_merged(const MoveTo *move, int64_t id) {
        for (size_t i = 0; i < move->with_count; i++)
                if (move->with[i] == id)
                        return true;
        return false;
}

static Status moved_list(const MoveTo *move, Value value, bool own, Value *ret) {
        Context *context = move->call->context;
        Json *ids = NULL;
        bool any = false, there = own; // the record that stays is not put into its own list
        TRY(json_parse(context, value.text, 2, &ids));
        Buf buf = buf_make(context->arena, value.text.len + 64);
        buf_lit(&buf, "[");
        for (size_t i = 0; i < ids->count; i++) {
                int64_t id = 0;
                bool known = str_to_int64(ids->items[i].text, &id), merged = known && is_merged(move, id);
                any |= merged;
                if ((merged || id == move->survivor) && there)
                        continue;
                there |= merged || id == move->survivor;
                buf_format(&buf, "%s\"%lld\"", buf.len > 1 ? "," : "", (long long)(merged ? move->survivor : id));
        }
        buf_lit(&buf, "]");
        if (any)
                *ret = buf.len > 2 ? value_text(buf_str(&buf)) : VALUE_NONE;
        return STATUS_OK;
}

Status moved_value(const MoveTo *move, const Field *field, Value value, bool own, Value *ret) {
        const Object *target = NULL;
        int64_t id = 0;
        *ret = value;
        if (value_is_null(value) || !refers(field, move->object))
                return STATUS_OK;
        if (field->type->list)
                return moved_list(move, value, own, ret);
        bool whole = field->type->reference;
        if (whole)
                id = value.integer;
        else if (!record_text_parse(move->call->catalog, value.text, &target, &id) || target != move->object)
                return STATUS_OK;
        if (!is_merged(move, id))
                return STATUS_OK;
        if (own)
                *ret = VALUE_NONE;
        else
                *ret = whole ? value_int(move->survivor) : value_text(record_text(move->call->context->arena, move->object, move->survivor));
        return STATUS_OK;
}

// ---- One record

static Status note(const MoveTo *move, const Record *before, ChangeKind kind) {
        Record *after = NULL;
        TRY(record_load(move->call, before->object, before->id, &after));
        Str changes = kind == CHANGE_CREATE ? STR("{}") : bulk_difference(move->call->context->arena, before, after);
        BulkChange change = {.job = move->job, .record = before->id, .version = after->version, .kind = kind, .changes = changes};
        return changes.len ? bulk_change_add(move->call, before->object, &change) : STATUS_OK;
}

static Status move_one(MoveTo *move, const Object *child, int64_t id) {
        Record *before = NULL;
        RecordInput *input = record_input_new(move->call->context->arena, child);
        WriteOptions options = {.as_system = true, .action = STR(MERGE_KIND), .exact = true};
        TRY(record_load(move->call, child, id, &before));
        for (size_t i = 0; i < child->fields_count; i++) {
                TRY(moved_value(move, child->fields[i], before->values[i], false, &input->values[i]));
                input->given[i] = !value_eq(input->values[i], before->values[i]);
        }
        TRY(record_update(move->call, child, id, input, &options));
        TRY(note(move, before, CHANGE_UPDATE));
        move->moved++;
        return STATUS_OK;
}

// ---- The team

typedef struct Member { int64_t id, user; } Member;

static Status members(const MoveTo *move, const Object *team, Member *ret, int most, int *ret_count) {
        Sql select = db_sql(move->call->db);
        *ret_count = 0;
        sql(&select, "select min(t.\"id\"), t.user_id from team_member t where t.deleted_at is null and ");
        where_field(move, object_get(team, "record"), &select);
        sql(&select, " and not exists (select 1 from team_member m where m.deleted_at is null and m.user_id = t.user_id and m.record = ");
        sql_str(&select, record_text(move->call->context->arena, move->object, move->survivor));
        sql(&select, ") group by t.user_id order by 1 limit ");
        sql_int(&select, most);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(move->call->db, &select, &rows));
        while (*ret_count < most) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                ret[(*ret_count)++] = (Member){rows_int(rows, 0), rows_int(rows, 1)};
        }
        return STATUS_OK;
}

static Status bring_member(MoveTo *move, const Object *team, const Member *member) {
        Record *from = NULL;
        Record made = {.object = team};
        RecordInput *input = record_input_new(move->call->context->arena, team);
        WriteOptions options = {.as_system = true, .action = STR(MERGE_KIND)};
        TRY(record_load(move->call, team, member->id, &from));
        record_input_set(input, "record", value_text(record_text(move->call->context->arena, move->object, move->survivor)));
        record_input_set(input, "user", value_int(member->user));
        record_input_set(input, "access", record_value(from, "access"));
        record_input_set(input, "role", record_value(from, "role"));
        TRY(record_create(move->call, input, &options, &made.id));
        move->moved++;
        return note(move, &made, CHANGE_CREATE);
}

static Status move_team(MoveTo *move, int limit, int *ret_count) {
        const Object *team = catalog_find(move->call->catalog, STR(TEAM));
        *ret_count = 0;
        if (!team)
                return STATUS_OK;
        Member *list = arena_array(move->call->context->arena, Member, limit);
        TRY(members(move, team, list, limit, ret_count));
        for (int i = 0; i < *ret_count; i++)
                TRY(bring_member(move, team, &list[i]));
        return STATUS_OK;
}

Status move_some(MoveTo *move, int limit, bool *ret_more) {
        const Catalog *catalog = move->call->catalog;
        int64_t *ids = arena_array(move->call->context->arena, int64_t, limit);
        int left = limit, count = 0;
        TRY(move_team(move, left, &count));
        left -= count;
        for (size_t i = 0; i < catalog->objects_count && left > 0; i++) {
                TRY(referring(move, catalog->objects[i], left, ids, &count));
                for (int k = 0; k < count; k++)
                        TRY(move_one(move, catalog->objects[i], ids[k]));
                left -= count;
        }
        *ret_more = left <= 0;
        return STATUS_OK;
}

// ---- What there is, for choosing

Status merging_children(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        MoveTo move = {.call = call, .object = object, .with = &id, .with_count = 1};
        Status status = STATUS_OK;
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < call->catalog->objects_count; i++) {
                const Object *child = call->catalog->objects[i];
                Sql ids = db_sql(call->db), count = db_sql(call->db);
                int64_t found = 0;
                if (!actor_may(call->actor, child, VERB_READ) || !select_referring(&move, child, QUERY_COUNT_LARGEST, &ids))
                        continue;
                sql(&count, "select count(*) from ");
                sql_name(&count, child->table);
                sql(&count, " t where t.\"id\" in (");
                sql_append(&count, &ids);
                sql(&count, ") and ");
                TRY(scope_condition(call, child, VERB_READ, STR("t"), false, &count));
                TRY(db_get_int(call->db, &count, &found, NULL));
                if (!found)
                        continue;
                json_open_object(w);
                json_put_str(w, "object", child->name);
                json_put_int(w, "count", found);
                json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
        return STATUS_OK;
}
