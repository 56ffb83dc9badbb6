// SQL of the functions that are more than a call of the database's function of the same arguments.
#include "expr/function.h"
#include "base/unicode.h"

Status function_emit_negate(Emit *emit, const Expr *call, Str alias) {
        sql(emit->sql, "(- ");
        TRY(emit_operand(emit, call->items[0], alias));
        sql(emit->sql, ")");
        return STATUS_OK;
}

Status function_emit_zoned(Emit *emit, const Expr *call, Str alias) {
        sql_fixed(emit->sql, str_from(call->function->sql));
        sql(emit->sql, "(");
        TRY(emit_operand(emit, call->items[0], alias));
        sql(emit->sql, ", ");
        emit_zone(emit);
        sql(emit->sql, ")");
        return STATUS_OK;
}

// The shortest exact text of a number: SQLite holds it as millionths.
static Status emit_number_text(Emit *emit, const Expr *number, Str alias) {
        if (emit_postgres(emit)) {
                sql(emit->sql, "cast(trim_scale(");
                TRY(emit_operand(emit, number, alias));
                sql(emit->sql, ") as text)");
                return STATUS_OK;
        }
        sql(emit->sql, "(select case when v.n < 0 then '-' else '' end || (abs(v.n) / 1000000) || "
                       "rtrim(rtrim(printf('.%06d', abs(v.n) % 1000000), '0'), '.') from (select ");
        TRY(emit_operand(emit, number, alias));
        sql(emit->sql, " as n) as v where v.n is not null)");
        return STATUS_OK;
}

Status function_emit_to_text(Emit *emit, const Expr *call, Str alias) {
        const Expr *item = call->items[0];
        if (item->type == EXPR_NUMBER)
                return emit_number_text(emit, item, alias);
        sql_fixed(emit->sql, item->type == EXPR_DATE ? STR("haike_date_text(") : STR("cast("));
        TRY(emit_operand(emit, item, alias));
        sql_fixed(emit->sql, item->type == EXPR_DATE ? STR(")") : STR(" as text)"));
        return STATUS_OK;
}

static int64_t clamp(int64_t number, int64_t least, int64_t most) {
        return number < least ? least : number > most ? most : number;
}

// A bare column and a constant: the limits are worked out here.
static Status emit_move_column(Emit *emit, const Expr *call, Str alias, bool day) {
        enum { FARTHEST = EXPR_DAY_MAX - EXPR_DAY_MIN };
        Value days;
        TRY(emit_constant(emit, call->items[1], &days));
        if (value_is_null(days) || days.integer > FARTHEST || days.integer < -FARTHEST) {
                emit_null(emit, call->type);
                return STATUS_OK;
        }
        int64_t unit = day ? 1 : EXPR_DAY_MS, by = days.integer * unit, least = day ? EXPR_DAY_MIN : EXPR_MS_MIN, most = day ? EXPR_DAY_MAX : EXPR_MS_MAX;
        int64_t from = clamp(least - by, least, most), to = clamp(most - by, least, most);
        sql(emit->sql, "case when ");
        TRY(emit_operand(emit, call->items[0], alias));
        sql(emit->sql, " between ");
        sql_value(emit->sql, day ? value_date((int32_t)from) : value_datetime(from));
        sql(emit->sql, " and ");
        sql_value(emit->sql, day ? value_date((int32_t)to) : value_datetime(to));
        sql(emit->sql, " then ");
        TRY(emit_operand(emit, call->items[0], alias));
        if (!emit_postgres(emit)) {
                sql(emit->sql, " + ");
                sql_int(emit->sql, by);
        } else {
                sql(emit->sql, " + cast(");
                sql_int(emit->sql, days.integer);
                sql_fixed(emit->sql, day ? STR(" as integer)") : STR(" as integer) * interval '24 hours'"));
        }
        sql(emit->sql, " end");
        return STATUS_OK;
}

// The general case computes first, in a type that cannot overflow, and then asks whether the result is a date. "offset 0" keeps PostgreSQL from
// taking the inner query apart and converting before it is asked.
static Status emit_move(Emit *emit, const Expr *call, Str alias, const char *const parts[3]) {
        sql_fixed(emit->sql, str_from(parts[0]));
        TRY(emit_operand(emit, call->items[0], alias));
        sql_fixed(emit->sql, str_from(parts[1]));
        TRY(emit_operand(emit, call->items[1], alias));
        sql_fixed(emit->sql, str_from(parts[2]));
        return STATUS_OK;
}

Status function_emit_move_date(Emit *emit, const Expr *call, Str alias) {
        static const char *const sqlite[] = {"(select v.d from (select ", " + ", " as d) as v where v.d between -719162 and 2932896)"};
        static const char *const postgres[] = {"(select date '1970-01-01' + cast(v.d as integer) from (select cast(", " - date '1970-01-01' as numeric) + ",
                                       " as d offset 0) as v where v.d between -719162 and 2932896)"};
        if (call->items[0]->kind == NODE_FIELD && call->items[1]->constant)
                return emit_move_column(emit, call, alias, true);
        return emit_move(emit, call, alias, emit_postgres(emit) ? postgres : sqlite);
}

Status function_emit_move_datetime(Emit *emit, const Expr *call, Str alias) {
        static const char *const sqlite[] = {"(select v.t from (select ", " + 86400000 * ", " as t) as v where v.t between -62135596800000 and 253402300799999)"};
        static const char *const postgres[] = {
                ("(select cast(timestamptz '1970-01-01 00:00:00Z' + cast(v.t as double precision) * interval '1 millisecond' as timestamptz(3)) "
                 "from (select 1000 * extract(epoch from "),
                ") + 86400000 * cast(", " as numeric) as t offset 0) as v where v.t between -62135596800000 and 253402300799999)"};
        if (call->items[0]->kind == NODE_FIELD && call->items[1]->constant)
                return emit_move_column(emit, call, alias, false);
        return emit_move(emit, call, alias, emit_postgres(emit) ? postgres : sqlite);
}

// What is looked for, folded: here when it is a constant.
static Status emit_needle(Emit *emit, const Expr *needle, Str alias) {
        Value value;
        if (needle->constant) {
                TRY(emit_constant(emit, needle, &value));
                sql_str(emit->sql, text_fold(emit->context->arena, value.text));
                return STATUS_OK;
        }
        sql(emit->sql, "haike_fold(");
        TRY(emit_operand(emit, needle, alias));
        sql(emit->sql, ")");
        return STATUS_OK;
}

static Status needle_is_null(Emit *emit, const Expr *needle, bool *ret) {
        Value value = value_bool(true);
        if (needle->constant)
                TRY(emit_constant(emit, needle, &value));
        *ret = value_is_null(value);
        if (*ret)
                emit_null(emit, EXPR_BOOL);
        return STATUS_OK;
}

Status function_emit_contains(Emit *emit, const Expr *call, Str alias) {
        bool null;
        TRY(needle_is_null(emit, call->items[1], &null));
        if (null)
                return STATUS_OK;
        sql(emit->sql, "haike_contains(");
        TRY(emit_operand(emit, call->items[0], alias));
        sql(emit->sql, ", ");
        TRY(emit_needle(emit, call->items[1], alias));
        sql(emit->sql, ")");
        return STATUS_OK;
}

Status function_emit_starts_with(Emit *emit, const Expr *call, Str alias) {
        bool null, postgres = emit_postgres(emit);
        TRY(needle_is_null(emit, call->items[1], &null));
        if (null)
                return STATUS_OK;
        sql_fixed(emit->sql, postgres ? STR("starts_with(haike_fold(") : STR("(substr(haike_fold("));
        TRY(emit_operand(emit, call->items[0], alias));
        sql_fixed(emit->sql, postgres ? STR("), ") : STR("), 1, length("));
        TRY(emit_needle(emit, call->items[1], alias));
        if (!postgres) {
                sql(emit->sql, ")) = ");
                TRY(emit_needle(emit, call->items[1], alias));
        }
        sql(emit->sql, ")");
        return STATUS_OK;
}

Status function_emit_concat(Emit *emit, const Expr *call, Str alias) {
        sql(emit->sql, "(");
        for (size_t i = 0; i < call->count; i++) {
                sql_fixed(emit->sql, i ? STR(" || coalesce(") : STR("coalesce("));
                TRY(emit_operand(emit, call->items[i], alias));
                sql(emit->sql, ", '')");
        }
        sql(emit->sql, ")");
        return STATUS_OK;
}

// SQLite's min(a, b) is null when one of them is, so there they become rows.
static Status emit_extreme_rows(Emit *emit, const Expr *call, Str alias, bool least) {
        sql_fixed(emit->sql, least ? STR("(select min(v.x) from (") : STR("(select max(v.x) from ("));
        for (size_t i = 0; i < call->count; i++) {
                sql_fixed(emit->sql, i ? STR(" union all select ") : STR("select "));
                TRY(emit_operand(emit, call->items[i], alias));
                sql(emit->sql, " as x");
        }
        sql(emit->sql, ") as v)");
        return STATUS_OK;
}

// The smallest or largest of those that are not null.
Status function_emit_extreme(Emit *emit, const Expr *call, Str alias) {
        bool least = str_is(STR("least"), call->function->name), text = expr_kind(call->type) == VALUE_TEXT;
        if (!emit_postgres(emit))
                return emit_extreme_rows(emit, call, alias, least);
        sql_fixed(emit->sql, least ? STR("least(") : STR("greatest("));
        for (size_t i = 0; i < call->count; i++) {
                if (i)
                        sql(emit->sql, ", ");
                TRY(emit_operand(emit, call->items[i], alias));
                if (text)
                        sql(emit->sql, " collate \"C\"");
        }
        sql(emit->sql, ")");
        return STATUS_OK;
}

// A constant that is too large is answered here: PostgreSQL, inlining its function, would convert it to an integer before asking how large it is.
Status function_emit_add_months(Emit *emit, const Expr *call, Str alias) {
        if (call->items[1]->constant) {
                Value months;
                TRY(emit_constant(emit, call->items[1], &months));
                if (value_is_null(months) || months.integer > EXPR_MONTHS_MAX || months.integer < -EXPR_MONTHS_MAX) {
                        emit_null(emit, EXPR_DATE);
                        return STATUS_OK;
                }
        }
        sql(emit->sql, "haike_add_months");
        return emit_arguments(emit, call, alias);
}

Status function_emit_days_between(Emit *emit, const Expr *call, Str alias) {
        sql_fixed(emit->sql, emit_postgres(emit) ? STR("cast(") : STR("("));
        TRY(emit_operand(emit, call->items[1], alias));
        sql(emit->sql, " - ");
        TRY(emit_operand(emit, call->items[0], alias));
        sql_fixed(emit->sql, emit_postgres(emit) ? STR(" as bigint)") : STR(")"));
        return STATUS_OK;
}
