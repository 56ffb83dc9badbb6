// The team of a record, for whoever may see the record, and whether he may change it.
#include "record/entry.h"
#include "record/query.h"
#include "record/write.h"

#define TEAM_LARGEST 1000

static void write_member(Rows *rows, const Names *names, const Object *user, JsonWriter *w) {
        json_open_object(w);
        json_put_int(w, "id", rows_int(rows, 0));
        json_put_int(w, "version", rows_int(rows, 1));
        json_key(w, STR("user"));
        named_write(names, user, rows_int(rows, 2), w);
        json_put_str(w, "access", rows_text(rows, 3));
        json_key(w, STR("role"));
        if (rows_null(rows, 4))
                json_add_null(w);
        else
                json_add_str(w, rows_text(rows, 4));
        json_close_object(w);
}

static Status write_members(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        Names *names = named_new(call);
        const Object *user = catalog_get(call->catalog, "user");
        Sql select = db_sql(call->db);
        sql(&select, "select id, version, user_id, access, role from team_member t where t.deleted_at is null");
        entries_referring(object_get(catalog_get(call->catalog, "team_member"), "record"), object, id, &select);
        sql(&select, " order by id limit ");
        sql_int(&select, TEAM_LARGEST);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                write_member(rows, names, user, w);
        }
}

Status query_team(Call *call, const Object *object, int64_t id, JsonWriter *w) {
        Status status = STATUS_OK;
        Record *record = NULL;
        bool manages = false;
        if (!query_visible(call, object, id, &status))
                return status != STATUS_OK ? status : error_set(call->context, STATUS_NOT_FOUND, "not_found");
        TRY(record_read_row(call, object, id, false, false, &record));
        if (record)
                TRY(record_allowed_own(call, VERB_UPDATE, record, &manages));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        TRY(write_members(call, object, id, w));
        json_close_array(w);
        json_put_bool(w, "manage", manages);
        json_close_object(w);
        return STATUS_OK;
}
