// The linked-in files: sorted, found, and their bytes are the files' bytes.
#include "base/asset.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void are_sorted_and_found(void **state) {
        (void)state;
        for (size_t i = 0; i < assets_count; i++) {
                if (i > 0)
                        assert_true(str_compare(str_from(assets[i - 1].path), str_from(assets[i].path)) < 0);
                assert_ptr_equal(asset_find(str_from(assets[i].path)), &assets[i]);
                assert_true(assets[i].gzip_size < assets[i].size || !assets[i].gzip);
        }
        assert_null(asset_find(STR("")));
        assert_null(asset_find(STR("objects")));
        assert_null(asset_find(STR("zzz")));
}

static void looks_like_json(void *arg, const Asset *asset) {
        Str bytes = str_trim(asset_bytes(asset));
        assert_true(str_starts(bytes, STR("{")) && str_ends(bytes, STR("}")));
        assert_string_equal(asset->content_type, "application/json; charset=utf-8");
        ++*(int *)arg;
}

static void holds_definitions(void **state) {
        (void)state;
        int count = 0;
        asset_each(STR("objects/"), STR("/object.json"), looks_like_json, &count);
        assert_true(count > 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(are_sorted_and_found), cmocka_unit_test(holds_definitions)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
