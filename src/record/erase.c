// Values that go for good out of a record, its history and its files.
#include "record/erase.h"
#include "base/unicode.h"
#include "record/file.h"
#include "record/query.h"
#include "record/duplicate.h"
#include "record/entry.h"
#include "record/search.h"
#include "record/write.h"

#define HISTORY_DEPTH 40
#define CHANGES_CAP (4u << 20)
#define BLOT "▇▇▇"

typedef struct Erase {
        Call *call;
        const Object *object;
        Record *before, *after;
        bool live;
        bool *gone;          // by field index: what it said goes
        EraseCounts *counts;
} Erase;

bool erase_possible(const Field *field) {
        static const char *const types[] = {"text", "long_text", "phone", "email", "url", "address", "position", "file", "image", "json", "tags", "date", "datetime"};
        if (!field->stored || field->hidden || (field->system && field->role != FIELD_NAME))
                return false;
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
                if (query_is_type(field, types[i]))
                        return true;
        return false;
}

bool needles_in(const Needles *needles, Str text) {
        for (size_t i = 0; i < needles->count; i++)
                if (str_find(text, needles->texts[i]) >= 0)
                        return true;
        return false;
}

// ---- The row

static Status store(const Erase *erase) {
        Sql update = db_sql(erase->call->db);
        sql(&update, "update ");
        sql_name(&update, erase->object->table);
        sql(&update, " set \"version\" = ");
        sql_int(&update, erase->after->version);
        sql(&update, ", \"updated_at\" = ");
        sql_value(&update, value_datetime(erase->call->context->now_ms));
        for (size_t i = 0; i < erase->object->fields_count; i++) {
                const Field *field = erase->object->fields[i];
                Value value = erase->after->values[i];
                if (!erase->gone[i])
                        continue;
                sql(&update, ", ");
                sql_name(&update, field->column);
                sql(&update, " = ");
                sql_value(&update, value);
                if (!field->sort_column.len)
                        continue;
                sql(&update, ", ");
                sql_name(&update, field->sort_column);
                sql(&update, " = ");
                sql_value(&update, value.kind == VALUE_TEXT ? value_blob(text_sort_key(erase->call->context->arena, value.text)) : VALUE_NONE);
        }
        sql(&update, " where \"id\" = ");
        sql_int(&update, erase->before->id);
        return db_exec(erase->call->db, &update, NULL);
}

static Status remove_file(const Erase *erase, const Field *field) {
        Value file = erase->before->values[field->index];
        if (!field_is_file(field) || file.kind != VALUE_INTEGER)
                return STATUS_OK;
        Sql parts = db_sql(erase->call->db), row = db_sql(erase->call->db);
        sql(&parts, "delete from file_part where file_id = ");
        sql_int(&parts, file.integer);
        TRY(db_exec(erase->call->db, &parts, NULL));
        sql(&row, "delete from file where \"id\" = ");
        sql_int(&row, file.integer);
        erase->counts->files++;
        return db_exec(erase->call->db, &row, NULL);
}

// ---- The history: what changed stays known, what it was does not

static bool blank_changes(const Erase *erase, const Json *changes, Buf *buf) {
        bool any = false;
        JsonWriter w = json_writer(buf);
        json_open_object(&w);
        for (size_t i = 0; i < changes->count; i++) {
                const Json *item = &changes->items[i];
                const Field *field = object_find(erase->object, item->key);
                bool gone = field && erase->gone[field->index];
                json_key(&w, item->key);
                if (gone)
                        json_add_raw(&w, STR("[null,null]"));
                else
                        json_add_tree(&w, item);
                any |= gone;
        }
        json_close_object(&w);
        return any;
}

static Status rewrite(const Erase *erase, int64_t history, Str text) {
        Context *context = erase->call->context;
        Json *changes = NULL;
        if (json_parse(context, text, HISTORY_DEPTH, &changes) != STATUS_OK) {
                error_clear(context);
                return STATUS_OK;
        }
        Buf buf = buf_make(context->arena, CHANGES_CAP);
        if (!blank_changes(erase, changes, &buf))
                return STATUS_OK;
        Sql update = db_sql(erase->call->db);
        sql(&update, "update history set changes = ");
        sql_str(&update, buf_str(&buf));
        sql(&update, " where \"id\" = ");
        sql_int(&update, history);
        erase->counts->history++;
        return db_exec(erase->call->db, &update, NULL);
}

static Status rewrite_history(const Erase *erase) {
        Sql select = db_sql(erase->call->db);
        sql(&select, "select \"id\", changes from history where object_id = ");
        sql_int(&select, erase->object->id);
        sql(&select, " and record_id = ");
        sql_int(&select, erase->before->id);
        sql(&select, " and changes <> '{}' order by \"id\"");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(erase->call->db, &select, &rows));
        for (bool found;;) {
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                TRY(rewrite(erase, rows_int(rows, 0), str_copy(erase->call->context->arena, rows_text(rows, 1))));
        }
}

// ---- One record

static Status begin(Erase *erase, Call *call, const Object *object, int64_t id, EraseCounts *counts) {
        Arena *arena = call->context->arena;
        *erase = (Erase){.call = call, .object = object, .gone = arena_array(arena, bool, object->fields_count), .counts = counts};
        TRY(record_read_row(call, object, id, false, true, &erase->before));
        erase->live = erase->before != NULL;
        if (!erase->before)
                TRY(record_read_row(call, object, id, true, true, &erase->before));
        if (!erase->before)
                return STATUS_OK;
        erase->after = arena_copy(arena, erase->before, sizeof *erase->before);
        erase->after->values = arena_copy(arena, erase->before->values, sizeof(Value) * object->fields_count);
        return STATUS_OK;
}

static Status follow(Erase *erase) {
        Call *call = erase->call;
        const Object *object = erase->object;
        erase->after->values[FIELD_UPDATED_AT - FIELD_ID] = value_datetime(call->context->now_ms); // as store() wrote it
        // In what is written down of it the values are not there before either.
        Record *blank = arena_copy(call->context->arena, erase->after, sizeof *erase->after);
        RecordChange change = {.kind = CHANGE_UPDATE, .object = object, .id = erase->before->id, .before = blank, .after = erase->after};
        change.given = arena_array(call->context->arena, bool, object->fields_count);
        TRY(history_add(call, &change, erase->after->version, STR("erase")));
        if (!erase->live)
                return STATUS_OK;
        const Value *values = erase->after->values;
        Entries entries = {0};
        bool moved = false;
        TRY(entries_put(call, &change, &entries, &moved)); // a rule may look at what is gone now
        if (object->search)
                TRY(search_put(call, object, change.id, values, &entries));
        change.before = erase->before; // by which it was found
        TRY(duplicates_put(call, &change));
        change.before = blank;
        if (str_is(object->name, "user"))
                call->metadata_changed = true;
        return outbox_add(call, &change, erase->after->version);
}

static Status finish(Erase *erase) {
        const Object *object = erase->object;
        bool any = false;
        for (size_t i = 0; i < object->fields_count; i++) {
                if (!erase->gone[i])
                        continue;
                TRY(remove_file(erase, object->fields[i]));
                any |= !value_eq(erase->before->values[i], erase->after->values[i]);
                erase->counts->fields++;
        }
        TRY(rewrite_history(erase));
        erase->counts->records++;
        if (!any)
                return STATUS_OK;
        erase->after->version++;
        erase->after->values[FIELD_VERSION - FIELD_ID] = value_int(erase->after->version);
        TRY(store(erase));
        return follow(erase);
}

Status record_erase(Call *call, const Object *object, int64_t id, const Str *fields, size_t fields_count, EraseCounts *counts) {
        Erase erase;
        TRY(begin(&erase, call, object, id, counts));
        if (!erase.before)
                return STATUS_OK;
        for (size_t i = 0; i < fields_count; i++) {
                const Field *field = object_find(object, fields[i]);
                if (!field || !erase_possible(field))
                        continue;
                erase.gone[field->index] = true;
                erase.after->values[field->index] = VALUE_NONE;
                if (field->role == FIELD_NAME)
                        erase.after->values[field->index] = value_text(text_format(call->context->arena, call->context->lang, "erase.name", (Str[4]){str_format(call->context->arena, "%lld", (long long)id)}));
        }
        return finish(&erase);
}

// ---- Mentions

static Str blotted(Arena *arena, Str text, const Needles *needles) {
        for (size_t i = 0; i < needles->count; i++) {
                Buf buf = buf_make(arena, text.len * 8 + 64);
                for (ptrdiff_t at; (at = str_find(text, needles->texts[i])) >= 0;) {
                        buf_add(&buf, str_slice(text, 0, (size_t)at));
                        buf_lit(&buf, BLOT);
                        text = str_slice(text, (size_t)at + needles->texts[i].len, text.len);
                }
                buf_add(&buf, text);
                text = buf_str(&buf);
        }
        return text;
}

Status record_blot(Call *call, const Object *object, int64_t id, const Str *fields, size_t fields_count, const Needles *needles, EraseCounts *counts) {
        Erase erase;
        TRY(begin(&erase, call, object, id, counts));
        if (!erase.before)
                return STATUS_OK;
        for (size_t i = 0; i < fields_count; i++) {
                const Field *field = object_find(object, fields[i]);
                if (!field || !erase_possible(field))
                        continue;
                Value value = erase.before->values[field->index];
                bool mentions = value.kind == VALUE_TEXT && needles_in(needles, value.text);
                bool words = query_is_type(field, "text") || query_is_type(field, "long_text") || field->role == FIELD_NAME;
                erase.gone[field->index] = true;
                erase.after->values[field->index] = mentions && words ? value_text(blotted(call->context->arena, value.text, needles)) : field->role == FIELD_NAME ? value : VALUE_NONE;
        }
        return finish(&erase);
}
