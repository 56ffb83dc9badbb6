// Sealing secrets with libsodium's secretbox. The key's file belongs to the data folder and never goes into the database, so that a copy of the database opens nothing.
#include "access/secret.h"
#include "os/os.h"
#include <sodium.h>
#include <stdlib.h>

#define MARK "s1:"
#define KEY_NAME 8   // hexadecimal characters that tell one key from another
#define SECRET_LARGEST 8192

typedef struct Key { unsigned char bytes[crypto_secretbox_KEYBYTES]; char name[KEY_NAME + 1]; } Key;

static const char *key_path(Org *org, Context *context) {
        const char *named = getenv("HAIKE_SECRET_KEY");
        return named && *named ? named : str_format(context->arena, "%s/" SECRET_KEY_FILE, org_folder(org)).data;
}

static void take_name(Key *key) {
        unsigned char hash[crypto_generichash_BYTES_MIN];
        char text[crypto_generichash_BYTES_MIN * 2 + 1];
        crypto_generichash(hash, sizeof hash, key->bytes, sizeof key->bytes, NULL, 0);
        sodium_bin2hex(text, sizeof text, hash, sizeof hash);
        memcpy(key->name, text, KEY_NAME);
        key->name[KEY_NAME] = 0;
}

static Status key_read(Context *context, const char *path, Key *ret) {
        Str text = STR_NONE;
        ensure(sodium_init() >= 0);
        Status status = file_read(context, path, 4096, &text);
        if (status == STATUS_NOT_FOUND)
                error_clear(context);
        if (status != STATUS_OK)
                return status;
        text = str_trim(text);
        size_t length = 0;
        if (sodium_hex2bin(ret->bytes, sizeof ret->bytes, text.data, text.len, NULL, &length, NULL) != 0 || length != sizeof ret->bytes)
                return error_detail(context, STATUS_IO, "secret_key_damaged", "%s does not hold 64 hexadecimal digits", path);
        take_name(ret);
        return STATUS_OK;
}

// Two who make it at once: the first file stays, since it is linked into place, and both read that one.
static Status key_make(Context *context, const char *path, Key *ret) {
        char text[crypto_secretbox_KEYBYTES * 2 + 2];
        os_random(ret->bytes, sizeof ret->bytes);
        sodium_bin2hex(text, sizeof text - 1, ret->bytes, sizeof ret->bytes);
        Str line = str_format(context->arena, "%s\n", text);
        Status status = file_write_new(context, path, line);
        sodium_memzero(text, sizeof text);
        if (status != STATUS_OK && status != STATUS_CONFLICT)
                return status;
        error_clear(context);
        return key_read(context, path, ret);
}

Status secret_seal(Org *org, Context *context, Str plain, Str *ret_sealed) {
        Key key;
        const char *path = key_path(org, context);
        if (plain.len > SECRET_LARGEST)
                return error_set(context, STATUS_TOO_LARGE, "too_large");
        Status status = key_read(context, path, &key);
        if (status == STATUS_NOT_FOUND)
                status = key_make(context, path, &key);
        TRY(status);
        unsigned char box[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + SECRET_LARGEST];
        os_random(box, crypto_secretbox_NONCEBYTES);
        crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain.data, plain.len, box, key.bytes);
        size_t length = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.len;
        size_t room = sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        char *text = arena_alloc(context->arena, room);
        sodium_bin2base64(text, room, box, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        *ret_sealed = str_format(context->arena, MARK "%s:%s", key.name, text);
        sodium_memzero(&key, sizeof key);
        return STATUS_OK;
}

static Status damaged(Context *context) {
        return error_set(context, STATUS_IO, "secret_damaged");
}

Status secret_open(Org *org, Context *context, Str sealed, Str *ret_plain) {
        Key key;
        unsigned char box[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + SECRET_LARGEST];
        size_t mark = sizeof MARK - 1, length = 0;
        if (!str_starts(sealed, STR(MARK)) || sealed.len < mark + KEY_NAME + 1)
                return damaged(context);
        Str name = str_slice(sealed, mark, mark + KEY_NAME), text = str_slice(sealed, mark + KEY_NAME + 1, sealed.len);
        Status status = key_read(context, key_path(org, context), &key);
        if (status == STATUS_NOT_FOUND)
                return error_set(context, STATUS_IO, "secret_key_missing");
        TRY(status);
        if (!str_is(name, key.name))
                return error_set(context, STATUS_IO, "secret_key_other");
        if (sodium_base642bin(box, sizeof box, text.data, text.len, NULL, &length, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
            length < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
                return damaged(context);
        size_t plain_length = length - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES;
        char *plain = arena_alloc(context->arena, plain_length + 1);
        int opened = crypto_secretbox_open_easy((unsigned char *)plain, box + crypto_secretbox_NONCEBYTES, length - crypto_secretbox_NONCEBYTES, box, key.bytes);
        sodium_memzero(&key, sizeof key);
        if (opened != 0)
                return damaged(context);
        plain[plain_length] = 0;
        *ret_plain = str_make(plain, plain_length);
        return STATUS_OK;
}
