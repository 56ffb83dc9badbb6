// Every field type: what is taken from JSON and from cells, how it comes out again, what is refused and why.
#include "meta/fixture.h"

typedef struct Case { const char *type, *in, *out; } Case; // out: JSON, or an error's code with ! before it

#define FIELDS \
        "{'name':'f_text','type':'text','max_length':5}, {'name':'f_pattern','type':'text','pattern':'[A-Z]{2}[0-9]+'}, {'name':'f_long','type':'long_text'}," \
        "{'name':'f_integer','type':'integer','min':-10,'max':100000}, {'name':'f_number','type':'number','decimals':3}, {'name':'f_money','type':'money'}," \
        "{'name':'f_percent','type':'percent'}, {'name':'f_boolean','type':'boolean'}, {'name':'f_date','type':'date'}, {'name':'f_datetime','type':'datetime'}," \
        "{'name':'f_choice','type':'choice','options':[{'key':'a','label':{'zh-CN':'甲类','en':'First'}},{'key':'B2','label':'Two, or more','retired':true}]}," \
        "{'name':'f_multi','type':'multi_choice','options':[{'key':'x','label':'X 线'},{'key':'y'},{'key':'z'}]}," \
        "{'name':'f_reference','type':'reference','target':'thing'}, {'name':'f_references','type':'multi_reference','target':'thing'}, {'name':'f_record','type':'record'}," \
        "{'name':'f_phone','type':'phone'}, {'name':'f_email','type':'email'}, {'name':'f_url','type':'url'}, {'name':'f_address','type':'address'}," \
        "{'name':'f_position','type':'position'}, {'name':'f_file','type':'file'}, {'name':'f_number_auto','type':'auto_number','format':'KH-{yyyy}-{0000}'}," \
        "{'name':'f_formula','type':'formula','expression':'f_money * 2','result':'money'}, {'name':'f_tags','type':'tags'}, {'name':'f_json','type':'json','max_length':30}"

static Context context;
static Catalog *catalog;

static const char *quotes(const char *text) {
        char *copy = str_c(context.arena, str_from(text));
        for (char *c = copy; *c; c++)
                *c = *c == '\'' ? '"' : *c;
        return copy;
}

static int setup(void **state) {
        (void)state;
        context_init(&context, arena_new(0), LANG_ZH_CN, 0);
        assert_int_equal(unicode_start(&context), STATUS_OK);
        catalog = fixture_catalog(&context, quotes("[{'id':50,'name':'thing','fields':[" FIELDS "]}]"));
        return 0;
}

static int teardown(void **state) {
        (void)state;
        catalog_unref(catalog);
        arena_free(context.arena);
        return 0;
}

static const Field *field_of(const char *name) {
        return object_get(catalog_get(catalog, "thing"), name);
}

static Str out_of(const Field *field, Value value) {
        Buf buf = buf_make(context.arena, 100000);
        JsonWriter w = json_writer(&buf);
        field_write(&w, field, value);
        return buf_str(&buf);
}

static void check(const Case *test, bool cell) {
        const Field *field = field_of(test->type);
        Value value = VALUE_NONE;
        error_clear(&context);
        Status status = cell ? field_parse(&context, field, STR("f"), str_from(test->in), &value) : field_read(&context, field, STR("f"), fixture_json(&context, quotes(test->in)), &value);
        if (test->out[0] == '!') {
                if (status != STATUS_INVALID || strcmp(context.error.items[0].code, test->out + 1) != 0)
                        fail_msg("%s %s: expected %s, got %s", test->type, test->in, test->out, status == STATUS_OK ? "a value" : context.error.items[0].code);
                assert_true(str_is(context.error.items[0].field, "f"));
                return;
        }
        if (status != STATUS_OK)
                fail_msg("%s %s: refused with %s", test->type, test->in, context.error.items[0].code);
        Str out = out_of(field, value);
        if (!str_is(out, quotes(test->out)))
                fail_msg("%s %s: expected %s, got " STR_FMT, test->type, test->in, quotes(test->out), STR_ARG(out));
        if (!value_is_null(value))
                assert_int_equal(value.kind, field->kind);
}

static void check_all(const Case *cases, size_t count, bool cell) {
        for (size_t i = 0; i < count; i++)
                check(&cases[i], cell);
}
#define CHECK(cases, cell) check_all(cases, sizeof cases / sizeof *cases, cell)

static void test_json_texts(void **state) {
        (void)state;
        static const Case cases[] = {
                {"f_text", "null", "null"}, {"f_text", "' a '", "' a '"}, {"f_text", "''", "''"}, {"f_text", "'一二三四五'", "'一二三四五'"}, {"f_text", "'一二三四五六'", "!too_long"},
                {"f_text", "5", "!wrong_type"}, {"f_text", "['a']", "!wrong_type"}, {"f_text", "'<b>\\u0001'", "'<b>\\u0001'"},
                {"f_pattern", "'AB12'", "'AB12'"}, {"f_pattern", "'AB12 '", "!bad_pattern"}, {"f_pattern", "'xAB12'", "!bad_pattern"}, {"f_pattern", "''", "''"},
                {"f_long", "'a\\nb'", "'a\\nb'"}, {"f_number_auto", "'KH-1'", "'KH-1'"}, {"f_formula", "5", "!read_only"},
                {"f_phone", "'138 0013-8000'", "'13800138000'"}, {"f_phone", "'+86（571）8920 4466'", "'+8657189204466'"}, {"f_phone", "'0571-89204466转802'", "'057189204466x802'"},
                {"f_phone", "'０５７１８９２０'", "'05718920'"}, {"f_phone", "'89204466 ext. 12'", "'89204466x12'"}, {"f_phone", "'1234'", "!bad_phone"}, {"f_phone", "'13800138000/13900139000'", "!bad_phone"},
                {"f_phone", "'13800138000转'", "!bad_phone"}, {"f_phone", "'138+00138000'", "!bad_phone"}, {"f_phone", "'call me'", "!bad_phone"}, {"f_phone", "''", "null"}, {"f_phone", "13800138000", "!wrong_type"},
                {"f_email", "' Zhang.San@EXAMPLE.Com '", "'Zhang.San@example.com'"}, {"f_email", "'a@b'", "!bad_email"}, {"f_email", "'a b@c.cn'", "!bad_email"}, {"f_email", "'a@@c.cn'", "!bad_email"},
                {"f_email", "'a..b@c.cn'", "!bad_email"}, {"f_email", "'.a@c.cn'", "!bad_email"}, {"f_email", "'a@-c.cn'", "!bad_email"}, {"f_email", "'a@c.1'", "!bad_email"}, {"f_email", "'张三@例子.中国'", "'张三@例子.中国'"},
                {"f_email", "'a+b@c.co.uk'", "'a+b@c.co.uk'"}, {"f_email", "'a@c.cn\\n'", "'a@c.cn'"}, {"f_email", "'a@c.cn,b@c.cn'", "!bad_email"}, {"f_email", "'@c.cn'", "!bad_email"}, {"f_email", "'a@c.cn.'", "!bad_email"},
                {"f_url", "'HTTPS://Example.COM/Path?a=B#c'", "'https://example.com/Path?a=B#c'"}, {"f_url", "'www.example.com'", "'http://www.example.com'"}, {"f_url", "'javascript:alert(1)'", "!bad_url"},
                {"f_url", "'ftp://a.cn'", "!bad_url"}, {"f_url", "'http://user@a.cn'", "!bad_url"}, {"f_url", "'http://a.cn/x y'", "!bad_url"}, {"f_url", "'http://'", "!bad_url"}, {"f_url", "'http://a.cn:99999'", "!bad_url"},
                {"f_url", "'http://a.cn:8080'", "'http://a.cn:8080'"}, {"f_url", "'a.cn/?u=http://b'", "'http://a.cn/?u=http://b'"}, {"f_url", "'data:text/html,x.y'", "!bad_url"}, {"f_url", "'https://例子.中国/路径'", "'https://例子.中国/路径'"},
        };
        CHECK(cases, false);
}

static void test_json_numbers(void **state) {
        (void)state;
        static const Case cases[] = {
                {"f_integer", "5", "5"}, {"f_integer", "'42'", "42"}, {"f_integer", "5.0", "5"}, {"f_integer", "1e3", "1000"}, {"f_integer", "5.5", "!bad_integer"}, {"f_integer", "'x'", "!bad_integer"},
                {"f_integer", "-11", "!out_of_range"}, {"f_integer", "100001", "!out_of_range"}, {"f_integer", "9007199254740992", "!bad_integer"}, {"f_integer", "true", "!wrong_type"},
                {"f_number", "1.5", "1.5"}, {"f_number", "'1.125'", "1.125"}, {"f_number", "1.1250", "1.125"}, {"f_number", "1.0625", "!too_many_places"}, {"f_number", "1e12", "!bad_decimal"}, {"f_number", "{}", "!wrong_type"},
                {"f_money", "120000", "120000.00"}, {"f_money", "'0.10'", "0.10"}, {"f_money", "0.105", "!too_many_places"}, {"f_money", "-3.2", "-3.20"}, {"f_money", "'1,000'", "!bad_decimal"}, {"f_money", "''", "!bad_decimal"},
                {"f_percent", "0.15", "0.15"}, {"f_percent", "0.1234", "0.1234"}, {"f_percent", "0.12345", "!too_many_places"},
                {"f_boolean", "true", "true"}, {"f_boolean", "false", "false"}, {"f_boolean", "1", "!wrong_type"}, {"f_boolean", "'true'", "!wrong_type"},
                {"f_date", "'2026-11-22'", "'2026-11-22'"}, {"f_date", "'2026-02-30'", "!bad_date"}, {"f_date", "'2026/11/22'", "!bad_date"}, {"f_date", "20261122", "!wrong_type"},
                {"f_datetime", "'2026-11-22T08:00:00Z'", "'2026-11-22T08:00:00Z'"}, {"f_datetime", "'2026-11-22T16:00:00+08:00'", "'2026-11-22T08:00:00Z'"}, {"f_datetime", "'2026-11-22'", "!bad_datetime"}, {"f_datetime", "1", "!wrong_type"},
        };
        CHECK(cases, false);
}

static void test_json_others(void **state) {
        (void)state;
        static const Case cases[] = {
                {"f_choice", "'a'", "'a'"}, {"f_choice", "'B2'", "'B2'"}, {"f_choice", "'A'", "!unknown_option"}, {"f_choice", "''", "!unknown_option"}, {"f_choice", "1", "!wrong_type"},
                {"f_multi", "['z','x','z']", "['x','z']"}, {"f_multi", "[]", "null"}, {"f_multi", "['q']", "!unknown_option"}, {"f_multi", "'x'", "!wrong_type"}, {"f_multi", "[1]", "!wrong_type"},
                {"f_reference", "12", "12"}, {"f_reference", "{'id':12,'name':'x'}", "12"}, {"f_reference", "'12'", "12"}, {"f_reference", "0", "!wrong_type"}, {"f_reference", "-1", "!wrong_type"}, {"f_reference", "1.5", "!wrong_type"},
                {"f_reference", "'x'", "!wrong_type"}, {"f_reference", "{'id':{'id':1}}", "!wrong_type"}, {"f_reference", "{'id':null}", "!wrong_type"}, {"f_reference", "99999999999999999999", "!wrong_type"},
                {"f_references", "[12,{'id':7},12]", "[12,7]"}, {"f_references", "[]", "null"}, {"f_references", "12", "!wrong_type"}, {"f_references", "[null]", "!wrong_type"},
                {"f_record", "{'object':'thing','id':3}", "{'object':'thing','id':3}"}, {"f_record", "'thing:3'", "{'object':'thing','id':3}"}, {"f_record", "{'object':'nothing','id':3}", "!unknown_target"}, {"f_record", "{'id':3}", "!wrong_type"},
                {"f_record", "'thing:0'", "!bad_reference"},
                {"f_file", "4", "4"}, {"f_file", "{'id':4}", "4"}, {"f_file", "'a.txt'", "!wrong_type"},
                {"f_address", "{'city':'杭州市','province':'浙江省','detail':'文三路 1 号'}", "{'province':'浙江省','city':'杭州市','detail':'文三路 1 号'}"}, {"f_address", "{}", "null"}, {"f_address", "{'street':'x'}", "!unknown_member"},
                {"f_address", "{'city':5}", "!wrong_type"}, {"f_address", "'杭州'", "!wrong_type"},
                {"f_position", "{'lat':30.27412345678,'lng':120.155}", "{'lat':30.274123,'lng':120.155}"}, {"f_position", "{'lat':91,'lng':0}", "!bad_position"}, {"f_position", "{'lat':1}", "!wrong_type"},
                {"f_tags", "['重点',' 大 ','重点','']", "['重点','大']"}, {"f_tags", "'重点'", "!wrong_type"}, {"f_tags", "[1]", "!wrong_type"}, {"f_tags", "['\\\"q\\\"']", "['\\\"q\\\"']"},
                {"f_json", "{'a':[1,2.50,null]}", "{'a':[1,2.50,null]}"}, {"f_json", "'x'", "'x'"}, {"f_json", "[1111111111,2222222222,3333333333]", "!too_long"},
        };
        CHECK(cases, false);
}

static void test_cells(void **state) {
        (void)state;
        static const Case cases[] = {
                {"f_text", "", "null"}, {"f_text", "  ", "null"}, {"f_text", " a ", "' a '"}, {"f_text", "\xff", "!bad_text"}, {"f_text", "123456", "!too_long"},
                {"f_integer", "１，０００", "1000"}, {"f_integer", "1万", "10000"}, {"f_integer", "1.5", "!too_many_places"},
                {"f_money", "¥1,234,567.50", "1234567.50"}, {"f_money", "1,5", "!bad_decimal"}, {"f_money", "12万", "120000.00"}, {"f_money", "1.2亿", "120000000.00"}, {"f_money", "3500元", "3500.00"}, {"f_money", "(120)", "-120.00"},
                {"f_money", "十二", "!bad_decimal"}, {"f_money", "15%", "!bad_decimal"},
                {"f_percent", "15%", "0.15"}, {"f_percent", "0.15", "0.15"}, {"f_percent", "12.34％", "0.1234"},
                {"f_boolean", "是", "true"}, {"f_boolean", "No", "false"}, {"f_boolean", "maybe", "!bad_boolean"},
                {"f_date", "2026/1/5", "'2026-01-05'"}, {"f_date", "2026年1月5日", "'2026-01-05'"}, {"f_date", "20260105", "'2026-01-05'"}, {"f_date", "2026-01-05 00:00:00", "'2026-01-05'"}, {"f_date", "2026.1.5", "'2026-01-05'"},
                {"f_date", "1/5/2026", "!bad_date"}, {"f_date", "2026-13-01", "!bad_date"}, {"f_date", "2026010", "!bad_date"},
                {"f_datetime", "2026-01-05 8:30", "'2026-01-05T08:30:00Z'"}, {"f_datetime", "2026/1/5", "'2026-01-05T00:00:00Z'"}, {"f_datetime", "2026-01-05T08:30:00+08:00", "'2026-01-05T00:30:00Z'"}, {"f_datetime", "2026-01-05 25:00", "!bad_datetime"},
                {"f_choice", "甲类", "'a'"}, {"f_choice", "first", "'a'"}, {"f_choice", "Two, or more", "'B2'"}, {"f_choice", "丙", "!unknown_option"},
                {"f_multi", "y；X 线", "['x','y']"}, {"f_multi", "y,q", "!unknown_option"},
                {"f_tags", "大、重点, 大", "['大','重点']"},
                {"f_reference", " 12 ", "12"}, {"f_reference", "海客", "!bad_reference"}, {"f_references", "7;12", "[7,12]"}, {"f_record", "thing:9", "{'object':'thing','id':9}"},
                {"f_address", "浙江省/杭州市/西湖区/文三路1号", "{'province':'浙江省','city':'杭州市','district':'西湖区','detail':'文三路1号'}"}, {"f_address", "杭州文三路", "{'detail':'杭州文三路'}"},
                {"f_position", "30.27, 120.15", "{'lat':30.27,'lng':120.15}"}, {"f_json", "[1, 2]", "[1,2]"}, {"f_json", "[1,", "!bad_json"},
        };
        CHECK(cases, true);
}

static void expect_text(const char *name, const char *in, Lang lang, const char *expected) {
        const Field *field = field_of(name);
        Value value;
        Buf buf = buf_make(context.arena, 1000);
        assert_int_equal(field_read(&context, field, STR("f"), fixture_json(&context, quotes(in)), &value), STATUS_OK);
        field_text(&buf, field, lang, value);
        if (!str_is(buf_str(&buf), expected))
                fail_msg("%s %s: expected %s, got " STR_FMT, name, in, expected, STR_ARG(buf_str(&buf)));
}

static void test_texts(void **state) {
        (void)state;
        expect_text("f_choice", "'a'", LANG_ZH_CN, "甲类");
        expect_text("f_choice", "'a'", LANG_EN, "First");
        expect_text("f_multi", "['x','y']", LANG_EN, "X 线; y");
        expect_text("f_boolean", "true", LANG_ZH_CN, "是");
        expect_text("f_money", "5", LANG_EN, "5.00");
        expect_text("f_percent", "0.155", LANG_EN, "15.5%");
        expect_text("f_datetime", "'2026-11-22T08:00:05Z'", LANG_EN, "2026-11-22 08:00:05");
        expect_text("f_tags", "['a','b']", LANG_EN, "a; b");
        expect_text("f_references", "[1,2]", LANG_EN, "1; 2");
        expect_text("f_address", "{'province':'浙江省','detail':'x'}", LANG_EN, "浙江省///x");
        expect_text("f_position", "{'lat':1.5,'lng':2}", LANG_EN, "1.5, 2");
        expect_text("f_record", "{'object':'thing','id':1}", LANG_EN, "thing:1");
        expect_text("f_text", "null", LANG_EN, "");
}

static void test_computed_is_rounded(void **state) {
        (void)state;
        assert_true(str_is(out_of(field_of("f_formula"), value_number((Decimal){1234567})), "1.23"));
        assert_true(str_is(out_of(field_of("f_formula"), value_number((Decimal){1235000})), "1.24"));
}

static void test_pattern_time(void **state) {
        (void)state;
        Catalog *slow = fixture_catalog(&context, quotes("[{'id':50,'name':'thing','fields':[{'name':'p','type':'text','pattern':'(a+)+b'}]}]"));
        Value value;
        assert_int_equal(field_read(&context, object_get(catalog_get(slow, "thing"), "p"), STR("p"), fixture_json(&context, quotes("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac'")), &value), STATUS_INVALID);
        catalog_unref(slow);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_json_texts), cmocka_unit_test(test_json_numbers), cmocka_unit_test(test_json_others), cmocka_unit_test(test_cells),
                cmocka_unit_test(test_texts), cmocka_unit_test(test_computed_is_rounded), cmocka_unit_test(test_pattern_time),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
