// How a list is read: which indexes answer scope, filter and sort together. The figures behind the choices are in README.md.
#include "record/query_list.h"
#include "base/unicode.h"

#define SMALL 2000 // so many rows are fetched and sorted rather than found on a walk in the sort's order

static void from_live(const List *list, Sql *select)
{
        sql(select, " from ");
        sql_name(select, list->object->table);
        sql(select, " t where t.deleted_at is ");
        sql_fixed(select, list->query->deleted ? STR("not null") : STR("null"));
}

void list_from_arm(const List *list, size_t arm, bool alone, Sql *select)
{
        from_live(list, select);
        sql(select, " and ");
        if (alone)
                scope_arm_alone(&list->scope, arm, select);
        else
                scope_arm(&list->scope, arm, select);
        sql_append(select, &list->filter);
}

void list_from(const List *list, Sql *select)
{
        if (list->path == LIST_SEARCH) {
                sql(select, " from ");
                search_table(list->object, select);
                sql(select, " s cross join ");
                sql_name(select, list->object->table);
                sql(select, " t where ");
                search_match(list->call, list->object, list->terms, true, select);
                sql(select, " and t.id = ");
                search_id(select);
                sql(select, " and t.deleted_at is null");
        } else
                from_live(list, select);
        sql_append(select, &list->condition);
        sql_append(select, &list->filter);
}

// ---- counting

static void arms(const List *list, Str columns, bool filtered, Sql *select)
{
        for (size_t i = 0; i < list->scope.arms_count; i++) {
                sql_fixed(select, i ? STR(" union all select ") : STR("select "));
                sql_fixed(select, columns);
                if (filtered) {
                        list_from_arm(list, i, true, select);
                        continue;
                }
                from_live(list, select);
                sql(select, " and ");
                scope_arm(&list->scope, i, select);
        }
}

Status list_count(List *list, int64_t *ret)
{
        Sql select = db_sql(list->call->db);
        bool found;
        *ret = 0;
        if (list->path == LIST_NOTHING)
                return STATUS_OK;
        sql(&select, "select count(*) from (");
        if (list->path == LIST_MERGE)
                arms(list, STR("1"), true, &select);
        else {
                sql(&select, "select 1");
                list_from(list, &select);
        }
        sql(&select, " limit ");
        sql_int(&select, QUERY_COUNT_LARGEST + 1);
        sql(&select, ") counted");
        return db_get_int(list->call->db, &select, ret, &found);
}

static Status is_small(List *list, const Sql *rows, bool *ret)
{
        Sql select = db_sql(list->call->db);
        int64_t count = 0;
        bool found;
        sql(&select, "select count(*) from (");
        sql_append(&select, rows);
        sql(&select, " limit ");
        sql_int(&select, SMALL + 1);
        sql(&select, ") counted");
        TRY(db_get_int(list->call->db, &select, &count, &found));
        *ret = count <= SMALL;
        return STATUS_OK;
}

// ---- choosing

// opaque: rows come in the order of the sort or from the filter, and the scope only tests them.
static Status take_condition(List *list, Verb verb, bool opaque)
{
        list->path = LIST_DIRECT;
        sql(&list->condition, " and ");
        return scope_condition(list->call, list->object, verb, STR("t"), opaque, &list->condition);
}

static Status take_scope(List *list, bool opaque)
{
        list->path = LIST_DIRECT;
        return list->scope.path == SCOPE_PATH_ALL ? STATUS_OK : take_condition(list, VERB_READ, opaque);
}

// A text that is searched for is looked up in the search index where that is sure to know every match and there are not many.
static Status try_contains(List *list, const FilterShape *shape, bool *ret_taken)
{
        Call *call = list->call;
        *ret_taken = false;
        if (!shape->contains || !list->object->search)
                return STATUS_OK;
        Str terms = search_terms_of_part(call->context->arena, shape->contains, shape->needle);
        bool complete = false, small = false;
        if (!str_empty(terms))
                TRY(search_complete(call, list->object, &complete));
        if (!complete)
                return STATUS_OK;
        Sql found = db_sql(call->db);
        sql(&found, "select ");
        search_id(&found);
        sql(&found, " from ");
        search_table(list->object, &found);
        sql(&found, " s where ");
        search_match(call, list->object, terms, true, &found);
        TRY(is_small(list, &found, &small));
        if (!small)
                return STATUS_OK;
        sql(&list->condition, " and t.id in (");
        sql_append(&list->condition, &found);
        sql(&list->condition, ")");
        *ret_taken = true;
        return take_scope(list, true);
}

static Status choose_for_arms(List *list)
{
        bool small = false;
        if (sort_is_recent(&list->sort)) {
                list->path = LIST_MERGE;
                if (list->scope.arms_count > 1)
                        return STATUS_OK;
                list->path = LIST_DIRECT;
                sql(&list->condition, " and ");
                scope_arm(&list->scope, 0, &list->condition);
                return STATUS_OK;
        }
        if (db_dialect(list->call->db) == DIALECT_POSTGRES) // knows how many there are
                return take_scope(list, false);
        Sql ids = db_sql(list->call->db);
        arms(list, STR("t.id"), false, &ids);
        TRY(is_small(list, &ids, &small));
        if (!small && sort_has_index(list->object, &list->sort))
                return take_scope(list, true);
        list->path = LIST_DIRECT;
        sql(&list->condition, " and t.id in (");
        sql_append(&list->condition, &ids);
        sql(&list->condition, ")");
        return STATUS_OK;
}

// Objects that are not in the search index, and what is deleted: by name, without an index.
static Status choose_by_name(List *list)
{
        Str folded = text_fold(list->call->context->arena, list->query->q);
        TRY(list->query->deleted ? take_condition(list, VERB_DELETE, true) : take_scope(list, true));
        sql(&list->condition, " and haike_contains(t.");
        sql_name(&list->condition, list->object->name_field->column);
        sql(&list->condition, ", ");
        sql_str(&list->condition, folded);
        sql(&list->condition, ")");
        return STATUS_OK;
}

static Status choose_for_search(List *list)
{
        if (list->query->deleted || !list->object->search) {
                if (actor_field(list->call->actor, list->object->name_field) >= FIELD_READ)
                        return choose_by_name(list);
                return STATUS_OK;
        }
        if (str_empty(list->terms))
                return STATUS_OK;
        TRY(take_scope(list, true));
        list->path = LIST_SEARCH;
        return STATUS_OK;
}

Status list_choose_path(List *list)
{
        FilterShape shape;
        bool taken = false;
        list->path = LIST_NOTHING;
        list->condition = db_sql(list->call->db);
        list->scope = scope_of_reader(list->call, list->object);
        if (list->scope.path == SCOPE_PATH_NOTHING && !list->query->deleted)
                return STATUS_OK;
        if (!str_empty(list->query->q))
                return choose_for_search(list);
        if (list->query->deleted)
                return take_condition(list, VERB_DELETE, true);
        TRY(filter_shape(list->call, list->object, list->query->filter, &shape));
        TRY(try_contains(list, &shape, &taken));
        if (taken)
                return STATUS_OK;
        if (list->scope.path == SCOPE_PATH_ARMS && !shape.equal)
                return choose_for_arms(list);
        return take_scope(list, shape.equal || sort_has_index(list->object, &list->sort));
}
