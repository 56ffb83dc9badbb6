// The statement cache: a hash table for finding, a list by last use for making room.
#include "store/cache.h"
#include "base/status.h"
#include <stdlib.h>

void cache_init(Cache *cache, void (*drop)(void *owner, void *handle), void *owner) {
        *cache = (Cache){.drop = drop, .owner = owner};
}

static void list_remove(Cache *cache, CacheEntry *entry) {
        if (entry->newer)
                entry->newer->older = entry->older;
        else
                cache->newest = entry->older;
        if (entry->older)
                entry->older->newer = entry->newer;
        else
                cache->oldest = entry->newer;
}

static void list_add_newest(Cache *cache, CacheEntry *entry) {
        entry->newer = NULL;
        entry->older = cache->newest;
        if (cache->newest)
                cache->newest->newer = entry;
        else
                cache->oldest = entry;
        cache->newest = entry;
}

CacheEntry *cache_find(Cache *cache, Str text) {
        uint64_t hash = str_hash(text);
        for (CacheEntry *entry = cache->buckets[hash % CACHE_BUCKETS]; entry; entry = entry->chain) {
                if (entry->hash != hash || !str_eq(str_make(entry->text, entry->len), text))
                        continue;
                if (entry != cache->newest) {
                        list_remove(cache, entry);
                        list_add_newest(cache, entry);
                }
                return entry;
        }
        return NULL;
}

void cache_remove(Cache *cache, CacheEntry *entry) {
        CacheEntry **place = &cache->buckets[entry->hash % CACHE_BUCKETS];
        while (*place != entry)
                place = &(*place)->chain;
        *place = entry->chain;
        list_remove(cache, entry);
        cache->count--;
        cache->drop(cache->owner, entry->handle);
        free(entry);
}

static void make_room(Cache *cache) {
        for (CacheEntry *entry = cache->oldest; entry && cache->count >= CACHE_ENTRIES;) {
                CacheEntry *newer = entry->newer;
                if (!entry->busy)
                        cache_remove(cache, entry);
                entry = newer;
        }
}

CacheEntry *cache_add(Cache *cache, Str text, void *handle) {
        make_room(cache);
        CacheEntry *entry = malloc(sizeof *entry + text.len);
        ensure(entry);
        *entry = (CacheEntry){.hash = str_hash(text), .handle = handle, .len = text.len};
        memcpy(entry->text, text.data, text.len);
        CacheEntry **bucket = &cache->buckets[entry->hash % CACHE_BUCKETS];
        entry->chain = *bucket;
        *bucket = entry;
        list_add_newest(cache, entry);
        cache->count++;
        return entry;
}

void cache_clear(Cache *cache) {
        while (cache->oldest)
                cache_remove(cache, cache->oldest);
}
