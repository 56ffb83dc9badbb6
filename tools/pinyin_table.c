// Part of the build: prints the table of readings that src/base/pinyin.c looks into, as C.
#include "base/pinyin_rules.h"
#include <stdio.h>

int main(void) {
        printf("// Made by tools/pinyin_table.c\n#include \"base/pinyin_rules.h\"\nconst uint32_t pinyin_table[PINYIN_TABLE_LAST - PINYIN_TABLE_FIRST + 1] = {");
        for (uint32_t character = PINYIN_TABLE_FIRST; character <= PINYIN_TABLE_LAST; character++)
                printf("%s%u,", character % 16 ? "" : "\n", pinyin_pack(pinyin_ask_rules(character)));
        printf("\n};\n");
        return 0;
}
