// Fuzzes what other systems say and what people type for them: ID tokens, key sets and claims (nothing but the right token by the right key is taken), filters and names of
// directories (what is typed stays a value), messages (no value adds a line).
#include "link/ldap/ldap.h"
#include "link/mail/mail.h"
#include "link/oidc/oidc.h"

// RFC 7515, A.3
#define TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define KEY_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define KEYS "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" KEY_X "\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}"

static bool taken(Context *context, Str token, Str keys) {
        Json *json = NULL;
        Str payload = STR_NONE;
        if (json_parse(context, keys, 8, &json) != STATUS_OK) {
                error_clear(context);
                return false;
        }
        Status status = jwt_take(context, token, json, &payload);
        ensure(status == STATUS_OK || (status == STATUS_FORBIDDEN && context->error.code));
        return status == STATUS_OK;
}

static void try_token(Context *context, Str text) {
        if (!taken(context, text, STR(KEYS)))
                return;
        Str parts = STR(TOKEN); // of the signature's last character some bits mean nothing
        ensure(text.len == parts.len && str_starts(text, str_slice(parts, 0, parts.len - 1)));
}

static void try_keys(Context *context, Str text) {
        ensure(!taken(context, STR(TOKEN), text) || str_find(text, STR("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE")) >= 0 || str_find(text, STR("\\u")) >= 0);
}

static void try_claims(Context *context, Str text) {
        Json *json = NULL;
        OidcExpected expected = {.issuer = STR("https://a.example"), .client_id = STR("haike"), .nonce = STR("n-1"), .now_ms = 1795334400000LL};
        if (json_parse(context, text, 8, &json) != STATUS_OK)
                return;
        if (oidc_claims_check(context, &expected, json) == STATUS_OK)
                ensure(str_is(json_str(json, "nonce", STR("")), "n-1") && str_is(json_str(json, "iss", STR("")), "https://a.example") && json_str(json, "sub", STR("")).len);
}

static void try_filter(Context *context, Str text) {
        Str filter = ldap_filter_text(context->arena, STR("(uid={login})"), text, STR("")), name = ldap_dn_text(context->arena, STR("uid={login},dc=x"), text);
        for (size_t i = 5; i + 1 < filter.len; i++)
                ensure(!memchr("()*", filter.data[i], 3) && filter.data[i]);
        for (size_t i = 4; i + 5 < name.len; i++)
                ensure(!memchr(",+\"<>;=", name.data[i], 7) && name.data[i]);
}

static void try_message(Context *context, Str text) {
        MimeHead head = {.from = STR("a@b.cn"), .from_name = text, .to = STR("c@d.cn"), .subject = text, .message_id = STR("<1@b.cn>")};
        Str message = mime_message(context, &head, text, text);
        ptrdiff_t end = str_find(message, STR("\r\n\r\n"));
        ensure(!message.len || (end > 0 && str_find(str_slice(message, 0, (size_t)end), STR("Content-Type: multipart/alternative")) > 0));
        for (size_t i = 0; i < message.len; i++)
                ensure((unsigned char)message.data[i] < 0x7F && (message.data[i] != '\n' || message.data[i - 1] == '\r'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static void (*const tries[])(Context *context, Str text) = {try_token, try_keys, try_claims, try_filter, try_message};
        if (size < 1 || size > 20000)
                return 0;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Context context;
        context_init(&context, arena, LANG_EN, 1795334400000LL);
        tries[data[0] % (sizeof tries / sizeof *tries)](&context, str_make((const char *)data + 1, size - 1));
        return 0;
}
