// Aggregates: groups and measures as expressions over what the reader may see. The members of the answer are the texts that were asked for.
#include "record/quota.h"
#include "record/query.h"
#include "record/totals.h"

#define PARTS_LARGEST 16
#define ROWS_LARGEST 10000

typedef struct Part {
        Str text;
        const Expr *expr;
        const Field *field; // a group that is a field or a path: how it is written
        ValueKind kind;
        int places;         // least decimals
} Part;

typedef struct Aggregation {
        Call *call;
        const AggregateQuery *query;
        const Object *object;
        Part parts[PARTS_LARGEST]; // groups, then measures
        size_t groups, count;
        int limit;
        bool more;
        Value **rows;
        size_t rows_count;
} Aggregation;

// The next of a comma list; commas in parentheses and texts belong to it.
static bool next_part(Str *rest, Str *ret) {
        if (!rest->len)
                return false;
        int depth = 0;
        size_t at = 0;
        for (; at < rest->len && (depth > 0 || rest->data[at] != ','); at++) {
                char c = rest->data[at];
                if (c == '"')
                        for (at++; at < rest->len && rest->data[at] != '"'; at++)
                                at += rest->data[at] == '\\';
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        *ret = str_trim(str_slice(*rest, 0, at));
        *rest = str_slice(*rest, at + 1, rest->len);
        return true;
}

// Money keeps its decimals in sums: 120000.00.
static void find_places(void *arg, const ExprField *field) {
        int *places = arg;
        const Field *known = field->handle;
        const FieldType *type = known->result ? known->result : known->type;
        if (strcmp(type->name, "money") == 0 && known->decimals > *places)
                *places = known->decimals;
}

static Status add_part(Aggregation *a, Str text, bool measure) {
        Context *context = a->call->context;
        Str member = measure ? STR("measure") : STR("group");
        ExprNames names = actor_names(a->call->actor);
        ExprParse parse = {.names = &names, .object = a->object, .allow_aggregate = measure};
        if (a->count == PARTS_LARGEST)
                return error_add(context, member, "too_many", STR("16"));
        Part *part = &a->parts[a->count++];
        part->text = text;
        TRY(expr_parse(context, &parse, text, &part->expr));
        part->kind = expr_kind(expr_type(part->expr));
        if (part->kind == VALUE_NULL)
                return error_add(context, member, "not_groupable", text);
        if (part->kind == VALUE_NUMBER)
                expr_fields(part->expr, find_places, &part->places);
        if (!measure)
                (void)path_field(a->call, a->object, text, &part->field);
        return STATUS_OK;
}

static Status add_parts(Aggregation *a, Str list, bool measure) {
        for (Str text; next_part(&list, &text);) {
                bool known = false;
                for (size_t i = 0; i < a->count; i++)
                        known |= str_eq(a->parts[i].text, text);
                if (!known)
                        TRY(add_part(a, text, measure));
        }
        return STATUS_OK;
}

static Status aggregation_parse(Aggregation *a) {
        const AggregateQuery *query = a->query;
        if (query->limit < 0 || query->limit > ROWS_LARGEST)
                return error_set(a->call->context, STATUS_MALFORMED, "bad_limit", STR("10000"));
        a->limit = query->limit ? query->limit : ROWS_LARGEST;
        TRY(add_parts(a, str_trim(query->group), false));
        a->groups = a->count;
        TRY(add_parts(a, str_trim(query->measure), true));
        return a->count ? STATUS_OK : add_part(a, STR("count()"), true);
}

// ---- SQL. Columns are named by their position: a parameter twice in a statement is not the same expression to PostgreSQL.

static void add_position(Sql *select, size_t position) {
        static const Str positions[PARTS_LARGEST] = {STR("1"), STR("2"),  STR("3"),  STR("4"),  STR("5"),  STR("6"),  STR("7"),  STR("8"),
                                                     STR("9"), STR("10"), STR("11"), STR("12"), STR("13"), STR("14"), STR("15"), STR("16")};
        sql_fixed(select, positions[position]);
}

static Status add_order(Aggregation *a, Sql *select) {
        bool used[PARTS_LARGEST] = {0}, first = true;
        Str list = str_trim(a->query->sort);
        for (Str text; next_part(&list, &text);) {
                bool descending = str_starts(text, STR("-"));
                Str wanted = descending ? str_trim(str_slice(text, 1, text.len)) : text;
                size_t at = 0;
                while (at < a->count && !str_eq(a->parts[at].text, wanted))
                        at++;
                if (at == a->count)
                        return error_add(a->call->context, STR("sort"), "not_sortable", wanted);
                if (used[at])
                        continue;
                used[at] = true;
                sql_fixed(select, first ? STR(" order by ") : STR(", "));
                add_position(select, at);
                sql_fixed(select, descending ? STR(" desc nulls last") : STR(" nulls last"));
                first = false;
        }
        for (size_t i = 0; i < a->groups; i++) {
                if (used[i])
                        continue;
                sql_fixed(select, first ? STR(" order by ") : STR(", "));
                add_position(select, i);
                sql(select, " nulls last");
                first = false;
        }
        return STATUS_OK;
}

// Counting all rows is the one thing that an index alone answers.
static bool only_counts(const Aggregation *a) {
        return a->groups == 0 && a->count == 1 && str_is(a->parts[0].text, "count()") && str_empty(str_trim(a->query->filter));
}

static Status select_from(Aggregation *a, const Sql *filter, Sql *select) {
        Call *call = a->call;
        FilterShape shape;
        Scan scan;
        ReadScope scope = scope_of_reader(call, a->object);
        TRY(filter_shape(call, a->object, a->query->filter, &shape));
        TRY(scan_choose(call, &scope, &shape, &scan));
        sql(select, " from ");
        sql_name(select, a->object->table);
        if (scan.whole && !(only_counts(a) && scope.path == SCOPE_PATH_ALL))
                sql(select, " t not indexed where t.deleted_at is null");
        else
                sql(select, " t where t.deleted_at is null");
        sql_append(select, &scan.condition);
        sql_append(select, filter);
        return STATUS_OK;
}

// From totals where they are kept for such questions: the columns are the same.
static Status select_totals(Aggregation *a, Sql *select, bool *ret) {
        const Expr *exprs[PARTS_LARGEST];
        *ret = false;
        if (a->query->rows)
                return STATUS_OK;
        for (size_t i = 0; i < a->count; i++) {
                exprs[i] = a->parts[i].expr;
                if (query_veils(a->call, exprs[i])) // totals know of no pools
                        return STATUS_OK;
        }
        TotalsQuestion question = {.call = a->call, .object = a->object, .groups = exprs, .groups_count = a->groups, .measures = exprs + a->groups, .measures_count = a->count - a->groups,
                                   .filter = a->query->filter};
        return totals_answer(&question, select, ret);
}

static Status select_rows(Aggregation *a, Sql *select) {
        Call *call = a->call;
        ExprNames names = actor_names(call->actor);
        ExprEnv env = actor_env(call->context, call->actor);
        Sql filter = db_sql(call->db);
        TRY(query_filter(call, a->object, a->query->filter, &filter));
        for (size_t i = 0; i < a->groups; i++)
                query_unveiled(call, a->parts[i].expr, &filter);
        for (size_t i = 0; i < a->count; i++) {
                env.bare = i < a->groups;
                sql_fixed(select, i ? STR(", ") : STR("select "));
                bool hidden = i < a->groups && select->dialect == DIALECT_SQLITE; // from the planner, who would fetch the rows in the order of an index
                if (hidden)
                        sql(select, "+(");
                TRY(expr_sql(call->context, a->parts[i].expr, &env, &names, STR("t"), select));
                if (hidden)
                        sql(select, ")");
        }
        return select_from(a, &filter, select);
}

static Status aggregation_select(Aggregation *a, Sql *select) {
        bool totals = false;
        TRY(select_totals(a, select, &totals));
        if (a->query->kept)
                *a->query->kept = totals;
        if (!totals)
                TRY(select_rows(a, select));
        for (size_t i = 0; i < a->groups; i++) {
                sql_fixed(select, i ? STR(", ") : STR(" group by "));
                add_position(select, i);
        }
        if (totals && a->groups)
                sql(select, " having sum(t.\"n\") > 0");
        TRY(add_order(a, select));
        sql(select, " limit ");
        sql_int(select, a->limit + 1);
        return STATUS_OK;
}

static Status add_row(Aggregation *a, Rows *rows, size_t *capacity) {
        Arena *arena = a->call->context->arena;
        if (a->rows_count == *capacity) {
                size_t grown = *capacity ? *capacity * 2 : 64;
                Value **list = arena_array(arena, Value *, grown);
                if (a->rows_count)
                        memcpy(list, a->rows, a->rows_count * sizeof *list);
                a->rows = list;
                *capacity = grown;
        }
        Value *values = a->rows[a->rows_count++] = arena_array(arena, Value, a->count);
        for (size_t i = 0; i < a->count; i++)
                values[i] = rows_value(rows, (int)i, a->parts[i].kind);
        return arena_over(arena) ? error_set(a->call->context, STATUS_TOO_LARGE, "too_large") : STATUS_OK;
}

static Status aggregation_read(Aggregation *a) {
        Sql select = db_sql(a->call->db);
        size_t capacity = 0;
        TRY(aggregation_select(a, &select));
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(a->call->db, &select, &rows));
        for (;;) {
                bool found;
                TRY(rows_next(rows, &found));
                a->more = found && a->rows_count == (size_t)a->limit;
                if (!found || a->more)
                        return STATUS_OK;
                TRY(add_row(a, rows, &capacity));
        }
}

// ---- the answer

static void write_value(const Part *part, Value value, JsonWriter *w, Arena *arena) {
        Buf text = buf_make(arena, 64);
        switch (value.kind) {
        case VALUE_NULL:
        case VALUE_BLOB:
                json_add_null(w);
                return;
        case VALUE_BOOL:
                json_add_bool(w, value.boolean);
                return;
        case VALUE_INTEGER:
                json_add_int(w, value.integer);
                return;
        case VALUE_NUMBER:
                json_add_decimal(w, value.number, part->places);
                return;
        case VALUE_TEXT:
                json_add_str(w, value.text);
                return;
        case VALUE_DATE:
                date_write(&text, value.day);
                break;
        case VALUE_DATETIME:
                datetime_write(&text, value.ms);
                break;
        }
        json_add_str(w, buf_str(&text));
}

static void write_row(const Aggregation *a, const Value *values, const Names *names, JsonWriter *w) {
        json_open_object(w);
        for (size_t i = 0; i < a->count; i++) {
                const Part *part = &a->parts[i];
                json_key(w, part->text);
                if (part->field)
                        named_write_value(names, part->field, values[i], w);
                else
                        write_value(part, values[i], w, a->call->context->arena);
        }
        json_close_object(w);
}

Status query_aggregate(Call *call, const AggregateQuery *query, JsonWriter *w) {
        Aggregation *a = arena_new_of(call->context->arena, Aggregation);
        *a = (Aggregation){.call = call, .query = query, .object = query->object};
        if (!actor_may(call->actor, query->object, VERB_READ))
                return error_set(call->context, STATUS_FORBIDDEN, "forbidden");
        TRY(read_quota_check(call, query->object));
        TRY(aggregation_parse(a));
        TRY(aggregation_read(a));
        Names *names = named_new(call);
        for (size_t i = 0; i < a->rows_count; i++)
                for (size_t k = 0; k < a->groups; k++)
                        if (a->parts[k].field)
                                named_want_value(names, a->parts[k].field, a->rows[i][k]);
        TRY(named_load(names));
        json_open_object(w);
        json_key(w, STR("items"));
        json_open_array(w);
        for (size_t i = 0; i < a->rows_count; i++)
                write_row(a, a->rows[i], names, w);
        json_close_array(w);
        if (a->more)
                json_put_bool(w, "truncated", true);
        json_close_object(w);
        read_quota_rows(call, query->object, a->groups ? (int64_t)a->rows_count : 0);
        return STATUS_OK;
}
