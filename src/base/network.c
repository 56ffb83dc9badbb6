// Network addresses and ranges: reading, comparing, writing.
#include "base/network.h"
#include "base/buf.h"
#include <arpa/inet.h>

#define WIDTH 128
#define FOUR_PREFIX 96 // bits of ::ffff:0:0/96

static const unsigned char four_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool is_four(const NetworkAddress *address) {
        return memcmp(address->bytes, four_prefix, sizeof four_prefix) == 0;
}

static bool parse(Str text, NetworkAddress *ret, int *ret_width) {
        char copy[64];
        struct in_addr four;
        if (text.len == 0 || text.len >= sizeof copy)
                return false;
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
        *ret_width = WIDTH;
        if (inet_pton(AF_INET6, copy, ret->bytes) == 1)
                return true;
        if (inet_pton(AF_INET, copy, &four) != 1)
                return false;
        memcpy(ret->bytes, four_prefix, sizeof four_prefix);
        memcpy(ret->bytes + sizeof four_prefix, &four, 4);
        *ret_width = WIDTH - FOUR_PREFIX;
        return true;
}

bool network_address_parse(Str text, NetworkAddress *ret) {
        int width;
        return parse(text, ret, &width);
}

static void clear_rest(NetworkRange *range) {
        for (int bit = range->bits; bit < WIDTH; bit++)
                range->address.bytes[bit / 8] &= (unsigned char)~(0x80 >> (bit % 8));
}

bool network_range_parse(Str text, NetworkRange *ret) {
        ptrdiff_t slash = str_find_char(text, '/');
        int width;
        if (!parse(slash < 0 ? text : str_slice(text, 0, (size_t)slash), &ret->address, &width))
                return false;
        int64_t bits = width;
        if (slash >= 0 && (!str_to_int64(str_slice(text, (size_t)slash + 1, text.len), &bits) || bits < 0 || bits > width))
                return false;
        ret->bits = (int)bits + WIDTH - width;
        clear_rest(ret);
        return true;
}

bool network_range_has(const NetworkRange *range, const NetworkAddress *address) {
        int whole = range->bits / 8, rest = range->bits % 8;
        if (memcmp(address->bytes, range->address.bytes, (size_t)whole) != 0)
                return false;
        return !rest || ((address->bytes[whole] ^ range->address.bytes[whole]) >> (8 - rest)) == 0;
}

static bool next_word(Str *rest, Str *ret) {
        size_t from = 0, to;
        while (from < rest->len && strchr(", \t\r\n", rest->data[from]))
                from++;
        for (to = from; to < rest->len && !strchr(", \t\r\n", rest->data[to]);)
                to++;
        *ret = str_slice(*rest, from, to);
        *rest = str_slice(*rest, to, rest->len);
        return ret->len > 0;
}

bool network_list_parse(Arena *arena, Str text, size_t most, NetworkList *ret, Str *ret_bad) {
        Str rest = text;
        size_t count = 0;
        for (Str word; next_word(&rest, &word);)
                count++;
        *ret = (NetworkList){.ranges = arena_array(arena, NetworkRange, count < most ? count : most)};
        rest = text;
        while (next_word(&rest, ret_bad)) {
                if (ret->count == most || !network_range_parse(*ret_bad, &ret->ranges[ret->count]))
                        return false;
                ret->count++;
        }
        return true;
}

bool network_list_has(const NetworkList *list, Str peer) {
        NetworkAddress address;
        if (!network_address_parse(peer, &address))
                return false;
        for (size_t i = 0; i < list->count; i++)
                if (network_range_has(&list->ranges[i], &address))
                        return true;
        return false;
}

Str network_list_format(Arena *arena, const NetworkList *list) {
        Buf buf = buf_make(arena, list->count * 64 + 1);
        for (size_t i = 0; i < list->count; i++) {
                const NetworkRange *range = &list->ranges[i];
                char text[INET6_ADDRSTRLEN] = "";
                bool four = is_four(&range->address) && range->bits >= FOUR_PREFIX;
                int bits = four ? range->bits - FOUR_PREFIX : range->bits, whole = four ? WIDTH - FOUR_PREFIX : WIDTH;
                if (four)
                        inet_ntop(AF_INET, range->address.bytes + sizeof four_prefix, text, sizeof text);
                else
                        inet_ntop(AF_INET6, &range->address, text, sizeof text);
                buf_format(&buf, "%s%s", i ? ", " : "", text);
                if (bits < whole)
                        buf_format(&buf, "/%d", bits);
        }
        return buf_str(&buf);
}

NetworkKind network_kind(Str peer) {
        static const char *const inside[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10"};
        static const char *const here[] = {"127.0.0.0/8", "::1"};
        NetworkAddress address;
        NetworkRange range;
        if (!network_address_parse(peer, &address))
                return NETWORK_UNKNOWN;
        for (size_t i = 0; i < sizeof here / sizeof *here; i++)
                if (network_range_parse(str_from(here[i]), &range) && network_range_has(&range, &address))
                        return NETWORK_LOOPBACK;
        for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
                if (network_range_parse(str_from(inside[i]), &range) && network_range_has(&range, &address))
                        return NETWORK_PRIVATE;
        return NETWORK_PUBLIC;
}
