// Pinyin of Han characters, without tones, for the search. The most common reading, corrected for the words and surnames of a CRM.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define PINYIN_LETTERS 6 // of the longest syllable, "zhuang"

typedef struct Pinyin {
        unsigned char len; // 0: no reading
        char letters[PINYIN_LETTERS + 1]; // a–z, v for ü
} Pinyin;

Pinyin pinyin_of(uint32_t character);
Pinyin pinyin_in_word(const uint32_t *characters, size_t count, size_t index); // looks at the neighbours: 银行 yinhang
Pinyin pinyin_of_surname(uint32_t character);                                // where a surname reads otherwise (单 shan); len 0: nowhere
