// What the functions do in memory. Arguments are not null (unless the row in function.c says takes_null); false means that the result is null.
#include "expr/function.h"
#include "base/json.h"
#include "base/position.h"
#include "base/unicode.h"
#include <unicode/ucasemap.h>

static bool number(bool ok, Decimal decimal, Value *ret) {
        if (ok)
                *ret = value_number(decimal);
        return ok;
}

bool function_eval_add(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Decimal result = {0};
        return number(decimal_add(args[0].number, args[1].number, &result), result, ret);
}

bool function_eval_subtract(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Decimal result = {0};
        return number(decimal_sub(args[0].number, args[1].number, &result), result, ret);
}

bool function_eval_multiply(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Decimal result = {0};
        return number(decimal_mul(args[0].number, args[1].number, &result), result, ret);
}

bool function_eval_divide(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Decimal result = {0};
        return number(decimal_div(args[0].number, args[1].number, &result), result, ret);
}

bool function_eval_negate(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        *ret = args[0];
        if (args[0].kind == VALUE_NUMBER)
                ret->number.units = -args[0].number.units;
        else
                ret->integer = -args[0].integer;
        return true;
}

bool function_eval_to_number(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Decimal result = {0};
        return number(decimal_from_int(args[0].integer, &result), result, ret);
}

bool function_eval_to_integer(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        *ret = value_int(args[0].number.units / DECIMAL_SCALE);
        return true;
}

bool function_eval_to_date(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        *ret = value_date(zone_day(eval->env->zone, args[0].ms));
        return true;
}

bool function_eval_to_datetime(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        *ret = value_datetime(zone_day_start(eval->env->zone, args[0].day));
        return true;
}

bool function_eval_to_text(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        Buf buf = buf_make(eval->context->arena, 64);
        if (args[0].kind == VALUE_INTEGER)
                buf_add_int(&buf, args[0].integer);
        else if (args[0].kind == VALUE_NUMBER)
                decimal_write(&buf, args[0].number, 0);
        else
                date_write(&buf, args[0].day);
        *ret = value_text(buf_str(&buf));
        return true;
}

bool function_eval_move_date(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        int64_t day;
        if (__builtin_add_overflow((int64_t)args[0].day, args[1].integer, &day) || day < EXPR_DAY_MIN || day > EXPR_DAY_MAX)
                return false;
        *ret = value_date((int32_t)day);
        return true;
}

bool function_eval_move_datetime(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        int64_t ms;
        if (__builtin_mul_overflow(args[1].integer, EXPR_DAY_MS, &ms) || __builtin_add_overflow(ms, args[0].ms, &ms) || ms < EXPR_MS_MIN || ms > EXPR_MS_MAX)
                return false;
        *ret = value_datetime(ms);
        return true;
}

bool function_eval_contains(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        *ret = value_bool(text_contains(eval->context->arena, args[0].text, args[1].text));
        return true;
}

bool function_eval_starts_with(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        Arena *arena = eval->context->arena;
        *ret = value_bool(str_starts(text_fold(arena, args[0].text), text_fold(arena, args[1].text)));
        return true;
}

// The length of the JSON string at the start of the text, with its quotes; 0 when there is none.
static size_t json_string_length(Str text) {
        if (text.len == 0 || text.data[0] != '"')
                return 0;
        for (size_t i = 1; i < text.len; i++)
                if (text.data[i] == '\\')
                        i++;
                else if (text.data[i] == '"')
                        return i + 1;
        return 0;
}

// Lists are canonical: elements can be compared as they are written.
bool function_eval_list_has(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        Str list = args[0].text;
        Buf element = buf_make(eval->context->arena, args[1].text.len * 6 + 2);
        json_escape(&element, args[1].text);
        bool found = false;
        for (size_t at = 1, length; !found && at < list.len; at += length + 1) {
                length = json_string_length(str_slice(list, at, list.len));
                if (length == 0)
                        break;
                found = str_eq(str_slice(list, at, at + length), buf_str(&element));
        }
        *ret = value_bool(found);
        return true;
}

// The two halves of "customer:12".
static bool record_parts(Str text, Str *ret_object, int64_t *ret_id) {
        ptrdiff_t colon = str_find_char(text, ':');
        if (colon <= 0)
                return false;
        Str digits = str_slice(text, (size_t)colon + 1, text.len);
        *ret_object = str_slice(text, 0, (size_t)colon);
        return digits.len <= 18 && !str_starts(digits, STR("-")) && str_to_int64(digits, ret_id);
}

bool function_eval_record_object(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Str object;
        int64_t id;
        if (!record_parts(args[0].text, &object, &id))
                return false;
        *ret = value_text(object);
        return true;
}

bool function_eval_record_id(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Str object;
        int64_t id;
        if (!record_parts(args[0].text, &object, &id))
                return false;
        *ret = value_int(id);
        return true;
}

bool function_eval_concat(Eval *eval, const Value *args, size_t count, Value *ret) {
        size_t length = 0;
        for (size_t i = 0; i < count; i++)
                length += value_is_null(args[i]) ? 0 : args[i].text.len;
        Buf buf = buf_make(eval->context->arena, length + 1);
        for (size_t i = 0; i < count; i++)
                if (!value_is_null(args[i]))
                        buf_add(&buf, args[i].text);
        *ret = value_text(buf_str(&buf));
        return true;
}

bool function_eval_round(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        Decimal result = {0};
        return number(decimal_round(args[0].number, (int)args[1].integer, &result), result, ret);
}

bool function_eval_abs(Eval *eval, const Value *args, size_t count, Value *ret) {
        bool negative = args[0].kind == VALUE_NUMBER ? args[0].number.units < 0 : args[0].integer < 0;
        *ret = args[0];
        return negative ? function_eval_negate(eval, args, count, ret) : true;
}

static bool extreme(const Value *args, size_t count, int sign, Value *ret) {
        const Value *best = NULL;
        for (size_t i = 0; i < count; i++)
                if (!value_is_null(args[i]) && (!best || value_compare(args[i], *best) * sign > 0))
                        best = &args[i];
        if (best)
                *ret = *best;
        return best;
}

bool function_eval_least(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval;
        return extreme(args, count, -1, ret);
}

bool function_eval_greatest(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval;
        return extreme(args, count, 1, ret);
}

bool function_eval_latitude(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        *ret = value_number((Decimal){0});
        return position_part(args[0].text, POSITION_LATITUDE, &ret->number);
}

bool function_eval_longitude(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        *ret = value_number((Decimal){0});
        return position_part(args[0].text, POSITION_LONGITUDE, &ret->number);
}

bool function_eval_length(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        *ret = value_int((int64_t)utf8_length(args[0].text));
        return true;
}

typedef int32_t (*CaseMapping)(const UCaseMap *map, char *to, int32_t capacity, const char *from, int32_t length, UErrorCode *error);

static bool change_case(Eval *eval, Str text, CaseMapping mapping, Value *ret) {
        UErrorCode error = U_ZERO_ERROR;
        UCaseMap *map = ucasemap_open("", 0, &error); // the root locale
        ensure(U_SUCCESS(error) && text.len < INT32_MAX / 4);
        int32_t capacity = (int32_t)text.len * 3 + 8; // no character grows to more than three times its bytes
        char *mapped = arena_alloc(eval->context->arena, (size_t)capacity);
        int32_t length = mapping(map, mapped, capacity, text.data ? text.data : "", (int32_t)text.len, &error);
        ucasemap_close(map);
        *ret = value_text(str_make(mapped, (size_t)length));
        return U_SUCCESS(error);
}

bool function_eval_lower(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        return change_case(eval, args[0].text, ucasemap_utf8ToLower, ret);
}

bool function_eval_upper(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        return change_case(eval, args[0].text, ucasemap_utf8ToUpper, ret);
}

bool function_eval_today(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)args, (void)count;
        *ret = value_date(zone_day(eval->env->zone, eval->env->now_ms));
        return true;
}

bool function_eval_now(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)args, (void)count;
        *ret = value_datetime(eval->env->now_ms);
        return true;
}

bool function_eval_me(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)args, (void)count;
        *ret = value_int(eval->env->me);
        return eval->env->me != 0;
}

bool function_eval_my_department(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)args, (void)count;
        *ret = value_int(eval->env->my_department);
        return eval->env->my_department != 0;
}

bool function_eval_date(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        for (int i = 0; i < 3; i++)
                if (args[i].integer < 1 || args[i].integer > 9999)
                        return false;
        int year = (int)args[0].integer, month = (int)args[1].integer, day = (int)args[2].integer;
        if (!date_valid(year, month, day))
                return false;
        *ret = value_date(date_from_civil(year, month, day));
        return true;
}

bool function_eval_days_between(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        *ret = value_int((int64_t)args[1].day - args[0].day);
        return true;
}

static bool valid_day(int32_t day) { return day >= EXPR_DAY_MIN && day <= EXPR_DAY_MAX; }

bool function_eval_add_months(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        if (args[1].integer < -EXPR_MONTHS_MAX || args[1].integer > EXPR_MONTHS_MAX || !valid_day(args[0].day))
                return false;
        *ret = value_date(date_add_months(args[0].day, (int)args[1].integer));
        return valid_day(ret->day);
}

// The parts of a date as a text: "2026" and, behind it, what the caller adds.
static bool year_text(Eval *eval, int32_t day, int year, const char *letter, int part, int digits, Value *ret) {
        Buf buf = buf_make(eval->context->arena, 32);
        buf_format(&buf, "%04d", year);
        if (digits)
                buf_format(&buf, "%s%0*d", letter, digits, part);
        *ret = value_text(buf_str(&buf));
        return valid_day(day);
}

bool function_eval_month(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        Civil civil = civil_from_day(args[0].day);
        return year_text(eval, args[0].day, civil.year, "-", civil.month, 2, ret);
}

bool function_eval_quarter(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        Civil civil = civil_from_day(args[0].day);
        return year_text(eval, args[0].day, civil.year, "-Q", (civil.month + 2) / 3, 1, ret);
}

bool function_eval_year(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        return year_text(eval, args[0].day, civil_from_day(args[0].day).year, "", 0, 0, ret);
}

// ISO 8601: a week belongs to the year of its Thursday.
bool function_eval_week(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        int32_t thursday = args[0].day - date_weekday(args[0].day) + 4;
        int year = civil_from_day(thursday).year;
        return year_text(eval, args[0].day, year, "-W", (thursday - date_from_civil(year, 1, 1)) / 7 + 1, 2, ret);
}

bool function_eval_day(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)count;
        Buf buf = buf_make(eval->context->arena, 32);
        date_write(&buf, args[0].day);
        *ret = value_text(buf_str(&buf));
        return valid_day(args[0].day);
}

static bool integer(int number, const Value *date, Value *ret) {
        *ret = value_int(number);
        return valid_day(date->day);
}

bool function_eval_year_of(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        return integer(civil_from_day(args[0].day).year, args, ret);
}

bool function_eval_month_of(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        return integer(civil_from_day(args[0].day).month, args, ret);
}

bool function_eval_day_of(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        return integer(civil_from_day(args[0].day).day, args, ret);
}

bool function_eval_weekday(Eval *eval, const Value *args, size_t count, Value *ret) {
        (void)eval, (void)count;
        return integer(date_weekday(args[0].day), args, ret);
}
