// Lists: what is asked for, page by page. Reads one row more than the page holds, to know whether there is a next.
#include "record/query_list.h"
#include "record/quota.h"


Status query_limit(Call *call, int limit, int *ret) {
        if (limit < 0 || limit > QUERY_LIMIT_LARGEST)
                return error_set(call->context, STATUS_MALFORMED, "bad_limit", STR("200"));
        *ret = limit ? limit : QUERY_LIMIT;
        return STATUS_OK;
}

typedef struct Veils { Call *call; Sql *select; bool any; } Veils;

static void add_veil(void *arg, const ExprField *field) {
        Veils *veils = arg;
        veils->any |= actor_veils(veils->call->actor, field->handle);
        if (veils->select)
                query_unveiled_field(veils->call, field->handle, veils->select);
}

void query_unveiled_field(Call *call, const Field *field, Sql *select) {
        if (!actor_veils(call->actor, field))
                return;
        sql(select, " and not ");
        (void)actor_veil_sql(call->actor, field, STR("t"), select);
}

void query_unveiled(Call *call, const Expr *expr, Sql *select) {
        if (call->actor->access->pools_count && !call->actor->administrator)
                expr_own_fields(expr, add_veil, &(Veils){.call = call, .select = select});
}

bool query_veils(Call *call, const Expr *expr) {
        Veils veils = {.call = call};
        if (call->actor->access->pools_count && !call->actor->administrator)
                expr_own_fields(expr, add_veil, &veils);
        return veils.any;
}

Status query_filter(Call *call, const Object *object, Str filter, Sql *select) {
        if (str_empty(str_trim(filter)))
                return STATUS_OK;
        ExprNames names = actor_names(call->actor);
        ExprParse parse = {.names = &names, .object = object, .expect = EXPR_BOOL};
        ExprEnv env = actor_env(call->context, call->actor);
        const Expr *expr;
        TRY(expr_parse(call->context, &parse, filter, &expr));
        env.bare = true;
        sql(select, " and (");
        TRY(expr_sql(call->context, expr, &env, &names, STR("t"), select));
        sql(select, ")");
        query_unveiled(call, expr, select);
        return STATUS_OK;
}

// ---- what is asked

static Status parse_sort(List *list) {
        const RecordQuery *query = list->query;
        bool sorted = !str_empty(str_trim(query->sort));
        if (!str_empty(query->q)) {
                if (sorted)
                        return error_set(list->call->context, STATUS_MALFORMED, "sort_with_q");
                list->sort = (Sort){.id_descending = true};
                return STATUS_OK;
        }
        if (query->deleted && !sorted) { // what was deleted last comes first
                list->sort = (Sort){.count = 1, .id_descending = true};
                list->sort.keys[0] = (SortKey){.column = STR("deleted_at"), .kind = VALUE_DATETIME, .descending = true};
                return STATUS_OK;
        }
        return sort_parse(list->call, list->object, query->sort, &list->sort);
}

static Status parse_cursor(List *list) {
        const RecordQuery *query = list->query;
        ValueKind kinds[CURSOR_KEYS];
        uint64_t signature = cursor_signature(0, list->object->name);
        for (size_t i = 0; i < list->sort.count; i++) {
                kinds[i] = list->sort.keys[i].kind;
                signature = cursor_signature(signature, list->sort.keys[i].column);
                signature = cursor_signature(signature, list->sort.keys[i].descending ? STR("desc") : STR("asc"));
        }
        signature = cursor_signature(signature, list->sort.id_descending ? STR("desc") : STR("asc"));
        signature = cursor_signature(signature, str_trim(query->filter));
        signature = cursor_signature(signature, str_trim(query->q));
        list->signature = cursor_signature(signature, query->deleted ? STR("deleted") : STR_NONE);
        return cursor_parse(list->call->context, query->after, list->signature, kinds, list->sort.count, &list->cursor);
}

// The record's id is in every answer: without it nothing can be done with a row.
static void add_id(List *list) {
        QueryColumns *columns = &list->columns;
        for (size_t i = 0; i < columns->count; i++)
                if (str_is(columns->items[i].key, "id"))
                        return;
        const Field *id = object_get(list->object, "id");
        QueryColumn *items = arena_array(list->call->context->arena, QueryColumn, columns->count + 1);
        items[0] = (QueryColumn){.field = id};
        column_set_key(list->call, &items[0], id->name);
        memcpy(items + 1, columns->items, columns->count * sizeof *items);
        *columns = (QueryColumns){items, columns->count + 1};
}

static Status list_prepare(List *list) {
        const RecordQuery *query = list->query;
        TRY(query_limit(list->call, query->limit, &list->limit));
        TRY(parse_sort(list));
        TRY(columns_parse(list->call, list->object, query->fields, &list->columns));
        add_id(list);
        TRY(parse_cursor(list));
        list->filter = db_sql(list->call->db);
        TRY(query_filter(list->call, list->object, query->filter, &list->filter));
        for (size_t i = 0; i < list->sort.count; i++)
                if (list->sort.keys[i].field)
                        query_unveiled_field(list->call, list->sort.keys[i].field, &list->filter);
        if (!str_empty(query->q)) {
                list->terms = search_query(list->call->context->arena, query->q);
                list->restricted = search_restricted(list->call, list->object);
        }
        list->rows = arena_array(list->call->context->arena, ListRow, list->limit + 1);
        return list_choose_path(list);
}

// ---- rows

static void select_searched(const List *list, Sql *select) {
        for (size_t i = 0; list->restricted && i < list->object->fields_count; i++)
                if (search_field(list->object->fields[i])) {
                        sql(select, ", ");
                        sql_column(select, STR("t"), list->object->fields[i]->column);
                }
}

static bool is_shown(const List *list, Rows *rows, int column) {
        if (!list->restricted || list->path != LIST_SEARCH)
                return true;
        Value *values = arena_array(list->call->context->arena, Value, list->object->fields_count);
        for (size_t i = 0; i < list->object->fields_count; i++)
                if (search_field(list->object->fields[i]))
                        values[i] = rows_value(rows, column++, list->object->fields[i]->kind);
        return search_visible(list->call, list->object, values, list->terms);
}

static Value *take_keys(const List *list, Rows *rows, int column) {
        Value *keys = arena_array(list->call->context->arena, Value, list->sort.count + 1);
        for (size_t i = 0; i < list->sort.count; i++)
                keys[i] = rows_value(rows, column + (int)i, list->sort.keys[i].kind);
        return keys;
}

static Status take_rows(List *list, Rows *rows, bool whole) {
        while (list->count <= (size_t)list->limit) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                list->read++;
                int column = whole ? (int)list->columns.count : 0;
                ListRow *row = &list->rows[list->count];
                row->id = rows_int(rows, column);
                if (list->count && list->rows[list->count - 1].id == row->id)
                        continue; // in two arms
                list->looked++;
                list->looked_at = row->id;
                if (whole && !is_shown(list, rows, column + 1 + (int)list->sort.count))
                        continue;
                row->keys = take_keys(list, rows, column + 1);
                row->values = whole ? columns_take(list->call, &list->columns, rows) : NULL;
                list->count++;
        }
        if (arena_over(list->call->context->arena))
                return error_set(list->call->context, STATUS_TOO_LARGE, "too_large");
        return STATUS_OK;
}

static Status select_direct(const List *list, SortPhase phase, SearchTier tier, Sql *select) {
        sql(select, "select ");
        if (!list->ids_first) {
                TRY(columns_select(list->call, &list->columns, select));
                sql(select, ", ");
        }
        sort_columns(&list->sort, select);
        select_searched(list, select);
        TRY(list_from(list, tier, select));
        if (list->path == LIST_SEARCH) {
                sql(select, " order by ");
                search_id(select);
                sql(select, " desc");
        } else {
                sort_range(&list->sort, phase, &list->cursor, select);
                sort_order(&list->sort, phase, select);
        }
        sql(select, " limit ");
        sql_int(select, list->restricted ? SEARCH_LOOKED_LARGEST : list->limit + 1 - (int64_t)list->count);
        return STATUS_OK;
}

static Status read_direct(List *list, SortPhase phase, SearchTier tier) {
        Sql select = db_sql(list->call->db);
        TRY(select_direct(list, phase, tier, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(list->call->db, &select, &rows));
        return take_rows(list, rows, !list->ids_first);
}

static Status read_searched(List *list) {
        TRY(read_direct(list, SORT_FIRST, SEARCH_NEWEST));
        if (!search_has_tiers(list->call) || list->count > (size_t)list->limit)
                return STATUS_OK;
        list->count = 0;
        list->looked = 0;
        return read_direct(list, SORT_FIRST, SEARCH_ALL);
}

// SQLite merges ordered arms and drops doubles as it goes; PostgreSQL merges them too, but would sort to drop doubles: they are dropped here.
static void select_arms(const List *list, Sql *select) {
        bool postgres = select->dialect == DIALECT_POSTGRES;
        for (size_t i = 0; i < list->scope.arms_count; i++) {
                Sort sort = list->sort;
                sort.entries = list->scope.arms[i].kind == ARM_ENTRY;
                if (i)
                        sql_fixed(select, postgres ? STR(" union all ") : STR(" union "));
                sql_fixed(select, postgres ? STR("(select ") : STR("select "));
                sort_columns(&sort, select);
                list_from_arm(list, i, false, select);
                sort_range(&sort, SORT_FIRST, &list->cursor, select);
                if (!postgres)
                        continue;
                sort_order(&sort, SORT_FIRST, select);
                sql(select, " limit ");
                sql_int(select, list->limit + 1);
                sql(select, ")");
        }
        sort_order_by_position(&list->sort, SORT_FIRST, select);
        sql(select, " limit ");
        sql_int(select, list->limit + 1);
}

static ListRow *row_of(List *list, int64_t id) {
        for (size_t i = 0; i < list->count; i++)
                if (list->rows[i].id == id)
                        return &list->rows[i];
        return NULL;
}

static Status read_by_ids(List *list) {
        int64_t ids[QUERY_LIMIT_LARGEST + 1];
        for (size_t i = 0; i < list->count; i++)
                ids[i] = list->rows[i].id;
        Sql select = db_sql(list->call->db);
        sql(&select, "select ");
        TRY(columns_select(list->call, &list->columns, &select));
        sql(&select, ", t.id from ");
        sql_name(&select, list->object->table);
        sql(&select, " t where t.id in ");
        sql_int_list(&select, ids, list->count);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(list->call->db, &select, &rows));
        for (;;) {
                bool found;
                TRY(rows_next(rows, &found));
                if (!found)
                        return STATUS_OK;
                ListRow *row = row_of(list, rows_int(rows, (int)list->columns.count));
                if (row)
                        row->values = columns_take(list->call, &list->columns, rows);
        }
}

// Rows of one statement; *ret_more: it gave as many as were asked for, some of them in several arms.
static Status read_arms(List *list, bool *ret_more) {
        Sql select = db_sql(list->call->db);
        select_arms(list, &select);
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(list->call->db, &select, &rows));
        int before = list->read;
        TRY(take_rows(list, rows, false));
        *ret_more = list->read - before == list->limit + 1;
        return STATUS_OK;
}

static Status read_merged(List *list) {
        Cursor cursor = list->cursor;
        for (bool more = true; more && list->count <= (size_t)list->limit;) {
                TRY(read_arms(list, &more));
                if (!list->count)
                        break;
                const ListRow *last = &list->rows[list->count - 1];
                list->cursor = (Cursor){.given = true, .count = list->sort.count, .id = last->id};
                memcpy(list->cursor.keys, last->keys, list->sort.count * sizeof *last->keys);
        }
        list->cursor = cursor;
        return list->count ? read_by_ids(list) : STATUS_OK;
}

static Status read_page(List *list) {
        if (list->path == LIST_NOTHING)
                return STATUS_OK;
        if (list->path == LIST_MERGE)
                return read_merged(list);
        if (list->path == LIST_SEARCH)
                return read_searched(list);
        bool phases = sort_has_phases(&list->sort);
        bool rest = phases && list->cursor.given && value_is_null(list->cursor.keys[0]);
        TRY(read_direct(list, rest ? SORT_REST : SORT_FIRST, SEARCH_ALL));
        if (phases && !rest && list->count <= (size_t)list->limit)
                TRY(read_direct(list, SORT_REST, SEARCH_ALL));
        return list->ids_first && list->count ? read_by_ids(list) : STATUS_OK;
}

// ---- the answer

static bool is_full(const List *list) {
        return list->count > (size_t)list->limit;
}

static bool is_cut(const List *list) {
        return list->restricted && list->looked == SEARCH_LOOKED_LARGEST;
}

static void write_next(List *list, JsonWriter *w) {
        json_key(w, STR("next"));
        if (!is_full(list) && !is_cut(list)) {
                json_add_null(w);
                return;
        }
        Cursor cursor = {.given = true, .count = list->sort.count, .id = list->looked_at};
        if (is_full(list)) {
                const ListRow *last = &list->rows[list->limit - 1];
                cursor.id = last->id;
                memcpy(cursor.keys, last->keys, list->sort.count * sizeof *cursor.keys);
        }
        json_add_str(w, cursor_format(list->call->context->arena, list->signature, &cursor));
}

// Where matches are rechecked the count of all would tell of those that are not shown.
static Status write_count(List *list, size_t shown, JsonWriter *w) {
        int64_t count = (int64_t)shown;
        bool whole = !is_full(list) && !is_cut(list) && !list->cursor.given;
        if (!whole && !list->restricted)
                TRY(list_count(list, &count));
        bool exact = list->restricted ? whole : count <= QUERY_COUNT_LARGEST;
        json_put_int(w, "count", count <= QUERY_COUNT_LARGEST ? count : QUERY_COUNT_LARGEST);
        json_put_bool(w, "count_exact", exact);
        return STATUS_OK;
}

// Of the bin in its own order: when it was thrown away.
static void write_deleted_at(const List *list, const ListRow *row, JsonWriter *w) {
        if (!list->query->deleted || !list->sort.count || list->sort.keys[0].field)
                return;
        Buf at = buf_make(list->call->context->arena, 64);
        datetime_write(&at, row->keys[0].ms);
        json_put_str(w, "deleted_at", buf_str(&at));
}

static Status list_write(List *list, JsonWriter *w) {
        Names *names = named_new(list->call);
        size_t page = list->count < (size_t)list->limit ? list->count : (size_t)list->limit, shown = 0;
        for (size_t i = 0; i < page; i++)
                if (list->rows[i].values)
                        columns_want(names, &list->columns, list->rows[i].values);
        TRY(named_load(names));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < page; i++) {
                if (!list->rows[i].values)
                        continue;
                json_open_object(w);
                columns_write(list->call, &list->columns, list->rows[i].values, names, w);
                write_deleted_at(list, &list->rows[i], w);
                json_close_object(w);
                shown++;
        }
        json_close_array(w);
        write_next(list, w);
        if (list->query->count)
                TRY(write_count(list, shown, w));
        json_close_object(w);
        read_quota_rows(list->call, list->object, (int64_t)shown);
        return STATUS_OK;
}

static Status list_begin(List *list) {
        Verb verb = list->query->deleted ? VERB_DELETE : VERB_READ;
        if (!actor_may(list->call->actor, list->object, verb))
                return error_set(list->call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(read_quota_check(list->call, list->object));
        return list_prepare(list);
}

Status query_list(Call *call, const RecordQuery *query, JsonWriter *w) {
        List list = {.call = call, .query = query, .object = query->object};
        TRY(list_begin(&list));
        TRY(read_page(&list));
        return list_write(&list, w);
}

Status query_count(Call *call, const Object *object, Str filter, JsonWriter *w) {
        RecordQuery query = {.object = object, .filter = filter, .fields = STR("id"), .limit = 1};
        List list = {.call = call, .query = &query, .object = object};
        int64_t count = 0;
        TRY(list_begin(&list));
        TRY(list_count(&list, &count));
        count_write(w, count);
        return STATUS_OK;
}

void count_write(JsonWriter *w, int64_t count) {
        json_open_object(w);
        json_key(w, STR("count"));
        if (count < 0)
                json_add_null(w);
        else
                json_add_int(w, count <= QUERY_COUNT_LARGEST ? count : QUERY_COUNT_LARGEST);
        json_put_bool(w, "exact", count >= 0 && count <= QUERY_COUNT_LARGEST);
        json_close_object(w);
}
