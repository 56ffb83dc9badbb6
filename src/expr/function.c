// The table of functions. A new one is a row here, and what the row refers to; see README.md.
#include "expr/function.h"

enum { STACK_SUBQUERY = 14 }; // "(select … from (select … as x) v where …)"

static const Function functions[] = {
        [FUNCTION_ADD] = {.sql = "haike_add", .eval = function_eval_add},
        [FUNCTION_SUBTRACT] = {.sql = "haike_sub", .eval = function_eval_subtract},
        [FUNCTION_MULTIPLY] = {.sql = "haike_mul", .eval = function_eval_multiply},
        [FUNCTION_DIVIDE] = {.sql = "haike_div", .eval = function_eval_divide},
        [FUNCTION_NEGATE] = {.emit = function_emit_negate, .eval = function_eval_negate},
        [FUNCTION_TO_NUMBER] = {.sql = "haike_num", .eval = function_eval_to_number},
        [FUNCTION_TO_INTEGER] = {.sql = "haike_int", .eval = function_eval_to_integer},
        [FUNCTION_TO_DATE] = {.sql = "haike_day", .emit = function_emit_zoned, .eval = function_eval_to_date},
        [FUNCTION_TO_DATETIME] = {.sql = "haike_at", .emit = function_emit_zoned, .eval = function_eval_to_datetime},
        [FUNCTION_TO_TEXT] = {.emit = function_emit_to_text, .eval = function_eval_to_text, .stack = STACK_SUBQUERY},
        [FUNCTION_MOVE_DATE] = {.emit = function_emit_move_date, .eval = function_eval_move_date, .stack = STACK_SUBQUERY},
        [FUNCTION_MOVE_DATETIME] = {.emit = function_emit_move_datetime, .eval = function_eval_move_datetime, .stack = STACK_SUBQUERY},
        [FUNCTION_CONTAINS] = {.emit = function_emit_contains, .eval = function_eval_contains, .stack = 4},
        [FUNCTION_STARTS_WITH] = {.emit = function_emit_starts_with, .eval = function_eval_starts_with, .stack = 6},
        [FUNCTION_LIST_HAS] = {.sql = "haike_list_has", .eval = function_eval_list_has},
        [FUNCTION_RECORD_OBJECT] = {.sql = "haike_object_of", .eval = function_eval_record_object},
        [FUNCTION_RECORD_ID] = {.sql = "haike_id_of", .eval = function_eval_record_id},

        // Of any type; these make nodes of their own.
        [FUNCTION_NAMED] = {.name = "if", .check = function_check_if},
        {.name = "coalesce", .check = function_check_coalesce},
        {.name = "is_null", .check = function_check_is_null},

        // Texts.
        {.name = "concat", .check = function_check_concat, .emit = function_emit_concat, .eval = function_eval_concat, .takes_null = true, .stack = 5},
        {.name = "length", .args = "t", .result = EXPR_INTEGER, .sql = "haike_length", .eval = function_eval_length},
        {.name = "lower", .args = "t", .result = EXPR_TEXT, .sql = "haike_lower", .eval = function_eval_lower},
        {.name = "upper", .args = "t", .result = EXPR_TEXT, .sql = "haike_upper", .eval = function_eval_upper},

        // Numbers.
        {.name = "round", .check = function_check_round, .sql = "haike_round", .eval = function_eval_round},
        {.name = "abs", .check = function_check_abs, .sql = "abs", .eval = function_eval_abs},
        {.name = "int", .args = "n", .result = EXPR_INTEGER, .sql = "haike_int", .eval = function_eval_to_integer},
        {.name = "least", .check = function_check_extreme, .emit = function_emit_extreme, .eval = function_eval_least, .takes_null = true, .stack = STACK_SUBQUERY},
        {.name = "greatest", .check = function_check_extreme, .emit = function_emit_extreme, .eval = function_eval_greatest, .takes_null = true,
         .stack = STACK_SUBQUERY},

        // Places.
        {.name = "latitude", .args = "p", .result = EXPR_NUMBER, .sql = "haike_latitude", .eval = function_eval_latitude},
        {.name = "longitude", .args = "p", .result = EXPR_NUMBER, .sql = "haike_longitude", .eval = function_eval_longitude},

        // Who and when: the same for every row.
        {.name = "today", .args = "", .result = EXPR_DATE, .eval = function_eval_today, .varies = true},
        {.name = "now", .args = "", .result = EXPR_DATETIME, .eval = function_eval_now, .varies = true},
        {.name = "me", .args = "", .result = EXPR_REFERENCE, .eval = function_eval_me, .varies = true},
        {.name = "my_department", .args = "", .result = EXPR_REFERENCE, .eval = function_eval_my_department, .varies = true},
        {.name = "date", .check = function_check_date, .eval = function_eval_date},

        // Dates. A date-time counts as its local date.
        {.name = "days_between", .args = "dd", .result = EXPR_INTEGER, .emit = function_emit_days_between, .eval = function_eval_days_between},
        {.name = "add_days", .args = "di", .result = EXPR_DATE, .emit = function_emit_move_date, .eval = function_eval_move_date, .stack = STACK_SUBQUERY},
        {.name = "add_months", .args = "di", .result = EXPR_DATE, .emit = function_emit_add_months, .eval = function_eval_add_months},
        {.name = "day", .args = "d", .result = EXPR_TEXT, .sql = "haike_date_text", .eval = function_eval_day},
        {.name = "week", .args = "d", .result = EXPR_TEXT, .sql = "haike_week_text", .eval = function_eval_week},
        {.name = "month", .args = "d", .result = EXPR_TEXT, .sql = "haike_month_text", .eval = function_eval_month},
        {.name = "quarter", .args = "d", .result = EXPR_TEXT, .sql = "haike_quarter_text", .eval = function_eval_quarter},
        {.name = "year", .args = "d", .result = EXPR_TEXT, .sql = "haike_year_text", .eval = function_eval_year},
        {.name = "year_of", .args = "d", .result = EXPR_INTEGER, .sql = "haike_year", .eval = function_eval_year_of},
        {.name = "month_of", .args = "d", .result = EXPR_INTEGER, .sql = "haike_month", .eval = function_eval_month_of},
        {.name = "day_of", .args = "d", .result = EXPR_INTEGER, .sql = "haike_dayofmonth", .eval = function_eval_day_of},
        {.name = "weekday", .args = "d", .result = EXPR_INTEGER, .sql = "haike_weekday", .eval = function_eval_weekday},
};

const Function *function_get(FunctionId id) {
        return &functions[id];
}

const Function *function_find(Str name) {
        for (size_t i = FUNCTION_NAMED; i < sizeof functions / sizeof *functions; i++)
                if (str_is(name, functions[i].name))
                        return &functions[i];
        return NULL;
}
