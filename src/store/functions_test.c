// Every haike_ function against base, with random and awkward input, on both engines: that they agree is what lets one expression be
// compiled for either and evaluated in memory.
#include "base/date.h"
#include "base/json.h"
#include "base/position.h"
#include "store/fixture.h"
#include <time.h>
#include <unicode/uchar.h>
#include <unicode/ucasemap.h>

#define CASES 250
#define ARGUMENTS 2
#define DAY_LEAST (-719162)
#define DAY_LARGEST 2932896

static uint64_t seed;

static uint64_t random_bits(void) { // xorshift64*
        seed ^= seed >> 12;
        seed ^= seed << 25;
        seed ^= seed >> 27;
        return seed * 2685821657736338717ULL;
}

static int64_t random_between(int64_t least, int64_t largest) {
        return least + (int64_t)(random_bits() % ((uint64_t)(largest - least) + 1));
}

static bool one_in(int n) {
        return random_bits() % (uint64_t)n == 0;
}

static Value any_number(Arena *arena) {
        (void)arena;
        static const int64_t edges[] = {0, 1, -1, 500000, -500000, 499999, 1000000, -1000000, 1500000, 2000000, 3000000, DECIMAL_MAX, -DECIMAL_MAX, 333333, 7};
        if (one_in(4))
                return value_number((Decimal){edges[random_bits() % (sizeof edges / sizeof *edges)]});
        int64_t magnitude = DECIMAL_MAX;
        for (uint64_t i = random_bits() % 18; i > 0; i--)
                magnitude /= 10;
        return value_number((Decimal){random_between(-magnitude, magnitude)});
}

static Value any_integer(Arena *arena) {
        (void)arena;
        return value_int(one_in(4) ? (int64_t)random_bits() : random_between(-1000000000000, 1000000000000));
}

static Value any_places(Arena *arena) {
        (void)arena;
        return value_int(random_between(-1, 7));
}

static void add_character(Buf *buf, UChar32 c) {
        char bytes[4];
        size_t length = 0;
        if (c < 0x80) {
                bytes[length++] = (char)c;
        } else if (c < 0x800) {
                bytes[length++] = (char)(0xc0 | c >> 6);
        } else if (c < 0x10000) {
                bytes[length++] = (char)(0xe0 | c >> 12);
                bytes[length++] = (char)(0x80 | (c >> 6 & 0x3f));
        } else {
                bytes[length++] = (char)(0xf0 | c >> 18);
                bytes[length++] = (char)(0x80 | (c >> 12 & 0x3f));
                bytes[length++] = (char)(0x80 | (c >> 6 & 0x3f));
        }
        if (c >= 0x80)
                bytes[length++] = (char)(0x80 | (c & 0x3f));
        buf_add(buf, str_make(bytes, length));
}

// Assigned since Unicode 13 at the latest: PostgreSQL's tables and ICU's are of different years.
static UChar32 any_character(void) {
        static const UChar32 likely[] = {'a', 'B', ' ', '"', '\\', ',', '0', 0x3a3, 0x3c2, 0x130, 0x131, 0xdf, 0x1e9e, 0xfb01, 0x301, 0x345, 0x3b1, 0xff21, 0xff71, 0xff9e,
                                         0x1100, 0x1161, 0xac00, 0x4e2d, 0x79d1, 0x2f00, 0x1f600, 0x2126, 0x212b, 0xb5, 0x149, 0x1f0, 0x587, 0x10a0, 0x1c90, 0x200d};
        if (!one_in(3))
                return likely[random_bits() % (sizeof likely / sizeof *likely)];
        for (;;) {
                UChar32 c = (UChar32)(random_bits() % (one_in(2) ? 0x3000 : 0x20000));
                UVersionInfo age;
                u_charAge(c, age);
                if (c != 0 && !U_IS_SURROGATE(c) && age[0] > 0 && age[0] <= 13)
                        return c;
        }
}

static Value any_text(Arena *arena) {
        Buf buf = buf_make(arena, 1000);
        for (uint64_t i = random_bits() % 9; i > 0; i--)
                add_character(&buf, any_character());
        return value_text(buf_str(&buf));
}

static Value any_needle(Arena *arena) {
        return value_text(text_fold(arena, str_slice(any_text(arena).text, 0, one_in(2) ? 0 : 1000)));
}

static Value any_element(Arena *arena) {
        static const char *const elements[] = {"a", "b,", ",", "\"", "\\", "", "a\"", "中文", "x\"a\"y", "12"};
        (void)arena;
        return value_text(str_from(elements[random_bits() % 10]));
}

static Value any_list(Arena *arena) {
        Buf buf = buf_make(arena, 4000);
        JsonWriter w = json_writer(&buf);
        json_open_array(&w);
        for (uint64_t i = random_bits() % 5; i > 0; i--)
                json_add_str(&w, any_element(arena).text);
        json_close_array(&w);
        return value_text(buf_str(&buf));
}

static Value any_date(Arena *arena) {
        (void)arena;
        return value_date((int32_t)(one_in(2) ? random_between(DAY_LEAST, DAY_LARGEST) : random_between(0, 40000)));
}

// 1970 to 2021: later rules of some zones differ between ICU's data and the server's, which are of different years.
static Value zone_date(Arena *arena) {
        (void)arena;
        return value_date((int32_t)random_between(1, 18990));
}

static Value any_datetime(Arena *arena) {
        (void)arena;
        int64_t ms = random_between(0, 1640000000000);
        return value_datetime(one_in(3) ? ms - ms % 1800000 : ms);
}

static Value any_zone(Arena *arena) {
        static const char *const zones[] = {"Asia/Shanghai", "America/New_York", "Europe/London", "America/Havana", "America/Sao_Paulo", "Australia/Lord_Howe",
                                            "Pacific/Apia", "Asia/Kathmandu", "UTC", "Asia/Beirut", "America/Asuncion"};
        (void)arena;
        return value_text(str_from(zones[random_bits() % (sizeof zones / sizeof *zones)]));
}

static Value any_months(Arena *arena) {
        (void)arena;
        return value_int(one_in(8) ? (int64_t)random_bits() / 2 : one_in(3) ? random_between(-130000, 130000) : random_between(-30, 30));
}

static Value any_record(Arena *arena) {
        static const char *const records[] = {"customer:12", "lead:0", "x:999999999999999999", "x:1234567890123456789", "customer", ":5", "a:b:1", "a:-1", "a:", "", "sample_request:007", "a:1 "};
        (void)arena;
        return value_text(str_from(records[random_bits() % (sizeof records / sizeof *records)]));
}

static Value any_position(Arena *arena) {
        static const char *const positions[] = {
                "{\"lat\":30.274123,\"lng\":120.155}", "{\"lat\":-30,\"lng\":-0.5}", "{\"lat\":0,\"lng\":0}", "{}", "null", "", "{\"lat\":1}", "{\"lat\":\"1\",\"lng\":2}",
                "{\"lat\":1.,\"lng\":2}", "{\"lat\":1e1,\"lng\":2}", "{\"lat\":1234,\"lng\":2}", "{\"lat\":1.1234567,\"lng\":2}", "[1,2]", "{\"lat\":1,\"lng\":2} ",
        };
        (void)arena;
        return value_text(str_from(positions[random_bits() % (sizeof positions / sizeof *positions)]));
}

static Value or_none(bool known, Decimal number) {
        return known ? value_number(number) : VALUE_NONE;
}

static Value expect_add(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(decimal_add(v[0].number, v[1].number, &r), r);
}

static Value expect_sub(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(decimal_sub(v[0].number, v[1].number, &r), r);
}

static Value expect_mul(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(decimal_mul(v[0].number, v[1].number, &r), r);
}

static Value expect_div(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(decimal_div(v[0].number, v[1].number, &r), r);
}

static Value expect_round(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        int64_t places = v[1].integer;
        return or_none(places >= 0 && places <= 6 && decimal_round(v[0].number, (int)places, &r), r);
}

static Value expect_int(Arena *arena, const Value *v) {
        (void)arena;
        return value_int(v[0].number.units / DECIMAL_SCALE);
}

static Value expect_num(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(decimal_from_int(v[0].integer, &r), r);
}

static Value expect_fold(Arena *arena, const Value *v) {
        return value_text(text_fold(arena, v[0].text));
}

static Value expect_contains(Arena *arena, const Value *v) {
        return value_bool(str_find(text_fold(arena, v[0].text), v[1].text) >= 0);
}

static Value expect_length(Arena *arena, const Value *v) {
        (void)arena;
        return value_int((int64_t)utf8_length(v[0].text));
}

static Value change_case(Arena *arena, Str text, bool upper) {
        char *to = arena_alloc(arena, text.len * 3 + 8);
        UErrorCode error = U_ZERO_ERROR;
        UCaseMap *map = ucasemap_open("", 0, &error);
        int32_t length = (upper ? ucasemap_utf8ToUpper : ucasemap_utf8ToLower)(map, to, (int32_t)text.len * 3 + 8, text.data ? text.data : "", (int32_t)text.len, &error);
        ucasemap_close(map);
        assert_true(U_SUCCESS(error));
        return value_text(str_make(to, (size_t)length));
}

static Value expect_lower(Arena *arena, const Value *v) {
        return change_case(arena, v[0].text, false);
}

static Value expect_upper(Arena *arena, const Value *v) {
        return change_case(arena, v[0].text, true);
}

static Value expect_list_has(Arena *arena, const Value *v) {
        Context context;
        context_init(&context, arena, LANG_EN, 0);
        Json *list;
        assert_int_equal(json_parse(&context, v[0].text, 4, &list), STATUS_OK);
        for (size_t i = 0; i < list->count; i++)
                if (str_eq(list->items[i].text, v[1].text))
                        return value_bool(true);
        return value_bool(false);
}

static Value expect_day(Arena *arena, const Value *v) {
        (void)arena;
        Zone *zone = zone_open(v[1].text);
        Value day = value_date(zone_day(zone, v[0].ms));
        zone_free(zone);
        return day;
}

static Value expect_at(Arena *arena, const Value *v) {
        (void)arena;
        Zone *zone = zone_open(v[1].text);
        Value start = value_datetime(zone_day_start(zone, v[0].day));
        zone_free(zone);
        return start;
}

static Value expect_year(Arena *arena, const Value *v) {
        (void)arena;
        return value_int(civil_from_day(v[0].day).year);
}

static Value expect_month(Arena *arena, const Value *v) {
        (void)arena;
        return value_int(civil_from_day(v[0].day).month);
}

static Value expect_dayofmonth(Arena *arena, const Value *v) {
        (void)arena;
        return value_int(civil_from_day(v[0].day).day);
}

static Value expect_weekday(Arena *arena, const Value *v) {
        (void)arena;
        return value_int(date_weekday(v[0].day));
}

static Value expect_year_text(Arena *arena, const Value *v) {
        return value_text(str_format(arena, "%04d", civil_from_day(v[0].day).year));
}

static Value expect_month_text(Arena *arena, const Value *v) {
        Civil civil = civil_from_day(v[0].day);
        return value_text(str_format(arena, "%04d-%02d", civil.year, civil.month));
}

static Value expect_quarter_text(Arena *arena, const Value *v) {
        Civil civil = civil_from_day(v[0].day);
        return value_text(str_format(arena, "%04d-Q%d", civil.year, (civil.month - 1) / 3 + 1));
}

// By counting: week 1 is the one with 4 January.
static Value expect_week_text(Arena *arena, const Value *v) {
        int year = civil_from_day(v[0].day).year + 1;
        int32_t monday;
        do {
                int32_t fourth = date_from_civil(year, 1, 4);
                monday = fourth - (date_weekday(fourth) - 1);
        } while (v[0].day < monday && year-- > 0);
        return value_text(str_format(arena, "%04d-W%02d", year, (v[0].day - monday) / 7 + 1));
}

static Value expect_date_text(Arena *arena, const Value *v) {
        Buf buf = buf_make(arena, 32);
        date_write(&buf, v[0].day);
        return value_text(buf_str(&buf));
}

static Value expect_add_months(Arena *arena, const Value *v) {
        (void)arena;
        int64_t months = v[1].integer;
        if (months < -200000 || months > 200000)
                return VALUE_NONE;
        int32_t day = date_add_months(v[0].day, (int)months);
        return day < DAY_LEAST || day > DAY_LARGEST ? VALUE_NONE : value_date(day);
}

static bool split_record(Str text, Str *ret_object, int64_t *ret_id) {
        ptrdiff_t colon = str_find_char(text, ':');
        if (colon <= 0)
                return false;
        Str digits = str_slice(text, (size_t)colon + 1, text.len);
        for (size_t i = 0; i < digits.len; i++)
                if (digits.data[i] < '0' || digits.data[i] > '9')
                        return false;
        *ret_object = str_slice(text, 0, (size_t)colon);
        return digits.len <= 18 && str_to_int64(digits, ret_id);
}

static Value expect_id_of(Arena *arena, const Value *v) {
        (void)arena;
        Str object;
        int64_t id;
        return split_record(v[0].text, &object, &id) ? value_int(id) : VALUE_NONE;
}

static Value expect_object_of(Arena *arena, const Value *v) {
        (void)arena;
        Str object;
        int64_t id;
        return split_record(v[0].text, &object, &id) ? value_text(object) : VALUE_NONE;
}

static Value expect_latitude(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(position_part(v[0].text, POSITION_LATITUDE, &r), r);
}

static Value expect_longitude(Arena *arena, const Value *v) {
        (void)arena;
        Decimal r = {0};
        return or_none(position_part(v[0].text, POSITION_LONGITUDE, &r), r);
}

typedef struct Function {
        const char *name;
        Value (*arguments[ARGUMENTS])(Arena *arena);
        ValueKind result;
        Value (*expect)(Arena *arena, const Value *values); // not asked where an argument is null: then the answer is
} Function;

static const Function functions[] = {
        {"haike_add", {any_number, any_number}, VALUE_NUMBER, expect_add},
        {"haike_sub", {any_number, any_number}, VALUE_NUMBER, expect_sub},
        {"haike_mul", {any_number, any_number}, VALUE_NUMBER, expect_mul},
        {"haike_div", {any_number, any_number}, VALUE_NUMBER, expect_div},
        {"haike_round", {any_number, any_places}, VALUE_NUMBER, expect_round},
        {"haike_int", {any_number}, VALUE_INTEGER, expect_int},
        {"haike_num", {any_integer}, VALUE_NUMBER, expect_num},
        {"haike_fold", {any_text}, VALUE_TEXT, expect_fold},
        {"haike_contains", {any_text, any_needle}, VALUE_BOOL, expect_contains},
        {"haike_length", {any_text}, VALUE_INTEGER, expect_length},
        {"haike_lower", {any_text}, VALUE_TEXT, expect_lower},
        {"haike_upper", {any_text}, VALUE_TEXT, expect_upper},
        {"haike_list_has", {any_list, any_element}, VALUE_BOOL, expect_list_has},
        {"haike_day", {any_datetime, any_zone}, VALUE_DATE, expect_day},
        {"haike_at", {zone_date, any_zone}, VALUE_DATETIME, expect_at},
        {"haike_year", {any_date}, VALUE_INTEGER, expect_year},
        {"haike_month", {any_date}, VALUE_INTEGER, expect_month},
        {"haike_dayofmonth", {any_date}, VALUE_INTEGER, expect_dayofmonth},
        {"haike_weekday", {any_date}, VALUE_INTEGER, expect_weekday},
        {"haike_year_text", {any_date}, VALUE_TEXT, expect_year_text},
        {"haike_month_text", {any_date}, VALUE_TEXT, expect_month_text},
        {"haike_quarter_text", {any_date}, VALUE_TEXT, expect_quarter_text},
        {"haike_week_text", {any_date}, VALUE_TEXT, expect_week_text},
        {"haike_date_text", {any_date}, VALUE_TEXT, expect_date_text},
        {"haike_add_months", {any_date, any_months}, VALUE_DATE, expect_add_months},
        {"haike_id_of", {any_record}, VALUE_INTEGER, expect_id_of},
        {"haike_object_of", {any_record}, VALUE_TEXT, expect_object_of},
        {"haike_latitude", {any_position}, VALUE_NUMBER, expect_latitude},
        {"haike_longitude", {any_position}, VALUE_NUMBER, expect_longitude},
};

static Str describe(Arena *arena, Value value) {
        Buf buf = buf_make(arena, 4000);
        switch (value.kind) {
        case VALUE_NULL:
                return STR("null");
        case VALUE_NUMBER:
                decimal_write(&buf, value.number, 0);
                return buf_str(&buf);
        case VALUE_DATE:
                date_write(&buf, value.day);
                return buf_str(&buf);
        case VALUE_DATETIME:
                datetime_write(&buf, value.ms);
                return buf_str(&buf);
        case VALUE_INTEGER:
                return str_format(arena, "%lld", (long long)value.integer);
        case VALUE_BOOL:
                return value.boolean ? STR("true") : STR("false");
        default:
                for (size_t i = 0; i < value.text.len; i++)
                        buf_format(&buf, "%02x ", (unsigned char)value.text.data[i]);
                return str_format(arena, "'" STR_FMT "' %s", STR_ARG(value.text), str_c(arena, buf_str(&buf)));
        }
}

static Status ask(Db *db, const Function *function, const Value *values, Value *ret) {
        Sql query = db_sql(db);
        sql(&query, "select ");
        sql_fixed(&query, str_from(function->name));
        sql(&query, "(");
        for (int i = 0; i < ARGUMENTS && function->arguments[i]; i++) {
                if (i)
                        sql(&query, ", ");
                sql_value(&query, values[i]);
        }
        sql(&query, ")");
        ROWS_CLEANUP Rows *rows = NULL;
        TRY(db_query(db, &query, &rows));
        bool found;
        TRY(rows_next(rows, &found));
        assert_true(found);
        *ret = rows_value(rows, 0, function->result);
        return STATUS_OK;
}

static Status compare_all(Db *db, void *arg) {
        const Function *function = arg;
        Arena *arena = db_arena(db);
        for (int i = 0; i < CASES; i++) {
                Value values[ARGUMENTS];
                bool null = false;
                for (int a = 0; a < ARGUMENTS && function->arguments[a]; a++) {
                        values[a] = one_in(20) ? VALUE_NONE : function->arguments[a](arena);
                        null |= value_is_null(values[a]);
                }
                Value expected = null ? VALUE_NONE : function->expect(arena, values), found;
                TRY(ask(db, function, values, &found));
                if (!value_eq(expected, found))
                        fail_msg("%s(" STR_FMT ", " STR_FMT ") is " STR_FMT ", not " STR_FMT, function->name, STR_ARG(describe(arena, values[0])),
                                 STR_ARG(function->arguments[1] ? describe(arena, values[1]) : STR("-")), STR_ARG(describe(arena, found)), STR_ARG(describe(arena, expected)));
        }
        return STATUS_OK;
}

static void test_functions(void **state) {
        Fixture *f = *state;
        seed = (uint64_t)time(NULL) * 2654435761U | 1;
        const char *given = getenv("HAIKE_TEST_SEED");
        if (given)
                seed = strtoull(given, NULL, 10);
        printf("HAIKE_TEST_SEED=%llu\n", (unsigned long long)seed);
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
                assert_ok(f, store_read(f->store, &f->context, 0, compare_all, (void *)&functions[i]));
}

static Status make_amounts(Db *db, void *arg) {
        (void)arg;
        Sql create = db_sql(db);
        sql(&create, "create table amount (a ");
        sql_fixed(&create, sql_type(db_dialect(db), VALUE_NUMBER));
        sql_table_end(&create);
        return db_ddl(db, &create);
}

static Status fill_amounts(Db *db, const Value *values, size_t count) {
        Sql empty = db_sql(db);
        sql(&empty, "delete from amount");
        TRY(db_exec(db, &empty, NULL));
        for (size_t i = 0; i < count; i++) {
                Sql insert = db_sql(db);
                sql(&insert, "insert into amount (a) values (");
                sql_value(&insert, values[i]);
                sql(&insert, ")");
                TRY(db_exec(db, &insert, NULL));
        }
        return STATUS_OK;
}

static Status compare_aggregates(Db *db, void *arg) {
        (void)arg;
        for (int round = 0; round < 60; round++) {
                Value values[12];
                size_t count = random_bits() % 12;
                DecimalSum sum = {0};
                for (size_t i = 0; i < count; i++) {
                        values[i] = one_in(5) ? VALUE_NONE : any_number(NULL);
                        if (!value_is_null(values[i]))
                                decimal_sum_add(&sum, values[i].number);
                }
                TRY(fill_amounts(db, values, count));
                Sql query = db_sql(db), argument = db_sql(db);
                sql(&argument, "a");
                sql(&query, "select haike_sum(a), haike_avg(a), ");
                sql_average(&query, &argument);
                sql(&query, " from amount");
                ROWS_CLEANUP Rows *rows = NULL;
                TRY(db_query(db, &query, &rows));
                bool found;
                TRY(rows_next(rows, &found));
                Decimal total = {0}, average = {0};
                bool some = sum.count > 0;
                assert_true(value_eq(rows_value(rows, 0, VALUE_NUMBER), or_none(some && decimal_sum_total(&sum, &total), total)));
                assert_true(value_eq(rows_value(rows, 1, VALUE_NUMBER), or_none(decimal_sum_average(&sum, &average), average)));
                assert_true(value_eq(rows_value(rows, 2, VALUE_NUMBER), or_none(decimal_sum_average(&sum, &average), average)));
        }
        return STATUS_OK;
}

static void test_aggregates(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_write(f->store, &f->context, make_amounts, NULL));
        assert_ok(f, store_write(f->store, &f->context, compare_aggregates, NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions), cmocka_unit_test(test_aggregates)};
        return fixture_run_both("functions", tests, sizeof tests / sizeof *tests);
}
