// Which records a question finds, all of them at once: for bulk changes and exports. Access paths are chosen as for a list of the same question.
#include "record/bulk.h"
#include "record/query_list.h"

#define IDS_FIRST 256

typedef struct Ids {
        Arena *arena;      // keeps them
        int64_t *items;
        size_t count, capacity;
        int64_t limit;
} Ids;

static bool is_full(const Ids *ids) {
        return (int64_t)ids->count >= ids->limit;
}

static void add_id(Ids *ids, int64_t id) {
        if (ids->count == ids->capacity) {
                size_t more = ids->capacity ? ids->capacity * 2 : IDS_FIRST;
                ids->items = arena_grow(ids->arena, ids->items, ids->capacity * sizeof *ids->items, more * sizeof *ids->items);
                ids->capacity = more;
        }
        ids->items[ids->count++] = id;
}

// ---- What is asked

static Status choose_order(List *list) {
        const RecordQuery *query = list->query;
        bool sorted = !str_empty(str_trim(query->sort));
        if (!str_empty(query->q)) {
                list->sort = (Sort){.id_descending = true};
                return sorted ? error_set(list->call->context, STATUS_MALFORMED, "sort_with_q") : STATUS_OK;
        }
        return sorted ? sort_parse(list->call, list->object, query->sort, &list->sort) : STATUS_OK;
}

// Arms are merged for the sake of one page; all of them together are one condition.
static Status join_arms(List *list) {
        FilterShape shape;
        Scan scan;
        if (list->path != LIST_MERGE)
                return STATUS_OK;
        TRY(filter_shape(list->call, list->object, list->query->filter, &shape));
        TRY(scan_choose(list->call, &list->scope, &shape, &scan));
        list->path = LIST_DIRECT;
        list->condition = scan.condition;
        list->whole = scan.whole;
        return STATUS_OK;
}

static Status prepare(List *list) {
        Call *call = list->call;
        const RecordQuery *query = list->query;
        TRY(choose_order(list));
        list->filter = db_sql(call->db);
        TRY(query_filter(call, list->object, query->filter, &list->filter));
        for (size_t i = 0; i < list->sort.count; i++)
                if (list->sort.keys[i].field)
                        query_unveiled_field(call, list->sort.keys[i].field, &list->filter);
        if (!str_empty(query->q)) {
                list->terms = search_query(call->context->arena, query->q);
                list->restricted = search_restricted(call, list->object);
        }
        TRY(list_choose_path(list));
        return join_arms(list);
}

// ---- Reading

static Status take_ids(Call *call, const Sql *select, Ids *ids) {
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, select, &rows));
        for (bool found; !is_full(ids);) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                add_id(ids, rows_int(rows, 0));
        }
        return STATUS_OK;
}

static Status read_ordered(List *list, SortPhase phase, Ids *ids) {
        Sql select = db_sql(list->call->db);
        sql(&select, "select t.id");
        TRY(list_from(list, SEARCH_ALL, &select));
        if (list->path == LIST_SEARCH) {
                sql(&select, " order by ");
                search_id(&select);
                sql(&select, " desc");
        } else {
                sort_range(&list->sort, phase, &list->cursor, &select);
                sort_order(&list->sort, phase, &select);
        }
        sql(&select, " limit ");
        sql_int(&select, ids->limit - (int64_t)ids->count);
        return take_ids(list->call, &select, ids);
}

// Where a search could find a record by what its reader does not see, every match is looked at, some hundred at a time.
typedef struct Look { List *list; Ids *ids; int64_t below; int seen; } Look;

static Status select_matches(const Look *look, Sql *select) {
        List *list = look->list;
        list->cursor.id = look->below;
        sql(select, "select t.id");
        for (size_t i = 0; i < list->object->fields_count; i++)
                if (search_field(list->object->fields[i])) {
                        sql(select, ", ");
                        sql_column(select, STR("t"), list->object->fields[i]->column);
                }
        TRY(list_from(list, SEARCH_ALL, select));
        sql(select, " order by ");
        search_id(select);
        sql(select, " desc limit ");
        sql_int(select, SEARCH_LOOKED_LARGEST);
        return STATUS_OK;
}

static Status look_through(Look *look) {
        Call *call = look->list->call;
        const Object *object = look->list->object;
        Sql select = db_sql(call->db);
        look->seen = 0;
        TRY(select_matches(look, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(call->db, &select, &rows));
        for (bool found; !is_full(look->ids);) {
                TRY(rows_next(rows, &found));
                if (!found)
                        break;
                int column = 1;
                Value *values = arena_array(call->context->arena, Value, object->fields_count);
                for (size_t i = 0; i < object->fields_count; i++)
                        if (search_field(object->fields[i]))
                                values[i] = rows_value(rows, column++, object->fields[i]->kind);
                look->below = rows_int(rows, 0);
                look->seen++;
                if (search_visible(call, object, values, look->list->terms))
                        add_id(look->ids, look->below);
        }
        return STATUS_OK;
}

static Status read_rechecked(List *list, Ids *ids) {
        Context *context = list->call->context;
        Look look = {.list = list, .ids = ids};
        Status status = STATUS_OK;
        do {
                ARENA_CLEANUP Arena *page = arena_new(0);
                Arena *kept = context->arena;
                context->arena = page;
                status = look_through(&look);
                context->arena = kept;
                context->error.detail = str_copy(kept, context->error.detail);
        } while (status == STATUS_OK && look.seen == SEARCH_LOOKED_LARGEST && !is_full(ids));
        return status;
}

static Status read_all(List *list, Ids *ids) {
        if (list->path == LIST_NOTHING)
                return STATUS_OK;
        if (list->path == LIST_SEARCH && list->restricted)
                return read_rechecked(list, ids);
        TRY(read_ordered(list, SORT_FIRST, ids));
        if (list->path == LIST_DIRECT && sort_has_phases(&list->sort) && !is_full(ids))
                return read_ordered(list, SORT_REST, ids);
        return STATUS_OK;
}

static Status find_ids(Call *call, const RecordQuery *query, const Sql *also, int64_t limit, int64_t **ret, size_t *ret_count) {
        List list = {.call = call, .query = query, .object = query->object};
        Ids ids = {.arena = call->context->arena, .limit = limit};
        if (!actor_may(call->actor, query->object, query->deleted ? VERB_DELETE : VERB_READ))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(prepare(&list));
        if (also)
                sql_append(&list.filter, also);
        if (limit)
                TRY(read_all(&list, &ids));
        *ret = ids.items;
        *ret_count = ids.count;
        return STATUS_OK;
}

Status query_ids(Call *call, const RecordQuery *query, int64_t limit, int64_t **ret, size_t *ret_count) {
        return find_ids(call, query, NULL, limit, ret, ret_count);
}

Status query_ids_among(Call *call, const RecordQuery *query, const int64_t *among, size_t among_count, int64_t **ret, size_t *ret_count) {
        Sql also = db_sql(call->db);
        sql(&also, " and t.id in ");
        sql_int_list(&also, among, among_count);
        return find_ids(call, query, &also, (int64_t)among_count, ret, ret_count);
}

Status query_name(Call *call, const Object *object, int64_t id, Str *ret) {
        FieldRight right = actor_field(call->actor, object->name_field);
        *ret = STR_NONE;
        if (right == FIELD_HIDE || !actor_may(call->actor, object, VERB_READ))
                return STATUS_OK;
        Sql select = db_sql(call->db);
        sql(&select, "select t.");
        sql_name(&select, object->name_field->column);
        sql(&select, " from ");
        sql_name(&select, object->table);
        sql(&select, " t where t.id = ");
        sql_int(&select, id);
        sql(&select, " and (t.deleted_at is null or ");
        TRY(scope_condition(call, object, VERB_DELETE, STR("t"), false, &select));
        sql(&select, ") and ");
        TRY(scope_with_parents(call, object, STR("t"), 0, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        bool found = false;
        TRY(db_first(call->db, &select, &rows, &found));
        if (!found || rows_null(rows, 0))
                return STATUS_OK;
        *ret = str_copy(call->context->arena, rows_text(rows, 0));
        if (right == FIELD_MASK)
                *ret = mask_text(call->context->arena, object->name_field, actor_mask(call->actor, object->name_field), *ret);
        return STATUS_OK;
}

Status ids_take(Context *context, const Json *ids, size_t limit, int64_t **ret, size_t *ret_count) {
        if (ids->kind != JSON_ARRAY)
                return error_add(context, STR("ids"), "wrong_type", STR("array"));
        if (ids->count > limit)
                return error_add(context, STR("ids"), "too_many", str_format(context->arena, "%zu", limit));
        *ret = arena_array(context->arena, int64_t, ids->count + 1);
        *ret_count = 0;
        for (size_t i = 0; i < ids->count; i++) {
                int64_t id = 0;
                if (ids->items[i].kind != JSON_NUMBER || !str_to_int64(ids->items[i].text, &id) || id <= 0 || id >= (1LL << 53))
                        return error_add(context, str_format(context->arena, "ids[%zu]", i), "wrong_type", STR("id"));
                (*ret)[(*ret_count)++] = id;
        }
        return STATUS_OK;
}

Status text_take(Context *context, const Json *body, const char *member, Str *ret) {
        const Json *json = json_get(body, member);
        if (json && json->kind != JSON_STRING && json->kind != JSON_NULL)
                return error_add(context, str_from(member), "wrong_type", STR("text"));
        *ret = json ? json->text : STR_NONE;
        return STATUS_OK;
}
