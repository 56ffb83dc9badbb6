// Sort orders: keys, where a page goes on, and the order by that an index can answer. Nulls come last in both directions, the id breaks ties.
#include "record/query.h"

static bool never_null(const Field *field) {
        return field->role == FIELD_ID || field->role == FIELD_VERSION || field->role == FIELD_CREATED_AT || field->role == FIELD_UPDATED_AT;
}

static SortKey key_of(const Field *field, bool descending) {
        bool companion = field->sort_column.len > 0;
        return (SortKey){.field = field,
                         .column = companion ? field->sort_column : field->column,
                         .kind = companion ? VALUE_BLOB : field->kind,
                         .descending = descending,
                         .nullable = !never_null(field)};
}

static Status add_key(Call *call, const Object *object, Str name, Sort *sort) {
        bool descending = str_starts(name, STR("-"));
        if (descending)
                name = str_slice(name, 1, name.len);
        name = str_trim(name);
        const Field *field = object_find(object, name);
        if (!field || actor_field(call->actor, field) == FIELD_HIDE)
                return error_add(call->context, STR("sort"), "unknown_field", name);
        if (!field->sortable || !field->stored || actor_field(call->actor, field) == FIELD_MASK)
                return error_add(call->context, STR("sort"), "not_sortable", name);
        if (sort->count == CURSOR_KEYS)
                return error_add(call->context, STR("sort"), "too_many", STR("8"));
        for (size_t i = 0; i < sort->count; i++)
                if (sort->keys[i].field == field)
                        return STATUS_OK;
        sort->keys[sort->count++] = key_of(field, descending);
        return STATUS_OK;
}

// Newest first; of users and departments, whose names all may see, not everybody sees when they were changed.
static Str usual_order(Call *call, const Object *object) {
        const Field *updated_at = object_get(object, "updated_at");
        return actor_field(call->actor, updated_at) >= FIELD_READ ? STR("-updated_at") : STR("-id");
}

Status sort_parse(Call *call, const Object *object, Str text, Sort *ret) {
        Sort sort = {0};
        if (str_empty(str_trim(text)))
                text = usual_order(call, object);
        for (Str name; str_cut(&text, ',', &name);)
                TRY(add_key(call, object, str_trim(name), &sort));
        if (sort.count)
                sort.id_descending = sort.keys[sort.count - 1].descending;
        for (size_t i = 0; i < sort.count; i++)
                if (sort.keys[i].field->role == FIELD_ID) { // nothing can follow what is unique
                        sort.id_descending = sort.keys[i].descending;
                        sort.count = i;
                }
        *ret = sort;
        return STATUS_OK;
}

bool sort_is_recent(const Sort *sort) {
        return sort->count == 1 && sort->keys[0].field->role == FIELD_UPDATED_AT;
}

bool sort_has_index(const Object *object, const Sort *sort) {
        if (sort->count != 1)
                return sort->count == 0;
        for (size_t i = 0; i < object->indexes_count; i++) {
                const IndexDef *index = &object->indexes[i];
                bool id_next = index->count == 1 || (index->count == 2 && str_is(index->columns[1], "id") && index->descending[0] == index->descending[1]);
                if (id_next && str_eq(index->columns[0], sort->keys[0].column))
                        return true;
        }
        return false;
}

static void id_of(const Sort *sort, Sql *select) {
        sql_fixed(select, sort->entries ? STR("e.record_id") : STR("t.id"));
}

static void column_of(const Sort *sort, size_t key, Sql *select) {
        sql_column(select, sort->entries ? STR("e") : STR("t"), sort->keys[key].column);
}

void sort_columns(const Sort *sort, Sql *select) {
        id_of(sort, select);
        for (size_t i = 0; i < sort->count; i++) {
                sql(select, ", ");
                column_of(sort, i, select);
        }
}

// ---- where a page goes on

static void beyond_id(const Sort *sort, const Cursor *cursor, Sql *select) {
        id_of(sort, select);
        sql_fixed(select, sort->id_descending ? STR(" < ") : STR(" > "));
        sql_int(select, cursor->id);
}

// Keys from a position on and the id compare as one row where all go in one direction and none is null.
static bool as_row(const Sort *sort, size_t from, const Cursor *cursor) {
        for (size_t i = from; i < sort->count; i++) {
                bool whole = i == 0 || !sort->keys[i].nullable; // the first key has no nulls in its phase
                if (!whole || value_is_null(cursor->keys[i]) || sort->keys[i].descending != sort->id_descending)
                        return false;
        }
        return from < sort->count;
}

static void beyond_row(const Sort *sort, size_t from, const Cursor *cursor, Sql *select) {
        sql(select, "(");
        for (size_t i = from; i < sort->count; i++) {
                column_of(sort, i, select);
                sql(select, ", ");
        }
        id_of(sort, select);
        sql_fixed(select, sort->id_descending ? STR(") < (") : STR(") > ("));
        for (size_t i = from; i < sort->count; i++) {
                sql_value(select, cursor->keys[i]);
                sql(select, ", ");
        }
        sql_int(select, cursor->id);
        sql(select, ")");
}

static void beyond(const Sort *sort, size_t from, const Cursor *cursor, Sql *select);

// key > value or (key = value and beyond the next); after a value that is null only nulls are left.
static void beyond_key(const Sort *sort, size_t at, const Cursor *cursor, Sql *select) {
        const SortKey *key = &sort->keys[at];
        Value value = cursor->keys[at];
        sql(select, "(");
        if (value_is_null(value)) {
                column_of(sort, at, select);
                sql(select, " is null and ");
        } else {
                column_of(sort, at, select);
                sql_fixed(select, key->descending ? STR(" < ") : STR(" > "));
                sql_value(select, value);
                if (key->nullable && at > 0) {
                        sql(select, " or ");
                        column_of(sort, at, select);
                        sql(select, " is null");
                }
                sql(select, " or (");
                column_of(sort, at, select);
                sql(select, " = ");
                sql_value(select, value);
                sql(select, " and ");
        }
        beyond(sort, at + 1, cursor, select);
        if (!value_is_null(value))
                sql(select, ")");
        sql(select, ")");
}

static void beyond(const Sort *sort, size_t from, const Cursor *cursor, Sql *select) {
        if (from == sort->count)
                beyond_id(sort, cursor, select);
        else if (as_row(sort, from, cursor))
                beyond_row(sort, from, cursor, select);
        else
                beyond_key(sort, from, cursor, select);
}

void sort_range(const Sort *sort, SortPhase phase, const Cursor *cursor, Sql *select) {
        if (sort_has_phases(sort)) {
                sql(select, " and ");
                column_of(sort, 0, select);
                sql_fixed(select, phase == SORT_FIRST ? STR(" is not null") : STR(" is null"));
        }
        bool passed = phase == SORT_REST && cursor->given && !value_is_null(cursor->keys[0]); // the page before ended in the first range
        if (!cursor->given || passed)
                return;
        size_t from = phase == SORT_REST ? 1 : 0;
        if (from == 0 && sort->count && !as_row(sort, 0, cursor)) { // the range that an index can start at
                sql(select, " and ");
                column_of(sort, 0, select);
                sql_fixed(select, sort->keys[0].descending ? STR(" <= ") : STR(" >= "));
                sql_value(select, cursor->keys[0]);
        }
        sql(select, " and ");
        beyond(sort, from, cursor, select);
}

// ---- order

static void direction(bool descending, bool nulls, Sql *select) {
        if (descending)
                sql(select, " desc");
        if (nulls)
                sql(select, " nulls last");
}

void sort_order(const Sort *sort, SortPhase phase, Sql *select) {
        sql(select, " order by ");
        for (size_t i = phase == SORT_REST ? 1 : 0; i < sort->count; i++) {
                column_of(sort, i, select);
                direction(sort->keys[i].descending, i > 0 && sort->keys[i].nullable, select);
                sql(select, ", ");
        }
        id_of(sort, select);
        direction(sort->id_descending, false, select);
}

void sort_order_by_position(const Sort *sort, SortPhase phase, Sql *select) {
        static const Str positions[CURSOR_KEYS] = {STR("2"), STR("3"), STR("4"), STR("5"), STR("6"), STR("7"), STR("8"), STR("9")};
        sql(select, " order by ");
        for (size_t i = phase == SORT_REST ? 1 : 0; i < sort->count; i++) {
                sql_fixed(select, positions[i]);
                direction(sort->keys[i].descending, i > 0 && sort->keys[i].nullable, select);
                sql(select, ", ");
        }
        sql(select, "1");
        direction(sort->id_descending, false, select);
}
