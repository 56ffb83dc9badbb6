// The haike_ functions of SQLite, in terms of base: numbers are scaled integers, dates days, date-times milliseconds. What each means is
// listed in store.h; PostgreSQL's twins are in postgres/functions.c, and functions_test.c compares the two.
#include "base/json.h"
#include "base/position.h"
#include "base/unicode.h"
#include "store/sqlite/sqlite.h"
#include <unicode/utypes.h>

#define DAY_LEAST (-719162) // 0001-01-01
#define DAY_LARGEST 2932896 // 9999-12-31

static SqliteConn *conn_of(sqlite3_context *call) {
        return sqlite3_user_data(call);
}

static bool is_null(sqlite3_value *value) {
        return sqlite3_value_type(value) == SQLITE_NULL;
}

static Decimal number_of(sqlite3_value *value) {
        return (Decimal){sqlite3_value_int64(value)};
}

static Str text_of(sqlite3_value *value) {
        const char *text = (const char *)sqlite3_value_text(value);
        return str_make(text, (size_t)sqlite3_value_bytes(value));
}

static void answer_text(sqlite3_context *call, Str text) {
        sqlite3_result_text64(call, text.len ? text.data : "", text.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static void answer_buf(sqlite3_context *call, const Buf *buf) {
        answer_text(call, buf_str(buf));
        arena_reset(conn_of(call)->scratch);
}

static void calculate(sqlite3_context *call, sqlite3_value **values, bool (*operation)(Decimal a, Decimal b, Decimal *ret)) {
        Decimal result;
        if (!is_null(values[0]) && !is_null(values[1]) && operation(number_of(values[0]), number_of(values[1]), &result))
                sqlite3_result_int64(call, result.units);
}

static void do_add(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        calculate(call, values, decimal_add);
}

static void do_sub(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        calculate(call, values, decimal_sub);
}

static void do_mul(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        calculate(call, values, decimal_mul);
}

static void do_div(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        calculate(call, values, decimal_div);
}

static void do_round(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        if (is_null(values[0]) || is_null(values[1]))
                return;
        int64_t places = sqlite3_value_int64(values[1]);
        Decimal result;
        if (places >= 0 && places <= 6 && decimal_round(number_of(values[0]), (int)places, &result))
                sqlite3_result_int64(call, result.units);
}

static void do_int(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        if (!is_null(values[0]))
                sqlite3_result_int64(call, sqlite3_value_int64(values[0]) / DECIMAL_SCALE);
}

static void do_num(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        Decimal result;
        if (!is_null(values[0]) && decimal_from_int(sqlite3_value_int64(values[0]), &result))
                sqlite3_result_int64(call, result.units);
}

// The sum so far, and where it is kept (NULL: no memory): as bytes, for SQLite aligns to 8 what __int128 wants at 16.
static char *sum_so_far(sqlite3_context *call, DecimalSum *ret) {
        char *kept = sqlite3_aggregate_context(call, sizeof *ret);
        if (kept)
                memcpy(ret, kept, sizeof *ret);
        return kept;
}

static void sum_step(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        DecimalSum sum;
        char *kept = sum_so_far(call, &sum);
        if (!kept || is_null(values[0]))
                return;
        decimal_sum_add(&sum, number_of(values[0]));
        memcpy(kept, &sum, sizeof sum);
}

// Numbers that are summed up already, in two parts: the last nine digits apart from the others (src/record/totals.c).
static void parts_step(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        DecimalSum sum;
        char *kept = sum_so_far(call, &sum);
        if (!kept || is_null(values[0]))
                return;
        sum.units += (__int128)sqlite3_value_int64(values[0]) * 1000000000 + sqlite3_value_int64(values[1]);
        sum.count += sqlite3_value_int64(values[2]);
        memcpy(kept, &sum, sizeof sum);
}

static void answer_sum(sqlite3_context *call, bool (*total)(const DecimalSum *sum, Decimal *ret)) {
        const char *kept = sqlite3_aggregate_context(call, 0);
        if (!kept)
                return;
        DecimalSum sum;
        memcpy(&sum, kept, sizeof sum);
        Decimal result;
        if (sum.count && total(&sum, &result))
                sqlite3_result_int64(call, result.units);
}

static void sum_final(sqlite3_context *call) {
        answer_sum(call, decimal_sum_total);
}

static void avg_final(sqlite3_context *call) {
        answer_sum(call, decimal_sum_average);
}

static void do_fold(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        if (is_null(values[0]))
                return;
        Arena *scratch = conn_of(call)->scratch;
        answer_text(call, text_fold(scratch, text_of(values[0])));
        arena_reset(scratch);
}

static void do_contains(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        if (is_null(values[0]) || is_null(values[1]))
                return;
        Arena *scratch = conn_of(call)->scratch;
        Str folded = text_fold(scratch, text_of(values[0]));
        sqlite3_result_int(call, str_find(folded, text_of(values[1])) >= 0);
        arena_reset(scratch);
}

static void do_length(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        if (!is_null(values[0]))
                sqlite3_result_int64(call, (int64_t)utf8_length(text_of(values[0])));
}

typedef int32_t (*CaseMapping)(const UCaseMap *map, char *to, int32_t capacity, const char *from, int32_t length, UErrorCode *error);

static void change_case(sqlite3_context *call, sqlite3_value *value, CaseMapping mapping) {
        if (is_null(value))
                return;
        SqliteConn *conn = conn_of(call);
        Str text = text_of(value);
        int32_t capacity = (int32_t)text.len * 3 + 8; // no character grows to more than three times its bytes
        char *mapped = arena_alloc(conn->scratch, (size_t)capacity);
        UErrorCode error = U_ZERO_ERROR;
        int32_t length = mapping(conn->case_map, mapped, capacity, text.data, (int32_t)text.len, &error);
        if (U_SUCCESS(error))
                answer_text(call, str_make(mapped, (size_t)length));
        else
                sqlite3_result_error(call, u_errorName(error), -1);
        arena_reset(conn->scratch);
}

static void do_lower(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        change_case(call, values[0], ucasemap_utf8ToLower);
}

static void do_upper(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        change_case(call, values[0], ucasemap_utf8ToUpper);
}

// The length of the JSON string at the start of the text, with its quotes; 0 when there is none.
static size_t json_string_length(Str text) {
        if (text.len == 0 || text.data[0] != '"')
                return 0;
        for (size_t i = 1; i < text.len; i++) {
                if (text.data[i] == '\\')
                        i++;
                else if (text.data[i] == '"')
                        return i + 1;
        }
        return 0;
}

// Lists are canonical, so that elements can be compared as they are written.
static void do_list_has(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        if (is_null(values[0]) || is_null(values[1]))
                return;
        Arena *scratch = conn_of(call)->scratch;
        Str list = text_of(values[0]);
        Buf element = buf_make(scratch, (size_t)sqlite3_value_bytes(values[1]) * 6 + 2);
        json_escape(&element, text_of(values[1]));
        bool found = false;
        for (size_t at = 1, length; !found && at < list.len; at += length + 1) {
                length = json_string_length(str_slice(list, at, list.len));
                if (length == 0)
                        break;
                found = str_eq(str_slice(list, at, at + length), buf_str(&element));
        }
        sqlite3_result_int(call, found);
        arena_reset(scratch);
}

static bool take_day(sqlite3_value *value, int32_t *ret) {
        int64_t day = sqlite3_value_int64(value);
        if (is_null(value) || day < DAY_LEAST || day > DAY_LARGEST)
                return false;
        *ret = (int32_t)day;
        return true;
}

static const Zone *zone_of(sqlite3_context *call, sqlite3_value *value) {
        if (is_null(value))
                return NULL;
        SqliteConn *conn = conn_of(call);
        Str name = text_of(value);
        for (int i = 0; i < conn->zones_count; i++)
                if (str_eq(zone_name(conn->zones[i]), name))
                        return conn->zones[i];
        Zone *zone = zone_open(name);
        if (!zone)
                return NULL;
        if (conn->zones_count == ZONES_KEPT)
                zone_free(conn->zones[--conn->zones_count]);
        conn->zones[conn->zones_count++] = zone;
        return zone;
}

static void do_day(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        const Zone *zone = zone_of(call, values[1]);
        if (zone && !is_null(values[0]))
                sqlite3_result_int64(call, zone_day(zone, sqlite3_value_int64(values[0])));
}

static void do_at(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        const Zone *zone = zone_of(call, values[1]);
        if (zone && take_day(values[0], &day))
                sqlite3_result_int64(call, zone_day_start(zone, day));
}

static void do_year(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (take_day(values[0], &day))
                sqlite3_result_int(call, civil_from_day(day).year);
}

static void do_month(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (take_day(values[0], &day))
                sqlite3_result_int(call, civil_from_day(day).month);
}

static void do_dayofmonth(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (take_day(values[0], &day))
                sqlite3_result_int(call, civil_from_day(day).day);
}

static void do_weekday(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (take_day(values[0], &day))
                sqlite3_result_int(call, date_weekday(day));
}

static void do_month_text(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (!take_day(values[0], &day))
                return;
        Civil civil = civil_from_day(day);
        Buf text = buf_make(conn_of(call)->scratch, 32);
        buf_format(&text, "%04d-%02d", civil.year, civil.month);
        answer_buf(call, &text);
}

static void do_quarter_text(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (!take_day(values[0], &day))
                return;
        Civil civil = civil_from_day(day);
        Buf text = buf_make(conn_of(call)->scratch, 32);
        buf_format(&text, "%04d-Q%d", civil.year, (civil.month + 2) / 3);
        answer_buf(call, &text);
}

static void do_year_text(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (!take_day(values[0], &day))
                return;
        Buf text = buf_make(conn_of(call)->scratch, 32);
        buf_format(&text, "%04d", civil_from_day(day).year);
        answer_buf(call, &text);
}

// ISO 8601: a week belongs to the year of its Thursday.
static void do_week_text(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (!take_day(values[0], &day))
                return;
        int32_t thursday = day - date_weekday(day) + 4;
        int year = civil_from_day(thursday).year;
        Buf text = buf_make(conn_of(call)->scratch, 32);
        buf_format(&text, "%04d-W%02d", year, (int)((thursday - date_from_civil(year, 1, 1)) / 7 + 1));
        answer_buf(call, &text);
}

static void do_date_text(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (!take_day(values[0], &day))
                return;
        Buf text = buf_make(conn_of(call)->scratch, 32);
        date_write(&text, day);
        answer_buf(call, &text);
}

static void do_add_months(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        int32_t day;
        if (!take_day(values[0], &day) || is_null(values[1]))
                return;
        int64_t months = sqlite3_value_int64(values[1]);
        if (months < -120000 || months > 120000)
                return;
        day = date_add_months(day, (int)months);
        if (day >= DAY_LEAST && day <= DAY_LARGEST)
                sqlite3_result_int64(call, day);
}

// The two halves of "customer:12".
static bool take_record(sqlite3_value *value, Str *ret_object, int64_t *ret_id) {
        if (is_null(value))
                return false;
        Str rest = text_of(value);
        ptrdiff_t colon = str_find_char(rest, ':');
        if (colon <= 0)
                return false;
        *ret_object = str_slice(rest, 0, (size_t)colon);
        Str digits = str_slice(rest, (size_t)colon + 1, rest.len);
        return digits.len <= 18 && !str_starts(digits, STR("-")) && str_to_int64(digits, ret_id);
}

static void do_id_of(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        Str object;
        int64_t id;
        if (take_record(values[0], &object, &id))
                sqlite3_result_int64(call, id);
}

static void answer_degrees(sqlite3_context *call, sqlite3_value *value, PositionPart part) {
        Decimal degrees;
        if (!is_null(value) && position_part(text_of(value), part, &degrees))
                sqlite3_result_int64(call, degrees.units);
}

static void do_latitude(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        answer_degrees(call, values[0], POSITION_LATITUDE);
}

static void do_longitude(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        answer_degrees(call, values[0], POSITION_LONGITUDE);
}

static void do_object_of(sqlite3_context *call, int count, sqlite3_value **values) {
        (void)count;
        Str object;
        int64_t id;
        if (take_record(values[0], &object, &id))
                answer_text(call, object);
}

typedef struct Function {
        const char *name;
        int arguments;
        void (*call)(sqlite3_context *call, int count, sqlite3_value **values);
        void (*final)(sqlite3_context *call); // aggregates
} Function;

static const Function functions[] = {
        {"haike_add", 2, do_add, NULL},
        {"haike_sub", 2, do_sub, NULL},
        {"haike_mul", 2, do_mul, NULL},
        {"haike_div", 2, do_div, NULL},
        {"haike_round", 2, do_round, NULL},
        {"haike_sum", 1, sum_step, sum_final},
        {"haike_avg", 1, sum_step, avg_final},
        {"haike_sum", 3, parts_step, sum_final},
        {"haike_avg", 3, parts_step, avg_final},
        {"haike_int", 1, do_int, NULL},
        {"haike_num", 1, do_num, NULL},
        {"haike_fold", 1, do_fold, NULL},
        {"haike_contains", 2, do_contains, NULL},
        {"haike_length", 1, do_length, NULL},
        {"haike_lower", 1, do_lower, NULL},
        {"haike_upper", 1, do_upper, NULL},
        {"haike_list_has", 2, do_list_has, NULL},
        {"haike_day", 2, do_day, NULL},
        {"haike_at", 2, do_at, NULL},
        {"haike_year", 1, do_year, NULL},
        {"haike_month", 1, do_month, NULL},
        {"haike_dayofmonth", 1, do_dayofmonth, NULL},
        {"haike_weekday", 1, do_weekday, NULL},
        {"haike_month_text", 1, do_month_text, NULL},
        {"haike_quarter_text", 1, do_quarter_text, NULL},
        {"haike_year_text", 1, do_year_text, NULL},
        {"haike_week_text", 1, do_week_text, NULL},
        {"haike_date_text", 1, do_date_text, NULL},
        {"haike_add_months", 2, do_add_months, NULL},
        {"haike_id_of", 1, do_id_of, NULL},
        {"haike_object_of", 1, do_object_of, NULL},
        {"haike_latitude", 1, do_latitude, NULL},
        {"haike_longitude", 1, do_longitude, NULL},
};

int sqlite_functions(SqliteConn *conn) {
        int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
        int code = SQLITE_OK;
        for (size_t i = 0; i < sizeof functions / sizeof *functions && code == SQLITE_OK; i++) {
                const Function *f = &functions[i];
                code = f->final ? sqlite3_create_function_v2(conn->handle, f->name, f->arguments, flags, conn, NULL, f->call, f->final, NULL)
                                : sqlite3_create_function_v2(conn->handle, f->name, f->arguments, flags, conn, f->call, NULL, NULL, NULL);
        }
        return code;
}
