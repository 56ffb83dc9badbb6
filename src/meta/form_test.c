// Layouts, rules and validations: what is taken, every mistake at its path, what a reader is shown, how versions are merged, and what becomes of retired fields.
#include "store/fixture.h"
#include "meta/fixture.h"

#define USERS "{'id':1,'name':'department','follow_owner':false},{'id':2,'name':'user','follow_owner':false}"
#define FIELDS \
        "'fields':[{'name':'state','type':'choice','options':[{'key':'open'},{'key':'done'}]},{'name':'note','type':'text'},{'name':'price','type':'money'}," \
        "{'name':'secret','type':'number'},{'name':'double','type':'formula','expression':'price * 2','result':'money'}," \
        "{'name':'given','type':'text','readonly':true},{'name':'up','type':'reference','target':'thing','inverse':'downs'}]"
#define FORMS \
        "'layout':{'header':['state'],'sections':[{'label':'A','fields':['note'],'columns':1,'when':'secret > 1'},{'label':{'zh-CN':'乙','en':'B'},'fields':['price','secret'],'columns':2}]}," \
        "'layouts':[{'name':'small','label':{'zh-CN':'小','en':'Small'},'roles':['sales'],'when':'state = \\'done\\'','header':['note'],'sections':[{'label':'C','fields':['note'],'when':'double > 4'}],'related':['downs']}," \
        "{'name':'hushed','when':'secret > 5','sections':[]}]," \
        "'rules':[{'field':'note','effect':'show','when':'price > 1'},{'field':'note','effect':'require','when':'double > 8 and up.price > 2','roles':['sales','boss']}," \
        "{'field':'price','effect':'lock','when':'state = \\'done\\''},{'field':'price','effect':'require','when':'secret = 1'},{'field':'secret','effect':'show','when':'true'}]," \
        "'validations':[{'name':'cheap','when':'price < 0','message':{'zh-CN':'太便宜','en':'Too cheap'},'field':'price'},{'name':'odd','when':'secret = 3','message':'Odd','field':'secret'}," \
        "{'name':'half','when':'price = 0.5','message':'Half','field':'secret'}]"

static Context context;

static const char *quotes(const char *text) {
        char *copy = str_c(context.arena, str_from(text));
        for (char *c = copy; *c; c++)
                *c = *c == '\'' ? '"' : *c;
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

static const char *thing(const char *members) {
        return quotes(str_c(context.arena, str_format(context.arena, "[%s,{'id':30,'name':'thing',%s%s%s}]", USERS, FIELDS, *members ? "," : "", members)));
}

static bool mentions(const Condition *condition, const Object *object, const char *names) {
        Str rest = str_from(names), name;
        size_t count = 0;
        for (; str_cut(&rest, ' ', &name); count++) {
                bool found = false;
                for (size_t i = 0; i < condition->mentions_count; i++)
                        found |= condition->mentions[i] == object_find(object, name);
                if (!found)
                        return false;
        }
        return count == condition->mentions_count;
}

static void test_taken(void **state) {
        (void)state;
        Catalog *catalog = fixture_catalog(&context, thing(FORMS));
        const Object *object = catalog_get(catalog, "thing");
        assert_int_equal(object->layout->sections_count, 2);
        assert_int_equal(object->layout->sections[0].columns, 1);
        assert_non_null(object->layout->sections[0].when.expr);
        assert_null(object->layout->sections[1].when.expr);
        assert_int_equal(object->layouts_count, 2);
        assert_true(str_is(object->layouts[0].name, "small"));
        assert_true(str_is(object->layouts[0].roles[0], "sales"));
        assert_true(str_is(object->layouts[1].label.text[LANG_EN], "hushed"));
        assert_true(mentions(&object->layouts[0].sections[0].when, object, "double price"));
        assert_int_equal(object->rules_count, 5);
        assert_ptr_equal(object->rules[2].field, object_get(object, "price"));
        assert_int_equal(object->rules[2].effect, RULE_LOCK);
        assert_true(mentions(&object->rules[1].when, object, "double price up"));
        assert_int_equal(object->validations_count, 3);
        assert_true(str_is(object->validations[0].message.text[LANG_ZH_CN], "太便宜"));
        assert_ptr_equal(object->validations[0].field, object_get(object, "price"));
        catalog_unref(catalog);
}

static void test_none(void **state) {
        (void)state;
        Catalog *catalog = fixture_catalog(&context, thing("'layout':null,'layouts':null,'rules':[],'validations':[]"));
        const Object *object = catalog_get(catalog, "thing");
        assert_null(object->layout);
        assert_int_equal(object->layouts_count + object->rules_count + object->validations_count, 0);
        catalog_unref(catalog);
}

typedef struct Mistake { const char *members, *path, *code; int position; } Mistake; // position -2: not asked

static void check_mistake(const Mistake *mistake) {
        Catalog *catalog = NULL;
        error_clear(&context);
        assert_int_equal(fixture_try(&context, thing(mistake->members), &catalog), STATUS_INVALID);
        fixture_expect_error(&context, mistake->members, mistake->path, mistake->code, mistake->position);
}

static void test_mistakes(void **state) {
        (void)state;
        static const Mistake mistakes[] = {
                {"'layout':[]", "thing.layout", "wrong_type", -1},
                {"'layout':{'sections':[{'fields':['note','nothing']}]}", "thing.layout.sections[0].fields[1]", "unknown_field", -1},
                {"'layout':{'sections':[{'fields':['deleted_at']}]}", "thing.layout.sections[0].fields[0]", "unknown_field", -1},
                {"'layout':{'sections':['note']}", "thing.layout.sections[0]", "wrong_type", -1},
                {"'layout':{'sections':{}}", "thing.layout.sections", "bad_list", -1},
                {"'layout':{'sections':[{'columns':3}]}", "thing.layout.sections[0].columns", "out_of_range", -1},
                {"'layout':{'sections':[{'colour':3}]}", "thing.layout.sections[0].colour", "unknown_member", -1},
                {"'layout':{'sections':[{},{'when':'price > \\'x\\''}]}", "thing.layout.sections[1].when", "expr_type", -2},
                {"'layouts':[{'label':'A'}]", "thing.layouts[0].name", "required", -1},
                {"'layouts':[{'name':'A b'}]", "thing.layouts[0].name", "bad_name", -1},
                {"'layouts':[{'name':'a'},{'name':'a'}]", "thing.layouts[1].name", "duplicate", -1},
                {"'layouts':[{'name':'a','when':'nothing = 1'}]", "thing.layouts[0].when", "expr_unknown_name", 0},
                {"'layouts':[{'name':'a','roles':'sales'}]", "thing.layouts[0].roles", "bad_list", -1},
                {"'layouts':[{'name':'a','header':['nothing']}]", "thing.layouts[0].header[0]", "unknown_field", -1},
                {"'layouts':[{'name':'a','related':['note']}]", "thing.layouts[0].related[0]", "unknown_relation", -1},
                {"'layouts':[{'name':'a','sections':[{'when':'not price'}]}]", "thing.layouts[0].sections[0].when", "expr_type", -2},
                {"'rules':[{'effect':'show','when':'true'}]", "thing.rules[0].field", "required", -1},
                {"'rules':[{'field':'nothing','effect':'show','when':'true'}]", "thing.rules[0].field", "unknown_field", -1},
                {"'rules':[{'field':'double','effect':'require','when':'true'}]", "thing.rules[0].field", "rule_computed", -1},
                {"'rules':[{'field':'given','effect':'lock','when':'true'}]", "thing.rules[0].field", "rule_computed", -1},
                {"'rules':[{'field':'created_at','effect':'lock','when':'true'}]", "thing.rules[0].field", "rule_computed", -1},
                {"'rules':[{'field':'note','when':'true'}]", "thing.rules[0].effect", "required", -1},
                {"'rules':[{'field':'note','effect':'hide','when':'true'}]", "thing.rules[0].effect", "unknown_option", -1},
                {"'rules':[{'field':'note','effect':'show'}]", "thing.rules[0].when", "required", -1},
                {"'rules':[{'field':'note','effect':'show','when':7}]", "thing.rules[0].when", "bad_text", -1},
                {"'rules':[{'field':'note','effect':'show','when':'state = \\'lost\\''}]", "thing.rules[0].when", "expr_unknown_key", 8},
                {"'rules':[{'field':'note','effect':'show','when':'note = \\'价格\\' and pr > 1'}]", "thing.rules[0].when", "expr_unknown_name", 16},
                {"'rules':['note']", "thing.rules[0]", "wrong_type", -1},
                {"'validations':[{'name':'a','when':'price < 0'}]", "thing.validations[0].message", "required", -1},
                {"'validations':[{'name':'a','message':'M'}]", "thing.validations[0].when", "required", -1},
                {"'validations':[{'name':'a','when':'price','message':'M'}]", "thing.validations[0].when", "expr_type", -2},
                {"'validations':[{'name':'a','when':'price < 0','message':'M','field':'nothing'}]", "thing.validations[0].field", "unknown_field", -1},
                {"'validations':[{'name':'a','when':'price < 0','message':'M'},{'name':'a','when':'price < 0','message':'M'}]", "thing.validations[1].name", "duplicate", -1},
        };
        for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
                check_mistake(&mistakes[i]);
}

// ---- What a reader is shown

static bool knows_field(void *self, const Field *field, JsonWriter *w) {
        (void)self;
        (void)w;
        return !str_is(field->name, "secret");
}

static bool knows_expression(void *self, const Object *object, Str text) {
        (void)self;
        (void)object;
        return str_find(text, STR("secret")) < 0;
}

static bool is_boss(void *self, const Str *roles, size_t count) {
        (void)self;
        for (size_t i = 0; i < count; i++)
                if (str_is(roles[i], "boss"))
                        return true;
        return false;
}

static const Json *written(const Object *object, const MetaReader *reader) {
        Buf buf = buf_make(context.arena, 1000000);
        JsonWriter w = json_writer(&buf);
        catalog_write_object(object, reader, &w);
        return fixture_json(&context, str_c(context.arena, buf_str(&buf)));
}

static void assert_member(const Json *object, const char *name, const char *expected) {
        Str text = json_text(context.arena, json_get(object, name));
        if (!str_is(text, quotes(expected)))
                fail_msg("%s is " STR_FMT, name, STR_ARG(text));
}

static void test_shown(void **state) {
        (void)state;
        Catalog *catalog = fixture_catalog(&context, thing(FORMS));
        const Object *object = catalog_get(catalog, "thing");
        const Json *some = written(object, &(MetaReader){.lang = LANG_EN, .field = knows_field, .expression = knows_expression, .roles = is_boss});
        assert_member(some, "layout", "{'header':['state'],'sections':[{'label':'A','fields':['note'],'columns':1},{'label':'B','fields':['price'],'columns':2}],'related':[]}");
        assert_member(some, "layouts", "[]");
        assert_member(some, "rules", "[{'field':'note','effect':'show','when':'price > 1'},{'field':'note','effect':'require','when':'double > 8 and up.price > 2'},"
                                     "{'field':'price','effect':'lock','when':'state = \\'done\\''}]");
        assert_member(some, "validations", "[{'name':'cheap','when':'price < 0','message':'Too cheap','field':'price'},{'name':'half','when':'price = 0.5','message':'Half'}]");
        const Json *all = written(object, &(MetaReader){.all_labels = true});
        const Json *small = &json_get(all, "layouts")->items[0];
        assert_member(small, "label", "{'zh-CN':'小','en':'Small'}");
        assert_member(small, "roles", "['sales']");
        assert_member(small, "when", "'state = \\'done\\''");
        assert_int_equal(json_get(all, "layouts")->count, 2);
        assert_int_equal(json_get(all, "rules")->count, 5);
        assert_member(&json_get(all, "validations")->items[0], "message", "{'zh-CN':'太便宜','en':'Too cheap'}");
        catalog_unref(catalog);
}

// ---- Merging

static void assert_merged(const char *base, const char *mine, const char *theirs, const char *expected) {
        Json *merged = definition_merge(context.arena, fixture_json(&context, quotes(base)), fixture_json(&context, quotes(mine)), fixture_json(&context, quotes(theirs)));
        Str text = json_text(context.arena, merged);
        if (!str_is(text, quotes(expected)))
                fail_msg("merged to " STR_FMT, STR_ARG(text));
}

static void test_merged(void **state) {
        (void)state;
        // untouched: theirs; an own one stays and comes before what is new; what was taken away stays away; what was changed stays changed
        assert_merged("{'validations':[{'name':'a','when':'1'}]}", "{'validations':[{'name':'a','when':'1'}]}", "{'validations':[{'name':'b','when':'2'}]}", "{'validations':[{'name':'b','when':'2'}]}");
        assert_merged("{'validations':[{'name':'a','when':'1'}]}", "{'validations':[{'name':'a','when':'1'},{'name':'m'}]}", "{'validations':[{'name':'a','when':'2'},{'name':'b'}]}",
                      "{'validations':[{'name':'a','when':'2'},{'name':'m'},{'name':'b'}]}");
        assert_merged("{'layouts':[{'name':'a'},{'name':'b'}]}", "{'layouts':[{'name':'b'}]}", "{'layouts':[{'name':'a','when':'x'},{'name':'b','when':'y'}]}", "{'layouts':[{'name':'b','when':'y'}]}");
        assert_merged("{'layouts':[{'name':'a'}]}", "{'layouts':[{'name':'a','when':'mine'}]}", "{'layouts':[{'name':'a','when':'theirs'}]}", "{'layouts':[{'name':'a','when':'mine'}]}");
        assert_merged("{'layouts':[{'name':'a'},{'name':'b'}]}", "{'layouts':[{'name':'a'},{'name':'b'},{'name':'m'}]}", "{'layouts':[{'name':'b'}]}", "{'layouts':[{'name':'b'},{'name':'m'}]}");
        assert_merged("{'rules':[{'field':'x','effect':'lock'}]}", "{'rules':[{'field':'x','effect':'lock'},{'field':'m'}]}", "{'rules':[{'field':'x','effect':'lock'},{'field':'y'}]}",
                      "{'rules':[{'field':'x','effect':'lock'},{'field':'m'},{'field':'y'}]}");
        assert_merged("{}", "{'rules':[{'field':'m'}]}", "{'rules':[{'field':'x'}]}", "{'rules':[{'field':'m'},{'field':'x'}]}");
        assert_merged("{'rules':[{'field':'x'}]}", "{}", "{'rules':[{'field':'x'},{'field':'y'}]}", "{}");
}

// ---- At run time

static Status install(Db *db, void *arg) {
        bool changed;
        (void)arg;
        return catalog_install(db, &changed);
}

static Status load(Db *db, void *arg) {
        return catalog_load(db, NULL, arg);
}

static Catalog *loaded(Fixture *f) {
        Catalog *catalog = NULL;
        error_clear(&f->context);
        assert_ok(f, store_read(f->store, &f->context, 0, load, &catalog));
        return catalog;
}

typedef struct Task { const Catalog *catalog; const char *text; } Task;

static Status add(Db *db, void *arg) {
        Task *task = arg;
        Str name;
        return catalog_add_object(db, task->catalog, fixture_json(db_context(db), task->text), &name);
}

static Status change(Db *db, void *arg) {
        Task *task = arg;
        return catalog_change_object(db, task->catalog, catalog_get(task->catalog, "gadget"), fixture_json(db_context(db), task->text));
}

static Status retire(Db *db, void *arg) {
        Task *task = arg;
        return catalog_retire_field(db, task->catalog, object_get(catalog_get(task->catalog, "gadget"), task->text));
}

static Status run(Fixture *f, Status (*step)(Db *db, void *arg), const char *text) {
        Catalog *catalog = loaded(f);
        Task task = {.catalog = catalog, .text = step == retire ? text : quotes(text)};
        Status status = store_write(f->store, &f->context, step, &task);
        catalog_unref(catalog);
        return status;
}

static void test_retired(void **state) {
        Fixture *f = *state;
        assert_ok(f, store_migrate(f->store, &f->context, meta_migrations, meta_migrations_count));
        assert_ok(f, store_write(f->store, &f->context, install, NULL));
        assert_ok(f, run(f, add, "{'name':'gadget','fields':[{'name':'a','type':'text'},{'name':'b','type':'text'},{'name':'c','type':'integer'},{'name':'d','type':'text'}],"
                                 "'layout':{'sections':[{'label':'A','fields':['a','b','c']}]},'layouts':[{'name':'x','header':['a'],'sections':[{'label':'S','fields':['a']}]}],"
                                 "'rules':[{'field':'a','effect':'show','when':'c > 1'},{'field':'b','effect':'show','when':'c > 2'}],"
                                 "'validations':[{'name':'v','when':'c > 9','message':'M','field':'a'}]}"));
        // what a condition names is in use; what layouts and rules arrange is not
        assert_int_equal(run(f, retire, "c"), STATUS_CONFLICT);
        assert_string_equal(f->context.error.code, "field_in_use");
        assert_true(str_is(f->context.error.args[1], "gadget.rules[0].when"));
        assert_ok(f, run(f, retire, "a"));
        Catalog *catalog = loaded(f);
        const Object *gadget = catalog_get(catalog, "gadget");
        assert_null(gadget->rules[0].field);
        assert_null(gadget->validations[0].field);
        const Json *json = written(gadget, &(MetaReader){.lang = LANG_EN});
        assert_member(json, "layout", "{'header':[],'sections':[{'label':'A','fields':['b','c']}],'related':[]}");
        assert_member(json, "rules", "[{'field':'b','effect':'show','when':'c > 2'}]");
        assert_member(json, "validations", "[{'name':'v','when':'c > 9','message':'M'}]");
        catalog_unref(catalog);
        // the rest can still be changed; the list itself only without what is gone
        assert_ok(f, run(f, change, "{'label':'Gadget'}"));
        assert_int_equal(run(f, change, "{'layout':{'sections':[{'label':'A','fields':['a']}]}}"), STATUS_INVALID);
        assert_true(str_is(f->context.error.items[0].field, "layout.sections[0].fields[0]"));
        assert_ok(f, run(f, change, "{'rules':[{'field':'b','effect':'lock','when':'is_null(b)'}],'validations':[]}"));
        assert_ok(f, run(f, retire, "c"));
        assert_ok(f, run(f, change, "{'layouts':null,'rules':null}"));
}

int main(void) {
        const struct CMUnitTest pure[] = {
                cmocka_unit_test(test_taken), cmocka_unit_test(test_none), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_shown), cmocka_unit_test(test_merged),
        };
        const struct CMUnitTest stored[] = {cmocka_unit_test(test_retired)};
        if (cmocka_run_group_tests(pure, setup, teardown))
                return 1;
        context_init(&context, arena_new(0), LANG_EN, 0);
        int failed = fixture_run_both("forms", stored, 1);
        arena_free(context.arena);
        return failed;
}
