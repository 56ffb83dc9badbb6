// Readings of Han characters: from a table that the build makes of ICU's Han-Latin rules; what those get wrong in names of companies, places and people is
// corrected by short lists.
#include "base/pinyin.h"
#include "base/pinyin_rules.h"
#include "base/status.h"
#include <string.h>

typedef struct Reading {
        uint32_t character;
        const char *letters;
} Reading;

typedef struct PairReading { // the reading of `character` next to `neighbour`
        uint32_t character, neighbour;
        const char *letters;
} PairReading;

// Where the most common reading in running text is not the one in names.
static const Reading corrected[] = {
        {U'都', "du"},
        {U'曾', "zeng"},
        {U'长', "chang"},
        {U'埔', "pu"},
        {U'地', "di"},
        {U'弹', "tan"},
        {U'陂', "pi"},
};

static const PairReading after[] = {
        {U'行', U'银', "hang"},
        {U'行', U'商', "hang"},
        {U'行', U'分', "hang"},
        {U'行', U'支', "hang"},
        {U'行', U'央', "hang"},
        {U'行', U'车', "hang"},
        {U'行', U'总', "hang"},
        {U'行', U'琴', "hang"},
        {U'行', U'洋', "hang"},
        {U'长', U'事', "zhang"},
        {U'长', U'部', "zhang"},
        {U'长', U'校', "zhang"},
        {U'长', U'院', "zhang"},
        {U'长', U'局', "zhang"},
        {U'长', U'店', "zhang"},
        {U'长', U'组', "zhang"},
        {U'长', U'处', "zhang"},
        {U'长', U'科', "zhang"},
        {U'长', U'行', "zhang"},
        {U'长', U'会', "zhang"},
        {U'长', U'成', "zhang"},
        {U'长', U'增', "zhang"},
        {U'长', U'厂', "zhang"},
        {U'长', U'市', "zhang"},
        {U'乐', U'音', "yue"},
        {U'乐', U'民', "yue"},
        {U'藏', U'西', "zang"},
        {U'藏', U'青', "zang"},
};

static const PairReading before[] = {
        {U'重', U'庆', "chong"},
        {U'重', U'组', "chong"},
        {U'重', U'新', "chong"},
        {U'厦', U'门', "xia"},
        {U'行', U'业', "hang"},
        {U'行', U'情', "hang"},
        {U'行', U'长', "hang"},
        {U'会', U'计', "kuai"},
        {U'会', U'稽', "kuai"},
        {U'乐', U'器', "yue"},
        {U'乐', U'清', "yue"},
        {U'尉', U'迟', "yu"},
        {U'尉', U'犁', "yu"},
        {U'蚌', U'埠', "beng"},
        {U'调', U'味', "tiao"},
        {U'调', U'节', "tiao"},
        {U'调', U'解', "tiao"},
        {U'藏', U'药', "zang"},
        {U'泊', U'车', "bo"},
        {U'传', U'记', "zhuan"},
        {U'莘', U'庄', "xin"},
        {U'番', U'禺', "pan"},
        {U'六', U'安', "lu"},
        {U'长', U'孙', "zhang"},
        {U'澹', U'台', "tan"},
        {U'万', U'俟', "mo"},
};

static const Reading surnames[] = {
        {U'单', "shan"},
        {U'解', "xie"},
        {U'仇', "qiu"},
        {U'查', "zha"},
        {U'朴', "piao"},
        {U'区', "ou"},
        {U'翟', "zhai"},
        {U'盖', "ge"},
        {U'乐', "yue"},
        {U'覃', "qin"},
        {U'缪', "miao"},
        {U'员', "yun"},
        {U'折', "she"},
        {U'种', "chong"},
        {U'秘', "bi"},
        {U'黑', "he"},
        {U'繁', "po"},
        {U'洗', "xian"},
        {U'召', "shao"},
        {U'祭', "zhai"},
        {U'柏', "bo"},
};

static const char *reading_find(const Reading *readings, size_t count, uint32_t character) {
        for (size_t i = 0; i < count; i++)
                if (readings[i].character == character)
                        return readings[i].letters;
        return NULL;
}

static Pinyin pinyin_make(const char *letters) {
        Pinyin pinyin = {.len = (unsigned char)strlen(letters)};
        ensure(pinyin.len <= PINYIN_LETTERS);
        memcpy(pinyin.letters, letters, pinyin.len);
        return pinyin;
}

Pinyin pinyin_of(uint32_t character) {
        const char *letters = reading_find(corrected, sizeof corrected / sizeof corrected[0], character);
        if (letters)
                return pinyin_make(letters);
        if (character >= PINYIN_TABLE_FIRST && character <= PINYIN_TABLE_LAST)
                return pinyin_unpack(pinyin_table[character - PINYIN_TABLE_FIRST]);
        return character >= 0x20000 && character <= 0x3FFFF ? pinyin_ask_rules(character) : (Pinyin){0};
}

static const char *pair_find(const PairReading *pairs, size_t count, uint32_t character, uint32_t neighbour) {
        for (size_t i = 0; i < count; i++)
                if (pairs[i].character == character && pairs[i].neighbour == neighbour)
                        return pairs[i].letters;
        return NULL;
}

Pinyin pinyin_in_word(const uint32_t *characters, size_t count, size_t index) {
        const char *letters = NULL;
        if (index + 1 < count)
                letters = pair_find(before, sizeof before / sizeof before[0], characters[index], characters[index + 1]);
        if (!letters && index > 0)
                letters = pair_find(after, sizeof after / sizeof after[0], characters[index], characters[index - 1]);
        return letters ? pinyin_make(letters) : pinyin_of(characters[index]);
}

Pinyin pinyin_of_surname(uint32_t character) {
        const char *letters = reading_find(surnames, sizeof surnames / sizeof surnames[0], character);
        return letters ? pinyin_make(letters) : (Pinyin){0};
}
