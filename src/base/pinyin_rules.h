// Readings as ICU's Han-Latin rules have them. Opening those costs 0.1 s and 6 MB, so the build asks for most characters (tools/pinyin_table.c) and a server only
// for rare ones.
#pragma once
#include "base/pinyin.h"

#define PINYIN_TABLE_FIRST 0x3400
#define PINYIN_TABLE_LAST 0x9FFF

extern const uint32_t pinyin_table[]; // packed, from PINYIN_TABLE_FIRST on; made by the build
Pinyin pinyin_ask_rules(uint32_t character);
uint32_t pinyin_pack(Pinyin pinyin);
Pinyin pinyin_unpack(uint32_t packed);
