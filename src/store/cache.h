// Prepared statements of one connection by their text; the least recently used one makes room. Nobody outside src/store includes this.
#pragma once
#include "base/str.h"

typedef struct CacheEntry CacheEntry;
struct CacheEntry {
        CacheEntry *newer, *older, *chain;
        uint64_t hash;
        void *handle;      // the engine's statement
        bool busy;         // a cursor is open on it: is neither handed out nor dropped
        size_t len;
        char text[];
};

#define CACHE_BUCKETS 256
#define CACHE_ENTRIES 200

typedef struct Cache {
        CacheEntry *newest, *oldest;
        CacheEntry *buckets[CACHE_BUCKETS];
        int count;
        void (*drop)(void *owner, void *handle);
        void *owner;
} Cache;

void cache_init(Cache *cache, void (*drop)(void *owner, void *handle), void *owner);
CacheEntry *cache_find(Cache *cache, Str text);               // NULL: not there; may be busy
CacheEntry *cache_add(Cache *cache, Str text, void *handle);  // takes the handle; the text must not be there yet
void cache_remove(Cache *cache, CacheEntry *entry);           // drops the handle
void cache_clear(Cache *cache);
