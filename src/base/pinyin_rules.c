// Asks ICU's Han-Latin rules for the reading of one character. They are opened when first asked.
#include "base/pinyin_rules.h"
#include "base/status.h"
#include <pthread.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

static struct {
        pthread_once_t once;
        pthread_mutex_t lock;
        UTransliterator *rules;
        const UNormalizer2 *decomposition;
} han = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static void rules_open(void) {
        UErrorCode error = U_ZERO_ERROR;
        han.rules = utrans_openU(u"Han-Latin", -1, UTRANS_FORWARD, NULL, 0, NULL, &error);
        han.decomposition = unorm2_getNFDInstance(&error);
        ensure(U_SUCCESS(error)); // part of ICU's own data: absent only from a broken installation
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

Pinyin pinyin_ask_rules(uint32_t character) {
        UChar text[64], decomposed[128];
        int32_t length = 0, limit;
        U16_APPEND_UNSAFE(text, length, character);
        limit = length;
        UErrorCode error = U_ZERO_ERROR;
        pthread_once(&han.once, rules_open);
        pthread_mutex_lock(&han.lock);
        utrans_transUChars(han.rules, text, &length, 64, 0, &limit, &error);
        pthread_mutex_unlock(&han.lock);
        if (U_FAILURE(error))
                return (Pinyin){0};
        length = unorm2_normalize(han.decomposition, text, length, decomposed, 128, &error);
        return U_SUCCESS(error) ? strip_tones(decomposed, length) : (Pinyin){0};
}

// Five bits a letter, the first letter lowest; 0: no reading.
uint32_t pinyin_pack(Pinyin pinyin) {
        uint32_t packed = 0;
        for (int i = pinyin.len - 1; i >= 0; i--)
                packed = packed << 5 | (uint32_t)(pinyin.letters[i] - 'a' + 1);
        return packed;
}

Pinyin pinyin_unpack(uint32_t packed) {
        Pinyin pinyin = {0};
        for (; packed; packed >>= 5)
                pinyin.letters[pinyin.len++] = (char)('a' + (packed & 31) - 1);
        return pinyin;
}
