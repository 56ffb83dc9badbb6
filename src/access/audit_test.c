// The chain of the audit log: each kind of tampering is named, erasing and pruning leave it whole, sealing copes with rows that commit late.
#include "access/fixture.h"
#include "access/audit.h"

#define ENTRIES 12

typedef struct Doing { Fixture *fixture; int number; int64_t ms; bool more; int64_t ids[4]; size_t count; Str statement; } Doing;

static Status add_entries(Db *db, void *arg) {
        Doing *doing = arg;
        for (int i = 0; i < doing->number; i++) {
                AuditEntry entry = {.kind = i % 3 ? "role.change" : "session.start", .user = 7 + i % 2, .object = 3, .record = i + 1, .peer = STR("192.0.2.1"), .detail = str_format(db_arena(db), "{\"n\":%d,\"phone\":\"13812341234\"}", i)};
                TRY(audit_add(db, &entry));
        }
        return STATUS_OK;
}

static Status seal_some(Db *db, void *arg) {
        return audit_seal(db, 5, &((Doing *)arg)->number);
}

static void seal_all(Fixture *f) {
        Doing doing = {.number = 5};
        while (doing.number == 5)
                assert_ok(f, store_write(org_store(f->org), &f->context, seal_some, &doing));
}

static void fill(Fixture *f, int entries) {
        Doing doing = {.number = entries};
        assert_ok(f, store_write(org_store(f->org), &f->context, add_entries, &doing));
        seal_all(f);
}

// ---- Checking

typedef struct Found { Fixture *fixture; AuditCheck check; Buf text; } Found;

static void note(void *arg, Str finding) {
        Found *found = arg;
        buf_add(&found->text, finding);
        buf_lit(&found->text, "\n");
}

static Status check_run(Db *db, void *arg) {
        return audit_check(db, &((Found *)arg)->check);
}

static const char *findings(Fixture *f, const AuditHead *noted) {
        Found found = {.fixture = f, .check = {.noted = noted, .noted_count = noted != NULL, .report = note}, .text = buf_make(f->arena, 1 << 20)};
        found.check.arg = &found;
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, check_run, &found));
        return str_c(f->arena, buf_str(&found.text));
}

static Status exec_run(Db *db, void *arg) {
        Sql statement = db_sql(db);
        sql_fixed(&statement, ((Doing *)arg)->statement);
        return db_exec(db, &statement, NULL);
}

static void tamper(Fixture *f, Str statement) {
        Doing doing = {.statement = statement};
        assert_ok(f, store_write(org_store(f->org), &f->context, exec_run, &doing));
}

static Status head_run(Db *db, void *arg) {
        return audit_head(db, arg);
}

static AuditHead head_of(Fixture *f) {
        AuditHead head;
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, head_run, &head));
        return head;
}

static void assert_told(Fixture *f, const char *part) {
        const char *told = findings(f, NULL);
        if (!strstr(told, part))
                fail_msg("“%s” is not told in:\n%s", part, told);
}

static void an_untouched_log_is_whole(void **state) {
        Fixture *f = *state;
        assert_string_equal(findings(f, NULL), ""); // an empty one too
        fill(f, ENTRIES);
        assert_string_equal(findings(f, NULL), "");
        AuditHead head = head_of(f), same;
        assert_int_equal(head.seq, ENTRIES);
        assert_true(audit_head_parse(audit_head_text(f->arena, &head), &same));
        assert_memory_equal(&head, &same, sizeof head);
        assert_string_equal(findings(f, &head), "");
        fill(f, 3);
        assert_string_equal(findings(f, &head), ""); // it went on from there
        assert_false(audit_head_parse(STR("12:abc"), &same));
        assert_false(audit_head_parse(STR("x"), &same));
}

static void changes_are_named(void **state) {
        Fixture *f = *state;
        fill(f, ENTRIES);
        tamper(f, STR("update \"audit\" set \"detail\" = '{}' where \"record_id\" = 4"));
        assert_told(f, "the address or the detail of entry 4 (row 4, session.start) has been changed");
        tamper(f, STR("update \"audit\" set \"user_id\" = 99 where \"record_id\" = 6"));
        assert_told(f, "time, kind, person, object or place of entry 6 (row 6, role.change) have been changed");
        tamper(f, STR("update \"audit\" set \"peer\" = '' where \"record_id\" = 9"));
        assert_told(f, "entry 9");
        tamper(f, STR("delete from \"audit\" where \"record_id\" = 8"));
        assert_told(f, "entry 8 (row 8) is missing");
        assert_null(strstr(findings(f, NULL), "entry 7 ")); // one fault is told once, and not of those after it
        assert_null(strstr(findings(f, NULL), "entry 10"));
}

static void order_and_gaps_are_named(void **state) {
        Fixture *f = *state;
        fill(f, ENTRIES);
        tamper(f, STR("update \"audit\" set \"seal\" = case \"seal\" when 3 then 5 else 3 end where \"seal\" in (3, 5)"));
        assert_told(f, "row 3 is not where it was sealed (entry 3)");
        tamper(f, STR("delete from \"audit_seal\" where \"seq\" in (8, 9)"));
        assert_told(f, "the entries 8 to 9 are missing from the chain");
        assert_told(f, "row 8 claims to be entry 8");
        tamper(f, STR("delete from \"audit_seal\" where \"seq\" <= 2"));
        assert_told(f, "the entries up to 2 are gone, and no pruning entry says so");
}

static void a_cut_end_is_found_by_what_was_noted(void **state) {
        Fixture *f = *state;
        fill(f, ENTRIES);
        AuditHead head = head_of(f);
        tamper(f, STR("delete from \"audit\" where \"id\" > 10"));
        tamper(f, STR("delete from \"audit_seal\" where \"seq\" > 10"));
        assert_string_equal(findings(f, NULL), ""); // the chain alone cannot know
        assert_non_null(strstr(findings(f, &head), "entry 12 was noted elsewhere, but the chain ends at 10"));
        fill(f, 4); // another end is put in its place
        assert_string_equal(findings(f, NULL), "");
        assert_non_null(strstr(findings(f, &head), "the chain up to entry 12 is not the one that was noted elsewhere"));
}

static Status erase_run(Db *db, void *arg) {
        Doing *doing = arg;
        return audit_erase(db, doing->ids, doing->count, STR("\"erasure\":1"));
}

static void erasing_leaves_the_chain_whole(void **state) {
        Fixture *f = *state;
        fill(f, ENTRIES);
        AuditHead head = head_of(f);
        Doing doing = {.ids = {3, 7}, .count = 2};
        assert_ok(f, store_write(org_store(f->org), &f->context, erase_run, &doing));
        seal_all(f);
        assert_string_equal(findings(f, &head), "");
        assert_int_equal(head_of(f).seq, ENTRIES + 1);
        tamper(f, STR("update \"audit\" set \"detail\" = '{\"n\":6}' where \"id\" = 7")); // an erased one cannot be given another story
        assert_told(f, "entry 7 (row 7");
        tamper(f, STR("update \"audit\" set \"detail\" = null where \"id\" = 7"));
        tamper(f, STR("update \"audit\" set \"user_id\" = 1 where \"id\" = 7"));
        assert_told(f, "place of entry 7");
        tamper(f, STR("update \"audit\" set \"detail\" = null, \"peer\" = '' where \"id\" = 5"));
        tamper(f, STR("update \"audit_seal\" set \"salt\" = null where \"id\" = 5"));
        assert_told(f, "the content of row 5 was erased, and no entry says so");
}

static Status prune_run(Db *db, void *arg) {
        Doing *doing = arg;
        return audit_prune(db, doing->ms, 4, &doing->more);
}

static void pruning_leaves_the_rest_whole(void **state) {
        Fixture *f = *state;
        int64_t now = f->context.now_ms;
        fill(f, 10);
        f->context.now_ms += 1000;
        fill(f, 5);
        AuditHead head = head_of(f);
        Doing doing = {.ms = now + 500, .more = true};
        int rounds = 0;
        for (; doing.more; rounds++)
                assert_ok(f, store_write(org_store(f->org), &f->context, prune_run, &doing));
        assert_int_equal(rounds, 3); // 4, 4 and 2
        seal_all(f);
        assert_string_equal(findings(f, &head), "");
        AuditHead early = {.seq = 2};
        assert_string_equal(findings(f, &early), ""); // noted before what was pruned: nothing can be said of it
        f->context.now_ms += 1000;
        doing = (Doing){.ms = now + 1500, .more = true};
        while (doing.more)
                assert_ok(f, store_write(org_store(f->org), &f->context, prune_run, &doing));
        seal_all(f);
        assert_string_equal(findings(f, &head), ""); // the entry that told of the first pruning may go with the second
        tamper(f, STR("delete from \"audit\" where \"id\" in (select \"id\" from \"audit_seal\" where \"seq\" = (select min(\"seq\") + 1 from \"audit_seal\"))"));
        assert_told(f, "is missing");
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(an_untouched_log_is_whole), cmocka_unit_test(changes_are_named), cmocka_unit_test(order_and_gaps_are_named), cmocka_unit_test(a_cut_end_is_found_by_what_was_noted),
                cmocka_unit_test(erasing_leaves_the_chain_whole), cmocka_unit_test(pruning_leaves_the_rest_whole),
        };
        return fixture_run_both("audit", tests, sizeof tests / sizeof *tests);
}
