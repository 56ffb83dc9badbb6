// Building a catalog: what links to what, every mistake at its path, what differs between two.
#include "meta/fixture.h"
#include "meta/diff.h"

#define USERS "{'id':1,'name':'department','follow_owner':false},{'id':2,'name':'user','follow_owner':false}"
#define SHOP \
        "[" USERS ",{'id':20,'name':'purchase','label':{'zh-CN':'采购','en':'Purchase'},'stage':'state','inherit':'buyer','fields':[" \
        "{'name':'buyer','type':'reference','target':'customer','inverse':'purchases','required':true}," \
        "{'name':'state','type':'choice','options':[{'key':'open'},{'key':'done'}],'default':'open','indexed':true}," \
        "{'name':'code','type':'text','unique':true,'indexed':true}," \
        "{'name':'total','type':'rollup','expression':'sum(lines.amount, kind = \\'a\\')','result':'money'}," \
        "{'name':'many','type':'rollup','expression':'count(lines)','result':'number'}," \
        "{'name':'double','type':'formula','expression':'total * 2','result':'money'}," \
        "{'name':'due','type':'date','default':{'expression':'today() + 7'}}]," \
        "'indexes':[['state','-due']],'layout':{'header':['state'],'sections':[{'label':'A','fields':['buyer','total']}],'related':['lines']}," \
        "'views':[{'name':'mine','filter':'owner = me()','sort':'-due','columns':['name','buyer.name']}],'actions':[{'name':'finish','when':'state = \\'open\\''}]}," \
        "{'id':21,'name':'line','fields':[{'name':'purchase','type':'reference','target':'purchase','inverse':'lines','on_delete':'cascade'}," \
        "{'name':'amount','type':'money'},{'name':'kind','type':'choice','options':[{'key':'a'},{'key':'b'}]},{'name':'about','type':'record','targets':['customer']}]}," \
        "{'id':22,'name':'customer','fields':[{'name':'name','max_length':50,'label':'Company'},{'name':'spent','type':'rollup','expression':'sum(purchases.total)','result':'money'}]}]"

static Context context;

static const char *quotes(const char *text) {
        char *copy = str_c(context.arena, str_from(text));
        for (char *c = copy; *c; c++)
                if (*c == '\'')
                        *c = '"';
        return copy;
}

static int setup(void **state) {
        (void)state;
        context_init(&context, arena_new(0), LANG_EN, 0);
        return unicode_start(&context) == STATUS_OK ? 0 : -1;
}

static int teardown(void **state) {
        (void)state;
        arena_free(context.arena);
        return 0;
}

static void test_linked(void **state) {
        (void)state;
        Catalog *catalog = fixture_catalog(&context, quotes(SHOP));
        const Object *purchase = catalog_get(catalog, "purchase"), *line = catalog_get(catalog, "line"), *customer = catalog_get(catalog, "customer");
        assert_ptr_equal(object_get(purchase, "buyer")->target, customer);
        assert_true(str_is(object_get(purchase, "buyer")->column, "buyer_id"));
        assert_int_equal(object_get(purchase, "buyer")->on_delete, ON_DELETE_RESTRICT);
        assert_ptr_equal(object_children(customer, STR("purchases"))->child, purchase);
        assert_ptr_equal(purchase->stage, object_get(purchase, "state"));
        assert_ptr_equal(purchase->inherit, object_get(purchase, "buyer"));
        assert_int_equal(line->rollups_count, 2);
        assert_ptr_equal(object_get(purchase, "total")->rollup_by, object_get(line, "purchase"));
        assert_ptr_equal(purchase->rollups_on_parents[0], object_get(customer, "spent"));
        assert_int_equal(line->record_fields_count, 1);
        assert_non_null(object_get(purchase, "due")->default_expr);
        assert_non_null(purchase->actions[0].when);
        assert_true(str_is(object_get(purchase, "state")->fixed_default.text, "open"));
        assert_int_equal(object_get(purchase, "many")->kind, VALUE_NUMBER);
        assert_false(object_get(purchase, "double")->stored);
        assert_int_equal(object_get(customer, "name")->max_length, 50);
        assert_true(str_is(label_text(&object_get(customer, "name")->label, LANG_ZH_CN), "Company"));
        assert_true(str_is(object_get(customer, "name")->sort_column, "name_sort"));
        assert_ptr_equal(object_children(catalog_get(catalog, "user"), STR("line_owner"))->child, line);
        assert_null(object_children(catalog_get(catalog, "user"), STR("line_created_by")));
        assert_true(object_get(line, "department")->system);
        assert_false(object_get(catalog_get(catalog, "user"), "department")->system);
        for (size_t i = 0; i < line->fields_count; i++)
                assert_int_equal(line->fields[i]->index, i);
        for (FieldRole role = FIELD_ID; role <= FIELD_DELETED_AT; role++)
                assert_int_equal(line->fields[role - FIELD_ID]->role, role);
        catalog_unref(catalog);
}

static bool has_index(const Object *object, const char *name, bool unique) {
        for (size_t i = 0; i < object->indexes_count; i++)
                if (str_is(object->indexes[i].name, name))
                        return object->indexes[i].unique == unique;
        return false;
}

static void test_indexes(void **state) {
        (void)state;
        Catalog *catalog = fixture_catalog(&context, quotes(SHOP));
        const Object *purchase = catalog_get(catalog, "purchase");
        assert_true(has_index(purchase, "purchase__updated_at__id", false));
        assert_true(has_index(purchase, "purchase__owner_id__updated_at__id", false));
        assert_true(has_index(purchase, "purchase__buyer_id__updated_at__id", false));
        assert_true(has_index(purchase, "purchase__deleted_at__id", false));
        assert_true(has_index(purchase, "purchase__code__u", true));
        assert_true(has_index(purchase, "purchase__code_sort__id", false));
        assert_true(has_index(purchase, "purchase__state__due_d__id_d", false));
        assert_false(has_index(purchase, "purchase__created_by_id__updated_at__id", false));
        assert_true(has_index(catalog_get(catalog, "line"), "line__about__updated_at__id", false));
        catalog_unref(catalog);
}

typedef struct Mistake { const char *fields, *path, *code; int position; } Mistake; // position -2: not asked

static void check_mistake(const Mistake *mistake) {
        Str text = str_format(context.arena, "[%s,{'id':30,'name':'thing','fields':[%s]},{'id':31,'name':'part','fields':[{'name':'thing','type':'reference','target':'thing','inverse':'parts'},"
                "{'name':'n','type':'number'},{'name':'today','type':'formula','expression':'if(created_at < now(), 1, 2)','result':'integer'},{'name':'x','type':'reference','target':'thing','inverse':'xs'}]}]",
                USERS, mistake->fields);
        Catalog *catalog = NULL;
        error_clear(&context);
        if (fixture_try(&context, quotes(str_c(context.arena, text)), &catalog) == STATUS_OK)
                fail_msg("not refused: %s", mistake->fields);
        fixture_expect_error(&context, mistake->fields, mistake->path, mistake->code, mistake->position);
}

static void test_mistakes(void **state) {
        (void)state;
        static const Mistake mistakes[] = {
                {"{'name':'Bad','type':'text'}", "thing.Bad.name", "bad_name", -1},
                {"{'name':'and','type':'text'}", "thing.and.name", "reserved_name", -1},
                {"{'name':'rowid','type':'text'}", "thing.rowid.name", "reserved_name", -1},
                {"{'name':'a','type':'text'},{'name':'a','type':'date'}", "thing.a.name", "name_taken", -1},
                {"{'name':'b','type':'reference','target':'thing'},{'name':'b_id','type':'text'}", "thing.b_id.name", "name_taken", -1},
                {"{'name':'b','type':'text'},{'name':'b_sort','type':'text'}", "thing.b_sort.name", "name_taken", -1},
                {"{'name':'a','type':'novel'}", "thing.a.type", "unknown_type", -1},
                {"{'name':'a','type':'text','colour':1}", "thing.a.colour", "unknown_member", -1},
                {"{'name':'a','type':'text','label':{'de':'x'}}", "thing.a.label.de", "unknown_member", -1},
                {"{'name':'a','type':'text','required':1}", "thing.a.required", "bad_boolean", -1},
                {"{'name':'a','type':'text','max_length':5000}", "thing.a.max_length", "out_of_range", -1},
                {"{'name':'a','type':'text','pattern':'('}", "thing.a.pattern", "bad_expression", -1},
                {"{'name':'a','type':'text','options':[{'key':'x'}]}", "thing.a.options", "not_for_type", -1},
                {"{'name':'a','type':'integer','min':5,'max':1}", "thing.a.max", "max_below_min", -1},
                {"{'name':'a','type':'integer','default':'x'}", "thing.a.default", "bad_integer", -1},
                {"{'name':'a','type':'date','default':{'expression':'today() +'}}", "thing.a.default.expression", "expr_end", -2},
                {"{'name':'a','type':'long_text','sortable':true}", "thing.a.sortable", "type_not_sortable", -1},
                {"{'name':'a','type':'choice'}", "thing.a.options", "required", -1},
                {"{'name':'a','type':'choice','options':[{'key':'x'},{'key':'x'}]}", "thing.a.options[1].key", "duplicate", -1},
                {"{'name':'a','type':'choice','options':[{'key':'x','color':'red'}]}", "thing.a.options[0].color", "unknown_option", -1},
                {"{'name':'a','type':'choice','options':[{'key':'x','probability':2}]}", "thing.a.options[0].probability", "out_of_range", -1},
                {"{'name':'a','type':'choice','options':[{'key':'x y'}]}", "thing.a.options[0].key", "bad_key", -1},
                {"{'name':'a','type':'reference'}", "thing.a.target", "required", -1},
                {"{'name':'a','type':'reference','target':'nobody'}", "thing.a.target", "unknown_target", -1},
                {"{'name':'a','type':'reference','target':'thing','inverse':'parts'}", "thing.a.inverse", "name_taken", -1},
                {"{'name':'a','type':'reference','target':'thing','on_delete':'explode'}", "thing.a.on_delete", "unknown_option", -1},
                {"{'name':'a','type':'reference','target':'thing','required':true,'on_delete':'clear'}", "thing.a.on_delete", "required_not_cleared", -1},
                {"{'name':'a','type':'auto_number','format':'X'}", "thing.a.format", "bad_format", -1},
                {"{'name':'a','type':'text','format':'X'}", "thing.a.format", "format_not_one_of", -1},
                {"{'name':'a','type':'long_text','format':'condition:2x'}", "thing.a.format", "format_not_one_of", -1},
                {"{'name':'a','type':'date','format':'object'}", "thing.a.format", "not_for_type", -1},
                {"{'name':'a','type':'formula','expression':'1 + nothing','result':'number'}", "thing.a.expression", "expr_unknown_name", 4},
                {"{'name':'a','type':'formula','expression':'1 + 名','result':'number'}", "thing.a.expression", "expr_syntax", 4},
                {"{'name':'a','type':'formula','expression':'name','result':'number'}", "thing.a.expression", "expr_type", -2},
                {"{'name':'a','type':'formula','expression':'1'}", "thing.a.result", "required", -1},
                {"{'name':'a','type':'formula','expression':'b','result':'integer'},{'name':'b','type':'formula','expression':'a','result':'integer'}", "thing.a.expression", "expr_formula_cycle", -2},
                {"{'name':'a','type':'rollup','expression':'1 + 2','result':'integer'}", "thing.a.expression", "rollup_not_aggregate", 0},
                {"{'name':'a','type':'rollup','expression':'sum(parts.n) * 2','result':'number'}", "thing.a.expression", "rollup_not_aggregate", 0},
                {"{'name':'a','type':'rollup','expression':'sum(parts.n) + sum(xs.n)','result':'number'}", "thing.a.expression", "rollup_not_aggregate", 0},
                {"{'name':'a','type':'rollup','expression':'sum(parts.today)','result':'integer'}", "thing.a.expression", "rollup_moment", 0},
                {"{'name':'a','type':'rollup','expression':'count(parts, created_at < now())','result':'integer'}", "thing.a.expression", "rollup_moment", 0},
                {"{'name':'a','type':'rollup','expression':'count(parts, x.name = \\\"now(\\\")','result':'integer'}", "thing.a.expression", "rollup_beyond_children", 0},
                {"{'name':'up','type':'reference','target':'thing','inverse':'downs'},{'name':'a','type':'rollup','expression':'sum(downs.a)','result':'number'}", "thing.a.expression", "rollup_cycle", 0},
                {"{'name':'up','type':'reference','target':'thing','inverse':'downs'},{'name':'a','type':'rollup','expression':'count(up.downs)','result':'number'}", "thing.a.expression", "rollup_beyond_children", 0},
                {"{'name':'owner','type':'text'}", "thing.owner.type", "common_type", -1},
                {"{'name':'version','required':true}", "thing.version.required", "unknown_member", -1},
        };
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
                check_mistake(&mistakes[i]);
}

static void check_object_mistake(const char *members, const char *path, const char *code) {
        Catalog *catalog = NULL;
        error_clear(&context);
        Str text = str_format(context.arena, "[%s,{'id':30,%s}]", USERS, members);
        assert_int_equal(fixture_try(&context, quotes(str_c(context.arena, text)), &catalog), STATUS_INVALID);
        const ErrorItem *item = fixture_error(&context, path);
        if (!item || strcmp(item->code, code) != 0) {
                fixture_print_errors(&context);
                fail_msg("%s: expected %s at %s", members, code, path);
        }
}

static void test_object_mistakes(void **state) {
        (void)state;
        check_object_mistake("'name':'user'", "user.name", "name_taken");
        check_object_mistake("'name':'thing','shape':1", "thing.shape", "unknown_member");
        check_object_mistake("'name':'thing','stage':'name'", "thing.stage", "not_a_choice");
        check_object_mistake("'name':'thing','stage':'nothing'", "thing.stage", "unknown_field");
        check_object_mistake("'name':'thing','inherit':'name'", "thing.inherit", "not_a_reference");
        check_object_mistake("'name':'thing','indexes':['name']", "thing.indexes[0]", "bad_index");
        check_object_mistake("'name':'thing','indexes':[['nothing']]", "thing.indexes[0]", "unknown_field");
        check_object_mistake("'name':'thing','layout':{'header':['nothing']}", "thing.layout.header[0]", "unknown_field");
        check_object_mistake("'name':'thing','layout':{'related':['name']}", "thing.layout.related[0]", "unknown_relation");
        check_object_mistake("'name':'thing','views':[{'name':'a','kind':'pie'}]", "thing.views[0].kind", "unknown_option");
        check_object_mistake("'name':'thing','views':[{'name':'a','filter':'owner ='}]", "thing.views[0].filter", "expr_end");
        check_object_mistake("'name':'thing','views':[{'name':'a','sort':'owner'}]", "thing.views[0].sort", "bad_sort");
        check_object_mistake("'name':'thing','actions':[{'name':'a','when':'name'}]", "thing.actions[0].when", "expr_type");
        check_object_mistake("'name':'thing','label':5", "thing.label", "bad_text");
}

static Str steps_of(const Catalog *from, const Catalog *to) {
        Steps steps = catalog_diff(context.arena, from, to);
        Buf buf = buf_make(context.arena, 100000);
        for (size_t i = 0; i < steps.count; i++) {
                step_text(&buf, &steps.items[i]);
                buf_add_char(&buf, '\n');
        }
        return buf_str(&buf);
}

static void test_diff(void **state) {
        (void)state;
        Catalog *one = fixture_catalog(&context, quotes("[{'id':30,'name':'thing','fields':[{'name':'a','type':'text','sortable':false},{'name':'c','type':'integer','indexed':true},"
                                                        "{'name':'f','type':'rollup','expression':'sum(parts.twice)','result':'number'}]},"
                                                        "{'id':31,'name':'part','fields':[{'name':'thing','type':'reference','target':'thing','inverse':'parts'},{'name':'n','type':'number'},"
                                                        "{'name':'twice','type':'formula','expression':'n * 2','result':'number'}]}]"));
        Catalog *two = fixture_catalog(&context, quotes("[{'id':30,'name':'thing','fields':[{'name':'a','type':'text','unique':true},{'name':'c','type':'integer'},"
                                                        "{'name':'f','type':'rollup','expression':'sum(parts.twice)','result':'number'},{'name':'g','type':'formula','expression':'1','result':'integer'}]},"
                                                        "{'id':31,'name':'part','fields':[{'name':'thing','type':'reference','target':'thing','inverse':'parts'},{'name':'n','type':'number'},"
                                                        "{'name':'twice','type':'formula','expression':'n * 3','result':'number'}]}]"));
        assert_int_equal(steps_of(one, one).len, 0);
        Str steps = steps_of(one, two);
        if (!str_is(steps, "add column thing.a_sort\ndrop index thing__c__id\nfill sort keys thing.a\nfill roll-up thing.f\ncreate index thing__a__u\n"))
                fail_msg("got:\n" STR_FMT, STR_ARG(steps));
        assert_true(str_starts(steps_of(NULL, one), STR("create table thing\ncreate table part\ncreate index thing__name_sort__id\n")));
        catalog_unref(one);
        catalog_unref(two);
}

static bool hides_total(void *self, const Field *field, JsonWriter *w) {
        (void)self;
        if (w)
                json_put_str(w, "access", STR("read"));
        return !str_is(field->name, "total");
}

static bool hides_line(void *self, const Object *object, JsonWriter *w) {
        (void)self;
        if (w)
                json_put_bool(w, "asked", true);
        return !str_is(object->name, "line");
}

static const Json *written(const Object *object, const MetaReader *reader) {
        Buf buf = buf_make(context.arena, 1000000);
        JsonWriter w = json_writer(&buf);
        catalog_write_object(object, reader, &w);
        assert_false(buf_full(&buf));
        return fixture_json(&context, str_c(context.arena, buf_str(&buf)));
}

static const Json *item_named(const Json *list, const char *name) {
        for (size_t i = 0; list && i < list->count; i++)
                if (str_is(json_str(&list->items[i], "name", STR_NONE), name))
                        return &list->items[i];
        return NULL;
}

static void test_written(void **state) {
        (void)state;
        Catalog *catalog = fixture_catalog(&context, quotes(SHOP));
        MetaReader reader = {.lang = LANG_ZH_CN, .field = hides_total, .object = hides_line};
        const Json *json = written(catalog_get(catalog, "purchase"), &reader);
        assert_true(str_is(json_str(json, "label", STR_NONE), "采购"));
        assert_true(json_bool(json, "asked", false));
        const Json *fields = json_get(json, "fields");
        assert_null(item_named(fields, "total"));
        assert_null(item_named(fields, "deleted_at"));
        assert_true(str_is(json_str(item_named(fields, "created_at"), "access", STR_NONE), "read"));
        assert_true(str_is(json_str(item_named(fields, "buyer"), "target", STR_NONE), "customer"));
        assert_int_equal(json_get(json, "children")->count, 0);
        assert_int_equal(json_get(json_get(json, "layout"), "related")->count, 0);
        assert_int_equal(json_get(&json_get(json_get(json, "layout"), "sections")->items[0], "fields")->count, 1);
        const Json *all = written(catalog_get(catalog, "purchase"), &(MetaReader){.all_labels = true});
        assert_true(str_is(json_str(json_get(all, "label"), "en", STR_NONE), "Purchase"));
        assert_int_equal(json_get(all, "children")->count, 1);
        assert_non_null(item_named(json_get(all, "fields"), "total"));
        catalog_unref(catalog);
}

static const char *merged(const char *base, const char *mine, const char *theirs) {
        return str_c(context.arena, json_text(context.arena, definition_merge(context.arena, fixture_json(&context, quotes(base)), fixture_json(&context, quotes(mine)), fixture_json(&context, quotes(theirs)))));
}

static void test_merge(void **state) {
        (void)state;
        assert_string_equal(merged("{'a':1,'b':2,'c':3}", "{'a':1,'b':5,'c':3}", "{'a':9,'b':9,'d':4}"), quotes("{'a':9,'b':5,'d':4}"));
        assert_string_equal(merged("{'a':1}", "{'a':1,'x':1}", "{'a':1}"), quotes("{'a':1,'x':1}"));
        assert_string_equal(merged("{'a':1}", "{}", "{'a':2}"), "{}");
        assert_string_equal(merged("{'options':[{'key':'a'}]}", "{'options':[{'key':'a','label':'A'},{'key':'m'}]}", "{'options':[{'key':'a'},{'key':'t'}]}"),
                quotes("{'options':[{'key':'a','label':'A'},{'key':'m'},{'key':'t'}]}"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_linked), cmocka_unit_test(test_indexes), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_object_mistakes),
                cmocka_unit_test(test_diff), cmocka_unit_test(test_written), cmocka_unit_test(test_merge),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
