// What every fallible function of the upper floors is handed: where its memory comes from, what time it is, whom to tell what went wrong.
// One Context belongs to one request, job or command, and to one thread at a time.
#pragma once
#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

typedef enum Lang { LANG_ZH_CN, LANG_EN, LANG_COUNT } Lang;

typedef struct ErrorItem {
        Str field;        // path of the field at fault, e.g. "lines[2].price"; empty: the whole
        const char *code; // message key without "error.", e.g. "required"; a static text
        Str args[4];      // fill {0}…{3} of the message
        int position;     // character (not byte) in an expression, -1: none
        int64_t record;   // the record that it is about, which the reader may see; 0: none
} ErrorItem;

typedef struct Error {
        Status status;
        const char *code;  // key of the primary message ("error.<code>"); NULL: no error yet
        Str args[4];
        Str detail;        // for the log only, never sent
        int position;      // -1: none
        int retry_after_s; // 0: none
        ErrorItem *items;
        size_t count, capacity;
} Error;

typedef struct Context {
        Arena *arena;
        Error error;
        Lang lang;
        int64_t now_ms;  // milliseconds since 1970 UTC; read once, at the start
        uint64_t trace;  // id in the log
} Context;

void context_init(Context *context, Arena *arena, Lang lang, int64_t now_ms);
void error_clear(Context *context);
// Sets the primary error. Arguments are Str, up to four: error_set(c, STATUS_CONFLICT, "already_claimed", name). Returns status.
#define error_set(context, status, code, ...) error_set_(context, status, code, (Str[4]){__VA_ARGS__})
Status error_set_(Context *context, Status status, const char *code, const Str args[4]);
// Adds a field's error and returns STATUS_INVALID; validation goes on and returns error_status() at its end.
#define error_add(context, field, code, ...) error_add_(context, field, code, (Str[4]){__VA_ARGS__})
Status error_add_(Context *context, Str field, const char *code, const Str args[4]);
Status error_status(const Context *context);                        // STATUS_INVALID when items were added, else error.status
Status error_detail(Context *context, Status status, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));

Lang lang_from(Str tag);           // "zh-CN", "en-GB", an Accept-Language header …; unknown → LANG_ZH_CN
Lang lang_preferred(Str tag, Lang fallback); // the same with another fallback
const char *lang_tag(Lang lang);   // "zh-CN", "en"

// Messages. Texts live in src/*/texts.json and objects/*/texts.json: {"error.required":{"zh-CN":"必填","en":"is required"}}, embedded at build time.
Str text_get(Lang lang, const char *key);                            // missing: the key itself
Str text_format(Arena *arena, Lang lang, const char *key, const Str args[4]); // replaces {0}…{3}
