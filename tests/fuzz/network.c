// Lists of addresses come from administrators, addresses from proxies: any text is taken or refused, and what is taken is written so that it is read the same again.
#include "base/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ARENA_CLEANUP Arena *arena = arena_new(1 << 20);
        Str text = str_make((const char *)data, size), bad = STR_NONE;
        NetworkList list, again;
        (void)network_kind(text);
        if (!network_list_parse(arena, text, 64, &list, &bad)) {
                ensure(bad.len > 0);
                return 0;
        }
        Str written = network_list_format(arena, &list);
        ensure(network_list_parse(arena, written, 64, &again, &bad) && again.count == list.count);
        ensure(str_eq(network_list_format(arena, &again), written));
        for (size_t i = 0; i < list.count; i++)
                ensure(network_range_has(&list.ranges[i], &again.ranges[i].address));
        return 0;
}
