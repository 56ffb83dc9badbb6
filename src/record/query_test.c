// Reading through the pipeline, as one who may and as one who may not, on both databases.
#include "record/fixture.h"
#include "record/query_list.h"

// ---- pages

#define CUSTOMERS 60

static void fill(Company *c) {
        const int64_t owners[] = {c->manager, c->sales, c->other, c->finance, 0};
        for (int i = 0; i < CUSTOMERS; i++) {
                int64_t owner = owners[i % 5];
                char owned[60] = "";
                if (owner)
                        snprintf(owned, sizeof owned, "\"owner\":%lld,", (long long)owner);
                create(c, "customer", "{%s\"name\":\"客户%02d\",\"updated_at\":\"2026-01-01T00:00:%02dZ\"%s}", owned, i, i * 7 % 20, i % 3 ? ",\"level\":\"A\"" : "");
        }
}

// Every page put together is what one page holds; pages have no doubles and keep the order.
static size_t walk_pages(Company *c, int64_t user, const char *filter, const char *sort, int limit) {
        Buf all = buf_make(c->base.arena, 1 << 20);
        Str after = STR_NONE;
        size_t total = 0;
        for (int pages = 0; pages < 100; pages++) {
                assert_ok(&c->base, list(c, user, .object = "customer", .filter = filter, .sort = sort, .limit = limit, .after = after, .fields = "id"));
                Str ids = joined(c, "id");
                if (all.len && ids.len)
                        buf_add_char(&all, ',');
                buf_add(&all, ids);
                total += items(c)->count;
                after = json_str(c->answer, "next", STR_NONE);
                if (str_empty(after))
                        break;
                assert_int_equal(items(c)->count, limit);
        }
        assert_ok(&c->base, list(c, user, .object = "customer", .filter = filter, .sort = sort, .limit = 200, .fields = "id", .count = true));
        assert_int_equal(total, items(c)->count);
        assert_int_equal(json_int(c->answer, "count", -1), total);
        assert_true(str_eq(buf_str(&all), joined(c, "id")));
        return total;
}

static void pages_hold_what_the_scope_covers(void **state) {
        Company *c = *state;
        fill(c);
        static const char *const sorts[] = {NULL, "updated_at", "name", "-name", "level,-name", "-level", "-level,updated_at", "id", "-id", "created_at", "-updated_at,-name"};
        for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
                assert_int_equal(walk_pages(c, c->finance, NULL, sorts[i], 7), CUSTOMERS);
                assert_int_equal(walk_pages(c, c->manager, NULL, sorts[i], 5), CUSTOMERS / 5 * 2);
                assert_int_equal(walk_pages(c, c->sales, NULL, sorts[i], 5), CUSTOMERS / 5);
                assert_int_equal(walk_pages(c, c->other, NULL, sorts[i], 12), CUSTOMERS / 5);
                assert_int_equal(walk_pages(c, c->sales, "level = \"A\"", sorts[i], 3), 8);
                assert_int_equal(walk_pages(c, c->finance, "owner = me()", sorts[i], 5), CUSTOMERS / 5);
        }
        assert_ok(&c->base, list(c, c->sales, .object = "customer", .limit = 3, .count = true));
        assert_int_equal(json_int(c->answer, "count", -1), CUSTOMERS / 5);
        assert_true(json_bool(c->answer, "count_exact", false));
        assert_int_equal(list(c, c->guarded, .object = "lead"), STATUS_FORBIDDEN);
}

static void nulls_come_last(void **state) {
        Company *c = *state;
        for (int i = 0; i < 9; i++) {
                char amount[40] = "";
                if (i % 3)
                        snprintf(amount, sizeof amount, ",\"amount\":%d", i * 100);
                create(c, "opportunity", "{\"name\":\"%d\",\"stage\":\"initial\"%s}", i, amount);
        }
        Str expected[] = {STR("1,2,4,5,7,8,0,3,6"), STR("8,7,5,4,2,1,6,3,0")};
        for (int way = 0; way < 2; way++) {
                const char *sort = way ? "-amount" : "amount";
                assert_ok(&c->base, list(c, c->finance, .object = "opportunity", .sort = sort));
                assert_true(str_eq(joined(c, "name"), expected[way]));
                for (int limit = 1; limit < 9; limit++) {
                        Buf all = buf_make(c->base.arena, 100);
                        Str after = STR_NONE;
                        do {
                                assert_ok(&c->base, list(c, c->finance, .object = "opportunity", .sort = sort, .limit = limit, .after = after));
                                if (all.len)
                                        buf_add_char(&all, ',');
                                buf_add(&all, joined(c, "name"));
                                after = json_str(c->answer, "next", STR_NONE);
                        } while (after.len);
                        assert_true(str_eq(buf_str(&all), expected[way]));
                }
        }
        assert_ok(&c->base, list(c, c->finance, .object = "opportunity", .sort = "stage,-amount,name"));
        assert_text(joined(c, "name"), "8,7,5,4,2,1,0,3,6");
}

static void cursors_belong_to_their_question(void **state) {
        Company *c = *state;
        fill(c);
        assert_ok(&c->base, list(c, c->finance, .object = "customer", .limit = 5));
        Str after = json_str(c->answer, "next", STR_NONE);
        assert_ok(&c->base, list(c, c->finance, .object = "customer", .limit = 7, .after = after));
        assert_int_equal(list(c, c->finance, .object = "contact", .after = after), STATUS_MALFORMED);
        assert_string_equal(c->code, "bad_cursor");
        assert_int_equal(list(c, c->finance, .object = "customer", .after = after, .filter = "level = \"A\""), STATUS_MALFORMED);
        assert_int_equal(list(c, c->finance, .object = "customer", .after = after, .sort = "name"), STATUS_MALFORMED);
        assert_int_equal(list(c, c->finance, .object = "customer", .after = STR("x")), STATUS_MALFORMED);
        for (size_t i = 0; i < after.len; i++) {
                char *text = str_c(c->base.arena, after);
                text[i] = text[i] == 'A' ? 'B' : 'A';
                assert_int_equal(list(c, c->finance, .object = "customer", .after = str_from(text)), STATUS_MALFORMED);
                assert_int_equal(list(c, c->finance, .object = "customer", .after = str_slice(after, 0, i ? i : 1)), STATUS_MALFORMED);
        }
        assert_int_equal(list(c, c->finance, .object = "customer", .limit = 201), STATUS_MALFORMED);
        assert_int_equal(list(c, c->finance, .object = "customer", .limit = -1), STATUS_MALFORMED);
}

// ---- what is shown of a record

static const Json *first(const Company *c) {
        assert_true(items(c)->count > 0);
        return &items(c)->items[0];
}

static void references_have_names_for_those_who_may(void **state) {
        Company *c = *state;
        int64_t hidden = create(c, "customer", "{\"name\":\"隐藏\",\"owner\":%lld}", (long long)c->other);
        int64_t contact = create(c, "contact", "{\"name\":\"张三\",\"owner\":%lld,\"customer\":%lld}", (long long)c->sales, (long long)hidden);
        assert_ok(&c->base, list(c, c->sales, .object = "contact", .fields = "name,customer,customer.name,owner,owner.name,department"));
        const Json *customer = json_get(first(c), "customer");
        assert_int_equal(json_int(customer, "id", 0), hidden);
        assert_int_equal(json_get(customer, "name")->kind, JSON_NULL);
        assert_int_equal(json_get(first(c), "customer.name")->kind, JSON_NULL);
        assert_text(json_str(json_get(first(c), "owner"), "name", STR_NONE), "sales");
        assert_text(json_str(first(c), "owner.name", STR_NONE), "sales");
        assert_text(json_str(json_get(first(c), "department"), "name", STR_NONE), "华东一组");
        assert_ok(&c->base, list(c, c->finance, .object = "contact", .fields = "customer,customer.name,customer.owner"));
        assert_text(json_str(json_get(first(c), "customer"), "name", STR_NONE), "隐藏");
        assert_text(json_str(first(c), "customer.name", STR_NONE), "隐藏");
        assert_text(json_str(json_get(first(c), "customer.owner"), "name", STR_NONE), "other");
        throw_away(c, "contact", contact);
        assert_int_equal(ask(c, c->finance, get, .object = "contact", .id = contact), STATUS_NOT_FOUND);
}

static void masked_and_hidden_fields(void **state) {
        Company *c = *state;
        int64_t id = create(c, "customer", "{\"name\":\"华为技术有限公司\",\"phone\":\"13812345678\",\"level\":\"A\",\"remark\":\"秘密\"}");
        assert_ok(&c->base, ask(c, c->guarded, get, .object = "customer", .id = id));
        assert_text(json_str(c->answer, "phone", STR_NONE), "138****5678");
        assert_null(json_get(c->answer, "remark"));
        assert_null(json_get(c->answer, "level"));
        assert_ok(&c->base, ask(c, c->finance, get, .object = "customer", .id = id));
        assert_text(json_str(c->answer, "remark", STR_NONE), "秘密");
        assert_ok(&c->base, list(c, c->finance, .object = "customer"));
        assert_null(json_get(first(c), "remark"));
        assert_non_null(json_get(first(c), "phone"));
        static const char *const unknown[] = {"level", "nothing", "owner.nothing", "name.x", "owner.", ".owner", "a..b", "phone,level"};
        for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
                assert_int_equal(list(c, c->guarded, .object = "customer", .fields = unknown[i]), STATUS_INVALID);
                assert_string_equal(c->code, "unknown_field");
        }
        assert_int_equal(list(c, c->guarded, .object = "customer", .filter = "name = \"x\" and level = \"A\""), STATUS_MALFORMED);
        assert_int_equal(c->position, 15);
        assert_int_equal(list(c, c->guarded, .object = "customer", .filter = "phone contains \"138\""), STATUS_MALFORMED);
        assert_int_equal(list(c, c->guarded, .object = "customer", .sort = "level"), STATUS_INVALID);
        assert_string_equal(c->code, "unknown_field");
        assert_int_equal(list(c, c->guarded, .object = "customer", .sort = "phone"), STATUS_INVALID);
        assert_string_equal(c->code, "not_sortable");
        assert_int_equal(list(c, c->finance, .object = "customer", .sort = "remark"), STATUS_INVALID);
        assert_int_equal(list(c, c->finance, .object = "customer", .sort = "-"), STATUS_INVALID);
}

static void scope_decides_what_can_be_got(void **state) {
        Company *c = *state;
        int64_t mine = create(c, "customer", "{\"name\":\"a\",\"owner\":%lld}", (long long)c->sales), theirs = create(c, "customer", "{\"name\":\"b\",\"owner\":%lld}", (long long)c->other);
        assert_ok(&c->base, ask(c, c->sales, get, .object = "customer", .id = mine));
        assert_int_equal(ask(c, c->sales, get, .object = "customer", .id = theirs), STATUS_NOT_FOUND);
        assert_ok(&c->base, ask(c, c->manager, get, .object = "customer", .id = mine));
        assert_int_equal(ask(c, c->manager, get, .object = "customer", .id = theirs), STATUS_NOT_FOUND);
        assert_int_equal(ask(c, c->manager, get, .object = "customer", .id = 999999), STATUS_NOT_FOUND);
        create(c, "contact", "{\"name\":\"x\",\"position\":\"CEO\",\"customer\":%lld}", (long long)mine);
        create(c, "contact", "{\"name\":\"y\",\"position\":\"CTO\",\"customer\":%lld}", (long long)mine);
        assert_ok(&c->base, list(c, c->guarded, .object = "contact"));
        assert_text(joined(c, "name"), "x");
}

static void the_bin(void **state) {
        Company *c = *state;
        int64_t a = create(c, "customer", "{\"name\":\"甲\",\"owner\":%lld}", (long long)c->sales), b = create(c, "customer", "{\"name\":\"乙\",\"owner\":%lld}", (long long)c->other);
        throw_away(c, "customer", a);
        throw_away(c, "customer", b);
        assert_ok(&c->base, list(c, c->admin, .object = "customer"));
        assert_int_equal(items(c)->count, 0);
        assert_ok(&c->base, list(c, c->admin, .object = "customer", .deleted = true, .limit = 1));
        assert_text(joined(c, "name"), "乙");
        assert_ok(&c->base, list(c, c->admin, .object = "customer", .deleted = true, .limit = 1, .after = json_str(c->answer, "next", STR_NONE)));
        assert_text(joined(c, "name"), "甲");
        assert_ok(&c->base, list(c, c->manager, .object = "customer", .deleted = true));
        assert_text(joined(c, "name"), "甲");
        assert_int_equal(list(c, c->sales, .object = "customer", .deleted = true), STATUS_FORBIDDEN);
        assert_ok(&c->base, list(c, c->admin, .object = "customer", .deleted = true, .q = "乙"));
        assert_text(joined(c, "name"), "乙");
        assert_ok(&c->base, list(c, c->admin, .object = "customer", .q = "乙"));
        assert_int_equal(items(c)->count, 0);
}

// ---- search

static void searched(Company *c, int64_t user, const char *q, const char *expected) {
        assert_ok(&c->base, list(c, user, .object = "customer", .q = q));
        assert_text(joined(c, "name"), expected);
}

static void q_finds(void **state) {
        Company *c = *state;
        int64_t a = create(c, "customer", "{\"name\":\"华为技术有限公司\",\"phone\":\"13812345678\",\"level\":\"A\",\"owner\":%lld}", (long long)c->sales);
        create(c, "customer", "{\"name\":\"上海华东科技\",\"owner\":%lld}", (long long)c->other);
        create(c, "customer", "{\"name\":\"Acme Software Ltd\",\"owner\":%lld}", (long long)c->manager);
        searched(c, c->finance, "华为", "华为技术有限公司");
        searched(c, c->finance, "华", "上海华东科技,华为技术有限公司");
        searched(c, c->finance, "huawei", "华为技术有限公司");
        searched(c, c->finance, "hwjs", "华为技术有限公司");
        searched(c, c->finance, "5678", "华为技术有限公司");
        searched(c, c->finance, "acme soft", "Acme Software Ltd");
        searched(c, c->finance, "acme 华为", "");
        searched(c, c->finance, "!!!", "");
        searched(c, c->finance, "\" OR \"a", "");
        searched(c, c->finance, "_o1", "");
        searched(c, c->sales, "华", "华为技术有限公司");
        searched(c, c->manager, "华", "华为技术有限公司");
        searched(c, c->manager, "acme", "Acme Software Ltd");
        searched(c, c->other, "华", "上海华东科技");
        searched(c, c->guarded, "5678", "华为技术有限公司");   // of 138****5678
        searched(c, c->guarded, "13812345678", "");
        assert_ok(&c->base, list(c, c->guarded, .object = "customer", .q = "13812345678", .count = true));
        assert_int_equal(json_int(c->answer, "count", -1), 0);
        assert_ok(&c->base, list(c, c->finance, .object = "customer", .q = "华", .filter = "level = \"A\"", .count = true));
        assert_text(joined(c, "name"), "华为技术有限公司");
        assert_int_equal(list(c, c->finance, .object = "customer", .q = "华", .sort = "name"), STATUS_MALFORMED);
        assert_string_equal(c->code, "sort_with_q");
        change(c, c->manager, "customer", a, "{\"name\":\"荣耀终端\"}");
        searched(c, c->finance, "华为", "");
        searched(c, c->finance, "rongyao", "荣耀终端");
        char owner[60];
        snprintf(owner, sizeof owner, "{\"owner\":%lld}", (long long)c->other);
        change(c, c->admin, "customer", a, owner);
        searched(c, c->sales, "荣耀", "");
        searched(c, c->other, "荣耀", "荣耀终端");
}

static void q_in_pages(void **state) {
        Company *c = *state;
        fill(c);
        Str after = STR_NONE;
        size_t total = 0;
        do {
                assert_ok(&c->base, list(c, c->manager, .object = "customer", .q = "客户", .limit = 5, .after = after, .count = true));
                assert_int_equal(json_int(c->answer, "count", -1), CUSTOMERS / 5 * 2);
                total += items(c)->count;
                after = json_str(c->answer, "next", STR_NONE);
        } while (after.len);
        assert_int_equal(total, CUSTOMERS / 5 * 2);
}

static void search_over_everything(void **state) {
        Company *c = *state;
        int64_t customer = create(c, "customer", "{\"name\":\"华为技术有限公司\",\"phone\":\"13812345678\",\"owner\":%lld}", (long long)c->sales);
        create(c, "contact", "{\"name\":\"华罗庚\",\"customer\":%lld,\"owner\":%lld}", (long long)customer, (long long)c->other);
        for (int i = 0; i < 5; i++)
                create(c, "opportunity", "{\"name\":\"华为项目%d\",\"owner\":%lld}", i, (long long)c->sales);
        create(c, "activity", "{\"name\":\"谈到华为\",\"content\":\"谈到华为\",\"target\":{\"object\":\"customer\",\"id\":%lld}}", (long long)customer);
        assert_ok(&c->base, ask(c, c->finance, search, .q = "谈到"));
        assert_text(joined(c, "object"), "activity");
        assert_ok(&c->base, ask(c, c->finance, search, .q = "华", .limit = 4));
        assert_text(joined(c, "object"), "customer,contact,opportunity,activity");
        assert_text(joined(c, "name"), "华为技术有限公司,华罗庚,华为项目4,谈到华为");
        assert_ok(&c->base, ask(c, c->sales, search, .q = "华")); // the contact and the activity through his customer
        assert_text(joined(c, "object"), "customer,contact,opportunity,opportunity,opportunity,opportunity,opportunity,activity");
        assert_ok(&c->base, ask(c, c->other, search, .q = "华"));
        assert_text(joined(c, "object"), "contact");
        assert_ok(&c->base, ask(c, c->finance, search, .q = "138 1234 5678"));
        assert_text(joined(c, "match"), "phone");
        assert_text(joined(c, "text"), "13812345678");
        assert_ok(&c->base, ask(c, c->guarded, search, .q = "13812345678"));
        assert_int_equal(items(c)->count, 0);
        assert_ok(&c->base, ask(c, c->finance, search, .q = "华", .object = "contact"));
        assert_text(joined(c, "object"), "contact");
}

static void contains_is_the_same_with_and_without_index(void **state) {
        Company *c = *state;
        static const char *const names[] = {"科技公司", "上海科技", "科 技", "科技", "技科", "ACME科技", "ＡＢＣ", "abcd", "科技术"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                create(c, "customer", "{\"name\":\"%s\",\"level\":\"%s\",\"owner\":%lld}", names[i], i % 2 ? "A" : "B", (long long)(i % 3 ? c->sales : c->other));
        static const char *const needles[] = {"科技", "技术", "上海科", "bc", "ACME科", "技", "科 技", "科技公司"};
        for (size_t i = 0; i < sizeof needles / sizeof *needles; i++)
                for (int who = 0; who < 3; who++) {
                        int64_t user = who == 0 ? c->finance : who == 1 ? c->sales : c->manager;
                        char indexed[100], plain[100], both[120];
                        snprintf(indexed, sizeof indexed, "name contains \"%s\"", needles[i]);
                        snprintf(plain, sizeof plain, "not not (name contains \"%s\")", needles[i]);
                        snprintf(both, sizeof both, "level = \"A\" and name contains \"%s\"", needles[i]);
                        assert_ok(&c->base, list(c, user, .object = "customer", .filter = indexed, .sort = "id"));
                        Str found = joined(c, "name");
                        assert_ok(&c->base, list(c, user, .object = "customer", .filter = plain, .sort = "id"));
                        assert_true(str_eq(found, joined(c, "name")));
                        assert_ok(&c->base, list(c, user, .object = "customer", .filter = both, .sort = "name"));
                        assert_true(items(c)->count <= 9);
                }
        assert_ok(&c->base, list(c, c->finance, .object = "customer", .filter = "name contains \"科技\"", .sort = "id"));
        assert_text(joined(c, "name"), "科技公司,上海科技,科技,ACME科技,科技术");
}

// ---- figures

static void aggregates(void **state) {
        Company *c = *state;
        int64_t a = create(c, "customer", "{\"name\":\"甲\",\"owner\":%lld}", (long long)c->sales), b = create(c, "customer", "{\"name\":\"乙\",\"owner\":%lld}", (long long)c->other);
        create(c, "opportunity", "{\"name\":\"1\",\"customer\":%lld,\"amount\":100.5,\"stage\":\"initial\",\"close_date\":\"2026-10-05\",\"owner\":%lld}", (long long)a, (long long)c->sales);
        create(c, "opportunity", "{\"name\":\"2\",\"customer\":%lld,\"amount\":200,\"stage\":\"initial\",\"close_date\":\"2026-10-31\",\"owner\":%lld}", (long long)b, (long long)c->sales);
        create(c, "opportunity", "{\"name\":\"3\",\"customer\":%lld,\"amount\":1000,\"stage\":\"proposal\",\"close_date\":\"2026-11-01\",\"owner\":%lld}", (long long)b, (long long)c->other);
        assert_ok(&c->base, ask(c, c->finance, aggregate, .object = "opportunity", .group = "stage,month(close_date)", .measure = "count(), sum(amount)"));
        assert_text(joined(c, "stage"), "initial,proposal");
        assert_text(joined(c, "month(close_date)"), "2026-10,2026-11");
        assert_text(joined(c, "count()"), "2,1");
        assert_text(joined(c, "sum(amount)"), "300.50,1000.00");
        assert_ok(&c->base, ask(c, c->sales, aggregate, .object = "opportunity", .group = "customer", .measure = "sum(amount)", .sort = "-sum(amount)"));
        assert_text(joined(c, "sum(amount)"), "200.00,100.50");
        assert_int_equal(json_int(json_get(first(c), "customer"), "id", 0), b);
        assert_int_equal(json_get(json_get(first(c), "customer"), "name")->kind, JSON_NULL);
        assert_ok(&c->base, ask(c, c->finance, aggregate, .object = "opportunity", .group = "customer.owner", .measure = "count()", .sort = "-count()"));
        assert_text(json_str(json_get(first(c), "customer.owner"), "name", STR_NONE), "other");
        assert_ok(&c->base, ask(c, c->finance, aggregate, .object = "opportunity", .measure = "count(),avg(amount)", .filter = "amount > 150"));
        assert_text(joined(c, "avg(amount)"), "600.00");
        assert_ok(&c->base, ask(c, c->finance, aggregate, .object = "opportunity"));
        assert_text(joined(c, "count()"), "3");
        assert_ok(&c->base, ask(c, c->finance, aggregate, .object = "opportunity", .group = "stage", .limit = 1));
        assert_true(json_bool(c->answer, "truncated", false));
        assert_int_equal(ask(c, c->finance, aggregate, .object = "opportunity", .group = "nothing"), STATUS_MALFORMED);
        assert_int_equal(ask(c, c->finance, aggregate, .object = "opportunity", .group = "stage", .sort = "amount"), STATUS_INVALID);
        assert_int_equal(ask(c, c->guarded, aggregate, .object = "customer", .group = "level"), STATUS_MALFORMED);
        assert_int_equal(ask(c, c->guarded, aggregate, .object = "customer", .group = "phone"), STATUS_MALFORMED);
}

// ---- what happened, and why one may

static void history_and_timeline(void **state) {
        Company *c = *state;
        int64_t id = create(c, "customer", "{\"name\":\"甲\",\"owner\":%lld,\"phone\":\"13812345678\",\"level\":\"A\"}", (long long)c->sales);
        change(c, c->manager, "customer", id, "{\"name\":\"乙\",\"level\":\"B\"}");
        change(c, c->manager, "customer", id, "{\"phone\":\"13912345678\"}");
        change(c, c->manager, "customer", id, "{\"level\":\"C\"}");
        assert_ok(&c->base, ask(c, c->sales, history, .object = "customer", .id = id));
        assert_text(joined(c, "version"), "4,3,2,1");
        assert_text(joined(c, "action"), "update,update,update,create");
        const Json *changes = json_get(&items(c)->items[2], "changes");
        assert_int_equal(changes->count, 2);
        assert_text(json_str(json_get(&items(c)->items[2], "user"), "name", STR_NONE), "manager");
        assert_ok(&c->base, ask(c, c->guarded, history, .object = "customer", .id = id));
        assert_text(joined(c, "version"), "3,2,1");
        changes = json_get(&items(c)->items[0], "changes");
        assert_text(json_str(&changes->items[0], "from", STR_NONE), "138****5678");
        assert_int_equal(json_get(&items(c)->items[1], "changes")->count, 1);
        assert_ok(&c->base, ask(c, c->sales, history, .object = "customer", .id = id, .limit = 3));
        assert_ok(&c->base, ask(c, c->sales, history, .object = "customer", .id = id, .limit = 3, .after = json_str(c->answer, "next", STR_NONE)));
        assert_text(joined(c, "version"), "1");
        assert_int_equal(ask(c, c->other, history, .object = "customer", .id = id), STATUS_NOT_FOUND);
        create(c, "activity", "{\"name\":\"拜访\",\"type\":\"visit\",\"content\":\"谈得不错\",\"at\":\"2031-05-01T08:00:00Z\",\"owner\":%lld,\"target\":{\"object\":\"customer\",\"id\":%lld}}", (long long)c->other, (long long)id);
        create(c, "task", "{\"title\":\"回访\",\"name\":\"回访\",\"target\":{\"object\":\"customer\",\"id\":%lld}}", (long long)id);
        assert_ok(&c->base, ask(c, c->sales, get, .object = "activity", .id = 1)); // of another, but about one's own customer
        assert_ok(&c->base, list(c, c->sales, .object = "activity"));
        assert_int_equal(items(c)->count, 1);
        assert_ok(&c->base, list(c, c->sales, .object = "activity", .filter = "owner = me()"));
        assert_int_equal(items(c)->count, 0);
        assert_ok(&c->base, ask(c, c->sales, timeline, .object = "customer", .id = id));
        assert_text(joined(c, "kind"), "activity,change,change,change,change,task");
        assert_text(json_str(json_get(first(c), "activity"), "content", STR_NONE), "谈得不错");
        assert_text(json_str(json_get(json_get(first(c), "activity"), "target"), "name", STR_NONE), "乙");
        Buf kinds = buf_make(c->base.arena, 1000);
        for (Str after = STR_NONE;;) {
                assert_ok(&c->base, ask(c, c->sales, timeline, .object = "customer", .id = id, .limit = 1, .after = after));
                buf_add(&kinds, joined(c, "kind"));
                after = json_str(c->answer, "next", STR_NONE);
                if (str_empty(after))
                        break;
        }
        assert_text(buf_str(&kinds), "activitychangechangechangechangetask");
        assert_int_equal(ask(c, c->other, timeline, .object = "customer", .id = id), STATUS_NOT_FOUND);
}

static void assert_verb(Company *c, const char *verb, bool allowed, const char *scope) {
        const Json *found = json_get(c->answer, verb), *because = json_get(found, "because");
        assert_int_equal(json_bool(found, "allowed", !allowed), allowed);
        assert_text(because->count ? json_str(&because->items[0], "scope", STR_NONE) : STR("-"), scope);
}

static void explanations(void **state) {
        Company *c = *state;
        int64_t id = create(c, "customer", "{\"name\":\"甲\",\"owner\":%lld}", (long long)c->sales);
        assert_ok(&c->base, ask(c, c->admin, explain, .object = "customer", .id = id, .user = c->sales));
        assert_verb(c, "read", true, "own");
        assert_verb(c, "update", true, "own");
        assert_verb(c, "delete", false, "-");
        assert_ok(&c->base, ask(c, c->admin, explain, .object = "customer", .id = id, .user = c->manager));
        assert_verb(c, "read", true, "tree");
        assert_ok(&c->base, ask(c, c->admin, explain, .object = "customer", .id = id, .user = c->other));
        assert_verb(c, "read", false, "-");
        assert_ok(&c->base, ask(c, c->admin, explain, .object = "customer", .id = id, .user = c->guarded));
        assert_verb(c, "read", true, "all");
        assert_text(json_str(json_get(c->answer, "fields"), "phone", STR_NONE), "mask");
        assert_text(json_str(json_get(c->answer, "fields"), "level", STR_NONE), "hide");
        assert_ok(&c->base, ask(c, c->admin, explain, .object = "customer", .id = id));
        assert_verb(c, "delete", true, "all");
        assert_ok(&c->base, ask(c, c->admin, explain, .object = "user", .id = c->sales, .user = c->other));
        assert_verb(c, "read", true, "all");
        assert_int_equal(ask(c, c->other, explain, .object = "customer", .id = id), STATUS_NOT_FOUND);
        assert_int_equal(ask(c, c->admin, explain, .object = "customer", .id = id, .user = 9999), STATUS_INVALID);
}

// ---- walking

typedef struct Walked { Company *company; int rows, named; int64_t last; Status status; } Walked;

static Status count_row(void *arg, const Value *values, const Str *names) {
        Walked *walked = arg;
        const Object *customer = object_of(&walked->company->base, "customer");
        assert_int_equal(values[object_get(customer, "name")->index].kind, VALUE_TEXT);
        walked->named += names[object_get(customer, "owner")->index].len > 0;
        walked->rows++;
        return STATUS_OK;
}

static Status walk_run(Call *call, void *arg) {
        Walked *walked = arg;
        const Object *customer = catalog_get(call->catalog, "customer");
        const Field *fields[] = {object_get(customer, "name"), object_get(customer, "owner")};
        for (;;) {
                int before = walked->rows;
                TRY(query_walk(call, customer, STR("level = \"A\""), fields, 2, walked->last, 7, count_row, walked, &walked->last));
                if (walked->rows - before < 7)
                        return STATUS_OK;
        }
}

static void walking(void **state) {
        Company *c = *state;
        fill(c);
        Walked all = {.company = c}, own = {.company = c};
        assert_ok(&c->base, company_task(c, c->finance, false, walk_run, &all));
        assert_int_equal(all.rows, 40);
        assert_int_equal(all.named, 32);
        assert_ok(&c->base, company_task(c, c->sales, false, walk_run, &own));
        assert_int_equal(own.rows, 8);
        assert_int_equal(own.named, 8);
}

// ---- every way of reading says the same

static size_t count_visible(Company *c, int64_t user, const int64_t *ids, size_t count) {
        size_t visible = 0;
        for (size_t i = 0; i < count; i++)
                visible += ask(c, user, get, .object = "customer", .id = ids[i]) == STATUS_OK;
        return visible;
}

static void all_ways_agree(void **state) {
        Company *c = *state;
        int64_t ids[24];
        const int64_t owners[] = {c->admin, c->manager, c->sales, c->other, c->finance, c->guarded};
        for (int i = 0; i < 24; i++)
                ids[i] = create(c, "customer", "{\"name\":\"华为%d\",\"level\":\"A\",\"owner\":%lld}", i, (long long)owners[i % 6]);
        for (int i = 0; i < 4; i++)
                throw_away(c, "customer", ids[i]);
        for (int i = 0; i < 6; i++) {
                size_t visible = count_visible(c, owners[i], ids, 24);
                assert_int_equal(visible, i == 0 ? 20 : i == 1 ? 6 : i == 4 || i == 5 ? 20 : 3 + (i != 2 && i != 3));
                assert_int_equal(walk_pages(c, owners[i], NULL, NULL, 6), visible);
                assert_int_equal(walk_pages(c, owners[i], "name contains \"华为\"", "name", 6), visible);
                assert_ok(&c->base, list(c, owners[i], .object = "customer", .q = "hw", .count = true));
                assert_int_equal(items(c)->count, visible);
                assert_int_equal(json_int(c->answer, "count", -1), visible);
                assert_ok(&c->base, ask(c, owners[i], search, .q = "华为", .limit = 100));
                assert_int_equal(items(c)->count, visible);
                assert_ok(&c->base, ask(c, owners[i], aggregate, .object = "customer", .measure = "count()"));
                assert_int_equal(json_int(first(c), "count()", -1), visible);
                if (owners[i] == c->guarded)
                        continue;
                Walked walked = {.company = c};
                assert_ok(&c->base, company_task(c, owners[i], false, walk_run, &walked));
                assert_int_equal(walked.rows, visible);
        }
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(pages_hold_what_the_scope_covers), cmocka_unit_test(nulls_come_last), cmocka_unit_test(cursors_belong_to_their_question),
                cmocka_unit_test(references_have_names_for_those_who_may), cmocka_unit_test(masked_and_hidden_fields), cmocka_unit_test(scope_decides_what_can_be_got),
                cmocka_unit_test(the_bin), cmocka_unit_test(q_finds), cmocka_unit_test(q_in_pages), cmocka_unit_test(search_over_everything),
                cmocka_unit_test(contains_is_the_same_with_and_without_index), cmocka_unit_test(aggregates), cmocka_unit_test(history_and_timeline),
                cmocka_unit_test(explanations), cmocka_unit_test(walking), cmocka_unit_test(all_ways_agree),
        };
        return company_run_both("query", tests, sizeof tests / sizeof *tests);
}
