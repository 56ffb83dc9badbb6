// Readings of Han characters from ICU's Han-Latin rules, asked once per character and kept in a table without locks; what those rules get wrong in
// names of companies, places and people is corrected by short lists.
#include "base/pinyin.h"
#include "base/status.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

#define TABLE_FIRST 0x3400
#define TABLE_LAST 0x9FFF
#define PACKED_NONE 0x80000000u // asked, and there is no reading; 0: not asked yet

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

static _Atomic uint32_t table[TABLE_LAST - TABLE_FIRST + 1]; // packed readings; whoever asks first fills in, and twice the same does no harm
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t rules_lock = PTHREAD_MUTEX_INITIALIZER;
static UTransliterator *rules;
static const UNormalizer2 *decomposition;

static void rules_open(void) {
        UErrorCode error = U_ZERO_ERROR;
        rules = utrans_openU(u"Han-Latin", -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
        decomposition = unorm2_getNFDInstance(&error);
        ensure(U_SUCCESS(error)); // part of ICU's own data: absent only from a broken installation
}

void pinyin_warm(void) {
        pthread_once(&once, rules_open);
}

static Pinyin pinyin_make(const char *letters) {
        Pinyin pinyin = {.len = (unsigned char)strlen(letters)};
        ensure(pinyin.len <= PINYIN_LETTERS);
        memcpy(pinyin.letters, letters, pinyin.len);
        return pinyin;
}

// "lǜ" → "lv": letters without tones; the dots of ü come right after it when decomposed.
static Pinyin strip_tones(const UChar *text, int32_t length) {
        Pinyin pinyin = {0};
        for (int32_t i = 0; i < length; i++) {
                if (text[i] == 0x0308 && pinyin.len && pinyin.letters[pinyin.len - 1] == 'u')
                        pinyin.letters[pinyin.len - 1] = 'v';
                if (text[i] < 'a' || text[i] > 'z')
                        continue;
                if (pinyin.len == PINYIN_LETTERS)
                        return (Pinyin){0};
                pinyin.letters[pinyin.len++] = (char)text[i];
        }
        return pinyin;
}

static Pinyin ask_rules(uint32_t character) {
        UChar text[64], decomposed[128];
        int32_t length = 0, limit;
        U16_APPEND_UNSAFE(text, length, character);
        limit = length;
        UErrorCode error = U_ZERO_ERROR;
        pinyin_warm();
        pthread_mutex_lock(&rules_lock);
        utrans_transUChars(rules, text, &length, 64, 0, &limit, &error);
        pthread_mutex_unlock(&rules_lock);
        if (U_FAILURE(error))
                return (Pinyin){0};
        length = unorm2_normalize(decomposition, text, length, decomposed, 128, &error);
        return U_SUCCESS(error) ? strip_tones(decomposed, length) : (Pinyin){0};
}

static const char *reading_find(const Reading *readings, size_t count, uint32_t character) {
        for (size_t i = 0; i < count; i++)
                if (readings[i].character == character)
                        return readings[i].letters;
        return NULL;
}

// Five bits a letter, the first letter lowest.
static uint32_t pack(Pinyin pinyin) {
        uint32_t packed = 0;
        for (int i = pinyin.len - 1; i >= 0; i--)
                packed = packed << 5 | (uint32_t)(pinyin.letters[i] - 'a' + 1);
        return packed ? packed : PACKED_NONE;
}

static Pinyin unpack(uint32_t packed) {
        Pinyin pinyin = {0};
        for (; packed && packed != PACKED_NONE; packed >>= 5)
                pinyin.letters[pinyin.len++] = (char)('a' + (packed & 31) - 1);
        return pinyin;
}

Pinyin pinyin_of(uint32_t character) {
        if (character < TABLE_FIRST || character > TABLE_LAST)
                return character >= 0x20000 && character <= 0x3FFFF ? ask_rules(character) : (Pinyin){0};
        _Atomic uint32_t *place = &table[character - TABLE_FIRST];
        uint32_t packed = atomic_load_explicit(place, memory_order_relaxed);
        if (!packed) {
                const char *letters = reading_find(corrected, sizeof corrected / sizeof corrected[0], character);
                packed = pack(letters ? pinyin_make(letters) : ask_rules(character));
                atomic_store_explicit(place, packed, memory_order_relaxed);
        }
        return unpack(packed);
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
