// Codes of the first start. The setting holds their hashes only.
#include "access/setup.h"
#include "access/org.h"
#include "os/os.h"
#include <sodium.h>

#define SETTING "setup_codes" // hashes in hexadecimal, the newest first, apart by spaces
#define CODE_LENGTH 20        // of an alphabet of 32: 100 bits
#define CODES_KEPT 16
#define HASH_BYTES 32
#define HASH_TEXT (HASH_BYTES * 2)

static const char alphabet[33] = "abcdefghjkmnpqrstuvwxyz023456789"; // nothing that is taken for something else

Status setup_needed(Db *db, bool *ret) {
        Sql select = db_sql(db);
        bool found = false;
        sql(&select, "select 1 from \"user\" limit 1");
        TRY(db_get_int(db, &select, NULL, &found));
        *ret = !found;
        return STATUS_OK;
}

static Str hash_of(Arena *arena, Str code) {
        unsigned char hash[HASH_BYTES];
        char text[HASH_TEXT + 1], plain[CODE_LENGTH];
        size_t length = 0;
        for (size_t i = 0; i < code.len; i++) {
                char c = code.data[i];
                if (c == ' ' || c == '-')
                        continue;
                if (length == sizeof plain)
                        return STR("");
                plain[length++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        crypto_generichash(hash, sizeof hash, (const unsigned char *)plain, length, NULL, 0);
        sodium_bin2hex(text, sizeof text, hash, sizeof hash);
        return str_copy(arena, str_from(text));
}

Status setup_code_new(Db *db, Str *ret_code) {
        unsigned char bytes[CODE_LENGTH];
        char code[CODE_LENGTH];
        os_random(bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof code; i++)
                code[i] = alphabet[bytes[i] & 31];
        Str fresh = str_copy(db_arena(db), str_make(code, sizeof code)), known = STR_NONE;
        TRY(access_bump(db)); // of nodes that start together one waits here for the other
        TRY(org_setting(db, STR(SETTING), STR_NONE, &known));
        known = str_slice(known, 0, (size_t)(CODES_KEPT - 1) * (HASH_TEXT + 1) - 1);
        Str all = str_format(db_arena(db), STR_FMT "%s" STR_FMT, STR_ARG(hash_of(db_arena(db), fresh)), known.len ? " " : "", STR_ARG(known));
        TRY(org_setting_set(db, STR(SETTING), all));
        *ret_code = fresh;
        return STATUS_OK;
}

Status setup_code_matches(Db *db, Str code, bool *ret) {
        Str known = STR_NONE, one = STR_NONE, hash = hash_of(db_arena(db), code);
        TRY(org_setting(db, STR(SETTING), STR_NONE, &known));
        *ret = false;
        while (str_cut(&known, ' ', &one))
                if (one.len == hash.len && sodium_memcmp(one.data, hash.data, hash.len) == 0)
                        *ret = true;
        return STATUS_OK;
}

Status setup_codes_forget(Db *db) {
        Sql statement = db_sql(db);
        sql(&statement, "delete from \"setting\" where \"key\" = ");
        sql_str(&statement, STR(SETTING));
        return db_exec(db, &statement, NULL);
}
