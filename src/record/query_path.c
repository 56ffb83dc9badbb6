// How a list is read: which indexes answer scope, filter and sort together. The figures behind the choices are in README.md.
#include "record/query_list.h"
#include "base/unicode.h"

#define SMALL 2000 // so many rows are fetched and sorted rather than found on a walk in the sort's order

static void from_live(const List *list, Sql *select) {
        sql(select, " from ");
        sql_name(select, list->object->table);
        if (list->whole)
                sql(select, " t not indexed where t.deleted_at is ");
        else
                sql(select, " t where t.deleted_at is ");
        sql_fixed(select, list->query->deleted ? STR("not null") : STR("null"));
}

// Entries are of live records: where nothing else is asked of them their rows need not be read.
static void from_entries(const List *list, const ScopeArm *arm, bool alone, Sql *select) {
        bool joined = alone || list->filter.text.len;
        sql(select, " from access_entry e");
        if (joined) {
                sql(select, " cross join ");
                sql_name(select, list->object->table);
                sql(select, " t where t.id = e.record_id and t.deleted_at is null and ");
        } else
                sql(select, " where ");
        scope_arm_entry(arm, alone, select);
}

// Without what other arms have (alone) only for counting: an owner's arm that tests departments reads every row, one that does not only its index. Whoever merges arms drops doubles.
void list_from_arm(const List *list, size_t at, bool alone, Sql *select) {
        const ScopeArm *arm = &list->scope.arms[at];
        if (arm->kind == ARM_ENTRY) {
                from_entries(list, arm, alone, select);
        } else {
                from_live(list, select);
                sql(select, " and ");
                scope_arm_sql(arm, alone, STR("t"), select);
        }
        sql_append(select, &list->filter);
}

Status list_from(const List *list, SearchTier tier, Sql *select) {
        if (list->path == LIST_SEARCH)
                TRY(search_from(list->call, list->object, list->terms, list->cursor.id, tier, select));
        else
                from_live(list, select);
        sql_append(select, &list->condition);
        sql_append(select, &list->filter);
        return STATUS_OK;
}

// ---- counting

static void count_arms(const List *list, Sql *select) {
        for (size_t i = 0; i < list->scope.arms_count; i++) {
                sql_fixed(select, i ? STR(" union all select 1") : STR("select 1"));
                list_from_arm(list, i, true, select);
        }
}

Status list_count(const List *list, int64_t *ret) {
        Sql select = db_sql(list->call->db);
        List whole = *list; // all pages
        bool found;
        *ret = 0;
        if (list->path == LIST_NOTHING)
                return STATUS_OK;
        whole.cursor = (Cursor){0};
        sql(&select, "select count(*) from (");
        if (list->path == LIST_MERGE)
                count_arms(&whole, &select);
        else {
                sql(&select, "select 1");
                TRY(list_from(&whole, SEARCH_ALL, &select));
        }
        sql(&select, " limit ");
        sql_int(&select, QUERY_COUNT_LARGEST + 1);
        sql(&select, ") counted");
        return db_get_int(list->call->db, &select, ret, &found);
}

// ---- choosing

// opaque: rows come in the order of the sort or from the filter, and the scope only tests them.
static Status take_condition(List *list, Verb verb, bool opaque) {
        list->path = LIST_DIRECT;
        sql(&list->condition, " and ");
        return scope_condition(list->call, list->object, verb, STR("t"), opaque, &list->condition);
}

// The bin shows what the reader might have thrown there: seen, and within his scope for deleting.
static Status take_bin(List *list) {
        TRY(take_condition(list, VERB_READ, true));
        return take_condition(list, VERB_DELETE, true);
}

static Status take_scope(List *list, bool opaque) {
        list->path = LIST_DIRECT;
        return list->scope.path == SCOPE_PATH_ALL ? STATUS_OK : take_condition(list, VERB_READ, opaque);
}

// A text that is searched for is looked up in the search index where that is sure to know every match and there are not many.
static Status try_contains(List *list, const FilterShape *shape, bool *ret_taken) {
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
        TRY(search_match(call, list->object, terms, true, &found));
        TRY(rows_at_most(call, &found, SMALL, &small));
        if (!small)
                return STATUS_OK;
        sql(&list->condition, " and t.id in (");
        sql_append(&list->condition, &found);
        sql(&list->condition, ")");
        *ret_taken = list->ids_first = true;
        return take_scope(list, true);
}

static Status take_scan(List *list, const FilterShape *shape) {
        Scan scan;
        TRY(scan_choose(list->call, &list->scope, shape, &scan));
        list->path = LIST_DIRECT;
        list->condition = scan.condition;
        list->whole = scan.whole;
        list->ids_first = true;
        return STATUS_OK;
}

static Status choose_for_arms(List *list, const FilterShape *shape) {
        bool small = false;
        if (sort_is_recent(&list->sort)) {
                list->path = LIST_MERGE;
                if (list->scope.arms_count > 1)
                        return STATUS_OK;
                list->path = LIST_DIRECT;
                sql(&list->condition, " and ");
                scope_arm_sql(&list->scope.arms[0], false, STR("t"), &list->condition);
                return STATUS_OK;
        }
        if (sort_has_index(list->object, &list->sort)) {
                Sql ids = db_sql(list->call->db);
                scope_ids(&list->scope, &ids);
                TRY(rows_at_most(list->call, &ids, SMALL, &small));
                if (!small)
                        return take_scope(list, true);
        }
        return take_scan(list, shape);
}

// Objects that are not in the search index, and what is deleted: by name, without an index.
static Status choose_by_name(List *list) {
        Str folded = text_fold(list->call->context->arena, list->query->q);
        TRY(list->query->deleted ? take_bin(list) : take_scope(list, true));
        sql(&list->condition, " and haike_contains(t.");
        sql_name(&list->condition, list->object->name_field->column);
        sql(&list->condition, ", ");
        sql_str(&list->condition, folded);
        sql(&list->condition, ")");
        return STATUS_OK;
}

static Status choose_for_search(List *list) {
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

Status list_choose_path(List *list) {
        FilterShape shape;
        bool taken = false;
        list->path = LIST_NOTHING;
        list->condition = db_sql(list->call->db);
        list->scope = scope_of_reader(list->call, list->object);
        if (list->scope.path == SCOPE_PATH_NOTHING)
                return STATUS_OK;
        if (!str_empty(list->query->q))
                return choose_for_search(list);
        if (list->query->deleted)
                return take_bin(list);
        TRY(filter_shape(list->call, list->object, list->query->filter, &shape));
        TRY(try_contains(list, &shape, &taken));
        if (taken)
                return STATUS_OK;
        if (list->scope.path == SCOPE_PATH_ARMS && !shape.equal)
                return choose_for_arms(list, &shape);
        if (shape.equal || sort_has_index(list->object, &list->sort))
                return take_scope(list, true);
        return take_scan(list, &shape);
}
