// The table of all messages, made at build time from the texts.json files by tools/texts.mjs; read through text_get() in context.h.
#pragma once
#include "base/context.h"

typedef struct TextEntry {
        const char *key;
        const char *text[LANG_COUNT]; // by Lang
} TextEntry;

extern const TextEntry text_entries[]; // ascending by strcmp() of key
extern const size_t text_entries_count;
