// The request's error record, the choice of language, and messages. Arguments and field paths are copied: the caller's may be gone when
// the answer is written.
#include "base/context.h"
#include "base/buf.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ITEMS_LARGEST 1000 // per request; whoever sends more mistakes than that has been told enough
#define MESSAGE_CAP 8192

void context_init(Context *context, Arena *arena, Lang lang, int64_t now_ms) {
        *context = (Context){.arena = arena, .lang = lang, .now_ms = now_ms, .error.position = -1};
}

void error_clear(Context *context) {
        context->error = (Error){.position = -1};
}

static void copy_args(Arena *arena, Str to[4], const Str from[4]) {
        for (int i = 0; i < 4; i++)
                to[i] = from && from[i].len ? str_copy(arena, from[i]) : STR_NONE;
}

Status error_set_(Context *context, Status status, const char *code, const Str args[4]) {
        Error *error = &context->error;
        error->status = status;
        error->code = code;
        error->detail = STR_NONE;
        error->position = -1;
        error->retry_after_s = 0;
        copy_args(context->arena, error->args, args);
        return status;
}

Status error_add_(Context *context, Str field, const char *code, const Str args[4]) {
        Error *error = &context->error;
        if (error->count == ITEMS_LARGEST)
                return STATUS_INVALID;
        if (error->count == error->capacity) {
                size_t capacity = error->capacity ? error->capacity * 2 : 8;
                error->items = arena_grow(context->arena, error->items, error->capacity * sizeof(ErrorItem), capacity * sizeof(ErrorItem));
                error->capacity = capacity;
        }
        ErrorItem *item = &error->items[error->count++];
        *item = (ErrorItem){.field = str_copy(context->arena, field), .code = code, .position = -1};
        copy_args(context->arena, item->args, args);
        return STATUS_INVALID;
}

Status error_status(const Context *context) {
        return context->error.count ? STATUS_INVALID : context->error.status;
}

Status error_detail(Context *context, Status status, const char *code, const char *format, ...) {
        char text[1024];
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        ensure(length >= 0);
        error_set_(context, status, code, NULL);
        size_t kept = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
        context->error.detail = str_copy(context->arena, str_make(text, kept));
        return status;
}

static bool tag_is(Str tag, const char *language) {
        return tag.len >= 2 && strncasecmp(tag.data, language, 2) == 0 && (tag.len == 2 || tag.data[2] == '-' || tag.data[2] == '_');
}

// The weight of one entry of Accept-Language in thousandths; what cannot be read counts as 1.
static int weight_of(Str parameters) {
        Str parameter;
        while (str_cut(&parameters, ';', &parameter)) {
                parameter = str_trim(parameter);
                if (!str_starts(parameter, STR("q=")) && !str_starts(parameter, STR("Q=")))
                        continue;
                int weight = 0, unit = 1000;
                for (size_t i = 2; i < parameter.len; i++) {
                        char c = parameter.data[i];
                        if (c == '.')
                                continue;
                        if (c < '0' || c > '9')
                                return 1000;
                        weight += (c - '0') * unit;
                        unit /= 10;
                }
                return weight;
        }
        return 1000;
}

Lang lang_preferred(Str tag, Lang fallback) {
        Lang best = fallback;
        int best_weight = 0;
        Str entry;
        while (str_cut(&tag, ',', &entry)) {
                Str name = STR_NONE;
                str_cut(&entry, ';', &name);
                name = str_trim(name);
                int weight = weight_of(entry);
                if (weight <= best_weight || !(tag_is(name, "zh") || tag_is(name, "en")))
                        continue;
                best = tag_is(name, "en") ? LANG_EN : LANG_ZH_CN;
                best_weight = weight;
        }
        return best;
}

Lang lang_from(Str tag) {
        return lang_preferred(tag, LANG_ZH_CN);
}

const char *lang_tag(Lang lang) {
        return lang == LANG_EN ? "en" : "zh-CN";
}

static int compare_key(const void *key, const void *entry) {
        return strcmp(key, ((const TextEntry *)entry)->key);
}

Str text_get(Lang lang, const char *key) {
        const TextEntry *entry = bsearch(key, text_entries, text_entries_count, sizeof *text_entries, compare_key);
        return str_from(entry ? entry->text[lang] : key);
}

Str text_format(Arena *arena, Lang lang, const char *key, const Str args[4]) {
        Str pattern = text_get(lang, key);
        if (str_find_char(pattern, '{') < 0)
                return pattern;
        Buf buf = buf_make(arena, MESSAGE_CAP);
        for (size_t i = 0; i < pattern.len; i++) {
                const char *at = pattern.data + i;
                bool place = pattern.len - i >= 3 && at[0] == '{' && at[1] >= '0' && at[1] <= '3' && at[2] == '}';
                if (!place) {
                        buf_add_char(&buf, *at);
                        continue;
                }
                if (args)
                        buf_add(&buf, args[at[1] - '0']);
                i += 2;
        }
        return buf_full(&buf) ? pattern : buf_str(&buf);
}
