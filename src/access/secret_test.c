// Sealed secrets: what comes back, and what each kind of damage is called. And that an audit row is there exactly when its transaction is.
#include "access/fixture.h"
#include "access/audit.h"
#include "access/secret.h"

static const char *key_file(Fixture *f) {
        return str_format(f->arena, "%s/" SECRET_KEY_FILE, f->folder).data;
}

static void opens_what_was_sealed(void **state) {
        Fixture *f = *state;
        Str first = STR_NONE, second = STR_NONE, plain = STR_NONE;
        assert_ok(f, secret_seal(f->org, &f->context, STR("发信密码 hunter2"), &first));
        assert_ok(f, secret_seal(f->org, &f->context, STR("发信密码 hunter2"), &second));
        assert_false(str_eq(first, second)); // equal secrets do not look equal
        assert_ok(f, secret_open(f->org, &f->context, first, &plain));
        assert_true(str_is(plain, "发信密码 hunter2"));
        assert_ok(f, secret_seal(f->org, &f->context, STR(""), &first));
        assert_ok(f, secret_open(f->org, &f->context, first, &plain));
        assert_int_equal(plain.len, 0);
}

static void refuse(Fixture *f, Str sealed, const char *code) {
        Str plain = STR_NONE;
        error_clear(&f->context);
        assert_int_equal(secret_open(f->org, &f->context, sealed, &plain), STATUS_IO);
        assert_string_equal(f->context.error.code, code);
        error_clear(&f->context);
}

static void names_what_is_wrong(void **state) {
        Fixture *f = *state;
        Str sealed = STR_NONE;
        assert_ok(f, secret_seal(f->org, &f->context, STR("secret"), &sealed));
        char *bytes = str_c(f->arena, sealed);
        bytes[sealed.len - 3] = bytes[sealed.len - 3] == 'A' ? 'B' : 'A';
        refuse(f, str_from(bytes), "secret_damaged");
        refuse(f, STR("hunter2"), "secret_damaged");
        refuse(f, str_slice(sealed, 0, 12), "secret_damaged");
        assert_int_equal(unlink(key_file(f)), 0);
        refuse(f, sealed, "secret_key_missing");
        Str other = STR_NONE;
        assert_ok(f, secret_seal(f->org, &f->context, STR("secret"), &other)); // makes a new key
        refuse(f, sealed, "secret_key_other");
        assert_ok(f, file_write_durable(&f->context, key_file(f), STR("not a key")));
        refuse(f, sealed, "secret_key_damaged");
}

static Status add_audit(Db *db, void *arg) {
        Fixture *f = arg;
        AuditEntry entry = {.kind = "test.done", .user = 7, .peer = STR("192.0.2.1"), .detail = STR("{\"n\":1}")};
        TRY(audit_add(db, &entry));
        return f->found ? STATUS_OK : error_set(&f->context, STATUS_CONFLICT, "not_unique");
}

static Status count_audit(Db *db, void *arg) {
        Fixture *f = arg;
        Sql select = db_sql(db);
        sql(&select, "select count(*) from audit where kind = 'test.done'");
        return db_get_int(db, &select, &f->result, NULL);
}

static void audit_is_of_its_transaction(void **state) {
        Fixture *f = *state;
        f->found = false;
        assert_int_equal(store_write(org_store(f->org), &f->context, add_audit, f), STATUS_CONFLICT);
        error_clear(&f->context);
        f->found = true;
        assert_ok(f, store_write(org_store(f->org), &f->context, add_audit, f));
        assert_ok(f, store_read(org_store(f->org), &f->context, 0, count_audit, f));
        assert_int_equal(f->result, 1);
}

int main(void) {
        struct CMUnitTest tests[] = {
                cmocka_unit_test(opens_what_was_sealed),
                cmocka_unit_test(names_what_is_wrong),
                cmocka_unit_test(audit_is_of_its_transaction),
        };
        return fixture_run_both("secrets and audit", tests, sizeof tests / sizeof *tests);
}
