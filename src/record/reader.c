// Who is listed as a reader of a record (Object.readers), as rows that an index answers: access_reader(object_id, user_id, record_id). A deleted record keeps its rows, for it may come back.
#include "record/reader.h"
#include "record/write.h"

Status readers_forget(Call *call, const Object *object, int64_t id) {
        if (!object->readers)
                return STATUS_OK;
        Sql remove = db_sql(call->db);
        sql(&remove, "delete from access_reader where object_id = ");
        sql_int(&remove, object->id);
        sql(&remove, " and record_id = ");
        sql_int(&remove, id);
        return db_exec(call->db, &remove, NULL);
}

static Status remember(Call *call, const RecordChange *change, int64_t user) {
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into access_reader (object_id, user_id, record_id) values (");
        sql_int(&insert, change->object->id);
        sql(&insert, ", ");
        sql_int(&insert, user);
        sql(&insert, ", ");
        sql_int(&insert, change->id);
        sql(&insert, ") on conflict do nothing");
        return db_exec(call->db, &insert, NULL);
}

Status readers_of(Context *context, const Field *field, Value list, int64_t **ret, size_t *ret_count) {
        *ret = NULL;
        *ret_count = 0;
        if (!field || list.kind != VALUE_TEXT)
                return STATUS_OK;
        Json *ids = NULL;
        TRY(json_parse(context, list.text, 2, &ids));
        *ret = arena_array(context->arena, int64_t, ids->count + 1);
        for (size_t i = 0; i < ids->count; i++)
                if (str_to_int64(ids->items[i].text, &(*ret)[*ret_count]))
                        (*ret_count)++;
        return STATUS_OK;
}

Status readers_put(Call *call, const RecordChange *change) {
        const Field *field = change->object->readers;
        bool concerned = field && (change->kind == CHANGE_CREATE || change->kind == CHANGE_UPDATE) && record_changed(change, field);
        if (!concerned)
                return STATUS_OK;
        int64_t *users = NULL;
        size_t count = 0;
        TRY(readers_of(call->context, field, change->after->values[field->index], &users, &count));
        if (change->kind == CHANGE_UPDATE)
                TRY(readers_forget(call, change->object, change->id));
        for (size_t i = 0; i < count; i++)
                TRY(remember(call, change, users[i]));
        return STATUS_OK;
}

static void listed(const Object *object, Sql *select) {
        sql(select, " <> (select count(*) from access_reader a where a.object_id = ");
        sql_int(select, object->id);
        sql(select, " and a.record_id = t.\"id\"");
}

void readers_differ(const Object *object, Sql *select) {
        Sql length = sql_make(select->arena, select->dialect);
        sql_fixed(&length, select->dialect == DIALECT_POSTGRES ? STR("coalesce(jsonb_array_length(") : STR("coalesce(json_array_length("));
        sql_column(&length, STR("t"), object->readers->column);
        sql_fixed(&length, select->dialect == DIALECT_POSTGRES ? STR("::jsonb), 0)") : STR("), 0)"));
        sql(select, " and (");
        sql_append(select, &length);
        listed(object, select);
        sql(select, ") or ");
        sql_append(select, &length);
        listed(object, select);
        sql(select, " and haike_list_has(");
        sql_column(select, STR("t"), object->readers->column);
        sql(select, ", cast(a.user_id as text))))");
}
