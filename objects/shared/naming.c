// Names out of names.
#include "objects/shared/naming.h"
#include "base/unicode.h"

#define CAP 1000
#define CHARACTERS 200

static Status name_of(Call *call, const Object *object, int64_t id, Str *ret) {
        Sql select = db_sql(call->db);
        sql(&select, "select \"name\" from ");
        sql_name(&select, object->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        *ret = found && !rows_null(rows, 0) ? str_copy(call->context->arena, rows_text(rows, 0)) : STR_NONE;
        return STATUS_OK;
}

Status name_from_references(Call *call, RecordChange *change, const char *const *fields) {
        if (!change->after || change->kind == CHANGE_RESTORE || (change->given[change->object->name_field->index] && !value_is_null(record_value(change->after, "name"))))
                return STATUS_OK;
        Buf buf = buf_make(call->context->arena, CAP);
        for (; *fields; fields++) {
                const Field *field = object_get(change->object, *fields);
                Value id = change->after->values[field->index];
                Str name = STR_NONE;
                if (id.kind == VALUE_INTEGER)
                        TRY(name_of(call, field->target, id.integer, &name));
                if (buf.len && name.len)
                        buf_add(&buf, STR(" · "));
                buf_add(&buf, name);
        }
        size_t at = 0;
        for (int i = 0; i < CHARACTERS && at < buf.len; i++)
                (void)utf8_next(buf_str(&buf), &at);
        if (at)
                record_set(change->after, "name", value_text(str_slice(buf_str(&buf), 0, at)));
        return STATUS_OK;
}
