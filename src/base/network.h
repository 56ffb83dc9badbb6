// Network addresses and ranges of them. IPv4 is kept as ::ffff:a.b.c.d, so that there is one way to compare.
#pragma once
#include "base/context.h"

typedef struct NetworkAddress { unsigned char bytes[16]; } NetworkAddress;
typedef struct NetworkRange { NetworkAddress address; int bits; } NetworkRange; // bits of the 128 that count; the others are zero

typedef struct NetworkList { NetworkRange *ranges; size_t count; } NetworkList; // count 0: no list

typedef enum NetworkKind { NETWORK_UNKNOWN, NETWORK_LOOPBACK, NETWORK_PRIVATE, NETWORK_PUBLIC } NetworkKind;

bool network_address_parse(Str text, NetworkAddress *ret);          // "10.0.0.1", "2001:db8::1"
bool network_range_parse(Str text, NetworkRange *ret);               // an address, or "10.0.0.0/8"
bool network_range_has(const NetworkRange *range, const NetworkAddress *address);
// Ranges apart by commas or white space; false: *ret_bad is the first that is none, or there are more than most.
bool network_list_parse(Arena *arena, Str text, size_t most, NetworkList *ret, Str *ret_bad);
bool network_list_has(const NetworkList *list, Str peer);            // is peer an address in one of them?
Str network_list_format(Arena *arena, const NetworkList *list);      // apart by ", ", as short as they can be written
NetworkKind network_kind(Str peer);
