// Files of records: storing, handing out, tying to a record.
#include "record/file.h"
#include "record/write.h"
#include <sodium.h>

bool field_is_file(const Field *field) {
        return field->stored && (strcmp(field->type->name, "file") == 0 || strcmp(field->type->name, "image") == 0);
}

Status file_add(Call *call, Str name, Str type, Str content, int64_t *ret_id) {
        unsigned char hash[32];
        char text[sizeof hash * 2 + 1];
        crypto_generichash(hash, sizeof hash, (const unsigned char *)(content.data ? content.data : ""), content.len, NULL, 0);
        sodium_bin2hex(text, sizeof text, hash, sizeof hash);
        Sql insert = db_sql(call->db);
        sql(&insert, "insert into file (name, size, type, hash, created_by_id, created_at, scopes, content) values (");
        sql_str(&insert, name);
        sql(&insert, ", ");
        sql_int(&insert, (int64_t)content.len);
        sql(&insert, ", ");
        sql_str(&insert, type);
        sql(&insert, ", ");
        sql_str(&insert, str_copy(call->context->arena, str_from(text)));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->user ? value_int(call->actor->user) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, value_datetime(call->context->now_ms));
        sql(&insert, ", ");
        sql_value(&insert, call->actor->scopes.len ? value_text(call->actor->scopes) : VALUE_NONE);
        sql(&insert, ", ");
        sql_value(&insert, value_blob(content));
        sql(&insert, ")");
        sql_returning_id(&insert);
        return db_insert(call->db, &insert, ret_id);
}

typedef struct FileRow { bool found, passing; int64_t sender, object, record; Str scopes; FileInfo info; } FileRow; // passing: kept for a while only

static Status read_row(Call *call, int64_t id, bool with_content, FileRow *row) {
        Sql select = db_sql(call->db);
        sql(&select, "select name, size, type, created_by_id, object_id, record_id, parts, expires_at, scopes");
        if (with_content)
                sql(&select, ", content");
        sql(&select, " from file where \"id\" = ");
        sql_int(&select, id);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        TRY(rows_next(rows, &row->found));
        if (!row->found)
                return STATUS_OK;
        row->info = (FileInfo){.id = id, .size = rows_int(rows, 1), .name = rows_value(rows, 0, VALUE_TEXT).text, .type = rows_value(rows, 2, VALUE_TEXT).text};
        row->sender = rows_int(rows, 3);
        row->object = rows_int(rows, 4);
        row->record = rows_int(rows, 5);
        row->info.parts = rows_int(rows, 6);
        row->passing = !rows_null(rows, 7);
        row->scopes = str_copy(call->context->arena, rows_text(rows, 8));
        if (with_content)
                row->info.content = rows_value(rows, 9, VALUE_BLOB).text;
        return STATUS_OK;
}

Status file_name(Call *call, int64_t id, Str *ret) {
        FileRow row = {0};
        TRY(read_row(call, id, false, &row));
        *ret = row.found ? row.info.name : STR_NONE;
        return STATUS_OK;
}

static bool shown(const Call *call, const Field *field) {
        return !field->hidden && actor_field(call->actor, field) >= FIELD_READ;
}

// Is it beyond a reader of the record? A file is seen by whoever sees the field that holds it; one that was replaced, by whoever sees all that could have held it.
static Status concealed(Call *call, const Object *object, const FileRow *row, bool *ret) {
        Sql select = db_sql(call->db);
        bool any_shown = false, all_shown = true, held = false;
        sql(&select, "select 1 from ");
        sql_name(&select, object->table);
        sql(&select, " where \"id\" = ");
        sql_int(&select, row->record);
        sql(&select, " and (1=0");
        for (size_t i = 0; i < object->fields_count; i++) {
                const Field *field = object->fields[i];
                if (!field_is_file(field))
                        continue;
                if (!shown(call, field)) {
                        all_shown = false;
                        continue;
                }
                any_shown = true;
                sql(&select, " or ");
                sql_name(&select, field->column);
                sql(&select, " = ");
                sql_int(&select, row->info.id);
        }
        sql(&select, ")");
        if (any_shown && !all_shown)
                TRY(db_get_int(call->db, &select, NULL, &held));
        *ret = !any_shown || (!all_shown && !held);
        return STATUS_OK;
}

// Who sent it; through an API token only what came through one that may as much: a person's exports are not for every program of his.
static bool sent_by(const Call *call, const FileRow *row) {
        return row->sender == call->actor->user && (str_empty(call->actor->scopes) || str_eq(call->actor->scopes, row->scopes));
}

Status file_get(Call *call, int64_t id, bool with_content, FileInfo *ret) {
        FileRow row = {0};
        TRY(read_row(call, id, with_content, &row));
        const Object *object = row.object ? catalog_find_id(call->catalog, row.object) : NULL;
        if (!row.found)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        bool allowed = !row.object && sent_by(call, &row);
        if (object) {
                Status status = STATUS_OK;
                bool hidden = false;
                allowed = query_visible(call, object, row.record, &status);
                TRY(status);
                TRY(concealed(call, object, &row, &hidden));
                allowed = allowed && !hidden;
        }
        if (!allowed && !call->actor->system)
                return error_set(call->context, STATUS_NOT_FOUND, "not_found");
        *ret = row.info;
        return STATUS_OK;
}

Status file_check(Call *call, Str path, const Object *object, int64_t record_id, int64_t file) {
        FileRow row = {0};
        TRY(read_row(call, file, false, &row));
        bool mine = row.found && !row.object && !row.passing && (sent_by(call, &row) || call->actor->system);
        bool here = row.found && row.object == object->id && row.record == record_id && record_id, hidden = false;
        if (here)
                TRY(concealed(call, object, &row, &hidden));
        here = here && !hidden;
        if (!mine && !here)
                (void)error_add(call->context, path, "reference_missing");
        return STATUS_OK;
}

static Status tie(Call *call, int64_t file, int64_t object_id, int64_t record_id) {
        Sql update = db_sql(call->db);
        sql(&update, "update file set object_id = ");
        sql_int(&update, object_id);
        sql(&update, ", record_id = ");
        sql_int(&update, record_id);
        sql(&update, " where \"id\" = ");
        sql_int(&update, file);
        return db_exec(call->db, &update, NULL);
}

Status file_link(Call *call, const RecordChange *change) {
        for (size_t i = 0; change->after && i < change->object->fields_count; i++) {
                const Field *field = change->object->fields[i];
                if (!field_is_file(field) || value_is_null(change->after->values[i]) || (change->before && !record_changed(change, field)))
                        continue;
                TRY(tie(call, change->after->values[i].integer, change->object->id, change->id));
        }
        return STATUS_OK;
}
