// ID tokens: signatures by keys of the set and no others (the example of RFC 7515, changed in every way), claims one by one.
#include "link/oidc/oidc.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW_MS 1795334400000LL

// RFC 7515, A.2 (RS256) and A.3 (ES256)
#define RSA_N "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA_TOKEN "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define EC_TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define EC_KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define RSA_KEY "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\""

static Status take(const char *token, const char *keys) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Json *json = NULL;
        Str payload = STR_NONE;
        context_init(&context, arena, LANG_EN, NOW_MS);
        assert_int_equal(json_parse(&context, str_from(keys), 8, &json), STATUS_OK);
        Status status = jwt_take(&context, str_from(token), json, &payload);
        if (status == STATUS_OK)
                assert_true(str_starts(payload, STR("{\"iss\":\"joe\"")));
        return status;
}

static void signatures(void **state) {
        (void)state;
        assert_int_equal(take(RSA_TOKEN, "{\"keys\":[" RSA_KEY "}]}"), STATUS_OK);
        assert_int_equal(take(RSA_TOKEN, "{\"keys\":[" EC_KEY "}," RSA_KEY ",\"use\":\"sig\",\"alg\":\"RS256\"}]}"), STATUS_OK);
        assert_int_equal(take(EC_TOKEN, "{\"keys\":[" EC_KEY "}]}"), STATUS_OK);
        static const char *const keys[] = {
                "{\"keys\":[]}", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[1,null,\"x\"]}", "{\"keys\":[" EC_KEY "}]}", "{\"keys\":[" RSA_KEY ",\"use\":\"enc\"}]}", "{\"keys\":[" RSA_KEY ",\"alg\":\"PS256\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\"}]}", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AQAB\"}]}",
        };
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
                assert_int_equal(take(RSA_TOKEN, keys[i]), STATUS_FORBIDDEN);
}

// No byte of a token can be another one.
static void changed_tokens(void **state) {
        (void)state;
        char token[] = EC_TOKEN;
        size_t last = sizeof token - 2; // of its last character some bits mean nothing
        for (size_t i = 0; i < last; i += 3) {
                char kept = token[i];
                token[i] = kept == '.' ? 'A' : kept == 'B' ? 'C' : 'B';
                assert_int_equal(take(token, "{\"keys\":[" EC_KEY "}]}"), STATUS_FORBIDDEN);
                token[i] = kept;
        }
        static const char *const others[] = {
                "", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.x", EC_TOKEN ".x", "." EC_TOKEN,
                "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAAA", "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiZXhwIl19.eyJpc3MiOiJqb2UifQ.AAAA", "eyJhbGciOiJFUzI1NiIsImFsZyI6Im5vbmUifQ.eyJpc3MiOiJqb2UifQ.AAAA",
        };
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                assert_int_equal(take(others[i], "{\"keys\":[" EC_KEY "}]}"), STATUS_FORBIDDEN);
}

static Status check(const char *claims) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        Json *json = NULL;
        context_init(&context, arena, LANG_EN, NOW_MS);
        assert_int_equal(json_parse(&context, str_from(claims), 8, &json), STATUS_OK);
        OidcExpected expected = {.issuer = STR("https://a.example"), .client_id = STR("haike"), .nonce = STR("n-1"), .now_ms = NOW_MS};
        return oidc_claims_check(&context, &expected, json);
}

#define REST "\"nonce\":\"n-1\",\"sub\":\"p\""
#define TIMES "\"iat\":1795334390,\"exp\":1795334700"
#define ISSUER "\"iss\":\"https://a.example\""

static void claims(void **state) {
        (void)state;
        static const char *const good[] = {
                "{" ISSUER ",\"aud\":\"haike\"," TIMES "," REST "}", "{" ISSUER ",\"aud\":[\"haike\"]," TIMES "," REST "}", "{" ISSUER ",\"aud\":[\"x\",\"haike\"],\"azp\":\"haike\"," TIMES "," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"azp\":\"haike\"," TIMES "," REST "}",
                "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795334500.25,\"exp\":1795334300.75," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"nbf\":1795334500," TIMES "," REST "}",
        };
        static const char *const bad[] = {
                "{\"iss\":\"https://a.example/\",\"aud\":\"haike\"," TIMES "," REST "}", "{\"aud\":\"haike\"," TIMES "," REST "}", "{" ISSUER "," TIMES "," REST "}", "{" ISSUER ",\"aud\":\"Haike\"," TIMES "," REST "}", "{" ISSUER ",\"aud\":[]," TIMES "," REST "}",
                "{" ISSUER ",\"aud\":[\"haike\",\"x\"]," TIMES "," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"azp\":\"x\"," TIMES "," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"azp\":1," TIMES "," REST "}", "{" ISSUER ",\"aud\":{\"haike\":1}," TIMES "," REST "}",
                "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795334390,\"exp\":1795334280," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795334390," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"exp\":1795334700," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795334390,\"exp\":\"1795334700\"," REST "}",
                "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795334390,\"exp\":1e12," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"iat\":-1,\"exp\":1795334700," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795334600,\"exp\":1795334700," REST "}", "{" ISSUER ",\"aud\":\"haike\",\"iat\":1795200000,\"exp\":1795334700," REST "}",
                "{" ISSUER ",\"aud\":\"haike\",\"nbf\":1795334600," TIMES "," REST "}", "{" ISSUER ",\"aud\":\"haike\"," TIMES ",\"nonce\":\"n-2\",\"sub\":\"p\"}", "{" ISSUER ",\"aud\":\"haike\"," TIMES ",\"sub\":\"p\"}", "{" ISSUER ",\"aud\":\"haike\"," TIMES ",\"nonce\":\"n-1\"}",
                "{" ISSUER ",\"aud\":\"haike\"," TIMES ",\"nonce\":\"n-1\",\"sub\":\"\"}", "{" ISSUER ",\"aud\":\"haike\"," TIMES ",\"nonce\":\"n-1\",\"sub\":7}",
        };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
                assert_int_equal(check(good[i]), STATUS_OK);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
                assert_int_equal(check(bad[i]), STATUS_FORBIDDEN);
}

int main(void) {
        const struct CMUnitTest tests[] = {cmocka_unit_test(signatures), cmocka_unit_test(changed_tokens), cmocka_unit_test(claims)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
