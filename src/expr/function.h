// What function.c's table refers to: checks (check_call.c), SQL (sql_function.c) and evaluation (eval_function.c) of single functions.
#pragma once
#include "expr/tree.h"

Status function_check_if(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_coalesce(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_is_null(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_extreme(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_abs(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_round(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_concat(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;
Status function_check_date(Check *check, const Scope *scope, const Syntax *call, const Function *function, Expr **ret) MUST_USE;

Status function_emit_negate(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_zoned(Emit *emit, const Expr *call, Str alias) MUST_USE;     // haike_f(x, zone)
Status function_emit_to_text(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_move_date(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_move_datetime(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_contains(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_starts_with(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_concat(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_extreme(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_add_months(Emit *emit, const Expr *call, Str alias) MUST_USE;
Status function_emit_days_between(Emit *emit, const Expr *call, Str alias) MUST_USE;

typedef bool FunctionEval(Eval *eval, const Value *args, size_t count, Value *ret);
FunctionEval function_eval_add, function_eval_subtract, function_eval_multiply, function_eval_divide, function_eval_negate, function_eval_to_number,
        function_eval_to_integer, function_eval_to_date, function_eval_to_datetime, function_eval_to_text, function_eval_move_date, function_eval_move_datetime,
        function_eval_contains, function_eval_starts_with, function_eval_list_has, function_eval_record_object, function_eval_record_id,
        function_eval_concat, function_eval_round, function_eval_abs, function_eval_least, function_eval_greatest, function_eval_length, function_eval_lower,
        function_eval_upper, function_eval_today, function_eval_now, function_eval_me, function_eval_my_department, function_eval_date,
        function_eval_days_between, function_eval_add_months, function_eval_month, function_eval_quarter, function_eval_year, function_eval_week,
        function_eval_day, function_eval_year_of, function_eval_month_of, function_eval_day_of, function_eval_weekday, function_eval_latitude, function_eval_longitude;
