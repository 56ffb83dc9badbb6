// Reading pasted text: whatever it is, each value stands in the text where it is said to, and is not longer than it.
#include "base/unicode.h"
#include "objects/lead/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start(void) {
        static bool started;
        Context context;
        ARENA_CLEANUP Arena *arena = arena_new(0);
        context_init(&context, arena, LANG_EN, 0);
        if (!started)
                ensure(unicode_start(&context) == STATUS_OK);
        started = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ARENA_CLEANUP Arena *arena = arena_new(0);
        Card *card = arena_new_of(arena, Card);
        start();
        card_read(arena, str_make((const char *)data, size), card);
        for (size_t i = 0; i < card->count; i++) {
                const CardItem *item = &card->items[i];
                CardAddress address;
                ensure(item->from < item->to && item->to <= card->text.count && item->value.len);
                if (item->field == CARD_ADDRESS)
                        card_address(card->text.places, item->value, &address);
        }
        return 0;
}
