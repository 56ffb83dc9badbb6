// Changing the catalog at run time, on both engines: the tables follow, what is there is filled in, and what cannot be done is said and leaves nothing.
#include "store/fixture.h"
#include "meta/fixture.h"
#include "meta/diff.h"

typedef struct Task {
        Fixture *f;
        const Catalog *catalog;
        const char *object, *field, *definition; // quotes are '
        Str name;
} Task;

static const char *quotes(Arena *arena, const char *text) {
        char *copy = str_c(arena, str_from(text));
        for (char *c = copy; *c; c++)
                *c = *c == '\'' ? '"' : *c;
        return copy;
}

static const Json *json_of(Db *db, const char *text) {
        return fixture_json(db_context(db), quotes(db_arena(db), text));
}

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

static void prepare(Fixture *f) {
        assert_ok(f, store_migrate(f->store, &f->context, meta_migrations, meta_migrations_count));
        assert_ok(f, store_write(f->store, &f->context, install, NULL));
}

static Status add_object(Db *db, void *arg) {
        Task *task = arg;
        return catalog_add_object(db, task->catalog, json_of(db, task->definition), &task->name);
}

static Status add_field(Db *db, void *arg) {
        Task *task = arg;
        return catalog_add_field(db, task->catalog, catalog_get(task->catalog, task->object), json_of(db, task->definition), &task->name);
}

static Status change_object(Db *db, void *arg) {
        Task *task = arg;
        return catalog_change_object(db, task->catalog, catalog_get(task->catalog, task->object), json_of(db, task->definition));
}

static Status change_field(Db *db, void *arg) {
        Task *task = arg;
        return catalog_change_field(db, task->catalog, object_get(catalog_get(task->catalog, task->object), task->field), json_of(db, task->definition));
}

static Status retire_object(Db *db, void *arg) {
        Task *task = arg;
        return catalog_retire_object(db, task->catalog, catalog_get(task->catalog, task->object));
}

static Status retire_field(Db *db, void *arg) {
        Task *task = arg;
        return catalog_retire_field(db, task->catalog, object_get(catalog_get(task->catalog, task->object), task->field));
}

static Status run(Fixture *f, Status (*what)(Db *db, void *arg), const char *object, const char *field, const char *definition) {
        Catalog *catalog = loaded(f);
        Task task = {.f = f, .catalog = catalog, .object = object, .field = field, .definition = definition};
        Status status = store_write(f->store, &f->context, what, &task);
        catalog_unref(catalog);
        return status;
}

static void good(Fixture *f, Status (*what)(Db *db, void *arg), const char *object, const char *field, const char *definition) {
        Status status = run(f, what, object, field, definition);
        if (status != STATUS_OK)
                fixture_print_errors(&f->context);
        assert_ok(f, status);
        catalog_unref(loaded(f)); // what was stored builds
}

static void bad(Fixture *f, Status (*what)(Db *db, void *arg), const char *object, const char *field, const char *definition, Status expected, const char *path, const char *code) {
        Status status = run(f, what, object, field, definition);
        if (status != expected)
                fixture_print_errors(&f->context);
        assert_int_equal(status, expected);
        if (!path) {
                assert_string_equal(f->context.error.code, code);
                return;
        }
        const ErrorItem *item = fixture_error(&f->context, path);
        if (!item || strcmp(item->code, code) != 0) {
                fixture_print_errors(&f->context);
                fail_msg("expected %s at %s", code, path);
        }
}

typedef struct Statement { const char *text; Str result; } Statement;

static Status execute(Db *db, void *arg) {
        Sql statement = db_sql(db);
        sql_fixed(&statement, str_from(((Statement *)arg)->text));
        return db_exec(db, &statement, NULL);
}

static Status query(Db *db, void *arg) {
        Statement *asked = arg;
        Sql statement = db_sql(db);
        ROWS_CLEANUP Rows *rows = NULL;
        bool row;
        sql_fixed(&statement, str_from(asked->text));
        TRY(db_query(db, &statement, &rows));
        TRY(rows_next(rows, &row));
        asked->result = row ? str_copy(db_arena(db), rows_text(rows, 0)) : STR("no row");
        return STATUS_OK;
}

static void exec(Fixture *f, const char *text) {
        Statement statement = {.text = text};
        assert_ok(f, store_write(f->store, &f->context, execute, &statement));
}

static const char *ask(Fixture *f, const char *text) {
        Statement statement = {.text = text};
        assert_ok(f, store_read(f->store, &f->context, 0, query, &statement));
        return str_c(f->arena, statement.result);
}

static const char *number_text(Fixture *f, int number) {
        bool sqlite = store_dialect(f->store) == DIALECT_SQLITE;
        return str_c(f->arena, sqlite ? str_format(f->arena, "%d000000", number) : str_format(f->arena, "%d.000000", number));
}

static void test_sample_request(void **state) {
        Fixture *f = *state;
        prepare(f);
        good(f, add_object, NULL, NULL, "{'name':'sample_request','label':'样品申请'}");
        good(f, add_field, "sample_request", NULL, "{'name':'cost','type':'money','label':'费用','required':false,'unique':false}");
        good(f, add_field, "sample_request", NULL, "{'type':'reference','target':'customer','inverse':'sample_requests'}");
        good(f, add_field, "sample_request", NULL, "{'name':'state','type':'choice','options':[{'key':'new','label':'新'},{'key':'sent','label':'已寄'}]}");
        exec(f, "insert into customer (id, name) values (1, 'a'), (2, 'b')");
        exec(f, str_c(f->arena, str_format(f->arena, "insert into sample_request (name, customer_id, cost) values ('x', 1, %s), ('y', 1, %s)", number_text(f, 3), number_text(f, 4))));
        good(f, add_field, "customer", NULL, "{'name':'sample_cost','type':'rollup','expression':'sum(sample_requests.cost)','result':'money'}");
        assert_string_equal(ask(f, "select sample_cost from customer where id = 1"), number_text(f, 7));
        good(f, add_field, "customer", NULL, "{'name':'sample_count','type':'rollup','expression':'count(sample_requests)','result':'number'}");
        assert_string_equal(ask(f, "select sample_count from customer where id = 1"), number_text(f, 2));
        good(f, add_field, "customer", NULL, "{'name':'dear','type':'formula','expression':'sample_cost > 5','result':'boolean'}");
        good(f, change_field, "customer", "sample_cost", "{'expression':'sum(sample_requests.cost, name = \\'y\\')'}");
        assert_string_equal(ask(f, "select sample_cost from customer where id = 1"), number_text(f, 4));
        assert_string_equal(ask(f, "select version from sample_request"), "1");
        Catalog *catalog = loaded(f);
        const Object *made = catalog_get(catalog, "sample_request");
        assert_int_equal(made->id, CUSTOM_OBJECT_ID);
        assert_true(made->custom);
        assert_true(object_get(made, "customer")->id >= CUSTOM_FIELD_ID);
        assert_true(str_is(label_text(&made->label, LANG_EN), "样品申请"));
        catalog_unref(catalog);
}

static void test_refused(void **state) {
        Fixture *f = *state;
        bad(f, add_object, NULL, NULL, "{'name':'sample_request'}", STATUS_INVALID, "name", "name_taken");
        bad(f, add_object, NULL, NULL, "{'name':'meta_thing'}", STATUS_INVALID, "name", "reserved_name");
        bad(f, add_object, NULL, NULL, "{'name':'customer__owner'}", STATUS_INVALID, "name", "bad_name");
        bad(f, add_object, NULL, NULL, "{'name':'schema_version'}", STATUS_INVALID, "name", "reserved_name");
        bad(f, add_object, NULL, NULL, "{}", STATUS_INVALID, "name", "required");
        bad(f, add_object, NULL, NULL, "[]", STATUS_MALFORMED, NULL, "definition_expected");
        bad(f, add_object, NULL, NULL, "{'name':'good','fields':[{'name':'a','type':'text'},{'name':'b','type':'nothing'}]}", STATUS_INVALID, "fields[1].type", "unknown_type");
        bad(f, add_field, "customer", NULL, "{'name':'sum','type':'formula','expression':'1 + nothing','result':'number'}", STATUS_INVALID, "expression", "expr_unknown_name");
        assert_int_equal(f->context.error.items[0].position, 4);
        bad(f, add_field, "customer", NULL, "{'name':'name','type':'text'}", STATUS_INVALID, "name", "name_taken");
        bad(f, add_field, "customer", NULL, "{'name':'level','type':'text'}", STATUS_INVALID, "name", "name_taken");
        bad(f, add_field, "customer", NULL, "{'name':'x','type':'reference','target':'customer','inverse':'contacts'}", STATUS_INVALID, "inverse", "name_taken");
        bad(f, change_field, "customer", "level", "{'type':'text'}", STATUS_INVALID, "type", "not_changeable");
        bad(f, change_field, "customer", "short_name", "{'max_length':10}", STATUS_INVALID, "max_length", "only_longer");
        bad(f, change_object, "customer", NULL, "{'name':'client'}", STATUS_INVALID, "name", "not_changeable");
        bad(f, change_object, "customer", NULL, "{'views':[{'name':'a','filter':'nothing = 1'}]}", STATUS_INVALID, "views[0].filter", "expr_unknown_name");
        bad(f, retire_object, "customer", NULL, NULL, STATUS_CONFLICT, NULL, "shipped_definition");
        bad(f, retire_field, "customer", "level", NULL, STATUS_CONFLICT, NULL, "shipped_definition");
        bad(f, retire_field, "sample_request", "cost", NULL, STATUS_CONFLICT, NULL, "field_in_use");
        bad(f, retire_object, "sample_request", NULL, NULL, STATUS_CONFLICT, NULL, "object_in_use");
        assert_string_equal(ask(f, store_dialect(f->store) == DIALECT_SQLITE ? "select count(*) from sqlite_master where name = 'good'" : "select count(*) from pg_class where relname = 'good'"), "0");
}

static void test_unique(void **state) {
        Fixture *f = *state;
        good(f, add_field, "sample_request", NULL, "{'name':'batch','type':'text'}");
        exec(f, "update sample_request set batch = 'B1'");
        bad(f, change_field, "sample_request", "batch", "{'unique':true}", STATUS_INVALID, "unique", "duplicates_exist");
        exec(f, "update sample_request set batch = name");
        good(f, change_field, "sample_request", "batch", "{'unique':true}");
        Statement twice = {.text = "update sample_request set batch = 'B1'"};
        error_clear(&f->context);
        assert_int_equal(store_write(f->store, &f->context, execute, &twice), STATUS_CONFLICT);
        assert_true(str_is(f->context.error.args[0], "sample_request__batch__u"));
        error_clear(&f->context);
        good(f, change_field, "sample_request", "batch", "{'unique':false}");
        exec(f, "update sample_request set batch = 'B1'");
}

static void test_sorting_later(void **state) {
        Fixture *f = *state;
        good(f, add_field, "sample_request", NULL, "{'name':'place','type':'text','sortable':false}");
        exec(f, "update sample_request set place = '杭州' where name = 'x'");
        good(f, change_field, "sample_request", "place", "{'sortable':true,'indexed':true}");
        assert_string_equal(ask(f, "select count(*) from sample_request where place_sort is not null"), "1");
}

static void test_options(void **state) {
        Fixture *f = *state;
        good(f, change_field, "sample_request", "state", "{'options':[{'key':'sent','label':'寄出'},{'key':'back','label':'退回'}]}");
        Catalog *catalog = loaded(f);
        const Field *field = object_get(catalog_get(catalog, "sample_request"), "state");
        assert_int_equal(field->options_count, 3);
        assert_true(field_option(field, STR("new"))->retired);
        assert_true(str_is(field_option(field, STR("sent"))->label.text[LANG_ZH_CN], "寄出"));
        catalog_unref(catalog);
}

static void test_labels_survive_install(void **state) {
        Fixture *f = *state;
        good(f, change_field, "customer", "name", "{'label':{'zh-CN':'客户名称','en':'Company'}}");
        good(f, change_field, "customer", "level", "{'label':'等级'}");
        good(f, change_object, "customer", NULL, "{'label':{'zh-CN':'往来单位','en':'Account'},'order':5}");
        assert_ok(f, store_write(f->store, &f->context, install, NULL));
        Catalog *catalog = loaded(f);
        const Object *customer = catalog_get(catalog, "customer");
        assert_true(str_is(customer->label.text[LANG_EN], "Account"));
        assert_int_equal(customer->order, 5);
        assert_true(str_is(customer->name_field->label.text[LANG_ZH_CN], "客户名称"));
        assert_true(str_is(object_get(customer, "level")->label.text[LANG_EN], "等级"));
        catalog_unref(catalog);
}

static void test_stale_catalog(void **state) {
        Fixture *f = *state;
        Catalog *old = loaded(f);
        good(f, add_field, "sample_request", NULL, "{'name':'first','type':'date'}");
        Task task = {.f = f, .catalog = old, .object = "sample_request", .definition = "{'name':'second','type':'formula','expression':'first + 1','result':'date'}"};
        assert_ok(f, store_write(f->store, &f->context, add_field, &task));
        Catalog *catalog = loaded(f);
        assert_non_null(object_find(catalog_get(catalog, "sample_request"), STR("second")));
        assert_int_equal(catalog->epoch, old->epoch + 2);
        catalog_unref(catalog);
        catalog_unref(old);
}

static void test_retire(void **state) {
        Fixture *f = *state;
        good(f, retire_field, "customer", "dear", NULL);
        good(f, retire_field, "customer", "sample_cost", NULL);
        good(f, retire_field, "customer", "sample_count", NULL);
        bad(f, add_field, "customer", NULL, "{'name':'sample_cost','type':'text'}", STATUS_INVALID, "name", "name_taken");
        good(f, retire_object, "sample_request", NULL, NULL);
        bad(f, add_object, NULL, NULL, "{'name':'sample_request'}", STATUS_INVALID, "name", "name_taken");
        Catalog *catalog = loaded(f);
        assert_null(catalog_find(catalog, STR("sample_request")));
        assert_null(object_find(catalog_get(catalog, "customer"), STR("sample_cost")));
        catalog_unref(catalog);
        good(f, add_object, NULL, NULL, "{'name':'parcel','fields':[{'name':'name','label':'单号','unique':true},{'name':'weight','type':'number'},{'name':'customer','type':'reference','target':'customer'}]}");
        assert_string_equal(ask(f, "select count(weight) from parcel"), "0");
}

static Status write_and_add(Db *db, void *arg) {
        Task *task = arg;
        Buf buf = buf_make(db_arena(db), 1000000);
        JsonWriter w = json_writer(&buf);
        MetaReader reader = {.all_labels = true};
        catalog_write_object(catalog_get(task->catalog, task->object), &reader, &w);
        const Json *json = fixture_json(db_context(db), str_c(db_arena(db), buf_str(&buf)));
        return catalog_add_object(db, task->catalog, json_with_text(db_arena(db), json, "name", STR("goods")), &task->name);
}

// What the API answers can be sent again: as a copy under another name.
static void test_copy(void **state) {
        Fixture *f = *state;
        good(f, add_object, NULL, NULL, "{'name':'ware','fields':[{'name':'code','type':'auto_number','format':'W-{0000}'},{'name':'price','type':'money','min':0},{'name':'share','type':'percent','decimals':1},"
                                        "{'name':'kind','type':'choice','options':[{'key':'a','color':'green'}],'default':'a'},{'name':'gross','type':'formula','expression':'price * 2','result':'money'},"
                                        "{'name':'day','type':'date','default':{'expression':'today()'}},{'name':'words','type':'tags'}],'views':[{'name':'all','sort':'-price'}]}");
        good(f, write_and_add, "ware", NULL, NULL);
        bad(f, write_and_add, "ware", NULL, NULL, STATUS_INVALID, "name", "name_taken");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sample_request), cmocka_unit_test(test_refused), cmocka_unit_test(test_unique), cmocka_unit_test(test_sorting_later),
                cmocka_unit_test(test_options), cmocka_unit_test(test_labels_survive_install), cmocka_unit_test(test_stale_catalog), cmocka_unit_test(test_retire), cmocka_unit_test(test_copy),
        };
        return fixture_run_both("change", tests, sizeof tests / sizeof *tests);
}
